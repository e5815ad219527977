"""Formulas against each other and the published checks; loads of a week by hand."""

from __future__ import annotations

import dataclasses
import doctest
import math
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import theory_formulas
from theory_formulas import fluid_rush, jackson_sojourn_min, mg1_wait_min, priority_wait_min

from sim.algorithms import queueing
from sim.algorithms.queueing import erlang_b, erlang_c, mmc_wait_min
from sim.policies import registry
from sim.policies.base import PolicyExpectation
from sim.scenario import Scenario
from sim.setting.window import EVALUATION, Window
from sim.workload import weekly_load

Make = Callable[..., Scenario]
WEEK = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7)
TODAY = PolicyExpectation(scan_share=0.27, threat_image_share=0.0231)


def loads(scenario: Scenario, expected: PolicyExpectation = TODAY, window: Window = WEEK) -> pd.DataFrame:
    return weekly_load(scenario, expected, window).set_index("station")


@pytest.mark.parametrize("module", [queueing, registry, theory_formulas])
def test_examples_in_docstrings_run(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def test_erlang_against_the_sums_that_define_them() -> None:
    for load, servers in ((0.5, 1), (2.0, 3), (7.0, 8), (20.0, 25)):
        terms = [load**k / math.factorial(k) for k in range(servers + 1)]
        waiting = terms[-1] * servers / (servers - load)
        assert erlang_b(load, servers) == pytest.approx(terms[-1] / sum(terms))
        assert erlang_c(load, servers) == pytest.approx(waiting / (sum(terms[:-1]) + waiting))
    assert erlang_c(3.0, 3) == 1.0


@pytest.mark.parametrize(
    ("case", "wait_min"), [((100, 30, 4), 1.97316), ((140, 30, 5), 5.03147), ((210, 30, 8), 1.27063)]
)
def test_published_waits_of_pooled_booths(case: tuple[int, int, int], wait_min: float) -> None:
    assert mmc_wait_min(*case) == pytest.approx(wait_min, abs=5e-6)


def test_one_fast_booth_against_pooled_priority() -> None:
    assert mmc_wait_min(13.5, 30.0, 1) == pytest.approx(1.6364, abs=5e-5)
    assert mmc_wait_min(46.5, 30.0, 2) == pytest.approx(3.0078, abs=5e-5)
    assert mmc_wait_min(60.0, 30.0, 3) == pytest.approx(0.8889, abs=5e-5)
    assert priority_wait_min([13.5, 46.5], 30.0, 3) == pytest.approx([0.3486, 1.0458], abs=5e-5)


def test_priority_only_redistributes_the_wait() -> None:
    rates = [10.0, 25.0, 40.0]
    waits = priority_wait_min(rates, 30.0, 3)
    mean = sum(r * w for r, w in zip(rates, waits, strict=True)) / sum(rates)
    assert mean == pytest.approx(mmc_wait_min(75.0, 30.0, 3))
    assert waits == sorted(waits)
    assert priority_wait_min([75.0], 30.0, 3) == pytest.approx([mmc_wait_min(75.0, 30.0, 3)])


def test_overload_waits_for_ever() -> None:
    assert mmc_wait_min(120.0, 30.0, 4) == math.inf
    assert mg1_wait_min(30.0, 2.0, 0.5) == math.inf
    first, second = priority_wait_min([30.0, 90.0], 30.0, 3)
    assert math.isfinite(first)
    assert second == math.inf


def test_constant_service_halves_the_wait_of_exponential_service() -> None:
    assert mg1_wait_min(20.0, 2.0, 0.0) == pytest.approx(mg1_wait_min(20.0, 2.0, 1.0) / 2)


def test_scanner_then_analysts() -> None:
    assert jackson_sojourn_min(60.0, [(80.0, 1), (24.0, 3)]) == pytest.approx(9.0112, abs=5e-5)


def test_fluid_rush_by_hand() -> None:
    assert fluid_rush([150.0] * 3 + [80.0] * 21, 120.0) == (90.0, 5.25, 236.25)
    assert fluid_rush([100.0] * 24, 120.0) == (0.0, 0.0, 0.0)
    assert fluid_rush([150.0] * 2, 120.0) == (60.0, math.inf, 60.0)


def test_load_of_a_bare_port_by_hand(make_scenario: Make) -> None:
    found = loads(make_scenario("port=bare", "traffic=flat")).loc["primary"]
    assert found.offered_min == pytest.approx(100 * 168 * 2.0)
    assert found.available_min == pytest.approx(4 * 168 * 60.0)
    assert found.load_share == pytest.approx(5 / 6)
    assert found.stable
    assert found.rush_h == 0.0
    assert math.isnan(found.largest_scan_share)
    over = loads(make_scenario("port=bare", "traffic=flat", "traffic.trucks_per_h=121")).loc["primary"]
    assert not over.stable
    assert over.rush_h == 168.0


def test_rush_hours_lie_inside_a_stable_week(make_scenario: Make) -> None:
    found = loads(make_scenario("port=bare", "traffic=hourly")).loc["primary"]
    assert found.stable
    assert found.rush_h == 7 * 3.0


def test_every_station_that_exists_has_its_rows(make_scenario: Make) -> None:
    names = [
        "approach_general",
        "approach_fast",
        "primary_general",
        "primary_fast",
        "portal",
        "analyst",
        "radiation",
        "secondary",
        "dock",
    ]
    assert list(loads(make_scenario()).index) == names
    less = make_scenario("port.portal.servers=0", "port.analyst.servers=0", "port.approach.lanes=0")
    assert list(loads(less).index) == ["primary_general", "primary_fast", "radiation", "secondary", "dock"]
    shared = make_scenario("port.approach.fast_lane=shared", "port.primary.lanes_serve=all")
    assert list(loads(shared).index[:3]) == ["approach", "primary_general", "primary"]
    pooled = make_scenario("port.primary.lanes_serve=all", "port.primary.fast_lanes_serve=all")
    assert "primary" in loads(pooled).index
    assert "primary_fast" not in loads(pooled).index
    no_fast = make_scenario("staffing.max_fast_lanes=0")
    assert list(loads(no_fast).index[2:4]) == ["primary_general", "primary_fast"]
    assert loads(no_fast).load_share["primary_fast"] == math.inf


def test_classes_add_up_to_all_trucks(make_scenario: Make) -> None:
    parts = loads(make_scenario("port.approach.fast_lane=own"))
    whole = loads(make_scenario("port.approach.fast_lane=shared"))
    split = parts.offered_min[["approach_general", "approach_fast"]].sum()
    assert split == pytest.approx(whole.offered_min["approach"])


def test_world_trade_bridge_carries_its_week_and_april_2019_does_not(make_scenario: Make) -> None:
    assert loads(make_scenario()).stable.all()
    april = loads(make_scenario("staffing=april_2019"))
    assert list(april.index[~april.stable]) == ["primary_general"]


def test_the_largest_share_fills_its_station_exactly(scenario: Scenario) -> None:
    today = loads(scenario)
    for station in ("portal", "analyst", "dock"):
        largest = today.largest_scan_share[station]
        assert 0.27 < largest < 1.0
        at_limit = dataclasses.replace(TODAY, scan_share=largest)
        assert loads(scenario, at_limit).load_share[station] == pytest.approx(1.0)
    others = [name for name in today.index if name not in ("portal", "analyst", "dock")]
    assert today.largest_scan_share[others].isna().all()


def test_more_units_allow_more_scanning(make_scenario: Make) -> None:
    few, more = (loads(make_scenario(f"port.portal.servers={n}")) for n in (2, 5))
    assert more.largest_scan_share["portal"] == pytest.approx(2.5 * few.largest_scan_share["portal"])
    assert loads(make_scenario("port.portal.servers=40")).largest_scan_share["portal"] == 1.0
    assert loads(make_scenario("staffing.docks=1")).largest_scan_share["dock"] == 0.0


def test_loads_move_the_right_way(make_scenario: Make) -> None:
    base = loads(make_scenario())
    scanned = loads(make_scenario(), dataclasses.replace(TODAY, scan_share=0.4))
    assert scanned.load_share["dock"] > base.load_share["dock"]
    assert scanned.load_share["secondary"] < base.load_share["secondary"]
    silent = loads(make_scenario("policy.officer_referral=false"))
    assert silent.load_share["secondary"] == 0.0
    direct = loads(make_scenario("port.secondary.servers=0"))
    assert direct.load_share["dock"] > base.load_share["dock"]
    sick = loads(make_scenario("scanner.portal.outages.availability_share=0.5"))
    assert sick.available_min["portal"] == pytest.approx(base.available_min["portal"] * 0.5 / 0.95)


def test_a_day_is_judged_by_its_week(scenario: Scenario) -> None:
    day = dataclasses.replace(WEEK, days=1)
    pd.testing.assert_frame_equal(loads(scenario, window=day), loads(scenario))
    two = loads(scenario, window=dataclasses.replace(WEEK, days=14))
    assert np.allclose(two.available_min, loads(scenario).available_min)
