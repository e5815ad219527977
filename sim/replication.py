"""One replication of one alternative, on one page.

1  trucks      Scenario, Window           -> MANIFEST
2  scores      MANIFEST, risk model       -> SCORES
3  past days   Scenario, risk model       -> Past, Expected   (before the run; shared)
4  choices     MANIFEST, SCORES, Past     -> selected, alarms
5  flow        choices, CAPACITY          -> LEDGER           (either engine)
6  detection   MANIFEST, LEDGER           -> every truck as a probe
7  metrics     all of it                  -> METRICS, profiles
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.compiling import Profile, Route
from sim.engine import simpy_port
from sim.engine.flow import Flow, Record
from sim.engine.kernel import loop
from sim.engine.ledger import build_ledger
from sim.engine.prepare import prepare_flow
from sim.policies.base import PAST_COLUMNS, HookInputs, PastTraffic, PolicyExpectation, with_hook_data
from sim.policies.gates import with_actual_portal_visits
from sim.policies.registry import policy_expectation, select_trucks
from sim.results.expected_detection import ExpectedDetection, expected_detection, ledger_if_carrying
from sim.results.groups import random_stream_counts, targeted_trucks
from sim.results.metrics import measure_replication, tuning_measures
from sim.results.profiles import collect_profiles
from sim.scenario import Scenario
from sim.sensors import OperatingPoints, operating_points, sensor_alarms
from sim.setting.window import PAST, Window
from sim.shared_draws import SharedDraws
from sim.trucks.arrivals import rates_per_h
from sim.trucks.counterfactual import manifest_if_carrying, scores_if_carrying, with_scores_if_carrying
from sim.trucks.insider import with_countermeasure_work
from sim.trucks.manifest import complete_manifest, draw_manifest
from sim.workload import planned_slow_share

PAST_DAYS = 14
"""Length of the sample of past days that quantiles and expected shares are taken from."""
ENGINES: Mapping[str, Callable[[Flow, Route, Profile], Record]] = {"compiled": loop.run, "simpy": simpy_port.run}


class Scorer(Protocol):
    """A fitted risk model: MANIFEST -> SCORES."""

    def score(self, manifest: pd.DataFrame) -> pd.DataFrame:
        """Return SCORES of the manifest's trucks, in their order."""


