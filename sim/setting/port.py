"""One port of entry: hours, lanes, yards, volumes and mix (``port``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sim.errors import ConfigError
from sim.setting.demand import DayFactor, Holiday, HolidayShares
from sim.setting.scanner import Service
from sim.setting.spec import Spec, bounded_field, share_field

DayType = Literal["weekday", "saturday", "sunday"]
Queue = Literal["pooled", "per_lane"]
LaneChoice = Literal["shortest", "random"]
MIN_PER_DAY: Final = 1440
DAY_TYPES: tuple[DayType, ...] = ("weekday", "saturday", "sunday")
COMMODITIES = (
    "electrical",
    "machinery",
    "vehicle_parts",
    "produce",
    "plastics_chemicals",
    "metals",
    "household",
    "textiles",
    "paper",
    "other",
)
"""Commodity groups, in the order of the codes in MANIFEST; an empty truck has code -1."""


def check_hours(from_h: float, to_h: float) -> None:
    """Refuse (ConfigError) hours of a day that end before they begin, and say how a night is given."""
    if to_h <= from_h:
        night = f"; a night is two of them: {from_h:g} to 24, and 0 to {to_h:g} on the day after" if to_h > 0.0 else ""
        raise ConfigError("to_h", f"must be later than from_h={from_h:g}, got {to_h:g}{night}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift(Spec):
    """Lanes open from one hour of the day to another (the rest of the lanes are shut)."""

    from_h: float = bounded_field(0.0, 24.0)
    to_h: float = bounded_field(0.0, 24.0)
    lanes: int = bounded_field(0)
    fast_lanes: int = bounded_field(0)

    def check(self) -> None:
        check_hours(self.from_h, self.to_h)


LATEST_SHIFT_H: Final = 36.0
"""Officers' shifts may end in the night after their day, as evening exams do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerShift(Spec):
    """Officers on duty from one hour of the day to another; shifts that overlap add up."""

    from_h: float = bounded_field(0.0, LATEST_SHIFT_H)
    to_h: float = bounded_field(0.0, LATEST_SHIFT_H)
    """Above 24: in the night after."""
    officers: int = bounded_field(0, 10_000)

    def check(self) -> None:
        if self.to_h <= self.from_h:
            night = f"; into the night after: to_h={self.to_h + 24.0:g}" if self.to_h <= LATEST_SHIFT_H - 24.0 else ""
            raise ConfigError("to_h", f"must be later than from_h={self.from_h:g}, got {self.to_h:g}{night}")


