"""Sensor trees in the port: they land on their own cost and detection, and the probe sees them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from clear_port import clear_port, sensor
from ports import TruthScorer, window_of
from test_twin import assert_equal
from twin_cases import random_flow

from experiments.study.study import compose_scenario
from sim.algorithms.decision_tree import TreeMix, TreeSensor, best_mix_at_budget, efficient_trees
from sim.engine import simpy_port
from sim.engine.flow import Flow
from sim.engine.kernel import loop
from sim.engine.routes import N_COLUMNS, check_policy
from sim.errors import ConfigError
from sim.policies.sensor_tree import SensorTree
from sim.policies.tree_route import encode_trees, route_tree
from sim.replication import Outcome, Replication, draw_window_trucks, make_plan, past_window
from sim.scenario import Scenario
from sim.stations import CANINE, DOCK, PORTAL, SECONDARY, SERVED
from sim.trucks.service_times import service_mean_min
from sim.workload import weekly_load

PLACES = {"portal": (PORTAL, N_COLUMNS + 1), "secondary": (SECONDARY, N_COLUMNS + 2)}
A = TreeSensor("secondary", 0.05, ((0.2, 0.6), (0.4, 0.8)))
B = TreeSensor("portal", 0.01, ((0.4, 0.6),))
MIXES = [best_mix_at_budget(efficient_trees([A, B]), budget) for budget in (0.05, 0.11, 0.2, 0.3, 0.5, 0.9, 1.0)]
NO_REFERRAL = "policy.officer_referral=false"


def tree_flow(seed: int, mix: TreeMix) -> Flow:
    flow = random_flow(40_000 + seed)
    rng, n = np.random.default_rng(seed), len(flow.arrive_min)
    extra = [rng.integers(0, 2, n), flow.alarm[PORTAL], flow.alarm[SECONDARY] * rng.integers(1, 3, n)]
    columns = np.ascontiguousarray(np.column_stack([flow.columns, *extra]), dtype=np.float64)
    has_looks = flow.absent >> SECONDARY & flow.absent >> CANINE & 1 == 0
    state = encode_trees(mix, PLACES, has_second_sensors=has_looks, any_order=seed % 2 == 0)
    return flow._replace(columns=columns, state=state)


def test_both_engines_follow_any_tree() -> None:
    for seed in range(300):
        flow = tree_flow(seed, MIXES[seed % len(MIXES)])
        assert_equal(simpy_port.run(flow, route_tree), loop.run(flow, route_tree))


@pytest.mark.parametrize("mix", MIXES)
def test_the_hook_keeps_the_rules(mix: TreeMix) -> None:
    state = tuple(encode_trees(mix, PLACES, has_second_sensors=True, any_order=True).tolist())
    check_policy(route_tree, N_COLUMNS + 3, state)


def run(scenario: Scenario, days: int = 2, engine: str = "compiled") -> tuple[Outcome, TreeMix]:
    window, scorer = window_of(days), TruthScorer()
    before = draw_window_trucks(scenario, past_window(window))
    plan = make_plan(scenario, before, scorer.score(before))
    manifest = draw_window_trucks(scenario, window)
    found = Replication(scenario, window, manifest, scorer.score(manifest), plan, engine).run()
    assert isinstance(scenario.policy, SensorTree)
    return found, scenario.policy.plan(scenario, plan.past)


def tree_port(budget: float, steps: str = "[]", costs: tuple[float, float] = (0.1, 0.1)) -> Scenario:
    return compose_scenario(
        clear_port(
            "policy=sensor_tree",
            NO_REFERRAL,
            f"policy.budget_openings={budget}",
            f"policy.tests.portal.cost_openings={costs[0]}",
            "policy.tests.portal.steps_z=[]",
            f"policy.tests.secondary.cost_openings={costs[1]}",
            f"policy.tests.secondary.steps_z={steps}",
            *sensor("portal", 0.2, 0.8),
            *sensor("secondary", 0.2, 0.8),
            trucks_per_h=300.0,
            prevalence=0.3,
        )
    )


def cost_and_detection(scenario: Scenario, found: Outcome) -> tuple[pd.Series[float], pd.Series[bool]]:
    """Return what each good truck cost, in openings, and who of the bad was opened."""
    ledger, policy = found.ledger, scenario.policy
    assert isinstance(policy, SensorTree)
    cost = (ledger["dock_done"] == SERVED).astype(float)
    for name, test in policy.tests.items():
        cost += test.cost_openings * (ledger[f"{name}_done"] == SERVED)
    carrying = found.manifest["true_carrying"].to_numpy()
    return cost[~carrying], ledger["opened"][carrying]


@pytest.mark.parametrize(
    ("budget", "steps", "costs"),
    [
        (0.16, "[]", (0.1, 0.1)),
        (0.30, "[]", (0.1, 0.1)),
        (0.54, "[]", (0.1, 0.1)),
        (0.08, "[]", (0.1, 0.1)),
        (0.40, "[]", (0.1, 0.1)),
        (0.2, "[0.6]", (0.02, 0.05)),
        (0.35, "[0.5,1.2]", (0.1, 0.03)),
        (0.6, "[0.4]", (0.05, 0.05)),
    ],
)
def test_a_tree_lands_on_its_own_cost_and_detection(budget: float, steps: str, costs: tuple[float, float]) -> None:
    """V4: among them the published vertices (0.16, 0.64), (0.30, 0.80), (0.54, 0.96)."""
    scenario = tree_port(budget, steps, costs)
    found, mix = run(scenario)
    if steps == "[]":
        line = np.interp(budget, [0, 0.16, 0.30, 0.54, 1], [0, 0.64, 0.80, 0.96, 1])
        assert mix.detection == pytest.approx(line, abs=1e-4)
    assert mix.cost == pytest.approx(budget)
    cost, opened = cost_and_detection(scenario, found)
    assert abs(cost.mean() - mix.cost) < 4.0 * cost.std() / np.sqrt(len(cost)) + 1e-9
    half_width = 4.0 * np.sqrt(mix.detection * (1.0 - mix.detection) / len(opened))
    assert abs(opened.mean() - mix.detection) < half_width
    # expected over all trucks: the same, without the noise of who carried
    probed = found.metrics["detection_expected"]
    assert probed == pytest.approx(mix.detection, rel=0.02)


def targeted_port(target: float) -> Scenario:
    return compose_scenario(
        clear_port(
            "policy=sensor_tree",
            NO_REFERRAL,
            "policy.budget_openings=null",
            f"policy.target_detection={target}",
            "policy.tests.portal.cost_openings=0.1",
            "policy.tests.portal.steps_z=[]",
            "policy.tests.secondary.cost_openings=0.1",
            *sensor("portal", 0.2, 0.8),
            *sensor("secondary", 0.2, 0.8),
            trucks_per_h=300.0,
            prevalence=0.3,
        )
    )


@pytest.mark.parametrize("target", [0.32, 0.64, 0.75, 0.9, 0.99])
def test_a_target_is_reached_at_the_least_cost(target: float) -> None:
    """V4 by target: two copies of the binary sensor, (0.16, 0.64) (0.30, 0.80) (0.54, 0.96)."""
    scenario = targeted_port(target)
    found, mix = run(scenario)
    assert mix.detection == pytest.approx(target)
    least = np.interp(target, [0, 0.64, 0.80, 0.96, 1], [0, 0.16, 0.30, 0.54, 1])
    assert mix.cost == pytest.approx(least, abs=1e-4)
    cost, opened = cost_and_detection(scenario, found)
    assert abs(cost.mean() - mix.cost) < 4.0 * cost.std() / np.sqrt(len(cost)) + 1e-9
    assert abs(opened.mean() - target) < 4.0 * np.sqrt(target * (1.0 - target) / len(opened))


@pytest.mark.parametrize(
    ("budget", "target", "message"),
    [
        ("0.1", "0.5", r"policy\.target_detection: set either .*; got 0\.5 and 0\.1"),
        ("null", "null", r"policy\.target_detection: set either .*; both are null"),
        ("null", "1.2", r"policy\.target_detection: must be between 0 and 1, got 1\.2"),
        ("null", "abc", r"policy\.target_detection: expected float, got 'abc'"),
        ("-1", "null", r"policy\.budget_openings: must be between 0 and 1, got -1"),
    ],
)
def test_all_but_one_of_budget_and_target_is_refused(budget: str, target: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        compose_scenario(
            ["policy=sensor_tree", f"policy.budget_openings={budget}", f"policy.target_detection={target}"]
        )


def test_a_target_at_a_port_that_cannot_open_is_refused() -> None:
    scenario = compose_scenario(
        ["policy=sensor_tree", "policy.budget_openings=null", "policy.target_detection=0.4", "port.dock.servers=0"]
    )
    message = r"policy\.target_detection: must be 0 at a port without docks, got 0\.4"
    with pytest.raises(ConfigError, match=message):
        run(scenario, days=1)


def test_the_plan_says_who_is_tested_and_what_it_costs() -> None:
    scenario = tree_port(0.2, "[0.6]", (0.02, 0.05))
    found, mix = run(scenario)
    clean = ~found.manifest["true_carrying"].to_numpy()
    before = draw_window_trucks(scenario, past_window(window_of(2)))
    plan = make_plan(scenario, before, TruthScorer().score(before))
    tested = plan.expected.tested
    assert set(tested) == {"portal", "secondary", "dock"}
    for name, share in tested.items():
        served = (found.ledger[f"{name}_done"] == SERVED).to_numpy()[clean]
        assert abs(served.mean() - share) < 4.0 * np.sqrt(0.25 / len(served))
    words = scenario.policy.describe(scenario, plan.past)
    assert words.startswith(f"cost {mix.cost:.4f} openings a truck, detection ")
    assert "test by secondary" in words


def test_the_load_before_the_run_knows_what_trees_ask_of_stations() -> None:
    """Expected visits against those of a run with room for all, referrals and orders included."""
    scenario = compose_scenario(
        [
            "policy=sensor_tree",
            "policy.budget_openings=0.3",
            "policy.random_floor_share=0.05",
            "port.portal.servers=40",
            "port.secondary.servers=40",
            "port.dock.servers=400",
            "port.analyst.servers=60",
            "port.dock.extra_h=6",
            "staffing.extra_lanes=6",
            "port.portal.room_trucks=null",
            "port.secondary.room_trucks=null",
            "port.dock.room_trucks=null",
            "scanner.analyst.criterion_slope_z=0",
        ]
    )
    window, scorer = window_of(7), TruthScorer()
    before = draw_window_trucks(scenario, past_window(window))
    plan = make_plan(scenario, before, scorer.score(before))
    load = weekly_load(scenario, plan.expected, window).set_index("station")
    found, _ = run(scenario, days=7)
    for name, part in (("portal", "portal"), ("secondary", "secondary"), ("dock", "exam")):
        visits = load.offered_min[name] / service_mean_min(getattr(scenario.scanner, part).service)
        came = found.ledger[f"{name}_enter_min"].notna().sum()
        assert came > 300
        # how many trucks come is expected in one and drawn in the other
        assert abs(came - visits) < 4.0 * np.sqrt(came) + 0.02 * came, name


def test_queues_move_the_point() -> None:
    scenario = tree_port(0.3)
    found, mix = run(scenario)
    busy = compose_scenario(
        clear_port(
            "policy=sensor_tree",
            NO_REFERRAL,
            "policy.budget_openings=0.3",
            "policy.tests.portal.cost_openings=0.1",
            "policy.tests.portal.steps_z=[]",
            "policy.tests.secondary.cost_openings=0.1",
            "policy.tests.secondary.steps_z=[]",
            *sensor("portal", 0.2, 0.8),
            *sensor("secondary", 0.2, 0.8),
            "port.portal.servers=2",
            "port.secondary.servers=2",
            "port.portal.room_trucks=3",
            "port.secondary.room_trucks=3",
            "port.portal.when_full=suspend",
            "port.secondary.when_full=suspend",
            "scanner.portal.service.mean_min=1",
            "scanner.secondary.service.mean_min=1",
            trucks_per_h=300.0,
            prevalence=0.3,
        )
    )
    crowded, _ = run(busy)
    assert crowded.metrics["detection_expected"] < 0.9 * mix.detection
    opened = cost_and_detection(busy, crowded)[1].mean()
    # rooms fill whatever trucks carry, so the probe still sees what is found
    assert crowded.metrics["detection_expected"] == pytest.approx(opened, abs=0.04)
    assert found.metrics["crossing_mean_min"] < crowded.metrics["crossing_mean_min"]


def test_both_engines_agree_at_a_real_port() -> None:
    scenario = compose_scenario(["policy=sensor_tree", "policy.random_floor_share=0.05"])
    one, _ = run(scenario, days=1)
    other, _ = run(scenario, days=1, engine="simpy")
    assert one.ledger.equals(other.ledger)
    assert pd.Series(one.metrics).equals(pd.Series(other.metrics))


def test_the_probe_agrees_with_brute_force_where_loads_are_many() -> None:
    """A real port's sensors, correlated, with referrals, exam orders and a random floor."""
    scenario = compose_scenario(
        [
            "policy=sensor_tree",
            "policy.budget_openings=0.2",
            "policy.random_floor_share=0.1",
            "threat.prevalence_per_truck=0.2",
            "port.officer_referral_carrying_share=0.3",
            "port.portal.servers=40",
            "port.secondary.servers=40",
            "port.dock.servers=400",
            "port.analyst.servers=60",
            "port.dock.extra_h=6",
            "staffing.extra_lanes=6",
            "scanner.portal.outages.availability_share=1",
            "port.dock.room_trucks=null",
            "scanner.secondary.outages.availability_share=1",
            "port.secondary.room_trucks=null",
        ]
    )
    found, _ = run(scenario, days=3)
    gone = found.ledger["exit_min"].notna()
    assert gone.mean() > 0.99
    carrying = found.manifest["true_carrying"][gone]
    caught = found.ledger["seized"][gone].sum()
    expected = found.metrics["expected_caught"]
    half_width = 4.0 * np.sqrt(caught)
    assert caught < carrying.sum()
    assert abs(caught - expected) < half_width


