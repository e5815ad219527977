"""How a ranking fares over redrawn worlds: how often undominated, how often more loads found, why.

A draw has few replications, so it is judged by its means: one alternative dominates another that
finds `WORTH_FOUND` fewer loads or waits `WORTH_WAIT_MIN` longer, unless it is as much worse in the
other respect. How sure the frequencies are is said by Clopper-Pearson intervals over the draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtr

from experiments.matched import SHARE
from experiments.robustness import Redrawn
from sim.sampling import Interval, clopper_pearson

WORTH_WAIT_MIN: Final = 0.1
WORTH_FOUND: Final = 0.002
TRAITS: Final = "threat.trait_ln_odds"
FEW: Final = 8
"""With fewer draws some input goes along with any difference by chance."""


@dataclass(frozen=True, slots=True)
class Culprit:
    """An input on which a difference in loads found hangs."""

    key: str
    rho: Interval
    """Spearman's rank correlation over the draws, with Fisher's interval for it alone."""
    p_holm: float
    """Two-sided, adjusted for all inputs looked at."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one alternative fares over the draws; counts, of how many, and the interval."""

    alternative: str
    undominated: tuple[int, int]
    more: tuple[int, int]
    """Draws in which it finds `WORTH_FOUND` more than the baseline at equal scan share."""
    gap: tuple[float, float, float]
    """Smallest, median and largest difference in loads found at equal share, over the draws."""
    culprit: Culprit | None
    """The input with the largest rank correlation, of all that were redrawn."""
    likeness: Culprit | None
    """How far smugglers still show the traits that the fixed models have learned."""

    def interval(self, which: str) -> Interval:
        """Return the Clopper-Pearson interval of one of the two frequencies."""
        k, n = getattr(self, which)
        return clopper_pearson(k, n)


def standings(redrawn: Redrawn, baseline: str) -> list[Standing]:
    """Return how every alternative fares over the draws, in the order of the study."""
    if not len(redrawn.rows):
        return []
    if not _LAST or _LAST[0][0] is not redrawn or _LAST[0][1] != baseline:
        _LAST[:] = [(redrawn, baseline, _standings(redrawn, baseline))]
    return _LAST[0][2]


_LAST: list[tuple[Redrawn, str, list[Standing]]] = []
"""What was found last: terminal, report and its chapters all ask for it."""


def _standings(redrawn: Redrawn, baseline: str) -> list[Standing]:
    rows = redrawn.rows
    best = pd.concat([undominated(part) for _, part in rows.groupby("draw")])
    found = []
    for name in rows["alternative"].unique():
        own = rows[rows["alternative"] == name].set_index("draw")
        base = rows[rows["alternative"] == baseline].set_index("draw")
        equal = (own["equal_scan_rate"] - base["equal_scan_rate"]).abs() <= SHARE.equal
        gap = (own["equal_detection"] - base["equal_detection"])[equal].dropna()
        mine = best[best["alternative"] == name]["undominated"]
        middle = (gap.min(), gap.median(), gap.max()) if len(gap) else (np.nan,) * 3
        rival = name != baseline
        blame = culprit(gap, redrawn.numbers) if rival else None
        learned = culprit(gap, likeness(redrawn)) if rival else None
        more = (int((gap >= WORTH_FOUND).sum()), len(gap))
        ranked = (int(mine.sum()), len(mine))
        found.append(Standing(str(name), ranked, more, middle, blame, learned))
    return found


def undominated(part: pd.DataFrame) -> pd.DataFrame:
    """Return the alternatives of one draw and whether each is undominated.

    An alternative that cannot carry its load is dominated by all that can; where none can, nobody
    is ranked and the answer has no rows.
    """
    if part["unstable"].all():
        return part.head(0)[["alternative"]].assign(undominated=False)
    stable = part[~part["unstable"]]
    wait = stable["wait_mean_min"].to_numpy()
    loads = stable["detection_expected"].to_numpy()
    shorter = wait[:, None] <= wait - WORTH_WAIT_MIN
    longer = wait[:, None] > wait + WORTH_WAIT_MIN
    more = loads[:, None] >= loads + WORTH_FOUND
    fewer = loads[:, None] < loads - WORTH_FOUND
    beaten = ((shorter & ~fewer) | (more & ~longer)).any(axis=0)
    best = set(stable["alternative"].to_numpy()[~beaten])
    return part[["alternative"]].assign(undominated=part["alternative"].isin(best))


def culprit(gap: pd.Series, numbers: pd.DataFrame) -> Culprit | None:
    """Return the input with the largest rank correlation with a difference in loads found."""
    if len(gap) < FEW or gap.nunique() < 2 or not len(numbers.columns):
        return None
    ranks = numbers.loc[gap.index].rank()
    ranks = ranks.loc[:, ranks.max() > ranks.min()]
    rho = ranks.corrwith(gap.rank())
    key = str(rho.abs().idxmax())
    value = float(np.clip(rho[key], -0.9999, 0.9999))
    half = ndtri(0.975) / np.sqrt(len(gap) - 3)
    low, high = np.tanh(np.arctanh(value) + np.array([-half, half]))
    t = abs(value) * np.sqrt((len(gap) - 2) / (1.0 - value**2))
    # Of few ranks no order is rarer than one in all their orders.
    p_value = max(float(2.0 * stdtr(len(gap) - 2, -t)), 2.0 / math.factorial(len(gap)))
    return Culprit(key, Interval(float(low), value, float(high)), min(p_value * len(rho), 1.0))


def likeness(redrawn: Redrawn) -> pd.DataFrame:
    """Return the correlation of each draw's trait odds with the baseline's, one column."""
    traits = {a.key: float(a.value) for a in redrawn.inputs if a.key.startswith(TRAITS)}
    if len(traits) < 3:
        return pd.DataFrame(index=redrawn.numbers.index)
    learned = pd.Series(traits)
    return redrawn.numbers[list(traits)].T.corrwith(learned).to_frame(TRAITS)
