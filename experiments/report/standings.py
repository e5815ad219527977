"""How alternatives fare over redrawn sets of assumptions: who is dominated, who finds more, and on what it hangs.

A draw has few replications, so it is judged by its means: one alternative dominates another that
finds `WORTH_DETECTION` fewer loads or waits `WORTH_WAIT_MIN` longer, unless it is as much worse in the
other respect. How sure the frequencies are is said by Clopper-Pearson intervals over the draws.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtr, stdtrit

from experiments.execution.redraws import TRAIT_KEYS
from experiments.execution.robustness import RedrawnResults
from experiments.execution.tuning import SCAN_SHARE
from sim.algorithms.sampling import ShareInterval, clopper_pearson

WORTH_WAIT_MIN: Final = 0.1
WORTH_DETECTION: Final = 0.002
FEWEST_DRAWS: Final = 8
"""With fewer draws some input goes along with any difference by chance."""


@dataclass(frozen=True, slots=True)
class LeadingInput:
    """An input on which a difference in loads found hangs."""

    key: str
    rho: ShareInterval
    """Spearman's rank correlation over the draws, with Fisher's interval for it alone."""
    p_holm: float
    """Two-sided, adjusted for all inputs looked at."""


@dataclass(frozen=True, slots=True)
class DrawStanding:
    """How one alternative fares over the draws; counts, of how many, and the interval."""

    alternative: str
    undominated: tuple[int, int]
    more: tuple[int, int]
    """Draws in which it finds `WORTH_DETECTION` more than the baseline at equal scan share."""
    gap: tuple[float, float, float]
    """Smallest, median and largest difference in loads found at equal share, over the draws."""
    culprit: LeadingInput | None
    """The input with the largest rank correlation, of all that were redrawn."""

    def interval(self, frequency: str) -> ShareInterval:
        """Return the Clopper-Pearson interval of one of the two frequencies."""
        k, n = getattr(self, frequency)
        return clopper_pearson(k, n)


Redrawn = Literal["equal", "drifted", "wide"]
"""Columns of the rows: the threat redrawn with models retrained; with models fixed; with wide traits, retrained."""


@dataclass(frozen=True, slots=True)
class GainOverDraws:
    """What one alternative finds beyond the baseline at equal scan share, in one way of redrawing."""

    alternative: str
    more: tuple[int, int]
    """Draws in which it finds `WORTH_DETECTION` more, and of how many."""
    gap: tuple[float, float, float]
    """Smallest, median and largest difference, over the draws; NaN: never compared."""
    likeness: LeadingInput | None
    """How it goes along with smugglers' showing the traits that the study's own models have learned."""

    def interval(self) -> ShareInterval:
        """Return the Clopper-Pearson interval of the frequency."""
        return clopper_pearson(*self.more)


def gains_over_draws(redrawn: RedrawnResults, baseline: str, way: Redrawn) -> list[GainOverDraws]:
    """Return what each alternative but the baseline gains in one way of redrawing, in the order of the study."""
    gains = []
    for name in redrawn.rows["alternative"].unique():
        if name != baseline:
            gap = gaps_by_set(redrawn.rows, str(name), baseline, way)
            learned = leading_input(gap, trait_correlation(redrawn)) if way == "drifted" else None
            gains.append(GainOverDraws(str(name), _more(gap), _range(gap), learned))
    return gains


def gaps_by_set(rows: pd.DataFrame, name: str, baseline: str, way: Redrawn = "equal") -> pd.Series:
    """Return the difference in loads found by set of assumptions, of sets that bring both to equal scan share."""
    mine = rows[rows["alternative"] == name].set_index("draw")
    base = rows[rows["alternative"] == baseline].set_index("draw")
    equal = (mine[f"{way}_scan_rate"] - base[f"{way}_scan_rate"]).abs() <= SCAN_SHARE.equal
    return (mine[f"{way}_detection"] - base[f"{way}_detection"])[equal].dropna()


def _more(gap: pd.Series) -> tuple[int, int]:
    return int((gap >= WORTH_DETECTION).sum()), len(gap)


def _range(gap: pd.Series) -> tuple[float, float, float]:
    return (float(gap.min()), float(gap.median()), float(gap.max())) if len(gap) else (np.nan,) * 3


@functools.lru_cache(maxsize=1)
def standings_over_draws(redrawn: RedrawnResults, baseline: str) -> list[DrawStanding]:
    """Return how every alternative fares over the draws, in the order of the study; terminal and page both ask."""
    rows = redrawn.rows
    choices = rows[~rows["alternative"].isin(redrawn.references)]
    if not len(choices):
        return []
    best = pd.concat([mark_undominated(part) for _, part in choices.groupby("draw")])
    found = []
    for name in rows["alternative"].unique():
        gap = gaps_by_set(rows, name, baseline, "equal")
        mine = best[best["alternative"] == name]["undominated"]
        blame = leading_input(gap, redrawn.numbers) if name != baseline else None
        found.append(DrawStanding(str(name), (int(mine.sum()), len(mine)), _more(gap), _range(gap), blame))
    return found


def mark_undominated(part: pd.DataFrame) -> pd.DataFrame:
    """Return the alternatives of one draw and whether each is undominated.

    An alternative that cannot carry its load is dominated by all that can; where none can, nobody
    is ranked and the answer has no rows.
    """
    if part["unstable"].all():
        return part.head(0)[["alternative"]].assign(undominated=False)
    stable = part[~part["unstable"]]
    wait = stable["wait_mean_min"].to_numpy()
    loads = stable["detection_expected"].to_numpy()
    shorter, longer = wait[:, None] <= wait - WORTH_WAIT_MIN, wait[:, None] > wait + WORTH_WAIT_MIN
    more, fewer = loads[:, None] >= loads + WORTH_DETECTION, loads[:, None] < loads - WORTH_DETECTION
    beaten = ((shorter & ~fewer) | (more & ~longer)).any(axis=0)
    best = set(stable["alternative"].to_numpy()[~beaten])
    return part[["alternative"]].assign(undominated=part["alternative"].isin(best))


def leading_input(gap: pd.Series, numbers: pd.DataFrame) -> LeadingInput | None:
    """Return the input with the largest rank correlation with a difference in loads found."""
    return next(iter(ranked_inputs(gap, numbers)), None)


def ranked_inputs(gap: pd.Series, numbers: pd.DataFrame) -> list[LeadingInput]:
    """Return every input by its rank correlation with a difference, the largest first; none of too few sets.

    Each has Fisher's interval for it alone, and Holm's p value for all that were looked at.
    """
    if len(gap) < FEWEST_DRAWS or gap.nunique() < 2 or not len(numbers.columns):
        return []
    ranks = numbers.loc[gap.index].rank()
    ranks = ranks.loc[:, ranks.max() > ranks.min()]
    rho = ranks.corrwith(gap.rank()).clip(-0.9999, 0.9999)
    rho = rho.reindex(rho.abs().sort_values(ascending=False, kind="stable").index)
    half = ndtri(0.975) / np.sqrt(len(gap) - 3)
    t: pd.Series = rho.abs() * np.sqrt((len(gap) - 2) / (1.0 - rho**2))
    # Of few ranks no order is rarer than one in all their orders.
    single = np.maximum(2.0 * stdtr(len(gap) - 2, -t), 2.0 / math.factorial(len(gap)))
    adjusted = np.minimum(np.maximum.accumulate(single * np.arange(len(rho), 0, -1)), 1.0)
    ends = [np.tanh(np.arctanh(rho) + side * half) for side in (-1.0, 1.0)]
    rows = zip(rho.index, ends[0], rho, ends[1], adjusted, strict=True)
    return [
        LeadingInput(str(key), ShareInterval(float(low), float(value), float(high)), float(p))
        for key, low, value, high, p in rows
    ]


def noise_floor(sets: int, inputs: int, alpha: float) -> float:
    """Return the rank correlation that the largest of so many unrelated inputs passes with a chance of ``alpha``.

    From Student's t with ``sets`` - 2 degrees of freedom, two-sided, Bonferroni over inputs.

    Examples
    --------
    >>> round(noise_floor(30, 264, 0.05), 2), round(noise_floor(30, 1, 0.05), 2)
    (0.63, 0.36)
    """
    t = float(stdtrit(sets - 2, 1.0 - alpha / (2.0 * inputs)))
    return t / math.sqrt(sets - 2 + t * t)


def trait_correlation(redrawn: RedrawnResults) -> pd.DataFrame:
    """Return the correlation of each draw's trait odds with the baseline's, one column."""
    traits = {a.key: float(a.value) for a in redrawn.inputs if a.key.startswith(TRAIT_KEYS)}
    if len(traits) < 3:
        return pd.DataFrame(index=redrawn.numbers.index)
    return redrawn.numbers[list(traits)].T.corrwith(pd.Series(traits)).to_frame(TRAIT_KEYS)
