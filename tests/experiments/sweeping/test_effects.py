"""Main effects against differences worked out by hand, and values that change nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import stdtrit

from experiments.sweeping.effects import inert_values, main_effects, points_by_level
from experiments.sweeping.pieces import COLUMNS
from experiments.sweeping.request import Sweep, build_sweep
from experiments.sweeping.running import PointResult

CROSSING = COLUMNS.index("crossing_p95_min")
N = 4


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    words = ["port=bare", f"replications={N}", "port.portal.servers=1,2,3", "policy.scan_share=0.1,0.2"]
    return build_sweep([*words, "measures=[crossing_p95_min,wait_mean_min]"])


@pytest.fixture
def outcomes(sweep: Sweep) -> list[PointResult]:
    """Crossing is 100 - 10 x portals + 50 x scan share, with noise of the replication and of the point."""
    noise = np.random.default_rng(1)
    shared = noise.normal(0.0, 30.0, N)
    results = []
    for point in sweep.points:
        metrics = np.ones((N, 1, len(COLUMNS)))
        servers, share = (float(str(value)) for value in point.values)
        metrics[:, 0, CROSSING] = 100.0 - 10.0 * servers + 50.0 * share + shared + noise.normal(0.0, 0.1, N)
        results.append(PointResult(metrics, {}))
    return results


def test_an_effect_is_the_mean_of_paired_differences(sweep: Sweep, outcomes: list[PointResult]) -> None:
    effects = main_effects(sweep, outcomes)
    mine = effects[(effects["measure"] == "crossing_p95_min") & (effects["axis"] == "port.portal.servers")]
    assert mine["value"].tolist() == ["2", "3"]
    row = mine.iloc[1]
    gaps = np.mean(
        [outcomes[4 + i].metrics[:, 0, CROSSING] - outcomes[i].metrics[:, 0, CROSSING] for i in (0, 1)], axis=0
    )
    half = stdtrit(N - 1, 0.975) * gaps.std(ddof=1) / np.sqrt(N)
    # to each side as far as the farther of Student's interval and Hall's, transformed back by hand
    skew = ((gaps - gaps.mean()) ** 3).sum() / (gaps.std(ddof=1) * np.sqrt(N)) ** 3
    quantile = stdtrit(N - 1, 0.975)
    below, above = (
        3.0 / skew * (np.cbrt(1.0 + skew * (side * quantile - skew / 6.0)) - 1.0) * half / quantile for side in (1, -1)
    )
    expected = [gaps.mean(), gaps.mean() - max(half, below), gaps.mean() - min(-half, above)]
    assert row[["effect", "low", "high"]].tolist() == pytest.approx(expected)
    assert row["effect"] == pytest.approx(-20.0, abs=0.5)
    assert (row["pairs"], row["left_out"]) == (2, 0)
    assert half < 1.0  # the replications' own noise of 30 is not in it


def test_unstable_and_failed_points_are_in_no_mean(sweep: Sweep, outcomes: list[PointResult]) -> None:
    name = sweep.baseline_study.baseline
    outcomes[0] = dataclasses.replace(outcomes[0], unstable={name: "primary"})
    outcomes[5] = dataclasses.replace(outcomes[5], metrics=outcomes[5].metrics[:0], failure="none")
    effects = main_effects(sweep, outcomes)
    mine = effects[effects["measure"] == "crossing_p95_min"].set_index(["axis", "value"])
    # two portals is the first value of which both points can be used
    assert mine.loc[("port.portal.servers", "1"), "reference_value"] == "2"
    assert mine.loc[("port.portal.servers", "1"), ["pairs", "left_out"]].tolist() == [1, 1]
    assert mine.loc[("policy.scan_share", "0.2"), ["pairs", "left_out"]].tolist() == [1, 2]


def test_an_axis_without_a_pair_says_so(sweep: Sweep, outcomes: list[PointResult]) -> None:
    name = sweep.baseline_study.baseline
    unstable = [dataclasses.replace(outcome, unstable={name: "primary"}) for outcome in outcomes]
    effects = main_effects(sweep, unstable)
    assert effects["effect"].isna().all()
    assert set(effects["note"]) == {"no pair of points that are done and carry their load"}


def test_points_in_the_same_place_differ_in_one_axis(sweep: Sweep) -> None:
    for place in (0, 1):
        for numbers in zip(*points_by_level(sweep, place), strict=True):
            rest = {tuple(v for at, v in enumerate(sweep.points[n].values) if at != place) for n in numbers}
            assert len(rest) == 1


def test_values_that_change_nothing_are_noticed(sweep: Sweep, outcomes: list[PointResult]) -> None:
    assert inert_values(sweep, outcomes) == {}
    outcomes[4], outcomes[5] = outcomes[2], outcomes[3]
    assert inert_values(sweep, outcomes) == {"port.portal.servers": [["2", "3"]]}
    same = [outcomes[0]] * 6
    assert inert_values(sweep, same) == {
        "port.portal.servers": [["1", "2", "3"]],
        "policy.scan_share": [["0.1", "0.2"]],
    }
