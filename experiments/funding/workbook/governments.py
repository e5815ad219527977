"""The sheets "Both governments" and "Mexico": who pays and gains by country, and the Mexican indicators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from experiments.economics.costs import RESIDUAL_KINDS
from experiments.funding.budget.mexican_appraisal import Scope, optimized_words, without_project
from experiments.funding.budget.standing import COUNTRIES, GOVERNMENTS, USERS, sharing_key
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.workbook.assumptions import PESOS, SOCIAL_RATE, InputCells, labels_of
from experiments.funding.workbook.costs import CostCells
from experiments.funding.workbook.formulas import (
    CellRange,
    Formula,
    above,
    either,
    least,
    quotient,
    rate_of_return,
    sum_of,
    sum_product,
    sum_where,
    total,
)
from experiments.funding.workbook.gains import GainRow
from experiments.funding.workbook.sheets import Book, Sheet

WIDTHS: Final = (36, 36, *(20,) * 10)
STANDING: Final = "budget.standing."
T = TypeVar("T")


def write_governments(
    book: Book,
    appraised: AppraisedCase,
    input_cells: InputCells,
    costs: dict[str, CostCells],
    gains: dict[str, list[GainRow]],
) -> dict[str, dict[str, Formula]]:
    """Write "Both governments"; return the net present value by alternative and country, and of both together."""
    sheet, labels = Sheet(book, "Both governments", WIDTHS), labels_of(appraised.case)
    sheet.heading("Both governments: who pays and who gains", "title")
    sheet.note("Present values at the discount rate of the appraisal; interdiction is not priced in any row.")
    sheet.note("Users' gain is divided by the residents' shares in Assumptions; what is not theirs is Mexico's.")
    sheet.row += 1
    sheet.head(["country", "party", *(labels[name] for name in costs)], ["", "", *["$"] * len(costs)])
    values: dict[str, dict[str, list[Formula]]] = {name: {country: [] for country in COUNTRIES} for name in costs}
    _governments_pay(sheet, costs, values)
    _users_gain(sheet, input_cells, gains, values)
    sheet.heading("Net present value")
    sheet.head(["whose", "", *(labels[name] for name in costs)], ["", "", *["$"] * len(costs)])
    sums = {name: {country: total(parts) for country, parts in one.items()} for name, one in values.items()}
    made: dict[str, dict[str, Formula]] = {name: {} for name in sums}
    for country in COUNTRIES:
        for column, (name, one) in enumerate(_row(sheet, country, "", sums), 2):
            made[name][country] = sheet.formula(column, one[country], "bold_usd")
        sheet.end_row()
    for column, name in enumerate(sums, 2):
        sheet.formula(column, total(list(made[name].values())), "bold_usd")
    sheet.text(0, "both countries together")
    sheet.end_row()
    return made


Values = dict[str, dict[str, list[Formula]]]
"""By alternative and country, what its parties are left with."""


def _governments_pay(sheet: Sheet, costs: dict[str, CostCells], values: Values) -> None:
    for payer, (country, party) in GOVERNMENTS.items():
        for column, (name, cost) in enumerate(_row(sheet, country, party, costs), 2):
            paid = -total([row.present_value for row in cost.rows if row.payer == payer])
            values[name][country].append(sheet.formula(column, paid))
        sheet.end_row()


def _users_gain(sheet: Sheet, input_cells: InputCells, gains: dict[str, list[GainRow]], values: Values) -> None:
    for key, party in USERS.items():
        for country in COUNTRIES:
            share = input_cells[STANDING + key] if country == COUNTRIES[0] else -input_cells[STANDING + key] + 1.0
            for column, (name, rows) in enumerate(_row(sheet, country, party, gains), 2):
                worth = total([row.present_value for row in rows if sharing_key(row.part) == key]) * share
                values[name][country].append(sheet.formula(column, worth))
            sheet.end_row()


def _row(sheet: Sheet, country: str, party: str, by_name: Mapping[str, T]) -> list[tuple[str, T]]:
    sheet.text(0, country)
    sheet.text(1, party)
    return list(by_name.items())


INDICATORS: Final = (
    "alternative", "scope", "VPN: net present value", "TIR: internal rate of return", "TRI: first-year return",
    "CAE: equal annual cost", "VPN in pesos", "CAE in pesos", "year of the TRI",
)  # fmt: skip
INDICATOR_UNITS: Final = ("", "", "$", "a year", "of what was invested", "$ a year", "MXN", "MXN a year", "study year")
SCOPES: Final[tuple[Scope, ...]] = ("binational", "Mexico")
PAYER: Final[dict[Scope, str | None]] = {"binational": None, "Mexico": "mexico"}
NO_RATE: Final = "no exchange rate"


@dataclass(frozen=True, slots=True)
class FlowCells:
    """Flows of one alternative in one scope by year."""

    cost: CellRange
    net: CellRange
    residual: CellRange
    """Value left at the end, which the cost holds with its sign turned."""

    def above(self, sheet: Sheet, words: tuple[str, Scope], base: FlowCells | None) -> FlowCells:
        """Write the flows above the situation without the project: today's port has none of them."""
        return FlowCells(
            *(
                _above(sheet, (*words, what), getattr(self, what), None if base is None else getattr(base, what))
                for what in ("cost", "net", "residual")
            )
        )


