"""Inspection policies by name: who is selected for the portal before arrival.

A policy reads the truck's own score and luck and what past days were like; never the other trucks
of the day, which have not come yet. To add one: a class below with ``choose``, its row in
`POLICIES`, a file in ``configs/policy/``, a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.errors import ConfigError, PolicyError
from sim.spec import Spec, share

if TYPE_CHECKING:
    from sim.scenario import Scenario

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Past:
    """A sample of ``m`` trucks of earlier days, as a planner knows it before the day begins."""

    risk_score: Floats
    """[m]"""
    u_tie: Floats
    """[m]"""
    p_carrying: Floats
    """[m], P(carrying | all traits); the analysts' expectation only, never a policy's input."""
    trucks_per_day: float


@dataclass(frozen=True, slots=True)
class Expected:
    """What a policy is expected to do, from past days and before the run."""

    scan_share: float
    """Share of trucks scanned at the portal."""
    threat_image_share: float
    """Share of the images judged by analysts that hold a threat, test images included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Spec):
    """What every inspection policy can be told."""

    name: str
    random_floor_share: float = share()
    """At least this share is selected at random for the portal, whatever the policy says."""
    officer_referral: bool
    """Whether the primary officer's own judgement counts."""

    def choose(self, trucks: pd.DataFrame, risk_score: Floats, past: Past) -> Bools:
        """Return bool[n], who is selected, the random floor left out."""
        raise NotImplementedError

    def random_share(self) -> float:
        """Return the share that ``choose`` takes by ``u_select`` alone, whatever the score."""
        return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoReferral(Policy):
    """Nobody is selected.

    The bound of no targeting at all: agriculture and trade-compliance exams alone go on (about 2 %
    of produce, S7 in docs/sources.md). Its configuration also silences the primary officer.

    Version history: 1 (0.1.0).
    """

    def choose(self, trucks: pd.DataFrame, risk_score: Floats, past: Past) -> Bools:
        """Return nobody."""
        del risk_score, past
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

    def choose(self, trucks: pd.DataFrame, risk_score: Floats, past: Past) -> Bools:
        """Return the riskiest and the random fill among the others."""
        targeted = riskiest(trucks, risk_score, past, self.targeted_share)
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

    def choose(self, trucks: pd.DataFrame, risk_score: Floats, past: Past) -> Bools:
        """Return each truck with the same probability."""
        del risk_score, past
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

    def choose(self, trucks: pd.DataFrame, risk_score: Floats, past: Past) -> Bools:
        """Return the trucks at or above the cutoff."""
        del trucks, past
        return np.asarray(risk_score >= self.cutoff)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopShare(Policy):
    """The riskiest share by the quantile of past days' scores.

    Source: inspection at a capacity, the setting of customs selection (DATE, KDD
    2020). The quantile is that of past days, because a truck is judged before the later ones of its
    day have come.

    Version history: 1 (0.1.0).
    """

    share: float = share()

    def choose(self, trucks: pd.DataFrame, risk_score: Floats, past: Past) -> Bools:
        """Return the trucks above the past quantile, ties broken by their own uniform."""
        return riskiest(trucks, risk_score, past, self.share)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanEverything(Policy):
    """Every truck is selected.

    Source: the Securing America's Ports Act of 2021 asks for a plan to scan every commercial
    vehicle at land ports of entry.

    Version history: 1 (0.1.0).
    """

    def choose(self, trucks: pd.DataFrame, risk_score: Floats, past: Past) -> Bools:
        """Return everybody."""
        del risk_score, past
        return np.ones(len(trucks), dtype=bool)

    def random_share(self) -> float:
        """Return 1: the score has no say."""
        return 1.0


POLICIES: dict[str, type[Policy]] = {
    "no_referral": NoReferral,
    "todays_practice": TodaysPractice,
    "random_share": RandomShare,
    "threshold": Threshold,
    "top_share": TopShare,
    "scan_everything": ScanEverything,
}
"""Every policy that a configuration may name."""


