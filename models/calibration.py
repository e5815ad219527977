"""From a score to a probability, and to a place among the trucks of the past.

Opened trucks are chosen ones: their hit rate is far above that of all trucks. So calibration has
two steps: `fit_platt` learns from opened trucks of held-out years how strongly the score speaks
(the slope), and `shift_to_prior` shifts the level until the mean over all trucks is the hit rate that
opening a truck at random would have.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from sim.arrays import FloatArray
from sim.errors import ModelError

SLOPE_PRIOR_SD = 0.5
NEWTON_STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Platt:
    """p_hit = 1 / (1 + exp(-(intercept + slope x score)))."""

    intercept: float
    slope: float

    def __call__(self, score: FloatArray) -> FloatArray:
        """Return the probability (n) that goes with each score (n)."""
        return 1.0 / (1.0 + np.exp(-(self.intercept + self.slope * score)))


def fit_platt(score: FloatArray, label: FloatArray, weight: FloatArray) -> Platt:
    """Return the intercept and slope that make held-out scores speak the truth.

    Maximum likelihood with a normal prior (mean 1, sd 0.5) on the slope: the scores of our models
    are log odds already, and about a hundred positives cannot say more than a little. Arrays are
    [n]: log odds given by a model that was not trained on these trucks; 1 where the truck yielded a
    seizure; trucks that each row stands for.

    Raises
    ------
    ModelError
        All labels are alike.

    Source: J. Platt, Advances in Large Margin Classifiers (1999) 61.

    Examples
    --------
    >>> z = np.repeat([-2.0, 2.0], 5000)
    >>> platt = fit_platt(z, (np.arange(10000) % 5000 < 5000 * expit(z)) * 1.0, np.ones(10000))
    >>> abs(platt.slope - 1.0) < 0.01 and abs(platt.intercept) < 0.01
    True
    """
    positives = float((weight * label).sum())
    if not 0.0 < positives < weight.sum():
        raise ModelError("calibration needs found and not found trucks in the held-out years")
    centre = float(np.average(score, weights=weight))
    columns = np.column_stack([np.ones(len(score)), score - centre])
    base = positives / float(weight.sum())
    beta = np.array([np.log(base / (1 - base)), 1.0])
    penalty = np.diag([0.0, SLOPE_PRIOR_SD**-2])
    for _ in range(NEWTON_STEPS):
        p_hit = expit(columns @ beta)
        slope_gap = penalty @ (beta - np.array([0.0, 1.0]))
        gradient = columns.T @ (weight * (label - p_hit)) - slope_gap
        curvature = (columns * (weight * p_hit * (1 - p_hit))[:, None]).T @ columns + penalty
        step = np.linalg.solve(curvature, gradient)
        beta += step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-10:
            break
    return Platt(intercept=float(beta[0] - beta[1] * centre), slope=float(beta[1]))


def shift_to_prior(platt: Platt, sample: FloatArray, prior: float) -> Platt:
    """Return ``platt`` shifted until its mean over a uniform sample of all trucks is ``prior``.

    ``sample`` [m] are scores of trucks drawn uniformly from the past; ``prior`` is the share of all
    trucks that would yield a seizure if opened, above 0 and below 1.

    >>> shifted = shift_to_prior(Platt(intercept=0.0, slope=1.0), np.zeros(3), 0.01)
    >>> round(float(shifted(np.zeros(1))[0]), 6)
    0.01
    """
    # Late, because few runs calibrate and all of them import this module.
    from scipy.optimize import brentq

    def excess(intercept: float) -> float:
        return float(np.log(expit(intercept + platt.slope * sample).mean() / prior))

    reach = 50.0 + abs(platt.slope) * float(np.abs(sample).max())
    return replace(platt, intercept=float(brentq(excess, -reach, reach, xtol=1e-10)))


def reliability_table(p_hit: FloatArray, label: FloatArray, weight: FloatArray, bins: int = 5) -> pd.DataFrame:
    """Return forecast against outcome in groups of equally many expected hits.

    Columns: trucks, forecast (mean p_hit), observed (hit rate), low and high (95% Wilson).
    """
    order = np.argsort(p_hit, kind="stable")
    hits = (p_hit * weight)[order]
    middle = (np.cumsum(hits) - hits / 2.0) / hits.sum()
    group = np.minimum((bins * middle).astype(np.int64), bins - 1)
    rows = [_one_group(order[group == place], p_hit, label, weight) for place in np.unique(group)]
    return pd.DataFrame(rows, columns=["trucks", "forecast", "observed", "low", "high"])


def _one_group(
    members: NDArray[np.int64], p_hit: FloatArray, label: FloatArray, weight: FloatArray
) -> tuple[float, float, float, float, float]:
    from models.evaluate import wilson_interval

    n = float(weight[members].sum())
    found = float((weight * label)[members].sum())
    low, high = wilson_interval(found, n)
    forecast = float(np.average(p_hit[members], weights=weight[members]))
    return n, forecast, found / n, low, high


def rank_share(score: FloatArray, scale: FloatArray) -> FloatArray:
    """Return the share [n] of past trucks that scored lower, those with the same score counting half.

    ``scale`` [m] are sorted scores of trucks drawn uniformly from the training period: fixed, so
    that today's trucks never depend on one another.

    >>> rank_share(np.array([0.0, 1.0, 5.0]), np.array([1.0, 1.0, 2.0, 3.0])).tolist()
    [0.0, 0.25, 1.0]
    """
    # in order, each search begins where the last one ended: a quarter of the time
    order = np.argsort(score)
    ascending = score[order]
    below = np.searchsorted(scale, ascending, side="left")
    up_to = np.searchsorted(scale, ascending, side="right")
    share = np.empty(len(score))
    share[order] = (below + up_to) / (2.0 * len(scale))
    return share
