"""Months that the fit has not seen: each observed month left out in turn, naive predictors, bands, months to come.

Officers on leave, works on a bridge, trucks that another crossing sends over: no count of trucks tells them, and they
last for months. What observed months are off is taken for a stationary process of months, of which the nearest say
most, and its mean at another month moves the blended forecast (kriging: Rasmussen and Williams, Gaussian Processes for
Machine Learning, 2006, section 2.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from experiments.calibration.engine_waits import (
    EngineWaits,
    MonthToSimulate,
    calibrated_keys,
    calibrated_scenario,
    discrepancy,
    simulate_months,
)
from experiments.calibration.fit import WaitFit
from experiments.calibration.likelihood import cell_days, make_likelihood
from experiments.calibration.request import CalibrationRequest, ForecastMonth
from experiments.calibration.steps import best_fit, correct, fit_look, timetable_looks
from experiments.execution import journal
from experiments.execution.content import digest
from experiments.execution.parallel import Progress
from experiments.study.study import Study
from sim.arrays import BoolArray, FloatArray
from sim.replication import Scorer

BAND: Final = 0.8
"""Share of cells that the bands are to hold."""
FOLD_WEEKS: Final = 4
"""Weeks of each month by which the engine corrects a fit without a month."""
CARRIED: Final = np.linspace(0.0, 0.9, 10)
"""Correlation of neighboring months that are tried."""
LASTING: Final = (0.25, 0.5, 0.75, 0.95)
"""Share of the variance that lasts at all; the rest is the luck of a month's few days."""
LEVEL_WEEKS: Final = 96
"""Weeks of the fast model that say how far a month is off."""
KINDS: Final = (tuple(range(5)), (5,), (6,))
"""Days of the week that share a mean of the hour."""


@dataclass(frozen=True, slots=True)
class Score:
    """How far predicted waits are from observed ones, in minutes."""

    rmse: float
    bias: float
    month_error: float
    """Mean absolute error of the months' means."""
    by_month: tuple[float, ...]
    """RMSE of each month."""
    month_bias: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Every observed month, predicted without it; arrays are [months, 7, 24]."""

    months: tuple[int, ...]
    simulated: FloatArray
    blended: FloatArray
    """The hour's mean of the other months, moved to the month's level: as simulated, and by what others are off."""
    hour_mean: FloatArray
    """Naive: the hour's mean of the other months, by weekdays, Saturdays and Sundays."""
    constant: FloatArray
    """Naive: the mean of the other months."""
    half_width: float
    """Of the band about simulated waits that holds `BAND` of the cells of months left out."""
    blended_half_width: float
    covered: float
    """Share of the cells that lie in the band that the other months' errors give."""


@dataclass(frozen=True, slots=True)
class MonthForecast:
    """One month that is predicted, arrays [7, 24]; NaN where nobody comes."""

    month: ForecastMonth
    simulated: FloatArray
    blended: FloatArray


def _fits_without(request: CalibrationRequest, service_min: float, scorer: Scorer, progress: Progress) -> list[WaitFit]:
    """Return for each observed month the fit of the others: own start, own timetable, own correction by the engine."""
    study, months = request.study, request.observed.months
    rest = [request.observed.without(month) for month in months]
    likelihoods = [
        make_likelihood(one, request.daily_sd_min, request.daily_correlation, request.single_days) for one in rest
    ]
    by_month = [timetable_looks(study, one, service_min) for one in likelihoods]
    asked = repr(request.configuration())
    looks = [look for some in by_month for look in some]
    keys = [digest(str(look.likelihood.months), repr(look.timetable), asked) for look in looks]
    fits = journal.results("months left out", fit_look, looks, study.processes, progress, keys)
    best = [best_fit([next(fits) for _ in some], service_min, study.processes) for some in by_month]
    todo = [month for fit in best for month in _months_to_simulate(study, fit, fit.model.months)]
    engine = simulate_months(study, scorer, todo, FOLD_WEEKS, "months left out, correction", None)
    found, first = [], 0
    for fit in best:
        part = engine.part(first, len(fit.model.months))
        first += len(fit.model.months)
        gap = discrepancy(fit.model, fit.model.parameters.values(fit.theta), part)
        found.append(correct(fit, gap, service_min, study.processes))
    return found


