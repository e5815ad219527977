"""``python -m tests.tools.roster_need PORT ... [KEY=VALUE ...]``: the officers that today's practice takes, by shift.

The derivation behind ``port.officers`` (docs/explanation/ports.md); overrides hold for every port named.

Twelve weeks of a year are run with people of its own for
every station. Shifts are those of the timetable, halved where they are longer than `LONGEST_H`, and one from closing
until the last post is left. A shift needs, in its busiest hour: the booths open on an average day, crews for as many
docks as hold a truck on average and `SPARE_DOCKS` more, and a crew for every unit of the other posts that a roster
staffs. After closing, overtime covers the first hours, and one unit of each other post has its crew. So many officers
are at their posts when the shares that are absent and on a break are taken off the shift.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

import numpy as np
from rich.console import Console

from experiments.execution.replicate import plan_for_window
from experiments.study.study import build_study, compose_mapping
from experiments.training.find_or_train import train_all
from sim.arrays import FloatArray
from sim.frames import column
from sim.replication import Outcome, Replication, draw_window_trucks, score_manifest
from sim.scenario import Scenario
from sim.setting.port import DAY_TYPES, DayType
from sim.setting.roster import FAST_BOOTHS
from sim.setting.staffing import booth_shifts
from sim.shared_draws import risk_key
from sim.stations import PRIMARY
from sim.trucks.arrivals import day_type

WEEKS = 12
STEP_MIN = 15.0
HOURS = 36
"""Of a day and the night after it."""
LONGEST_H = 10.0
SPARE_DOCKS = 1
BOOTHS = ("primary", FAST_BOOTHS)

Use = dict[DayType, dict[str, FloatArray]]
"""By kind of day and station, the mean posts in use at every hour [36]."""
Shifts = dict[DayType, list[tuple[float, float, int]]]


def officers_needed(booths: float, docks: float, crews: float, dock_crew: float, at_posts_share: float) -> int:
    """Return the officers of a shift: booths open, docks in use and one more, crews of all other posts.

    >>> officers_needed(14.0, 9.4, 5.0, 3.0, 0.95 * 0.9)
    61
    """
    posts = math.ceil(booths) + crews + dock_crew * (math.ceil(docks) + SPARE_DOCKS)
    return math.ceil(posts / at_posts_share)


def in_use(start: FloatArray, end: FloatArray, days: int) -> FloatArray:
    """Return how many of some spans last at every hour of a window, on average over its quarters."""
    moments = np.arange(0.0, 1440.0 * days, STEP_MIN)
    begun, over = (np.searchsorted(np.sort(times), moments, side="right") for times in (start, end))
    return np.asarray((begun - over).reshape(24 * days, -1).mean(axis=1), dtype=np.float64)


def posts_in_use(outcome: Outcome, days: int) -> dict[str, FloatArray]:
    """Return booths open and docks with a truck at every hour of the window."""
    ledger, table, names = outcome.ledger, outcome.capacity, ("up_min", "down_min")
    if outcome.openings is not None:
        table, names = outcome.openings, ("from_min", "to_min")
    mine = column(table, "station") == PRIMARY
    docked = np.isfinite(column(ledger, "dock_start_min"))
    leave = np.nan_to_num(column(ledger, "dock_leave_min"), nan=np.inf)
    return {
        "primary": in_use(column(table, names[0])[mine], column(table, names[1])[mine], days),
        "dock": in_use(column(ledger, "dock_start_min")[docked], leave[docked], days),
    }


def year_of_use(words: Sequence[str]) -> tuple[Scenario, Use]:
    """Return the port without a roster, and its posts in use."""
    asked = ["policy=todays_practice", "calendar=year", f"replications={WEEKS}", "processes=1", *words]
    last = {word.partition("=")[0]: word for word in asked}
    study = build_study(list(last.values()), "run")
    scenario, scorers = study.alternatives[study.baseline], train_all(study, Console(stderr=True))
    found: dict[DayType, dict[str, list[FloatArray]]] = {day: {"primary": [], "dock": []} for day in DAY_TYPES}
    for week in range(WEEKS):
        window = study.window(week)
        trucks = draw_window_trucks(scenario, window)
        scores = score_manifest(scenario, scorers[risk_key(scenario)], trucks)
        plan = plan_for_window(scenario, scorers, window)
        use = posts_in_use(Replication(scenario, window, trucks, scores, plan).run_metrics(), window.days)
        for place, date in enumerate(window.dates()):
            for station, hours in use.items():
                found[day_type(date.weekday())][station].append(_day_and_night(hours, place))
    return scenario, {day: {s: np.nanmean(rows, axis=0) for s, rows in use.items()} for day, use in found.items()}


def _day_and_night(hours: FloatArray, day: int) -> FloatArray:
    mine = hours[24 * day : 24 * day + HOURS]
    return np.pad(mine, (0, HOURS - len(mine)), constant_values=np.nan)


def needed_roster(words: Sequence[str]) -> Shifts:
    """Return (from_h, to_h, officers) of every shift, by kind of day."""
    scenario, use = year_of_use(words)
    # its values alone, because a port whose roster is to be derived has none yet
    roster = compose_mapping(["staffing=roster"])["staffing"]["roster"]
    at_posts = (1.0 - roster["absent_share"]) * (1.0 - roster["break_share"])
    return {day: day_shifts(scenario, day, use[day], at_posts, roster["most_overtime_h"]) for day in DAY_TYPES}


def day_shifts(
    scenario: Scenario, day: DayType, use: dict[str, FloatArray], at_posts: float, overtime_h: float
) -> list[tuple[float, float, int]]:
    """Return the shifts of one kind of day, the night after it included."""
    kinds = {kind.name: kind for kind in scenario.roster_posts()}
    dock, others = kinds.get("dock"), [kind for name, kind in kinds.items() if name not in (*BOOTHS, "dock")]
    dock_crew = dock.crew_officers if dock else 0.0
    found = []
    for begin, end in _halved([(s.from_h, s.to_h) for s in booth_shifts(scenario.port, scenario.staffing, day)]):
        span = slice(int(begin), math.ceil(end))
        crews = sum(kind.built * kind.crew_officers for kind in others)
        booths, docks = (float(use[station][span].max()) for station in ("primary", "dock"))
        found.append((begin, end, officers_needed(booths, docks, crews, dock_crew, at_posts)))
    last_h = max((kind.extra_h for kind in kinds.values()), default=0.0)
    if found and last_h > 0.0:
        close_h = found[-1][1]
        crews = sum(kind.crew_officers for kind in others if kind.extra_h > 0.0)
        late = use["dock"][int(close_h + min(overtime_h, last_h)) : math.ceil(close_h + last_h)]
        docks = float(late.max(initial=0.0))
        found.append((close_h, close_h + last_h, officers_needed(0.0, docks, crews, dock_crew, at_posts)))
    return found


def _halved(shifts: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the shifts, those that are too long in two halves of whole hours.

    >>> _halved([(7.0, 24.0)])
    [(7.0, 15.0), (15.0, 24.0)]
    """
    found: list[tuple[float, float]] = []
    for begin, end in shifts:
        middle = float((begin + end) // 2.0)
        found += [(begin, end)] if end - begin <= LONGEST_H else [(begin, middle), (middle, end)]
    return found


def main(words: Sequence[str]) -> int:
    """Print the roster of every port named."""
    overrides = [word for word in words if "=" in word]
    for port in (word for word in words if word not in overrides):
        print(f"# {port}")  # noqa: T201
        for day, shifts in needed_roster([f"port={port}", *overrides]).items():
            print(f"  {day}:" if shifts else f"  {day}: []")  # noqa: T201
            for begin, end, officers in shifts:
                print(f"    - {{from_h: {begin:g}, to_h: {end:g}, officers: {officers}}}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
