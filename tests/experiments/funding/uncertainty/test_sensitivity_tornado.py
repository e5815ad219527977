from __future__ import annotations

import pytest
from made_response import valuation

from experiments.funding.uncertainty.sensitivity import tornado_table, widest_swing_inputs


def test_swings_are_sorted_and_stand_at_zero_and_at_break_even() -> None:
    one = valuation()
    table = tornado_table(one)
    base = one.worths({}, None)["more"]
    assert set(table["alternative"]) == {"more"}
    prices = sorted(table["usd_per_load"].unique())
    assert prices == [0.0, pytest.approx(-base.npv0 / base.loads)]
    for _, part in table.groupby("usd_per_load"):
        assert part["swing_usd"].is_monotonic_decreasing
    at_zero = table[table["usd_per_load"] == 0.0]
    assert (at_zero["base_usd"] == base.npv0).all()
    assert table[table["usd_per_load"] > 0.0]["base_usd"].to_numpy() == pytest.approx(0.0, abs=1e-6)


def test_loads_swing_only_where_they_are_worth_something() -> None:
    table = tornado_table(valuation())
    found = table[table["input"] == "loads.scale"]
    assert (found["usd_per_load"] > 0.0).all()
    assert len(found) == 1


def test_a_swing_is_the_difference_of_its_ends() -> None:
    table = tornado_table(valuation(simulated=True))
    gap = (table["high_usd"] - table["low_usd"]).abs()
    assert table["swing_usd"].to_numpy() == pytest.approx(gap.to_numpy())
    assert "demand.growth_share_per_y" in set(table["input"])
    assert (
        widest_swing_inputs(table, 3)
        == list(dict.fromkeys(table.sort_values("swing_usd", ascending=False)["input"]))[:3]
    )
