"""The sheets "Costs" and "Residual value": what is bought, and every payment of every year as a formula of its price.

The formulas are those of `experiments.economics.costs`: an asset is paid in equal parts while it is built, replaced
every so many years strictly before the last, and leaves the straight-line rest of its last life.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Final

from experiments.economics.costs import (
    COST_KINDS,
    PART_GROUPS,
    AppropriationName,
    Asset,
    CostPart,
    InvestmentMeasure,
    OneTimeCost,
    Stage,
    usual_appropriation,
)
from experiments.funding.budget.spending import APPROPRIATION_WORDS
from experiments.funding.case import FundingCase
from experiments.funding.workbook.assumptions import InputCells, labels_of
from experiments.funding.workbook.formulas import (
    CellRange,
    Formula,
    above,
    as_formula,
    at_least,
    both,
    either,
    greatest,
    remainder,
    same,
    sum_of,
    sum_product,
    total,
    whole_part,
)
from experiments.funding.workbook.sheets import Book, Sheet

WIDTHS: Final = (30, 34, 16, 26, 16, 16, 16)
PAYER_WORDS: Final = {"united_states": "United States", "texas": "State of Texas", "mexico": "Mexico"}
PURCHASE_HEAD: Final = ("alternative", "measure", "units", "order", "construction", "late", "first service")
PURCHASE_UNITS: Final = ("", "", "units or persons", "study year", "years", "years", "study year")
HEAD: Final = (
    "alternative",
    "measure, part, kind",
    "who pays",
    "appropriation",
    "units x price",
    "all years",
    "present value",
)
RESIDUAL_HEAD: Final = (
    "alternative",
    "asset",
    "who pays",
    "last bought",
    "years of life left",
    "residual value",
    "present value",
)


@dataclass(frozen=True, slots=True)
class PurchaseCells:
    """Where one purchase stands, of a measure or of the staff that one takes."""

    measure: InvestmentMeasure
    ordered: bool
    """Whether it was ordered itself, and is not staff that comes with another."""
    units: Formula
    order: Formula
    construction: Formula
    late: Formula
    first: Formula


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One row of payments over the years, or the residual value of one asset."""

    payer: str
    kind: str
    appropriation: AppropriationName
    stage: Stage
    years: CellRange | None
    """None: a residual value, which falls in the last year."""
    last_year: Formula | None
    present_value: Formula


@dataclass(frozen=True, slots=True)
class CostCells:
    """What one alternative buys and pays."""

    purchases: list[PurchaseCells]
    rows: list[PaymentRow]

    def by_year(self, years: int, kinds: Container[str] = COST_KINDS, payer: str | None = None) -> list[Formula]:
        """Return the sum of payments in each year, of some kinds or all, of one payer or all; residuals in the last."""
        sums: list[list[Formula]] = [[] for _ in range(years + 1)]
        for row in self.rows:
            if row.kind not in kinds or payer not in (None, row.payer):
                continue
            for year in range(years + 1):
                if row.years is not None:
                    sums[year].append(row.years[year])
            if row.last_year is not None:
                sums[years].append(row.last_year)
        return [total(every) for every in sums]


def write_costs(book: Book, case: FundingCase, input_cells: InputCells) -> dict[str, CostCells]:
    """Write "Costs" and return what every rival of the baseline buys and pays, residual values not yet among it."""
    sheet = Sheet(book, "Costs", WIDTHS)
    sheet.heading("Costs", "title")
    sheet.note(f"Dollars of {case.appraisal.price_year}, not discounted unless it says present value.")
    sheet.heading("What is bought")
    sheet.head(PURCHASE_HEAD, PURCHASE_UNITS)
    labels = labels_of(case)
    rivals = [name for name in labels if name != case.study.baseline]
    bought = {name: list(_purchases(sheet, case, input_cells, name, labels[name])) for name in rivals}
    sheet.heading("Payments")
    years = [case.appraisal.base_year + year for year in range(case.appraisal.years + 1)]
    sheet.year_head(HEAD, ("", "", "", "", "$", "$", "$"), years)
    made = {name: CostCells(bought[name], _payments(sheet, input_cells, labels[name], bought[name])) for name in rivals}
    sheet.page.freeze_panes(0, 2)
    return made


def _purchases(
    sheet: Sheet, case: FundingCase, input_cells: InputCells, name: str, label: str
) -> Iterator[PurchaseCells]:
    """Write what one alternative buys, each purchase followed by its staff, as `purchases_with_staff` has it."""
    for purchase in case.purchases.get(name, ()):
        measure = case.quoted[purchase.measure]
        given = [as_formula(float(n)) for n in (purchase.units, purchase.order_y, purchase.late_y)]
        whole = _purchase(sheet, input_cells, label, measure, given, given=True)
        yield whole
        for person, _ in measure.staff.items():
            other = case.quoted[person]
            trained = whole.order + whole.construction - input_cells[f"cost.{person}.construction_y"]
            hired = [
                whole.units * input_cells[f"cost.{measure.name}.staff.{person}"],
                greatest(trained, 0.0),
                whole.late,
            ]
            yield _purchase(sheet, input_cells, label, other, hired, given=False)


