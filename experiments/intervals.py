"""What the replications say and how sure they are: intervals, paired differences, many at once.

Everything is one estimator, a ratio of (stratified) means: a plain mean divides by ones. Its standard error is the
delete-one jackknife over replications; for a plain mean that *is* s/sqrt(n), and with several strata one replication
is left out of its own stratum at a time. Alternatives are paired: the same replication is left out of both.

Waits are skewed, and differences of their percentiles more so: Student's interval of twenty of them then holds the
truth too seldom. On each side an interval reaches as far as the farther of Student's and the one that is corrected for
the skewness of the jackknife's parts; without skewness they are the same. The p value is the larger of both, so that an
interval excludes zero where p says so. No interval can know of a kind of day that no replication has met.

Where no interval can be given the numbers are NaN and ``reason`` says why, in words for a table: below
`FEWEST_FREEDOM` degrees of freedom, and where fewer than `FEWEST_UNEQUAL` replications differ at all.

Sources: Efron and Stein (1981) for the jackknife; Hall (1992), J. R. Statist. Soc. B 54, 221-228, for the skewness;
Holm (1979) for the simultaneous verdict.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

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
TOO_FEW: Final = "too few replications"
FEWEST_FREEDOM: Final = 3
"""Degrees of freedom below which the factor of an interval is a number of luck: 4.3 at two, 12.7 at one."""
FEWEST_UNEQUAL: Final = 6
"""Replications that must differ for an interval of a difference: with fewer no sign test can tell it from zero."""

IntervalKind = Literal["replications", "assumptions", "both"]
"""What an interval is over: the luck of replications with all inputs held, redrawn inputs, or both."""
KIND_WORDS: Final[dict[IntervalKind, str]] = {
    "replications": "over replications",
    "assumptions": "over sets of assumptions",
    "both": "over replications and sets of assumptions",
}


@dataclass(frozen=True, slots=True)
class IntervalEstimate:
    """An estimate with a two-sided interval; NaN and a ``reason`` where there is none."""

    mean: float
    low: float
    high: float
    n: int
    reason: str = ""
    kind: IntervalKind = "replications"

    def within(self, least: float, most: float) -> IntervalEstimate:
        """Return it with its ends inside what is possible."""
        return replace(self, low=float(np.clip(self.low, least, most)), high=float(np.clip(self.high, least, most)))


@dataclass(frozen=True, slots=True)
class Difference:
    """Alternative minus baseline, with its interval and the two-sided p value of no difference."""

    mean: float
    low: float
    high: float
    p_value: float
    n: int
    reason: str = ""
    kind: IntervalKind = "replications"

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
    """Return a ratio of sums (or a mean) over replications with its interval.

    ``coverage`` is the probability with which the interval is meant to hold the true value; ``n`` counts the
    replications in which the quantity is defined.

    Examples
    --------
    >>> found = estimate_interval(Sample.of([1.0, 2.0, 3.0, 4.0]))
    >>> round(found.mean, 3), round(found.low, 3), round(found.high, 3)
    (2.5, 0.446, 4.554)
    """
    found = function_interval([sample], lambda value: value, coverage)
    return IntervalEstimate(found.mean, found.low, found.high, found.n, found.reason)


def paired_difference(sample: Sample, baseline: Sample, coverage: float = 0.95) -> Difference:
    """Return alternative minus baseline over their common replications, row by row.

    Both samples must hold the same replications in the same order. A difference that is exactly
    the same in every replication has no error to speak of: p is 1 where it is zero, else NaN. One that is not zero in
    fewer than `FEWEST_UNEQUAL` replications has no interval: so few do not tell how large it can be.

    Examples
    --------
    >>> found = paired_difference(Sample.of([2.0, 3.0, 5.0, 6.0]), Sample.of([1.0, 2.0, 3.0, 5.0]))
    >>> round(found.mean, 3), round(found.p_value, 3)
    (1.25, 0.015)
    """
    found = function_interval([sample, baseline], lambda one, other: one - other, coverage)
    if found.reason == NO_SPREAD and found.mean == 0.0:
        return replace(found, p_value=1.0, reason=IDENTICAL)
    unequal, n = n_unequal(sample, baseline), found.n
    if np.isfinite(found.low) and unequal < min(FEWEST_UNEQUAL, n):
        return replace(found, low=np.nan, high=np.nan, p_value=1.0, reason=f"not zero in {unequal} of {n} replications")
    return found


def n_unequal(sample: Sample, baseline: Sample) -> int:
    """Return in how many of their common replications two quantities are not the same.

    Examples
    --------
    >>> n_unequal(Sample.of([1.0, 2.0], [2.0, 4.0]), Sample.of([3.0, 1.0], [6.0, 1.0]))
    1
    """
    known = sample.known() & baseline.known()
    ratios = []
    for side in (sample.take(known), baseline.take(known)):
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios.append(side.numerator / side.denominator)
    return int((~np.isclose(ratios[0], ratios[1], rtol=1e-12, atol=0.0, equal_nan=True)).sum())


def unpaired_difference(sample: Sample, baseline: Sample, coverage: float = 0.95) -> Difference:
    """Return alternative minus baseline where their replications have nothing to do with each other.

    Welch's interval: each side has its own standard error, and the degrees of freedom are Satterthwaite's; the skewness
    is that of both sides' parts.

    Source: Welch (1947), Biometrika 34, 28-35.

    Examples
    --------
    >>> found = unpaired_difference(Sample.of([2.0, 3.0, 5.0, 6.0]), Sample.of([1.0, 2.0, 3.0, 5.0]))
    >>> round(found.mean, 3), round(found.p_value, 3)
    (1.25, 0.366)
    """
    known = [side.take(side.known()) for side in (sample, baseline)]
    n = min(len(side.strata) for side in known)
    if n == 0:
        return Difference(np.nan, np.nan, np.nan, np.nan, 0, UNDEFINED)
    sides = [_estimate([side], lambda value: value) for side in known]
    mean = sides[0].mean - sides[1].mean
    if reasons := [side.doubt for side in sides if side.doubt not in ("", NO_SPREAD)]:
        return Difference(mean, np.nan, np.nan, np.nan, n, reasons[0])
    squares = [side.error**2 for side in sides]
    if sum(squares) == 0.0:
        return Difference(mean, mean, mean, 1.0 if mean == 0.0 else np.nan, n, IDENTICAL if mean == 0.0 else NO_SPREAD)
    freedoms = [len(side.strata) - len(_groups(side.strata)[1]) for side in known]
    freedom = sum(squares) ** 2 / sum(square**2 / own for square, own in zip(squares, freedoms, strict=True))
    cubes = sides[0].skewness * sides[0].error ** 3 - sides[1].skewness * sides[1].error ** 3
    error = float(np.sqrt(sum(squares)))
    return _bounded(_Estimate(mean, error, cubes / error**3), freedom, n, "", coverage)


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


@dataclass(frozen=True, slots=True)
class _Estimate:
    """An estimate, its standard error, the skewness of its error, and what is wrong with it."""

    mean: float
    error: float = np.nan
    skewness: float = 0.0
    doubt: str = ""


def _with_interval(estimate: _Estimate, strata: IntArray, reason: str, coverage: float) -> Difference:
    """Return an estimate with its interval, or with what is wrong with it."""
    n = len(strata)
    if estimate.doubt:
        end = estimate.mean if estimate.doubt == NO_SPREAD else np.nan
        return Difference(estimate.mean, end, end, np.nan, n, estimate.doubt)
    return _bounded(estimate, n - len(_groups(strata)[1]), n, reason, coverage)


def _bounded(estimate: _Estimate, freedom: float, n: int, reason: str, coverage: float) -> Difference:
    """Return the hull of Student's interval and of the one corrected for skewness, and the p value of both."""
    quantile, skewness = float(stdtrit(freedom, 0.5 + coverage / 2.0)), estimate.skewness
    below = max(quantile, _unskewed(quantile, skewness))
    above = min(-quantile, _unskewed(-quantile, skewness))
    ratio = estimate.mean / estimate.error
    least = min(abs(ratio), float(np.copysign(_skewed(ratio, skewness), ratio * _skewed(ratio, skewness))))
    p_value = min(2.0 * stdtr(freedom, -least), 1.0)
    low, high = estimate.mean - below * estimate.error, estimate.mean - above * estimate.error
    return Difference(estimate.mean, low, high, float(p_value), n, reason)


