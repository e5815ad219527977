"""What it would be worth to know one input, or a few, before choosing (EVPPI).

With all inputs unknown one chooses the best mean. With one of them known one would choose by the
mean given it, which a smooth regression of the draws on that input estimates. The gain is
E[max_a E(NMB_a | input)] - max_a E(NMB_a). No formula stands in for the simulation here: the draws
themselves are regressed.

A regression on few draws finds a little knowledge in anything. How much it finds in inputs that
say nothing is measured, by shuffling the input against the draws: an estimate that such inputs
reach in more than one of twenty cases is told to be none that these draws can show.

Source: Strong, Oakley and Brennan (2014) for the estimate by regression on one set of draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.economics.net_monetary import Outcomes
from experiments.funding.smoother import smoothed

Floats = npt.NDArray[np.float64]
SHUFFLES: Final = 40
BOOTSTRAPS: Final = 40
CHANCE: Final = 0.95
"""Quantile of the estimates on shuffled inputs that an estimate must exceed to be shown as one."""
COLUMNS: Final = (
    "usd_per_load",
    "input",
    "group",
    "evppi_usd",
    "se_usd",
    "nothing_known_usd",
    "shown",
    "share_of_evpi",
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What knowing some inputs would be worth, as far as the draws tell."""

    worth: float
    se: float
    """Over draws drawn again from the draws."""
    nothing: float
    """The `CHANCE` quantile of estimates on shuffled inputs."""

    @property
    def shown(self) -> bool:
        """Whether inputs that say nothing would hardly reach it."""
        return self.worth > self.nothing


def evppi(benefit: Floats, known: Floats) -> float:
    """Return the expected value of knowing some inputs, in the unit of the benefit.

    Parameters
    ----------
    benefit : array
        Net monetary benefit [draw, alternative].
    known : array
        The inputs that would be known [draw, input].
    """
    best = int(benefit.mean(axis=0).argmax())
    over = benefit - benefit[:, [best]]
    fitted = smoothed(known, over)
    return float(max(fitted.max(axis=1).mean() - max(fitted.mean(axis=0).max(), 0.0), 0.0))


def estimated(benefit: Floats, known: Floats, rng: np.random.Generator) -> Estimate:
    """Return `evppi` with its standard error, and what inputs that say nothing would reach."""
    n = len(benefit)
    shuffled = [evppi(benefit, known[rng.permutation(n)]) for _ in range(SHUFFLES)]
    again = [rng.integers(n, size=n) for _ in range(BOOTSTRAPS)]
    spread = float(np.std([evppi(benefit[rows], known[rows]) for rows in again], ddof=1))
    return Estimate(evppi(benefit, known), spread, float(np.quantile(shuffled, CHANCE)))


def partial_information(
    outcomes: Outcomes,
    inputs: Mapping[str, Floats],
    groups: Mapping[str, Floats],
    usd_per_load: Sequence[float],
    seed: int = 0,
) -> pd.DataFrame:
    """Return what knowing each input, and each group, would be worth.

    Parameters
    ----------
    inputs : mapping
        What is known of each input [draw, 1]: its numbers, or the uniforms behind them.
    groups : mapping
        What is known of each group [draw, feature]: a few numbers that sum it up, such as the
        outcomes if it alone moved. Formulas behind them must not have seen the draw's own outcome.

    Returns
    -------
    DataFrame
        See `Uncertainty.partial_information`.
    """
    tried = [(name, False, known) for name, known in inputs.items()]
    tried += [(name, True, known) for name, known in groups.items()]
    rng = np.random.default_rng(seed)
    rows: list[tuple[object, ...]] = []
    for price in usd_per_load:
        benefit = outcomes.benefit(price)
        perfect = float(benefit.max(axis=1).mean() - benefit.mean(axis=0).max())
        for name, several, known in tried:
            found = estimated(benefit, known, rng) if known.shape[1] else Estimate(0.0, 0.0, 0.0)
            worth = min(found.worth, perfect)
            share = worth / perfect if perfect > 0.0 else 0.0
            rows.append((price, name, several, worth, found.se, found.nothing, found.shown, share))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = ["usd_per_load", "group", "shown", "evppi_usd", "input"]
    way = [True, True, False, False, True]
    return table.sort_values(order, ascending=way, ignore_index=True)
