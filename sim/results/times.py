"""LEDGER -> WAITS and CROSSINGS of one replication: waits by cell of the calendar, and the intervals of a crossing.

The wait is defined here once, for METRICS, for WAITS and for what a calibration holds against observed waits.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pandas as pd

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.frames import column
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
    n_waits, total, (p95,) = group_statistics(wait, cell[served], len(trucks), (0.95,))
    kind, month, weekday, at_hour = np.unravel_index(cells, shape)
    n_days = np.bincount(months * WEEKDAYS + weekdays, minlength=MONTHS * WEEKDAYS)
    return pd.DataFrame(
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
    keys, parts = [], []
    for number, (name, (rows, minutes)) in enumerate(_intervals(ledger, passed, path).items()):
        trucks, total, (p50, p95) = group_statistics(minutes, group[rows], len(LANE_CLASSES) * len(PATHS), (0.50, 0.95))
        at = np.flatnonzero(trucks)
        keys.append(at * len(INTERVALS) + number)
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
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts])[order] for name in parts[0]})


def _paths(ledger: pd.DataFrame) -> IntArray:
    """Return the place in `PATHS` of the furthest inspection that began [n]."""
    path = np.zeros(len(ledger), dtype=np.int64)
    for place, names in enumerate((EARLY, BEYOND[:-1], BEYOND[-1:]), start=1):
        for name in names:
            path[rows_with(ledger, name, "start")] = place
    return path


def _intervals(ledger: pd.DataFrame, passed: BoolArray, path: IntArray) -> dict[str, tuple[IntArray, FloatArray]]:
    """Return for each of `INTERVALS` the trucks that went through it [m], and its minutes [m]."""
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
    return {
        "check_on_leaving": (on_leaving, (origin - arrive)[on_leaving]),
        "wait": (every, (start - line_joined_min(arrive, origin))[every]),
        "primary": (every, (end - start)[every]),
        "referral": (referred, begun - end[referred]),
        "inspection": (referred, ended - begun),
        "primary_to_release": (every, (released - end)[every]),
        "arrival_to_release": (every, (released - arrive)[every]),
        "safety_check": (by_state, (left - safety)[by_state]),
        "arrival_to_exit": (every, (left - arrive)[every]),
    }


def _ended_min(ledger: pd.DataFrame, station: str, rows: IntArray) -> FloatArray:
    """Return when service ended [m]; a truck that was taken out of a broken machine has no end, and leaves."""
    end, leave = (column(ledger, f"{station}_{moment}_min")[rows] for moment in ("end", "leave"))
    return np.where(np.isfinite(end), end, leave)


def group_statistics(
    values: FloatArray, group: IntArray, n_groups: int, shares: tuple[float, ...]
) -> tuple[IntArray, FloatArray, list[FloatArray]]:
    """Return count, sum and percentiles (linear interpolation) of values by group, [n_groups] each; NaN of nothing.

    >>> counts, sums, (median,) = group_statistics(np.array([1.0, 3.0, 5.0]), np.array([1, 0, 1]), 2, (0.5,))
    >>> counts.tolist(), sums.tolist(), median.tolist()
    ([1, 2], [3.0, 6.0], [3.0, 3.0])
    """
    counts = np.bincount(group, minlength=n_groups).astype(np.int64)
    sums = np.bincount(group, values, minlength=n_groups).astype(np.float64)
    # integers of two bytes are put in order without comparing them
    together = values[np.argsort(group.astype(np.int16), kind="stable")]
    found: list[FloatArray] = [np.full(n_groups, np.nan) for _ in shares]
    last = 0
    for place in np.flatnonzero(counts).tolist():
        first, last = last, last + int(counts[place])
        for result, value in zip(found, _percentiles(together[first:last], shares), strict=True):
            result[place] = value
    return counts, sums, found


def _percentiles(values: FloatArray, shares: tuple[float, ...]) -> list[float]:
    """Return percentiles by linear interpolation, as NumPy's, which takes ten times as long for a few values."""
    top = len(values) - 1
    places = [(int(share * top), share * top) for share in shares]
    near = np.partition(values, sorted({min(below + step, top) for below, _ in places for step in (0, 1)}))
    return [float(near[below] + (near[min(below + 1, top)] - near[below]) * (place - below)) for below, place in places]


def _ratios(top: FloatArray, bottom: IntArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(top / bottom, dtype=np.float64)
