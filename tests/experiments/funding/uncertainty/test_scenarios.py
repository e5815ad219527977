from __future__ import annotations

import dataclasses

import pytest
from made_response import small, standard, valuation

from experiments.funding.uncertainty.scenarios import growth_steps, scenario_table, two_way_table

DOUBT = dataclasses.replace(standard(), late_y=(1, 9), horizons_y=(2, 30))


def more(kind: str, *, simulated: bool = False) -> dict[str, dict[str, float]]:
    table = scenario_table(valuation(simulated=simulated), DOUBT)
    mine = table[(table["kind"] == kind) & (table["alternative"] == "more")]
    return mine.set_index("scenario").to_dict(orient="index")


def test_every_rate_is_shown_and_the_case_s_own_is_the_headline() -> None:
    rates, base = more("rate"), more("base")
    assert len(rates) == len(small().appraisal.rates())
    assert rates["discount rate 7.0%"]["npv0_usd"] == base["the case itself"]["npv0_usd"]


def test_shares_that_go_another_way_leave_the_rest() -> None:
    base, found = more("base")["the case itself"], more("displaced")
    assert found["50% of loads go another way"]["loads"] == pytest.approx(0.5 * base["loads"])
    assert found["50% of loads go another way"]["break_even_usd"] == pytest.approx(2.0 * base["break_even_usd"])


def test_idle_equipment_costs_as_much_and_gains_less() -> None:
    base, found = (more("base")["the case itself"], more("downtime")["out of service 10% of the time"])
    assert found["cost_usd"] == base["cost_usd"]
    assert found["user_benefit_usd"] == pytest.approx(0.9 * base["user_benefit_usd"])


def test_delays_and_horizons_that_leave_no_service_are_left_out() -> None:
    assert list(more("late")) == ["everything 1 years late"]
    assert list(more("horizon")) == ["2 years of operation", "4 years of operation"]
    base = more("base")["the case itself"]
    assert more("late")["everything 1 years late"]["loads"] < base["loads"]


def test_views_stand_beside_each_other() -> None:
    base, views = more("base")["the case itself"], more("view")
    carrier = next(row for name, row in views.items() if "carrier" in name)
    assert carrier["cost_usd"] == base["cost_usd"]
    assert carrier["user_benefit_usd"] > base["user_benefit_usd"]


def test_growth_is_as_simulated_above_the_case_on_the_same_seeds() -> None:
    assert more("growth") == {}
    one, base = valuation(simulated=True), more("base")["the case itself"]
    ((name, row),) = more("growth", simulated=True).items()
    assert name == "growth 2.0% a year"
    assert one.sets is not None
    (amounts,) = one.sets.growth.values()
    gap = (
        one.worths({}, amounts.whole)["more"].user_benefit - one.worths({}, one.sets.itself.whole)["more"].user_benefit
    )
    assert row["user_benefit_usd"] == pytest.approx(base["user_benefit_usd"] + gap)


def test_growth_is_moved_within_its_range() -> None:
    one = valuation(simulated=True)
    assert one.sets is not None
    steps = growth_steps(small(), one.sets.inputs, 0.5)
    (growth,) = [b.assumption for b in one.sets.inputs if b.name == "demand.growth_share_per_y"]
    assert growth is not None
    assert list(steps) == [growth.low, growth.high]
    assert [position for _, position in steps.values()] == [0.0, 1.0]


def test_the_grid_turns_where_savings_and_loads_pay() -> None:
    table = two_way_table(valuation(), DOUBT, [0.0, 1e12])
    assert (table[table["usd_per_load"] == 1e12]["best"] == "more").all()
    none = table[(table["usd_per_load"] == 0.0) & (table["saving_factor"] == 0.0)]
    assert list(none["best"]) == ["today"]
    assert list(none["nmb_usd"]) == [0.0]
