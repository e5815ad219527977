"""The steps of a fit before anything is judged: what is held of service, the fast fit, its correction by the engine."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from experiments.calibration.fast_model import FastModel, n_days
from experiments.calibration.fit import FIT_STEPS, START_STEPS, WaitFit, fit_from, rescaled, timetables
from experiments.calibration.likelihood import Likelihood, make_likelihood
from experiments.calibration.parameters import Parameters, Timetable, parameters_of
from experiments.calibration.request import CalibrationRequest
from experiments.execution import journal
from experiments.execution.content import digest
from experiments.study.study import Study
from sim.arrays import FloatArray

SERVICE: Final = "port.primary.service.mean_min"
LOOK_RUNS, FIT_RUNS = 8, 16
"""Weeks of the fast model a month: to begin with, and for the fit."""
CORRECTIONS: Final = 2
CORRECTION_STEPS: Final = 4


def service_range(study: Study) -> tuple[float, tuple[float, float]]:
    """Return the service time held to be likeliest, the middle of its assumption on a log scale, and its range."""
    mean = study.alternatives[study.baseline].port.primary.service.mean_min
    row = next(row for row in study.inputs(study.baseline) if row.key == SERVICE)
    low, high = (row.low, row.high) if row.low and row.high else (0.8 * mean, 1.25 * mean)
    return math.sqrt(low * high), (low, high)


@dataclass(frozen=True, slots=True)
class _Look:
    """One timetable, to be fitted."""

    parameters: Parameters
    timetable: Timetable
    likelihood: Likelihood
    trucks_per_month: dict[int, float]
    year: int
    start: FloatArray
    service_min: float
    seed: int


def _fit_through(look: _Look) -> WaitFit:
    """Return the fit of one timetable: few weeks first, then more."""
    model = FastModel(look.parameters, look.timetable, look.trucks_per_month, look.year, LOOK_RUNS, look.seed)
    first = fit_from(model, look.likelihood, look.start, look.service_min, START_STEPS)
    return fit_from(replace(model, runs=FIT_RUNS), look.likelihood, first.theta, look.service_min, FIT_STEPS)


def fast_fit(request: CalibrationRequest, service_min: float, progress: Callable[[int, int], None]) -> WaitFit:
    """Return the fast model's fit: the timetable that fits best from a fluid start.

    What an earlier process has kept of this run is not done again.
    """
    study, observed = request.study, request.observed
    setting = study.alternatives[study.baseline]
    likelihood = make_likelihood(observed, request.daily_sd_min, request.daily_correlation)
    parameters = parameters_of(setting, likelihood.seen, fits_days=likelihood.spread.correlation is not None)
    counts = setting.port.volume.trucks_per_month
    volumes = {month: float(counts[month - 1]) for month in observed.months}
    year = dt.date.fromisoformat(study.start_date).year
    busiest = max(trucks / n_days(year, month)[:5].sum() for month, trucks in volumes.items())
    start = parameters.fluid_start(likelihood.wait_min, service_min, busiest * (1.0 - setting.port.mix.fast_share))
    looks = [
        _Look(parameters, timetable, likelihood, volumes, year, start, service_min, study.seed)
        for timetable in timetables(parameters, volumes, year, service_min)
    ]
    asked = repr(request.configuration())
    keys = [digest(repr(look.timetable), asked) for look in looks]
    fits = list(journal.results("timetables", _fit_through, looks, study.processes, progress, keys))
    return rescaled(min(fits, key=lambda fit: fit.cost), service_min, CORRECTION_STEPS, study.processes)


def correct(fit: WaitFit, gap: FloatArray, service_min: float, threads: int) -> WaitFit:
    """Return the fit whose fast model is corrected by what the engine adds to it: a Gauss-Newton step or some."""
    likelihood = replace(fit.likelihood, discrepancy=gap)
    return fit_from(fit.model, likelihood, fit.theta, service_min, CORRECTION_STEPS, threads)
