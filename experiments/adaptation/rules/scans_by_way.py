"""Scans that luck fills, with a share of its own for each way across, under one budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.adaptation.options import Options
from sim.arrays import BoolArray
from sim.policies.base import PastTraffic, Policy, risk_scores, select_riskiest
from sim.policies.lists import RandomShare, TodaysPractice

Array = npt.NDArray[np.float64]
_HALVINGS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ScansByWay(Policy):
    """The riskiest by the score, then scans by luck, with a share of each way across.

    What a rule of a campaign makes of `RandomShare` and `TodaysPractice`; with one share for all ways it chooses the
    same trucks.
    """

    even_luck: ClassVar[bool] = False

    targeted_share: float
    shares: tuple[float, ...]
    """Of the trucks of each way that targeting lets pass."""
    ways: Options

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return the riskiest, and of the others those whose luck is under the share of their way."""
        share = np.array(self.shares)[self.ways.group_of(trucks)]
        by_luck = trucks["u_select"].to_numpy() < share
        if self.targeted_share == 0.0:
            return np.asarray(by_luck)
        return select_riskiest(trucks, risk_scores(scores), past.risk_score, self.targeted_share) | by_luck

    def random_share(self) -> float:
        """Return the share that luck takes of every way."""
        return min(self.shares)


def luck_of(policy: Policy) -> float | None:
    """Return the share of trucks that luck fills evenly, of those that targeting lets pass; None: not that kind.

    Examples
    --------
    >>> luck_of(RandomShare(name="r", random_floor_share=0.0, officer_referral=True, share=0.27))
    0.27
    """
    return policy.random_share() if isinstance(policy, RandomShare | TodaysPractice) else None


def scans_by_way(policy: Policy, shares: npt.ArrayLike, ways: Options) -> ScansByWay:
    """Return the policy with its luck moved to these shares by way, float[way]."""
    return ScansByWay(
        name=policy.name,
        random_floor_share=policy.random_floor_share,
        officer_referral=policy.officer_referral,
        targeted_share=policy.targeted_share if isinstance(policy, TodaysPractice) else 0.0,
        shares=tuple(np.asarray(shares, dtype=np.float64).tolist()),
        ways=ways,
    )


def shares_within(effort: npt.ArrayLike, traffic: npt.ArrayLike, budget: float) -> Array:
    """Return scan shares by way that spend a budget in proportion to an effort, none above 1.

    Parameters
    ----------
    effort : float[way]
        How the scans are to be divided; not negative. What a way cannot take, the others share in proportion.
    traffic : float[way]
        Share of all trucks; a way without trucks takes none.
    budget : float
        Share of all trucks that is scanned.

    Examples
    --------
    >>> shares_within([3.0, 1.0], [0.5, 0.5], 0.2).round(6).tolist()
    [0.3, 0.1]
    >>> shares_within([9.0, 1.0], [0.5, 0.5], 0.8).round(6).tolist()
    [1.0, 0.6]
    """
    parts, weights = (np.asarray(one, dtype=np.float64) for one in (effort, traffic))
    weights = weights / weights.sum()
    per_truck = np.divide(parts, weights, out=np.zeros_like(parts), where=weights > 0.0)
    if not per_truck.any():
        per_truck = np.ones_like(parts)
    full = np.zeros(len(parts), dtype=bool)
    shares = np.zeros_like(parts)
    for _ in range(len(parts)):
        left = budget - float(weights[full].sum())
        open_cost = float((weights * per_truck)[~full].sum())
        if left <= 0.0 or open_cost <= 0.0:
            break
        shares = np.where(full, 1.0, per_truck * left / open_cost)
        over = ~full & (shares >= 1.0)
        if not over.any():
            break
        full |= over
    return np.asarray(np.minimum(np.where(full, 1.0, shares), 1.0))