def _months_to_simulate(study: Study, fit: WaitFit, months: Sequence[int]) -> list[MonthToSimulate]:
    """Return months under the parameters of a fit, with the trucks of the port's file."""
    counts = study.alternatives[study.baseline].port.volume.trucks_per_month
    keys = calibrated_keys(fit.model.parameters, fit.model.timetable, fit.theta)
    scenario = calibrated_scenario(study, keys, {month: float(counts[month - 1]) for month in months})
    return [MonthToSimulate(fit.model.year, month, scenario) for month in months]


def leave_months_out(request: CalibrationRequest, service_min: float, scorer: Scorer, progress: Progress) -> LeftOut:
    """Predict every observed month by a fit of the others, least squares from the start on, simulated by the engine."""
    study, months = request.study, request.observed.months
    observed = request.observed.array(months)
    fits = _fits_without(request, service_min, scorer, progress)
    todo = [one for fit, month in zip(fits, months, strict=True) for one in _months_to_simulate(study, fit, (month,))]
    simulated = simulate_months(study, scorer, todo, request.weeks, "months left out, simulated", None).cells
    seen = np.isfinite(observed)
    others = [np.array([m != month for m in months]) for month in months]
    days = cell_days(request.observed)
    hour_mean = np.array([hour_means(observed[kept], days[kept]) for kept in others])
    weight = np.where(seen, days, 0.0)
    level = [np.average(np.nan_to_num(observed[kept]), weights=weight[kept]) for kept in others]
    constant = np.array([np.full((7, 24), mean) for mean in level])
    offsets = [
        expected_offset(fit.model.months, month_offsets(fit), month) for fit, month in zip(fits, months, strict=True)
    ]
    blended = np.array([blend(*one) for one in zip(hour_mean, simulated, seen, offsets, strict=True)])
    errors, blended_errors = np.abs(simulated - observed), np.abs(blended - observed)
    held = [errors[at][seen[at]] <= _width(errors[kept], seen[kept]) for at, kept in enumerate(others)]
    return LeftOut(
        months,
        simulated,
        blended,
        hour_mean,
        constant,
        _width(errors, seen),
        _width(blended_errors, seen),
        float(np.concatenate(held).mean()),
    )


def _width(errors: FloatArray, seen: BoolArray) -> float:
    """Return the error that a share `BAND` of the cells do not exceed (split conformal: Lei et al., JASA 113, 2018)."""
    return float(np.quantile(errors[seen & np.isfinite(errors)], BAND))


def hour_means(observed: FloatArray, days: FloatArray) -> FloatArray:
    """Return the mean of each hour over months [months, 7, 24] and like days, [7, 24]; NaN: never observed.

    ``days`` [months, 7, 24] lie behind each cell, which weighs by them.
    """
    found = np.full((7, 24), np.nan)
    for kind in KINDS:
        part = observed[:, list(kind)]
        weight = np.where(np.isfinite(part), days[:, list(kind)], 0.0)
        total, count = (np.nan_to_num(part) * weight).sum(axis=(0, 1)), weight.sum(axis=(0, 1))
        found[list(kind)] = np.where(count > 0.0, total / np.maximum(count, 1e-9), np.nan)
    return found


def blend(hour_mean: FloatArray, simulated: FloatArray, seen: BoolArray, offset_min: float) -> FloatArray:
    """Return the observed shape of the hours at the level of the month, [7, 24].

    The level is the simulated one and ``offset_min``, by which the month is expected to be longer (`expected_offset`).

    Examples
    --------
    >>> seen = np.ones((7, 24), dtype=bool)
    >>> blend(np.full((7, 24), 20.0), np.full((7, 24), 30.0), seen, 4.0)[0, 0].item()
    34.0
    """
    both = seen & np.isfinite(hour_mean) & np.isfinite(simulated)
    level = max(float(simulated[both].mean()) + offset_min, 0.0)
    return hour_mean * (level / max(float(hour_mean[both].mean()), 1e-9))


