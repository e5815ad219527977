"""Main effects: what each value of an axis changes against a reference value of it, over all other axes.

The reference is the first of the values at which most points are done and carry their load. Points are paired: two
that differ in this axis alone met the same trucks. The effect is the mean of their differences; its interval is the
jackknife over replications, as everywhere (`experiments.intervals`). A pair in which either point failed, or cannot
carry its load, is left out and counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.intervals import Difference, Sample, weighted_sum_interval
from experiments.sweeping.request import Sweep
from experiments.sweeping.running import PointResult
from experiments.sweeping.table import UNITS, Samples, measure_samples

COLUMNS_OF_EFFECTS: Final = (
    "axis", "value", "reference_value", "alternative", "measure", "unit", "effect", "low", "high", "pairs", "left_out",
    "note",
)  # fmt: skip


def main_effects(sweep: Sweep, outcomes: Sequence[PointResult]) -> pd.DataFrame:
    """Return the effect of every value of every axis on every measure; empty for a design that is no grid.

    Columns: axis, value and reference_value (as text), alternative, measure, unit, effect with low and high, pairs of
    points that it rests on, pairs left out, and note (why a number is missing).
    """
    if sweep.design != "grid":
        return pd.DataFrame(columns=list(COLUMNS_OF_EFFECTS))
    samples = [
        {} if outcome.failure else measure_samples(point.study, outcome.metrics, sweep.measures)
        for point, outcome in zip(sweep.points, outcomes, strict=True)
    ]
    rows: list[dict[str, Any]] = []
    for place, axis in enumerate(sweep.axes):
        if axis.key in ("replications", "experiment"):
            # points without replications or alternatives in common have no pairs
            continue
        by_level = points_by_level(sweep, place)
        for name in sweep.baseline_study.alternatives:
            usable = [_usable(outcome, mine, name) for outcome, mine in zip(outcomes, samples, strict=True)]
            counts = [sum(usable[number] for number in numbers) for numbers in by_level]
            reference = counts.index(max(counts))
            for level, numbers in enumerate(by_level):
                if level == reference:
                    continue
                about = {"axis": axis.key, "value": axis.texts[level], "reference_value": axis.texts[reference]}
                pairs = list(zip(numbers, by_level[reference], strict=True))
                whole = [pair for pair in pairs if all(usable[number] for number in pair)]
                counted = {"pairs": len(whole), "left_out": len(pairs) - len(whole)}
                rows += _effects(sweep, samples, whole, about | {"alternative": name}, counted)
    return pd.DataFrame(rows, columns=list(COLUMNS_OF_EFFECTS))


def points_by_level(sweep: Sweep, axis: int) -> list[list[int]]:
    """Return the points of a grid at each value of an axis; those in the same place differ in this axis alone."""
    sizes = [len(swept.values) for swept in sweep.axes]
    stride = math.prod(sizes[axis + 1 :])
    return [
        [number for number in range(len(sweep.points)) if number // stride % sizes[axis] == level]
        for level in range(sizes[axis])
    ]


def _effects(
    sweep: Sweep,
    samples: Sequence[Samples],
    pairs: Sequence[tuple[int, int]],
    about: dict[str, str],
    counted: dict[str, int],
) -> list[dict[str, Any]]:
    name = about["alternative"]
    rows = []
    for measure in sweep.measures:
        gap = _mean_difference([(samples[a][name, measure], samples[b][name, measure]) for a, b in pairs], sweep)
        numbers = {"unit": UNITS[measure], "effect": gap.mean, "low": gap.low, "high": gap.high}
        rows.append(about | {"measure": measure} | numbers | counted | {"note": gap.reason})
    return rows


def _usable(outcome: PointResult, samples: Samples, name: str) -> bool:
    return not outcome.failure and name not in outcome.unstable and bool(samples) and (name in {n for n, _ in samples})


def _mean_difference(pairs: Sequence[tuple[Sample, Sample]], sweep: Sweep) -> Difference:
    if not pairs:
        return Difference(np.nan, np.nan, np.nan, np.nan, 0, "no pair of points that are done and carry their load")
    flat = [sample for pair in pairs for sample in pair]
    weights = np.tile([1.0, -1.0], len(pairs)) / len(pairs)
    return weighted_sum_interval(flat, weights, sweep.baseline_study.coverage)


def inert_values(sweep: Sweep, outcomes: Sequence[PointResult]) -> dict[str, list[list[str]]]:
    """Return, for each axis, the values that gave the same METRICS to the last digit at every point, in groups.

    Only axes of a grid, and of those only axes with such values.
    """
    found: dict[str, list[list[str]]] = {}
    if sweep.design != "grid":
        return found
    marks = [outcome.metrics.tobytes() if not outcome.failure else None for outcome in outcomes]
    for place, axis in enumerate(sweep.axes):
        alike: dict[tuple[bytes | None, ...], list[str]] = {}
        for text, numbers in zip(axis.texts, points_by_level(sweep, place), strict=True):
            alike.setdefault(tuple(marks[number] for number in numbers), []).append(text)
        groups = [texts for mark, texts in alike.items() if len(texts) > 1 and None not in mark]
        if groups:
            found[axis.key] = groups
    return found
