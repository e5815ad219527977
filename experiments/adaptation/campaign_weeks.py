"""The weeks of a campaign as the port lives them: trucks, plan, flow, and what each option would have met.

Week 0 is the week that ``compare`` runs, with the same trucks, plan and bytes. Later weeks have trucks of their own,
the same for all alternatives, and a plan from the two weeks before.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd

from experiments.adaptation.options import Options, Prices
from experiments.adaptation.rules.labels import Probed
from experiments.adaptation.rules.scans_by_way import ScansByWay
from experiments.execution.replicate import ProcessCache, trucks_met
from experiments.study.study import Study
from sim.arrays import BoolArray, FloatArray
from sim.frames import column
from sim.policies.base import PAST_COLUMNS, PastTraffic, Policy
from sim.policies.registry import floor_top_up, select_trucks
from sim.replication import (
    OperatingPlan,
    Replication,
    Scorer,
    draw_window_trucks,
    make_plan,
    score_manifest,
    summarize_past,
)
from sim.results.detection_by_group import GroupTotals
from sim.results.expected_detection import carrying_weight
from sim.results.groups import high_risk_counts, targeted_trucks
from sim.scenario import Scenario
from sim.setting.window import PAST_DAYS, Window
from sim.shared_draws import SharedDraws, manifest_key, risk_key
from sim.stations import SERVED

Key = TypeVar("Key", bound=Hashable)

CAMPAIGN: Final = 1000
"""Epoch of week 0 of a campaign plus the week's number keys its chance; week 0 itself has the epoch of ``compare``."""
WEEKS_OF_PAST: Final = 2
"""Weeks before on which a plan rests, once they have been simulated."""


def campaign_window(study: Study, replication: int, week: int) -> Window:
    """Return the calendar of one week of a campaign.

    Parameters
    ----------
    week : int
        From 0; week 0 is the study's own window.
    """
    first = study.window(replication)
    if week == 0:
        return first
    start = dt.date.fromisoformat(first.start_date) + dt.timedelta(weeks=week)
    return replace(first, epoch=CAMPAIGN + week, start_date=start.isoformat())


@dataclass(frozen=True, slots=True)
class PortWeek:
    """One alternative in one week."""

    metrics: dict[str, float]
    """METRICS in week 0; ``trucks`` and those of `sim.results.metrics.tuning_measures` in later weeks."""
    prices: Prices
    """Expected loads and seizures of every option under the static threat model."""
    trucks: FloatArray
    """Trucks that came, by way across."""
    opened: FloatArray
    """Trucks that were opened though no portal had imaged them, by way across."""
    by_luck: Luck | None
    """What luck alone brings; None: luck is uneven within a way, so that nothing can be inferred from it."""
    probed: Probed | None = None
    """The trucks one by one, where a model learns from them."""


@dataclass(frozen=True, slots=True)
class Luck:
    """What the scans that luck alone fills bring in a week.

    Attributes
    ----------
    shares : float[way]
        Of the trucks that targeting lets pass.
    caught : float[option]
        Expected seizures in trucks that luck alone chose, under the static threat model.
    """

    shares: FloatArray
    caught: FloatArray


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """What an alternative does in a week: its scenario, its risk model, and whether its trucks are kept one by one.

    Attributes
    ----------
    version : str
        Tells a model that was trained within the campaign from others; empty: the study's own.
    """

    scenario: Scenario
    scorer: Scorer
    version: str = ""
    by_truck: bool = False


