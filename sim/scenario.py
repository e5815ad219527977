"""Every assumption of one alternative, frozen: what ``configs/`` is turned into.

Names end in their unit (``_min _h _per_h _usd _kg``), shares lie in 0-1 and end in ``_share``,
probabilities begin with ``p_``. All values come from ``configs/``: nothing here has a default.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

from sim.contraband import CONTRABAND, LOAD
from sim.errors import ConfigError
from sim.insider import Insider
from sim.instruments import Scanner
from sim.loads import Load
from sim.policy import Policy
from sim.sharing import Sharing
from sim.site import COMMODITIES, Port, Segment
from sim.spec import Spec, bounded
from sim.trade import BY_COMMODITY, Declared, Firms

TRAIT_NAMES = (
    "fast",
    "empty",
    "produce",
    "plastics_chemicals",
    "new_carrier",
    "new_shipper",
    "first_pair",
    "short_lead",
    "amended",
    "seal_mismatch",
    "driver_change",
    "night",
    "weight_odd",
    "new_shipper_produce",
    "thin_history_short_lead",
)
"""Traits that ``threat.trait_ln_odds`` may weigh; ``sim.threat`` says what each means."""


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
    """Of loads, by type; a type that is left out does not occur."""
    loads: dict[str, Load]
    """Amount and concealment, for each key of `sim.contraband.LOAD` that the types need."""
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
        for name in self.type_share:
            if name not in CONTRABAND:
                raise ConfigError(f"type_share.{name}", f"unknown type; known {list(CONTRABAND)}")
        needed = {LOAD[name] for name in self.type_share}
        if set(self.loads) != needed:
            raise ConfigError("loads", f"these types need the loads {sorted(needed)}")

    def types(self) -> tuple[str, ...]:
        """Return the types that occur, in the order of their codes."""
        return tuple(name for name in CONTRABAND if self.type_share.get(name, 0.0) > 0.0)

    def load(self, name: str) -> Load:
        """Return amount and concealment of a type's loads."""
        return self.loads[LOAD[name]]


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
    tier: Literal["own", "partner", "tip"]
    """What it reads: the port's own columns, the partner's besides, tips besides."""
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
    sharing: Sharing
    risk: Risk
    policy: Policy
    value: Value
    insider: Insider

    @property
    def heeds_others(self) -> bool:
        """Return whether scores hang on what others share, and so on the truth."""
        partner = self.risk.tier != "own" and self.sharing.has_partner
        return partner or (self.risk.tier == "tip" and self.sharing.has_tips)

    def check(self) -> None:
        """Refuse to ask what a load would have met where choices at the port hang on it."""
        if self.heeds_others and self.policy.at_the_port():
            problem = f"{self.policy.name!r} chooses at the port"
            raise ConfigError("policy.name", f"{problem}; it needs risk.tier=own or sharing=none")

    def servers(self, station: str) -> int:
        """Return the units that stand at an inspection station, overrides applied."""
        if station == "origin" and self.port.joint_inspection:
            return 0
        override = {
            "low_energy": self.scanner.low_energy.units,
            "portal": self.scanner.portal.units,
            "secondary": self.scanner.secondary.units,
            "canine": self.scanner.canine.units,
            "dock": self.staffing.docks,
            "analyst": self.staffing.analysts,
        }.get(station)
        segment: Segment = getattr(self.port, station)
        return segment.servers if override is None else override

    def has_slow_scan(self) -> bool:
        """Return whether the port has a portal that can scan slowly."""
        return self.scanner.portal.slow is not None and self.servers("portal") > 0


def replace(scenario: Scenario, **parts: Spec) -> Scenario:
    """Return ``scenario`` with whole parts exchanged, e.g. ``replace(s, policy=NoReferral())``."""
    return dataclasses.replace(scenario, **parts)  # type: ignore[arg-type]
