"""The compiled engine: the port of ``sim.port`` as an event kernel, equal to it to the last bit."""

from __future__ import annotations

import functools
from typing import Any

import numba
from numba import njit, types

from sim.closing import at_work, has_work_left, send_home, shut, turned_away
from sim.errors import PolicyError
from sim.flow import CLEARED, Flow, Record, assemble, empty_record
from sim.heap import HEAP, pop
from sim.jit import move
from sim.kernel import (
    ERROR,
    N_LATE,
    SHUT,
    Work,
    block,
    can_enter,
    enter,
    free,
    new_work,
    vacate,
)  # fmt: skip
from sim.lanes import alarms, lane_of
from sim.order import (
    ANALYST,
    ARRIVE,
    DIVERTED,
    DOOR,
    DOWN,
    END,
    EXIT,
    KIND_SHIFT,
    N_STATIONS,
    PASSED_BY,
    SERVED,
    SHUTS,
    START,
    STATION_SHIFT,
    UP,
    WAIVED,
)  # fmt: skip
from sim.route import (
    PROFILE_TYPE,
    ROUTE_TYPE,
    Profile,
    Route,
    compiled,
    compiled_profile,
    profile_fast,
    route_standard,
)  # fmt: skip

ID_MASK = (1 << STATION_SHIFT) - 1
STATION_MASK = (1 << (KIND_SHIFT - STATION_SHIFT)) - 1


@move()
def choose(f, w, r, route, truck, here, now):  # type: ignore[no-untyped-def]
    while True:
        k = route(
            truck,
            here,
            w.seen[truck],
            w.alarmed[truck],
            f.columns,
            w.waiting,
            w.n_busy,
            now,
            w.state,
        )
        if k == EXIT:
            return k
        if k < 0 or k >= N_STATIONS or k == ANALYST or (w.seen[truck] >> k) & 1 == 1:
            w.count[ERROR] = 1 + truck
            return EXIT
        if turned_away(f, w, truck, k):
            r.done[k, truck] = DIVERTED
            return EXIT
        w.seen[truck] |= 1 << k
        rule = f.suspend[k]
        if rule == 0 or (
            can_enter(f, w, k, f.lane_class[truck]) and (rule < PASSED_BY or at_work(f, w, k))
        ):
            return k
        r.done[k, truck] = WAIVED


@move()
def depart(f, w, r, route, profile, truck, here, now):  # type: ignore[no-untyped-def]
    if here == f.join:
        for k in range(N_STATIONS):
            if f.room[k, 0] >= 0 and not can_enter(f, w, k, lane_of(f, k, truck)):
                r.full[truck] |= 1 << k
    k = choose(f, w, r, route, truck, here, now)
    if k != EXIT and not can_enter(f, w, k, f.lane_class[truck]):
        block(f, w, k, truck, here)
        return
    s = f.server_first[here] + r.server[here, truck]
    vacate(w, r, here, s, truck, now)
    if k == EXIT:
        r.exit_min[truck] = now
    else:
        enter(f, w, r, profile, k, truck, now)
    free(f, w, r, profile, here, s, now)


@move()
def arrive(f, w, r, route, profile, truck, now):  # type: ignore[no-untyped-def]
    k = choose(f, w, r, route, truck, START, now)
    if k == EXIT:
        r.exit_min[truck] = now
    elif can_enter(f, w, k, f.lane_class[truck]):
        enter(f, w, r, profile, k, truck, now)
    else:
        block(f, w, k, truck, START)


@move()
def judged(f, w, r, route, profile, truck, now):  # type: ignore[no-untyped-def]
    w.image[truck] = 2
    if alarms(f, r, f.fork, truck):
        w.alarmed[truck] |= 1 << f.fork
    if w.held[truck] == 1:
        w.held[truck] = 0
        depart(f, w, r, route, profile, truck, f.join, now)


@move()
def end(f, w, r, route, profile, k, truck, now):  # type: ignore[no-untyped-def]
    s = f.server_first[k] + r.server[k, truck]
    r.moments[4 * k + 2, truck] = now
    r.done[k, truck] = w.outcome[s]
    served = w.outcome[s] == SERVED
    if k == f.judge:
        vacate(w, r, k, s, truck, now)
        free(f, w, r, profile, k, s, now)
        judged(f, w, r, route, profile, truck, now)
        return
    if k == f.fork and served:
        if f.alarm[truck, k] != CLEARED:
            w.image[truck] = 1
            enter(f, w, r, profile, f.judge, truck, now)
    elif served and alarms(f, r, k, truck):
        w.alarmed[truck] |= 1 << k
    if k == f.join and w.image[truck] == 1:
        w.held[truck] = 1
        return
    depart(f, w, r, route, profile, truck, k, now)


