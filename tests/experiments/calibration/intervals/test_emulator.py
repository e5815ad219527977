"""The emulator: exact where the model is a polynomial of second order."""

import numpy as np

from experiments.calibration.intervals.emulator import emulate, terms


def test_a_polynomial_of_second_order_is_recovered() -> None:
    rng = np.random.default_rng(4)
    points = rng.standard_normal((200, 3))
    outputs = np.column_stack([1.0 + points[:, 0] * points[:, 2], points[:, 1] ** 2 - 3.0 * points[:, 0]])
    made = emulate(points, outputs)
    elsewhere = rng.standard_normal((20, 3))
    wanted = np.column_stack([1.0 + elsewhere[:, 0] * elsewhere[:, 2], elsewhere[:, 1] ** 2 - 3.0 * elsewhere[:, 0]])
    assert np.abs(made.predict(elsewhere) - wanted).max() < 0.05
    assert np.abs(made.residual_covariance).max() < 1e-4


def test_what_the_polynomial_leaves_is_its_residual_covariance() -> None:
    rng = np.random.default_rng(5)
    points = rng.standard_normal((4000, 2))
    made = emulate(points, points[:, :1] + 0.5 * rng.standard_normal((4000, 1)))
    assert abs(made.residual_covariance[0, 0] - 0.25) < 0.02


def test_terms_are_one_each_parameter_and_each_product() -> None:
    assert sorted(terms(np.array([[2.0, 5.0]]))[0]) == [1.0, 2.0, 4.0, 5.0, 10.0, 25.0]
