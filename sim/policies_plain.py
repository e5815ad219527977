"""The plainest inspection policies: nobody, everybody, at random, by the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.errors import ConfigError
from sim.inspection import Policy, score_of
from sim.past import Past, riskiest
from sim.spec import share

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoReferral(Policy):
    """Nobody is selected.

    The bound of no targeting at all: agriculture and trade-compliance exams alone go on (about 2 %
    of produce, S7 in docs/sources.md). Its configuration also silences the primary officer.

    Version history: 1 (0.1.0).
    """

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: Past) -> Bools:
        """Return nobody."""
        del scores, past
        return np.zeros(len(trucks), dtype=bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class TodaysPractice(Policy):
    """The riskiest by the score, then a random fill up to the scan share.

    Source: 27 % of commercial vehicles were scanned in FY2024 (GAO testimony, January 2026); a
    targeting system marked 3.6 % of clean shipments and 6.3 % of those with a threat (GAO, October
    2012, maritime: the only published operating point). S23 and S25 in docs/sources.md.

    Version history: 1 (0.1.0).
    """

    scan_share: float = share()
    targeted_share: float = share()

    def check(self) -> None:
        """Refuse a target that is larger than the whole."""
        if self.scan_share < self.targeted_share:
            problem = f"must be at least targeted_share={self.targeted_share:g}"
            raise ConfigError("scan_share", f"{problem}, got {self.scan_share:g}")

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: Past) -> Bools:
        """Return the riskiest and the random fill among the others."""
        targeted = riskiest(trucks, score_of(scores), past.risk_score, self.targeted_share)
        return targeted | (trucks["u_select"].to_numpy() < self.random_share())

    def random_share(self) -> float:
        """Return the fill: (scan share - targeted share) / (1 - targeted share)."""
        if self.targeted_share == 1.0:
            return 0.0
        return (self.scan_share - self.targeted_share) / (1.0 - self.targeted_share)


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomShare(Policy):
    """A share of all trucks, at random.

    Source: the compliance-measurement sample, and the yardstick that every risk policy must beat
    and falls back to as its score loses all power.

    Version history: 1 (0.1.0).
    """

    share: float = share()

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: Past) -> Bools:
        """Return each truck with the same probability."""
        del scores, past
        return np.asarray(trucks["u_select"].to_numpy() < self.share)

    def random_share(self) -> float:
        """Return the share itself."""
        return self.share


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Policy):
    """Every truck whose risk score reaches the cutoff.

    Source: a fixed score above which a shipment is held, as in the Automated Targeting System (GAO,
    October 2012; S25 in docs/sources.md). The share scanned drifts with the traffic.

    Version history: 1 (0.1.0).
    """

    cutoff: float = share()

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: Past) -> Bools:
        """Return the trucks at or above the cutoff."""
        del trucks, past
        return np.asarray(score_of(scores) >= self.cutoff)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopShare(Policy):
    """The riskiest share by the quantile of past days' scores.

    Source: inspection at a capacity, the setting of customs selection (DATE, KDD
    2020). The quantile is that of past days, because a truck is judged before the later ones of its
    day have come.

    Version history: 1 (0.1.0).
    """

    share: float = share()

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: Past) -> Bools:
        """Return the trucks above the past quantile, ties broken by their own uniform."""
        return riskiest(trucks, score_of(scores), past.risk_score, self.share)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanEverything(Policy):
    """Every truck is selected.

    Source: the Securing America's Ports Act of 2021 asks for a plan to scan every commercial
    vehicle at land ports of entry.

    Version history: 1 (0.1.0).
    """

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: Past) -> Bools:
        """Return everybody."""
        del scores, past
        return np.ones(len(trucks), dtype=bool)

    def random_share(self) -> float:
        """Return 1: the score has no say."""
        return 1.0
