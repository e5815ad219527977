"""LEDGER -> WAITS and CROSSINGS of one replication: waits by cell of the calendar, and the intervals of a crossing.

The wait is defined here once, for METRICS, for WAITS and for what a calibration holds against observed waits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.frames import LazyColumns, LazyFrame, column
from sim.results.indices import rows_with
from sim.setting.window import Window
from sim.stations import DOCK, EARLY_SENSORS, PRIMARY, STATIONS
from sim.tables import CROSSINGS, INTERVALS, LANE_CLASSES, PATHS, WAITS

HOURS, WEEKDAYS, MONTHS = 24, 7, 12
BEYOND: Final = STATIONS[PRIMARY + 1 : DOCK + 1]
"""Inspections beyond primary, before the exit."""
EARLY: Final = tuple(STATIONS[number] for number in EARLY_SENSORS)
"""Portals before primary."""
TIMES: Final = {"waits": WAITS, "crossings": CROSSINGS}
"""Tables of a run that this module computes, by the names of their files."""


def line_joined_min(arrive_min: FloatArray, origin_leave_min: FloatArray) -> FloatArray:
    """Return when each truck joined CBP's line [n]: its arrival, or the end of the check on leaving its country.

    The wait of METRICS, of WAITS and of a calibration is primary begins less this moment (GAO-13-603).

    >>> line_joined_min(np.array([1.0, 2.0]), np.array([np.nan, 5.0])).tolist()
    [1.0, 5.0]
    """
    return np.where(np.isfinite(origin_leave_min), origin_leave_min, arrive_min)


def times_of_replication(ledger: pd.DataFrame, window: Window) -> dict[str, pd.DataFrame]:
    """Return the tables of `TIMES` of one alternative and replication, without the columns that name these two."""
    return {"waits": waits_by_cell(ledger, window), "crossings": crossing_intervals(ledger)}


def waits_by_cell(ledger: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Return WAITS of one replication, but for ``alternative`` and ``replication``.

    Parameters
    ----------
    ledger : DataFrame
        LEDGER of ``n`` trucks that arrive within the window.
    window : Window
        Its calendar gives month and weekday; minutes run on its local clock.

    Returns
    -------
    DataFrame
        A row for each class, month, weekday and hour in which a truck arrived, in this order.
    """
    arrive, start = column(ledger, "arrive_min"), column(ledger, "primary_start_min")
    day, hour = np.divmod((arrive / 60.0).astype(np.int64), HOURS)
    months, weekdays = (
        np.array(part) for part in zip(*((d.month - 1, d.weekday()) for d in window.dates()), strict=True)
    )
    shape = (len(LANE_CLASSES), MONTHS, WEEKDAYS, HOURS)
    lane_class = column(ledger, "lane_class").astype(np.int64)
    cell = np.ravel_multi_index((lane_class, months[day], weekdays[day], hour), shape)
    trucks = np.bincount(cell, minlength=math.prod(shape))
    cells = np.flatnonzero(trucks)
    served = rows_with(ledger, "primary", "start")
    wait = (start - line_joined_min(arrive, column(ledger, "origin_leave_min")))[served]
    n_waits, [(total, [p95])] = group_statistics([wait], cell[served], len(trucks), (0.95,))
    kind, month, weekday, at_hour = np.unravel_index(cells, shape)
    n_days = np.bincount(months * WEEKDAYS + weekdays, minlength=MONTHS * WEEKDAYS)
    return _table(
        {
            "class": np.array(LANE_CLASSES, dtype=object)[kind],
            "month": month + 1,
            "weekday": weekday,
            "hour": at_hour,
            "n_days": n_days[month * WEEKDAYS + weekday],
            "trucks": trucks[cells],
            "n_waits": n_waits[cells],
            "wait_sum_min": total[cells],
            "wait_mean_min": _ratios(total[cells], n_waits[cells]),
            "wait_p95_min": p95[cells],
        }
    )


