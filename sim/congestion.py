"""How long the portal's queue is expected to be when scanning gives way to it.

Hour by hour the portal is taken as a birth-death process in balance: with w trucks waiting, trucks
are sent at the rate arrivals x share x (1 - w / stop), and scans are made at the rate of the
portals that work. That is exact for Poisson arrivals and exponential scans whose rates do not
change; a rush shorter than the queue's memory is so taken to be a little longer than it is.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST_WAITING: Final = 400
"""Longer queues are taken to be as long as this."""


def waiting_law(
    sent_per_h: Floats, served_per_h: float, servers: int, stop: float, always_share: float = 0.0
) -> Floats:
    """Return P(w trucks are waiting) of each hour, float[hours, W + 1].

    Parameters
    ----------
    sent_per_h : float[hours]
        Trucks that would be sent if nobody waited.
    served_per_h : float
        By one server.
    stop : float
        Trucks waiting at which nobody is sent any more.
    always_share : float
        Part of ``sent_per_h`` that is sent whatever the queue.

    Source
    ------
    Birth-death balance, p(n + 1) = p(n) birth(n) / death(n + 1), as for any M(n)/M/c queue.

    Examples
    --------
    >>> waiting_law(np.array([30.0]), 30.0, 1, 1.0).round(4).tolist()
    [[0.6667, 0.3333]]
    """
    longest = int(min(np.ceil(stop), MOST_WAITING))
    n = np.arange(servers + longest)
    waiting = np.maximum(n - servers, 0)
    left = np.maximum(1.0 - waiting / stop, 0.0)
    birth = sent_per_h[:, None] * (always_share + (1.0 - always_share) * left)
    death = served_per_h * np.minimum(n + 1, servers)
    with np.errstate(divide="ignore"):
        steps = np.cumsum(np.log(birth) - np.log(death), axis=1)
    steps = np.concatenate([np.zeros((len(sent_per_h), 1)), steps], axis=1)
    weight = np.exp(steps - steps.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    return np.column_stack([weight[:, : servers + 1].sum(axis=1), weight[:, servers + 1 :]])


def p_below(law: Floats, hour: npt.NDArray[np.int64], limit: Floats) -> Floats:
    """Return P(w < limit) of each truck in its hour, float[n].

    Examples
    --------
    >>> law = np.array([[0.5, 0.3, 0.2]])
    >>> p_below(law, np.array([0, 0, 0]), np.array([0.0, 1.5, 9.0])).round(3).tolist()
    [0.0, 0.8, 1.0]
    """
    upto = np.concatenate([np.zeros((len(law), 1)), np.cumsum(law, axis=1)], axis=1)
    place = np.clip(np.ceil(limit), 0, law.shape[1]).astype(np.int64)
    return np.asarray(np.minimum(upto[hour, place], 1.0))
