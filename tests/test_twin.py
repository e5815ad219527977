"""The two engines agree to the last bit: 1,000 random ports on integer times full of ties."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from twin_cases import random_flow

from sim.compiling import Route
from sim.engine import simpy_port
from sim.engine.flow import Flow, Record
from sim.engine.kernel import loop
from sim.engine.routes import N_COLUMNS, check_policy, route_standard
from sim.stations import (
    DIVERTED,
    DOCK,
    DOOR,
    EXIT,
    KIND_SHIFT,
    N_STATIONS,
    PORTAL,
    PRIMARY,
    SECONDARY,
    SERVED,
    UP,
    WAIVED,
    WITHDRAWN,
    event_key,
)


def route_either_order(truck, here, seen, alarmed, columns, waiting, busy, now_min, state):  # noqa: ANN001, ANN201
    """Dock before or after the secondary scan by the shorter queue; every third skips both."""
    if (seen >> PRIMARY) & 1 == 0:
        if (seen >> PORTAL) & 1 == 0 and waiting[PORTAL] <= busy[PORTAL]:
            return PORTAL
        return PRIMARY
    state[0] += 1.0
    if state[0] >= 3.0:
        state[0] = 0.0
        return EXIT
    scan, dock = (seen >> SECONDARY) & 1 == 0, (seen >> DOCK) & 1 == 0
    if scan and (not dock or waiting[SECONDARY] <= waiting[DOCK]):
        return SECONDARY
    if dock and (alarmed > 0 or columns[truck, 0] > 0.0):
        return DOCK
    return EXIT


def profile_by_tickets(truck, lane, waiting, serving, columns, state):  # noqa: ANN001, ANN201
    """Slow where the lane is short or every fourth time; reads lanes, columns and memory."""
    state[1] += 1.0
    shortest = waiting.min()
    if waiting[lane] + serving[lane] > shortest + 1 or state[1] < 4.0:
        return int(columns[truck, 1] > 0.0)
    state[1] = 0.0
    return 1


def assert_equal(left: Record, right: Record) -> None:
    for name, one, other in zip(Record._fields, left, right, strict=True):
        assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f"), name


def seen_kinds(flow: Flow, record: Record) -> set[str]:
    """Return which hard things this case exercised."""
    moments = np.stack([record.of(k).T for k in range(N_STATIONS)], axis=1)
    with np.errstate(invalid="ignore"):
        blocked = (moments[:, :, 3] > moments[:, :, 2]).any()
        work = flow.service_min.copy()
        if flow.profiled >= 0:
            slow = record.slow > 0
            work[flow.profiled, slow] = flow.slow_min[slow]
        stopped = (moments[:, :, 2] - moments[:, :, 1] > work.T + 1e-9).any()
    found = {
        "blocked": blocked,
        "outage in mid-service": stopped,
        "withdrawn": (record.done == WITHDRAWN).any(),
        "waived": (record.done == WAIVED).any(),
        "served": (record.done == SERVED).any(),
        "still inside": np.isnan(record.exit_min).any(),
        "slow service": (record.slow > 0).any(),
        "slow alarm": _slow_alarm_counts(flow, record),
        "a line per lane": (flow.per_lane > 0).any(),
        "turned away": (record.done == DIVERTED).any(),
        "served late": _served_late(flow, record),
        "ties": len(np.unique(flow.arrive_min)) < len(flow.arrive_min),
    }
    return {name for name, is_so in found.items() if is_so}


def seen_reviews(flow: Flow, record: Record) -> set[str]:
    """Return what the reviews of this case did."""
    staffed, plan = record.staffed.astype(np.int64), flow.reviews
    before = np.vstack([plan.staffed_at_start(len(flow.serves)), staffed[:-1]])
    kinds = [slice(*ends) for ends in itertools.pairwise(plan.first.tolist())]
    lanes = np.stack([staffed[:, kind].sum(axis=1) for kind in kinds], axis=1)
    start, leave, server = record.of(PRIMARY)[1], record.of(PRIMARY)[3], record.server_at(PRIMARY)
    closed = [
        bool(((server == s - plan.first[0]) & (start < at) & ~(leave <= at)).any())
        for row, s in zip(*np.nonzero(before > staffed), strict=True)
        if plan.first[0] <= s < plan.first[-1]
        for at in [plan.review_min[row]]
    ]
    found = {
        "opened beyond the timetable": (lanes > plan.least).any(),
        "closed with a truck in hand": any(closed),
        "closed empty": not all(closed),
        "as many as may open": ((lanes == plan.most) & (plan.most > plan.least)).any(),
        "both kinds": len(kinds) == 2,
        "no lane": (lanes == 0).any(),
    }
    return {name for name, is_so in found.items() if is_so}


def seen_placings(flow: Flow, record: Record) -> set[str]:
    """Return which rule placed officers in this case, and what became of posts and crews."""
    plan, staffed = flow.roster, record.staffed.astype(np.int64)
    posts = np.stack([staffed[:, a:b].sum(axis=1) for a, b in zip(plan.first, plan.last, strict=True)], axis=1)
    built = plan.last - plan.first
    wanted = np.where(plan.lanes >= 0, built, plan.wanted) * plan.is_open
    found = {
        f"rule {plan.rule}": True,
        "beyond the roster": (record.beyond > 0).any(),
        "fewer than wanted": (posts < wanted).any(),
        "all that are built": (posts == built).all(axis=1).any(),
        "none": (posts.sum(axis=1) == 0).any(),
    }
    return {name for name, is_so in found.items() if is_so}


def _served_late(flow: Flow, record: Record) -> bool:
    """Tell whether a service began after the server's hours, and before its next ones."""
    for k, truck in zip(*np.nonzero(record.done == SERVED), strict=True):
        s = flow.server_first[k] + record.server_at(k)[truck]
        spans = slice(flow.interval_first[s], flow.interval_first[s + 1])
        start = record.of(k)[1, truck]
        if not ((flow.up_min[spans] <= start) & (start <= flow.down_min[spans])).any():
            return True
    return False


