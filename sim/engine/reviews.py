"""Reviews: how many lanes are staffed, decided again every few minutes by the work in line.

A review is an event of the calendar (`sim.stations`, REVIEW). It reads how many trucks are in line, opens or
closes at most one lane of each kind, and says which posts are staffed; a server takes trucks if it is up
(CAPACITY) and staffed. `review_lanes` decides: the SimPy model calls it as Python, the kernel compiled. It adds,
multiplies and compares only, so that both agree to the last bit. The waits that it compares are estimates: work
in line over lanes open, held against a threshold as work against threshold x lanes.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, get_type_hints

import numpy as np
from numba.extending import register_jitable

from sim.arrays import FloatArray, IntArray
from sim.stations import N_CLASSES, REVIEW, event_key

NO_OFFICER_LIMIT: Final = 1 << 40
"""More officers than there are booths."""
WANTED, ABOVE, SINCE, N_MEMORY = range(4)
"""Rows of the memory of reviews, one column a kind of lane: lanes staffed, reviews in a row that found the line
above the threshold (up to the delay), reviews since a lane was opened."""


class ReviewMemory(NamedTuple):
    """What a run's reviews leave to the next one, and what they count; ``G`` kinds of lanes, ``P`` of posts."""

    lanes: IntArray
    """[N_MEMORY, G]"""
    closing: IntArray
    """[G], closed lanes that still hold a truck."""
    in_line: IntArray
    """[2], trucks in line, by lane class."""
    earliest: IntArray
    """[1], nobody before this truck is in line."""
    posts: IntArray
    """[P], posts that a roster staffs (`sim.engine.roster`)."""
    beyond: IntArray
    """[1], officers at work beyond the roster, in thousandths."""
    wanted: IntArray
    needed: IntArray
    target: IntArray
    most: IntArray
    costs: IntArray
    """[P], what is worked out at one review."""
    work: FloatArray
    """[P], work in line, in minutes."""
    order: IntArray
    """[S], servers of each kind in the order in which they are staffed."""


class Reviews(NamedTuple):
    """All reviews of one replication: ``R`` of them, of ``G`` kinds of lanes at one station."""

    first: IntArray
    """[G + 1], lanes of kind g are the servers first[g] .. first[g + 1] - 1 of all servers of the flow."""
    review_min: FloatArray
    """[R], ascending."""
    least: IntArray
    """[R, G], lanes that the timetable opens from this review on, and that stay open."""
    most: IntArray
    """[R, G], lanes that may be open from this review on, at least ``least``."""
    work_min: FloatArray
    """[G, 2], work that a truck in line asks of this kind of lanes, by lane class; 0: its work is another kind's."""
    open_above_min: float
    close_below_min: float
    delay_reviews: int
    """Reviews in a row that must have found the line too long before the one that opens a lane."""
    min_open_reviews: int
    """Reviews that pass after a lane was opened before one is closed."""
    most_officers: int
    """Officers that may sit in lanes of all kinds together for a lane to be opened beyond the timetable."""

    def empty_memory(self) -> IntArray:
        """Return int[N_MEMORY, G], what is remembered of lanes before the first review."""
        memory = np.zeros((N_MEMORY, len(self.first) - 1), dtype=np.int64)
        memory[WANTED] = self.least[:1].sum(axis=0)
        return memory

    def new_memory(self, kinds: int = 0, servers: int = 0) -> ReviewMemory:
        """Return what a run's reviews remember and count, before the first; of posts under a roster, their kinds."""
        lanes = self.empty_memory()
        sizes = {"closing": lanes.shape[1], "in_line": N_CLASSES, "earliest": 1, "beyond": 1, "order": servers}
        sizes |= dict.fromkeys(("posts", "wanted", "needed", "target", "most", "costs"), kinds)
        counts = {name: np.zeros(size, dtype=np.int64) for name, size in sizes.items()}
        return ReviewMemory(lanes=lanes, work=np.zeros(kinds), **counts)

    def staffed_at_start(self, servers: int) -> IntArray:
        """Return int[servers], 1: staffed before the first review; servers that no review decides are always."""
        staffed = np.ones(servers, dtype=np.int64)
        up = np.ones_like(staffed)
        for g, lanes in enumerate(self.empty_memory()[WANTED].tolist()):
            choose_posts(int(self.first[g]), int(self.first[g + 1]), lanes, up, staffed)
        return staffed


