"""One alternative on its way through a campaign: its rule, what its agency has seen, and the organizations it meets.

A rule that reads finds makes other plans for each organization, so that its weeks are simulated against each of them;
weeks of all other rules are the same whoever attempts, and serve all organizations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, cast

import numpy as np
from scipy import stats

from experiments.adaptation.adversary import AdversaryName
from experiments.adaptation.attempts import AttemptSettings, AttemptWeek, Organizations, week_uniforms
from experiments.adaptation.campaign_weeks import PortWeek, WeekPlan, luck_shares
from experiments.adaptation.options import Options, Prices
from experiments.adaptation.partners.settings import PartnerSettings
from experiments.adaptation.partners.state import (
    Outcomes,
    PartnerState,
    PartnerWeek,
    SharingLevel,
    after_week,
    scenario_of_week,
    sharing_level,
    start_partners,
)
from experiments.adaptation.rules.labels import found_trucks, labels_of_week, trucks_partner_tells
from experiments.adaptation.rules.retrainer import ModelState, next_state
from experiments.adaptation.rules.scan_rules import SCAN_RULES, Before, planned_losses, planned_shares
from experiments.adaptation.rules.scans_by_way import luck_of, scans_by_way
from experiments.adaptation.rules.seen import SeenWeek
from experiments.adaptation.rules.settings import READ_FINDS, RETRAINING, EffortSettings, RetrainingSettings
from models.corrected import CorrectedRisk, raw_features
from models.fitted import Examples, FittedRisk
from sim.arrays import FloatArray
from sim.policies.lists import TodaysPractice, TopShare
from sim.replication import Scorer
from sim.scenario import Scenario
from sim.setting.window import Window
from sim.trucks.streams import Purpose


@dataclass(frozen=True, slots=True)
class TrackWeek:
    """One week of a track, as EPOCHS tells it of one organization."""

    port: PortWeek
    played: AttemptWeek
    seen: SeenWeek
    model_age_weeks: int
    retrained: bool
    labels_positive: int
    drift_alarm: bool
    partners: PartnerWeek
    """``state`` is the one before the week."""
    planned_losses: tuple[float, float]
    """See `experiments.adaptation.rules.scan_rules.planned_losses`."""


@dataclass(slots=True)
class Track:
    """One alternative, against one organization or, where its rule reads no finds, against all.

    Attributes
    ----------
    rule : str
        One of `experiments.adaptation.rules.settings.RULE_WORDS`.
    whom : dict
        How each organization meets the port.
    """

    name: str
    scenario: Scenario
    scorer: Scorer
    rule: str
    whom: Mapping[AdversaryName, AttemptSettings]
    effort: EffortSettings
    retraining: RetrainingSettings
    partners: PartnerSettings
    ways: Options
    windows: list[Window] = field(default_factory=list)
    seen: list[SeenWeek] = field(default_factory=list)
    organizations: dict[AdversaryName, Organizations] = field(default_factory=dict)
    model: ModelState | None = None
    weeks: dict[AdversaryName, list[TrackWeek]] = field(default_factory=dict)
    planned_losses: tuple[float, float] = (float("nan"), float("nan"))
    state: PartnerState = field(init=False)
    level: SharingLevel = field(init=False)

    def __post_init__(self) -> None:
        """Let both governments begin where the study has them."""
        self.state = start_partners(self.scenario, self.partners.trust)

    @property
    def key(self) -> tuple[str, str]:
        """Tell this track from others."""
        apart = reads_outcomes(self.rule, self.scenario, self.partners)
        return self.name, next(iter(self.whom)) if apart else ""

    def plan(self, window: Window) -> WeekPlan:
        """Return what the alternative does in the next week, from what its agency and its partner have seen.

        Week 0 is the study's own: all that is agreed is sent and used.
        """
        self.windows.append(window)
        plan = self._plan_of_rule()
        self.level = sharing_level(self.state, self.scenario, self.partners, first=not self.seen)
        if not self.seen:
            return plan
        return replace(plan, scenario=scenario_of_week(plan.scenario, self.state, self.level, self.partners))

    def _plan_of_rule(self) -> WeekPlan:
        by_truck = self.rule in RETRAINING
        if not self.seen or self.rule == "constant":
            return WeekPlan(self.scenario, self.scorer, by_truck=by_truck)
        if self.rule in SCAN_RULES:
            luck = cast("float", luck_of(self.scenario.policy))
            before = Before(self.seen, self.windows, luck, self.ways)
            shares = planned_shares(self.rule, before, self.effort)
            if (len(self.seen) - 1) % self.effort.replan_every_weeks == 0:
                self.planned_losses = planned_losses(self.rule, before, self.effort)
            policy = scans_by_way(self.scenario.policy, shares, self.ways)
            return WeekPlan(replace(self.scenario, policy=policy), self.scorer)
        scenario = with_exploration(self.scenario, self.retraining.exploration_share)
        if self.model is None or self.model.trained_week == 0:
            return WeekPlan(scenario, self.scorer, by_truck=True)
        version = f"{self.name} {self.key[1]} {self.model.trained_week}"
        return WeekPlan(scenario, self.model.model, version, by_truck=True)

    def start(self, base: Prices) -> None:
        """Let the organizations begin from week 0 under today's practice."""
        self.organizations = {name: Organizations.start(base, settings) for name, settings in self.whom.items()}
        self.weeks = {name: [] for name in self.whom}

    def live(self, plan: WeekPlan, port: PortWeek) -> None:
        """Let the organizations attempt in the week that was planned, and the agency see what came of it."""
        window, week = self.windows[-1], len(self.seen)
        before, level, met = self.state, self.level, self.model
        for name, organizations in self.organizations.items():
            played = organizations.play(window, port.prices, level.called_off, before.knowledge)
            seen = seen_week(port, played, window, self.ways)
            model = met
            retrained = model is not None and model.trained_week == week and week > 0
            meant = float(played.loads.sum()) + played.called_off
            outcomes = Outcomes(week, float(seen.finds.sum()), meant, retrained)
            between = after_week(before, level, window, outcomes, self.partners)
            self.state = between.state
            if self.rule in RETRAINING:
                seen = replace(seen, labels=self._labels(port, played, window, plan))
            self.weeks[name].append(
                TrackWeek(
                    port=replace(port, probed=None),
                    played=played,
                    seen=replace(seen, labels=None),
                    model_age_weeks=week - (0 if model is None else model.trained_week),
                    retrained=retrained,
                    labels_positive=0 if model is None else model.positives,
                    drift_alarm=model is not None and model.alarm,
                    partners=replace(between, state=before),
                    planned_losses=self.planned_losses,
                )
            )
        self.seen.append(replace(seen, labels=None))
        if seen.labels is not None and port.probed is not None:
            fitted = cast("FittedRisk", self.scorer)
            recent = raw_features(fitted, port.probed.manifest)
            state = self.model or ModelState(model=CorrectedRisk.unchanged(fitted, recent))
            self.model = next_state(state, seen.labels, float(seen.finds.sum()), recent, self.retraining)

    def _labels(self, port: PortWeek, played: AttemptWeek, window: Window, plan: WeekPlan) -> Examples | None:
        """Return what the model may learn of the week."""
        probed = port.probed
        if probed is None:
            return None
        kinds = probed.seizures.shape[1]
        found = played.found.sum(axis=0).reshape(-1, kinds)
        missed = (played.drawn - played.found).sum(axis=0).reshape(-1, kinds).sum(axis=1)
        positive = found_trucks(probed, window, found)
        share = self.retraining.partner_find_share if self.rule == "retrain_partner" else 0.0
        told = trucks_partner_tells(probed, window, missed, share)
        return labels_of_week(
            cast("FittedRisk", self.scorer),
            probed,
            positive,
            told,
            luck_weight=self._luck_weight(plan.scenario),
            week=len(self.seen),
        )

    def _luck_weight(self, scenario: Scenario) -> float:
        """Return for how many trucks one that luck chose counts: 1, or with the correction 1 / its chance."""
        luck = float(np.mean(luck_shares(scenario.policy)))
        return 1.0 / luck if self.retraining.correct == "inverse_probability" and luck > 0.0 else 1.0


