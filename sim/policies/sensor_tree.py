"""Several sensors in sequence, by the best tree of tests for a budget or a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
from scipy.special import ndtr

from sim.algorithms.decision_tree import (
    TreeMix,
    TreeSensor,
    best_mix_at_budget,
    cheapest_mix_at_detection,
    efficient_trees,
    tree_text,
)
from sim.arrays import BoolArray, FloatArray
from sim.compiling import Route
from sim.errors import ConfigError
from sim.policies.base import Chances, HookData, HookInputs, HookReading, PastTraffic, Policy, register
from sim.policies.deadlock import refuse_deadlock
from sim.policies.tree_route import TREE, encode_trees, route_tree
from sim.setting.contraband import DENSITIES
from sim.setting.spec import Spec, bounded_field
from sim.stations import EARLY_SENSORS, REFERRAL_SENSORS, SENSORS, STATIONS

if TYPE_CHECKING:
    from sim.sensors import OperatingPoints, SensorName
    from sim.setting.setting import Setting

SENSOR_STATION: dict[SensorName, int] = {STATIONS[number]: number for number in SENSORS}
"""Sensors that a tree may test by; those that stand at the port are used."""
SENSOR_STAGE: dict[SensorName, int] = {
    name: min(place, len(EARLY_SENSORS)) for place, name in enumerate(SENSOR_STATION)
}
"""The order of the road: scanner and dogs stand beyond primary, in either order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeTest(Spec):
    """What the tree may do with one sensor."""

    cost_openings: float = bounded_field(0.0, 1.0)
    """Cost of one test, in openings of a truck."""
    steps_z: tuple[float, ...] = bounded_field(1e-6, 6.0)
    """Stricter thresholds that the reading is also held to, above the sensor's own."""


