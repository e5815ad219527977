"""Net monetary benefit over the value of a load: who leads, how surely, what knowing is worth.

Everything takes outcomes [draw, alternative]: net present value without interdiction, and loads
above the baseline's. Draws are draws of *parameters*. Replications of one set of parameters may be
passed to check arithmetic, but their spread vanishes with run length: no decision uncertainty.

Sources: Fenwick, Claxton and Sculpher (2001) for acceptability curves and frontiers; Raiffa and
Schlaifer (1961) for the expected value of perfect information.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.economics.appraisal import Worth

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What every draw makes of every alternative."""

    names: tuple[str, ...]
    npv0: Floats
    """[draw, alternative], dollars."""
    loads: Floats
    """[draw, alternative], discounted loads above the baseline's."""
    cost: Floats
    """[alternative], mean present cost: ties go to the cheaper."""

    @classmethod
    def of(cls, draws: Sequence[Mapping[str, Worth]]) -> Outcomes:
        """Return the outcomes of draws, each a worth by alternative, all of the same names."""
        names = tuple(draws[0])
        table = [[draw[name] for name in names] for draw in draws]
        return cls(
            names,
            np.array([[worth.npv0 for worth in row] for row in table]),
            np.array([[worth.loads for worth in row] for row in table]),
            np.array([[worth.cost for worth in row] for row in table]).mean(axis=0),
        )

    def benefit(self, usd_per_load: float) -> Floats:
        """Return the net monetary benefit [draw, alternative] at one value of a load."""
        return self.npv0 + usd_per_load * self.loads


@dataclass(frozen=True, slots=True)
class Standing:
    """How the alternatives stand at one value of a load."""

    usd_per_load: float
    acceptability: Floats
    """Share of draws in which each alternative is best; adds up to 1."""
    best: str
    """The alternative of the highest mean."""
    frontier: float
    """Its acceptability; a lower one than another's is possible, and is why both are shown."""
    expected_loss: Floats
    """Mean shortfall of each alternative against the best of each draw, dollars."""
    perfect_information: float
    """Expected value of perfect information: the loss that choosing ``best`` leaves, dollars."""


def standing(outcomes: Outcomes, usd_per_load: float) -> Standing:
    """Return acceptability, frontier, expected losses and the value of perfect information."""
    benefit = outcomes.benefit(usd_per_load)
    winners = [_leader(row, outcomes.cost) for row in benefit]
    shares = np.bincount(winners, minlength=len(outcomes.names)) / len(benefit)
    losses = (benefit.max(axis=1, keepdims=True) - benefit).mean(axis=0)
    best = _leader(benefit.mean(axis=0), outcomes.cost)
    return Standing(
        usd_per_load=usd_per_load,
        acceptability=shares,
        best=outcomes.names[best],
        frontier=float(shares[best]),
        expected_loss=losses,
        perfect_information=float(losses[best]),
    )


def leaders(worths: Mapping[str, Worth], usd_per_load: npt.ArrayLike) -> list[str]:
    """Return who has the highest net monetary benefit at each value of a load; ties: the cheaper.

    Swept from 0 upwards it names the social frontier in its order.
    """
    outcomes = Outcomes.of([worths])
    return [
        outcomes.names[_leader(outcomes.benefit(float(price))[0], outcomes.cost)]
        for price in np.atleast_1d(np.asarray(usd_per_load, dtype=np.float64))
    ]


def _leader(benefit: Floats, cost: Floats) -> int:
    """Return the place of the highest benefit; among equals that of the lowest cost."""
    best = np.flatnonzero(benefit == benefit.max())
    return int(best[np.argmin(cost[best])])
