"""Sobol's indices with noise, through the product's own samples, against closed forms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import special

from experiments.funding.uncertainty.sobol_estimates import SobolSample, normal_scores, sobol_table
from experiments.funding.uncertainty.sobol_matrices import BASE, KEPT, REDRAWN, draw_matrices

A, B = 7.0, 0.1
VARIANCE = 0.5 + A**2 / 8 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18
FIRST = {"x": 0.5 * (1 + B * np.pi**4 / 5) ** 2 / VARIANCE, "y": A**2 / 8 / VARIANCE, "z": 0.0}
TOTAL = {
    "x": FIRST["x"] + 8 * B**2 * np.pi**8 / 225 / VARIANCE,
    "y": FIRST["y"],
    "z": 8 * B**2 * np.pi**8 / 225 / VARIANCE,
}
G = (0.0, 1.0, 4.5, 9.0)
Function = Callable[[np.ndarray], np.ndarray]


def ishigami(u: np.ndarray) -> np.ndarray:
    x, y, z = (2.0 * np.pi * u[:, place] - np.pi for place in range(3))
    return np.asarray(np.sin(x) + A * np.sin(y) ** 2 + B * z**4 * np.sin(x))


def sobol_g(u: np.ndarray) -> np.ndarray:
    return np.asarray(np.prod([(np.abs(4.0 * u[:, i] - 2.0) + a) / (1.0 + a) for i, a in enumerate(G)], axis=0))


def everything(rows: np.ndarray) -> np.ndarray:
    return np.ones(len(rows), dtype=bool)


def sample_of(
    function: Function, groups: list[str], n: int, seed: int, noise_sd: float = 0.0, accept: Function = everything
) -> SobolSample:
    """Return the product's samples of a function, each evaluation with noise of its own."""
    rng = np.random.default_rng(seed)
    drawn = draw_matrices(groups, 0, n, accept, seed)

    def run(rows: np.ndarray) -> np.ndarray:
        return np.asarray(function(rows) + noise_sd * rng.normal(size=len(rows)))

    of = {name: run(rows) for name, rows in drawn.simulation.items()}
    redrawn, kept = (
        {name.removeprefix(prefix): column for name, column in of.items() if name.startswith(prefix)}
        for prefix in (REDRAWN, KEPT)
    )
    return SobolSample(of[BASE], run(drawn.simulation[BASE]), redrawn, kept)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("noise_sd", [0.0, np.sqrt(VARIANCE / 2.0)])
def test_ishigami_has_its_known_indices_with_and_without_noise(seed: int, noise_sd: float) -> None:
    found = sobol_table({"f": sample_of(ishigami, ["x", "y", "z"], 1024, seed, noise_sd)}, seed)
    share = noise_sd**2 / (noise_sd**2 + VARIANCE)
    assert found["noise_share"].to_numpy() == pytest.approx(share, abs=0.06)
    for row in found.itertuples():
        # 1.5 half-widths of 95 %: 2.9 standard errors, of 36 estimates
        assert row.first == pytest.approx(FIRST[row.group], abs=1.5 * row.first_half_width + 1e-9)
        assert row.total == pytest.approx(TOTAL[row.group], abs=1.5 * row.total_half_width + 1e-9)


def test_sobols_g_has_its_known_indices_with_noise() -> None:
    parts = np.array([1.0 / (3.0 * (1.0 + a) ** 2) for a in G])
    variance = float(np.prod(1.0 + parts) - 1.0)
    names = [f"g{place}" for place in range(len(G))]
    found = sobol_table({"g": sample_of(sobol_g, names, 2048, 1, 0.5 * variance**0.5)}, 1).set_index("group")
    for place, name in enumerate(names):
        first, total = parts[place] / variance, parts[place] * np.prod(1.0 + np.delete(parts, place)) / variance
        assert found.loc[name, "first"] == pytest.approx(first, abs=1.5 * found.loc[name, "first_half_width"])
        assert found.loc[name, "total"] == pytest.approx(total, abs=1.5 * found.loc[name, "total_half_width"])


def test_a_group_moves_as_one() -> None:
    found = sobol_table({"f": sample_of(ishigami, ["all", "y", "all"], 1024, 1)}, 1).set_index("group")
    together = 1.0 - FIRST["y"]
    assert found.loc["all", "first"] == pytest.approx(together, abs=1.5 * found.loc["all", "first_half_width"])


