"""Where officers of one roster are placed: decisions one by one, and small ports worked out on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hand_flow import at, hand_flow

from sim.engine import simpy_port
from sim.engine.flow import Flow, Record
from sim.engine.kernel import loop
from sim.engine.reviews import lay_out_reviews
from sim.engine.roster import RULES, hold_roster, lay_out_roster
from sim.engine.routes import ORDERED
from sim.stations import DOCK, N_STATIONS, PRIMARY

BOOTHS, DOCKS = 4, 2
POSTS = BOOTHS + DOCKS


def plan_of(rule: str, officers: list[float], **changes: Any) -> tuple[Any, Any]:
    """Return four booths of one officer and two docks of three, reviewed every ten minutes."""
    rows = len(officers)
    times = 10.0 * np.arange(rows)
    lanes: dict[str, Any] = dict.fromkeys(("open_above_min", "close_below_min", "delay_reviews", "min_open_reviews"), 0)
    lanes |= {"first": [0, BOOTHS], "review_min": times, "work_min": [[4.0, 4.0]], "most_officers": 99}
    lanes |= dict.fromkeys(("least", "most"), np.full((rows, 1), changes.pop("booths_wanted", BOOTHS)))
    thousandths = (1000.0 * np.array(officers)).astype(int)
    parts: dict[str, Any] = {
        "review_min": times,
        "lane_row": range(rows),
        "first": [0, BOOTHS],
        "last": [BOOTHS, POSTS],
        "station": [PRIMARY, DOCK],
        "lanes": [0, -1],
        "crew": [1000, 3000],
        "least": [1, 1],
        "wanted": np.full((rows, 2), DOCKS),
        "is_open": np.ones((rows, 2)),
        "officers": thousandths,
        "on_duty": thousandths,
        "ended": np.maximum(-np.diff(thousandths, prepend=thousandths[:1]), 0),
        "may_stay": np.zeros(rows),
        "work_min": [[4.0, 4.0], [30.0, 30.0]],
        "rule": RULES[rule],
        "target_wait_min": 8.0,
    }
    return lay_out_reviews(lanes), lay_out_roster(parts | changes)


def place(
    rule: str, officers: list[float], line: int = 0, at_dock: int = 0, busy: list[int] | None = None, **changes: Any
) -> list[list[int]]:
    """Return [booths, docks, thousandths beyond the roster] after each review; posts ``busy`` always hold a truck."""
    plan = plan_of(rule, officers, **changes)
    memory = plan[0].new_memory(2, POSTS)
    staffed, found = np.zeros(POSTS, dtype=np.int64), []
    waiting = np.where(np.arange(N_STATIONS) == DOCK, at_dock, 0)
    nobody, holds = np.full(line, np.nan), np.array(busy or [0] * POSTS)
    for row in range(len(officers)):
        trucks = (line, np.zeros(line, dtype=np.int64), nobody, nobody, waiting, np.zeros_like(waiting))
        beyond = hold_roster(plan, row, *trucks, holds, np.ones(POSTS, dtype=np.int64), staffed, memory)
        found.append([int(staffed[:BOOTHS].sum()), int(staffed[BOOTHS:].sum()), beyond])
    return found


def posts(*args: Any, **kwargs: Any) -> list[int]:
    return place(*args, **kwargs)[0][:2]


@pytest.mark.parametrize(
    ("rule", "officers", "found"),
    [
        ("booths_first", 4.0, [1, 1]),
        ("booths_first", 6.0, [3, 1]),
        ("booths_first", 9.0, [4, 1]),
        ("booths_first", 10.0, [4, 2]),
        ("exams_first", 6.0, [3, 1]),
        ("exams_first", 7.0, [4, 1]),
        ("exams_first", 9.5, [4, 1]),
        ("exams_first", 10.0, [4, 2]),
        ("fixed", 6.0, [3, 1]),
        ("fixed", 7.0, [4, 1]),
        ("fixed", 9.0, [3, 2]),
        ("fixed", 10.0, [4, 2]),
    ],
)
def test_minimum_posts_first_then_the_rule(rule: str, officers: float, found: list[int]) -> None:
    assert posts(rule, [officers]) == found


@pytest.mark.parametrize(("officers", "found"), [(6.0, [3, 1]), (7.0, [1, 2]), (9.5, [3, 2]), (10.0, [4, 2])])
def test_exams_come_first_where_a_truck_waits_for_one(officers: float, found: list[int]) -> None:
    assert posts("exams_first", [officers], at_dock=1) == found
    # with a truck in hand and nobody waiting, one post more stands ready; an empty dock needs no second one
    assert posts("exams_first", [officers], busy=[0, 0, 0, 0, 1, 0]) == found
    assert posts("exams_first", [9.5]) == [4, 1]


def test_a_post_without_its_whole_crew_is_closed() -> None:
    assert posts("exams_first", [6.5], at_dock=1) == [3, 1]
    assert posts("exams_first", [7.0], at_dock=1, crew=[1000, 2500]) == [2, 2]


def test_the_next_officers_go_where_the_work_in_line_per_post_is_largest() -> None:
    # 40 trucks x 4 min at booths against 4 x 30 min at the docks: 160 and 120 with one post each
    assert posts("by_line", [7.0], line=40, at_dock=4) == [4, 1]
    assert posts("by_line", [7.0], line=20, at_dock=4) == [1, 2]
    # no line anywhere: the one earlier on the road
    assert posts("by_line", [7.0]) == [4, 1]


def test_booths_until_the_wait_is_below_the_target_then_exams_then_booths() -> None:
    # 8 minutes are held with two booths for 4 trucks of 4 minutes, and with three for 5
    assert posts("target_wait", [8.0], line=4, at_dock=1) == [2, 2]
    assert posts("target_wait", [8.0], line=5, at_dock=1) == [4, 1]
    assert posts("target_wait", [9.0], line=5, at_dock=1) == [3, 2]
    assert posts("target_wait", [9.0], line=4, at_dock=1) == [3, 2]
    # no exam needs the second dock
    assert posts("target_wait", [8.0], line=4) == [4, 1]


def test_no_more_booths_than_are_wanted() -> None:
    assert posts("booths_first", [7.0], booths_wanted=2) == [2, 1]
    assert posts("booths_first", [8.0], booths_wanted=2) == [2, 2]


def test_the_crew_of_a_post_that_closes_is_not_free_while_it_holds_a_truck() -> None:
    """Exams come first, but the crews are in the booths: three of these close, and the second dock waits for them."""
    plan = plan_of("exams_first", [7.0] * 2)
    memory = plan[0].new_memory(2, POSTS)
    memory.posts[:] = 4, 1
    staffed, holds = np.array([1, 1, 1, 1, 1, 0]), np.array([1, 1, 1, 1, 1, 0])
    none, queues = np.zeros(0), np.zeros((2, N_STATIONS), dtype=np.int64)
    queues[0, DOCK] = 1

    def review(row: int) -> list[int]:
        up = np.ones(POSTS, dtype=np.int64)
        hold_roster(plan, row, 0, none.astype(np.int64), none, none, *queues, holds, up, staffed, memory)
        return staffed.tolist()

    assert review(0) == [1, 0, 0, 0, 1, 0]
    holds[:] = 1, 0, 0, 0, 1, 0
    assert review(1) == [1, 0, 0, 0, 1, 1]


def test_who_stays_after_a_shift_serves_a_line_and_is_counted() -> None:
    assert place("booths_first", [10.0, 7.0, 7.0], line=9) == [[4, 2, 0], [4, 1, 0], [4, 1, 0]]
    late = {"may_stay": [0, 3000, 0]}
    # the second dock has a line, so its officers stay for one review
    assert place("booths_first", [10.0, 7.0, 7.0], at_dock=5, **late) == [[4, 2, 0], [4, 2, 3000], [4, 1, 0]]
    assert place("booths_first", [10.0, 7.0, 7.0], **late) == [[4, 2, 0], [4, 1, 0], [4, 1, 0]]


def test_who_has_gone_home_does_not_come_back() -> None:
    late = {"may_stay": [0, 3000, 3000]}
    first = place("booths_first", [10.0, 7.0, 7.0], at_dock=5, **late)
    assert [row[2] for row in first] == [0, 3000, 3000]
    assert [row[2] for row in place("booths_first", [10.0, 7.0, 7.0], **late)] == [0, 0, 0]


def test_while_the_port_is_closed_posts_stand_ready_and_hold_nobody() -> None:
    closed = {"on_duty": [0, 10000]}
    assert place("booths_first", [10.0, 10.0], **closed) == [[4, 2, 0], [4, 2, 0]]
    # but for a truck in hand at a dock
    assert place("booths_first", [10.0, 10.0], busy=[0, 0, 0, 0, 1, 0], **closed) == [[4, 2, 3000], [4, 2, 0]]


def port(arrive_min: list[float], ordered: list[int], rule: str, officers: list[float]) -> Flow:
    """Return four booths and two docks that are always up; 4 minutes at a booth, 25 at a dock if ``ordered``."""
    reviews, roster = plan_of(rule, officers)
    always = {PRIMARY: [(0.0, 1000.0)], DOCK: [(0.0, 1000.0)]}
    first = [0] * (PRIMARY + 1) + [BOOTHS] * (DOCK - PRIMARY) + [POSTS] * (N_STATIONS - DOCK)
    return hand_flow(
        arrive_min,
        always,
        {PRIMARY: 4.0, DOCK: 25.0},
        {ORDERED: ordered},
        server_first=first,
        serves=[3] * POSTS,
        capacity=(
            [PRIMARY] * BOOTHS + [DOCK] * DOCKS,
            [*range(BOOTHS), *range(DOCKS)],
            [0.0] * POSTS,
            [1000.0] * POSTS,
            [1] * POSTS,
        ),
        reviews=reviews,
        roster=roster,
    )


def run_both(flow: Flow) -> Record:
    """Return what both engines give."""
    record = loop.run(flow)
    for compiled, reference in zip(record, simpy_port.run(flow), strict=True):
        assert np.array_equal(compiled, reference, equal_nan=compiled.dtype.kind == "f")
    return record


def test_booths_first_on_paper() -> None:
    """Seven officers: four booths and one dock. Of three exams the second waits for the first, the third for it."""
    record = run_both(port([0.0] * 4, [1, 1, 1, 0], "booths_first", [7.0] * 10))
    assert at(record, PRIMARY, "start") == [0.0] * 4
    assert at(record, DOCK, "start")[:3] == [4.0, 29.0, 54.0]
    assert record.staffed[0].tolist() == [1, 1, 1, 1, 1, 0]


def test_exams_first_on_paper() -> None:
    """Seven officers: at 0 one dock is enough for exams. At 10 one is at it and two wait: three booths give their crew.

    Trucks that come at 11 find one booth.
    """
    record = run_both(port([0.0] * 4 + [11.0] * 2, [1, 1, 1, 0, 0, 0], "exams_first", [7.0] * 10))
    assert at(record, PRIMARY, "start") == [0.0] * 4 + [11.0, 15.0]
    assert at(record, DOCK, "start")[:3] == [4.0, 10.0, 29.0]
    assert record.staffed[:2].tolist() == [[1, 1, 1, 1, 1, 0], [1, 0, 0, 0, 1, 1]]


def test_by_line_on_paper() -> None:
    """Officers go to the docks once exams wait there, but only as the booths' trucks leave them.

    At 0 nobody is in line (trucks come after the review), so booths come first. At 10 two trucks wait for the dock, 60
    minutes against none: the second dock wants three officers, and three booths, empty by 4, give them.
    """
    record = run_both(port([0.0] * 4, [1, 1, 1, 0], "by_line", [7.0] * 10))
    assert at(record, DOCK, "start")[:3] == [4.0, 10.0, 29.0]
    assert record.staffed[:2].tolist() == [[1, 1, 1, 1, 1, 0], [1, 0, 0, 0, 1, 1]]


def test_a_booth_that_closes_keeps_its_officer_until_a_review_finds_it_empty() -> None:
    """Six officers by line: at 10 the booths hold trucks until 13, so the second dock opens at 20 only."""
    record = run_both(port([0.0] * 3 + [9.0] * 4, [1, 1, 1, 0, 0, 0, 0], "by_line", [7.0] * 10))
    assert record.staffed[1].tolist() == [1, 0, 0, 0, 1, 0]
    assert record.staffed[2].tolist() == [1, 0, 0, 0, 1, 1]
    assert at(record, DOCK, "start")[:3] == [4.0, 20.0, 29.0]
