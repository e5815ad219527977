"""V4: several sensors in sequence, against the published frontiers and against all trees."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from sim.errors import PolicyError
from sim.sensor_tree import (
    RELEASE,
    Tree,
    TreeSensor,
    at_budget,
    at_detection,
    frontier,
    render,
)  # fmt: skip
from sim.sensor_tree import (
    test_all_then_open as naive,
)

A = TreeSensor("A", 0.05, ((0.2, 0.6), (0.4, 0.8)))
B = TreeSensor("B", 0.01, ((0.4, 0.6),))
SCAN = TreeSensor("scan", 0.1, ((0.2, 0.8),))
AGAIN = TreeSensor("again", 0.1, ((0.2, 0.8),))


def inner(trees: tuple[Tree, ...]) -> list[tuple[float, float]]:
    """Return the vertices between RELEASE and OPEN."""
    return [(round(tree.cost, 9), round(tree.detection, 9)) for tree in trees[1:-1]]


def random_sensor(name: str, m: int, rng: np.random.Generator) -> TreeSensor:
    """Return a sensor with m vertices on a concave ROC."""
    good = rng.dirichlet(np.ones(m + 1))
    bad = good * np.exp(3.0 * np.sort(rng.random(m + 1))[::-1])
    bad /= bad.sum()
    path = zip(np.cumsum(good)[:-1].tolist(), np.cumsum(bad)[:-1].tolist(), strict=True)
    return TreeSensor(name, float(rng.random() * 0.1), tuple(path))


def all_trees(sensors: tuple[TreeSensor, ...]) -> list[tuple[float, float]]:
    """Return (cost, detection) of every tree there is."""
    found = [(0.0, 0.0), (1.0, 1.0)]
    for i, sensor in enumerate(sensors):
        rest = all_trees(sensors[:i] + sensors[i + 1 :])
        channels = sensor.channels()
        for after in itertools.product(rest, repeat=len(channels)):
            cost = sum(g * c for (g, _), (c, _) in zip(channels, after, strict=True))
            detection = sum(b * d for (_, b), (_, d) in zip(channels, after, strict=True))
            found.append((sensor.cost + cost, detection))
    return found


def best_by_brute_force(points: npt.NDArray[np.float64], budget: float) -> float:
    """Return the best mix of any two trees within the budget."""
    cost, detection = points.T
    cheap, dear = cost <= budget, cost > budget
    best = detection[cheap].max()
    if dear.any():
        left, right = points[cheap][:, None], points[dear][None]
        part = (budget - left[..., 0]) / (right[..., 0] - left[..., 0])
        best = max(best, (left[..., 1] + part * (right[..., 1] - left[..., 1])).max())
    return float(best)


def test_the_published_frontiers() -> None:
    assert inner(frontier([SCAN])) == [(0.3, 0.8)]
    assert inner(frontier([SCAN, AGAIN])) == [(0.16, 0.64), (0.3, 0.8), (0.54, 0.96)]
    assert inner(frontier([A, B])) == [
        (0.11, 0.36), (0.25, 0.60), (0.332, 0.72), (0.45, 0.80), (0.68, 0.92)]  # fmt: skip


def test_mixing_doubles_what_the_naive_plan_finds() -> None:
    assert naive(SCAN, 0.15) == pytest.approx(0.20)
    assert at_budget(frontier([SCAN]), 0.15).detection == pytest.approx(0.40)


@pytest.mark.parametrize("seed", range(6))
def test_no_tree_and_no_mix_of_trees_beats_the_frontier(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = [(1, 1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (4,)][seed]
    sensors = tuple(random_sensor(str(i), m, rng) for i, m in enumerate(sizes))
    vertices, points = frontier(sensors), np.array(all_trees(sensors))
    for budget in rng.random(8):
        found = at_budget(vertices, float(budget))
        assert found.cost <= budget + 1e-12
        assert found.detection == pytest.approx(best_by_brute_force(points, float(budget)))
    for tree in vertices:
        assert np.abs(points - [tree.cost, tree.detection]).sum(axis=1).min() < 1e-9


def test_five_sensors_with_three_vertices_are_soon_done() -> None:
    rng = np.random.default_rng(9)
    sensors = [random_sensor(name, 3, rng) for name in "abcde"]
    vertices = frontier(sensors)
    assert len(vertices) > 3
    slopes = [
        (b.detection - a.detection) / (b.cost - a.cost)
        for a, b in itertools.pairwise(vertices)
    ]  # fmt: skip
    assert all(left > right for left, right in itertools.pairwise(slopes))
    fewer = frontier(sensors[:4])
    for tree in fewer:
        assert at_budget(vertices, tree.cost).detection >= tree.detection - 1e-9


def test_a_budget_and_a_target_name_the_same_point() -> None:
    vertices = frontier([A, B])
    for budget in (0.0, 0.05, 0.2, 0.3, 0.5, 0.9, 1.0):
        found = at_budget(vertices, budget)
        assert found.cost == pytest.approx(budget)
        assert at_detection(vertices, found.detection).cost == pytest.approx(budget)
    assert at_budget(vertices, 7.0).detection == 1.0
    assert at_budget(vertices, 0.0).first == RELEASE


def test_a_tree_can_be_read() -> None:
    text = render(at_budget(frontier([A, B]), 0.11))
    assert text.splitlines()[1] == "test by B"
    assert "test by A" in text
    mixed = render(at_budget(frontier([A, B]), 0.2))
    assert "35.7% of trucks:" in mixed
    assert "64.3% of trucks:" in mixed


@pytest.mark.parametrize("roc", [((0.4, 0.6), (0.2, 0.8)), ((0.5, 0.4),), ((0.2, 0.3), (0.4, 0.9))])
def test_a_roc_that_is_none_is_refused(roc: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(PolicyError, match="the ROC of bad must"):
        frontier([TreeSensor("bad", 0.1, roc)])
