"""The Mexican indicators by hand, above today's port and above its optimized best."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from made_response import response
from small_case import SMALL

from experiments.economics.appraisal import AnnualFlows
from experiments.economics.costs import CashFlow
from experiments.fund import appraise_case
from experiments.funding.budget.mexican_appraisal import (
    exchange_words,
    first_year_return,
    mexican_indicators,
    optimized_words,
    residual_of_scope,
)
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.request import build_case
from sim.errors import ConfigError


@pytest.fixture(scope="module")
def appraised() -> AppraisedCase:
    return appraise_case(build_case(SMALL), response(), pd.DataFrame())


def _by_hand(appraised: AppraisedCase) -> AppraisedCase:
    """Return the case with round flows: 100 of works, 10 a year to run, 60 a year gained."""
    lines = {
        ("mexico", "civil_works"): np.array([100.0, 0, 0, 0, 0]),
        ("mexico", "operation"): np.array([0, 10.0, 10, 10, 10]),
    }
    flows = AnnualFlows(CashFlow(2023, lines, 4), np.array([0.0, 60, 60, 60, 60]), np.zeros(5))
    return dataclasses.replace(appraised, alternatives={**appraised.alternatives, "more": flows})


def test_indicators_by_hand(appraised: AppraisedCase) -> None:
    found = mexican_indicators(_by_hand(appraised), "more", "binational")
    annuity = (1.0 - 1.1**-4) / 0.1
    assert found.npv_usd == pytest.approx(-100.0 + 50.0 * annuity)
    assert found.first_year_return == pytest.approx(0.5)
    assert found.annual_cost_usd == pytest.approx((100.0 + 10.0 * annuity) / annuity)
    rate = found.internal_rate.rate
    assert rate is not None
    assert -100.0 + 50.0 * (1.0 - (1.0 + rate) ** -4) / rate == pytest.approx(0.0, abs=1e-6)


def test_an_optimized_port_without_the_project_takes_its_gain_away(appraised: AppraisedCase) -> None:
    best = dataclasses.replace(appraised.case.budget.mexico, optimized_baseline="better")
    case = dataclasses.replace(appraised.case, budget=dataclasses.replace(appraised.case.budget, mexico=best))
    small = AnnualFlows(
        CashFlow(2023, {("mexico", "operation"): np.array([0, 1.0, 1, 1, 1])}, 4), np.full(5, 20.0), np.zeros(5)
    )
    one = _by_hand(appraised)
    optimized = dataclasses.replace(one, case=case, alternatives={**one.alternatives, "better": small})
    found, plain = (mexican_indicators(which, "more", "binational") for which in (optimized, one))
    assert found.without_project == "better"
    assert found.npv_usd == pytest.approx(plain.npv_usd - 20.0 - 19.0 * (1.0 - 1.1**-4) / 0.1)
    assert "at its best" in optimized_words(optimized)
    assert "Hacienda asks for" in optimized_words(one)


def test_a_return_that_only_the_residual_value_makes_is_none(appraised: AppraisedCase) -> None:
    """Running costs eat the gain of every year; what is left in year 4 alone is above what was paid."""
    lines = {
        ("mexico", "civil_works"): np.array([100.0, 0, 0, 0, 0]),
        ("mexico", "operation"): np.array([0, 60.0, 60, 60, 60]),
        ("mexico", "residual"): np.array([0, 0.0, 0, 0, -150]),
    }
    flows = AnnualFlows(CashFlow(2023, lines, 4), np.array([0.0, 60, 60, 60, 60]), np.zeros(5))
    case = dataclasses.replace(appraised, alternatives={**appraised.alternatives, "more": flows})
    found = mexican_indicators(case, "more", "binational")
    assert found.internal_rate == (None, "none: only the residual value comes in")
    assert found.npv_usd == pytest.approx(-100.0 + 150.0 / 1.1**4)
    for scope in ("binational", "Mexico"):
        assert residual_of_scope(case, "more", scope).tolist() == [0.0, 0.0, 0.0, 0.0, 150.0]


def test_nothing_invested_has_no_first_year_return() -> None:
    assert first_year_return(np.array([0.0, 5.0]), 1) is None


def test_pesos_need_a_rate(appraised: AppraisedCase) -> None:
    assert "no exchange rate was given" in exchange_words(appraised)
    given = build_case([*SMALL, "budget.mexico.exchange_rate_mxn_per_usd=18.5"])
    assert exchange_words(dataclasses.replace(appraised, case=given)) == "In pesos, at 18.5 for a dollar of 2023."


def test_an_optimized_baseline_that_is_no_alternative_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"budget\.mexico\.optimized_baseline: no such alternative 'better'"):
        build_case([*SMALL, "budget.mexico.optimized_baseline=better"])
