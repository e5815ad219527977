"""What alternatives that meet the same trucks have in common, made once for all of them.

Trucks, scores, what sensors see of each truck, and when servers are open and in order do not
change with a policy; each is kept by what decides it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import pandas as pd

from sim.arrays import FloatArray
from sim.caching.kept_results import KeptResults
from sim.engine.capacity import draw_capacity, server_classes
from sim.engine.prepare import service_min_by_station
from sim.frames import LazyColumns
from sim.scenario import Risk, Scenario
from sim.sensors import sensor_readings
from sim.setting.scanner import Service
from sim.setting.sharing import Sharing
from sim.setting.spec import Spec
from sim.setting.window import Window

Made = TypeVar("Made")


@dataclass(slots=True)
class SharedDraws:
    """The trucks of one window, and what has been worked out of them so far."""

    made: dict[tuple[str, ...], object] = field(default_factory=dict)

    def once(self, key: tuple[str, ...], make: Callable[[], Made]) -> Made:
        """Return what ``make`` gives, made the first time that ``key`` is asked for."""
        if key not in self.made:
            self.made[key] = make()
        found: Made = self.made[key]  # type: ignore[assignment]
        return found

    def seen(self, scenario: Scenario, manifest: pd.DataFrame) -> LazyColumns:
        """Return what each sensor sees of each truck (`sim.sensors.sensor_readings`)."""
        key = ("seen", manifest_key(scenario), cached_repr(scenario.scanner))
        return self.once(key, lambda: sensor_readings(scenario, manifest))

    def work(self, scenario: Scenario, manifest: pd.DataFrame) -> FloatArray:
        """Return the work that each truck asks of each station, as engines read it (`sim.engine.prepare`)."""
        there = tuple(bool(masks) for masks in server_classes(scenario))
        key = ("work", manifest_key(scenario), cached_repr(scenario.insider), str(there))
        return self.once(key, lambda: service_min_by_station(manifest, there))

    def capacity(self, scenario: Scenario, window: Window) -> pd.DataFrame:
        """Return CAPACITY of the window."""
        parts = (scenario.port, scenario.scanner, scenario.staffing, scenario.insider)
        key = ("capacity", *(cached_repr(part) for part in parts))
        return self.once(key, lambda: draw_capacity(scenario, window))


def cached_repr(part: object) -> str:
    """Return ``repr`` of a frozen part of a scenario, written out once for each object."""
    return _TEXTS.once((part,), "repr", lambda: repr(part))


def scenario_key(scenario: Scenario) -> str:
    """Return what two scenarios must have in common to be equal."""
    return " ".join(cached_repr(getattr(scenario, one.name)) for one in dataclasses.fields(scenario))


_TEXTS = KeptResults[str](most=1024)
"""Texts of frozen parts, a few kB each."""


def risk_key(scenario: Scenario) -> str:
    """Return what two scenarios must have in common to share a fitted risk model.

    Alternatives at one port share the past of that port before the change under study.
    """
    taught = training_sharing_key(scenario.risk, scenario.sharing)
    return repr((scenario.port.name, cached_repr(scenario.risk), taught))


def manifest_key(scenario: Scenario) -> str:
    """Return what two scenarios must have in common to meet the same trucks.

    How many lanes, scanners or docks stand there is no part of it: trucks are drawn before.
    """
    parts = (scenario.port, scenario.scanner, scenario.traffic, scenario.threat, scenario.sharing, scenario.insider)
    return _TEXTS.once(parts, "trucks", lambda: _manifest_key(scenario))


def _manifest_key(scenario: Scenario) -> str:
    port = scenario.port
    trucks_of = (port.volume, port.hours, port.mix, scenario.traffic, scenario.threat, scenario.sharing)
    services = [*_services(port), *_services(scenario.scanner)]
    return repr((*trucks_of, services, scenario.insider.helped_load_share))


def _services(part: Spec) -> Iterator[Service]:
    """Yield every distribution of service times in a part of a scenario: trucks bring their times along."""
    for one in dataclasses.fields(part):
        value = getattr(part, one.name)
        if isinstance(value, Service):
            yield value
        elif isinstance(value, Spec):
            yield from _services(value)


def risk_as_trained(risk: Risk, sharing: Sharing) -> Risk:
    """Return the risk model as it is trained: of tier ``partner`` if there is anything to read.

    Models of different tiers, and of different sharing, are the same where they learn the same.
    """
    has_partner = risk.tier != "own" and sharing.has_partner
    return dataclasses.replace(risk, tier="partner" if has_partner else "own")


def training_sharing_key(risk: Risk, sharing: Sharing) -> str:
    """Return what two scenarios' sharing must have in common for one fitted model to serve both."""
    return repr(sharing.as_agreed()) if risk_as_trained(risk, sharing).tier == "partner" else ""
