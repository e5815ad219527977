"""Coverage against quantal response: a general optimizer finds nothing better."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from experiments.games import quantal_response


@pytest.mark.parametrize("rationality", [0.0, 0.05, 0.5, 2.0, 5.0])
@pytest.mark.parametrize("seed", range(4))
def test_no_better_coverage_is_found_by_a_general_optimizer(seed: int, rationality: float) -> None:
    numbers = np.random.default_rng(seed)
    values = numbers.uniform(0.5, 10.0, int(numbers.integers(2, 7)))
    weights = numbers.uniform(0.5, 2.0, len(values))
    budget, p_detection = float(numbers.uniform(0.1, 0.8) * weights.sum()), float(numbers.uniform(0.3, 1.0))
    x = quantal_response.coverage(
        values, budget=budget, rationality=rationality, p_detection=p_detection, weights=weights
    )
    assert ((x >= -1e-12) & (x <= 1.0 + 1e-12)).all()
    assert (weights * x).sum() <= budget + 1e-9

    def lost(coverage: np.ndarray) -> float:
        return quantal_response.loss(values, coverage, rationality=rationality, p_detection=p_detection)

    search: Any = minimize  # its stubs know no constraint written as a function
    others = [
        search(
            lost,
            start * budget / max(budget, float((weights * start).sum())),
            bounds=[(0.0, 1.0)] * len(values),
            constraints={"type": "ineq", "fun": lambda coverage: budget - (weights * coverage).sum()},
        )
        for start in numbers.random((5, len(values)))
    ]
    feasible = [other.fun for other in others if (weights * other.x).sum() <= budget + 1e-9]
    assert feasible
    assert lost(x) <= min(feasible) + 1e-7


def test_a_perfectly_rational_attacker_is_the_limit() -> None:
    values = [10.0, 6.0, 4.0, 2.0]
    lost = [
        quantal_response.loss(values, quantal_response.coverage(values, budget=1.0, rationality=at), rationality=at)
        for at in (0.5, 5.0, 50.0, 500.0)
    ]
    assert lost[:2] == pytest.approx([3.605099, 3.864532], abs=5e-7)
    assert lost == sorted(lost)
    assert lost[-1] == pytest.approx(3.870968, abs=1e-4)  # within 1 / rationality


@pytest.mark.parametrize(
    "change", [{"budget": -1.0}, {"rationality": float("nan")}, {"p_detection": 0.0}, {"p_detection": 1.5}]
)
def test_what_is_out_of_range_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        quantal_response.coverage([1.0, 2.0], **({"budget": 1.0, "rationality": 1.0} | change))
