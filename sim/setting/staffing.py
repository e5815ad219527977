"""Who staffs the booths: changes to the port's timetable and posts, and lanes that follow the line (``staffing``)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Literal

from sim.errors import ConfigError
from sim.setting.port import DAY_TYPES, DayType, Port, Responsive, Shift, check_hours
from sim.setting.roster import Roster
from sim.setting.spec import Spec, bounded_field


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraLanes(Spec):
    """Booths opened beyond the timetable, or closed below it, from one hour of the day to another."""

    from_h: float = bounded_field(0.0, 24.0)
    to_h: float = bounded_field(0.0, 24.0)
    lanes: int = bounded_field(-1000, 1000, default=0)
    """General booths; below 0: closed."""
    fast_lanes: int = bounded_field(-1000, 1000, default=0)
    days: tuple[DayType, ...] = DAY_TYPES
    """Kinds of days on which they are opened."""

    def check(self) -> None:
        check_hours(self.from_h, self.to_h)
        if self.lanes == self.fast_lanes == 0:
            raise ConfigError("lanes", "expected lanes or fast_lanes other than 0: nothing is opened or closed, got 0")
        if not self.days:
            raise ConfigError("days", f"expected at least one of {list(DAY_TYPES)}, got none")
        if len(set(self.days)) < len(self.days):
            raise ConfigError("days", f"expected each kind of day once, got {list(self.days)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing(Spec):
    """Changes to the port's own timetable and posts; null keeps the port's figure."""

    name: str
    max_lanes: int | None = bounded_field(0)
    max_fast_lanes: int | None = bounded_field(0)
    extra_lanes: int = bounded_field(-1000, 1000)
    """General booths opened beyond the timetable at every hour (up to those built)."""
    extra_fast_lanes: int = bounded_field(-1000, 1000)
    extra: tuple[ExtraLanes, ...] = ()
    """The same between two hours; entries that overlap add up."""
    responsive: Literal["port"] | Responsive | None = "port"
    """Lanes that follow the line; ``port``: as its officers do (``port.lane_response``); null: the timetable alone."""
    roster: Roster | None = None
    """One roster for booths and inspection; null: every station has officers of its own."""
    analysts: int | None = bounded_field(0)
    docks: int | None = bounded_field(0)

    def check(self) -> None:
        if self.roster is None:
            return
        for name in ("max_lanes", "max_fast_lanes"):
            _check_no_officers(name, getattr(self, name))


def _check_no_officers(key: str, officers: int | None) -> None:
    """Refuse a limit of officers beside a roster."""
    if officers is not None:
        problem = "the officers of booths are the roster's (staffing.roster): expected null"
        raise ConfigError(key, f"{problem}, got {officers}")


def lane_response(port: Port, staffing: Staffing) -> Responsive | None:
    """Return the rules by which lanes follow the line; None: the timetable alone."""
    return port.lane_response if staffing.responsive == "port" else staffing.responsive


def booth_shifts(port: Port, staffing: Staffing, day: DayType) -> list[Shift]:
    """Return one kind of day's shifts: within the port's hours, staffing applied, none unbuilt."""
    hours = port.hours.get(day)
    if hours is None or hours.open_h >= hours.close_h:
        return []
    primary = port.primary
    whole_day = Shift(from_h=hours.open_h, to_h=hours.close_h, lanes=primary.lanes, fast_lanes=primary.fast_lanes)
    timetable = primary.open_by_shift
    shifts = (whole_day,) if timetable is None else timetable.get(day, ())
    staffed = [_staffed(port, staffing, shift) for shift in shifts]
    clipped = [(max(shift.from_h, hours.open_h), min(shift.to_h, hours.close_h), shift) for shift in staffed]
    within = [
        Shift(from_h=start, to_h=end, lanes=shift.lanes, fast_lanes=shift.fast_lanes)
        for start, end, shift in clipped
        if start < end
    ]
    extra = [entry for entry in staffing.extra if day in entry.days]
    return list(_with_extra(port, within, extra, (hours.open_h, hours.close_h))) if extra else within


def _with_extra(
    port: Port, shifts: list[Shift], extra: list[ExtraLanes], hours: tuple[float, float]
) -> Iterator[Shift]:
    """Give shifts cut where extra lanes begin and end, with those lanes; outside of shifts, the extra ones alone."""
    for start, end, lanes, fast_lanes in _open_lanes(shifts, extra, hours):
        general, fast = (
            min(max(wanted, 0), built)
            for wanted, built in ((lanes, port.primary.lanes), (fast_lanes, port.primary.fast_lanes))
        )
        if general or fast:
            yield Shift(from_h=start, to_h=end, lanes=general, fast_lanes=fast)


def _open_lanes(
    shifts: list[Shift], extra: list[ExtraLanes], hours: tuple[float, float]
) -> Iterator[tuple[float, float, int, int]]:
    """Give (from, to, general, FAST booths) between all changes of a day, as many as are wanted, built or not."""
    spans = [(shift.from_h, shift.to_h) for shift in shifts] + [(entry.from_h, entry.to_h) for entry in extra]
    moments = {moment for span in (*spans, hours) for moment in span}
    changes = sorted(moment for moment in moments if hours[0] <= moment <= hours[1])
    for start, end in pairwise(changes):
        planned = [shift for shift in shifts if shift.from_h <= start < shift.to_h]
        more = [entry for entry in extra if entry.from_h <= start < entry.to_h]
        lanes = max((shift.lanes for shift in planned), default=0) + sum(entry.lanes for entry in more)
        fast = max((shift.fast_lanes for shift in planned), default=0) + sum(entry.fast_lanes for entry in more)
        yield start, end, lanes, fast


def check_extra_lanes(port: Port, staffing: Staffing) -> None:
    """Refuse (ConfigError) extra lanes that close more booths than are open, and booths of a kind that is not built."""
    for place, entry in enumerate(staffing.extra):
        for name in ("lanes", "fast_lanes"):
            if getattr(entry, name) > 0 and getattr(port.primary, name) == 0:
                problem = f"expected 0: the port has no such booth (port.primary.{name}=0), got {getattr(entry, name)}"
                raise ConfigError(f"staffing.extra[{place}].{name}", problem)
    without = dataclasses.replace(staffing, extra=())
    for day in DAY_TYPES:
        shifts, hours = booth_shifts(port, without, day), port.hours.get(day)
        extra = [entry for entry in staffing.extra if day in entry.days]
        if hours is None or not extra:
            continue
        for start, end, *wanted in _open_lanes(shifts, extra, (hours.open_h, hours.close_h)):
            if min(wanted) < 0:
                kind = "general" if wanted[0] < 0 else "FAST"
                problem = (
                    f"closes {-min(wanted)} {kind} booths more than are open on a {day} from {start:g} to {end:g} h"
                )
                raise ConfigError("staffing.extra", problem)


def _staffed(port: Port, staffing: Staffing, shift: Shift) -> Shift:
    primary = port.primary
    return Shift(
        from_h=shift.from_h,
        to_h=shift.to_h,
        lanes=_open(shift.lanes, staffing.max_lanes, staffing.extra_lanes, primary.lanes),
        fast_lanes=_open(shift.fast_lanes, staffing.max_fast_lanes, staffing.extra_fast_lanes, primary.fast_lanes),
    )


def _open(planned: int, most: int | None, extra: int, built: int) -> int:
    manned = planned if most is None else min(planned, most)
    return min(max(manned + extra, 0), built)


def lanes_for_lines(port: Port, staffing: Staffing) -> tuple[int, int]:
    """Return how many general and FAST booths may be open for a line.

    Those built, within ``max_lanes``, not in reserve, and not more than ``most_officers`` could sit in while the other
    kind has the fewest booths of its timetable.
    """
    responsive, built = lane_response(port, staffing), (port.primary.lanes, port.primary.fast_lanes)
    most = (staffing.max_lanes, staffing.max_fast_lanes)
    caps = [lanes if cap is None else min(lanes, cap) for lanes, cap in zip(built, most, strict=True)]
    if responsive is not None:
        caps[0] = min(caps[0], port.primary.lanes - responsive.reserve_lanes)
        if responsive.most_officers is not None:
            shifts = _all_shifts(port, staffing)
            others = [min(map(lanes, shifts), default=0) for lanes in (attrgetter("fast_lanes"), attrgetter("lanes"))]
            caps = [min(cap, responsive.most_officers - other) for cap, other in zip(caps, others, strict=True)]
    return caps[0], caps[1]


def _all_shifts(port: Port, staffing: Staffing) -> list[Shift]:
    return [shift for day in DAY_TYPES for shift in booth_shifts(port, staffing, day)]


def check_lane_response(port: Port, staffing: Staffing) -> None:
    """Refuse a lane response that the port's booths and timetable leave no room for.

    Raises
    ------
    ConfigError
        More lanes in reserve than are built, or fewer officers than the timetable needs.
    """
    responsive = lane_response(port, staffing)
    if responsive is None:
        return
    key = "port.lane_response" if staffing.responsive == "port" else "staffing.responsive"
    if staffing.roster is not None:
        _check_no_officers(f"{key}.most_officers", responsive.most_officers)
    if responsive.reserve_lanes > port.primary.lanes:
        problem = f"must be at most port.primary.lanes={port.primary.lanes}, got {responsive.reserve_lanes}"
        raise ConfigError(f"{key}.reserve_lanes", problem)
    shifts = _all_shifts(port, staffing)
    planned = max((shift.lanes + shift.fast_lanes for shift in shifts), default=0)
    if responsive.most_officers is not None and responsive.most_officers < planned:
        problem = f"must be at least {planned}, the booths that the timetable opens, got {responsive.most_officers}"
        raise ConfigError(f"{key}.most_officers", problem)
