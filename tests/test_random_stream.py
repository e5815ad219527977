from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from ports import flow_and_ledger, window_of

from experiments.pipeline import trucks
from sim.random_stream import drawn_at_random, stream
from sim.scenario import Scenario
from tests import ledgers


def test_the_stream_is_the_random_floor_and_the_policys_own_draw(
    make_scenario: Callable[..., Scenario],
) -> None:
    frame = ledgers.manifest(
        [0.0] * 4, u_select=[0.1, 0.9, 0.9, 0.1], u_floor=[0.9, 0.01, 0.9, 0.0]
    )
    drawn = make_scenario("policy=random_share", "policy.share=0.2")
    floored = make_scenario("policy=top_share", "policy.random_floor_share=0.05")
    assert drawn_at_random(drawn.policy, frame).tolist() == [True, False, False, True]
    assert drawn_at_random(floored.policy, frame).tolist() == [False, True, False, True]


def test_a_policy_without_luck_has_no_stream(make_scenario: Callable[..., Scenario]) -> None:
    for name in ("top_share", "threshold", "no_referral"):
        scenario = make_scenario(f"policy={name}")
        frame = trucks(scenario, window_of(1))
        assert not drawn_at_random(scenario.policy, frame).any()


def test_counts_of_a_day(make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario("policy=random_share", "policy.share=0.1")
    frame = trucks(scenario, window_of(1))
    _, table = flow_and_ledger(scenario, window_of(1))
    found = stream(scenario.policy, frame, table)
    left = np.isfinite(table["exit_min"]).sum()
    spread = 4.0 * np.sqrt(0.1 * 0.9 * left)
    assert found["n_random_inspected"] == pytest.approx(0.1 * left, abs=spread + 0.02 * left)
    assert found["n_random_seized"] <= found["n_random_opened"] < found["n_random_inspected"]
    assert found["n_uninspected"] < left - found["n_random_inspected"]


def test_those_opened_are_no_sample_of_their_own(make_scenario: Callable[..., Scenario]) -> None:
    """Alarms choose whom to open: the rate among the opened is far above that of all trucks."""
    scenario = make_scenario(
        "policy=random_share", "policy.share=0.25", "threat.prevalence_per_truck=0.01"
    )
    frame = trucks(scenario, window_of(2))
    _, table = flow_and_ledger(scenario, window_of(2))
    found = stream(scenario.policy, frame, table)
    among_opened = found["n_random_seized"] / found["n_random_opened"]
    assert among_opened > 3.0 * frame["true_carrying"].mean()
    assert found["n_random_seized"] / found["n_random_inspected"] < frame["true_carrying"].mean()
