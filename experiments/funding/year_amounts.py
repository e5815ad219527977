"""Days -> a year: sums over strata, ratios of sums, percentiles of all trucks of the year."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from experiments.funding.day_totals import CLASSES, HOURS, DayTotals, percentile_min
from experiments.funding.response import LOADS, LOADS_OF, PRESENTED_OF, TRIPS, TRUCK_H
from sim.contraband import CONTRABAND
from sim.indices import buffer_index, planning_time_index, ratio
from sim.metrics import RATIOS

WANTED: Final = "wanted_"
"""Prefix of the trips a year that one class of truck would make if nobody waited too long."""
DEVIATION: Final = "deviation_h_"
"""Prefix of the standard deviation of one class's hours at the port, over the year's trips."""
HOUR: Final = "wait_min_hour_"
"""Prefix of the mean wait of trucks that arrive in one hour of the day, over the year."""
ELSEWHERE: Final = "elsewhere"
"""Trips a year that are not made here because the wait would be above the ceiling."""


def year_amounts(days: Sequence[tuple[float, DayTotals]]) -> dict[str, float]:
    """Return the amounts of a year from its representative days.

    Parameters
    ----------
    days : sequence of (weight, totals)
        How many days of the year each stands for.
    """
    sums = {name: sum(w * day.sums[name] for w, day in days) for name in days[0][1].sums}
    found = dict(sums)
    for name, (numerator, denominator, scale) in RATIOS.items():
        found[name] = scale * ratio(sums[numerator], sums[denominator])
    found |= _times(days, found["crossing_mean_min"])
    found |= _by_class(sums)
    found |= {
        f"{HOUR}{h:02d}": ratio(sums[f"waited_{h:02d}"], sums[f"came_{h:02d}"])
        for h in range(HOURS)
    }
    found[LOADS] = sums["expected_caught"]
    for kind in CONTRABAND:
        found[f"{LOADS_OF}{kind}"] = sums[f"expected_caught_{kind}"]
        found[f"{PRESENTED_OF}{kind}"] = sums[f"expected_weight_{kind}"]
    return {name: value for name, value in found.items() if not name.startswith(HIDDEN)}


HIDDEN: Final = ("hours_", "squares_", "came_", "waited_")
"""Prefixes of sums that serve to work out others."""


def _times(days: Sequence[tuple[float, DayTotals]], mean_min: float) -> dict[str, float]:
    whole = {
        name: np.sum([w * day.histograms[name] for w, day in days], axis=0)
        for name in days[0][1].histograms
    }
    found = {
        f"{name}_p{percent}_min": percentile_min(whole[name], float(percent))
        for name in ("wait", "crossing")
        for percent in (50, 95)
    }
    free = percentile_min(whole["free_flow"], 50.0)
    p95 = found["crossing_p95_min"]
    return found | {
        "free_flow_p50_min": free,
        "buffer_index": buffer_index(p95, mean_min),
        "planning_time_index": planning_time_index(p95, free),
    }


def _by_class(sums: dict[str, float]) -> dict[str, float]:
    found = {}
    for name in CLASSES:
        trips, hours = sums[f"{TRIPS}{name}"], sums[f"hours_{name}"]
        mean = ratio(hours, trips)
        spread = ratio(sums[f"squares_{name}"], trips) - mean * mean
        found[f"{TRUCK_H}{name}"] = hours
        found[f"{DEVIATION}{name}"] = math.sqrt(max(spread, 0.0)) if trips > 0.0 else 0.0
    made = sum(sums[f"{TRIPS}{name}"] for name in CLASSES)
    return found | {ELSEWHERE: sum(sums[f"{WANTED}{name}"] for name in CLASSES) - made}
