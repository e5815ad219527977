"""Every policy's own knob, turned and typed as a user would."""

from __future__ import annotations

import pytest

from experiments.knobs import KNOBS, asked_share, knob, setting, with_share
from experiments.load import compose_scenario
from sim.policy import POLICIES

WITHOUT = {"no_referral", "scan_everything"}


@pytest.mark.parametrize("name", sorted(set(POLICIES) - WITHOUT))
def test_a_turned_policy_can_be_typed_by_a_user(name: str) -> None:
    turned = with_share(compose_scenario([f"policy={name}"]), 0.31)
    assert asked_share(turned) == pytest.approx(0.31)
    again = compose_scenario([f"policy={name}", setting(turned)])
    assert repr(again.policy) == repr(turned.policy)


def test_every_policy_has_a_knob_or_none_to_turn() -> None:
    assert set(KNOBS) | WITHOUT | {"any_of", "all_of"} == set(POLICIES)
    for name in WITHOUT:
        assert knob(compose_scenario([f"policy={name}"])) is None


def test_a_combination_is_turned_by_its_first_part_that_has_a_knob() -> None:
    parts = "policy.parts=[{name:scan_everything},{name:threshold,cutoff:0.9}]"
    scenario = compose_scenario(["policy=all_of", parts])
    assert knob(scenario) == "parts.1.cutoff"
    assert setting(with_share(scenario, 0.25)) == "policy.parts.1.cutoff=0.7500"


def test_a_knob_stops_where_its_policy_would_not_fit() -> None:
    assert asked_share(with_share(compose_scenario(["policy=exploration"]), 0.0)) == 0.05
    assert asked_share(with_share(compose_scenario(["policy=square_root"]), 7.0)) == 1.0


def test_a_tree_with_a_target_is_turned_by_its_target() -> None:
    target = ["policy=sensor_tree", "policy.budget_openings=null", "policy.target_detection=0.4"]
    turned = with_share(compose_scenario(target), 0.31)
    assert asked_share(turned) == pytest.approx(0.31)
    assert setting(turned) == "policy.target_detection=0.3100"