def test_rejection_makes_inputs_depend_on_each_other() -> None:
    """Uniform where x + y <= 1, f = x + y: Var E[f|x] = Var((1 + x)/2) = 1/72, Var f = 1/18, E Var[f|y] = 1/24."""
    sample = sample_of(lambda u: u.sum(axis=1), ["x", "y"], 4096, 1, accept=lambda u: u.sum(axis=1) <= 1.0)
    assert (sample.base <= 1.0).all()
    assert all((column <= 1.0).all() for column in sample.columns())
    found = sobol_table({"f": sample}, 1)
    assert found["first"].to_numpy() == pytest.approx((1.0 / 72.0) / (1.0 / 18.0), abs=0.06)
    assert found["total"].to_numpy() == pytest.approx((1.0 / 24.0) / (1.0 / 18.0), abs=0.06)


def test_a_group_without_simulation_shares_its_noise_with_the_base() -> None:
    rng, n = np.random.default_rng(1), 4000
    x, y, anew_x, anew_y = rng.normal(size=(4, n))
    noise, other, third = 2.0 * rng.normal(size=(3, n))
    sample = SobolSample(
        x + y + noise, x + y + other, {"x": anew_x + y + noise}, {"x": x + anew_y + third}, {"x": anew_x + y + other}
    )
    (row,) = sobol_table({"f": sample}, 1).itertuples()
    assert row.total == pytest.approx(0.5, abs=1.5 * row.total_half_width)
    assert row.first == pytest.approx(0.5, abs=1.5 * row.first_half_width)


def _economic_total(output: Callable[..., np.ndarray], n: int = 20_000) -> tuple[float, float]:
    """Return the estimated total index of an economic group, and its half-width; ``output`` takes (e, s, z)."""
    rng = np.random.default_rng(7)
    e, s, anew_e, anew_s, z, other, third = rng.normal(size=(7, n))
    sample = SobolSample(
        output(e, s, z),
        output(e, s, other),
        {"e": output(anew_e, s, z)},
        {"e": output(e, anew_s, third)},
        {"e": output(anew_e, s, other)},
    )
    (row,) = sobol_table({"f": sample}, 1).itertuples()
    return row.total, row.total_half_width


@pytest.mark.parametrize("sigma", [0.5, 2.0])
def test_noise_that_decides_a_yes_or_no_is_no_part_of_an_economic_group(sigma: float) -> None:
    """f = 1{e + s + sigma z > 0}: what e and s explain is p = Phi((e + s) / sigma), integrated over a grid of both."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    weights = weights / weights.sum()
    p = special.ndtr((nodes[:, None] + nodes[None, :]) / sigma)
    mean_e = weights @ p
    within = float(weights @ (weights @ p**2 - mean_e**2))
    whole = float(weights @ p**2 @ weights) - float(weights @ p @ weights) ** 2
    total, half = _economic_total(lambda e, s, z: (e + s + sigma * z > 0.0).astype(float))
    assert total == pytest.approx(within / whole, abs=1.5 * half)
    assert half < 0.06, "the old estimate is off by more"


def test_noise_of_hours_times_a_drawn_price_is_no_part_of_the_price() -> None:
    """f = (1 + e / 2)(s + 3 z): V = 1 + 1/4, of which E[s^2] Var[e / 2] = 1/4 hangs on e; noise is nine times V."""
    total, half = _economic_total(lambda e, s, z: (1.0 + e / 2.0) * (s + 3.0 * z))
    assert total == pytest.approx(0.2, abs=1.5 * half)
    assert half < 0.1, "with the square of noise the index would be above 1"


def test_an_index_with_a_wide_interval_is_not_resolved() -> None:
    few = sobol_table({"f": sample_of(ishigami, ["x", "y", "z"], 32, 1, 3.0)}, 1)
    many = sobol_table({"f": sample_of(ishigami, ["x", "y", "z"], 4096, 1)}, 1)
    assert not few["total_resolved"].all()
    assert many["total_resolved"].all()
    for table in (few, many):
        assert (table["total_resolved"] == (table["total_half_width"] <= 0.1)).all()


def test_an_output_that_nothing_moves_has_no_index() -> None:
    same = sobol_table({"same": sample_of(lambda u: np.ones(len(u)), ["x", "y"], 8, 1)}, 1)
    assert same[["first", "total"]].isna().all().all()
    assert not same["total_resolved"].any()


def test_the_seed_decides() -> None:
    made = [sobol_table({"f": sample_of(ishigami, ["x", "y", "z"], 64, seed)}, seed) for seed in (1, 1, 2)]
    assert made[0].equals(made[1])
    assert not made[0].equals(made[2])


def test_normal_scores_are_normal_and_keep_the_order() -> None:
    values = np.exp(3.0 * np.random.default_rng(1).normal(size=2000))
    scores = normal_scores(values, values)
    assert (np.argsort(scores) == np.argsort(values)).all()
    assert scores.mean() == pytest.approx(0.0, abs=1e-9)
    assert scores.std() == pytest.approx(1.0, abs=0.01)
