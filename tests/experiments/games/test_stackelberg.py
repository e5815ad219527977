"""The strong Stackelberg plan: no plan on a grid loses less, and ties are said."""

from itertools import product

import numpy as np
import pytest

from experiments.games import stackelberg


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_on_a_grid_loses_less(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    gain, penalty, harm = numbers.uniform(0.5, 10.0, (3, 3))
    budget = float(numbers.uniform(0.2, 2.5))
    plan = stackelberg.strong(gain, penalty, harm, budget=budget)
    assert plan.x.sum() <= budget + 1e-9
    taken = (1.0 - plan.x) * gain - plan.x * penalty
    assert taken[plan.target] >= taken.max() - 1e-7
    assert plan.loss == pytest.approx((1.0 - plan.x[plan.target]) * harm[plan.target])
    assert plan.loss_if_ties_go_against >= plan.loss - 1e-9
    for x in product(np.linspace(0.0, 1.0, 21), repeat=3):
        covered = np.array(x)
        if covered.sum() <= budget:
            gains = (1.0 - covered) * gain - covered * penalty
            best = np.flatnonzero(gains >= gains.max() - 1e-12)
            assert plan.loss <= ((1.0 - covered) * harm)[best].min() + 1e-9


def test_a_plan_without_ties_loses_the_same_either_way() -> None:
    plan = stackelberg.strong([5.0, 1.0], [1.0, 1.0], [3.0, 1.0], budget=0.1)
    assert plan.loss_if_ties_go_against == pytest.approx(plan.loss)


def test_a_negative_harm_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        stackelberg.strong([1.0], [1.0], [-1.0], budget=1.0)


def test_no_more_is_covered_than_keeps_the_attacker_at_the_target() -> None:
    plan = stackelberg.strong([3.0, 7.0], [2.0, 6.0], [8.0, 7.0], budget=2.0)
    taken = (1.0 - plan.x) * [3.0, 7.0] - plan.x * [2.0, 6.0]
    assert plan.loss == pytest.approx(0.0)
    other = 1 - plan.target
    assert taken[other] == pytest.approx(taken[plan.target]), "covered no further than to a tie"
    assert plan.loss_if_ties_go_against > 2.0
