"""Learners without a model: their regret stays below its bound."""

import numpy as np
import pytest

from experiments.games import regret


@pytest.mark.parametrize("seed", range(6))
def test_the_gap_of_hedge_stays_below_its_bound_and_holds_the_value(seed: int) -> None:
    losses = np.random.default_rng(seed).uniform(-3.0, 7.0, (4, 5))
    game = regret.hedge(losses, rounds=500)
    assert -1e-12 <= game.gap <= game.bound
    assert game.guaranteed - 1e-12 <= game.mean_loss <= game.exploitable + game.bound


def test_in_equilibrium_attempts_are_inverse_to_value() -> None:
    values = np.array([10.0, 6.0, 4.0])
    game = regret.hedge(values * (1.0 - np.eye(3)), rounds=60_000)
    assert game.attacker == pytest.approx([0.193548, 0.322581, 0.483871], abs=0.01)


def test_the_mean_regret_of_exp3_stays_below_its_bound() -> None:
    numbers = np.random.default_rng(7)
    table = (numbers.random((1_500, 3)) < [0.4, 0.5, 0.6]).astype(float)
    lost = [regret.exp3(table, uniforms=numbers.random(1_500)) for _ in range(20)]
    assert np.mean(lost) <= regret.exp3_bound(1_500, 3)
    assert np.mean(lost) < 0.5 * 1_500 * 0.1  # it learns: half of what choosing the middle always would lose
