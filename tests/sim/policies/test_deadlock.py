"""Trees whose trucks could lock the port up are found before the run; the engines survive one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from clear_port import clear_port, sensor
from ports import TruthScorer, window_of
from test_twin import assert_equal

from experiments.study.study import compose_scenario
from sim.engine import simpy_port
from sim.engine.flow import Flow
from sim.engine.kernel import loop
from sim.engine.routes import N_COLUMNS, route_standard
from sim.errors import ConfigError
from sim.policies import sensor_tree
from sim.policies.deadlock import blocks_upstream, find_cycle, possible_moves
from sim.policies.sensor_tree import SensorTree
from sim.replication import Replication, draw_window_trucks, make_plan, past_window
from sim.scenario import Scenario
from sim.stations import APPROACH, DOCK, PORTAL, PRIMARY, SECONDARY

BLOCKING = (
    "port.secondary.when_full=block",
    "port.secondary.room_trucks=2",
    "port.secondary.servers=1",
    "port.portal.when_full=block",
    "port.portal.room_trucks=2",
    "port.portal.servers=1",
    "port.primary.room_trucks=2",
    "port.primary.lanes=2",
)


def tree_port(*overrides: str, budget: float = 0.3, trucks_per_h: float = 40.0) -> Scenario:
    """Return a port whose two trees use two cheap sensors, of unlike strictness."""
    return compose_scenario(
        clear_port(
            "policy=sensor_tree",
            "policy.any_order=true",
            f"policy.budget_openings={budget}",
            "policy.tests.portal.cost_openings=0.02",
            "policy.tests.portal.steps_z=[]",
            "policy.tests.secondary.cost_openings=0.02",
            *sensor("portal", 0.1, 0.5),
            *sensor("secondary", 0.5, 0.9),
            "port.officer_referral_share=0.3",
            "scanner.secondary.service.mean_min=1",
            "scanner.portal.service.mean_min=1",
            "port.primary.service.mean_min=1",
            *overrides,
            trucks_per_h=trucks_per_h,
            prevalence=0.02,
        )
    )


def planned(scenario: Scenario, days: int = 1) -> Flow:
    window, scorer = window_of(days), TruthScorer()
    before = draw_window_trucks(scenario, past_window(window))
    plan = make_plan(scenario, before, scorer.score(before))
    manifest = draw_window_trucks(scenario, window)
    return Replication(scenario, window, manifest, scorer.score(manifest), plan).flow()[0]


def test_a_port_that_could_lock_up_is_refused_in_one_line() -> None:
    with pytest.raises(ConfigError) as refused:
        planned(tree_port(*BLOCKING))
    assert str(refused.value).startswith(
        "port.secondary.when_full: must be suspend for this policy, got block: trucks go "
    )
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("engine", [simpy_port, loop])
def test_a_port_that_locks_up_ends_all_the_same(engine: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the refusal: trucks stand inside for good, in both engines the same ones."""
    monkeypatch.setattr(sensor_tree, "refuse_deadlock", lambda *_: None)
    narrow = ("port.secondary.room_trucks=0", "port.primary.room_trucks=0", "port.primary.lanes=1")
    flow = planned(tree_port(*BLOCKING, *narrow, "port.officer_referral_share=0.9"))
    route = SensorTree.route
    record = engine.run(flow, route)  # type: ignore[attr-defined]
    assert_equal(record, simpy_port.run(flow, route))
    assert np.isnan(record.exit_min).mean() > 0.5


@pytest.mark.parametrize("budget", [0.05, 0.3, 0.55, 0.8])
def test_whatever_is_not_refused_lets_every_truck_out(budget: float) -> None:
    """Yards that suspend, or a primary yard without limit: nobody is left inside at the end."""
    suspending = [text.replace("=block", "=suspend") for text in BLOCKING]
    unlimited = [*BLOCKING, "port.primary.room_trucks=null"]
    for overrides in (suspending, unlimited):
        flow = planned(tree_port(*overrides, budget=budget))
        record = loop.run(flow, SensorTree.route)
        inside = np.isnan(record.exit_min) & (flow.arrive_min < flow.horizon_min - 240.0)
        assert not inside.any()


def test_what_blocks() -> None:
    scenario = tree_port(*BLOCKING, "port.portal.when_full=suspend", "port.dock.room_trucks=null")
    assert [k for k in range(DOCK + 1) if blocks_upstream(scenario, k)] == [PRIMARY, SECONDARY]


def test_moves_of_the_standard_route_go_one_way() -> None:
    found = possible_moves(route_standard, np.zeros(1), (tuple(range(N_COLUMNS)), ()), (0, set()))
    assert {(APPROACH, PORTAL), (PORTAL, PRIMARY), (PRIMARY, SECONDARY), (SECONDARY, DOCK)} <= found
    assert find_cycle(found) == ()


@pytest.mark.parametrize("seed", range(20))
def test_a_circle_is_found_wherever_there_is_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 6
    edges = {(int(a), int(b)) for a, b in rng.integers(0, n, (rng.integers(1, 12), 2)) if a != b}
    matrix = np.zeros((n, n))
    for one, other in edges:
        matrix[one, other] = 1.0
    closed = np.trace(np.linalg.matrix_power(np.eye(n) + matrix, n) @ matrix) > 0.0
    circle = find_cycle(edges)
    assert bool(circle) == closed
    assert all(move in edges for move in itertools.pairwise(circle))
