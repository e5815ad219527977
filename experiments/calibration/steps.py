"""The steps of a fit before anything is judged: what is held of service, the fast fit, its correction by the engine."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from experiments.calibration.fast_model import FastModel, n_days
from experiments.calibration.fit import FIT_STEPS, START_STEPS, Fit, fit_from, rescaled, timetables
from experiments.calibration.likelihood import Likelihood, make_likelihood
from experiments.calibration.parameters import Parameters, Timetable, parameters_of
from experiments.calibration.request import CalibrationRequest
from experiments.execution import journal
from experiments.execution.content import digest
from experiments.study.study import Study
from sim.arrays import FloatArray

SERVICE: Final = "port.primary.service.mean_min"
LOOK_RUNS, FIT_RUNS = 8, 16
"""Weeks of the fast model a month: for a look at a timetable, and for the fit."""
CORRECTIONS: Final = 2
CORRECTION_STEPS: Final = 4


def service_range(study: Study) -> tuple[float, tuple[float, float]]:
    """Return the service time that is held to be likeliest, and its range: the middle of its assumption on a log scale."""
    mean = study.alternatives[study.baseline].port.primary.service.mean_min
    row = next(row for row in study.inputs(study.baseline) if row.key == SERVICE)
    low, high = (row.low, row.high) if row.low and row.high else (0.8 * mean, 1.25 * mean)
    return math.sqrt(low * high), (low, high)


@dataclass(frozen=True, slots=True)
class _Look:
    """A first look at one timetable."""

    parameters: Parameters
    timetable: Timetable
    likelihood: Likelihood
    trucks_per_month: dict[int, float]
    year: int
    start: FloatArray
    service_min: float
    seed: int


def _look(look: _Look) -> Fit:
    model = FastModel(look.parameters, look.timetable, look.trucks_per_month, look.year, LOOK_RUNS, look.seed)
    return fit_from(model, look.likelihood, look.start, look.service_min, START_STEPS)


@dataclass(frozen=True, slots=True)
class _Main:
    fit: Fit
    service_min: float
    threads: int


def _main(main: _Main) -> Fit:
    first = main.fit
    model = replace(first.model, runs=FIT_RUNS)
    fit = fit_from(model, first.likelihood, first.theta, main.service_min, FIT_STEPS, main.threads)
    return rescaled(fit, main.service_min, CORRECTION_STEPS, main.threads)


def fast_fit(request: CalibrationRequest, service_min: float, progress: Callable[[int, int], None]) -> Fit:
    """Return the fast model's fit: the timetable that looks best from a fluid start, fitted through.

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
    keys = [
        digest(repr(look.timetable), observed.sha256, repr(setting), repr(request.configuration())) for look in looks
    ]
    fits = list(journal.results("timetables", _look, looks, study.processes, progress, keys))
    best = min(fits, key=lambda fit: fit.cost)
    main = _Main(best, service_min, study.processes)
    (fit,) = journal.results("fast fit", _main, [main], 1, None, [digest(best.theta.tobytes().hex(), *keys)])
    return fit


def correct(fit: Fit, gap: FloatArray, service_min: float, threads: int) -> Fit:
    """Return the fit whose fast model is corrected by what the engine adds to it: a Gauss-Newton step or some."""
    likelihood = replace(fit.likelihood, discrepancy=gap)
    return fit_from(fit.model, likelihood, fit.theta, service_min, CORRECTION_STEPS, threads)
