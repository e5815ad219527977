"""Placeholder head of the policy registry: the inspection policies' settings, by name."""

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
