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
from experiments.adaptation.partners.settings import KnowledgeSettings, PartnerSettings, TrustSettings, VettingSettings
from experiments.adaptation.rules.scan_rules import SCAN_RULES
from experiments.adaptation.rules.scans_by_way import luck_of
from experiments.adaptation.rules.settings import RETRAINING, RULE_WORDS, EffortSettings, RetrainingSettings
from experiments.execution.run_folder import configuration_of
from experiments.games.selective_labels import weeks_to_first_find
from experiments.number_format import number, percent
from experiments.study.alternatives import split_overrides
from experiments.study.compose import ADAPTING, CAMPAIGN, WEEKLY, compose_config, parse_overrides
from experiments.study.study import Study, build_study, overrides_with_experiment
from sim.errors import ConfigError
from sim.scenario import Scenario
from sim.setting.spec import Spec, bounded_field, build_spec, share_field
from sim.trucks.arrivals import rates_per_h

KEYS: Final = tuple(key for key in WEEKLY if key not in ADAPTING)
"""Keys of ``configs/campaign.yaml``, beside the groups ``adversary``, ``effort`` and ``retraining``."""
LEARNING_MODELS: Final = ("logistic", "boosted", "hybrid")
"""Risk models that learn from labels, so that they can be trained again."""
MOST_WEEKS: Final = 520
FEWEST_REPLICATIONS: Final = 10
"""Replications below which a note says that intervals are wide."""


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
    rules: dict[str, str]
    adversary: AdversarySettings
    effort: EffortSettings
    retraining: RetrainingSettings
    trust: TrustSettings
    knowledge: KnowledgeSettings
    vetting: VettingSettings

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
        self._check_rules()

    def _check_rules(self) -> None:
        for name, rule in self.rules.items():
            if rule not in RULE_WORDS:
                raise ConfigError(f"rules.{name}", f"no rule {rule!r}; known {list(RULE_WORDS)}")
        retrains = any(rule in RETRAINING for rule in self.rules.values())
        if retrains and self.weeks < 2 * self.retraining.every_weeks:
            least = f"2 x retraining.every_weeks={self.retraining.every_weeks}"
            raise ConfigError("weeks", f"{self.weeks} < {least}: no model could be judged after it learned")
        for place, shock in enumerate(self.trust.shocks):
            if shock.week >= self.weeks:
                problem = f"{shock.week} is after the last week, {self.weeks - 1}"
                raise ConfigError(f"trust.shocks[{place}].week", problem)

    @property
    def partners(self) -> PartnerSettings:
        """Trust, leaks and vetting together."""
        return PartnerSettings(self.trust, self.knowledge, self.vetting)

    def acting(self) -> dict[str, bool]:
        """Return which groups of a campaign act in this one."""
        rules = set(self.rules.values())
        return {
            "adversary": True,
            "effort": bool(rules & set(SCAN_RULES)),
            "retraining": bool(rules & set(RETRAINING)),
            "trust": self.trust.moves,
            "knowledge": self.knowledge.leaks,
            "vetting": self.vetting.moves,
        }


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
        of_groups = {f"{group}.{key}": value for group in ADAPTING for key, value in own[group].items()}
        return configuration_of(self.study, self.study.verb) | {key: own[key] for key in KEYS} | of_groups

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
    own, rest = split_overrides(overrides, (*KEYS, *ADAPTING))
    study = build_study(rest, verb)
    asked = _with_rules_by_name(own)
    mapping = compose_config([*_of_experiment(rest, verb, asked), *asked], CAMPAIGN).mapping
    settings = build_spec(CampaignSettings, {key: mapping[key] for key in WEEKLY})
    _check(study, settings)
    return Campaign(study, settings, tuple(overrides))


RULES: Final = "rules"


