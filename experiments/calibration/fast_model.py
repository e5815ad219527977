"""The fast model of a whole port: parameters -> mean wait of every month, day of the week and hour.

Weeks are drawn with common random numbers: the same luck of days and minutes whatever the parameters, so that a
difference between two sets of them is theirs.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from experiments.calibration.parameters import Parameters, PortValues, Timetable
from experiments.calibration.point_queue import STEP_MIN, WEEK_MIN, waits
from sim.arrays import FloatArray, IntArray

SLOT_MIN: Final = 15
"""Minutes over which the number of trucks is drawn at once."""
SLOTS: Final = WEEK_MIN // SLOT_MIN
LUCK: Final = 77
"""First part of the key of the fast model's streams."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one set of parameters gives."""

    by_week: FloatArray
    """[months, runs, 7, 24], mean wait of an hour's trucks."""
    trucks: FloatArray
    """[months, runs, 7, 24]"""
    lanes: FloatArray
    """[months, 7, 24], mean lanes open."""

    @property
    def cells(self) -> FloatArray:
        """Mean over days of the wait of each cell, [months, 7, 24]: officers write down hours, not trucks."""
        found: FloatArray = self.by_week.mean(axis=1)
        return found


@dataclass(frozen=True)
class FastModel:
    """The fast model of some months; what does not depend on parameters is laid out once."""

    parameters: Parameters
    timetable: Timetable
    trucks_per_month: Mapping[int, float]
    """By month, 1-12."""
    year: int
    """Whose calendar says how many days of each kind a month has."""
    runs: int
    """Weeks drawn of each month, even."""
    seed: int

    @cached_property
    def months(self) -> tuple[int, ...]:
        """Months, 1-12."""
        return tuple(sorted(self.trucks_per_month))

    @cached_property
    def _luck(self) -> tuple[FloatArray, FloatArray]:
        """Normal numbers of days [months, runs, 7], in opposite pairs, and of slots [months, runs, slots]."""
        streams = [np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(LUCK, m))) for m in self.months]
        days = np.array([rng.standard_normal((self.runs // 2, 7)) for rng in streams])
        slots = np.array([rng.standard_normal((self.runs, SLOTS)) for rng in streams])
        return np.concatenate([days, -days], axis=1), slots

    @cached_property
    def _least(self) -> IntArray:
        return self.timetable.by_step(self.parameters.setting)

    def day_factors(self, values: PortValues) -> FloatArray:
        """Return factors on the trucks of each day [months, runs, 7]: ln-normal of mean one, correlated by day."""
        z, rho = self._luck[0], values.day_correlation
        factor = z.copy()
        for day in range(1, 7):
            factor[..., day] = rho * factor[..., day - 1] + np.sqrt(1.0 - rho**2) * z[..., day]
        return np.exp(values.day_sd * factor - 0.5 * values.day_sd**2)

    def rates(self, values: PortValues) -> FloatArray:
        """Return expected general trucks an hour [months, 7, 24]."""
        found = np.zeros((len(self.months), 7, 24))
        for at, month in enumerate(self.months):
            weights = values.weights
            days = n_days(self.year, month)
            total = float(days @ weights)
            trucks = self.trucks_per_month[month] * weights / total if total > 0.0 else np.zeros(7)
            found[at] = trucks[:, None] * values.shares
        return found * (1.0 - self.parameters.setting.port.mix.fast_share)

    def arrivals(self, values: PortValues) -> FloatArray:
        """Return general trucks a slot [months x runs, slots of a week]."""
        rates = self.rates(values)[:, None] * self.day_factors(values)[..., None]
        slots = np.repeat(rates * (SLOT_MIN / 60.0), 60 // SLOT_MIN, axis=-1).reshape(len(self.months), -1, SLOTS)
        return np.maximum(slots + np.sqrt(slots) * self._luck[1], 0.0).reshape(-1, SLOTS)

    def predict(self, theta: FloatArray) -> Prediction:
        """Return what these parameters give."""
        values = self.parameters.values(theta)
        return self.predict_arrivals(values, self.arrivals(values))

    def predict_arrivals(self, values: PortValues, arrivals: FloatArray) -> Prediction:
        """Return what these arrivals meet, [months x runs, slots of a week]."""
        port = self.parameters.setting.port
        total, lanes = waits(
            arrivals, self._least, port.primary.lanes, values.service_min, values.rules,
            step_min=STEP_MIN, served_late=port.closing == "served_late",
        )  # fmt: skip
        shape = (len(self.months), -1, 7, 24)
        trucks = arrivals.reshape(*shape, 60 // SLOT_MIN).sum(axis=-1)
        by_week = total.reshape(shape) / np.maximum(trucks, 1e-12)
        return Prediction(by_week, trucks, lanes.reshape(shape).mean(axis=1))


def n_days(year: int, month: int) -> FloatArray:
    """Return how many Mondays, Tuesdays, ... a month has, [7]."""
    first, days = calendar.monthrange(year, month)
    return np.bincount((first + np.arange(days)) % 7, minlength=7).astype(np.float64)


def daily_means(by_week: FloatArray, hours: Sequence[int], days: Sequence[int] = range(5)) -> FloatArray:
    """Return the mean wait over some hours of each day, [months, runs, days]."""
    found: FloatArray = by_week[:, :, list(days)][..., list(hours)].mean(axis=-1)
    return found
