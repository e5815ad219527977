"""The compiled engine: the port of ``sim.port`` as an event kernel, equal to it to the last bit."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba import types

from sim import jit, recursion
from sim.bits import fetch, index
from sim.closing import send_home, shut
from sim.errors import PolicyError
from sim.events import end, settle, turn
from sim.flow import Flow, Record, assemble, empty_record
from sim.held_memory import hold_memory
from sim.jit import move
from sim.order import (
    CARRY_OVER,
    DOOR,
    DOWN,
    END,
    KIND_SHIFT,
    N_STATIONS,
    PASSED_BY,
    SHUTS,
    START,
    STATION_SHIFT,
    TRUCK_SHIFT,
    UP,
)
from sim.route import (
    PROFILE_TYPE,
    ROUTE_TYPE,
    Profile,
    Route,
    compiled,
    compiled_profile,
    profile_fast,
    route_standard,
)
from sim.schedule import DUE
from sim.work import ERROR, N_LATE, SHUT, Rules, Work, new_work

AHEAD = 48
PLAIN_TRUCKS = 50_000
"""From so many trucks on, the loop for plain ports is compiled for them if it is not kept."""
ID_MASK = (1 << STATION_SHIFT) - 1
SERVER_MASK = (1 << TRUCK_SHIFT) - 1
STATION_MASK = (1 << (KIND_SHIFT - STATION_SHIFT)) - 1


@move()
def time_of(times, place):  # type: ignore[no-untyped-def]
    """Return the time of an event, beyond the last one: never."""
    return times[index(place)] if place < len(times) else np.inf


def advance(f, w, r, route, profile):  # type: ignore[no-untyped-def]
    """Handle every event of any port."""
    handle_all(f, w, r, Rules(route, profile, False))  # noqa: FBT003  (Numba takes no keywords)


def advance_plain(f, w, r, route, profile):  # type: ignore[no-untyped-def]
    """Handle every event of a plain port (see `is_plain`): what it lacks is compiled away."""
    handle_all(f, w, r, Rules(route, profile, True))  # noqa: FBT003


@move()
def handle_all(f, w, r, x):  # type: ignore[no-untyped-def]
    """Handle every event up to the horizon, in the order of ``sim.order``."""
    truck, line = types.int64(0), types.int64(0)
    arrives, turns = time_of(f.arrive_min, truck), time_of(f.calendar_min, line)
    while w.count[ERROR] == 0:
        # whatever the calendar turns precedes ends of services at equal times, and these arrivals
        due = index(w.count[DUE])
        now = min(w.due_min[due], arrives)
        if min(turns, now) > f.horizon_min:
            break
        first, last = types.int64(0), types.int64(0)
        goes, here, server = types.int64(-1), types.int64(START), types.int64(-1)
        if turns <= now:
            now, key = turns, f.calendar_key[line]
            line += 1
            turns = time_of(f.calendar_min, line)
            kind, k, ident = key >> KIND_SHIFT, (key >> STATION_SHIFT) & STATION_MASK, key & ID_MASK
            if kind != DOOR:
                first, last = turn(f, w, x, kind, k, f.server_first[k] + ident)
            elif x.plain:
                continue
            elif ident == SHUTS:
                first, last = shut(f, w, r, now)
            else:
                w.count[SHUT] = 0
        elif now < arrives or w.due_min[due] == now:
            key = w.due_key[due]
            w.count[DUE] = due - 1
            k, ident = (key >> STATION_SHIFT) & STATION_MASK, (key & ID_MASK) >> TRUCK_SHIFT
            s = index(f.server_first[k] + (key & SERVER_MASK))
            goes, here = end(f, w, r, x, k, s, ident, now)
            server = s
            if not x.plain and k == f.judge:
                first, last, server = s, s + 1, types.int64(-1)
        else:
            goes = index(truck)
            ahead = min(truck + AHEAD, len(f.arrive_min) - 1)
            fetch(f.columns, ahead, 0)
            fetch(f.columns, ahead, f.columns.shape[1] - 1)
            fetch(f.service_min, f.join, ahead)
            truck += 1
            arrives = time_of(f.arrive_min, truck)
        settle(f, w, r, x, first, last, goes, here, server, now)
        if not x.plain and w.count[N_LATE] > 0:
            send_home(f, w)


def example() -> Flow:
    """Return the smallest flow there is, from which the engine's types are read."""
    none: list[float] = []
    return assemble(
        horizon_min=0.0,
        arrive_min=none,
        lane_class=none,
        service_min=[[0.0]] * N_STATIONS,
        alarm=[[0]] * N_STATIONS,
        columns=[[0.0]],
        absent=0,
        server_first=[0] * (N_STATIONS + 1),
        serves=none,
        capacity=(none, none, none, none, none),
        doors=(none, none),
        hold_min=[0.0] * N_STATIONS,
        finishes=[0] * N_STATIONS,
        closing=0,
        fast_first=[0] * N_STATIONS,
        room=[[0, 0]] * N_STATIONS,
        shared_room=[0] * N_STATIONS,
        per_lane=[0] * N_STATIONS,
        lane_random=[0] * N_STATIONS,
        lane_draw=none,
        profiled=-1,
        slow_min=none,
        slow_alarm=none,
        suspend=[0] * N_STATIONS,
        fork=-1,
        judge=-1,
        join=-1,
        state=[0.0],
    )


