"""What the replications say and how sure they are: intervals, paired differences, many at once.

Everything is one estimator, a ratio of (stratified) means: a plain mean divides by ones. Its standard error is the
delete-one jackknife over replications; for a plain mean that *is* s/sqrt(n), and with several strata one replication
is left out of its own stratum at a time. Alternatives are paired: the same replication is left out of both.

Where no interval can be given the numbers are NaN and ``reason`` says why, in words for a table.

Sources: Efron and Stein (1981) for the jackknife; Holm (1979) for the simultaneous verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from sim.arrays import FloatArray, IntArray

ONE_REPLICATION: Final = "one replication only"
LONE_STRATUM: Final = "one replication a month only"
NO_DENOMINATOR: Final = "nothing to divide by"
UNDEFINED: Final = "undefined in every replication"
NO_SPREAD: Final = "no spread between replications"
IDENTICAL: Final = "identical in every replication"


@dataclass(frozen=True, slots=True)
class IntervalEstimate:
    """An estimate with a two-sided interval; NaN and a ``reason`` where there is none."""

    mean: float
    low: float
    high: float
    n: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Alternative minus baseline, with its interval and the two-sided p value of no difference."""

    mean: float
    low: float
    high: float
    p_value: float
    n: int
    reason: str = ""

    def size(self) -> Difference:
        """Return it the way round in which its mean is not negative."""
        return self if self.mean >= 0.0 else replace(self, mean=-self.mean, low=-self.high, high=-self.low)


@dataclass(frozen=True, slots=True)
class Sample:
    """Numerator and denominator of one quantity, by replication, and each replication's stratum.

    All are [n]; a plain mean has a denominator of ones. Strata weigh the same, whatever their size.
    """

    numerator: FloatArray
    denominator: FloatArray
    strata: IntArray

    @classmethod
    def of(
        cls, numerator: npt.ArrayLike, denominator: npt.ArrayLike | None = None, strata: npt.ArrayLike | None = None
    ) -> Sample:
        """Return the sample of a mean, or with a denominator of a ratio of sums."""
        top = np.asarray(numerator, dtype=np.float64)
        bottom = np.ones_like(top) if denominator is None else np.asarray(denominator, np.float64)
        groups = np.zeros(len(top), np.int64) if strata is None else np.asarray(strata, np.int64)
        return cls(top, bottom, groups)

    def known(self) -> npt.NDArray[np.bool_]:
        """Return which replications have a finite numerator and denominator [n]."""
        return np.isfinite(self.numerator) & np.isfinite(self.denominator)

    def take(self, rows: npt.NDArray[np.bool_]) -> Sample:
        """Return the sample of the chosen replications only."""
        return Sample(self.numerator[rows], self.denominator[rows], self.strata[rows])


def estimate_interval(sample: Sample, coverage: float = 0.95) -> IntervalEstimate:
    """Return a ratio of sums (or a mean) over replications with its t interval.

    ``coverage`` is the probability with which the interval is meant to hold the true value; ``n`` counts the
    replications in which the quantity is defined.

    Examples
    --------
    >>> found = estimate_interval(Sample.of([1.0, 2.0, 3.0]))
    >>> round(found.mean, 3), round(found.low, 3), round(found.high, 3)
    (2.0, -0.484, 4.484)
    """
    found = function_interval([sample], lambda value: value, coverage)
    return IntervalEstimate(found.mean, found.low, found.high, found.n, found.reason)


def paired_difference(sample: Sample, baseline: Sample, coverage: float = 0.95) -> Difference:
    """Return alternative minus baseline over their common replications, row by row.

    Both samples must hold the same replications in the same order. A difference that is exactly
    the same in every replication has no error to speak of: p is 1 where it is zero, else NaN.

    Examples
    --------
    >>> found = paired_difference(Sample.of([2.0, 3.0, 5.0]), Sample.of([1.0, 2.0, 3.0]))
    >>> round(found.mean, 3), round(found.p_value, 3)
    (1.333, 0.057)
    """
    found = function_interval([sample, baseline], lambda one, other: one - other, coverage)
    if found.reason == NO_SPREAD and found.mean == 0.0:
        return replace(found, p_value=1.0, reason=IDENTICAL)
    return found


