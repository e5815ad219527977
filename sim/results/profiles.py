"""LEDGER -> arrays that add up over replications: the queue over the day, the waits, the bottleneck.

A mean over replications is a sum over a count, so both are kept; nothing here is an average.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from sim.arrays import FloatArray, IntArray
from sim.frames import column
from sim.results.lost_minutes import lost_by_hour
from sim.results.times import line_joined_min
from sim.setting.window import Window
from sim.stations import N_CLASSES

SLOT_MIN: Final = 15.0
"""Length of a slot of the day; the queue is sampled in its middle."""
N_SLOTS: Final = 96
BIN_MIN: Final = 2.0
"""Width of a bin of the histogram of waits."""
N_BINS: Final = 240
"""Bins up to 480 minutes; one more holds the longer waits."""
HOURS: Final = 24
SATURDAY: Final = 5
"""The first day of the week that is none of Monday to Friday."""


def collect_profiles(ledger: pd.DataFrame, window: Window) -> dict[str, FloatArray]:
    """Return the profiles of one replication.

    Returns
    -------
    dict
        ``queue_sum`` [7, 96, 2]: trucks that had arrived and not started primary, by day of the
        week, slot of the day (sampled at its middle) and class (0 general, 1 FAST), summed over
        the days of the window. ``queue_days`` [7]: how many such days. ``wait_count`` [2, 24, 241]:
        trucks that reached primary, by kind of day (0 Monday to Friday, 1 weekend), hour of arrival and wait
        (`sim.results.times.line_joined_min`) in 2-minute bins, the last one 480 or more.
        ``lost_min`` [7, 24, K]: truck-minutes that each station made trucks wait, by day of the
        week and hour of the day; see `sim.results.lost_minutes.lost_by_hour`.

    Examples
    --------
    The mean queue of general trucks on Mondays at noon is
    ``queue_sum[0, 48, 0] / queue_days[0]``.
    """
    lane_class, arrive = column(ledger, "lane_class"), column(ledger, "arrive_min")
    start = column(ledger, "primary_start_min")
    weekday = np.array([date.weekday() for date in window.dates()])
    queue = np.zeros((7, N_SLOTS, N_CLASSES))
    for kind in range(N_CLASSES):
        mine = lane_class == kind
        counts = n_waiting_at(slot_middles(window), arrive[mine], start[mine])
        np.add.at(queue[:, :, kind], weekday, counts.reshape(window.days, N_SLOTS))
    return {
        "queue_sum": queue,
        "queue_days": np.bincount(weekday, minlength=7).astype(np.float64),
        "wait_count": waits_by_hour(ledger, weekday),
        "lost_min": lost_by_hour(ledger, window),
    }


def slot_middles(window: Window) -> FloatArray:
    """Return the middle of every slot of the window, in minutes [96 x days]."""
    return np.asarray(SLOT_MIN * (np.arange(N_SLOTS * window.days) + 0.5), dtype=np.float64)


def n_waiting_at(moments_min: FloatArray, arrive_min: FloatArray, start_min: FloatArray) -> FloatArray:
    """Return how many trucks had arrived and not started at each moment.

    >>> n_waiting_at(np.array([1.0, 3.0]), np.array([0.0, 2.0]), np.array([0.5, np.nan])).tolist()
    [0.0, 1.0]
    """
    arrived = np.searchsorted(np.sort(arrive_min), moments_min, side="right")
    started = np.sort(start_min[np.isfinite(start_min)])
    return (arrived - np.searchsorted(started, moments_min, side="right")).astype(np.float64)


def waits_by_hour(ledger: pd.DataFrame, weekday: IntArray) -> FloatArray:
    """Return the waits by kind of day, hour of arrival and bin [2, 24, 241]; a truck that never started is in none.

    ``weekday`` [days] is the day of the week of each day of the window.
    """
    arrive, start = column(ledger, "arrive_min"), column(ledger, "primary_start_min")
    wait = start - line_joined_min(arrive, column(ledger, "origin_leave_min"))
    served = np.isfinite(wait)
    day, hour = np.divmod((arrive[served] / 60.0).astype(np.int64), HOURS)
    place = np.minimum((wait[served] / BIN_MIN).astype(np.int64), N_BINS)
    shape = (2, HOURS, N_BINS + 1)
    cell = np.ravel_multi_index(((weekday[day] >= SATURDAY).astype(np.int64), hour, place), shape)
    return np.bincount(cell, minlength=math.prod(shape)).reshape(shape).astype(np.float64)


def add_profiles(total: dict[str, FloatArray], increment: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return the sum of two sets of profiles; an empty ``total`` is zero."""
    return {name: total[name] + increment[name] if name in total else increment[name] for name in increment}


def mean_queue(profiles: dict[str, FloatArray], weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)) -> FloatArray:
    """Return the mean queue over the given days of the week [96, 2]; NaN without such a day."""
    return _mean_over_days(profiles, "queue_sum", weekdays)


def wait_percentiles(profiles: Mapping[str, FloatArray], shares: Sequence[float]) -> FloatArray:
    """Return percentiles of the wait by hour of arrival [len(shares), 24]; NaN: nobody arrived.

    Over Monday to Friday, or over all days of a run that holds no such day. Within a bin waits lie evenly; a percentile
    in the open-ended last bin is its beginning.

    Examples
    --------
    >>> counts = np.zeros((2, HOURS, N_BINS + 1))
    >>> counts[0, 9, 5] = 10.0  # ten trucks that arrived at 9 h waited 10 to 12 minutes
    >>> wait_percentiles({"wait_count": counts}, (0.5,))[0, 8:10].tolist()
    [nan, 11.0]
    """
    weekdays, weekend = profiles["wait_count"]
    counts = weekdays if weekdays.any() else weekend
    found = np.full((len(shares), HOURS), np.nan)
    edges = BIN_MIN * np.arange(N_BINS + 1)
    for hour, row in enumerate(counts):
        if row.sum() > 0.0:
            below = np.append(0.0, np.cumsum(row)[:-1])
            wanted = np.asarray(shares) * row.sum()
            place = np.searchsorted(below, wanted, side="right") - 1
            place = np.maximum(place, int(np.flatnonzero(row)[0]))
            part = np.where(place < N_BINS, (wanted - below[place]) / np.maximum(row[place], 1.0), 0.0)
            found[:, hour] = edges[place] + BIN_MIN * np.minimum(part, 1.0)
    return found


def lost_per_day(profiles: dict[str, FloatArray], weekdays: tuple[int, ...]) -> FloatArray:
    """Return truck-minutes lost on an average one of the given days, by hour and station [24, K].

    NaN where the run held no such day.
    """
    return _mean_over_days(profiles, "lost_min", weekdays)


def _mean_over_days(profiles: dict[str, FloatArray], name: str, weekdays: tuple[int, ...]) -> FloatArray:
    days = profiles["queue_days"][list(weekdays)].sum()
    total: FloatArray = profiles[name][list(weekdays)].sum(axis=0)
    return total / days if days > 0.0 else np.full_like(total, np.nan)
