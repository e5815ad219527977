"""The workbook of a portfolio: the page's figures, live sums, and another set in the chosen one's place."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from office import Values, formulas_of, needs_office, recalculated, values_of
from planned import found

from experiments.files import OutputFolder
from experiments.funding.portfolio.carry_over import carried_ledger
from experiments.funding.portfolio.results import PortfolioResults
from experiments.funding.portfolio.spending_sheets import LEDGER
from experiments.funding.portfolio_plan import Appropriation
from experiments.funding.report.labeled_portfolio import labeled_portfolio
from experiments.funding.report.portfolio_workbook import write_portfolio_workbook

PURSES = {
    "works": Appropriation(
        payer="united_states", kinds=("civil_works",), grants_usd=(5e6, 2e6), later_usd_per_y=0.0, carry_over_y=1
    ),
    "running": Appropriation(
        payer="united_states", kinds=("staff", "operation"), grants_usd=(), later_usd_per_y=9e5, carry_over_y=0
    ),
}


@functools.cache
def made() -> PortfolioResults:
    """Return the portfolio of two ports with two appropriations, one of which lapses after a year."""
    plain = found()
    plan = dataclasses.replace(plain.plan, appropriations=PURSES)
    options = tuple(one for port in plain.ports for one in port.options(plan))
    packages = pd.DataFrame({"port": ["here", "there"], "alternatives": [2, 2], "not_simulated": ["=1+1", "-"]})
    whole = dataclasses.replace(plain, plan=plan, options=options, packages=packages, interactions=packages)
    return labeled_portfolio(whole)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_portfolio_workbook(OutputFolder(tmp_path_factory.mktemp("book")), made())


def row_of(values: Values, sheet: str, words: str, *, nth: int = 0) -> list[Any]:
    """Return the cells of a row by the words that it begins with."""
    rows: dict[int, list[Any]] = {}
    for (title, name), value in values.items():
        if title == sheet:
            rows.setdefault(int("".join(filter(str.isdigit, name))), []).append(value)
    return [row for row in rows.values() if row[0] == words][nth]


def test_sums_are_those_of_the_page(path: Path) -> None:
    values, chosen = values_of(path), made().best_set
    whole = row_of(values, "Plan", "all ports")
    sums = [sum(getattr(one, field) for one in chosen) for field in ("initial_usd", "cost_usd", "npv0_usd", "loads")]
    assert whole[3:7] == pytest.approx(sums)
    assert whole[7] == pytest.approx(sums[2])
    ends = [row_of(values, "Plan", f"{end} of draws, the set of the run") for end in ("5%", "95%")]
    assert [row[6] for row in ends] == pytest.approx(made().drawn("loads"))
    left = row_of(values, "Plan", "left of it, $; below zero: above the budget")[3]
    assert left == pytest.approx(8e6 - sums[0])
    even = row_of(values, "Plan", "pays if a load is worth at least, $")[3]
    assert even == pytest.approx(-sums[2] / sums[3])
    for words in ("initial spending", "net present value"):
        assert row_of(values, "Plan", f"{words} on the page, $, and the difference from it")[4] == pytest.approx(0.0)
    for port in made().ports:
        assert row_of(values, "Plan", port.name)[1:3] == [made().own(port.name).name, 1]


def test_every_option_stands_with_its_net_value(path: Path) -> None:
    rows = openpyxl.load_workbook(path)["Options"].iter_rows(values_only=True)
    ports = {port.name for port in made().ports}
    shown = [row for row in rows if row[0] in ports]
    assert [row[7] for row in shown] == pytest.approx([one.npv0_usd for one in made().options])
    assert [place for place, row in enumerate(shown) if row[2] == 1] == sorted(made().chosen.solved.chosen)


@pytest.mark.parametrize("name", PURSES)
def test_ledgers_are_those_of_the_page(path: Path, name: str) -> None:
    values, years = values_of(path), len(made().fiscal_years)
    spent = np.sum([one.by_appropriation[name] for one in made().best_set], axis=0)
    ledger = carried_ledger(spent.tolist(), PURSES[name].granted(years - 1), PURSES[name].carry_over_y)
    assert spent.sum() > 0.0
    for key in ("granted", "spent", "kept", "lapsed", "lacking"):
        row = row_of(values, "Appropriations", LEDGER[key], nth=list(PURSES).index(name))
        assert row[7 : 7 + years] == pytest.approx([getattr(year, key) for year in ledger]), key


def test_spending_is_by_fiscal_year_in_constant_and_then_year_dollars(path: Path) -> None:
    values, years = values_of(path), len(made().fiscal_years)
    words = "all that the United States government pays"
    constant, then_year = (row_of(values, "Spending", words, nth=place) for place in (0, 1))
    spent = np.sum([one.spend_usd for one in made().best_set], axis=0)
    assert constant[7 : 7 + years] == pytest.approx(spent.tolist())
    assert constant[3] == pytest.approx(spent.sum())
    assert then_year[3] > constant[3]
    head = row_of(values, "Spending", "who or what pays")
    assert head[7 : 7 + years] == [str(year) for year in made().fiscal_years]


def test_text_is_no_formula_and_sheets_without_content_are_left_out(path: Path, tmp_path: Path) -> None:
    assert openpyxl.load_workbook(path)["Packages"]["C7"].value == "'=1+1"
    bare = write_portfolio_workbook(OutputFolder(tmp_path), labeled_portfolio(found()))
    assert openpyxl.load_workbook(bare).sheetnames == ["Contents", "Options", "Plan", "Spending of options", "Spending"]


class TestOffice:
    """LibreOffice calculates what every formula holds, of the chosen set and of another."""

    pytestmark = needs_office

    def test_every_formula_recalculates_to_its_value(self, path: Path, tmp_path: Path) -> None:
        held, anew, formulas = values_of(path), recalculated(path, tmp_path), formulas_of(path)
        assert len(formulas) > 100
        wrong = {place: text for place, text in formulas.items() if not alike(held[place], anew[place])}
        assert wrong == {}

    def test_another_set_in_its_place_shows_what_it_costs_and_which_budget_it_breaks(
        self, path: Path, tmp_path: Path
    ) -> None:
        book, options = openpyxl.load_workbook(path), made().options
        sheet = book["Options"]
        ports = [port.name for port in made().ports]
        rows = [row[0].row for row in sheet.iter_rows() if row[0].value in ports]
        dear = [max((o for o in options if o.port == port), key=lambda one: one.initial_usd) for port in ports]
        for row, option in zip(rows, options, strict=True):
            sheet.cell(row, 3).value = float(option in dear)
        book.save(tmp_path / "other.xlsx")
        values = recalculated(tmp_path / "other.xlsx", tmp_path)
        spent = sum(one.initial_usd for one in dear)
        assert spent > 8e6
        assert row_of(values, "Plan", "all ports")[3] == pytest.approx(spent)
        left = row_of(values, "Plan", "left of it, $; below zero: above the budget")[3]
        assert left == pytest.approx(8e6 - spent)
        works = np.sum([one.by_appropriation["works"] for one in dear], axis=0)
        ledger = carried_ledger(works.tolist(), PURSES["works"].granted(len(works) - 1), 1)
        row = row_of(values, "Appropriations", LEDGER["lacking"])
        assert row[7 : 7 + len(works)] == pytest.approx([year.lacking for year in ledger])
        assert sum(year.lacking for year in ledger) > 0.0


def alike(held: object, anew: object) -> bool:
    if isinstance(held, str) or not isinstance(anew, int | float):
        return held == anew and held is not None
    return anew == pytest.approx(held, rel=1e-9, abs=1e-6)
