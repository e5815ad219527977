"""A portfolio -> ``portfolio.xlsx``: the chosen set with live sums, so that another set can be put in its place.

A 1 stands beside every option that is chosen; whoever moves it sees what another set costs, spends by fiscal year and
brings, and which limit it breaks. What an option comes to is the page's figure: it is no formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from experiments.files import OutputFolder
from experiments.funding.exhibits.choice import PAYERS
from experiments.funding.exhibits.elements import plain_name
from experiments.funding.portfolio.best_set import break_even_usd
from experiments.funding.portfolio.integer_program import PortfolioOption
from experiments.funding.portfolio.results import PortfolioResults
from experiments.funding.portfolio.spending_sheets import (
    ColumnRange,
    sum_chosen,
    write_appropriations,
    write_spending_of_options,
    write_spending_of_set,
)
from experiments.funding.report.portfolio_text import bought_units_words
from experiments.funding.workbook.formulas import Formula, above, both, either, total
from experiments.funding.workbook.sheets import Book, Sheet

PORTFOLIO_WORKBOOK: Final = "portfolio.xlsx"
SHEETS: Final = (
    ("Options", "what can be chosen at each port; a 1 is what is chosen, change it to try another set"),
    ("Plan", "the chosen option of each port, net value, and the total against its budget"),
    ("Spending of options", "what every option spends by fiscal year, in all and from each appropriation"),
    ("Spending", "the chosen set's by fiscal year, in constant and then-year dollars"),
    ("Appropriations", "what each appropriation is granted, pays, carries over and loses"),
    ("Packages", "alternatives of one port together: what was simulated, where packages were made"),
)
OPTION_HEAD: Final = {
    "port": "",
    "option": "",
    "chosen": "1 or 0",
    "buys": "",
    "ordered in fiscal year": "",
    "initial spending": "$",
    "life-cycle cost": "$, discounted",
    "net present value, loads not priced": "$, discounted",
    "more loads": "loads, discounted",
    "net value with loads": "$, discounted",
    "wait against the port's limit": "min or %",
    "wait limit": "min or %",
    "net present value, low": "$, 5% of draws",
    "net present value, high": "$, 95% of draws",
    "in the best set": "of draws",
}
"""Columns of "Options" and their units."""
FIGURES: Final = {"initial_usd": 5, "cost_usd": 6, "npv0_usd": 7, "loads": 8}
"""Field of an option -> its column on "Options"."""
CHOSEN, WITH_LOADS = 2, 9
PLAN_HEAD: Final = {
    "port": "",
    "chosen option": "",
    "options chosen": "must be 1",
    "initial spending": "$",
    "life-cycle cost": "$, discounted",
    "net present value, loads not priced": "$, discounted",
    "more loads": "loads, discounted",
    "net value with loads": "$, discounted",
}
WIDTHS: Final = (34, 30, 10, 44, 14, *(19,) * 10)


def write_portfolio_workbook(out: OutputFolder, portfolio: PortfolioResults) -> Path:
    """Write ``portfolio.xlsx`` and return its path; the portfolio bears its labels."""
    with out.file(PORTFOLIO_WORKBOOK) as path:
        book = Book(path)
        _contents(book, portfolio)
        cells = _options(book, portfolio)
        _plan(book, portfolio, cells)
        purses = _purses(portfolio)
        of_options = write_spending_of_options(book, portfolio, purses)
        spent = write_spending_of_set(book, portfolio, purses, cells.flags, of_options)
        write_appropriations(book, portfolio, purses, spent)
        _packages(book, portfolio)
        book.close()
    return out.folder / PORTFOLIO_WORKBOOK


@dataclass(frozen=True, slots=True)
class OptionCells:
    """Where "Options" holds what other sheets add up."""

    flags: ColumnRange
    figures: dict[int, ColumnRange]
    """By column."""


def _contents(book: Book, portfolio: PortfolioResults) -> None:
    sheet, plan, case = Sheet(book, "Contents", (24, 110)), portfolio.plan, portfolio.ports[0].asked
    sheet.heading("Throughgate: workbook of a portfolio", "title")
    solved = portfolio.chosen.solved
    facts = (
        ("command", f"throughgate fund {' '.join(portfolio.overrides)}".strip()),
        ("sought", "most loads" if plan.objective == "loads" else "highest net present value"),
        ("dollars", f"of {plan.price_year}, unless a row says then-year"),
        ("discount rate", f"{100.0 * portfolio.appraisal.discount_rate:g}% a year"),
        ("simulation", f"seed {case.study.seed}, {case.study.replications} replications of each year"),
        ("solver", f"HiGHS; the set is {'' if solved.proven else 'not '}proved to be the best"),
    )
    for words, text in facts:
        sheet.text(0, words)
        sheet.text(1, text)
        sheet.end_row()
    sheet.note("Planner's figures, central inputs. Another choice is tried in Options: move a 1 within its port.")
    sheet.row += 1
    sheet.head(("sheet", "what it holds"), ("", ""))
    absent = {"Appropriations": not plan.appropriations, "Packages": portfolio.packages.empty}
    for title, words in SHEETS:
        if absent.get(title):
            continue
        sheet.text(0, title)
        sheet.text(1, words)
        sheet.end_row()


def _options(book: Book, portfolio: PortfolioResults) -> OptionCells:
    """Write "Options", one row an option, ports after each other."""
    sheet = Sheet(book, "Options", WIDTHS)
    sheet.heading("Options of every port, and what is chosen", "title")
    sheet.text(0, "value of an interdicted load, $; empty: not priced")
    load = sheet.number(CHOSEN, portfolio.plan.usd_per_load)
    sheet.end_row()
    sheet.note("Low and high: 5th and 95th percentile of draws of uncertain inputs. Exactly one option at each port.")
    sheet.row += 1
    sheet.head(list(OPTION_HEAD), list(OPTION_HEAD.values()))
    first, chosen = sheet.row, set(portfolio.chosen.solved.chosen)
    rows = zip(portfolio.options, portfolio.chosen.options.to_dict("records"), strict=True)
    drawn = portfolio.draws.options.to_dict("records")
    for place, (option, row) in enumerate(rows):
        _option_row(sheet, portfolio, option, load, chosen=place in chosen)
        limit, held = row["wait_limit"], portfolio.plan.ports[option.port].wait_limit
        if held is not None and limit is not None:
            sheet.number(10, option.wait_counted, "number")
            sheet.number(11, float(limit), "number")
        for column, key, look in ((12, "npv0_usd_p5", "usd"), (13, "npv0_usd_p95", "usd"), (14, "share_best", "share")):
            sheet.number(column, float(drawn[place][key]), look)
        sheet.end_row()
    sheet.page.freeze_panes(first, 3)
    options = portfolio.options

    def below(at: int, values: Sequence[float]) -> ColumnRange:
        return ColumnRange(sheet.title, first, at, np.asarray(values, np.float64))

    figures = {at: below(at, [getattr(one, field) for one in options]) for field, at in FIGURES.items()}
    figures[WITH_LOADS] = below(WITH_LOADS, [one.npv0_usd + load.number * one.loads for one in options])
    flags = below(CHOSEN, [float(place in chosen) for place in range(len(options))])
    return OptionCells(flags, figures)


def _option_row(
    sheet: Sheet, portfolio: PortfolioResults, option: PortfolioOption, load: Formula, *, chosen: bool
) -> None:
    years = portfolio.fiscal_years
    orders = [years[option.start_y], *([years[option.final_y]] if option.first_phase else [])]
    name = f"{option.name}, {option.first_phase} first" if option.first_phase else option.name
    sheet.text(0, option.port)
    sheet.text(1, name)
    sheet.number(CHOSEN, float(chosen))
    sheet.text(3, bought_units_words(portfolio, option) or "nothing", "wrapped")
    sheet.text(4, "never" if option.as_it_is else " and ".join(map(str, orders)))
    cells = {
        field: sheet.number(at, float(getattr(option, field)), "number" if field == "loads" else "usd")
        for field, at in FIGURES.items()
    }
    sheet.formula(WITH_LOADS, cells["npv0_usd"] + load * cells["loads"])


def _plan(book: Book, portfolio: PortfolioResults, cells: OptionCells) -> None:
    """Write "Plan": a row a port, the total, its budget, and what a load must be worth."""
    sheet, columns = Sheet(book, "Plan", (34, 34, 12, *(19,) * 6)), [*FIGURES.values(), WITH_LOADS]
    sheet.heading("The chosen set", "title")
    sheet.note("Every sum is of the options that bear a 1 in Options. Wait limits stand there; units and rules do not.")
    sheet.row += 1
    sheet.head(list(PLAN_HEAD), list(PLAN_HEAD.values()))
    made: dict[int, list[Formula]] = {at: [] for at in columns}
    for port in portfolio.ports:
        places = [place for place, one in enumerate(portfolio.options) if one.port == port.name]
        span = places[0], places[-1] + 1
        flags = cells.flags.part(*span)
        names = ColumnRange("Options", flags.row, 1, flags.numbers).text
        now = portfolio.own(port.name)
        shown = f"{now.name}, {now.first_phase} first" if now.first_phase else now.name
        sheet.text(0, port.name)
        sheet.formula(1, Formula(f'IFERROR(INDEX({names},MATCH(1,{flags.text},0)),"none")', shown), "text")
        sheet.formula(2, Formula(f"SUM({flags.text})", float(flags.numbers.sum())), "whole")
        for place, at in enumerate(columns, 3):
            look = "number" if at == FIGURES["loads"] else "usd"
            made[at].append(sheet.formula(place, sum_chosen(flags, cells.figures[at].part(*span)), look))
        sheet.end_row()
    sheet.text(0, "all ports")
    sums = {at: sheet.formula(place, total(made[at]), "bold_usd") for place, at in enumerate(columns, 3)}
    sheet.end_row()
    ends = [portfolio.drawn(key) for key in ("spend_usd", "cost_usd", "npv0_usd", "loads")]
    for words, place in (("5% of draws, the set of the run", 0), ("95% of draws, the set of the run", 1)):
        sheet.text(0, words)
        for at, pair in enumerate(ends, 3):
            sheet.number(at, pair[place], "number")
        sheet.end_row()
    _against_limits(sheet, portfolio, sums)


def _against_limits(sheet: Sheet, portfolio: PortfolioResults, sums: dict[int, Formula]) -> None:
    """Write the total budget, the break-even, and the page's own totals beside the sums."""
    spent, npv0, loads = (sums[FIGURES[field]] for field in ("initial_usd", "npv0_usd", "loads"))
    budget = portfolio.plan.budget_usd
    sheet.heading("Against the total budget, and what a load must be worth")
    if budget is not None:
        sheet.text(0, "total budget, $")
        limit = sheet.number(3, budget)
        sheet.end_row()
        sheet.text(0, "left of it, $; below zero: above the budget")
        sheet.formula(3, limit - spent, "bold_usd")
        sheet.end_row()
    sheet.text(0, "pays if a load is worth at least, $")
    value = break_even_usd(npv0.number, loads.number)
    even = Formula(f"(-{npv0.text}/{loads.text})", 0.0 if np.isnan(value) else value)
    pays = both(above(0.0, npv0), above(loads, 0.0))
    sheet.formula(3, either(pays, even, either(above(0.0, npv0), "no value would do", "pays for itself")), "usd")
    sheet.end_row()
    for words, now, field in (("initial spending", spent, "initial_usd"), ("net present value", npv0, "npv0_usd")):
        sheet.text(0, f"{words} on the page, $, and the difference from it")
        page = sheet.number(3, float(sum(getattr(one, field) for one in portfolio.best_set)), "usd")
        sheet.formula(4, now - page)
        sheet.end_row()


def _purses(portfolio: PortfolioResults) -> dict[str, str]:
    plan = portfolio.plan
    whole = f"all that the {PAYERS.get(plan.payer, plain_name(plan.payer))} pays"
    return {"": whole} | {name: plain_name(name) for name in plan.appropriations}


def _packages(book: Book, portfolio: PortfolioResults) -> None:
    """Write "Packages": what was simulated of them, and what two alternatives do to each other."""
    if portfolio.packages.empty:
        return
    sheet = Sheet(book, "Packages", (34, 44, *(19,) * 8))
    sheet.heading("Packages of one port's alternatives", "title")
    sheet.note("Figures of the run; interactions are beyond what both do alone, as shares.")
    for words, table in (("What was simulated", portfolio.packages), ("Interactions", portfolio.interactions)):
        sheet.heading(words)
        sheet.head([str(column).replace("_", " ") for column in table.columns], [""] * len(table.columns))
        for row in table.itertuples(index=False):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.text(column, value)
                elif not pd.isna(value):
                    sheet.number(column, float(value), "number")
            sheet.end_row()
