"""Successive averages: they end where they should, and undamped steps would not."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.diversion.equilibrium import are_alike, port_shares, settle
from experiments.games.traffic_assignment import stochastic

DRIVERS = 40_000
CAPACITY, EXTRA = np.array([80.0, 60.0]), np.array([0.0, 20.0])


def corridor_of_case_b1(per_min: float) -> tuple[np.ndarray, object, object]:
    """Two ports of 80 and 60 an hour, the second 20 minutes further: 100 an hour choose."""
    gumbels = -np.log(-np.log(np.random.default_rng(7).random((DRIVERS, 2))))

    def simulate(taken: np.ndarray) -> np.ndarray:
        flow = np.minimum(100.0 * port_shares(taken, 2)[:2], CAPACITY - 0.2)
        return (60.0 / (CAPACITY - flow) + EXTRA)[:, None, None]

    def choose(waits: np.ndarray) -> np.ndarray:
        return (gumbels - per_min * waits[:, 0, 0]).argmax(axis=1)

    return gumbels, simulate, choose


@pytest.mark.parametrize("start", [0, 1])
def test_case_b1_is_reached_from_both_starts(start: int) -> None:
    _, simulate, choose = corridor_of_case_b1(0.05)
    first = np.full(DRIVERS, start)
    found = settle(first, choose, simulate, most_steps=400, ports=2, settled_share=1e-5)  # type: ignore[arg-type]
    exact = stochastic(100.0, CAPACITY, EXTRA, per_min=0.05).flow / 100.0
    assert port_shares(found.taken, 2)[:2] == pytest.approx(exact, abs=0.01)


def test_without_averages_drivers_make_waves() -> None:
    """Case B1p: at .1 a minute all drivers rush from one port to the other."""
    _, simulate, choose = corridor_of_case_b1(0.1)
    taken, shares = np.arange(DRIVERS) % 2, []
    for _ in range(6):
        taken = choose(simulate(taken))  # type: ignore[operator]
        shares.append(float((taken == 0).mean()))
    assert max(shares[-2:]) > 0.95
    assert min(shares[-2:]) < 0.05


def test_a_corridor_that_is_cut_short_shows_what_is_left() -> None:
    _, simulate, choose = corridor_of_case_b1(0.1)
    found = settle(np.zeros(DRIVERS, dtype=np.int64), choose, simulate, most_steps=2, ports=2)  # type: ignore[arg-type]
    assert found.steps == 2
    assert found.moved_share > 0.05
    with pytest.raises(ValueError, match="most_steps"):
        settle(found.taken, choose, simulate, most_steps=0, ports=2)  # type: ignore[arg-type]


def test_two_starts_are_alike_within_two_points() -> None:
    one, other = np.zeros(1000, dtype=np.int64), np.zeros(1000, dtype=np.int64)
    other[:15] = 1
    assert are_alike(one, other, 2)
    assert are_alike(other, other, 2)
    other[:30] = -1
    assert not are_alike(one, other, 2)


def test_one_quiet_step_is_not_the_end() -> None:
    """Shares that stand still for one step and then move have not settled."""
    steps = iter([np.array([0, 0]), np.array([0, 1]), np.array([0, 1]), np.array([0, 1])])
    found = settle(np.array([0, 0]), lambda _: next(steps), lambda _: np.zeros((2, 1, 1)), most_steps=4, ports=2)
    assert found.steps == 4
    assert found.taken.tolist() == [0, 1]
