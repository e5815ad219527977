"""The load of a roster: officers that work asks for over officers on duty, by hand."""

import numpy as np
import pytest

from experiments.execution.overload import overloaded_alternatives
from experiments.study.study import compose_scenario
from sim.policies.base import PolicyExpectation
from sim.roster_load import officer_time_min, officer_work_min
from sim.scenario import Scenario
from sim.setting.window import Window
from sim.workload import weekly_load

WEEK = Window(seed=1, epoch=0, replication=0, start_date="2024-05-13", days=7)
EXPECTED = PolicyExpectation(scan_share=0.27, threat_image_share=0.01, slow_share=0.0)


def pharr(*overrides: str) -> Scenario:
    return compose_scenario(["port=pharr", "staffing=roster", "policy=todays_practice", *overrides])


def officer_load(scenario: Scenario) -> float:
    loads = weekly_load(scenario, EXPECTED, WEEK).set_index("station")["load_share"]
    return float(loads["officers"])


def test_time_on_duty_is_that_of_the_shifts_less_absences_and_breaks() -> None:
    scenario = pharr("staffing.roster.absent_share=0.05", "staffing.roster.break_share=0.1")
    hours = officer_time_min(scenario, WEEK) / 60.0
    # Tuesday at 2 h: nobody; 1 h: the evening's twelve; 12 h: 41; Saturday at 9 h: 41; Monday at 1 h: Sunday's shift
    # has ended at 20 h
    assert hours[24 + 2] == 0.0
    assert hours[24 + 1] == pytest.approx(12 * 0.95 * 0.9)
    assert hours[24 + 12] == pytest.approx(41 * 0.95 * 0.9)
    assert hours[5 * 24 + 9] == pytest.approx(41 * 0.95 * 0.9)
    assert hours[1] == 0.0


def test_work_is_what_posts_ask_for_times_their_crews_and_no_more_than_they_can_do() -> None:
    scenario = pharr()
    crews = {posts.name: posts.crew_officers for posts in scenario.roster_posts()}
    asked = {"primary_general": np.array([60.0, 0.0]), "primary_fast": np.array([30.0, 0.0])}
    asked |= {"dock": np.array([100.0, 300.0]), "approach": np.array([500.0, 500.0])}
    able = {name: np.array([200.0, 200.0]) for name in asked} | {"dock": np.array([100.0, 100.0])}
    half = crews["dock"] / 2.0
    assert officer_work_min(scenario, asked, able) == pytest.approx([90.0 + 100.0 * half, 300.0 * half])


def test_half_the_officers_are_twice_as_busy_and_too_few_are_named() -> None:
    many = pharr("staffing.roster.absent_share=0", "staffing.roster.break_share=0")
    half = pharr("staffing.roster.absent_share=0", "staffing.roster.break_share=0.5")
    assert officer_load(half) == pytest.approx(2.0 * officer_load(many))
    few = pharr("staffing.roster.break_share=0.75")
    loads = {"few": weekly_load(few, EXPECTED, WEEK)}
    unstable, saturated = overloaded_alternatives({"few": few}, loads)
    assert unstable["few"].startswith("officers are asked for 1")
    assert not saturated


def test_without_a_roster_there_is_no_such_row() -> None:
    scenario = compose_scenario(["port=pharr", "policy=todays_practice"])
    assert "officers" not in set(weekly_load(scenario, EXPECTED, WEEK)["station"])
    assert not officer_time_min(scenario, WEEK).any()