def with_exploration(scenario: Scenario, share: float) -> Scenario:
    """Return the scenario with a share of all trucks that luck takes in place of the model's last choices.

    A policy other than ``top_share`` keeps the luck that it has.
    """
    policy = scenario.policy
    if not isinstance(policy, TopShare) or share == 0.0:
        return scenario
    explored = TodaysPractice(
        name=policy.name,
        random_floor_share=policy.random_floor_share,
        officer_referral=policy.officer_referral,
        scan_share=policy.share,
        targeted_share=max(policy.share - share, 0.0),
    )
    return replace(scenario, policy=explored)


def seen_week(port: PortWeek, played: AttemptWeek, window: Window, ways: Options) -> SeenWeek:
    """Return what the agency sees of a week: of the organization's loads those that were found, and in whom.

    Which finds were in trucks that luck alone had chosen is drawn from the probes, keyed by the week.
    """
    many = ways.groups
    found = played.found.sum(axis=0)
    finds = found.reshape(many, -1).sum(axis=1)
    if port.by_luck is None:
        nothing = np.zeros(many)
        return SeenWeek(trucks=port.trucks, scan_shares=nothing, finds=finds, opened=port.opened)
    chance = by_luck_chance(port)
    uniforms = week_uniforms(window, Purpose.ATTEMPTS_BY_LUCK, found.shape)
    lucky = np.where(found > 0.0, stats.binom.ppf(uniforms, found, chance), 0.0).reshape(many, -1).sum(axis=1)
    shares = port.by_luck.shares
    used = shares > 0.0
    loads = np.divide(lucky, shares, out=np.zeros_like(lucky), where=used)
    projected = float(loads.sum()) if used.any() else float("nan")
    return SeenWeek(
        trucks=port.trucks,
        scan_shares=shares,
        finds=finds,
        opened=port.opened,
        random_finds=float(lucky.sum()),
        random_loads=projected,
    )


