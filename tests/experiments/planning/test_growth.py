"""Weekly loads by month against arithmetic by hand, and the month in which growth fills a station."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import pytest

from experiments.planning.growth import ANY_LINE, StationLoad, first_full_month, month_loads, open_lanes, with_all_lanes
from experiments.study.study import compose_scenario
from sim.policies.base import PolicyExpectation
from sim.scenario import Scenario, replace_parts
from sim.trucks.arrivals import day_type, trucks_by_day
from sim.trucks.service_times import service_mean_min


@pytest.fixture(scope="module")
def pharr() -> Scenario:
    scenario = compose_scenario(["port=pharr", "policy=no_referral", "staffing=timetable"])
    volume = dataclasses.replace(scenario.port.volume, holidays=None, day_factor=None)
    return replace_parts(scenario, port=dataclasses.replace(scenario.port, volume=volume))


def test_the_load_of_a_month_is_that_of_its_whole_weeks(pharr: Scenario) -> None:
    loads = {
        load.station: load
        for load in month_loads(pharr, PolicyExpectation(scan_share=0.0, threat_image_share=0.01), 2024)
    }
    # April 2024 begins on a Monday: its whole weeks are the 1st to the 28th
    days = [dt.date(2024, 4, 1) + dt.timedelta(days=day) for day in range(28)]
    trucks = trucks_by_day(pharr, days).sum() * (1.0 - pharr.port.mix.fast_share)
    shifts = pharr.port.primary.open_by_shift
    assert shifts is not None
    booth_h = sum(s.lanes * (s.to_h - s.from_h) for day in days for s in shifts[day_type(day.weekday())])
    expected = trucks * service_mean_min(pharr.port.primary.service) / (60.0 * booth_h)
    assert loads["primary_general"].load_share[3] == pytest.approx(expected, rel=1e-9)


def test_all_lanes_are_those_built_within_the_limit(pharr: Scenario) -> None:
    whole = with_all_lanes(pharr)
    assert open_lanes(whole) == (pharr.port.primary.lanes, pharr.port.primary.fast_lanes)
    limited = replace_parts(pharr, staffing=dataclasses.replace(pharr.staffing, max_lanes=3))
    assert open_lanes(with_all_lanes(limited))[0] == 3
    follows = replace_parts(pharr, staffing=dataclasses.replace(pharr.staffing, responsive=ANY_LINE))
    assert with_all_lanes(follows) is follows
    practice = replace_parts(pharr, staffing=dataclasses.replace(pharr.staffing, responsive="port"))
    assert with_all_lanes(practice) is practice
    keeps = replace_parts(practice, port=dataclasses.replace(pharr.port, lane_response=None))
    assert open_lanes(with_all_lanes(keeps)) == open_lanes(whole)


def test_more_lanes_lower_the_load_of_the_booths_alone(pharr: Scenario) -> None:
    expected = PolicyExpectation(scan_share=0.2, threat_image_share=0.01)
    before = {load.station: load.load_share for load in month_loads(pharr, expected, 2024)}
    after = {load.station: load.load_share for load in month_loads(with_all_lanes(pharr), expected, 2024)}
    assert max(after["primary_general"]) < max(before["primary_general"])
    assert after["portal"] == before["portal"]


@pytest.mark.parametrize(
    ("growth", "month"), [(0.0, None), (-0.1, None), (0.03, (2031, 4)), (0.25, (2025, 4)), (0.5, (2025, 1))]
)
def test_the_first_full_month_is_the_first(growth: float, month: tuple[int, int] | None) -> None:
    load = [0.7] * 12
    load[3] = 0.82
    assert first_full_month(load, 2024, growth, 2074) == month
    if month is not None:
        year, number = month
        assert load[number - 1] * (1.0 + growth) ** (year - 2024) >= 1.0


def test_a_port_that_is_too_small_today_is_full_in_the_year_of_its_counts() -> None:
    assert first_full_month([0.5, 1.0] + [0.5] * 10, 2024, -0.2, 2030) == (2024, 2)


def test_a_station_that_nobody_visits_can_take_any_growth() -> None:
    assert math.isinf(StationLoad("dock", passes=False, load_share=(0.0,) * 12).spare_share)
    assert StationLoad("dock", passes=False, load_share=(0.5,) * 11 + (1.25,)).spare_share == pytest.approx(-0.2)
