"""The steps of a fit before anything is judged: what is held of service, the fast fit, its correction by the engine."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from experiments.calibration.fast_model import FastModel, n_days
from experiments.calibration.fit import FIT_STEPS, START_STEPS, WaitFit, fit_from, open_hours, rescaled, timetables
from experiments.calibration.likelihood import WORKDAYS, Likelihood, make_likelihood
from experiments.calibration.parameters import Parameters, Timetable, parameters_of
from experiments.calibration.request import CalibrationRequest
from experiments.execution import journal
from experiments.execution.content import digest
from experiments.study.study import Study
from sim.arrays import FloatArray
from sim.setting.setting import Setting

SERVICE: Final = "port.primary.service.mean_min"
LOOK_RUNS, FIT_RUNS = 8, 16
"""Weeks of the fast model a month: to begin with, and for the fit."""
CORRECTIONS: Final = 2
CORRECTION_WEEKS: Final = 12
"""Weeks of each month by which the engine corrects a fit: few, since the fast model is run on the same arrivals."""
CORRECTION_STEPS: Final = 4


def service_range(study: Study) -> tuple[float, tuple[float, float]]:
    """Return the service time held to be likeliest, the middle of its assumption on a log scale, and its range."""
    mean = study.alternatives[study.baseline].port.primary.service.mean_min
    row = next(row for row in study.inputs(study.baseline) if row.key == SERVICE)
    low, high = (row.low, row.high) if row.low and row.high else (0.8 * mean, 1.25 * mean)
    return math.sqrt(low * high), (low, high)


@dataclass(frozen=True, slots=True)
class TimetableLook:
    """One timetable, to be fitted."""

    parameters: Parameters
    timetable: Timetable
    likelihood: Likelihood
    trucks_per_month: dict[int, float]
    year: int
    start: FloatArray
    service_min: float
    seed: int


def timetable_looks(study: Study, likelihood: Likelihood, service_min: float) -> list[TimetableLook]:
    """Return the timetables that are tried on observed months, each from a fluid start."""
    setting = study.alternatives[study.baseline]
    parameters = parameters_of(setting, likelihood.seen, fits_days=likelihood.spread.correlation is not None)
    counts = setting.port.volume.trucks_per_month
    volumes = {month: float(counts[month - 1]) for month in likelihood.months}
    year = dt.date.fromisoformat(study.start_date).year
    busiest = max(trucks / n_days(year, month)[:5].sum() for month, trucks in volumes.items())
    general = 1.0 - setting.port.mix.fast_share
    start = parameters.fluid_start(
        likelihood.wait_min, service_min, busiest * general, lane_minutes(setting, likelihood, volumes, year)
    )
    return [
        TimetableLook(parameters, timetable, likelihood, volumes, year, start, service_min, study.seed)
        for timetable in timetables(parameters, volumes, year, service_min, likelihood.lanes)
    ]


def lane_minutes(
    setting: Setting, likelihood: Likelihood, trucks_per_month: dict[int, float], year: int
) -> float | None:
    """Return minutes of open lanes to a general truck on weekdays; None: lanes of an open hour were not observed."""
    lanes, seen, span = likelihood.lanes[:, :WORKDAYS], likelihood.seen[:, :WORKDAYS], setting.port.hours.get("weekday")
    weight = np.array(setting.port.volume.weekday_weight)
    share = float(weight[:WORKDAYS].mean())
    if span is None or share == 0.0 or not np.isfinite(lanes[seen]).all():
        return None
    hours = open_hours(span)
    if not hours or not seen[..., list(hours)].any(axis=(0, 1)).all():
        return None
    trucks = np.mean([n * share / (n_days(year, month) @ weight) for month, n in trucks_per_month.items()])
    opened = [min(hour + 1.0, span.close_h) - max(float(hour), span.open_h) for hour in hours]
    lane_hours = sum(
        part * float(lanes[..., hour][seen[..., hour]].mean()) for hour, part in zip(hours, opened, strict=True)
    )
    return 60.0 * lane_hours / float(trucks * (1.0 - setting.port.mix.fast_share))


def fit_look(look: TimetableLook) -> WaitFit:
    """Return the fit of one timetable: few weeks first, then more."""
    model = FastModel(look.parameters, look.timetable, look.trucks_per_month, look.year, LOOK_RUNS, look.seed)
    first = fit_from(model, look.likelihood, look.start, look.service_min, START_STEPS)
    return fit_from(replace(model, runs=FIT_RUNS), look.likelihood, first.theta, look.service_min, FIT_STEPS)


def best_fit(fits: Iterable[WaitFit], service_min: float, threads: int) -> WaitFit:
    """Return the timetable that fits best, its cells weighed by the scatter that it leaves."""
    return rescaled(min(fits, key=lambda fit: fit.cost), service_min, CORRECTION_STEPS, threads)


def fast_fit(request: CalibrationRequest, service_min: float, progress: Callable[[int, int], None]) -> WaitFit:
    """Return the fast model's fit of all observed months.

    What an earlier process has kept of this run is not done again.
    """
    study = request.study
    likelihood = make_likelihood(request.observed, request.daily_sd_min, request.daily_correlation, request.single_days)
    looks = timetable_looks(study, likelihood, service_min)
    asked = repr(request.configuration())
    keys = [digest(repr(look.timetable), asked) for look in looks]
    fits = journal.results("timetables", fit_look, looks, study.processes, progress, keys)
    return best_fit(fits, service_min, study.processes)


def correct(fit: WaitFit, gap: FloatArray, service_min: float, threads: int) -> WaitFit:
    """Return the fit whose fast model is corrected by what the engine adds to it: a Gauss-Newton step or some."""
    likelihood = replace(fit.likelihood, discrepancy=gap)
    return fit_from(fit.model, likelihood, fit.theta, service_min, CORRECTION_STEPS, threads)
