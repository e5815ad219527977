"""What seizures, finds and covert tests can tell, and after how long."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.stats import norm, poisson

Array = npt.NDArray[np.float64]


def periods_to_tell(low: float, high: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return the periods after which a rise of a Poisson mean is told, one-sided, by the square-root transform.

    Parameters
    ----------
    low, high : float
        Events a period before and after.

    Examples
    --------
    Weeks until 0.55 finds a week and half as many more are told apart: more than a year.

    >>> [round(periods_to_tell(0.55, 0.55 * rise), 2) for rise in (1.5, 2.0)]
    [55.64, 16.38]
    >>> round(power_to_tell(0.55, 0.825, periods=56), 4)
    0.7972
    """
    if not 0.0 < low < high:
        raise ValueError(f"means must be positive and the second one larger, got {low} and {high}")
    _need_chances(alpha, power)
    z = norm.isf(alpha) + norm.ppf(power)
    return float((z / (2.0 * (math.sqrt(high) - math.sqrt(low)))) ** 2)


def power_to_tell(low: float, high: float, *, periods: float, alpha: float = 0.05) -> float:
    """Return P(a one-sided exact Poisson test tells the rise after so many periods)."""
    if not 0.0 < low < high or not periods > 0.0:
        raise ValueError(f"means and periods must be positive and the second mean larger, got {low}, {high}, {periods}")
    _need_chances(alpha)
    return float(poisson.sf(poisson.isf(alpha, low * periods), high * periods))


def covert_tests(rate: float, *, half_width: float, confidence: float = 0.95) -> int:
    """Return how many covert tests estimate a detection rate within a half-width, by the normal approximation.

    Examples
    --------
    >>> covert_tests(0.65, half_width=0.05)
    350
    """
    if not 0.0 < rate < 1.0 or not half_width > 0.0:
        raise ValueError(f"rate must be above 0 and below 1 and half_width positive, got {rate} and {half_width}")
    _need_chances(confidence)
    return math.ceil(float(norm.isf((1.0 - confidence) / 2.0)) ** 2 * rate * (1.0 - rate) / half_width**2)


def flow_from_finds(finds: npt.ArrayLike, detection: npt.ArrayLike) -> Array:
    """Return each route's share of the flow: finds divided by the detection rate, not finds.

    Examples
    --------
    >>> flow_from_finds([12, 4, 4], [0.28, 0.14, 0.14]).round(6).tolist()
    [0.428571, 0.285714, 0.285714]
    """
    count, rate = np.asarray(finds, dtype=np.float64), np.asarray(detection, dtype=np.float64)
    if (count < 0.0).any() or not ((rate > 0.0) & (rate <= 1.0)).all() or not count.sum() > 0.0:
        raise ValueError("finds must not be negative nor all 0, and detection above 0 and at most 1")
    flow = count / rate
    return np.asarray(flow / flow.sum())


def deterred_outcomes(detection: npt.ArrayLike, *, reaction: float, midpoint: float) -> tuple[Array, Array]:
    """Return seizures and deliveries per wanted trip where smugglers stay away the more is detected.

    Parameters
    ----------
    detection : float or float[n]
        P(detected).
    reaction : float
        Log odds by which trips fall for one unit of detection.
    midpoint : float
        Detection at which half of the trips are made.

    Examples
    --------
    >>> seized, delivered = deterred_outcomes([0.1, 0.3, 0.5], reaction=12.0, midpoint=0.3)
    >>> seized.round(6).tolist(), delivered.round(6).tolist()
    ([0.091683, 0.15, 0.041586], [0.825145, 0.35, 0.041586])
    >>> round(detection_of_most_seizures(reaction=12.0, midpoint=0.3), 4)
    0.2449
    """
    rate = np.asarray(detection, dtype=np.float64)
    if not ((rate >= 0.0) & (rate <= 1.0)).all() or reaction < 0.0:
        raise ValueError("detection must be within 0 and 1, and reaction not negative")
    trips = 1.0 / (1.0 + np.exp(reaction * (rate - midpoint)))
    return np.asarray(rate * trips), np.asarray((1.0 - rate) * trips)


def detection_of_most_seizures(*, reaction: float, midpoint: float) -> float:
    """Return the detection rate at which seizures are most; beyond it more detection means fewer seizures."""
    least = minimize_scalar(
        lambda d: -float(deterred_outcomes(d, reaction=reaction, midpoint=midpoint)[0]),
        bounds=(0.0, 1.0),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(least.x)


def _need_chances(*chances: float) -> None:
    for chance in chances:
        if not 0.0 < chance < 1.0:
            raise ValueError(f"chances must be above 0 and below 1, got {chance}")
