"""A quadratic in the keys of a design, fitted by least squares, and how well it foretells points that it has not seen.

Held-out R2 is that of leave-one-out predictions (Allen 1974, PRESS). The error of what is read off the fit has two
parts, added as variances: chance over replications, which shifts all points together, by jackknife; and what the fit
leaves at single points, by the usual formula of least squares. The second holds some of the first, so that the
interval errs to the wide side.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import stdtrit

from experiments.intervals import Difference
from experiments.sweeping.report.readings import Reading
from sim.arrays import FloatArray, IntArray

LEAST_R2: Final = 0.7
"""Below this a fit is not shown."""
ROUND_OFF: Final = 1e-10


@dataclass(frozen=True, slots=True)
class Basis:
    """The terms of a fit: from values of the axes [n, axes] to columns [n, terms]."""

    low: FloatArray
    """[axes]"""
    high: FloatArray
    numeric: tuple[int, ...]
    """Axes whose values are numbers; of the others, values are places in the list of names."""
    named: Mapping[int, int]
    """Axes of names, and how many names each has."""
    squared: tuple[int, ...]
    """Axes of at least three values, which can have a square."""
    quadratic: bool

    def columns(self, values: FloatArray) -> FloatArray:
        """Return the terms at points ``values`` [n, axes]: 1, each axis, squares and products, a step for each name."""
        centered = (2.0 * values - self.low - self.high) / np.where(self.high > self.low, self.high - self.low, 1.0)
        parts = [np.ones(len(values)), *(centered[:, axis] for axis in self.numeric)]
        if self.quadratic:
            pairs = [*itertools.combinations(self.numeric, 2), *((axis, axis) for axis in self.squared)]
            parts += [centered[:, first] * centered[:, second] for first, second in pairs]
        steps = ((axis, name) for axis, names in self.named.items() for name in range(1, names))
        parts += [np.where(values[:, axis] == name, 1.0, 0.0) for axis, name in steps]
        return np.column_stack(parts)


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit to a reading, in the unit that readers meet."""

    reading: Reading
    basis: Basis
    points: IntArray
    """[n] the points that it rests on."""
    values: FloatArray
    """[n, axes]"""
    inverse: FloatArray
    """[terms, n] from means of points to coefficients."""
    variance: float
    """Of single points about the fit."""
    freedom: int
    r2: float
    """Held out: of leave-one-out predictions."""
    miss: float
    """Root mean square of what leave-one-out predictions miss a point by."""

    def read_off(self, terms: FloatArray) -> Difference:
        """Return a sum of coefficients, ``terms`` [terms], with its interval."""
        weights = terms @ self.inverse
        chance = self.reading.weighted(dict(zip(self.points.tolist(), weights.tolist(), strict=True)))
        if not np.isfinite(chance.low):
            return chance
        t = stdtrit(self.freedom, 0.5 + self.reading.coverage / 2.0)
        half = float(np.hypot(chance.high - chance.mean, t * np.sqrt(self.variance * (weights @ weights))))
        return replace(chance, low=chance.mean - half, high=chance.mean + half)

    def mean_terms(self, fixed: Mapping[int, float]) -> FloatArray:
        """Return the terms with some axes fixed, mean over the other axes as the points have them [terms]."""
        values = self.values.copy()
        for axis, value in fixed.items():
            values[:, axis] = value
        return np.asarray(self.basis.columns(values).mean(axis=0))


def best_fit(reading: Reading, values: FloatArray, names: Sequence[int | None]) -> Fit | None:
    """Return the quadratic or the plane, whichever foretells held-out points better; None: too few points for either.

    Parameters
    ----------
    values : float array
        [points, axes], names as places in their list.
    names : sequence
        For each axis how many names it has; None where its values are numbers.
    """
    fits = [fit for quadratic in (True, False) if (fit := _fit(reading, values, names, quadratic=quadratic))]
    return max(fits, key=lambda fit: fit.r2, default=None)


def _fit(reading: Reading, values: FloatArray, names: Sequence[int | None], *, quadratic: bool) -> Fit | None:
    points = np.array(sorted(reading.estimates), np.int64)
    if not len(points):
        return None
    mine = values[points]
    numeric = tuple(axis for axis, number in enumerate(names) if number is None)
    named = {axis: number for axis, number in enumerate(names) if number is not None}
    squared = tuple(axis for axis in numeric if len(np.unique(mine[:, axis])) > 2)
    basis = Basis(mine.min(axis=0), mine.max(axis=0), numeric, named, squared, quadratic)
    y = np.array([reading.mean(point) for point in points.tolist()])
    left, sizes, right = np.linalg.svd(basis.columns(mine), full_matrices=False)
    kept = sizes > ROUND_OFF * sizes[0]
    left, sizes, right = left[:, kept], sizes[kept], right[kept]
    freedom = len(points) - len(sizes)
    leverage = (left**2).sum(axis=1)
    if freedom < 2 or (leverage > 1.0 - ROUND_OFF).any():
        return None
    rest = y - left @ (left.T @ y)
    held_out = rest / (1.0 - leverage)
    spread = ((y - y.mean()) ** 2).sum()
    return Fit(
        reading=reading,
        basis=basis,
        points=points,
        values=mine,
        inverse=(right.T / sizes) @ left.T,
        variance=float(rest @ rest / freedom),
        freedom=freedom,
        r2=float(1.0 - held_out @ held_out / spread) if spread > 0.0 else -np.inf,
        miss=float(np.sqrt((held_out**2).mean())),
    )