def _slow_alarm_counts(flow: Flow, record: Record) -> bool:
    """Tell whether a truck that was served slowly at the portal alarms otherwise than if fast."""
    if flow.profiled != PORTAL:
        return False
    slow = (record.slow > 0) & (record.done[PORTAL] == SERVED)
    return bool((flow.slow_alarm[slow] != flow.alarm[PORTAL, slow]).any())


@pytest.mark.parametrize("reviewed", [False, True])
@pytest.mark.parametrize("three_stations", [True, False])
def test_engines_agree_on_random_ports(three_stations: bool, reviewed: bool) -> None:
    kinds: set[str] = set()
    decided: set[str] = set()
    for seed in range(500):
        flow = random_flow(seed, three_stations=three_stations, reviewed=reviewed)
        reference = simpy_port.run(flow, route_standard, profile_by_tickets)
        assert_equal(reference, loop.run(flow, route_standard, profile_by_tickets))
        kinds |= seen_kinds(flow, reference)
        decided |= seen_reviews(flow, reference) if reviewed else set()
    assert len(kinds) == 12, kinds
    assert len(decided) == 6 * reviewed, decided


@pytest.mark.parametrize("reviewed", [False, True])
def test_engines_agree_where_the_policy_reads_queues_and_its_own_state(reviewed: bool) -> None:
    check_policy(route_standard)
    for seed in range(300):
        flow = random_flow(10_000 + seed, reviewed=reviewed)
        hooks = (route_either_order, profile_by_tickets)
        assert_equal(simpy_port.run(flow, *hooks), loop.run(flow, *hooks))


@pytest.mark.parametrize("reviewed", [False, True])
def test_engines_agree_on_times_that_binary_fractions_cannot_hold(reviewed: bool) -> None:
    for seed in range(200):
        flow = random_flow(20_000 + seed, scale=0.1, reviewed=reviewed)
        assert_equal(simpy_port.run(flow), loop.run(flow))


def plain_flow(seed: int) -> Flow:
    """Return a random case without what the loop for plain ports leaves out."""
    flow = random_flow(seed, three_stations=True)
    none = np.zeros(N_STATIONS, dtype=np.int64)
    doors = flow.calendar_key >> KIND_SHIFT == DOOR
    return flow._replace(
        room=np.full_like(flow.room, -1),
        per_lane=none,
        finishes=none,
        suspend=none % 2,
        closing=0,
        profiled=-1,
        fork=-1,
        judge=-1,
        calendar_min=flow.calendar_min[~doors],
        calendar_key=flow.calendar_key[~doors],
        serves=np.full_like(flow.serves, 3) if seed % 2 else flow.serves,
        lane_class=flow.lane_class * (seed % 4 > 1),
    )


