"""Adversaries: what each must do on options whose chances are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.adaptation.adversary import REACTIONS, Reaction, Seen, State, react, start_state
from experiments.games.repeated_play import chase_cycle, chase_multiplier

QUICK = Reaction(
    reaction_per_detection=10.0,
    reconsider_share=1.0,
    memory_share=0.95,
    prior_loads=20.0,
    organizations=1,
    outside_share=0.0,
    switching_cost=0.0,
)


def _week(detection: list[float] | np.ndarray, organizations: int = 1) -> Seen:
    chance = np.asarray(detection, dtype=float)
    nothing = np.zeros((organizations, len(chance)))
    return Seen(detection=chance, found=nothing, passed=nothing)


def test_nobody_leaves_the_base_shares_under_an_unchanged_plan() -> None:
    state = start_state([5.0, 3.0, 2.0], [0.14, 0.2, 0.1], QUICK)
    for name in ("static", "responsive", "learning"):
        after = react(name, state, _week([0.14, 0.2, 0.1]), QUICK)
        assert after.shares == pytest.approx(state.shares)


@pytest.mark.parametrize("name", ["static", "responsive", "learning"])
def test_a_reaction_of_0_is_the_static_threat_to_the_last_bit(name: str) -> None:
    still = replace(QUICK, reaction_per_detection=0.0)
    state = start_state([5.0, 3.0], [0.1, 0.1], still)
    for _ in range(20):
        state = react(name, state, _week([0.9, 0.0]), still)  # type: ignore[arg-type]
    assert (state.shares == start_state([5.0, 3.0], [0.1, 0.1], still).shares).all()


@pytest.mark.parametrize(("speed", "scale"), [(1.0, 3.0), (0.5, 3.0), (0.6, 6.0), (1.0, 1.5)])
def test_effort_that_chases_the_last_attempts_makes_waves_where_the_multiplier_says_so(
    speed: float, scale: float
) -> None:
    # full detection where inspected: a difference of 2x - 1 in P(found)
    reaction = replace(QUICK, reaction_per_detection=scale, reconsider_share=speed)
    state = start_state([0.5, 0.5], [0.5, 0.5], reaction)
    state = replace(state, shares=np.array([[0.6, 0.4, 0.0]]))
    caught: list[float] = []
    for _ in range(4_000):
        effort = state.shares[0, :2]
        state = react("responsive", state, _week(effort), reaction)
        caught.append(float(state.shares[0, :2] @ effort))
    calm = abs(chase_multiplier(scale=scale, speed=speed, exponent=1.0)) < 1.0
    assert (abs(caught[-1] - 0.5) < 1e-6) == calm
    if speed == 1.0:
        assert np.mean(caught[-2:]) == pytest.approx(chase_cycle(scale=scale)[1], abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_none_is_found_less_often_than_the_one_who_knows(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    base, before, now = numbers.dirichlet(np.ones(5)), numbers.random(5), numbers.random(5)
    reaction = replace(QUICK, outside_share=0.3)
    state = start_state(base, before, reaction)

    def caught(after: State) -> float:
        return float(after.shares[0, :5] @ now) / float(after.shares[0, :5].sum())

    bound = caught(react("knowing", state, _week(now), reaction))
    assert bound == pytest.approx(now.min())
    for name in REACTIONS:
        assert caught(react(name, state, _week(now), reaction)) >= bound - 1e-12


def test_the_way_outside_takes_more_where_all_options_become_worse() -> None:
    reaction = replace(QUICK, outside_share=0.2)
    after = react("responsive", start_state([0.4, 0.6], [0.1, 0.1], reaction), _week([0.3, 0.3]), reaction)
    assert after.shares[0, 2] == pytest.approx(0.2 / (0.2 + 0.8 * np.exp(-2.0)))


def test_one_who_learns_leaves_where_his_own_loads_were_found() -> None:
    state = start_state([0.5, 0.5], [0.2, 0.2], QUICK)
    week = Seen(detection=np.array([0.2, 0.2]), found=np.array([[10.0, 0.0]]), passed=np.array([[0.0, 10.0]]))
    after = react("learning", state, week, QUICK)
    assert after.shares[0, 0] < 0.5 < after.shares[0, 1]


@pytest.mark.parametrize("name", ["learning", "exp3"])
def test_one_who_learns_reads_no_true_chance(name: str) -> None:
    state = start_state([0.5, 0.5], [0.2, 0.2], QUICK)
    week = Seen(detection=np.array([0.2, 0.3]), found=np.array([[3.0, 1.0]]), passed=np.array([[2.0, 4.0]]))
    blind = replace(week, detection=np.full(2, np.nan))
    shares = [react(name, state, one, QUICK).shares for one in (week, blind)]  # type: ignore[arg-type]
    assert np.array_equal(shares[0], shares[1])
    assert not np.array_equal(shares[0], state.shares)


def test_organizations_that_tell_each_other_nothing_move_apart_and_those_that_do_move_alike() -> None:
    found = np.array([[10.0, 0.0], [0.0, 10.0]])
    week = Seen(detection=np.array([0.2, 0.2]), found=found, passed=np.zeros((2, 2)))
    for shared in (False, True):
        reaction = replace(QUICK, organizations=2, shared=shared)
        after = react("learning", start_state([0.5, 0.5], [0.2, 0.2], reaction), week, reaction)
        assert np.allclose(after.shares[0], after.shares[1]) == shared


def test_switching_that_costs_much_keeps_loads_where_they_are() -> None:
    dear = replace(QUICK, switching_cost=50.0)
    state = start_state([0.5, 0.5], [0.1, 0.1], dear)
    after = react("responsive", state, _week([0.5, 0.1]), dear)
    assert after.shares == pytest.approx(state.shares, abs=1e-9)


def test_one_without_a_model_finds_the_better_option() -> None:
    reaction = replace(QUICK, organizations=1)
    state = start_state([0.5, 0.5], [0.5, 0.5], reaction)
    numbers = np.random.default_rng(2)
    for _ in range(150):
        loads = numbers.multinomial(10, state.shares[0, :2])
        found = numbers.binomial(loads, [0.8, 0.2]).astype(float)
        week = Seen(detection=np.array([0.8, 0.2]), found=found[None], passed=(loads - found)[None])
        state = react("exp3", state, week, reaction)
    assert state.shares[0, 1] > 0.8


def test_fictitious_play_answers_the_mean_of_all_weeks() -> None:
    state = start_state([0.5, 0.5], [0.5, 0.5], QUICK)
    state = react("fictitious", state, _week([0.9, 0.1]), QUICK)
    assert state.shares[0].tolist() == [0.0, 1.0, 0.0]
    state = react("fictitious", state, _week([0.0, 0.7]), QUICK)
    assert state.shares[0].tolist() == [0.0, 1.0, 0.0]
    state = react("fictitious", state, _week([0.0, 0.7]), QUICK)
    assert state.shares[0].tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("reaction_per_detection", -1.0),
        ("reconsider_share", 0.0),
        ("memory_share", float("nan")),
        ("organizations", 0),
        ("outside_share", 1.0),
    ],
)
def test_a_number_out_of_range_is_named(key: str, number: float) -> None:
    with pytest.raises(ValueError, match=key):
        replace(QUICK, **{key: number})  # type: ignore[arg-type]


def test_one_without_a_model_stays_where_all_options_are_alike() -> None:
    """Weights by the shares under which loads were sent: what is used most is not held against an option."""
    reaction = replace(QUICK, organizations=1)
    start = start_state([0.8, 0.1, 0.1], [0.3] * 3, reaction)
    loads = 1_000.0 * start.shares[0, :3]
    week = Seen(detection=np.full(3, 0.3), found=(0.3 * loads)[None], passed=(0.7 * loads)[None])
    assert react("exp3", start, week, reaction).shares == pytest.approx(start.shares, abs=1e-12)


def test_many_finds_in_one_week_and_loads_of_a_fraction_are_read() -> None:
    reaction = replace(QUICK, organizations=1)
    start = start_state(np.ones(36), np.full(36, 0.2), reaction)
    found = np.zeros((1, 36))
    found[0, 5] = 500.0
    after = react("exp3", start, Seen(detection=np.full(36, 0.2), found=found, passed=np.zeros((1, 36))), reaction)
    assert np.isfinite(after.shares).all()
    assert after.shares[0, 5] < 1e-6
    little = react("exp3", start, Seen(detection=np.full(36, 0.2), found=found / 1_000.0, passed=found), reaction)
    assert 0.0 < little.shares[0, 5] < start.shares[0, 5]
