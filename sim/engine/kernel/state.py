"""The kernel's working state: an empty port before the first event.

Sets of servers are bits of 64-bit words: the lowest free one is found without a search. Service ends to
come are a list of (time, key), at most one a server, the soonest last, so that a short service moves few
others aside: among thirty to two hundred servers that takes a third of the time of a binary heap. Its
first place holds an end that never comes, which spares every test of an empty list.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core.cgutils import get_item_pointer
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from sim.compiling import kernel_function
from sim.engine.flow import Flow
from sim.stations import N_STATIONS, SERVED

WORD = 64


def _lowest_bit(context, bits):  # type: ignore[no-untyped-def]
    """Return the place of the lowest 1 in a word that is not 0."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], context.get_constant(types.boolean, True))

    return types.int64(types.uint64), code


def _fetch(context, array, row, column):  # type: ignore[no-untyped-def]
    """Ask for the part of a 2-D array from [row, column] on, well before it is read."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[0]
        parts = make_array(kind)(context, builder, args[0])  # type: ignore[no-untyped-call]
        place = get_item_pointer(context, builder, kind, parts, args[1:])  # type: ignore[no-untyped-call]
        byte = ir.IntType(8).as_pointer()
        word = ir.IntType(32)
        ask = builder.module.declare_intrinsic(
            "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        )
        builder.call(ask, [builder.bitcast(place, byte), word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64), code


def _index(context, value):  # type: ignore[no-untyped-def]
    """Return an index that is never negative: nobody need test whether it counts from the end."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        number = context.cast(builder, args[0], signature.args[0], types.int64)
        builder.assume(builder.icmp_signed(">=", number, ir.Constant(number.type, 0)))
        return number

    return types.int64(value), code


index: Any = intrinsic(_index)
lowest_bit: Any = intrinsic(_lowest_bit)
prefetch: Any = intrinsic(_fetch)


@kernel_function()
def add_member(words, place):  # type: ignore[no-untyped-def]
    s = index(place)
    words[s >> 6] |= types.uint64(1) << types.uint64(s & 63)


@kernel_function()
def has_member(words, place):  # type: ignore[no-untyped-def]
    s = index(place)
    return (words[s >> 6] >> types.uint64(s & 63)) & types.uint64(1) != 0


@kernel_function()
def remove_member(words, place):  # type: ignore[no-untyped-def]
    s = index(place)
    words[s >> 6] &= ~(types.uint64(1) << types.uint64(s & 63))


@kernel_function()
def lowest_common_member(first_set, second_set):  # type: ignore[no-untyped-def]
    """Return the lowest member of both sets, or -1."""
    both = first_set[0] & second_set[0]
    if both != 0:
        return lowest_bit(both)
    for word in range(1, len(first_set)):
        both = first_set[word] & second_set[word]
        if both != 0:
            return (word << 6) | lowest_bit(both)
    return -1


DUE = 0
"""Index in ``count`` of the number of ends to come, which is the place of the next of them."""
NEVER = (1 << 63) - 1
"""Key of the end that never comes: after every other at equal times."""


@kernel_function()
def push_service_end(w, time, key):  # type: ignore[no-untyped-def]
    last = index(w.count[DUE])
    w.count[DUE] = last + 1
    before = w.due_min[last]
    while before < time or (before == time and w.due_key[last] < key):
        w.due_min[last + 1] = before
        w.due_key[last + 1] = w.due_key[last]
        last = index(last - 1)
        before = w.due_min[last]
    w.due_min[last + 1] = time
    w.due_key[last + 1] = key


JOINED = 1
"""Index in ``count`` of the number of queue entries so far, which orders them across classes."""
ERROR = 2
"""Index in ``count``: 0, or 1 + the truck whose policy broke the rules."""
SHUT = 3
"""Index in ``count``: 1 while the doors are shut (where that matters to those in line)."""
N_LATE = 4
"""Index in ``count``: servers that stay beyond their hours."""

ALARM_SHIFT = 16
SEEN = (1 << ALARM_SHIFT) - 1
"""Where the alarms of a truck's trail begin, and the bits before."""


class Rules(NamedTuple):
    """What the kernel's moves go by besides the flow."""

    route: Any
    profile: Any
    plain: Any
    """Compiled in as true or false: whether limited rooms, blocking, a line per lane, images,
    closing doors and a choice of services are left out (see `sim.engine.kernel.loop.is_plain`)."""


