"""A plan that is good against every attacker who prefers better targets, however strongly."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

Array = npt.NDArray[np.float64]

TIE = 1e-9
"""Targets whose gains differ by less than this count as equally good for the attacker."""
_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class MonotonePlan:
    """A plan and what it guarantees.

    Attributes
    ----------
    x : float[n]
        Coverage of each target.
    loss : float
        The most that is lost on average against any attacker who takes no target more often than a better one, and
        equally good ones equally often.
    loss_if_ties_go_against : float
        The same where he takes, among equally good targets, the most harmful first.
    """

    x: Array
    loss: float
    loss_if_ties_go_against: float


def worst_loss(
    gain: npt.ArrayLike, penalty: npt.ArrayLike, harm: npt.ArrayLike, x: npt.ArrayLike
) -> tuple[float, float]:
    """Return the most that a plan loses against any attacker whose choice rises with what a target gives him.

    The worst of them takes each of his k best targets equally often, for some k. The first number is for one who takes
    equally good targets equally often, the second for one who takes the most harmful of them first.

    Examples
    --------
    >>> worst_loss([6, 6], [0, 0], [4, 9], [0.5, 0.5])
    (3.25, 4.5)
    """
    g, c, h, covered = (np.asarray(part, dtype=np.float64) for part in (gain, penalty, harm, x))
    taken = np.round(((1.0 - covered) * g - covered * c) / TIE)
    lost = (1.0 - covered) * h
    order = np.lexsort((-lost, -taken))
    means = np.cumsum(lost[order]) / np.arange(1, len(order) + 1)
    last_of_its_kind = np.append(np.diff(taken[order]) != 0.0, [True])
    return float(means[last_of_its_kind].max()), float(means.max())


def monotone_plan(
    gain: npt.ArrayLike,
    penalty: npt.ArrayLike,
    harm: npt.ArrayLike,
    *,
    budget: float,
    weights: npt.ArrayLike | None = None,
) -> MonotonePlan:
    """Return a plan of little `worst_loss`: good against every regular quantal response at once.

    For an order of the targets by what they give the attacker the best plan is a linear program. From a few orders on,
    pairs are exchanged until none helps: the least of all orders in most games, close to it in the others.

    Parameters
    ----------
    gain, penalty, harm : float[n]
        As in `experiments.games.stackelberg.strong`: the attacker gets (1 - x) g - x c, the defender loses (1 - x) h.
    budget : float
        Sum of weights times x at most.
    weights : float[n], optional
        What covering each target costs; 1 each by default.

    Raises
    ------
    ValueError
        Lengths that differ, values that are negative or not finite, or a negative budget.

    Source
    ------
    Jiang, Nguyen, Tambe and Procaccia 2013, GameSec (monotonic maximin).

    Examples
    --------
    >>> plan = monotone_plan([6, 5, 3], [4, 10, 2], [4, 9, 3], budget=1.0)
    >>> plan.x.round(4).tolist(), round(plan.loss, 4), round(plan.loss_if_ties_go_against, 4)
    ([0.3062, 0.6812, 0.0125], 2.8688, 2.9625)
    """
    g, c, h = (np.asarray(part, dtype=np.float64) for part in (gain, penalty, harm))
    w = np.ones_like(g) if weights is None else np.asarray(weights, dtype=np.float64)
    values = np.concatenate([g, c, h, w])
    if not g.shape == c.shape == h.shape == w.shape or not np.isfinite(values).all() or (values < 0.0).any():
        raise ValueError("gains, penalties, harms and weights must be as many, finite and not negative")
    if not budget >= 0.0:
        raise ValueError(f"the budget must not be negative: {budget}")
    starts = {tuple(np.argsort(-first, kind="stable").tolist()) for first in (g, h, g + c, g / np.maximum(w, 1e-12))}
    best_of = functools.cache(lambda order: _in_order((g, c, h, w), order, budget))
    found = [_improved(best_of, order) for order in sorted(starts)]
    x, _ = min(found, key=lambda plan: plan[1])
    return MonotonePlan(x, *worst_loss(g, c, h, x))


_Game = tuple[Array, Array, Array, Array]


def _improved(best_of: Callable[[tuple[int, ...]], tuple[Array, float]], order: tuple[int, ...]) -> tuple[Array, float]:
    """Return the best plan that exchanges of two targets reach from an order, and its loss."""
    best = best_of(order)
    pairs = list(itertools.combinations(range(len(order)), 2))
    for _ in range(_ROUNDS):
        for first, second in pairs:
            tried = list(order)
            tried[first], tried[second] = tried[second], tried[first]
            plan = best_of(tuple(tried))
            if plan[1] < best[1] - 1e-12:
                best, order = plan, tuple(tried)
                break
        else:
            break
    return best


def _in_order(game: _Game, order: tuple[int, ...], budget: float) -> tuple[Array, float]:
    """Return the best plan under which the attacker likes the targets in this order; infinite loss where none can."""
    g, c, h, w = game
    n = len(order)
    rows, limits = [], []
    for first, second in itertools.pairwise(order):
        row = np.zeros(n + 1)
        row[first], row[second] = g[first] + c[first], -(g[second] + c[second])
        rows.append(row)
        limits.append(g[first] - g[second])
    for many in range(1, n + 1):
        row = np.zeros(n + 1)
        top = list(order[:many])
        row[top], row[n] = -h[top] / many, -1.0
        rows.append(row)
        limits.append(-float(h[top].sum()) / many)
    rows.append(np.append(w, 0.0))
    limits.append(budget)
    cost = np.append(np.zeros(n), 1.0)
    bounds = [(0.0, 1.0)] * n + [(None, None)]
    found = linprog(cost, A_ub=np.array(rows), b_ub=np.array(limits), bounds=bounds, method="highs")
    if not found.success or found.x is None or found.fun is None:
        return np.zeros(n), float("inf")
    return np.clip(found.x[:n], 0.0, 1.0), float(found.fun)