@dataclass(slots=True)
class CampaignWeeks:
    """One replication of all alternatives, week after week; weeks must be asked for in order.

    Attributes
    ----------
    scorers : mapping
        Fitted risk models by `sim.shared_draws.risk_key`.
    shared : ProcessCache
        What this process has made for other replications.
    """

    study: Study
    scorers: Mapping[str, Scorer]
    shared: ProcessCache
    replication: int
    options: Options
    trucks: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    """The last weeks' trucks, as far as plans read them, or whole where a model is trained on the way."""
    scores: dict[tuple[str, str, str], list[pd.DataFrame]] = field(default_factory=dict)
    """Their SCORES, by trucks, risk model and version of the model."""
    weeks: int = 0

    def plans_as_asked(self) -> dict[str, WeekPlan]:
        """Return the plan of every alternative as the study has it."""
        return {name: WeekPlan(one, self.scorers[risk_key(one)]) for name, one in self.study.alternatives.items()}

    def run_next(self, plans: Mapping[Key, WeekPlan] | None = None) -> dict[Key, PortWeek]:
        """Return the next week of every plan; without plans of every alternative as the study has it, by name."""
        asked: Mapping[Any, WeekPlan] = self.plans_as_asked() if plans is None else plans
        window, week = campaign_window(self.study, self.replication, self.weeks), self.weeks
        met = self.shared.meet(window, self.study.manifest) if week == 0 else SharedDraws()
        done: dict[Any, PortWeek] = {}
        whole = any(plan.by_truck for plan in asked.values())
        manifests, scored = {}, {}
        for key, one in asked.items():
            manifest, scores = self._trucks(met, one, window)
            plan = self._plan(one, window)
            port = Replication(one.scenario, window, manifest, scores, plan, self.study.engine, met)
            done[key] = self._port_week(port, by_truck=one.by_truck, levels=week > 0)
            manifests[manifest_key(one.scenario)] = manifest
            scored[_key(one)] = scores
        for of_trucks, manifest in manifests.items():
            kept = manifest if whole else pd.DataFrame({name: column(manifest, name) for name in PAST_COLUMNS})
            self.trucks[of_trucks] = [*self.trucks.get(of_trucks, []), kept][-WEEKS_OF_PAST:]
        self.scores = {key: [*self.scores.get(key, []), scores][-WEEKS_OF_PAST:] for key, scores in scored.items()}
        self.weeks += 1
        return done

    def _trucks(self, met: SharedDraws, plan: WeekPlan, window: Window) -> tuple[pd.DataFrame, pd.DataFrame]:
        if not plan.version:
            return trucks_met(met, plan.scenario, plan.scorer, window, None)
        draw = functools.partial(draw_window_trucks, plan.scenario, window, None)
        manifest = met.once(("trucks", manifest_key(plan.scenario)), draw)
        return manifest, score_manifest(plan.scenario, plan.scorer, manifest)

    def _port_week(self, port: Replication, *, by_truck: bool, levels: bool) -> PortWeek:
        ways = self.options.group_of(port.manifest)
        lucky = chosen_by_luck(port.scenario, port.manifest, port.scores, port.plan.past)
        many = self.options.groups
        groups = ways if lucky is None else ways + many * lucky
        outcome, totals, seizures = port.run_by_group(lambda _: groups, 2 * many, by_truck=by_truck, levels=levels)
        metrics = {"trucks": float(len(port.manifest))} | outcome.metrics
        if not levels:
            metrics = outcome.metrics | high_risk_counts(port.scores, outcome.ledger, self.study.high_risk_score)
        by_chance = GroupTotals(*(part[many:] for part in totals))
        prices = self.options.prices(GroupTotals(*(part[:many] + part[many:] for part in totals)))
        luck = None
        if lucky is not None:
            shares = np.broadcast_to(luck_shares(port.scenario.policy), many).astype(np.float64)
            luck = Luck(shares, self.options.prices(by_chance).caught)
        probed = None
        if seizures is not None:
            probed = Probed(
                manifest=port.manifest,
                ledger=outcome.ledger,
                ways=ways,
                seizures=seizures if "concealment" in self.options.margins else seizures.sum(axis=1, keepdims=True),
                passed=carrying_weight(port.manifest, outcome.ledger) - seizures.sum(axis=1),
                by_luck=np.zeros(len(ways), dtype=bool) if lucky is None else lucky,
            )
        unseen = column(outcome.ledger, "opened").astype(bool) & (column(outcome.ledger, "portal_done") != SERVED)
        trucks, opened = (np.bincount(part, minlength=many).astype(np.float64) for part in (ways, ways[unseen]))
        return PortWeek(metrics, prices, trucks, opened, luck, probed)

    def _plan(self, plan: WeekPlan, window: Window) -> OperatingPlan:
        """Return the plan of an alternative: from days before the campaign, then from the weeks before."""
        scenario = plan.scenario
        weeks = self.trucks.get(manifest_key(scenario), [])
        if len(weeks) < WEEKS_OF_PAST:
            first = campaign_window(self.study, self.replication, 0)
            return self.shared.plan(scenario, self.scorers.get(risk_key(scenario), plan.scorer), first)
        kept = [pd.DataFrame({name: column(part, name) for name in PAST_COLUMNS}) for part in weeks]
        trucks = pd.concat(kept, ignore_index=True)
        later = np.repeat(np.arange(len(weeks)), [len(part) for part in weeks])
        trucks["arrive_min"] += later * window.horizon_min
        trucks["truck"] = np.arange(len(trucks))
        if len(self.scores.get(_key(plan), [])) < WEEKS_OF_PAST:  # a model that is new this week
            self.scores[_key(plan)] = [score_manifest(scenario, plan.scorer, part) for part in weeks]
        scores = pd.concat(self.scores[_key(plan)], ignore_index=True)
        past = replace(summarize_past(trucks, scores), trucks_per_day=len(trucks) / (WEEKS_OF_PAST * window.days))
        return make_plan(scenario, trucks, scores, past)


def chosen_by_luck(
    scenario: Scenario, manifest: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic
) -> BoolArray | None:
    """Return bool[n], whom luck alone sends to the portal; None where its chances differ within a way across."""
    policy = scenario.policy
    if isinstance(policy, ScansByWay):
        none = replace(policy, shares=(0.0,) * len(policy.shares))
        return policy.choose(manifest, scores, past) & ~none.choose(manifest, scores, past)
    if not policy.even_luck or policy.at_the_port():
        return None
    return select_trucks(policy, manifest, scores, past) & ~targeted_trucks(scenario, manifest, scores, past)


def luck_shares(policy: Policy) -> FloatArray:
    """Return the share of trucks that luck takes of those that targeting lets pass: by way, or one number."""
    if isinstance(policy, ScansByWay):
        return np.array(policy.shares)
    taken = policy.random_share()
    return np.array(1.0 - (1.0 - taken) * (1.0 - floor_top_up(policy)))


def _key(plan: WeekPlan) -> tuple[str, str, str]:
    return manifest_key(plan.scenario), risk_key(plan.scenario), plan.version


assert WEEKS_OF_PAST * 7 == PAST_DAYS  # noqa: S101  (a plan rests on as many days as in compare)
