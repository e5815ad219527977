from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from ports import FlatScorer, window_of

from experiments.execution.bottleneck import (
    PREFIX,
    binding_stations,
    resource_gains,
    run_extra_resources,
    scenarios_with_one_more,
)
from experiments.execution.replicate import replicate
from experiments.study.study import build_study
from sim.engine.capacity import draw_capacity
from sim.results.usage import available_min
from sim.scenario import Scenario
from sim.shared_draws import risk_key
from sim.stations import STATIONS


def profiles(lost: dict[int, dict[str, float]]) -> dict[str, np.ndarray]:
    """Return profiles of ten Mondays with so many minutes lost by hour and station."""
    minutes = np.zeros((7, 24, len(STATIONS)))
    for hour, of_station in lost.items():
        for station, value in of_station.items():
            minutes[0, hour, STATIONS.index(station)] = 10.0 * value
    return {"lost_min": minutes, "queue_days": np.array([10.0, 0, 0, 0, 0, 0, 0])}


def test_the_station_for_which_trucks_stand_longest_binds() -> None:
    found = binding_stations(
        profiles({7: {"primary": 90.0, "dock": 30.0}, 8: {"primary": 60.0}, 9: {"dock": 50.0, "portal": 40.0}})
    )
    assert [(s.from_h, s.to_h, s.station) for s in found] == [(7, 9, "primary"), (9, 10, "dock")]
    assert found[0].share == pytest.approx(150.0 / 180.0)
    assert found[0].truck_h == pytest.approx(2.5)


def test_idle_hours_bind_nowhere_and_break_a_stretch() -> None:
    found = binding_stations(profiles({7: {"primary": 90.0}, 8: {"primary": 50.0}, 9: {"primary": 90.0}}))
    assert [(s.from_h, s.to_h) for s in found] == [(7, 8), (9, 10)]
    assert binding_stations(profiles({})) == []


def servers(scenario: Scenario) -> dict[str, float]:
    window = window_of(7)
    minutes = available_min(draw_capacity(scenario, window), window)
    return dict(zip(STATIONS, minutes, strict=True))


@pytest.mark.parametrize(
    "overrides", [(), ("staffing.extra_lanes=-1",), ("staffing=april_2019",), ("staffing=responsive",)]
)
def test_one_more_adds_to_its_own_station_at_every_hour(
    make_scenario: Callable[..., Scenario], overrides: tuple[str, ...]
) -> None:
    scenario = make_scenario(*overrides)
    before, open_min = servers(scenario), 60.0 * (5 * 17 + 2 * 8)
    for resource, station in (
        ("general booth", "primary"),
        ("FAST booth", "primary"),
        ("image analyst", "analyst"),
        ("exam dock", "dock"),
    ):
        after = servers(scenarios_with_one_more(scenario)[resource])
        assert after[station] - before[station] >= open_min
        assert after[station] - before[station] <= 1.3 * open_min
        assert {s for s in STATIONS if after[s] != before[s]} == {station}


def test_one_more_booth_has_an_officer_where_officers_are_few(make_scenario: Callable[..., Scenario]) -> None:
    few = make_scenario("staffing=responsive", "staffing.responsive.most_officers=18")
    responsive = scenarios_with_one_more(few)["general booth"].staffing.responsive
    assert responsive is not None
    assert responsive.most_officers == 19


def test_a_port_is_offered_only_more_of_what_it_has(make_scenario: Callable[..., Scenario]) -> None:
    assert list(scenarios_with_one_more(make_scenario("port=bare", "policy=no_referral"))) == ["general booth"]
    assert len(scenarios_with_one_more(make_scenario())) == 6


def test_the_ledger_is_paired_with_the_baseline_and_leaves_the_study_alone() -> None:
    # by the timetable and to closing time, so that a booth more is its hours more
    alone = ["staffing=timetable", "port.closing=carry_over"]
    short = [*alone, "port.portal.servers=2", "days=1", "start_date=2024-05-14"]
    asked = build_study([*short, "replications=8", "processes=1"], "run")
    scorers = {risk_key(s): FlatScorer() for s in asked.alternatives.values()}
    done, extra = replicate(asked, scorers), run_extra_resources(asked, scorers)
    assert (extra.groupby("alternative", sort=False)["trucks"].apply(list).map(tuple).nunique()) == 1
    assert extra["trucks"].iloc[:8].tolist() == done.metrics["trucks"].tolist()
    assert extra["alternative"].str.startswith(PREFIX).all()
    found = {gain.resource: gain for gain in resource_gains(done.metrics, extra, asked.baseline, 0.95, None)}
    booth = found["general booth"]
    assert booth.gaps["wait_mean_min"].high < 0.0
    assert booth.sure("wait_mean_min", 0.05)
    assert booth.gaps["officer_h"].mean == pytest.approx(17.0)
    assert found["portal"].gaps["detection_expected"].low > 0.0
    assert abs(found["image analyst"].gaps["wait_mean_min"].mean) < 1.0


def test_holm_counts_the_resources() -> None:
    asked = build_study(
        [
            "replications=4",
            "days=1",
            "processes=1",
            "port=bare",
            "traffic=flat",
            "traffic.trucks_per_h=30",
            "policy=no_referral",
        ],
        "run",
    )
    scorers = {risk_key(s): FlatScorer() for s in asked.alternatives.values()}
    done, extra = replicate(asked, scorers), run_extra_resources(asked, scorers)
    (gain,) = resource_gains(done.metrics, extra, asked.baseline, 0.95, None)
    assert gain.p_holm["wait_mean_min"] == gain.gaps["wait_mean_min"].p_value
