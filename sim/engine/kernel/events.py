"""The kernel's events: what the end of a service, a shift or an arrival sets off.

Twins are in ``sim.engine.simpy_port``. Compiled by Numba, like the smaller moves of `sim.engine.kernel.moves`.
"""

from __future__ import annotations

import numpy as np
from numba import types

from sim.compiling import kernel_function
from sim.engine.flow import CLEARED
from sim.engine.kernel.closing import at_work, has_work_left, must_turn_away
from sim.engine.kernel.moves import block, can_enter, enter, free, lane_of, raises_alarm, vacate
from sim.engine.kernel.state import ALARM_SHIFT, ERROR, N_LATE, SEEN, add_member, index, remove_member
from sim.engine.routes import route_standard
from sim.stations import ANALYST, DIVERTED, DOWN, EXIT, N_STATIONS, PASSED_BY, SERVED, START, WAIVED


@kernel_function()
def next_station(f, w, x, truck, here, now):  # type: ignore[no-untyped-def]
    """Ask the hook; the standard one, which most policies use, is not called but stands here."""
    seen, alarmed = w.trail[truck] & SEEN, types.int64(w.trail[truck] >> ALARM_SHIFT)
    if w.standard:
        return route_standard(truck, here, seen, alarmed, f.columns, w.waiting, w.n_busy, now, w.state)
    return x.route(truck, here, seen, alarmed, f.columns, w.waiting, w.n_busy, now, w.state)


@kernel_function()
def choose_station(f, w, r, x, truck, here, now):  # type: ignore[no-untyped-def]
    while True:
        k = next_station(f, w, x, truck, here, now)
        if k == EXIT:
            return k
        if k < 0 or k >= N_STATIONS or k == ANALYST or (w.trail[truck] >> k) & 1 == 1:
            w.count[ERROR] = 1 + truck
            return EXIT
        if not x.plain and must_turn_away(f, w, truck, k):
            r.done[k, truck] = DIVERTED
            return EXIT
        w.trail[truck] |= 1 << k
        rule = f.suspend[k]
        if x.plain or rule == 0 or (can_enter(f, w, k, f.lane_class[truck]) and (rule < PASSED_BY or at_work(f, w, k))):
            return k
        r.done[k, truck] = WAIVED


@kernel_function()
def depart(f, w, r, x, mover, here, server, now):  # type: ignore[no-untyped-def]
    """Send a truck on from ``here``, or in from the road; return the server it gives up, or -1.

    ``server`` is that server; -1: it is looked up.
    """
    truck = index(mover)
    if not x.plain and here == f.join:
        for k in w.rooms:
            if not can_enter(f, w, k, lane_of(f, k, truck)):
                r.full[truck] |= 1 << k
    k = choose_station(f, w, r, x, truck, here, now)
    if not x.plain and k != EXIT and not can_enter(f, w, k, f.lane_class[truck]):
        block(f, w, k, truck, here)
        return -1
    left = types.int64(-1)
    if here != START:
        left = server
        if not x.plain and left < 0:
            left = f.server_first[index(here)] + r.server[index(r.place[here]), truck]
        left = index(left)
        vacate(w, r, index(here), left, truck, now)
    if k == EXIT:
        r.exit_min[truck] = now
    else:
        enter(f, w, r, x, index(k), truck, now)
    return left


@kernel_function()
def note_image_verdict(f, w, r, truck):  # type: ignore[no-untyped-def]
    """Note the verdict on an image; return the truck if it stands at ``join`` for it, or -1."""
    w.image[truck] = 2
    if raises_alarm(f, r, f.fork, truck):
        w.trail[truck] |= 1 << (ALARM_SHIFT + f.fork)
    if w.held[truck] == 1:
        w.held[truck] = 0
        return truck
    return -1


@kernel_function()
def end_service(f, w, r, x, k, s, truck, now):  # type: ignore[no-untyped-def]
    """End a service; return the truck that goes on now, or -1, and the station that it leaves."""
    r.moments[4 * index(r.place[k]) + 2, truck] = now
    served = w.outcome[s] == SERVED
    r.done[k, truck] = w.outcome[s]
    if not served:
        w.outcome[s] = SERVED
    if x.plain:
        if served and f.alarm[k, truck] == 1:
            w.trail[truck] |= 1 << (ALARM_SHIFT + k)
        return truck, k
    if k == f.judge:
        vacate(w, r, k, s, truck, now)
        return note_image_verdict(f, w, r, truck), f.join
    if k == f.fork and served:
        if f.alarm[k, truck] != CLEARED:
            w.image[truck] = 1
            enter(f, w, r, x, f.judge, truck, now)
    elif served and raises_alarm(f, r, k, truck):
        w.trail[truck] |= 1 << (ALARM_SHIFT + k)
    if k == f.join and w.image[truck] == 1:
        w.held[truck] = 1
        return -1, k
    return truck, k


@kernel_function()
def turn_server(f, w, x, kind, k, s):  # type: ignore[no-untyped-def]
    """Close or open a server; return the first and one past the last that may now take a truck."""
    was_on = w.on[s]
    if kind == DOWN:
        w.up[s] = 0
        if not x.plain and was_on == 1 and f.drains[w.current[s]] == 1 and has_work_left(f, w, k):
            w.late[s] = 1
            w.count[N_LATE] += 1
            return s, s
    else:
        w.up[s] = 1
        w.current[s] += 1
        place = w.current[s]
        w.stops_min[s] = np.inf if f.drains[place] == 1 else f.down_min[place]
        w.count[N_LATE] -= w.late[s]
        w.late[s] = 0
    w.on[s] = w.up[s] * w.staffed[s]
    if w.on[s] == 1:
        if w.busy[s] == 0:
            add_member(w.vacant, s)
        return s, s + (1 - w.busy[s]) * (1 - was_on)
    remove_member(w.vacant, s)
    if not x.plain and was_on == 1 and f.per_lane[k] == 1:
        return f.server_first[k], f.server_first[k + 1]
    return s, s


@kernel_function()
def review(f, w, r, plan, memory, hold, row, arrived):  # type: ignore[no-untyped-def]
    """Decide which posts are staffed; return the first and one past the last server, which may all take a truck."""
    begun = r.moments[4 * index(r.place[f.join]) + 1]
    queues = (w.waiting, w.n_blocked, w.busy, w.up, w.staffed)
    r.beyond[row] = hold(plan, row, arrived, f.lane_class, begun, r.exit_min, *queues, memory)
    for s in range(len(w.staffed)):
        r.staffed[row, s] = w.staffed[s]
        if w.staffed[s] == 0 and w.late[s] == 0:
            w.on[s] = 0
            remove_member(w.vacant, s)
    return 0, f.server_first[N_STATIONS]


@kernel_function()
def resume_servers(f, w, r, x, s, last, truck, here, server, now):  # type: ignore[no-untyped-def]
    """Let servers ``s`` to ``last - 1`` take trucks, then a truck (-1: none) go on, then its own.

    A lane that a review staffs opens as its turn comes, lest a truck from behind a full yard take it before those
    in line.

    Every move is compiled into its caller, so the long ones have one caller: with several, the
    first compilation took twice as long.
    """
    while True:
        while s < last:
            if not x.plain and w.reviewed and w.up[s] * w.staffed[s] > w.on[s]:
                w.on[s] = 1
                if w.busy[s] == 0:
                    add_member(w.vacant, s)
            free(f, w, r, x, w.station_of[s], s, now)
            s += 1
        if truck < 0:
            return
        s = depart(f, w, r, x, truck, here, server, now)
        last, truck = s + 1, -1
        if s < 0:
            return
