"""The sweep over the stations against both engines, on ports where it applies, and V1."""

from __future__ import annotations

import numpy as np
import pytest
from test_twin import assert_equal
from twin_cases import random_flow

from sim.engine import simpy_port
from sim.engine.flow import NO_LIMIT, Flow, assemble_flow
from sim.engine.kernel import feed_forward as feed_forward_engine
from sim.engine.kernel import loop
from sim.engine.routes import N_COLUMNS, route_standard
from sim.policies.portal_route import route_gated
from sim.stations import N_STATIONS, PRIMARY

UNLIMITED = np.full((N_STATIONS, 2), NO_LIMIT)


def feed_forward(seed: int, *, ties: bool = True, **changes: object) -> Flow:
    """Return a random port in which nothing downstream can hold a truck back."""
    flow = random_flow(seed)
    n, servers = len(flow.arrive_min), int(flow.server_first[-1])
    rng = np.random.default_rng(seed + 1000)
    station = np.repeat(np.arange(N_STATIONS), np.diff(flow.server_first))
    number = np.arange(servers) - flow.server_first[station]
    whole = rng.integers(1, 9, (N_STATIONS, n)).astype(float)
    parts = flow._asdict() | {
        # no service begins at the very end, where the sweep leaves it to the events
        "horizon_min": flow.horizon_min + 0.5,
        "service_min": whole if ties else whole * rng.random((N_STATIONS, n)),
        "serves": np.full(servers, 3),
        "capacity": (station, number, np.zeros(servers), np.full(servers, 1e9), np.ones(servers)),
        "doors": ([], []),
        "closing": 0,
        "finishes": np.zeros(N_STATIONS),
        "fast_first": np.zeros(N_STATIONS),
        "per_lane": np.zeros(N_STATIONS),
        "suspend": rng.choice([0, 1], N_STATIONS),
        "profiled": -1,
        "slow_min": [],
        "slow_alarm": [],
        "room": UNLIMITED,
    }
    for derived in ("interval_first", "up_min", "down_min", "drains"):
        del parts[derived]
    del parts["calendar_min"], parts["calendar_key"]
    return assemble_flow(**(parts | changes))


@pytest.mark.parametrize("ties", [True, False])
def test_the_sweep_equals_both_engines_to_the_last_bit(ties: bool) -> None:
    judged = inside = 0
    for seed in range(200):
        flow = feed_forward(seed, ties=ties)
        assert feed_forward_engine.can_feed_forward(flow, route_standard)
        record = feed_forward_engine.run_feed_forward(flow)
        events = loop.run_events(flow)
        assert record is not None
        assert_equal(record, events)
        if seed % 10 == 0:
            assert_equal(record, simpy_port.run(flow))
        judged += flow.judge >= 0
        inside += int(np.isnan(record.exit_min).any())
    assert judged > 20
    assert inside > 20


def test_a_finite_room_is_swept_only_where_it_was_never_full() -> None:
    swept = refused = 0
    for seed in range(200):
        room = np.random.default_rng(seed).integers(1, 30, (N_STATIONS, 1)).repeat(2, axis=1)
        flow = feed_forward(seed, ties=False, room=room)
        record = feed_forward_engine.run_feed_forward(flow)
        if record is None:
            refused += 1
        else:
            swept += 1
            assert_equal(record, loop.run_events(flow))
        assert_equal(loop.run(flow), loop.run_events(flow))
    assert swept > 10
    assert refused > 10


def test_what_can_hold_a_truck_back_is_left_to_the_events() -> None:
    flow = feed_forward(1)
    last = flow.horizon_min / 2.0
    assert not feed_forward_engine.can_feed_forward(flow, route_gated)
    for change in (
        {"per_lane": np.eye(N_STATIONS)[PRIMARY].astype(np.int64)},
        {"room": np.zeros((N_STATIONS, 2), dtype=np.int64)},
        {"fast_first": np.ones(N_STATIONS, dtype=np.int64)},
        {"closing": 1},
        {"profiled": PRIMARY},
        {"serves": np.where(np.arange(len(flow.serves)) == 0, 1, 3)},
        {"down_min": np.where(np.arange(len(flow.serves)) == 0, last, flow.down_min)},
        {"up_min": flow.up_min + 1.0},
    ):
        assert not feed_forward_engine.can_feed_forward(flow._replace(**change), route_standard)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_booth_follows_lindley(seed: int) -> None:
    """V1 path by path: W(i + 1) = max(W(i) + S(i) - A(i + 1), 0)."""
    rng = np.random.default_rng(seed)
    n = 2000
    arrive = np.cumsum(rng.exponential(1.0, n))
    work = np.zeros((N_STATIONS, n))
    work[PRIMARY] = rng.exponential(0.9, n)
    first = (np.arange(N_STATIONS + 1) > PRIMARY).astype(int)
    none = np.zeros(N_STATIONS)
    absent = (1 << N_STATIONS) - 1 - (1 << PRIMARY)
    flow = assemble_flow(
        horizon_min=1e9,
        arrive_min=arrive,
        lane_class=np.zeros(n),
        service_min=work,
        alarm=np.zeros((N_STATIONS, n)),
        columns=np.zeros((n, N_COLUMNS)),
        absent=absent,
        server_first=first,
        serves=[3],
        capacity=([PRIMARY], [0], [0.0], [2e9], [1]),
        doors=([], []),
        hold_min=np.full(N_STATIONS, np.inf),
        fast_first=none,
        room=UNLIMITED,
        shared_room=none,
        suspend=none,
        finishes=none,
        closing=0,
        per_lane=none,
        lane_random=none,
        lane_draw=np.zeros(n),
        profiled=-1,
        slow_min=[],
        slow_alarm=[],
        fork=-1,
        judge=-1,
        join=PRIMARY,
        state=[0.0],
    )
    record = feed_forward_engine.run_feed_forward(flow)
    assert record is not None
    start = np.empty(n)
    free = 0.0
    for i in range(n):
        start[i] = max(arrive[i], free)
        free = start[i] + work[PRIMARY, i]
    assert np.array_equal(record.of(PRIMARY)[1], start)
    assert_equal(record, loop.run_events(flow))
