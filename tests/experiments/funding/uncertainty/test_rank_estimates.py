"""Chatterjee's coefficient on known functions, and the floor of dummy inputs."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.funding.uncertainty.rank_estimates import dummy_floor, rank_estimate, rank_table


def test_a_function_of_the_input_is_near_one_and_independence_near_nought() -> None:
    rng = np.random.default_rng(1)
    x, noise = rng.random(2000), rng.random(2000)
    assert rank_estimate(x, np.sin(20.0 * x)) > 0.95
    # variance 2/5 over n where nothing depends
    assert rank_estimate(x, noise) == pytest.approx(0.0, abs=4.0 * (0.4 / 2000) ** 0.5)


def test_it_estimates_the_index_averaged_over_thresholds() -> None:
    """y = x + z, both uniform: P(y >= t | x) = 1 - (t - x) within 0 and 1; 6 E_t Var_x of it by direct integration."""
    rng = np.random.default_rng(2)
    x, z = rng.random((2, 20_000))
    grid = (np.arange(400) + 0.5) / 400.0
    thresholds = (grid[:, None] + grid[None, :]).ravel()[::40]
    above = np.clip(1.0 - (thresholds[:, None] - grid[None, :]), 0.0, 1.0)
    expected = 6.0 * above.var(axis=1).mean()
    assert rank_estimate(x, x + z) == pytest.approx(expected, abs=0.02)


def test_the_largest_of_many_dummies_is_above_the_floor_once_in_twenty() -> None:
    rng = np.random.default_rng(3)
    floor = dummy_floor(100, 20, rng)
    outcome = rng.random(100)
    above = [max(rank_estimate(rng.random(100), outcome) for _ in range(20)) > floor for _ in range(400)]
    # binomial(400, 0.05): three standard errors
    assert np.mean(above) == pytest.approx(0.05, abs=3.0 * (0.05 * 0.95 / 400) ** 0.5)
    assert dummy_floor(100, 200, rng) > floor
    assert dummy_floor(1000, 20, rng) < floor


def test_inputs_are_ranked_and_marked_where_they_are_above_the_floor() -> None:
    rng = np.random.default_rng(4)
    inputs = {name: rng.random(200) for name in ("a", "b", "c")}
    table = rank_table(inputs, {"more": inputs["b"] + 0.1 * inputs["a"]}, rng)
    assert table["input"].iloc[0] == "b"
    assert table.set_index("input")["above_floor"].to_dict() == {"b": True, "a": False, "c": False}
