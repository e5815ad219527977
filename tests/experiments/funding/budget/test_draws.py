"""Draws with the budget: a draw of the central inputs gives the planner's figures, percentiles are draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_response import response, small, valuation

from experiments.funding.budget.draws import stated_budgets
from experiments.funding.budget.spending import budget_totals
from experiments.funding.cash_flows import price_alternatives
from experiments.funding.uncertainty.valuation import redrawn_case

FLOWS = price_alternatives(small(), response())["more"]
KEY = "cost.portal.assets.scanner.price_usd"


def test_a_dearer_draw_asks_for_more() -> None:
    case = small()
    dearer = redrawn_case(case, {KEY: (7.0e6, 3.5e6)})
    totals = [budget_totals(one, price_alternatives(one, response())["more"]) for one in (case, dearer)]
    assert sum(budget_totals(dearer, price_alternatives(dearer, response())["today"]).values()) == 0.0
    assert totals[1]["ask_usd"] - totals[0]["ask_usd"] == pytest.approx(3.5e6 * 122.272 / 125.231)


def test_stated_percentiles_are_values_of_draws() -> None:
    made, n = valuation(), 20
    rng = np.random.default_rng(3)
    uniforms = rng.random((n, len(made.economic)))
    figures = made.at(uniforms, None).figures
    place = list(made.response.alternatives).index("more")
    draws = pd.DataFrame({"alternative": "more"} | {name: values[:, place] for name, values in figures.items()})
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
