"""What becomes of the line as the port closes: by hand in both engines, then in the product."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hand_flow import ALWAYS, at, doors, hand_flow
from ports import TruthScorer, window_of

from experiments.study.study import compose_scenario
from sim.engine.flow import Flow
from sim.engine.routes import ORDERED, SELECTED
from sim.replication import Outcome, Replication, draw_window_trucks, make_plan, past_window
from sim.stations import (
    ANALYST,
    APPROACH,
    CARRY_OVER,
    DIVERT,
    DIVERTED,
    DOCK,
    N_STATIONS,
    NOT_VISITED,
    PORTAL,
    PRIMARY,
    SERVED,
    SERVED_LATE,
)
from tests.sim.engine.test_routes import both

HOURS = ((0.0, 20.0), (100.0, 200.0))
SHUT, OPEN = 20.0, 100.0


def one_booth(closing: int, arrive: list[float], **changes: object) -> Flow:
    """Return a road and one booth that takes eight minutes, open from 0 to 20 and 100 to 200."""
    posts = {APPROACH: ALWAYS, PRIMARY: HOURS, DOCK: ALWAYS}
    work = {APPROACH: 0.0, PRIMARY: 8.0, DOCK: 30.0}
    return hand_flow(arrive, posts, work, closing=closing, doors=doors(SHUT, OPEN, 200.0), **changes)


def test_carried_over_the_line_waits_for_the_morning() -> None:
    record = both(one_booth(CARRY_OVER, [1.0, 2.0, 3.0, 4.0, 50.0]))
    assert at(record, PRIMARY, "start") == [1.0, 9.0, 17.0, 100.0, 108.0]
    assert record.exit_min.tolist() == [9.0, 17.0, 25.0, 108.0, 116.0]
    assert (record.done[PRIMARY] == SERVED).all()


def test_diverted_the_line_leaves_at_closing_and_nobody_joins_it_until_morning() -> None:
    """The third is in the booth at closing and is finished; the fourth is in line, the fifth comes
    while the port is shut, the sixth as it is open again."""
    record = both(one_booth(DIVERT, [1.0, 2.0, 3.0, 4.0, 50.0, 101.0]))
    done = [SERVED, SERVED, SERVED, DIVERTED, NOT_VISITED, SERVED]
    assert record.done[PRIMARY].tolist() == done
    assert record.exit_min.tolist() == [9.0, 17.0, 25.0, SHUT, 50.0, 109.0]
    assert np.isnan(at(record, PRIMARY, "start")[3:5]).all()
    # whoever comes to shut doors is turned away on the road
    assert record.done[APPROACH, 4] == DIVERTED


def test_diverted_trucks_in_service_finish_and_are_turned_away_before_primary() -> None:
    """At closing one truck is in the portal, one waits for it and one has a booth's server."""
    posts = {PORTAL: ALWAYS, PRIMARY: HOURS}
    flow = hand_flow(
        [0.0, 1.0, 2.0],
        posts,
        {PORTAL: 15.0, PRIMARY: 8.0},
        {SELECTED: [1.0] * 3},
        closing=DIVERT,
        doors=doors(SHUT, OPEN),
    )
    record = both(flow)
    assert at(record, PORTAL, "end")[:2] == [15.0, 30.0]
    assert record.done[PORTAL].tolist() == [SERVED, SERVED, DIVERTED]
    assert record.done[PRIMARY].tolist() == [SERVED, DIVERTED, NOT_VISITED]
    # the scanned truck drives off as its scan ends, the one that waited as the doors shut
    assert record.exit_min.tolist() == [23.0, 30.0, SHUT]


def test_diverted_trucks_that_block_the_road_give_their_servers_up() -> None:
    """The yard before the booth takes one; the third truck stands on the road, blocked."""
    room = np.full((N_STATIONS, 2), -1)
    room[PRIMARY, 0] = 1
    record = both(one_booth(DIVERT, [13.0, 13.0, 13.0, 14.0, 110.0], room=room))
    assert record.done[PRIMARY].tolist() == [SERVED, DIVERTED, DIVERTED, NOT_VISITED, SERVED]
    assert record.exit_min.tolist() == [21.0, SHUT, SHUT, SHUT, 118.0]
    assert at(record, APPROACH, "leave")[2] == SHUT


def test_diverted_trucks_beyond_primary_are_dealt_with() -> None:
    flow = hand_flow(
        [1.0, 2.0],
        {PRIMARY: HOURS, DOCK: ALWAYS},
        {PRIMARY: 8.0, DOCK: 30.0},
        {ORDERED: [1.0, 1.0]},
        closing=DIVERT,
        doors=doors(SHUT, OPEN),
    )
    record = both(flow)
    assert record.exit_min.tolist() == [39.0, 69.0]
    assert (record.done[DOCK] == SERVED).all()


def test_served_late_booths_stay_until_the_line_is_served() -> None:
    """Who comes while trucks still wait joins them; who comes later waits for the morning."""
    record = both(one_booth(SERVED_LATE, [1.0, 2.0, 3.0, 4.0, 24.0, 50.0]))
    assert at(record, PRIMARY, "start") == [1.0, 9.0, 17.0, 25.0, 33.0, 100.0]
    assert record.exit_min.tolist() == [9.0, 17.0, 25.0, 33.0, 41.0, 108.0]


