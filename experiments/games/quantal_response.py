"""Attackers who mostly, but not always, take the better target: quantal response, and the coverage against it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import wrightomega

Array = npt.NDArray[np.float64]

_ROUNDS = 100
_HALVINGS = 100


def choice(utilities: npt.ArrayLike, *, rationality: float) -> Array:
    """Return P(target i) = exp(lam U_i) / sum of exp(lam U_j).

    Source
    ------
    McKelvey and Palfrey 1995, Games and Economic Behavior 10.

    Examples
    --------
    >>> choice([1.0, 0.0], rationality=0.0).tolist()
    [0.5, 0.5]
    """
    scaled = rationality * np.asarray(utilities, dtype=np.float64)
    grown = np.exp(scaled - scaled.max())
    return np.asarray(grown / grown.sum())


def subjective_utility(
    covered: npt.ArrayLike, rewards: npt.ArrayLike, penalties: npt.ArrayLike, *, weights: tuple[float, float, float]
) -> Array:
    """Return w1 x_i + w2 R_i + w3 P_i, the attacker's subjective utility of each target (SUQR).

    Parameters
    ----------
    covered, rewards, penalties : float[n]
        Coverage x between 0 and 1, reward R if not stopped, penalty P (negative) if stopped.
    weights : (float, float, float)
        What the attacker makes of coverage (negative), reward and penalty.

    Source
    ------
    Nguyen and others 2013, AAAI.

    Examples
    --------
    >>> u = subjective_utility([0.6, 0.3, 0.1], [8, 5, 3], [-6, -4, -2], weights=(-9.85, 0.37, 0.15))
    >>> choice(u, rationality=1.0).round(6).tolist()
    [0.020412, 0.17436, 0.805227]
    """
    of_coverage, of_reward, of_penalty = weights
    x, reward, penalty = (np.asarray(part, dtype=np.float64) for part in (covered, rewards, penalties))
    return np.asarray(of_coverage * x + of_reward * reward + of_penalty * penalty)


def loss(values: npt.ArrayLike, coverage: npt.ArrayLike, *, rationality: float, p_detection: float = 1.0) -> float:
    """Return the expected value of what gets through: the sum of q_i (1 - d x_i) V_i.

    Examples
    --------
    >>> loss([10.0, 6.0, 4.0, 2.0], [1.0, 0.0, 0.0, 0.0], rationality=0.0)
    3.0
    """
    through = (1.0 - p_detection * np.asarray(coverage, dtype=np.float64)) * np.asarray(values, dtype=np.float64)
    return float((choice(through, rationality=rationality) * through).sum())


def coverage(
    values: npt.ArrayLike,
    *,
    budget: float,
    rationality: float,
    p_detection: float = 1.0,
    weights: npt.ArrayLike | None = None,
) -> Array:
    """Return the coverage under which least value gets through a smuggler who chooses by quantal response.

    A target gives y_i = (1 - d x_i) V_i if attacked. In z_i = exp(lam y_i) both the budget and
    "loss at most r" are convex, so for each r the best coverage is found from one multiplier, and r by halving.
    Budget is left over where covering one more target would only send attacks to better ones.

    Parameters
    ----------
    values : float[n]
        V, positive: what an attack that is not stopped is worth.
    budget : float
        In units of the weights.
    rationality : float
        lam, 0 (targets at random) or more, per unit of value.
    p_detection : float
        d, the chance that a covered attack is stopped, above 0 and at most 1.
    weights : float[n], optional
        What covering each target costs; 1 each by default.

    Returns
    -------
    float[n]
        x between 0 and 1.

    Raises
    ------
    ValueError
        Where a value or weight is not positive, or budget, rationality or detection out of range.

    Source
    ------
    Yang, Ordonez and Tambe 2012, AAMAS (computing optimal strategy against quantal response).

    Examples
    --------
    >>> x = coverage([10.0, 6.0, 4.0, 2.0], budget=1.0, rationality=0.5)
    >>> x.round(5).tolist(), round(loss([10.0, 6.0, 4.0, 2.0], x, rationality=0.5), 6)
    ([0.65747, 0.34253, 0.0, 0.0], 3.605099)
    """
    v = np.asarray(values, dtype=np.float64)
    w = np.ones_like(v) if weights is None else np.asarray(weights, dtype=np.float64)
    _check(v, w, budget, rationality, p_detection)
    if rationality == 0.0:
        return _dearest_first(v, w, budget)
    return _by_halving(v, w, (budget, rationality, p_detection))


def _by_halving(v: Array, w: Array, limits: tuple[float, float, float]) -> Array:
    """Return the coverage of least loss; ``limits`` are budget, rationality and detection."""
    _, rationality, p_detection = limits
    x = np.zeros_like(v)
    low, high = 0.0, loss(v, x, rationality=rationality)
    for _ in range(_ROUNDS):
        level = (low + high) / 2.0
        tried = _best_at(v, w, limits, level)
        reached = loss(v, tried, rationality=rationality, p_detection=p_detection)
        if reached < high:
            x, high = tried, reached
        if reached > level:
            low = level
        if high - low <= 1e-14 * high:
            break
    return x


def _check(v: Array, w: Array, budget: float, rationality: float, p_detection: float) -> None:
    if not ((v > 0.0) & np.isfinite(v)).all() or not ((w > 0.0) & np.isfinite(w)).all() or w.shape != v.shape:
        raise ValueError(f"values and weights must be positive and as many: {v.tolist()}, {w.tolist()}")
    if not (budget >= 0.0 and rationality >= 0.0 and np.isfinite(rationality) and 0.0 < p_detection <= 1.0):
        raise ValueError(f"budget {budget}, rationality {rationality} or detection {p_detection} is out of range")


def _dearest_first(v: Array, w: Array, budget: float) -> Array:
    """Return the coverage against targets chosen at random: most value per unit of cost first."""
    x, left = np.zeros_like(v), budget
    for target in np.argsort(-v / w, kind="stable"):
        x[target] = min(1.0, left / w[target])
        left -= x[target] * w[target]
    return x


def _best_at(v: Array, w: Array, limits: tuple[float, float, float], level: float) -> Array:
    """Return the coverage that minimizes sum of (y_i - r) exp(lam y_i) within the budget."""
    budget, rationality, p_detection = limits

    def covered(log_multiplier: float) -> Array:
        # u exp(u) = multiplier w exp(1 - lam r) / V with u = lam (y - r) + 1
        u = wrightomega(log_multiplier + np.log(w) - np.log(v) + 1.0 - rationality * level)
        through = np.clip(level + (u - 1.0) / rationality, v * (1.0 - p_detection), v)
        return np.asarray((1.0 - through / v) / p_detection)

    unbound = covered(-np.inf)
    if float((w * unbound).sum()) <= budget:
        return unbound
    low, high = -800.0, float((np.log(v / w) + np.log1p(rationality * v.max()) + rationality * v).max()) + 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if float((w * covered(middle)).sum()) > budget:
            low = middle
        else:
            high = middle
    return covered(high)
