"""The moves of the compiled engine: heap, queues, servers, admission. Compiled by Numba.

Each move has its twin, of the same name, in ``sim.station``. ``f`` is the Flow, ``w`` the working
state, ``r`` the Record. Nothing here may use a transcendental function or a random number.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.flow import Flow
from sim.heap import push
from sim.jit import move
from sim.lanes import choose_lane, lane_of, next_of_lane
from sim.order import APPROACH, END, KIND_SHIFT, N_STATIONS, SERVED, STATION_SHIFT, WITHDRAWN

JOINED = 1
"""Index in ``count`` of the number of queue entries so far, which orders them across classes."""
ERROR = 2
"""Index in ``count``: 0, or 1 + the truck whose policy broke the rules."""
SHUT = 3
"""Index in ``count``: 1 while the doors are shut (where that matters to those in line)."""
N_LATE = 4
"""Index in ``count``: servers that stay beyond their hours."""


class Work(NamedTuple):
    """Working state of one replication."""

    heap_min: Any
    heap_key: Any
    busy: Any
    on: Any
    late: Any
    """[S], 1 while the server stays beyond its hours for those in line."""
    current: Any
    """[S], index of the interval that the server is in, or was in last."""
    outcome: Any
    """[S], how the service in hand will end: SERVED or WITHDRAWN."""
    n_free: Any
    waiting: Any
    waiting_class: Any
    n_busy: Any
    lane_head: Any
    lane_tail: Any
    lane_waiting: Any
    """[S], trucks waiting in each server's own line (stations with a line per lane)."""
    head: Any
    tail: Any
    link: Any
    """[2, n], next in line; row 0 for trucks, row 1 for images."""
    joined: Any
    blocked_head: Any
    """[K, 4], first of each line of blocked trucks: inside the port, then on the approach."""
    blocked_tail: Any
    held_at: Any
    """[n], station whose server a blocked truck holds."""
    seen: Any
    alarmed: Any
    image: Any
    """[n], 0 none, 1 not yet judged, 2 judged."""
    held: Any
    """[n], 1 while the truck stands at ``join`` waiting for its image."""
    frames: Any
    count: Any
    state: Any


def new_work(f: Flow) -> Work:
    """Return the state of an empty port before the first event."""
    n, servers = len(f.arrive_min), int(f.server_first[-1])

    def ints(*shape: int, fill: int = 0) -> Any:
        return np.full(shape, fill, dtype=np.int64)

    return Work(
        heap_min=np.zeros(servers + 2),
        heap_key=ints(servers + 2),
        busy=ints(servers),
        on=ints(servers),
        late=ints(servers),
        current=f.interval_first[:-1] - 1,
        outcome=ints(servers),
        n_free=ints(N_STATIONS),
        waiting=ints(N_STATIONS),
        waiting_class=ints(N_STATIONS, 2),
        n_busy=ints(N_STATIONS),
        lane_head=ints(servers, fill=-1),
        lane_tail=ints(servers, fill=-1),
        lane_waiting=ints(servers),
        head=ints(N_STATIONS, 2, fill=-1),
        tail=ints(N_STATIONS, 2, fill=-1),
        link=ints(2, n, fill=-1),
        joined=ints(2, n),
        blocked_head=ints(N_STATIONS, 4, fill=-1),
        blocked_tail=ints(N_STATIONS, 4, fill=-1),
        held_at=ints(n),
        seen=ints(n, fill=int(f.absent)),
        alarmed=ints(n),
        image=ints(n),
        held=ints(n),
        frames=ints(servers + N_STATIONS + 2),
        count=ints(5),
        state=f.state.copy(),
    )


@move()
def has_room(f, w, k, lane):  # type: ignore[no-untyped-def]
    if f.shared_room[k] == 1:
        return f.room[k, 0] < 0 or w.waiting[k] < f.room[k, 0]
    return f.room[k, lane] < 0 or w.waiting_class[k, lane] < f.room[k, lane]


@move()
def lowest_free(f, w, k, lane):  # type: ignore[no-untyped-def]
    if w.n_free[k] > 0:
        for s in range(f.server_first[k], f.server_first[k + 1]):
            if w.on[s] == 1 and w.busy[s] == 0 and (f.serves[s] >> lane) & 1 == 1:
                return s
    return -1


@move()
def can_enter(f, w, k, lane):  # type: ignore[no-untyped-def]
    return has_room(f, w, k, lane) or lowest_free(f, w, k, lane) >= 0


