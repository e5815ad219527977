"""A case's worth as a function of uncertain numbers: the headline's own arithmetic."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from made_response import REPLICATIONS, response, small, valuation

from experiments.economics.appraisal import appraise
from experiments.economics.costs import INITIAL_COST_KINDS
from experiments.funding.cash_flows import price_alternatives
from experiments.funding.sets.input_distributions import LOADS_SCALE
from experiments.funding.uncertainty.valuation import DRAWN_FIGURES, mean_response


def test_the_case_itself_is_the_headline() -> None:
    headline = appraise(price_alternatives(small(), response()), "today", small().appraisal.discount_rate)
    found = valuation().worths({})
    for name, worth in headline.items():
        for field in dataclasses.fields(worth):
            assert getattr(found[name], field.name) == pytest.approx(getattr(worth, field.name))


def test_only_numbers_that_are_drawn_move() -> None:
    one = valuation()
    nothing = one.only(np.full((2, len(one.economic)), 0.9), [False] * len(one.economic))
    base = one.worths({})["more"]
    assert nothing.npv0[:, 1].tolist() == [base.npv0] * 2


def test_loads_are_scaled_and_money_is_not() -> None:
    one = valuation()
    base, moved = one.worths({}), one.worths({LOADS_SCALE: (0.5, 1.0)})
    assert moved["more"].loads == pytest.approx(0.5 * base["more"].loads)
    assert moved["more"].npv0 == base["more"].npv0


def test_a_price_moves_its_cost_one_for_one() -> None:
    one = valuation()
    (price,) = [b for b in one.economic if "scanner.price_usd" in b.name]
    ends = [end["more"].capital for end in one.ends((0.1, 0.9))[one.economic.index(price)]]
    step = price.number(0.9) - price.number(0.1)
    restated = small().catalogue["portal"].assets["scanner"].price_usd / price.value
    assert ends[1] - ends[0] == pytest.approx(step * restated)


def test_draws_of_the_economics_leave_the_baseline_at_zero() -> None:
    one = valuation()
    points = one.at(np.random.default_rng(1).random((5, len(one.economic))), None)
    assert (points.outcomes.npv0[:, 0] == 0.0).all()
    assert np.ptp(points.outcomes.npv0[:, 1]) > 0.0
    assert points.outcomes.npv0 == pytest.approx(points.user_benefit - points.costs)
    assert (points.harm_usd_per_load > 0.0).all()


def test_a_simulated_input_moves_as_far_as_it_was_simulated_to() -> None:
    one = valuation(simulated=True)
    (growth,) = [b for b in one.beliefs if b.name.startswith("demand.growth")]
    ends = one.ends()
    assert sorted(ends) == [*range(len(one.economic)), one.beliefs.index(growth)], "others were not simulated there"
    less, more = (end["more"].user_benefit for end in ends[one.beliefs.index(growth)])
    base = one.worths({})["more"].user_benefit
    assert less < base < more
    # hours of both alternatives move by the same factor, exp(position - middle)
    assert more / base == pytest.approx(np.exp(growth.law.at(0.9) - growth.law.b), rel=0.1)


def test_draws_take_the_sets_in_turn() -> None:
    one = valuation(simulated=True)
    assert one.sets is not None
    responses = one.responses_of(len(one.sets.drawn) + 1)
    assert responses is not None
    hours = [one.amounts["truck_h_loaded"].tolist() for one in responses]
    assert hours[0] == hours[-1]
    assert hours[1] != hours[0]
    assert valuation().responses_of(3) is None


def test_each_alternative_has_its_initial_spending_undiscounted() -> None:
    one = valuation()
    middle = one.at(np.full((1, len(one.economic)), 0.5), None)
    spent = price_alternatives(small(), one.response)["more"].cost.total(kinds=INITIAL_COST_KINDS)
    assert DRAWN_FIGURES["ask_usd"](one.asked, one.drawn({}).flows()["more"]) == pytest.approx(spent.sum())
    assert middle.figures["ask_usd"][0, 0] == 0.0
    assert middle.figures["ask_usd"][0, 1] > 0.0


def test_the_mean_response_has_one_replication() -> None:
    assert mean_response(response()).replications == 1
    assert response().replications == REPLICATIONS
