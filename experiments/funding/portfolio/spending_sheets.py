"""Sheets over fiscal years of a portfolio's workbook: spending of options and of the chosen set, appropriations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from xlsxwriter.utility import xl_range_abs

from experiments.economics.budget_terms import then_year_factor
from experiments.funding.portfolio.carry_over import carry_over_words
from experiments.funding.portfolio.results import PortfolioResults
from experiments.funding.workbook.formulas import CellRange, Formula, as_formula, greatest, least, sum_of
from experiments.funding.workbook.sheets import FIRST_YEAR, Book, Sheet
from sim.arrays import FloatArray

LEDGER: Final = {
    "granted": "new money",
    "spent": "spent by the chosen set",
    "gone": "spent or lapsed so far",
    "kept": "carried over",
    "lapsed": "lapsed",
    "lacking": "spent above what there is",
}
"""Rows of an appropriation."""
YEAR_WIDTHS: Final = (34, 30, 24, 19, 6, 6, 6)
Purses = Mapping[str, str]
"""Words of the payer's whole budget, under "", and of every appropriation."""


@dataclass(frozen=True, slots=True)
class ColumnRange:
    """Cells below each other in one column of a sheet."""

    sheet: str
    row: int
    column: int
    numbers: FloatArray

    @property
    def text(self) -> str:
        """The cells as formulas name them."""
        return f"'{self.sheet}'!{xl_range_abs(self.row, self.column, self.row + len(self.numbers) - 1, self.column)}"

    def part(self, first: int, last: int) -> ColumnRange:
        """Return the cells from the ``first`` to before the ``last``."""
        return ColumnRange(self.sheet, self.row + first, self.column, self.numbers[first:last])


def sum_chosen(flags: ColumnRange, amounts: ColumnRange) -> Formula:
    """Return the sum of amounts of what is chosen."""
    return Formula(f"SUMPRODUCT({flags.text},{amounts.text})", float(flags.numbers @ amounts.numbers))


def write_spending_of_options(book: Book, portfolio: PortfolioResults, purses: Purses) -> dict[str, list[ColumnRange]]:
    """Write "Spending of options" and return by purse, the payer's whole budget being "", a column a fiscal year."""
    sheet, made = Sheet(book, "Spending of options", YEAR_WIDTHS), dict[str, list[ColumnRange]]()
    sheet.heading("Spending of every option by fiscal year, not discounted", "title")
    sheet.note("Orders fall into the fiscal year in which they are placed, running costs on the months of their year.")
    sheet.note(f"Dollars of {portfolio.plan.price_year}.")
    sheet.year_head(("port", "option", "who or what pays", "all years"), ("", "", "", "$"), portfolio.fiscal_years)
    sheet.page.freeze_panes(sheet.row, 4)
    for purse, words in purses.items():
        first = sheet.row
        amounts = np.array([one.by_appropriation[purse] if purse else one.spend_usd for one in portfolio.options])
        for option, by_year in zip(portfolio.options, amounts, strict=True):
            for column, text in enumerate((option.port, f"{option.name}{option.begin_words}", words)):
                sheet.text(column, text)
            for year, usd in enumerate(by_year.tolist()):
                sheet.number(FIRST_YEAR + year, usd, "usd")
            sheet.formula(3, sum_of(CellRange(sheet.title, sheet.row, FIRST_YEAR, by_year)))
            sheet.end_row()
        made[purse] = [ColumnRange(sheet.title, first, FIRST_YEAR + y, of) for y, of in enumerate(amounts.T)]
        sheet.end_row()
    return made


