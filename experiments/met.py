"""What alternatives that meet the same trucks have in common, made once for all of them.

Trucks, scores, what sensors see of each truck, and when servers are open and in order do not
change with a policy; each is kept by what decides it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.informed import lesson
from sim.capacity import draw_capacity
from sim.scenario import Scenario
from sim.sensor import read
from sim.window import Window

Made = TypeVar("Made")
Seen = dict[str, npt.NDArray[np.float64]]


@dataclass(slots=True)
class Met:
    """The trucks of one window, and what has been worked out of them so far."""

    made: dict[tuple[str, ...], object] = field(default_factory=dict)

    def once(self, key: tuple[str, ...], make: Callable[[], Made]) -> Made:
        """Return what ``make`` gives, made the first time that ``key`` is asked for."""
        if key not in self.made:
            self.made[key] = make()
        found: Made = self.made[key]  # type: ignore[assignment]
        return found

    def seen(self, scenario: Scenario, manifest: pd.DataFrame) -> Seen:
        """Return what each sensor sees of each truck (`sim.sensor.read`)."""
        key = ("seen", manifest_key(scenario), said(scenario.scanner))
        return self.once(key, lambda: read(scenario, manifest))

    def capacity(self, scenario: Scenario, window: Window) -> pd.DataFrame:
        """Return CAPACITY of the window."""
        parts = (scenario.port, scenario.scanner, scenario.staffing, scenario.insider)
        key = ("capacity", *(said(part) for part in parts))
        return self.once(key, lambda: draw_capacity(scenario, window))


def said(part: object) -> str:
    """Return ``repr`` of a frozen part of a scenario, written out once for each object."""
    return _kept((part,), lambda: repr(part))


def scenario_key(scenario: Scenario) -> str:
    """Return what two scenarios must have in common to be equal."""
    return " ".join(said(getattr(scenario, one.name)) for one in dataclasses.fields(scenario))


_SAID: dict[tuple[int, ...], tuple[tuple[object, ...], str]] = {}
MOST_SAID = 1024
"""Texts of frozen parts that are kept, a few kB each."""


def _kept(parts: tuple[object, ...], say: Callable[[], str]) -> str:
    """Return what is said of these very objects, worked out the first time only."""
    place = tuple(map(id, parts))
    if place not in _SAID:
        if len(_SAID) >= MOST_SAID:
            _SAID.clear()
        # the parts are kept with it, so that no other object can come to stand in their place
        _SAID[place] = (parts, say())
    return _SAID[place][1]


def risk_key(scenario: Scenario) -> str:
    """Return what two scenarios must have in common to share a fitted risk model.

    Alternatives at one port share the past of that port before the change under study.
    """
    taught = lesson(scenario.risk, scenario.sharing)
    return repr((scenario.port.name, said(scenario.risk), taught))


def manifest_key(scenario: Scenario) -> str:
    """Return what two scenarios must have in common to meet the same trucks.

    How many lanes, scanners or docks stand there is no part of it: trucks are drawn before.
    """
    parts = (
        scenario.port,
        scenario.scanner,
        scenario.traffic,
        scenario.threat,
        scenario.sharing,
        scenario.insider,
    )
    return _kept(parts, lambda: _manifest_key(scenario))


def _manifest_key(scenario: Scenario) -> str:
    scanner = scenario.scanner
    parts = (scanner.low_energy, scanner.portal, scanner.secondary, scanner.canine, scanner.exam)
    services = [part.service for part in (*parts, scanner.analyst)]
    services += [] if scanner.portal.slow is None else [scanner.portal.slow.service]
    port = scenario.port
    checks = (port.origin, port.approach, port.primary, port.radiation, port.safety)
    services += [check.service for check in checks] + [port.primary.fast_service]
    trucks_of = (
        port.volume,
        port.hours,
        port.mix,
        scenario.traffic,
        scenario.threat,
        scenario.sharing,
    )
    return repr((*trucks_of, services, scenario.insider.helped_load_share))