@pytest.mark.parametrize("hook", [route_standard, route_either_order])
def test_the_loop_for_plain_ports_agrees(hook: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "PLAIN_TRUCKS", 0)
    for seed in range(200):
        flow = plain_flow(30_000 + seed)
        assert loop.uses_plain_loop(flow)
        assert_equal(simpy_port.run(flow, hook), loop.run_events(flow, hook))
        assert not loop.uses_plain_loop(flow._replace(room=np.ones_like(flow.room)))
        assert not loop.uses_plain_loop(flow._replace(reviews=random_flow(seed, reviewed=True).reviews))


def test_engines_agree_where_all_posts_share_officers() -> None:
    """Three hundred ports with a roster, lanes that respond, breakdowns, full yards and late service together."""
    kinds: set[str] = set()
    done: set[str] = set()
    for seed in range(300):
        flow = random_flow(40_000 + seed, scale=0.1 if seed % 4 == 3 else 1.0, rostered=True)
        hooks = (route_either_order if seed % 3 else route_standard, profile_by_tickets)
        reference = simpy_port.run(flow, *hooks)
        assert_equal(reference, loop.run(flow, *hooks))
        kinds |= seen_kinds(flow, reference)
        done |= seen_placings(flow, reference)
    assert len(kinds) == 12, kinds
    assert len(done) == 9, done


@pytest.mark.slow
def test_engines_agree_on_three_thousand_more_rosters() -> None:
    for seed in range(3000):
        flow = random_flow(60_000 + seed, scale=0.1 if seed % 2 else 1.0, rostered=True, three_stations=seed % 5 == 0)
        hooks = (route_either_order if seed % 3 else route_standard, profile_by_tickets)
        assert_equal(simpy_port.run(flow, *hooks), loop.run(flow, *hooks))


@pytest.mark.slow
@pytest.mark.parametrize("reviewed", [False, True])
def test_engines_agree_on_three_thousand_more(reviewed: bool) -> None:
    for seed in range(3000):
        flow = random_flow(50_000 + seed, scale=0.1 if seed % 2 else 1.0, reviewed=reviewed)
        hooks = (route_either_order if seed % 3 else route_standard, profile_by_tickets)
        assert_equal(simpy_port.run(flow, *hooks), loop.run(flow, *hooks))


def test_departures_by_hand() -> None:
    """V1: c = 2, A = 0 1 2 3 4 4.5, S = 3 3 3 1 2 1 -> D = 3 4 6 5 7 7."""
    flow = random_flow(1)
    n = 6
    service = np.zeros((N_STATIONS, n))
    service[PRIMARY] = [3, 3, 3, 1, 2, 1]
    flow = flow._replace(
        horizon_min=100.0,
        arrive_min=np.array([0, 1, 2, 3, 4, 4.5]),
        lane_class=np.zeros(n, dtype=np.int64),
        service_min=service,
        alarm=np.zeros((N_STATIONS, n), dtype=np.uint8),
        columns=np.zeros((n, N_COLUMNS)),
        absent=sum(1 << k for k in range(N_STATIONS) if k != PRIMARY),
        server_first=np.array([2 * (k > PRIMARY) for k in range(N_STATIONS + 1)]),
        serves=np.array([3, 3]),
        interval_first=np.array([0, 1, 2]),
        up_min=np.zeros(2),
        down_min=np.full(2, 1000.0),
        drains=np.ones(2, dtype=np.int64),
        calendar_min=np.zeros(2),
        calendar_key=np.array([event_key(UP, PRIMARY, s) for s in range(2)]),
        room=np.full((N_STATIONS, 2), -1),
        suspend=np.zeros(N_STATIONS, dtype=np.int64),
        per_lane=np.zeros(N_STATIONS, dtype=np.int64),
        finishes=np.zeros(N_STATIONS, dtype=np.int64),
        closing=0,
        profiled=-1,
        fork=-1,
        judge=-1,
    )
    for engine in (simpy_port, loop):
        assert engine.run(flow).exit_min.tolist() == [3, 4, 6, 5, 7, 7]
