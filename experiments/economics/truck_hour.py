"""What an hour of a truck in line is worth, in one of two views that are never added.

The DOT view counts what the country loses: the driver's time, idle fuel, damage by emissions and,
where the user asks for it, the value of cargo in transit. The carrier's view counts what the
carrier pays: its marginal cost an hour, which holds the driver's wage already, and idle fuel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from experiments.economics.price_year import Deflator
from sim.errors import ConfigError
from sim.scenario import Value
from sim.spec import Spec, bounded

View = Literal["dot", "carrier"]
G_PER_T: Final = 1e6
HOURS_PER_DAY: Final = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Emissions(Spec):
    """What an idling truck emits, and the damage of it."""

    nox_g_per_h: float = bounded(0.0)
    nox_damage_usd_per_t: float = bounded(0.0)
    price_year: int = bounded(1990, 2100)
    co2_kg_per_gal: float = bounded(0.0)
    """Counted in tonnes, not priced: no damage value is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cargo(Spec):
    """The value of time in transit of what trucks carry."""

    value_share_per_day: float = bounded(0.0, 1.0)
    value_usd_per_truck: dict[str, float] = bounded(0.0)
    """By class of truck: loaded, empty, fast, perishable, as the study names them."""
    price_year: int = bounded(1990, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit(Spec):
    """What counts as a benefit of a shorter wait, beside time and fuel (`sim.scenario.Value`)."""

    name: str
    view: View
    value: str
    """The option of the group ``value`` whose time and fuel it goes with."""
    occupants_per_truck: float = bounded(0.0, 10.0)
    emissions: Emissions | None
    cargo: Cargo | None
    reliability_ratio: float | None = bounded(0.0, 5.0)
    """Hours of the mean wait that an hour of its standard deviation is worth; null: none."""

    def check(self) -> None:
        """Refuse to count in the carrier's view what the carrier does not pay."""
        if self.view == "carrier" and (self.emissions is not None or self.cargo is not None):
            raise ConfigError("view", "a carrier pays neither emissions nor cargo time; set null")


@dataclass(frozen=True, slots=True)
class TruckHour:
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

    def __add__(self, other: object) -> TruckHour:
        """Refuse: views are alternatives, and hours of two classes are weighed by their hours."""
        raise ConfigError("benefit.view", "hours are never added: the views count the same time")


def truck_hour(
    value: Value, benefit: Benefit, truck_class: str, price_year: int, deflator: Deflator
) -> TruckHour:
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
    >>> truck_hour(value, plain, "loaded", 2023, Deflator(name="none", price_index={})).usd_per_h
    32.0
    """
    if value.name != benefit.value:
        problem = f"{benefit.name} goes with {benefit.value}, not with {value.name}"
        raise ConfigError("benefit.value", problem)
    to_year = deflator.restated(1.0, value.price_year, price_year)
    return TruckHour(
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
        known = sorted(cargo.value_usd_per_truck)
        raise ConfigError("benefit.cargo.value_usd_per_truck", f"no {truck_class!r}; known {known}")
    worth = cargo.value_usd_per_truck[truck_class] * cargo.value_share_per_day / HOURS_PER_DAY
    return deflator.restated(worth, cargo.price_year, price_year)
