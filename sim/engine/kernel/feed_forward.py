"""Station by station: the whole day of one station, then of the next, with no schedule of events.

Where nothing downstream can hold a truck back, and where its way depends on the truck alone, the
trucks that come to a station are known before any of them is served there: each begins as the
earliest of the servers is free, first come, first served (the recursion of Kiefer and Wolfowitz).
The result is that of the event engines to the last bit, ties and numbers of servers included,
because each station takes its trucks, and lets them go, in the order of ``sim.stations``.

It is a fast path of `sim.engine.kernel.loop`, and an oracle of both engines in tests. In compiled code
``f`` is the Flow, ``w`` the `FeedForwardState` and ``r`` the Record.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numba
import numpy as np
from numba import types

from sim.compiling import ENGINE, Route, compiled_and_kept, keep_freed_memory, kernel_function
from sim.engine.flow import CLEARED, Flow, Record, empty_record, smallest_flow
from sim.engine.kernel.state import (
    DUE,
    NEVER,
    WORD,
    add_member,
    index,
    lowest_common_member,
    prefetch,
    push_service_end,
    remove_member,
    server_class_bits,
)
from sim.engine.routes import route_standard
from sim.stations import ANALYST, CARRY_OVER, EXIT, N_STATIONS, PASSED_BY, SERVED, START, STATION_SHIFT

FAILED = 1
"""Index in ``count``: 1 where the sweep may differ from the engines."""
N_LINE = 2
"""Index in ``count``: trucks that have come to the station at hand."""
BEGUN = 3
"""Index in ``count``: those of them that had begun before the last one came."""
N_SOURCES = 4
"""Index in ``count``: lists from which trucks come to the station at hand."""
TRUCK = (1 << STATION_SHIFT) - 1
ROAD = N_STATIONS
"""The list of the arrivals, and their rank among events at equal times."""


@kernel_function()
def send_on(f, w, r, truck, here, now):  # type: ignore[no-untyped-def]
    """Ask where the truck goes, and put it on the list of those that left ``here``.

    Only the standard route is swept, so its code stands here and is not called.
    """
    k = route_standard(truck, here, w.seen[truck], w.alarmed[truck], f.columns, w.count, w.count, now, w.state)
    if k == EXIT:
        r.exit_min[truck] = now
        return
    if k <= here or k >= ANALYST or (w.seen[truck] >> k) & 1 == 1:
        w.count[FAILED] = 1
        return
    w.seen[truck] |= 1 << k
    row = ROAD if here == START else here
    w.to[row, w.n_out[row]] = k
    w.out[row, w.n_out[row]] = truck
    w.n_out[row] += 1


@kernel_function()
def leave_min(f, r, row, truck):  # type: ignore[no-untyped-def]
    return f.arrive_min[truck] if row == ROAD else r.moments[4 * index(r.place[row]) + 3, truck]


@kernel_function()
def find_sources(f, w, k):  # type: ignore[no-untyped-def]
    """Note the lists on which somebody goes to ``k``, and the first who does."""
    w.count[N_SOURCES] = 0
    for row in range(N_STATIONS + 1):
        w.place[row] = 0
        if k == f.judge or (row != ROAD and (row >= k or row == ANALYST)):
            continue
        while w.place[row] < w.n_out[row] and w.to[row, w.place[row]] != k:
            w.place[row] += 1
        if w.place[row] < w.n_out[row]:
            w.sources[w.count[N_SOURCES]] = row
            w.count[N_SOURCES] += 1


@kernel_function()
def next_entry(f, w, r, k):  # type: ignore[no-untyped-def]
    """Return time and key of the next truck that comes to ``k``; the key is -1 after the last."""
    time, key, chosen = f.horizon_min, types.int64(-1), 0
    for source in range(w.count[N_SOURCES]):
        row = w.sources[source]
        place = w.place[row]
        while place < w.n_out[row] and w.to[row, place] != k:
            place += 1
        w.place[row] = place
        if place == w.n_out[row]:
            continue
        truck = types.int64(w.out[row, place])
        late = row == f.join and w.by_image[truck] == 1
        own = (types.int64(f.judge if late else row) << STATION_SHIFT) | truck
        left = leave_min(f, r, row, truck)
        if key < 0 or left < time or (left == time and own < key):
            time, key, chosen = left, own, row
    if key >= 0:
        w.place[chosen] += 1
    return time, key


@kernel_function()
def next_image(f, w, r):  # type: ignore[no-untyped-def]
    """Return time and key of the next image that comes to the judges; the key is -1 at the end."""
    while w.place[f.fork] < w.n_out[f.fork]:
        truck = types.int64(w.out[f.fork, w.place[f.fork]])
        w.place[f.fork] += 1
        if f.alarm[f.fork, truck] != CLEARED:
            return r.moments[4 * r.place[f.fork] + 3, truck], truck
    return f.horizon_min, types.int64(-1)


@kernel_function()
def join_next(f, w, r, k):  # type: ignore[no-untyped-def]
    """Let the next truck join the line of ``k``; return its time and its key (-1: nobody came)."""
    if k == f.judge:
        time, key = next_image(f, w, r)
    else:
        time, key = next_entry(f, w, r, k)
    if key >= 0:
        truck = key & TRUCK
        r.moments[4 * index(r.place[k]), truck] = time
        w.line[w.count[N_LINE]] = truck
        w.count[N_LINE] += 1
    return time, key


@kernel_function()
def begin_service(f, w, r, k, s, truck, now):  # type: ignore[no-untyped-def]
    end = now + f.service_min[k, truck]
    prefetch(f.columns, truck, 0)
    r.moments[4 * index(r.place[k]) + 1, truck] = now
    r.server[index(r.place[k]), truck] = s - f.server_first[k]
    if end <= now or now == f.horizon_min:
        w.count[FAILED] = 1
    key = (types.int64(k) << STATION_SHIFT) | truck
    if end <= f.horizon_min:
        r.moments[4 * index(r.place[k]) + 2, truck] = end
        r.done[k, truck] = SERVED
        if k == f.join and w.judged_min[truck] >= end:
            w.by_image[truck] = 1
            end, key = w.judged_min[truck], (types.int64(f.judge) << STATION_SHIFT) | truck
    push_service_end(w, end, key)


@kernel_function()
def leave_station(f, w, r, k, truck, now):  # type: ignore[no-untyped-def]
    r.moments[4 * index(r.place[k]) + 3, truck] = now
    if k == f.judge:
        w.judged_min[truck] = now
        return
    if k == f.fork:
        if f.alarm[k, truck] != CLEARED:
            # until it is judged, the image holds the truck for good
            w.judged_min[truck] = f.horizon_min + 1.0
    elif f.alarm[k, truck] == 1:
        w.alarmed[truck] |= 1 << k
    if k == f.join and f.fork >= 0 and r.done[f.fork, truck] == SERVED:
        w.alarmed[truck] |= types.int64(f.alarm[f.fork, truck] == 1) << f.fork
    send_on(f, w, r, truck, k, now)


@kernel_function()
def may_have_been_full(f, w, r, k):  # type: ignore[no-untyped-def]
    """Tell whether the room may have been full since the truck came that began last."""
    last = w.count[N_LINE] - 1
    if f.room[k, 0] < 0:
        return False
    came = r.moments[4 * index(r.place[k]), w.line[last]]
    began = 4 * index(r.place[k]) + 1
    while w.count[BEGUN] < last and r.moments[began, w.line[w.count[BEGUN]]] < came:
        w.count[BEGUN] += 1
    room = f.room[k, 0] if f.shared_room[k] == 1 else min(f.room[k, 0], f.room[k, 1])
    waits = r.moments[4 * index(r.place[k]) + 1, w.line[last]] != came
    return last - w.count[BEGUN] + types.int64(waits) >= room


@kernel_function()
def serve_station(f, w, r, k):  # type: ignore[no-untyped-def]
    """Serve everybody who comes to station ``k``, in the order of events."""
    w.count[DUE], w.count[N_LINE], w.count[BEGUN] = 0, 0, 0
    find_sources(f, w, k)
    n_idle = f.server_first[k + 1] - f.server_first[k]
    for s in range(f.server_first[k], f.server_first[k + 1]):
        add_member(w.idle, s)
    came, key = join_next(f, w, r, k)
    while w.count[FAILED] == 0:
        due, after = w.due_min[w.count[DUE]], w.due_key[w.count[DUE]]
        first = came < due or (came == due and key < after)
        if key >= 0 and n_idle > 0 and first:
            s, now, n_idle = lowest_common_member(w.idle, w.own[k]), came, n_idle - 1
            remove_member(w.idle, s)
        elif due > f.horizon_min:
            break
        else:
            now, truck = due, after & TRUCK
            w.count[DUE] -= 1
            s = f.server_first[k] + r.server[index(r.place[k]), truck]
            leave_station(f, w, r, k, truck, now)
            if key < 0 or not first:
                add_member(w.idle, s)
                n_idle += 1
                continue
        begin_service(f, w, r, k, s, key & TRUCK, now)
        if may_have_been_full(f, w, r, k):
            w.count[FAILED] = 1
        came, key = join_next(f, w, r, k)
    while key >= 0:
        if f.room[k, 0] >= 0:
            w.count[FAILED] = 1
        came, key = join_next(f, w, r, k)


def serve_all_stations(f, w, r):  # type: ignore[no-untyped-def]
    """Let the trucks arrive, then serve station after station; the images before primary."""
    for truck in range(len(f.arrive_min)):
        if f.arrive_min[truck] <= f.horizon_min:
            send_on(f, w, r, truck, START, f.arrive_min[truck])
    for turn in range(N_STATIONS):
        # the images are judged right after the station that takes them
        k = turn
        if f.judge >= 0 and turn > f.fork:
            k = f.judge if turn == f.fork + 1 else turn - 1
        if (f.absent >> k) & 1 == 0 and f.server_first[k + 1] > f.server_first[k]:
            serve_station(f, w, r, k)


class FeedForwardState(NamedTuple):
    """Working state of one sweep over the stations."""

    due_min: Any
    due_key: Any
    idle: Any
    """[W] words of bits, 1 while the server waits for a truck (see `sim.engine.kernel.state`)."""
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


def can_feed_forward(flow: Flow, route: Route) -> bool:
    """Tell whether a flow may be swept station by station.

    The hook must be the standard one, which reads the truck alone, and visits stations in the order
    of the road; every server is there from the first arrival to the end and takes both classes;
    lines are pooled and first come, first served; there is one kind of service; doors stay open; there is no review.
    Waiting rooms may be finite, if not none at all: `run_feed_forward` finds out whether one was ever full.
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
    open_doors = flow.closing == CARRY_OVER and flow.profiled < 0 and len(flow.review_min()) == 0
    return route is route_standard and plain and in_order and open_doors and _always_up(flow)


