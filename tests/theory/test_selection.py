"""V3: how soon a violator is found, by strong profiling, uniform and square-root sampling."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from sim.square_root import (
    mean_screenings,
    mean_screenings_with_memory,
    scale_for_share,
    square_root,
)

PRESS = np.array([0.009] * 100 + [0.0001] * 1000)
"""The paper's own example: a tenth of the units holds nine tenths of the risk."""


def test_the_printed_numbers() -> None:
    rounded = [0.005] * 100 + [0.0005] * 1000
    assert mean_screenings(PRESS, PRESS) == pytest.approx(1100.0)
    assert mean_screenings(PRESS, np.ones(1100)) == pytest.approx(1100.0)
    assert mean_screenings(PRESS, rounded) == pytest.approx(380.0)
    assert mean_screenings(PRESS, square_root(PRESS)) == pytest.approx(379.737, abs=5e-4)
    assert mean_screenings_with_memory(PRESS) == pytest.approx(105.5)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_faster_than_the_square_root(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(12, 0.5))
    least = mean_screenings(p, square_root(p))
    assert least == pytest.approx(np.sqrt(p).sum() ** 2)
    for _ in range(200):
        q = square_root(p) * np.exp(0.3 * rng.standard_normal(12))
        assert mean_screenings(p, q) >= least


def test_with_memory_the_order_of_falling_risk_is_best() -> None:
    p = np.array([0.5, 0.05, 0.3, 0.15])
    orders = [
        sum(p[unit] * (turn + 1) for turn, unit in enumerate(order))
        for order in itertools.permutations(range(4))
    ]
    assert mean_screenings_with_memory(p) == pytest.approx(min(orders))


def test_a_unit_never_drawn_is_never_found() -> None:
    assert mean_screenings([0.5, 0.5], [1.0, 0.0]) == np.inf
    assert mean_screenings([1.0, 0.0], [1.0, 0.0]) == 1.0


@pytest.mark.parametrize("share", [0.01, 0.2, 0.6, 0.95, 1.0])
def test_the_scale_brings_the_mean_to_the_share(share: float) -> None:
    w = np.random.default_rng(1).pareto(0.7, 5000)
    scale = scale_for_share(w, share)
    assert np.minimum(1.0, scale * w).mean() == pytest.approx(share) or scale == np.inf
    assert (scale == np.inf) == (share == 1.0)


def test_units_without_weight_are_never_reached() -> None:
    assert scale_for_share([0.0, 0.0, 3.0], 0.5) == np.inf
    assert scale_for_share([0.0, 1.0, 3.0], 0.5) == pytest.approx(0.5)
