"""Inspection policies by name: who is selected for the portal before arrival."""

from __future__ import annotations

from dataclasses import dataclass

from sim.spec import Spec, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Spec):
    """What every inspection policy can be told."""

    name: str
    random_floor_share: float = share()
    """At least this share is selected at random for the portal, whatever the policy says."""
    officer_referral: bool
    """Whether the primary officer's own judgement counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoReferral(Policy):
    """Nobody is selected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TodaysPractice(Policy):
    """The riskiest by the score, then a random fill up to the scan share."""

    scan_share: float = share()
    targeted_share: float = share()


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomShare(Policy):
    """A share of all trucks, at random."""

    share: float = share()


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Policy):
    """Every truck whose risk score reaches the cutoff."""

    cutoff: float = share()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopShare(Policy):
    """The riskiest share by the quantile of past days' scores."""

    share: float = share()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanEverything(Policy):
    """Every truck is selected."""


POLICIES: dict[str, type[Policy]] = {
    "no_referral": NoReferral,
    "todays_practice": TodaysPractice,
    "random_share": RandomShare,
    "threshold": Threshold,
    "top_share": TopShare,
    "scan_everything": ScanEverything,
}
"""Every policy that a configuration may name."""
