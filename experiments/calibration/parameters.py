"""What is fitted: the parameters, what is held of them beforehand, and the port that they make.

All parameters are on a scale without bounds (logarithms, one logit), and all that is held of them beforehand is normal
on that scale: rows of ``weights @ theta - target``, each with variance one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from experiments.calibration.point_queue import STEP_MIN, WEEK_STEPS, LaneRules
from sim.arrays import BoolArray, FloatArray, IntArray
from sim.setting.port import DAY_TYPES, DayType
from sim.setting.setting import Setting
from sim.trucks.arrivals import day_type, hour_shares

LEVELS: Final = ("service", "open_above", "close_ratio", "day_sd", "day_correlation")
SMOOTH_SD: Final = 0.15
"""Of the second difference of ln hour share: an hour lies within 15% of what its neighbours say."""
LEVEL_SD: Final = 1.0
"""Of ln hour share beside the configured one: hardly anything is held of it."""
TILT_SD: Final = 0.03
"""Of ln trucks of a weekday beside the others."""
OTHER_DAY_SD: Final = 0.3
"""Of ln trucks of a Saturday or Sunday beside the configured weight."""
SERVICE_SD: Final = 0.15
"""Of ln service time: a range of 1.7 to 3.1 minutes about 2.3 is two of these either way."""
OPEN_ABOVE_MIN, OPEN_ABOVE_SD = 30.0, 0.5
"""Estimated wait above which a lane opens: 11 to 80 minutes."""
CLOSE_LOGIT, CLOSE_SD = 1.0, 0.7
"""Logit of the closing threshold over the opening one: .41 to .92."""
DAY_SD, DAY_LN_SD = 0.14, 0.35
"""Of ln of a day's trucks: .07 to .28."""
CORRELATION, CORRELATION_SD = 0.37, 0.2
STEPS: Final = {"share": 0.03, "tilt": 0.01, "other": 0.03, "service": 0.01, "open_above": 0.05, "close_ratio": 0.2}
"""Steps of finite differences: wide enough to carry lanes over a review."""
DAY_STEP: Final = 0.05
REVIEW_EVERY_MIN, DELAY_REVIEWS, MIN_OPEN_REVIEWS = 15, 1, 4
"""What waits cannot tell: how often lanes are reviewed, and how fast they follow."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """Lanes that the timetable opens, one number for each kind of day, while the port is open."""

    lanes: Mapping[DayType, int]

    def by_step(self, setting: Setting) -> IntArray:
        """Return int[steps of a week]; 0 while the port is closed."""
        least, an_hour = np.zeros(WEEK_STEPS, dtype=np.int64), 60 // STEP_MIN
        for weekday in range(7):
            kind = day_type(weekday)
            hours = setting.port.hours.get(kind)
            if hours is not None and hours.open_h < hours.close_h:
                start = 24 * an_hour * weekday
                opens, closes = (start + round(an_hour * hour) for hour in (hours.open_h, hours.close_h))
                least[opens:closes] = self.lanes.get(kind, 0)
        return least


@dataclass(frozen=True, slots=True)
class PortValues:
    """The port that one set of parameters makes."""

    shares: FloatArray
    """[7, 24] of a day's trucks."""
    weights: FloatArray
    """[7] trucks of a day of the week beside others."""
    service_min: float
    rules: LaneRules
    day_sd: float
    day_correlation: float


