"""Draws with the budget: a draw of the central inputs gives the planner's figures, percentiles are draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_response import response, small, valuation

from experiments.funding.budget.draws import stated_budgets, with_budget_columns
from experiments.funding.budget.spending import BUDGET_FIGURES, budget_totals
from experiments.funding.cash_flows import price_alternatives
from experiments.funding.uncertainty.valuation import redrawn_case

FLOWS = price_alternatives(small(), response())["more"]
KEY = "cost.portal.assets.scanner.price_usd"


def test_a_dearer_draw_asks_for_more() -> None:
    case = small()
    dearer = redrawn_case(case, {KEY: (7.0e6, 3.5e6)})
    draws = pd.DataFrame({"draw": [0, 0, 1, 1], "alternative": ["today", "more"] * 2})
    columns = with_budget_columns(draws, [case, dearer])
    assert columns.loc[[0, 2], list(BUDGET_FIGURES)].to_numpy().sum() == 0.0
    ask = columns["ask_usd"].to_numpy()
    assert ask[1] == budget_totals(case, FLOWS)["ask_usd"]
    assert ask[3] - ask[1] == pytest.approx(3.5e6 * 122.272 / 125.231)


def test_stated_percentiles_are_values_of_draws() -> None:
    made, n = valuation(), 20
    rng = np.random.default_rng(3)
    uniforms = rng.random((n, len(made.economic)))
    cases = (drawn.case for drawn in made.drawn_cases(uniforms.T, None, n))
    draws = with_budget_columns(pd.DataFrame({"draw": range(n), "alternative": "more"}), cases)
    for stated in stated_budgets(small(), FLOWS, draws, "more").values():
        assert stated is not None
        assert stated.p50_usd < stated.p80_usd
    ask = stated_budgets(small(), FLOWS, draws, "more")["ask, then-year"]
    assert ask is not None
    values = sorted(draws["ask_then_year_usd"])
    assert (ask.p50_usd, ask.p80_usd) == (values[9], values[15])
    assert ask.planned_percentile == 100.0 * np.mean(draws["ask_then_year_usd"] <= ask.planned_usd)


def test_without_draws_nothing_is_stated() -> None:
    assert set(stated_budgets(small(), FLOWS, pd.DataFrame(), "more").values()) == {None}