def crossing_intervals(ledger: pd.DataFrame) -> pd.DataFrame:
    """Return CROSSINGS of one replication, but for ``alternative`` and ``replication``.

    Counted are trucks that passed primary and left the port within the window, seized ones too; a truck that was turned
    away, or seized before primary, is in none. Rows are in the order of class, path and `INTERVALS`.
    """
    passed = np.isfinite(column(ledger, "primary_end_min")) & np.isfinite(column(ledger, "exit_min"))
    path = _paths(ledger)
    group = column(ledger, "lane_class").astype(np.int64) * len(PATHS) + path
    numbers = {name: number for number, name in enumerate(INTERVALS)}
    keys, parts = [], []
    for rows, intervals in _intervals(ledger, passed, path):
        trucks, found = group_statistics(
            list(intervals.values()), group[rows], len(LANE_CLASSES) * len(PATHS), (0.50, 0.95)
        )
        at = np.flatnonzero(trucks)
        for name, (total, (p50, p95)) in zip(intervals, found, strict=True):
            keys.append(at * len(INTERVALS) + numbers[name])
            parts.append(
                {
                    "class": np.array(LANE_CLASSES, dtype=object)[at // len(PATHS)],
                    "path": np.array(PATHS, dtype=object)[at % len(PATHS)],
                    "interval": np.full(len(at), name, dtype=object),
                    "trucks": trucks[at],
                    "sum_min": total[at],
                    "mean_min": total[at] / trucks[at],
                    "p50_min": p50[at],
                    "p95_min": p95[at],
                }
            )
    order = np.argsort(np.concatenate(keys))
    return _table({name: np.concatenate([part[name] for part in parts])[order] for name in parts[0]})


def _paths(ledger: pd.DataFrame) -> IntArray:
    """Return the place in `PATHS` of the furthest inspection that began [n]."""
    path = np.zeros(len(ledger), dtype=np.int64)
    for place, names in enumerate((EARLY, BEYOND[:-1], BEYOND[-1:]), start=1):
        for name in names:
            path[rows_with(ledger, name, "start")] = place
    return path


def _intervals(ledger: pd.DataFrame, passed: BoolArray, path: IntArray) -> list[tuple[IntArray, dict[str, FloatArray]]]:
    """Return sets of trucks [m], and of each the minutes [m] of those of `INTERVALS` that they all went through."""
    every = np.flatnonzero(passed)
    referred = np.flatnonzero(passed & (path >= PATHS.index("secondary")))
    on_leaving = np.flatnonzero(passed & np.isfinite(column(ledger, "origin_leave_min")))
    arrive, left = column(ledger, "arrive_min"), column(ledger, "exit_min")
    start, end = column(ledger, "primary_start_min"), column(ledger, "primary_end_min")
    safety, origin = column(ledger, "safety_enter_min"), column(ledger, "origin_leave_min")
    by_state = np.flatnonzero(passed & np.isfinite(safety))
    released = left if len(by_state) == 0 else np.where(np.isfinite(safety), safety, left)
    begun = np.fmin.reduce([column(ledger, f"{name}_start_min")[referred] for name in BEYOND])
    ended = np.fmax.reduce([_ended_min(ledger, name, referred) for name in BEYOND])
    of_every = {
        "wait": start - line_joined_min(arrive, origin),
        "primary": end - start,
        "primary_to_release": released - end,
        "arrival_to_release": released - arrive,
        "arrival_to_exit": left - arrive,
    }
    return [
        (on_leaving, {"check_on_leaving": (origin - arrive)[on_leaving]}),
        (every, {name: minutes[every] for name, minutes in of_every.items()}),
        (referred, {"referral": begun - end[referred], "inspection": ended - begun}),
        (by_state, {"safety_check": (left - safety)[by_state]}),
    ]


def _ended_min(ledger: pd.DataFrame, station: str, rows: IntArray) -> FloatArray:
    """Return when service ended [m]; a truck that was taken out of a broken machine has no end, and leaves."""
    end, leave = (column(ledger, f"{station}_{moment}_min")[rows] for moment in ("end", "leave"))
    return np.where(np.isfinite(end), end, leave)


def group_statistics(
    values: Sequence[FloatArray], group: IntArray, n_groups: int, shares: tuple[float, ...]
) -> tuple[IntArray, list[tuple[FloatArray, list[FloatArray]]]]:
    """Return counts by group, and of each of several sets of values sums and percentiles (linear interpolation).

    All are [n_groups]; the sets are of the same trucks, whose groups are below 32768. Percentiles of nothing are NaN.

    >>> counts, [(sums, [median])] = group_statistics([np.array([1.0, 3.0, 5.0])], np.array([1, 0, 1]), 2, (0.5,))
    >>> counts.tolist(), sums.tolist(), median.tolist()
    ([1, 2], [3.0, 6.0], [3.0, 3.0])
    """
    counts = np.bincount(group, minlength=n_groups).astype(np.int64)
    # integers of two bytes are put in order without comparing them
    order = np.argsort(group.astype(np.int16), kind="stable")
    found = []
    for one_set in values:
        sums = np.bincount(group, one_set, minlength=n_groups).astype(np.float64)
        found.append((sums, _percentiles(one_set[order], counts, shares)))
    return counts, found


def _percentiles(together: FloatArray, counts: IntArray, shares: tuple[float, ...]) -> list[FloatArray]:
    """Return percentiles of each group, for which values stand together in the order of groups; it is changed.

    They are NumPy's to the last bit, which takes ten times as long for a few values.
    """
    there = np.flatnonzero(counts)
    last = np.cumsum(counts[there])
    first, top = last - counts[there], counts[there] - 1
    places = [share * top for share in shares]
    below = [place.astype(np.int64) for place in places]
    above = [np.minimum(place + 1, top) for place in below]
    wanted = np.stack([*below, *above], axis=1)
    for begin, end, places_wanted in zip(first.tolist(), last.tolist(), wanted, strict=True):
        together[begin:end].partition(places_wanted)
    found = []
    for place, under, over in zip(places, below, above, strict=True):
        low, result = together[first + under], np.full(len(counts), np.nan)
        result[there] = low + (together[first + over] - low) * (place - under)
        found.append(result)
    return found


def _table(columns: dict[str, npt.NDArray[Any]]) -> pd.DataFrame:
    return LazyFrame(LazyColumns(columns), tuple(columns), len(columns["class"]))


def _ratios(top: FloatArray, bottom: IntArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(top / bottom, dtype=np.float64)
