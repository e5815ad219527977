"""Published formulas that only tests hold the program to: queues and the game of inspection."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.algorithms.queueing import erlang_c, mmc_wait_min


class Rush(NamedTuple):
    """A fluid queue over some hours."""

    queue_max: float
    clears_h: float
    """When the last queue has gone; inf if it has not."""
    delay_truck_h: float


def smuggler_gain(values: npt.ArrayLike, coverage: npt.ArrayLike, p_detection: float = 1.0) -> float:
    """Return what a watching smuggler gains: max of (1 - d x_i) V_i.

    Examples
    --------
    >>> smuggler_gain([10, 6, 4, 2], [1, 0, 0, 0])
    6.0
    """
    covered = p_detection * np.asarray(coverage, dtype=np.float64)
    return float(((1.0 - covered) * np.asarray(values, dtype=np.float64)).max())


def deterrence_share(gain: float, penalty: float, p_detection: float = 1.0) -> float:
    """Return the scan share at which smuggling stops paying; above 1: no scanning deters.

    A smuggler gains r when missed and loses c when caught, so stops when s d >= r / (r + c).

    Source
    ------
    Becker 1968, Journal of Political Economy 76:169, with two outcomes.

    Examples
    --------
    >>> deterrence_share(1.0, 4.0), deterrence_share(1.0, 4.0, p_detection=0.5)
    (0.2, 0.4)
    """
    if p_detection == 0.0:
        return np.inf
    return gain / (gain + penalty) / p_detection


def priority_wait_min(arrivals_per_h: Sequence[float], served_per_h: float, servers: int) -> list[float]:
    """Return the mean wait of each class, first class first, in M/M/c without preemption, minutes.

    W_k = C / (c mu) / ((1 - s_{k-1}) (1 - s_k)), s_k the load share of classes 1..k (Cobham 1954;
    one service rate for all). A class that cannot be carried waits for ever.

    >>> [round(wait, 4) for wait in priority_wait_min([13.5, 46.5], 30.0, 3)]
    [0.3486, 1.0458]
    """
    total_per_h = servers * served_per_h
    base_min = 60.0 * erlang_c(sum(arrivals_per_h) / served_per_h, servers) / total_per_h
    waits, before = [], 0.0
    for rate in arrivals_per_h:
        upto = before + rate / total_per_h
        waits.append(base_min / ((1.0 - before) * (1.0 - upto)) if upto < 1.0 else math.inf)
        before = upto
    return waits


def jackson_sojourn_min(arrivals_per_h: float, stations: Sequence[tuple[float, int]]) -> float:
    """Return the mean time through M/M/c stations in series, minutes (Jackson 1957).

    ``stations`` are (served_per_h of one server, servers).

    >>> round(jackson_sojourn_min(60.0, [(80.0, 1), (24.0, 3)]), 4)
    9.0112
    """
    return sum(mmc_wait_min(arrivals_per_h, mu, c) + 60.0 / mu for mu, c in stations)


def fluid_rush(arrivals_per_h: Sequence[float], capacity_per_h: float) -> Rush:
    """Return the queue of a steady stream whose rate changes by the hour: a rush without chance.

    >>> fluid_rush([150.0] * 3 + [80.0] * 21, 120.0)
    Rush(queue_max=90.0, clears_h=5.25, delay_truck_h=236.25)
    """
    queue = queue_max = clears_h = delay = 0.0
    for hour, rate in enumerate(arrivals_per_h):
        growth = rate - capacity_per_h
        after = max(queue + growth, 0.0)
        # with a queue that runs empty inside the hour, the area is a triangle
        lasts_h = queue / -growth if queue + growth < 0.0 else 1.0
        delay += lasts_h * (queue + after) / 2.0
        clears_h = hour + lasts_h if queue > 0.0 else clears_h
        queue, queue_max = after, max(queue_max, after)
    return Rush(queue_max, clears_h if queue == 0.0 else math.inf, delay)
