"""Small runs through the product's own steps, for tests that put theory to it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.engine.flow import Flow
from sim.engine.ledger import build_ledger
from sim.policies.base import PastTraffic, PolicyExpectation
from sim.policies.portal_route import with_actual_portal_visits
from sim.replication import ENGINES, OperatingPlan, Replication, draw_window_trucks
from sim.scenario import Scenario
from sim.sensors import operating_points
from sim.setting.window import EVALUATION, Window


def window_of(days: int, replication: int = 0, start_date: str = "2024-05-13") -> Window:
    return Window(seed=1, epoch=EVALUATION, replication=replication, start_date=start_date, days=days)


def flat_scores(manifest: pd.DataFrame) -> pd.DataFrame:
    """Return SCORES that know nothing."""
    n = len(manifest)
    return pd.DataFrame({"truck": manifest["truck"], "p_hit": np.zeros(n), "risk_score": 0.5})


def blind_plan(scenario: Scenario) -> OperatingPlan:
    """Return a plan whose past holds one day of trucks about which nothing is known."""
    rng = np.random.default_rng(0)
    past = PastTraffic(np.full(1000, 0.5), rng.random(1000), np.full(1000, 1e-4), 1000.0)
    reference = scenario.scanner.analyst.reference_threat_image_share
    return OperatingPlan(past, PolicyExpectation(0.0, reference), operating_points(scenario, reference))


def flow_and_ledger(
    scenario: Scenario, window: Window, engine: str = "compiled", user_trucks: pd.DataFrame | None = None
) -> tuple[Flow, pd.DataFrame]:
    """Run one window of a scenario, policies on flat scores."""
    manifest = draw_window_trucks(scenario, window, user_trucks)
    flow, _ = Replication(scenario, window, manifest, flat_scores(manifest), blind_plan(scenario)).flow()
    record = ENGINES[engine](flow, scenario.policy.route, scenario.policy.profile)
    return flow, build_ledger(with_actual_portal_visits(flow, record), record, manifest)


def ledger_of(scenario: Scenario, window: Window, engine: str = "compiled") -> pd.DataFrame:
    return flow_and_ledger(scenario, window, engine)[1]


def mean_and_half_width(values: list[float], z: float = 4.0) -> tuple[float, float]:
    """Return the mean of independent replications and z standard errors."""
    found = np.asarray(values)
    return float(found.mean()), float(z * found.std(ddof=1) / np.sqrt(len(found)))


class TruthScorer:
    """A risk model that no port has: it scores by the hidden P(carrying)."""

    def score(self, manifest: pd.DataFrame) -> pd.DataFrame:
        p = manifest["true_p_carrying"]
        return pd.DataFrame({"truck": manifest["truck"], "p_hit": p, "risk_score": p.rank(pct=True) - 0.5 / len(p)})


class FlatScorer:
    """A risk model that knows nothing."""

    def score(self, manifest: pd.DataFrame) -> pd.DataFrame:
        return flat_scores(manifest)
