"""V3: how soon a violator is found, by strong profiling, uniform and square-root sampling."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from theory_formulas import mean_screenings, mean_screenings_with_memory, square_root_sampling

from sim.algorithms.square_root import scale_for_share
from sim.policies.base import PastTraffic
from sim.policies.registry import select_trucks
from sim.scenario import Scenario

PRESS = np.array([0.009] * 100 + [0.0001] * 1000)
"""The paper's own example: a tenth of the units holds nine tenths of the risk."""


def test_the_printed_numbers() -> None:
    rounded = [0.005] * 100 + [0.0005] * 1000
    assert mean_screenings(PRESS, PRESS) == pytest.approx(1100.0)
    assert mean_screenings(PRESS, np.ones(1100)) == pytest.approx(1100.0)
    assert mean_screenings(PRESS, rounded) == pytest.approx(380.0)
    assert mean_screenings(PRESS, square_root_sampling(PRESS)) == pytest.approx(379.737, abs=5e-4)
    assert mean_screenings_with_memory(PRESS) == pytest.approx(105.5)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_faster_than_the_square_root(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(12, 0.5))
    least = mean_screenings(p, square_root_sampling(p))
    assert least == pytest.approx(np.sqrt(p).sum() ** 2)
    for _ in range(200):
        q = square_root_sampling(p) * np.exp(0.3 * rng.standard_normal(12))
        assert mean_screenings(p, q) >= least


def test_with_memory_the_order_of_falling_risk_is_best() -> None:
    p = np.array([0.5, 0.05, 0.3, 0.15])
    orders = [
        sum(p[unit] * (turn + 1) for turn, unit in enumerate(order)) for order in itertools.permutations(range(4))
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


N_PLATES = len(PRESS)
TRIALS = 3000


def stream(n: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return trucks of 1,100 tractors in random order, and scores that know each one's risk."""
    rng = np.random.default_rng(seed)
    plate = rng.integers(0, N_PLATES, n)
    luck = {name: rng.random(n) for name in ("u_tie", "u_select", "u_floor")}
    trucks = pd.DataFrame({"truck": np.arange(n), "plate": plate, "arrive_min": np.arange(n)} | luck)
    p_hit = PRESS[plate]
    return trucks, pd.DataFrame({"truck": trucks["truck"], "p_hit": p_hit, "risk_score": p_hit})


def of_past(trucks: pd.DataFrame, scores: pd.DataFrame) -> PastTraffic:
    p_hit = scores["p_hit"].to_numpy()
    return PastTraffic(p_hit, trucks["u_tie"].to_numpy(), p_hit, 1.0, p_hit=p_hit, trucks=trucks)


def screenings_until_caught(plates: np.ndarray, seed: int) -> np.ndarray:
    """Return the screenings that each trial takes, its violator drawn by the prior."""
    rng = np.random.default_rng(seed)
    violators = rng.choice(N_PLATES, TRIALS, p=PRESS)
    starts = rng.integers(0, len(plates) // 2, TRIALS)
    turns = {plate: np.flatnonzero(plates == plate) for plate in np.unique(violators)}
    caught = [
        turns[v][np.searchsorted(turns[v], start)] - start + 1 for v, start in zip(violators, starts, strict=True)
    ]
    return np.array(caught)


@pytest.mark.parametrize(("policy", "mean"), [("square_root", 379.737), ("random_share", 1100.0)])
def test_the_policy_itself_takes_as_many_screenings(
    make_scenario: Callable[..., Scenario], policy: str, mean: float
) -> None:
    trucks, scores = stream(2_000_000, 1)
    past = of_past(*stream(100_000, 2))
    port = make_scenario(f"policy={policy}", "policy.share=0.05")
    plates = trucks["plate"].to_numpy()[select_trucks(port.policy, trucks, scores, past)]
    found = screenings_until_caught(plates, 3)
    assert abs(found.mean() - mean) < 4.0 * found.std() / np.sqrt(TRIALS)


def test_the_policy_with_memory_goes_down_the_list(make_scenario: Callable[..., Scenario]) -> None:
    """A small share waits for the riskiest who have not been screened: 105.5 screenings."""
    trucks, scores = stream(400_000, 4)
    past = of_past(*stream(50_000, 5))
    port = make_scenario(
        "policy=square_root", "policy.share=0.002", "policy.with_memory=true", "policy.memory_days=3650"
    )
    plates = trucks["plate"].to_numpy()[select_trucks(port.policy, trucks, scores, past)]
    assert len(np.unique(plates)) == len(plates)
    place = np.full(N_PLATES, len(plates) + (N_PLATES - len(plates) + 1) / 2.0)
    place[plates] = np.arange(1, len(plates) + 1)
    # trials: the violator is drawn by the prior
    assert (PRESS * place).sum() == pytest.approx(105.5, rel=0.05)
