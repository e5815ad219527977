"""The fast model of primary: a line of trucks, step by step, under the rules by which lanes open and close.

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
from sim.engine.reviews import ABOVE, N_MEMORY, NO_OFFICER_LIMIT, SINCE, WANTED, Reviews, lay_out_reviews, review_lanes

DAY_MIN: Final = 1440
WEEK_MIN: Final = 7 * DAY_MIN
STEP_MIN: Final = 5
"""Steps of the fast model: as fine as officers' estimates."""
WEEK_STEPS: Final = WEEK_MIN // STEP_MIN
MODULE: Final = "experiments.calibration.point_queue"


@dataclass(frozen=True, slots=True)
class LaneRules:
    """How lanes follow the line; ``open_above_min`` of infinity: the timetable alone."""

    review_every_min: int
    open_above_min: float
    close_below_min: float
    delay_reviews: int
    min_open_reviews: int


def waits(  # noqa: PLR0913
    arrivals: FloatArray,
    least: IntArray,
    most: int,
    service_min: float,
    rules: LaneRules,
    *,
    step_min: int,
    served_late: bool = False,
) -> tuple[FloatArray, FloatArray]:
    """Return the wait that the trucks of each hour meet, and the lanes that are open.

    Parameters
    ----------
    arrivals : float array [runs, slots]
        Trucks a slot, which come evenly over its steps; each run begins with an empty line.
    least : int array [steps]
        Lanes that the timetable opens; 0 while the port is closed.
    most : int
        Lanes that are built.
    service_min : float
        Mean minutes that a lane takes for a truck.
    step_min : int
        Minutes of a step: a divisor of an hour, of a slot and of the interval of reviews.
    served_late : bool
        Lanes stay after closing until the line is gone; False: it waits for the next opening.

    Returns
    -------
    wait_min : float array [runs, hours]
        Truck-minutes of waiting of the trucks that come in the hour, from coming to the booth, first come, first
        served, closed hours included. What is in line as the run ends is served at one lane's rate or the last one.
    lanes : float array [runs, hours]
        Mean lanes open.
    """
    reviews = review_week(least, most, service_min, rules, step_min)
    runs, steps = len(arrivals), len(least)
    hours = steps * step_min // 60
    wait_min, lanes = np.zeros((runs, hours)), np.zeros((runs, hours))
    # a line of this model may hold part of a truck
    in_line, closing, memory = np.zeros(2), np.zeros(1, dtype=np.int64), np.zeros((N_MEMORY, 1), dtype=np.int64)
    _compiled()(
        np.ascontiguousarray(arrivals), least, reviews, step_min, served_late,
        wait_min, lanes, in_line, closing, memory, np.zeros((3, steps + 1)),
    )  # fmt: skip
    return wait_min, lanes * step_min / 60.0


def review_week(planned: IntArray, most: int, service_min: float, rules: LaneRules, step_min: int) -> Reviews:
    """Return the reviews of one kind of lanes: at every multiple of the interval and every change of the timetable.

    While the port is closed, the lanes of the next opening stand ready, and no other (`sim.engine.review_plan`).
    """
    steps = np.arange(len(planned))
    at = steps[(steps * step_min % rules.review_every_min == 0) | (np.diff(planned, prepend=planned[:1]) != 0)]
    is_open = planned > 0
    following = np.minimum.accumulate(np.where(is_open, steps, len(planned))[::-1])[::-1]
    least = np.append(planned, 0)[following][at]
    return lay_out_reviews(
        {
            "first": [0, most],
            "review_min": at * step_min,
            "least": least[:, np.newaxis],
            "most": np.where(is_open[at], np.maximum(least, most), least)[:, np.newaxis],
            "work_min": [[service_min, 0.0]],
            "open_above_min": rules.open_above_min,
            "close_below_min": rules.close_below_min,
            "delay_reviews": rules.delay_reviews,
            "min_open_reviews": rules.min_open_reviews,
            "most_officers": NO_OFFICER_LIMIT,
        }
    )


def _serve_lines(  # noqa: PLR0913, PLR0917
    arrivals: Any,  # noqa: ANN401
    planned: Any,  # noqa: ANN401
    v: Any,  # noqa: ANN401
    step_min: int,
    served_late: bool,  # noqa: FBT001
    wait_min: FloatArray,
    opened: FloatArray,
    in_line: FloatArray,
    closing: IntArray,
    memory: IntArray,
    scratch: FloatArray,
) -> None:
    """Write `waits` of all runs; ``v`` are their `Reviews`. Without arrays of its own: no references are counted."""
    n, an_hour = len(planned), 60 // step_min
    per_lane, slot = step_min / v.work_min[0, 0], n // arrivals.shape[1]
    come, served, rate = scratch[0], scratch[1], scratch[2]
    for run in range(len(arrivals)):
        memory[:] = 0
        memory[WANTED, 0] = v.least[0, 0]
        line, lanes, row = 0.0, 0, 0
        for t in range(n):
            if row < len(v.review_min) and v.review_min[row] <= t * step_min:
                if line <= 0.0 and row > 0 and _is_idle(v.least, row, memory):
                    memory[SINCE, 0] += 1
                else:
                    in_line[0] = line
                    review_lanes(v, row, in_line, closing, memory)  # type: ignore[arg-type]
                row += 1
            if planned[t] > 0:
                lanes = memory[WANTED, 0]
            elif not served_late or line <= 0.0:
                lanes = 0
            trucks = arrivals[run, t // slot] / slot
            rate[t] = lanes * per_lane
            come[t + 1] = come[t] + trucks
            line += trucks
            gone = min(line, rate[t])
            line -= gone
            served[t + 1] = served[t] + gone
            opened[run, t // an_hour] += lanes
        _read_waits(come, served, rate, per_lane, step_min, wait_min[run])


@register_jitable
def _is_idle(least: IntArray, row: int, memory: IntArray) -> bool:
    """Return whether a review of an empty line leaves the lanes as they are: it is not worth its time."""
    lanes = memory[WANTED, 0]
    return bool(memory[ABOVE, 0] == 0 and lanes == least[row, 0] and lanes == least[row - 1, 0])


@register_jitable
def _read_waits(
    come: FloatArray, served: FloatArray, rate: FloatArray, least_rate: float, step_min: int, wait_min: FloatArray
) -> None:
    """Add up the waits of each hour's trucks: from the step in which they came to that in which they are served.

    A step's middle truck stands for all of it. What is in line as the run ends is served at the last rate, or the
    least one.
    """
    n, t, an_hour = len(rate) - 1, 0, 60 // step_min
    for step in range(n):
        trucks = come[step + 1] - come[step]
        if trucks <= 0.0:
            continue
        middle = come[step] + 0.5 * trucks
        while t < n and (t < step or middle > served[t + 1] + 1e-9):
            t += 1
        if t == n:
            wait = n - step + (middle - served[n]) / max(rate[n - 1], least_rate)
        else:
            wait = float(t - step)
            if served[t + 1] > served[t] and middle > served[t]:
                wait += (middle - served[t]) / rate[t]
            # what the step's own trucks ahead of the middle one take is no wait: they come as they are served
            wait = max(wait - 0.5 * trucks / max(rate[t], 1e-9), 0.0)
        wait_min[step // an_hour] += wait * step_min * trucks


@cache
def _compiled() -> Any:  # noqa: ANN401
    return compiled_and_kept(_serve_lines, (MODULE,), nogil=True, _nrt=False)
