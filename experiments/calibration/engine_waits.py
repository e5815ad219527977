"""What the engine makes of fitted parameters: mean waits by month, weekday and hour; what the fast model misses.

The engine has what the fast model has not: service times that differ, portals before primary, yards, lanes that finish
their truck. The fast model is run on the engine's own arrivals, so that what is left between them is that alone
(space mapping: Bandler et al., IEEE Trans. Microwave Theory Tech. 52, 2004).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from experiments.calibration.fast_model import SLOT_MIN, SLOTS, FastModel
from experiments.calibration.parameters import Parameters, PortValues, Timetable
from experiments.execution import journal
from experiments.execution.content import digest
from experiments.execution.parallel import Progress
from experiments.study.study import Study, checked_scenario
from sim.arrays import FloatArray
from sim.frames import column
from sim.replication import (
    ENGINES,
    OperatingPlan,
    Replication,
    Scorer,
    draw_window_trucks,
    make_plan,
    past_window,
    score_manifest,
)
from sim.results.times import line_joined_min
from sim.scenario import Scenario
from sim.setting.window import EVALUATION, Window
from sim.stations import ORIGIN, PRIMARY, STATIONS

FIGURES: Final = 4
"""Significant digits of what is written, and hence simulated."""
GENERAL: Final = 0


def calibrated_keys(parameters: Parameters, timetable: Timetable, theta: FloatArray) -> dict[str, Any]:
    """Return the parts of a configuration that a fit sets, as plain values with `FIGURES` digits."""
    values, setting = parameters.values(theta), parameters.setting
    shares = {kind: _shares(values.shares[day]) for kind, day in _days(parameters).items()}
    shifts = setting.port.primary.open_by_shift or {}
    timetable_keys: dict[str, Any] = {}
    for kind, lanes in timetable.lanes.items():
        hours = setting.port.hours[kind]
        usual = [{"from_h": hours.open_h, "to_h": hours.close_h, "fast_lanes": setting.port.primary.fast_lanes}]
        given = [
            {"from_h": s.from_h, "to_h": s.to_h, "fast_lanes": s.fast_lanes} for s in shifts.get(kind, ())
        ] or usual
        if len({shift["fast_lanes"] for shift in given}) == 1:
            given = [{**usual[0], "fast_lanes": given[0]["fast_lanes"]}]
        timetable_keys[kind] = [shift | {"lanes": lanes} for shift in given]
    rules = values.rules
    return {
        "port": {
            "volume": {
                "weekday_weight": [_rounded(x) for x in values.weights],
                "hour_share": shares,
                "day_factor": {
                    "ln_sd": _rounded(values.day_sd),
                    "correlation": _rounded(max(values.day_correlation, 0.0)),
                },
            },
            "primary": {"service": {"mean_min": _rounded(values.service_min)}, "open_by_shift": timetable_keys},
            "lane_response": {
                "review_every_min": rules.review_every_min,
                "open_above_min": _rounded(rules.open_above_min),
                "close_below_min": _rounded(rules.close_below_min),
                "delay_reviews": rules.delay_reviews,
                "min_open_reviews": rules.min_open_reviews,
                "most_officers": None,
                "reserve_lanes": 0,
            },
        }
    }


def _days(parameters: Parameters) -> dict[str, int]:
    return {kind: {"weekday": 0, "saturday": 5, "sunday": 6}[kind] for kind in parameters.hours}


def _rounded(value: float) -> float:
    return float(f"{value:.{FIGURES}g}")


def _shares(shares: FloatArray) -> list[float]:
    """Return shares to five decimals that add up to one."""
    whole = np.round(shares / shares.sum(), 5)
    whole[int(np.argmax(whole))] += 1.0 - whole.sum()
    return [round(float(x), 5) for x in whole]


def calibrated_scenario(study: Study, keys: Mapping[str, Any], trucks_per_month: Mapping[int, float]) -> Scenario:
    """Return the study's scenario with calibrated keys and the months' trucks."""
    mapping = study.mapping(study.baseline)
    merged = _merged(mapping, keys)
    volume = merged["port"]["volume"]
    volume["trucks_per_month"] = [
        trucks_per_month.get(month, count) for month, count in enumerate(volume["trucks_per_month"], start=1)
    ]
    # these are the trucks of the month whatever the year; its mean day has its holidays in it
    volume |= {"counted_year": None, "trucks_by_year": None, "holidays": None}
    return checked_scenario(merged)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(below)
    for key, value in above.items():
        under = found.get(key)
        found[key] = _merged(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return found


@dataclass(frozen=True, slots=True)
class EngineWeek:
    """One week of one month, to be simulated."""

    base: Scenario
    """What past days are of: the same for all weeks."""
    scenario: Scenario
    scorer: Scorer
    window: Window
    past_before: str
    """Date before which the past days lie, YYYY-MM-DD: the study's first day."""
    engine: str


@dataclass(frozen=True, slots=True)
class WeekWaits:
    """What one simulated week gives of general trucks."""

    wait_min: FloatArray
    """[7, 24], sum of waits by the hour of arrival, as in `sim.tables.WAITS`."""
    trucks: FloatArray
    """[7, 24], trucks that reached a booth."""
    arrivals: FloatArray
    """[slots of a week of the fast model], trucks that came."""


_PLANS: Final[dict[str, OperatingPlan]] = {}