def test_served_late_portal_and_analyst_stay_with_the_booth() -> None:
    """Three selected trucks wait at closing: scans, images and booths go on, one after another."""
    posts = dict.fromkeys((PORTAL, PRIMARY, ANALYST), HOURS)
    work = {PORTAL: 10.0, PRIMARY: 2.0, ANALYST: 6.0}
    flow = hand_flow(
        [1.0, 2.0, 3.0],
        posts,
        work,
        {SELECTED: [1.0] * 3},
        closing=SERVED_LATE,
        doors=doors(SHUT, OPEN),
        fork=PORTAL,
        judge=ANALYST,
    )
    record = both(flow)
    assert at(record, PORTAL, "start") == [1.0, 11.0, 21.0]
    assert at(record, ANALYST, "start") == [11.0, 21.0, 31.0]
    assert record.exit_min.tolist() == [17.0, 27.0, 37.0]


def test_served_late_ends_with_the_line_and_not_with_the_hours() -> None:
    """No line at closing: nobody stays, so a truck that comes right after waits for the morning."""
    record = both(one_booth(SERVED_LATE, [1.0, 20.5]))
    assert record.exit_min.tolist() == [9.0, 108.0]


def few_booths(closing: str, *overrides: str, days: int = 3) -> Outcome:
    """Run World Trade Bridge with the booths of April 2019, from a Monday on.

    At 70% of the traffic booths have idle hours in the morning, so that a line carried over is
    served on top of the day's own trucks. Days are usual ones, without factors of their own: after a
    day far busier, nine booths need more than the seven hours until morning for the line served late.
    """
    scenario = compose_scenario(
        [
            "policy=todays_practice",
            "staffing=april_2019",
            f"port.closing={closing}",
            "port.primary.lanes=12",
            "port.primary.fast_lanes=3",
            "traffic.volume_scale=0.7",
            "port.volume.day_factor=null",
            *overrides,
        ]
    )
    window, scorer = window_of(days), TruthScorer()
    before = draw_window_trucks(scenario, past_window(window))
    plan = make_plan(scenario, before, scorer.score(before))
    manifest = draw_window_trucks(scenario, window)
    return Replication(scenario, window, manifest, scorer.score(manifest), plan).run()


RULES = ("carry_over", "divert", "served_late")


@pytest.fixture(scope="module")
def by_rule() -> dict[str, Outcome]:
    """Three weekdays on the same trucks, one run for each rule."""
    return {rule: few_booths(rule) for rule in RULES}


def in_line(ledger: pd.DataFrame, minute: float) -> int:
    """Return the trucks that have come and neither begun primary nor gone."""
    here = ledger["arrive_min"] <= minute
    begun = ledger["primary_start_min"] <= minute
    return int((here & ~begun & ~(ledger["exit_min"] <= minute)).sum())


def test_every_truck_is_accounted_for_under_every_rule(by_rule: dict[str, Outcome]) -> None:
    for rule, found in by_rule.items():
        metrics = found.metrics
        assert metrics["conserved"], rule
        total = metrics["exited"] + metrics["n_diverted"] + metrics["still_inside"]
        assert total == metrics["trucks"]
        assert (metrics["n_diverted"] > 500) == (rule == "divert")
        assert metrics["diverted_share"] == metrics["n_diverted"] / metrics["trucks"]


def test_diverted_the_port_is_empty_before_morning(by_rule: dict[str, Outcome]) -> None:
    """Of the line at midnight nobody is there at 06:59; nor is the line that was served late."""
    for midnight in (1440.0, 2880.0):
        assert all(in_line(by_rule[rule].ledger, midnight - 1.0) > 200 for rule in RULES)
        carried, diverted, late = (in_line(by_rule[rule].ledger, midnight + 419.0) for rule in RULES)
        assert carried > 200
        assert diverted == late == 0


def test_served_late_more_leave_and_officers_work_longer(by_rule: dict[str, Outcome]) -> None:
    carried, diverted, late = (by_rule[rule].metrics for rule in RULES)
    assert late["exited"] > carried["exited"] > diverted["exited"]
    assert late["still_inside"] < carried["still_inside"]
    # a booth that finishes the truck in hand works minutes over, those that stay work hours
    assert late["overtime_h"] > 20.0 > carried["overtime_h"]
    extra = late["overtime_h"] - carried["overtime_h"]
    assert late["officer_h"] - carried["officer_h"] == pytest.approx(extra)


def test_waits_that_ended_in_being_turned_away_count_in_the_bound(by_rule: dict[str, Outcome]) -> None:
    found = by_rule["divert"]
    ledger = found.ledger[found.ledger["diverted"]]
    lost = (ledger["exit_min"] - ledger["arrive_min"]).sum()
    served = found.metrics["wait_sum_min"]
    # whoever is inside at the end waits too; here the third day ends as the doors shut
    rest = found.metrics["wait_bound_sum_min"] - served - lost
    inside = found.ledger[found.ledger["exit_min"].isna()]
    inside = inside[inside["primary_start_min"].isna()]
    assert lost > 0.0
    assert rest == pytest.approx((4320.0 - inside["arrive_min"]).sum(), abs=1e-6)


def test_rules_do_not_matter_where_nobody_is_in_line() -> None:
    """Booths in plenty: nobody waits at closing, so every rule gives the same ledger."""
    plenty = ("traffic.volume_scale=0.2", "staffing=baseline")
    ledgers = [few_booths(rule, *plenty, days=1).ledger for rule in RULES]
    assert not ledgers[0]["diverted"].any()
    pd.testing.assert_frame_equal(ledgers[0], ledgers[1])
    pd.testing.assert_frame_equal(ledgers[0], ledgers[2])
