"""One replication of one alternative, on one page.

1  trucks      Scenario, Window           -> MANIFEST
2  scores      MANIFEST, risk model       -> SCORES
3  past days   Scenario, risk model       -> Past, Expected   (before the run; shared)
4  choices     MANIFEST, SCORES, Past     -> selected, alarms
5  flow        choices, CAPACITY          -> LEDGER, OPENINGS (either engine)
6  detection   MANIFEST, LEDGER           -> every truck as a probe
7  metrics     all of it                  -> METRICS, profiles, WAITS, CROSSINGS
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.compiling import Profile, Route
from sim.engine import simpy_port
from sim.engine.flow import Flow, Record
from sim.engine.kernel import loop
from sim.engine.ledger import build_ledger
from sim.engine.openings import record_openings
from sim.engine.prepare import prepare_flow
from sim.frames import column, only_columns
from sim.policies.base import PAST_COLUMNS, HookInputs, PastTraffic, PolicyExpectation, with_hook_data
from sim.policies.portal_route import with_actual_portal_visits
from sim.policies.registry import policy_expectation, select_trucks
from sim.portal_workload import planned_slow_share
from sim.results.detection_by_group import GroupTotals, detection_by_group, seizures_by_truck
from sim.results.expected_detection import ExpectedDetection, expected_detection, ledger_if_carrying
from sim.results.groups import random_stream_counts, targeted_trucks
from sim.results.metrics import measure_replication, tuning_measures
from sim.results.profiles import collect_profiles
from sim.results.shortages import roster_use
from sim.results.times import times_of_replication
from sim.scenario import Scenario
from sim.sensors import OperatingPoints, operating_points, sensor_alarms
from sim.setting.window import PAST, PAST_DAYS, Window
from sim.shared_draws import SharedDraws
from sim.trucks.arrivals import rates_per_h
from sim.trucks.counterfactual import manifest_if_carrying, scores_if_carrying, with_scores_if_carrying
from sim.trucks.insider import with_countermeasure_work
from sim.trucks.manifest import complete_manifest, draw_manifest

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
    openings: pd.DataFrame | None
    """OPENINGS where lanes follow the line or officers a roster."""
    ledger: pd.DataFrame
    detection: ExpectedDetection
    metrics: dict[str, float]
    profiles: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    times: dict[str, pd.DataFrame] = field(default_factory=dict)
    """WAITS and CROSSINGS, by the names of `sim.results.times.TIMES`."""


class GroupedOutcome(NamedTuple):
    """What a replication gives, and its probes by group of trucks and class of load."""

    outcome: Outcome
    totals: GroupTotals
    seizures: npt.NDArray[np.float64] | None = None
    """Each truck's expected seizures by concealment [n, concealment], where they were asked for."""


class _Crossed(NamedTuple):
    """What is known of one replication before it is measured."""

    manifest: pd.DataFrame
    flow: Flow
    capacity: pd.DataFrame
    record: Record
    ledger: pd.DataFrame
    ledger_of_loads: pd.DataFrame
    """What the probes read."""
    detection: ExpectedDetection


def past_window(window: Window) -> Window:
    """Return the days just before ``window``, of each replication its own: its plan is a draw like its trucks."""
    start = dt.date.fromisoformat(window.start_date) - dt.timedelta(days=PAST_DAYS)
    return Window(seed=window.seed, epoch=PAST, replication=window.replication, start_date=str(start), days=PAST_DAYS)


def summarize_past(past_manifest: pd.DataFrame, past_scores: pd.DataFrame) -> PastTraffic:
    """Sum up past days for the policies that read the same scores of the same trucks."""
    return PastTraffic(
        risk_score=column(past_scores, "risk_score"),
        u_tie=column(past_manifest, "u_tie"),
        p_carrying=column(past_manifest, "true_p_carrying"),
        trucks_per_day=len(past_manifest) / PAST_DAYS,
        p_hit=column(past_scores, "p_hit"),
        trucks=only_columns(past_manifest, [name for name in PAST_COLUMNS if not name.startswith("true_")]),
    )


