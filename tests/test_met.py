from __future__ import annotations

import numpy as np
import pandas as pd
from ports import window_of

from experiments.load import compose_scenario
from experiments.met import Met, manifest_key
from experiments.pipeline import trucks
from sim.capacity import draw_capacity
from sim.sensor import alarms, operating_points, read


def test_what_is_known_by_one_key_is_made_once() -> None:
    met, made = Met(), []
    for _ in range(3):
        met.once(("a",), lambda: made.append(1))
    met.once(("b",), lambda: made.append(2))
    assert made == [1, 2]


def test_alarms_from_what_sensors_saw_are_the_alarms() -> None:
    scenario, window = compose_scenario(["threat.prevalence_per_truck=0.05"]), window_of(1)
    manifest, points = trucks(scenario, window), operating_points(scenario, 0.3)
    shared = alarms(scenario, points, manifest, read(scenario, manifest))
    own = alarms(scenario, points, manifest)
    assert own.keys() == shared.keys()
    assert all(np.array_equal(own[name], shared[name]) for name in own)


def test_another_sensor_is_read_anew_and_another_policy_is_not() -> None:
    met, window = Met(), window_of(1)
    base = compose_scenario([])
    manifest = trucks(base, window)
    first = met.seen(base, manifest)
    assert met.seen(compose_scenario(["policy=scan_everything"]), manifest) is first
    sharper = compose_scenario(["scanner.rho=0.1"])
    assert manifest_key(sharper) == manifest_key(base)
    assert met.seen(sharper, manifest) is not first


def test_capacity_is_that_of_the_scenario() -> None:
    met, window = Met(), window_of(2)
    base, fewer = compose_scenario([]), compose_scenario(["staffing.extra_lanes=-2"])
    for scenario in (base, fewer, base):
        pd.testing.assert_frame_equal(
            met.capacity(scenario, window), draw_capacity(scenario, window)
        )
