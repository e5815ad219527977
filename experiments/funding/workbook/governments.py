"""The sheets "Both governments" and "Mexico": who pays and gains by country, and the Mexican indicators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from experiments.economics.discounting import annuity
from experiments.funding.budget.mexican_appraisal import (
    Scope,
    exchange_words,
    first_service_year,
    optimized_words,
    without_project,
)
from experiments.funding.budget.standing import COUNTRIES, GOVERNMENTS, USERS, sharing_key
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.workbook.assumptions import PESOS, SOCIAL_RATE, InputCells, labels_of
from experiments.funding.workbook.costs import CostCells
from experiments.funding.workbook.formulas import (
    CellRange,
    Formula,
    quotient,
    rate_of_return,
    sum_of,
    sum_product,
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
    "CAE: equal annual cost", "year of the TRI",
)  # fmt: skip
SCOPES: Final[tuple[Scope, ...]] = ("binational", "Mexico")
PAYER: Final[dict[Scope, str | None]] = {"binational": None, "Mexico": "mexico"}


def write_mexico(
    book: Book,
    appraised: AppraisedCase,
    input_cells: InputCells,
    costs: dict[str, CostCells],
    gains: dict[str, list[GainRow]],
) -> None:
    """Write "Mexico": the indicators of a Mexican cost-benefit analysis, above the situation without the project."""
    case = appraised.case
    sheet, labels, last = Sheet(book, "Mexico", (36, 24, 24, 8, 8, 8, 8)), labels_of(case), case.appraisal.years
    base = without_project(appraised)
    money = "$" if case.budget.mexico.exchange_rate_mxn_per_usd is None else "MXN"
    sheet.heading("Mexico: indicators of the analisis costo-beneficio", "title")
    sheet.note(f"Situation without the project: {labels[base]}. {optimized_words(appraised)}")
    sheet.note(exchange_words(appraised))
    sheet.heading("Flows by year above today's port, dollars, not discounted")
    sheet.year_head(
        ("alternative", "scope", "what"), ("", "", ""), [case.appraisal.base_year + year for year in range(last + 1)]
    )
    flows = {
        (name, scope): _flows(
            sheet, input_cells, (labels[name], scope), costs[name].by_year(last, payer=PAYER[scope]), gains[name]
        )
        for scope in SCOPES
        for name in costs
    }
    sheet.heading("Flows by year above the situation without the project")
    nets = {
        (name, scope): tuple(
            _above(sheet, (labels[name], scope, what), flows[name, scope][place], flows.get((base, scope)), place)
            for place, what in enumerate(("cost", "net"))
        )
        for scope in SCOPES
        for name in costs
        if name != base
    }
    sheet.heading("Indicators at the social discount rate")
    sheet.head(INDICATORS, ("", "", money, "a year", "of what was invested", f"{money} a year", "study year"))
    factors, rate = input_cells.discount(SOCIAL_RATE), input_cells[SOCIAL_RATE]
    change = input_cells[PESOS] if money == "MXN" else 1.0
    for (name, scope), (cost, net) in nets.items():
        first = first_service_year(appraised, name)
        sheet.text(0, labels[name])
        sheet.text(1, scope)
        sheet.formula(2, sum_product(net, factors) * change, "bold_usd")
        sheet.formula(3, rate_of_return(net), "share")
        invested = -sum_of(net.upto(first - 1))
        sheet.formula(4, quotient(net[first], invested, "none"), "share")
        per_year = Formula(f"((1-({rate.text}+1)^-{last})/{rate.text})", annuity(rate.number, last))
        sheet.formula(5, sum_product(cost, factors) * change / per_year)
        sheet.number(6, float(first), "whole")
        sheet.end_row()
    sheet.page.freeze_panes(0, 3)


def _flows(
    sheet: Sheet, input_cells: InputCells, words: tuple[str, Scope], paid: list[Formula], gains: list[GainRow]
) -> tuple[CellRange, CellRange]:
    """Write costs and net flows of one alternative by year; return the cells."""
    label, scope = words

    def gained(year: int) -> Formula:
        mine = scope == "Mexico"
        return total([row.years[year] * _mexican(input_cells, row.part) if mine else row.years[year] for row in gains])

    cells = _cells(sheet, (label, scope, "cost"), paid)
    return cells, _cells(sheet, (label, scope, "net"), [gained(year) - cells[year] for year in range(len(paid))])


def _mexican(input_cells: InputCells, part: str) -> Formula:
    return -input_cells[STANDING + sharing_key(part)] + 1.0


def _above(
    sheet: Sheet, words: tuple[str, str, str], flow: CellRange, base: tuple[CellRange, CellRange] | None, place: int
) -> CellRange:
    """Write one alternative's flow above the situation without the project: today's port has none of its flow."""
    other = None if base is None else base[place]
    every = [flow[year] - (0.0 if other is None else other[year]) for year in range(len(flow))]
    return _cells(sheet, words, every)


def _cells(sheet: Sheet, words: tuple[str, str, str], every: list[Formula]) -> CellRange:
    for column, text in enumerate(words):
        sheet.text(column, text)
    cells = sheet.formulas(every)
    sheet.end_row()
    return cells
