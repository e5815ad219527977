"""The density that is sampled: what is held beforehand times the likelihood of what was observed, by the emulator.

The likelihood of means of cells and of spread is normal, with means and covariances of the model's own weeks (synthetic
likelihood: Price, Drovandi, Lee and Nott, J. Comput. Graph. Stat. 27, 2018). Variances are those of the parameters
themselves, emulated as the means are; correlations are the average of the points. What the emulator leaves counts as
error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.linalg import block_diag, solve_triangular

from experiments.calibration.intervals.cells import (
    WeekProducts,
    cell_covariances,
    likeliest_scatter,
    means_of_cells,
    spread_moments,
    with_scatter,
)
from experiments.calibration.intervals.emulator import Emulator, terms
from experiments.calibration.intervals.ensemble import LogDensities
from experiments.calibration.likelihood import Likelihood
from sim.arrays import FloatArray

FARTHEST: Final = 3.0
"""Of the logarithm of a variance, from what it is on average: no polynomial is trusted beyond."""


@dataclass(frozen=True, slots=True)
class SampledTarget:
    """What one round samples."""

    density: LogDensities
    scatter_min: float
    """Standard deviation of single cells that no day explains, rounding included."""
    month_min: float
    """Standard deviation of whole months that no volume explains."""
    emulator_share: float
    """Variance of what the emulator leaves over that of the error of means of cells."""


def make_target(
    emulator: Emulator,
    products: list[WeekProducts],
    likelihood: Likelihood,
    errors: FloatArray,
    prior: tuple[FloatArray, FloatArray],
    temper: float,
) -> SampledTarget:
    """Return the density of the parameters.

    Parameters
    ----------
    emulator : Emulator
        Of `stacked_outputs`.
    products : list of WeekProducts
        Of some points of this round.
    likelihood : Likelihood
    errors : float array [cells]
        Predicted less observed cells at good parameters, minutes.
    prior : tuple of float arrays
        Weights [rows, p] and target [rows], `Parameters.prior`.
    temper : float
        Part for which the likelihood counts, 0 to 1.
    """
    means, runs = means_of_cells(likelihood), products[0].runs
    q, coefficients, left = len(means), emulator.coefficients.copy(), emulator.residual_covariance
    # variances are of weeks that are the same at all points, whose own luck is taken off
    level = np.mean([one.ln_variance for one in products], axis=0)
    coefficients[0, -q:] += level - emulator.predict(np.array([one.theta for one in products]))[:, -q:].mean(axis=0)
    bias, spread = spread_moments(products, likelihood, runs)
    coefficients[0, -q - len(bias) : -q] += bias
    by_month = cell_covariances(likelihood, products)
    scatter, month = likeliest_scatter(by_month, errors)
    unexplained = block_diag(*(with_scatter(np.zeros_like(one), scatter, month) for one in by_month))
    fixed = means @ unexplained @ means.T + left[:q, :q]
    correlation = np.mean([one.correlation for one in products], axis=0)
    rows = slice(q, -q)
    lanes = np.eye(len(left) - 2 * q - len(bias))
    lower = np.linalg.cholesky(block_diag(lanes, spread) + left[rows, rows])
    coefficients[:, rows] = solve_triangular(lower, coefficients[:, rows].T, lower=True).T
    weights, target = prior

    def density(at: FloatArray) -> FloatArray:
        outputs = terms((at - emulator.center) / emulator.scale) @ coefficients
        sd = np.exp(0.5 * np.clip(outputs[:, -q:], level - FARTHEST, level + FARTHEST))
        root = np.linalg.cholesky(correlation * sd[:, :, None] * sd[:, None, :] + fixed)
        z = np.linalg.solve(root, outputs[:, :q, None])[:, :, 0]
        square = (z**2).sum(axis=1) + 2.0 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
        square += (outputs[:, rows] ** 2).sum(axis=1)
        held = at @ weights.T - target
        found: FloatArray = -0.5 * (held**2).sum(axis=1) - 0.5 * temper * square
        return found

    share = float(np.trace(left[:q, :q]) / (np.trace(fixed) + np.exp(level).sum()))
    return SampledTarget(density, scatter, month, share)
