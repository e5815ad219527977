"""A plan that is announced or observed, against an attacker who takes the best target under it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

Array = npt.NDArray[np.float64]

TIE = 1e-9
"""Targets whose gains differ by less than this, relative to the largest, count as equally good for the attacker."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """The defender's best plan if ties go the defender's way, and what it loses if they do not.

    Attributes
    ----------
    x : float[n]
        Coverage of each target.
    target : int
        The target that the attacker takes, ties broken for the defender.
    loss : float
        The defender's expected loss there.
    loss_if_ties_go_against : float
        The same plan's loss where the attacker takes, among his equally good targets, the worst for the defender.
    """

    x: Array
    target: int
    loss: float
    loss_if_ties_go_against: float


def strong(
    gain: npt.ArrayLike,
    penalty: npt.ArrayLike,
    harm: npt.ArrayLike,
    *,
    budget: float,
    weights: npt.ArrayLike | None = None,
) -> Commitment:
    """Return the strong Stackelberg plan: for each target, the least loss there while it is the attacker's best.

    The attacker at target i gets (1 - x_i) g_i - x_i c_i, the defender loses (1 - x_i) h_i.

    Parameters
    ----------
    gain, penalty, harm : float[n]
        g, c and h: not negative.
    budget : float
        Sum of weights times x at most.
    weights : float[n], optional
        What covering each target costs; 1 each by default.

    Raises
    ------
    ValueError
        Where lengths differ, a value is negative or not finite, or the budget is negative.

    Source
    ------
    Conitzer and Sandholm 2006 (one linear program a target); von Stengel and Zamir 2010 on ties.

    Examples
    --------
    >>> plan = strong([6, 5, 3], [4, 10, 2], [4, 9, 3], budget=1.0)
    >>> plan.x.round(6).tolist(), plan.target, round(plan.loss, 6), round(plan.loss_if_ties_go_against, 6)
    ([0.454545, 0.236364, 0.309091], 2, 2.072727, 6.872727)
    """
    g, c, h = (np.asarray(part, dtype=np.float64) for part in (gain, penalty, harm))
    w = np.ones_like(g) if weights is None else np.asarray(weights, dtype=np.float64)
    _check_stakes((g, c, h, w), budget)
    best: tuple[float, int, Array] | None = None
    for target in range(len(g)):
        x = _if_taken((g, c, w), target, budget)
        if x is not None:
            loss = float((1.0 - x[target]) * h[target])
            if best is None or loss < best[0] - 1e-12:
                best = (loss, target, x)
    if best is None:
        raise ValueError("no target can be the attacker's best: the program has no solution")
    loss, target, x = best
    taken = (1.0 - x) * g - x * c
    tied = taken >= taken.max() - TIE * max(1.0, float(np.abs(taken).max()))
    return Commitment(x, target, loss, float(((1.0 - x) * h)[tied].max()))


def _check_stakes(parts: tuple[Array, ...], budget: float) -> None:
    values = np.concatenate(parts)
    same = len({part.shape for part in parts}) == 1 and len(parts[0]) > 0
    if not same or not np.isfinite(values).all() or (values < 0.0).any():
        raise ValueError("gains, penalties, harms and weights must be as many, finite and not negative")
    if not budget >= 0.0:
        raise ValueError(f"the budget must not be negative: {budget}")


def _if_taken(stakes: tuple[Array, Array, Array], target: int, budget: float) -> Array | None:
    """Return the plan with most coverage of ``target`` under which the attacker still takes it, or None.

    Among equals the one with least coverage elsewhere that keeps the attacker at the target.
    """
    g, c, w = stakes
    n = len(g)
    # (1 - x_i) g_i - x_i c_i <= (1 - x_t) g_t - x_t c_t
    rows, limits = [], []
    for other in range(n):
        if other != target:
            row = np.zeros(n)
            row[other], row[target] = -(g[other] + c[other]), g[target] + c[target]
            rows.append(row)
            limits.append(g[target] - g[other])
    rows.append(w)
    limits.append(budget)
    cost = np.zeros(n)
    cost[target] = -1.0
    found = linprog(cost, A_ub=np.array(rows), b_ub=np.array(limits), bounds=[(0.0, 1.0)] * n, method="highs")
    if not found.success:
        return None
    x = np.asarray(found.x, dtype=np.float64)
    at_target = (1.0 - x[target]) * g[target] - x[target] * c[target]
    stake = g + c
    least = np.divide(g - at_target, stake, out=np.zeros(n), where=stake > 0.0)
    least[target] = x[target]
    return np.asarray(np.clip(least, 0.0, 1.0))
