"""Named streams of chance, and the quantile functions that turn them into numbers.

A stream is keyed by (seed, epoch, replication, layer, purpose); a position in it is the number of
the candidate truck. So a truck keeps its luck whatever a policy does and whoever else comes. All
transcendental arithmetic of the model happens here and in its callers, in NumPy, by inversion;
engines only add, subtract, multiply, divide and compare.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.purposes import Purpose as Purpose  # noqa: PLC0414  (its users find it here)
from sim.window import Window

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]


Draw: TypeAlias = Callable[[Purpose], FloatArray]
"""The luck of n trucks: a purpose gives their n uniforms."""


def keyed_uniform(seed: int, key: tuple[int, ...], n: int) -> FloatArray:
    """Return n uniforms strictly inside (0, 1), fixed by the seed and the key.

    The first m of n are the same for every n >= m.
    """
    bits = np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key))
    u = np.random.Generator(bits).random(n)
    return np.maximum(u, 2.0**-54, out=u)  # 0 has probability 2**-53 and would give -inf


def uniform(window: Window, purpose: Purpose, n: int, layer: int = 0) -> FloatArray:
    """Return the first n uniforms of a window's stream, strictly inside (0, 1).

    Parameters
    ----------
    window : Window
        Seed, epoch and replication.
    purpose : Purpose
        What they are for; streams of different purposes are independent.
    n : int
        How many; the first m of n are the same for every n >= m.
    layer : int
        0 for the common base stream, 1, 2, ... for demand on top of it.

    Examples
    --------
    >>> from sim.window import EVALUATION
    >>> week = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)
    >>> bool((uniform(week, Purpose.TIE, 3) == uniform(week, Purpose.TIE, 5)[:3]).all())
    True
    """
    return keyed_uniform(window.seed, window.spawn_key(layer, int(purpose)), n)


def normal(u: FloatArray) -> FloatArray:
    """Return standard normal quantiles.

    Examples
    --------
    >>> normal(np.array([0.5, 0.975])).round(4).tolist()
    [0.0, 1.96]
    """
    z: FloatArray = special.ndtri(u)
    return z


def lognormal(u: FloatArray, median: float | FloatArray, ln_sd: float | FloatArray) -> FloatArray:
    """Return quantiles of a lognormal: median x exp(ln_sd x z)."""
    z = normal(u)
    z *= ln_sd
    np.exp(z, out=z)
    z *= median
    return z


def exponential(u: FloatArray, mean: float) -> FloatArray:
    """Return quantiles of an exponential: -mean ln(1 - u).

    Examples
    --------
    >>> exponential(np.array([0.5]), 2.0).round(4).tolist()
    [1.3863]
    """
    x = np.negative(u)
    np.log1p(x, out=x)
    x *= -mean
    return x


def poisson(u: FloatArray, mean: FloatArray) -> FloatArray:
    """Return Poisson quantiles: the least k with P(N <= k) >= u; 0 where the mean is 0.

    Examples
    --------
    >>> poisson(np.array([0.5, 0.99, 0.5]), np.array([2.0, 2.0, 0.0])).tolist()
    [2.0, 6.0, 0.0]
    """
    safe = np.maximum(mean, 1e-12)
    above = np.maximum(np.ceil(np.nan_to_num(special.pdtrik(u, safe))), 0.0)
    below = np.maximum(above - 1.0, 0.0)
    return np.where(mean > 0.0, np.where(special.pdtr(below, safe) >= u, below, above), 0.0)
