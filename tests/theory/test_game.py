"""V6: coverage against a smuggler who watches, and deterrence."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog
from theory_formulas import deterrence_share, smuggler_gain

from sim.algorithms.security_game import minimax_coverage

VALUES = [10.0, 6.0, 4.0, 2.0]


def by_linear_program(v: np.ndarray, budget: float, d: float, w: np.ndarray) -> float:
    """Return min z with z >= (1 - d x_i) V_i, sum w x <= B, 0 <= x <= 1."""
    n = len(v)
    rows = np.hstack([-np.diag(d * v), -np.ones((n, 1))])
    rows = np.vstack([rows, [*w, 0.0]])
    found = linprog([0.0] * n + [1.0], rows, [*-v, budget], bounds=[(0, 1)] * n + [(0, None)])
    return float(found.fun)


@pytest.mark.parametrize(("budget", "value"), [(1.0, 3.870968), (2.0, 1.967213)])
def test_the_printed_values(budget: float, value: float) -> None:
    x = minimax_coverage(VALUES, budget)
    assert smuggler_gain(VALUES, x) == pytest.approx(value, abs=1e-6)
    assert x.sum() == pytest.approx(budget)


def test_top_first_and_uniform_do_worse() -> None:
    assert smuggler_gain(VALUES, [1, 0, 0, 0]) == 6.0
    assert smuggler_gain(VALUES, [0.25] * 4) == 7.5


@pytest.mark.parametrize("seed", range(30))
def test_no_coverage_does_better(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    v, w = rng.random(n) + 0.05, rng.random(n) + 0.05
    d, budget = float(rng.choice([1.0, 0.3, 0.8])), float(rng.random() * w.sum() * 1.2)
    x = minimax_coverage(v, budget, d, w)
    assert ((x >= 0.0) & (x <= 1.0)).all()
    assert (w * x).sum() <= budget + 1e-9
    assert smuggler_gain(v, x, d) == pytest.approx(by_linear_program(v, budget, d, w), abs=1e-8)


def test_extremes() -> None:
    assert minimax_coverage(VALUES, 0.0).tolist() == [0.0] * 4
    assert minimax_coverage(VALUES, 4.0).tolist() == [1.0] * 4
    assert minimax_coverage(VALUES, 3.0, p_detection=0.0).tolist() == [0.0] * 4
    assert smuggler_gain(VALUES, minimax_coverage(VALUES, 4.0, 0.5), 0.5) == 5.0


@pytest.mark.parametrize(("gain", "penalty", "d"), [(1, 4, 1.0), (1, 4, 0.5), (3, 2, 0.9)])
def test_at_the_deterrence_share_smuggling_pays_nothing(gain: float, penalty: float, d: float) -> None:
    caught = deterrence_share(gain, penalty, d) * d
    assert (1.0 - caught) * gain - caught * penalty == pytest.approx(0.0)
    assert deterrence_share(1, 4) == pytest.approx(0.20)
    assert deterrence_share(1, 4, 0.0) == np.inf
