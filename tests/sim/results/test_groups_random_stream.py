from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from ports import TruthScorer, blind_plan, flow_and_ledger, window_of

from sim.replication import Replication, draw_window_trucks, make_plan, past_window
from sim.results.groups import random_stream_counts, targeted_trucks
from sim.scenario import Scenario


def metrics_of(scenario: Scenario, days: int = 1) -> dict[str, float]:
    """Return METRICS of a window under a policy that sees the truth."""
    window, scorer = window_of(days), TruthScorer()
    past, frame = draw_window_trucks(scenario, past_window(window)), draw_window_trucks(scenario, window)
    plan = make_plan(scenario, past, scorer.score(past))
    return Replication(scenario, window, frame, scorer.score(frame), plan).run().metrics


def test_a_random_policy_targets_nobody(make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario("policy=random_share", "policy.share=0.4")
    frame = draw_window_trucks(scenario, window_of(1))
    scores = TruthScorer().score(frame)
    assert not targeted_trucks(scenario, frame, scores, blind_plan(scenario).past).any()
    before = frame["u_select"].to_numpy()
    assert not np.array_equal(before, np.ones(len(frame)))


def test_scanning_everything_leaves_nothing_to_luck(make_scenario: Callable[..., Scenario]) -> None:
    found = metrics_of(make_scenario("policy=scan_everything"))
    assert found["n_passed"] == found["n_random_inspected"] == 0.0


def test_the_floor_samples_those_that_targeting_let_pass(make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario("policy=top_share", "policy.share=0.2", "policy.random_floor_share=0.1")
    found = metrics_of(scenario)
    assert found["n_passed"] == pytest.approx(0.8 * found["exited"], rel=0.02)
    spread = 4.0 * np.sqrt(0.09 * found["n_passed"])
    assert found["n_random_inspected"] == pytest.approx(0.1 * found["n_passed"], abs=spread)
    assert found["n_random_seized"] <= found["n_random_opened"] < found["n_random_inspected"]


def test_those_opened_are_no_sample_of_their_own(make_scenario: Callable[..., Scenario]) -> None:
    """Alarms choose whom to open: the rate among the opened is far above that of all trucks."""
    scenario = make_scenario("policy=random_share", "policy.share=0.25", "threat.prevalence_per_truck=0.01")
    frame = draw_window_trucks(scenario, window_of(2))
    _, table = flow_and_ledger(scenario, window_of(2))
    found = random_stream_counts(np.zeros(len(frame), dtype=bool), frame, table)
    truth = found["n_passed_carrying"] / found["n_passed"]
    assert found["n_random_seized"] / found["n_random_opened"] > 3.0 * truth
    assert found["n_random_seized"] / found["n_random_inspected"] < truth


@pytest.mark.parametrize("policy", ["square_root", "queue_aware", "scan_budget", "minimax"])
def test_only_the_floor_is_a_fair_sample_where_luck_is_uneven(
    make_scenario: Callable[..., Scenario], policy: str
) -> None:
    found = []
    for floor in (0.0, 0.05):
        metrics = metrics_of(make_scenario(f"policy={policy}", f"policy.random_floor_share={floor}"))
        found.append(metrics["n_random_inspected"] / metrics["trucks"])
    assert found[0] == 0.0
    assert 0.02 < found[1] < 0.055