def write_spending_of_set(
    book: Book,
    portfolio: PortfolioResults,
    purses: Purses,
    flags: ColumnRange,
    of_options: Mapping[str, Sequence[ColumnRange]],
) -> dict[str, CellRange]:
    """Write "Spending" and return the chosen set's by fiscal year, by purse."""
    sheet, plan = Sheet(book, "Spending", YEAR_WIDTHS), portfolio.plan
    years = range(len(portfolio.fiscal_years))
    sheet.heading("Spending of the chosen set by fiscal year", "title")
    sheet.note("Not discounted; residual values are no spending. Planner's figures, without contingency.")
    sheet.row += 1
    sheet.year_head(("who or what pays", "", "dollars", "all years"), ("", "", "", "$"), portfolio.fiscal_years)
    made = {
        purse: _year_row(
            sheet, (words, "", f"of {plan.price_year}"), [sum_chosen(flags, column) for column in of_options[purse]]
        )
        for purse, words in purses.items()
    }
    if plan.yearly_usd is not None:
        sheet.text(0, "budget of every year")
        limit = sheet.inputs([plan.yearly_usd for _ in years])
        sheet.end_row()
        _year_row(sheet, ("left of it", "", f"of {plan.price_year}"), [limit[year] - made[""][year] for year in years])
    case = portfolio.ports[0].asked
    rate = case.budget.inflation_share_per_y
    factors = [then_year_factor(year, plan.price_year, case.deflator, rate) for year in portfolio.fiscal_years]
    sheet.text(0, f"then-year dollars for one of {plan.price_year}")
    index = sheet.inputs(factors)
    sheet.end_row()
    for purse, words in purses.items():
        _year_row(sheet, (words, "", "then-year"), [made[purse][year] * index[year] for year in years])
    sheet.page.freeze_panes(0, 3)
    return made


def _year_row(sheet: Sheet, words: Sequence[str], every: Sequence[Formula]) -> CellRange:
    """Write a row over fiscal years with its sum and return the years' cells."""
    for column, text in enumerate(words):
        sheet.text(column, text)
    cells = sheet.formulas(every)
    sheet.formula(3, sum_of(cells))
    sheet.end_row()
    return cells


def write_appropriations(
    book: Book, portfolio: PortfolioResults, purses: Purses, spent: Mapping[str, CellRange]
) -> None:
    """Write "Appropriations": a ledger each, where the plan has any."""
    plan, years = portfolio.plan, len(portfolio.fiscal_years)
    if not plan.appropriations:
        return
    sheet = Sheet(book, "Appropriations", YEAR_WIDTHS)
    sheet.heading("Appropriations of the chosen set", "title")
    sheet.note("The oldest money is spent first; what may no longer be spent lapses at the end of its year.")
    sheet.note("A set keeps an appropriation if nothing is spent above what there is.")
    for name, one in plan.appropriations.items():
        sheet.heading(f"{purses[name]}: what is granted {carry_over_words(one.carry_over_y)}")
        sheet.year_head(("", "", "dollars", "all years"), ("", "", "", "$"), portfolio.fiscal_years)
        sheet.text(0, LEDGER["granted"])
        sheet.text(2, f"of {plan.price_year}")
        granted = sheet.inputs(one.granted(years - 1))
        sheet.formula(3, sum_of(granted))
        sheet.end_row()
        _ledger(sheet, granted, spent[name], one.carry_over_y)


def _ledger(sheet: Sheet, granted: CellRange, spent: CellRange, carry_over_y: int | None) -> None:
    """Write what is spent, carried over, lapsed and lacking, as `carried_ledger` has it.

    The oldest money goes first, so that what is gone, spent or lapsed, is at all times what was granted first. At the
    end of a year nothing is left of grants that are ``carry_over_y`` years old.
    """
    years = range(len(granted))
    rows: dict[str, list[Formula]] = {key: [] for key in ("kept", "lapsed", "lacking")}
    _words(sheet, "spent")
    here = sheet.formulas([spent[year] for year in years])
    sheet.formula(3, sum_of(here))
    sheet.end_row()
    _words(sheet, "gone")
    before = as_formula(0.0)
    for year in years:
        granted_so_far = sum_of(granted.upto(year))
        paid = least(here[year], granted_so_far - before)
        gone = before + paid
        if carry_over_y is not None and year >= carry_over_y:
            gone = greatest(gone, sum_of(granted.upto(year - carry_over_y)))
        cell = sheet.formula(FIRST_YEAR + year, gone)
        rows["kept"].append(granted_so_far - cell)
        rows["lapsed"].append(cell - before - paid)
        rows["lacking"].append(here[year] - paid)
        before = cell
    sheet.end_row()
    for key, every in rows.items():
        _words(sheet, key)
        cells = sheet.formulas(every)
        if key != "kept":
            sheet.formula(3, sum_of(cells))
        sheet.end_row()


def _words(sheet: Sheet, key: str) -> None:
    sheet.text(0, LEDGER[key])
