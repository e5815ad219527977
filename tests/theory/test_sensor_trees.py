"""V4: several sensors in sequence, against the published frontiers and against all trees."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from theory_formulas import detection_when_all_tested as naive

from sim.algorithms.decision_tree import (
    RELEASE,
    DecisionTree,
    TreeSensor,
    best_mix_at_budget,
    cheapest_mix_at_detection,
    efficient_trees,
    tree_text,
)
from sim.errors import PolicyError

A = TreeSensor("A", 0.05, ((0.2, 0.6), (0.4, 0.8)))
B = TreeSensor("B", 0.01, ((0.4, 0.6),))
SCAN = TreeSensor("scan", 0.1, ((0.2, 0.8),))
AGAIN = TreeSensor("again", 0.1, ((0.2, 0.8),))


def inner(trees: tuple[DecisionTree, ...]) -> list[tuple[float, float]]:
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
    points = points[np.lexsort((-points[:, 1], points[:, 0]))]
    # a tree that costs no less than another and detects no more is in no best mix
    before = np.concatenate([[-1.0], np.maximum.accumulate(points[:, 1])[:-1]])
    points = points[points[:, 1] > before]
    cost, detection = points.T
    cheap, dear = cost <= budget, cost > budget
    best = detection[cheap].max()
    if dear.any():
        left, right = points[cheap][:, None], points[dear][None]
        part = (budget - left[..., 0]) / (right[..., 0] - left[..., 0])
        best = max(best, (left[..., 1] + part * (right[..., 1] - left[..., 1])).max())
    return float(best)


def test_the_published_frontiers() -> None:
    assert inner(efficient_trees([SCAN])) == [(0.3, 0.8)]
    assert inner(efficient_trees([SCAN, AGAIN])) == [(0.16, 0.64), (0.3, 0.8), (0.54, 0.96)]
    assert inner(efficient_trees([A, B])) == [(0.11, 0.36), (0.25, 0.60), (0.332, 0.72), (0.45, 0.80), (0.68, 0.92)]


def test_mixing_doubles_what_the_naive_plan_finds() -> None:
    assert naive(SCAN, 0.15) == pytest.approx(0.20)
    assert best_mix_at_budget(efficient_trees([SCAN]), 0.15).detection == pytest.approx(0.40)


@pytest.mark.parametrize("seed", range(6))
def test_no_tree_and_no_mix_of_trees_beats_the_frontier(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = [(1, 1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (4,)][seed]
    sensors = tuple(random_sensor(str(i), m, rng) for i, m in enumerate(sizes))
    vertices, points = efficient_trees(sensors), np.array(all_trees(sensors))
    for budget in rng.random(8):
        found = best_mix_at_budget(vertices, float(budget))
        assert found.cost <= budget + 1e-12
        assert found.detection == pytest.approx(best_by_brute_force(points, float(budget)))
    for tree in vertices:
        assert np.abs(points - [tree.cost, tree.detection]).sum(axis=1).min() < 1e-9


def test_five_sensors_with_three_vertices_are_soon_done() -> None:
    rng = np.random.default_rng(9)
    sensors = [random_sensor(name, 3, rng) for name in "abcde"]
    vertices = efficient_trees(sensors)
    assert len(vertices) > 3
    slopes = [(b.detection - a.detection) / (b.cost - a.cost) for a, b in itertools.pairwise(vertices)]
    assert all(left > right for left, right in itertools.pairwise(slopes))
    fewer = efficient_trees(sensors[:4])
    for tree in fewer:
        assert best_mix_at_budget(vertices, tree.cost).detection >= tree.detection - 1e-9


def test_a_budget_and_a_target_name_the_same_point() -> None:
    vertices = efficient_trees([A, B])
    for budget in (0.0, 0.05, 0.2, 0.3, 0.5, 0.9, 1.0):
        found = best_mix_at_budget(vertices, budget)
        assert found.cost == pytest.approx(budget)
        assert cheapest_mix_at_detection(vertices, found.detection).cost == pytest.approx(budget)
    assert best_mix_at_budget(vertices, 7.0).detection == 1.0
    assert best_mix_at_budget(vertices, 0.0).first == RELEASE


def test_a_tree_can_be_read() -> None:
    text = tree_text(best_mix_at_budget(efficient_trees([A, B]), 0.11))
    assert text.splitlines()[1] == "test by B"
    assert "test by A" in text
    mixed = tree_text(best_mix_at_budget(efficient_trees([A, B]), 0.2))
    assert "35.7% of trucks:" in mixed
    assert "64.3% of trucks:" in mixed


@pytest.mark.parametrize(
    ("roc", "words"),
    [
        (((0.4, 0.6), (0.2, 0.8)), r"must rise .*\(0\.4, 0\.6\) comes before \(0\.2, 0\.8\)"),
        (((0.5, 0.4),), r"must be concave; \(0\.5, 0\.4\) lies under"),
        (((0.2, 0.3), (0.4, 0.9)), r"must be concave; \(0\.2, 0\.3\) lies under"),
        (((0.2, 1.1),), r"must rise .*\(0\.2, 1\.1\) comes before \(1, 1\)"),
        (((-0.1, 0.5),), r"must rise"),
        (((float("nan"), 0.5),), r"must rise"),
    ],
)
def test_a_roc_that_is_none_is_refused(roc: tuple[tuple[float, float], ...], words: str) -> None:
    with pytest.raises(PolicyError, match=f"the ROC of bad {words}"):
        efficient_trees([TreeSensor("bad", 0.1, roc)])


@pytest.mark.parametrize("cost", [-0.1, float("nan"), float("inf")])
def test_a_cost_that_is_none_is_refused(cost: float) -> None:
    with pytest.raises(PolicyError, match="the cost of bad must be at least 0"):
        efficient_trees([TreeSensor("bad", cost, ((0.2, 0.8),))])


PERFECT = ((0.0, 1.0),)
USELESS = ((0.3, 0.3),)
HARD: dict[str, tuple[TreeSensor, ...]] = {
    "free": (TreeSensor("a", 0.0, ((0.2, 0.6),)), TreeSensor("b", 0.0, ((0.1, 0.3), (0.5, 0.9)))),
    "identical": tuple(TreeSensor(name, 0.1, ((0.2, 0.8),)) for name in "abc"),
    "identical and free": tuple(TreeSensor(name, 0.0, ((0.2, 0.8),)) for name in "abc"),
    "useless": (TreeSensor("a", 0.05, USELESS), TreeSensor("b", 0.05, ((0.2, 0.8),))),
    "useless and free": (TreeSensor("a", 0.0, USELESS), TreeSensor("b", 0.05, ((0.2, 0.8),))),
    "perfect": (TreeSensor("a", 0.1, PERFECT), TreeSensor("b", 0.01, ((0.3, 0.7),))),
    "perfect and free": (TreeSensor("a", 0.0, PERFECT), TreeSensor("b", 0.01, ((0.3, 0.7),))),
    "no false alarm": (TreeSensor("a", 0.02, ((0.0, 0.5),)), TreeSensor("b", 0.1, ((0.2, 0.9),))),
    "no miss": (TreeSensor("a", 0.02, ((0.6, 1.0),)), TreeSensor("b", 0.1, ((0.2, 0.9),))),
    "empty channels": (TreeSensor("a", 0.1, ((0.0, 0.0), (0.2, 0.8), (0.2, 0.8), (1.0, 1.0))),),
    "in a line": (TreeSensor("a", 0.1, ((0.1, 0.4), (0.2, 0.8))), TreeSensor("b", 0.0, USELESS)),
    "dearer than opening": (TreeSensor("a", 1.5, ((0.1, 0.9),)), TreeSensor("b", 0.1, PERFECT)),
    "hair-fine": (TreeSensor("a", 1e-9, ((1e-8, 0.3), (3e-7, 0.6))), TreeSensor("b", 0.0, USELESS)),
    "no ROC": (TreeSensor("a", 0.0, ()), TreeSensor("b", 0.1, ((0.2, 0.8),))),
}


@pytest.mark.parametrize("case", HARD)
def test_hard_inputs_keep_to_the_best_of_all_trees(case: str) -> None:
    sensors = HARD[case]
    vertices, points = efficient_trees(sensors), np.array(all_trees(sensors))
    assert vertices[-1].detection == pytest.approx(1.0)
    scales = np.array([0.0, 1e-8, 1e-6, 1e-3, *np.linspace(0.01, 1.0, 12)])
    for budget in scales.tolist():
        found = best_mix_at_budget(vertices, budget)
        assert found.cost <= budget + 1e-12
        assert found.detection == pytest.approx(best_by_brute_force(points, budget), abs=1e-9)
    for one, other in itertools.pairwise(vertices):
        assert one.cost < other.cost
        assert one.detection < other.detection


def test_no_test_is_made_that_changes_nothing() -> None:
    for case in ("useless", "useless and free", "in a line", "hair-fine", "no ROC"):
        useless = {s.name for s in HARD[case] if s.roc in (USELESS, ())}
        for tree in efficient_trees(HARD[case]):
            assert all(tree.p_visit(name, 0) == 0.0 for name in useless), case


@pytest.mark.parametrize("seed", range(40))
def test_random_instances_by_budget_and_by_target(seed: int) -> None:
    """Two or three sensors, some free, copied, useless or of one point, against all trees."""
    rng = np.random.default_rng(100 + seed)
    sizes = [(1, 1, 1), (2, 1), (1, 2), (2, 1), (2, 2)][seed % 5]
    sensors = [random_sensor(f"s{i}", m, rng) for i, m in enumerate(sizes)]
    if seed % 4 == 1:
        sensors[0] = TreeSensor("s0", 0.0, sensors[0].roc)
    if seed % 4 == 2:
        sensors[1] = TreeSensor("s1", sensors[0].cost, sensors[0].roc)
    if seed % 4 == 3:
        sensors[0] = TreeSensor("s0", sensors[0].cost, ((rng.random(),) * 2,))
    vertices, points = efficient_trees(sensors), np.array(all_trees(tuple(sensors)))
    for target in rng.random(6).tolist():
        found = cheapest_mix_at_detection(vertices, target)
        assert found.detection == pytest.approx(target)
        assert best_by_brute_force(points, found.cost) == pytest.approx(target)
        assert best_by_brute_force(points, found.cost - 1e-6) < target
        for kind, planned in ((0, found.cost), (1, found.detection)):
            opened = found.p_open(kind)
            tests = sum(s.cost * found.p_visit(s.name, 0) for s in sensors) if kind == 0 else 0.0
            assert opened + tests == pytest.approx(planned)


def test_many_sensors_are_soon_done() -> None:
    rng = np.random.default_rng(8)
    sensors = [random_sensor(f"s{i}", m, rng) for i, m in enumerate((3, 2, 2, 1, 1, 1, 1))]
    vertices = efficient_trees(sensors)
    found = cheapest_mix_at_detection(vertices, 0.9)
    assert found.detection == pytest.approx(0.9)
    assert found.cost < cheapest_mix_at_detection(efficient_trees(sensors[:3]), 0.9).cost
