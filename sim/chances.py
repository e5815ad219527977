"""What each sensor makes of a load: P(alarm | carrying) by class of load and concealment factor."""

from __future__ import annotations

import dataclasses
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.contraband import CONTRABAND
from sim.instruments import CONCEALMENTS, DENSITIES
from sim.scenario import Scenario
from sim.sensor import Load, OperatingPoints, SensorName, p_alarm

Floats = npt.NDArray[np.float64]

NODES: Final[Floats] = np.linspace(-8.0, 8.0, 161)
"""Concealment factor. The trapezoid rule at this step is exact to 1e-11 for rho up to 0.99, where
Gauss-Hermite quadrature with 64 nodes is out by 0.01."""
NODE_WEIGHTS: Final[Floats] = np.exp(-(NODES**2) / 2.0) / np.exp(-(NODES**2) / 2.0).sum()


class Chances(NamedTuple):
    """P(alarm | carrying), each float64[contraband, concealment, density, node]."""

    portal: Floats
    portal_slow: Floats
    secondary: Floats
    exam: Floats
    exam_other: Floats


def chances_of(scenario: Scenario, points: OperatingPoints) -> Chances:
    """Return P(alarm | carrying) of every sensor at its operating point."""
    sensors: tuple[SensorName, ...] = ("portal", "portal_slow", "secondary", "exam", "exam_other")
    return Chances(*(p_alarm(scenario, points, sensor, _loads(), NODES) for sensor in sensors))


def tail(scenario: Scenario, points: OperatingPoints, sensor: SensorName, step: float) -> Floats:
    """Return P(reading exceeds the sensor's threshold by more than ``step`` | carrying)."""
    shifted = dataclasses.replace(points, **{sensor: points.threshold(sensor) + step})
    return p_alarm(scenario, shifted, sensor, _loads(), NODES)


def _loads() -> Load:
    contraband, concealment, density = np.indices(
        (len(CONTRABAND), len(CONCEALMENTS), len(DENSITIES))
    )
    return Load(contraband[..., None], concealment[..., None], density[..., None])
