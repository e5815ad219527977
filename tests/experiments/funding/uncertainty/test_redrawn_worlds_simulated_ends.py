"""Which inputs lead, and outcomes that they are asked to lead."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.funding.uncertainty.redrawn_worlds import leading_inputs, n_end_worlds, savings_above_baseline


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_inputs_that_move_outcomes_are_found_among_many(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.random((200, 50))
    one = 4.0 * x[:, 7] + rng.normal(size=200)
    other = np.exp(2.0 * x[:, 31]) + rng.normal(size=200)
    assert set(leading_inputs(x, np.column_stack([one, other]), 2)) == {7, 31}


def test_outcomes_are_sums_over_years_above_the_baseline() -> None:
    levels = np.arange(3 * 2 * 4, dtype=float).reshape(1, 3, 2, 4)
    assert savings_above_baseline(levels, 0).tolist() == [[16.0, 16.0, 16.0]]


def test_each_end_is_simulated_on_two_sets_of_luck() -> None:
    assert n_end_worlds(50) == 2 * 2 * 2
    assert n_end_worlds(20) == 0, "too few worlds to say who leads"
