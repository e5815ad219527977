"""What queueing theory says beforehand: formulas that the engines must meet, and a week's loads.

The formulas are exact under their assumptions (Poisson arrivals, no breakdowns, one station) and
serve as yardsticks; `weekly_load` (from `sim.workload`) judges the whole port as configured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from sim.workload import Visits, expected_visits, weekly_load

__all__ = [
    "Rush",
    "Visits",
    "erlang_b",
    "erlang_c",
    "expected_visits",
    "fluid_rush",
    "jackson_sojourn_min",
    "mg1_wait_min",
    "mmc_wait_min",
    "priority_wait_min",
    "weekly_load",
]


def erlang_b(load_erlang: float, servers: int) -> float:
    """Return the share of arrivals lost at ``servers`` servers without a waiting room (Erlang B).

    By the stable recursion B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1)).

    >>> round(erlang_b(2.0, 3), 6)
    0.210526
    """
    lost = 1.0
    for server in range(1, servers + 1):
        lost = load_erlang * lost / (server + load_erlang * lost)
    return lost


def erlang_c(load_erlang: float, servers: int) -> float:
    """Return P(wait > 0) in M/M/c (Erlang C): B / (1 - rho (1 - B)); 1 where the load is too much.

    >>> round(erlang_c(2.0, 3), 6)
    0.444444
    """
    if load_erlang >= servers:
        return 1.0
    lost = erlang_b(load_erlang, servers)
    return lost / (1.0 - load_erlang / servers * (1.0 - lost))


def mmc_wait_min(arrivals_per_h: float, served_per_h: float, servers: int) -> float:
    """Return the mean wait in queue of M/M/c, minutes: C / (c mu - lambda); inf if overloaded.

    >>> [round(mmc_wait_min(*case), 5) for case in ((100, 30, 4), (140, 30, 5), (210, 30, 8))]
    [1.97316, 5.03147, 1.27063]
    """
    spare_per_h = servers * served_per_h - arrivals_per_h
    if spare_per_h <= 0.0:
        return math.inf
    return 60.0 * erlang_c(arrivals_per_h / served_per_h, servers) / spare_per_h


def mg1_wait_min(arrivals_per_h: float, service_mean_min: float, service_cv: float) -> float:
    """Return the mean wait in queue of M/G/1, minutes (Pollaczek-Khinchine).

    Wq = rho / (1 - rho) x (1 + cv^2) / 2 x mean service; inf if overloaded. The last example is
    V5 of the published checks: a fifth slow, triangular(10, 20, 30) s, the others (2, 4, 6) s.

    >>> round(mg1_wait_min(20.0, 2.0, 1.0), 9) == round(mmc_wait_min(20.0, 30.0, 1), 9)
    True
    >>> mean_s, square_s = 0.2 * 20 + 0.8 * 4, 0.2 * (400 + 50 / 3) + 0.8 * (16 + 2 / 3)
    >>> cv = math.sqrt(square_s / mean_s**2 - 1)
    >>> round(60 * mg1_wait_min(360.0, mean_s / 60, cv), 2)
    17.26
    """
    rho = arrivals_per_h * service_mean_min / 60.0
    if rho >= 1.0:
        return math.inf
    return rho / (1.0 - rho) * (1.0 + service_cv**2) / 2.0 * service_mean_min


def priority_wait_min(
    arrivals_per_h: Sequence[float], served_per_h: float, servers: int
) -> list[float]:
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


class Rush(NamedTuple):
    """A fluid queue over some hours."""

    queue_max: float
    clears_h: float
    """When the last queue has gone; inf if it has not."""
    delay_truck_h: float


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
