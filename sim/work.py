"""The kernel's working state: an empty port before the first event."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.bits import WORD
from sim.flow import Flow
from sim.order import N_STATIONS, SERVED
from sim.schedule import NEVER

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
    closing doors and a choice of services are left out (see `sim.compiled.is_plain`)."""


class Work(NamedTuple):
    """Working state of one replication."""

    standard: bool
    """Whether trucks go by the standard route, whose code stands in the kernel."""
    limited: bool
    """Whether a waiting room is finite, so that trucks may be blocked."""
    mixed: bool
    """Whether classes of trucks, or lines of lanes, differ in who is next."""
    due_min: Any
    due_key: Any
    """[S + 2], the ends to come, the next one last (see `sim.schedule`)."""
    busy: Any
    on: Any
    late: Any
    """[S], 1 while the server stays beyond its hours for those in line."""
    current: Any
    """[S], index of the interval that the server is in, or was in last."""
    stops_min: Any
    """[S], when a breakdown ends that interval; inf: the truck in hand is finished."""
    outcome: Any
    """[S], how the service in hand will end: SERVED or WITHDRAWN."""
    vacant: Any
    """[W] words of bits, 1: the server is on and not busy (see `sim.bits`)."""
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


def _ints(*shape: int, fill: int = 0) -> npt.NDArray[np.int64]:
    return np.full(shape, fill, dtype=np.int64)


def new_work(f: Flow, *, standard: bool = False) -> Work:
    """Return the state of an empty port before the first event."""
    station = np.repeat(np.arange(N_STATIONS), np.diff(f.server_first))
    return Work(
        standard=standard,
        limited=bool((f.room >= 0).any()),
        mixed=bool(f.lane_class.any() or f.per_lane.any() or (f.serves != 3).any()),
        station_of=station,
        rooms=np.flatnonzero(f.room[:, 0] >= 0),
        fits=fits(f),
        current=f.interval_first[:-1] - 1,
        waiting_class=_ints(N_STATIONS, 2),
        head=_ints(N_STATIONS, 2, fill=-1),
        tail=_ints(N_STATIONS, 2, fill=-1),
        blocked_head=_ints(N_STATIONS, 4, fill=-1),
        blocked_tail=_ints(N_STATIONS, 4, fill=-1),
        count=_ints(5),
        state=f.state.copy(),
        **{name: _ints(N_STATIONS) for name in ("n_blocked", "waiting", "n_busy")},
        **_of_servers(len(station)),
        **_of_trucks(len(f.arrive_min), f.absent),
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
        **{name: _ints(servers) for name in ("busy", "on", "late", "lane_waiting")},
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


def fits(f: Flow) -> npt.NDArray[np.uint64]:
    """Return [K, 2, W] words of bits, 1: the server belongs to the station and takes the class."""
    station = np.repeat(np.arange(N_STATIONS), np.diff(f.server_first))
    server = np.arange(len(station))
    bit = np.left_shift(np.uint64(1), (server % WORD).astype(np.uint64))
    words = np.zeros((N_STATIONS, 2, len(station) // WORD + 1), dtype=np.uint64)
    for lane in range(2):
        takes = (f.serves >> lane) & 1 == 1
        place = (station[takes], lane, server[takes] // WORD)
        np.bitwise_or.at(words, place, bit[takes])
    return words