def make_plan(
    scenario: Scenario, past_manifest: pd.DataFrame, past_scores: pd.DataFrame, past: PastTraffic | None = None
) -> OperatingPlan:
    """Fix quantiles, expected shares and operating points from past days (step 3)."""
    past = summarize_past(past_manifest, past_scores) if past is None else past
    shares = policy_expectation(scenario.policy, scenario, past_manifest, past_scores, past)
    points = operating_points(scenario, shares.threat_image_share)
    slow = planned_slow_share(scenario, points, past_manifest, past_scores, past)
    return OperatingPlan(past, replace(shares, slow_share=slow), points)


@dataclass(frozen=True, slots=True)
class Replication:
    """One replication of one alternative, ready to run (steps 4 to 7).

    What ``shared_draws`` holds of the same trucks already is not made again.
    """

    scenario: Scenario
    window: Window
    manifest: pd.DataFrame
    scores: pd.DataFrame
    plan: OperatingPlan
    engine: str = "compiled"
    shared_draws: SharedDraws = field(default_factory=SharedDraws)

    def flow(self) -> tuple[Flow, pd.DataFrame]:
        """Return (flow, CAPACITY): step 4 and the first half of 5."""
        scenario, window, manifest, plan = self.scenario, self.window, self.manifest, self.plan
        policy = scenario.policy
        selected = select_trucks(policy, manifest, self.scores, plan.past)
        raised = sensor_alarms(scenario, plan.points, manifest, self.shared_draws.seen(scenario, manifest))
        capacity = self.shared_draws.capacity(scenario, window)
        referral = policy.officer_referral
        work = self.shared_draws.work(scenario, manifest)
        flow = prepare_flow(
            scenario, window, manifest, selected, raised, capacity, officer_referral=referral, service_min=work
        )
        arrivals_per_h, slow_share = rates_per_h(scenario, window), plan.expected.slow_share
        day = HookInputs(scenario, window, manifest, self.scores, plan.past, plan.points, arrivals_per_h, slow_share)
        return with_hook_data(flow, policy.laid_out(day)), capacity

    def run(self) -> Outcome:
        """Run it, and measure all that a report shows: METRICS, the random stream, profiles, WAITS and CROSSINGS."""
        outcome = self.run_metrics()
        aimed_at = targeted_trucks(self.scenario, outcome.manifest, self.scores, self.plan.past, outcome.ledger)
        metrics = outcome.metrics | random_stream_counts(aimed_at, outcome.manifest, outcome.ledger)
        profiles = collect_profiles(outcome.ledger, self.window)
        return replace(
            outcome, metrics=metrics, profiles=profiles, times=times_of_replication(outcome.ledger, self.window)
        )

    def run_metrics(self) -> Outcome:
        """Run it for METRICS only: a fifth less time than `run`."""
        return self._measured()

    def run_levels(self) -> Outcome:
        """Run it for the few metrics of `sim.results.metrics.tuning_measures`, which ask for no officer hours."""
        return _levels_of(self._crossed())

    def run_served_out(self) -> Outcome:
        """Run the window on for a day in which nobody comes, so that all its trucks can leave.

        METRICS are the window's: hours after it count as overtime, and as nobody's capacity.
        """
        return self._measured(extra_days=1)

    def run_served_out_ledger(self) -> Outcome:
        """Run it as `run_served_out` does for LEDGER and detection alone: no METRICS."""
        done = self._crossed(extra_days=1)
        return Outcome(done.manifest, done.capacity, None, done.ledger, done.detection, {})

    def run_by_group(
        self,
        groups_of: Callable[[pd.DataFrame], npt.NDArray[np.int64]],
        many: int,
        *,
        by_truck: bool = False,
        levels: bool = False,
    ) -> GroupedOutcome:
        """Run it for METRICS, and take the probes apart by group of trucks and class of load.

        Parameters
        ----------
        groups_of : callable
            MANIFEST -> the group of each truck, from 0 to ``many`` - 1.
        by_truck : bool
            Whether each truck's own seizures are wanted too.
        levels : bool
            Whether the few metrics of `run_levels` are enough.
        """
        done = self._crossed()
        trucks, points = (done.manifest, done.ledger_of_loads), self.plan.points
        groups = (groups_of(done.manifest), many)
        totals = detection_by_group(self.scenario, points, trucks, groups, done.record.full, done.flow)
        seizures = seizures_by_truck(self.scenario, points, trucks, done.record.full, done.flow) if by_truck else None
        return GroupedOutcome(_levels_of(done) if levels else self._measured_of(done), totals, seizures)

    def _measured(self, extra_days: int = 0) -> Outcome:
        """Run the window and ``extra_days`` more; measure the window."""
        return self._measured_of(self._crossed(extra_days), extra_days)

    def _measured_of(self, done: _Crossed, extra_days: int = 0) -> Outcome:
        scenario, window = self.scenario, self.window
        longer = replace(window, days=window.days + extra_days)
        openings = record_openings(scenario, longer, done.flow, done.record)
        metrics = measure_replication(
            scenario=scenario,
            window=window,
            manifest=done.manifest,
            ledger=done.ledger,
            capacity=done.capacity,
            openings=openings,
            detection=done.detection,
            roster=roster_use(scenario, window, done.flow, done.record),
            rooms_full=done.record.full,
        )
        return Outcome(done.manifest, done.capacity, openings, done.ledger, done.detection, metrics)

    def _crossed(self, extra_days: int = 0) -> _Crossed:
        """Run the window and ``extra_days`` more (steps 4 to 6)."""
        scenario, window = self.scenario, self.window
        manifest = with_countermeasure_work(scenario.insider, self.manifest)
        run_on = replace(self, manifest=manifest, window=replace(window, days=window.days + extra_days))
        flow, capacity = run_on.flow()
        record = ENGINES[self.engine](flow, scenario.policy.route, scenario.policy.profile)
        ledger = build_ledger(with_actual_portal_visits(flow, record), record, manifest)
        of_loads = run_on._ledger_if_carrying(ledger)
        detection = expected_detection(scenario, self.plan.points, manifest, of_loads, record.full, flow)
        return _Crossed(manifest, flow, capacity, record, ledger, of_loads, detection)

    def _ledger_if_carrying(self, ledger: pd.DataFrame) -> pd.DataFrame:
        """Return the ledger that the probes read: of each truck as if it carried."""
        with_load = scores_if_carrying(self.scores)
        if with_load is None:
            return ledger
        policy, past = self.scenario.policy, self.plan.past
        selected = select_trucks(policy, self.manifest, self.scores, past)
        if_carrying = select_trucks(policy, self.manifest, with_load, past)
        return ledger_if_carrying(self.scenario, ledger, selected, if_carrying)


def _levels_of(done: _Crossed) -> Outcome:
    metrics = tuning_measures(ledger=done.ledger, detection=done.detection)
    return Outcome(done.manifest, done.capacity, None, done.ledger, done.detection, metrics)


def score_manifest(scenario: Scenario, scorer: Scorer, manifest: pd.DataFrame) -> pd.DataFrame:
    """Return SCORES (step 2); with those of loads beside them where scores hang on the truth."""
    scores = scorer.score(manifest)
    if not scenario.heeds_others:
        return scores
    return with_scores_if_carrying(scores, scorer.score(manifest_if_carrying(manifest)))


def draw_window_trucks(scenario: Scenario, window: Window, given_trucks: pd.DataFrame | None = None) -> pd.DataFrame:
    """Draw the trucks of a window, or what the user's own trucks leave open (step 1)."""
    return (
        draw_manifest(scenario, window) if given_trucks is None else complete_manifest(scenario, window, given_trucks)
    )
