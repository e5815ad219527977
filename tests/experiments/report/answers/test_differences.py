"""What is surely won and paid, in words."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.intervals import Difference
from experiments.report.answers.differences import (
    HOURS,
    PRICE_METRICS,
    WAIT,
    baseline_difference,
    is_sure,
    price_phrases,
    price_words,
)
from tests import replications

NUMBERS = {"todays_practice": (31.0, 0.12, 0.277), "longer": (35.0, 0.12, 0.277), "same": (31.0, 0.12, 0.277)}


def test_only_sure_differences_are_prices() -> None:
    found = replications.findings(NUMBERS)
    (said,) = price_phrases(found, "longer")
    own = baseline_difference(found, "longer", WAIT)
    assert said.startswith(f"{own.mean:.1f} min of average wait [{own.low:.1f}, {own.high:.1f}]")
    assert not price_phrases(found, "same")
    assert is_sure(found, "longer", WAIT)
    assert not is_sure(found, "longer", HOURS)


def test_a_saving_is_said_as_less_with_its_interval_turned() -> None:
    gain = Difference(-3.0, -4.0, -2.5, 0.0, 9)
    assert gain.size() == Difference(3.0, 2.5, 4.0, 0.0, 9)
    assert price_words(gain, PRICE_METRICS[0], 1.0) == "3.0 min less average wait [2.5, 4.0]"


def test_a_roster_that_never_varies_has_no_interval_to_show() -> None:
    exact = Difference(70.0, 70.0, 70.0, np.nan, 9)
    assert price_words(exact, PRICE_METRICS[1], 1.0 / 7.0) == "10 officer-hours a day"


@pytest.mark.parametrize("mean", [-0.05, 0.05])
def test_a_price_too_small_to_matter_is_not_said(mean: float) -> None:
    near = dict(NUMBERS, longer=(31.0 + mean, 0.12, 0.277))
    assert not price_phrases(replications.findings(near, n=400), "longer")
