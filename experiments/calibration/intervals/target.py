"""The density that is sampled: what is held beforehand times the likelihood of what was observed, by the emulator.

The likelihood of cells and spread is normal, with means and covariances of the model's own weeks (Price, Drovandi, Lee
and Nott, J. Comput. Graph. Stat. 27, 2018). What the emulator leaves counts as error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.linalg import block_diag, eigh, solve_triangular

from experiments.calibration.intervals.cells import (
    WeekProducts,
    cell_covariances,
    likeliest_scatter,
    spread_moments,
    with_scatter,
)
from experiments.calibration.intervals.emulator import Emulator, terms
from experiments.calibration.intervals.ensemble import LogDensities
from experiments.calibration.likelihood import Likelihood
from sim.arrays import FloatArray

FARTHEST: Final = 3.0
"""Of ln rho, from what it is on average: no polynomial is trusted beyond."""


@dataclass(frozen=True, slots=True)
class SampledTarget:
    """What one round samples."""

    density: LogDensities
    scatter_min: float
    """Standard deviation of single cells that no day explains, rounding included."""
    month_min: float
    """Standard deviation of whole months that no volume explains."""
    emulator_share: float
    """Variance of what the emulator leaves over that of a cell's error."""


def make_target(
    emulator: Emulator,
    points: FloatArray,
    products: list[WeekProducts],
    likelihood: Likelihood,
    prior: tuple[FloatArray, FloatArray],
    temper: float,
) -> SampledTarget:
    """Return the density of the parameters.

    Parameters
    ----------
    emulator : Emulator
        Of `stacked_outputs`.
    points : float array [points, p]
        Of this round; ``products`` are of the first of them.
    products : list of WeekProducts
    likelihood : Likelihood
    prior : tuple of float arrays
        Weights [rows, p] and target [rows], `Parameters.prior`.
    temper : float
        Part for which the likelihood counts, 0 to 1.
    """
    cells, runs = int(likelihood.seen.sum()), products[0].runs
    coefficients, left = emulator.coefficients.copy(), emulator.residual_covariance
    level = np.mean([one.ln_variance for one in products], axis=0)
    # the last output is ln rho: of weeks that are the same at all points, whose own level is taken off
    coefficients[0, -1] -= emulator.predict(points[: len(products)])[:, -1].mean()
    bias, spread = spread_moments(products, likelihood, runs)
    coefficients[0, -1 - len(bias) : -1] += bias
    by_month = [rho * days for rho, days in zip(np.exp(level), cell_covariances(likelihood, products), strict=True)]
    scatter, month = likeliest_scatter(by_month, emulator.predict(points.mean(axis=0)[None])[0, :cells])
    turned, grow = _turn_cells(coefficients, left, by_month, scatter, month)
    rows = slice(cells, -1)
    lanes = np.eye(len(left) - cells - 1 - len(bias))
    lower = np.linalg.cholesky(block_diag(lanes, spread) + left[rows, rows])
    turned.append(solve_triangular(lower, coefficients[:, rows].T, lower=True).T)
    standard, by_cell = np.hstack([*turned, coefficients[:, -1:]]), np.concatenate(grow)
    share = float(np.trace(left[:cells, :cells]) / sum(np.trace(with_scatter(one, scatter, month)) for one in by_month))
    weights, target = prior

    def density(at: FloatArray) -> FloatArray:
        outputs = terms((at - emulator.center) / emulator.scale) @ standard
        rho = np.exp(np.clip(outputs[:, -1:], -FARTHEST, FARTHEST))
        variance = 1.0 + by_cell * rho
        square = (outputs[:, :cells] ** 2 / variance + np.log(variance)).sum(axis=1)
        square += (outputs[:, cells:-1] ** 2).sum(axis=1)
        held = at @ weights.T - target
        found: FloatArray = -0.5 * (held**2).sum(axis=1) - 0.5 * temper * square
        return found

    return SampledTarget(density, scatter, month, share)


def _turn_cells(
    coefficients: FloatArray, left: FloatArray, by_month: list[FloatArray], scatter: float, month: float
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Return coefficients of errors that do not vary together, and how their variance grows with rho, by month.

    Their variance is one by scatter and by what the emulator leaves.
    """
    turned, grow, first = [], [], 0
    for days in by_month:
        mine = slice(first, first + len(days))
        first += len(days)
        values, vectors = eigh(days, with_scatter(left[mine, mine], scatter, month))
        turned.append(coefficients[:, mine] @ vectors)
        grow.append(np.maximum(values, 0.0))
    return turned, grow