def unpaired_difference(sample: Sample, baseline: Sample, coverage: float = 0.95) -> Difference:
    """Return alternative minus baseline where their replications have nothing to do with each other.

    Welch's interval: each side has its own standard error, and the degrees of freedom are Satterthwaite's.

    Source: Welch (1947), Biometrika 34, 28-35.

    Examples
    --------
    >>> found = unpaired_difference(Sample.of([2.0, 3.0, 5.0]), Sample.of([1.0, 2.0, 3.0]))
    >>> round(found.mean, 3), round(found.p_value, 3)
    (1.333, 0.285)
    """
    known = [side.take(side.known()) for side in (sample, baseline)]
    n = min(len(side.strata) for side in known)
    if n == 0:
        return Difference(np.nan, np.nan, np.nan, np.nan, 0, UNDEFINED)
    sides = [_estimate([side], lambda value: value) for side in known]
    mean = sides[0][0] - sides[1][0]
    if reasons := [doubt for _, _, doubt in sides if doubt not in ("", NO_SPREAD)]:
        return Difference(mean, np.nan, np.nan, np.nan, n, reasons[0])
    squares = [error**2 for _, error, _ in sides]
    if sum(squares) == 0.0:
        return Difference(mean, mean, mean, 1.0 if mean == 0.0 else np.nan, n, IDENTICAL if mean == 0.0 else NO_SPREAD)
    freedoms = [len(side.strata) - len(np.unique(side.strata)) for side in known]
    freedom = sum(squares) ** 2 / sum(square**2 / own for square, own in zip(squares, freedoms, strict=True))
    error = float(np.sqrt(sum(squares)))
    half = float(error * stdtrit(freedom, 0.5 + coverage / 2.0))
    return Difference(mean, mean - half, mean + half, float(2.0 * stdtr(freedom, -abs(mean) / error)), n)


def function_interval(samples: Sequence[Sample], function: Callable[..., Any], coverage: float = 0.95) -> Difference:
    """Return a function of several ratios over their common replications, and whether it is zero.

    ``samples`` hold the same replications in the same order (ValueError: they differ in length); ``function`` takes
    one value, or one array of leave-one-out values [n], for each.
    """
    if len({len(sample.strata) for sample in samples}) != 1:
        raise ValueError("a paired difference needs the same replications on both sides")
    known = np.logical_and.reduce([sample.known() for sample in samples])
    n = int(known.sum())
    if n == 0:
        return Difference(np.nan, np.nan, np.nan, np.nan, 0, UNDEFINED)
    reason = "" if n == len(known) else f"undefined in {len(known) - n} of {len(known)} replications"
    used = [sample.take(known) for sample in samples]
    return _with_interval(_estimate(used, function), used[0].strata, reason, coverage)


def weighted_sum_interval(samples: Sequence[Sample], weights: npt.ArrayLike, coverage: float = 0.95) -> Difference:
    """Return a weighted sum of many ratios, as `function_interval` would, in a fraction of its time.

    Parameters
    ----------
    weights : array_like, shape (len(samples),)

    Examples
    --------
    >>> many = [Sample.of([2.0, 3.0, 5.0]), Sample.of([1.0, 2.0, 3.0])]
    >>> round(weighted_sum_interval(many, [1.0, -1.0]).mean, 3)
    1.333
    """
    known = np.logical_and.reduce([sample.known() for sample in samples])
    n = int(known.sum())
    if n == 0:
        return Difference(np.nan, np.nan, np.nan, np.nan, 0, UNDEFINED)
    reason = "" if n == len(known) else f"undefined in {len(known) - n} of {len(known)} replications"
    strata, weight = samples[0].strata[known], np.asarray(weights, np.float64)
    wholes, parts = zip(
        *(_sums(np.stack([getattr(s, name)[known] for s in samples]), strata) for name in ("numerator", "denominator")),
        strict=True,
    )
    ratios = _ratios(*wholes)
    scale = float(np.abs(ratios).max())
    judged = _judged(float(weight @ ratios), lambda: weight @ _ratios(*parts), strata, scale)
    return _with_interval(judged, strata, reason, coverage)


