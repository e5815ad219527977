"""Inspections on a network of routes: one inspection at random, or portals that stay where they are built."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

Array = npt.NDArray[np.float64]


def inspection_plan(paths: Sequence[Sequence[int]], p: npt.ArrayLike) -> Array:
    """Return how often to inspect each road section, so that the best path is as risky as it can be.

    One section is inspected at a time. The smuggler knows the frequencies and takes the path on which he is least
    likely to be found.

    Parameters
    ----------
    paths : sequence of sequences of int
        The sections of each path, by place in ``p``.
    p : float[n]
        Chance of a find where the smuggler meets the inspection, above 0 and at most 1.

    Returns
    -------
    float[n]
        Frequencies that add up to 1.

    Raises
    ------
    ValueError
        Where a chance is out of range, a path is empty or names a section that is not there.

    Source
    ------
    Washburn and Wood 1995, Operations Research 43: the value is 1 / (maximum flow with capacities 1 / p).

    Examples
    --------
    >>> inspection_plan([[0], [1]], [0.5, 0.8]).round(6).tolist()
    [0.615385, 0.384615]
    """
    return _solve(paths, p)[1]


def value(paths: Sequence[Sequence[int]], p: npt.ArrayLike) -> float:
    """Return the chance of a find on the smuggler's best path under :func:`inspection_plan`.

    Examples
    --------
    >>> round(value([[0], [1]], [0.5, 0.8]), 6), round(value([[0], [1], [2]], [0.3, 0.5, 0.8]), 6)
    (0.307692, 0.151899)
    """
    return _solve(paths, p)[0]


def _solve(paths: Sequence[Sequence[int]], p: npt.ArrayLike) -> tuple[float, Array]:
    chance = np.asarray(p, dtype=np.float64)
    if not ((chance > 0.0) & (chance <= 1.0)).all():
        raise ValueError(f"chances must be above 0 and at most 1: {chance.tolist()}")
    rows = np.zeros((len(paths), len(chance)))
    for row, sections in zip(rows, paths, strict=True):
        if not sections or min(sections) < 0 or max(sections) >= len(chance):
            raise ValueError(f"each path needs sections from 0 to {len(chance) - 1}: {list(sections)}")
        row[list(sections)] = chance[list(sections)]
    if not len(rows):
        raise ValueError("a path or more is needed")
    n = len(chance)
    found = linprog(
        np.append(np.zeros(n), -1.0),
        A_ub=np.hstack([-rows, np.ones((len(rows), 1))]),
        b_ub=np.zeros(len(rows)),
        A_eq=np.append(np.ones(n), 0.0)[None, :],
        b_eq=[1.0],
        bounds=[(0.0, 1.0)] * n + [(0.0, None)],
        method="highs",
    )
    if not found.success or found.x is None:
        raise ValueError(f"no plan was found: {found.message}")
    return float(found.x[-1]), np.asarray(found.x[:-1], dtype=np.float64)


def portals(
    evasion: npt.ArrayLike, with_portal: npt.ArrayLike, weights: npt.ArrayLike, *, budget: int
) -> tuple[float, tuple[int, ...]]:
    """Return the least chance of evasion that ``budget`` portals leave, and the crossings that get one.

    Smugglers of each pair of origin and destination know where portals stand and take the crossing where they are
    least likely to be found.

    Parameters
    ----------
    evasion, with_portal : float[pairs, crossings]
        Chance to pass without and with a portal at the crossing; the second at most as large as the first.
    weights : float[pairs]
        How often each pair is chosen; they add up to 1 where a chance is wanted.
    budget : int
        Portals at most. Fewer are built where more would not help.

    Raises
    ------
    ValueError
        Where shapes differ, a chance is out of range, a portal helps the smuggler, or the budget is negative.

    Source
    ------
    Morton, Pan and Saeger 2007, IIE Transactions 39 (bipartite border networks).

    Examples
    --------
    >>> left, built = portals([[0.9, 0.6], [0.8, 0.7]], [[0.3, 0.2], [0.3, 0.2]], [0.5, 0.5], budget=1)
    >>> round(left, 6), built
    (0.65, (0,))
    """
    before, after = np.asarray(evasion, dtype=np.float64), np.asarray(with_portal, dtype=np.float64)
    w = np.asarray(weights, dtype=np.float64)
    _check_portals(before, after, w, budget)
    built = _best_crossings(before, after, w, budget)
    left = before.copy()
    left[:, list(built)] = after[:, list(built)]
    return float((w * left.max(axis=1)).sum()), built


def _check_portals(before: Array, after: Array, w: Array, budget: int) -> None:
    if before.ndim != 2 or before.shape != after.shape or w.shape != before.shape[:1]:
        raise ValueError(f"shapes differ: {before.shape}, {after.shape}, {w.shape}")
    if not ((after >= 0.0) & (after <= before) & (before <= 1.0)).all() or (w < 0.0).any() or budget < 0:
        raise ValueError("chances must lie between 0 and 1, a portal must not help, weights and budget not be negative")


def _best_crossings(before: Array, after: Array, w: Array, budget: int) -> tuple[int, ...]:
    """Return the crossings that get a portal, by a mixed-integer program."""
    pairs, crossings = before.shape
    # z_pair >= evasion less what a portal takes away, at each crossing
    rows = np.zeros((pairs * crossings, crossings + pairs))
    for pair in range(pairs):
        for crossing in range(crossings):
            row = rows[pair * crossings + crossing]
            row[crossing] = before[pair, crossing] - after[pair, crossing]
            row[crossings + pair] = 1.0
    cost = np.concatenate([np.full(crossings, 1e-9), w])  # the fewest portals among equals
    count = np.concatenate([np.ones(crossings), np.zeros(pairs)])
    found = milp(
        cost,
        constraints=[LinearConstraint(rows, before.ravel(), np.inf), LinearConstraint(count[None, :], -np.inf, budget)],
        integrality=np.concatenate([np.ones(crossings), np.zeros(pairs)]),
        bounds=Bounds(0.0, 1.0),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise ValueError(f"no set of portals was found: {found.message}")
    return tuple(int(crossing) for crossing in np.flatnonzero(found.x[:crossings] > 0.5))
