"""Every policy's own knob, turned and typed as a user would."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from experiments.execution.tuning import (
    FINEST,
    ROUNDS,
    knob_override,
    policy_knob,
    requested_share,
    scenario_with_share,
    share_to_try,
)
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


def tries_until(near: float, of: Callable[[float], float], goal: float, *, proportional: bool = False) -> list[float]:
    """Return the shares that a search tries from 0.27 on, until one is near the goal or no other is left."""
    values = {0.27: of(0.27)}
    while abs(list(values.values())[-1] - goal) > near and len(values) < 20:
        share = share_to_try(values, goal, proportional=proportional)
        if share is None:
            break
        values[share] = of(share)
    return list(values)


@pytest.mark.parametrize("goal", [8.0, 20.0, 35.0, 60.0])
@pytest.mark.parametrize("power", [1.0, 2.0, 6.0])
def test_a_wait_that_grows_faster_than_the_share_is_met_within_the_rounds(power: float, goal: float) -> None:
    def wait(share: float) -> float:
        return float(5.0 + 25.0 * (share / 0.27) ** power)

    shares = tries_until(0.1, wait, goal)
    assert abs(wait(shares[-1]) - goal) <= 0.1
    assert len(shares) <= ROUNDS + 1


def test_a_scan_share_is_met_in_proportion() -> None:
    assert tries_until(0.001, lambda share: 0.8 * share, 0.27, proportional=True)[1:] == pytest.approx([0.3375])


def test_a_wait_that_jumps_over_the_goal_is_given_up_where_no_share_lies_between() -> None:
    shares = tries_until(0.1, lambda share: 30.0 if share < 0.21 else 40.0, 35.0)
    low, high = max(x for x in shares if x < 0.21), min(x for x in shares if x >= 0.21)
    assert high - low < FINEST * high
    assert len(shares) < 20


def test_a_value_that_falls_as_more_is_asked_leaves_nothing_to_try() -> None:
    assert share_to_try({0.2: 40.0, 0.3: 30.0}, 35.0, proportional=False) is None


def test_a_wait_that_nothing_changes_is_left_by_factors_of_two() -> None:
    shares = tries_until(0.1, lambda _: 30.0, 20.0)
    assert np.diff(np.log2(shares)).max() <= -0.29
