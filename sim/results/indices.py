"""What METRICS are made of: who was where, ratios, percentiles, FHWA's indices of reliability, queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from sim.arrays import FloatArray, IntArray
from sim.frames import column, kept_with
from sim.stations import SERVED

Moment: TypeAlias = Literal["enter", "start", "end", "leave"]


def rows_with(ledger: pd.DataFrame, station: str, what: Moment | Literal["served"]) -> IntArray:
    """Return the trucks of LEDGER to which something happened at a station, in their order: a moment, or service."""

    def rows() -> IntArray:
        if what == "served":
            return np.flatnonzero(column(ledger, f"{station}_done") == SERVED)
        return np.flatnonzero(np.isfinite(column(ledger, f"{station}_{what}_min")))

    return kept_with(ledger, f"{station}, {what}", rows)


def ratio_or_nan(numerator: float, denominator: float) -> float:
    """Return numerator / denominator, NaN where there is nothing to divide by.

    >>> ratio_or_nan(1.0, 4.0)
    0.25
    """
    return float(numerator / denominator) if denominator > 0.0 else float("nan")


def buffer_index(p95_min: float, mean_min: float) -> float:
    """Return (p95 - mean) / mean of crossing time (FHWA); 2001, seven crossings: 1.62.

    >>> round(buffer_index(70.1, 26.8), 2)
    1.62
    """
    return ratio_or_nan(p95_min - mean_min, mean_min)


def planning_time_index(p95_min: float, free_flow_min: float) -> float:
    """Return p95 of crossing time over free-flow crossing time (FHWA).

    >>> planning_time_index(93.0, 15.0)
    6.2
    """
    return ratio_or_nan(p95_min, free_flow_min)


def delay_min(crossing_min: FloatArray, free_flow_min: FloatArray | float) -> FloatArray:
    """Return crossing time less the crossing time at low volume (FHWA), truck by truck [n]."""
    return np.asarray(crossing_min - free_flow_min, dtype=np.float64)


def percentile(values: FloatArray, share: float) -> float:
    """Return the percentile by linear interpolation; NaN of nothing."""
    return float(np.percentile(values, share)) if len(values) else float("nan")


def percentile_values(values: FloatArray, shares: Sequence[float]) -> list[float]:
    """Return several percentiles of the same values, put in order only once.

    >>> percentile_values(np.array([3.0, 1.0, 2.0]), (50.0, 100.0))
    [2.0, 3.0]
    """
    found = np.percentile(values, shares) if len(values) else np.full(len(shares), np.nan)
    return [float(value) for value in found]


def longest_queue(arrive_min: FloatArray, start_min: FloatArray) -> float:
    """Return the largest number of trucks that had arrived and not reached primary.

    The number only grows at an arrival, so it is read there: arrivals so far less starts so far.
    A truck that starts at the very moment at which it arrives never counts as waiting.
    """
    n = len(arrive_min)
    arrived = arrive_min if (arrive_min[1:] >= arrive_min[:-1]).all() else np.sort(arrive_min)
    started = np.append(np.sort(start_min[np.isfinite(start_min)]), np.full(n, np.inf))
    # as the last of them arrives, at least so many wait if the start that would leave fewer comes later
    least, most = 0, n
    while least < most:
        waiting = (least + most + 1) // 2
        if (started[: n + 1 - waiting] > arrived[waiting - 1 :]).any():
            least = waiting
        else:
            most = waiting - 1
    return float(least)