def simulate_week(week: EngineWeek) -> WeekWaits:
    """Simulate one week and return the waits of its general trucks."""
    manifest = draw_window_trucks(week.scenario, week.window)
    scores = score_manifest(week.scenario, week.scorer, manifest)
    replication = Replication(week.scenario, week.window, manifest, scores, _plan(week), week.engine)
    flow, _ = replication.flow()
    policy = week.scenario.policy
    record = ENGINES[week.engine](flow, policy.route, policy.profile)
    arrive = column(manifest, "arrive_min")
    begun = record.of(PRIMARY)[1]
    mine = column(manifest, "fast").astype(np.int64) == GENERAL
    hours = (arrive[mine] / 60.0).astype(np.int64)
    wait = (begun - line_joined_min(arrive, record.of(ORIGIN)[3]))[mine]
    known = np.isfinite(wait)
    total = np.bincount(hours[known], wait[known], minlength=168)[:168].reshape(7, 24).astype(np.float64)
    trucks = np.bincount(hours[known], minlength=168)[:168].reshape(7, 24).astype(np.float64)
    came = np.bincount((arrive[mine] / SLOT_MIN).astype(np.int64), minlength=SLOTS)[:SLOTS].astype(np.float64)
    return WeekWaits(total, trucks, came)


def _plan(week: EngineWeek) -> OperatingPlan:
    """Return what the policy knows of past days, made once a process."""
    key = digest(repr(week.base), week.window.seed)
    if key not in _PLANS:
        past = past_window(dataclasses.replace(week.window, replication=0, start_date=week.past_before))
        trucks = draw_window_trucks(week.base, past)
        _PLANS[key] = make_plan(week.base, trucks, score_manifest(week.base, week.scorer, trucks))
    return _PLANS[key]


@dataclass(frozen=True, slots=True)
class EngineWaits:
    """Simulated waits of some months."""

    months: tuple[int, ...]
    wait_min: FloatArray
    """[months, weeks, 7, 24], sums over general trucks."""
    trucks: FloatArray
    """[months, weeks, 7, 24]"""
    arrivals: FloatArray
    """[months x weeks, slots of a week of the fast model]"""

    @property
    def cells(self) -> FloatArray:
        """Mean over days of the wait of each cell, [months, 7, 24]; hours without trucks left out, 0 if all are."""
        found: FloatArray = self.by_week.sum(axis=1) / np.maximum((self.trucks > 0.0).sum(axis=1), 1)
        return found

    @property
    def by_week(self) -> FloatArray:
        """Mean wait of each hour of each week, [months, weeks, 7, 24]; 0 where nobody came."""
        found: FloatArray = self.wait_min / np.maximum(self.trucks, 1e-12)
        return found

    def part(self, first: int, n: int) -> EngineWaits:
        """Return ``n`` of the months, from place ``first`` on."""
        weeks, kept = self.wait_min.shape[1], slice(first, first + n)
        arrivals = self.arrivals[first * weeks : (first + n) * weeks]
        return EngineWaits(self.months[kept], self.wait_min[kept], self.trucks[kept], arrivals)


@dataclass(frozen=True, slots=True)
class MonthToSimulate:
    """One month under some parameters."""

    year: int
    month: int
    scenario: Scenario

    def window(self, seed: int, week: int) -> Window:
        """Return a week of the month, from its second Monday."""
        day = dt.date(self.year, self.month, 14)
        start = day - dt.timedelta(days=day.weekday())
        return Window(seed=seed, epoch=EVALUATION, replication=1000 * self.month + week, start_date=str(start), days=7)


def simulate_months(
    study: Study, scorer: Scorer, months: Sequence[MonthToSimulate], weeks: int, stage: str, progress: Progress | None
) -> EngineWaits:
    """Simulate some weeks of each month, in parallel; what an earlier process has kept is not done again."""
    base = study.alternatives[study.baseline]
    pieces = [
        EngineWeek(base, month.scenario, scorer, month.window(study.seed, week), study.start_date, study.engine)
        for month in months
        for week in range(weeks)
    ]
    keys = [digest(repr(piece.scenario), repr(piece.window)) for piece in pieces]
    done = list(journal.results(stage, simulate_week, pieces, study.processes, progress, keys))
    shape = (len(months), weeks, 7, 24)
    return EngineWaits(
        tuple(month.month for month in months),
        np.reshape([week.wait_min for week in done], shape),
        np.reshape([week.trucks for week in done], shape),
        np.array([week.arrivals for week in done]),
    )


def discrepancy(model: FastModel, values: PortValues, engine: EngineWaits) -> FloatArray:
    """Return wait of the engine less wait of the fast model on the same arrivals, [months, 7, 24].

    By kind of day and hour over all months, and by month over all hours: single cells would be noise.
    """
    fast = model.predict_arrivals(values, engine.arrivals)
    weight = engine.trucks.sum(axis=1)
    gap = np.where(weight > 0.0, engine.cells - fast.cells, 0.0)
    found = np.zeros_like(gap)
    for days in (range(5), (5,), (6,)):
        part, share = gap[:, list(days)], weight[:, list(days)]
        hour = (part * share).sum(axis=(0, 1)) / np.maximum(share.sum(axis=(0, 1)), 1e-12)
        left = ((part - hour) * share).sum(axis=(1, 2)) / np.maximum(share.sum(axis=(1, 2)), 1e-12)
        found[:, list(days)] = hour + left[:, None, None]
    return found


assert STATIONS[PRIMARY] == "primary"  # noqa: S101
