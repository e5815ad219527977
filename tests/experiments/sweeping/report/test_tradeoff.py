"""The frontier against brute force."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.sweeping.report.readings import DETECTION, WAIT, read_points, reading_of
from experiments.sweeping.report.tradeoff import not_dominated, tradeoff_points
from tests import made_sweep


@pytest.mark.parametrize("seed", range(8))
def test_what_is_not_dominated_by_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    waits, found = rng.integers(0, 12, (2, 60)).astype(np.float64)
    best = [
        not any(w <= mine_w and f >= mine_f and (w < mine_w or f > mine_f) for w, f in zip(waits, found, strict=True))
        for mine_w, mine_f in zip(waits, found, strict=True)
    ]
    assert not_dominated(waits, found).tolist() == best


def test_unstable_points_are_on_no_frontier_and_chance_is_said() -> None:
    sweep = made_sweep.sweep_of(
        "policy=top_share", "days=1", "replications=6", "staffing.extra_lanes=0,1,2", "policy.share=0.1,0.3"
    )

    def wait(values: made_sweep.Values, place: int) -> float:
        # lanes 1 and 2 differ by less than chance; 0 is far behind
        return 30.0 - 10.0 * min(values["staffing.extra_lanes"], 1) + 20.0 * values["policy.share"]

    outcomes = made_sweep.outcomes(
        sweep,
        wait,
        lambda values, place: 0.6 * values["policy.share"] + 0.02 * min(values["staffing.extra_lanes"], 1),
        lambda values: values["staffing.extra_lanes"] == 2 and values["policy.share"] == 0.3,
    )
    samples, name = read_points(sweep, outcomes), sweep.baseline_study.baseline
    waits, found = (reading_of(sweep, outcomes, samples, measure, (name, "")) for measure in (WAIT, DETECTION))
    points = {row.point: row for row in tradeoff_points({name: (waits, found)})}
    values = {number: sweep.points[number].values for number in points}
    assert (2, 0.3) not in values.values()
    standing = {values[number]: row.standing for number, row in points.items()}
    assert standing[0, 0.3] == standing[0, 0.1] == "dominated"
    assert standing[1, 0.3] == "frontier"
    assert sorted([standing[1, 0.1], standing[2, 0.1]]) in (["frontier", "open"], ["frontier", "frontier"])
