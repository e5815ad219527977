"""Users' gains: hours, the rule of one half, two views that are never added."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked_example import BENEFIT, NONE, PRICE_YEAR, VALUE, hour

from experiments.economics.benefits import (
    Benefit,
    fuel_saved_gal,
    interpolate_years,
    reliability_benefit,
    rule_of_half_below_ceiling,
    truck_hour_value,
    user_benefit,
)
from experiments.economics.discounting import Deflator
from experiments.funding.request import read_economic_option, read_time_values
from sim.errors import ConfigError

POSITIVE = st.floats(0.0, 1e6)


@given(st.floats(1.0, 1e4), st.floats(0.1, 10.0), st.floats(0.05, 0.95), st.floats(0.1, 1e3))
def test_up_to_the_old_hours_it_is_the_area_under_a_straight_demand(
    trips: float, hours: float, part: float, slope: float
) -> None:
    new_hours = hours * part
    at = np.linspace(new_hours, hours, 2001)
    demand = trips + slope * (hours - at)
    area = float(np.trapezoid(demand, at))
    found = rule_of_half_below_ceiling(trips, trips + slope * (hours - new_hours), hours, new_hours, hours)
    assert float(found) == pytest.approx(area, rel=1e-9)


@given(POSITIVE, st.floats(0.0, 10.0), st.floats(0.0, 10.0), st.floats(0.0, 10.0))
def test_without_trips_won_or_lost_the_ceiling_is_without_effect(
    trips: float, hours: float, new: float, most: float
) -> None:
    found = float(rule_of_half_below_ceiling(trips, trips, hours, new, most))
    assert found == pytest.approx(trips * (hours - new))


@given(st.floats(1.0, 1e4), st.floats(0.0, 1.0), st.floats(0.1, 3.0), st.floats(0.0, 5.0))
def test_turning_trips_away_is_never_a_gain(trips: float, part: float, hours: float, most: float) -> None:
    """Those who are left go on as before, or no faster: who is turned away loses or breaks even."""
    assert float(rule_of_half_below_ceiling(trips, trips * part, hours, hours, most)) <= 0.0


@given(st.floats(0.1, 10.0), st.floats(0.05, 0.95), st.floats(1.0, 1e3), st.floats(0.1, 1e3))
def test_trips_won_up_to_the_ceiling_are_the_area_under_a_straight_demand(
    most: float, part: float, trips: float, slope: float
) -> None:
    """At the ceiling only those come who always come: all that is won is won below it."""
    new = most * part
    at = np.linspace(new, most, 2001)
    area = float(np.trapezoid(trips + slope * (most - at), at))
    found = rule_of_half_below_ceiling(trips, trips + slope * (most - new), most, new, most)
    assert float(found) == pytest.approx(area, rel=1e-9)


def test_what_is_won_one_way_is_lost_the_other() -> None:
    there = float(rule_of_half_below_ceiling(100.0, 120.0, 1.0, 0.5, 1.5))
    assert there == -float(rule_of_half_below_ceiling(120.0, 100.0, 0.5, 1.0, 1.5)) == 60.0


def test_hours_between_simulated_years() -> None:
    assert interpolate_years({1: 8.0, 5: 16.0}, 5).tolist() == [8.0, 8.0, 10.0, 12.0, 14.0, 16.0]


@pytest.mark.parametrize("simulated", [{}, {1: 1.0, 4: 1.0}, {2: 1.0, 5: 1.0}])
def test_hours_are_never_extrapolated(simulated: dict[int, float]) -> None:
    with pytest.raises(ConfigError, match=r"^appraisal\.simulated_years: hours are never extrap"):
        interpolate_years(simulated, 5)


def test_a_loss_of_users_is_negative() -> None:
    assert user_benefit({"all": [0.0, -1.0]}, {"all": hour()}, PRICE_YEAR).tolist() == pytest.approx([0.0, -61.95])


def test_classes_add_up() -> None:
    hours = {"loaded": [0.0, 2.0], "empty": [0.0, 3.0]}
    values = {"loaded": hour(), "empty": dataclasses.replace(hour(), cargo=0.0)}
    assert user_benefit(hours, values, PRICE_YEAR)[1] == pytest.approx(2 * 61.95 + 3 * 36.95)


def test_views_are_never_added() -> None:
    carrier = dataclasses.replace(hour(), view="carrier")
    with pytest.raises(ConfigError, match=r"^benefit\.view: one view at a time, got carrier and"):
        user_benefit({"a": [1.0], "b": [1.0]}, {"a": hour(), "b": carrier}, PRICE_YEAR)
    with pytest.raises(ConfigError, match=r"^benefit\.view: hours are never added"):
        hour() + carrier


@pytest.mark.parametrize("part", ["emissions", "cargo"])
def test_a_carrier_pays_no_damage_and_no_cargo_time(part: str) -> None:
    parts = {"emissions": None, "cargo": None} | {part: getattr(BENEFIT, part)}
    with pytest.raises(ConfigError, match=r"^view: a carrier pays neither"):
        dataclasses.replace(BENEFIT, view="carrier", **parts)


def test_hours_of_another_year_or_class_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"^benefit\.all: 2023 dollars in a study of 2024"):
        user_benefit({"all": [1.0]}, {"all": hour()}, 2024)
    with pytest.raises(ConfigError, match=r"^benefit\.empty: hours of a class that has no value"):
        user_benefit({"empty": [1.0]}, {"all": hour()}, PRICE_YEAR)
    with pytest.raises(ConfigError, match=r"^benefit\.cargo\.value_usd_per_truck: no 'empty'"):
        truck_hour_value(VALUE, BENEFIT, "empty", PRICE_YEAR, NONE)


def test_a_benefit_goes_with_its_own_prices() -> None:
    other = dataclasses.replace(VALUE, name="other")
    with pytest.raises(ConfigError, match=r"^benefit\.value: example goes with example, not with"):
        truck_hour_value(other, BENEFIT, "all", PRICE_YEAR, NONE)


@pytest.mark.parametrize("name", ["dot_2023", "dot_2023_cargo", "carrier_2024"])
def test_each_shipped_view_in_dollars_of_2023(name: str) -> None:
    gdp = read_economic_option(Deflator, "deflator", "gdp")
    benefit = read_economic_option(Benefit, "benefit", name)
    found = truck_hour_value(read_time_values(benefit), benefit, "loaded", 2023, gdp)
    if name == "carrier_2024":
        assert found.time == pytest.approx(71.57 * 122.272 / 125.231)
        assert found.emissions == found.cargo == 0.0
    else:
        assert found.time == pytest.approx(33.50)
        assert found.emissions == pytest.approx(30.0 * 11_000.0 / 1e6 * 122.272 / 97.277)
    assert (found.cargo > 0.0) == (name == "dot_2023_cargo")
    total = found.time + found.fuel + found.emissions + found.cargo
    assert found.usd_per_h == pytest.approx(total)


def test_steadier_waits_count_where_they_are_asked_for() -> None:
    counted = dataclasses.replace(BENEFIT, reliability_ratio=0.8)
    assert float(reliability_benefit(counted, hour(), 100.0, 1.5, 1.0)) == pytest.approx(40.0 * 33.5)
    assert float(reliability_benefit(BENEFIT, hour(), 100.0, 1.5, 1.0)) == 0.0


def test_fuel_is_counted() -> None:
    assert fuel_saved_gal([0.0, 1000.0], 0.8).tolist() == [0.0, 800.0]
