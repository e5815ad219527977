"""Sets of assumptions of a corridor: each replication draws the keys that vary from their ranges."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from scipy.stats import qmc

from experiments.diversion.settings import CorridorSettings, Inspection
from sim.scenario import Scenario

ASSUMED: Final = 2001
"""Keys the chance of the sets of assumptions: no truck's luck hangs on it."""


def drawn_values(ranges: Mapping[str, tuple[float, float]], seed: int, sets: int, number: int) -> dict[str, float]:
    """Return one set of assumptions of some: a Latin hypercube, each key evenly on the scale of its logarithm.

    A range that begins at 0 is met evenly on its own scale.

    Examples
    --------
    >>> low = [drawn_values({"per_min": (0.003, 0.012)}, 1, 2, k)["per_min"] < 0.006 for k in (0, 1)]
    >>> sorted(low)
    [False, True]
    """
    if not ranges:
        return {}
    chance = np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(ASSUMED,))))
    places = qmc.LatinHypercube(len(ranges), rng=chance).random(sets)[number]
    found = {}
    for (key, (low, high)), place in zip(ranges.items(), places.tolist(), strict=True):
        found[key] = low * (high / low) ** place if low > 0.0 else low + (high - low) * place
    return found


def with_values(settings: CorridorSettings, values: Mapping[str, float]) -> CorridorSettings:
    """Return the settings with other values of some keys, each a dotted key."""
    for key, value in values.items():
        settings = _with_value(settings, key.split("."), value)
    return settings


def _with_value(part: Any, path: list[str], value: float) -> Any:  # noqa: ANN401
    name, *below = path
    if isinstance(part, Mapping):
        return {**part, name: _with_value(part[name], below, value)}
    inner = getattr(part, name)
    return dataclasses.replace(part, **{name: _with_value(inner, below, value) if below else value})


def inspected(scenario: Scenario, inspection: Inspection) -> Scenario:
    """Return a port beyond whose exit the state inspects every truck; its full yard backs up into the port."""
    port = scenario.port
    booths = port.primary.lanes + port.primary.fast_lanes
    service = dataclasses.replace(port.safety.service, mean_min=inspection.service_min)
    safety = dataclasses.replace(
        port.safety,
        servers=max(1, round(inspection.posts_per_booth * booths)),
        share=1.0,
        when_full="block",
        service=service,
    )
    return dataclasses.replace(scenario, port=dataclasses.replace(port, safety=safety))


def with_trucks(scenario: Scenario, trucks_a_month: float) -> Scenario:
    """Return a port to which so many trucks come in every month."""
    volume = dataclasses.replace(
        scenario.port.volume, trucks_per_month=(trucks_a_month,) * 12, counted_year=None, trucks_by_year=None
    )
    return dataclasses.replace(scenario, port=dataclasses.replace(scenario.port, volume=volume))


def with_scaled_trucks(scenario: Scenario, factor: float) -> Scenario:
    """Return a port to which more or fewer trucks come, by a factor."""
    traffic = dataclasses.replace(scenario.traffic, volume_scale=scenario.traffic.volume_scale * factor)
    return dataclasses.replace(scenario, traffic=traffic)
