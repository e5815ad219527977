"""Cash flows of purchases over a study's years, by who pays and for what.

A purchase ordered in year b with ``construction_y`` c is paid in equal parts in the years b..b+c-1
and is in service from b+c on; ``late_y`` years of delay move the service, not the payments. An
asset is replaced every ``life_y`` years, strictly before the last year; what is left of its last
life in the last year is its residual value, straight line, a negative cost. Yearly payments are
made in every year of service.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from experiments.economics.measure import Asset, Measure
from experiments.economics.price_year import one_price_year
from sim.errors import ConfigError
from sim.spec import Spec, bounded

Floats = npt.NDArray[np.float64]
Line = tuple[str, str]
"""Who pays, and for what."""
INITIAL: Final = ("equipment", "civil_works")
KINDS: Final = (
    *INITIAL,
    "integration",
    "training",
    "replacement",
    "operation",
    "staff",
    "removal",
    "residual",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase(Spec):
    """So many units of a measure, ordered in one year; phased delivery is several purchases."""

    measure: str
    units: float = bounded(0.0)
    order_y: int = bounded(0, 100)
    late_y: int = bounded(0, 20)

    def first_service_y(self, measure: Measure) -> int:
        """Return the first year in which the units work."""
        return self.order_y + measure.construction_y + self.late_y


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Costs by payer and kind, each [year 0..T], dollars of ``price_year``; residuals below 0."""

    price_year: int
    lines: Mapping[Line, Floats]
    years: int

    def total(self, payer: str | None = None, kinds: Iterable[str] = KINDS) -> Floats:
        """Return the costs by year [0..T], of one payer or all, of some kinds or all."""
        wanted = set(kinds)
        found = np.zeros(self.years + 1)
        for (who, kind), amounts in self.lines.items():
            if kind in wanted and payer in (None, who):
                found += amounts
        return found

    def payers(self) -> list[str]:
        """Return who pays anything, in alphabetical order."""
        return sorted({who for who, _ in self.lines})


def cash_flow(
    purchases: Iterable[Purchase], catalogue: Mapping[str, Measure], years: int, price_year: int
) -> CashFlow:
    """Return what the purchases, with the staff that they take, cost in years 0..``years``.

    Raises
    ------
    ConfigError
        A measure that the catalogue lacks, an amount of another price year, or a purchase that is
        not in service before the last year.
    """
    lines: dict[Line, Floats] = {}
    for purchase in with_staff(purchases, catalogue):
        measure = catalogue[purchase.measure]
        one_price_year(measure.price_years(), price_year)
        first = purchase.first_service_y(measure)
        if first > years:
            problem = f"{years} years end before {measure.name} is in service (year {first})"
            raise ConfigError("appraisal.years", problem)
        for payer, kind, year, usd in _payments(purchase, measure, years):
            line = lines.setdefault((payer, kind), np.zeros(years + 1))
            line[year] += usd * purchase.units
    return CashFlow(price_year, lines, years)


def with_staff(
    purchases: Iterable[Purchase], catalogue: Mapping[str, Measure]
) -> Iterator[Purchase]:
    """Yield the purchases, each followed by the persons that it takes.

    Persons are hired so that they are trained when the units come into service.
    """
    for purchase in purchases:
        measure = _known(purchase.measure, catalogue, "purchase.measure")
        yield purchase
        for name, persons in measure.staff.items():
            person = _known(name, catalogue, f"cost.{measure.name}.staff")
            if person.staff:
                raise ConfigError(f"cost.{name}.staff", "a person takes no further staff")
            order_y = purchase.order_y + measure.construction_y - person.construction_y
            yield Purchase(
                measure=name,
                units=purchase.units * persons,
                order_y=max(order_y, 0),
                late_y=purchase.late_y,
            )


def service_share(purchase: Purchase, measure: Measure, years: int) -> Floats:
    """Return the share [0..years] of its full effect that the purchase has in each year."""
    share = np.zeros(years + 1)
    first = purchase.first_service_y(measure)
    for year in range(first, years + 1):
        place = year - first
        share[year] = measure.ramp_up_share[place] if place < len(measure.ramp_up_share) else 1.0
    return share


def _known(name: str, catalogue: Mapping[str, Measure], key: str) -> Measure:
    if name not in catalogue:
        raise ConfigError(key, f"no measure {name!r}; known {sorted(catalogue)}")
    return catalogue[name]


def _payments(
    purchase: Purchase, measure: Measure, years: int
) -> Iterator[tuple[str, str, int, float]]:
    """Yield (payer, kind, year, dollars) for one unit."""
    first = purchase.first_service_y(measure)
    for asset in measure.assets.values():
        for step in range(measure.construction_y):
            part = asset.price_usd / measure.construction_y
            yield asset.payer, asset.kind, purchase.order_y + step, part
        yield from _worn_out(asset, first - 1, years)
    for once in measure.once.values():
        yield once.payer, once.kind, purchase.order_y, once.cost_usd
    for yearly in measure.yearly.values():
        for year in range(first, years + 1):
            yield yearly.payer, yearly.kind, year, yearly.cost_usd_per_y


def _worn_out(asset: Asset, delivered: int, years: int) -> Iterator[tuple[str, str, int, float]]:
    """Yield replacements, removals and the residual value of an asset delivered at a year's end."""
    last = delivered
    while last + asset.life_y < years:
        last += asset.life_y
        yield asset.payer, "replacement", last, asset.price_usd
        yield asset.payer, "removal", last, asset.removal_usd
    left = asset.life_y - (years - last)
    yield asset.payer, "residual", years, -asset.price_usd * left / asset.life_y
    if left == 0:
        yield asset.payer, "removal", years, asset.removal_usd