def review_keys(reviews: int) -> IntArray:
    """Return int[reviews], the keys of so many reviews in the calendar."""
    return np.array([event_key(REVIEW, 0, row) for row in range(reviews)], dtype=np.int64)


def lay_out_reviews(parts: Mapping[str, Any] | Reviews | None = None) -> Reviews:
    """Return Reviews in the exact types that the compiled engine takes; without parts there is none."""
    if parts is None:
        return _no_reviews()
    return parts if isinstance(parts, Reviews) else _exact(parts)


@functools.cache
def _no_reviews() -> Reviews:
    parts: dict[str, Any] = {
        "first": [0],
        "review_min": [],
        "least": np.zeros((0, 0)),
        "most": np.zeros((0, 0)),
        "work_min": np.zeros((0, N_CLASSES)),
        **dict.fromkeys(("open_above_min", "close_below_min", "delay_reviews", "min_open_reviews"), 0),
        "most_officers": NO_OFFICER_LIMIT,
    }
    return _exact(parts)


def _exact(parts: Mapping[str, Any]) -> Reviews:
    dtypes: dict[Any, Any] = {FloatArray: np.float64, IntArray: np.int64}
    exact = {
        name: kind(parts[name]) if kind in (int, float) else np.require(parts[name], dtypes[kind], ["C", "W"])
        for name, kind in get_type_hints(Reviews).items()
    }
    return Reviews(**exact)


@register_jitable
def _keep_timetable(v: Reviews, row: int, closing: IntArray, memory: IntArray) -> int:
    """Take over the lanes of the review before under this one's timetable; return the officers who are not free.

    Lanes beyond the timetable stay as they are while it closes lanes, and count towards those that it opens; they
    close where it needs their officers.
    """
    officers, staffed = 0, 0
    for g in range(len(closing)):
        least = v.least[row, g]
        was = v.least[row - 1, g] if row > 0 else least
        beyond = memory[WANTED, g] - was
        if least > was:
            beyond = max(beyond - (least - was), 0)
        lanes = min(least + beyond, v.most[row, g])
        officers += max(lanes, memory[WANTED, g]) + closing[g]
        staffed += lanes
        memory[WANTED, g] = lanes
    for g in range(len(closing)):
        released = max(min(staffed - v.most_officers, memory[WANTED, g] - v.least[row, g]), 0)
        memory[WANTED, g] -= released
        staffed -= released
    return officers


@register_jitable
def review_lanes(v: Reviews, row: int, in_line: IntArray, closing: IntArray, memory: IntArray) -> None:
    """Decide at review ``row`` how many lanes of each kind are staffed: ``memory[WANTED]``.

    The timetable is followed first; then at most one lane of each kind is opened or closed.

    Parameters
    ----------
    v : Reviews
    in_line : int array [2]
        Trucks in line, by lane class.
    closing : int array [G]
        Lanes that are closed and still hold a truck: their officers are not free.
    memory : int array [N_MEMORY, G]
        What earlier reviews left; written.
    """
    officers = _keep_timetable(v, row, closing, memory)
    for g in range(len(closing)):
        lanes = memory[WANTED, g]
        memory[SINCE, g] += 1
        work = in_line[0] * v.work_min[g, 0] + in_line[1] * v.work_min[g, 1]
        if work > v.open_above_min * lanes:
            if memory[ABOVE, g] < v.delay_reviews:
                memory[ABOVE, g] += 1
            elif lanes < v.most[row, g] and officers < v.most_officers:
                memory[WANTED, g], memory[ABOVE, g], memory[SINCE, g] = lanes + 1, 0, 0
                officers += 1
        else:
            memory[ABOVE, g] = 0
            may_close = lanes > v.least[row, g] and memory[SINCE, g] >= v.min_open_reviews
            if may_close and work < v.close_below_min * lanes:
                memory[WANTED, g] = lanes - 1


