"""Inspections and portals on networks, against linear programming's own theory and enumeration."""

from itertools import combinations

import numpy as np
import pytest

from experiments.games import network_interdiction


def test_parallel_routes_have_the_value_of_the_maximum_flow() -> None:
    p = np.array([0.3, 0.5, 0.8])
    assert network_interdiction.value([[0], [1], [2]], p) == pytest.approx(1.0 / (1.0 / p).sum())
    plan = network_interdiction.inspection_plan([[0], [1], [2]], p)
    assert plan == pytest.approx([0.506329, 0.303797, 0.189873], abs=5e-7)


def test_a_section_that_all_paths_share_is_inspected_always() -> None:
    assert network_interdiction.value([[0, 1], [0, 2]], [0.9, 0.5, 0.5]) == pytest.approx(0.9)


@pytest.mark.parametrize("seed", range(30))
def test_no_other_set_of_portals_leaves_less(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    pairs, crossings = (int(size) for size in numbers.integers(1, 6, 2))
    before = numbers.uniform(0.2, 1.0, (pairs, crossings)).round(2)
    after = before * numbers.uniform(0.0, 1.0, before.shape).round(2)
    weights = numbers.dirichlet(np.ones(pairs))
    budget = int(numbers.integers(0, crossings + 1))

    def left(built: tuple[int, ...]) -> float:
        chance = before.copy()
        chance[:, list(built)] = after[:, list(built)]
        return float((weights * chance.max(axis=1)).sum())

    sets = [built for count in range(budget + 1) for built in combinations(range(crossings), count)]
    best, built = network_interdiction.portals(before, after, weights, budget=budget)
    assert best == pytest.approx(min(left(one) for one in sets), abs=1e-7)
    assert len(built) <= budget


def test_returns_may_rise_until_the_last_hole_is_shut() -> None:
    evasion, with_portal = [[0.9, 0.9, 0.9]], [[0.3, 0.3, 0.3]]
    lost = [network_interdiction.portals(evasion, with_portal, [1.0], budget=count)[0] for count in range(4)]
    assert lost == pytest.approx([0.9, 0.9, 0.9, 0.3])


@pytest.mark.parametrize(
    "case",
    [
        lambda: network_interdiction.value([[]], [0.5]),
        lambda: network_interdiction.value([[2]], [0.5]),
        lambda: network_interdiction.value([[0]], [0.0]),
        lambda: network_interdiction.portals([[0.5]], [[0.6]], [1.0], budget=1),
        lambda: network_interdiction.portals([[0.5]], [[0.4]], [1.0], budget=-1),
    ],
)
def test_what_is_out_of_range_is_refused(case: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each with a text of its own
        case()  # type: ignore[operator]
