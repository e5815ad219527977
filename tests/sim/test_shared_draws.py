from __future__ import annotations

import numpy as np
import pandas as pd
from ports import window_of

from experiments.study.study import compose_scenario
from sim.engine.capacity import draw_capacity
from sim.replication import draw_window_trucks
from sim.sensors import operating_points, sensor_alarms, sensor_readings
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
