"""The sheets "Assumptions" and "Years": every input once, with its source, and what follows from them by year."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from experiments.economics.costs import AMOUNT_FIELDS, InvestmentMeasure
from experiments.funding.budget.benefit_items import BenefitItem, PriceTerm
from experiments.funding.case import FundingCase
from experiments.funding.workbook.formulas import CellRange, Formula, as_formula, total
from experiments.funding.workbook.sheets import Book, Sheet
from experiments.study.inputs import unit_of_key
from experiments.study.sources import SourcedInput

WIDTHS: Final = (58, 16, 16, 12, 14, 18, 90)
HEAD: Final = ("input", "value", "unit", "price year", "source", "range", "what it is taken from")
UNITS: Final = ("key of the command line", "in the unit beside it", "", "dollars of", "id: sheet Sources", "", "")
INDEX: Final = "deflator.price_index."
RATE: Final = "appraisal.discount_rate"
BUDGET_KEYS: Final = ("budget.inflation_share_per_y", "budget.contingency_share")
STANDING_KEYS: Final = tuple(f"budget.standing.us_{what}_share" for what in ("carrier", "cargo", "air"))
SOCIAL_RATE, PESOS = "budget.mexico.social_discount_rate", "budget.mexico.exchange_rate_mxn_per_usd"
EFFECTIVENESS_RATE: Final = "appraisal.cost_effectiveness_rate"
EXCESS_BURDEN: Final = "appraisal.excess_burden_share"
LOAD: Final = "appraisal.interdiction_usd_per_load"


@dataclass(slots=True)
class InputCells:
    """Where every input stands, by its key, and the rows that run over years."""

    price_year: int
    cells: dict[str, Formula] = field(default_factory=dict)
    rows: dict[str, CellRange] = field(default_factory=dict)
    """Rows of the sheet "Years": ``year``, ``fiscal_year``, ``then_year``, and a discount factor by key of its rate."""

    def __getitem__(self, key: str) -> Formula:
        """Return the cell of an input."""
        return self.cells[key]

    def to_price_year(self, year: int) -> Formula:
        """Return the factor that restates dollars of a year in those of the appraisal."""
        if year == self.price_year:
            return as_formula(1.0)
        return self.cells[f"{INDEX}{self.price_year}"] / self.cells[f"{INDEX}{year}"]

    def restated(self, amount: Formula, year: int) -> Formula:
        """Return an amount in dollars of the appraisal's price year."""
        return amount if year == self.price_year else amount * self.to_price_year(year)

    def price(self, item: BenefitItem) -> Formula:
        """Return the price of one unit of an item of users' gain, in dollars of the appraisal's price year."""
        price = total([self._product(term) for term in item.terms])
        return self.restated(price, item.price_year)

    def _product(self, term: PriceTerm) -> Formula:
        first, *others = (self.cells[one.key] if one.key else as_formula(one.value) for one in term)
        return functools.reduce(lambda left, right: left * right, others, first)

    def discount(self, key: str = RATE) -> CellRange:
        """Return the discount factors [0..T] of a rate by its key."""
        return self.rows[key]

    def rate_keys(self) -> list[str]:
        """Return the keys of the appraisal's rates, the headline's first."""
        return [
            key
            for key in self.cells
            if key in (RATE, EFFECTIVENESS_RATE) or key.startswith("appraisal.sensitivity_rates")
        ]


def write_assumptions(book: Book, case: FundingCase, items: Iterable[BenefitItem]) -> InputCells:
    """Write the sheet "Assumptions" and return where everything stands."""
    sheet = Sheet(book, "Assumptions", WIDTHS)
    input_cells = InputCells(case.appraisal.price_year)
    sourced = {row.key: row for row in (*case.study.inputs(case.study.baseline), *case.inputs)}
    sheet.heading("Assumptions", "title")
    sheet.note(
        "Blue cells are inputs: change them, and every sheet follows. Amounts from the simulation stand in Demand."
    )
    for heading, entries in _blocks(case, list(items)):
        sheet.heading(heading)
        sheet.head(HEAD, UNITS)
        for key, value, year in entries:
            if key not in input_cells.cells:
                input_cells.cells[key] = _entry(sheet, sourced, key, value, year)
    sheet.page.freeze_panes(0, 1)
    return input_cells


Entry = tuple[str, float | None, int | None]
"""Key, value, price year."""


def _blocks(case: FundingCase, items: list[BenefitItem]) -> Iterator[tuple[str, list[Entry]]]:
    appraisal, budget = case.appraisal, case.budget
    rates = enumerate(appraisal.sensitivity_rates)
    yield (
        "Appraisal",
        [
            (RATE, appraisal.discount_rate, None),
            *((f"appraisal.sensitivity_rates[{place}]", rate, None) for place, rate in rates),
            (EFFECTIVENESS_RATE, appraisal.cost_effectiveness_rate, None),
            (EXCESS_BURDEN, appraisal.excess_burden_share, None),
            (LOAD, appraisal.interdiction_usd_per_load, appraisal.price_year),
        ],
    )
    yield f"Price index {case.deflator.name}", [(f"{INDEX}{y}", v, None) for y, v in case.deflator.price_index.items()]
    prices = [(f.key, f.value, item.price_year) for item in items for term in item.terms for f in term if f.key]
    yield "Prices of what users gain", [(k, v, year if "usd" in k else None) for k, v, year in prices]
    standing = (budget.standing.us_carrier_share, budget.standing.us_cargo_share, budget.standing.us_air_share)
    shares: Iterator[Entry] = ((key, value, None) for key, value in zip(STANDING_KEYS, standing, strict=True))
    mexico = budget.mexico
    yield (
        "Budget and governments",
        [
            (BUDGET_KEYS[0], budget.inflation_share_per_y, None),
            (BUDGET_KEYS[1], budget.contingency_share, None),
            *shares,
            (SOCIAL_RATE, mexico.social_discount_rate, None),
            (PESOS, mexico.exchange_rate_mxn_per_usd, None),
        ],
    )
    for measure in bought_measures(case):
        yield f"Cost of one {measure.unit}: {measure.name.replace('_', ' ')}", list(_of_measure(measure))


