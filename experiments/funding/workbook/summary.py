"""The sheets "By year", "Summary" and "Sensitivities": net present value, ratios and break-even."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from experiments.economics.appraisal import PresentWorth
from experiments.economics.costs import COST_KINDS, INITIAL_COST_KINDS
from experiments.economics.discounting import annuity
from experiments.funding.budget.benefit_items import PART_WORDS
from experiments.funding.case import FundingCase
from experiments.funding.workbook.assumptions import EXCESS_BURDEN, LOAD, RATE, InputCells, labels_of
from experiments.funding.workbook.costs import CostCells
from experiments.funding.workbook.demand import DemandCells
from experiments.funding.workbook.formulas import CellRange, Formula, above, either, quotient, sum_product, total
from experiments.funding.workbook.gains import GainRow, gain_by_year
from experiments.funding.workbook.sheets import Book, Sheet

RESIDUAL: Final = ("residual",)
SPENT: Final = tuple(kind for kind in COST_KINDS if kind not in RESIDUAL)
YEAR_WIDTHS: Final = (30, 34, 12, 6, 6, 6, 6)
WIDTHS: Final = (32, *(18,) * 11)


@dataclass(frozen=True, slots=True)
class YearlyFlows:
    """Rows of one alternative on the sheet "By year", dollars not discounted."""

    capital: CellRange
    spent: CellRange
    """All spending, without residual values."""
    residual: CellRange
    """Below zero, in the last year."""
    gain: CellRange
    loads: CellRange
    net: CellRange
    """Gain less spending and residual, with loads at the user's value if there is one."""


def write_by_year(
    book: Book,
    case: FundingCase,
    inputs: tuple[InputCells, DemandCells],
    costs: dict[str, CostCells],
    gains: dict[str, list[GainRow]],
) -> dict[str, YearlyFlows]:
    """Write "By year" and return its rows by alternative."""
    input_cells, demand = inputs
    sheet, last, labels = Sheet(book, "By year", YEAR_WIDTHS), case.appraisal.years, labels_of(case)
    sheet.heading("Costs and gains by year, above the baseline, not discounted", "title")
    sheet.year_head(
        ("alternative", "what", "unit"), ("", "", ""), [case.appraisal.base_year + year for year in range(last + 1)], ""
    )
    made = {}

    def row(label: str, what: str, unit: str, every: list[Formula]) -> CellRange:
        for column, text in enumerate((label, what, unit)):
            sheet.text(column, text)
        cells = sheet.formulas(every)
        sheet.end_row()
        return cells

    for name, cost in costs.items():
        label, share = labels[name], demand.service[name]
        capital = row(label, "initial capital", "$", cost.by_year(last, INITIAL_COST_KINDS))
        spent = row(label, "all spending", "$", cost.by_year(last, SPENT))
        residual = row(label, "residual value, below zero", "$", cost.by_year(last, RESIDUAL))
        gain = row(label, "users' gain", "$", gain_by_year(gains[name], last))
        loads = row(
            label, "more loads interdicted", "loads", [demand.loads[name][t] * share[t] for t in range(last + 1)]
        )
        every = [gain[t] - spent[t] - residual[t] + input_cells[LOAD] * loads[t] for t in range(last + 1)]
        made[name] = YearlyFlows(capital, spent, residual, gain, loads, row(label, "net", "$", every))
    sheet.page.freeze_panes(0, 3)
    return made


@dataclass(frozen=True, slots=True)
class SummaryCells:
    """What the summary says of one alternative."""

    npv: Formula
    dot_ratio: Formula
    life_cycle_ratio: Formula
    break_even: Formula


SUMMARY_HEAD: Final = (
    "alternative", "initial capital", "life-cycle cost", "users' gain", "net present value", "benefit-cost ratio, DOT",
    "benefit-cost ratio, life cycle", "more loads, discounted", "break-even value of a load", "equal net gain a year",
    "net present value on the page", "difference from the page",
)  # fmt: skip
SUMMARY_UNITS: Final = ("", *("$, discounted",) * 4, "ratio", "ratio", "loads", "$ a load", "$ a year", "$", "$")


