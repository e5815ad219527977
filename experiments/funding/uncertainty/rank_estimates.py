"""Which single inputs say something about an outcome: rank estimates from draws that are there anyway.

Chatterjee's coefficient of an input estimates its first-order index of whether the outcome is above a threshold,
averaged over thresholds (Cramer-von Mises): 0 where the outcome does not hang on the input, 1 where it alone decides.
It needs no sample of its own and no formula, and holds for inputs that depend on each other, as those of accepted
draws do. What an input that decides nothing reaches by luck is found from dummy inputs, and is the floor below which
nothing is ranked.

Sources: Chatterjee (2021); Gamboa et al. (2022) for what it estimates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from scipy import special

from sim.arrays import FloatArray

DUMMIES: Final = 4000
"""Dummy inputs that the floor is taken from."""
BY_LUCK: Final = 0.05
"""Share of runs in which the largest of as many dummies as there are inputs is above the floor."""
RANK_COLUMNS: Final = ("alternative", "input", "rank_estimate", "dummy_floor", "above_floor", "draws")


def rank_estimate(values: FloatArray, outcome: FloatArray) -> float:
    """Return Chatterjee's coefficient of an outcome [draw] on an input [draw].

    1 - 3 sum|r[i+1] - r[i]| / (n^2 - 1), with r the ranks of the outcome in the order of the input.

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 500)
    >>> rank_estimate(x, (x - 0.5) ** 2) > 0.97
    True
    """
    n = len(values)
    order = np.argsort(values, kind="stable")
    ranks = np.empty(n)
    ranks[np.argsort(outcome, kind="stable")] = np.arange(1, n + 1)
    return float(1.0 - 3.0 * np.abs(np.diff(ranks[order])).sum() / (n * n - 1.0))


def dummy_floor(draws: int, inputs: int, rng: np.random.Generator) -> float:
    """Return what the largest of so many dummy inputs reaches in one of twenty runs."""
    ranks = np.arange(1, draws + 1)
    found = [np.abs(np.diff(rng.permutation(ranks))).sum() for _ in range(DUMMIES)]
    reached = 1.0 - 3.0 * np.array(found) / (draws * draws - 1.0)
    # the largest of many is below a point if each of them is; beyond the sample's tail by the normal law, to which the
    # coefficient tends
    share = (1.0 - BY_LUCK) ** (1.0 / max(inputs, 1))
    return float(reached.mean() + reached.std() * special.ndtri(share))


def rank_table(
    inputs: Mapping[str, FloatArray], outcomes: Mapping[str, FloatArray], rng: np.random.Generator
) -> pd.DataFrame:
    """Return the rank estimate of each input [draw] for each alternative's outcome [draw], largest first.

    Columns `RANK_COLUMNS`: ``rank_estimate``; ``dummy_floor``, what the largest of as many dummies reaches in one of
    twenty runs; ``above_floor``.
    """
    draws = len(next(iter(outcomes.values())))
    floor = dummy_floor(draws, len(inputs), rng)
    rows = []
    for alternative, outcome in outcomes.items():
        for name, values in inputs.items():
            found = rank_estimate(values, outcome)
            rows.append((alternative, name, found, floor, found > floor, draws))
    table = pd.DataFrame(rows, columns=list(RANK_COLUMNS))
    return table.sort_values(["alternative", "rank_estimate"], ascending=[True, False], ignore_index=True)
