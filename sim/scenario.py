"""Every assumption of one alternative, frozen: what ``configs/`` is turned into.

Names end in their unit (``_min _h _per_h _usd _kg``), shares lie in 0-1 and end in ``_share``,
probabilities begin with ``p_``. All values come from ``configs/``: nothing here has a default.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

from sim.errors import ConfigError
from sim.policy import Policy
from sim.spec import Spec, bounded, share
from sim.trade import BY_COMMODITY, Declared, Firms

DayType = Literal["weekday", "saturday", "sunday"]
DAY_TYPES: tuple[DayType, ...] = ("weekday", "saturday", "sunday")
COMMODITIES = (
    "electrical", "machinery", "vehicle_parts", "produce", "plastics_chemicals",
    "metals", "household", "textiles", "paper", "other",
)  # fmt: skip
"""Commodity groups, in the order of the codes in MANIFEST; an empty truck has code -1."""
CONCEALMENTS = ("in_cargo", "structure", "small")
"""Where a load is hidden: among the goods, in the vehicle's structure, as a small parcel."""
CONTRABAND = ("methamphetamine", "cocaine", "heroin", "fentanyl")
"""Hard drugs, in the order of the codes in MANIFEST."""
DENSITIES = ("low", "medium", "high")
"""Radiographic density of the declared cargo, in the order of the codes in MANIFEST."""
TRAIT_NAMES = (
    "fast", "empty", "produce", "plastics_chemicals", "new_carrier", "new_shipper", "first_pair",
    "short_lead", "amended", "seal_mismatch", "driver_change", "night", "weight_odd",
    "new_shipper_produce", "thin_history_short_lead",
)  # fmt: skip
"""Traits that ``threat.trait_ln_odds`` may weigh; ``sim.threat`` says what each means."""
SEGMENTS = ("primary", "portal", "secondary", "dock", "analyst")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Spec):
    """A service-time distribution by its mean and coefficient of variation."""

    dist: Literal["exponential", "lognormal", "gamma", "triangular", "deterministic", "empirical"]
    mean_min: float = bounded(0.0)
    cv: float = bounded(0.0, 5.0)
    values_min: tuple[float, ...] = bounded(0.0)
    """Observed times for ``empirical`` (drawn with equal weight); empty otherwise."""

    def check(self) -> None:
        if (self.dist == "empirical") != bool(self.values_min):
            raise ConfigError("values_min", "goes with dist=empirical, and only with it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift(Spec):
    """Lanes open from one hour of the day to another (the rest of the lanes are shut)."""

    from_h: float = bounded(0.0, 24.0)
    to_h: float = bounded(0.0, 24.0)
    lanes: int = bounded(0)
    fast_lanes: int = bounded(0)

    def check(self) -> None:
        if self.to_h <= self.from_h:
            raise ConfigError(
                "to_h", f"must be later than from_h={self.from_h:g}, got {self.to_h:g}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours(Spec):
    """Opening hours of one kind of day; ``open_h == close_h`` means closed all day."""

    open_h: float = bounded(0.0, 24.0)
    close_h: float = bounded(0.0, 24.0)

    def check(self) -> None:
        if self.close_h < self.open_h:
            raise ConfigError("close_h", f"must not be before open_h={self.open_h:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Primary(Spec):
    """The primary line: booths built, booths open by shift, who may use which."""

    lanes: int = bounded(0, 1000)
    fast_lanes: int = bounded(0, 1000)
    lanes_serve: Literal["general", "all"]
    fast_lanes_serve: Literal["fast", "all"]
    discipline: Literal["fcfs", "fast_priority"]
    service: Service
    fast_service: Service
    room_trucks: int | None = bounded(0)
    """Trucks of one class that fit between approach and booths; null: no limit."""
    open_by_shift: dict[DayType, tuple[Shift, ...]] | None
    """Timetable of open booths, at most those built; null: all of them while the port is open."""

    def check(self) -> None:
        if self.lanes + self.fast_lanes < 1:
            raise ConfigError("lanes", "at least one booth must be built")
        if self.open_by_shift is None:
            return
        if not any(self.open_by_shift.get(day) for day in DAY_TYPES):
            raise ConfigError("open_by_shift", "the timetable is empty: no shift on any day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach(Spec):
    """The bridge and the road before the plaza."""

    lanes: int = bounded(0, 100)
    """0 leaves the approach out: trucks join the first queue directly."""
    fast_lane: Literal["own", "shared"]
    """``shared``: a FAST truck is trapped behind general trucks while the plaza is full."""
    service: Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment(Spec):
    """An inspection station of the port: units that stand there and trucks that may wait."""

    servers: int = bounded(0, 1000)
    room_trucks: int | None = bounded(0)
    when_full: Literal["block", "suspend"]
    """``block``: the truck waits where it is; ``suspend``: the referral is waived."""
    extra_h: float = bounded(0.0, 12.0)
    """Hours that the station is manned beyond the port's closing time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume(Spec):
    """Northbound trucks: month counts, weights of the days of the week, shares of the hours."""

    trucks_per_month: tuple[float, ...] = bounded(0.0)
    weekday_weight: tuple[float, ...] = bounded(0.0)
    hour_share: dict[DayType, tuple[float, ...]]

    def check(self) -> None:
        for name, size in (("trucks_per_month", 12), ("weekday_weight", 7)):
            if len(getattr(self, name)) != size:
                raise ConfigError(name, f"expected {size} numbers, got {len(getattr(self, name))}")
        for day, shares in self.hour_share.items():
            if len(shares) != 24:
                raise ConfigError(f"hour_share.{day}", f"expected 24 numbers, got {len(shares)}")
            if abs(sum(shares) - 1.0) > 1e-6:
                raise ConfigError(f"hour_share.{day}", f"must add up to 1, got {sum(shares):g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix(Spec):
    """Who comes: empties, FAST share, commodities, value."""

    empty_share: float = share()
    fast_share: float = share()
    commodity_share: dict[str, float] = bounded(0.0, 1.0, sums_to_one=True)
    value_median_usd: float = bounded(0.0)
    value_sigma: float = bounded(0.0, 5.0)
    hazmat_share: float = share()
    agriculture_exam_share: float = share()
    """Share of produce trucks sent to a dock for an agriculture exam."""
    compliance_exam_share: float = share()
    """Share of laden trucks sent to a dock for a trade-compliance exam."""

    def check(self) -> None:
        if set(self.commodity_share) != set(COMMODITIES):
            raise ConfigError("commodity_share", f"expected the groups {list(COMMODITIES)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Port(Spec):
    """One port of entry."""

    name: str
    title: str
    hours: dict[DayType, Hours]
    volume: Volume
    mix: Mix
    approach: Approach
    primary: Primary
    portal: Segment
    analyst: Segment
    secondary: Segment
    dock: Segment
    officer_referral_share: float = share()
    """Share of clean trucks that the primary officer refers on his own judgement."""
    officer_referral_carrying_share: float = share()
    """The same for a truck that carries."""

    def check(self) -> None:
        if self.portal.servers == 0 and self.analyst.servers > 0:
            raise ConfigError("analyst.servers", "image analysts need portal.servers of at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic(Spec):
    """Where arrivals come from: the port's own profile, or rates for theory."""

    name: Literal["profile", "flat", "hourly"]
    volume_scale: float = bounded(0.0, 20.0)
    trucks_per_h: float | None = bounded(0.0)
    """For ``flat``."""
    trucks_per_h_by_hour: tuple[float, ...] = bounded(0.0)
    """For ``hourly``: 24 rates, the same every day."""
    population_seed: int = bounded(0)
    n_carriers: int = bounded(10, 100_000)
    n_drivers: int = bounded(10, 1_000_000)
    n_plates: int = bounded(10, 1_000_000)
    n_shippers: int = bounded(10, 1_000_000)
    n_consignees: int = bounded(10, 1_000_000)
    firms: Firms
    declared: Declared

    def check(self) -> None:
        for name in BY_COMMODITY:
            if set(getattr(self.declared, name)) != set(COMMODITIES):
                raise ConfigError(f"declared.{name}", f"expected the groups {list(COMMODITIES)}")
        if self.name == "flat" and self.trucks_per_h is None:
            raise ConfigError("trucks_per_h", "missing: traffic=flat needs a number")
        if self.name == "hourly" and len(self.trucks_per_h_by_hour) != 24:
            raise ConfigError("trucks_per_h_by_hour", "traffic=hourly needs 24 numbers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat(Spec):
    """What is smuggled, how often, how much, where hidden, and what gives it away."""

    name: str
    prevalence_per_truck: float = bounded(0.0, 0.5)
    type_share: dict[str, float] = bounded(0.0, 1.0, sums_to_one=True)
    load_ln_mean_lb: float = bounded(-5.0, 15.0)
    """Mean of ln(load in lb)."""
    load_ln_sd: float = bounded(0.0, 5.0)
    concealment_share_laden: dict[str, float] = bounded(0.0, 1.0, sums_to_one=True)
    concealment_share_empty: dict[str, float] = bounded(0.0, 1.0, sums_to_one=True)
    small_load_max_lb: float = bounded(0.0)
    """Loads at or under this weight are hidden as a small parcel."""
    trait_ln_odds: dict[str, float] = bounded(-10.0, 10.0)
    """Log of the multiplier on P(carrying) for each trait that an outsider could observe."""
    hidden_ln_sd: float = bounded(0.0, 5.0)
    """Standard deviation of the log multiplier that no manifest column reveals."""
    hidden_firm_share: float = bounded(0.0, 0.5)
    """Part of that variance that is the carrier's, and as much the shipper's; else the truck's."""

    def check(self) -> None:
        for name in self.trait_ln_odds:
            if name not in TRAIT_NAMES:
                problem = f"unknown trait; known {sorted(TRAIT_NAMES)}"
                raise ConfigError(f"trait_ln_odds.{name}", problem)
        if set(self.type_share) != set(CONTRABAND):
            raise ConfigError("type_share", f"expected the types {list(CONTRABAND)}")
        for name in ("concealment_share_laden", "concealment_share_empty"):
            if set(getattr(self, name)) != set(CONCEALMENTS):
                raise ConfigError(name, f"expected the classes {list(CONCEALMENTS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensing(Spec):
    """A binormal ROC by contraband x concealment x cargo density, and the point it is run at."""

    threshold_z: float = bounded(-5.0, 6.0)
    """Operating threshold; a clean truck alarms with probability Phi(-threshold_z)."""
    d_prime: dict[str, float] = bounded(0.0, 8.0)
    """Separation by concealment, at medium density."""
    density_shift: dict[str, float] = bounded(-8.0, 8.0)
    contraband_shift: dict[str, float] = bounded(-8.0, 8.0)

    def check(self) -> None:
        for name, expected in (
            ("d_prime", CONCEALMENTS),
            ("density_shift", DENSITIES),
            ("contraband_shift", CONTRABAND),
        ):
            if set(getattr(self, name)) != set(expected):
                raise ConfigError(name, f"expected the keys {list(expected)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outages(Spec):
    """Breakdowns of one unit: availability and a heavy-tailed (lognormal) repair."""

    availability_share: float = bounded(0.01, 1.0)
    repair_median_h: float = bounded(0.0)
    repair_ln_sd: float = bounded(0.0, 4.0)
    repair_max_h: float = bounded(0.0)
    """Repairs are cut at this length."""
    hold_min: float | None = bounded(0.0)
    """A truck in a broken unit is taken out unserved after this long; null: it waits for repair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost(Spec):
    """Price of one unit (price year in ``value``)."""

    capital_usd_per_unit: float = bounded(0.0)
    om_usd_per_unit_year: float = bounded(0.0)
    life_years: float = bounded(1.0, 100.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor(Spec):
    """One kind of instrument or exam: service, sensing, outages, crew, cost."""

    title: str
    units: int | None = bounded(0, 1000)
    """Overrides the port's number of units; null keeps the port's."""
    service: Service
    sensing: Sensing
    outages: Outages
    crew_officers: float = bounded(0.0)
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyst(Spec):
    """The pool that judges portal images; prevalence moves its criterion, never d'."""

    service: Service
    criterion_slope_z: float = bounded(0.0, 2.0)
    """Criterion shift (z units) per unit of ln odds of the threat-image share."""
    reference_threat_image_share: float = bounded(1e-9, 0.999)
    """Threat-image share at which the portal's quoted operating point holds."""
    test_images_per_day: float = bounded(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner(Spec):
    """All detection layers of the port and the correlation between them."""

    name: str
    portal: Sensor
    secondary: Sensor
    exam: Sensor
    analyst: Analyst
    rho: float = bounded(0.0, 0.99)
    """Correlation between sensors through a carrying truck's concealment factor."""
    other_exam_d_prime_shift: float = bounded(-8.0, 0.0)
    """A non-drug exam looks less closely: its d' differs from the drug exam's by this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing(Spec):
    """Changes to the port's own timetable and posts; null keeps the port's figure."""

    name: str
    max_lanes: int | None = bounded(0)
    max_fast_lanes: int | None = bounded(0)
    extra_lanes: int = bounded(-1000, 1000)
    """General booths opened beyond the timetable at every hour (up to those built)."""
    extra_fast_lanes: int = bounded(-1000, 1000)
    analysts: int | None = bounded(0)
    docks: int | None = bounded(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk(Spec):
    """Which risk model scores the trucks, on which information, trained on which past."""

    name: str
    tier: Literal["own"]
    labels: Literal["opened", "oracle"]
    history_years: int = bounded(5, 30)
    history_start_date: str
    history_seed: int = bounded(0)
    settings: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Spec):
    """Prices of time, all in dollars of one price year."""

    name: str
    price_year: int = bounded(1990, 2100)
    value_of_time_usd_per_truck_h: float = bounded(0.0)
    idle_fuel_gal_per_h: float = bounded(0.0)
    diesel_usd_per_gal: float = bounded(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Spec):
    """One alternative, whole."""

    port: Port
    traffic: Traffic
    threat: Threat
    scanner: Scanner
    staffing: Staffing
    risk: Risk
    policy: Policy
    value: Value

    def servers(self, station: str) -> int:
        """Return the units that stand at an inspection station, overrides applied."""
        override = {
            "portal": self.scanner.portal.units,
            "secondary": self.scanner.secondary.units,
            "dock": self.staffing.docks,
            "analyst": self.staffing.analysts,
        }[station]
        segment: Segment = getattr(self.port, station)
        return segment.servers if override is None else override


def replace(scenario: Scenario, **parts: Spec) -> Scenario:
    """Return ``scenario`` with whole parts exchanged, e.g. ``replace(s, policy=NoReferral())``."""
    return dataclasses.replace(scenario, **parts)  # type: ignore[arg-type]
