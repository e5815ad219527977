"""A plan good against every monotone response: against all orders of targets, and against quantal responses."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from experiments.games import monotone_plan as module
from experiments.games.monotone_plan import monotone_plan, worst_loss
from experiments.games.quantal_response import choice


@pytest.mark.parametrize("seed", range(4))
def test_no_order_of_targets_gives_a_better_plan(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    g, c, h = numbers.uniform(0.5, 5.0, (3, 4))
    w = numbers.uniform(0.5, 2.0, 4)
    least = min(module._in_order((g, c, h, w), order, 1.0)[1] for order in itertools.permutations(range(4)))
    assert monotone_plan(g, c, h, budget=1.0, weights=w).loss <= least + 1e-7


@pytest.mark.parametrize("rationality", [0.0, 0.5, 3.0, 40.0])
def test_no_quantal_response_takes_more_than_the_plan_says(rationality: float) -> None:
    g, c, h = np.array([6.0, 5.0, 3.0]), np.array([4.0, 10.0, 2.0]), np.array([4.0, 9.0, 3.0])
    plan = monotone_plan(g, c, h, budget=1.0)
    taken = choice((1.0 - plan.x) * g - plan.x * c, rationality=rationality)
    assert float(taken @ ((1.0 - plan.x) * h)) <= plan.loss + 1e-9
    assert plan.loss <= plan.loss_if_ties_go_against
    assert float(plan.x.sum()) <= 1.0 + 1e-9


def test_ties_are_broken_both_ways() -> None:
    assert worst_loss([6, 6, 1], [0, 0, 0], [4, 9, 1], [0.5, 0.5, 0.0]) == (3.25, 4.5)


def test_values_that_make_no_game_are_refused() -> None:
    with pytest.raises(ValueError, match="as many"):
        monotone_plan([1.0], [1.0, 2.0], [1.0], budget=1.0)
    with pytest.raises(ValueError, match="budget"):
        monotone_plan([1.0], [1.0], [1.0], budget=-1.0)
