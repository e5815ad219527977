"""The moves of the compiled engine: heap, queues, servers, admission. Compiled by Numba.

Each move has its twin, of the same name, in ``sim.station``. ``f`` is the Flow, ``w`` the working
state, ``r`` the Record, ``x`` the Rules. Nothing here may use a transcendental function or a random
number.
"""

from __future__ import annotations

import numpy as np
from numba import types

from sim.bits import index, is_in, lowest_common, put_in, take_out
from sim.jit import move
from sim.lanes import choose_lane, lane_of, next_of_lane
from sim.order import APPROACH, END, KIND_SHIFT, STATION_SHIFT, TRUCK_SHIFT, WITHDRAWN
from sim.schedule import push
from sim.work import JOINED


@move()
def has_room(f, w, k, lane):  # type: ignore[no-untyped-def]
    if f.shared_room[k] == 1:
        return f.room[k, 0] < 0 or w.waiting[k] < f.room[k, 0]
    return f.room[k, lane] < 0 or w.waiting_class[k, lane] < f.room[k, lane]


@move()
def lowest_free(f, w, k, lane):  # type: ignore[no-untyped-def]
    return lowest_common(w.vacant, w.fits[k, lane])


@move()
def can_enter(f, w, k, lane):  # type: ignore[no-untyped-def]
    return not w.limited or has_room(f, w, k, lane) or lowest_free(f, w, k, lane) >= 0


@move()
def start(f, w, r, x, k, server, waiter, now):  # type: ignore[no-untyped-def]
    s, truck = index(server), index(waiter)
    w.busy[s] = 1
    take_out(w.vacant, s)
    w.n_busy[k] += 1
    r.moments[4 * index(r.place[k]) + 1, truck] = now
    number = s - f.server_first[k]
    r.server[index(r.place[k]), truck] = number
    work = f.service_min[k, truck]
    if not x.plain and k == f.profiled:
        first, last = f.server_first[k], f.server_first[k + 1]
        lanes, serving = w.lane_waiting[first:last], w.busy[first:last]
        if x.profile(truck, s - first, lanes, serving, f.columns, w.state) == 1:
            r.slow[truck] = 1
            work = f.slow_min[truck]
    clock = now + work
    if clock > w.stops_min[s]:
        clock = interrupted(f, w, k, s, now, work)
        if clock == np.inf:
            return
    push(w, clock, (END << KIND_SHIFT) | (k << STATION_SHIFT) | (truck << TRUCK_SHIFT) | number)


@move()
def interrupted(f, w, k, s, now, work):  # type: ignore[no-untyped-def]
    """Return when a service ends that a breakdown interrupts: never, if the server stays down."""
    place, clock = w.current[s], now
    while clock + work > f.down_min[place] and f.drains[place] == 0:
        work = work - (f.down_min[place] - clock)
        resume = f.up_min[place + 1] if place + 1 < f.interval_first[s + 1] else np.inf
        if resume - f.down_min[place] > f.hold_min[k]:
            w.outcome[s] = WITHDRAWN
            return f.down_min[place] + f.hold_min[k]
        if resume == np.inf:
            return resume
        place, clock = place + 1, resume
    return clock + work


@move()
def enter(f, w, r, x, k, truck, now):  # type: ignore[no-untyped-def]
    lane = types.int64(0)
    if w.mixed:
        lane = f.lane_class[truck] if x.plain else lane_of(f, k, truck)
    row = 1 if not x.plain and k == f.judge else 0
    r.moments[4 * index(r.place[k]), truck] = now
    own = not x.plain and f.per_lane[k] == 1
    s = choose_lane(f, w, k, lane, truck) if own else lowest_free(f, w, k, lane)
    if s >= 0 and (not own or is_in(w.vacant, s)):
        start(f, w, r, x, k, s, truck, now)
        return
    w.link[row, truck] = -1
    if w.mixed:
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
        w.link[row, index(w.tail[k, lane])] = truck
    w.tail[k, lane] = truck
    w.waiting[k] += 1
    if not x.plain:
        w.waiting_class[k, lane] += 1


@move()
def next_in_line(f, w, x, k, s):  # type: ignore[no-untyped-def]
    if not x.plain and f.per_lane[k] == 1:
        return next_of_lane(f, w, k, s)
    row = 1 if not x.plain and k == f.judge else 0
    lane = next_class(f, w, k, s, row) if w.mixed else types.int64(0)
    truck = w.head[k, lane]
    if truck >= 0 and (not w.mixed or (f.serves[s] >> lane) & 1 == 1):
        w.head[k, lane] = w.link[row, index(truck)]
        w.waiting[k] -= 1
        if not x.plain:
            w.waiting_class[k, lane] -= 1
        return truck
    return types.int64(-1)


@move()
def next_class(f, w, k, s, row):  # type: ignore[no-untyped-def]
    """Return the class of whose trucks the server takes the next one, if there is any."""
    general = w.head[k, 0] if f.serves[s] & 1 else -1
    fast = w.head[k, 1] if f.serves[s] & 2 else -1
    first = f.fast_first[k] == 1 or w.joined[row, fast] < w.joined[row, general]
    return types.int64(fast >= 0 and (general < 0 or first))


@move()
def free(f, w, r, x, k, s, now):  # type: ignore[no-untyped-def]
    depth, vacant = 0, True
    while True:
        if vacant and hand_on(f, w, r, x, k, s, now):
            w.frames[depth] = k
            depth += 1
        vacant = False
        if x.plain or depth == 0 or not w.limited:
            return
        k = w.frames[depth - 1]
        truck = first_blocked(f, w, k)
        if truck < 0:
            depth -= 1
            continue
        here = w.held_at[truck]
        enter(f, w, r, x, k, truck, now)
        if here >= 0:
            k, s, vacant = here, f.server_first[here] + r.server[index(r.place[here]), truck], True
            vacate(w, r, here, s, truck, now)


@move()
def hand_on(f, w, r, x, k, s, now):  # type: ignore[no-untyped-def]
    if not is_in(w.vacant, s):
        return False
    truck = next_in_line(f, w, x, k, s)
    if truck < 0:
        return False
    start(f, w, r, x, k, s, truck, now)
    return True


@move()
def vacate(w, r, k, s, truck, now):  # type: ignore[no-untyped-def]
    r.moments[4 * index(r.place[k]) + 3, truck] = now
    w.busy[s] = 0
    w.n_busy[k] -= 1
    if w.on[s] == 1:
        put_in(w.vacant, s)


@move()
def first_blocked(f, w, k):  # type: ignore[no-untyped-def]
    if w.n_blocked[k] == 0:
        return -1
    for group in range(4):
        truck = w.blocked_head[k, group]
        if truck >= 0 and can_enter(f, w, k, f.lane_class[truck]):
            w.blocked_head[k, group] = w.link[0, truck]
            w.n_blocked[k] -= 1
            return truck
    return -1


@move()
def block(f, w, k, truck, here):  # type: ignore[no-untyped-def]
    group = 0 if f.shared_room[k] == 1 else f.lane_class[truck]
    if here <= APPROACH:
        group += 2
    w.held_at[truck] = here
    w.n_blocked[k] += 1
    w.link[0, truck] = -1
    if w.blocked_head[k, group] < 0:
        w.blocked_head[k, group] = truck
    else:
        w.link[0, w.blocked_tail[k, group]] = truck
    w.blocked_tail[k, group] = truck