def is_plain(flow: Flow) -> bool:
    """Tell whether a port has none of what `Rules.plain` leaves out.

    Lines are pooled and waiting rooms endless, nobody judges images, doors stay open, and there is
    one kind of service. Hooks, shifts, breakdowns and both classes of trucks may be whatever.
    """
    pooled = not flow.per_lane.any() and not (flow.room >= 0).any()
    open_doors = flow.closing == CARRY_OVER and not flow.finishes.any()
    alone = flow.profiled < 0 and flow.fork < 0 and flow.judge < 0
    return bool(pooled and open_doors and alone and (flow.suspend < PASSED_BY).all())


def engine(*, plain: bool = False) -> Any:
    """Return the compiled event loop (from the compiler's disk cache when nothing has changed)."""
    return _compiled_loop(advance_plain if plain else advance)


def takes_plain(flow: Flow) -> bool:
    """Tell whether the loop for plain ports is used: compiling it must not keep a small run."""
    many = len(flow.arrive_min) >= PLAIN_TRUCKS
    return is_plain(flow) and (many or jit.is_kept(advance_plain.__name__))


@functools.cache
def _compiled_loop(loop: Callable[..., None]) -> Any:
    hold_memory()
    flow = example()
    kinds = [
        numba.typeof(part)  # type: ignore[no-untyped-call]
        for part in (flow, new_work(flow), empty_record(0))
    ]
    signature = types.void(*kinds, ROUTE_TYPE, PROFILE_TYPE)
    return jit.compiled_and_kept(loop, jit.ENGINE, signature, nogil=True, _nrt=False)


def is_kept() -> bool:
    """Return whether an earlier process has compiled the engine for this version and machine."""
    return jit.is_kept(advance.__name__)


@functools.cache
def hook(route: Route) -> Any:
    """Return the compiled form of a routing hook, once a process."""
    return compiled(route)


@functools.cache
def profile_hook(profile: Profile) -> Any:
    """Return the compiled form of a profile hook, once a process."""
    return compiled_profile(profile)


def run(flow: Flow, route: Route = route_standard, profile: Profile = profile_fast) -> Record:
    """Run one replication, station by station where that gives the same, else event by event.

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
    swept = recursion.run(flow) if recursion.applies(flow, route) else None
    return run_events(flow, route, profile) if swept is None else swept


def run_events(
    flow: Flow, route: Route = route_standard, profile: Profile = profile_fast
) -> Record:
    """Run one replication event by event, whatever the flow; see `run`."""
    work: Work = new_work(flow, standard=route is route_standard)
    record = empty_record(len(flow.arrive_min), flow.absent)
    loop = engine(plain=takes_plain(flow))
    loop(flow, work, record, hook(route), profile_hook(profile))
    if work.count[ERROR]:
        raise PolicyError(
            f"policy: truck {work.count[ERROR] - 1} was sent to an impossible station"
        )
    return record


assert DOWN == DOOR + 1 and UP == DOWN + 1 and END == UP + 1  # noqa: S101, PT018  (the calendar precedes services)
