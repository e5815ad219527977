"""The plainest policies that make a list before arrival: nobody, everybody, luck, the riskiest, today's practice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from sim.arrays import BoolArray
from sim.policies.base import PastTraffic, Policy, register, risk_scores, select_riskiest
from sim.setting.spec import share_field


@register("no_referral")
@dataclass(frozen=True, slots=True, kw_only=True)
class NoReferral(Policy):
    """Nobody is selected.

    The bound of no targeting at all: agriculture and trade-compliance exams alone go on (about 2 %
    of produce, S7 in docs/reference/sources.md). Its configuration also silences the primary officer.

    Version history: 1 (0.1.0).
    """

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return nobody."""
        del scores, past
        return np.zeros(len(trucks), dtype=bool)


@register("todays_practice")
@dataclass(frozen=True, slots=True, kw_only=True)
class TodaysPractice(Policy):
    """The riskiest by the score, then a random fill up to the scan share.

    Source: 27 % of commercial vehicles were scanned in FY2024 (GAO testimony, January 2026); a
    targeting system marked 3.6 % of clean shipments and 6.3 % of those with a threat (GAO, October
    2012, maritime: the only published operating point). S23 and S25 in docs/reference/sources.md.

    Version history: 1 (0.1.0).
    """

    tuned_setting: ClassVar[str | None] = "scan_share"
    least_setting: ClassVar[str | None] = "targeted_share"

    scan_share: float = share_field()
    targeted_share: float = share_field()

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return the riskiest and the random fill among the others."""
        targeted = select_riskiest(trucks, risk_scores(scores), past.risk_score, self.targeted_share)
        return targeted | (trucks["u_select"].to_numpy() < self.random_share())

    def random_share(self) -> float:
        """Return the fill: (scan share - targeted share) / (1 - targeted share)."""
        if self.targeted_share == 1.0:
            return 0.0
        return (self.scan_share - self.targeted_share) / (1.0 - self.targeted_share)


@register("random_share")
@dataclass(frozen=True, slots=True, kw_only=True)
class RandomShare(Policy):
    """A share of all trucks, at random.

    Source: the compliance-measurement sample, and the yardstick that every risk policy must beat
    and falls back to as its score loses all power.

    Version history: 1 (0.1.0).
    """

    tuned_setting: ClassVar[str | None] = "share"

    share: float = share_field()

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return each truck with the same probability."""
        del scores, past
        return np.asarray(trucks["u_select"].to_numpy() < self.share)

    def random_share(self) -> float:
        """Return the share itself."""
        return self.share


@register("threshold")
@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Policy):
    """Every truck whose risk score reaches the cutoff.

    Source: a fixed score above which a shipment is held, as in the Automated Targeting System (GAO,
    October 2012; S25 in docs/reference/sources.md). The share scanned drifts with the traffic.

    Version history: 1 (0.1.0).
    """

    tuned_setting: ClassVar[str | None] = "cutoff"

    cutoff: float = share_field()

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return the trucks at or above the cutoff."""
        del trucks, past
        return np.asarray(risk_scores(scores) >= self.cutoff)


@register("top_share")
@dataclass(frozen=True, slots=True, kw_only=True)
class TopShare(Policy):
    """The riskiest share by the quantile of past days' scores.

    Source: inspection at a capacity, the setting of customs selection (DATE, KDD
    2020). The quantile is that of past days, because a truck is judged before the later ones of its
    day have come.

    Version history: 1 (0.1.0).
    """

    tuned_setting: ClassVar[str | None] = "share"

    share: float = share_field()

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return the trucks above the past quantile, ties broken by their own uniform."""
        return select_riskiest(trucks, risk_scores(scores), past.risk_score, self.share)


@register("scan_everything")
@dataclass(frozen=True, slots=True, kw_only=True)
class ScanEverything(Policy):
    """Every truck is selected.

    Source: the Securing America's Ports Act of 2021 asks for a plan to scan every commercial
    vehicle at land ports of entry.

    Version history: 1 (0.1.0).
    """

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return everybody."""
        del scores, past
        return np.ones(len(trucks), dtype=bool)

    def random_share(self) -> float:
        """Return 1: the score has no say."""
        return 1.0