def write_summary(
    book: Book,
    case: FundingCase,
    input_cells: InputCells,
    flows: dict[str, YearlyFlows],
    worths: Mapping[str, PresentWorth],
) -> dict[str, SummaryCells]:
    """Write "Summary" at the appraisal's own rate; ``worths`` are the page's, which stand beside the formulas'."""
    sheet, labels, years = Sheet(book, "Summary", WIDTHS), labels_of(case), case.appraisal.years
    sheet.heading("Summary at the discount rate of the appraisal", "title")
    sheet.text(0, "discount rate")
    sheet.formula(1, input_cells[RATE], "share")
    sheet.end_row()
    sheet.note(f"Dollars of {case.appraisal.price_year}, above the baseline {labels[case.study.baseline]}.")
    sheet.note("An empty value of a load prices no interdiction; the break-even value stands instead.")
    sheet.note("The difference from the page is zero until an input is changed.")
    sheet.row += 1
    sheet.head(SUMMARY_HEAD, SUMMARY_UNITS)
    made = {}
    for name, flow in flows.items():
        factors, price = input_cells.discount(), input_cells[LOAD]
        sheet.text(0, labels[name])
        capital = sheet.formula(1, sum_product(flow.capital, factors))
        cost = sheet.formula(2, sum_product(flow.spent, factors) + sum_product(flow.residual, factors))
        gain = sheet.formula(3, sum_product(flow.gain, factors))
        npv = sheet.formula(4, sum_product(flow.net, factors), "bold_usd")
        ratio = quotient(npv + capital, capital, "undefined")
        dot = sheet.formula(5, ratio, "number")
        # the order of columns is that of readers; loads come before what is divided by them
        loads = sheet.formula(7, sum_product(flow.loads, factors), "number")
        life = sheet.formula(6, quotient(gain + price * loads, cost, "undefined"), "number")
        even = sheet.formula(8, quotient(cost - gain, loads, "none"))
        sheet.formula(9, npv / _annuity(input_cells[RATE], years))
        page = sheet.number(10, worths[name].npv(case.appraisal.interdiction_usd_per_load), "usd")
        sheet.formula(11, npv - page)
        sheet.end_row()
        made[name] = SummaryCells(npv, dot, life, even)
    return made


def _annuity(rate: Formula, years: int) -> Formula:
    """Return the present value of 1 a year in years 1 to T; a rate of zero gives T."""
    growth = (rate + 1.0) ** -float(years)
    some = Formula(f"((1-{growth.text})/{rate.text})", annuity(rate.number, years))
    return either(above(rate, 0.0), some, float(years))


def write_parts(book: Book, case: FundingCase, gains: dict[str, list[GainRow]]) -> None:
    """Write "Gains by part": the present value of users' gain by what it consists of."""
    sheet, labels = Sheet(book, "Gains by part", WIDTHS), labels_of(case)
    parts = [part for part in PART_WORDS if any(row.part == part for rows in gains.values() for row in rows)]
    sheet.heading("Users' gain by part, present value", "title")
    sheet.head(["alternative", *(PART_WORDS[part] for part in parts)], ["", *["$"] * len(parts)])
    for name, rows in gains.items():
        sheet.text(0, labels[name])
        for column, part in enumerate(parts, 1):
            sheet.formula(column, total([row.present_value for row in rows if row.part == part]))
        sheet.end_row()


SHIFTS: Final = (
    ("as appraised", 1.0, 1.0, 1.0),
    ("spending 25% higher", 1.25, 1.0, 1.0),
    ("spending 25% lower", 0.75, 1.0, 1.0),
    ("users' gain 25% higher", 1.0, 1.0, 1.25),
    ("users' gain 25% lower", 1.0, 1.0, 0.75),
    ("no residual value", 1.0, 0.0, 1.0),
)
"""What is changed, and the factors on spending, residual value and users' gain."""


def write_sensitivities(book: Book, case: FundingCase, input_cells: InputCells, flows: dict[str, YearlyFlows]) -> None:
    """Write "Sensitivities": other discount rates, and factors on costs and gains, as Circular A-94 asks for."""
    sheet, labels = Sheet(book, "Sensitivities", (58, *WIDTHS[1:])), labels_of(case)
    sheet.heading("Sensitivities of Circular A-94", "title")
    sheet.note("Every row at its own discount rate; factors are inputs.")
    sheet.row += 1
    each = [text for name in flows for text in (f"{labels[name]}: net present value", f"{labels[name]}: break-even")]
    sheet.head(
        [
            "what is changed",
            "discount rate",
            "factor on spending",
            "factor on residual value",
            "factor on users' gain",
            *each,
        ],
        ["", "a year", "x", "x", "x", *["$", "$ a load"] * len(flows)],
    )
    others = [(f"discount rate: {key}", key, (1.0, 1.0, 1.0)) for key in input_cells.rate_keys() if key != RATE]
    burden = ("excess burden of taxes, Circular A-94 section 11", RATE, (EXCESS_BURDEN, EXCESS_BURDEN, 1.0))
    for words, key, factors in [burden, *((text, RATE, tuple(by)) for text, *by in SHIFTS), *others]:
        sheet.text(0, words)
        sheet.formula(1, input_cells[key], "share")
        spent, left, gained = (
            sheet.formula(place, input_cells[factor] + 1.0, "number")
            if isinstance(factor, str)
            else sheet.number(place, factor)
            for place, factor in enumerate(factors, 2)
        )
        for place, flow in enumerate(flows.values()):
            at = input_cells.discount(key)
            cost = sum_product(flow.spent, at) * spent + sum_product(flow.residual, at) * left
            gain, loads = sum_product(flow.gain, at) * gained, sum_product(flow.loads, at)
            sheet.formula(5 + 2 * place, gain - cost + input_cells[LOAD] * loads)
            sheet.formula(6 + 2 * place, quotient(cost - gain, loads, "none"))
        sheet.end_row()
    sheet.page.freeze_panes(0, 1)
