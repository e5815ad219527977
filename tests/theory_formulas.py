"""Published formulas that only tests hold the program to: queues, the game of inspection, sampling by risk."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.algorithms.decision_tree import TreeSensor
from sim.algorithms.queueing import erlang_c, mmc_wait_min
from sim.arrays import FloatArray


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


def detection_when_all_tested(sensor: TreeSensor, budget: float) -> float:
    """Return what the naive plan detects: test every truck, open alarms while the budget lasts.

    Examples
    --------
    >>> round(detection_when_all_tested(TreeSensor("scan", 0.1, ((0.2, 0.8),)), 0.15), 6)
    0.2
    """
    left, detection = budget - sensor.cost, 0.0
    for good, bad in sensor.channels():
        if left <= 0.0:
            break
        part = min(1.0, left / good) if good > 0.0 else 1.0
        detection += part * bad
        left -= part * good
    return detection


def mean_screenings(prior: npt.ArrayLike, sampling: npt.ArrayLike) -> float:
    """Return the mean number of screenings until the violator is drawn, with replacement.

    sum of p_j / q_j, both normalised: unit j, if it is the violator, takes 1 / q_j draws on
    average. A unit with p_j > 0 that is never drawn makes it infinite.

    Parameters
    ----------
    prior, sampling : float[n], not negative
        p and q, up to a factor each.

    Source
    ------
    Press 2009, equation 1. Drawing by the prior itself (strong profiling) is exactly as slow as
    drawing uniformly: both take n.

    Examples
    --------
    >>> prior = [0.009] * 100 + [0.0001] * 1000
    >>> round(mean_screenings(prior, prior), 6), round(mean_screenings(prior, [1] * 1100), 6)
    (1100.0, 1100.0)
    >>> round(mean_screenings(prior, square_root_sampling(prior)), 3)
    379.737
    """
    p, q = _normalised(prior), _normalised(sampling)
    at_risk = p > 0.0
    with np.errstate(divide="ignore"):
        return float((p[at_risk] / q[at_risk]).sum())


def square_root_sampling(prior: npt.ArrayLike) -> FloatArray:
    """Return the sampling that is fastest with replacement: q_j proportional to sqrt(p_j).

    Source
    ------
    Press 2009: the minimum of sum p_j / q_j on the simplex, which is (sum sqrt(p_j)) ** 2.

    Examples
    --------
    >>> square_root_sampling([0.9, 0.1]).round(2).tolist()
    [0.75, 0.25]
    """
    return _normalised(np.sqrt(_normalised(prior)))


def mean_screenings_with_memory(prior: npt.ArrayLike) -> float:
    """Return the mean number of screenings when nobody is screened twice: the riskiest first.

    sum of p_(k) k, p_(1) >= p_(2) >= ... : unit k is reached by the k-th screening.

    Examples
    --------
    >>> round(mean_screenings_with_memory([0.009] * 100 + [0.0001] * 1000), 6)
    105.5
    """
    p = np.sort(_normalised(prior))[::-1]
    return float((p * np.arange(1, len(p) + 1)).sum())


def _normalised(weights: npt.ArrayLike) -> FloatArray:
    w = np.asarray(weights, dtype=np.float64)
    return np.asarray(w / w.sum(), dtype=np.float64)
