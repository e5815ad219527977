"""Balanced two-level designs: many small changes looked at together, each in half of all runs.

Sources: Plackett and Burman (1946), Biometrika 33, 305-325; Paley (1933), J. Math. Phys. 12, 311-320, for the rows; Box
and Wilson (1951), J. R. Statist. Soc. B 13, 1-45, for the design folded over.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import BoolArray


def balanced_design(changes: int) -> BoolArray:
    """Return which changes are made in which run.

    Each change is made in half of the runs, and any two are made together in a quarter, so that the mean with a change
    less that without it holds nothing of what the others do by themselves. What two do together does go into the change
    of a third. In the design folded over, which makes the changes that this one does not, it goes in with the opposite
    sign, so that the mean over both holds nothing of it.

    Parameters
    ----------
    changes : int
        At least 1.

    Returns
    -------
    bool array [runs, changes]
        The runs are the smallest prime of the form 4 k - 1, from ``changes`` on, and one more.

    Examples
    --------
    >>> balanced_design(3).astype(int)
    array([[1, 1, 0],
           [0, 1, 1],
           [1, 0, 1],
           [0, 0, 0]])
    >>> balanced_design(21).shape, set(balanced_design(21).sum(axis=0).tolist())
    ((24, 21), {12})
    """
    if changes < 1:
        raise ValueError(f"changes: must be at least 1, got {changes}")
    prime = next(n for n in range(max(changes, 3), 4 * changes + 8) if n % 4 == 3 and _is_prime(n))
    squares = np.isin(np.arange(prime), np.arange(1, prime) ** 2 % prime)
    squares[0] = True
    circulant = np.array([np.roll(squares, shift) for shift in range(prime)])
    return np.vstack([circulant, np.zeros(prime, dtype=bool)])[:, :changes]


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % k for k in range(2, int(n**0.5) + 1))
