"""Trees over every sensor that may stand at a port, in the order of the road."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from clear_port import clear_port, sensor
from hand_flow import ALWAYS, hand_flow, visited
from test_twin import assert_equal

from experiments.study.study import compose_scenario
from sim.algorithms.decision_tree import DecisionTree, TreeMix, TreeSensor, best_mix_at_budget, efficient_trees
from sim.engine import simpy_port
from sim.engine.kernel import loop
from sim.engine.routes import N_COLUMNS, REFERRED, SELECTED
from sim.errors import ConfigError
from sim.policies.deadlock import find_cycle, possible_moves
from sim.policies.sensor_tree import SENSOR_STAGE, SENSOR_STATION
from sim.policies.tree_route import encode_trees, route_tree
from sim.scenario import Scenario
from sim.stations import CANINE, PRIMARY, SECONDARY, SERVED, STATIONS
from tests.sim.policies.test_sensor_tree import cost_and_detection, run

POINTS = {"low_energy": (0.3, 0.6), "portal": (0.2, 0.75), "secondary": (0.15, 0.7), "canine": (0.1, 0.65)}
COSTS = {"low_energy": 0.005, "portal": 0.01, "secondary": 0.02, "canine": 0.02}
FOUR = [TreeSensor(name, COSTS[name], (POINTS[name],), SENSOR_STAGE[name]) for name in POINTS]  # type: ignore[index]
PLACES = {name: (k, N_COLUMNS + 1 + i) for i, (name, k) in enumerate(SENSOR_STATION.items())}


def four_sensors(budget: float, *overrides: str, any_order: bool = False) -> Scenario:
    """Return a port with room for all and four sensors of one operating point each."""
    found = [
        "policy=sensor_tree",
        "policy.officer_referral=false",
        f"policy.any_order={any_order}",
        f"policy.budget_openings={budget}",
        "policy.tests.portal.steps_z=[]",
    ]
    for name, (false_alarms, hits) in POINTS.items():
        found += [f"policy.tests.{name}.cost_openings={COSTS[name]}"]
        found += sensor(name, false_alarms, hits)
    for name in ("low_energy", "canine"):
        found += [
            f"port.{name}.servers=50",
            f"port.{name}.room_trucks=null",
            f"scanner.{name}.service.mean_min=0.001",
            f"scanner.{name}.outages.availability_share=1",
        ]
    return compose_scenario(clear_port(*found, *overrides, trucks_per_h=300.0, prevalence=0.3))


@pytest.mark.parametrize("budget", [0.02, 0.06, 0.12, 0.25])
def test_four_sensors_land_on_their_cost_and_detection(budget: float) -> None:
    scenario = four_sensors(budget)
    found, mix = run(scenario)
    expected = best_mix_at_budget(efficient_trees(FOUR), budget)
    assert mix.detection == pytest.approx(expected.detection, abs=1e-6)
    assert mix.cost == pytest.approx(budget)
    cost, opened = cost_and_detection(scenario, found)
    assert abs(cost.mean() - mix.cost) < 4.0 * cost.std() / np.sqrt(len(cost))
    half_width = 4.0 * np.sqrt(mix.detection * (1.0 - mix.detection) / len(opened))
    assert abs(opened.mean() - mix.detection) < half_width
    assert found.metrics["detection_expected"] == pytest.approx(mix.detection, rel=0.02)
    carrying = found.manifest["true_carrying"].to_numpy()
    for name in POINTS:
        for kind, rows in enumerate((~carrying, carrying)):
            served = (found.ledger[f"{name}_done"] == SERVED).to_numpy()[rows]
            half_width = 4.0 * np.sqrt(0.25 / len(served))
            assert abs(served.mean() - mix.p_visit(name, kind)) < half_width
    # the tree leads through all of the sensors, not through the cheapest alone
    assert all(mix.p_visit(name, 1) > 0.0 for name in POINTS)


def test_more_sensors_find_more_for_the_same_budget() -> None:
    found = [best_mix_at_budget(efficient_trees(FOUR[:n]), 0.06).detection for n in range(1, 5)]
    assert (np.diff(found) > 0.01).all()


def orders(tree: DecisionTree, before: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Return every order of tests that the tree asks for."""
    if not tree.sensor:
        return {before}
    return set().union(*(orders(after, (*before, tree.sensor)) for after in tree.after))


def test_no_tree_leads_back_against_the_road() -> None:
    free = [TreeSensor(one.name, one.cost, one.roc) for one in FOUR]
    stages = {one.name: one.stage for one in FOUR}

    def back(vertices: tuple[DecisionTree, ...]) -> bool:
        paths = set().union(*(orders(tree) for tree in vertices))
        return any(sorted(path, key=stages.__getitem__) != list(path) for path in paths)

    assert not back(efficient_trees(FOUR))
    assert back(efficient_trees(free))
    for budget in (0.02, 0.06, 0.12, 0.25):
        bound, any_way = (best_mix_at_budget(efficient_trees(some), budget) for some in (FOUR, free))
        assert bound.detection <= any_way.detection + 1e-12


