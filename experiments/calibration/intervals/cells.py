"""What the fast model says of observed cells and of means of them, and how these vary together from day to day.

An observed cell is the mean of some days. Hours of a day share the day's factor and the line that earlier hours left;
days that follow each other share a part of it; a month may differ as a whole by what no volume tells. The covariance of
a month's cells is

    S(theta) / sqrt(n n') + scatter^2 I + month^2 1 1'

S is how cells vary together over the model's own weeks, n the days behind a cell. S depends on the parameters as much
as the waits do, and single cells are skewed: so the likelihood is that of means of cells, of each hour, day of the week
and month (`means_of_cells`), of which every set of parameters has weeks enough to tell how they vary.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from experiments.calibration.fast_model import FastModel, Prediction
from experiments.calibration.likelihood import Likelihood
from sim.arrays import BoolArray, FloatArray

SCATTER_MIN, SCATTER_LN_SD = 2.0, 0.7
"""Of single cells, what no day explains, with rounding: median and standard deviation of its logarithm."""
MONTH_MIN, MONTH_LN_SD = 1.0, 0.8
"""Of whole months likewise."""
LEAST_VARIANCE: Final = 0.001
"""Of means of cells, minutes squared."""
FRIDAY: Final = 4
"""Day that stands for all weekdays."""
GRID: Final = np.linspace(-2.0, 2.0, 9)
"""Standard deviations at which scatter and month are tried."""


@dataclass(frozen=True, slots=True)
class WeekProducts:
    """How what is observed varies over the weeks of the fast model at one set of parameters."""

    theta: FloatArray
    """[p], the parameters."""
    runs: int
    """Weeks of each month."""
    days: FloatArray
    """[months, cells, cells]: covariance of a month's cells from week to week."""
    luck: FloatArray
    """[months, cells, cells]: covariance of the mean over all weeks drawn, which come in opposite pairs."""
    ln_variance: FloatArray
    """[q]: logarithm of the variance of means of cells, `means_of_cells`."""
    correlation: FloatArray
    """[q, q], of the same means."""
    spread: FloatArray
    """[samples, rows]: spread rows of as many weeks as were observed, less those of all weeks drawn."""


def means_of_cells(likelihood: Likelihood) -> FloatArray:
    """Return weights [q, cells] that make means of observed cells, none of which follows from the others.

    Of every hour by kind of day, of every weekday but the last and of every month but the last. Cells weigh by the days
    behind them.
    """
    month, weekday, hour = np.nonzero(likelihood.seen)
    kind = np.maximum(weekday, FRIDAY)
    rows = [(kind == one) & (hour == at) for one in np.unique(kind) for at in np.unique(hour[kind == one])]
    rows += [weekday == day for day in np.unique(weekday[weekday <= FRIDAY])[:-1]]
    rows += [month == one for one in np.unique(month)[:-1]]
    days = likelihood.days[likelihood.seen]
    return np.array([row * days / (row * days).sum() for row in rows])


def stacked_outputs(model: FastModel, likelihood: Likelihood, theta: FloatArray) -> FloatArray:
    """Return what is emulated, [2 q + n].

    Means of predicted less observed cells in minutes [q]; lane and spread rows of variance one [n]; logarithms of the
    variance of these means over weeks [q].
    """
    prediction, means = model.predict(theta), means_of_cells(likelihood)
    rows = [likelihood.lane_rows(prediction), likelihood.spread_rows(prediction)]
    variance = np.diag(_means_covariance(likelihood, means, _apart(likelihood, prediction)))
    return np.concatenate([means @ likelihood.cell_errors(prediction), *rows, np.log(variance)])


def _apart(likelihood: Likelihood, prediction: Prediction) -> FloatArray:
    """Return cells that were observed in any month less their mean over weeks, [months, runs, cells]."""
    runs = prediction.by_week.shape[1]
    weeks = prediction.by_week.reshape(len(likelihood.months), runs, -1)[:, :, _kept(likelihood)]
    return np.asarray(weeks - weeks.mean(axis=1, keepdims=True))


def _kept(likelihood: Likelihood) -> BoolArray:
    """Return which of the 168 cells were observed in any month."""
    return np.asarray(likelihood.seen.any(axis=0).ravel())


def _means_covariance(likelihood: Likelihood, means: FloatArray, apart: FloatArray) -> FloatArray:
    """Return how means of cells vary together by the days that were observed and by the weeks drawn, [q, q].

    Weeks are drawn in opposite pairs, whose luck is not that of single weeks.
    """
    kept, runs = _kept(likelihood), apart.shape[1]
    half, first = runs // 2, 0
    total = np.zeros((len(means), len(means)))
    for at, seen in enumerate(likelihood.seen):
        mine = seen.ravel()[kept]
        part = means[:, first : first + int(mine.sum())].T
        first += int(mine.sum())
        days = np.sqrt(likelihood.days[at].ravel()[kept][mine])
        weeks = apart[at][:, mine]
        by_days, by_luck = (weeks / days) @ part, 0.5 * (weeks[:half] + weeks[half:]) @ part
        total += by_days.T @ by_days / (runs - 1) + by_luck.T @ by_luck / ((half - 1) * half)
    total[np.diag_indices(len(total))] += LEAST_VARIANCE
    return total


def observed_weeks(likelihood: Likelihood) -> int:
    """Return how many weeks of a month were observed, at least two."""
    return max(round(float(likelihood.days[likelihood.seen].mean())), 2)


def week_products(likelihood: Likelihood, model: FastModel, theta: FloatArray) -> WeekProducts:
    """Return how cells that were observed in any month, and the spread of days, vary at ``theta``."""
    prediction = model.predict(theta)
    apart = _apart(likelihood, prediction)
    half, some = model.runs // 2, observed_weeks(likelihood)
    pairs = 0.5 * (apart[:, :half] + apart[:, half:])
    together = _means_covariance(likelihood, means_of_cells(likelihood), apart)
    deviation = np.sqrt(np.diag(together))
    whole = likelihood.spread_rows(prediction)
    parts = [
        replace(prediction, by_week=prediction.by_week[:, first : first + some])
        for first in range(0, half - some + 1, some)
    ]
    spread = [likelihood.spread_rows(part, sample=True) - whole for part in parts]
    return WeekProducts(
        theta,
        model.runs,
        apart.transpose(0, 2, 1) @ apart / (model.runs - 1),
        pairs.transpose(0, 2, 1) @ pairs / ((half - 1) * half),
        2.0 * np.log(deviation),
        together / np.outer(deviation, deviation),
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
    """Return by month how errors of its observed cells vary together, by days and weeks drawn, [cells, cells]."""
    kept = _kept(likelihood)
    between = np.mean([one.days for one in products], axis=0)
    luck = np.mean([one.luck for one in products], axis=0)
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
