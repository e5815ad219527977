"""Choice by logit: shares that pivot on today's, and choices that stay coupled when shares move."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def shares(base: npt.ArrayLike, *, change: npt.ArrayLike, scale: float) -> Array:
    """Return today's shares, moved by how much worse each option has become.

    s_i = b_i exp(-L c_i) / sum of b_j exp(-L c_j): the incremental logit. Without a change the shares are the base
    shares, whatever L is.

    Parameters
    ----------
    base : float[n]
        b, today's shares or weights: not negative, at least one positive. An option of share 0 stays at 0.
    change : float[n]
        c, for instance the rise of the detection rate on each option.
    scale : float
        L, log odds lost for each unit of change, 0 or more.

    Raises
    ------
    ValueError
        Where a weight is negative, all are 0, or a value is not finite.

    Source
    ------
    Incremental (pivot point) logit: Ben-Akiva and Lerman 1985, Discrete Choice Analysis.

    Examples
    --------
    >>> shares([0.5, 0.3, 0.2], change=[0.14, 0.0, 0.0], scale=10.0).round(5).tolist()
    [0.19782, 0.48131, 0.32087]
    """
    weights = _weights(base)
    moved = np.asarray(change, dtype=np.float64)
    if not np.isfinite(moved).all() or not np.isfinite(scale):
        raise ValueError(f"changes and scale must be finite: {moved.tolist()}, {scale}")
    held = weights > 0.0
    utility = np.where(held, -scale * moved, -np.inf)
    grown = weights * np.exp(utility - utility[held].max())
    return np.asarray(grown / grown.sum())


def choose(base: npt.ArrayLike, gumbels: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the option that each chooser takes: the largest of ln(share) plus the chooser's own Gumbel number.

    Choosers keep their numbers when the shares move, so few of them change their option, and a new option moves
    nobody but those who take it.

    Parameters
    ----------
    base : float[n] or float[m, n]
        Shares or weights of the options, for all choosers or for each.
    gumbels : float[m, n]
        Standard Gumbel numbers, one for each chooser and option.

    Returns
    -------
    int[m]

    Source
    ------
    The Gumbel-max device: Gumbel 1954; Maddison, Tarlow and Minka 2014.

    Examples
    --------
    >>> choose([0.2, 0.8], [[2.0, 0.0], [0.0, 0.0]]).tolist()
    [0, 1]
    """
    weights = np.asarray(base, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray((np.log(weights) + np.asarray(gumbels, dtype=np.float64)).argmax(axis=-1), dtype=np.int64)


def total_variation(before: npt.ArrayLike, after: npt.ArrayLike) -> float:
    """Return half the sum of absolute differences of two sets of shares: the least part that must change.

    Examples
    --------
    >>> round(total_variation([0.5, 0.3, 0.2], [0.4, 0.3, 0.3]), 6)
    0.1
    """
    first, second = _shares_of(before), _shares_of(after)
    return float(np.abs(first - second).sum() / 2.0)


def changed_by_gumbel(before: npt.ArrayLike, after: npt.ArrayLike) -> float:
    """Return the part of choosers who change their option under :func:`choose` when shares move.

    1 - sum over i of 1 / sum over j of max(p_j / p_i, q_j / q_i); at most 2 TV / (1 + TV).

    Source
    ------
    Daliri, Steinke and others' analysis of Gumbel coupling is of this form; derived here from the minimum of
    exponential times.

    Examples
    --------
    >>> round(changed_by_gumbel([0.5, 0.3, 0.2], [0.4, 0.3, 0.3]), 6)
    0.127273
    """
    first, second = _shares_of(before), _shares_of(after)
    alike = 0.0
    for option in np.flatnonzero((first > 0.0) & (second > 0.0)):
        alike += 1.0 / float(np.maximum(first / first[option], second / second[option]).sum())
    return 1.0 - alike


def changed_by_cumulative(before: npt.ArrayLike, after: npt.ArrayLike) -> float:
    """Return the part of choosers who change when each keeps one uniform number and looks it up in the sums of shares.

    Examples
    --------
    >>> round(changed_by_cumulative([0.5, 0.3, 0.2], [0.4, 0.3, 0.3]), 6)
    0.2
    """
    first, second = (np.concatenate([[0.0], np.cumsum(_shares_of(one))]) for one in (before, after))
    both = np.minimum(first[1:], second[1:]) - np.maximum(first[:-1], second[:-1])
    return float(1.0 - np.maximum(both, 0.0).sum())


def _weights(base: npt.ArrayLike) -> Array:
    weights = np.asarray(base, dtype=np.float64)
    if not np.isfinite(weights).all() or (weights < 0.0).any() or not weights.sum() > 0.0:
        raise ValueError(f"base shares must be finite, not negative and not all 0: {weights.tolist()}")
    return weights


def _shares_of(base: npt.ArrayLike) -> Array:
    weights = _weights(base)
    return np.asarray(weights / weights.sum())
