from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from ports import window_of

from experiments.study.study import compose_scenario
from sim.engine.capacity import draw_capacity
from sim.errors import ConfigError
from sim.replication import draw_window_trucks
from sim.sensors import operating_points, sensor_alarms, sensor_readings
from sim.setting.spec import Spec
from sim.shared_draws import SharedDraws, manifest_key


def test_what_is_known_by_one_key_is_made_once() -> None:
    met, made = SharedDraws(), []
    for _ in range(3):
        met.once(("a",), lambda: made.append(1))
    met.once(("b",), lambda: made.append(2))
    assert made == [1, 2]


def test_alarms_from_what_sensors_saw_are_the_alarms() -> None:
    scenario, window = compose_scenario(["threat.prevalence_per_truck=0.05"]), window_of(1)
    manifest, points = draw_window_trucks(scenario, window), operating_points(scenario, 0.3)
    shared = sensor_alarms(scenario, points, manifest, sensor_readings(scenario, manifest))
    own = sensor_alarms(scenario, points, manifest)
    assert own.keys() == shared.keys()
    assert all(np.array_equal(own[name], shared[name]) for name in own)


def test_another_sensor_is_read_anew_and_another_policy_is_not() -> None:
    met, window = SharedDraws(), window_of(1)
    base = compose_scenario([])
    manifest = draw_window_trucks(base, window)
    first = met.seen(base, manifest)
    assert met.seen(compose_scenario(["policy=scan_everything"]), manifest) is first
    sharper = compose_scenario(["scanner.rho=0.1"])
    assert manifest_key(sharper) == manifest_key(base)
    assert met.seen(sharper, manifest) is not first


def test_capacity_is_that_of_the_scenario() -> None:
    met, window = SharedDraws(), window_of(2)
    base, fewer = compose_scenario([]), compose_scenario(["staffing.extra_lanes=-2"])
    for scenario in (base, fewer, base):
        pd.testing.assert_frame_equal(met.capacity(scenario, window), draw_capacity(scenario, window))


def leaves(part: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every number of a part of a scenario, by the names that lead to it."""
    for one in dataclasses.fields(part):
        value = getattr(part, one.name)
        if isinstance(value, Spec):
            yield from leaves(value, *path, one.name)
        elif isinstance(value, float | int) and not isinstance(value, bool):
            yield (*path, one.name), value


def with_leaf(part: Any, path: tuple[str, ...], value: Any) -> Any:
    """Return the part with one number changed, or None where its checks refuse that."""
    inner = value if len(path) == 1 else with_leaf(getattr(part, path[0]), path[1:], value)
    try:
        return None if inner is None else dataclasses.replace(part, **{path[0]: inner})
    except ConfigError:
        return None


def test_whatever_number_of_port_or_scanner_changes_the_trucks_changes_their_key() -> None:
    base = compose_scenario(["scanner=two_speeds", "traffic.volume_scale=0.02"])
    window, moved = window_of(1), set()
    trucks = draw_window_trucks(base, window)
    for path, value in [*leaves(base.port, "port"), *leaves(base.scanner, "scanner")]:
        other = with_leaf(base, path, value + 1 if isinstance(value, int) else value * 0.5 + 0.25)
        if other is None or draw_window_trucks(other, window).equals(trucks):
            continue
        moved.add(path)
        assert manifest_key(other) != manifest_key(base), path
    services = {path[:-1] for path in moved if "service" in path[-2]}
    assert {("scanner", "canine", "service"), ("port", "radiation", "service")} < services
    assert ("port", "mix", "fast_share") in moved
