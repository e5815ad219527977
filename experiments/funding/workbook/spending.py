"""The sheet "Then-year spending": fiscal years by appropriation, in constant dollars and in those of the year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from experiments.funding.budget.spending import APPROPRIATION_WORDS, RUNNING_KINDS, SPENDING_STAGES
from experiments.funding.case import FundingCase
from experiments.funding.uncertainty.headline import FigureAtConfidence
from experiments.funding.workbook.assumptions import BUDGET_KEYS, InputCells, labels_of
from experiments.funding.workbook.costs import CostCells, PaymentRow
from experiments.funding.workbook.formulas import CellRange, Formula, sum_of, total
from experiments.funding.workbook.sheets import Book, Sheet

WIDTHS: Final = (30, 28, 18, 16, 16, 6, 6)
HEAD: Final = ("alternative", "appropriation", "for what", "all years", "")
STATED_HEAD: Final = ("alternative", "what", "planner's figure", "p50 of draws", "p80 of draws")
Stated = dict[str, dict[str, FigureAtConfidence | None]]
"""By alternative, then by what is stated."""


def write_spending(
    book: Book, case: FundingCase, input_cells: InputCells, costs: dict[str, CostCells], stated: Stated
) -> dict[str, Formula]:
    """Write "Then-year spending" and return the then-year total of every alternative, without contingency."""
    sheet, labels = Sheet(book, "Then-year spending", WIDTHS), labels_of(case)
    fiscal_years = case.budget.fiscal_years(case.appraisal.base_year, case.appraisal.years)
    sheet.heading("Spending by fiscal year and appropriation", "title")
    sheet.note("Orders, replacements and removals fall in the fiscal year in which their study year begins.")
    sheet.note("Residual values are no spending. The contingency is a share of all that is bought once.")
    made: dict[str, Formula] = {}
    for name, cost in costs.items():
        sheet.heading(labels[name])
        sheet.year_head(HEAD, ("", "", "", "$", ""), fiscal_years)
        constant = _constant(sheet, case, labels[name], cost, len(fiscal_years))
        made[name] = _then_year(sheet, input_cells, labels[name], constant)
    if any(one is not None for every in stated.values() for one in every.values()):
        sheet.heading("At a stated confidence: values of draws, which hold overruns and so no contingency")
        sheet.head(STATED_HEAD, ("", "", "$", "$", "$"))
        for name, every in stated.items():
            for words, one in every.items():
                if one is not None:
                    sheet.text(0, labels[name])
                    sheet.text(1, words)
                    for column, usd in enumerate((one.planned, one.p50.value, one.p80.value), 2):
                        sheet.number(column, usd, "usd")
                    sheet.end_row()
    sheet.page.freeze_panes(0, 3)
    return made


def _constant(
    sheet: Sheet, case: FundingCase, label: str, cost: CostCells, n_fiscal: int
) -> list[tuple[str, str, CellRange]]:
    """Write constant dollars by appropriation and stage; return what each row is and its cells."""
    months = case.budget.month_shares()
    written: list[tuple[str, str, CellRange]] = []
    for money, words in APPROPRIATION_WORDS.items():
        for stage in SPENDING_STAGES:
            rows = [row for row in cost.rows if (row.appropriation, row.stage) == (money, stage)]
            if not rows:
                continue
            cells = _row(sheet, (label, words, f"{stage}, constant"), _by_fiscal_year(rows, months, n_fiscal))
            written.append((words, stage, cells))
    return written


def _by_fiscal_year(rows: Sequence[PaymentRow], months: Sequence[float], n_fiscal: int) -> list[Formula]:
    """Return the sum of rows by study year as sums by fiscal year: the months of a study year fall in one or two."""
    sums = []
    for place in range(n_fiscal):
        parts = [
            row.years[place - late] if share == 1.0 else row.years[place - late] * share
            for row in rows
            if row.years is not None
            for late, share in enumerate(months if row.kind in RUNNING_KINDS else (1.0,))
            if 0 <= place - late < len(row.years)
        ]
        sums.append(total(parts))
    return sums


def _then_year(
    sheet: Sheet, input_cells: InputCells, label: str, constant: list[tuple[str, str, CellRange]]
) -> Formula:
    """Write the same rows in dollars of their year, the contingency, and totals; return the total without it."""
    index, spare = input_cells.rows["then_year"], input_cells[BUDGET_KEYS[1]]
    rows = {}
    for words, stage, cells in constant:
        every = [cells[place] * index[place] for place in range(len(index))]
        rows[words, stage] = _row(sheet, (label, words, f"{stage}, then-year"), every)
    bought = [cells for (_, stage), cells in rows.items() if stage == "acquisition"]
    every = [total([cells[place] for cells in rows.values()]) for place in range(len(index))]
    whole = _row(sheet, (label, "all appropriations", "then-year"), every, "bold_usd")
    every = [total([cells[place] for cells in bought]) * spare for place in range(len(index))]
    more = _row(sheet, (label, "contingency", "then-year"), every)
    _row(sheet, (label, "with contingency", "then-year"), [whole[p] + more[p] for p in range(len(index))], "bold_usd")
    return sum_of(whole)


def _row(sheet: Sheet, words: Sequence[str], every: list[Formula], style: str = "usd") -> CellRange:
    for column, text in enumerate(words):
        sheet.text(column, text)
    cells = sheet.formulas(every, style)
    sheet.formula(3, sum_of(cells), style)
    sheet.end_row()
    return cells
