"""The keys of the groups ``trust``, ``knowledge`` and ``vetting``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.errors import ConfigError
from sim.setting.spec import Spec, bounded_field, share_field


@dataclass(frozen=True, slots=True, kw_only=True)
class Shock(Spec):
    """Bad outcomes that one side counts against the other in one week: an arrest, a disclosure, a broken promise."""

    week: int = bounded_field(0, 520)
    side: Literal["us", "mx"]
    """Whose trust falls."""
    bad: float = bounded_field(0.0, 1e4)
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustSettings(Spec):
    """The keys of ``configs/trust``."""

    name: str
    moves: bool
    prior_good: float = bounded_field(0.0, 1e4)
    prior_bad: float = bounded_field(0.0, 1e4)
    forgetting_per_week: float = bounded_field(0.5, 1.0)
    threshold: float = share_field()
    slope: float = bounded_field(0.0, 1e3)
    pilot_share: float = share_field()
    credited_share: float = share_field()
    false_attribution_share: float = share_field()
    shocks: tuple[Shock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeSettings(Spec):
    """The keys of ``configs/knowledge``."""

    name: str
    leaks: bool
    partner_side_share: float = share_field()
    noticed_share: float = share_field()
    called_off_share: float = share_field()
    rule_per_leak: float = share_field()
    rule_fades_per_week: float = share_field()
    rule_lost_at_retraining: float = share_field()
    source_lost_per_leak: float = share_field()
    source_back_weeks: float = bounded_field(0.1, 1e4)


@dataclass(frozen=True, slots=True, kw_only=True)
class VettingSettings(Spec):
    """The keys of ``configs/vetting``."""

    name: str
    moves: bool
    recruited_per_week: float = share_field()
    found_per_week: float = share_field()
    turnover_per_week: float = share_field()
    applicants_compromised_share: float = share_field()
    caught_share: float = share_field()
    honest_passed_share: float = share_field()
    again_every_weeks: int | None = bounded_field(1, 520)
    again_caught_share: float = share_field()

    def check(self) -> None:
        """Refuse vetting that passes nobody."""
        if self.moves and self.honest_passed_share == 0.0 and self.caught_share == 1.0:
            raise ConfigError("honest_passed_share", "must be above 0 where caught_share is 1; got 0")


@dataclass(frozen=True, slots=True)
class PartnerSettings:
    """The three groups together."""

    trust: TrustSettings
    knowledge: KnowledgeSettings
    vetting: VettingSettings

    @property
    def reads_outcomes(self) -> bool:
        """Whether next week hangs on what came of this one."""
        return self.trust.moves or self.knowledge.leaks
