from __future__ import annotations

import math

import numpy as np
import pytest
from made_response import valuation

from experiments.funding.uncertainty.sensitivity import dummy_swing, tornado_table, widest_swing_inputs


def test_swings_are_sorted_and_stand_at_zero_and_at_break_even() -> None:
    one = valuation()
    table = tornado_table(one)
    base = one.worths({})["more"]
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


def test_a_simulated_swing_has_an_error_and_stands_above_a_dummy() -> None:
    table = tornado_table(valuation(simulated=True))
    growth = table[table["input"] == "demand.growth_share_per_y"]
    assert (growth["se_usd"] > 0.0).all()
    assert (growth["swing_usd"] > growth["dummy_floor_usd"]).all()
    assert (table.loc[table["input"] != "demand.growth_share_per_y", "se_usd"] == 0.0).all()
    assert table["dummy_floor_usd"].notna().all()
    assert tornado_table(valuation())["dummy_floor_usd"].isna().all(), "nothing was simulated"


def test_the_widest_of_some_dummies_is_above_the_floor_once_in_twenty() -> None:
    rng = np.random.default_rng(1)
    swings = rng.normal(size=(2000, 6, 2))
    means = np.abs(swings.mean(axis=2)).max(axis=1)
    floors = np.array([dummy_swing(list(own)) for own in swings])
    # binomial(2000, 0.05), and a little less because the six have one error in common
    assert 0.03 <= np.mean(means > floors) <= 0.065
    assert math.isnan(dummy_swing([]))
