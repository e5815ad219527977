"""Every policy's own knob, turned and typed as a user would."""

from __future__ import annotations

import pytest

from experiments.execution.tuning import knob_override, policy_knob, requested_share, scenario_with_share
from experiments.study.study import compose_scenario
from sim.policies.registry import POLICIES

WITHOUT = {"no_referral", "scan_everything"}


@pytest.mark.parametrize("name", sorted(set(POLICIES) - WITHOUT))
def test_a_turned_policy_can_be_typed_by_a_user(name: str) -> None:
    turned = scenario_with_share(compose_scenario([f"policy={name}"]), 0.31)
    assert requested_share(turned) == pytest.approx(0.31)
    again = compose_scenario([f"policy={name}", knob_override(turned)])
    assert repr(again.policy) == repr(turned.policy)


def test_every_policy_has_a_knob_or_none_to_turn() -> None:
    tuned = {name for name, policy in POLICIES.items() if policy.tuned_setting is not None}
    assert tuned | WITHOUT | {"any_of", "all_of"} == set(POLICIES)
    for name in WITHOUT:
        assert policy_knob(compose_scenario([f"policy={name}"])) is None


def test_a_combination_is_turned_by_its_first_part_that_has_a_knob() -> None:
    parts = "policy.parts=[{name:scan_everything},{name:threshold,cutoff:0.9}]"
    scenario = compose_scenario(["policy=all_of", parts])
    assert policy_knob(scenario) == "parts.1.cutoff"
    assert knob_override(scenario_with_share(scenario, 0.25)) == "policy.parts.1.cutoff=0.7500"


def test_a_knob_stops_where_its_policy_would_not_fit() -> None:
    assert requested_share(scenario_with_share(compose_scenario(["policy=exploration"]), 0.0)) == 0.05
    assert requested_share(scenario_with_share(compose_scenario(["policy=square_root"]), 7.0)) == 1.0


def test_a_tree_with_a_target_is_turned_by_its_target() -> None:
    target = ["policy=sensor_tree", "policy.budget_openings=null", "policy.target_detection=0.4"]
    turned = scenario_with_share(compose_scenario(target), 0.31)
    assert requested_share(turned) == pytest.approx(0.31)
    assert knob_override(turned) == "policy.target_detection=0.3100"