@register("sensor_tree")
@dataclass(frozen=True, slots=True, kw_only=True)
class SensorTree(Policy):
    """Tests in sequence, by the best tree of sensors for a budget or a target.

    The frontier of `sim.algorithms.decision_tree` is made from the sensors that the port has, at their operating
    points. The tree (or mix of two) that detects most for ``budget_openings`` a truck, or the
    cheapest that detects ``target_detection``, is run: each truck visits the sensors in the tree's
    order, is opened, or released. Officers' referrals and ordered exams hold besides. The plan
    takes sensors to be independent given a load and openings to find everything, as its source
    does; the port does not (``scanner.rho``, exams), so what is found falls short of the plan.
    Sensors are visited in the order of the road (low-energy portal, portal, primary, then scanner
    and dogs in either order), or in ``any_order`` before primary. Trees whose trucks could hold
    each other up for good in full yards that block are refused (`sim.policies.deadlock`).

    Source: Stroud & Saeger 2003; Boros et al. 2009, Naval Research Logistics 56:404; Kantor & Boros
    2010, Risk Analysis 30:663.

    Version history: 1 (0.2.0); 2 (0.3.0): a target detection in place of a budget; 3 (0.3.0): four
    sensors, in the order of the road unless told otherwise.
    """

    tuned_setting: ClassVar[str | None] = "budget_openings"
    route: ClassVar[Route] = staticmethod(route_tree)
    tests_before_primary: ClassVar[bool] = True
    plans_ahead: ClassVar[bool] = True
    even_luck: ClassVar[bool] = False

    budget_openings: float | None = bounded_field(0.0, 1.0)
    """Mean cost of a truck, in openings; None: as little as the target needs."""
    target_detection: float | None = bounded_field(0.0, 1.0)
    """Share of loads that the plan is to open; None: as many as the budget allows."""
    any_order: bool
    """Whether the site lets trucks reach every sensor before primary, in any order."""
    tests: dict[str, TreeTest]

    def choose(self, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> BoolArray:
        """Return nobody: trees are followed at the port."""
        del scores, past
        return np.zeros(len(trucks), dtype=bool)

    def check(self) -> None:
        """Refuse tests by sensors that no port has, and all but one of budget and target."""
        for name in self.tests:
            if name not in SENSOR_STATION:
                raise ConfigError(f"tests.{name}", f"unknown sensor; known {sorted(SENSOR_STATION)}")
        budget, target = self.budget_openings, self.target_detection
        if (budget is None) == (target is None):
            both = "both are null" if budget is None else f"got {target:g} and {budget:g}"
            problem = f"set either this or budget_openings and leave the other null; {both}"
            raise ConfigError("target_detection", problem)

    def tuned(self) -> str | None:
        """Return whichever of budget and target is set."""
        return "target_detection" if self.budget_openings is None else self.tuned_setting

    def plan(self, setting: Setting, past: PastTraffic) -> TreeMix:
        """Return the mix of trees that is run at a port, from past days.

        Raises
        ------
        ConfigError
            A target at a port that cannot open a truck, or trees that could lock the port up.
        """
        vertices = efficient_trees(self.sensors(setting, past))
        if self.target_detection is None:
            mix = best_mix_at_budget(vertices, float(self.budget_openings or 0.0))
        elif self.target_detection > 0.0 and setting.servers("dock") == 0:
            problem = f"must be 0 at a port without docks, got {self.target_detection:g}"
            raise ConfigError("policy.target_detection", problem)
        else:
            mix = cheapest_mix_at_detection(vertices, self.target_detection)
        refuse_deadlock(self, setting, self.route, self.encoded(setting, mix), self.levels(setting))
        return mix

    def sensors(self, setting: Setting, past: PastTraffic) -> list[TreeSensor]:
        """Return the port's sensors as the plan sees them: cost and ROC over past trucks' loads."""
        from sim.sensors import operating_points

        reference = setting.scanner.analyst.reference_threat_image_share
        points = operating_points(setting, reference)
        found = []
        for name in self.used(setting):
            roc = []
            for step in (*sorted(self.tests[name].steps_z, reverse=True), 0.0):
                at = points.shifted(name, step)
                false_alarm = _p_false_alarm(setting, at, name)
                roc.append((false_alarm, _p_hit(setting, at, name, past.trucks)))
            stage = 0 if self.any_order else SENSOR_STAGE[name]
            found.append(TreeSensor(name, self.tests[name].cost_openings, tuple(roc), stage))
        return found

    def used(self, setting: Setting) -> list[SensorName]:
        """Return the sensors that are configured and stand at the port."""
        return [name for name in SENSOR_STATION if name in self.tests and setting.servers(name) > 0]

    def ex_ante(self, setting: Setting, trucks: pd.DataFrame, scores: pd.DataFrame, past: PastTraffic) -> Chances:
        """Return the chance of a visit to the portal under the plan."""
        del scores
        mix = self.plan(setting, past)
        clean, carrying = (mix.p_visit("portal", kind) for kind in (0, 1))
        return np.full(len(trucks), clean), np.full(len(trucks), carrying)

    def tested(self, setting: Setting, past: PastTraffic) -> dict[str, float]:
        """Return the share of clean trucks that the plan sends to each sensor and opens."""
        mix = self.plan(setting, past)
        visits = {str(name): mix.p_visit(name, 0) for name in self.used(setting)}
        return visits | {"dock": mix.p_open(0)}

    def describe(self, setting: Setting, past: PastTraffic) -> str:
        """Return the trees that are run, with their planned cost and detection."""
        return tree_text(self.plan(setting, past))

    def laid_out(self, hook_inputs: HookInputs) -> HookData:
        """Return which tree each truck follows, its readings, and the trees."""
        from sim.sensors import sensor_alarms

        mix, readings = self.plan(hook_inputs.setting, hook_inputs.past), self.readings(hook_inputs.setting)
        second = hook_inputs.trucks["u_select"].to_numpy() < mix.second_share
        columns = [second.astype(np.float64)]
        for name, reading in zip(self.used(hook_inputs.setting), readings, strict=True):
            each = [
                sensor_alarms(hook_inputs.setting, hook_inputs.points.shifted(name, step), hook_inputs.trucks)[name]
                for step in reading.steps
            ]
            columns.append(np.sum(each, axis=0).astype(np.float64))
        return HookData(np.column_stack(columns), self.encoded(hook_inputs.setting, mix))

    def encoded(self, setting: Setting, mix: TreeMix) -> FloatArray:
        """Return the memory of the hook."""
        places = {STATIONS[reading.station]: reading[:2] for reading in self.readings(setting)}
        looks = any(setting.servers(STATIONS[number]) > 0 for number in REFERRAL_SENSORS)
        return encode_trees(mix, places, has_second_sensors=looks, any_order=self.any_order)

    def levels(self, setting: Setting) -> tuple[int, ...]:
        """Return how many values each column of the policy takes: the tree, then readings."""
        return (2, *(1 + len(reading.steps) for reading in self.readings(setting)))

    def readings(self, setting: Setting) -> tuple[HookReading, ...]:
        """Return one column of readings for each sensor, after the tree's own column."""
        return tuple(
            HookReading(SENSOR_STATION[name], TREE + 1 + place, (0.0, *sorted(self.tests[name].steps_z)))
            for place, name in enumerate(self.used(setting))
        )


def _p_false_alarm(setting: Setting, points: OperatingPoints, name: SensorName) -> float:
    """Return P(alarm | clean); images that a machine clears raise none."""
    from sim.sensors import auto_clear_z, p_false_alarm

    judged = 1.0 - float(ndtr(auto_clear_z(setting))) if name == "portal" else 1.0
    return judged * p_false_alarm(points, name)


def _p_hit(setting: Setting, points: OperatingPoints, name: SensorName, trucks: pd.DataFrame) -> float:
    """Return P(alarm | carrying) over what loads are and the cargo of past trucks."""
    from sim.sensors import NODE_WEIGHTS, p_reading_above
    from sim.trucks.threat import load_class_weights

    laden = trucks["laden"].to_numpy(dtype=np.int64)
    density = np.where(laden == 1, trucks["density"].to_numpy(dtype=np.int64), 0)
    n = len(DENSITIES)
    cargo = np.bincount(n * laden + density, minlength=2 * n).reshape(2, n) / max(len(trucks), 1)
    loads = np.stack([load_class_weights(setting.threat, laden=is_laden) for is_laden in (False, True)])
    hit = p_reading_above(setting, points, name, 0.0) @ NODE_WEIGHTS
    return float(np.einsum("ld,ltc,tcd->", cargo, loads, hit))
