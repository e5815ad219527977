"""Both governments' ledger adds up, and shares move gains between countries and nothing else."""

from __future__ import annotations

import pandas as pd
import pytest
from made_response import response
from small_case import SMALL

from experiments.economics.budget_terms import Standing
from experiments.fund import appraise_case
from experiments.funding.budget.standing import country_values, standing_ledger
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.request import build_case


@pytest.fixture(scope="module")
def appraised() -> AppraisedCase:
    return appraise_case(build_case([*SMALL, "benefit=dot_2023_cargo"]), response(), pd.DataFrame())


@pytest.mark.parametrize("rate", [0.02, 0.07])
def test_countries_add_up_to_the_net_present_value(appraised: AppraisedCase, rate: float) -> None:
    found = country_values(standing_ledger(appraised, "more", rate))
    assert found["binational"] == pytest.approx(appraised.worths[rate]["more"].npv0, rel=1e-12)
    assert found["United States"] + found["Mexico"] == pytest.approx(found["binational"], rel=1e-12)


def test_if_all_users_are_residents_mexico_has_nothing(appraised: AppraisedCase) -> None:
    everything = Standing(us_carrier_share=1.0, us_cargo_share=1.0, us_air_share=1.0)
    found = country_values(standing_ledger(appraised, "more", None, everything))
    assert found["Mexico"] == 0.0
    assert found["United States"] == pytest.approx(found["binational"])


def test_who_pays_is_the_payer_of_the_part(appraised: AppraisedCase) -> None:
    case = appraised.case
    south = build_case([*case.overrides, "cost.portal.assets.site.payer=mexico"])
    other = appraise_case(south, response(), pd.DataFrame())
    before, after = (country_values(standing_ledger(one, "more")) for one in (appraised, other))
    assert after["Mexico"] < before["Mexico"]
    assert after["binational"] == pytest.approx(before["binational"])
    parties = {(one.country, one.party) for one in standing_ledger(other, "more")}
    assert ("Mexico", "federal government") in parties
