"""Every assumption of one alternative, frozen: what ``configs/`` is turned into.

Names end in their unit (``_min _h _per_h _usd _kg``), shares lie in 0-1 and end in ``_share``,
probabilities begin with ``p_``. All values come from ``configs/``: nothing here has a default.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

from sim.errors import ConfigError
from sim.instruments import CONCEALMENTS, CONTRABAND, Scanner
from sim.policy import Policy
from sim.site import COMMODITIES, Port, Segment
from sim.spec import Spec, bounded
from sim.trade import BY_COMMODITY, Declared, Firms

TRAIT_NAMES = (
    "fast", "empty", "produce", "plastics_chemicals", "new_carrier", "new_shipper", "first_pair",
    "short_lead", "amended", "seal_mismatch", "driver_change", "night", "weight_odd",
    "new_shipper_produce", "thin_history_short_lead",
)  # fmt: skip
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


def replace(scenario: Scenario, **parts: Spec) -> Scenario:
    """Return ``scenario`` with whole parts exchanged, e.g. ``replace(s, policy=NoReferral())``."""
    return dataclasses.replace(scenario, **parts)  # type: ignore[arg-type]
