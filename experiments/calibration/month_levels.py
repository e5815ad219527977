"""What makes a month longer or shorter than its trucks say, and how much of it holds in another month.

Officers on leave, works on a bridge, trucks that another crossing sends over: no count of trucks tells them, and they
last for months. What observed months are off is taken for a stationary process of months, of which the nearest say
most, and its mean at another month is predicted (kriging: Rasmussen and Williams, Gaussian Processes for Machine
Learning, 2006, section 2.2). How far it carries is not known: all grid points count by how likely they make what is
known, the scale integrated out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from experiments.calibration.fit import WaitFit
from sim.arrays import FloatArray

CARRIED: Final = np.linspace(0.0, 0.9, 10)
"""Correlation of neighboring months that are tried."""
LASTING: Final = (0.25, 0.5, 0.75, 0.95)
"""Share of the variance that lasts at all; the rest is the luck of a month's few days."""
LEVEL_WEEKS: Final = 96
"""Weeks of the fast model that say how far a month is off."""


def expected_offset(months: Sequence[int], off_min: FloatArray, month: int) -> float:
    """Return by how much a month is expected to be longer than simulated, minutes.

    Parameters
    ----------
    months : sequence of int
        Other months that were observed, 1-12. Which year they are of is not told: December stands beside January.
    off_min : float array [months]
        Their mean waits less what was simulated.
    month : int
        1-12.

    Examples
    --------
    >>> round(expected_offset([1, 2, 3, 4], np.array([5.0, 5.0, 5.0, 5.0]), 5), 1)
    3.3
    >>> round(expected_offset([1, 2, 3, 4], np.array([5.0, -5.0, 5.0, -5.0]), 5), 1)
    -0.6
    """
    places = np.array([*months, month])
    apart = np.abs(places[:, None] - places)
    apart = np.minimum(apart, 12 - apart)
    n, levels, found = len(months), [], []
    for carried in CARRIED:
        for lasting in LASTING:
            together = lasting * carried**apart
            np.fill_diagonal(together, 1.0)
            weights = np.linalg.solve(together[:n, :n], off_min)
            square = max(float(off_min @ weights), 1e-12)
            levels.append(-0.5 * float(np.linalg.slogdet(together[:n, :n])[1]) - 0.5 * n * np.log(square))
            found.append(float(together[n, :n] @ weights))
    likely = np.exp(np.array(levels) - max(levels))
    return float(likely @ np.array(found) / likely.sum())


def month_offsets(fit: WaitFit) -> FloatArray:
    """Return the observed mean of each month less that of the fit, [months], minutes; cells weigh by their days."""
    errors = fit.likelihood.cell_errors(replace(fit.model, runs=LEVEL_WEEKS).predict(fit.theta))
    month, days = np.nonzero(fit.likelihood.seen)[0], fit.likelihood.days[fit.likelihood.seen]
    return np.asarray(-np.bincount(month, errors * days) / np.bincount(month, days))
