"""Alarms: false ones as stated, more true ones with more steering and weeks, few for who knows the test."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from experiments.collusion.port_logs import WeekLog
from experiments.collusion.power import LogEvidence, weigh_logs
from experiments.collusion.settings import CollusionSettings
from experiments.study.study import compose_scenario
from sim.arrays import FloatArray
from sim.setting.insider import Insider

SETTINGS = CollusionSettings(
    test_weeks=(2, 4, 8),
    steered_shares=(0.2, 0.6, 0.9),
    officers_per_post=1.4,
    carriers=40,
    false_alarm_share=0.05,
    shuffles=200,
    runs=200,
    careful_margin_sd=1.0,
    helped_load_share=0.1,
    image_detection=0.7,
)


@pytest.fixture(scope="module")
def insider() -> Insider:
    return dataclasses.replace(compose_scenario(["insider=baseline"]).insider, steering_share=1.0)


@pytest.fixture(scope="module")
def logs() -> list[WeekLog]:
    rng = np.random.default_rng(1)
    weeks = []
    for _ in range(SETTINGS.test_weeks[-1]):
        n = 2500
        carrier = rng.choice(60, n, p=(p := 1.0 / np.arange(3.0, 63.0)) / p.sum())
        weeks.append(WeekLog(rng.integers(0, 168, n), rng.integers(0, 5, n), (rng.random(n) < 0.2) * 1, carrier, 0.3))
    return weeks


@pytest.fixture(scope="module")
def evidence(logs: list[WeekLog], insider: Insider) -> LogEvidence:
    return weigh_logs(logs, insider, SETTINGS, (200, 200), (5, 6))


def _alarm(evidence: LogEvidence) -> FloatArray:
    return np.quantile(evidence.by_chance, 0.95, axis=0, method="higher")


def test_false_alarms_are_as_many_as_stated(evidence: LogEvidence) -> None:
    named = (evidence.without >= _alarm(evidence)).mean(axis=0)
    assert (named <= 0.05 + 4.0 * np.sqrt(0.05 * 0.95 * 2.0 / 200)).all()


def test_power_grows_with_steering_and_with_weeks(evidence: LogEvidence) -> None:
    power = (evidence.excess >= _alarm(evidence)).mean(axis=0)[:, 0]
    assert (np.diff(power[:, -1]) > 0.0).all()
    assert (np.diff(power[1]) >= 0.0).all()
    assert power[-1, -1] > 0.9


def test_who_knows_the_test_is_hardly_named_and_handles_fewer_trucks(evidence: LogEvidence) -> None:
    power = (evidence.excess >= _alarm(evidence)).mean(axis=0)
    assert power[-1, 1].max() < 0.1 < power[-1, 0].max()
    steered = evidence.steered.mean(axis=0)
    assert (steered[:, 1] <= steered[:, 0]).all()
    assert steered[-1, 1] < 0.7 * steered[-1, 0]


def test_a_booth_drawn_for_each_truck_leaves_nothing_to_arrange(logs: list[WeekLog], insider: Insider) -> None:
    drawn = dataclasses.replace(insider, random_assignment="everywhere")
    assert (
        weigh_logs(logs[:2], drawn, dataclasses.replace(SETTINGS, test_weeks=(2,)), (20, 20), (7,)).steered.max() == 0.0
    )


def test_a_rotation_leaves_the_share_of_plans_that_hold(logs: list[WeekLog], insider: Insider) -> None:
    kept, turned = (
        weigh_logs(logs, one, SETTINGS, (20, 100), (8,)).steered[:, 1, 0].mean()
        for one in (insider, dataclasses.replace(insider, rotation_h=2.0, planning_lead_h=1.0))
    )
    assert turned / kept == pytest.approx(0.5, abs=0.12)
