"""What ``throughgate campaign`` is asked: a study, its weeks, and whom each alternative meets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from experiments.adaptation.adversary import REACTIONS, AdversaryName, Reaction
from experiments.adaptation.attempts import AttemptSettings
from experiments.adaptation.options import LEVELS, Margin, Options
from experiments.execution.run_folder import configuration_of
from experiments.study.compose import ADAPTING, CAMPAIGN, SEARCH_PATH, compose_config, parse_overrides
from experiments.study.study import Study, build_study
from sim.errors import ConfigError
from sim.scenario import Scenario
from sim.setting.spec import Spec, bounded_field, build_spec, share_field
from sim.trucks.arrivals import rates_per_h

KEYS: Final = ("weeks", "adversaries", "margins")
"""Keys of ``configs/campaign.yaml``, beside the group ``adversary``."""
MOST_WEEKS: Final = 520


@dataclass(frozen=True, slots=True, kw_only=True)
class AdversarySettings(Spec):
    """The keys of ``configs/adversary``; see `experiments.adaptation.adversary.Reaction`."""

    name: str
    reaction_per_detection: float = bounded_field(0.0, 1000.0)
    reconsider_share: float = bounded_field(0.001, 1.0)
    memory_share: float = bounded_field(0.5, 1.0)
    prior_loads: float = bounded_field(0.01, 1e6)
    organizations: int = bounded_field(1, 100)
    outside_share: float = bounded_field(0.0, 0.99)
    switching_cost: float = bounded_field(0.0, 100.0)
    shared: bool
    knowledge_share: float = share_field()
    feedback: Literal["drawn", "expected"]
    sees_this_week: bool

    def reaction(self) -> Reaction:
        """Return the same as adversaries read it."""
        names = {field.name for field in dataclasses.fields(Reaction)}
        return Reaction(**{name: getattr(self, name) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSettings(Spec):
    """The keys of ``configs/campaign.yaml``."""

    weeks: int = bounded_field(1, MOST_WEEKS)
    adversaries: tuple[str, ...]
    margins: tuple[str, ...]
    adversary: AdversarySettings

    def check(self) -> None:
        """Refuse adversaries and margins that are not known, or named twice."""
        for key, kind, names, known in (
            ("adversaries", "adversary", self.adversaries, list(REACTIONS)),
            ("margins", "margin", self.margins, list(LEVELS)),
        ):
            for name in names:
                if name not in known:
                    raise ConfigError(key, f"no {kind} {name!r}; known {known}")
            if not names or len(set(names)) != len(names):
                raise ConfigError(key, f"expected one or more of {known}, each once, got {list(names)}")


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign, ready to run: nothing is written yet."""

    study: Study
    settings: CampaignSettings
    overrides: tuple[str, ...]
    """What the user asked for, of the study and of the campaign."""

    def configuration(self) -> dict[str, Any]:
        """Return every key that decides the results, with its plain value, so that a resumed run can be checked."""
        own = plain_settings(self.settings)
        of_adversary = {f"adversary.{key}": value for key, value in own["adversary"].items()}
        return configuration_of(self.study, self.study.verb) | {key: own[key] for key in KEYS} | of_adversary

    @property
    def options(self) -> Options:
        """The ways across that organizations tell apart."""
        return Options(cast("tuple[Margin, ...]", self.settings.margins))

    def attempt_settings(self) -> dict[AdversaryName, AttemptSettings]:
        """Return how each adversary meets the port."""
        of_all = self.settings.adversary
        return {
            name: AttemptSettings(
                name=name,
                reaction=of_all.reaction(),
                knowledge_share=of_all.knowledge_share,
                feedback=of_all.feedback,
                sees_this_week=of_all.sees_this_week,
            )
            for name in cast("tuple[AdversaryName, ...]", self.settings.adversaries)
        }


def build_campaign(overrides: Sequence[str], verb: str) -> Campaign:
    """Build the campaign that a command line asks for; writes nothing.

    Raises
    ------
    ConfigError
        A key of the study, of the campaign or of its adversary that is unknown or out of range; alternatives whose
        choices read finds, which cannot be priced for an adversary who knows them.

    Examples
    --------
    >>> build_campaign(["weeks=4", "adversaries=[static]", "adversary.organizations=1"], "campaign").settings.weeks
    4
    """
    own, rest = [], []
    for override in parse_overrides(overrides):
        root = override.key_or_group.split(".")[0]
        both = root == SEARCH_PATH.split(".")[0]
        if both or root in (*KEYS, *ADAPTING):
            own.append(str(override.input_line))
        if both or root not in (*KEYS, *ADAPTING):
            rest.append(str(override.input_line))
    mapping = compose_config(own, CAMPAIGN).mapping
    settings = build_spec(CampaignSettings, {key: mapping[key] for key in (*KEYS, *ADAPTING)})
    study = build_study(rest, verb)
    _check(study, settings)
    return Campaign(study, settings, tuple(overrides))


def _check(study: Study, settings: CampaignSettings) -> None:
    if study.calendar == "year":
        raise ConfigError("calendar", "a campaign runs week after week; expected week, got year")
    if study.manifest is not None:
        raise ConfigError("manifest", "a campaign draws the trucks of every week; a file holds one stretch of days")
    if study.days > 7:
        raise ConfigError("days", f"expected 1 to 7 days of each week, got {study.days}")
    try:
        dt.date.fromisoformat(study.start_date) + dt.timedelta(weeks=settings.weeks)
    except OverflowError:
        problem = f"{settings.weeks} weeks from {study.start_date} go beyond the calendar's last day, 9999-12-31"
        raise ConfigError("weeks", problem) from None
    for name, scenario in study.alternatives.items():
        _check_alternative(name, scenario, study)


def _check_alternative(name: str, scenario: Scenario, study: Study) -> None:
    if scenario.threat.prevalence_per_truck == 0.0:
        problem = f"{name}: must be above 0, or nobody carries who could react"
        raise ConfigError("threat.prevalence_per_truck", problem)
    if not rates_per_h(scenario, study.window(0)).any():
        problem = f"{name}: no truck comes in the first week, from {study.start_date}, {study.days} days"
        raise ConfigError("start_date", problem)
    if scenario.policy.learns_from_finds:
        problem = f"{name}: choices read finds, so that options cannot be priced; leave the alternative out"
        raise ConfigError("alternatives", problem)


def plain_settings(settings: CampaignSettings) -> dict[str, Any]:
    """Return the campaign's keys as plain values, for its record."""
    plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(settings)))
    return plain
