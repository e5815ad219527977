from __future__ import annotations

import numpy as np
import pytest

from experiments.report.agency_estimate import COUNTS, agency_estimate, agency_estimates
from experiments.study.settings import RandomStreamPrecision
from sim.algorithms.sampling import clopper_pearson, confidence_when_clean
from tests import replications

WANTED = RandomStreamPrecision(relative_half_width=0.5, below_share=0.005)


def counts(*values: float) -> dict[str, float]:
    return dict(zip(COUNTS, values, strict=True))


def test_the_estimate_of_gao_with_its_interval() -> None:
    found = agency_estimate("a", counts(110, 20_000, 250, 1000, 40, 10), WANTED)
    assert found.targeted == 100
    assert found.interdicted.estimate == pytest.approx(100 / (100 + 0.01 * 20_000))
    low, _, high = clopper_pearson(10, 1000)
    assert found.interdicted.low == pytest.approx(100 / (100 + high * 20_000))
    assert found.interdicted.high == pytest.approx(100 / (100 + low * 20_000))
    assert found.truth == pytest.approx(100 / 350)


def test_the_sample_is_sized_for_an_interval_as_wide_as_the_rate() -> None:
    needed = agency_estimate("a", counts(110, 20_000, 250, 1000, 40, 10), WANTED).needed
    assert needed is not None
    low, share, high = clopper_pearson(0.01 * needed, needed)
    assert high - low <= share


@pytest.mark.parametrize(("half", "below", "coverage"), [(0.1, 0.01, 0.9), (1.0, 0.0005, 0.99)])
def test_any_precision_can_be_asked_for(half: float, below: float, coverage: float) -> None:
    wanted = RandomStreamPrecision(relative_half_width=half, below_share=below)
    found = agency_estimate("a", counts(110, 20_000, 250, 1000, 40, 10), wanted, coverage)
    assert found.needed is not None
    widths = []
    for n in (found.needed, found.needed - 1):
        low, share, high = clopper_pearson(0.01 * n, n, coverage)
        widths.append((high - low) / share / 2.0)
    assert widths[0] <= half < widths[1]
    assert confidence_when_clean(found.clean, below) >= coverage
    assert confidence_when_clean(found.clean - 1, below) < coverage


def test_nothing_found_sizes_no_sample_and_bounds_the_rate() -> None:
    found = agency_estimate("a", counts(5, 20_000, 3, 1000, 40, 0), WANTED)
    assert found.needed is None
    assert (found.rate.low, found.rate.estimate) == (0.0, 0.0)
    assert found.interdicted.high == 1.0
    assert 0.0 < found.interdicted.low < 1.0


def test_the_interval_covers_what_a_perfect_inspection_would_find() -> None:
    """Of 200 random streams whose inspections find all, at least 93% cover the truth."""
    rng = np.random.default_rng(1)
    passed, loads, sampled, seized = 50_000, 100, 5000, 60
    x = rng.hypergeometric(loads, passed - loads, sampled, size=200)
    covered = 0
    for hits in x:
        found = agency_estimate("a", counts(seized + hits, passed, loads, sampled, 0, hits), WANTED)
        covered += found.interdicted.low <= found.truth <= found.interdicted.high
    assert covered >= 186


def test_alternatives_without_a_stream_are_left_out() -> None:
    metrics = replications.metrics(n=3)
    metrics.loc[metrics["alternative"] == "no_referral", "n_random_inspected"] = 0.0
    names = [one.alternative for one in agency_estimates(metrics, WANTED)]
    assert "no_referral" not in names
    assert "random_27" in names
