"""How good a score is, judged where it is used: at the capacity of the port.

A port scans or opens a fixed share of its trucks, so what counts is what lies among the riskiest
share: `evaluate_at_capacity`. The area under the curve and the Brier score stand beside it. Evaluation is
always on years that come after the years of training: `rolling_years`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.errors import ModelError


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityResult:
    """What a score finds when the riskiest ``share`` of trucks is opened.

    ``hit_rate`` = hits / trucks opened (precision), ``detection_rate`` = hits / positives (recall);
    both carry 95% Wilson bounds.
    """

    share: float
    trucks: float
    hits: float
    hit_rate: float
    hit_rate_low: float
    hit_rate_high: float
    detection_rate: float
    detection_rate_low: float
    detection_rate_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A score on trucks that the model was not trained on."""

    trucks: int
    positives: float
    auc: float
    auc_low: float
    auc_high: float
    brier: float
    brier_base: float
    """Brier score of the constant forecast, for comparison."""
    capacities: tuple[CapacityResult, ...]


def rolling_years(years: IntArray) -> Iterator[tuple[BoolArray, BoolArray]]:
    """Yield (earlier, this) masks: each year of the past is scored by a model of the years before.

    The first two years are only trained on. ``years`` [n] are years of the history, from 0.

    >>> [(a.sum(), b.sum()) for a, b in rolling_years(np.array([0, 1, 2, 2, 3]))]
    [(np.int64(2), np.int64(2)), (np.int64(4), np.int64(1))]
    """
    for year in np.unique(years)[2:]:
        yield years < year, years == year


def evaluate_at_capacity(
    score: FloatArray, label: FloatArray, share: float, weight: FloatArray | None = None
) -> CapacityResult:
    """Return what is found when the riskiest ``share`` of the trucks is opened.

    Trucks with equal scores are taken in random order, so the hits are expected hits: the group
    that straddles the capacity counts in proportion. Arrays are [n]: ``score`` is higher for
    riskier trucks, ``label`` 1 for positives, 0 for others, or the probability of being positive;
    ``weight`` is how many trucks each row stands for; ``share`` of all trucks, 0 to 1.

    >>> evaluate_at_capacity(np.array([3.0, 2.0, 1.0, 0.0]), np.array([1.0, 0.0, 1.0, 0.0]), 0.5).hits
    1.0
    """
    weights = np.ones(len(score)) if weight is None else weight
    _, group = np.unique(-score, return_inverse=True)
    trucks = np.bincount(group, weights)
    hits = np.bincount(group, weights * label)
    capacity = share * trucks.sum()
    before = np.cumsum(trucks) - trucks
    taken = np.clip((capacity - before) / np.maximum(trucks, 1e-300), 0.0, 1.0)
    found = float((taken * hits).sum())
    hit_low, hit_high = wilson_interval(found, capacity)
    low, high = wilson_interval(found, hits.sum())
    return CapacityResult(
        share=share,
        trucks=float(capacity),
        hits=found,
        hit_rate=found / capacity if capacity else float("nan"),
        hit_rate_low=hit_low,
        hit_rate_high=hit_high,
        detection_rate=found / float(hits.sum()) if hits.sum() else float("nan"),
        detection_rate_low=low,
        detection_rate_high=high,
    )


def wilson_interval(hits: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return the Wilson interval of a share of ``hits`` in ``n``; (0, 1) when n is 0.

    Source: E. B. Wilson, J. American Statistical Association 22 (1927) 209.

    >>> [round(bound, 3) for bound in wilson_interval(5, 10)]
    [0.237, 0.763]
    """
    if n <= 0:
        return 0.0, 1.0
    z2 = float(ndtri(0.5 + level / 2)) ** 2
    share = hits / n
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def auc(score: FloatArray, label: FloatArray, weight: FloatArray | None = None) -> float:
    """Return P(a positive scores above a negative), ties counting half.

    Labels may be probabilities: each truck then stands for a positive of weight ``label`` and a
    negative of weight ``1 - label``.

    >>> auc(np.array([1.0, 2.0, 2.0, 3.0]), np.array([0.0, 0.0, 1.0, 1.0]))
    0.875
    """
    weights = np.ones(len(score)) if weight is None else weight
    _, group = np.unique(score, return_inverse=True)
    positive = np.bincount(group, weights * label)
    negative = np.bincount(group, weights * (1.0 - label))
    below = np.cumsum(negative) - negative
    pairs = positive.sum() * negative.sum()
    if pairs == 0:
        raise ModelError("the area under the curve needs positives and negatives")
    return float((positive * (below + negative / 2)).sum() / pairs)


def auc_interval(score: FloatArray, label: FloatArray, level: float = 0.95) -> tuple[float, float]:
    """Return an interval for `auc` of 0/1 labels, from the placements of the positives.

    Variance = var(placements of positives) / n_pos + var(placements of negatives) / n_neg.
    Source: DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988) 837.
    """
    of_positive, of_negative = placements(score, label)
    if len(of_positive) < 2 or len(of_negative) < 2:
        return 0.0, 1.0
    half = placement_half_width(of_positive, of_negative, level)
    middle = float(of_positive.mean())
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def placements(score: FloatArray, label: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the share of negatives below each positive, and of positives above each negative.

    Ties count half; the mean of either is the area under the curve.
    """
    positive, negative = score[label > 0.5], score[label <= 0.5]
    n_pos, n_neg = len(positive), len(negative)
    joint = rankdata(np.concatenate([positive, negative]))
    of_positive = (joint[:n_pos] - rankdata(positive)) / max(n_neg, 1)
    of_negative = 1.0 - (joint[n_pos:] - rankdata(negative)) / max(n_pos, 1)
    return of_positive, of_negative


def placement_half_width(of_positive: FloatArray, of_negative: FloatArray, level: float = 0.95) -> float:
    """Return the half-width of the interval of a mean of placements, or of their differences."""
    variance = of_positive.var(ddof=1) / len(of_positive)
    variance += of_negative.var(ddof=1) / len(of_negative)
    return float(ndtri(0.5 + level / 2)) * float(np.sqrt(variance))


def brier_score(p_hit: FloatArray, label: FloatArray, weight: FloatArray | None = None) -> float:
    """Return the mean squared difference between forecast and label."""
    return float(np.average((p_hit - label) ** 2, weights=weight))


def evaluate(
    score: FloatArray, p_hit: FloatArray, label: FloatArray, weight: FloatArray, shares: tuple[float, ...]
) -> Evaluation:
    """Return how good scores [n] are on trucks that the model was not trained on.

    ``p_hit`` [n] is the calibrated probability, ``label`` [n] 0 or 1, ``weight`` [n] the trucks that
    each row stands for, ``shares`` the capacities as shares of the trucks.
    """
    low, high = auc_interval(score, label)
    base = np.full(len(label), np.average(label, weights=weight))
    return Evaluation(
        trucks=len(label),
        positives=float(label.sum()),
        auc=auc(score, label, weight),
        auc_low=low,
        auc_high=high,
        brier=brier_score(p_hit, label, weight),
        brier_base=brier_score(base, label, weight),
        capacities=tuple(evaluate_at_capacity(score, label, share, weight) for share in shares),
    )