OfficerShifts = dict[DayType, tuple[OfficerShift, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours(Spec):
    """Opening hours of one kind of day; ``open_h == close_h`` means closed all day."""

    open_h: float = bounded_field(0.0, 24.0)
    close_h: float = bounded_field(0.0, 24.0)

    def check(self) -> None:
        if self.close_h < self.open_h:
            problem = f"must not be before open_h={self.open_h:g}, got {self.close_h:g}"
            advice = "hours over midnight are 0 to 24, with a timetable (port.primary.open_by_shift) of two shifts"
            raise ConfigError("close_h", f"{problem}; {advice}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Primary(Spec):
    """The primary line: booths built, booths open by shift, who may use which."""

    lanes: int = bounded_field(0, 1000)
    fast_lanes: int = bounded_field(0, 1000)
    lanes_serve: Literal["general", "all"]
    fast_lanes_serve: Literal["fast", "all"]
    discipline: Literal["fcfs", "fast_priority"]
    service: Service
    fast_service: Service
    queue: Queue
    """``pooled``: one line for all booths; ``per_lane``: each booth has a line of its own."""
    lane_choice: LaneChoice
    """Of the open lanes that take it, a truck joins the ``shortest``, or one at ``random``."""
    room_trucks: int | None = bounded_field(0)
    """Trucks of one class that fit between approach and booths; null: no limit."""
    open_by_shift: dict[DayType, tuple[Shift, ...]] | None
    """Timetable of open booths, at most those built; null: all of them while the port is open."""

    def check(self) -> None:
        if self.lanes + self.fast_lanes < 1:
            raise ConfigError("lanes", "at least one booth must be built")
        check_lanes(self.queue, self.room_trucks)
        shared = "all" in (self.lanes_serve, self.fast_lanes_serve)
        if self.queue == "per_lane" and shared and self.discipline == "fast_priority":
            problem = "the line of a lane is first come, first served: expected fcfs"
            raise ConfigError("discipline", f"{problem} with queue=per_lane, got fast_priority")
        if self.open_by_shift is None:
            return
        if not any(self.open_by_shift.get(day) for day in DAY_TYPES):
            raise ConfigError("open_by_shift", "the timetable is empty: no shift on any day")


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
class Approach(Spec):
    """The bridge and the road before the plaza."""

    lanes: int = bounded_field(0, 100)
    """0 leaves the approach out: trucks join the first queue directly."""
    fast_lane: Literal["own", "shared"]
    """``shared``: a FAST truck is trapped behind general trucks that have no room beyond the split."""
    split_trucks: int | None = bounded_field(1, default=None)
    """Trucks of one class that fit between the split, where the FAST lane leaves a shared road, and the booths.

    null, or more: as many as fit before the booths (``primary.room_trucks``).
    """
    service: Service

    def check(self) -> None:
        if self.split_trucks is None:
            return
        if self.fast_lane == "own":
            problem = "a FAST lane of its own leaves no shared road: expected null with fast_lane=own"
            raise ConfigError("split_trucks", f"{problem}, got {self.split_trucks}")
        if self.lanes == 0:
            raise ConfigError("split_trucks", f"expected null without an approach (lanes=0), got {self.split_trucks}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment(Spec):
    """An inspection station of the port: units that stand there and trucks that may wait."""

    servers: int = bounded_field(0, 1000)
    room_trucks: int | None = bounded_field(0)
    when_full: Literal["block", "suspend"]
    """``block``: the truck waits where it is; ``suspend``: the referral is waived."""
    extra_h: float = bounded_field(0.0, 12.0)
    """Hours that the station is manned beyond the port's closing time."""


ABSENT: Final = Segment(servers=0, room_trucks=None, when_full="suspend", extra_h=0.0)
"""A sensor beyond primary that a port's file does not name, so that one can be added to few ports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulses(Spec):
    """Unannounced stretches of work: how many a week, and how long each lasts."""

    per_week: float = bounded_field(0.0, 500.0)
    length_h: float = bounded_field(0.05, 24.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Segment):
    """A check beside the chain, made of a share of the trucks by officers of its own."""

    title: str
    share: float = share_field()
    """Share of the trucks that are picked (``radiation``: of laden trucks, by a false alarm)."""
    service: Service
    crew_officers: float = bounded_field(0.0)
    """CBP officers at each post; 0 where another agency or country mans it."""
    pulses: Pulses | None
    """The check is made in unannounced pulses only; null: whenever the port is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes(Segment):
    """A station whose units may each have a line of their own."""

    queue: Queue
    lane_choice: LaneChoice

    def check(self) -> None:
        check_lanes(self.queue, self.room_trucks)


def check_lanes(queue: Queue, room_trucks: int | None) -> None:
    """Refuse a waiting room with a limit where every lane has a line of its own."""
    if queue == "per_lane" and room_trucks is not None:
        problem = "lines of single lanes have no limit: expected null with queue=per_lane"
        raise ConfigError("room_trucks", f"{problem}, got {room_trucks}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume(Spec):
    """Northbound trucks: month counts, weights of the days of the week, shares of the hours."""

    trucks_per_month: tuple[float, ...] = bounded_field(0.0)
    counted_year: int | None = bounded_field(1, 9999, default=None)
    """The year of ``trucks_per_month``; null: it holds for every year."""
    trucks_by_year: dict[str, tuple[float, ...]] | None = bounded_field(0.0, default=None)
    """Month counts of other years; null: of none."""
    weekday_weight: tuple[float, ...] = bounded_field(0.0)
    hour_share: dict[DayType, tuple[float, ...]]
    day_factor: DayFactor | None = None
    """Factor on all trucks of a day, under ``traffic=profile``; null: every day is as the calendar says."""
    holidays: dict[Holiday, HolidayShares] | None = None
    """What holidays leave of a usual day's trucks; the other days of the month take the rest.
    null: a holiday is a day like its weekday."""

    def year_of_counts(self, year: int) -> int | None:
        """Return the year whose month counts stand for ``year``: its own or the nearest, of two the later.

        None: ``trucks_per_month`` holds for every year.
        """
        if self.counted_year is None:
            return None
        known = (self.counted_year, *map(int, self.trucks_by_year or ()))
        return min(known, key=lambda counted: (abs(counted - year), -counted))

    def month_counts(self, year: int) -> tuple[float, ...]:
        """Return the trucks of the twelve months of a year."""
        return (self.trucks_by_year or {}).get(str(self.year_of_counts(year)), self.trucks_per_month)

    def check(self) -> None:
        for name, size in (("trucks_per_month", 12), ("weekday_weight", 7)):
            if len(getattr(self, name)) != size:
                raise ConfigError(name, f"expected {size} numbers, got {len(getattr(self, name))}")
        self._check_years()
        for day, shares in self.hour_share.items():
            if len(shares) != 24:
                raise ConfigError(f"hour_share.{day}", f"expected 24 numbers, got {len(shares)}")
            if abs(sum(shares) - 1.0) > 1e-6:
                raise ConfigError(f"hour_share.{day}", f"must add up to 1, got {sum(shares):g}")

    def _check_years(self) -> None:
        for year, counts in (self.trucks_by_year or {}).items():
            if not (year.isdecimal() and str(int(year)) == year and 1 <= int(year) <= 9999):
                raise ConfigError(f"trucks_by_year.{year}", "expected a year from 1 to 9999")
            if len(counts) != 12:
                raise ConfigError(f"trucks_by_year.{year}", f"expected 12 numbers, got {len(counts)}")
            if int(year) == self.counted_year:
                problem = "this year is that of trucks_per_month (counted_year): give it once"
                raise ConfigError(f"trucks_by_year.{year}", problem)
        if self.trucks_by_year and self.counted_year is None:
            raise ConfigError("counted_year", "missing: the year of trucks_per_month, beside trucks_by_year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix(Spec):
    """Who comes: empties, FAST share, commodities, value."""

    empty_share: float = share_field()
    fast_share: float = share_field()
    commodity_share: dict[str, float] = bounded_field(0.0, 1.0, sums_to_one=True)
    value_median_usd: float = bounded_field(0.0)
    value_sigma: float = bounded_field(0.0, 5.0)
    hazmat_share: float = share_field()
    agriculture_exam_share: float = share_field()
    """Share of produce trucks sent to a dock for an agriculture exam."""
    compliance_exam_share: float = share_field()
    """Share of laden trucks sent to a dock for a trade-compliance exam."""

    def check(self) -> None:
        if set(self.commodity_share) != set(COMMODITIES):
            raise ConfigError("commodity_share", f"expected the groups {list(COMMODITIES)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Port(Spec):
    """One port of entry."""

    name: str
    title: str
    direction: Literal["northbound", "southbound"]
    closing: Literal["carry_over", "divert", "served_late"]
    """What becomes of the trucks in line as the port closes: they wait for the morning, are turned
    away, or are all served before the booths shut."""
    hours: dict[DayType, Hours]
    volume: Volume
    mix: Mix
    origin: Check
    """The check of the country that the truck leaves: its export check, or CBP outbound."""
    joint_inspection: bool
    """One stop: whom the other country picks is examined at this port's dock, by both."""
    approach: Approach
    low_energy: Segment
    low_energy_share: float = share_field()
    """Share of the trucks led through the low-energy portal, where there is one."""
    primary: Primary
    lane_response: Responsive | None = None
    """How its officers open lanes beyond the timetable as the line grows; null: they do not."""
    portal: Lanes
    analyst: Segment
    radiation: Check
    """Where alarms of the radiation portal are resolved. The portal is mandated and is passed in
    the booth's move-up; no radiological threat is modelled, so that every alarm is false."""
    secondary: Segment
    canine: Segment = ABSENT
    dock: Segment
    safety: Check
    """The state's vehicle inspection beyond the exit."""
    officers: OfficerShifts | None = None
    """Shifts of the port's cargo officers, whom ``staffing.roster`` places; null: not known."""
    officer_referral_share: float = share_field()
    """Share of clean trucks that the primary officer refers on his own judgement."""
    officer_referral_carrying_share: float = share_field()
    """The same for a truck that carries."""

    def room_before_booths(self) -> int | None:
        """Return the trucks of one class that fit between the shared road and the booths; None: no limit."""
        rooms = (self.approach.split_trucks, self.primary.room_trucks)
        return min((room for room in rooms if room is not None), default=None)

    def check(self) -> None:
        primary, split = self.primary, self.approach.split_trucks
        if split is not None and primary.queue == "per_lane":
            problem = "lines of single lanes have no limit: expected null with primary.queue=per_lane"
            raise ConfigError("approach.split_trucks", f"{problem}, got {split}")
        if self.mix.fast_share > 0.0 and not primary.fast_lanes and primary.lanes_serve != "all":
            raise ConfigError("primary.fast_lanes", "no booth takes FAST trucks: build one, or primary.lanes_serve=all")
        if self.mix.fast_share < 1.0 and not primary.lanes and primary.fast_lanes_serve != "all":
            problem = "no booth takes general trucks: build one, or set primary.fast_lanes_serve=all"
            raise ConfigError("primary.lanes", problem)
        if self.portal.servers == 0 and self.analyst.servers > 0:
            raise ConfigError("analyst.servers", "image analysts need portal.servers of at least 1")
        if self.radiation.servers == 0 and self.radiation.share > 0.0:
            problem = "radiation portals are mandated: their alarms need at least one post"
            raise ConfigError("radiation.servers", problem)
        if self.joint_inspection and self.dock.servers == 0:
            raise ConfigError("joint_inspection", "needs dock.servers of at least 1")
