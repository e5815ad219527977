"""How lanes follow the line: decisions one by one, and small ports worked out on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hand_flow import at, hand_flow

from sim.engine import simpy_port
from sim.engine.flow import Flow, Record
from sim.engine.kernel import loop
from sim.engine.reviews import ABOVE, NO_OFFICER_LIMIT, SINCE, WANTED, choose_posts, lay_out_reviews, review_lanes
from sim.stations import N_STATIONS, PRIMARY

LANES = 3
RULES: dict[str, Any] = {
    "open_above_min": 6.0,
    "close_below_min": 3.0,
    "delay_reviews": 0,
    "min_open_reviews": 1,
    "most_officers": NO_OFFICER_LIMIT,
}


def decide(
    trucks: list[int], least: list[int], *, most: int = LANES, closing: int = 0, **rules: float
) -> list[tuple[int, int, int]]:
    """Return (lanes, reviews above, reviews since) after each review of one kind of lanes; a truck is 4 min of work."""
    plan = lay_out_reviews(
        {
            "first": [0, LANES],
            "review_min": 10.0 * np.arange(len(trucks)),
            "least": np.array(least)[:, None],
            "most": np.maximum(most, least)[:, None],
            "work_min": [[4.0, 0.0]],
        }
        | RULES
        | rules
    )
    memory, found = plan.empty_memory(), []
    for row, waiting in enumerate(trucks):
        review_lanes(plan, row, np.array([waiting, 99]), np.array([closing]), memory)
        found.append(tuple(int(memory[part, 0]) for part in (WANTED, ABOVE, SINCE)))
    return found


def lanes(*args: Any, **rules: Any) -> list[int]:
    return [row[0] for row in decide(*args, **rules)]


def test_one_lane_opens_and_one_closes_a_review() -> None:
    assert lanes([9, 9, 9, 9, 0, 0, 0], [1] * 7) == [2, 3, 3, 3, 2, 1, 1]


def test_between_the_thresholds_nothing_changes() -> None:
    # with two lanes: opens above 12 minutes of work, closes below 6
    assert lanes([2, 3, 2, 1], [1] * 4) == [2, 2, 2, 1]


def test_work_at_a_threshold_changes_nothing() -> None:
    assert lanes([3, 3], [2, 2], close_below_min=2.0) == [2, 2]
    assert lanes([9, 3], [1, 1], close_below_min=6.0, open_above_min=7.0) == [2, 2]


def test_no_lane_and_a_line_is_above_every_threshold() -> None:
    assert lanes([0, 1], [0, 0], open_above_min=1e9) == [0, 1]


def test_the_delay_counts_reviews_in_a_row_and_starts_anew_for_each_lane() -> None:
    assert lanes([9, 0, 9, 9, 9, 9, 9, 9], [1] * 8, delay_reviews=2) == [1, 1, 1, 1, 2, 2, 2, 3]


def test_a_lane_stays_open_for_a_while() -> None:
    assert lanes([9, 0, 0, 0, 0], [1] * 5, min_open_reviews=3) == [2, 2, 2, 1, 1]


def test_the_timetable_is_the_least_and_takes_over_lanes_that_the_line_has_opened() -> None:
    assert lanes([9, 2, 2, 0, 0], [1, 1, 2, 2, 2]) == [2, 2, 2, 2, 2]
    # the timetable's second lane closes with its shift, the one opened beyond it stays for its time
    assert lanes([9, 3, 3, 0], [2, 2, 1, 1]) == [3, 3, 2, 1]


def test_no_more_lanes_than_may_open_and_officers_that_are_free() -> None:
    assert lanes([9, 9, 9], [1] * 3, most=2) == [2, 2, 2]
    assert lanes([9, 9, 9], [1] * 3, most_officers=2) == [2, 2, 2]
    assert lanes([9, 9, 9], [1] * 3, most_officers=2, closing=1) == [1, 1, 1]
    # the timetable opens its lanes whoever is free
    assert lanes([9, 9], [1, 3], most_officers=1) == [1, 3]


def two_kinds(least: list[list[int]], in_line: list[list[int]]) -> list[list[int]]:
    """Return the lanes of two kinds, two of each built, after each review with three officers."""
    plan = lay_out_reviews(
        {
            "first": [0, 2, 4],
            "review_min": 10.0 * np.arange(len(least)),
            "least": least,
            "most": np.full((len(least), 2), 2),
            "work_min": [[4.0, 0.0], [0.0, 4.0]],
        }
        | RULES
        | {"most_officers": 3}
    )
    memory, found = plan.empty_memory(), []
    for row, trucks in enumerate(in_line):
        review_lanes(plan, row, np.array(trucks), np.zeros(2, dtype=np.int64), memory)
        found.append(memory[WANTED].tolist())
    return found


def test_an_officer_of_a_lane_that_closes_is_not_free_in_the_same_review() -> None:
    assert two_kinds([[1, 1]] * 3, [[9, 0], [0, 9], [0, 9]]) == [[2, 1], [1, 1], [1, 2]]


def test_the_timetable_takes_the_officers_of_lanes_opened_beyond_it() -> None:
    assert two_kinds([[1, 1], [1, 2], [1, 2]], [[9, 0], [9, 0], [9, 0]]) == [[2, 1], [1, 2], [1, 2]]


@pytest.mark.parametrize(
    ("number", "up", "chosen"),
    [
        (2, [1, 1, 1, 1], [1, 1, 0, 0]),
        (2, [0, 1, 0, 1], [0, 1, 0, 1]),
        (3, [0, 1, 0, 1], [1, 1, 0, 1]),
        (0, [1, 1, 1, 1], [0, 0, 0, 0]),
        (2, [0, 0, 0, 0], [1, 1, 0, 0]),
    ],
)
def test_posts_that_are_up_are_staffed_first_by_number(number: int, up: list[int], chosen: list[int]) -> None:
    staffed = np.array([7, *[1] * 4, 7])
    choose_posts(1, 5, number, np.array([1, *up, 1]), staffed)
    assert staffed.tolist() == [7, *chosen, 7]


def booths(arrive_min: list[float], **changes: Any) -> Flow:
    """Return three booths that are always up, one of them open by the timetable; a truck takes 4 minutes."""
    reviews = {
        "first": [0, LANES],
        "review_min": [0.0, 10.0, 20.0, 30.0, 40.0],
        "least": np.ones((5, 1)),
        "most": np.full((5, 1), LANES),
        "work_min": [[4.0, 4.0]],
    } | RULES
    parts: dict[str, Any] = {
        "server_first": [LANES * (station > PRIMARY) for station in range(N_STATIONS + 1)],
        "serves": [3] * LANES,
        "capacity": ([PRIMARY] * LANES, list(range(LANES)), [0.0] * LANES, [1000.0] * LANES, [1] * LANES),
        "reviews": reviews | {name: changes.pop(name) for name in list(changes) if name in reviews},
    }
    return hand_flow(arrive_min, {PRIMARY: [(0.0, 1000.0)]}, {PRIMARY: 4.0}, **(parts | changes))


def run_both(flow: Flow) -> Record:
    """Return what both engines give."""
    record = loop.run(flow)
    for compiled, reference in zip(record, simpy_port.run(flow), strict=True):
        assert np.array_equal(compiled, reference, equal_nan=compiled.dtype.kind == "f")
    return record


RUSH = [float(minute) for minute in range(10)]


def test_a_rush_on_paper() -> None:
    """Ten trucks in ten minutes, then two, one every minute from 28 on, then one.

    At 10 the lane is at its third truck: 7 in line, 28 minutes of work > 6, lane 1 opens and takes truck 3. At 20,
    before the services that end then, trucks 8 and 9 are in line: 8 minutes lie between 2 x 3 and 2 x 6. At 30 nobody
    is in line: lane 1 closes with truck 11 in hand, which it finishes at 33, and truck 12 waits for lane 0.
    """
    record = run_both(booths([*RUSH, 28.0, 29.0, 31.0]))
    starts = [0, 4, 8, 10, 12, 14, 16, 18, 20, 22, 28, 29, 32]
    assert at(record, PRIMARY, "start") == starts
    assert record.exit_min.tolist() == [start + 4.0 for start in starts]
    assert record.server_at(PRIMARY).tolist() == [0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]
    assert record.staffed.tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 0], [1, 0, 0], [1, 0, 0]]


def test_a_delay_of_one_review_on_paper() -> None:
    """Lane 1 opens at 20 and takes truck 5, before lane 0 ends truck 4; at 24 truck 5 ends before truck 6."""
    record = run_both(booths(RUSH, delay_reviews=1))
    assert at(record, PRIMARY, "start") == [0, 4, 8, 12, 16, 20, 20, 24, 24, 28]
    assert record.server_at(PRIMARY).tolist() == [0, 0, 0, 0, 0, 1, 0, 1, 0, 1]
    assert record.staffed.sum(axis=1).tolist() == [1, 1, 2, 1, 1]


def test_trucks_in_the_line_of_a_lane_that_closes_pass_to_open_lanes() -> None:
    """Each lane has a line: at 20 lane 1 closes while truck 4 waits in it, and lane 0 takes it as it falls free."""
    rows = {"least": np.array([[2], [2], [1], [1], [1]]), "open_above_min": 100.0}
    record = run_both(
        booths([17.0, 17.5, 18.0, 18.5, 19.0], per_lane=[int(k == PRIMARY) for k in range(N_STATIONS)], **rows)
    )
    assert at(record, PRIMARY, "start") == [17.0, 17.5, 21.0, 25.0, 29.0]
    assert record.server_at(PRIMARY).tolist() == [0, 1, 0, 0, 0]


def test_a_memory_of_its_own_for_every_run() -> None:
    flow = booths(RUSH)
    first, second = loop.run(flow), loop.run(flow)
    assert first.staffed.tolist() == second.staffed.tolist()
    assert first.staffed.sum() > len(first.staffed)
