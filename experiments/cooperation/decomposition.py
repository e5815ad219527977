"""Why a number moved: its change split among the factors whose product it is, without a remainder."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

NEXT_TO_NOTHING = 1e-100
"""Stands for a factor of 0; the parts are their limits for a factor that goes to 0 (Ang and Liu 2007)."""


def log_mean(before: npt.ArrayLike, after: npt.ArrayLike) -> Array:
    """Return each factor's part of the change of a product, or of a sum of products.

    Parameters
    ----------
    before, after : float[factors] or float[rows, factors]
        Factors, not negative. The number is their product, added up over rows (ports, routes) where there are any.

    Returns
    -------
    float[factors]
        Parts that add up to the change: logarithmic mean of the row's products x ln(after / before) of the factor.

    Raises
    ------
    ValueError
        Where shapes differ or a factor is negative.

    Source
    ------
    Ang 2005, Energy Policy 33 (logarithmic mean Divisia index, LMDI-I).

    Examples
    --------
    100 loads of which 14% are found, then 120 of which 12% are: 0.4 more finds, by more loads and less detection.

    >>> log_mean([100, 0.14], [120, 0.12]).round(6).tolist()
    [2.588795, -2.188795]
    """
    old, new = (np.atleast_2d(np.asarray(part, dtype=np.float64)) for part in (before, after))
    if old.shape != new.shape:
        raise ValueError(f"before and after must have the same shape, got {old.shape} and {new.shape}")
    if not (np.isfinite(old).all() and np.isfinite(new).all()) or min(old.min(), new.min()) < 0.0:
        raise ValueError("factors must be finite and not negative")
    old, new = np.maximum(old, NEXT_TO_NOTHING), np.maximum(new, NEXT_TO_NOTHING)
    ratios = np.log(new) - np.log(old)
    weights = _logarithmic_mean(np.log(old).sum(axis=1), np.log(new).sum(axis=1))
    return np.asarray((weights[:, None] * ratios).sum(axis=0))


def _logarithmic_mean(log_a: Array, log_b: Array) -> Array:
    """Return (b - a) / (ln b - ln a), a where both are the same, from logarithms."""
    gap = log_b - log_a
    with np.errstate(over="ignore"):
        ratio = np.where(np.abs(gap) < 1e-300, 1.0, np.expm1(gap) / np.where(gap == 0.0, 1.0, gap))
        up = np.exp(log_a) * ratio
        down = np.exp(log_b) * np.where(gap == 0.0, 1.0, np.expm1(-gap) / np.where(gap == 0.0, 1.0, -gap))
    return np.where(gap <= 0.0, up, down)
