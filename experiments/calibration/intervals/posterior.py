"""The posterior distribution of the parameters: calibrate, emulate, sample.

After Cleary, Garbuno-Inigo, Lan, Schneider and Stuart (Journal of Computational Physics 424, 2021). Points drawn from
what is held beforehand are carried, in rounds, to where observed cells are likely: the fast model is run at all of
them, a polynomial through what it says is sampled, and draws of it are the next points. The likelihood counts for a
part at first, so that no maximum is lost early.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

from experiments.calibration.fast_model import FastModel
from experiments.calibration.intervals.cells import stacked_outputs, week_products
from experiments.calibration.intervals.emulator import emulate
from experiments.calibration.intervals.ensemble import effective_draws, sample
from experiments.calibration.intervals.target import make_target
from experiments.calibration.likelihood import Likelihood
from sim.arrays import FloatArray

TEMPERS: Final = (1 / 64, 1 / 16, 1 / 4, 1 / 2, 1 / 2, 1 / 2, 1.0)
"""Part for which the likelihood counts, by round: the last emulator is made of points that lie wider than its draws."""
ROUNDS: Final = len(TEMPERS)
RUNS: Final = 16
"""Weeks of each month drawn at a point, the same at all points."""
SPREAD_POINTS: Final = 40
"""Points at which it is looked how cells vary together, each with weeks of its own: weeks enough for all cells."""
POINTS_A_TERM: Final = 1.2
"""Points a round over terms of the emulator, which is made of the last two rounds."""
LEAST_POINTS: Final = 300
WALKERS: Final = 80
SWEEPS, LAST_SWEEPS = 500, 1500
DRAWS: Final = 4000
"""Draws that are handed on."""
WARM_UP: Final = 1 / 3
"""Share of the sweeps that is thrown away."""
POSTERIOR: Final = 79
"""First part of the key of its stream."""


@dataclass(frozen=True, slots=True)
class PosteriorDraws:
    """Draws of the parameters, and what they rest on."""

    theta: FloatArray
    """[draws, p]"""
    scatter_min: float
    """Standard deviation of single cells that no day explains, rounding included."""
    month_min: float
    """Standard deviation of whole months that no volume explains."""
    emulator_share: float
    """Variance of what the emulator leaves over that of the error of means of cells."""
    effective: float
    """Independent draws that they are worth."""


def draw_posterior(
    model: FastModel, likelihood: Likelihood, service_min: float, threads: int, tell: Callable[[int, int], None]
) -> PosteriorDraws:
    """Return draws of the parameters given the observed cells and what is held beforehand.

    ``service_min`` is the service time that is held to be likeliest; ``tell`` is told the rounds done, of how many.
    """
    prior = model.parameters.prior(service_min)
    rng = np.random.default_rng(np.random.SeedSequence(model.seed, spawn_key=(POSTERIOR,)))
    p = prior[0].shape[1]
    n = max(LEAST_POINTS, int(POINTS_A_TERM * (p + 1) * (p + 2) / 2))
    model = replace(model, runs=RUNS)
    lucks = [replace(model, seed=model.seed + 1 + at) for at in range(SPREAD_POINTS)]
    points = draw_prior(prior, n, rng)
    made_of: list[tuple[FloatArray, FloatArray]] = []
    # threads of the pool and of linear algebra would wait for each other
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        for number, temper in enumerate(TEMPERS, start=1):
            errors = np.array(list(pool.map(partial(stacked_outputs, model, likelihood), points)))
            products = list(pool.map(partial(week_products, likelihood), lucks, points))
            made_of = [*made_of[-1:], (points, errors)]
            emulator = emulate(*(np.concatenate(parts) for parts in zip(*made_of, strict=True)))
            middle = likelihood.cell_errors(model.predict(points.mean(axis=0)))
            target = make_target(emulator, products, likelihood, middle, prior, temper)
            sweeps = LAST_SWEEPS if number == ROUNDS else SWEEPS
            path, _ = sample(target.density, points[rng.choice(n, WALKERS, replace=False)], sweeps, rng)
            warm = path[round(WARM_UP * sweeps) :]
            draws = warm.reshape(-1, p)
            points = np.asarray(draws[rng.choice(len(draws), n, replace=False)], dtype=np.float64)
            tell(number, ROUNDS)
    kept = np.asarray(draws[rng.choice(len(draws), DRAWS, replace=False)])
    return PosteriorDraws(kept, target.scatter_min, target.month_min, target.emulator_share, effective_draws(warm))


def draw_prior(prior: tuple[FloatArray, FloatArray], n: int, rng: np.random.Generator) -> FloatArray:
    """Return draws [n, p] of what is held beforehand: weights [rows, p] and target [rows] (`Parameters.prior`)."""
    weights, target = prior
    precision = weights.T @ weights
    center = np.linalg.solve(precision, weights.T @ target)
    lower = np.linalg.cholesky(precision)
    return np.asarray(center + np.linalg.solve(lower.T, rng.standard_normal((len(center), n))).T, dtype=np.float64)
