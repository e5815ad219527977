"""Shrunken splines: shapes that are there are followed, and nothing is made of noise."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.funding.uncertainty.evppi import conditional_means


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_curve_is_followed_to_about_the_noise_of_its_coefficients(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.random((400, 1))
    truth = np.sin(2.0 * np.pi * x)
    found = conditional_means(x, truth + 0.5 * rng.normal(size=truth.shape))
    # eight coefficients of 400 draws, and the bend that five knots miss
    assert ((found - truth) ** 2).mean() ** 0.5 < 2.0 * 0.5 * (8 / 400) ** 0.5 + 0.05


def test_noise_is_mostly_left_at_its_mean() -> None:
    rng = np.random.default_rng(1)
    shares = [
        conditional_means(rng.random((200, 1)), (y := rng.normal(size=(200, 1)))).var() / y.var() for _ in range(50)
    ]
    # chance alone explains some hundredths with as many coefficients as are kept
    assert np.mean(shares) < 8 / 200
    assert np.median(shares) < 1 / 200


def test_inputs_that_do_not_move_leave_the_mean() -> None:
    y = np.arange(12.0).reshape(6, 2)
    assert conditional_means(np.ones((6, 1)), y) == pytest.approx(np.tile(y.mean(axis=0), (6, 1)))