def _sums(values: FloatArray, strata: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the sum over strata of their means [m], whole and without each replication in turn [m, n]."""
    group, sizes = _groups(strata)
    totals = values @ np.eye(len(sizes))[group]
    means = totals / sizes
    with np.errstate(divide="ignore", invalid="ignore"):
        without = (totals[:, group] - values) / (sizes[group] - 1.0)
    whole = means.sum(axis=1)
    return whole, whole[:, None] - means[:, group] + without


def _ratios(tops: FloatArray, bottoms: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(bottoms > 0.0, tops / bottoms, np.nan))


def _with_interval(estimate: tuple[float, float, str], strata: IntArray, reason: str, coverage: float) -> Difference:
    """Return an estimate, its standard error and what is wrong with it as a t interval."""
    (mean, error, doubt), n = estimate, len(strata)
    if doubt:
        end = mean if doubt == NO_SPREAD else np.nan
        return Difference(mean, end, end, np.nan, n, doubt)
    freedom = n - len(np.unique(strata))
    half = float(error * stdtrit(freedom, 0.5 + coverage / 2.0))
    return Difference(mean, mean - half, mean + half, float(2.0 * stdtr(freedom, -abs(mean) / error)), n, reason)


def holm_adjusted(p_values: npt.ArrayLike) -> FloatArray:
    """Return Holm's adjusted p values; NaN stays NaN and does not count as a comparison.

    Rejecting those at or below alpha keeps the chance of any false rejection at alpha.

    Examples
    --------
    >>> holm_adjusted([0.01, 0.04, 0.03]).round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full_like(p, np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = (len(order) - np.arange(len(order))) * p[order]
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return adjusted


def _estimate(samples: Sequence[Sample], function: Callable[..., Any]) -> tuple[float, float, str]:
    """Return estimate, standard error and what is wrong with it."""
    whole = [_ratio(*_weighted(sample)) for sample in samples]
    mean, scale = float(function(*whole)), max(abs(value) for value in whole)
    return _judged(mean, lambda: function(*map(_leave_one_out, samples)), samples[0].strata, scale)


def _judged(mean: float, leave_one_out: Callable[[], Any], strata: IntArray, scale: float) -> tuple[float, float, str]:
    """Return an estimate, its jackknife error and what is wrong with it; ``scale`` is the size of its parts."""
    if not np.isfinite(mean):
        return np.nan, np.nan, NO_DENOMINATOR
    if len(strata) == 1:
        return mean, np.nan, ONE_REPLICATION
    if np.unique(strata, return_counts=True)[1].min() == 1:
        return mean, np.nan, LONE_STRATUM
    error = _jackknife_error(np.asarray(leave_one_out()), strata)
    if not np.isfinite(error):
        return mean, np.nan, NO_DENOMINATOR
    # Round-off between equal replications is not spread.
    return (mean, 0.0, NO_SPREAD) if error <= 1e-12 * scale else (mean, error, "")


def _weighted(sample: Sample) -> tuple[float, float]:
    """Return the sums over strata of the stratum means, of numerator and denominator."""
    group, sizes = _groups(sample.strata)
    weight = 1.0 / sizes[group]
    return float(weight @ sample.numerator), float(weight @ sample.denominator)


def _leave_one_out(sample: Sample) -> FloatArray:
    """Return the ratio without each replication in turn [n]; NaN where it is undefined."""
    group, sizes = _groups(sample.strata)
    size = sizes[group].astype(np.float64)
    parts = []
    for values in (sample.numerator, sample.denominator):
        totals = np.bincount(group, weights=values)
        with np.errstate(divide="ignore", invalid="ignore"):
            without = (totals[group] - values) / (size - 1.0)
        parts.append((totals / sizes).sum() - totals[group] / size + without)
    return np.array([_ratio(top, bottom) for top, bottom in zip(*parts, strict=True)])


def _ratio(numerator: float, denominator: float) -> float:
    return float(numerator / denominator) if denominator > 0.0 else np.nan


def _jackknife_error(replicates: FloatArray, strata: IntArray) -> float:
    """Return sqrt of the sum over strata of (n - 1)/n times the squared deviations."""
    group, sizes = _groups(strata)
    means = np.bincount(group, weights=replicates) / sizes
    squares = np.bincount(group, weights=(replicates - means[group]) ** 2)
    return float(np.sqrt(((sizes - 1.0) / sizes * squares).sum()))


def _groups(strata: IntArray) -> tuple[IntArray, IntArray]:
    """Return the place of each replication's stratum [n], and the size of each stratum."""
    _, group, sizes = np.unique(strata, return_inverse=True, return_counts=True)
    return group, sizes
