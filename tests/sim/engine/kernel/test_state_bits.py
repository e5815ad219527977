"""Sets of servers as bits, in one word and in several, and ports with more servers than a word."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from test_twin import assert_equal

from sim.engine import simpy_port
from sim.engine.flow import Flow, assemble_flow
from sim.engine.kernel import feed_forward as feed_forward_engine
from sim.engine.kernel import loop
from sim.engine.kernel.state import WORD, add_member, lowest_common_member, remove_member
from sim.stations import N_STATIONS, PRIMARY
from tests.sim.engine.kernel.test_feed_forward_recursion import feed_forward


@njit
def walk(words, steps):  # noqa: ANN001, ANN201
    """Put s in where a step is s + 1, take it out where it is -s - 1; note the lowest member."""
    found = np.empty(len(steps), dtype=np.int64)
    for place, step in enumerate(steps):
        if step > 0:
            add_member(words, step - 1)
        else:
            remove_member(words, -step - 1)
        found[place] = lowest_common_member(words, words)
    return found


@pytest.mark.parametrize("servers", [1, 7, WORD, WORD + 1, 200])
def test_the_lowest_member_is_found(servers: int) -> None:
    rng = np.random.default_rng(servers)
    steps = rng.integers(1, servers + 1, 2000) * rng.choice([-1, 1], 2000)
    found = walk(np.zeros(servers // WORD + 1, dtype=np.uint64), steps)
    members: set[int] = set()
    for step, lowest in zip(steps.tolist(), found.tolist(), strict=True):
        members = members | {step - 1} if step > 0 else members - {-step - 1}
        assert lowest == min(members, default=-1)


def crowded(seed: int, *, all_up: bool = False) -> Flow:
    """Return a random port whose booths fill more than two words, some of them shut at first."""
    flow = feed_forward(seed, ties=seed % 2 == 0)
    n, booths = len(flow.arrive_min), 2 * WORD + 9
    rng = np.random.default_rng(seed)
    counts = np.diff(flow.server_first)
    counts[PRIMARY] = booths
    station = np.repeat(np.arange(N_STATIONS), counts)
    number = np.concatenate([np.arange(count) for count in counts])
    up = np.where((station == PRIMARY) & (not all_up), rng.integers(0, 40, len(station)), 0)
    work = flow.service_min.copy()
    work[PRIMARY] += 60.0
    parts = flow._asdict() | {
        "service_min": work,
        "server_first": np.concatenate([[0], np.cumsum(counts)]),
        "serves": np.where(up > 0, rng.choice([1, 2, 3], len(station)), 3),
        "arrive_min": np.sort(rng.integers(0, 20, n)).astype(float),
        "doors": ([], []),
        "capacity": (station, number, up, np.full(len(station), 1e9), np.ones(len(station))),
    }
    for derived in ("interval_first", "up_min", "down_min", "drains", "calendar_min"):
        del parts[derived]
    del parts["calendar_key"]
    return assemble_flow(**parts)


def test_engines_agree_with_more_servers_than_a_word_has_bits() -> None:
    highest = 0
    for seed in range(40):
        flow = crowded(seed)
        record = simpy_port.run(flow)
        assert_equal(record, loop.run_events(flow))
        highest = max(highest, int(record.server_at(PRIMARY).max()))
    assert highest > WORD


def test_the_sweep_agrees_with_more_servers_than_a_word_has_bits() -> None:
    for seed in range(20):
        flow = crowded(seed, all_up=True)
        record = feed_forward_engine.run_feed_forward(flow)
        assert record is not None
        assert_equal(record, loop.run_events(flow))
