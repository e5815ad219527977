"""What users gain from shorter waits: the value of a truck-hour, hours saved, reliability, fuel.

Hours are interpolated between simulated years, never scaled with demand: queues are convex in load.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Emissions(Spec):
    """What an idling truck emits, and the damage of it."""

    nox_g_per_h: float = bounded_field(0.0)
    nox_damage_usd_per_t: float = bounded_field(0.0)
    price_year: int = bounded_field(1990, 2100)
    co2_kg_per_gal: float = bounded_field(0.0)
    """Counted in tonnes, not priced: no damage value is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cargo(Spec):
    """The value of time in transit of what trucks carry."""

    value_share_per_day: float = bounded_field(0.0, 1.0)
    value_usd_per_truck: dict[str, float] = bounded_field(0.0)
    """By class of truck: loaded, empty, fast, perishable, as the study names them."""
    price_year: int = bounded_field(1990, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit(Spec):
    """What counts as a benefit of a shorter wait, beside time and fuel (`sim.setting.setting.Value`)."""

    name: str
    view: View
    value: str
    """The option of the group ``value`` whose time and fuel it goes with."""
    occupants_per_truck: float = bounded_field(0.0, 10.0)
    emissions: Emissions | None
    cargo: Cargo | None
    reliability_ratio: float | None = bounded_field(0.0, 5.0)
    """Hours of the mean wait that an hour of its standard deviation is worth; null: none."""

    def check(self) -> None:
        """Refuse to count in the carrier's view what the carrier does not pay."""
        if self.view == "carrier" and (self.emissions is not None or self.cargo is not None):
            raise ConfigError("view", "a carrier pays neither emissions nor cargo time; set null")


@dataclass(frozen=True, slots=True)
class TruckHourValue:
    """Dollars of ``price_year`` an hour of one truck in line, by what they stand for."""

    view: View
    price_year: int
    time: float
    fuel: float
    emissions: float
    cargo: float

    @property
    def usd_per_h(self) -> float:
        """The whole hour."""
        return self.time + self.fuel + self.emissions + self.cargo

    def __add__(self, other: object) -> TruckHourValue:
        """Refuse: views are alternatives, and hours of two classes are weighed by their hours."""
        raise ConfigError("benefit.view", "hours are never added: the views count the same time")


def truck_hour_value(
    value: Value, benefit: Benefit, truck_class: str, price_year: int, deflator: Deflator
) -> TruckHourValue:
    """Return what an hour of one class of truck is worth, in dollars of ``price_year``.

    occupants x time + fuel x price + grams x damage + cargo value x share a day / 24.

    Raises
    ------
    ConfigError
        A value that is not the one the benefit goes with, a class whose cargo has no value, or a
        price year that the deflator does not have.

    Examples
    --------
    >>> value = Value(name="v", price_year=2023, value_of_time_usd_per_truck_h=30.0,
    ...               idle_fuel_gal_per_h=0.5, diesel_usd_per_gal=4.0)
    >>> plain = Benefit(name="b", view="dot", value="v", occupants_per_truck=1.0, emissions=None,
    ...                 cargo=None, reliability_ratio=None)
    >>> truck_hour_value(value, plain, "loaded", 2023, Deflator(name="none", price_index={})).usd_per_h
    32.0
    """
    if value.name != benefit.value:
        raise ConfigError("benefit.value", f"{benefit.name} goes with {benefit.value}, not with {value.name}")
    to_year = deflator.restated(1.0, value.price_year, price_year)
    return TruckHourValue(
        view=benefit.view,
        price_year=price_year,
        time=benefit.occupants_per_truck * value.value_of_time_usd_per_truck_h * to_year,
        fuel=value.idle_fuel_gal_per_h * value.diesel_usd_per_gal * to_year,
        emissions=_emissions(benefit.emissions, price_year, deflator),
        cargo=_cargo(benefit.cargo, truck_class, price_year, deflator),
    )


def _emissions(emissions: Emissions | None, price_year: int, deflator: Deflator) -> float:
    if emissions is None:
        return 0.0
    damage = emissions.nox_g_per_h * emissions.nox_damage_usd_per_t / G_PER_T
    return deflator.restated(damage, emissions.price_year, price_year)


def _cargo(cargo: Cargo | None, truck_class: str, price_year: int, deflator: Deflator) -> float:
    if cargo is None:
        return 0.0
    if truck_class not in cargo.value_usd_per_truck:
        problem = f"no {truck_class!r}; known {sorted(cargo.value_usd_per_truck)}"
        raise ConfigError("benefit.cargo.value_usd_per_truck", problem)
    worth = cargo.value_usd_per_truck[truck_class] * cargo.value_share_per_day / HOURS_PER_DAY
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


def rule_of_half_below_ceiling(
    trips: ArrayLike, new_trips: ArrayLike, hours: ArrayLike, new_hours: ArrayLike, most_hours: ArrayLike
) -> FloatArray:
    """Return the hours gained by users when trips are turned away by a ceiling of the wait.

    The rule of one half, with the ceiling as the end of demand. Trips made both times gain the
    whole difference. A trip that is won gains half of what its new hours leave below the ceiling;
    one that is lost loses half of what its old hours left. Each array is [..., year]; ``most_hours``
    are the hours at the port that the last trip still accepts.

    Examples
    --------
    >>> float(rule_of_half_below_ceiling(100.0, 120.0, 1.0, 0.5, 1.5))  # 100 gain 0.5 h, 20 gain 1 h / 2
    60.0
    >>> float(rule_of_half_below_ceiling(100.0, 50.0, 1.0, 0.75, 2.0))  # 50 gain 0.25 h, 50 lose 1 h / 2
    -12.5
    """
    before, after, old, new = (np.asarray(given, np.float64) for given in (trips, new_trips, hours, new_hours))
    most = np.maximum(np.asarray(most_hours, np.float64), np.maximum(old, new))
    both = np.minimum(before, after) * (old - new)
    won = np.maximum(after - before, 0.0) * (most - new) / 2.0
    lost = np.maximum(before - after, 0.0) * (most - old) / 2.0
    return np.asarray(both + won - lost)


def user_benefit(
    hours_saved: Mapping[str, ArrayLike], hour: Mapping[str, TruckHourValue], price_year: int
) -> FloatArray:
    """Return the users' gain by year [0..T], dollars of ``price_year``, summed over classes.

    ``hours_saved`` are truck-hours below the baseline's by class, each [0..T] (where trips change:
    `rule_of_half_below_ceiling`); ``hour`` is what an hour of each class is worth.

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

    trips x reliability ratio x (standard deviation of the wait, baseline - alternative) x time.
    Only the driver's time is in it: on average nothing idles longer and no cargo waits longer.
    """
    ratio = benefit.reliability_ratio or 0.0
    gain = np.asarray(deviation_h, np.float64) - np.asarray(new_deviation_h, np.float64)
    return np.asarray(np.asarray(trips, np.float64) * ratio * gain * hour.time)


def fuel_saved_gal(hours_saved: ArrayLike, idle_gal_per_h: float) -> FloatArray:
    """Return gallons of diesel not burnt in line, by year; priced in the truck-hour already."""
    return np.asarray(np.asarray(hours_saved, np.float64) * idle_gal_per_h)
