"""Whose rules open lanes beyond the timetable: the port's, the staffing's own, or nobody's."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from sim.errors import ConfigError
from sim.scenario import Scenario
from sim.setting.port import DayType
from sim.setting.staffing import booth_shifts, lane_response

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


ONE_MORE = "staffing.extra=[{from_h:10,to_h:14,lanes:1}]"
SHIFTS = (
    "staffing=timetable",
    "port.primary.open_by_shift={weekday:[{from_h:7,to_h:12,lanes:5,fast_lanes:1},{from_h:12,to_h:20,lanes:7,fast_lanes:2}],"
    "saturday:[{from_h:8,to_h:16,lanes:3,fast_lanes:1}],sunday:[]}",
)


def open_lanes(scenario: Scenario, day: DayType) -> list[tuple[float, float, int, int]]:
    """Return (from, to, general, FAST booths) of one kind of day."""
    shifts = booth_shifts(scenario.port, scenario.staffing, day)
    return [(shift.from_h, shift.to_h, shift.lanes, shift.fast_lanes) for shift in shifts]


def test_a_lane_between_two_hours_cuts_the_shifts_that_it_crosses(make_scenario: Make) -> None:
    more = make_scenario(*SHIFTS, ONE_MORE)
    assert open_lanes(more, "weekday") == [(7, 10, 5, 1), (10, 12, 6, 1), (12, 14, 8, 2), (14, 20, 7, 2)]
    assert open_lanes(more, "saturday") == [(8, 10, 3, 1), (10, 14, 4, 1), (14, 16, 3, 1)]


def test_where_the_timetable_opens_none_the_extra_lane_is_alone(make_scenario: Make) -> None:
    assert open_lanes(make_scenario(*SHIFTS, ONE_MORE), "sunday") == [(10, 14, 1, 0)]
    early = make_scenario(*SHIFTS, "staffing.extra=[{from_h:0,to_h:8,lanes:1,days:[weekday]}]")
    opens = early.port.hours["weekday"].open_h
    assert open_lanes(early, "weekday")[0] == (opens, 8, 6, 1)


def test_entries_add_up_close_lanes_and_keep_to_their_days(make_scenario: Make) -> None:
    some = make_scenario(
        *SHIFTS,
        "staffing.extra=[{from_h:7,to_h:9,lanes:-2,days:[weekday]},{from_h:8,to_h:10,lanes:1,fast_lanes:1},{from_h:9,to_h:20,lanes:99,days:[saturday]}]",
    )
    assert open_lanes(some, "weekday")[:4] == [(7, 8, 3, 1), (8, 9, 4, 2), (9, 10, 6, 2), (10, 12, 5, 1)]
    assert open_lanes(some, "saturday")[-1] == (10, 16, some.port.primary.lanes, 1)


def test_no_extra_lane_leaves_the_timetable_as_it_is(make_scenario: Make) -> None:
    assert open_lanes(make_scenario(*SHIFTS, "staffing.extra=[]"), "weekday") == [(7, 12, 5, 1), (12, 20, 7, 2)]


def test_extra_lanes_come_on_top_of_limits_and_of_lanes_at_every_hour(make_scenario: Make) -> None:
    few = make_scenario(*SHIFTS, "staffing.max_lanes=4", "staffing.extra_lanes=1", ONE_MORE)
    assert [lanes for _, _, lanes, _ in open_lanes(few, "weekday")] == [5, 6, 6, 5]
