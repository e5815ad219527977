from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from ports import FlatScorer, TruthScorer, mean_and_half_width, window_of

from experiments.study.study import compose_scenario
from sim.replication import Outcome, Replication, draw_window_trucks, make_plan, past_window
from sim.scenario import Scenario

SCORERS = {"truth": TruthScorer(), "flat": FlatScorer()}


def outcome(scenario: Scenario, scorer: str, replication: int, days: int = 2, engine: str = "compiled") -> Outcome:
    window = window_of(days, replication)
    past = draw_window_trucks(scenario, past_window(window))
    plan = make_plan(scenario, past, SCORERS[scorer].score(past))
    manifest = draw_window_trucks(scenario, window)
    return Replication(scenario, window, manifest, SCORERS[scorer].score(manifest), plan, engine).run()


def test_both_engines_give_the_same_metrics() -> None:
    scenario = compose_scenario(["policy=top_share"])
    one, other = (outcome(scenario, "truth", 0, engine=engine) for engine in ("compiled", "simpy"))
    assert one.ledger.equals(other.ledger)
    assert one.metrics == pytest.approx(other.metrics, rel=0, abs=0, nan_ok=True)


def test_past_days_end_where_the_window_begins_and_share_no_luck_with_it() -> None:
    window = window_of(7)
    past = past_window(window)
    assert past.dates()[-1] < window.dates()[0]
    assert (window.dates()[0] - past.dates()[-1]).days == 1
    other = past_window(window_of(7, replication=5))
    assert other == dataclasses.replace(past, replication=5)  # the same days, each replication its own luck
    scenario = compose_scenario([])
    mine, theirs, ahead = (draw_window_trucks(scenario, days)["u_tie"] for days in (past, other, window))
    assert not np.isin(mine, ahead).any()
    assert not np.isin(mine, theirs).any()


def test_a_share_is_met_through_past_quantiles_alone() -> None:
    scenario = compose_scenario(["policy=top_share", "policy.share=0.2", "port.portal.room_trucks=null"])
    shares = [outcome(scenario, "truth", r).metrics["scan_rate"] for r in range(6)]
    mean, _ = mean_and_half_width(shares)
    assert abs(mean - 0.2) < 0.01


@pytest.mark.parametrize("policy", ["policy=random_share", "policy=todays_practice"])
def test_detection_expected_is_what_counting_finds_in_the_long_run(policy: str) -> None:
    """Brute force at raised prevalence: seizures counted against seizures expected, paired.

    Docks are many, so that next to no exam is still going on when the window ends.
    """
    raised = ["threat.prevalence_per_truck=0.01", "port.dock.servers=80"]
    scenario = compose_scenario([policy, *raised])
    gaps, expected = [], []
    for replication in range(24):
        metrics = outcome(scenario, "truth", replication, days=5).metrics
        gaps.append(metrics["n_seized"] - metrics["expected_caught"])
        expected.append(metrics["expected_caught"])
    gap, half_width = mean_and_half_width(gaps, z=3.5)
    assert abs(gap) < half_width
    assert half_width < 0.15 * np.mean(expected)


def test_what_the_portal_never_sees_costs_detection_and_nothing_else_helps() -> None:
    scenario = compose_scenario(["policy=no_referral"])
    nobody = outcome(scenario, "flat", 0).metrics
    some = outcome(compose_scenario(["policy=random_share"]), "flat", 0).metrics
    assert nobody["n_scanned"] == 0
    assert nobody["detection_expected"] < some["detection_expected"]
    assert nobody["wait_mean_min"] <= some["wait_mean_min"]
