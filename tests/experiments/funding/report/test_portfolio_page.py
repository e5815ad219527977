"""The page of a portfolio: the answer first, all numbers from the tables, nothing from outside."""

from __future__ import annotations

import dataclasses
import re

import pandas as pd
import pytest
from made_response import small
from page_tags import tags
from planned import DRAWS, found

from experiments.funding.portfolio.results import PortfolioResults
from experiments.funding.report.labeled_portfolio import labeled_portfolio
from experiments.funding.report.portfolio_page import build_portfolio_page, render_portfolio_page
from experiments.funding.report.portfolio_tables import portfolio_by_year
from experiments.funding.report.portfolio_text import (
    choice_certainty_words,
    chosen_purchases_words,
    cost_words,
    dependence_words,
    port_waits_words,
    simulated_draws_words,
)
from experiments.page_templates import Table


def html(made: PortfolioResults) -> str:
    return render_portfolio_page(made, build_portfolio_page(made))


def test_the_answer_says_what_where_when_and_against_which_budget() -> None:
    made = found()
    assert [made.own(name).name for name in ("here", "there")].count("more") == 1
    words = chosen_purchases_words(made)
    assert "1 portal and 3.2 full-time analysts (1 post)" in words
    assert "ordered in fiscal year 2027" in words
    assert "the budget of $8.00 million" in cost_words(made)
    assert "(limit 40 min)" in port_waits_words(made)
    assert "pays only if one more interdicted load is worth at least" in dependence_words(made)
    assert "One more load costs" in dependence_words(made)
    assert f"of {DRAWS} draws" in choice_certainty_words(made)


def with_draws(made: PortfolioResults, worlds: int = 0, **columns: list[float]) -> PortfolioResults:
    totals = pd.DataFrame({"draw": range(DRAWS), "best": True, "cost_usd": 1e6, "lead": 1.0} | columns)
    return dataclasses.replace(made, draws=dataclasses.replace(made.draws, totals=totals, worlds=worlds))


def test_spending_above_the_budget_in_80_percent_of_draws_is_said() -> None:
    """The sum that is enough in 80% of draws stood beside the budget as if it were part of it."""
    made = found()
    above = with_draws(made, spend_usd=[7e6] * 6 + [9e6] * 6)
    assert "$1.00 million above the budget of $8.00 million, which covers it in 50%" in cost_words(above)
    assert "within the budget of $8.00 million" in cost_words(with_draws(made, spend_usd=[7e6] * 12))
    assert "no total budget was set" in cost_words(found(budget_usd=None))


def test_draws_that_pay_at_once_or_never_are_in_the_range_of_the_break_even() -> None:
    """One draw that paid left no range at all."""
    npv0, loads = [5e6, *[-6e6] * 10, -1e6], [10.0, *[20.0] * 10, -3.0]
    said = dependence_words(with_draws(found(), npv0_usd=npv0, loads=loads))
    assert "median of draws $300,000, range $0 to no value that would do" in said
    assert "whatever it is worth in 8% of draws; at no value in 8% of draws" in said


def test_spending_stands_under_the_fiscal_years_of_the_budget() -> None:
    """Orders of October 2026 stood under 2026, and running costs of a study year that straddles two under one."""
    made = found()
    by_year = portfolio_by_year(made)
    assert [name for name, _ in by_year.rows][:2] == ["2027", "2028"]
    assert "falls due in one year (FY 2027)" in cost_words(made)
    early = dataclasses.replace(small(), budget=dataclasses.replace(small().budget, first_month=1))
    moved = dataclasses.replace(made, ports=tuple(dataclasses.replace(port, asked=early) for port in made.ports))
    assert moved.fiscal_years == (2026, 2027, 2028, 2029, 2030, 2031)


def test_limits_are_kept_of_waits_and_of_others_apart() -> None:
    kept = {"within": [True] * 3 + [False] * 9, "within_waits": [True] * 6 + [False] * 6}
    made = with_draws(found(), worlds=DRAWS, within_others=[True] * 9 + [False] * 3, **kept)
    assert "keeps all limits in 25% (those of waits in 50%, all others in 75%)" in choice_certainty_words(made)
    assert "one a draw. A draw's waits are those of its sets" in simulated_draws_words(made)
    assert "4 sets of assumptions were simulated, which the draws take in turn" in simulated_draws_words(
        with_draws(found(), worlds=4)
    )
    assert "nothing was simulated anew" in simulated_draws_words(found())


