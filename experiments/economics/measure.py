"""One entry of the catalogue of investments: what a unit of it costs, and which government pays.

The parts of a measure are assets (bought, worn out, replaced, removed), payments made once when it
is bought, yearly payments, and the staff that it takes, as persons of other measures.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from experiments.economics.price_year import Deflator
from sim.errors import ConfigError
from sim.spec import Spec, bounded

Payer = Literal["united_states", "mexico", "texas"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset(Spec):
    """What is bought, wears out after ``life_y`` years and is then bought again."""

    kind: Literal["equipment", "civil_works"]
    payer: Payer
    price_usd: float = bounded(0.0)
    price_year: int = bounded(1990, 2100)
    life_y: int = bounded(1, 100)
    removal_usd: float = bounded(0.0)
    """Decommissioning, paid whenever a life ends; in dollars of the same year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Once(Spec):
    """What is paid once for a unit, when it is bought."""

    kind: Literal["integration", "training"]
    payer: Payer
    cost_usd: float = bounded(0.0)
    price_year: int = bounded(1990, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Yearly(Spec):
    """What a unit costs in every year of service."""

    kind: Literal["operation", "staff", "training"]
    payer: Payer
    cost_usd_per_y: float = bounded(0.0)
    price_year: int = bounded(1990, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Spec):
    """One way to spend money, for one unit of it."""

    name: str
    unit: str
    """What one unit is, in words."""
    construction_y: int = bounded(1, 20)
    """Years from the order to service; 1: paid in the year of the order, in service the next."""
    ramp_up_share: tuple[float, ...] = bounded(0.0, 1.0)
    """Share of its full effect in its first years of service; 1 thereafter."""
    assets: dict[str, Asset]
    once: dict[str, Once]
    yearly: dict[str, Yearly]
    staff: dict[str, float] = bounded(0.0)
    """Persons a unit takes, by the measure that a person is (officer, analyst, ...)."""

    def check(self) -> None:
        """Refuse a measure that costs nothing at all: it would win every comparison."""
        if not (self.assets or self.once or self.yearly or self.staff):
            raise ConfigError("assets", "a measure without any cost; give assets, once or yearly")

    def price_years(self) -> dict[str, int]:
        """Return the price year of every amount, by its key."""
        return {f"cost.{self.name}.{key}": part.price_year for key, part in self._priced()}

    def _priced(self) -> Iterator[tuple[str, Asset | Once | Yearly]]:
        yield from ((f"assets.{name}", asset) for name, asset in self.assets.items())
        yield from ((f"once.{name}", once) for name, once in self.once.items())
        yield from ((f"yearly.{name}", yearly) for name, yearly in self.yearly.items())


def in_dollars_of(measure: Measure, price_year: int, deflator: Deflator) -> Measure:
    """Return the measure with every amount in dollars of ``price_year``.

    Raises
    ------
    ConfigError
        A price year that the deflator does not have.
    """

    def scale(part: Asset | Once | Yearly) -> Callable[[float], float]:
        return lambda usd: deflator.restated(usd, part.price_year, price_year)

    assets = {
        name: dataclasses.replace(
            asset,
            price_usd=scale(asset)(asset.price_usd),
            removal_usd=scale(asset)(asset.removal_usd),
            price_year=price_year,
        )
        for name, asset in measure.assets.items()
    }
    once = {
        name: dataclasses.replace(one, cost_usd=scale(one)(one.cost_usd), price_year=price_year)
        for name, one in measure.once.items()
    }
    yearly = {
        name: dataclasses.replace(
            each, cost_usd_per_y=scale(each)(each.cost_usd_per_y), price_year=price_year
        )
        for name, each in measure.yearly.items()
    }
    return dataclasses.replace(measure, assets=assets, once=once, yearly=yearly)