def _with_rules_by_name(overrides: Sequence[str]) -> list[str]:
    """Return the overrides with rules by alternative, which the root file cannot know, as new keys."""
    found = []
    for text, override in zip(overrides, parse_overrides(overrides), strict=True):
        key = str(override.key_or_group)
        value = override.value() if key == RULES else None
        if key.startswith(f"{RULES}.") and not override.is_delete():
            found.append(f"+{text.lstrip('+')}")
        elif isinstance(value, dict) and value:
            found += [f"+{RULES}.{name}={_plain(rule)}" for name, rule in value.items()]
        else:
            found.append(text)
    return found


def _of_experiment(overrides: Sequence[str], verb: str, users: Sequence[str]) -> list[str]:
    """Return what the experiment sets of a campaign, as overrides that the user's own come after."""
    given = {str(override.key_or_group) for override in parse_overrides(users)}
    mapping = compose_config(overrides_with_experiment(overrides, verb)).mapping
    found = []
    for key in WEEKLY:
        value = mapping.get(key)
        new = "+" if key == RULES else ""
        if isinstance(value, dict):
            leaves = {f"{key}.{name}": inner for name, inner in value.items()}
            found += [f"{new}{leaf}={_plain(inner)}" for leaf, inner in leaves.items() if not {leaf, key} & given]
        elif value is not None and key not in given:
            found.append(f"{key}={_plain(value)}")
    return found


def _plain(value: object) -> str:
    """Return a value as the grammar of overrides writes it."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{_plain(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_plain(inner) for inner in value) + "]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


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
    for name, rule in settings.rules.items():
        if name not in study.alternatives:
            raise ConfigError(f"rules.{name}", f"no alternative {name!r}; known {list(study.alternatives)}")
        _check_rule(name, rule, study.alternatives[name], settings)


def _check_rule(name: str, rule: str, scenario: Scenario, settings: CampaignSettings) -> None:
    key, margins = f"rules.{name}", set(settings.margins)
    if rule in SCAN_RULES and not margins & {"front", "day_part"}:
        raise ConfigError(key, f"{rule} moves scans between fronts or times of day; margins has {sorted(margins)}")
    if rule in SCAN_RULES and not luck_of(scenario.policy):
        problem = f"{rule} moves scans by random selection; policy {scenario.policy.name} has none"
        raise ConfigError(key, f"{problem} (random_share and todays_practice have)")
    if rule in RETRAINING and scenario.risk.name not in LEARNING_MODELS:
        problem = f"risk={scenario.risk.name} learns nothing, so that {rule} has nothing to train"
        raise ConfigError(key, f"{problem}; expected risk={' or '.join(LEARNING_MODELS)}")


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


def notes_before(campaign: Campaign) -> list[str]:
    """Return what should be known before a campaign runs: settings with which it can say little."""
    study, settings = campaign.study, campaign.settings
    notes = []
    if settings.adversary.reaction_per_detection == 0.0 and {"responsive", "learning"} & set(settings.adversaries):
        notes.append("adversary.reaction_per_detection=0: responsive and learning organizations do as the static one.")
    if study.replications < FEWEST_REPLICATIONS:
        notes.append(f"{study.replications} replications: intervals are wide; {FEWEST_REPLICATIONS} or more tell more.")
    for name, rule in settings.rules.items():
        share, scenario = settings.retraining.exploration_share, study.alternatives[name]
        if rule in RETRAINING and share > 0.0:
            trucks = float(rates_per_h(scenario, study.window(0)).sum())
            weeks = weeks_to_first_find(
                trucks=trucks,
                prevalence=scenario.threat.prevalence_per_truck,
                p_find=settings.effort.scan_detection["laden"],
                share=share,
            )
            if float(weeks) > settings.weeks:
                label = study.names.label(name)
                notes.append(
                    f"{label}: {percent(share)} random selection is expected to detect its first load after "
                    f"{number(float(weeks), 0)} weeks, the campaign has {settings.weeks}."
                )
    return notes


def plain_settings(settings: CampaignSettings) -> dict[str, Any]:
    """Return the campaign's keys as plain values, for its record."""
    plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(settings)))
    return plain
