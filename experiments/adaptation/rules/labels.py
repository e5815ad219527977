"""Labels of a week: trucks that were opened, what was found in them, and in which trucks the organization's loads were.

Which truck a drawn load rode in is nature's draw, made from the probes; a label is made of it only where the load was
found. Trucks that carry under the static threat model are no label: the organization's loads stand in their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.corrected import raw_features
from models.fitted import Examples, FittedRisk
from sim.frames import column
from sim.setting.window import Window
from sim.trucks.streams import Purpose, draw_uniforms

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

MOST_FINDS: Final = 32
"""Loads of one option in one week that have a random number of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """The trucks of one week of one alternative, as nature and the port know them.

    Attributes
    ----------
    manifest, ledger : DataFrame
    ways : int64[n]
        Way across of each truck.
    seizures : float[n, concealment]
        Expected seizures of each truck as its own probe.
    passed : float[n]
        Expected loads of each truck that are not found.
    by_luck : bool[n]
        Whom luck alone chose for the portal.
    """

    manifest: pd.DataFrame
    ledger: pd.DataFrame
    ways: Rows
    seizures: Array
    passed: Array
    by_luck: npt.NDArray[np.bool_]


def trucks_of_loads(weights: Array, ways: Rows, loads: Array, uniforms: Array) -> Rows:
    """Return the truck of each load of a week, drawn within its way in proportion to the trucks' weights.

    Parameters
    ----------
    weights : float[n, kind]
        Of each truck, by how a load is hidden (one column: not told apart).
    loads : float[way, kind]
        How many loads there are of each.
    uniforms : float[way, kind, `MOST_FINDS`]
        Keyed by way and kind, so that a load more on one way moves none on another.

    Examples
    --------
    >>> weights, ways = np.array([[0.0], [1.0], [1.0]]), np.array([0, 0, 1])
    >>> trucks_of_loads(weights, ways, np.array([[1.0], [1.0]]), np.full((2, 1, 32), 0.5)).tolist()
    [1, 2]
    """
    found: list[int] = []
    for way, kind in zip(*np.nonzero(loads), strict=True):
        trucks = np.flatnonzero(ways == way)
        rising = np.cumsum(weights[trucks, kind])
        if not len(trucks) or rising[-1] <= 0.0:
            continue
        for load in range(int(loads[way, kind])):
            at = uniforms[way, kind, load % MOST_FINDS] * rising[-1]
            found.append(int(trucks[min(int(np.searchsorted(rising, at, side="right")), len(trucks) - 1)]))
    return np.array(found, dtype=np.int64)


def found_trucks(probed: Probed, window: Window, finds: Array) -> Rows:
    """Return the trucks in which this week's loads were found; ``finds`` counts them, float[way, kind]."""
    weights = probed.seizures if finds.shape[1] > 1 else probed.seizures.sum(axis=1, keepdims=True)
    uniforms = _uniforms(window, Purpose.FOUND_TRUCK, finds.shape)
    return trucks_of_loads(weights, probed.ways, finds, uniforms)


def trucks_partner_tells(probed: Probed, window: Window, missed: Array, share: float) -> Rows:
    """Return the trucks in which a partner finds later what the port let pass; ``missed``, float[way]."""
    uniforms = _uniforms(window, Purpose.PARTNER_FINDS, (len(missed), 2))
    counted = np.zeros(len(missed))
    for way, many in enumerate(missed):
        each = uniforms[way, 0, np.arange(int(many)) % MOST_FINDS]
        counted[way] = float((each < share).sum())
    return trucks_of_loads(probed.passed[:, None], probed.ways, counted[:, None], uniforms[:, 1:])


def _uniforms(window: Window, purpose: int, shape: tuple[int, ...]) -> Array:
    return draw_uniforms(window, purpose, int(np.prod(shape)) * MOST_FINDS).reshape(*shape, MOST_FINDS)


def labels_of_week(
    model: FittedRisk, probed: Probed, positive: Rows, told: Rows, *, luck_weight: float, week: int
) -> Examples:
    """Return what the model may learn of a week: opened trucks without a find, and those with one.

    Parameters
    ----------
    positive, told : int64[m]
        Trucks in which the port found loads, and those of which a partner tells.
    luck_weight : float
        For how many trucks one that luck chose counts.
    week : int
        Stands as the year of the examples.
    """
    opened = column(probed.ledger, "opened").astype(bool) & ~column(probed.ledger, "seized").astype(bool)
    opened[positive] = False
    opened[told] = False
    rows = np.concatenate([positive, told, np.flatnonzero(opened)])
    label = np.zeros(len(rows))
    label[: len(positive) + len(told)] = 1.0
    weight = np.ones(len(rows))
    weight[probed.by_luck[rows]] = luck_weight
    return Examples(
        raw=raw_features(model, probed.manifest)[rows],
        label=label,
        weight=weight,
        year=np.full(len(rows), week, dtype=np.int64),
        prior=0.0,
    )
