"""What users gain from shorter waits: the value of a truck-hour, hours saved, reliability, fuel.

Hours are interpolated between simulated years, never scaled with demand: queues are convex in load. Every trip that is
wanted is made, here or by the other bridge: a trip that leaves is priced by what it takes there, detour, line and the
delay of others, so that nothing rests on a demand curve.
An hour is valued in one of two views that are never added: DOT's (the driver's time, idle fuel,
emissions and, if asked for, cargo in transit) or the carrier's (marginal cost an hour, idle fuel).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from experiments.economics.discounting import Deflator, check_price_years
from sim.arrays import FloatArray
from sim.errors import ConfigError
from sim.setting.setting import Value
from sim.setting.spec import Spec, bounded_field

View = Literal["dot", "carrier"]
G_PER_T: Final = 1e6
HOURS_PER_DAY: Final = 24.0
MIN_PER_H: Final = 60.0
PERISHABLE: Final = "perishable"
"""The class of trucks whose trailer is cooled while it waits."""
POLLUTANTS: Final = ("nox", "pm25", "so2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Emissions(Spec):
    """What an idling truck emits, and the damage of it; null: not known, and counted nowhere."""

    nox_g_per_h: float | None = bounded_field(0.0)
    nox_damage_usd_per_t: float | None = bounded_field(0.0)
    pm25_g_per_h: float | None = bounded_field(0.0)
    pm25_damage_usd_per_t: float | None = bounded_field(0.0)
    so2_g_per_h: float | None = bounded_field(0.0)
    so2_damage_usd_per_t: float | None = bounded_field(0.0)
    price_year: int = bounded_field(1990, 2100)
    co2_kg_per_gal: float = bounded_field(0.0)
    """Counted in tonnes, not priced: no damage value is in force."""

    def check(self) -> None:
        """Refuse the damage of a pollutant whose emission is not given: it would count for nothing."""
        for name in POLLUTANTS:
            if self.damage_usd_per_t(name) is not None and self.grams_per_h(name) is None:
                raise ConfigError(f"{name}_g_per_h", f"null; expected a number, since {name}_damage_usd_per_t is given")

    def grams_per_h(self, pollutant: str) -> float | None:
        """Return what an idling truck emits of one of `POLLUTANTS`; None: not given."""
        return {"nox": self.nox_g_per_h, "pm25": self.pm25_g_per_h, "so2": self.so2_g_per_h}[pollutant]

    def damage_usd_per_t(self, pollutant: str) -> float | None:
        """Return the damage of a tonne of one of `POLLUTANTS`; None: not given."""
        damage = {
            "nox": self.nox_damage_usd_per_t,
            "pm25": self.pm25_damage_usd_per_t,
            "so2": self.so2_damage_usd_per_t,
        }
        return damage[pollutant]

    def usd_per_h(self) -> float:
        """Return the damage that an hour of idling does, in dollars of ``price_year``, of what is given."""
        pairs = ((self.grams_per_h(name), self.damage_usd_per_t(name)) for name in POLLUTANTS)
        return sum((grams or 0.0) * (usd or 0.0) for grams, usd in pairs) / G_PER_T


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety(Spec):
    """Expected damage of crashes; null: not known, and counted nowhere."""

    crash_usd_per_truck_h: float | None = bounded_field(0.0)
    """Of an hour in line."""
    crash_usd_per_mile: float | None = bounded_field(0.0)
    """Of a mile of the detour."""
    price_year: int = bounded_field(1990, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cargo(Spec):
    """The value of time in transit of what trucks carry."""

    value_share_per_day: dict[str, float] = bounded_field(0.0, 1.0)
    """By class of truck: loaded, empty, fast, perishable, as the study names them."""
    value_usd_per_truck: dict[str, float] = bounded_field(0.0)
    """By the same classes."""
    price_year: int = bounded_field(1990, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherBridge(Spec):
    """What a trip takes that leaves this port for the other bridge."""

    detour_min: float = bounded_field(0.0, 1440.0)
    """Driving time beyond that to this port."""
    detour_miles: float = bounded_field(0.0, 1000.0)
    vehicle_usd_per_mile: float = bounded_field(0.0)
    """Of driving, beside what the hour of driving is worth."""
    price_year: int = bounded_field(1990, 2100)
    wait_min: float = bounded_field(0.0, 1440.0)
    """Line to primary that it meets there; inspection there takes as long as here."""
    others_min: float = bounded_field(0.0, 1440.0)
    """What one truck more there adds to the waits of all others, together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit(Spec):
    """What counts as a benefit of a shorter wait, beside time and fuel (`sim.setting.setting.Value`)."""

    name: str
    view: View
    value: str
    """The option of the group ``value`` whose time and fuel it goes with."""
    occupants_per_truck: float = bounded_field(0.0, 10.0)
    reefer_fuel_gal_per_h: float = bounded_field(0.0)
    """What the cooling of a perishable load burns, beside the engine."""
    emissions: Emissions | None
    safety: Safety | None
    cargo: Cargo | None
    reliability_ratio: float | None = bounded_field(0.0, 5.0)
    """Hours of the mean wait that an hour of its standard deviation is worth; null: none."""
    other_bridge: OtherBridge

    def check(self) -> None:
        """Refuse to count in the carrier's view what the carrier does not pay."""
        if self.view == "carrier" and any(part is not None for part in (self.emissions, self.safety, self.cargo)):
            raise ConfigError("view", "a carrier pays neither emissions, crashes of others nor cargo time; set null")


