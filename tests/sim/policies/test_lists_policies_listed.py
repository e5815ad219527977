"""Policies that make a list before arrival: shares, directions, and what each must not do."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from theory_formulas import smuggler_gain

from sim.algorithms.square_root import PlateCrossings, screen_in_turn
from sim.errors import ConfigError
from sim.policies.base import risk_position
from sim.policies.registry import select_trucks
from sim.scenario import Scenario
from tests.sim.policies.test_registry import BY_SCORE, PAST, TRUCKS, N, assert_share, chosen, past, scored, uniform

Make = Callable[..., Scenario]
SCORE = BY_SCORE["risk_score"].to_numpy()
LISTED = ("square_root", "trusted_trader", "minimax", "exploration")


@pytest.mark.parametrize("name", LISTED)
@pytest.mark.parametrize("share", [0.06, 0.27, 0.8])
def test_shares_come_out_as_asked(make_scenario: Make, name: str, share: float) -> None:
    # 52% are members, of whom 5% are audited: no more than half of all can be selected
    reached = min(share, 0.48 + 0.05 * 0.52) if name == "trusted_trader" else share
    assert_share(chosen(make_scenario(f"policy={name}", f"policy.share={share}")), reached, N)


@pytest.mark.parametrize("share", [0.18, 0.27, 0.8])
def test_the_red_lane_comes_out_at_its_expected_rate(make_scenario: Make, share: float) -> None:
    port = make_scenario("policy=asycuda", f"policy.red_expected_share={share}")
    # yellow and blue criteria keep 15% out of the red lane
    assert_share(chosen(port), min(share, 0.85), N)


def test_everybody_and_nobody(make_scenario: Make) -> None:
    for name in ("square_root", "minimax"):
        assert not chosen(make_scenario(f"policy={name}", "policy.share=0")).any()
    assert chosen(make_scenario("policy=square_root", "policy.share=1")).all()
    full = make_scenario("policy=minimax", "policy.share=1", "policy.p_detection=1")
    assert chosen(full).all()
    top = make_scenario("policy=exploration", "policy.share=1", "policy.exploration_share=0")
    assert chosen(top).all()


def test_square_root_selects_in_proportion_to_the_root_of_the_risk(make_scenario: Make) -> None:
    selected = chosen(make_scenario("policy=square_root", "policy.share=0.1"))
    # p_hit = score ** 4, so the chance is proportional to score ** 2
    edges = np.linspace(0.2, 1.0, 5)
    for low, high in itertools.pairwise(edges):
        part = (low <= SCORE) & (high > SCORE)
        wanted = 0.3 * (SCORE[part] ** 2).mean()
        half_width = 4.0 * np.sqrt(wanted * (1 - wanted) / part.sum()) + 0.01 * wanted
        assert abs(selected[part].mean() - wanted) < half_width


def test_square_root_without_any_risk_is_random(make_scenario: Make) -> None:
    port = make_scenario("policy=square_root", "policy.share=0.27")
    flat = scored(np.zeros(N))
    selected = select_trucks(port.policy, TRUCKS, flat, past(np.zeros(N)))
    assert (selected == (TRUCKS["u_select"] < 0.27)).all()


def test_with_memory_nobody_is_screened_twice_before_his_time(make_scenario: Make) -> None:
    port = make_scenario("policy=square_root", "policy.with_memory=true", "policy.memory_days=7")
    selected = chosen(port)
    times = TRUCKS[selected].groupby("plate")["arrive_min"].diff().dropna()
    assert (times >= 7 * 1440.0).all()
    assert selected.mean() == pytest.approx(0.27, abs=0.02)
    # tractors take turns: more of them are screened than by the list alone
    top = chosen(make_scenario("policy=top_share", "policy.share=0.27"))
    plates = TRUCKS["plate"]
    assert plates[selected].nunique() > plates[top].nunique()
    assert SCORE[selected].mean() > SCORE[~selected].mean()


def test_turns_by_hand() -> None:
    one_each = PlateCrossings(np.arange(4), np.arange(4) / 4.0, np.zeros(4), np.zeros(4))
    plates = np.array([3, 0, 0, 1, 0, 2])
    day = PlateCrossings(plates, plates / 4.0, np.zeros(6), np.arange(6.0))
    # a quarter of the traffic: the riskiest that does not rest
    assert screen_in_turn(day, one_each, 0.25, 1e9).tolist() == [False, True, False, True, False, True]
    # number 0 comes back when its rest is over
    assert screen_in_turn(day, one_each, 0.25, 3.0).tolist() == [False, True, False, True, True, True]


def test_members_are_audited_and_the_others_by_risk(make_scenario: Make) -> None:
    port = make_scenario("policy=trusted_trader", "policy.share=0.3", "policy.audit_share=0.05")
    selected = chosen(port)
    member = (TRUCKS["fast"] | TRUCKS["ctpat_carrier"]).to_numpy()
    assert_share(selected[member], 0.05)
    others = SCORE[~member], selected[~member]
    assert others[0][others[1]].min() >= others[0][~others[1]].max()
    assert np.corrcoef(SCORE[member], selected[member])[0, 1] < 0.03


def test_lowering_the_expected_rate_keeps_the_criteria(make_scenario: Make) -> None:
    nested = [
        chosen(make_scenario("policy=asycuda", f"policy.red_expected_share={share}")) for share in (0.0, 0.07, 0.2, 0.4)
    ]
    place = risk_position(TRUCKS, SCORE, PAST.risk_score)
    for one in nested:
        assert one[place < 0.06].all()
    assert (nested[0] == nested[1]).all()
    assert_share(nested[1], 0.07, N)
    assert not (nested[1] & ~nested[2]).any()
    assert not (nested[2] & ~nested[3]).any()
    yellow = (place >= 0.06) & (place < 0.16)
    assert not nested[3][yellow].any()


def test_the_manual_s_example_through_the_policy(make_scenario: Make) -> None:
    """V8: criteria 6%, random 1%, expected 10% -> red 10% = 6 + 1 + 3."""
    port = make_scenario("policy=asycuda", "policy.red_expected_share=0.10")
    steps = port.policy.steps()[0]  # type: ignore[attr-defined]
    assert steps == pytest.approx((0.06, 0.01, 0.03))
    assert_share(chosen(port), 0.10, N)


def test_no_class_is_worth_more_to_a_watching_smuggler(make_scenario: Make) -> None:
    port = make_scenario("policy=minimax", "policy.share=0.2", "policy.p_detection=0.8")
    policy = port.policy
    covered = policy.coverage(PAST)  # type: ignore[attr-defined]
    values = policy.values()  # type: ignore[attr-defined]
    least = smuggler_gain(values, covered, 0.8)
    partly = (covered > 0.0) & (covered < 1.0)
    assert partly.any()
    assert ((1.0 - 0.8 * covered) * values)[partly] == pytest.approx(least)
    assert least < smuggler_gain(values, np.full(len(values), 0.2), 0.8)
    selected = chosen(port)
    produce_fast = ((TRUCKS["commodity"] == 3) & TRUCKS["fast"]).to_numpy()
    assert_share(selected[produce_fast], float(covered[2 * 4 + 1]))


def test_a_class_of_trucks_without_a_value_is_refused(make_scenario: Make) -> None:
    with pytest.raises(ConfigError, match=r"policy\.value_by_commodity"):
        make_scenario("policy=minimax", "~policy.value_by_commodity.empty")


def test_exploration_keeps_the_riskiest_and_spreads_the_rest(make_scenario: Make) -> None:
    share = ("policy.share=0.3", "policy.exploration_share=0.1")
    mixed = chosen(make_scenario("policy=exploration", *share, "policy.random_part_share=0.5"))
    top = chosen(make_scenario("policy=top_share", "policy.share=0.2"))
    assert mixed[top].all()
    low = SCORE < 0.5
    assert_share(mixed[low], 0.05 / 0.8)
    # the uncertain stand just under the cutoff
    assert mixed[(SCORE < 0.8) & (SCORE > 0.76)].mean() > 0.95
    with pytest.raises(ConfigError, match=r"policy\.share: must be at least"):
        make_scenario("policy=exploration", "policy.share=0.01")


def test_position_is_the_share_of_past_trucks_that_are_riskier() -> None:
    place = risk_position(TRUCKS, SCORE, PAST.risk_score)
    assert ((place >= 0.0) & (place < 1.0)).all()
    for share in (0.03, 0.5, 0.97):
        assert_share(place < share, share, N)
    coarse = np.floor(uniform(3) * 4)
    tied = risk_position(TRUCKS, coarse, np.floor(uniform(4) * 4))
    assert_share(tied < 0.4, 0.4, N)