@dataclass(frozen=True)
class Parameters:
    """The parameters of one port with some observed cells."""

    setting: Setting
    hours: Mapping[DayType, tuple[int, ...]]
    """Hours that were observed, whose shares are fitted, by kind of day."""
    weekdays: tuple[int, ...]
    """Days of the week that were observed."""
    fits_days: bool
    """Whether single days were observed, so that their correlation can be told."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every parameter."""
        shares = [f"share.{kind}.{hour}" for kind, hours in self.hours.items() for hour in hours]
        tilts = [f"tilt.{weekday}" for weekday in self._tilted]
        others = [f"other.{kind}" for kind in self._others]
        return (*shares, *tilts, *others, *(x for x in LEVELS if x != "day_correlation" or self.fits_days))

    @cached_property
    def place(self) -> dict[str, int]:
        """Place of each parameter."""
        return {name: at for at, name in enumerate(self.names)}

    @cached_property
    def _tilted(self) -> tuple[int, ...]:
        """Monday to Friday as far as observed, but for the last, which follows from the others."""
        return tuple(day for day in self.weekdays if day < 5)[:-1]

    @cached_property
    def _others(self) -> tuple[DayType, ...]:
        has_weekdays = any(day < 5 for day in self.weekdays)
        return tuple(kind for kind in self.hours if has_weekdays and kind != "weekday")

    @cached_property
    def base_shares(self) -> dict[DayType, FloatArray]:
        """Configured shares of the hours, [24] by kind of day."""
        return {kind: hour_shares(self.setting, kind) for kind in DAY_TYPES}

    def fluid_start(
        self, wait_min: FloatArray, center_min: float, busiest: float, lanes_min: float | None = None
    ) -> FloatArray:
        """Return where the fit begins, theta [p]: arrivals of a fluid that makes the mean waits at constant lanes.

        A line that is served at a constant rate grows as long as more come than are served, so that an hour's arrivals
        over those served are 1 + d wait / d time. The service time is what the lanes observed spend on a truck; where
        none were observed, it leaves the busiest hour a tenth of all lanes.

        Parameters
        ----------
        wait_min : float array [months, 7, 24]
            Observed waits; NaN: not observed.
        center_min : float
            Service time that is held to be likeliest.
        busiest : float
            General trucks of the busiest month's mean weekday.
        lanes_min : float, optional
            Minutes of a lane to a truck, where lanes were observed.
        """
        theta = np.zeros(len(self.names))
        peak = 1e-9
        for kind, hours in self.hours.items():
            days = [day for day in range(7) if day_type(day) == kind]
            mean = np.nanmean(wait_min[:, days][..., list(hours)], axis=(0, 1))
            edges = np.interp(np.arange(len(hours) + 1) - 0.5, np.arange(len(hours)), mean, left=0.0)
            flow = np.maximum(1.0 + np.diff(edges) / 60.0, 0.2)
            theta[[self.place[f"share.{kind}.{hour}"] for hour in hours]] = np.log(flow / flow.mean())
            if kind == "weekday":
                peak = busiest * float(flow.max() / flow.sum()) * (1.0 + DAY_SD)
        service_min = min(center_min, 0.9 * 60.0 * self.setting.port.primary.lanes / peak)
        if lanes_min is not None:
            service_min = lanes_min
        for name, value in self._centers(service_min).items():
            theta[self.place[name]] = value
        return theta

    def _centers(self, service_min: float) -> dict[str, float]:
        weight = self.setting.port.volume.weekday_weight
        usual = max(float(np.mean(weight[:5])), 1e-9)
        centers = {f"tilt.{day}": 0.0 for day in self._tilted}
        for kind in self._others:
            centers[f"other.{kind}"] = float(np.log(max(weight[5 if kind == "saturday" else 6] / usual, 1e-3)))
        centers |= {
            "service": float(np.log(service_min)),
            "open_above": float(np.log(OPEN_ABOVE_MIN)),
            "close_ratio": CLOSE_LOGIT,
            "day_sd": float(np.log(DAY_SD)),
        }
        return centers | ({"day_correlation": float(np.arctanh(CORRELATION))} if self.fits_days else {})

    def prior(self, service_min: float) -> tuple[FloatArray, FloatArray]:
        """Return what is held beforehand: weights [rows, p] and target [rows], each row of variance one."""
        rows: list[tuple[dict[str, float], float]] = []
        for kind, hours in self.hours.items():
            names = [f"share.{kind}.{hour}" for hour in hours]
            rows += [
                ({a: 1 / SMOOTH_SD, b: -2 / SMOOTH_SD, c: 1 / SMOOTH_SD}, 0.0)
                for a, b, c in zip(names, names[1:], names[2:], strict=False)
            ]
            rows += [({name: 1 / LEVEL_SD}, 0.0) for name in names]
            rows.append((dict.fromkeys(names, 10.0 / len(names)), 0.0))
        sd = {"service": SERVICE_SD, "open_above": OPEN_ABOVE_SD, "close_ratio": CLOSE_SD, "day_sd": DAY_LN_SD}
        sd |= {"day_correlation": CORRELATION_SD} | dict.fromkeys((f"other.{k}" for k in self._others), OTHER_DAY_SD)
        for name, center in self._centers(service_min).items():
            rows.append(({name: 1 / sd.get(name, TILT_SD)}, center / sd.get(name, TILT_SD)))
        weights = np.zeros((len(rows), len(self.names)))
        for at, (row, _) in enumerate(rows):
            for name, value in row.items():
                weights[at, self.place[name]] = value
        return weights, np.array([target for _, target in rows])

    @cached_property
    def steps(self) -> FloatArray:
        """Steps of finite differences [p]."""
        return np.array([STEPS.get(name.partition(".")[0], DAY_STEP) for name in self.names])

    def values(self, theta: FloatArray) -> PortValues:
        """Return the port that parameters make."""
        shares, weights = np.zeros((7, 24)), np.array(self.setting.port.volume.weekday_weight, dtype=np.float64)
        for weekday in range(7):
            shares[weekday] = self._shares(theta, day_type(weekday))
        tilts = np.array([theta[self.place[f"tilt.{day}"]] for day in self._tilted])
        if len(tilts):
            usual = float(np.mean(weights[:5]))
            weights[list(self._tilted)] = usual * np.exp(tilts)
            last = max(day for day in self.weekdays if day < 5)
            weights[last] = usual * np.exp(-tilts.sum())
        for kind in self._others:
            weights[5 if kind == "saturday" else 6] = np.mean(weights[:5]) * np.exp(theta[self.place[f"other.{kind}"]])
        level = {name: float(theta[self.place[name]]) for name in LEVELS if name in self.place}
        opens = float(np.exp(level["open_above"]))
        rules = LaneRules(
            REVIEW_EVERY_MIN, opens, opens / (1.0 + np.exp(-level["close_ratio"])), DELAY_REVIEWS, MIN_OPEN_REVIEWS
        )
        correlation = float(np.tanh(level["day_correlation"])) if self.fits_days else CORRELATION
        return PortValues(
            shares, weights, float(np.exp(level["service"])), rules, float(np.exp(level["day_sd"])), correlation
        )

    def _shares(self, theta: FloatArray, kind: DayType) -> FloatArray:
        """Return shares of the hours [24]: those not observed stay as configured."""
        base = self.base_shares[kind]
        hours = list(self.hours.get(kind, ()))
        if not hours:
            return base
        free = np.exp(theta[[self.place[f"share.{kind}.{hour}"] for hour in hours]])
        shares = base.copy()
        shares[hours] = 0.0
        shares[hours] = (1.0 - shares.sum()) * free / free.sum()
        return shares


def parameters_of(setting: Setting, seen: BoolArray, *, fits_days: bool) -> Parameters:
    """Return the parameters that observed cells [months, 7, 24] call for."""
    by_hour = np.asarray(seen.any(axis=0))
    kinds: dict[DayType, Sequence[int]] = {"weekday": range(5), "saturday": (5,), "sunday": (6,)}
    hours = {kind: tuple(np.flatnonzero(by_hour[list(days)].any(axis=0)).tolist()) for kind, days in kinds.items()}
    weekdays = tuple(np.flatnonzero(by_hour.any(axis=1)).tolist())
    found: dict[Any, tuple[int, ...]] = {kind: some for kind, some in hours.items() if some}
    return Parameters(setting, found, weekdays, fits_days)