@dataclass(frozen=True, slots=True)
class TruckHourValue:
    """Dollars of ``price_year`` an hour of one truck in line, by what they stand for."""

    view: View
    price_year: int
    time: float
    fuel: float
    cooling: float
    emissions: float
    safety: float
    cargo: float

    @property
    def usd_per_h(self) -> float:
        """The whole hour in line."""
        return self.time + self.fuel + self.cooling + self.emissions + self.safety + self.cargo

    @property
    def driving_usd_per_h(self) -> float:
        """The hour on the road: what miles cost holds the fuel and all else of the truck."""
        return self.time + self.cooling + self.cargo

    def __add__(self, other: object) -> TruckHourValue:
        """Refuse: views are alternatives, and hours of two classes are weighed by their hours."""
        raise ConfigError("benefit.view", "hours are never added: the views count the same time")


def truck_hour_value(
    value: Value, benefit: Benefit, truck_class: str, price_year: int, deflator: Deflator
) -> TruckHourValue:
    """Return what an hour of one class of truck is worth, in dollars of ``price_year``.

    occupants x time + (fuel + fuel of cooling) x price + grams x damage + crashes + cargo value x share a day / 24.

    Raises
    ------
    ConfigError
        A value that is not the one the benefit goes with, a class whose cargo has no value, or a
        price year that the deflator does not have.

    Examples
    --------
    >>> value = Value(name="v", price_year=2023, value_of_time_usd_per_truck_h=30.0,
    ...               idle_fuel_gal_per_h=0.5, diesel_usd_per_gal=4.0)
    >>> there = OtherBridge(detour_min=30.0, detour_miles=20.0, vehicle_usd_per_mile=1.0, price_year=2023,
    ...                     wait_min=30.0, others_min=0.0)
    >>> plain = Benefit(name="b", view="dot", value="v", occupants_per_truck=1.0, reefer_fuel_gal_per_h=0.75,
    ...                 emissions=None, safety=None, cargo=None, reliability_ratio=None, other_bridge=there)
    >>> none = Deflator(name="none", price_index={})
    >>> [truck_hour_value(value, plain, name, 2023, none).usd_per_h for name in ("loaded", "perishable")]
    [32.0, 35.0]
    """
    if value.name != benefit.value:
        raise ConfigError("benefit.value", f"{benefit.name} goes with {benefit.value}, not with {value.name}")
    to_year = deflator.restated(1.0, value.price_year, price_year)
    cooling_gal = benefit.reefer_fuel_gal_per_h if truck_class == PERISHABLE else 0.0
    return TruckHourValue(
        view=benefit.view,
        price_year=price_year,
        time=benefit.occupants_per_truck * value.value_of_time_usd_per_truck_h * to_year,
        fuel=value.idle_fuel_gal_per_h * value.diesel_usd_per_gal * to_year,
        cooling=cooling_gal * value.diesel_usd_per_gal * to_year,
        emissions=_emissions(benefit.emissions, price_year, deflator),
        safety=_safety(benefit.safety, price_year, deflator),
        cargo=_cargo(benefit.cargo, truck_class, price_year, deflator),
    )


def _emissions(emissions: Emissions | None, price_year: int, deflator: Deflator) -> float:
    if emissions is None:
        return 0.0
    return deflator.restated(emissions.usd_per_h(), emissions.price_year, price_year)


def _safety(safety: Safety | None, price_year: int, deflator: Deflator) -> float:
    if safety is None or safety.crash_usd_per_truck_h is None:
        return 0.0
    return deflator.restated(safety.crash_usd_per_truck_h, safety.price_year, price_year)


def _cargo(cargo: Cargo | None, truck_class: str, price_year: int, deflator: Deflator) -> float:
    if cargo is None:
        return 0.0
    for key, by_class in (
        ("value_usd_per_truck", cargo.value_usd_per_truck),
        ("value_share_per_day", cargo.value_share_per_day),
    ):
        if truck_class not in by_class:
            raise ConfigError(f"benefit.cargo.{key}", f"no {truck_class!r}; known {sorted(by_class)}")
    worth = cargo.value_usd_per_truck[truck_class] * cargo.value_share_per_day[truck_class] / HOURS_PER_DAY
    return deflator.restated(worth, cargo.price_year, price_year)