def bought_measures(case: FundingCase) -> list[InvestmentMeasure]:
    """Return every measure that is bought or hired, as quoted, each once."""
    names: dict[str, None] = {}
    for bought in case.purchases.values():
        for purchase in bought:
            names[purchase.measure] = None
            names.update(dict.fromkeys(case.quoted[purchase.measure].staff))
    return [case.quoted[name] for name in names]


def _of_measure(measure: InvestmentMeasure) -> Iterator[Entry]:
    key = f"cost.{measure.name}"
    yield f"{key}.construction_y", float(measure.construction_y), None
    for place, share in enumerate(measure.ramp_up_share):
        yield f"{key}.ramp_up_share[{place}]", share, None
    for group in ("assets", "once", "yearly"):
        for name, part in getattr(measure, group).items():
            for amount in AMOUNT_FIELDS:
                if hasattr(part, amount):
                    yield f"{key}.{group}.{name}.{amount}", getattr(part, amount), part.price_year
            if group == "assets":
                yield f"{key}.{group}.{name}.life_y", float(part.life_y), None
    for person, number in measure.staff.items():
        yield f"{key}.staff.{person}", number, None


def _entry(sheet: Sheet, sourced: dict[str, SourcedInput], key: str, value: float | None, year: int | None) -> Formula:
    """Write one input with what is known of it."""
    sheet.text(0, key)
    cell = sheet.number(1, value)
    sheet.text(2, _unit(key))
    if year is not None:
        sheet.number(3, float(year), "whole")
    row = sourced.get(key) or sourced.get(key.partition("[")[0])
    if row is not None:
        sheet.text(4, row.source_id or row.kind)
        if row.low is not None and row.high is not None:
            sheet.text(5, f"{row.low:,.10g} to {row.high:,.10g}")
        sheet.text(6, row.note)
    sheet.end_row()
    return cell


def _unit(key: str) -> str:
    last = key.rpartition(".")[2].partition("[")[0]
    if key.startswith(INDEX):
        return "index"
    if ".staff." in key:
        return "persons a unit"
    special = {PESOS: "MXN per USD", LOAD: "USD a load"}.get(key)
    return (
        special or unit_of_key(key.partition("[")[0]) or ("share" if last.endswith(("share", "rate", "rates")) else "")
    )


def write_years(book: Book, case: FundingCase, input_cells: InputCells) -> None:
    """Write the sheet "Years": study and fiscal years, discount factors, then-year dollars for a constant one."""
    sheet = Sheet(book, "Years", (34, 10, 4, 4, 4, 4, 4))
    appraisal, terms = case.appraisal, case.budget
    years = list(range(appraisal.years + 1))
    sheet.heading("Years, discount factors, then-year index", "title")
    sheet.note("Year 0 is not discounted; amounts fall at the end of their year. Fiscal years begin on October 1.")
    sheet.year_head(("row",), ("",), [appraisal.base_year + year for year in years], "year")
    sheet.text(0, "study year")
    input_cells.rows["year"] = sheet.inputs([float(year) for year in years])
    sheet.end_row()
    for key in [*input_cells.rate_keys(), SOCIAL_RATE]:
        sheet.text(0, f"discount factor, {key}")
        one = input_cells.rows["year"]
        base = input_cells[key] + 1.0
        input_cells.rows[key] = sheet.formulas([as_formula(1.0) / base ** one[year] for year in years], "factor")
        sheet.end_row()
    fiscal_years = terms.fiscal_years(appraisal.base_year, appraisal.years)
    sheet.heading("By fiscal year")
    sheet.year_head(("row",), ("",), fiscal_years, "fiscal year")
    sheet.text(0, "fiscal year")
    input_cells.rows["fiscal_year"] = sheet.inputs([float(year) for year in fiscal_years])
    sheet.end_row()
    sheet.text(0, f"dollars of the fiscal year for one of {appraisal.price_year}")
    every = [
        _then_year(case, input_cells, input_cells.rows["fiscal_year"], place) for place in range(len(fiscal_years))
    ]
    input_cells.rows["then_year"] = sheet.formulas(every, "factor")
    sheet.page.freeze_panes(0, 1)


def _then_year(case: FundingCase, input_cells: InputCells, fiscal_years: CellRange, place: int) -> Formula:
    """Return the formula of `experiments.economics.budget_terms.then_year_factor` for one fiscal year."""
    index, price_year = case.deflator.price_index, case.appraisal.price_year
    year = int(fiscal_years.values[place])
    growth = input_cells[BUDGET_KEYS[0]] + 1.0
    if str(price_year) not in index:
        return growth ** (fiscal_years[place] - (price_year + 0.25))
    base = input_cells[f"{INDEX}{price_year}"]
    if str(year) in index and str(year - 1) in index:
        return total([input_cells[f"{INDEX}{year - 1}"] * 0.25, input_cells[f"{INDEX}{year}"] * 0.75]) / base
    last = max(int(known) for known in index)
    return input_cells[f"{INDEX}{last}"] / base * growth ** (fiscal_years[place] - (last + 0.25))


def labels_of(case: FundingCase) -> dict[str, str]:
    """Return the label of every alternative by its id; of a case that bears labels already, themselves."""
    names = case.study.names
    return {name: name if names.shown else names.label(name) for name in case.study.alternatives}
