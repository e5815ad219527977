"""What both engines read: one replication as plain arrays, and what both give back.

Everything that needs a logarithm, a quantile or a random number is in these arrays already:
the engines only add, subtract, multiply, compare and look up, which is what makes them agree to
the last bit.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple, get_type_hints

import numpy as np
import numpy.typing as npt

from sim.arrays import FloatArray, IntArray
from sim.engine.reviews import ReviewMemory, Reviews, lay_out_reviews, review_keys
from sim.engine.roster import RosterPlan, lay_out_roster
from sim.stations import DOWN, N_CLASSES, N_STATIONS, STATION_SHIFT, UP, event_key

Bytes = npt.NDArray[np.uint8]

NO_LIMIT = -1
"""Waiting room without a limit."""
CLEARED = 2
"""Alarm code of an image that a machine clears, so that no analyst sees it."""
NO_STATION = -1
"""No such station (``fork``, ``judge``, ``join``)."""


class Flow(NamedTuple):
    """One replication, ready: ``n`` trucks, ``K`` stations, ``S`` servers, ``I`` intervals."""

    horizon_min: float
    arrive_min: FloatArray
    """[n], ascending; equal times are handled by truck number."""
    lane_class: IntArray
    """[n], 0 general, 1 FAST."""
    service_min: FloatArray
    """[K, n], the work that the truck asks of each station; of those that there are."""
    alarm: Bytes
    """[K, n], 1 where the station would alarm on the truck; 2 at ``fork``: a machine clears the
    image, and no analyst sees it."""
    columns: FloatArray
    """[n, C], what the routing policy may read of the truck."""
    absent: int
    """Bit mask of the stations that the port does not have."""
    server_first: IntArray
    """[K + 1], servers of station k are server_first[k] .. server_first[k + 1] - 1."""
    serves: IntArray
    """[S], bit mask of the lane classes that the server takes."""
    interval_first: IntArray
    """[S + 1], intervals of server s are interval_first[s] .. interval_first[s + 1] - 1."""
    up_min: FloatArray
    down_min: FloatArray
    drains: IntArray
    """[I], 1: at down_min a shift ends and the truck in hand is finished; 0: a breakdown."""
    calendar_min: FloatArray
    calendar_key: IntArray
    """[2 I + doors + R], every DOOR, UP, DOWN and REVIEW in the order in which it is handled."""
    hold_min: FloatArray
    """[K], a truck is taken out unserved after standing this long in a broken-down server."""
    fast_first: IntArray
    """[K], 1: a server that may take both classes takes FAST first; 0: first come, first served."""
    room: IntArray
    """[K, 2], trucks that may wait, by class; -1: no limit."""
    shared_room: IntArray
    """[K], 1: room[k, 0] holds for both classes together."""
    per_lane: IntArray
    """[K], 1: every server has a queue of its own (with unlimited room); 0: one pooled queue."""
    lane_random: IntArray
    """[K], 1: a truck's own draw picks its lane; 0: it joins the shortest."""
    lane_draw: FloatArray
    """[n], the truck's own uniform that picks its lane: the same part of every row of lanes."""
    profiled: int
    """Station at which a fast or a slow service is chosen as it begins (-1: none)."""
    slow_min: FloatArray
    """[n] work of the slow service at that station; empty where there is none."""
    slow_alarm: Bytes
    """[n], 1 where that station would alarm on the truck after a slow service; empty likewise."""
    suspend: IntArray
    """[K], 0: the truck waits where it is while the station is full (blocks); 1: the referral is
    waived; 2: it is waived also while no server is at work."""
    finishes: IntArray
    """[K], 1: at the end of its hours the station first serves those who wait there."""
    closing: int
    """What becomes of the trucks in line as the doors shut: a code of sim.stations."""
    fork: int
    """Station that sends an image to ``judge`` (-1: none)."""
    judge: int
    join: int
    """Station that a truck may not leave before its image is judged."""
    state: FloatArray
    """The policy's own memory as the replication begins; each run works on a copy."""
    reviews: Reviews
    """When lanes are opened and closed by the work in line."""
    roster: RosterPlan
    """When officers of one roster are placed."""

    def review_min(self) -> FloatArray:
        """Return float[R], when reviews are held: of a roster, among them those of lanes, or of lanes alone."""
        return self.roster.review_min if len(self.roster.review_min) else self.reviews.review_min

    def new_memory(self) -> ReviewMemory:
        """Return what reviews remember, of which each run has its own."""
        return self.reviews.new_memory(len(self.roster.first), len(self.serves))

    def staffed_at_start(self) -> IntArray:
        """Return int[S], 1: staffed before the first review; of the posts of a roster none are."""
        staffed = self.reviews.staffed_at_start(len(self.serves))
        for first, last in zip(self.roster.first, self.roster.last, strict=True):
            staffed[first:last] = 0
        return staffed


class Record(NamedTuple):
    """What happened: the raw output of either engine, one column a truck.

    Whoever reads it asks for one moment of all trucks, so that those lie side by side: columns of
    LEDGER are rows of these arrays, not copies.
    """

    place: IntArray
    """[K], the station's place among the E that the port has; -1: none."""
    moments: FloatArray
    """[4 E, n]: enter, start, end, leave of each of them; NaN: did not happen. See `of`."""
    server: npt.NDArray[np.int16]
    """[E, n], -1: none. See `server_at`."""
    done: Bytes
    """[K, n], a code of sim.stations."""
    exit_min: FloatArray
    full: IntArray
    """[n], bit mask of the stations that had no room when the truck left ``join``."""
    slow: Bytes
    """[n], 1: the slow service was chosen at the profiled station."""
    staffed: Bytes
    """[R, S], 1: staffed from this review on; servers that no review decides always are."""
    beyond: IntArray
    """[R], officers at work beyond a roster as of this review, in thousandths."""

    def of(self, station: int) -> FloatArray:
        """Return float[4, n], enter, start, end and leave of one station; NaN throughout: none."""
        first = 4 * int(self.place[station])
        if first < 0:
            return np.broadcast_to(np.nan, (4, len(self.exit_min)))
        return self.moments[first : first + 4]

    def server_at(self, station: int) -> npt.NDArray[np.int16]:
        """Return int[n], the server of one station that each truck came to; -1: none."""
        place = int(self.place[station])
        return self.server[place] if place >= 0 else np.full(len(self.slow), -1, dtype=np.int16)