def test_visits_by_hand() -> None:
    tree = efficient_trees([A, B])[1]
    assert tree.sensor == "portal"
    assert tree.p_visit("portal", 0) == 1.0
    assert tree.p_visit("secondary", 0) == pytest.approx(0.4)
    assert tree.p_visit("secondary", 1) == pytest.approx(0.6)


def test_a_port_without_a_sensor_plans_without_it() -> None:
    scenario = compose_scenario(["policy=sensor_tree", "port.secondary.servers=0", "policy.budget_openings=0.1"])
    found, mix = run(scenario, days=1)
    assert {mix.first.sensor, mix.second.sensor} <= {"portal", ""}
    assert (found.ledger["secondary_done"] == 0).all()


def test_a_sensor_that_no_port_has_is_refused() -> None:
    wrong = "+policy.tests.sniffer={cost_openings:0.1,steps_z:[]}"
    with pytest.raises(ConfigError, match=r"policy\.tests\.sniffer: unknown sensor"):
        compose_scenario(["policy=sensor_tree", wrong])


def test_an_exam_order_is_kept_whatever_the_tree_says() -> None:
    flow = tree_flow(3, MIXES[0])
    columns = flow.columns[:1].copy()
    columns[0] = 0.0
    columns[0, 2] = 1.0
    seen, queue = (1 << DOCK) - 1, np.zeros(6, dtype=np.int64)
    assert route_tree(0, 2, seen, 0, columns, queue, queue, 0.0, flow.state) == DOCK
