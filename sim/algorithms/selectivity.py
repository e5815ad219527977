"""Three-step selectivity as customs run it: criteria, a minimum at random, a top-up to the rate.

The lanes are those of UNCTAD's ASYCUDA: red (inspection), yellow (documents), blue (control after
release), green (release).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from sim.arrays import FloatArray, IntArray

LANES: Final = ("red", "yellow", "blue", "green")
"""In the order in which would-be-green declarations are taken."""


class LaneRates(NamedTuple):
    """Rates of one lane, each a share of all declarations."""

    criteria: float
    random: float
    expected: float


class LaneSteps(NamedTuple):
    """What each of the three steps sends to one lane, as shares of all declarations."""

    criteria: float
    random: float
    top_up: float

    @property
    def total(self) -> float:
        """The lane's rate in all."""
        return self.criteria + self.random + self.top_up


def lane_steps(rates: tuple[LaneRates, ...]) -> tuple[LaneSteps, ...]:
    """Return the rates of red, yellow and blue, step by step.

    1. Criteria take what they take, whatever was expected.
    2. A minimum random rate is taken from would-be-green, in the order of the lanes.
    3. A lane that is still under its expected rate is topped up from would-be-green, in the order
       of the lanes, while green lasts.

    Source: UNCTAD, ASYCUDAWorld selectivity: criteria, minimum random rate, expected rate.

    >>> red = lane_steps((LaneRates(0.06, 0.01, 0.10), LaneRates(0, 0, 0), LaneRates(0, 0, 0)))[0]
    >>> [round(part, 2) for part in red], round(red.total, 2)
    ([0.06, 0.01, 0.03], 0.1)
    """
    green = 1.0
    criteria = []
    for lane in rates:
        criteria.append(min(lane.criteria, green))
        green -= criteria[-1]
    random = []
    for lane in rates:
        random.append(min(lane.random, green))
        green -= random[-1]
    top_up = []
    for lane, by_criteria, at_random in zip(rates, criteria, random, strict=True):
        top_up.append(min(max(lane.expected - by_criteria - at_random, 0.0), green))
        green -= top_up[-1]
    return tuple(map(LaneSteps, criteria, random, top_up))


def assign_lanes(position: FloatArray, u: FloatArray, rates: tuple[LaneRates, ...]) -> IntArray:
    """Return the lane of every declaration, index into `LANES`.

    Parameters
    ----------
    position : float[n]
        Share of declarations that are riskier (0: the riskiest); criteria take the lowest.
    u : float[n]
        The declaration's own uniform; decides among those that no criterion takes.

    Examples
    --------
    >>> rates = (LaneRates(0.06, 0.01, 0.10), LaneRates(0.1, 0, 0.1), LaneRates(0, 0, 0))
    >>> assign_lanes(np.array([0.01, 0.1, 0.5, 0.5]), np.array([0.9, 0.9, 0.0, 0.9]), rates).tolist()
    [0, 1, 0, 3]
    """
    parts = lane_steps(rates)
    edges = np.cumsum([part.criteria for part in parts])
    by_criteria = np.searchsorted(edges, position, side="right")
    green = 1.0 - edges[-1]
    if green <= 0.0:
        return np.asarray(np.minimum(by_criteria, len(parts) - 1))
    # would-be-green, cut by the truck's uniform: random of each lane, then top-up of each lane
    taken = [part.random for part in parts] + [part.top_up for part in parts]
    place = np.searchsorted(np.cumsum(taken) / green, u, side="right")
    at_random = np.where(place < 2 * len(parts), place % len(parts), len(parts))
    return np.asarray(np.where(by_criteria < len(parts), by_criteria, at_random), dtype=np.int64)