def order_calendar(
    station: IntArray, server: IntArray, up_min: FloatArray, down_min: FloatArray, more: tuple[FloatArray, IntArray]
) -> tuple[FloatArray, IntArray]:
    """Return times and keys of every UP, every DOWN and ``more`` events, in the order in which they are handled."""
    times = np.concatenate([up_min, down_min, more[0]])
    post = (station << STATION_SHIFT) | server
    key = np.concatenate([event_key(UP, 0, 0) | post, event_key(DOWN, 0, 0) | post, more[1]])
    order = np.lexsort((key, times))
    return times[order], key[order]


def assemble_flow(**parts: Any) -> Flow:  # noqa: ANN401
    """Return a Flow with every array in the exact type and layout that the compiled engine takes.

    Takes the fields of `Flow` but ``interval_first`` and the calendar, derived from
    ``capacity`` = (station, server, up_min, down_min, drains), sorted by (station, server, up_min),
    and ``doors`` = (time, key) of every shutting and opening that matters. ``reviews``, the fields of
    `sim.engine.reviews.Reviews`, and ``roster``, those of `sim.engine.roster.RosterPlan`, may be left out: then there
    are none.
    """
    *capacity, drains = parts.pop("capacity")
    station, server, first = (np.asarray(part, dtype=np.int64) for part in (*capacity[:2], parts["server_first"]))
    up_min, down_min = (np.asarray(part, dtype=np.float64) for part in capacity[2:])
    door_min, door_key = parts.pop("doors")
    reviews = lay_out_reviews(parts.pop("reviews", None))
    roster = lay_out_roster(parts.pop("roster", None))
    review_min = roster.review_min if len(roster.review_min) else reviews.review_min
    more_min = np.concatenate([np.asarray(door_min, dtype=np.float64), review_min])
    more_keys = np.concatenate([np.asarray(door_key, dtype=np.int64), review_keys(len(review_min))])
    times, keys = order_calendar(station, server, up_min, down_min, (more_min, more_keys))
    parts |= {
        "interval_first": np.searchsorted(first[station] + server, np.arange(first[-1] + 1)),
        "up_min": up_min,
        "down_min": down_min,
        "drains": drains,
        "calendar_min": times,
        "calendar_key": keys,
        "reviews": reviews,
        "roster": roster,
    }
    return Flow(**{name: _exact(kind, parts[name]) for name, kind in _kinds().items()})


@functools.cache
def _kinds() -> dict[str, Any]:
    return get_type_hints(Flow)


def _exact(kind: Any, value: Any) -> Any:  # noqa: ANN401
    if kind in (Reviews, RosterPlan):
        return value
    if kind in (float, int):
        return kind(value)
    dtype = {FloatArray: np.float64, IntArray: np.int64, Bytes: np.uint8}[kind]
    return np.require(value, dtype=dtype, requirements=["C", "W"])


def empty_record(n: int, absent: int = 0, reviews: int = 0, servers: int = 0) -> Record:
    """Return a record of ``n`` trucks to which nothing has happened yet.

    Stations that the port does not have (bit mask ``absent``) take no memory; nor do servers without reviews.
    """
    there = [k for k in range(N_STATIONS) if (absent >> k) & 1 == 0]
    place = np.full(N_STATIONS, -1)
    place[there] = np.arange(len(there))
    return Record(
        place=place,
        moments=np.full((4 * len(there), n), np.nan),
        server=np.full((len(there), n), -1, dtype=np.int16),
        done=np.zeros((N_STATIONS, n), dtype=np.uint8),
        exit_min=np.full(n, np.nan),
        full=np.zeros(n, dtype=np.int64),
        slow=np.zeros(n, dtype=np.uint8),
        staffed=np.zeros((reviews, servers if reviews else 0), dtype=np.uint8),
        beyond=np.zeros(reviews, dtype=np.int64),
    )


def new_record(flow: Flow) -> Record:
    """Return the empty record of a flow."""
    return empty_record(len(flow.arrive_min), flow.absent, len(flow.review_min()), len(flow.serves))


assert N_CLASSES == 2  # noqa: S101  (room and serves are laid out for two classes)


def smallest_flow() -> Flow:
    """Return the smallest flow there is, from which the engine's types are read."""
    of_stations = ("hold_min", "finishes", "fast_first", "shared_room", "per_lane", "lane_random", "suspend")
    return assemble_flow(
        **dict.fromkeys(("arrive_min", "lane_class", "serves", "lane_draw", "slow_min", "slow_alarm"), ()),
        **dict.fromkeys(of_stations, [0] * N_STATIONS),
        **dict.fromkeys(("profiled", "fork", "judge", "join"), NO_STATION),
        **dict.fromkeys(("horizon_min", "absent", "closing"), 0),
        **dict.fromkeys(("service_min", "alarm"), [[0]] * N_STATIONS),
        columns=[[0.0]],
        server_first=[0] * (N_STATIONS + 1),
        capacity=([], [], [], [], []),
        doors=([], []),
        room=[[0, 0]] * N_STATIONS,
        state=[0.0],
    )
