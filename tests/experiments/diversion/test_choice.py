"""Port choice: nobody moves without a change, shares move by the logit, and luck is keyed by truck and port."""

from __future__ import annotations

import numpy as np
import pytest
from ports import window_of

from experiments.diversion.choice import LOST, choose_ports, port_seed, port_uniforms, utilities
from experiments.games import logit

TRUCKS = 200_000
BASE = np.array([0.5, 0.3, 0.2])


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, np.ndarray]:
    """Homes by base shares, and the utilities of all ports to each truck."""
    rng = np.random.default_rng(4)
    home = rng.choice(3, size=TRUCKS, p=BASE)
    every = np.ones((TRUCKS, 3), dtype=bool)
    return home, utilities(BASE, rng.random((TRUCKS, 3)), home=home, usual=every, open_now=every)


def test_every_truck_takes_its_own_port_while_nothing_changes(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    home, utility = drawn
    still = np.zeros_like(utility)
    assert (choose_ports(utility, still, still, None, per_min=0.01) == home).all()


@pytest.mark.parametrize("minutes", [(100.0, 0.0, 0.0), (0.0, 300.0, -50.0), (40.0, 40.0, 40.0)])
def test_shares_move_by_the_incremental_logit(
    drawn: tuple[np.ndarray, np.ndarray], minutes: tuple[float, float, float]
) -> None:
    _, utility = drawn
    change = np.broadcast_to(np.array(minutes), utility.shape)
    taken = choose_ports(utility, change, np.zeros_like(utility), None, per_min=0.01)
    shares = np.bincount(taken, minlength=3) / TRUCKS
    expected = logit.shares(BASE, change=minutes, scale=0.01)
    assert shares == pytest.approx(expected, abs=4.0 * 0.5 / np.sqrt(TRUCKS))


def test_moved_trucks_are_as_few_as_the_gumbel_coupling_says(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    """Case B7: .5 .3 .2 become .4 .3 .3, and 12.7 of 100 trucks take another port."""
    home, utility = drawn
    change = np.broadcast_to(np.log(BASE / np.array([0.4, 0.3, 0.3])), utility.shape)
    taken = choose_ports(utility, change, np.zeros_like(utility), None, per_min=1.0)
    assert np.bincount(taken, minlength=3) / TRUCKS == pytest.approx([0.4, 0.3, 0.3], abs=0.005)
    assert (taken != home).mean() == pytest.approx(logit.changed_by_gumbel(BASE, [0.4, 0.3, 0.3]), abs=0.004)


def test_a_closed_port_sends_its_trucks_to_the_others_by_their_shares() -> None:
    rng = np.random.default_rng(5)
    home = np.zeros(TRUCKS, dtype=np.int64)
    usual = np.ones((TRUCKS, 3), dtype=bool)
    now = usual.copy()
    now[:, 0] = False
    utility = utilities(BASE, rng.random((TRUCKS, 3)), home=home, usual=usual, open_now=now)
    still = np.zeros_like(utility)
    taken = choose_ports(utility, still, still, None, per_min=0.01)
    assert (taken > 0).all()
    assert (taken == 1).mean() == pytest.approx(0.6, abs=0.005)


def test_a_port_that_opens_draws_by_the_share_that_it_would_have() -> None:
    rng = np.random.default_rng(6)
    home = rng.choice(2, size=TRUCKS, p=[0.6, 0.4])
    usual = np.array([[True, True, False]]).repeat(TRUCKS, axis=0)
    now = np.ones((TRUCKS, 3), dtype=bool)
    utility = utilities([0.6, 0.4, 0.25], rng.random((TRUCKS, 3)), home=home, usual=usual, open_now=now)
    still = np.zeros_like(utility)
    taken = choose_ports(utility, still, still, None, per_min=0.01)
    assert (taken == 2).mean() == pytest.approx(0.25 / 1.25, abs=0.005)


def test_who_would_wait_too_long_or_finds_no_port_does_not_cross() -> None:
    utility = np.array([[2.0, 1.0], [2.0, 1.0], [-np.inf, -np.inf]])
    waits = np.array([[100.0, 0.0], [100.0, 0.0], [0.0, 0.0]])
    patience = np.array([99.0, 101.0, 500.0])
    taken = choose_ports(utility, np.zeros((3, 2)), waits, patience, per_min=0.0)
    assert taken.tolist() == [LOST, 0, LOST]


def test_another_port_or_order_moves_no_luck() -> None:
    window = window_of(1)
    few = port_uniforms(window, "a", ["a", "b"], 5)
    more = port_uniforms(window, "a", ["c", "b", "a"], 7)
    assert (few[:, 0] == more[:5, 2]).all()
    assert (few[:, 1] == more[:5, 1]).all()
    assert len({port_seed(1, name) for name in ("ysleta", "bota", "santa_teresa", "tornillo")}) == 4


def test_a_longer_drive_leaves_a_port_fewer_of_those_who_move() -> None:
    rng = np.random.default_rng(8)
    home = np.zeros(TRUCKS, dtype=np.int64)
    usual = np.ones((TRUCKS, 3), dtype=bool)
    now = usual.copy()
    now[:, 0] = False
    drives = np.exp(-0.01 * np.array([0.0, 100.0, 20.0]))
    utility = utilities(BASE * drives, rng.random((TRUCKS, 3)), home=home, usual=usual, open_now=now)
    taken = choose_ports(utility, np.zeros_like(utility), np.zeros_like(utility), None, per_min=0.01)
    weights = BASE[1:] * drives[1:]
    assert (taken == 1).mean() == pytest.approx(weights[0] / weights.sum(), abs=0.005)
