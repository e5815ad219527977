"""An emulator of the fast model: what it predicts as a polynomial of second order of the parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.arrays import FloatArray

RIDGE: Final = 1e-3
"""Penalty on a coefficient of standardized terms, as a share of the number of points."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """Outputs [n] of the fast model as polynomials of the parameters [p]."""

    center: FloatArray
    scale: FloatArray
    coefficients: FloatArray
    """[terms, n]"""
    residual_covariance: FloatArray
    """[n, n], of the outputs less what the polynomials make of them."""

    def predict(self, points: FloatArray) -> FloatArray:
        """Return outputs [points, n] at points [points, p]."""
        found: FloatArray = terms((points - self.center) / self.scale) @ self.coefficients
        return found


def terms(standard: FloatArray) -> FloatArray:
    """Return one, every parameter and every product of two, [points, (p + 1) (p + 2) / 2]."""
    p = standard.shape[1]
    with_one = np.column_stack([np.ones(len(standard)), standard])
    first, second = np.triu_indices(p + 1)
    found: FloatArray = with_one[:, first] * with_one[:, second]
    return found


def emulate(points: FloatArray, outputs: FloatArray) -> Emulator:
    """Return the emulator of outputs [points, n] at points [points, p], by ridge regression; points > terms."""
    center, scale = points.mean(axis=0), np.maximum(points.std(axis=0), 1e-9)
    x = terms((points - center) / scale)
    penalty = np.full(x.shape[1], RIDGE * len(points))
    penalty[0] = 0.0
    coefficients = np.linalg.solve(x.T @ x + np.diag(penalty), x.T @ outputs)
    residual, free = outputs - x @ coefficients, max(len(points) - x.shape[1], 1)
    return Emulator(center, scale, np.asarray(coefficients, dtype=np.float64), residual.T @ residual / free)
