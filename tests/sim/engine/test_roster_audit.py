"""An audit of rosters: who may take trucks, and how many officers are at work, counted anew from the records."""

from __future__ import annotations

import itertools

import numpy as np
from twin_cases import random_flow

from sim.arrays import IntArray
from sim.engine.flow import Flow, Record, assemble_flow
from sim.engine.kernel import loop
from sim.engine.roster import RULES
from sim.stations import N_STATIONS, PRIMARY


def cases(number: int) -> list[tuple[Flow, Record]]:
    """Return random ports whose reviews fall between the whole minutes at which posts go up and down.

    What begins at the moment of a review follows it, and what ends then does too.
    """
    flows = [random_flow(70_000 + seed, rostered=True, between=0.25) for seed in range(number)]
    return [(flow, loop.run(flow)) for flow in flows]


def services(flow: Flow, record: Record) -> list[tuple[int, float, float]]:
    """Return (server of the flow, start, leave) of every service."""
    found = []
    for k in range(N_STATIONS):
        start, leave, server = record.of(k)[1], record.of(k)[3], record.server_at(k)
        for truck in np.flatnonzero(np.isfinite(start)):
            end = leave[truck] if np.isfinite(leave[truck]) else np.inf
            found.append((int(flow.server_first[k] + server[truck]), float(start[truck]), float(end)))
    return found


def is_up(flow: Flow, server: int, time: float) -> bool:
    spans = slice(flow.interval_first[server], flow.interval_first[server + 1])
    return bool(((flow.up_min[spans] <= time) & (time < flow.down_min[spans])).any())


def rostered_servers(flow: Flow) -> IntArray:
    return np.concatenate(
        [np.arange(first, last) for first, last in zip(flow.roster.first, flow.roster.last, strict=True)]
    )


def test_no_truck_begins_at_a_post_without_its_crew() -> None:
    begun = 0
    for flow, record in cases(150):
        mine = set(rostered_servers(flow).tolist())
        for server, start, _ in services(flow, record):
            # a post that stays late beyond its hours is not closed by a review
            if server in mine and is_up(flow, server, start):
                row = int(np.searchsorted(flow.roster.review_min, start, side="right")) - 1
                assert row >= 0
                assert record.staffed[row, server] == 1
                begun += 1
    assert begun > 1000


def test_officers_at_work_never_exceed_the_roster_but_for_those_who_stay_or_finish_a_truck() -> None:
    stayed, finished = 0, 0
    for flow, record in cases(150):
        plan, held = flow.roster, services(flow, record)
        crew = np.zeros(len(flow.serves), dtype=np.int64)
        for first, last, officers in zip(plan.first, plan.last, plan.crew, strict=True):
            crew[first:last] = officers
        for row, time in enumerate(plan.review_min):
            busy = np.zeros(len(crew), dtype=np.int64)
            busy[[server for server, start, leave in held if start < time <= leave]] = 1
            staffed = record.staffed[row].astype(np.int64)
            placed, closing = int((crew * staffed).sum()), int((crew * busy * (1 - staffed)).sum())
            if plan.on_duty[row] == 0:
                assert record.beyond[row] == int((crew * busy).sum())
                continue
            stay = max(placed - plan.on_duty[row], 0)
            assert stay <= plan.may_stay[row]
            assert record.beyond[row] == max(placed + closing - plan.on_duty[row], 0)
            stayed += stay > 0
            finished += record.beyond[row] > stay
    assert stayed > 20
    assert finished > 20


def test_a_post_opens_only_with_a_crew_that_is_free() -> None:
    """Where officers are at work beyond the roster and nobody may stay, no empty post opens."""
    opened = 0
    for flow, record in cases(150):
        held = services(flow, record)
        before = np.vstack([flow.staffed_at_start(), record.staffed[:-1]])
        for row, server in zip(*np.nonzero(record.staffed > before), strict=True):
            time = flow.roster.review_min[row]
            busy = any(s == server and start < time <= leave for s, start, leave in held)
            kind = int(np.searchsorted(flow.roster.last, server, side="right"))
            posts = record.staffed[row, flow.roster.first[kind] : flow.roster.last[kind]].sum()
            if busy or flow.roster.on_duty[row] == 0 or posts <= flow.roster.least[kind]:
                continue
            assert record.beyond[row] <= flow.roster.may_stay[row]
            opened += 1
    assert opened > 200