def test_nothing_bought_is_said() -> None:
    made = found(budget_usd=0.0)
    assert chosen_purchases_words(made).startswith("Buy nothing")
    text = html(made)
    assert "nothing is bought" in text
    assert "No other set keeps the limits." in text


def test_one_page_that_needs_nothing_else() -> None:
    text = html(found())
    every = tags(text)
    assert not [tag for tag, _ in every if tag in ("script", "link", "img", "iframe")]
    assert not re.search(r"""(?:src|href)=["'](?!#|portfolio\.xlsx")""", text)
    charts = [attrs for tag, attrs in every if tag == "svg"]
    assert len(charts) == 5
    assert all(one["role"] == "img" and one["aria-labelledby"] for one in charts)
    assert text.index("What to buy") < text.index("Cost by fiscal year") < text.index("2. The choice")


def test_tables_are_those_of_the_choice() -> None:
    made = found()
    tables = {table.name: table for table in build_portfolio_page(made).tables()}
    assert len(tables["portfolio_options"].rows) == len(made.options)
    used = cell(tables["portfolio_shadow_prices"], "total budget", "used")
    chosen = [made.options[place] for place in made.chosen.solved.chosen]
    spent = sum(one.initial_usd for one in chosen)
    assert used == pytest.approx(spent)
    assert cell(tables["portfolio_shadow_prices"], "total budget", "next_better_at") == (pytest.approx(2.0 * spent))
    ends = [cells[1] for _, cells in tables["portfolio_options"].rows if cells[1].value]
    assert all(one.low is not None and one.low <= one.high for one in ends)  # type: ignore[operator]


def test_the_case_of_a_port_is_shown_as_it_was_in_force() -> None:
    """What stands beside the plan wins over what the plan says of a port, and the table shows what won."""
    made = found()
    plan, beside = ["port=bota", "replications=4", "uncertainty.worlds=40"], ["replications=2", "uncertainty.worlds=0"]
    ports = [
        dataclasses.replace(one, asked=dataclasses.replace(one.asked, overrides=(*plan, *beside))) for one in made.ports
    ]
    made = dataclasses.replace(made, ports=tuple(ports))
    tables = {table.name: table for table in build_portfolio_page(made).tables()}
    cases = {name: cells[0].text for name, cells in tables["portfolio_plan"].rows if name.startswith("case of ")}
    assert list(cases.values()) == ["port=bota replications=2 uncertainty.worlds=0"] * 2


def cell(table: Table, name: str, key: str) -> object:
    place = [column.key for column in table.columns].index(key)
    return next(cells for row, cells in table.rows if row == name)[place].value


@pytest.mark.parametrize("objective", ["loads", "npv"])
def test_no_worth_of_drugs_is_printed_unless_it_is_asked_for(objective: str) -> None:
    text = html(found(budget_usd=20e6, objective=objective))
    assert "no dollar value is put on interdiction" in text
    assert not re.search(r"\$[\d.,]+ (?:\w+ )?a load", text)


def test_no_limit_no_budget_still_makes_a_page() -> None:
    text = html(found(budget_usd=None))
    assert "no total budget" in text
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL).lower().split()


def test_the_page_shows_labels_and_files_keep_ids() -> None:
    made = found()
    shown = labeled_portfolio(made)
    assert [(one.port, one.name) for one in shown.options] != [(one.port, one.name) for one in made.options]
    assert shown.chosen.solved.chosen == made.chosen.solved.chosen
    assert set(shown.plan.ports) == {port.name for port in shown.ports} == set(shown.chosen.options["port"])
    assert set(made.chosen.options["port"]) == {"here", "there"}
    words = chosen_purchases_words(shown)
    assert "Bridge of the Americas, El Paso (Here)" in words
    assert all("“more”" not in text for text in (words, *shown.chosen.why))
    assert labeled_portfolio(shown) is shown
