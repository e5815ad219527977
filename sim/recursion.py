"""Station by station: the whole day of one station, then of the next, with no schedule of events.

Where nothing downstream can hold a truck back, and where its way depends on the truck alone, the
trucks that come to a station are known before any of them is served there: each begins as the
earliest of the servers is free, first come, first served (the recursion of Kiefer and Wolfowitz).
The result is that of the event engines to the last bit, ties and numbers of servers included,
because each station takes its trucks, and lets them go, in the order of ``sim.order``.

It is a fast path of `sim.compiled`, and an oracle of both engines in tests.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numba
import numpy as np
from numba import types

from sim.bits import WORD
from sim.flow import Flow, Record, empty_record
from sim.held_memory import hold_memory
from sim.jit import ENGINE, compiled_and_kept
from sim.order import CARRY_OVER, N_STATIONS, PASSED_BY
from sim.route import Route, route_standard
from sim.schedule import NEVER
from sim.sweep import FAILED, N_SOURCES, sweep_all
from sim.work import fits


class Sweep(NamedTuple):
    """Working state of one sweep over the stations."""

    due_min: Any
    due_key: Any
    idle: Any
    """[W] words of bits, 1 while the server waits for a truck (see `sim.bits`)."""
    own: Any
    """[K, W] words of bits, 1: the server belongs to the station."""
    sources: Any
    """The lists from which trucks come to the station at hand."""
    out: Any
    """[K + 1, n], the trucks that left each station, in the order in which they did; last: the
    arrivals."""
    to: Any
    """[K + 1, n], where each of them went."""
    n_out: Any
    place: Any
    """[K + 1], how far the station at hand has read each list."""
    line: Any
    """[n], the trucks that came to the station at hand, in their order."""
    seen: Any
    alarmed: Any
    judged_min: Any
    """[n], when the image is judged; -inf: there is none."""
    by_image: Any
    """[n], 1 where the verdict on its image let the truck leave ``join``."""
    count: Any
    state: Any


def applies(flow: Flow, route: Route) -> bool:
    """Tell whether a flow may be swept station by station.

    The hook must be the standard one, which reads the truck alone, and visits stations in the order
    of the road; every server is there from the first arrival to the end and takes both classes;
    lines are pooled and first come, first served; there is one kind of service; doors stay open.
    Waiting rooms may be finite, if not none at all: `run` finds out whether one was ever full.
    """
    plain = not any(
        part.any()
        for part in (
            flow.fast_first,
            flow.per_lane,
            flow.finishes,
            flow.serves != 3,
            flow.suspend == PASSED_BY,
            flow.room == 0,
            (flow.room[:, 0] < 0) != (flow.room[:, 1] < 0),
        )
    )
    in_order = flow.fork < flow.join < N_STATIONS - 1 and (flow.fork < 0) == (flow.judge < 0)
    open_doors = flow.closing == CARRY_OVER and flow.profiled < 0
    return route is route_standard and plain and in_order and open_doors and _always_up(flow)


def _always_up(flow: Flow) -> bool:
    """Tell whether every server is at work from the first arrival to the horizon."""
    once = np.array_equal(flow.interval_first, np.arange(len(flow.serves) + 1))
    early = flow.up_min <= min(0.0, float(flow.arrive_min.min(initial=0.0)))
    late = np.where(
        flow.drains == 1, flow.down_min >= flow.horizon_min, flow.down_min > flow.horizon_min
    )
    return bool(once and early.all() and late.all())


def run(flow: Flow) -> Record | None:
    """Sweep over the stations of a flow to which `applies` holds.

    Returns
    -------
    Record or None
        Equal to ``sim.port.run(flow)`` to the last bit. None where that is not certain: a
        waiting room may have been full, a service took no time, or one began at the very end.
    """
    record = empty_record(len(flow.arrive_min), flow.absent)
    work = _new_sweep(flow)
    _sweep()(flow, work, record)
    return None if work.count[FAILED] else record


def _new_sweep(flow: Flow) -> Sweep:
    n, servers = len(flow.arrive_min), int(flow.server_first[-1])
    return Sweep(
        due_min=np.full(servers + 2, np.inf),
        due_key=np.full(servers + 2, NEVER),
        idle=np.zeros(servers // WORD + 1, dtype=np.uint64),
        own=np.ascontiguousarray(fits(flow)[:, 0]),
        sources=np.zeros(N_STATIONS + 1, dtype=np.int64),
        out=np.empty((N_STATIONS + 1, n), dtype=np.int32),
        to=np.empty((N_STATIONS + 1, n), dtype=np.int8),
        n_out=np.zeros(N_STATIONS + 1, dtype=np.int64),
        place=np.zeros(N_STATIONS + 1, dtype=np.int64),
        line=np.empty(n, dtype=np.int32),
        seen=np.full(n, flow.absent, dtype=np.int16),
        alarmed=np.zeros(n, dtype=np.int16),
        judged_min=np.full(n, -np.inf),
        by_image=np.zeros(n, dtype=np.uint8),
        count=np.zeros(N_SOURCES + 1, dtype=np.int64),
        state=flow.state.copy(),
    )


@functools.cache
def _sweep() -> Any:  # noqa: ANN401
    """Return the compiled sweep (from the compiler's disk cache when nothing has changed)."""
    from sim.compiled import example  # this module is a part of it

    hold_memory()
    flow = example()
    kinds = [
        numba.typeof(part)  # type: ignore[no-untyped-call]
        for part in (flow, _new_sweep(flow), empty_record(0))
    ]
    return compiled_and_kept(sweep_all, ENGINE, types.void(*kinds), nogil=True, _nrt=False)
