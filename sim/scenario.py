"""Every assumption of one alternative, frozen: what ``configs/`` is turned into.

Names end in their unit (``_min _h _per_h _usd _kg``), shares lie in 0-1 and end in ``_share``,
probabilities begin with ``p_``. All values come from ``configs/``: nothing here has a default.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sim.errors import ConfigError
from sim.policies import registry
from sim.setting.setting import Setting
from sim.setting.spec import Spec, bounded_field, build_part, build_spec
from sim.setting.window import check_dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk(Spec):
    """Which risk model scores the trucks, on which information, trained on which past."""

    name: str
    tier: Literal["own", "partner", "tip"]
    """What it reads: the port's own columns, the partner's besides, tips besides."""
    labels: Literal["opened", "oracle"]
    history_years: int = bounded_field(5, 30)
    history_start_date: str
    history_seed: int = bounded_field(0)
    settings: dict[str, float]

    def check(self) -> None:
        """Refuse a date that is none, and years of history, with the year after them, that no calendar has."""
        check_dates("history_start_date", self.history_start_date, 366 * (self.history_years + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Setting):
    """One alternative, whole: what is there, the risk model and the policy."""

    risk: Risk
    policy: registry.Policy
    """One of `sim.policies.registry.POLICIES`, which that module has filled."""

    @property
    def heeds_others(self) -> bool:
        """Return whether scores hang on what others share, and so on the truth."""
        partner = self.risk.tier != "own" and self.sharing.has_partner
        return partner or (self.risk.tier == "tip" and self.sharing.has_tips)

    def check(self) -> None:
        """Refuse to ask what a load would have met where choices at the port hang on it."""
        Setting.check(self)
        if self.heeds_others and self.policy.at_the_port():
            problem = f"{self.policy.name!r} chooses at the port"
            raise ConfigError("policy.name", f"{problem}; it needs risk.tier=own or sharing=none")


def replace_parts(scenario: Scenario, **parts: Spec) -> Scenario:
    """Return ``scenario`` with whole parts exchanged, e.g. ``replace(s, policy=NoReferral())``."""
    return dataclasses.replace(scenario, **parts)  # type: ignore[arg-type]


def build_scenario(mapping: Mapping[str, object]) -> Scenario:
    """Build the whole scenario; see `sim.setting.spec.build_spec`.

    Alternatives of a study differ in a part or two, so that parts built before are met again; all
    but the policy, whose class may be another one under the same name.
    """
    known = {field.name for field in dataclasses.fields(Scenario)} - {"policy"}
    parts = {name: _part(name, _Part(repr(part), part)) if name in known else part for name, part in mapping.items()}
    return build_spec(Scenario, parts)


@dataclass(frozen=True, slots=True)
class _Part:
    """The mapping of a part of a scenario; two are equal where they read alike."""

    text: str
    mapping: object = dataclasses.field(compare=False)


@functools.lru_cache(maxsize=256)
def _part(name: str, part: _Part) -> object:
    return build_part(Scenario, name, part.mapping)