def pooled_station(seed: int, more: int, *, breakdowns: bool = False) -> tuple[Flow, Record]:
    """Return booths of one pooled line and docks to which no truck goes, under ``booths_first`` with officers more."""
    flow = random_flow(80_000 + seed, three_stations=True, rostered=True, between=0.25)
    n, reviews, kinds = len(flow.arrive_min), flow.reviews, flow.roster.lanes < 1
    # one kind of booths stands for both
    of_kinds = ("first", "last", "station", "lanes", "crew", "work_min")
    plan = flow.roster._replace(
        **{name: np.ascontiguousarray(getattr(flow.roster, name)[kinds]) for name in of_kinds},
        **{name: np.ascontiguousarray(getattr(flow.roster, name)[:, kinds]) for name in ("wanted", "is_open")},
    )
    first = int(flow.server_first[PRIMARY])
    last = int(flow.server_first[PRIMARY + 1])
    station = np.repeat(np.arange(N_STATIONS), np.diff(flow.server_first))
    number = np.arange(len(station)) - flow.server_first[station]
    up = (station, number, np.zeros(len(station)), np.full(len(station), 1e6), np.ones(len(station)))
    if breakdowns:
        place = np.repeat(np.arange(len(station)), np.diff(flow.interval_first))
        up = (station[place], number[place], flow.up_min, flow.down_min, np.zeros(len(place)))
    crew = np.where(plan.lanes >= 0, 1000, plan.crew)
    officers = crew.sum() + plan.officers // 1000 % 3 * 1000 + 1000 * more
    parts = flow._asdict() | {
        "columns": np.zeros_like(flow.columns),
        "lane_class": np.zeros(n, dtype=np.int64),
        "serves": np.full_like(flow.serves, 3),
        "room": np.full_like(flow.room, -1),
        "capacity": up,
        "doors": ([], []),
        **dict.fromkeys(("per_lane", "finishes", "suspend"), np.zeros(N_STATIONS)),
        "closing": 0,
        "profiled": -1,
        "reviews": reviews._replace(
            first=np.array([first, last]),
            least=np.full((len(reviews.review_min), 1), last - first),
            most=np.full((len(reviews.review_min), 1), last - first),
            work_min=np.ones((1, 2)),
        ),
        "roster": plan._replace(
            rule=RULES["booths_first"],
            first=np.where(plan.lanes >= 0, first, plan.first),
            last=np.where(plan.lanes >= 0, last, plan.last),
            lanes=np.where(plan.lanes >= 0, 0, plan.lanes),
            crew=crew,
            least=np.ones_like(plan.crew),
            is_open=np.ones_like(plan.is_open),
            officers=officers,
            on_duty=officers,
            may_stay=np.zeros_like(plan.may_stay),
        ),
    }
    for name in ("interval_first", "up_min", "down_min", "drains", "calendar_min", "calendar_key"):
        parts.pop(name)
    made = assemble_flow(**parts)
    return made, loop.run(made)


def work_in_line(flow: Flow, record: Record) -> tuple[np.ndarray, np.ndarray]:
    """Return the work of trucks that have come and not begun primary, at every whole and half minute."""
    times = np.arange(0.0, flow.horizon_min, 0.5)
    start = np.where(np.isfinite(record.of(PRIMARY)[1]), record.of(PRIMARY)[1], np.inf)
    there = (flow.arrive_min <= times[:, np.newaxis]) & (times[:, np.newaxis] < start)
    return times, there @ flow.service_min[PRIMARY]


def test_more_officers_never_raise_the_work_in_line_of_one_pooled_station() -> None:
    """Under ``booths_first``, without breakdowns: every truck begins no later, so no more work is ever in line."""
    less = 0
    for seed in range(120):
        lines = [work_in_line(*pooled_station(seed, more))[1] for more in range(4)]
        for fewer, more in itertools.pairwise(lines):
            assert (more <= fewer).all()
            less += (more < fewer).any()
    assert less > 50


def test_with_breakdowns_more_officers_may_lengthen_the_line_for_a_while() -> None:
    """The exception: a truck that would have waited for another booth may sit in the one that breaks down."""
    found = []
    for seed in range(400):
        fewer, more = (work_in_line(*pooled_station(seed, officers, breakdowns=True))[1] for officers in (0, 1))
        found.append(bool((more > fewer).any()))
    assert 0 < sum(found) < 20
