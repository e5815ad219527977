"""What each station is expected to be asked for, against what a week's run asked of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ports import TruthScorer, window_of

from experiments.study.study import compose_scenario
from sim.replication import Outcome, Replication, draw_window_trucks, make_plan, past_window
from sim.scenario import Scenario
from sim.setting.window import Window
from sim.stations import SERVED
from sim.workload import load_of_trucks, unserved_classes, weekly_load

STATIONS = ("origin", "low_energy", "portal", "analyst", "radiation", "secondary", "canine", "dock", "safety")
ROOM_FOR_ALL = (
    *(f"port.{name}.servers={n}" for name, n in zip(STATIONS, (40, 6, 10, 20, 10, 20, 20, 80, 40), strict=True)),
    *(f"port.{name}.room_trucks=null" for name in STATIONS if name != "analyst"),
    "port.primary.room_trucks=null",
    "port.dock.extra_h=6",
    "staffing.extra_lanes=4",
    "staffing.extra_fast_lanes=2",
    "port.radiation.share=0.05",
    "port.officer_referral_share=0.05",
    "policy=todays_practice",
    "scanner.analyst.criterion_slope_z=0",
)
PORTS = {
    "every station": (),
    "machine clears": ("scanner=ai_review",),
    "a few led aside": ("port.low_energy_share=0.3",),
    "scanned later": ("port.portal.servers=0", "port.analyst.servers=0"),
    "dogs alone": ("port.secondary.servers=0",),
    "neither scanner nor dogs": ("port.secondary.servers=0", "port.canine.servers=0"),
    "joint inspection": ("port.joint_inspection=true", "port.dock.servers=200"),
}


def week(scenario: Scenario) -> tuple[pd.DataFrame, Outcome]:
    """Return the load before the run, on the arrivals that then come, and the run."""
    window: Window = window_of(7)
    scorer = TruthScorer()
    before = draw_window_trucks(scenario, past_window(window))
    plan = make_plan(scenario, before, scorer.score(before))
    manifest = draw_window_trucks(scenario, window)
    load = load_of_trucks(scenario, plan.expected, window, manifest).set_index("station")
    return load, Replication(scenario, window, manifest, scorer.score(manifest), plan).run()


def assert_as_expected(scenario: Scenario) -> None:
    """Hold every station to its load; the noise is that of who comes and of how long it takes."""
    load, found = week(scenario)
    assert found.ledger["exit_min"].notna().mean() > 0.999
    for name in STATIONS:
        if name not in load.index:
            assert found.metrics[f"offered_{name}_min"] == 0.0
            continue
        work = found.manifest[f"service_{name}_min"].to_numpy()
        served = (found.ledger[f"{name}_done"] == SERVED).to_numpy()
        noise = np.sqrt((work[served] ** 2).sum())
        expected = load.offered_min[name]
        for kind in ("offered", "busy"):
            error = abs(found.metrics[f"{kind}_{name}_min"] - expected)
            # past days say what share is scanned; the trucks of this week differ by a little
            assert error <= 4.0 * noise + 0.01 * expected, (name, kind)


@pytest.mark.parametrize("overrides", PORTS.values(), ids=PORTS)
def test_the_load_before_the_run_is_what_the_run_is_asked_for(overrides: tuple[str, ...]) -> None:
    assert_as_expected(compose_scenario([*ROOM_FOR_ALL, *overrides]))


@pytest.mark.parametrize(
    "tests", ["{portal: {cost_openings: 0.02, steps_z: [0.7]}}", "null"], ids=["portal alone", "all sensors"]
)
def test_trees_ask_for_what_their_plan_says(tests: str) -> None:
    """Sensors that the plan leaves out see nobody but those whom officers doubt."""
    own = () if tests == "null" else ("~policy.tests", f"+policy.tests={tests}")
    tree = ("policy=sensor_tree", "policy.budget_openings=0.05", *own)
    scenario = compose_scenario([*(line for line in ROOM_FOR_ALL if "policy=" not in line), *tree])
    assert_as_expected(scenario)


def test_a_station_that_works_in_pulses_is_never_said_to_be_overloaded() -> None:
    pulses = "port.origin.pulses={per_week: 5, length_h: 1}"
    load, _ = week(compose_scenario([*ROOM_FOR_ALL, "port.origin.share=0.9", pulses]))
    assert "origin" not in load.index


def test_the_load_of_known_trucks_is_near_what_the_port_expects() -> None:
    """A week's own trucks, taken as known, differ from the expectation by the chance of who comes."""
    scenario, window = compose_scenario(ROOM_FOR_ALL), window_of(7)
    before = draw_window_trucks(scenario, past_window(window))
    plan = make_plan(scenario, before, TruthScorer().score(before))
    expected = weekly_load(scenario, plan.expected, window).set_index("station")["offered_min"]
    known = load_of_trucks(scenario, plan.expected, window, draw_window_trucks(scenario, window))
    np.testing.assert_allclose(known.set_index("station")["offered_min"], expected, rtol=0.05)


def test_a_class_is_served_where_a_lane_takes_it_and_opens() -> None:
    shut = ["port.mix.fast_share=0", "port.primary.fast_lanes=0", "port.primary.open_by_shift=null"]
    assert unserved_classes(compose_scenario(), window_of(1)) == {}
    assert unserved_classes(compose_scenario(shut), window_of(1)) == {"fast": "primary"}
    assert unserved_classes(compose_scenario([*shut, "port.primary.lanes_serve=all"]), window_of(1)) == {}
    nobody_at_work = [f"port.hours.{day}={{open_h: 0, close_h: 0}}" for day in ("weekday", "saturday", "sunday")]
    found = unserved_classes(compose_scenario(["port=bare", "traffic=flat", *nobody_at_work]), window_of(1))
    assert found == {"general": "primary", "fast": "primary"}
