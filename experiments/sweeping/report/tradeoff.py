"""Mean wait against expected detection at every stable point: which are not dominated, and which may not be.

A point is dominated when another one waits no longer and finds no less, and is better in one of the two, by the means.
Of each dominated point its clearest rival on the frontier is asked whether it is surely better in one respect; where
it is not, chance may have put the point behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from experiments.intervals import Difference, weighted_sum_interval
from experiments.sweeping.report.readings import Reading
from sim.arrays import BoolArray, FloatArray

RIVALS: Final = 3
"""Points on the frontier that a dominated point is compared with: those ahead of it by most."""


Row = tuple[int, str, Reading, Reading]
"""Point, alternative, its mean wait and its expected detection."""


@dataclass(frozen=True, slots=True)
class TradeoffPoint:
    """One alternative at one point."""

    point: int
    alternative: str
    wait: Difference
    """In minutes."""
    detection: Difference
    """A share."""
    standing: Literal["frontier", "open", "dominated"]
    """On the frontier; behind it by what chance may explain; dominated."""


def tradeoff_points(readings: Mapping[str, tuple[Reading, Reading]]) -> tuple[TradeoffPoint, ...]:
    """Return every alternative at every point at which it is done and carries its load, the shortest wait first.

    Parameters
    ----------
    readings : mapping
        Mean wait and expected detection, by alternative.
    """
    rows: list[Row] = []
    for name, (waits, found) in readings.items():
        rows += [(number, name, waits, found) for number in waits.estimates if number in found.estimates]
    means = np.array([(w.estimates[n].mean, d.estimates[n].mean) for n, _, w, d in rows]).reshape(-1, 2)
    best = not_dominated(means[:, 0], means[:, 1])
    points = []
    for place, (number, name, waits, found) in enumerate(rows):
        standing: Literal["frontier", "open", "dominated"] = "frontier"
        if not best[place]:
            rivals = [rows[rival] for rival in _rivals(place, means, best)]
            standing = "dominated" if any(_surely_ahead(rival, rows[place]) for rival in rivals) else "open"
        points.append(TradeoffPoint(number, name, waits.estimates[number], found.estimates[number], standing))
    return tuple(sorted(points, key=lambda p: (p.wait.mean, -p.detection.mean, p.point)))


def not_dominated(waits: FloatArray, detections: FloatArray) -> BoolArray:
    """Return which points no other one dominates [n]; equal points do not dominate each other.

    Examples
    --------
    >>> not_dominated(np.array([1.0, 2.0, 3.0, 1.0]), np.array([0.2, 0.1, 0.4, 0.2])).tolist()
    [True, False, True, True]
    """
    order = np.lexsort((-detections, waits))
    best = np.zeros(len(waits), np.bool_)
    most, last = -np.inf, -np.inf
    for place in order.tolist():
        if detections[place] > most or (detections[place] == most and waits[place] == last):
            best[place] = True
            most, last = detections[place], waits[place]
    return best


def _rivals(place: int, means: FloatArray, best: BoolArray) -> list[int]:
    """Return the points of the frontier that are ahead by most, each measure by its range."""
    ahead = np.column_stack([means[place, 0] - means[:, 0], means[:, 1] - means[place, 1]])
    ahead /= np.maximum(np.ptp(means, axis=0), 1e-300)
    score = np.where(best & (ahead >= 0.0).all(axis=1), ahead.sum(axis=1), -np.inf)
    return [rival for rival in np.argsort(-score)[:RIVALS].tolist() if np.isfinite(score[rival])]


def _surely_ahead(rival: Row, row: Row) -> bool:
    """Return whether a rival that is ahead by both means is so surely in one of them."""
    for theirs, mine, sign in ((rival[2], row[2], -1.0), (rival[3], row[3], 1.0)):
        samples = [theirs.terms[rival[0]][0][1], mine.terms[row[0]][0][1]]
        gap = weighted_sum_interval(samples, [sign, -sign], mine.coverage)
        if gap.low > 0.0:
            return True
    return False
