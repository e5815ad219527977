"""The one setting of each policy that decides how many trucks are selected, and how to turn it."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from sim.policies_gated import Combined
from sim.policies_tree import SensorTree
from sim.policy import Policy
from sim.scenario import Scenario, replace

KNOBS: Final[dict[str, str]] = {
    "top_share": "share",
    "random_share": "share",
    "todays_practice": "scan_share",
    "threshold": "cutoff",
    "square_root": "share",
    "trusted_trader": "share",
    "asycuda": "red_expected_share",
    "minimax": "share",
    "exploration": "share",
    "queue_aware": "share",
    "skip_lot": "fraction",
    "scan_budget": "share",
    "sensor_tree": "budget_openings",
    "ticketed": "share",
    "random_slow": "share",
    "dedicated_slow": "share",
}
"""By policy; a combination is turned by that of its first part which has one."""
LEAST: Final[dict[str, str]] = {
    "todays_practice": "targeted_share",
    "exploration": "exploration_share",
}
"""By policy, the setting below which its knob cannot be turned."""


def knob(scenario: Scenario) -> str | None:
    """Return the policy's setting that decides how many trucks are selected, as a dotted key."""
    return _knob(scenario.policy)


def _knob(policy: Policy) -> str | None:
    if isinstance(policy, SensorTree) and policy.budget_openings is None:
        return "target_detection"
    if not isinstance(policy, Combined):
        return KNOBS.get(policy.name)
    of_parts = (_knob(part) for part in policy.parts)
    return next((f"parts.{i}.{name}" for i, name in enumerate(of_parts) if name), None)


def asked_share(scenario: Scenario) -> float:
    """Return the share of trucks that the policy's setting asks for."""
    name = str(knob(scenario))
    value = float(getattr(_part(scenario.policy, name), _last(name)))
    return 1.0 - value if _last(name) == "cutoff" else value


def with_share(scenario: Scenario, share: float) -> Scenario:
    """Return the scenario with its policy asking for another share (at most all trucks)."""
    name = str(knob(scenario))
    part = _part(scenario.policy, name)
    least = float(getattr(part, LEAST[part.name])) if part.name in LEAST else 0.0
    share = max(min(share, 1.0), least)
    value = 1.0 - share if _last(name) == "cutoff" else share
    return replace(scenario, policy=_turned(scenario.policy, name, value))


def setting(scenario: Scenario) -> str:
    """Return the turned setting as a user would type it."""
    name = str(knob(scenario))
    return f"policy.{name}={getattr(_part(scenario.policy, name), _last(name)):.4f}"


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _part(policy: Policy, name: str) -> Policy:
    """Return the policy or the part of it that has the setting."""
    if not isinstance(policy, Combined):
        return policy
    _, place, rest = name.split(".", 2)
    return _part(policy.parts[int(place)], rest)


def _turned(policy: Policy, name: str, value: float) -> Policy:
    if not isinstance(policy, Combined):
        change: dict[str, Any] = {name: value}
        return dataclasses.replace(policy, **change)
    _, place, rest = name.split(".", 2)
    parts = list(policy.parts)
    parts[int(place)] = _turned(parts[int(place)], rest, value)
    return dataclasses.replace(policy, parts=tuple(parts))
