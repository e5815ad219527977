"""Formulas fitted to made-up worlds whose truth is known."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from experiments.funding.emulator import Emulator, fit

NOISE = 0.05


@functools.cache
def made(seed: int, worlds: int = 120) -> tuple[Emulator, np.ndarray, np.ndarray]:
    """Columns: linear in input 0, curved in input 1, pure noise; ten inputs in all."""
    rng = np.random.default_rng(seed)
    x = rng.random((worlds, 10))
    truth = np.column_stack([2.0 * x[:, 0], 4.0 * (x[:, 1] - 0.5) ** 2, np.zeros(worlds)])
    y = truth + NOISE * rng.normal(size=truth.shape)
    relevant = np.ones((10, 3), bool)
    return fit(x, y, np.full(10, 0.5), relevant, seed), x, y


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_unseen_worlds_are_predicted_to_about_the_noise(seed: int) -> None:
    found, _, _ = made(seed)
    error = found.errors.std(axis=0)
    # the fit's own error comes on top: 20 coefficients of 105 worlds at the most
    assert (error < 1.6 * NOISE).all()
    assert (error > 0.7 * NOISE).all()


def test_the_way_fits_the_shape() -> None:
    found, _, _ = made(1)
    assert found.chosen[1] == "quadratic"
    assert found.chosen[0] in ("linear", "quadratic")


def test_shifts_are_counted_from_the_centre() -> None:
    found, _, _ = made(1)
    assert found.shift(found.centre) == pytest.approx(np.zeros((1, 3)), abs=1e-12)
    point = found.centre.copy()
    point[0] = 1.0
    assert found.shift(point)[0, 0] == pytest.approx(1.0, abs=0.2)


def test_errors_and_predictions_add_up_to_what_was_simulated() -> None:
    found, _, y = made(2)
    assert found.unseen + found.errors == pytest.approx(y)
    assert found.targets.tolist() == y.tolist()


def test_an_input_that_cannot_matter_moves_nothing() -> None:
    rng = np.random.default_rng(3)
    x = rng.random((60, 4))
    y = np.column_stack([x[:, 0] + x[:, 1], x[:, 0] + x[:, 1]])
    relevant = np.array([[True, True], [False, True], [True, True], [True, True]])
    found = fit(x, y, np.full(4, 0.5), relevant, 1)
    points = np.tile(found.centre, (2, 1))
    points[1, 1] = 1.0
    shift = found.shift(points)
    assert shift[1, 0] == shift[0, 0]
    assert shift[1, 1] > 0.3


def test_too_few_worlds_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit(np.zeros((9, 2)), np.zeros((9, 1)), np.zeros(2), np.ones((2, 1)), 1)


def test_the_seed_decides() -> None:
    again = made.__wrapped__(1)
    assert made(1)[0].errors.tolist() == again[0].errors.tolist()
