"""Items of users' gain add up to the users' gain of the case, in every view."""

from __future__ import annotations

import numpy as np
import pytest
from made_response import response, response_with_trips_that_leave
from small_case import SMALL

from experiments.funding.budget.benefit_items import benefit_items, gain_by_part, loads_gained
from experiments.funding.cash_flows import annual_user_benefit, loads_interdicted, share_in_service
from experiments.funding.request import build_case

VIEWS = ("dot_2023", "dot_2023_cargo", "carrier_2024")
LATER = (
    "+purchases.more=[{measure: portal, units: 1, order_y: 1, late_y: 0}, "
    "{measure: analyst, units: 1, order_y: 0, late_y: 1}]"
)


@pytest.mark.parametrize("leave", [False, True])
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("orders", [SMALL[-1], LATER])
def test_items_add_up(view: str, orders: str, leave: bool) -> None:
    safety = {"dot_2023_cargo": ("benefit.safety.crash_usd_per_truck_h=1", "benefit.safety.crash_usd_per_mile=0.5")}
    case = build_case([*SMALL[:-1], orders, f"benefit={view}", *safety.get(view, ())])
    found = response_with_trips_that_leave() if leave else response()
    share = share_in_service(case, "more")
    items = benefit_items(case, found, "more")
    by_hand = np.sum([item.amount * item.price_usd(case) for item in items], axis=0) * share
    assert by_hand == pytest.approx(annual_user_benefit(case, found, "more"), rel=1e-12)
    assert sum(gain_by_part(case, found, "more").values()) == pytest.approx(by_hand, rel=1e-12)
    own, base = (loads_interdicted(case, found, name) for name in ("more", "today"))
    assert loads_gained(case, found, "more") * share == pytest.approx(own - base, rel=1e-12)


def test_every_price_is_made_of_inputs_that_the_case_lists() -> None:
    case = build_case([*SMALL, "benefit=dot_2023_cargo"])
    known = {row.key for row in (*case.inputs, *case.study.inputs("today"))}
    items = benefit_items(case, response(), "more")
    keys = {factor.key for item in items for term in item.terms for factor in term if factor.key}
    assert keys <= known
