"""The posterior distribution of the parameters: calibrate, emulate, sample.

After Cleary, Garbuno-Inigo, Lan, Schneider and Stuart (Journal of Computational Physics 424, 2021). Points drawn from
what is held beforehand are carried, in rounds, to where observed cells are likely: the fast model is run at all of
them, a polynomial through what it says is sampled, and draws of it are the next points. The likelihood counts for a
part at first, so that no maximum is lost early. The likelihood of cells and spread is normal, with means and
covariances of the model's own weeks (Price, Drovandi, Lee and Nott, J. Comput. Graph. Stat. 27, 2018).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
from scipy.linalg import block_diag, solve_triangular

from experiments.calibration.fast_model import FastModel
from experiments.calibration.intervals.cells import (
    WeekProducts,
    cell_covariances,
    likeliest_scatter,
    spread_moments,
    stacked_errors,
    week_products,
    with_scatter,
)
from experiments.calibration.intervals.emulator import Emulator, emulate, terms
from experiments.calibration.intervals.ensemble import LogDensities, effective_draws, sample
from experiments.calibration.likelihood import Likelihood
from sim.arrays import FloatArray

TEMPERS: Final = (1 / 64, 1 / 16, 1 / 4, 1.0, 1.0)
"""Part for which the likelihood counts, by round."""
ROUNDS: Final = len(TEMPERS)
RUNS: Final = 16
"""Weeks of each month drawn at a point, the same at all points."""
SPREAD_POINTS: Final = 40
"""Points at which it is looked how cells vary together, each with weeks of its own: weeks enough for all cells."""
POINTS_A_TERM: Final = 1.2
"""Points a round over terms of the emulator, which is made of the last two rounds."""
LEAST_POINTS: Final = 240
WALKERS: Final = 80
SWEEPS, LAST_SWEEPS = 500, 1500
DRAWS: Final = 4000
"""Draws that are handed on."""
WARM_UP: Final = 1 / 3
"""Share of the sweeps that is thrown away."""
LEAST_VARIATION: Final = 1e-6
"""Directions of standardized errors that vary less, beside the one that varies most, are taken for constant."""
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
    """Variance of what the emulator leaves over that of a cell's error."""
    effective: float
    """Independent draws that they are worth."""


@dataclass(frozen=True, slots=True)
class _Target:
    """What one round samples."""

    density: LogDensities
    scatter_min: float
    month_min: float
    emulator_share: float


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
    points, made_of = draw_prior(prior, n, rng), []
    with ThreadPoolExecutor(threads) as pool:
        for number, temper in enumerate(TEMPERS, start=1):
            errors = np.array(list(pool.map(partial(stacked_errors, model, likelihood), points)))
            products = list(pool.map(partial(week_products, likelihood), lucks, points))
            made_of = [*made_of[-1:], (points, errors)]
            emulator = emulate(*(np.concatenate(parts) for parts in zip(*made_of, strict=True)))
            target = _target(emulator, points.mean(axis=0), products, likelihood, prior, temper)
            sweeps = LAST_SWEEPS if number == ROUNDS else SWEEPS
            path, _ = sample(target.density, points[rng.choice(n, WALKERS, replace=False)], sweeps, rng)
            warm = path[round(WARM_UP * sweeps) :]
            draws = warm.reshape(-1, p)
            points = draws[rng.choice(len(draws), n, replace=False)]
            tell(number, ROUNDS)
    kept = draws[rng.choice(len(draws), DRAWS, replace=False)]
    return PosteriorDraws(kept, target.scatter_min, target.month_min, target.emulator_share, effective_draws(warm))


def draw_prior(prior: tuple[FloatArray, FloatArray], n: int, rng: np.random.Generator) -> FloatArray:
    """Return draws [n, p] of what is held beforehand: weights [rows, p] and target [rows] (`Parameters.prior`)."""
    weights, target = prior
    precision = weights.T @ weights
    center = np.linalg.solve(precision, weights.T @ target)
    lower = np.linalg.cholesky(precision)
    found: FloatArray = center + np.linalg.solve(lower.T, rng.standard_normal((len(center), n))).T
    return found


def _target(
    emulator: Emulator,
    middle: FloatArray,
    products: list[WeekProducts],
    likelihood: Likelihood,
    prior: tuple[FloatArray, FloatArray],
    temper: float,
) -> _Target:
    coefficients = emulator.coefficients.copy()
    cells, rest = int(likelihood.seen.sum()), coefficients.shape[1] - int(likelihood.seen.sum())
    by_month = cell_covariances(likelihood, products)
    scatter, month = likeliest_scatter(by_month, emulator.predict(middle[None])[0, :cells])
    bias, spread = spread_moments(products, likelihood, RUNS)
    coefficients[0, -len(bias) :] += bias
    covariance = block_diag(
        *[with_scatter(days, scatter, month) for days in by_month], np.eye(rest - len(bias)), spread
    )
    left = emulator.residual_covariance
    share = float(np.trace(left[:cells, :cells]) / np.trace(covariance[:cells, :cells]))
    whitened = solve_triangular(np.linalg.cholesky(covariance + left), coefficients.T, lower=True)
    values, vectors = np.linalg.eigh(whitened @ whitened.T)
    vary = whitened.T @ vectors[:, values > LEAST_VARIATION * values[-1]]
    weights, target = prior

    def density(at: FloatArray) -> FloatArray:
        held = at @ weights.T - target
        standard = terms((at - emulator.center) / emulator.scale) @ vary
        found: FloatArray = -0.5 * (held**2).sum(axis=1) - 0.5 * temper * (standard**2).sum(axis=1)
        return found

    return _Target(density, scatter, month, share)
