"""Sampling plans: skip-lot, random examinations, what they say of what was missed, scan budgets."""

from __future__ import annotations

import functools
import math
from typing import Final, NamedTuple

import numpy as np
from scipy.special import betaincinv

from sim.arrays import FloatArray


class ShareInterval(NamedTuple):
    """An estimate and its confidence interval."""

    low: float
    estimate: float
    high: float


def csp1_fraction(p_find: float, clearance: int, fraction: float) -> float:
    """Return the long-run fraction that skip-lot plan CSP-1 inspects: f / (f + (1 - f) q ** i).

    All are inspected until ``clearance`` (i) in a row are clean, then a ``fraction`` (f) at random;
    a find returns to all. ``p_find`` = prevalence x detection, q = 1 - p_find.

    Source: Dodge 1943, Annals of Mathematical Statistics 14:264.

    >>> round(csp1_fraction(0.02, 10, 0.10), 5), round(csp1_fraction(0.02, 50, 0.25), 5)
    (0.11971, 0.4779)
    """
    q = 1.0 - p_find
    if fraction == 0.0:
        return 0.0 if q > 0.0 else 1.0
    return float(fraction / (fraction + (1.0 - fraction) * q**clearance))


def confidence_when_clean(n: int, share: float) -> float:
    """Return the confidence that contamination is below ``share`` if ``n`` random units are clean.

    1 - (1 - share) ** n.

    >>> round(confidence_when_clean(600, 0.005), 6)
    0.950586
    """
    return -math.expm1(n * math.log1p(-share)) if share < 1.0 else 1.0


def sample_size_when_clean(share: float, confidence: float) -> int:
    """Return the fewest random units that, all clean, show contamination below ``share``.

    >>> sample_size_when_clean(0.005, 0.95)
    598
    """
    n = math.ceil(math.log1p(-confidence) / math.log1p(-share))
    return n if n < 1 or confidence_when_clean(n - 1, share) < confidence else n - 1


def clopper_pearson(hits: float, n: float, confidence: float = 0.95) -> ShareInterval:
    """Return the exact interval of a share of which ``hits`` of ``n`` units were seen.

    Quantiles of Beta(x, n - x + 1) and Beta(x + 1, n - x). ``hits`` may be an expectation and
    then need not be whole.

    Source: Clopper & Pearson 1934, Biometrika 26:404.

    >>> [round(float(x), 4) for x in clopper_pearson(3, 100)]
    [0.0062, 0.03, 0.0852]
    """
    if n == 0:
        return ShareInterval(0.0, math.nan, 1.0)
    tail = (1.0 - confidence) / 2.0
    low = float(betaincinv(hits, n - hits + 1.0, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1.0, n - hits, 1.0 - tail)) if hits < n else 1.0
    return ShareInterval(low, hits / n, high)


def interdiction_interval(
    seized: float, hits: float, n: float, missed_pool: float, confidence: float = 0.95
) -> ShareInterval:
    """Return the share of loads that targeting interdicts, as an agency could estimate it.

    E = F / (F + (x / n) M): F loads seized by targeting; x loads found in n random examinations of
    the M trucks that targeting let pass, which so are estimated to hold (x / n) M loads.

    Parameters
    ----------
    seized : float
        F.
    hits, n : float
        x and n, random examinations among the trucks that targeting let pass.
    missed_pool : float
        M, all trucks that targeting let pass.
    confidence : float
        Of the Clopper-Pearson interval on x / n, which alone is uncertain here.

    Source
    ------
    GAO-02-215R (2001), on estimating interdiction from random examinations.

    Examples
    --------
    >>> [round(part, 2) for part in interdiction_interval(100, 10, 1000, 20_000)]
    [0.21, 0.33, 0.51]
    """

    def rate(missed_share: float) -> float:
        total = seized + missed_share * missed_pool
        return seized / total if total > 0.0 else math.nan

    share = clopper_pearson(hits, n, confidence)
    return ShareInterval(rate(share.high), rate(share.estimate), rate(share.low))


def sample_size_for_width(share: float, width: float, confidence: float = 0.95) -> int:
    """Return the fewest random units whose interval of ``share`` is no wider than ``width``.

    Width of `clopper_pearson` at the expected find, n x share.

    >>> n = sample_size_for_width(0.02, 0.01)
    >>> low, _, high = clopper_pearson(0.02 * n, n)
    >>> high - low <= 0.01
    True
    """

    def wide(n: int) -> bool:
        low, _, high = clopper_pearson(share * n, n, confidence)
        return high - low > width

    few, many = 0, 1
    while wide(many):
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (middle, many) if wide(middle) else (few, middle)
    return many


@functools.lru_cache(maxsize=8)
def assignment_table(scans: int, arrivals: int) -> FloatArray:
    """Return V[k, n], the expected sum of the scores scanned with k scans left of n arrivals.

    Scores are independent and uniform and must be answered at once. Scanning pays when the score
    exceeds t = V[k, n - 1] - V[k - 1, n - 1], so V[k, n] = V[k, n - 1] + E[max(U - t, 0)]
    = V[k, n - 1] + (1 - t) ** 2 / 2.

    Returns
    -------
    float[scans + 1, arrivals + 1], read only

    Source
    ------
    Derman, Lieberman & Ross 1972, Management Science 18:349; Gilbert & Mosteller 1966 for k = 1.

    Examples
    --------
    >>> table = assignment_table(2, 10)
    >>> round(float(table[1, 10]), 5), round(float(table[2, 10]), 5)
    (0.8611, 1.636)
    """
    value = np.zeros((arrivals + 1, scans + 1))
    for n in range(1, arrivals + 1):
        threshold = value[n - 1, 1:] - value[n - 1, :-1]
        value[n, 1:] = value[n - 1, 1:] + (1.0 - threshold) ** 2 / 2.0
    table = np.ascontiguousarray(value.T)
    table.setflags(write=False)
    return table


BLOCK: Final = 64
"""Numbers of arrivals whose thresholds are laid across a table at a time, which is the longer part of the work."""


def assignment_thresholds(scans: int, arrivals: int) -> FloatArray:
    """Return t[k, n]: with k scans and n arrivals left (this one included), scan a score above it.

    0 where every arrival left can be scanned, 1 where no scan is left. They are the differences of `assignment_table`,
    worked out without keeping it: the table of a day is a hundred megabytes.

    >>> assignment_thresholds(1, 3)[1].round(3).tolist()
    [0.0, 0.0, 0.5, 0.625]
    """
    thresholds = np.zeros((scans + 1, arrivals + 1))
    thresholds[0] = 1.0
    value = np.zeros(scans + 1)
    columns = np.empty((BLOCK, scans))
    for first in range(1, arrivals + 1, BLOCK):
        last = min(first + BLOCK, arrivals + 1)
        for threshold in columns[: last - first]:
            np.subtract(value[1:], value[:-1], out=threshold)
            value[1:] += (1.0 - threshold) ** 2 / 2.0
        thresholds[1:, first:last] = columns[: last - first].T
    thresholds.setflags(write=False)
    return thresholds
