"""The fit: a timetable from a fluid start, least squares on common random numbers.

The optimizer is SciPy's trust-region reflective least squares (Branch, Coleman and Li, SIAM J. Sci. Comput. 21, 1999).
It weighs cells alike: how they vary together is known by the intervals alone (`experiments.calibration.intervals`).
"""

from __future__ import annotations

import itertools
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.optimize import least_squares

from experiments.calibration.fast_model import FastModel, n_days
from experiments.calibration.likelihood import LEAST_SCATTER_MIN, Likelihood
from experiments.calibration.parameters import Parameters, Timetable
from sim.arrays import FloatArray
from sim.setting.port import DayType, Hours

START_STEPS, FIT_STEPS = 5, 14
"""Derivatives taken for a first look at a timetable, and for the fit."""
TOLERANCE: Final = 1e-4


@dataclass(frozen=True, slots=True)
class WaitFit:
    """Parameters that fit, for one timetable."""

    model: FastModel
    likelihood: Likelihood
    theta: FloatArray
    cost: float
    """Half the sum of squared rows."""


def fit_from(
    model: FastModel, likelihood: Likelihood, theta: FloatArray, service_min: float, steps: int, threads: int = 1
) -> WaitFit:
    """Return the best parameters, from ``theta`` on, within a number of derivatives.

    ``service_min`` is the service time that is held to be likeliest beforehand.
    """
    weights, target = model.parameters.prior(service_min)
    sizes = model.parameters.steps

    def rows(at: FloatArray) -> FloatArray:
        return np.concatenate([likelihood.residuals(model, at), weights @ at - target])

    with ThreadPoolExecutor(threads) as pool:

        def slopes(at: FloatArray) -> FloatArray:
            here = rows(at)
            moved = pool.map(rows, at + np.diag(sizes))
            return np.column_stack([(there - here) / size for there, size in zip(moved, sizes, strict=True)])

        found = least_squares(
            rows, theta, jac=slopes, method="trf", x_scale="jac", ftol=TOLERANCE, xtol=1e-6, gtol=1e-6, max_nfev=steps
        )
    return WaitFit(model, likelihood, np.asarray(found.x), float(found.cost))


def timetables(
    parameters: Parameters, trucks_per_month: dict[int, float], year: int, service_min: float, lanes: FloatArray
) -> list[Timetable]:
    """Return timetables worth a look: the lanes that a day's work keeps busy on average; on weekdays one and two less.

    Where it keeps two busy at most, these and one less. It is that of a fluid of the mean month: general trucks of the
    day x service time / minutes open. Where lanes were observed ([months, 7, 24]; NaN: not) in every open hour, those
    of the hour with the fewest, since no review closes a lane of the timetable; on weekdays one more as well.
    """
    setting = parameters.setting
    built, volume = setting.port.primary.lanes, setting.port.volume
    weight = np.array(volume.weekday_weight)
    total = float(np.mean([trucks / (n_days(year, m) @ weight) for m, trucks in trucks_per_month.items()]))
    levels: dict[DayType, list[int]] = {}
    for kind, days in (("weekday", range(5)), ("saturday", (5,)), ("sunday", (6,))):
        hours = setting.port.hours.get(kind)  # type: ignore[call-overload]
        if hours is None or hours.open_h >= hours.close_h:
            continue
        trucks = total * float(weight[list(days)].mean()) * (1.0 - setting.port.mix.fast_share)
        busy = round(trucks * service_min / (60.0 * (hours.close_h - hours.open_h)))
        fewer = ((2, 1) if busy > 2 else (1, 0)) if kind == "weekday" else (0,)
        least = fewest_lanes(lanes[:, list(days)], open_hours(hours))
        if least is not None:
            busy, fewer = least, (0, -1) if kind == "weekday" else (0,)
        levels[kind] = sorted({int(np.clip(busy - less, 1, built)) for less in fewer})  # type: ignore[index]
    return [Timetable(dict(zip(levels, lanes, strict=True))) for lanes in itertools.product(*levels.values())]


def open_hours(hours: Hours) -> range:
    """Return the hours of a day in which the port is open, wholly or in part.

    >>> open_hours(Hours(open_h=6.5, close_h=9.0))
    range(6, 9)
    """
    return range(math.floor(hours.open_h), math.ceil(hours.close_h))


def fewest_lanes(lanes: FloatArray, hours: range) -> int | None:
    """Return the lanes of the hour in which the fewest were open on average; None: some open hour's were not observed.

    ``lanes`` is [months, days, 24]. Hours that nobody observed may well be those with the fewest.

    >>> lanes = np.array([[[np.nan, 4.2, 6.0], [np.nan, 3.8, 5.0]]])
    >>> fewest_lanes(lanes, range(1, 3)), fewest_lanes(lanes, range(3))
    (4, None)
    """
    seen = np.isfinite(lanes)
    if not seen[..., list(hours)].any(axis=(0, 1)).all():
        return None
    return round(min(float(lanes[..., hour][seen[..., hour]].mean()) for hour in hours))


def scatter_of(fit: WaitFit) -> float:
    """Return the root mean square of the cells' residuals, in minutes; cells weigh by their days."""
    errors = fit.likelihood.cell_errors(fit.model.predict(fit.theta)) * fit.likelihood.day_weights
    return max(float(np.sqrt((errors**2).mean())), LEAST_SCATTER_MIN)


def rescaled(fit: WaitFit, service_min: float, steps: int, threads: int) -> WaitFit:
    """Return the fit with cells weighed by the scatter that it leaves."""
    likelihood = replace(fit.likelihood, scatter_min=scatter_of(fit))
    return fit_from(fit.model, likelihood, fit.theta, service_min, steps, threads)