@move()
def turn(f, w, r, profile, kind, k, s, now):  # type: ignore[no-untyped-def]
    if kind == DOWN:
        if f.drains[w.current[s]] == 1 and has_work_left(f, w, k):
            w.late[s] = 1
            w.count[N_LATE] += 1
            return
        w.on[s] = 0
        w.n_free[k] -= 1 - w.busy[s]
        if f.per_lane[k] == 1:
            for other in range(f.server_first[k], f.server_first[k + 1]):
                free(f, w, r, profile, k, other, now)
        return
    w.current[s] += 1
    if w.late[s] == 1:
        w.late[s] = 0
        w.count[N_LATE] -= 1
        return
    w.on[s] = 1
    if w.busy[s] == 0:
        w.n_free[k] += 1
        free(f, w, r, profile, k, s, now)


def advance(f, w, r, route, profile):  # type: ignore[no-untyped-def]
    """Handle every event up to the horizon, in the order of ``sim.order``."""
    n, m = len(f.arrive_min), len(f.calendar_min)
    truck, line = 0, 0
    arrive_key = types.int64(ARRIVE) << KIND_SHIFT
    while w.count[ERROR] == 0:
        now, key, source = f.horizon_min, types.int64(-1), 0
        if truck < n and f.arrive_min[truck] <= now:
            now, key, source = f.arrive_min[truck], arrive_key, 1
        if w.count[HEAP] > 0:
            time = w.heap_min[0]
            if time < now or (time == now and (source == 0 or w.heap_key[0] < key)):
                now, key, source = time, w.heap_key[0], 2
        if line < m:
            time = f.calendar_min[line]
            if time < now or (time == now and (source == 0 or f.calendar_key[line] < key)):
                now, key, source = time, f.calendar_key[line], 3
        if source == 0:
            break
        k, ident = (key >> STATION_SHIFT) & STATION_MASK, key & ID_MASK
        if source == 1:
            arrive(f, w, r, route, profile, truck, now)
            truck += 1
        elif source == 2:
            pop(w)
            end(f, w, r, route, profile, k, ident, now)
        else:
            line += 1
            kind = key >> KIND_SHIFT
            if kind != DOOR:
                turn(f, w, r, profile, kind, k, f.server_first[k] + ident, now)
            elif ident == SHUTS:
                shut(f, w, r, profile, now)
            else:
                w.count[SHUT] = 0
        if w.count[N_LATE] > 0:
            send_home(f, w)


def _example() -> Flow:
    """Return the smallest flow there is, from which the engine's types are read."""
    none: list[float] = []
    return assemble(
        horizon_min=0.0, arrive_min=none, lane_class=none,
        service_min=[[0.0] * N_STATIONS], alarm=[[0] * N_STATIONS], columns=[[0.0]],
        absent=0, server_first=[0] * (N_STATIONS + 1), serves=none,
        capacity=(none, none, none, none, none), doors=(none, none),
        hold_min=[0.0] * N_STATIONS, finishes=[0] * N_STATIONS, closing=0,
        fast_first=[0] * N_STATIONS, room=[[0, 0]] * N_STATIONS, shared_room=[0] * N_STATIONS,
        per_lane=[0] * N_STATIONS, lane_random=[0] * N_STATIONS, lane_draw=none,
        profiled=-1, slow_min=none, slow_alarm=none, suspend=[0] * N_STATIONS,
        fork=-1, judge=-1, join=-1, state=[0.0],
    )  # fmt: skip


@functools.cache
def engine() -> Any:
    """Return the compiled event loop (from the compiler's disk cache when nothing has changed)."""
    flow = _example()
    kinds = [
        numba.typeof(part)  # type: ignore[no-untyped-call]
        for part in (flow, new_work(flow), empty_record(0))
    ]
    options: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}
    return njit(types.void(*kinds, ROUTE_TYPE, PROFILE_TYPE), **options)(advance)


@functools.cache
def hook(route: Route) -> Any:
    """Return the compiled form of a routing hook, once a process."""
    return compiled(route)


@functools.cache
def profile_hook(profile: Profile) -> Any:
    """Return the compiled form of a profile hook, once a process."""
    return compiled_profile(profile)


def run(flow: Flow, route: Route = route_standard, profile: Profile = profile_fast) -> Record:
    """Run one replication.

    Parameters
    ----------
    flow : Flow
        ``n`` trucks and the port's capacity, as arrays.
    route : Route
        Routing hook as plain Python; it is compiled on first use.
    profile : Profile
        Hook that chooses the fast or the slow service at the profiled station.

    Returns
    -------
    Record
        Equal to ``sim.port.run(flow, route)`` to the last bit.

    Raises
    ------
    PolicyError
        When the hook names a station that does not exist or one already seen.
    """
    work: Work = new_work(flow)
    record = empty_record(len(flow.arrive_min))
    engine()(flow, work, record, hook(route), profile_hook(profile))
    if work.count[ERROR]:
        raise PolicyError(
            f"policy: truck {work.count[ERROR] - 1} was sent to an impossible station"
        )
    return record


assert DOWN == DOOR + 1 and UP == DOWN + 1 and END == UP + 1  # noqa: S101, PT018  (the calendar precedes services)