@register_jitable
def choose_posts(first: int, last: int, lanes: int, up: IntArray, staffed: IntArray) -> None:
    """Staff so many of the servers ``first`` to ``last - 1``: those that are up by number, then those that are down."""
    left = lanes
    for s in range(first, last):
        staffed[s] = 0
        if up[s] == 1 and left > 0:
            staffed[s] = 1
            left -= 1
    for s in range(first, last):
        if up[s] == 0 and left > 0:
            staffed[s] = 1
            left -= 1


@register_jitable
def count_in_line(
    first: int, arrived: int, lane_class: IntArray, begun: FloatArray, exit_min: FloatArray, in_line: IntArray
) -> int:
    """Count who has come and neither begun primary nor left, by lane class; return the first of them.

    Nobody before ``first`` is in line; who has come last is ``arrived - 1``.
    """
    while first < arrived and not (np.isnan(begun[first]) and np.isnan(exit_min[first])):
        first += 1
    # without a branch, and by places that are never negative, many trucks are compared at a time
    lane_class, begun, exit_min = lane_class[first:arrived], begun[first:arrived], exit_min[first:arrived]
    both, fast = 0, 0
    for truck in range(len(begun)):
        stands = int(np.isnan(begun[truck])) & int(np.isnan(exit_min[truck]))
        both += stands
        fast += stands & lane_class[truck]
    in_line[0], in_line[1] = both - fast, fast
    return first


@register_jitable
def count_closing(v: Reviews, busy: IntArray, staffed: IntArray, closing: IntArray) -> None:
    """Count the lanes of each kind that are closed and still hold a truck."""
    for g in range(len(closing)):
        closing[g] = 0
        for s in range(v.first[g], v.first[g + 1]):
            closing[g] += busy[s] * (1 - staffed[s])


def hold_review(
    plan: tuple[Reviews, Any],
    row: int,
    arrived: int,
    lane_class: IntArray,
    begun: FloatArray,
    exit_min: FloatArray,
    waiting: IntArray,
    blocked: IntArray,
    busy: IntArray,
    up: IntArray,
    staffed: IntArray,
    memory: ReviewMemory,
) -> int:
    """Decide which posts are staffed from review ``row`` on.

    Parameters
    ----------
    plan : tuple
        Reviews, and the roster that there is not (`sim.engine.roster`).
    arrived : int
        Trucks that have come.
    lane_class : int array [n]
        Of each truck.
    begun, exit_min : float array [n]
        When it began primary and when it left; NaN: not yet.
    waiting, blocked : int array [K]
        Trucks that wait at each station, and that are blocked before it.
    busy, up : int array [S]
        1: the server holds a truck; it is not down.
    staffed : int array [S]
        1: the server has its officer; written.
    memory : ReviewMemory
        What earlier reviews left; written.

    Returns
    -------
    int
        0.
    """
    v = plan[0]
    count_closing(v, busy, staffed, memory.closing)
    memory.earliest[0] = count_in_line(memory.earliest[0], arrived, lane_class, begun, exit_min, memory.in_line)
    review_lanes(v, row, memory.in_line, memory.closing, memory.lanes)
    for g in range(len(memory.closing)):
        choose_posts(v.first[g], v.first[g + 1], memory.lanes[WANTED, g], up, staffed)
    return 0


def hold_none(
    plan: tuple[Reviews, Any],
    row: int,
    arrived: int,
    lane_class: IntArray,
    begun: FloatArray,
    exit_min: FloatArray,
    waiting: IntArray,
    blocked: IntArray,
    busy: IntArray,
    up: IntArray,
    staffed: IntArray,
    memory: ReviewMemory,
) -> int:
    """Stand where the engine expects `hold_review` and there are no reviews."""
    return 0
