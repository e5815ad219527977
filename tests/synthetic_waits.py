"""A small port with known parameters, and waits of it as officers would write them down."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from experiments.calibration.estimates import Estimate, estimate_parameters
from experiments.calibration.fast_model import FastModel
from experiments.calibration.fit import WaitFit, covariance, fit_from, rescaled
from experiments.calibration.likelihood import DaySpread, Likelihood, make_likelihood
from experiments.calibration.observed import read_observed
from experiments.calibration.parameters import Parameters, Timetable, parameters_of
from experiments.study.study import compose_scenario
from sim.arrays import FloatArray
from sim.scenario import Scenario

YEAR, MONTHS, WEEKS = 2023, (1, 3, 5, 10), 4
SERVICE_MIN = 2.0
PORT = (
    "port=bare",
    "port.hours.weekday={open_h: 8, close_h: 15}",
    "port.hours.saturday={open_h: 0, close_h: 0}",
    "port.hours.sunday={open_h: 0, close_h: 0}",
    "port.volume.weekday_weight=[1,1,1,1,1,0,0]",
    "port.primary.lanes=6",
    "port.mix.fast_share=0",
    "port.closing=served_late",
)
TIMETABLE = Timetable({"weekday": 3})


@dataclass(frozen=True)
class Trial:
    """One set of waits, drawn from known parameters, and what was fitted to them."""

    truth: FloatArray
    fit: WaitFit
    estimates: list[Estimate]
    known: list[Estimate]
    """The same readings of the true parameters."""

    @property
    def held(self) -> list[bool]:
        """Whether each interval holds the truth; parameters that the port does not fit are left out."""
        pairs = zip(self.estimates, self.known, strict=True)
        return [mine.low <= true.value <= mine.high for mine, true in pairs if mine.low < mine.high]


def synthetic_port() -> Scenario:
    """Return the port: one kind of day, seven hours, 3 to 6 lanes."""
    hours = [0.0] * 24
    hours[8:15] = [1.0 / 7.0] * 7
    return compose_scenario([*PORT, f"+port.volume.hour_share.weekday={hours}"])


def draw_truth(parameters: Parameters, rng: np.random.Generator) -> FloatArray:
    """Return parameters drawn from what is held of them beforehand."""
    weights, target = parameters.prior(SERVICE_MIN)
    precision = weights.T @ weights
    center = np.linalg.solve(precision, weights.T @ target)
    found: FloatArray = center + np.linalg.solve(np.linalg.cholesky(precision).T, rng.standard_normal(len(center)))
    return found


def write_waits(path: Path, parameters: Parameters, theta: FloatArray, seed: int, volumes: dict[int, float]) -> None:
    """Write one row a day and hour: a wait of the port, an officer's error, rounded to five minutes."""
    rng = np.random.default_rng(seed)
    rows = ["date,hour,wait_min"]
    for month in MONTHS:
        # opposite pairs of weeks are no accident of nature: the first half alone is drawn freely
        model = FastModel(parameters, TIMETABLE, {month: volumes[month]}, YEAR, 2 * WEEKS, 1000 * seed + month)
        by_week = model.predict(theta).by_week[0, :WEEKS]
        first = dt.date(YEAR, month, 1)
        monday = first + dt.timedelta(days=-first.weekday() % 7)
        for week in range(WEEKS):
            for weekday in range(5):
                date = monday + dt.timedelta(days=7 * week + weekday)
                for hour in range(8, 15):
                    wait = by_week[week, weekday, hour] + rng.normal(0.0, 3.0)
                    rows.append(f"{date},{hour},{max(5.0 * np.rint(wait / 5.0), 0.0):g}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def _workdays(month: int) -> int:
    last = calendar.monthrange(YEAR, month)[1]
    return sum(calendar.weekday(YEAR, month, day) < 5 for day in range(1, last + 1))


def run_trial(folder: Path, seed: int) -> Trial:
    """Draw a port, observe it, fit it."""
    setting = synthetic_port()
    seen = np.zeros((len(MONTHS), 7, 24), dtype=bool)
    seen[:, :5, 8:15] = True
    parameters = parameters_of(setting, seen, fits_days=True)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(9,)))
    # four lanes at work on average, in months that differ
    days = {month: _workdays(month) for month in MONTHS}
    volumes = {m: 7 * 60 / SERVICE_MIN * 4.0 * days[m] * float(np.exp(rng.normal(0.0, 0.08))) for m in MONTHS}
    truth = draw_truth(parameters, rng)
    path = folder / f"waits-{seed}.csv"
    write_waits(path, parameters, truth, seed, volumes)
    observed = read_observed(path, setting.port.hours, setting.port.primary.lanes)
    likelihood = make_likelihood(observed, None, None)
    parameters = replace(parameters, fits_days=likelihood.spread.correlation is not None)
    busiest = max(volumes[m] / days[m] for m in MONTHS)
    start = parameters.fluid_start(likelihood.wait_min, SERVICE_MIN, busiest)
    model = FastModel(parameters, TIMETABLE, volumes, YEAR, 16, seed)
    fit = rescaled(fit_from(model, likelihood, start, SERVICE_MIN, 14), SERVICE_MIN, 6, 1)
    spread = covariance(fit, SERVICE_MIN)
    nothing = np.zeros_like(spread)
    return Trial(
        truth,
        fit,
        estimate_parameters(fit, spread, SERVICE_MIN, 0.95),
        estimate_parameters(replace(fit, theta=truth[: len(fit.theta)]), nothing, SERVICE_MIN, 0.95),
    )


def any_fit() -> tuple[WaitFit, FloatArray]:
    """Return parameters of the synthetic port as if they had been fitted, and a covariance: nothing is fitted."""
    setting = synthetic_port()
    seen = np.zeros((len(MONTHS), 7, 24), dtype=bool)
    seen[:, :5, 8:15] = True
    parameters = parameters_of(setting, seen, fits_days=True)
    theta = draw_truth(parameters, np.random.default_rng(7))
    model = FastModel(parameters, TIMETABLE, dict.fromkeys(MONTHS, 18_000.0), YEAR, 2, 1)
    none = np.full((len(MONTHS), 7, 24), np.nan)
    spread = DaySpread(1.0, 0.1, 0.3, 0.1, tuple(range(8, 15)), "given")
    fit = WaitFit(model, Likelihood(MONTHS, none, none, none, spread), theta, 0.0)
    weights, _ = parameters.prior(SERVICE_MIN)
    return fit, 0.01 * np.linalg.inv(weights.T @ weights)
