"""Properties of any port whatever: found by hypothesis, held by the compiled engine."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from twin_cases import random_flow

from sim.engine import simpy_port
from sim.engine.flow import Flow, Record
from sim.engine.kernel import loop
from sim.stations import DIVERTED, N_STATIONS, SERVED, WITHDRAWN

SEEDS = st.integers(min_value=100_000, max_value=10_000_000)
SCALES = st.floats(min_value=1e-3, max_value=1e3)
HELD = settings(derandomize=True, deadline=None, max_examples=80)


def moments(flow: Flow, record: Record) -> np.ndarray:
    return np.stack([record.of(k).T for k in range(N_STATIONS)], axis=1)


@HELD
@given(seed=SEEDS, scale=SCALES, reviewed=st.booleans())
def test_moments_come_in_order_and_within_the_horizon(seed: int, scale: float, reviewed: bool) -> None:
    flow = random_flow(seed, scale=scale, reviewed=reviewed)
    record = loop.run(flow)
    times = moments(flow, record)
    steps = np.diff(times, axis=2)
    assert not (steps < 0.0).any()
    assert not (times > flow.horizon_min).any()
    assert not (times[:, :, 0] < flow.arrive_min[:, None]).any()
    happened = ~np.isnan(times)
    # one turned away in line leaves the queue without a service
    away = record.done.T == DIVERTED
    assert (happened[:, :, :-1] | ~happened[:, :, 1:])[~away].all()
    assert not happened[:, :, 1:3][away].any()


@HELD
@given(seed=SEEDS, reviewed=st.booleans())
def test_every_truck_is_somewhere_and_only_once(seed: int, reviewed: bool) -> None:
    flow = random_flow(seed, reviewed=reviewed)
    record = loop.run(flow)
    times = moments(flow, record)
    gone = ~np.isnan(record.exit_min)
    chain = [k for k in range(N_STATIONS) if k != flow.judge]
    inside = (~np.isnan(times[:, chain, 0]) & np.isnan(times[:, chain, 3])).sum(axis=1)
    assert (inside[gone] == 0).all()
    assert (inside <= 1).all()
    came = flow.arrive_min <= flow.horizon_min
    never_in = np.isnan(times[:, chain, 0]).all(axis=1)
    assert (gone | (inside == 1) | never_in)[came].all()
    served = np.isin(record.done.T, (SERVED, WITHDRAWN))
    assert (served == ~np.isnan(times[:, :, 2])).all()


@HELD
@given(seed=SEEDS, scale=SCALES, reviewed=st.booleans())
def test_both_engines_agree_at_any_scale(seed: int, scale: float, reviewed: bool) -> None:
    flow = random_flow(seed, scale=scale, reviewed=reviewed)
    for one, other in zip(simpy_port.run(flow), loop.run(flow), strict=True):
        assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


@HELD
@given(seed=SEEDS, reviewed=st.booleans())
def test_a_port_forgets_nothing_between_runs(seed: int, reviewed: bool) -> None:
    flow = random_flow(seed, reviewed=reviewed)
    for one, other in zip(loop.run(flow), loop.run(flow), strict=True):
        assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
