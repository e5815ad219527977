"""Users' gains: hours, trips by the other bridge, two views that are never added."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked_example import BENEFIT, NONE, PRICE_YEAR, VALUE, hour

from experiments.economics.benefits import (
    Benefit,
    Safety,
    fuel_saved_gal,
    interpolate_years,
    reliability_benefit,
    trip_elsewhere_usd,
    truck_hour_value,
    user_benefit,
)
from experiments.economics.discounting import Deflator
from experiments.funding.request import read_economic_option, read_time_values
from sim.errors import ConfigError

CLASSES = ("empty", "loaded", "perishable")


@given(*[st.floats(0.0, 300.0)] * 5, st.floats(0.0, 2.0))
def test_a_trip_elsewhere_costs_its_driving_its_standing_and_the_delay_of_others(
    driving: float, miles: float, waiting: float, others: float, others_usd_per_h: float, inspection_h: float
) -> None:
    """Hours are worked out by hand from what an hour of the example holds: 33.5 + 3 + 0.45 + 25 dollars."""
    there = dataclasses.replace(
        BENEFIT.other_bridge, detour_min=driving, detour_miles=miles, wait_min=waiting, others_min=others
    )
    moved = dataclasses.replace(BENEFIT, other_bridge=there)
    road, line = driving / 60.0 * (33.5 + 25.0), waiting / 60.0 + inspection_h
    found = float(trip_elsewhere_usd(moved, hour(), inspection_h, others_usd_per_h, NONE))
    assert found == pytest.approx(road + miles * 1.0 + line * 61.95 + others / 60.0 * others_usd_per_h)


@pytest.mark.parametrize("name", ["dot_2023", "carrier_2024"])
def test_shipped_prices_of_leaving_agree_with_the_ceiling_at_which_trips_leave(name: str) -> None:
    """Who leaves at 90 minutes would be out of his mind if it cost him three hours, or ten minutes."""
    gdp = read_economic_option(Deflator, "deflator", "gdp")
    benefit = read_economic_option(Benefit, "benefit", name)
    for kind in CLASSES:
        worth = truck_hour_value(read_time_values(benefit), benefit, kind, 2023, gdp)
        as_dear_min = float(trip_elsewhere_usd(benefit, worth, 0.0, 0.0, gdp)) / worth.usd_per_h * 60.0
        assert 45.0 <= as_dear_min <= 180.0  # the range of demand.wait_ceiling_min


@pytest.mark.parametrize("name", ["dot_2023", "dot_2023_cargo", "carrier_2024"])
def test_an_hour_of_a_perishable_load_is_worth_more_than_any_other(name: str) -> None:
    gdp = read_economic_option(Deflator, "deflator", "gdp")
    benefit = read_economic_option(Benefit, "benefit", name)
    empty, loaded, perishable = (
        truck_hour_value(read_time_values(benefit), benefit, kind, 2023, gdp).usd_per_h for kind in CLASSES
    )
    assert empty <= loaded < perishable


def test_damages_count_where_both_numbers_are_given_and_are_refused_by_halves() -> None:
    assert BENEFIT.emissions is not None
    soot = dataclasses.replace(BENEFIT.emissions, pm25_g_per_h=2.0, pm25_damage_usd_per_t=500_000.0)
    assert soot.usd_per_h() == pytest.approx(0.45 + 1.0)
    bare = dataclasses.replace(BENEFIT.emissions, nox_damage_usd_per_t=None)
    assert bare.usd_per_h() == 0.0
    with pytest.raises(ConfigError, match=r"^so2_g_per_h: null; expected a number, since so2_damage_usd_per_t is"):
        dataclasses.replace(BENEFIT.emissions, so2_damage_usd_per_t=1.0)


def test_crashes_count_by_the_hour_in_line_and_by_the_mile_of_the_detour() -> None:
    safe = Safety(crash_usd_per_truck_h=2.0, crash_usd_per_mile=0.5, price_year=PRICE_YEAR)
    counted = dataclasses.replace(BENEFIT, safety=safe)
    worth = truck_hour_value(VALUE, counted, "all", PRICE_YEAR, NONE)
    assert worth.usd_per_h == pytest.approx(61.95 + 2.0)
    more = trip_elsewhere_usd(counted, hour(), 0.0, 9.0, NONE) - trip_elsewhere_usd(BENEFIT, hour(), 0.0, 9.0, NONE)
    assert float(more) == pytest.approx(20.0 * 0.5)


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
    parts = {"emissions": None, "safety": None, "cargo": None} | {part: getattr(BENEFIT, part)}
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
        driver_2020 = 32.00
        assert found.time == pytest.approx(driver_2020 * 122.272 / 105.380, abs=0.005)
        assert found.fuel == pytest.approx(0.49 * (4.20 - 0.244 - 0.20), rel=2e-3)
        assert found.emissions == found.safety == 0.0  # no table at hand: shown empty
    assert (found.cargo > 0.0) == (name == "dot_2023_cargo")
    assert found.usd_per_h == pytest.approx(found.time + found.fuel + found.cargo)


def test_steadier_waits_count_where_they_are_asked_for() -> None:
    counted = dataclasses.replace(BENEFIT, reliability_ratio=0.8)
    assert float(reliability_benefit(counted, hour(), 100.0, 1.5, 1.0)) == pytest.approx(40.0 * 33.5)
    assert float(reliability_benefit(BENEFIT, hour(), 100.0, 1.5, 1.0)) == 0.0


def test_fuel_is_counted() -> None:
    assert fuel_saved_gal([0.0, 1000.0], 0.8).tolist() == [0.0, 800.0]