def _always_up(flow: Flow) -> bool:
    """Tell whether every server is at work from the first arrival to the horizon."""
    once = np.array_equal(flow.interval_first, np.arange(len(flow.serves) + 1))
    early = flow.up_min <= min(0.0, float(flow.arrive_min.min(initial=0.0)))
    late = np.where(flow.drains == 1, flow.down_min >= flow.horizon_min, flow.down_min > flow.horizon_min)
    return bool(once and early.all() and late.all())


def run_feed_forward(flow: Flow) -> Record | None:
    """Sweep over the stations of a flow to which `can_feed_forward` holds.

    Returns
    -------
    Record or None
        Equal to ``sim.engine.simpy_port.run(flow)`` to the last bit. None where that is not certain: a
        waiting room may have been full, a service took no time, or one began at the very end.
    """
    record = empty_record(len(flow.arrive_min), flow.absent)
    work = _new_feed_forward_state(flow)
    _compiled_feed_forward()(flow, work, record)
    return None if work.count[FAILED] else record


def _new_feed_forward_state(flow: Flow) -> FeedForwardState:
    n, servers = len(flow.arrive_min), int(flow.server_first[-1])
    return FeedForwardState(
        due_min=np.full(servers + 2, np.inf),
        due_key=np.full(servers + 2, NEVER),
        idle=np.zeros(servers // WORD + 1, dtype=np.uint64),
        own=np.ascontiguousarray(server_class_bits(flow)[:, 0]),
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
def _compiled_feed_forward() -> Any:
    """Return the compiled sweep (from the compiler's disk cache when nothing has changed)."""
    keep_freed_memory()
    flow = smallest_flow()
    kinds = [
        numba.typeof(part)  # type: ignore[no-untyped-call]
        for part in (flow, _new_feed_forward_state(flow), empty_record(0))
    ]
    return compiled_and_kept(serve_all_stations, ENGINE, types.void(*kinds), nogil=True, _nrt=False)
