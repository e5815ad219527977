"""Who staffs the booths: changes to the port's timetable and posts, and lanes that follow the line (``staffing``)."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from sim.errors import ConfigError
from sim.setting.port import DAY_TYPES, DayType, Port, Shift
from sim.setting.roster import MIN_PER_DAY, Roster
from sim.setting.spec import Spec, bounded_field


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsive(Spec):
    """Lanes opened and closed by the work in line, beyond those of the timetable (`sim.engine.reviews`)."""

    review_every_min: int = bounded_field(1, MIN_PER_DAY)
    """The line is looked at so often, from midnight on, and at every change of the timetable."""
    open_above_min: float = bounded_field(0.0)
    """One more lane opens where the wait, work in line over lanes open, is estimated to be longer."""
    close_below_min: float = bounded_field(0.0)
    """A lane beyond the timetable closes where that wait is estimated to be shorter."""
    delay_reviews: int = bounded_field(0, 1000)
    """Reviews in a row that must have found the line too long before the one that opens a lane."""
    min_open_reviews: int = bounded_field(0, 1000)
    """Reviews that pass after a lane was opened before one is closed."""
    most_officers: int | None = bounded_field(0)
    """Booths of both kinds that a shift may staff at once; null: as many as are built."""
    reserve_lanes: int = bounded_field(0)
    """General booths that are not opened for a line, only by the timetable."""

    def check(self) -> None:
        if MIN_PER_DAY % self.review_every_min:
            problem = f"reviews must divide a day of {MIN_PER_DAY} minutes evenly"
            raise ConfigError("review_every_min", f"{problem}, got {self.review_every_min}")
        if self.close_below_min == 0.0:
            raise ConfigError("close_below_min", "must be above 0, or a lane that was opened never closes; got 0")
        if self.open_above_min <= self.close_below_min:
            problem = f"must be above close_below_min={self.close_below_min:g}"
            raise ConfigError("open_above_min", f"{problem}, got {self.open_above_min:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing(Spec):
    """Changes to the port's own timetable and posts; null keeps the port's figure."""

    name: str
    max_lanes: int | None = bounded_field(0)
    max_fast_lanes: int | None = bounded_field(0)
    extra_lanes: int = bounded_field(-1000, 1000)
    """General booths opened beyond the timetable at every hour (up to those built)."""
    extra_fast_lanes: int = bounded_field(-1000, 1000)
    responsive: Responsive | None = None
    """Lanes that follow the line; null: the timetable alone."""
    roster: Roster | None = None
    """One roster for booths and inspection; null: every station has officers of its own."""
    analysts: int | None = bounded_field(0)
    docks: int | None = bounded_field(0)

    def check(self) -> None:
        if self.roster is None:
            return
        apart = {"max_lanes": self.max_lanes, "max_fast_lanes": self.max_fast_lanes}
        if self.responsive is not None:
            apart["responsive.most_officers"] = self.responsive.most_officers
        for name, officers in apart.items():
            if officers is not None:
                problem = "the officers of booths are the roster's (staffing.roster): expected null"
                raise ConfigError(name, f"{problem}, got {officers}")


def booth_shifts(port: Port, staffing: Staffing, day: DayType) -> list[Shift]:
    """Return one kind of day's shifts: within the port's hours, staffing applied, none unbuilt."""
    hours = port.hours.get(day)
    if hours is None or hours.open_h >= hours.close_h:
        return []
    primary = port.primary
    whole_day = Shift(from_h=hours.open_h, to_h=hours.close_h, lanes=primary.lanes, fast_lanes=primary.fast_lanes)
    timetable = primary.open_by_shift
    shifts = (whole_day,) if timetable is None else timetable.get(day, ())
    staffed = (_staffed(port, staffing, shift) for shift in shifts)
    clipped = [(max(shift.from_h, hours.open_h), min(shift.to_h, hours.close_h), shift) for shift in staffed]
    return [
        Shift(from_h=start, to_h=end, lanes=shift.lanes, fast_lanes=shift.fast_lanes)
        for start, end, shift in clipped
        if start < end
    ]


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
    responsive, built = staffing.responsive, (port.primary.lanes, port.primary.fast_lanes)
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
    responsive = staffing.responsive
    if responsive is None:
        return
    if responsive.reserve_lanes > port.primary.lanes:
        problem = f"must be at most port.primary.lanes={port.primary.lanes}, got {responsive.reserve_lanes}"
        raise ConfigError("staffing.responsive.reserve_lanes", problem)
    shifts = _all_shifts(port, staffing)
    planned = max((shift.lanes + shift.fast_lanes for shift in shifts), default=0)
    if responsive.most_officers is not None and responsive.most_officers < planned:
        problem = f"must be at least {planned}, the booths that the timetable opens, got {responsive.most_officers}"
        raise ConfigError("staffing.responsive.most_officers", problem)