def _skewed(ratio: float, skewness: float) -> float:
    """Return Hall's transformation of a studentized estimate: nearly symmetric where the estimate is skewed."""
    return ratio + skewness * ratio**2 / 3.0 + skewness**2 * ratio**3 / 27.0 + skewness / 6.0


def _unskewed(value: float, skewness: float) -> float:
    """Return the studentized estimate that `_skewed` turns into ``value``.

    >>> round(_unskewed(_skewed(1.5, 0.4), 0.4), 12)
    1.5
    """
    if abs(skewness) < 1e-9:
        return value
    return float(3.0 / skewness * (np.cbrt(1.0 + skewness * (value - skewness / 6.0)) - 1.0))


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


def _estimate(samples: Sequence[Sample], function: Callable[..., Any]) -> _Estimate:
    """Return estimate, standard error and what is wrong with it."""
    whole = [_ratio(*_weighted(sample)) for sample in samples]
    mean, scale = float(function(*whole)), max(abs(value) for value in whole)
    return _judged(mean, lambda: function(*map(_leave_one_out, samples)), samples[0].strata, scale)


def _judged(mean: float, leave_one_out: Callable[[], Any], strata: IntArray, scale: float) -> _Estimate:
    """Return an estimate with its jackknife error; ``scale`` is the size of its parts."""
    group, sizes = _groups(strata)
    freedom = len(strata) - len(sizes)
    if not np.isfinite(mean):
        return _Estimate(np.nan, doubt=NO_DENOMINATOR)
    if sizes.min() == 1:
        return _Estimate(mean, doubt=ONE_REPLICATION if len(strata) == 1 else LONE_STRATUM)
    parts = _jackknife_parts(np.asarray(leave_one_out()), strata)
    error = float(np.sqrt((parts**2 * (sizes / (sizes - 1.0))[group]).sum()))
    if not np.isfinite(error):
        return _Estimate(mean, doubt=NO_DENOMINATOR)
    if error <= 1e-12 * scale:  # round-off between equal replications is not spread
        return _Estimate(mean, 0.0, doubt=NO_SPREAD)
    if freedom < FEWEST_FREEDOM:
        return _Estimate(mean, doubt=f"{TOO_FEW}: {len(strata)}")
    return _Estimate(mean, error, float((parts**3).sum()) / error**3)


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
    return _ratios(*parts)


def _ratio(numerator: float, denominator: float) -> float:
    return float(numerator / denominator) if denominator > 0.0 else np.nan


def _jackknife_parts(replicates: FloatArray, strata: IntArray) -> FloatArray:
    """Return what each replication adds to the estimate's error [n]: (n - 1)/n times its deviation, n its stratum's."""
    group, sizes = _groups(strata)
    means = np.bincount(group, weights=replicates) / sizes
    return np.asarray(((sizes - 1.0) / sizes)[group] * (means[group] - replicates))


def _groups(strata: IntArray) -> tuple[IntArray, IntArray]:
    """Return the place of each replication's stratum [n], and the size of each stratum; not to be written to."""
    return _groups_of(strata.tobytes(), strata.dtype.str)


@functools.lru_cache(maxsize=256)
def _groups_of(strata: bytes, dtype: str) -> tuple[IntArray, IntArray]:
    """Return `_groups`; a report asks it of the same few strata ten thousand times."""
    _, group, sizes = np.unique(np.frombuffer(strata, dtype), return_inverse=True, return_counts=True)
    group.flags.writeable = sizes.flags.writeable = False
    return group, sizes