def _purchase(
    sheet: Sheet, input_cells: InputCells, label: str, measure: InvestmentMeasure, terms: list[Formula], *, given: bool
) -> PurchaseCells:
    """Write one purchase: units, order and lateness as inputs or as what they follow from."""
    sheet.text(0, label)
    sheet.text(1, measure.name.replace("_", " "))
    put: Callable[[int, Formula], Formula] = (
        (lambda column, one: sheet.number(column, one.number))
        if given
        else (lambda c, one: sheet.formula(c, one, "number"))
    )
    units, order, late = (put(column, one) for column, one in zip((2, 3, 5), terms, strict=True))
    construction = sheet.formula(4, input_cells[f"cost.{measure.name}.construction_y"], "number")
    first = sheet.formula(6, order + construction + late, "number")
    sheet.end_row()
    return PurchaseCells(measure, given, units, order, construction, late, first)


def _payments(sheet: Sheet, input_cells: InputCells, label: str, bought: list[PurchaseCells]) -> list[PaymentRow]:
    return [
        _payment_row(sheet, input_cells, label, purchase, (key, part, kind, stage))
        for purchase in bought
        for key, part in _parts(purchase.measure)
        for kind, stage in _kinds(part)
    ]


def _parts(measure: InvestmentMeasure) -> Iterator[tuple[str, CostPart]]:
    for group in PART_GROUPS:
        for name, part in getattr(measure, group).items():
            yield f"{group}.{name}", part


def _kinds(part: CostPart) -> list[tuple[str, Stage]]:
    if isinstance(part, Asset):
        return [(part.kind, "acquisition"), ("replacement", "replacement"), ("removal", "disposal")]
    return [(part.kind, "acquisition" if isinstance(part, OneTimeCost) else "operation")]


def _money(part: CostPart) -> AppropriationName:
    return part.appropriation or usual_appropriation(part.payer, part.kind)


def _payment_row(
    sheet: Sheet, input_cells: InputCells, label: str, purchase: PurchaseCells, what: tuple[str, CostPart, str, Stage]
) -> PaymentRow:
    """Write one row of payments: its amount once, and in which years it falls."""
    key, part, kind, stage = what
    where, years = f"cost.{purchase.measure.name}.{key}", input_cells.rows["year"]
    names = {"acquisition": "price_usd" if isinstance(part, Asset) else "cost_usd", "operation": "cost_usd_per_y"}
    amount = names.get(stage, "removal_usd" if stage == "disposal" else "price_usd")
    name = purchase.measure.name.replace("_", " ")
    words = (
        label,
        f"{name}, {key.partition('.')[2].replace('_', ' ')}: {kind.replace('_', ' ')}",
        PAYER_WORDS[part.payer],
    )
    for column, text in enumerate((*words, APPROPRIATION_WORDS[_money(part)])):
        sheet.text(column, text)
    usd = sheet.formula(4, purchase.units * input_cells.restated(input_cells[f"{where}.{amount}"], part.price_year))
    life = input_cells[f"{where}.life_y"] if isinstance(part, Asset) else None
    cells = sheet.formulas([_payment(purchase, stage, life, usd, years, year) for year in range(len(years))])
    sheet.formula(5, sum_of(cells))
    worth = sheet.formula(6, sum_product(cells, input_cells.discount()))
    sheet.end_row()
    return PaymentRow(part.payer, kind, _money(part), stage, cells, None, worth)


def _payment(
    purchase: PurchaseCells, stage: Stage, life: Formula | None, usd: Formula, years: CellRange, place: int
) -> Formula:
    """Return what is paid in one year of the years' row."""
    year, last = years[place], years[len(years) - 1]
    if stage == "operation":
        return either(at_least(year, purchase.first), usd, 0.0)
    if stage == "acquisition" and life is None:
        return either(same(year, purchase.order), usd, 0.0)
    if stage == "acquisition" or life is None:
        building = both(at_least(year, purchase.order), above(purchase.order + purchase.construction, year))
        return either(building, usd / purchase.construction, 0.0)
    stands = year - (purchase.first - 1.0)
    worn_out = [above(stands, 0.0), same(remainder(stands, life), 0.0)]
    # what is worn out in the last year is removed and not bought again
    return either(both(*worn_out, *([above(last, year)] if stage == "replacement" else [])), usd, 0.0)


def write_residuals(book: Book, case: FundingCase, input_cells: InputCells, costs: dict[str, CostCells]) -> None:
    """Write "Residual value" and add what is left of every asset to the rows of its alternative."""
    sheet = Sheet(book, "Residual value", WIDTHS)
    sheet.heading("Residual value", "title")
    sheet.note("Straight line over the last life, in the last year; below zero, since it lessens the cost.")
    sheet.head(RESIDUAL_HEAD, ("", "", "", "study year", "years", "$", "$"))
    years = input_cells.rows["year"]
    last = years[len(years) - 1]
    factor = input_cells.discount()[len(years) - 1]
    for name, cost in costs.items():
        for purchase in cost.purchases:
            for key, part in _parts(purchase.measure):
                if not isinstance(part, Asset):
                    continue
                where = f"cost.{purchase.measure.name}.{key}"
                words = f"{purchase.measure.name.replace('_', ' ')}, {key.partition('.')[2].replace('_', ' ')}"
                for column, text in enumerate((labels_of(case)[name], words, PAYER_WORDS[part.payer])):
                    sheet.text(column, text)
                life, delivered = input_cells[f"{where}.life_y"], purchase.first - 1.0
                again = whole_part((last - delivered - 1.0) / life)
                bought = sheet.formula(3, delivered + life * again, "number")
                left = sheet.formula(4, life - (last - bought), "number")
                price = purchase.units * input_cells.restated(input_cells[f"{where}.price_usd"], part.price_year)
                rest = sheet.formula(5, -(price * left / life))
                worth = sheet.formula(6, rest * factor)
                sheet.end_row()
                cost.rows.append(PaymentRow(part.payer, "residual", _money(part), "residual", None, rest, worth))