def select(scenario: Scenario, manifest: pd.DataFrame, scores: pd.DataFrame, past: Past) -> Bools:
    """Return bool[n], who is selected for the portal under the scenario's policy.

    The random floor adds trucks by ``u_floor`` alone, so that with those that the policy itself
    takes at random, whatever their score, ``random_floor_share`` of all trucks are reached.

    Parameters
    ----------
    manifest, scores : DataFrame
        MANIFEST and SCORES of the same trucks in the same order.

    Raises
    ------
    PolicyError
        The policy needs a quantile of past days, and no truck came on them.
    """
    policy = scenario.policy
    risk_score = scores["risk_score"].to_numpy(dtype=np.float64)
    chosen = policy.choose(manifest, risk_score, past)
    return chosen | (manifest["u_floor"].to_numpy() < floor_top_up(policy))


def floor_top_up(policy: Policy) -> float:
    """Return r such that 1 - (1 - a)(1 - r) is the random floor, a being at random already.

    >>> policy = RandomShare(name="r", random_floor_share=0.5, officer_referral=True, share=0.2)
    >>> round(floor_top_up(policy), 3)
    0.375
    """
    already = policy.random_share()
    if already >= policy.random_floor_share:
        return 0.0
    return (policy.random_floor_share - already) / (1.0 - already)


def riskiest(trucks: pd.DataFrame, risk_score: Floats, past: Past, top_share: float) -> Bools:
    """Return the trucks that rank in the top ``top_share`` of past days' scores.

    A truck is taken above the past quantile c, and at c itself with the probability that brings the
    whole to ``top_share``, decided by its own ``u_tie``. With a constant score that is random
    selection of exactly that share.
    """
    if top_share in (0.0, 1.0) or len(trucks) == 0:
        return np.full(len(trucks), top_share == 1.0)
    cutoff, p_tie = past_quantile(past.risk_score, top_share)
    tied = (risk_score == cutoff) & (trucks["u_tie"].to_numpy() < p_tie)
    return np.asarray((risk_score > cutoff) | tied)


def past_quantile(risk_score: Floats, top_share: float) -> tuple[float, float]:
    """Return (c, p) with P(score > c) + p P(score = c) = ``top_share`` over past days.

    Examples
    --------
    >>> past_quantile(np.array([0.1, 0.5, 0.5, 0.9]), 0.5)
    (0.5, 0.5)
    """
    m = len(risk_score)
    if m == 0:
        raise PolicyError("policy: no truck came on the past days, so a top share has no quantile")
    ranked = np.sort(risk_score)
    cutoff = float(ranked[m - min(max(int(np.ceil(top_share * m)), 1), m)])
    above = m - int(np.searchsorted(ranked, cutoff, side="right"))
    tied = m - above - int(np.searchsorted(ranked, cutoff, side="left"))
    return cutoff, (top_share * m - above) / tied


def expected(
    scenario: Scenario, past_manifest: pd.DataFrame, past_scores: pd.DataFrame, past: Past
) -> Expected:
    """Return what the policy would have done on past days: the run's own trucks have no say.

    The threat-image share is (images a day x mean P(carrying) of the selected + test images a day)
    / (images a day + test images a day); with no image at all it is the analysts' reference.
    """
    selected = select(scenario, past_manifest, past_scores, past)
    has_portal = scenario.servers("portal") > 0
    scan_share = float(selected.mean()) if has_portal and len(selected) else 0.0
    analyst = scenario.scanner.analyst
    images = past.trucks_per_day * scan_share
    total = images + analyst.test_images_per_day
    if total == 0.0:
        return Expected(scan_share, analyst.reference_threat_image_share)
    threats = images * float(past.p_carrying[selected].mean()) if images > 0.0 else 0.0
    return Expected(scan_share, (threats + analyst.test_images_per_day) / total)
