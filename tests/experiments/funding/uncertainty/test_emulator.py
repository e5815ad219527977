"""Formulas fitted to made-up worlds whose truth is known."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from experiments.funding.uncertainty.emulator import Emulator, fit_emulator

NOISE = 0.05


@functools.cache
def made(seed: int, worlds: int = 120) -> tuple[Emulator, np.ndarray, np.ndarray]:
    """Columns: linear in input 0, curved in input 1, pure noise; ten inputs in all."""
    rng = np.random.default_rng(seed)
    x = rng.random((worlds, 10))
    truth = np.column_stack([2.0 * x[:, 0], 4.0 * (x[:, 1] - 0.5) ** 2, np.zeros(worlds)])
    y = truth + NOISE * rng.normal(size=truth.shape)
    relevant = np.ones((10, 3), bool)
    return fit_emulator(x, y, np.full(10, 0.5), relevant, seed), x, y


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
    found = fit_emulator(x, y, np.full(4, 0.5), relevant, 1)
    points = np.tile(found.centre, (2, 1))
    points[1, 1] = 1.0
    shift = found.shift(points)
    assert shift[1, 0] == shift[0, 0]
    assert shift[1, 1] > 0.3


def test_too_few_worlds_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit_emulator(np.zeros((9, 2)), np.zeros((9, 1)), np.zeros(2), np.ones((2, 1)), 1)


def test_the_seed_decides() -> None:
    again = made.__wrapped__(1)
    assert made(1)[0].errors.tolist() == again[0].errors.tolist()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_error_that_is_added_covers_new_worlds(seed: int) -> None:
    found, _, _ = made(seed)
    rng = np.random.default_rng(seed + 10)
    x = rng.random((400, 10))
    truth = np.column_stack([2.0 * x[:, 0], 4.0 * (x[:, 1] - 0.5) ** 2, np.zeros(400)])
    middle = np.array([1.0, 0.0, 0.0])
    missed = truth - middle + NOISE * rng.normal(size=truth.shape) - found.shift(x)
    low, high = np.quantile(found.errors, [0.05, 0.95], axis=0)
    # the middle world is a prediction too: its own error moves all misses alike
    inside = (
        (missed - np.median(missed, axis=0) > low - np.median(found.errors, axis=0))
        & (missed - np.median(missed, axis=0) < high - np.median(found.errors, axis=0))
    ).mean(axis=0)
    # 90% asked for, ends known to about 3% of 120 worlds, four standard errors
    assert (inside > 0.9 - 4.0 * (0.03**2 + 0.09 / 400) ** 0.5).all()


def test_a_world_left_out_is_told_by_formulas_that_have_not_seen_it() -> None:
    found, x, _ = made(1)
    left_out = found.shift_left_out(x)
    gap = left_out - (found.unseen - found.unseen.mean(axis=0))
    # the same predictions, counted from the middle as each fold's formulas see it
    assert gap.std(axis=0).max() < 0.02
    assert np.abs(left_out - found.shift(x)).max() > 0.0
