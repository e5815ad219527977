"""One roster: the port's cargo officers by shift, and the rule that places them at booths and inspection posts.

Officers are counted with their crews in thousandths (`thousandths`), so that sums and comparisons are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from sim.errors import ConfigError
from sim.setting.port import DAY_TYPES, LATEST_SHIFT_H, MIN_PER_DAY, DayType, OfficerShift, OfficerShifts, Port
from sim.setting.spec import Spec, bounded_field, share_field
from sim.stations import STATIONS

PlacingRule = Literal["fixed", "booths_first", "exams_first", "by_line", "target_wait"]
FAST_BOOTHS: Final = "primary_fast"
"""Name of the FAST booths where ``primary`` is that of the general ones."""
ROSTERED: Final = tuple(station for station in STATIONS if station not in ("origin", "approach", "safety"))
"""Stations whose posts are those of the port's own officers."""
POST_NAMES: Final = tuple(
    name for station in ROSTERED for name in ((station, FAST_BOOTHS) if station == "primary" else (station,))
)
"""Kinds of posts that a roster may staff, in the order of the road."""
EXTRA_KEY: Final = "staffing.roster.extra"
WEEK_H: Final = 168.0
WEEK: Final[tuple[DayType, ...]] = (*("weekday",) * 5, "saturday", "sunday")
WEEKS: Final = (*WEEK, *WEEK, *WEEK)
"""The week before, a week, and the week after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraOfficers(Spec):
    """Officers beside the shifts, between two hours: all of them come, have no breaks, and leave on time."""

    from_h: float = bounded_field(0.0, LATEST_SHIFT_H)
    to_h: float = bounded_field(0.0, LATEST_SHIFT_H)
    """Above 24: in the night after."""
    officers: int = bounded_field(1, 10_000)
    days: tuple[DayType, ...] = DAY_TYPES
    """Kinds of days on which they come."""

    def check(self) -> None:
        self.as_shift()
        if not self.days:
            raise ConfigError("days", f"expected at least one of {list(DAY_TYPES)}, got none")
        if len(set(self.days)) < len(self.days):
            raise ConfigError("days", f"expected each kind of day once, got {list(self.days)}")

    def as_shift(self) -> OfficerShift:
        """Return the same hours and officers as a shift."""
        return OfficerShift(from_h=self.from_h, to_h=self.to_h, officers=self.officers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster(Spec):
    """Officers who are placed at every review, at booths, sensors, checks and docks (`sim.engine.reviews`)."""

    rule: PlacingRule
    """``fixed``: in proportion to the posts wanted, whatever the lines; ``booths_first``: other posts get who is left;
    ``exams_first``: booths get what exams in hand and waiting do not need; ``by_line``: the next officer goes where
    work in line per post is largest; ``target_wait``: booths until the wait is below ``target_wait_min``."""
    officers: OfficerShifts | None
    """Shifts of the port's cargo officers; null: the port's own (``port.officers``)."""
    extra_officers: int = bounded_field(-10_000, 10_000)
    """Added to every shift."""
    extra: tuple[ExtraOfficers, ...] = ()
    """Added between two hours; entries that overlap add up."""
    review_every_min: int = bounded_field(1, MIN_PER_DAY)
    """Officers are placed so often, from midnight on, and at every change of timetable, hours or shift."""
    absent_share: float = share_field()
    """Probability that an officer does not come, drawn for each officer and shift."""
    break_share: float = bounded_field(0.0, 0.9)
    """Share of the officers on duty who are on a break."""
    most_overtime_h: float = bounded_field(0.0, 12.0)
    """How long officers whose shift has ended may stay where trucks are in line. A truck in hand is always finished."""
    target_wait_min: float = bounded_field(0.0)
    """``target_wait``: the wait at booths, work in line over booths staffed, that is held; other rules read none."""
    minimum_posts: dict[str, int] | None = bounded_field(1, 1000)
    """Posts that are staffed before any other, by station (`POST_NAMES`); null, and where none is given: 1."""

    def check(self) -> None:
        if MIN_PER_DAY % self.review_every_min:
            problem = f"reviews must divide a day of {MIN_PER_DAY} minutes evenly"
            raise ConfigError("review_every_min", f"{problem}, got {self.review_every_min}")
        for name in self.minimum_posts or {}:
            if name not in POST_NAMES:
                raise ConfigError(f"minimum_posts.{name}", f"unknown station; known {sorted(POST_NAMES)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """One kind of posts that a roster staffs at a port."""

    name: str
    """Of `POST_NAMES`."""
    built: int
    crew_officers: float
    crew_key: str
    """Where the crew stands in a scenario; of a booth, nowhere: it is one officer."""
    extra_h: float
    """Hours that they are manned beyond the port's closing time."""


def thousandths(officers: float) -> int:
    """Return officers as a whole number of thousandths.

    >>> thousandths(2.5)
    2500
    """
    return round(1000.0 * officers)


def roster_shifts(port: Port, roster: Roster) -> OfficerShifts:
    """Return the shifts of a roster with its extra officers, none below zero."""
    shifts = _given(port, roster)[1]
    more = roster.extra_officers
    return {
        day: tuple(
            OfficerShift(from_h=shift.from_h, to_h=shift.to_h, officers=max(shift.officers + more, 0))
            for shift in shifts.get(day, ())
        )
        for day in DAY_TYPES
    }


