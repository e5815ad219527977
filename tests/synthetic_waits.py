"""A small port with known parameters, and waits of it as officers would write them down."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from experiments.calibration.estimates import Estimate, estimate_parameters
from experiments.calibration.fast_model import FastModel
from experiments.calibration.fit import WaitFit
from experiments.calibration.intervals.posterior import draw_posterior, draw_prior
from experiments.calibration.likelihood import OFFICER_SD_MIN, DaySpread, Likelihood, make_likelihood
from experiments.calibration.observed import read_observed
from experiments.calibration.parameters import Parameters, Timetable, parameters_of
from experiments.study.study import compose_scenario
from sim.arrays import FloatArray
from sim.scenario import Scenario

YEAR, MONTHS, WEEKS = 2023, (1, 3, 5, 10), 4
SERVICE_MIN = 2.0
MONTH_LN_SD = 0.08
"""Of a month's trucks."""
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
    """One set of waits, drawn from known parameters, and what was estimated of them."""

    estimates: list[Estimate]
    known: list[Estimate]
    """The same readings of the true parameters."""

    @property
    def held(self) -> dict[str, bool]:
        """Whether each interval holds the truth, by parameter: what sets a key, ratios of it are not counted again."""
        pairs = zip(self.estimates, self.known, strict=True)
        return {mine.name: mine.low <= true.value <= mine.high for mine, true in pairs if mine.key}


def synthetic_port() -> Scenario:
    """Return the port: one kind of day, seven hours, 3 to 6 lanes."""
    hours = [0.0] * 24
    hours[8:15] = [1.0 / 7.0] * 7
    return compose_scenario([*PORT, f"+port.volume.hour_share.weekday={hours}"])


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
                    wait = by_week[week, weekday, hour] + rng.normal(0.0, OFFICER_SD_MIN)
                    rows.append(f"{date},{hour},{max(5.0 * np.rint(wait / 5.0), 0.0):g}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def _workdays(month: int) -> int:
    last = calendar.monthrange(YEAR, month)[1]
    return sum(calendar.weekday(YEAR, month, day) < 5 for day in range(1, last + 1))


def run_trial(folder: Path, seed: int) -> Trial:
    """Draw a port from what is held of it beforehand, observe it, estimate it."""
    setting = synthetic_port()
    seen = np.zeros((len(MONTHS), 7, 24), dtype=bool)
    seen[:, :5, 8:15] = True
    parameters = parameters_of(setting, seen, fits_days=True)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(9,)))
    # four lanes at work on average, in months that differ
    volumes = {
        m: 7 * 60 / SERVICE_MIN * 4.0 * _workdays(m) * float(np.exp(rng.normal(0.0, MONTH_LN_SD))) for m in MONTHS
    }
    truth = draw_prior(parameters.prior(SERVICE_MIN), 1, rng)[0]
    path = folder / f"waits-{seed}.csv"
    write_waits(path, parameters, truth, seed, volumes)
    observed = read_observed(path, setting.port.hours, setting.port.primary.lanes)
    likelihood = make_likelihood(observed, None, None)
    assert likelihood.spread.correlation is not None
    model = FastModel(parameters, TIMETABLE, volumes, YEAR, 2, seed)
    draws = draw_posterior(model, likelihood, SERVICE_MIN, 2, lambda done, of: None).theta
    fit = WaitFit(model, likelihood, draws.mean(axis=0), 0.0)
    return Trial(
        estimate_parameters(fit, draws, SERVICE_MIN, 0.95),
        estimate_parameters(replace(fit, theta=truth), draws[:2], SERVICE_MIN, 0.95),
    )


def any_fit() -> tuple[WaitFit, FloatArray]:
    """Return parameters of the synthetic port as if they had been fitted, and draws about them: nothing is fitted."""
    setting = synthetic_port()
    seen = np.zeros((len(MONTHS), 7, 24), dtype=bool)
    seen[:, :5, 8:15] = True
    parameters = parameters_of(setting, seen, fits_days=True)
    rng = np.random.default_rng(7)
    draws = draw_prior(parameters.prior(SERVICE_MIN), 200, rng)
    model = FastModel(parameters, TIMETABLE, dict.fromkeys(MONTHS, 18_000.0), YEAR, 2, 1)
    none = np.full((len(MONTHS), 7, 24), np.nan)
    spread = DaySpread(1.0, 0.1, 0.3, 0.1, tuple(range(8, 15)), "given")
    return WaitFit(model, Likelihood(MONTHS, none, none, none, spread), draws[0], 0.0), draws
