"""Trips that are not made: the fluid line never grows beyond what is served within the ceiling."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from ports import FlatScorer

from experiments.funding.balking import trips_made_share
from sim.policies.base import PolicyExpectation
from sim.replication import draw_window_trucks, make_plan, past_window
from sim.scenario import Scenario
from sim.setting.window import EVALUATION, Window
from sim.trucks.arrivals import rates_per_h
from sim.workload import hourly_loads

FLAT = ("port=bare", "traffic=flat", "port.primary.lanes=1")
DAY = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-14", days=1)
Make = Callable[..., Scenario]


def expected_of(scenario: Scenario) -> PolicyExpectation:
    window = past_window(DAY)
    manifest = draw_window_trucks(scenario, window)
    return make_plan(scenario, manifest, FlatScorer().score(manifest)).expected


def shares(scenario: Scenario, ceiling_min: float) -> np.ndarray:  # type: ignore[type-arg]
    return trips_made_share(scenario, expected_of(scenario), DAY, ceiling_min)


def flat(make_scenario: Make, per_h: float, service_min: float) -> Scenario:
    return make_scenario(
        *FLAT,
        f"traffic.trucks_per_h={per_h}",
        f"port.primary.service.mean_min={service_min}",
        f"port.primary.fast_service.mean_min={service_min}",
    )


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
    # Of the timetable alone: lanes that follow the line are all open at such a load, whatever the timetable adds.
    alone = ("traffic.volume_scale=1.3", "staffing=timetable")
    busy, more = make_scenario(*alone), make_scenario(*alone, "staffing.extra_lanes=2")
    kept, kept_more = shares(busy, 60.0), shares(more, 60.0)
    assert (kept_more >= kept - 1e-12).all()
    assert kept_more.sum() > kept.sum()
    rates = rates_per_h(busy, DAY) > 0.0
    assert (kept[rates, 1] >= kept[rates, 0]).all()


def test_a_closed_day_gives_nobody_up(make_scenario: Make) -> None:
    assert (shares(make_scenario("traffic.volume_scale=0.0"), 60.0) == 1.0).all()


SHORT_OF_DOCKS = ("port.dock.servers=4", "scanner.exam.service.mean_min=120.0")


def test_a_dock_that_few_are_sent_to_turns_nobody_away_before_its_yard_is_full(make_scenario: Make) -> None:
    """2 exams an hour are done; trips are turned away once more than a yard of trucks is behind."""
    port = make_scenario(*SHORT_OF_DOCKS)
    whole = make_scenario()
    expected = expected_of(port)
    arrivals = rates_per_h(port, DAY)
    loads = {one.station: one for one in hourly_loads(port, expected, DAY, arrivals)}
    late_min = np.cumsum(loads["dock"].offered_min - loads["dock"].available_min)
    behind = np.maximum.accumulate(late_min) / 120.0
    found, free = shares(port, 90.0), shares(whole, 90.0)
    in_the_yard = behind < float(port.port.dock.room_trucks or 0)
    assert in_the_yard.any()
    assert not in_the_yard.all()
    assert found[in_the_yard] == pytest.approx(free[in_the_yard])
    assert found[~in_the_yard].sum() < free[~in_the_yard].sum()


def test_a_larger_yard_keeps_no_fewer(make_scenario: Make) -> None:
    few, many = (make_scenario(*SHORT_OF_DOCKS, f"port.dock.room_trucks={n}") for n in (10, 80))
    kept, kept_more = shares(few, 90.0), shares(many, 90.0)
    assert (kept_more >= kept - 1e-12).all()
    assert kept_more.sum() > kept.sum()


def test_a_wait_that_few_meet_counts_for_its_share(make_scenario: Make) -> None:
    """Analysts have room without end: a trip counts on the share of their wait that is its own."""
    port = make_scenario("port.analyst.servers=3", "staffing.analysts=3", "scanner.analyst.service.mean_min=8.0")
    share = expected_of(port).scan_share
    assert 0.0 < share < 1.0
    assert (shares(port, 90.0) >= shares(port, 90.0 * share) - 1e-12).all()
    assert shares(port, 90.0).sum() > shares(port, 90.0 * share).sum()
