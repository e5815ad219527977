"""What queueing theory says beforehand: exact for Poisson arrivals, no breakdowns and one station.

Where scanning gives way to the portal's queue, each hour is taken as a birth-death process in balance:
with w trucks waiting, trucks are sent at the rate arrivals x share x (1 - w / stop). That is exact
for exponential scans and steady rates; a rush shorter than the queue's memory is taken to be longer.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.arrays import FloatArray


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


MOST_WAITING: Final = 400
"""Longer queues are taken to be as long as this."""


def queue_length_distribution(
    arrivals_per_h: FloatArray, served_per_h: float, servers: int, stop_length: float, always_share: float = 0.0
) -> FloatArray:
    """Return P(w trucks are waiting) of each hour, float[hours, W + 1].

    Parameters
    ----------
    arrivals_per_h : float[hours]
        Trucks that would be sent if nobody waited.
    served_per_h : float
        By one server.
    stop_length : float
        Trucks waiting at which nobody is sent any more.
    always_share : float
        Part of ``arrivals_per_h`` that is sent whatever the queue.

    Source
    ------
    Birth-death balance, p(n + 1) = p(n) birth(n) / death(n + 1), as for any M(n)/M/c queue.

    Examples
    --------
    >>> queue_length_distribution(np.array([30.0]), 30.0, 1, 1.0).round(4).tolist()
    [[0.6667, 0.3333]]
    """
    longest = int(min(np.ceil(stop_length), MOST_WAITING))
    n = np.arange(servers + longest)
    waiting = np.maximum(n - servers, 0)
    left = np.maximum(1.0 - waiting / stop_length, 0.0)
    birth = arrivals_per_h[:, None] * (always_share + (1.0 - always_share) * left)
    death = served_per_h * np.minimum(n + 1, servers)
    with np.errstate(divide="ignore"):
        steps = np.cumsum(np.log(birth) - np.log(death), axis=1)
    steps = np.concatenate([np.zeros((len(arrivals_per_h), 1)), steps], axis=1)
    weight = np.exp(steps - steps.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    return np.column_stack([weight[:, : servers + 1].sum(axis=1), weight[:, servers + 1 :]])


def p_queue_below(queue_distribution: FloatArray, hour: npt.NDArray[np.int64], limit: FloatArray) -> FloatArray:
    """Return P(w < limit) of each truck in its hour, float[n].

    >>> law = np.array([[0.5, 0.3, 0.2]])
    >>> p_queue_below(law, np.array([0, 0, 0]), np.array([0.0, 1.5, 9.0])).round(3).tolist()
    [0.0, 0.8, 1.0]
    """
    upto = np.concatenate([np.zeros((len(queue_distribution), 1)), np.cumsum(queue_distribution, axis=1)], axis=1)
    place = np.clip(np.ceil(limit), 0, queue_distribution.shape[1]).astype(np.int64)
    return np.asarray(np.minimum(upto[hour, place], 1.0))