def extra_shifts(roster: Roster) -> OfficerShifts:
    """Return the officers beside the shifts, by kind of day."""
    return {day: tuple(entry.as_shift() for entry in roster.extra if day in entry.days) for day in DAY_TYPES}


def _given(port: Port, roster: Roster) -> tuple[str, OfficerShifts]:
    """Return the key of the shifts and the shifts."""
    if roster.officers is not None:
        return "staffing.roster.officers", roster.officers
    if port.officers is not None:
        return "port.officers", port.officers
    problem = f"expected shifts: {port.name} has none (port.officers=null); without a roster, separate=true"
    raise ConfigError("staffing.roster.officers", f"{problem}, got null")


def least_posts(roster: Roster, posts: Posts) -> int:
    """Return the posts of one kind that are staffed before any other while they are wanted."""
    return (roster.minimum_posts or {}).get(posts.name, 1)


def check_roster(port: Port, roster: Roster, kinds: Iterable[Posts]) -> None:
    """Refuse a roster that does not fit the port.

    Parameters
    ----------
    kinds : iterable of Posts
        All that the roster staffs.

    Raises
    ------
    ConfigError
        No shifts; a shift that covers no hour of the port; a station of ``minimum_posts`` that the roster does not
        staff, or more of them than are built; a rule for exams at a port without any; a crew larger than every shift;
        fewer officers than the minimum posts need at some hour.
    """
    key, _ = _given(port, roster)
    by_name = {posts.name: posts for posts in kinds if posts.built > 0}
    at_work = {name: _hours_at_work(port, posts.extra_h) for name, posts in by_name.items()}
    on_duty = _check_shifts(port, roster, key, [span for spans in at_work.values() for span in spans])
    _check_posts(roster, by_name)
    most = max((_at(start, on_duty) for start, _, _ in on_duty), default=0)
    for posts in by_name.values():
        if posts.crew_officers > most:
            problem = f"no hour of {key} has so many officers: at most {most}, got {posts.crew_officers:g}"
            raise ConfigError(posts.crew_key, problem)
    moments = {moment for start, end, _ in on_duty for moment in (start, end)}
    moments |= {moment for spans in at_work.values() for span in spans for moment in span}
    for time in sorted(moment for moment in moments if 0.0 <= moment < WEEK_H):
        crews = [least_posts(roster, by_name[name]) * thousandths(by_name[name].crew_officers) for name in at_work]
        works = [any(start <= time < end for start, end in spans) for spans in at_work.values()]
        least, number = sum(crew for crew, now in zip(crews, works, strict=True) if now), _at(time, on_duty)
        if 1000 * number < least:
            when = f"on a {WEEK[int(time // 24.0)]} from {time % 24.0:g} h on"
            raise ConfigError(key, f"{when}: {number} officers, and the minimum posts need {least / 1000.0:g}")


def _hours_at_work(port: Port, extra_h: float) -> list[tuple[float, float]]:
    """Return when a kind of posts works, in hours from Monday on, of a week and of those before and after."""
    spans = []
    for day, kind in enumerate(WEEKS):
        hours = port.hours.get(kind)
        if hours is not None and hours.open_h < hours.close_h:
            spans.append((24.0 * day - WEEK_H + hours.open_h, 24.0 * day - WEEK_H + hours.close_h + extra_h))
    return spans


def _check_shifts(
    port: Port, roster: Roster, key: str, at_work: list[tuple[float, float]]
) -> list[tuple[float, float, int]]:
    """Return all shifts, (start, end, officers), in hours as `_hours_at_work`; refuse one without any work."""
    shifts, on_duty = roster_shifts(port, roster), []
    rows: list[tuple[str, tuple[DayType, ...], OfficerShift]] = [
        (f"{key}.{kind}[{place}]", (kind,), shift) for kind in shifts for place, shift in enumerate(shifts[kind])
    ]
    rows += [(f"{EXTRA_KEY}[{place}]", extra.days, extra.as_shift()) for place, extra in enumerate(roster.extra)]
    for where, kinds, shift in rows:
        days = [day for day, name in enumerate(WEEKS) if name in kinds]
        spans = [(24.0 * day - WEEK_H + shift.from_h, 24.0 * day - WEEK_H + shift.to_h) for day in days]
        on_duty += [(start, end, shift.officers) for start, end in spans]
        if not any(begin < end and start < stop for start, end in spans for begin, stop in at_work):
            problem = f"the shift from {shift.from_h:g} to {shift.to_h:g} covers no hour in which the port works"
            raise ConfigError(where, problem)
    return on_duty


def _check_posts(roster: Roster, by_name: Mapping[str, Posts]) -> None:
    for name, least in (roster.minimum_posts or {}).items():
        if name not in by_name:
            problem = f"the roster staffs no such station of this port; it staffs {sorted(by_name)}"
            raise ConfigError(f"staffing.roster.minimum_posts.{name}", problem)
        if least > by_name[name].built:
            problem = f"must be at most {by_name[name].built}, the posts that are built, got {least}"
            raise ConfigError(f"staffing.roster.minimum_posts.{name}", problem)
    booths = {"primary", FAST_BOOTHS}
    if roster.rule in ("exams_first", "target_wait") and not set(by_name) - booths:
        problem = f"the port has no post but booths for rule={roster.rule} to place officers at"
        raise ConfigError("staffing.roster.rule", problem)


def _at(time: float, spans: Iterable[tuple[float, float, int]]) -> int:
    return sum(number for start, end, number in spans if start <= time < end)
