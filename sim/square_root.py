"""Whom to screen when risk is known: strong profiling, uniform and square-root sampling.

One of ``n`` units is the violator, unit j with probability p_j. Each screening draws a unit, unit
j with probability q_j; the violator is recognised when drawn. Press (2009), PNAS 106:1716.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def mean_screenings(prior: npt.ArrayLike, sampling: npt.ArrayLike) -> float:
    """Return the mean number of screenings until the violator is drawn, with replacement.

    sum of p_j / q_j, both normalised: unit j, if it is the violator, takes 1 / q_j draws on
    average. A unit with p_j > 0 that is never drawn makes it infinite.

    Parameters
    ----------
    prior, sampling : float[n], not negative
        p and q, up to a factor each.

    Source
    ------
    Press 2009, equation 1. Drawing by the prior itself (strong profiling) is exactly as slow as
    drawing uniformly: both take n.

    Examples
    --------
    >>> prior = [0.009] * 100 + [0.0001] * 1000
    >>> round(mean_screenings(prior, prior), 6), round(mean_screenings(prior, [1] * 1100), 6)
    (1100.0, 1100.0)
    >>> round(mean_screenings(prior, square_root(prior)), 3)
    379.737
    """
    p, q = _normalised(prior), _normalised(sampling)
    at_risk = p > 0.0
    with np.errstate(divide="ignore"):
        return float((p[at_risk] / q[at_risk]).sum())


def square_root(prior: npt.ArrayLike) -> Floats:
    """Return the sampling that is fastest with replacement: q_j proportional to sqrt(p_j).

    Source
    ------
    Press 2009: the minimum of sum p_j / q_j on the simplex, which is (sum sqrt(p_j)) ** 2.

    Examples
    --------
    >>> square_root([0.9, 0.1]).round(2).tolist()
    [0.75, 0.25]
    """
    return _normalised(np.sqrt(_normalised(prior)))


def mean_screenings_with_memory(prior: npt.ArrayLike) -> float:
    """Return the mean number of screenings when nobody is screened twice: the riskiest first.

    sum of p_(k) k, p_(1) >= p_(2) >= ... : unit k is reached by the k-th screening.

    Examples
    --------
    >>> round(mean_screenings_with_memory([0.009] * 100 + [0.0001] * 1000), 6)
    105.5
    """
    p = np.sort(_normalised(prior))[::-1]
    return float((p * np.arange(1, len(p) + 1)).sum())


def scale_for_share(weights: npt.ArrayLike, share: float) -> float:
    """Return c such that the mean of min(1, c w_j) is ``share``; inf where none is small enough.

    The mean is piecewise linear and rising in c; with the k largest weights at 1 it is
    (k + c sum of the others) / n.

    Examples
    --------
    >>> scale_for_share([1.0, 2.0, 5.0], 0.5)
    0.1875
    """
    w = np.sort(np.asarray(weights, dtype=np.float64))[::-1]
    n = len(w)
    if share * n >= np.count_nonzero(w):
        return np.inf
    w = w[w > 0.0]
    # k units at 1: right when the largest of the others stays at or under 1
    scales = (share * n - np.arange(len(w))) / np.cumsum(w[::-1])[::-1]
    return float(scales[np.argmax(scales * w <= 1.0)])


def _normalised(weights: npt.ArrayLike) -> Floats:
    w = np.asarray(weights, dtype=np.float64)
    return np.asarray(w / w.sum(), dtype=np.float64)
