"""Cash flows: every dollar once, in its year, from its payer; and what is refused."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.economics.costs import (
    INITIAL_COST_KINDS,
    Asset,
    InvestmentMeasure,
    OneTimeCost,
    Purchase,
    YearlyCost,
    purchase_cash_flow,
    purchases_with_staff,
    service_share,
)
from sim.errors import ConfigError

PORTAL = InvestmentMeasure(
    name="portal",
    unit="portal",
    construction_y=2,
    ramp_up_share=(0.5, 0.75),
    assets={
        "scanner": Asset(
            kind="equipment", payer="united_states", price_usd=100.0, price_year=2023, life_y=4, removal_usd=3.0
        ),
        "site": Asset(kind="civil_works", payer="mexico", price_usd=60.0, price_year=2023, life_y=30, removal_usd=0.0),
    },
    once={"course": OneTimeCost(kind="training", payer="mexico", cost_usd=7.0, price_year=2023)},
    yearly={"upkeep": YearlyCost(kind="operation", payer="united_states", cost_usd_per_y=10.0, price_year=2023)},
    staff={"officer": 2.0},
)
OFFICER = dataclasses.replace(
    PORTAL,
    name="officer",
    construction_y=1,
    assets={},
    once={},
    staff={},
    ramp_up_share=(),
    yearly={"salary": YearlyCost(kind="staff", payer="united_states", cost_usd_per_y=5.0, price_year=2023)},
)
CATALOGUE = {"portal": PORTAL, "officer": OFFICER}


def bought(**changed: Any) -> Purchase:
    return Purchase(**{"measure": "portal", "units": 1.0, "order_y": 0, "late_y": 0, **changed})


def line(kind: str, *purchases: Purchase, years: int = 10) -> list[float]:
    flow = purchase_cash_flow(purchases or [bought()], CATALOGUE, years, 2023)
    return flow.total(kinds=[kind]).tolist()


def test_capital_is_spread_over_construction() -> None:
    assert line("equipment")[:3] == [50.0, 50.0, 0.0]
    assert line("civil_works")[:3] == [30.0, 30.0, 0.0]
    assert line("training") == [7.0] + [0.0] * 10


def test_service_begins_when_construction_ends() -> None:
    assert line("operation") == [0.0, 0.0] + [10.0] * 9
    assert line("staff") == [0.0, 0.0] + [10.0] * 9, "two persons of 5 dollars"
    assert service_share(bought(), PORTAL, 5).tolist() == [0.0, 0.0, 0.5, 0.75, 1.0, 1.0]


def test_equipment_is_bought_again_strictly_before_the_end() -> None:
    assert [year for year, usd in enumerate(line("replacement")) if usd] == [5, 9]
    assert [year for year, usd in enumerate(line("removal")) if usd] == [5, 9]
    assert [year for year, usd in enumerate(line("replacement", years=9)) if usd] == [5]
    assert line("removal", years=9)[5] == line("removal", years=9)[9] == 3.0, "no life is left"


def test_what_is_left_is_a_negative_cost() -> None:
    scanner, site = 100.0 * 3 / 4, 60.0 * 21 / 30
    assert line("residual")[-1] == pytest.approx(-scanner - site)
    assert line("residual", years=9)[-1] == pytest.approx(-60.0 * 22 / 30)


def test_phases_add_up_and_units_scale() -> None:
    early, late = bought(units=2.0), bought(units=1.0, order_y=3)
    both = purchase_cash_flow([early, late], CATALOGUE, 12, 2023).total()
    apart = [purchase_cash_flow([one], CATALOGUE, 12, 2023).total() for one in (early, late)]
    assert both == pytest.approx(apart[0] + apart[1])
    single = purchase_cash_flow([bought()], CATALOGUE, 12, 2023).total()
    assert apart[0] == pytest.approx(2.0 * single)


def test_lateness_delays_service_and_not_the_bill() -> None:
    late = bought(late_y=3)
    assert line("equipment", late) == line("equipment")
    assert line("operation", late) == [0.0] * 5 + [10.0] * 6
    assert sum(line("staff", late)) < sum(line("staff"))


def test_payers_share_the_whole() -> None:
    flow = purchase_cash_flow([bought()], CATALOGUE, 10, 2023)
    assert flow.payers() == ["mexico", "united_states"]
    parts = [flow.total(payer) for payer in flow.payers()]
    assert parts[0] + parts[1] == pytest.approx(flow.total())
    assert flow.total("mexico", INITIAL_COST_KINDS)[0] == 30.0


@given(st.integers(1, 40), st.integers(1, 12), st.integers(0, 6), st.integers(0, 3))
def test_assets_are_paid_for_exactly_the_years_they_serve(
    years_after: int, life_y: int, order_y: int, late_y: int
) -> None:
    """Straight line: price x years in service / life is what all purchases less residual cost."""
    asset = dataclasses.replace(PORTAL.assets["scanner"], life_y=life_y, removal_usd=0.0)
    measure = dataclasses.replace(PORTAL, assets={"a": asset}, once={}, yearly={}, staff={})
    purchase = bought(order_y=order_y, late_y=late_y)
    delivered = purchase.first_service_y(measure) - 1
    years = delivered + years_after
    flow = purchase_cash_flow([purchase], {"portal": measure}, years, 2023)
    assert float(flow.total().sum()) == pytest.approx(100.0 * years_after / life_y)
    assert (np.abs(flow.total()) > 0.0).any()


def test_staff_is_hired_for_the_day_of_service() -> None:
    found = list(purchases_with_staff([bought(units=3.0, order_y=4)], CATALOGUE))
    assert [(one.measure, one.units, one.order_y) for one in found] == [("portal", 3.0, 4), ("officer", 6.0, 5)]


@pytest.mark.parametrize(
    ("purchase", "years", "message"),
    [
        (bought(), 1, "appraisal.years: 1 years end before portal is in service (year 2)"),
        (bought(late_y=9), 10, "appraisal.years: 10 years end before portal is in service"),
        (bought(measure="wall"), 10, "purchase.measure: no measure 'wall'; known"),
    ],
)
def test_what_cannot_be_bought(purchase: Purchase, years: int, message: str) -> None:
    with pytest.raises(ConfigError) as found:
        purchase_cash_flow([purchase], CATALOGUE, years, 2023)
    assert str(found.value).startswith(message)
    assert "\n" not in str(found.value)


def test_price_years_are_not_mixed() -> None:
    with pytest.raises(ConfigError, match=r"^cost\.portal\.assets\.scanner: 2023 dollars in a st"):
        purchase_cash_flow([bought()], CATALOGUE, 10, 2024)


def test_unknown_staff_and_staff_of_staff() -> None:
    with pytest.raises(ConfigError, match=r"^cost\.portal\.staff: no measure 'officer'"):
        purchase_cash_flow([bought()], {"portal": PORTAL}, 10, 2023)
    chain = {**CATALOGUE, "officer": dataclasses.replace(OFFICER, staff={"officer": 1.0})}
    with pytest.raises(ConfigError, match=r"^cost\.officer\.staff: a person takes no further"):
        purchase_cash_flow([bought()], chain, 10, 2023)