def expected_offset(months: Sequence[int], off_min: FloatArray, month: int) -> float:
    """Return by how much a month is expected to be longer than simulated, minutes.

    How far what months are off carries is not known: all points of a grid count by how likely they make what is known,
    the scale integrated out.

    Parameters
    ----------
    months : sequence of int
        Other months that were observed, 1-12. Which year they are of is not told: December stands beside January.
    off_min : float array [months]
        Their mean waits less what was simulated.
    month : int
        1-12.

    Examples
    --------
    >>> round(expected_offset([1, 2, 3, 4], np.array([5.0, 5.0, 5.0, 5.0]), 5), 1)
    3.3
    >>> round(expected_offset([1, 2, 3, 4], np.array([5.0, -5.0, 5.0, -5.0]), 5), 1)
    -0.6
    """
    places = np.array([*months, month])
    apart = np.abs(places[:, None] - places)
    apart = np.minimum(apart, 12 - apart)
    n, levels, found = len(months), [], []
    for carried in CARRIED:
        for lasting in LASTING:
            together = lasting * carried**apart
            np.fill_diagonal(together, 1.0)
            weights = np.linalg.solve(together[:n, :n], off_min)
            square = max(float(off_min @ weights), 1e-12)
            levels.append(-0.5 * float(np.linalg.slogdet(together[:n, :n])[1]) - 0.5 * n * np.log(square))
            found.append(float(together[n, :n] @ weights))
    likely = np.exp(np.array(levels) - max(levels))
    return float(likely @ np.array(found) / likely.sum())


def month_offsets(fit: WaitFit) -> FloatArray:
    """Return the observed mean of each month less that of the fit, [months], minutes; cells weigh by their days."""
    errors = fit.likelihood.cell_errors(replace(fit.model, runs=LEVEL_WEEKS).predict(fit.theta))
    month, days = np.nonzero(fit.likelihood.seen)[0], fit.likelihood.days[fit.likelihood.seen]
    return np.asarray(-np.bincount(month, errors * days) / np.bincount(month, days))


def score(predicted: FloatArray, observed: FloatArray, days: FloatArray) -> Score:
    """Return the errors of predicted waits over the observed cells, all [months, 7, 24].

    A cell weighs by the days behind it, months weigh alike in ``month_error``.

    Examples
    --------
    >>> observed = np.full((1, 7, 24), np.nan)
    >>> observed[0, 0, 8:10] = [30.0, 90.0]
    >>> days = np.where(np.arange(24) == 9, 1.0, 3.0) * np.ones((1, 7, 24))
    >>> found = score(np.full((1, 7, 24), 30.0), observed, days)
    >>> found.rmse, found.bias
    (30.0, -15.0)
    """
    error = predicted - observed
    weight = np.where(np.isfinite(error), days, 0.0)
    error = np.nan_to_num(error)
    by_month = weight.sum(axis=(1, 2))
    bias, square = ((weight * part).sum(axis=(1, 2)) / by_month for part in (error, error**2))
    return Score(
        float(np.sqrt((weight * error**2).sum() / weight.sum())),
        float((weight * error).sum() / weight.sum()),
        float(np.mean(np.abs(bias))),
        tuple(np.sqrt(square).tolist()),
        tuple(bias.tolist()),
    )


def forecast_months(
    fit: WaitFit, wanted: Sequence[ForecastMonth], study: Study, scorer: Scorer, weeks: int, progress: Progress | None
) -> list[MonthForecast]:
    """Predict months by the whole fit, simulated by the engine, and blended with the observed shape of the hours."""
    if not wanted:
        return []
    keys = calibrated_keys(fit.model.parameters, fit.model.timetable, fit.theta)
    todo = [
        MonthToSimulate(month.year, month.month, calibrated_scenario(study, keys, {month.month: month.trucks}))
        for month in wanted
    ]
    found = simulate_months(study, scorer, todo, weeks, "forecast", progress)
    shape = hour_means(fit.likelihood.wait_min, fit.likelihood.days)
    seen = np.asarray(fit.likelihood.seen.any(axis=0))
    cells = np.where(found.trucks.sum(axis=1) > 0.0, found.cells, np.nan)
    offsets = month_offsets(fit)
    return [
        MonthForecast(month, one, blend(shape, one, seen, expected_offset(fit.model.months, offsets, month.month)))
        for month, one in zip(wanted, cells, strict=True)
    ]


def daily_spread(simulated: EngineWaits, hours: Sequence[int]) -> float:
    """Return the standard deviation of simulated daily mean waits within months, Monday to Friday, minutes."""
    means = simulated.by_week[:, :, :5][..., list(hours)].mean(axis=-1)
    free = means.shape[1] * means.shape[2] - 1
    apart = means - means.mean(axis=(1, 2), keepdims=True)
    return float(np.sqrt((apart**2).sum(axis=(1, 2)).mean() / max(free, 1)))
