"""The spending plan: every dollar once, in the right year and appropriation."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from made_response import response, small
from small_case import SMALL

from experiments.economics.appraisal import AnnualFlows
from experiments.economics.costs import INITIAL_COST_KINDS
from experiments.funding.budget.spending import budget_totals, spending_plan
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import alternative_costs, price_alternatives
from experiments.funding.request import build_case
from experiments.funding.uncertainty.valuation import redrawn_case


def flows_of(case: FundingCase, name: str = "more") -> AnnualFlows:
    return price_alternatives(case, response())[name]


def test_a_dearer_draw_asks_for_more() -> None:
    case = small()
    dearer = redrawn_case(case, {"cost.portal.assets.scanner.price_usd": (7.0e6, 3.5e6)})
    totals = [budget_totals(one, flows_of(one)) for one in (case, dearer)]
    assert sum(budget_totals(dearer, flows_of(dearer, "today")).values()) == 0.0
    assert totals[1]["ask_usd"] - totals[0]["ask_usd"] == pytest.approx(3.5e6 * 122.272 / 125.231)


def test_the_plan_holds_every_payment_but_the_residual_value() -> None:
    case = small()
    cost = alternative_costs(case)["more"]
    kinds = [kind for _, kind in cost.lines if kind != "residual"]
    assert spending_plan(case, "more").constant().sum() == pytest.approx(cost.total(kinds=kinds).sum(), rel=1e-12)
    assert spending_plan(case, "today").constant().sum() == 0.0


def test_months_move_running_costs_and_no_orders() -> None:
    case = small()
    january = dataclasses.replace(case, budget=dataclasses.replace(case.budget, first_month=1))
    october, split = spending_plan(case, "more"), spending_plan(january, "more")
    for stage in ("acquisition", "operation"):
        assert split.constant(stages=[stage]).sum() == pytest.approx(october.constant(stages=[stage]).sum())
    assert np.flatnonzero(split.constant("cbp_procurement", ["acquisition"])).tolist() == [0]
    courses = split.constant("salaries_and_expenses", ["acquisition"])
    assert courses[0] == pytest.approx(3.0 * courses[1])
    running = split.constant(stages=["operation"])
    assert running[1] == pytest.approx(0.75 * running[2])
    assert running[-1] == pytest.approx(0.25 * running[2])


def test_the_ask_in_then_year_dollars_by_hand() -> None:
    """One portal ordered in fiscal year 2027, restated from 2024 dollars."""
    case = small()
    totals = budget_totals(case, flows_of(case))
    once = {"equipment": 3.5e6, "civil_works": 3.57e6, "integration": 0.3e6}
    ask = sum(once[kind] for kind in INITIAL_COST_KINDS) * 122.272 / 125.231
    assert totals["ask_usd"] == pytest.approx(ask, rel=1e-12)
    assert totals["ask_then_year_usd"] == pytest.approx(ask * 125.231 / 122.272 * 1.025**2.75, rel=1e-12)


@pytest.mark.parametrize("month", [1, 10])
def test_figures_are_sums_of_the_plan(month: int) -> None:
    case = dataclasses.replace(small(), budget=dataclasses.replace(small().budget, first_month=month))
    plan, totals = spending_plan(case, "more"), budget_totals(case, flows_of(case))
    assert totals["life_cycle_usd"] == pytest.approx(plan.constant().sum(), rel=1e-12)
    assert totals["life_cycle_then_year_usd"] == pytest.approx(plan.then_year().sum(), rel=1e-12)


def test_an_appropriation_of_a_part_wins_over_what_is_usual() -> None:
    usual = build_case([*SMALL, "cost.portal.assets.site.appropriation=null"])
    assert "gsa_construction" in spending_plan(usual, "more").appropriations()
    assert "gsa_construction" not in spending_plan(small(), "more").appropriations()
