"""What a page of a sweep is made of: its points read, what each axis moves, and the trade-off over all points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from experiments.report.labeled import labeled_table
from experiments.sweeping.axes import Axis
from experiments.sweeping.report.labeled import labeled_sweep
from experiments.sweeping.report.levers import Levers, find_levers
from experiments.sweeping.report.readings import DETECTION, WAIT, read_points, reading_of
from experiments.sweeping.report.tradeoff import TradeoffPoint, tradeoff_points
from experiments.sweeping.request import Sweep
from experiments.sweeping.running import PointResult
from experiments.sweeping.setting_words import setting_words

SHOWN_MEASURES: Final = (WAIT, DETECTION)


@dataclass(frozen=True, slots=True)
class SweepResults:
    """A sweep with all that its page is made of."""

    sweep: Sweep
    outcomes: Sequence[PointResult]
    inert: dict[str, list[list[str]]]
    settings: dict[int, str]
    """By point, what sets it apart from the others, in words."""
    levers: dict[str, Levers]
    """By measure, of the baseline."""
    others: dict[str, dict[str, Levers]]
    """By measure and alternative, of its difference from the baseline."""
    tradeoff: tuple[TradeoffPoint, ...]
    meeting: frozenset[tuple[int, str]] | None
    """Points and alternatives that keep to the constraints; None: there are none."""


def sweep_results(
    sweep: Sweep, outcomes: Sequence[PointResult], table: pd.DataFrame, inert: dict[str, list[list[str]]]
) -> SweepResults:
    """Return what the page of a sweep shows.

    Parameters
    ----------
    table : pandas.DataFrame
        From `experiments.sweeping.table.sweep_table`.
    inert : dict
        Values of an axis that gave the same results at every point, by axis.
    """
    table = labeled_table(sweep.baseline_study, table)
    sweep, outcomes = labeled_sweep(sweep, outcomes)
    samples = read_points(sweep, outcomes)
    study = sweep.baseline_study
    base = study.baseline
    readings = {
        name: (
            reading_of(sweep, outcomes, samples, WAIT, (name, "")),
            reading_of(sweep, outcomes, samples, DETECTION, (name, "")),
        )
        for name in dict.fromkeys(name for point in sweep.points for name in point.study.alternatives)
    }
    meeting = None
    if sweep.constraints:
        rows = table[table["meets_constraints"]]
        meeting = frozenset(zip(rows["point"].tolist(), rows["alternative"].tolist(), strict=True))
    return SweepResults(
        sweep=sweep,
        outcomes=outcomes,
        inert=inert,
        settings={point.number: point_words(sweep.axes, point.values, sweep.drawn) for point in sweep.points},
        levers={
            measure: find_levers(sweep, reading)
            for measure, reading in zip(SHOWN_MEASURES, readings[base], strict=True)
        },
        others={
            measure: {
                name: find_levers(sweep, reading_of(sweep, outcomes, samples, measure, (name, base)))
                for name in study.alternatives
                if name != base
            }
            for measure in SHOWN_MEASURES
        },
        tradeoff=tradeoff_points(readings),
        meeting=meeting,
    )


def point_words(axes: Sequence[Axis], values: Sequence[object], drawn: Sequence[str]) -> str:
    """Return the settings of a point in words; drawn numbers to four digits."""
    return ", ".join(
        f"{setting_words(axis.key)} = {value_words(axis, value, drawn)}"
        for axis, value in zip(axes, values, strict=True)
    )


def value_words(axis: Axis, value: object, drawn: Sequence[str]) -> str:
    """Return one value as readers meet it, or to four digits where a design drew it."""
    if axis.key in drawn and isinstance(value, float):
        return f"{value:.4g}"
    return next((text for text, known in zip(axis.texts, axis.values, strict=True) if known == value), str(value))
