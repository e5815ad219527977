"""Whose rules open lanes beyond the timetable: the port's, the staffing's own, or nobody's."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from sim.errors import ConfigError
from sim.scenario import Scenario
from sim.setting.staffing import lane_response

Make = Callable[..., Scenario]


def open_above_min(scenario: Scenario) -> float | None:
    rules = lane_response(scenario.port, scenario.staffing)
    return None if rules is None else rules.open_above_min


def test_the_port_s_practice_stands_unless_the_staffing_has_rules_of_its_own(make_scenario: Make) -> None:
    practice = ("port.lane_response.open_above_min=31",)
    assert open_above_min(make_scenario(*practice)) == 31.0
    assert open_above_min(make_scenario(*practice, "staffing=april_2019")) == 31.0
    assert open_above_min(make_scenario(*practice, "staffing=responsive")) == 24.0
    assert open_above_min(make_scenario(*practice, "staffing=timetable")) is None


def test_a_port_without_a_practice_keeps_its_timetable(make_scenario: Make) -> None:
    assert open_above_min(make_scenario("port=bare")) is None
    assert open_above_min(make_scenario("port=bare", "staffing=responsive")) == 24.0


@pytest.mark.parametrize("key", ["port.lane_response", "staffing.responsive"])
def test_a_refusal_names_whose_rules_they_are(make_scenario: Make, key: str) -> None:
    own = ("staffing=responsive",) if key == "staffing.responsive" else ()
    with pytest.raises(ConfigError, match=rf"{key}.reserve_lanes: must be at most port.primary.lanes=15, got 16"):
        make_scenario(*own, f"{key}.reserve_lanes=16")


def test_the_staffing_s_word_is_port_or_rules_or_null(make_scenario: Make) -> None:
    assert make_scenario().staffing.responsive == "port"
    with pytest.raises(ConfigError, match="expected one of port or a group of keys or null, got 'timetable'"):
        make_scenario("staffing.responsive=timetable")
    staffing = make_scenario("staffing=timetable").staffing
    assert dataclasses.replace(staffing, name="baseline", responsive="port") == make_scenario().staffing
