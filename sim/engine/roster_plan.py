"""Setting, Window -> when officers are placed, how many there are, and which posts want them; all drawn beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.caching.kept_results import KeptResults
from sim.engine.capacity import Span, manned_intervals, open_intervals
from sim.engine.review_plan import KINDS, covers, next_opening, work_in_line
from sim.engine.roster import RULES, RosterPlan, lay_out_roster
from sim.setting.port import OfficerShift, Port
from sim.setting.roster import FAST_BOOTHS, Posts, Roster, extra_shifts, least_posts, roster_shifts, thousandths
from sim.setting.setting import Setting
from sim.setting.window import Window
from sim.stations import FAST, GENERAL, PRIMARY, STATION, STATIONS
from sim.trucks.arrivals import day_type
from sim.trucks.service_times import service_mean_min

ROSTER_KEY: Final = 1_000_002
"""First part of the stream key of absences, beside those of breakdowns and pulses (`sim.engine.capacity`)."""
WHOLE: Final = 1e-6
"""Thousandths of an officer by which a product may fall short of a whole number."""


class Duty(NamedTuple):
    """Officers who have come to one shift."""

    start_min: float
    end_min: float
    officers: int
    is_extra: bool = False
    """Whether they come beside the shifts: without breaks and overtime."""


def draw_duties(setting: Setting, window: Window) -> tuple[Duty, ...]:
    """Draw who comes to each shift of the window, and of the day before it: the same for every alternative.

    Each officer of a shift stays away by a draw of his own, so that one more officer leaves the others' as they were.
    """
    roster = setting.staffing.roster
    if roster is None:
        return ()
    return _DUTIES.once((setting.port, roster), window, lambda: tuple(_draw_duties(setting.port, roster, window)))


_DUTIES = KeptResults[tuple[Duty, ...]](most=64)


def _draw_duties(port: Port, roster: Roster, window: Window) -> list[Duty]:
    shifts, extra, duties = roster_shifts(port, roster), extra_shifts(roster), []
    days = window.dates()
    for day, weekday in enumerate([(days[0].weekday() - 1) % 7, *(date.weekday() for date in days)]):
        kind = day_type(weekday)
        came = [(shift, _who_came(roster, window, (day, place), shift)) for place, shift in enumerate(shifts[kind])]
        more = [(shift, shift.officers) for shift in extra[kind]]
        for place, (shift, officers) in enumerate([*came, *more]):
            start, end = (1440.0 * (day - 1) + 60.0 * hour for hour in (shift.from_h, shift.to_h))
            if end > 0.0 and start < window.horizon_min:
                duties.append(Duty(max(start, 0.0), min(end, window.horizon_min), officers, place >= len(came)))
    return duties


def _who_came(roster: Roster, window: Window, shift_key: tuple[int, int], shift: OfficerShift) -> int:
    if roster.absent_share == 0.0:
        return shift.officers
    key = window.spawn_key(ROSTER_KEY, *shift_key)
    luck = np.random.default_rng(np.random.SeedSequence(window.seed, spawn_key=key)).random(shift.officers)
    return int((luck >= roster.absent_share).sum())


def plan_roster(
    setting: Setting, window: Window, server_first: IntArray, lane_review_min: FloatArray
) -> RosterPlan | None:
    """Return when and by what officers are placed; None where every station has officers of its own.

    While no post works, reviews place the officers of the next opening, so that its posts take trucks with the first
    minute; otherwise a kind of posts that does not work gets none.

    Parameters
    ----------
    server_first : int array [K + 1]
        First server of each station among all servers of the flow.
    lane_review_min : float array
        When booths wanted are decided anew (`sim.engine.review_plan.plan_reviews`).
    """
    roster = setting.staffing.roster
    if roster is None:
        return None
    parts = (setting.port, setting.staffing, setting.scanner, setting.insider)
    firsts, moments = tuple(server_first.tolist()), lane_review_min.tobytes()
    return _PLANS.once(
        parts, (window, firsts, moments), lambda: _plan(setting, roster, window, server_first, lane_review_min)
    )


_PLANS = KeptResults[RosterPlan](most=64)
"""The alternatives of a comparison have the same plan, unless their posts or officers differ."""


def _plan(
    setting: Setting, roster: Roster, window: Window, server_first: IntArray, lane_review_min: FloatArray
) -> RosterPlan:
    kinds, duties = setting.roster_posts(), draw_duties(setting, window)
    hours = [_hours(setting, window, posts) for posts in kinds]
    regular = np.arange(0.0, window.horizon_min, roster.review_every_min)
    changes = [moment for duty in duties for moment in duty[:2]]
    changes += [moment for spans in hours for span in spans for moment in span]
    times = np.unique(np.concatenate([regular, lane_review_min, changes]))
    times = times[times < window.horizon_min]
    works = np.stack([covers(spans, times) for spans in hours], axis=1)
    works_at_all = np.asarray(works.any(axis=1))
    least = np.array([least_posts(roster, posts) for posts in kinds])
    crew = np.array([thousandths(posts.crew_officers) for posts in kinds])
    need = works @ (least * crew)
    # those beside the shifts leave on time: who may stay is decided by the shifts alone
    on_duty, of_shifts = (
        np.maximum(_available(roster, part, times), need) * works_at_all
        for part in (duties, [duty for duty in duties if not duty.is_extra])
    )
    row = next_opening(works_at_all)
    placed_of_shifts = np.append(of_shifts, 0)[row]
    first, last = _servers(setting, kinds, server_first)
    parts = {
        "review_min": times,
        "lane_row": np.where(np.isin(times, lane_review_min), np.searchsorted(lane_review_min, times), -1),
        "first": first,
        "last": last,
        "station": [STATIONS.index(_station(posts)) for posts in kinds],
        "lanes": _lane_kinds(setting, kinds),
        "crew": crew,
        "least": least,
        "wanted": np.tile(last - first, (len(times), 1)),
        "is_open": np.vstack([works, np.zeros_like(works[:1])])[row],
        "officers": np.append(on_duty, 0)[row],
        "on_duty": on_duty,
        "ended": np.maximum(-np.diff(placed_of_shifts, prepend=placed_of_shifts[:1]), 0),
        "may_stay": _may_stay(roster, times, of_shifts),
        "work_min": [_work(setting, posts) for posts in kinds],
        "rule": RULES[roster.rule],
        "target_wait_min": roster.target_wait_min,
    }
    return lay_out_roster(parts)


def roster_h(setting: Setting, window: Window) -> float:
    """Return the officer hours of a roster within the window: of all who came, placed or idle or on a break."""
    return sum(duty.officers * (duty.end_min - duty.start_min) for duty in draw_duties(setting, window)) / 60.0


def _station(posts: Posts) -> str:
    return "primary" if posts.name == FAST_BOOTHS else posts.name


def _hours(setting: Setting, window: Window, posts: Posts) -> list[Span]:
    """Return when any post of the kind may take trucks."""
    if _station(posts) != "primary":
        return open_intervals(setting, window, posts.extra_h)
    lanes, fast = setting.port.primary.lanes, posts.name == FAST_BOOTHS
    manned = manned_intervals(setting, window)
    return [span for (k, booth), spans in manned.items() if k == PRIMARY and (booth >= lanes) == fast for span in spans]


def _available(roster: Roster, duties: Sequence[Duty], times: FloatArray) -> IntArray:
    """Return int[R], officers who have come and are not on a break, in thousandths, rounded down."""
    came = np.zeros((2, len(times)), dtype=np.int64)
    for duty in duties:
        came[int(duty.is_extra)] += duty.officers * ((duty.start_min <= times) & (times < duty.end_min))
    at_posts = np.floor(1000.0 * (1.0 - roster.break_share) * came[0] + WHOLE)
    return np.asarray(at_posts + 1000 * came[1], dtype=np.int64)


def _may_stay(roster: Roster, times: FloatArray, on_duty: IntArray) -> IntArray:
    """Return int[R], by how many officers a shift that ended at most ``most_overtime_h`` ago was larger."""
    row = np.arange(len(times))
    lately = np.searchsorted(np.append(times[1:], np.inf), times - 60.0 * roster.most_overtime_h, side="right")
    stay = np.zeros_like(on_duty)
    for lag in range(1, int((row - lately).max(initial=0)) + 1):
        ended = row - lag >= np.maximum(lately, 0)
        stay[ended] = np.maximum(stay[ended], (on_duty[row - lag] - on_duty)[ended])
    return np.asarray(stay * (on_duty > 0))


def _servers(setting: Setting, kinds: list[Posts], server_first: IntArray) -> tuple[IntArray, IntArray]:
    lanes = setting.port.primary.lanes
    first = [
        server_first[STATIONS.index(_station(posts))] + (lanes if posts.name == FAST_BOOTHS else 0) for posts in kinds
    ]
    return np.array(first), np.array(first) + [posts.built for posts in kinds]


def _lane_kinds(setting: Setting, kinds: list[Posts]) -> list[int]:
    """Return which kind of lanes each kind of posts is; only those that are built count."""
    general = int(setting.port.primary.lanes > 0)
    return [{"primary": 0, FAST_BOOTHS: general}.get(posts.name, -1) for posts in kinds]


def _work(setting: Setting, posts: Posts) -> list[float]:
    """Return the mean work of a truck in line, by lane class."""
    if _station(posts) == "primary":
        return list(work_in_line(setting)[KINDS.index(FAST if posts.name == FAST_BOOTHS else GENERAL)])
    part, *path = STATION[posts.name].service.split(".")
    service: Any = getattr(setting, part)
    for name in path:
        service = getattr(service, name)
    return [service_mean_min(service)] * 2
