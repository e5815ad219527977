"""The fast model of primary: a line of trucks, minute by minute, under the rules by which lanes open and close.

One class of trucks, first come, first served. Lanes serve at their mean rate, so that nothing but arrivals is random:
a smooth stand-in for the engine, a thousand times as fast, whose derivatives carry the fit. Lanes open and close by the
engines' own rule, `sim.engine.reviews.review_lanes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numba.extending import register_jitable

from sim.arrays import FloatArray, IntArray
from sim.compiling import compiled_and_kept
from sim.engine.reviews import N_MEMORY, NO_OFFICER_LIMIT, WANTED, Reviews, lay_out_reviews, review_lanes

DAY_MIN: Final = 1440
WEEK_MIN: Final = 7 * DAY_MIN
MODULE: Final = "experiments.calibration.point_queue"


@dataclass(frozen=True, slots=True)
class LaneRules:
    """How lanes follow the line; ``open_above_min`` of infinity: the timetable alone."""

    review_every_min: int
    open_above_min: float
    close_below_min: float
    delay_reviews: int
    min_open_reviews: int


def waits(
    arrivals: FloatArray, least: IntArray, most: int, service_min: float, rules: LaneRules, *, served_late: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Return the wait that a truck meets that comes in each minute, and the lanes that are open.

    Parameters
    ----------
    arrivals : float array [runs, minutes]
        Trucks a minute; each run begins with an empty line.
    least : int array [minutes]
        Lanes that the timetable opens; 0 while the port is closed.
    most : int
        Lanes that are built.
    service_min : float
        Mean minutes that a lane takes for a truck.
    served_late : bool
        Lanes stay after closing until the line is gone; False: it waits for the next opening.

    Returns
    -------
    wait_min : float array [runs, minutes]
        From coming to the booth, first come, first served, closed hours included. What is in line as the run ends is
        served at one lane's rate or the last one.
    lanes : float array [runs, minutes / 60]
        Mean lanes open in each hour.
    """
    reviews = review_week(least, most, service_min, rules)
    found: tuple[FloatArray, FloatArray] = _compiled()(np.ascontiguousarray(arrivals), least, reviews, served_late)
    return found


def review_week(planned: IntArray, most: int, service_min: float, rules: LaneRules) -> Reviews:
    """Return the reviews of one kind of lanes: at every multiple of the interval and every change of the timetable.

    While the port is closed, the lanes of the next opening stand ready, and no other (`sim.engine.review_plan`).
    """
    minutes = np.arange(len(planned))
    times = minutes[(minutes % rules.review_every_min == 0) | (np.diff(planned, prepend=planned[:1]) != 0)]
    is_open = planned > 0
    following = np.minimum.accumulate(np.where(is_open, minutes, len(planned))[::-1])[::-1]
    least = np.append(planned, 0)[following][times]
    return lay_out_reviews(
        {
            "first": [0, most],
            "review_min": times,
            "least": least[:, np.newaxis],
            "most": np.where(is_open[times], np.maximum(least, most), least)[:, np.newaxis],
            "work_min": [[service_min, 0.0]],
            "open_above_min": rules.open_above_min,
            "close_below_min": rules.close_below_min,
            "delay_reviews": rules.delay_reviews,
            "min_open_reviews": rules.min_open_reviews,
            "most_officers": NO_OFFICER_LIMIT,
        }
    )


def _serve_lines(arrivals: Any, planned: Any, v: Any, served_late: bool) -> Any:  # noqa: ANN401, FBT001
    """Return `waits` of all runs; ``v`` are their `Reviews`."""
    runs, n = arrivals.shape
    wait_min, opened = np.zeros((runs, n)), np.zeros((runs, n // 60))
    come, served, rate = np.zeros(n + 1), np.zeros(n + 1), np.zeros(n)
    # a line of this model may hold part of a truck
    in_line, closing = np.zeros(2), np.zeros(1, dtype=np.int64)
    for run in range(runs):
        memory = np.zeros((N_MEMORY, 1), dtype=np.int64)
        memory[WANTED, 0] = v.least[0, 0]
        line, lanes, row = 0.0, 0, 0
        for t in range(n):
            if row < len(v.review_min) and v.review_min[row] <= t:
                in_line[0] = line
                review_lanes(v, row, in_line, closing, memory)  # type: ignore[arg-type]
                row += 1
            if planned[t] > 0:
                lanes = memory[WANTED, 0]
            elif not served_late or line <= 0.0:
                lanes = 0
            rate[t] = lanes / v.work_min[0, 0]
            opened[run, t // 60] += lanes
            come[t + 1] = come[t] + arrivals[run, t]
            line += arrivals[run, t]
            gone = min(line, rate[t])
            line -= gone
            served[t + 1] = served[t] + gone
        _read_waits(come, served, rate, 1.0 / v.work_min[0, 0], wait_min[run])
    return wait_min, opened / 60.0


@register_jitable
def _read_waits(
    come: FloatArray, served: FloatArray, rate: FloatArray, least_rate: float, wait_min: FloatArray
) -> None:
    """Write the wait of each minute's middle truck: from the minute in which it came to that in which it was served.

    What is in line as the run ends is served at the last rate, or the least one.
    """
    n, t = len(rate), 0
    for minute in range(n):
        middle = 0.5 * (come[minute] + come[minute + 1])
        while t < n and (t < minute or middle > served[t + 1] + 1e-9):
            t += 1
        if t == n:
            wait_min[minute] = n - minute + (middle - served[n]) / max(rate[n - 1], least_rate)
            continue
        when = float(t)
        if served[t + 1] > served[t] and middle > served[t]:
            when += (middle - served[t]) / rate[t]
        # what the minute's own trucks ahead of the middle one take is no wait: they come as they are served
        own = 0.5 * (come[minute + 1] - come[minute]) / max(rate[t], 1e-9)
        wait_min[minute] = max(when - minute - own, 0.0)


@cache
def _compiled() -> Any:  # noqa: ANN401
    return compiled_and_kept(_serve_lines, (MODULE,), nogil=True)