def write_mexico(
    book: Book,
    appraised: AppraisedCase,
    input_cells: InputCells,
    costs: dict[str, CostCells],
    gains: dict[str, list[GainRow]],
) -> None:
    """Write "Mexico": the indicators of a Mexican cost-benefit analysis, above the situation without the project."""
    case = appraised.case
    sheet, labels, last = Sheet(book, "Mexico", (36, 24, 24, 24, 20, 20, 20)), labels_of(case), case.appraisal.years
    base, price_year = without_project(appraised), case.appraisal.price_year
    sheet.heading("Mexico: indicators of the analisis costo-beneficio", "title")
    sheet.note(f"Situation without the project: {labels[base]}. {optimized_words(appraised)}")
    sheet.note(f"Dollars of {price_year}, and pesos beside them where Assumptions holds an exchange rate.")
    given = either(above(input_cells[PESOS], 0.0), input_cells[PESOS], NO_RATE)
    for words, value, style in (
        ("social discount rate", input_cells[SOCIAL_RATE], "share"),
        (f"exchange rate, pesos for a dollar of {price_year}", given, "number"),
    ):
        sheet.text(0, words)
        sheet.formula(1, value, style)
        sheet.end_row()
    sheet.heading("Flows by year above today's port, dollars, not discounted")
    years = [case.appraisal.base_year + year for year in range(last + 1)]
    sheet.year_head(("alternative", "scope", "what"), ("", "", ""), years)
    flows = {
        (name, scope): _flows(sheet, input_cells, (labels[name], scope), costs[name], gains[name])
        for scope in SCOPES
        for name in costs
    }
    sheet.heading("Flows by year above the situation without the project")
    nets = {
        (name, scope): flow.above(sheet, (labels[name], scope), flows.get((base, scope)))
        for (name, scope), flow in flows.items()
        if name != base
    }
    sheet.heading("Indicators at the social discount rate")
    sheet.head(INDICATORS, INDICATOR_UNITS)
    for (name, scope), flow in nets.items():
        sheet.text(0, labels[name])
        sheet.text(1, scope)
        _indicators(sheet, input_cells, flow, costs[name])
        sheet.end_row()
    sheet.page.freeze_panes(0, 3)


def _indicators(sheet: Sheet, input_cells: InputCells, flow: FlowCells, cost: CostCells) -> None:
    """Write the indicators of one alternative into the current row; the year of the TRI moves with its purchases."""
    factors, years, pesos = input_cells.discount(SOCIAL_RATE), input_cells.rows["year"], input_cells[PESOS]
    worth = sheet.formula(2, sum_product(flow.net, factors), "bold_usd")
    sheet.formula(3, rate_of_return(flow.net, flow.residual[len(years) - 1]), "share")
    first = sheet.formula(8, _first_service(cost, years[len(years) - 1]), "whole")
    invested = -sum_where(flow.net, years, "<", first)
    sheet.formula(4, quotient(sum_where(flow.net, years, "=", first), invested, "none"), "share")
    # factors of years 1 to T: an annuity that a rate of zero does not break
    equal = sheet.formula(5, sum_product(flow.cost, factors) / (sum_of(factors) - factors[0]))
    for column, usd in ((6, worth), (7, equal)):
        sheet.formula(column, either(above(pesos, 0.0), usd * pesos, NO_RATE))


def _first_service(cost: CostCells, last: Formula) -> Formula:
    """Return the first year in which anything that was ordered works; 1 for what is bought by nobody."""
    never = last + 1.0
    orders = [either(above(one.units, 0.0), one.first, never) for one in cost.purchases if one.ordered]
    first = least(*orders, never)
    return either(above(first, last), 1.0, first)


def _flows(
    sheet: Sheet, input_cells: InputCells, words: tuple[str, Scope], cost: CostCells, gains: list[GainRow]
) -> FlowCells:
    """Write costs, net flows and residual values of one alternative by year; return the cells."""
    label, scope = words
    last = len(input_cells.rows["year"]) - 1

    def gained(year: int) -> Formula:
        mine = scope == "Mexico"
        return total([row.years[year] * _mexican(input_cells, row.part) if mine else row.years[year] for row in gains])

    cells = _cells(sheet, (label, scope, "cost"), cost.by_year(last, payer=PAYER[scope]))
    net = _cells(sheet, (label, scope, "net"), [gained(year) - cells[year] for year in range(last + 1)])
    left = [-one for one in cost.by_year(last, RESIDUAL_KINDS, PAYER[scope])]
    return FlowCells(cells, net, _cells(sheet, (label, scope, "residual"), left))


def _mexican(input_cells: InputCells, part: str) -> Formula:
    return -input_cells[STANDING + sharing_key(part)] + 1.0


def _above(sheet: Sheet, words: tuple[str, str, str], flow: CellRange, base: CellRange | None) -> CellRange:
    every = [flow[year] - (0.0 if base is None else base[year]) for year in range(len(flow))]
    return _cells(sheet, words, every)


def _cells(sheet: Sheet, words: tuple[str, str, str], every: list[Formula]) -> CellRange:
    for column, text in enumerate(words):
        sheet.text(column, text)
    cells = sheet.formulas(every)
    sheet.end_row()
    return cells
