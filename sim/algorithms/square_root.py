"""Whom to screen when risk is known: strong profiling, uniform and square-root sampling.

One of ``n`` units is the violator, unit j with probability p_j. Each screening draws a unit, unit
j with probability q_j; the violator is recognised when drawn. Press (2009), PNAS 106:1716. With
memory nobody is screened twice before his time, the riskiest of the others first.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.arrays import BoolArray, FloatArray, IntArray

BINS: Final = 2000
"""Risk is ranked in two thousand classes; ties within one are split by luck."""


class PlateCrossings(NamedTuple):
    """Trucks in the order of their arrival."""

    plate: IntArray
    place: FloatArray
    """[n] in [0, 1): the share of traffic that is riskier."""
    u: FloatArray
    """[n], splits the class at the edge."""
    arrive_min: FloatArray


class ScreeningPool:
    """Past traffic by class of risk, less that of the resting plates; the edge moves with it."""

    def __init__(self, past: PlateCrossings, share: float) -> None:
        bins = np.minimum((past.place * BINS).astype(np.int64), BINS - 1)
        plates, first, count = np.unique(past.plate, return_index=True, return_counts=True)
        self.home = dict(zip(plates.tolist(), bins[first].tolist(), strict=True))
        self.crossings = dict(zip(plates.tolist(), count.tolist(), strict=True))
        # a plate's traffic stands in one class, that of its first past crossing
        self.weight: list[float] = np.bincount(bins[first], weights=count, minlength=BINS).tolist()
        self.target = share * len(past.plate)
        self.edge, self.above = 0, 0.0

    def takes(self, place: float, u: float) -> bool:
        """Tell whether a truck at this place of risk is above the edge as it stands."""
        self._settle()
        own = min(int(place * BINS), BINS - 1)
        if own != self.edge:
            return own < self.edge
        room = self.weight[own]
        return bool(room > 0.0 and u < (self.target - self.above) / room)

    def rest(self, plate: int, sign: float) -> None:
        """Take a plate's traffic out of the pool (-1), or put it back (+1)."""
        if plate in self.home:
            home, amount = self.home[plate], sign * self.crossings[plate]
            self.weight[home] += amount
            if home < self.edge:
                self.above += amount

    def _settle(self) -> None:
        while self.edge > 0 and self.above > self.target:
            self.edge -= 1
            self.above -= self.weight[self.edge]
        while self.edge < BINS and self.above + self.weight[self.edge] <= self.target:
            self.above += self.weight[self.edge]
            self.edge += 1
            if self.edge == BINS:
                break


def screen_in_turn(today: PlateCrossings, past: PlateCrossings, share: float, rest_min: float) -> BoolArray:
    """Return bool[n], who is screened when the screened rest for ``rest_min`` minutes.

    A truck is screened if its plate is not resting and it is among the riskiest of the traffic that
    does not rest, as many as make up ``share`` of all traffic.

    >>> two = PlateCrossings(np.array([1, 2]), np.array([0.0, 0.5]), np.zeros(2), np.zeros(2))
    >>> day = PlateCrossings(np.array([1, 1, 2]), np.array([0.0, 0.0, 0.5]), np.zeros(3), np.arange(3.0))
    >>> screen_in_turn(day, two, 0.5, 1e9).tolist()
    [True, False, True]
    """
    pool, resting = ScreeningPool(past, share), deque[tuple[float, int]]()
    asleep: set[int] = set()
    chosen = np.zeros(len(today.plate), dtype=bool)
    for i, (plate, place, u, now) in enumerate(zip(*(part.tolist() for part in today), strict=True)):
        while resting and resting[0][0] <= now:
            awake = resting.popleft()[1]
            asleep.discard(awake)
            pool.rest(awake, 1.0)
        if plate not in asleep and pool.takes(place, u):
            chosen[i] = True
            asleep.add(plate)
            resting.append((now + rest_min, plate))
            pool.rest(plate, -1.0)
    return chosen


def scale_for_share(weights: npt.ArrayLike, share: float) -> float:
    """Return c such that the mean of min(1, c w_j) is ``share``; inf where none is small enough.

    The mean is piecewise linear and rising in c; with the k largest weights at 1 it is
    (k + c sum of the others) / n.

    >>> scale_for_share([1.0, 2.0, 5.0], 0.5)
    0.1875
    """
    w = np.sort(np.asarray(weights, dtype=np.float64))[::-1]
    n = len(w)
    if share * n >= np.count_nonzero(w):
        return np.inf
    w = w[w > 0.0]
    # k units at 1: right when the largest of the others stays at or under 1
    scales = (share * n - np.arange(len(w))) / np.cumsum(w[::-1])[::-1]
    return float(scales[np.argmax(scales * w <= 1.0)])
