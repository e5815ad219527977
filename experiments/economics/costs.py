"""Measures (what a unit costs, and which government pays) and the cash flows of purchases.

A measure has assets (bought, worn out, replaced, removed), payments made once, yearly payments, and
the staff that it takes, as persons of other measures. A purchase ordered in year b with
``construction_y`` c is paid in equal parts in the years b..b+c-1 and is in service from b+c on;
``late_y`` years of delay move the service, not the payments. An asset is replaced every ``life_y``
years, strictly before the last year; what is left of its last life is its residual value, straight
line, a negative cost. Yearly payments are made in every year of service.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from experiments.economics.discounting import Deflator, check_price_years
from sim.arrays import FloatArray
from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field

Payer = Literal["united_states", "mexico", "texas"]
AppropriationName = Literal["gsa_construction", "cbp_procurement", "salaries_and_expenses", "state", "binational"]
"""Which money pays: GSA's construction, CBP's procurement, CBP's salaries and expenses, the state's, or Mexico's."""
Provided = Literal[
    "port.portal.servers",
    "port.secondary.servers",
    "port.dock.servers",
    "port.primary.lanes",
    "port.analyst.servers",
    "port.officers",
]
"""What of a port must be bought: equipment by its key, and the persons of analysts' posts and booths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset(Spec):
    """What is bought, wears out after ``life_y`` years and is then bought again."""

    kind: Literal["equipment", "civil_works"]
    payer: Payer
    price_usd: float = bounded_field(0.0)
    price_year: int = bounded_field(1990, 2100)
    life_y: int = bounded_field(1, 100)
    removal_usd: float = bounded_field(0.0)
    """Decommissioning, paid whenever a life ends; in dollars of the same year."""
    appropriation: AppropriationName | None = None
    """Which money pays; null: as is usual for the kind (`usual_appropriation`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeCost(Spec):
    """What is paid once for a unit, when it is bought."""

    kind: Literal["integration", "training"]
    payer: Payer
    cost_usd: float = bounded_field(0.0)
    price_year: int = bounded_field(1990, 2100)
    appropriation: AppropriationName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyCost(Spec):
    """What a unit costs in every year of service."""

    kind: Literal["operation", "staff", "training"]
    payer: Payer
    cost_usd_per_y: float = bounded_field(0.0)
    price_year: int = bounded_field(1990, 2100)
    appropriation: AppropriationName | None = None


CostPart = Asset | OneTimeCost | YearlyCost


def usual_appropriation(payer: Payer, kind: str) -> AppropriationName:
    """Return the money that usually pays for a kind of cost.

    Examples
    --------
    >>> usual_appropriation("united_states", "civil_works"), usual_appropriation("mexico", "staff")
    ('gsa_construction', 'binational')
    """
    if payer != "united_states":
        return "binational" if payer == "mexico" else "state"
    if kind == "civil_works":
        return "gsa_construction"
    return "cbp_procurement" if kind in ("equipment", "integration") else "salaries_and_expenses"


PART_GROUPS: Final = ("assets", "once", "yearly")
"""Fields of a measure that hold its parts."""
AMOUNT_FIELDS: Final = ("price_usd", "removal_usd", "cost_usd", "cost_usd_per_y")
"""Fields of the parts that are dollars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestmentMeasure(Spec):
    """One way to spend money, for one unit of it."""

    name: str
    unit: str
    """What one unit is, in words."""
    construction_y: int = bounded_field(1, 20)
    """Years from the order to service; 1: paid in the year of the order, in service the next."""
    ramp_up_share: tuple[float, ...] = bounded_field(0.0, 1.0)
    """Share of its full effect in its first years of service; 1 thereafter."""
    assets: dict[str, Asset]
    once: dict[str, OneTimeCost]
    yearly: dict[str, YearlyCost]
    staff: dict[str, float] = bounded_field(0.0)
    """Persons a unit takes, by the measure that a person is (officer, analyst, ...)."""
    provides: Provided | None = None
    """Key of the port to which a unit adds one (a booth of either kind is ``port.primary.lanes``; an analyst or officer
    is one person); null: nothing that is counted at the port."""

    def check(self) -> None:
        """Refuse a measure that costs nothing at all: it would win every comparison."""
        if not (self.assets or self.once or self.yearly or self.staff):
            raise ConfigError("assets", "a measure without any cost; give assets, once or yearly")

    def price_years(self) -> dict[str, int]:
        """Return the price year of every amount, by its key."""
        groups = ((f"cost.{self.name}.{group}", getattr(self, group)) for group in PART_GROUPS)
        return {f"{key}.{name}": part.price_year for key, parts in groups for name, part in parts.items()}

    def with_parts(self, revise: Callable[[str, CostPart], CostPart]) -> InvestmentMeasure:
        """Return the measure with ``revise(key, part)`` in the place of every asset and payment."""
        parts: dict[str, Any] = {
            group: {name: revise(f"{group}.{name}", part) for name, part in getattr(self, group).items()}
            for group in PART_GROUPS
        }
        return dataclasses.replace(self, **parts)


def restate_measure(measure: InvestmentMeasure, price_year: int, deflator: Deflator) -> InvestmentMeasure:
    """Return the measure with every amount in dollars of ``price_year``; the deflator must have its years."""

    def restated(_: str, part: CostPart) -> CostPart:
        amounts = amounts_of(part).items()
        changed: dict[str, Any] = {name: deflator.restated(usd, part.price_year, price_year) for name, usd in amounts}
        return dataclasses.replace(part, price_year=price_year, **changed)

    return measure.with_parts(restated)


def amounts_of(part: CostPart) -> dict[str, float]:
    """Return the dollars of an asset or a payment by the name of the field."""
    return {name: getattr(part, name) for name in AMOUNT_FIELDS if hasattr(part, name)}


Line = tuple[str, str]
"""Who pays, and for what."""
INITIAL_COST_KINDS: Final = ("equipment", "civil_works", "integration")
"""Initial spending: buying, building and joining, software among it. The capital of DOT's ratio, the capital that is
asked for and what a portfolio's budget has to pay are all this."""
RESIDUAL_KINDS: Final = ("residual",)
LATER_COST_KINDS: Final = ("training", "replacement", "operation", "staff", "removal", *RESIDUAL_KINDS)
COST_KINDS: Final = (*INITIAL_COST_KINDS, *LATER_COST_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase(Spec):
    """So many units of a measure, ordered in one year; phased delivery is several purchases."""

    measure: str
    units: float = bounded_field(0.0)
    order_y: int = bounded_field(0, 100)
    late_y: int = bounded_field(0, 20)

    def first_service_y(self, measure: InvestmentMeasure) -> int:
        """Return the first year in which the units work."""
        return self.order_y + measure.construction_y + self.late_y


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Costs by payer and kind, each [year 0..T], dollars of ``price_year``; residuals below 0."""

    price_year: int
    lines: Mapping[Line, FloatArray]
    years: int

    def total(self, payer: str | None = None, kinds: Iterable[str] = COST_KINDS) -> FloatArray:
        """Return the costs by year [0..T], of one payer or all, of some kinds or all."""
        wanted = set(kinds)
        total = np.zeros(self.years + 1)
        for (who, kind), amounts in self.lines.items():
            if kind in wanted and payer in (None, who):
                total += amounts
        return total

    def payers(self) -> list[str]:
        """Return who pays anything, in alphabetical order."""
        return sorted({who for who, _ in self.lines})


def purchase_cash_flow(
    purchases: Iterable[Purchase], catalogue: Mapping[str, InvestmentMeasure], years: int, price_year: int
) -> CashFlow:
    """Return what the purchases, with the staff that they take, cost in years 0..``years``.

    Raises
    ------
    ConfigError
        A measure that the catalogue lacks, an amount of another price year, or a purchase that is
        not in service before the last year.
    """
    lines: dict[Line, FloatArray] = {}
    for payment in itemized_payments(purchases, catalogue, years, price_year):
        lines.setdefault((payment.payer, payment.kind), np.zeros(years + 1))[payment.year] += payment.usd
    return CashFlow(price_year, lines, years)


Stage = Literal["acquisition", "operation", "replacement", "disposal", "residual"]


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment: what for, who pays from which money, when, and how much."""

    measure: str
    part: str
    """Group and name of the part, as ``assets.scanner``."""
    payer: Payer
    kind: str
    """One of `COST_KINDS`."""
    appropriation: AppropriationName
    stage: Stage
    year: int
    usd: float
    """Of all units, in dollars of the catalogue; a residual value is below 0."""


def itemized_payments(
    purchases: Iterable[Purchase], catalogue: Mapping[str, InvestmentMeasure], years: int, price_year: int
) -> Iterator[Payment]:
    """Yield every payment of the purchases and of the staff that they take; raises as `purchase_cash_flow` does."""
    for purchase in purchases_with_staff(purchases, catalogue):
        measure = catalogue[purchase.measure]
        check_price_years(measure.price_years(), price_year)
        first = purchase.first_service_y(measure)
        if first > years:
            problem = f"{years} years end before {measure.name} is in service (year {first})"
            raise ConfigError("appraisal.years", problem)
        for key, part, kind, stage, year, usd in _payments(purchase, measure, years):
            money = part.appropriation or usual_appropriation(part.payer, part.kind)
            yield Payment(measure.name, key, part.payer, kind, money, stage, year, usd * purchase.units)


def purchases_with_staff(
    purchases: Iterable[Purchase], catalogue: Mapping[str, InvestmentMeasure]
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
                measure=name, units=purchase.units * persons, order_y=max(order_y, 0), late_y=purchase.late_y
            )


def units_by_measure(purchases: Iterable[Purchase]) -> dict[str, float]:
    """Return the units bought of every measure, in the order in which measures are first bought."""
    units: dict[str, float] = {}
    for purchase in purchases:
        units[purchase.measure] = units.get(purchase.measure, 0.0) + purchase.units
    return units


def service_share(purchase: Purchase, measure: InvestmentMeasure, years: int) -> FloatArray:
    """Return the share [0..years] of its full effect that the purchase has in each year."""
    first = purchase.first_service_y(measure)
    return np.array([*[0.0] * first, *measure.ramp_up_share, *[1.0] * years][: years + 1])


def _known(name: str, catalogue: Mapping[str, InvestmentMeasure], key: str) -> InvestmentMeasure:
    if name not in catalogue:
        raise ConfigError(key, f"no measure {name!r}; known {sorted(catalogue)}")
    return catalogue[name]


_Paid = tuple[str, CostPart, str, Stage, int, float]
"""Key of the part, the part, kind of cost, stage, year, dollars."""


def _payments(purchase: Purchase, measure: InvestmentMeasure, years: int) -> Iterator[_Paid]:
    """Yield what one unit costs, payment by payment."""
    first = purchase.first_service_y(measure)
    for name, asset in measure.assets.items():
        key = f"assets.{name}"
        for step in range(measure.construction_y):
            part = asset.price_usd / measure.construction_y
            yield key, asset, asset.kind, "acquisition", purchase.order_y + step, part
        yield from _worn_out(key, asset, first - 1, years)
    for name, once in measure.once.items():
        yield f"once.{name}", once, once.kind, "acquisition", purchase.order_y, once.cost_usd
    for name, yearly in measure.yearly.items():
        for year in range(first, years + 1):
            yield f"yearly.{name}", yearly, yearly.kind, "operation", year, yearly.cost_usd_per_y


def _worn_out(key: str, asset: Asset, delivered: int, years: int) -> Iterator[_Paid]:
    """Yield replacements, removals and the residual value of an asset delivered at a year's end."""
    last = delivered
    while last + asset.life_y < years:
        last += asset.life_y
        yield key, asset, "replacement", "replacement", last, asset.price_usd
        yield key, asset, "removal", "disposal", last, asset.removal_usd
    left = asset.life_y - (years - last)
    yield key, asset, "residual", "residual", years, -asset.price_usd * left / asset.life_y
    if left == 0:
        yield key, asset, "removal", "disposal", years, asset.removal_usd