def by_luck_chance(port: PortWeek) -> FloatArray:
    """Return P(in a truck that luck alone chose | found) of each option."""
    if port.by_luck is None:
        return np.zeros_like(port.prices.caught)
    caught = port.prices.caught
    part = np.divide(port.by_luck.caught, caught, out=np.zeros_like(caught), where=caught > 0.0)
    return np.asarray(np.clip(part, 0.0, 1.0))


class WeeklyPort(Protocol):
    """What runs the weeks of all tracks: `CampaignWeeks`, or a toy in its place."""

    def run_next(self, plans: Mapping[tuple[str, str], WeekPlan]) -> Mapping[tuple[str, str], PortWeek]:
        """Return the next week of every plan."""


def live_through(tracks: Sequence[Track], port: WeeklyPort, windows: Sequence[Window], baseline: str) -> None:
    """Take every track through all weeks.

    Parameters
    ----------
    windows : sequence of Window
        Of each week.
    baseline : str
        The alternative in whose week 0 organizations begin.
    """
    for week, window in enumerate(windows):
        plans = {track.key: track.plan(window) for track in tracks}
        done = port.run_next(plans)
        if week == 0:
            base = next(done[track.key].prices for track in tracks if track.name == baseline)
            for track in tracks:
                track.start(base)
        for track in tracks:
            track.live(plans[track.key], done[track.key])


def reads_outcomes(rule: str, scenario: Scenario, partners: PartnerSettings) -> bool:
    """Return whether an alternative's next week hangs on what came of this one, and so on whom it meets."""
    shares = scenario.sharing.has_partner or scenario.sharing.has_tips
    return rule in READ_FINDS or (partners.reads_outcomes and shares)


def tracks_of(
    alternatives: Mapping[str, tuple[Scenario, Scorer]],
    rules: Mapping[str, str],
    whom: Mapping[AdversaryName, AttemptSettings],
    settings: tuple[EffortSettings, RetrainingSettings, PartnerSettings],
    ways: Options,
) -> list[Track]:
    """Return the tracks of a campaign, in the order of alternatives and organizations.

    Parameters
    ----------
    rules : mapping
        Rule by alternative; those that are not named are ``constant``.
    """
    found = []
    for name, (scenario, scorer) in alternatives.items():
        rule = rules.get(name, "constant")
        groups: Sequence[Mapping[AdversaryName, AttemptSettings]] = [whom]
        if reads_outcomes(rule, scenario, settings[2]):
            groups = [{one: how} for one, how in whom.items()]
        found += [Track(name, scenario, scorer, rule, group, *settings, ways) for group in groups]
    return found
