"""Control charts for rare events and for levels: how long until they signal, with and without a change.

A chart that signals at once also signals often where nothing changed; its two run lengths are stated together.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, poisson

Array = npt.NDArray[np.float64]

FINEST_STEP = 400
"""A reference is taken as the nearest fraction with at most this denominator, so that the chart has a finite chain."""
LONGEST_RUN = 1e12
"""Expected periods beyond which a chart is said never to signal."""


def best_reference(low: float, high: float) -> float:
    """Return the reference of a Poisson CUSUM that tells two means apart fastest: (high - low) / ln(high / low).

    Source: Lucas 1985, Technometrics 27.

    Examples
    --------
    >>> round(best_reference(0.55, 0.825), 6)
    0.678233
    """
    if not 0.0 < low < high:
        raise ValueError(f"means must be positive and the second one larger, got {low} and {high}")
    return (high - low) / math.log(high / low)


def poisson_cusum(counts: npt.ArrayLike, *, reference: float, limit: float, upper: bool = True) -> Array:
    """Return the chart's sum after each period; it signals, and begins anew, where the sum reaches the limit.

    Examples
    --------
    >>> poisson_cusum([1, 2, 0, 3], reference=0.7, limit=3.5).round(1).tolist()
    [0.3, 1.6, 0.9, 3.2]
    """
    total, path = 0.0, []
    for count in np.asarray(counts, dtype=np.float64):
        if total >= limit:
            total = 0.0
        total = max(0.0, total + (count - reference if upper else reference - count))
        path.append(round(total, 12))
    return np.array(path)


def run_length_poisson(mean: float, *, reference: float, limit: float, upper: bool = True) -> float:
    """Return the expected periods until a Poisson CUSUM signals: S = max(0, S + x - k), signal where S >= h.

    Parameters
    ----------
    mean : float
        Of the counts, positive.
    reference : float
        k, positive; taken as a fraction with a denominator of at most 400.
    limit : float
        h, positive.
    upper : bool
        True looks for a rise, False for a fall (S + k - x).

    Returns
    -------
    float
        Infinite beyond a million million periods, which rounding no longer tells from never.

    Source
    ------
    Brook and Evans 1972, Biometrika 59 (Markov chain); Hawkins 1992 for counts.

    Examples
    --------
    >>> [round(run_length_poisson(mean, reference=0.7, limit=3.5), 3) for mean in (0.55, 0.825, 1.1)]
    [65.883, 17.131, 8.836]
    """
    if not mean > 0.0 or not reference > 0.0 or not limit > 0.0:
        raise ValueError(f"mean, reference and limit must be positive, got {mean}, {reference}, {limit}")
    step = Fraction(reference).limit_denominator(FINEST_STEP)
    per_unit, k = step.denominator, step.numerator
    states = math.ceil(round(limit * per_unit, 9))
    counts = np.arange(int(poisson.isf(1e-15, mean)) + 2)
    chances = poisson.pmf(counts, mean)
    at = np.arange(states)
    chain = np.zeros((states, states))
    for count, chance in zip(counts, chances, strict=True):
        to = np.maximum(0, at + (count * per_unit - k if upper else k - count * per_unit))
        stays = to < states
        np.add.at(chain, (at[stays], to[stays]), chance)
    if not upper:
        chain[:, 0] += max(0.0, 1.0 - float(chances.sum()))  # counts beyond those listed set the sum to 0
    try:
        length = float(np.linalg.solve(np.eye(states) - chain, np.ones(states))[0])
    except np.linalg.LinAlgError:
        return math.inf
    return length if 0.0 < length < LONGEST_RUN else math.inf


class SequentialTest(NamedTuple):
    """Straight lines for the running count of events after n periods."""

    slope: float
    """Of both lines, events a period."""
    accept_low: float
    """At or below this plus slope x n: the low mean is accepted."""
    accept_high: float
    """At or above this plus slope x n: the high mean is accepted."""
    periods_low: float
    """Expected periods if the mean is low, by Wald's approximation (what goes beyond a line is left out)."""
    periods_high: float
    """The same if it is high."""