class EngineState(NamedTuple):
    """Working state of one replication."""

    standard: bool
    """Whether trucks go by the standard route, whose code stands in the kernel."""
    limited: bool
    """Whether a waiting room is finite, so that trucks may be blocked."""
    mixed: bool
    """Whether classes of trucks, or lines of lanes, differ in who is next."""
    due_min: Any
    due_key: Any
    """[S + 2], the ends to come, the next one last (see `sim.engine.kernel.state`)."""
    busy: Any
    on: Any
    late: Any
    """[S], 1 while the server stays beyond its hours for those in line."""
    up: Any
    staffed: Any
    """[S], 1: a review has left it its officer; ``on`` where it is up besides."""
    current: Any
    """[S], index of the interval that the server is in, or was in last."""
    stops_min: Any
    """[S], when a breakdown ends that interval; inf: the truck in hand is finished."""
    outcome: Any
    """[S], how the service in hand will end: SERVED or WITHDRAWN."""
    vacant: Any
    """[W] words of bits, 1: the server is on and not busy (see `sim.engine.kernel.state`)."""
    fits: Any
    """[K, 2, W] words of bits, 1: the server belongs to the station and takes the lane class."""
    station_of: Any
    """[S]"""
    rooms: Any
    """The stations whose waiting room is limited."""
    n_blocked: Any
    """[K], blocked trucks that want to go to the station."""
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
    trail: Any
    """[n], stations seen (or absent, or waived), and from `ALARM_SHIFT` on those that alarmed."""
    image: Any
    """[n], 0 none, 1 not yet judged, 2 judged."""
    held: Any
    """[n], 1 while the truck stands at ``join`` waiting for its image."""
    frames: Any
    count: Any
    state: Any
    reviewed: bool
    """Whether there are reviews."""


def _ints(*shape: int, fill: int = 0) -> npt.NDArray[np.int64]:
    return np.full(shape, fill, dtype=np.int64)


def empty_port_state(flow: Flow, *, standard: bool = False) -> EngineState:
    """Return the state of an empty port before the first event."""
    station = np.repeat(np.arange(N_STATIONS), np.diff(flow.server_first))
    return EngineState(
        standard=standard,
        limited=bool((flow.room >= 0).any()),
        mixed=bool(flow.lane_class.any() or flow.per_lane.any() or (flow.serves != 3).any()),
        station_of=station,
        rooms=np.flatnonzero(flow.room[:, 0] >= 0),
        fits=server_class_bits(flow),
        current=flow.interval_first[:-1] - 1,
        waiting_class=_ints(N_STATIONS, 2),
        head=_ints(N_STATIONS, 2, fill=-1),
        tail=_ints(N_STATIONS, 2, fill=-1),
        blocked_head=_ints(N_STATIONS, 4, fill=-1),
        blocked_tail=_ints(N_STATIONS, 4, fill=-1),
        count=_ints(5),
        state=flow.state.copy(),
        reviewed=len(flow.review_min()) > 0,
        staffed=flow.staffed_at_start(),
        **{name: _ints(N_STATIONS) for name in ("n_blocked", "waiting", "n_busy")},
        **_of_servers(len(station)),
        **_of_trucks(len(flow.arrive_min), flow.absent),
    )


def _of_servers(servers: int) -> dict[str, Any]:
    return {
        "due_min": np.full(servers + 2, np.inf),
        "due_key": _ints(servers + 2, fill=NEVER),
        "stops_min": np.full(servers, np.inf),
        "vacant": np.zeros(servers // WORD + 1, dtype=np.uint64),
        "frames": _ints(servers + N_STATIONS + 2),
        "lane_head": _ints(servers, fill=-1),
        "lane_tail": _ints(servers, fill=-1),
        **{name: _ints(servers) for name in ("busy", "on", "late", "up", "lane_waiting")},
        "outcome": _ints(servers, fill=SERVED),
    }


def _of_trucks(n: int, absent: int) -> dict[str, Any]:
    """Return what grows with the trucks: the smallest types that hold it, for memory is dear.

    What is read only after it was written stays untouched.
    """
    return {
        "link": np.empty((2, n), dtype=np.int32),
        "joined": np.empty((2, n), dtype=np.int64),
        "held_at": np.empty(n, dtype=np.int8),
        "trail": np.full(n, absent, dtype=np.int32),
        "image": np.zeros(n, dtype=np.uint8),
        "held": np.zeros(n, dtype=np.uint8),
    }


def server_class_bits(flow: Flow) -> npt.NDArray[np.uint64]:
    """Return [K, 2, W] words of bits, 1: the server belongs to the station and takes the class."""
    station = np.repeat(np.arange(N_STATIONS), np.diff(flow.server_first))
    server = np.arange(len(station))
    bit = np.left_shift(np.uint64(1), (server % WORD).astype(np.uint64))
    words = np.zeros((N_STATIONS, 2, len(station) // WORD + 1), dtype=np.uint64)
    for lane in range(2):
        takes = (flow.serves >> lane) & 1 == 1
        place = (station[takes], lane, server[takes] // WORD)
        np.bitwise_or.at(words, place, bit[takes])
    return words