@pytest.mark.parametrize("any_order", [False, True])
def test_in_the_port_scanner_and_dogs_come_after_primary(any_order: bool) -> None:
    cheap_dogs = "policy.tests.canine.cost_openings=0.0005"
    scenario = four_sensors(0.12, cheap_dogs, any_order=any_order)
    found, _ = run(scenario, days=1)
    ledger = found.ledger
    early = {name: (ledger[f"{name}_start_min"] < ledger["primary_start_min"]).any() for name in POINTS}
    assert any_order or (early["low_energy"] and early["portal"])
    assert early["canine"] == any_order
    assert any_order or not early["secondary"]
    assert (ledger["canine_done"] == SERVED).any()
    both = ledger["low_energy_start_min"].notna() & ledger["portal_start_min"].notna()
    in_order = (ledger["low_energy_end_min"] <= ledger["portal_start_min"])[both]
    assert any_order or in_order.all()


def test_both_engines_agree_over_four_sensors() -> None:
    scenario = compose_scenario(
        [
            "policy=sensor_tree",
            "policy.budget_openings=0.05",
            "policy.random_floor_share=0.05",
            "port.low_energy.servers=2",
            "port.canine.servers=3",
        ]
    )
    one, _ = run(scenario, days=1)
    other, _ = run(scenario, days=1, engine="simpy")
    assert one.ledger.equals(other.ledger)
    assert pd.Series(one.metrics).equals(pd.Series(other.metrics))
    assert (one.ledger["low_energy_done"] == SERVED).any()
    assert (one.ledger["canine_done"] == SERVED).any()


def test_probes_of_four_sensors_agree_with_brute_force() -> None:
    """Real sensors, correlated, with referrals to scanner and dogs and a random floor."""
    scenario = compose_scenario(
        [
            *(
                line
                for line in clear_port(trucks_per_h=300.0, prevalence=0.3)
                if ".sensing." not in line and "rho" not in line
            ),
            "policy=sensor_tree",
            "policy.budget_openings=0.1",
            "policy.random_floor_share=0.1",
            "port.officer_referral_carrying_share=0.3",
            "port.low_energy.servers=50",
            "port.canine.servers=50",
            "port.low_energy.room_trucks=null",
            "port.canine.room_trucks=null",
            "scanner.low_energy.service.mean_min=0.001",
            "scanner.canine.service.mean_min=0.001",
            "scanner=ai_review",
            "scanner.low_energy.outages.availability_share=1",
            "scanner.canine.outages.availability_share=1",
        ]
    )
    found, mix = run(scenario)
    assert mix.p_visit("low_energy", 1) > 0.0
    caught = float(found.ledger["seized"].sum())
    assert abs(caught - found.metrics["expected_caught"]) < 4.0 * np.sqrt(caught)


MIXES = [best_mix_at_budget(efficient_trees(FOUR), budget) for budget in (0.02, 0.06, 0.12, 0.25, 0.6, 1.0)]


@pytest.mark.parametrize("mix", MIXES)
def test_trees_lead_along_the_road(mix: TreeMix) -> None:
    memory = encode_trees(mix, PLACES, has_second_sensors=True, any_order=False)
    asked = possible_moves(route_tree, memory, ((SELECTED, REFERRED), (2, 2, 2, 2, 2)), (0, set()))
    beyond = {(one, other) for one, other in asked if {one, other} != {SECONDARY, CANINE}}
    assert find_cycle(beyond) == ()
    assert all(one < other for one, other in beyond)


def test_yards_of_scanner_and_dogs_that_block_are_refused_where_trees_go_both_ways() -> None:
    blocking = [
        f"port.{name}.{what}" for name in ("secondary", "canine") for what in ("when_full=block", "room_trucks=2")
    ]
    scenario = four_sensors(0.2, *blocking, *sensor("secondary", 0.4, 0.9))
    with pytest.raises(ConfigError, match=r"secondary\.when_full: must be suspend for this policy"):
        run(scenario, days=1)


@pytest.mark.parametrize(
    ("alarms", "path"),
    [
        ((), "primary secondary canine"),
        ((SECONDARY,), "primary secondary dock"),
        ((CANINE,), "primary secondary canine dock"),
    ],
)
def test_whom_an_officer_refers_is_seen_by_scanner_and_dogs(alarms: tuple[int, ...], path: str) -> None:
    """A tree that releases everybody leaves the officer's own judgement."""
    release = best_mix_at_budget(efficient_trees([]), 0.0)
    posts = dict.fromkeys((PRIMARY, SECONDARY, CANINE, STATIONS.index("dock")), ALWAYS)
    raised = np.zeros((len(STATIONS), 1))
    raised[list(alarms), 0] = 1
    columns = np.zeros((1, N_COLUMNS + 1))
    columns[0, REFERRED] = 1.0
    flow = hand_flow(
        [0.0],
        posts,
        dict.fromkeys(posts, 1.0),
        alarm=raised,
        columns=columns,
        state=encode_trees(release, {}, has_second_sensors=True, any_order=False),
    )
    record = simpy_port.run(flow, route_tree)
    assert_equal(record, loop.run(flow, route_tree))
    assert " ".join(visited(record, 0)) == path