def interpolate_years(simulated: Mapping[int, float], years: int) -> FloatArray:
    """Return an amount for years 0..``years``, straight between the simulated years.

    Year 0, in which nothing new is in service, takes the amount of the first simulated year, which
    may be 0 or 1; the last may not be before ``years``.

    Raises
    ------
    ConfigError
        No year, or years that end before the study does.

    Examples
    --------
    >>> interpolate_years({1: 10.0, 3: 30.0}, 3).tolist()
    [10.0, 10.0, 20.0, 30.0]
    """
    if not simulated or min(simulated) > 1 or max(simulated) < years:
        found = ", ".join(map(str, sorted(simulated))) or "none"
        problem = f"hours are never extrapolated; simulate years 1 and {years}, got {found}"
        raise ConfigError("appraisal.simulated_years", problem)
    at = sorted(simulated)
    return np.asarray(np.interp(np.arange(years + 1.0), at, [simulated[year] for year in at]), dtype=np.float64)


def trip_elsewhere_usd(
    benefit: Benefit, hour: TruckHourValue, inspection_h: ArrayLike, others_usd_per_h: ArrayLike, deflator: Deflator
) -> FloatArray:
    """Return what a trip by the other bridge costs, dollars of the hour's price year; of any shape as ``inspection_h``.

    Driving hours + miles + hours in line and at the inspection there + the hours that others wait longer for it.
    ``inspection_h`` are the hours from primary to the last exit; ``others_usd_per_h`` is what an hour of those others
    is worth, who are trucks of all classes.

    Examples
    --------
    >>> there = OtherBridge(detour_min=30.0, detour_miles=20.0, vehicle_usd_per_mile=1.0, price_year=2023,
    ...                     wait_min=30.0, others_min=15.0)
    >>> plain = Benefit(name="b", view="dot", value="v", occupants_per_truck=1.0, reefer_fuel_gal_per_h=0.0,
    ...                 emissions=None, safety=None, cargo=None, reliability_ratio=None, other_bridge=there)
    >>> hour = TruckHourValue("dot", 2023, time=30.0, fuel=2.0, cooling=0.0, emissions=0.0, safety=0.0, cargo=0.0)
    >>> none = Deflator(name="none", price_index={})
    >>> float(trip_elsewhere_usd(plain, hour, 0.25, 40.0, none))  # 15 + 20 + 24 + a quarter of an hour at 40
    69.0
    """
    there = benefit.other_bridge
    miles = deflator.restated(there.detour_miles * there.vehicle_usd_per_mile, there.price_year, hour.price_year)
    if benefit.safety is not None and benefit.safety.crash_usd_per_mile is not None:
        crashes = there.detour_miles * benefit.safety.crash_usd_per_mile
        miles += deflator.restated(crashes, benefit.safety.price_year, hour.price_year)
    standing_h = np.asarray(inspection_h, np.float64) + there.wait_min / MIN_PER_H
    others = there.others_min / MIN_PER_H * np.asarray(others_usd_per_h, np.float64)
    return np.asarray(
        there.detour_min / MIN_PER_H * hour.driving_usd_per_h + miles + standing_h * hour.usd_per_h + others
    )


def user_benefit(
    hours_saved: Mapping[str, ArrayLike], hour: Mapping[str, TruckHourValue], price_year: int
) -> FloatArray:
    """Return the users' gain by year [0..T], dollars of ``price_year``, summed over classes.

    ``hours_saved`` are truck-hours below the baseline's by class, each [0..T]; ``hour`` is what an hour of each class
    is worth. Trips that leave are priced by `trip_elsewhere_usd`.

    Raises
    ------
    ConfigError
        A class whose hours have no worth, classes valued in different views, another price year.
    """
    if missing := sorted(set(hours_saved) - set(hour)):
        raise ConfigError(f"benefit.{missing[0]}", "hours of a class that has no value")
    if len(views := sorted({one.view for one in hour.values()})) > 1:
        raise ConfigError("benefit.view", f"one view at a time, got {' and '.join(views)}")
    check_price_years({f"benefit.{name}": one.price_year for name, one in hour.items()}, price_year)
    parts = [np.asarray(hours, np.float64) * hour[name].usd_per_h for name, hours in hours_saved.items()]
    return np.asarray(np.sum(parts, axis=0, dtype=np.float64))


def reliability_benefit(
    benefit: Benefit, hour: TruckHourValue, trips: ArrayLike, deviation_h: ArrayLike, new_deviation_h: ArrayLike
) -> FloatArray:
    """Return what a steadier wait is worth by year, dollars; zero where it is not counted.

    trips x reliability ratio x (standard deviation of the wait, baseline - alternative) x time. The deviation is that
    within an hour of a kind of day: who knows the rush hour is not surprised by it.
    Only the driver's time is in it: on average nothing idles longer and no cargo waits longer.
    """
    ratio = benefit.reliability_ratio or 0.0
    gain = np.asarray(deviation_h, np.float64) - np.asarray(new_deviation_h, np.float64)
    return np.asarray(np.asarray(trips, np.float64) * ratio * gain * hour.time)


def fuel_saved_gal(hours_saved: ArrayLike, idle_gal_per_h: float) -> FloatArray:
    """Return gallons of diesel not burnt in line, by year; priced in the truck-hour already."""
    return np.asarray(np.asarray(hours_saved, np.float64) * idle_gal_per_h)
