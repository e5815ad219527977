"""What each axis changes: from paired points of a grid, from a fit to a design, or else how closely a measure follows.

Axes whose values all meet the same points of the others have pairs, as in `experiments.sweeping.effects`. Axes that a
design draws have none: a fit says what they change, where it foretells held-out points; where it does not, only how
closely the measure follows the axis is said (Spearman's rank correlation; interval after Fieller, Hartley and Pearson,
1957, over points).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.special import ndtri

from experiments.intervals import Difference
from experiments.sweeping.axes import Axis
from experiments.sweeping.report.fit import LEAST_R2, Fit, best_fit
from experiments.sweeping.report.readings import Reading
from experiments.sweeping.request import Sweep
from experiments.sweeping.setting_words import chosen_text, setting_heading
from sim.arrays import FloatArray

NO_LEVER: Final = {
    "replications": "decides how precise the numbers are",
    "experiment": "changes which alternatives there are",
    "seed": "changes the random numbers alone",
}
"""Axes that are no lever, and what they are instead."""
CURVE_POINTS: Final = 15
"""Values of an axis at which a fit is read off; all of them where there are fewer."""
FIELLER: Final = 1.06
"""Variance of Fisher's z of a rank correlation, times n - 3."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a value of an axis changes against another value of it."""

    value: str
    reference: str
    gap: Difference
    """In the unit that readers meet."""
    pairs: int
    """Pairs of points that it rests on; of a fit, its points."""
    left_out: int
    weights: Mapping[int, float]
    """By point; empty for a fit."""


@dataclass(frozen=True, slots=True)
class Lever:
    """What one axis changes in one reading."""

    axis: Axis
    place: int
    """Among the axes of the sweep."""
    kind: Literal["pairs", "fit", "rank"]
    changes: tuple[Change, ...]
    """Against one reference value, in the order of the axis; of a fit along its range."""
    rank: tuple[float, float, float]
    """Rank correlation and its interval; NaN where the axis is no number."""

    @property
    def heading(self) -> str:
        """Return what readers meet in place of the key, with its unit."""
        return setting_heading(self.axis)

    @property
    def strongest(self) -> Change | None:
        """Return the largest change, whichever way it goes; None where there is none."""
        known = [change for change in self.changes if np.isfinite(change.gap.mean)]
        return max(known, key=lambda change: abs(change.gap.mean), default=None)


@dataclass(frozen=True, slots=True)
class Levers:
    """All axes of a sweep for one reading, the strongest first."""

    reading: Reading
    order: tuple[Lever, ...]
    fit: Fit | None
    """Of a sweep with a design; None: a grid, or too few points."""

    @property
    def by_rank(self) -> bool:
        """Return whether the axes can only be told apart by how closely the measure follows them."""
        return any(lever.kind == "rank" for lever in self.order)

    def lead(self) -> Difference | None:
        """Return by how much the first axis changes more than the second; None where they rest on no pairs."""
        first, second = (lever.strongest for lever in self.order[:2]) if len(self.order) > 1 else (None, None)
        if first is None or second is None or not (first.weights and second.weights):
            return None
        weights: dict[int, float] = {}
        for change, sign in ((first, 1.0), (second, -1.0)):
            for point, weight in change.weights.items():
                weights[point] = weights.get(point, 0.0) + sign * math.copysign(1.0, change.gap.mean) * weight
        return self.reading.weighted(weights)


def sparse_changes(lever: Lever) -> list[Change]:
    """Return the changes of a lever that rest on fewer pairs than the best of them: means over easier points."""
    least = min((change.left_out for change in lever.changes), default=0)
    return [change for change in lever.changes if change.left_out > least]


def find_levers(sweep: Sweep, reading: Reading) -> Levers:
    """Return what every axis changes in a reading, the strongest axis first."""
    values, names = axis_values(sweep)
    fit = best_fit(reading, values, names) if sweep.drawn else None
    good = fit if fit is not None and fit.r2 >= LEAST_R2 else None
    levers = []
    for place, axis in enumerate(sweep.axes):
        if axis.key in NO_LEVER:
            continue
        rank = _rank(reading, values[:, place]) if names[place] is None else (np.nan, np.nan, np.nan)
        if axis.key not in sweep.drawn:
            levers.append(Lever(axis, place, "pairs", tuple(_paired_changes(sweep, reading, place)), rank))
        elif good is not None:
            levers.append(Lever(axis, place, "fit", tuple(_fitted_changes(good, place)), rank))
        else:
            levers.append(Lever(axis, place, "rank", (), rank))
    ranked = any(lever.kind == "rank" for lever in levers)
    return Levers(reading, tuple(sorted(levers, key=lambda lever: -_strength(lever, by_rank=ranked))), fit)