def sprt_poisson(low: float, high: float, *, alpha: float, beta: float) -> SequentialTest:
    """Return Wald's sequential test of two Poisson means.

    Parameters
    ----------
    low, high : float
        Events a period.
    alpha : float
        P(high accepted | low).
    beta : float
        P(low accepted | high).

    Source
    ------
    Wald 1947, Sequential Analysis, chapter 3.

    Examples
    --------
    >>> test = sprt_poisson(0.55, 0.825, alpha=0.05, beta=0.2)
    >>> round(test.slope, 6), round(test.accept_low, 4), round(test.accept_high, 4)
    (0.678233, -3.8429, 6.838)
    """
    slope = best_reference(low, high)
    if not (0.0 < alpha < 1.0 and 0.0 < beta < 1.0 and alpha + beta < 1.0):
        raise ValueError(f"alpha and beta must be positive and add up to less than 1, got {alpha} and {beta}")
    unit = math.log(high / low)
    up, down = math.log((1.0 - beta) / alpha), math.log(beta / (1.0 - alpha))
    drift_low, drift_high = low * unit - (high - low), high * unit - (high - low)
    return SequentialTest(
        slope,
        down / unit,
        up / unit,
        (alpha * up + (1.0 - alpha) * down) / drift_low,
        ((1.0 - beta) * up + beta * down) / drift_high,
    )


def run_length_cusum(shift: float, *, reference: float, limit: float) -> float:
    """Return the expected periods until a two-sided normal CUSUM signals, all in standard deviations.

    Source: Page 1954, Biometrika 41, solved at Gauss-Legendre nodes; two sides as 1 / (1/A + 1/B) (Kemp 1961).

    Examples
    --------
    >>> [round(run_length_cusum(shift, reference=0.5, limit=5.0), 2) for shift in (0.0, 0.5, 1.0, 2.0)]
    [465.44, 38.0, 10.38, 4.01]
    """
    sides = [_one_sided(sign * shift, reference, limit) for sign in (1.0, -1.0)]
    return 1.0 / sum(1.0 / side for side in sides)


def _one_sided(shift: float, reference: float, limit: float) -> float:
    if not limit > 0.0:
        raise ValueError(f"limit must be positive, got {limit}")
    nodes, weights = np.polynomial.legendre.leggauss(80)
    z, w = (nodes + 1.0) * limit / 2.0, weights * limit / 2.0
    at = np.append(0.0, z)
    chain = np.empty((len(at), len(at)))
    chain[:, 0] = norm.cdf(reference - at - shift)
    chain[:, 1:] = w * norm.pdf(z[None, :] + reference - at[:, None] - shift)
    return float(np.linalg.solve(np.eye(len(at)) - chain, np.ones(len(at)))[0])


def run_length_ewma(shift: float, *, weight: float, limit: float) -> float:
    """Return the expected periods until an exponentially weighted mean leaves its lasting limits.

    Parameters
    ----------
    shift : float
        Of the mean, in standard deviations of one period.
    weight : float
        Of the last period, above 0 and at most 1.
    limit : float
        In standard deviations of the weighted mean.

    Source
    ------
    Crowder 1987, Technometrics 29, solved at Gauss-Legendre nodes.

    Examples
    --------
    >>> [round(run_length_ewma(shift, weight=0.1, limit=2.814), 1) for shift in (0.0, 0.25, 0.5, 1.0, 2.0)]
    [499.6, 106.3, 31.3, 10.3, 4.4]
    """
    if not 0.0 < weight <= 1.0 or not limit > 0.0:
        raise ValueError(f"weight must be above 0 and at most 1 and limit positive, got {weight} and {limit}")
    half = limit * math.sqrt(weight / (2.0 - weight))
    nodes, weights = np.polynomial.legendre.leggauss(81)
    z, w = nodes * half, weights * half
    chain = w * norm.pdf((z[None, :] - (1.0 - weight) * z[:, None]) / weight - shift) / weight
    lengths = np.linalg.solve(np.eye(len(z)) - chain, np.ones(len(z)))
    return float(lengths[np.argmin(np.abs(z))])


def controlled_variance(correction: float) -> float:
    """Return the variance of a stable process whose setting is moved each period against its last deviation.

    Parameters
    ----------
    correction : float
        Share of the deviation that is corrected; from 0 to below 2.

    Returns
    -------
    float
        In variances of the untouched process: 2 / (2 - w). Correcting all of it doubles the variance.

    Source
    ------
    Deming 1986, Out of the Crisis, chapter 11 (the funnel, rule 2); MacGregor 1990 for partial corrections.

    Examples
    --------
    >>> controlled_variance(0.0), controlled_variance(1.0)
    (1.0, 2.0)
    """
    if not 0.0 <= correction < 2.0:
        raise ValueError(f"correction: must be from 0 to below 2, got {correction}")
    return 2.0 / (2.0 - correction)
