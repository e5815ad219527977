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

from experiments.met import Met
from sim import compiled, port
from sim.complete import complete
from sim.counterfactual import as_if_carrying, paths_of_loads, scores_if_carrying, with_both
from sim.flow import Flow, Record
from sim.gates import visited_in_fact
from sim.insider import with_work
from sim.inspection import Day, with_policy
from sim.ledger import table
from sim.levels import levels
from sim.manifest import draw_manifest
from sim.metrics import measure
from sim.past import PAST_COLUMNS
from sim.policy import Expected, Past, expected, select
from sim.prepare import prepare
from sim.probe import Detection, expected_detection
from sim.profiles import collect
from sim.random_stream import stream, targeted
from sim.route import Profile, Route
from sim.scenario import Scenario
from sim.screening import planned_slow_share
from sim.sensor import OperatingPoints, alarms, operating_points
from sim.traffic import rates_per_h
from sim.window import PAST, Window

PAST_DAYS = 14
"""Length of the sample of past days that quantiles and expected shares are taken from."""
ENGINES: Mapping[str, Callable[[Flow, Route, Profile], Record]] = {
    "compiled": compiled.run,
    "simpy": port.run,
}


class Scorer(Protocol):
    """A fitted risk model: MANIFEST -> SCORES."""

    def score(self, manifest: pd.DataFrame) -> pd.DataFrame:
        """Return SCORES of the manifest's trucks, in their order."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an alternative knows before its first truck comes."""

    past: Past
    expected: Expected
    points: OperatingPoints


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that one replication of one alternative leaves behind."""

    manifest: pd.DataFrame
    capacity: pd.DataFrame
    ledger: pd.DataFrame
    detection: Detection
    metrics: dict[str, float]
    profiles: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)


def past_window(window: Window) -> Window:
    """Return the days just before ``window``, drawn once for all replications."""
    start = dt.date.fromisoformat(window.start_date) - dt.timedelta(days=PAST_DAYS)
    return Window(
        seed=window.seed, epoch=PAST, replication=0, start_date=str(start), days=PAST_DAYS
    )


def past_of(past_manifest: pd.DataFrame, past_scores: pd.DataFrame) -> Past:
    """Sum up past days for the policies that read the same scores of the same trucks."""
    return Past(
        risk_score=past_scores["risk_score"].to_numpy(),
        u_tie=past_manifest["u_tie"].to_numpy(),
        p_carrying=past_manifest["true_p_carrying"].to_numpy(),
        trucks_per_day=len(past_manifest) / PAST_DAYS,
        p_hit=past_scores["p_hit"].to_numpy(),
        trucks=past_manifest[[name for name in PAST_COLUMNS if not name.startswith("true_")]],
    )


def make_plan(
    scenario: Scenario,
    past_manifest: pd.DataFrame,
    past_scores: pd.DataFrame,
    past: Past | None = None,
) -> Plan:
    """Fix quantiles, expected shares and operating points from past days (step 3)."""
    past = past_of(past_manifest, past_scores) if past is None else past
    shares = expected(scenario, past_manifest, past_scores, past)
    points = operating_points(scenario, shares.threat_image_share)
    slow = planned_slow_share(scenario, points, past_manifest, past_scores, past)
    return Plan(past, dataclasses.replace(shares, slow_share=slow), points)


def flow_of(
    scenario: Scenario,
    window: Window,
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    plan: Plan,
    met: Met | None = None,
) -> tuple[Flow, pd.DataFrame]:
    """Return (flow, CAPACITY): steps 4 and the first half of 5.

    What ``met`` holds of the same trucks already is not made again.
    """
    met = met or Met()
    selected = select(scenario, manifest, scores, plan.past)
    raised = alarms(scenario, plan.points, manifest, met.seen(scenario, manifest))
    capacity = met.capacity(scenario, window)
    flow = prepare(scenario, window, manifest, selected, raised, capacity)
    arrivals_per_h = rates_per_h(scenario, window)
    day = Day(
        scenario,
        window,
        manifest,
        scores,
        plan.past,
        plan.points,
        arrivals_per_h,
        plan.expected.slow_share,
    )
    return with_policy(flow, scenario.policy.laid_out(day)), capacity


def measured(
    scenario: Scenario,
    window: Window,
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    plan: Plan,
    engine: str = "compiled",
    met: Met | None = None,
) -> Outcome:
    """Run one replication of one alternative from its manifest (steps 4 to 7), METRICS only.

    What only a report's figures and its random stream need is left out, a fifth of the time.
    """
    windows = (window, window)
    return _measured(measure, scenario, windows, manifest, scores, plan, engine, met)


def levelled(
    scenario: Scenario,
    window: Window,
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    plan: Plan,
    engine: str = "compiled",
    met: Met | None = None,
) -> Outcome:
    """Run one replication as `measured` does, and keep the few metrics of `sim.levels` alone."""
    windows = (window, window)
    return _measured(levels, scenario, windows, manifest, scores, plan, engine, met)


def served_out(
    scenario: Scenario,
    window: Window,
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    plan: Plan,
    engine: str = "compiled",
    met: Met | None = None,
) -> Outcome:
    """Run a window on for a day in which nobody comes, so that all its trucks can leave.

    METRICS are the window's: hours after it count as overtime, and as nobody's capacity.
    """
    windows = (window, replace(window, days=window.days + 1))
    return _measured(measure, scenario, windows, manifest, scores, plan, engine, met)


def _measured(
    by: Callable[..., dict[str, float]],
    scenario: Scenario,
    windows: tuple[Window, Window],
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    plan: Plan,
    engine: str,
    met: Met | None,
) -> Outcome:
    """Run the second window and measure the first."""
    window, whole = windows
    manifest = with_work(scenario.insider, manifest)
    flow, capacity = flow_of(scenario, whole, manifest, scores, plan, met)
    record = ENGINES[engine](flow, scenario.policy.route, scenario.policy.profile)
    ledger = table(visited_in_fact(flow, record), record, manifest)
    of_loads = _as_loads_go(scenario, manifest, scores, plan, ledger)
    detection = expected_detection(scenario, plan.points, manifest, of_loads, record.full, flow)
    metrics = by(scenario, window, manifest, ledger, capacity, detection)
    return Outcome(manifest, capacity, ledger, detection, metrics)


def simulate(
    scenario: Scenario,
    window: Window,
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    plan: Plan,
    engine: str = "compiled",
    met: Met | None = None,
) -> Outcome:
    """Run one replication of one alternative, with its random stream and its profiles."""
    found = measured(scenario, window, manifest, scores, plan, engine, met)
    aimed_at = targeted(scenario, found.manifest, scores, plan.past, found.ledger)
    metrics = found.metrics | stream(aimed_at, found.manifest, found.ledger)
    return replace(found, metrics=metrics, profiles=collect(found.ledger, window))


def scored(scenario: Scenario, scorer: Scorer, manifest: pd.DataFrame) -> pd.DataFrame:
    """Return SCORES (step 2); with those of loads beside them where scores hang on the truth."""
    scores = scorer.score(manifest)
    if not scenario.heeds_others:
        return scores
    return with_both(scores, scorer.score(as_if_carrying(manifest)))


def _as_loads_go(
    scenario: Scenario,
    manifest: pd.DataFrame,
    scores: pd.DataFrame,
    plan: Plan,
    ledger: pd.DataFrame,
) -> pd.DataFrame:
    """Return the ledger that the probes read: of each truck as if it carried."""
    with_load = scores_if_carrying(scores)
    if with_load is None:
        return ledger
    selected = select(scenario, manifest, scores, plan.past)
    if_carrying = select(scenario, manifest, with_load, plan.past)
    return paths_of_loads(scenario, ledger, selected, if_carrying)


def trucks(scenario: Scenario, window: Window, given: pd.DataFrame | None = None) -> pd.DataFrame:
    """Draw the trucks of a window, or what the user's own trucks leave open (step 1)."""
    return draw_manifest(scenario, window) if given is None else complete(scenario, window, given)
