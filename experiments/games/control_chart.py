"""When a count has changed: the Poisson CUSUM chart, and how long it runs before it signals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.float64]

MOST_STATES = 20_000
"""States of the chart that are solved for; a reference and limit with fewer digits need fewer."""


def cusum_step(level: float, count: float, *, reference: float, upper: bool = True) -> float:
    """Return the chart's level after one more count: max(0, S + x - k), or max(0, S + k - x) for a fall.

    It signals where the level reaches its limit.

    Source
    ------
    Lucas 1985, Technometrics 27 (counted data CUSUM's).

    Examples
    --------
    >>> cusum_step(1.0, 2.0, reference=0.5), cusum_step(0.2, 2.0, reference=0.5, upper=False)
    (2.5, 0.0)
    """
    gap = count - reference if upper else reference - count
    return max(0.0, level + gap)


def run_length_poisson(mean: float, *, reference: float, limit: float, upper: bool = True) -> float:
    """Return the mean number of counts until the chart signals, from a level of 0.

    Parameters
    ----------
    mean : float
        Of the counts, above 0.
    reference, limit : float
        k and h, above 0; exact where both have few digits, since levels then lie on a lattice.
    upper : bool
        Whether a rise is looked for; False: a fall.

    Raises
    ------
    ValueError
        A number that is not above 0, or a lattice with more than `MOST_STATES` levels.

    Source
    ------
    Brook and Evans 1972, Biometrika 59 (the chart as a Markov chain).

    Examples
    --------
    >>> [round(run_length_poisson(m, reference=0.7, limit=3.5), 3) for m in (0.55, 0.825, 1.1)]
    [65.883, 17.131, 8.836]
    """
    if not (mean > 0.0 and reference > 0.0 and limit > 0.0):
        raise ValueError(f"mean, reference and limit must be above 0: {mean}, {reference}, {limit}")
    k, h = (Fraction(number).limit_denominator(10_000) for number in (reference, limit))
    unit = Fraction(1, int(np.lcm(k.denominator, h.denominator)))
    states = int(h / unit)
    if states > MOST_STATES:
        raise ValueError(f"reference {reference} and limit {limit} have too many digits: {states} levels")
    most = int(np.ceil(mean + limit + reference + 12.0 * np.sqrt(mean) + 40.0))
    chances = stats.poisson.pmf(np.arange(most), mean)
    stays = np.zeros((states, states))
    here = np.arange(states)
    for count, chance in enumerate(chances):
        gap = int((count - k) / unit) if upper else int((k - count) / unit)
        after = np.maximum(0, here + gap)
        inside = after < states
        np.add.at(stays, (here[inside], after[inside]), chance)
    lengths = np.linalg.solve(np.eye(states) - stays, np.ones(states))
    return float(lengths[0])
