"""Trips that are not made: the fluid line never grows beyond what is served within the ceiling."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from ports import FlatScorer

from experiments.funding.giving_up import kept_share
from experiments.pipeline import make_plan, past_window, trucks
from sim.policy import Expected
from sim.scenario import Scenario
from sim.traffic import rates_per_h
from sim.window import EVALUATION, Window

FLAT = ("port=bare", "traffic=flat", "port.primary.lanes=1")
DAY = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-14", days=1)
Make = Callable[..., Scenario]


def expected_of(scenario: Scenario) -> Expected:
    window = past_window(DAY)
    manifest = trucks(scenario, window)
    return make_plan(scenario, manifest, FlatScorer().score(manifest)).expected


def shares(scenario: Scenario, ceiling_min: float) -> np.ndarray:  # type: ignore[type-arg]
    return kept_share(scenario, expected_of(scenario), DAY, ceiling_min)


def flat(make_scenario: Make, per_h: float, service_min: float) -> Scenario:
    return make_scenario(
        *FLAT, f"traffic.trucks_per_h={per_h}", f"port.primary.service.mean_min={service_min}",
        f"port.primary.fast_service.mean_min={service_min}",
    )  # fmt: skip


def test_whoever_can_be_served_comes(make_scenario: Make) -> None:
    assert (shares(flat(make_scenario, 20.0, 2.0), 30.0) == 1.0).all()


def test_an_overload_is_cut_to_what_one_line_can_serve(make_scenario: Make) -> None:
    """60 an hour at a server of 30 an hour: a line of one hour, then half of them come."""
    found = shares(flat(make_scenario, 60.0, 2.0), 60.0)
    carried = 60.0 * found.mean(axis=1)
    assert carried[0] == pytest.approx(60.0)
    assert carried[1:].tolist() == pytest.approx([30.0] * 23)
    assert carried.sum() == pytest.approx(24 * 30.0 + 30.0)


def test_a_longer_ceiling_keeps_no_fewer(make_scenario: Make) -> None:
    port = make_scenario("traffic.volume_scale=1.3")
    ceilings = [shares(port, ceiling) for ceiling in (15.0, 60.0, 180.0)]
    for short, long in itertools.pairwise(ceilings):
        assert (long >= short - 1e-12).all()
    assert ceilings[0].min() < 1.0


def test_more_booths_keep_no_fewer_and_fast_trucks_have_their_own(make_scenario: Make) -> None:
    busy = make_scenario("traffic.volume_scale=1.3")
    more = make_scenario("traffic.volume_scale=1.3", "staffing.extra_lanes=2")
    kept, kept_more = shares(busy, 60.0), shares(more, 60.0)
    assert (kept_more >= kept - 1e-12).all()
    assert kept_more.sum() > kept.sum()
    rates = rates_per_h(busy, DAY) > 0.0
    assert (kept[rates, 1] >= kept[rates, 0]).all()


def test_a_closed_day_gives_nobody_up(make_scenario: Make) -> None:
    assert (shares(make_scenario("traffic.volume_scale=0.0"), 60.0) == 1.0).all()
