"""Main effects: what each value of an axis changes against the axis' first value, over all other axes.

Points are paired: two points that differ in this axis alone met the same trucks. The effect is the mean of their
differences; its interval is the jackknife over replications, as everywhere (`experiments.intervals`). A pair in which
either point failed, or cannot carry its load, is left out and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.intervals import Difference, Sample, function_interval
from experiments.sweeping.request import Sweep
from experiments.sweeping.running import PointResult
from experiments.sweeping.table import UNITS, Samples, measure_samples

COLUMNS_OF_EFFECTS: Final = (
    "axis", "value", "first_value", "alternative", "measure", "unit", "effect", "low", "high", "pairs", "left_out",
    "note",
)  # fmt: skip


def main_effects(sweep: Sweep, outcomes: Sequence[PointResult]) -> pd.DataFrame:
    """Return the effect of every value of every axis on every measure; empty for a design that is no grid.

    Columns: axis, value and first_value (as text), alternative, measure, unit, effect with low and high, pairs of
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
        for level in range(1, len(axis.values)):
            pairs = paired_points(sweep, place, level)
            for name in sweep.baseline_study.alternatives:
                about = {"axis": axis.key, "value": axis.texts[level], "first_value": axis.texts[0]}
                rows += _effects(sweep, outcomes, samples, pairs, about | {"alternative": name})
    return pd.DataFrame(rows, columns=list(COLUMNS_OF_EFFECTS))


def paired_points(sweep: Sweep, axis: int, level: int) -> list[tuple[int, int]]:
    """Return the points at one value of an axis, each with its partner at the axis' first value."""
    sizes = [len(a.values) for a in sweep.axes]
    stride = int(np.prod(sizes[axis + 1 :], dtype=np.int64))
    return [
        (number, number - level * stride)
        for number in range(len(sweep.points))
        if number // stride % sizes[axis] == level
    ]


def _effects(
    sweep: Sweep,
    outcomes: Sequence[PointResult],
    samples: Sequence[Samples],
    pairs: Sequence[tuple[int, int]],
    about: dict[str, str],
) -> list[dict[str, Any]]:
    name = about["alternative"]
    whole = [pair for pair in pairs if all(_usable(outcomes[place], samples[place], name) for place in pair)]
    rows = []
    for measure in sweep.measures:
        gap = _mean_difference([(samples[a][name, measure], samples[b][name, measure]) for a, b in whole], sweep)
        counts = {"pairs": len(whole), "left_out": len(pairs) - len(whole)}
        numbers = {"effect": gap.mean, "low": gap.low, "high": gap.high}
        rows.append(about | {"measure": measure, "unit": UNITS[measure]} | numbers | counts | {"note": gap.reason})
    return rows


def _usable(outcome: PointResult, samples: Samples, name: str) -> bool:
    return not outcome.failure and name not in outcome.unstable and bool(samples) and (name in {n for n, _ in samples})


def _mean_difference(pairs: Sequence[tuple[Sample, Sample]], sweep: Sweep) -> Difference:
    if not pairs:
        return Difference(np.nan, np.nan, np.nan, np.nan, 0, "no pair of points that are done and carry their load")
    flat = [sample for pair in pairs for sample in pair]

    def mean_gap(*values: Any) -> Any:  # noqa: ANN401
        return sum(values[0::2], start=0.0 * values[0]) / len(pairs) - sum(values[1::2]) / len(pairs)

    return function_interval(flat, mean_gap, sweep.baseline_study.coverage)


def inert_values(sweep: Sweep, outcomes: Sequence[PointResult]) -> dict[str, list[list[str]]]:
    """Return, for each axis, the values that gave the same METRICS to the last digit at every point, in groups.

    Only axes of a grid, and of those only axes with such values.
    """
    found: dict[str, list[list[str]]] = {}
    if sweep.design != "grid":
        return found
    marks = [outcome.metrics.tobytes() if not outcome.failure else None for outcome in outcomes]
    for place, axis in enumerate(sweep.axes):
        others = [
            [number for number, first in paired_points(sweep, place, level)] for level in range(1, len(axis.values))
        ]
        columns = [[first for _, first in paired_points(sweep, place, 1)] if len(axis.values) > 1 else [], *others]
        alike: dict[tuple[bytes | None, ...], list[str]] = {}
        for text, numbers in zip(axis.texts, columns, strict=True):
            alike.setdefault(tuple(marks[number] for number in numbers), []).append(text)
        groups = [texts for mark, texts in alike.items() if len(texts) > 1 and None not in mark]
        if groups:
            found[axis.key] = groups
    return found
