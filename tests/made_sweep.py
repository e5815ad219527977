"""Made-up results of a sweep: wait and detection are functions of the swept values, with luck that points share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from experiments.sweeping.effects import inert_values
from experiments.sweeping.pieces import COLUMNS
from experiments.sweeping.report.results import SweepResults, sweep_results
from experiments.sweeping.request import Sweep, build_sweep
from experiments.sweeping.running import PointResult
from experiments.sweeping.table import sweep_table

Values = Mapping[str, Any]
PLACE = {name: COLUMNS.index(name) for name in COLUMNS}
WHY = "primary is asked for 1.2 of its weekly capacity"


@cache
def sweep_of(*words: str) -> Sweep:
    """Return a sweep, built once for the same words."""
    return build_sweep(words)


def outcomes(
    sweep: Sweep,
    wait: Callable[[Values, int], float],
    found: Callable[[Values, int], float],
    unstable: Callable[[Values], bool] = lambda values: False,
    seed: int = 1,
) -> list[PointResult]:
    """Return the results of every point.

    ``wait`` in minutes and ``found`` as a share, of a point's values and the place of an alternative. Luck that all
    points share has a standard deviation of 2 minutes and .01; that of each point .3 minutes and .002.
    """
    rng = np.random.default_rng(seed)
    n = sweep.baseline_study.replications
    shared = rng.normal(0.0, [[2.0], [0.01]], (2, n))
    made = []
    for point in sweep.points:
        values = {axis.key: value for axis, value in zip(sweep.axes, point.values, strict=True)}
        names = list(point.study.alternatives)
        metrics = np.ones((n, len(names), len(COLUMNS)))
        for place in range(len(names)):
            noise = shared + rng.normal(0.0, [[0.3], [0.002]], (2, n))
            waits, share = wait(values, place) + noise[0], found(values, place) + noise[1]
            columns = {"n_waits": 6000.0, "wait_sum_min": 6000.0 * waits, "wait_mean_min": waits}
            columns |= {"expected_weight": 30.0, "expected_caught": 30.0 * share, "detection_expected": share}
            for name, numbers in columns.items():
                metrics[:, place, PLACE[name]] = numbers
        made.append(PointResult(metrics, dict.fromkeys(names, WHY) if unstable(values) else {}))
    return made


def results(sweep: Sweep, made: list[PointResult]) -> SweepResults:
    """Return what the page shows of them."""
    return sweep_results(sweep, made, sweep_table(sweep, made), inert_values(sweep, made))
