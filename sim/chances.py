"""What each sensor makes of a load: P(alarm | carrying) by class of load and concealment factor."""

from __future__ import annotations

import dataclasses
from typing import Final, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from sim.contraband import CONTRABAND
from sim.instruments import CONCEALMENTS, DENSITIES
from sim.scenario import Scenario
from sim.sensor import Load, OperatingPoints, SensorName, p_alarm, p_auto_clear

Floats = npt.NDArray[np.float64]

NODES: Final[Floats] = np.linspace(-8.0, 8.0, 161)
"""Concealment factor. The trapezoid rule at this step is exact to 1e-11 for rho up to 0.99, where
Gauss-Hermite quadrature with 64 nodes is out by 0.01."""
NODE_WEIGHTS: Final[Floats] = np.exp(-(NODES**2) / 2.0) / np.exp(-(NODES**2) / 2.0).sum()


class Chances(NamedTuple):
    """P(alarm | carrying), each float64[contraband, concealment, density, node]."""

    origin: Floats
    low_energy: Floats
    portal: Floats
    """Of an image that analysts may judge: what a machine clears raises no alarm."""
    portal_slow: Floats
    secondary: Floats
    canine: Floats
    exam: Floats
    exam_other: Floats


def chances_of(scenario: Scenario, points: OperatingPoints) -> Chances:
    """Return P(alarm | carrying) of every sensor at its operating point."""
    found = {name: _p_alarm(scenario, points, cast("SensorName", name)) for name in Chances._fields}
    for name in ("portal", "portal_slow"):
        found[name] = found[name] * judged_share(scenario)
    return Chances(**found)


def _p_alarm(scenario: Scenario, points: OperatingPoints, name: SensorName) -> Floats:
    """Return P(alarm | carrying) of one sensor; alternatives share all but the portal's point."""
    key = (id(scenario.scanner), name, points.threshold(name))
    if key not in _KNOWN:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        found = p_alarm(scenario, points, name, _loads(), NODES)
        found.setflags(write=False)
        # the scanner is kept with it, so that no other object can come to stand in its place
        _KNOWN[key] = (scenario.scanner, found)
    return _KNOWN[key][1]


MOST_KNOWN = 256
"""Tables of P(alarm | carrying) that are kept, 0.1 MB each."""
_KNOWN: dict[tuple[int, SensorName, float], tuple[object, Floats]] = {}


def judged_share(scenario: Scenario) -> Floats:
    """Return P(no machine clears the portal's image | carrying)."""
    return np.asarray(1.0 - p_auto_clear(scenario, _loads(), NODES), dtype=np.float64)


def tail(scenario: Scenario, points: OperatingPoints, sensor: SensorName, step: float) -> Floats:
    """Return P(reading exceeds the sensor's threshold by more than ``step`` | carrying)."""
    shifted = dataclasses.replace(points, **{sensor: points.threshold(sensor) + step})
    exceeds = p_alarm(scenario, shifted, sensor, _loads(), NODES)
    return exceeds * judged_share(scenario) if sensor == "portal" else exceeds


def _loads() -> Load:
    contraband, concealment, density = np.indices(
        (len(CONTRABAND), len(CONCEALMENTS), len(DENSITIES))
    )
    return Load(contraband[..., None], concealment[..., None], density[..., None])