def _strength(lever: Lever, *, by_rank: bool) -> float:
    if by_rank:
        return abs(lever.rank[0]) if np.isfinite(lever.rank[0]) else -1.0
    return abs(lever.strongest.gap.mean) if lever.strongest else -1.0


def axis_values(sweep: Sweep) -> tuple[FloatArray, list[int | None]]:
    """Return the values of all points [points, axes], and for each axis of names how many there are.

    A name is given as its place in the list of names.
    """
    columns: list[list[float]] = []
    names: list[int | None] = []
    for place, axis in enumerate(sweep.axes):
        values = [point.values[place] for point in sweep.points]
        if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
            columns.append([float(value) for value in values])  # type: ignore[arg-type]
            names.append(None)
        else:
            level = {text: number for number, text in enumerate(axis.texts)}
            columns.append([float(level[chosen_text(point, place)]) for point in sweep.points])
            names.append(len(axis.texts))
    return np.array(columns, np.float64).T, names


def levels_of_points(sweep: Sweep, place: int) -> list[list[int]]:
    """Return the points at each value of an axis that the design does not draw; the others vary alike in each."""
    crossed = [len(axis.values) for axis in sweep.axes if axis.key not in sweep.drawn]
    per_combination = len(sweep.points) // math.prod(crossed)
    stride = math.prod(crossed[place + 1 :]) * per_combination
    levels: list[list[int]] = [[] for _ in range(crossed[place])]
    for number in range(len(sweep.points)):
        levels[number // stride % crossed[place]].append(number)
    return levels


def _paired_changes(sweep: Sweep, reading: Reading, place: int) -> list[Change]:
    """Return the mean paired difference of every value from the first at which most points can be used."""
    levels, texts = levels_of_points(sweep, place), sweep.axes[place].texts
    counts = [sum(number in reading.terms for number in numbers) for numbers in levels]
    reference = counts.index(max(counts))
    changes = []
    for level, numbers in enumerate(levels):
        if level == reference:
            continue
        pairs = list(zip(numbers, levels[reference], strict=True))
        whole = [pair for pair in pairs if all(number in reading.terms for number in pair)]
        weights = {}
        for mine, theirs in whole:
            weights[mine], weights[theirs] = 1.0 / len(whole), -1.0 / len(whole)
        gap = reading.weighted(weights) if whole else NO_PAIR
        changes.append(Change(texts[level], texts[reference], gap, len(whole), len(pairs) - len(whole), weights))
    return changes


NO_PAIR: Final = Difference(np.nan, np.nan, np.nan, np.nan, 0, "no pair of points that are done and carry their load")


def _fitted_changes(fit: Fit, place: int) -> list[Change]:
    """Return what a fit changes along the range of an axis, the other axes as the points have them."""
    known = np.unique(fit.values[:, place])
    along = known if len(known) <= CURVE_POINTS else np.linspace(known[0], known[-1], CURVE_POINTS)
    first = fit.mean_terms({place: along[0]})
    changes = []
    for value in along[1:].tolist():
        gap = fit.read_off(fit.mean_terms({place: value}) - first)
        changes.append(Change(f"{value:.4g}", f"{along[0]:.4g}", gap, len(fit.points), 0, {}))
    return changes


def _rank(reading: Reading, values: FloatArray) -> tuple[float, float, float]:
    """Return Spearman's rank correlation of a reading with an axis, and its interval over points."""
    points = sorted(reading.estimates)
    x, y = values[points], np.array([reading.mean(point) for point in points])
    if len(points) < 4 or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return (np.nan, np.nan, np.nan)
    # late: see `experiments.sweeping.designs`
    from scipy.stats import spearmanr

    rho = float(spearmanr(x, y).statistic)
    half = float(ndtri(0.5 + reading.coverage / 2.0)) * math.sqrt(FIELLER / (len(points) - 3))
    z = math.atanh(min(max(rho, -1.0 + 1e-12), 1.0 - 1e-12))
    return rho, math.tanh(z - half), math.tanh(z + half)
