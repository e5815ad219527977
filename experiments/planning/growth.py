"""Weekly load of every station by month, and the first month in which growth brings it to its capacity.

Load is work asked for over work that can be done in a week (`sim.workload.weekly_load`), and in proportion to the
trucks. Demand of the k-th year after the counts is the counts times (1 + growth)^k, month by month.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from experiments.execution.overload import passes_when_full
from experiments.study.study import MONTHS
from sim.policies.base import PolicyExpectation
from sim.scenario import Scenario
from sim.setting.port import Responsive
from sim.setting.staffing import lane_response, lanes_for_lines
from sim.setting.window import EVALUATION, Window
from sim.workload import weekly_load

WEEK: Final = 7
ANY_LINE: Final = Responsive(
    review_every_min=15,
    open_above_min=2.0,
    close_below_min=1.0,
    delay_reviews=0,
    min_open_reviews=0,
    most_officers=None,
    reserve_lanes=0,
)
"""A lane response that may open every booth that is built; its thresholds are not used here."""


@dataclass(frozen=True, slots=True)
class StationLoad:
    """The weekly load of one station, or of one kind of its lanes, in each month of a year."""

    station: str
    """Row of `sim.workload.weekly_load`, e.g. ``primary_general``."""
    passes: bool
    """Trucks pass it by when its yard is full: they lose the inspection, not the time."""
    load_share: tuple[float, ...]
    """[12], work asked for over work that can be done, January first; 1 or more: it cannot be carried."""

    @property
    def peak_month(self) -> int:
        """The month of the largest load, 1 to 12."""
        return max(range(MONTHS), key=lambda month: self.load_share[month]) + 1

    @property
    def spare_share(self) -> float:
        """Growth of demand that the busiest month can still take, a share; infinite where nothing is asked for.

        Examples
        --------
        >>> round(StationLoad("primary", passes=False, load_share=(0.5,) * 11 + (0.8,)).spare_share, 9)
        0.25
        """
        peak = max(self.load_share)
        return 1.0 / peak - 1.0 if peak > 0.0 else float("inf")


@dataclass(frozen=True, slots=True)
class StationCapacity:
    """What one station can still take, and when growth fills it."""

    load: StationLoad
    all_lanes: bool
    """All booths open that may open, whenever the port is open; False: those of the timetable."""
    full: dict[str, tuple[int, int] | None]
    """First (year, month) with a load of 1, by growth: ``central``, ``low`` and ``high``; None: in none looked at."""


def first_full_month(
    load_share: Sequence[float], first_year: int, growth_share_per_y: float, last_year: int
) -> tuple[int, int] | None:
    """Return the first (year, month) in which the load reaches 1; None: in no year up to the last.

    Parameters
    ----------
    load_share : sequence of 12 floats
        Load in the months of ``first_year``.

    Examples
    --------
    >>> first_full_month([0.9] * 11 + [0.99], 2024, 0.02, 2060)
    (2025, 12)
    >>> first_full_month([0.9] * 12, 2024, 0.0, 2060) is None
    True
    """
    for year in range(first_year, last_year + 1):
        factor = (1.0 + growth_share_per_y) ** (year - first_year)
        for month, load in enumerate(load_share):
            if load * factor >= 1.0:
                return year, month + 1
    return None


def with_all_lanes(scenario: Scenario) -> Scenario:
    """Return the scenario with every booth open that may open, whenever the port is.

    Those are the booths that are built, within ``staffing.max_lanes``; where lanes follow the line already, those of
    the limits of its rules (``port.lane_response``, ``staffing.responsive``).
    """
    staffing = scenario.staffing
    if lane_response(scenario.port, staffing) is not None:
        return scenario
    return dataclasses.replace(scenario, staffing=dataclasses.replace(staffing, responsive=ANY_LINE))


def open_lanes(scenario: Scenario) -> tuple[int, int]:
    """Return the general and FAST booths that may be open at once."""
    return lanes_for_lines(scenario.port, scenario.staffing)


def month_loads(scenario: Scenario, expected: PolicyExpectation, year: int) -> list[StationLoad]:
    """Return the load of every station in the whole weeks of each month of a year.

    Parameters
    ----------
    expected
        What the policy scans, from past days; taken to stay as it is while demand grows.
    """
    by_station: dict[str, list[float]] = {}
    for month in range(1, MONTHS + 1):
        first, days = _whole_weeks(year, month)
        window = Window(seed=0, epoch=EVALUATION, replication=0, start_date=first.isoformat(), days=days)
        table = weekly_load(scenario, expected, window)
        for station, share in zip(table["station"], table["load_share"], strict=True):
            by_station.setdefault(str(station), []).append(float(share))
    return [StationLoad(name, passes_when_full(scenario, name), tuple(shares)) for name, shares in by_station.items()]


def _whole_weeks(year: int, month: int) -> tuple[dt.date, int]:
    """Return the first Monday of a month, and the days of the whole weeks from it that lie in the month."""
    first = dt.date(year, month, 1)
    monday = first + dt.timedelta(days=-first.weekday() % WEEK)
    left = calendar.monthrange(year, month)[1] - monday.day + 1
    return monday, left // WEEK * WEEK
