"""What the fast model says of observed cells, and how cells vary together from day to day.

An observed cell is the mean of some days. Hours of a day share the day's factor and the line that earlier hours left;
days that follow each other share a part of it; a month may differ as a whole by what no volume tells. The covariance of
a month's cells is

    rho S / sqrt(n n') + scatter^2 I + month^2 1 1'

S is how cells vary together over the fast model's own weeks, n the days behind a cell; rho, by which all of it grows
with the line and the day factor, depends on the parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from experiments.calibration.fast_model import FastModel, Prediction
from experiments.calibration.likelihood import Likelihood
from sim.arrays import FloatArray

SCATTER_MIN, SCATTER_LN_SD = 2.0, 0.7
"""Of single cells, what no day explains, with rounding: median and standard deviation of its logarithm."""
MONTH_MIN, MONTH_LN_SD = 1.0, 0.8
"""Of whole months likewise."""
LEAST_VARIANCE: Final = 0.01
"""Of cells over weeks, minutes squared."""
GRID: Final = np.linspace(-2.0, 2.0, 9)
"""Standard deviations at which scatter and month are tried."""


@dataclass(frozen=True, slots=True)
class WeekProducts:
    """How what is observed varies over the weeks of the fast model at one set of parameters."""

    runs: int
    """Weeks of each month."""
    days: FloatArray
    """[months, cells, cells]: covariance of a month's cells from week to week."""
    luck: FloatArray
    """[months, cells, cells]: covariance of the mean over all weeks drawn, which come in opposite pairs."""
    ln_variance: FloatArray
    """[months]: logarithm of the variance of cells over weeks, mean of a month's observed cells."""
    spread: FloatArray
    """[samples, rows]: spread rows of as many weeks as were observed, less those of all weeks drawn."""


def stacked_outputs(model: FastModel, likelihood: Likelihood, theta: FloatArray) -> FloatArray:
    """Return what is emulated, [n + 1].

    Predicted less observed cells in minutes, lane and spread rows of variance one [n]; then the mean over months of the
    logarithm of the variance of cells over weeks.
    """
    prediction = model.predict(theta)
    rows = [likelihood.cell_errors(prediction), likelihood.lane_rows(prediction), likelihood.spread_rows(prediction)]
    return np.append(np.concatenate(rows), _ln_variance(likelihood, prediction).mean())


def _ln_variance(likelihood: Likelihood, prediction: Prediction) -> FloatArray:
    seen, variance = likelihood.seen, prediction.by_week.var(axis=1)
    mean = np.where(seen, variance, 0.0).sum(axis=(1, 2)) / np.maximum(seen.sum(axis=(1, 2)), 1)
    return np.asarray(np.log(np.maximum(mean, LEAST_VARIANCE)))


def observed_weeks(likelihood: Likelihood) -> int:
    """Return how many weeks of a month were observed, at least two."""
    return max(round(float(likelihood.days[likelihood.seen].mean())), 2)


def week_products(likelihood: Likelihood, model: FastModel, theta: FloatArray) -> WeekProducts:
    """Return how cells that were observed in any month, and the spread of days, vary at ``theta``."""
    prediction = model.predict(theta)
    weeks = prediction.by_week.reshape(len(likelihood.months), model.runs, -1)
    weeks = weeks[:, :, likelihood.seen.any(axis=0).ravel()]
    apart = weeks - weeks.mean(axis=1, keepdims=True)
    half, some = model.runs // 2, observed_weeks(likelihood)
    pairs = 0.5 * (apart[:, :half] + apart[:, half:])
    whole = likelihood.spread_rows(prediction)
    parts = [
        replace(prediction, by_week=prediction.by_week[:, first : first + some])
        for first in range(0, half - some + 1, some)
    ]
    spread = [likelihood.spread_rows(part, sample=True) - whole for part in parts]
    return WeekProducts(
        model.runs,
        apart.transpose(0, 2, 1) @ apart / (model.runs - 1),
        pairs.transpose(0, 2, 1) @ pairs / ((half - 1) * half),
        _ln_variance(likelihood, prediction),
        np.array(spread),
    )


def spread_moments(products: list[WeekProducts], likelihood: Likelihood, runs: int) -> tuple[FloatArray, FloatArray]:
    """Return mean [rows] and covariance [rows, rows] of observed spread rows about those of the fast model.

    Where days were observed, by the model's own samples of as many weeks; else rows have variance one. A sample is part
    of the whole that it is held against, and the whole is drawn as well.
    """
    samples = np.concatenate([one.spread for one in products])
    rows = samples.shape[1]
    if likelihood.spread.kind != "observed":
        return np.zeros(rows), np.eye(rows)
    part = observed_weeks(likelihood) / runs
    covariance = np.atleast_2d(np.cov(samples.T)) * (1.0 + part) / (1.0 - part)
    return samples.mean(axis=0), covariance


def cell_covariances(likelihood: Likelihood, products: list[WeekProducts]) -> list[FloatArray]:
    """Return by month how errors of its observed cells vary together, by days and weeks drawn, where rho is one.

    Arrays [cells, cells]; rho is the month's variance of cells over weeks, so that where it is one the variance is too.
    """
    kept = likelihood.seen.any(axis=0).ravel()
    scale = [np.exp(-one.ln_variance)[:, None, None] for one in products]
    between = np.mean([one.days * by for one, by in zip(products, scale, strict=True)], axis=0)
    luck = np.mean([one.luck * by for one, by in zip(products, scale, strict=True)], axis=0)
    found = []
    for at, seen in enumerate(likelihood.seen):
        mine = seen.ravel()[kept]
        days = np.sqrt(likelihood.days[at].ravel()[kept][mine])
        both = np.ix_(mine, mine)
        found.append(between[at][both] / np.outer(days, days) + luck[at][both])
    return found


def likeliest_scatter(by_month: list[FloatArray], errors: FloatArray) -> tuple[float, float]:
    """Return the scatter of cells and of months, in minutes, that are likeliest given errors at good parameters."""
    best, found = -np.inf, (SCATTER_MIN, MONTH_MIN)
    for a in GRID:
        for b in GRID:
            scatter, month = SCATTER_MIN * np.exp(a * SCATTER_LN_SD), MONTH_MIN * np.exp(b * MONTH_LN_SD)
            level, first = -0.5 * float(a**2 + b**2), 0
            for days in by_month:
                mine = errors[first : first + len(days)]
                first += len(days)
                lower = np.linalg.cholesky(with_scatter(days, scatter, month))
                z = np.linalg.solve(lower, mine)
                level -= 0.5 * float(z @ z) + float(np.log(np.diag(lower)).sum())
            if level > best:
                best, found = level, (float(scatter), float(month))
    return found


def with_scatter(days: FloatArray, scatter: float, month: float) -> FloatArray:
    """Return the covariance of a month's cells, [cells, cells]."""
    found = days + month**2
    found[np.diag_indices(len(days))] += scatter**2
    return found
