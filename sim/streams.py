"""Named streams of chance, and the quantile functions that turn them into numbers.

A stream is keyed by (seed, epoch, replication, layer, purpose); a position in it is the number of
the candidate truck. So a truck keeps its luck whatever a policy does and whoever else comes. All
transcendental arithmetic of the model happens here and in its callers, in NumPy, by inversion;
engines only add, subtract, multiply, divide and compare.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.errors import ConfigError
from sim.instruments import Service
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
    return -mean * np.log1p(-u)


def lognormal_by_mean(u: FloatArray, mean: float, cv: float) -> FloatArray:
    """Return quantiles of the lognormal with this mean and coefficient of variation."""
    variance = math.log1p(cv * cv)
    return lognormal(u, mean * math.exp(-variance / 2.0), math.sqrt(variance))


def gamma(u: FloatArray, mean: float, cv: float) -> FloatArray:
    """Return quantiles of the gamma with this mean and coefficient of variation (shape 1/cv**2)."""
    shape = 1.0 / (cv * cv)
    return np.asarray(special.gammaincinv(shape, u) * (mean / shape), dtype=np.float64)


def triangular(u: FloatArray, mean: float, cv: float) -> FloatArray:
    """Return quantiles of the symmetric triangular with this mean and coefficient of variation.

    The half width is mean x cv x sqrt(6), so a cv above 1/sqrt(6) would give negative times.

    Raises
    ------
    ConfigError
        ``cv`` above 1/sqrt(6), about 0.408.
    """
    if cv > 1.0 / math.sqrt(6.0):
        raise ConfigError("cv", f"a triangular time needs a cv of at most 0.408, got {cv:g}")
    half_width = mean * cv * math.sqrt(6.0)
    tail = np.sqrt(2.0 * np.minimum(u, 1.0 - u))
    return mean + half_width * np.where(u < 0.5, tail - 1.0, 1.0 - tail)


def triangular_between(u: FloatArray, least: float, mode: float, most: float) -> FloatArray:
    """Return quantiles of the triangular between ``least`` and ``most``, likeliest at ``mode``.

    Examples
    --------
    >>> triangular_between(np.array([0.125, 0.5, 0.875]), 2.0, 4.0, 6.0).tolist()
    [3.0, 4.0, 5.0]
    """
    width = most - least
    if width == 0.0:
        return np.full(u.shape, mode)
    rising = least + np.sqrt(u * width * (mode - least))
    falling = most - np.sqrt((1.0 - u) * width * (most - mode))
    return np.asarray(np.where(u * width < mode - least, rising, falling))


def empirical(u: FloatArray, values: tuple[float, ...]) -> FloatArray:
    """Return quantiles of observed values, each of equal weight."""
    return np.sort(np.asarray(values, dtype=np.float64))[(u * len(values)).astype(np.int64)]


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


def service_time(service: Service, u: FloatArray) -> FloatArray:
    """Return service times by inversion.

    Parameters
    ----------
    service : Service
        Distribution, mean and coefficient of variation. An exponential ignores ``cv``;
        ``empirical`` takes mean and spread from its values, and so does a ``triangular`` with
        [least, most likely, greatest]. Else a mean of 0 gives zeros and a cv of 0 the mean itself.
    u : float array, shape (n,)
        Uniforms strictly inside (0, 1).

    Returns
    -------
    float array, shape (n,)
        Minutes, increasing in ``u``.

    Raises
    ------
    ConfigError
        A triangular ``cv`` above 1/sqrt(6).

    Examples
    --------
    >>> two = Service(dist="exponential", mean_min=2.0, cv=1.0, values_min=())
    >>> service_time(two, np.array([0.5])).round(4).tolist()
    [1.3863]
    """
    if service.dist == "empirical":
        return empirical(u, service.values_min)
    if service.values_min:
        return triangular_between(u, *service.values_min)
    if service.dist == "exponential":
        return exponential(u, service.mean_min)
    if service.dist == "deterministic" or service.mean_min == 0.0 or service.cv == 0.0:
        return np.full(u.shape, service.mean_min)
    by_mean_and_cv = {"lognormal": lognormal_by_mean, "gamma": gamma, "triangular": triangular}
    return by_mean_and_cv[service.dist](u, service.mean_min, service.cv)


def service_mean(service: Service) -> float:
    """Return the mean service time in minutes: of values, each counts alike (as in a triangle).

    Examples
    --------
    >>> service_mean(Service(dist="triangular", mean_min=0.0, cv=0.0, values_min=(2.0, 3.0, 7.0)))
    4.0
    """
    if service.values_min:
        return math.fsum(service.values_min) / len(service.values_min)
    return service.mean_min