@move()
def start(f, w, r, profile, k, s, truck, now):  # type: ignore[no-untyped-def]
    w.busy[s] = 1
    w.n_free[k] -= 1
    w.n_busy[k] += 1
    r.moments[4 * k + 1, truck] = now
    r.server[k, truck] = s - f.server_first[k]
    place, clock, work = w.current[s], now, f.service_min[truck, k]
    if k == f.profiled:
        first, last = f.server_first[k], f.server_first[k + 1]
        lanes, serving = w.lane_waiting[first:last], w.busy[first:last]
        if profile(truck, s - first, lanes, serving, f.columns, w.state) == 1:
            r.slow[truck] = 1
            work = f.slow_min[truck]
    w.outcome[s] = SERVED
    while clock + work > f.down_min[place] and f.drains[place] == 0:
        work = work - (f.down_min[place] - clock)
        resume = f.up_min[place + 1] if place + 1 < f.interval_first[s + 1] else np.inf
        if resume - f.down_min[place] > f.hold_min[k]:
            w.outcome[s] = WITHDRAWN
            clock, work = f.down_min[place] + f.hold_min[k], 0.0
            break
        if resume == np.inf:
            return
        place, clock = place + 1, resume
    push(w, clock + work, (END << KIND_SHIFT) | (k << STATION_SHIFT) | truck)


@move()
def enter(f, w, r, profile, k, truck, now):  # type: ignore[no-untyped-def]
    lane = lane_of(f, k, truck)
    row = 1 if k == f.judge else 0
    r.moments[4 * k, truck] = now
    own = f.per_lane[k] == 1
    s = choose_lane(f, w, k, lane, truck) if own else lowest_free(f, w, k, lane)
    if s >= 0 and w.on[s] == 1 and w.busy[s] == 0:
        start(f, w, r, profile, k, s, truck, now)
        return
    w.link[row, truck] = -1
    w.joined[row, truck] = w.count[JOINED]
    w.count[JOINED] += 1
    if own and s >= 0:
        if w.lane_head[s] < 0:
            w.lane_head[s] = truck
        else:
            w.link[row, w.lane_tail[s]] = truck
        w.lane_tail[s] = truck
        w.lane_waiting[s] += 1
        w.waiting[k] += 1
        return
    if w.head[k, lane] < 0:
        w.head[k, lane] = truck
    else:
        w.link[row, w.tail[k, lane]] = truck
    w.tail[k, lane] = truck
    w.waiting[k] += 1
    w.waiting_class[k, lane] += 1


@move()
def next_in_line(f, w, k, s):  # type: ignore[no-untyped-def]
    if f.per_lane[k] == 1:
        return next_of_lane(f, w, k, s)
    row = 1 if k == f.judge else 0
    general = w.head[k, 0] if f.serves[s] & 1 else -1
    fast = w.head[k, 1] if f.serves[s] & 2 else -1
    if general < 0 and fast < 0:
        return -1
    lane = 0
    if general < 0 or (
        fast >= 0 and (f.fast_first[k] == 1 or w.joined[row, fast] < w.joined[row, general])
    ):
        lane = 1
    truck = w.head[k, lane]
    w.head[k, lane] = w.link[row, truck]
    w.waiting[k] -= 1
    w.waiting_class[k, lane] -= 1
    return truck


@move()
def free(f, w, r, profile, k, s, now):  # type: ignore[no-untyped-def]
    depth, vacant = 0, True
    while True:
        if vacant and hand_on(f, w, r, profile, k, s, now):
            w.frames[depth] = k
            depth += 1
        vacant = False
        if depth == 0:
            return
        k = w.frames[depth - 1]
        truck = first_blocked(f, w, k)
        if truck < 0:
            depth -= 1
            continue
        here = w.held_at[truck]
        enter(f, w, r, profile, k, truck, now)
        if here >= 0:
            k, s, vacant = here, f.server_first[here] + r.server[here, truck], True
            vacate(w, r, here, s, truck, now)


@move()
def hand_on(f, w, r, profile, k, s, now):  # type: ignore[no-untyped-def]
    if w.on[s] == 0 or w.busy[s] == 1:
        return False
    truck = next_in_line(f, w, k, s)
    if truck < 0:
        return False
    start(f, w, r, profile, k, s, truck, now)
    return True


@move()
def vacate(w, r, k, s, truck, now):  # type: ignore[no-untyped-def]
    r.moments[4 * k + 3, truck] = now
    w.busy[s] = 0
    w.n_busy[k] -= 1
    w.n_free[k] += w.on[s]


@move()
def first_blocked(f, w, k):  # type: ignore[no-untyped-def]
    for group in range(4):
        truck = w.blocked_head[k, group]
        if truck >= 0 and can_enter(f, w, k, f.lane_class[truck]):
            w.blocked_head[k, group] = w.link[0, truck]
            return truck
    return -1


@move()
def block(f, w, k, truck, here):  # type: ignore[no-untyped-def]
    group = 0 if f.shared_room[k] == 1 else f.lane_class[truck]
    if here <= APPROACH:
        group += 2
    w.held_at[truck] = here
    w.link[0, truck] = -1
    if w.blocked_head[k, group] < 0:
        w.blocked_head[k, group] = truck
    else:
        w.link[0, w.blocked_tail[k, group]] = truck
    w.blocked_tail[k, group] = truck
