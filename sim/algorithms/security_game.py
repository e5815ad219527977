"""How to cover targets against a smuggler who watches.

The smuggler sees the coverage x and takes the target where (1 - d x_i) V_i is largest: an attack
on target i gains V_i and is stopped with probability d x_i.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.arrays import FloatArray


def minimax_coverage(
    values: npt.ArrayLike, budget: float, p_detection: float = 1.0, weights: npt.ArrayLike | None = None
) -> FloatArray:
    """Return x that minimises the smuggler's largest gain with sum of w_i x_i at most ``budget`` and 0 <= x_i <= 1.

    x_i = min(1, max(0, (1 - v / V_i) / d)): every target that is covered in part gains the
    smuggler the same v, the others less. Where the k best targets are attacked, with unit weights
    and d = 1, v = (k - B) / sum of 1 / V_i. No v below V_i (1 - d) can be reached.

    Parameters
    ----------
    values : float[n]
        V, positive.
    budget : float
        In units of the weights: targets covered in full with unit weights, a share of all traffic
        where weights are the targets' shares of the traffic.
    p_detection : float
        d, the chance that a covered attack is stopped.
    weights : float[n], optional
        What covering each target costs; 1 each by default.

    Source
    ------
    Kiekintveld et al. 2009, AAMAS (ORIGAMI), with resources that spread over targets; the detection
    probability after Tambe 2011, Security and Game Theory.

    Examples
    --------
    >>> x = minimax_coverage([10, 6, 4, 2], 1.0)
    >>> round(float(max((1.0 - x) * [10, 6, 4, 2])), 6), round(float(x.sum()), 6)
    (3.870968, 1.0)
    """
    v = np.asarray(values, dtype=np.float64)
    w = np.ones_like(v) if weights is None else np.asarray(weights, dtype=np.float64)
    if p_detection == 0.0 or budget <= 0.0:
        return np.zeros_like(v)
    floor = float((v * (1.0 - p_detection)).max())
    # what all targets cost is piecewise linear and falling in the level: walk its corners down
    corners = np.unique(np.concatenate([v, v * (1.0 - p_detection), [floor]]))[::-1]
    corners = corners[corners >= floor]
    above = corners[0]
    for corner in corners:
        if _cost(v, w, p_detection, corner) > budget:
            return _at(v, p_detection, _between(v, w, (p_detection, budget), (corner, above)))
        above = corner
    return _at(v, p_detection, floor)


def _at(values: FloatArray, p_detection: float, level: float) -> FloatArray:
    """Return the coverage under which no target gains more than ``level``, where that can be."""
    return np.asarray(np.clip((1.0 - level / values) / p_detection, 0.0, 1.0))


def _cost(values: FloatArray, weights: FloatArray, p_detection: float, level: float) -> float:
    return float((weights * _at(values, p_detection, level)).sum())


def _between(
    values: FloatArray, weights: FloatArray, p_detection_and_budget: tuple[float, float], corners: tuple[float, float]
) -> float:
    """Return the level between two neighbouring corners at which the budget is spent."""
    p_detection, budget = p_detection_and_budget
    low, high = corners
    dear, cheap = (_cost(values, weights, p_detection, level) for level in (low, high))
    return high - (high - low) * (budget - cheap) / (dear - cheap)
