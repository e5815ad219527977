"""The fast model of primary: a line of trucks, minute by minute, under the rules by which lanes open and close.

One class of trucks, first come, first served. Lanes serve at their mean rate, so that nothing but arrivals is random:
a smooth stand-in for the engine, a thousand times as fast, whose derivatives carry the fit. Lanes follow
`sim.engine.reviews`: at each review the work in line over the lanes open is held against two thresholds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.compiling import compiled_and_kept

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
    found: tuple[FloatArray, FloatArray] = _compiled()(
        np.ascontiguousarray(arrivals),
        least,
        most,
        service_min,
        rules.review_every_min,
        rules.open_above_min,
        rules.close_below_min,
        rules.delay_reviews,
        rules.min_open_reviews,
        served_late,
    )
    return found


def _waits(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917
    arrivals: Any,  # noqa: ANN401
    least: Any,  # noqa: ANN401
    most: int,
    service_min: float,
    every: int,
    open_above: float,
    close_below: float,
    delay: int,
    min_open: int,
    served_late: bool,  # noqa: FBT001
) -> Any:  # noqa: ANN401
    runs, n = arrivals.shape
    out, opened = np.zeros((runs, n)), np.zeros((runs, n // 60))
    come = np.zeros(n + 1)
    for run in range(runs):
        line, served, total, rate = 0.0, 0.0, 0.0, 0.0
        beyond, above, since, was, open_now = 0, 0, 0, 0, 0
        waiting = 0  # the first minute whose middle truck is not served yet
        for t in range(n):
            planned = least[t]
            if planned > was:
                beyond = max(beyond - (planned - was), 0)
            if planned > 0 and (t % every == 0 or planned != was):
                since += 1
                lanes = min(planned + beyond, most)
                beyond = lanes - planned
                work = line * service_min
                if work > open_above * lanes:
                    if above < delay:
                        above += 1
                    elif lanes < most:
                        beyond, above, since = beyond + 1, 0, 0
                else:
                    above = 0
                    if beyond > 0 and since >= min_open and work < close_below * lanes:
                        beyond -= 1
            was = planned
            if planned > 0:
                open_now = planned + beyond
                rate = open_now / service_min
            elif not served_late or line <= 0.0:
                rate, beyond, open_now = 0.0, 0, 0
            opened[run, t // 60] += open_now
            a = arrivals[run, t]
            total += a
            come[t + 1] = total
            line += a
            gone = min(line, rate)
            line -= gone
            before = served
            served += gone
            while waiting <= t:
                middle = 0.5 * (come[waiting] + come[waiting + 1])
                if middle > served + 1e-9:
                    break
                when = t + (middle - before) / rate if gone > 0.0 and middle > before else float(t)
                free = 0.5 * (come[waiting + 1] - come[waiting]) / max(rate, 1e-9)
                out[run, waiting] = max(when - waiting - free, 0.0)
                waiting += 1
        for left in range(waiting, n):
            middle = 0.5 * (come[left] + come[left + 1])
            out[run, left] = n - left + (middle - served) / max(rate, 1.0 / service_min)
    return out, opened / 60.0


@cache
def _compiled() -> Any:  # noqa: ANN401
    return compiled_and_kept(_waits, (MODULE,), nogil=True)
