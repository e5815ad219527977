"""Service times by inversion: the trucks' uniforms become minutes, whatever the distribution."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from sim.arrays import FloatArray
from sim.errors import ConfigError
from sim.setting.scanner import Service
from sim.trucks.streams import exponential_quantiles, lognormal_quantiles


def lognormal_by_mean(u: FloatArray, mean: float, cv: float) -> FloatArray:
    """Return quantiles of the lognormal with this mean and coefficient of variation."""
    variance = math.log1p(cv * cv)
    return lognormal_quantiles(u, mean * math.exp(-variance / 2.0), math.sqrt(variance))


def gamma_by_mean(u: FloatArray, mean: float, cv: float) -> FloatArray:
    """Return quantiles of the gamma with this mean and coefficient of variation (shape 1/cv**2)."""
    shape = 1.0 / (cv * cv)
    return np.asarray(special.gammaincinv(shape, u) * (mean / shape), dtype=np.float64)


def triangular_by_mean(u: FloatArray, mean: float, cv: float) -> FloatArray:
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


def empirical_quantiles(u: FloatArray, values: tuple[float, ...]) -> FloatArray:
    """Return quantiles of observed values, each of equal weight."""
    return np.sort(np.asarray(values, dtype=np.float64))[(u * len(values)).astype(np.int64)]


def triangular_between(u: FloatArray, least: float, mode: float, most: float) -> FloatArray:
    """Return quantiles of the triangular between ``least`` and ``most``, likeliest at ``mode``.

    >>> triangular_between(np.array([0.125, 0.5, 0.875]), 2.0, 4.0, 6.0).tolist()
    [3.0, 4.0, 5.0]
    """
    width = most - least
    if width == 0.0:
        return np.full(u.shape, mode)
    rising = least + np.sqrt(u * width * (mode - least))
    falling = most - np.sqrt((1.0 - u) * width * (most - mode))
    return np.asarray(np.where(u * width < mode - least, rising, falling))


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
        return empirical_quantiles(u, service.values_min)
    if service.values_min:
        return triangular_between(u, *service.values_min)
    if service.dist == "exponential":
        return exponential_quantiles(u, service.mean_min)
    if service.dist == "deterministic" or service.mean_min == 0.0 or service.cv == 0.0:
        return np.full(u.shape, service.mean_min)
    by_mean_and_cv = {"lognormal": lognormal_by_mean, "gamma": gamma_by_mean, "triangular": triangular_by_mean}
    return by_mean_and_cv[service.dist](u, service.mean_min, service.cv)


def service_mean_min(service: Service) -> float:
    """Return the mean service time in minutes: of values, each counts alike (as in a triangle).

    >>> service_mean_min(Service(dist="triangular", mean_min=0.0, cv=0.0, values_min=(2.0, 3.0, 7.0)))
    4.0
    """
    if service.values_min:
        return math.fsum(service.values_min) / len(service.values_min)
    return service.mean_min
