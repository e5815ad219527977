"""The fit: a timetable from a fluid start, least squares on common random numbers, intervals that know the days.

The optimizer is SciPy's trust-region reflective least squares (Branch, Coleman and Li, SIAM J. Sci. Comput. 21, 1999).
Intervals are of the sandwich kind (Godambe, Ann. Math. Stat. 31, 1960), with what is held beforehand as further rows:

    H = J'J + A'A,    V = J'CJ + A'A,    covariance = H^-1 V H^-1

J are the derivatives of the residuals, A the rows of the prior, C how residuals vary together: by the days of the
model's own weeks, by months, by scatter and rounding. V has A'A because what is held beforehand errs too. They are
local: a second minimum far away is not in them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.optimize import least_squares

from experiments.calibration.fast_model import FastModel, n_days
from experiments.calibration.likelihood import LEAST_SCATTER_MIN, ROUNDED_MIN, Likelihood
from experiments.calibration.parameters import Parameters, Timetable
from sim.arrays import FloatArray
from sim.setting.port import DayType

START_STEPS, FIT_STEPS, FOLD_STEPS = 5, 14, 5
"""Derivatives taken for a first look at a timetable, for the fit, and for the fit without a month."""
INTERVAL_RUNS: Final = 64
"""Weeks of each month from which the spread over days is taken."""
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
    parameters: Parameters, trucks_per_month: dict[int, float], year: int, service_min: float
) -> list[Timetable]:
    """Return timetables worth a look: the lanes that a day's work keeps busy on average; on weekdays one and two less.

    A fluid of the mean month: general trucks of the day x service time / minutes open.
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
        fewer = (2, 1) if kind == "weekday" else (0,)
        levels[kind] = sorted({int(np.clip(busy - less, 1, built)) for less in fewer})  # type: ignore[index]
    return [Timetable(dict(zip(levels, lanes, strict=True))) for lanes in itertools.product(*levels.values())]


def scatter_of(fit: WaitFit) -> float:
    """Return the root mean square of the cells' residuals, in minutes."""
    errors = fit.likelihood.cell_errors(fit.model.predict(fit.theta))
    return max(float(np.sqrt((errors**2).mean())), LEAST_SCATTER_MIN)


def rescaled(fit: WaitFit, service_min: float, steps: int, threads: int) -> WaitFit:
    """Return the fit with cells weighed by the scatter that it leaves."""
    likelihood = replace(fit.likelihood, scatter_min=scatter_of(fit))
    return fit_from(fit.model, likelihood, fit.theta, service_min, steps, threads)


def covariance(fit: WaitFit, service_min: float) -> FloatArray:
    """Return the covariance of the parameters, [p, p]; see the module."""
    likelihood, parameters = fit.likelihood, fit.model.parameters
    wide = replace(fit.model, runs=INTERVAL_RUNS, seed=fit.model.seed + 1)
    weights, _ = parameters.prior(service_min)
    sizes = parameters.steps
    ahead = [likelihood.residuals(wide, fit.theta + row) for row in np.diag(sizes)]
    back = [likelihood.residuals(wide, fit.theta - row) for row in np.diag(sizes)]
    slopes = np.column_stack([(a - b) / (2.0 * size) for a, b, size in zip(ahead, back, sizes, strict=True)])
    held = weights.T @ weights
    inverse = np.linalg.inv(slopes.T @ slopes + held)
    cells = slopes[: int(likelihood.seen.sum())]
    rest = slopes[len(cells) :]
    middle = _vary_together(fit, wide, cells) + rest.T @ rest + held
    found: FloatArray = inverse @ middle @ inverse
    return found


def _vary_together(fit: WaitFit, wide: FastModel, slopes: FloatArray) -> FloatArray:
    """Return J'CJ of the cells: days, months, scatter and rounding."""
    likelihood = fit.likelihood
    scale, seen = likelihood.scatter_min, likelihood.seen
    prediction = wide.predict(fit.theta)
    errors = np.zeros(seen.shape)
    errors[seen] = likelihood.cell_errors(fit.model.predict(fit.theta))
    middle = np.zeros((slopes.shape[1], slopes.shape[1]))
    first, of_days, count = 0, 0.0, 0
    by_month: list[Sequence[float]] = []
    for at in range(len(likelihood.months)):
        mine = seen[at]
        n = int(mine.sum())
        if n == 0:
            continue
        part = slopes[first : first + n]
        first += n
        days = likelihood.days[at][mine]
        apart = prediction.by_week[at][:, mine] - prediction.by_week[at][:, mine].mean(axis=0)
        apart = apart / np.sqrt(days)
        # the fit's own weeks are drawn as well, in opposite pairs
        drawn = 1.0 + float(days.mean()) / (2.0 * fit.model.runs)
        scores = apart @ part / scale
        middle += drawn * scores.T @ scores / len(scores)
        of_days += float((apart**2).mean(axis=0).sum())
        count += n
        whole = part.sum(axis=0) / scale
        by_month.append((float(errors[at][mine].mean()), float(apart.mean(axis=1).var()), *whole))
    rounding = ROUNDED_MIN**2 / 12.0 / float(likelihood.days[seen].mean())
    months = _month_variance(by_month)
    left = max(float((errors[seen] ** 2).mean()) - of_days / count - months, rounding)
    middle += slopes.T @ slopes * left / scale**2
    for _, _, *whole in by_month:
        middle += months * np.outer(whole, whole)
    return middle


def _month_variance(by_month: list[Sequence[float]]) -> float:
    """Return the variance of months' mean residuals beyond what days explain; 0 of fewer than four months."""
    if len(by_month) < 4:
        return 0.0
    found = float(np.mean([row[0] ** 2 for row in by_month])) - float(np.mean([row[1] for row in by_month]))
    return max(found, 0.0)
