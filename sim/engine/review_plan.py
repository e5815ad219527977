"""Setting, Window -> when reviews are held, which lanes they decide, and within what bounds."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.caching.kept_results import KeptResults
from sim.engine.capacity import Span, open_intervals, timetable_booths
from sim.engine.reviews import NO_OFFICER_LIMIT, Reviews, lay_out_reviews
from sim.setting.port import MIN_PER_DAY, Responsive
from sim.setting.setting import Setting
from sim.setting.staffing import lane_response, lanes_for_lines
from sim.setting.window import Window
from sim.stations import FAST, GENERAL, N_CLASSES
from sim.trucks.service_times import service_mean_min

KINDS: Final = (GENERAL, FAST)
"""Kinds of booths, in the order of their numbers."""


TIMETABLE: Final = Responsive(
    review_every_min=MIN_PER_DAY,
    open_above_min=2.0,
    close_below_min=1.0,
    delay_reviews=0,
    min_open_reviews=0,
    most_officers=None,
    reserve_lanes=0,
)
"""Lanes that are looked at as the timetable changes and, there being no lane beyond it, never follow the line."""


def plan_reviews(setting: Setting, window: Window, first_booth: int) -> Reviews | None:
    """Return when booths are reviewed; None where lanes follow the timetable, without reviews.

    Under a roster lanes that do not follow the line are reviewed too: the timetable says how many are wanted.

    While the port is closed, reviews keep ready the booths with which the timetable opens it next, so that those
    take trucks with the first minute; lanes opened beyond the timetable end with the day.

    Parameters
    ----------
    first_booth : int
        Number of the first booth among all servers of the flow.
    """
    responsive = lane_response(setting.port, setting.staffing)
    if responsive is None:
        if setting.staffing.roster is None:
            return None
        responsive = TIMETABLE
    parts = (setting.port, setting.staffing, setting.insider, responsive)
    return _REVIEWS.once(
        parts, (window, first_booth), lambda: lay_out_reviews(_plan(setting, window, first_booth, responsive))
    )


_REVIEWS = KeptResults[Reviews](most=64)
"""The alternatives of a comparison have the same reviews, unless their booths differ."""


def _plan(setting: Setting, window: Window, first_booth: int, responsive: Responsive) -> dict[str, Any]:
    times = _review_times(setting, window, responsive)
    is_open = covers(open_intervals(setting, window), times)
    least = _opened_next(_timetable(setting, window, times), is_open)
    for_lines = np.array(lanes_for_lines(setting.port, setting.staffing))
    follows = is_open[:, np.newaxis] & (responsive is not TIMETABLE)
    most = np.where(follows, np.maximum(least, for_lines), least)
    primary = setting.port.primary
    built = (primary.lanes, primary.fast_lanes)
    there = [kind for kind in KINDS if built[kind]]
    return {
        "first": first_booth + np.cumsum([0, *(built[kind] for kind in there)]),
        "review_min": times,
        "least": least[:, there],
        "most": most[:, there],
        "work_min": work_in_line(setting)[there],
        "open_above_min": responsive.open_above_min,
        "close_below_min": responsive.close_below_min,
        "delay_reviews": responsive.delay_reviews,
        "min_open_reviews": responsive.min_open_reviews,
        "most_officers": NO_OFFICER_LIMIT if responsive.most_officers is None else responsive.most_officers,
    }


def _review_times(setting: Setting, window: Window, responsive: Responsive) -> FloatArray:
    """Return every multiple of the interval, every change of the timetable, and when the port opens and closes."""
    spans = [span for booth in timetable_booths(setting, window).values() for span in booth]
    changes = [moment for span in (*spans, *open_intervals(setting, window)) for moment in span]
    regular = np.arange(0.0, window.horizon_min, responsive.review_every_min)
    times = np.union1d(regular, np.array(changes, dtype=np.float64))
    return np.asarray(times[times < window.horizon_min])


def covers(spans: list[Span], times: FloatArray) -> BoolArray:
    """Return bool[R], which times lie in a span; its end does not."""
    inside = [(start <= times) & (times < end) for start, end in spans]
    return np.logical_or.reduce(inside) if inside else np.zeros(len(times), dtype=bool)


def _timetable(setting: Setting, window: Window, times: FloatArray) -> IntArray:
    """Return int[R, 2], booths of each kind that the timetable has open from each time on."""
    lanes = np.zeros((len(times), len(KINDS)), dtype=np.int64)
    for (_, booth), spans in timetable_booths(setting, window).items():
        lanes[:, int(booth >= setting.port.primary.lanes)] += covers(spans, times)
    return lanes


def _opened_next(least: IntArray, is_open: BoolArray) -> IntArray:
    """Return ``least`` with the rows of closed hours replaced by that of the next opening (0 after the last)."""
    return np.vstack([least, np.zeros_like(least[:1])])[next_opening(is_open)]


def next_opening(is_open: BoolArray) -> IntArray:
    """Return int[R], the first row from each one on that is open; R after the last."""
    row = np.where(is_open, np.arange(len(is_open)), len(is_open))
    return np.asarray(np.minimum.accumulate(row[::-1])[::-1])


def work_in_line(setting: Setting) -> FloatArray:
    """Return float[2, 2], the mean work of a truck in line, by kind of booth and lane class.

    FAST trucks count for the FAST booths where there are any, general trucks for the general booths, whoever else
    may serve them.
    """
    primary, work = setting.port.primary, np.zeros((len(KINDS), N_CLASSES))
    own_kind = (GENERAL if primary.lanes else FAST, FAST if primary.fast_lanes else GENERAL)
    for lane_class, service in ((GENERAL, primary.service), (FAST, primary.fast_service)):
        work[own_kind[lane_class], lane_class] = service_mean_min(service) + setting.insider.assigned_min
    return work
