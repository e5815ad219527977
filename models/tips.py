"""Tips of intelligence: acted upon for what they state, not learnt from the few that came true.

A tip that names its own chance of being right is a second, independent reason to open a truck::

    p_hit with a tip = 1 - (1 - p_hit)(1 - tip)

and the truck's place among those of the past is that of a truck with this p_hit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from models.calibration import Platt

Vector = NDArray[np.float64]


def with_tips(platt: Platt, judged: Vector, tip: Vector) -> tuple[Vector, Vector]:
    """Return scores (n) and p_hit (n) of trucks, raised where there is a tip.

    Parameters
    ----------
    platt : Platt
        Score to p_hit.
    judged : ndarray, shape (n,)
        The model's scores.
    tip : ndarray, shape (n,)
        Chance that the truck carries, as the tip states it; 0: no tip.

    Examples
    --------
    >>> score, p_hit = with_tips(Platt(intercept=0.0, slope=1.0), np.zeros(2), np.array([0.0, 0.5]))
    >>> p_hit.tolist(), score.round(3).tolist()
    ([0.5, 0.75], [0.0, 1.099])
    """
    p_hit = platt(judged)
    told = tip > 0.0
    raised = p_hit.copy()
    raised[told] = 1.0 - (1.0 - p_hit[told]) * (1.0 - tip[told])
    score = judged.copy()
    # a score that says nothing has no place for such a truck: it goes before all others
    score[told] = np.inf
    if platt.slope > 0.0:
        score[told] = np.maximum(
            (logit(raised[told]) - platt.intercept) / platt.slope, judged[told]
        )
    return score, raised
