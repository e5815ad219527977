"""One roster: where officers are placed, decided anew at every review.

`hold_roster` decides: the SimPy model calls it as Python, the kernel compiled. Officers and crews are whole numbers of
thousandths, lines are compared as work in line x posts, so both agree to the last bit. First the minimum posts get
their crews, then one post after the other by the rule, until no crew can be filled. A post that closes with a truck in
hand keeps its crew until a review finds it free; a post that is to open waits until its crew is. The minimum posts wait
for nobody: where their crews are held by trucks elsewhere, others step in, who count as beyond the roster.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, get_type_hints

import numpy as np
from numba.extending import register_jitable

from sim.arrays import FloatArray, IntArray
from sim.engine.reviews import WANTED, ReviewMemory, Reviews, choose_posts, count_closing, count_in_line, review_lanes

FIXED, BOOTHS_FIRST, EXAMS_FIRST, BY_LINE, TARGET_WAIT = range(5)
RULES: Final = {
    "fixed": FIXED,
    "booths_first": BOOTHS_FIRST,
    "exams_first": EXAMS_FIRST,
    "by_line": BY_LINE,
    "target_wait": TARGET_WAIT,
}


class RosterPlan(NamedTuple):
    """All reviews of one replication under a roster: ``R`` of them, ``G`` kinds of posts in the order of the road."""

    review_min: FloatArray
    """[R], ascending; among them every review of lanes."""
    lane_row: IntArray
    """[R], row of `sim.engine.reviews.Reviews` that is held then; -1: none."""
    first: IntArray
    """[G], first server of the kind among all servers of the flow."""
    last: IntArray
    """[G], one past its last."""
    station: IntArray
    """[G]"""
    lanes: IntArray
    """[G], which kind of lanes of `Reviews` it is, whose lanes wanted are the posts wanted; -1: other posts."""
    crew: IntArray
    """[G], officers on one post, in thousandths."""
    least: IntArray
    """[G], posts that get their crews before any other."""
    wanted: IntArray
    """[R, G], posts wanted from this review on, of kinds that are not lanes."""
    is_open: IntArray
    """[R, G], 1: the kind works from this review on."""
    officers: IntArray
    """[R], officers who may be placed from this review on, in thousandths; enough for the minimum posts."""
    on_duty: IntArray
    """[R], the same while the port works; 0 while it does not and ``officers`` are those of its next opening."""
    ended: IntArray
    """[R], officers of shifts who may no longer be placed from this review on, in thousandths."""
    may_stay: IntArray
    """[R], officers whose shift has ended so lately that they may stay, in thousandths."""
    work_min: FloatArray
    """[G, 2], work of a truck in line by lane class; of other posts than lanes, of a truck that waits."""
    rule: int
    target_wait_min: float


def lay_out_roster(parts: Mapping[str, Any] | RosterPlan | None = None) -> RosterPlan:
    """Return a plan in the exact types that the compiled engine takes; without parts there is no roster."""
    if parts is None:
        return _no_roster()
    return parts if isinstance(parts, RosterPlan) else _exact(parts)


@functools.cache
def _no_roster() -> RosterPlan:
    kinds = get_type_hints(RosterPlan)
    tables = {"wanted": np.zeros((0, 0)), "is_open": np.zeros((0, 0)), "work_min": np.zeros((0, 2))}
    return _exact({name: tables.get(name, 0 if kind in (int, float) else []) for name, kind in kinds.items()})


def _exact(parts: Mapping[str, Any]) -> RosterPlan:
    dtypes: dict[Any, Any] = {FloatArray: np.float64, IntArray: np.int64}
    return RosterPlan(
        **{
            name: kind(parts[name]) if kind in (int, float) else np.require(parts[name], dtypes[kind], ["C", "W"])
            for name, kind in get_type_hints(RosterPlan).items()
        }
    )


@register_jitable
def _turn(p: RosterPlan, g: int, posts: int, m: ReviewMemory) -> int:
    """Return whose turn it is for the next officers: the kinds of the lowest number.

    An exam post is needed for each truck in hand or waiting and for one that may come; more of them come last.
    """
    booths = p.lanes[g] >= 0
    if p.rule == BOOTHS_FIRST:
        return 0 if booths else 1
    if p.rule == EXAMS_FIRST:
        if booths:
            return 1
        return 0 if posts < m.needed[g] else 2
    if p.rule == TARGET_WAIT:
        if booths:
            return 0 if m.work[g] > p.target_wait_min * posts else 2
        return 1 if posts < m.needed[g] else 3
    return 0


@register_jitable
def _goes_before(p: RosterPlan, g: int, other: int, posts: IntArray, most: IntArray, m: ReviewMemory) -> bool:
    """Tell whether kind ``g`` gets the next officers before ``other``, which is earlier on the road."""
    turn, turn_of_other = _turn(p, g, posts[g], m), _turn(p, other, posts[other], m)
    if turn != turn_of_other:
        return turn < turn_of_other
    if p.rule == BY_LINE:
        return bool(m.work[g] * posts[other] > m.work[other] * posts[g])
    return bool(posts[g] * most[other] < posts[other] * most[g])


@register_jitable
def _next_kind(p: RosterPlan, left: int, posts: IntArray, most: IntArray, costs: IntArray, m: ReviewMemory) -> int:
    """Return the kind that gets a post more, at most ``left`` officers dear; -1: none."""
    best = -1
    for g in range(len(posts)):
        if posts[g] < most[g] and costs[g] <= left and (best < 0 or _goes_before(p, g, best, posts, most, m)):
            best = g
    return best


@register_jitable
def _fill(p: RosterPlan, left: int, posts: IntArray, most: IntArray, m: ReviewMemory) -> int:
    """Give crews to one post after the other; return the officers who are left."""
    total = 0
    for g in range(len(posts)):
        total += p.crew[g] * (most[g] - posts[g])
    if total <= left:
        for g in range(len(posts)):
            posts[g] = most[g]
        return left - total
    while True:
        g = _next_kind(p, left, posts, most, p.crew, m)
        if g < 0:
            return left
        posts[g] += 1
        left -= p.crew[g]


@register_jitable
def _order_posts(p: RosterPlan, up: IntArray, order: IntArray) -> None:
    """Put the servers of each kind in the order in which they are staffed: those that are up, then the others."""
    for g in range(len(p.first)):
        place = p.first[g]
        for is_up in (1, 0):
            for s in range(p.first[g], p.last[g]):
                if up[s] == is_up:
                    order[place] = s
                    place += 1


@register_jitable
def _open_posts(p: RosterPlan, left: int, busy: IntArray, m: ReviewMemory) -> int:
    """Open posts up to those decided, ``m.target``, as crews are free; return the officers who are left.

    A post that holds a truck has its crew already.
    """
    for g in range(len(p.first)):
        m.costs[g] = p.crew[g]
    while True:
        for g in range(len(p.first)):
            if m.posts[g] < m.target[g]:
                m.costs[g] = p.crew[g] * (1 - busy[m.order[p.first[g] + m.posts[g]]])
        g = _next_kind(p, left, m.posts, m.target, m.costs, m)
        if g < 0:
            return left
        left -= m.costs[g]
        m.posts[g] += 1


@register_jitable
def _posts_with_crew(p: RosterPlan, g: int, busy: IntArray, staffed: IntArray, m: ReviewMemory) -> int:
    """Return how many posts of a kind go on with the crews that they have, at most those decided.

    Posts are staffed in their order: where one of them is new, because another broke down, those after it come anew.
    """
    for number in range(min(m.posts[g], m.target[g])):
        s = m.order[p.first[g] + number]
        if staffed[s] + busy[s] == 0:
            return number
    return int(min(m.posts[g], m.target[g]))


@register_jitable
def place_officers(p: RosterPlan, row: int, busy: IntArray, staffed: IntArray, m: ReviewMemory) -> int:
    """Decide how many posts of each kind are staffed, ``m.posts``, from what is wanted and in line; see `hold_roster`.

    Returns
    -------
    int
        Officers at work beyond the roster, in thousandths: those who stay, or finish a truck.
    """
    kinds = len(p.first)
    left = p.officers[row]
    for g in range(kinds):
        m.target[g] = min(p.least[g], m.wanted[g])
        left -= p.crew[g] * m.target[g]
    left = _fill(p, left, m.target, m.wanted, m)
    # officers of the shift that has ended stay at posts that they are at, where trucks are in line
    stay = min(p.may_stay[row], m.beyond[0] + p.ended[row])
    if stay > 0:
        for g in range(kinds):
            m.most[g] = m.target[g]
            if m.work[g] > 0.0:
                m.most[g] = max(m.most[g], min(m.posts[g], m.wanted[g]))
        _fill(p, left + stay, m.target, m.most, m)
    used = 0
    for g in range(kinds):
        m.posts[g] = max(_posts_with_crew(p, g, busy, staffed, m), min(p.least[g], m.wanted[g]))
        used += p.crew[g] * m.posts[g]
        for place in range(p.first[g] + m.posts[g], p.last[g]):
            used += p.crew[g] * busy[m.order[place]]
    left = _open_posts(p, p.officers[row] + stay - used, busy, m)
    return int(p.officers[row] + stay - left)


def hold_roster(
    plan: tuple[Reviews, RosterPlan],
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
    """Decide which posts are staffed from review ``row`` on; arguments as of `sim.engine.reviews.hold_review`.

    How many booths are wanted is decided first, by the timetable or by the line; then officers are placed.

    Returns
    -------
    int
        Officers at work beyond the roster, in thousandths.
    """
    v, p, m = plan[0], plan[1], memory
    m.earliest[0] = count_in_line(m.earliest[0], arrived, lane_class, begun, exit_min, m.in_line)
    if p.lane_row[row] >= 0:
        count_closing(v, busy, staffed, m.closing)
        review_lanes(v, p.lane_row[row], m.in_line, m.closing, m.lanes)
    _order_posts(p, up, m.order)
    in_hand = 0
    for g in range(len(p.first)):
        k = p.station[g]
        m.wanted[g] = m.lanes[WANTED, p.lanes[g]] if p.lanes[g] >= 0 else p.wanted[row, g]
        m.wanted[g] *= p.is_open[row, g]
        m.work[g] = (waiting[k] + blocked[k]) * p.work_min[g, 0]
        if p.lanes[g] >= 0:
            m.work[g] = m.in_line[0] * p.work_min[g, 0] + m.in_line[1] * p.work_min[g, 1]
        m.needed[g] = waiting[k] + blocked[k] + 1
        for s in range(p.first[g], p.last[g]):
            m.needed[g] += busy[s]
            in_hand += p.crew[g] * busy[s]
    placed = place_officers(p, row, busy, staffed, m)
    if p.on_duty[row] == 0:
        # the port is closed: posts stand ready for its opening, and only trucks in hand hold officers
        placed = in_hand
    m.beyond[0] = max(placed - p.on_duty[row], 0)
    for g in range(len(p.first)):
        choose_posts(p.first[g], p.last[g], m.posts[g], up, staffed)
    return int(m.beyond[0])
