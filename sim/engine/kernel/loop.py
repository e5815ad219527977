"""The compiled engine: the port of ``sim.engine.simpy_port`` as an event kernel, equal to it to the last bit."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

import numba
import numpy as np
from numba import types

from sim import compiling
from sim.compiling import (
    Profile,
    Review,
    Route,
    compile_hook,
    compile_profile,
    compile_route,
    keep_freed_memory,
    kernel_function,
    review_signature,
)
from sim.engine.flow import Flow, Record, empty_record, new_record, smallest_flow
from sim.engine.kernel import feed_forward
from sim.engine.kernel.closing import send_home, shut
from sim.engine.kernel.events import end_service, resume_servers, review, turn_server
from sim.engine.kernel.state import DUE, ERROR, N_LATE, SHUT, EngineState, Rules, empty_port_state, index, prefetch
from sim.engine.reviews import hold_none, hold_review, lay_out_reviews
from sim.engine.roster import hold_roster, lay_out_roster
from sim.engine.routes import PROFILE_TYPE, ROUTE_TYPE, check_foreign_hook, profile_fast, route_standard
from sim.errors import PolicyError
from sim.stations import (
    CARRY_OVER,
    DOOR,
    DOWN,
    END,
    KIND_SHIFT,
    PASSED_BY,
    REVIEW,
    SHUTS,
    START,
    STATION_SHIFT,
    TRUCK_SHIFT,
    UP,
)

REVIEWS: Final = (hold_none, hold_review, hold_roster)
"""What decides at reviews: nobody, the line at each port, the officers of a roster."""
PREFETCH_TRUCKS = 48
PLAIN_TRUCKS = 50_000
"""From so many trucks on, the loop for plain ports is compiled for them if it is not kept."""
ID_MASK = (1 << STATION_SHIFT) - 1
SERVER_MASK = (1 << TRUCK_SHIFT) - 1
STATION_MASK = (1 << (KIND_SHIFT - STATION_SHIFT)) - 1


@kernel_function()
def event_time(times, place):  # type: ignore[no-untyped-def]
    """Return the time of an event, beyond the last one: never."""
    return times[index(place)] if place < len(times) else np.inf


def run_any_port(f, w, r, plan, memory, route, profile, hold):  # type: ignore[no-untyped-def]
    """Handle every event of any port."""
    handle_events(f, w, r, Rules(route, profile, False), plan, memory, hold)  # Numba takes no keywords


def run_plain_port(f, w, r, plan, memory, route, profile, hold):  # type: ignore[no-untyped-def]
    """Handle every event of a plain port (see `is_plain`): what it lacks is compiled away."""
    handle_events(f, w, r, Rules(route, profile, True), plan, memory, hold)


@kernel_function()
def handle_events(f, w, r, x, plan, memory, hold):  # type: ignore[no-untyped-def]
    """Handle every event up to the horizon, in the order of ``sim.stations``.

    ``hold`` decides at each review of ``plan``, by what earlier ones left in ``memory``.
    """
    truck, line = types.int64(0), types.int64(0)
    arrives, turns = event_time(f.arrive_min, truck), event_time(f.calendar_min, line)
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
            turns = event_time(f.calendar_min, line)
            kind, k, ident = key >> KIND_SHIFT, (key >> STATION_SHIFT) & STATION_MASK, key & ID_MASK
            if kind != DOOR and (x.plain or kind != REVIEW):
                first, last = turn_server(f, w, x, kind, k, f.server_first[k] + ident)
            elif x.plain:
                continue
            elif kind == REVIEW:
                first, last = review(f, w, r, plan, memory, hold, ident, truck)
            elif ident == SHUTS:
                first, last = shut(f, w, r, now)
            else:
                w.count[SHUT] = 0
        elif now < arrives or w.due_min[due] == now:
            key = w.due_key[due]
            w.count[DUE] = due - 1
            k, ident = (key >> STATION_SHIFT) & STATION_MASK, (key & ID_MASK) >> TRUCK_SHIFT
            s = index(f.server_first[k] + (key & SERVER_MASK))
            goes, here = end_service(f, w, r, x, k, s, ident, now)
            server = s
            if not x.plain and k == f.judge:
                first, last, server = s, s + 1, types.int64(-1)
        else:
            goes = index(truck)
            ahead = min(truck + PREFETCH_TRUCKS, len(f.arrive_min) - 1)
            prefetch(f.columns, ahead, 0)
            prefetch(f.columns, ahead, f.columns.shape[1] - 1)
            prefetch(f.service_min, f.join, ahead)
            truck += 1
            arrives = event_time(f.arrive_min, truck)
        resume_servers(f, w, r, x, first, last, goes, here, server, now)
        if not x.plain and w.count[N_LATE] > 0:
            send_home(f, w)


def is_plain(flow: Flow) -> bool:
    """Tell whether a port has none of what `Rules.plain` leaves out.

    Lines are pooled and waiting rooms endless, nobody judges images, doors stay open, no lane is
    opened or closed by a review, and there is one kind of service. Hooks, shifts, breakdowns and
    both classes of trucks may be whatever.
    """
    pooled = not flow.per_lane.any() and not (flow.room >= 0).any()
    open_doors = flow.closing == CARRY_OVER and not flow.finishes.any()
    alone = flow.profiled < 0 and flow.fork < 0 and flow.judge < 0
    timetable = len(flow.review_min()) == 0
    return bool(pooled and open_doors and timetable and alone and (flow.suspend < PASSED_BY).all())


def compiled_event_loop(*, plain: bool = False) -> Any:
    """Return the compiled event loop (from the compiler's disk cache when nothing has changed)."""
    return _compiled_loop(run_plain_port if plain else run_any_port)


def uses_plain_loop(flow: Flow) -> bool:
    """Tell whether the loop for plain ports is used: compiling it must not keep a small run."""
    many = len(flow.arrive_min) >= PLAIN_TRUCKS
    return is_plain(flow) and (many or compiling.is_function_cached(run_plain_port.__name__))


@functools.cache
def _compiled_loop(loop: Callable[..., None]) -> Any:
    keep_freed_memory()
    flow = smallest_flow()
    parts = (_without_reviews(flow), empty_port_state(flow), empty_record(0))
    kinds = [numba.typeof(part) for part in parts]  # type: ignore[no-untyped-call]
    hooks = (ROUTE_TYPE, PROFILE_TYPE, types.FunctionType(review_signature(*_review_types())))
    signature = types.void(*kinds, *_review_types(), *hooks)
    return compiling.compiled_and_kept(loop, compiling.ENGINE, signature, nogil=True, _nrt=False)


def _without_reviews(flow: Flow) -> Any:
    """Return a flow whose reviews are empty: the loop passes its tuples from move to move, whole."""
    return flow._replace(reviews=(), roster=())  # type: ignore[arg-type]


def _review_types() -> list[Any]:
    plan = (lay_out_reviews(), lay_out_roster())
    return [numba.typeof(part) for part in (plan, plan[0].new_memory())]  # type: ignore[no-untyped-call]


def is_engine_cached() -> bool:
    """Return whether an earlier process has compiled the engine for this version and machine."""
    return compiling.is_function_cached(run_any_port.__name__)


@functools.cache
def cached_route(route: Route) -> Any:
    """Return the compiled form of a routing hook, once a process."""
    return compile_route(route)


@functools.cache
def cached_profile(profile: Profile) -> Any:
    """Return the compiled form of a profile hook, once a process."""
    return compile_profile(profile)


@functools.cache
def cached_review(hook: Review) -> Any:
    """Return the compiled form of what decides at a review, once a process."""
    return compile_hook(review_signature(*_review_types()), hook)


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
        Equal to ``sim.engine.simpy_port.run(flow, route)`` to the last bit.

    Raises
    ------
    PolicyError
        A hook that is not ours breaks the rules (`sim.engine.routes.check_policy`), or names a station that does
        not exist or was already seen.
    """
    swept = feed_forward.run_feed_forward(flow) if feed_forward.can_feed_forward(flow, route) else None
    return run_events(flow, route, profile) if swept is None else swept


def run_events(flow: Flow, route: Route = route_standard, profile: Profile = profile_fast) -> Record:
    """Run one replication event by event, whatever the flow; see `run`."""
    check_foreign_hook(route, flow.columns.shape[1], flow.state)
    work: EngineState = empty_port_state(flow, standard=route is route_standard)
    record = new_record(flow)
    loop = compiled_event_loop(plain=uses_plain_loop(flow))
    hold = hold_none
    if len(flow.review_min()):
        hold = hold_roster if len(flow.roster.review_min) else hold_review
    hooks = (cached_route(route), cached_profile(profile), cached_review(hold))
    loop(_without_reviews(flow), work, record, (flow.reviews, flow.roster), flow.new_memory(), *hooks)
    if work.count[ERROR]:
        raise PolicyError(f"policy: truck {work.count[ERROR] - 1} was sent to an impossible station")
    return record


assert list(range(DOOR, END)) == [DOOR, DOWN, UP, REVIEW]  # noqa: S101  (the calendar precedes services)
