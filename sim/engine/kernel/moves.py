"""The moves of the compiled engine: heap, queues, servers, admission. Compiled by Numba.

Each move has its twin, of the same name, in ``sim.engine.station``. ``f`` is the Flow, ``w`` the working
state, ``r`` the Record, ``x`` the Rules. Nothing here may use a transcendental function or a random
number.

The kernel's single lanes: which line a truck joins, whom a lane takes next, what it alarms on.

Twins of the same names are in ``sim.engine.station``. Compiled by Numba.
"""

from __future__ import annotations

import numpy as np
from numba import types

from sim.compiling import kernel_function
from sim.engine.kernel.state import (
    JOINED,
    add_member,
    has_member,
    index,
    lowest_common_member,
    push_service_end,
    remove_member,
)
from sim.stations import APPROACH, END, KIND_SHIFT, STATION_SHIFT, TRUCK_SHIFT, WITHDRAWN


@kernel_function()
def lane_of(f, k, truck):  # type: ignore[no-untyped-def]
    return 0 if k == f.judge else f.lane_class[truck]


@kernel_function()
def raises_alarm(f, r, k, truck):  # type: ignore[no-untyped-def]
    """Tell whether the station alarms on the truck, by the service that it was given."""
    if k == f.profiled and r.slow[truck] == 1:
        return f.slow_alarm[truck] == 1
    return f.alarm[k, truck] == 1


@kernel_function()
def choose_lane(f, w, k, lane, truck):  # type: ignore[no-untyped-def]
    """Return the truck's lane: by its own draw, else the shortest; open before closed ones."""
    first, last = f.server_first[k], f.server_first[k + 1]
    for need in (1, 0):
        fit, best, least = 0, -1, 0
        for s in range(first, last):
            if (f.serves[s] >> lane) & 1 == 1 and w.on[s] >= need:
                fit += 1
                length = w.lane_waiting[s] + w.busy[s]
                if best < 0 or length < least:
                    best, least = s, length
        if fit == 0:
            continue
        if f.lane_random[k] == 0:
            return best
        left = int(f.lane_draw[truck] * fit)
        for s in range(first, last):
            if (f.serves[s] >> lane) & 1 == 1 and w.on[s] >= need:
                if left == 0:
                    return s
                left -= 1
    return -1


@kernel_function()
def next_of_lane(f, w, k, s):  # type: ignore[no-untyped-def]
    """Take the next of the server's own line, or of a closed one whose head joined earlier."""
    row = 1 if k == f.judge else 0
    best, line = w.lane_head[s], s
    for other in range(f.server_first[k], f.server_first[k + 1]):
        truck = w.lane_head[other]
        if truck < 0 or w.on[other] == 1 or (f.serves[s] >> lane_of(f, k, truck)) & 1 == 0:
            continue
        if best < 0 or w.joined[row, truck] < w.joined[row, best]:
            best, line = truck, other
    if best >= 0:
        w.lane_head[line] = w.link[row, best]
        w.lane_waiting[line] -= 1
        w.waiting[k] -= 1
    return best


@kernel_function()
def has_room(f, w, k, lane):  # type: ignore[no-untyped-def]
    if f.shared_room[k] == 1:
        return f.room[k, 0] < 0 or w.waiting[k] < f.room[k, 0]
    return f.room[k, lane] < 0 or w.waiting_class[k, lane] < f.room[k, lane]


@kernel_function()
def lowest_free(f, w, k, lane):  # type: ignore[no-untyped-def]
    return lowest_common_member(w.vacant, w.fits[k, lane])


@kernel_function()
def can_enter(f, w, k, lane):  # type: ignore[no-untyped-def]
    return not w.limited or has_room(f, w, k, lane) or lowest_free(f, w, k, lane) >= 0


@kernel_function()
def start(f, w, r, x, k, server, waiter, now):  # type: ignore[no-untyped-def]
    s, truck = index(server), index(waiter)
    w.busy[s] = 1
    remove_member(w.vacant, s)
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
    push_service_end(w, clock, (END << KIND_SHIFT) | (k << STATION_SHIFT) | (truck << TRUCK_SHIFT) | number)


@kernel_function()
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


@kernel_function()
def enter(f, w, r, x, k, truck, now):  # type: ignore[no-untyped-def]
    lane = types.int64(0)
    if w.mixed:
        lane = f.lane_class[truck] if x.plain else lane_of(f, k, truck)
    row = 1 if not x.plain and k == f.judge else 0
    r.moments[4 * index(r.place[k]), truck] = now
    own = not x.plain and f.per_lane[k] == 1
    s = choose_lane(f, w, k, lane, truck) if own else lowest_free(f, w, k, lane)
    if s >= 0 and (not own or has_member(w.vacant, s)):
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


@kernel_function()
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


@kernel_function()
def next_class(f, w, k, s, row):  # type: ignore[no-untyped-def]
    """Return the class of whose trucks the server takes the next one, if there is any."""
    general = w.head[k, 0] if f.serves[s] & 1 else -1
    fast = w.head[k, 1] if f.serves[s] & 2 else -1
    first = f.fast_first[k] == 1 or w.joined[row, fast] < w.joined[row, general]
    return types.int64(fast >= 0 and (general < 0 or first))


@kernel_function()
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


@kernel_function()
def hand_on(f, w, r, x, k, s, now):  # type: ignore[no-untyped-def]
    if not has_member(w.vacant, s):
        return False
    truck = next_in_line(f, w, x, k, s)
    if truck < 0:
        return False
    start(f, w, r, x, k, s, truck, now)
    return True


@kernel_function()
def vacate(w, r, k, s, truck, now):  # type: ignore[no-untyped-def]
    r.moments[4 * index(r.place[k]) + 3, truck] = now
    w.busy[s] = 0
    w.n_busy[k] -= 1
    if w.on[s] == 1:
        add_member(w.vacant, s)


@kernel_function()
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


@kernel_function()
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
