"""Draws at other rates: the headline's own draws, discounted otherwise."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from made_response import response, small, standard, valuation

from experiments.economics.appraisal import appraise, project_returns
from experiments.funding.cash_flows import price_alternatives
from experiments.funding.noise import noise_table
from experiments.funding.uncertainty.analysis import Uncertainty, tabulate_uncertainty
from experiments.funding.uncertainty.valuation import RATE_COLUMNS, RETURN_COLUMNS, Valuation, draws_at_other_rates

DRAWS = 10


@pytest.fixture(scope="module")
def found() -> Uncertainty:
    few = dataclasses.replace(standard(), draws=DRAWS, sobol_base=2)
    return tabulate_uncertainty(valuation(), few, noise_table(small(), response()))


def test_every_draw_stands_at_every_other_rate(found: Uncertainty) -> None:
    table = found.draws_at_rates
    assert tuple(table.columns) == RATE_COLUMNS
    assert sorted(set(table["rate"])) == [0.02, 0.03, 0.1]
    assert len(table) == 3 * DRAWS  # one rival
    assert tuple(found.drawn_returns.columns) == RETURN_COLUMNS
    assert len(found.drawn_returns) == DRAWS


def test_at_the_headlines_rate_they_would_be_the_headlines_draws(found: Uncertainty) -> None:
    """Asked at 3% with 7% beside it, the draws at 7% are those of the case at 7 %."""
    asked = small()
    swapped = dataclasses.replace(asked.appraisal, discount_rate=0.03, sensitivity_rates=(0.07,))
    one = dataclasses.replace(valuation(), asked=dataclasses.replace(asked, appraisal=swapped))
    few = dataclasses.replace(standard(), draws=DRAWS, sobol_base=2)
    other = tabulate_uncertainty(one, few, noise_table(asked, response())).draws_at_rates
    own = found.draws.loc[found.draws["alternative"] == "more"].reset_index(drop=True)
    columns = ["capital_usd", "cost_usd", "user_benefit_usd", "npv0_usd", "loads"]
    again = other.loc[other["rate"] == 0.07, columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, own[columns])


def test_without_anything_drawn_it_is_the_case_itself() -> None:
    asked = small()
    one = Valuation(asked, valuation().response, (), None)
    rates, returns = draws_at_other_rates(one, one.at(np.empty((1, 0)), None))
    alternatives = price_alternatives(asked, one.response)
    worth = appraise(alternatives, "today", 0.1)["more"]
    (row,) = rates.loc[rates["rate"] == 0.1].to_dict("records")
    assert row["npv0_usd"] == pytest.approx(worth.npv0)
    assert row["loads"] == pytest.approx(worth.loads)
    (own,) = returns.to_dict("records")
    found = project_returns(alternatives["more"], alternatives["today"], None, 0.07)
    assert own["irr_reason"] == found.irr_reason
    assert own["payback_y"] == found.payback_y or (pd.isna(own["payback_y"]) and found.payback_y is None)
