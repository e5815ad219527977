"""A model that relearns from its own finds, through the product's loop: what exploring costs, and when it pays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from ports import FlatScorer
from toy_port import SHARP, settings, windows

from experiments.adaptation.attempts import AttemptSettings
from experiments.adaptation.campaign_weeks import Luck, PortWeek, WeekPlan, luck_shares
from experiments.adaptation.options import Options, Prices
from experiments.adaptation.rules.labels import Probed
from experiments.adaptation.tracks import Track, live_through, tracks_of
from experiments.execution.replicate import trucks_met
from experiments.study.study import build_study, compose_scenario
from models.calibration import Platt
from models.features import FEATURES
from models.fitted import FittedRisk
from models.registry import ConstantRisk
from sim.policies.base import PastTraffic
from sim.shared_draws import SharedDraws

FRONTS = Options(("front",))
BUDGET = 0.3
LOADS = 60.0


@pytest.fixture(scope="module")
def manifest() -> pd.DataFrame:
    study = build_study(["port=pharr", "replications=2", "days=1"], "compare")
    trucks, _ = trucks_met(SharedDraws(), study.alternatives[study.baseline], FlatScorer(), study.window(0), None)
    return trucks


@dataclass
class ScoredPort:
    """The same trucks every week; whom the plan selects is opened, and a load in it is found. Empties carry most."""

    manifest: pd.DataFrame

    def run_next(self, plans: Mapping[tuple[str, str], WeekPlan]) -> dict[tuple[str, str], PortWeek]:
        return {key: self._week(plan) for key, plan in plans.items()}

    def _week(self, plan: WeekPlan) -> PortWeek:
        trucks, n = self.manifest, len(self.manifest)
        ways = FRONTS.group_of(trucks)
        odds = np.where(ways == 2, 8.0, 1.0)
        carries = LOADS * odds / odds.sum()
        scores = plan.scorer.score(trucks)
        past = PastTraffic(scores["risk_score"].to_numpy(), trucks["u_tie"].to_numpy(), carries, float(n))
        selected = plan.scenario.policy.choose(trucks, scores, past)
        share = float(luck_shares(plan.scenario.policy))
        seizures = (carries * selected)[:, None]
        loads, caught = (np.bincount(ways, weights=part, minlength=3) for part in (carries, seizures[:, 0]))
        probed = Probed(
            manifest=trucks,
            ledger=pd.DataFrame({"opened": selected, "seized": np.zeros(n, dtype=bool)}),
            ways=ways,
            seizures=seizures,
            passed=carries - seizures[:, 0],
            by_luck=selected & (trucks["u_select"].to_numpy() < share),
        )
        counts = np.bincount(ways, minlength=3).astype(np.float64)
        return PortWeek({}, Prices(loads, caught), counts, counts * 0.0, Luck(np.full(3, share), caught * 0.0), probed)


def _late_detection(manifest: pd.DataFrame, explored: float, reaction: float) -> float:
    model = ConstantRisk(settings={"base_p_hit": 1e-3}).fit(np.zeros((2, len(FEATURES)), dtype=np.float32))
    flat = FittedRisk(name="logistic", model=model, platt=Platt(intercept=-5.0, slope=1.0), scale=np.zeros(2))
    effort, retraining, partners = settings()
    retraining = replace(
        retraining, every_weeks=1, window_weeks=8, forgetting_per_week=0.8, shrinkage=2.0, exploration_share=explored
    )
    scenario = compose_scenario(["policy=top_share", f"policy.share={BUDGET}", "risk=logistic"])
    reacts = replace(SHARP, reaction_per_detection=reaction, reconsider_share=0.3, outside_share=0.0)
    whom = {"responsive": AttemptSettings(name="responsive", reaction=reacts)}
    alternatives = {"a": (scenario, flat)}
    (track,) = tracks_of(alternatives, {"a": "retrain"}, whom, (effort, retraining, partners), FRONTS)  # type: ignore[arg-type]
    live_through([track], ScoredPort(manifest), windows(30), "a")
    assert track.weeks["responsive"][-1].labels_positive > 5
    return _mean(track)


def _mean(track: Track) -> float:
    return float(np.mean([week.played.detection_rate for week in track.weeks["responsive"][10:]]))


def test_exploring_costs_where_nobody_reacts_and_pays_where_smugglers_do(manifest: pd.DataFrame) -> None:
    """The order of a published loop of two traits: pure targeting of past finds falls below chance once they react."""
    still, still_explored = (_late_detection(manifest, share, 0.0) for share in (0.0, 0.1))
    reacting, reacting_explored = (_late_detection(manifest, share, 10.0) for share in (0.0, 0.1))
    assert still > still_explored > BUDGET
    assert reacting < BUDGET
    assert reacting_explored > reacting
