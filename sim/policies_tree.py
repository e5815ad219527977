"""Several sensors in sequence, by the best tree of tests within a budget."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from sim.errors import ConfigError
from sim.inspection import Day, Laid, Policy, Reading
from sim.instruments import DENSITIES
from sim.order import PORTAL, SECONDARY, STATIONS
from sim.past import Past
from sim.route import Route
from sim.sensor_tree import Mix, Tree, TreeSensor, at_budget, frontier
from sim.spec import Spec, bounded
from sim.tree_route import TREE, encode, route_tree

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.sensor import OperatingPoints, SensorName

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

STATION_OF: dict[SensorName, int] = {"portal": PORTAL, "secondary": SECONDARY}
"""Sensors that a tree may test by; each must be a station of the port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeTest(Spec):
    """What the tree may do with one sensor."""

    cost_openings: float = bounded(0.0, 1.0)
    """Cost of one test, in openings of a truck."""
    steps_z: tuple[float, ...] = bounded(1e-6, 6.0)
    """Stricter thresholds that the reading is also held to, above the sensor's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorTree(Policy):
    """Tests in sequence, by the best tree of sensors that a budget allows.

    The frontier of `sim.sensor_tree` is made from the sensors that the port has, at their operating
    points; the tree (or mix of two) that detects most for ``budget_openings`` a truck is run: each
    truck visits the sensors in the tree's order, is opened, or released. Officers' referrals and
    ordered exams hold besides. The plan takes sensors to be independent given a load and openings
    to find everything, as its source does; the port does not (``scanner.rho``, exams), so what is
    found falls short of the plan. Where the two trees of a mix use the sensors in opposite orders,
    full yards that block can hold each other up.

    Source: Stroud & Saeger 2003; Boros et al. 2009, Naval Research Logistics 56:404; Kantor & Boros
    2010, Risk Analysis 30:663.

    Version history: 1 (0.2.0).
    """

    route: ClassVar[Route] = staticmethod(route_tree)
    tests_before_primary: ClassVar[bool] = True
    even_luck: ClassVar[bool] = False

    budget_openings: float = bounded(0.0, 1.0)
    """Mean cost of a truck, in openings."""
    tests: dict[str, TreeTest]

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: Past) -> Bools:
        """Return nobody: trees are followed at the port."""
        del scores, past
        return np.zeros(len(trucks), dtype=bool)

    def check(self) -> None:
        """Refuse tests by sensors that no port has."""
        for name in self.tests:
            if name not in STATION_OF:
                raise ConfigError(f"tests.{name}", f"unknown sensor; known {sorted(STATION_OF)}")

    def plan(self, scenario: Scenario, past: Past) -> Mix:
        """Return the mix of trees that is run at a port, from past days."""
        return at_budget(frontier(self.sensors(scenario, past)), self.budget_openings)

    def sensors(self, scenario: Scenario, past: Past) -> list[TreeSensor]:
        """Return the port's sensors as the plan sees them: cost and ROC over past trucks' loads."""
        from sim.sensor import operating_points, p_false_alarm

        reference = scenario.scanner.analyst.reference_threat_image_share
        points = operating_points(scenario, reference)
        found = []
        for name in self.used(scenario):
            roc = []
            for step in (*sorted(self.tests[name].steps_z, reverse=True), 0.0):
                at = _shifted(points, name, step)
                roc.append((p_false_alarm(at, name), _p_hit(scenario, at, name, past.trucks)))
            found.append(TreeSensor(name, self.tests[name].cost_openings, tuple(roc)))
        return found

    def used(self, scenario: Scenario) -> list[SensorName]:
        """Return the sensors that are configured and stand at the port."""
        return [name for name in STATION_OF if name in self.tests and scenario.servers(name) > 0]

    def ex_ante(
        self, scenario: Scenario, trucks: pd.DataFrame, scores: pd.DataFrame, past: Past
    ) -> tuple[Floats, Floats]:
        """Return the chance of a visit to the portal under the plan."""
        del scores
        mix, sensors = self.plan(scenario, past), self.sensors(scenario, past)
        channels = {sensor.name: sensor.channels() for sensor in sensors}
        each = [
            np.array([p_visit(tree, "portal", channels, kind) for kind in (0, 1)])
            for tree in (mix.first, mix.second)
        ]
        clean, carrying = each[0] + mix.second_share * (each[1] - each[0])
        return np.full(len(trucks), clean), np.full(len(trucks), carrying)

    def laid_out(self, day: Day) -> Laid:
        """Return which tree each truck follows, its readings, and the trees."""
        from sim.sensor import alarms

        mix, readings = self.plan(day.scenario, day.past), self.readings(day.scenario)
        second = day.trucks["u_select"].to_numpy() < mix.second_share
        columns = [second.astype(np.float64)]
        for name, reading in zip(self.used(day.scenario), readings, strict=True):
            each = [
                alarms(day.scenario, _shifted(day.points, name, step), day.trucks)[name]
                for step in reading.steps
            ]
            columns.append(np.sum(each, axis=0).astype(np.float64))
        places = {STATIONS[reading.station]: reading[:2] for reading in readings}
        has_secondary = day.scenario.servers("secondary") > 0
        return Laid(np.column_stack(columns), encode(mix, places, has_secondary=has_secondary))

    def readings(self, scenario: Scenario) -> tuple[Reading, ...]:
        """Return one column of readings for each sensor, after the tree's own column."""
        return tuple(
            Reading(STATION_OF[name], TREE + 1 + place, (0.0, *sorted(self.tests[name].steps_z)))
            for place, name in enumerate(self.used(scenario))
        )


def p_visit(
    tree: Tree, sensor: str, channels: dict[str, tuple[tuple[float, float], ...]], kind: int
) -> float:
    """Return the chance that a good (0) or bad (1) truck is tested by ``sensor``."""
    if not tree.sensor:
        return 0.0
    if tree.sensor == sensor:
        return 1.0
    parts = zip(channels[tree.sensor], tree.after, strict=True)
    return sum(part[kind] * p_visit(child, sensor, channels, kind) for part, child in parts)


def _shifted(points: OperatingPoints, name: SensorName, step: float) -> OperatingPoints:
    return dataclasses.replace(points, **{name: points.threshold(name) + step})


def _p_hit(
    scenario: Scenario, points: OperatingPoints, name: SensorName, trucks: pd.DataFrame
) -> float:
    """Return P(alarm | carrying) over what loads are and the cargo of past trucks."""
    from sim.sensor import d_prime
    from sim.threat import class_weights

    laden = trucks["laden"].to_numpy(dtype=np.int64)
    density = np.where(laden == 1, trucks["density"].to_numpy(dtype=np.int64), 0)
    n = len(DENSITIES)
    cargo = np.bincount(n * laden + density, minlength=2 * n).reshape(2, n) / max(len(trucks), 1)
    loads = np.stack([class_weights(scenario.threat, laden=is_laden) for is_laden in (False, True)])
    # averaged over the concealment factor, whatever rho
    hit = ndtr(d_prime(scenario, name) - points.threshold(name))
    return float(np.einsum("ld,ltc,tcd->", cargo, loads, hit))