@dataclass(frozen=True, slots=True)
class OperatingPlan:
    """What an alternative knows before its first truck comes."""

    past: PastTraffic
    expected: PolicyExpectation
    points: OperatingPoints


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that one replication of one alternative leaves behind."""

    manifest: pd.DataFrame
    capacity: pd.DataFrame
    ledger: pd.DataFrame
    detection: ExpectedDetection
    metrics: dict[str, float]
    profiles: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)


def past_window(window: Window) -> Window:
    """Return the days just before ``window``, drawn once for all replications."""
    start = dt.date.fromisoformat(window.start_date) - dt.timedelta(days=PAST_DAYS)
    return Window(seed=window.seed, epoch=PAST, replication=0, start_date=str(start), days=PAST_DAYS)


def summarize_past(past_manifest: pd.DataFrame, past_scores: pd.DataFrame) -> PastTraffic:
    """Sum up past days for the policies that read the same scores of the same trucks."""
    return PastTraffic(
        risk_score=past_scores["risk_score"].to_numpy(),
        u_tie=past_manifest["u_tie"].to_numpy(),
        p_carrying=past_manifest["true_p_carrying"].to_numpy(),
        trucks_per_day=len(past_manifest) / PAST_DAYS,
        p_hit=past_scores["p_hit"].to_numpy(),
        trucks=past_manifest[[name for name in PAST_COLUMNS if not name.startswith("true_")]],
    )


def make_plan(
    scenario: Scenario, past_manifest: pd.DataFrame, past_scores: pd.DataFrame, past: PastTraffic | None = None
) -> OperatingPlan:
    """Fix quantiles, expected shares and operating points from past days (step 3)."""
    past = summarize_past(past_manifest, past_scores) if past is None else past
    shares = policy_expectation(scenario.policy, scenario, past_manifest, past_scores, past)
    points = operating_points(scenario, shares.threat_image_share)
    slow = planned_slow_share(scenario, points, past_manifest, past_scores, past)
    return OperatingPlan(past, dataclasses.replace(shares, slow_share=slow), points)


def build_flow(
    scenario: Scenario,
    window: Window,
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    plan: OperatingPlan,
    shared_draws: SharedDraws | None = None,
) -> tuple[Flow, pd.DataFrame]:
    """Return (flow, CAPACITY): steps 4 and the first half of 5.

    What ``shared_draws`` holds of the same trucks already is not made again.
    """
    shared_draws = shared_draws or SharedDraws()
    selected = select_trucks(scenario.policy, manifest, scores, plan.past)
    raised = sensor_alarms(scenario, plan.points, manifest, shared_draws.seen(scenario, manifest))
    capacity = shared_draws.capacity(scenario, window)
    referral = scenario.policy.officer_referral
    flow = prepare_flow(scenario, window, manifest, selected, raised, capacity, officer_referral=referral)
    arrivals_per_h = rates_per_h(scenario, window)
    day = HookInputs(
        scenario, window, manifest, scores, plan.past, plan.points, arrivals_per_h, plan.expected.slow_share
    )
    return with_hook_data(flow, scenario.policy.laid_out(day)), capacity


def simulate_metrics(
    scenario: Scenario,
    window: Window,
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    plan: OperatingPlan,
    engine: str = "compiled",
    shared_draws: SharedDraws | None = None,
) -> Outcome:
    """Run one replication of one alternative from its manifest (steps 4 to 7), METRICS only.

    What only a report's figures and its random stream need is left out, a fifth of the time.
    """
    windows = (window, window)
    return _measured(measure_replication, scenario, windows, manifest, scores, plan, engine, shared_draws)


def simulate_levels(
    scenario: Scenario,
    window: Window,
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    plan: OperatingPlan,
    engine: str = "compiled",
    shared_draws: SharedDraws | None = None,
) -> Outcome:
    """Run one replication as `simulate_metrics` does, and keep the few metrics of `sim.results.metrics` alone."""
    windows = (window, window)
    return _measured(tuning_measures, scenario, windows, manifest, scores, plan, engine, shared_draws)


def simulate_served_out(
    scenario: Scenario,
    window: Window,
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    plan: OperatingPlan,
    engine: str = "compiled",
    shared_draws: SharedDraws | None = None,
) -> Outcome:
    """Run a window on for a day in which nobody comes, so that all its trucks can leave.

    METRICS are the window's: hours after it count as overtime, and as nobody's capacity.
    """
    windows = (window, replace(window, days=window.days + 1))
    return _measured(measure_replication, scenario, windows, manifest, scores, plan, engine, shared_draws)


def _measured(
    measure: Callable[..., dict[str, float]],
    scenario: Scenario,
    windows: tuple[Window, Window],
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    plan: OperatingPlan,
    engine: str,
    shared_draws: SharedDraws | None,
) -> Outcome:
    """Run the second window and measure the first."""
    window, whole = windows
    manifest = with_countermeasure_work(scenario.insider, manifest)
    flow, capacity = build_flow(scenario, whole, manifest, scores, plan, shared_draws)
    record = ENGINES[engine](flow, scenario.policy.route, scenario.policy.profile)
    ledger = build_ledger(with_actual_portal_visits(flow, record), record, manifest)
    of_loads = _as_loads_go(scenario, manifest, scores, plan, ledger)
    detection = expected_detection(scenario, plan.points, manifest, of_loads, record.full, flow)
    metrics = measure(scenario, window, manifest, ledger, capacity, detection)
    return Outcome(manifest, capacity, ledger, detection, metrics)


def simulate_replication(
    scenario: Scenario,
    window: Window,
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    plan: OperatingPlan,
    engine: str = "compiled",
    shared_draws: SharedDraws | None = None,
) -> Outcome:
    """Run one replication of one alternative, with its random stream and its profiles."""
    found = simulate_metrics(scenario, window, manifest, scores, plan, engine, shared_draws)
    aimed_at = targeted_trucks(scenario, found.manifest, scores, plan.past, found.ledger)
    metrics = found.metrics | random_stream_counts(aimed_at, found.manifest, found.ledger)
    return replace(found, metrics=metrics, profiles=collect_profiles(found.ledger, window))


def score_manifest(scenario: Scenario, scorer: Scorer, manifest: pd.DataFrame) -> pd.DataFrame:
    """Return SCORES (step 2); with those of loads beside them where scores hang on the truth."""
    scores = scorer.score(manifest)
    if not scenario.heeds_others:
        return scores
    return with_scores_if_carrying(scores, scorer.score(manifest_if_carrying(manifest)))


def _as_loads_go(
    scenario: Scenario, manifest: pd.DataFrame, scores: pd.DataFrame, plan: OperatingPlan, ledger: pd.DataFrame
) -> pd.DataFrame:
    """Return the ledger that the probes read: of each truck as if it carried."""
    with_load = scores_if_carrying(scores)
    if with_load is None:
        return ledger
    selected = select_trucks(scenario.policy, manifest, scores, plan.past)
    if_carrying = select_trucks(scenario.policy, manifest, with_load, plan.past)
    return ledger_if_carrying(scenario, ledger, selected, if_carrying)


def draw_window_trucks(scenario: Scenario, window: Window, given_trucks: pd.DataFrame | None = None) -> pd.DataFrame:
    """Draw the trucks of a window, or what the user's own trucks leave open (step 1)."""
    return (
        draw_manifest(scenario, window) if given_trucks is None else complete_manifest(scenario, window, given_trucks)
    )
