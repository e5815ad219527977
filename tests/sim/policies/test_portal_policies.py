"""Policies that choose at the port: their gates, alone and combined, in both engines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from clear_port import clear_port, sensor
from ports import TruthScorer, ledger_of, mean_and_half_width, window_of
from test_twin import assert_equal
from twin_cases import random_flow

from experiments.study.study import compose_scenario
from sim.algorithms.sampling import assignment_thresholds
from sim.engine import simpy_port
from sim.engine.flow import Flow
from sim.engine.kernel import loop
from sim.engine.routes import N_COLUMNS, check_policy
from sim.errors import ConfigError
from sim.policies import portal_route
from sim.policies.portal_route import Gate, assemble_gates, combine_gates, route_gated
from sim.policies.registry import select_trucks
from sim.replication import Replication, draw_window_trucks, make_plan, past_window
from sim.scenario import Scenario
from sim.stations import APPROACH, PORTAL, PRIMARY
from tests.sim.policies.test_registry import BY_SCORE, PAST, TRUCKS

Make = Callable[..., Scenario]
NO_QUEUE = np.zeros(6, dtype=np.int64)


def random_program(rng: np.random.Generator, n: int, depth: int = 2) -> list[Gate]:
    """Return a random combination of every kind of gate."""
    kind = int(rng.integers(0, 6 if depth else 4))
    if kind >= portal_route.GATE_ANY:
        parts = [random_program(rng, n, depth - 1) for _ in range(int(rng.integers(1, 4)))]
        return combine_gates(kind, parts)
    u = rng.random(n)
    if kind == portal_route.GATE_LISTED:
        return [Gate(kind, (u < 0.4).astype(float), np.empty(0))]
    if kind == portal_route.GATE_QUEUE:
        return [Gate(kind, u, np.array([0.8, float(rng.integers(1, 9))]))]
    if kind == portal_route.GATE_SKIP:
        return [Gate(kind, u, np.array([float(rng.integers(0, 6)), 0.3, 0.0, *np.zeros(n)]))]
    thresholds = assignment_thresholds(4, 12)
    head = [30.0, 8.0, 13.0, -1.0, 0.0, 0.0]
    counts = [rng.integers(0, 5, 8), rng.integers(1, 13, 8)]
    return [Gate(kind, u, np.concatenate([head, *counts, thresholds.ravel()]))]


def gated(flow: Flow, program: list[Gate]) -> Flow:
    extra, state = assemble_gates(program, len(flow.arrive_min))
    columns = np.ascontiguousarray(np.column_stack([flow.columns, extra]))
    columns[:, 0] *= columns[:, 0] * 0.3 > 0.5
    return flow._replace(columns=columns, state=state)


def test_both_engines_follow_any_combination_of_gates() -> None:
    scanned = 0
    for seed in range(300):
        flow = random_flow(30_000 + seed)
        flow = gated(flow, random_program(np.random.default_rng(seed), len(flow.arrive_min)))
        reference = simpy_port.run(flow, route_gated)
        assert_equal(reference, loop.run(flow, route_gated))
        scanned += int((reference.done[PORTAL] > 0).sum())
    assert scanned > 1000


@pytest.mark.parametrize(
    "kind", [portal_route.GATE_LISTED, portal_route.GATE_QUEUE, portal_route.GATE_SKIP, portal_route.GATE_BUDGET]
)
def test_the_hook_keeps_the_rules(kind: int) -> None:
    thresholds = assignment_thresholds(2, 3)
    n = 1 << (N_COLUMNS + 1)
    memory = {
        portal_route.GATE_LISTED: np.empty(0),
        portal_route.GATE_QUEUE: np.array([0.5, 3.0]),
        portal_route.GATE_SKIP: np.array([2.0, 0.5, 0.0, *np.zeros(n)]),
        portal_route.GATE_BUDGET: np.array([60.0, 1, 4, -1, 0, 0, 2, 3, *thresholds.ravel()]),
    }[kind]
    program = combine_gates(portal_route.GATE_ANY, [[Gate(kind, np.zeros(n), memory)]])
    check_policy(route_gated, N_COLUMNS + 1, tuple(assemble_gates(program, n)[1]))


def ask(program: list[Gate], truck: int, waiting: int = 0, now_min: float = 0.0) -> int:
    """Return where a truck is sent that comes to the end of the approach."""
    columns, state = program_state(program)
    queue = NO_QUEUE.copy()
    queue[PORTAL] = waiting
    return route_gated(truck, APPROACH, 1 << APPROACH, 0, columns, queue, NO_QUEUE, now_min, state)


def program_state(program: list[Gate]) -> tuple[np.ndarray, np.ndarray]:
    extra, state = assemble_gates(program, len(program[0].column))
    return np.column_stack([np.zeros((len(extra), N_COLUMNS)), extra]), state


def test_the_threshold_rises_with_the_queue() -> None:
    program = [Gate(portal_route.GATE_QUEUE, np.array([0.05, 0.15, 0.35]), np.array([0.4, 10.0]))]
    sent = [[ask(program, truck, waiting) == PORTAL for truck in range(3)] for waiting in range(12)]
    assert sent[0] == [True, True, True]
    assert sent[3] == [True, True, False]
    assert sent[7] == [True, False, False]
    assert sent[10] == sent[11] == [False, False, False]


@pytest.mark.parametrize(
    ("kind", "wanted"), [(portal_route.GATE_ANY, [1, 1, 1, 0]), (portal_route.GATE_ALL, [1, 0, 0, 0])]
)
def test_combinations_ask_every_part(kind: int, wanted: list[int]) -> None:
    lists = ([1, 1, 0, 0], [1, 0, 1, 0])
    parts = [[Gate(portal_route.GATE_LISTED, np.array(one, dtype=float), np.empty(0))] for one in lists]
    program = combine_gates(kind, parts)
    assert [ask(program, truck) == PORTAL for truck in range(4)] == [bool(x) for x in wanted]
    nested = combine_gates(portal_route.GATE_ALL, [combine_gates(kind, parts), parts[0]])
    both = [a and b for a, b in zip(wanted, lists[0], strict=True)]
    assert [ask(nested, truck) == PORTAL for truck in range(4)] == [bool(x) for x in both]


def test_a_budget_is_never_overspent(make_scenario: Make) -> None:
    port = make_scenario(*clear_port("policy=scan_budget", "policy.share=0.1", "policy.shift_h=2"))
    for replication in range(2):
        ledger = ledger_of(port, window_of(3, replication))
        shift = (ledger["arrive_min"] // 120.0).astype(int)
        spent = ledger["selected"].groupby(shift).sum()
        assert (spent <= 12).all()
        assert spent.mean() > 10.5


@pytest.mark.parametrize(
    "policy",
    [
        ("queue_aware", "policy.stop_queue_trucks=4"),
        ("skip_lot", "policy.clearance_trucks=20"),
        ("scan_budget", "policy.shift_h=3"),
        ("all_of",),
        (
            "any_of",
            "policy.parts=[{name:skip_lot,clearance_trucks:5,fraction:0.1},"
            "{name:queue_aware,share:0.3,stop_queue_trucks:9}]",
        ),
    ],
)
def test_both_engines_agree_at_a_real_port(policy: tuple[str, ...]) -> None:
    scenario = compose_scenario([f"policy={policy[0]}", "policy.random_floor_share=0.02", *policy[1:]])
    window, scorer = window_of(1), TruthScorer()
    before = draw_window_trucks(scenario, past_window(window))
    plan = make_plan(scenario, before, scorer.score(before))
    manifest = draw_window_trucks(scenario, window)
    scores = scorer.score(manifest)
    one = Replication(scenario, window, manifest, scores, plan).run()
    other = Replication(scenario, window, manifest, scores, plan, engine="simpy").run()
    assert one.ledger.equals(other.ledger)
    assert one.metrics == pytest.approx(other.metrics, rel=0, abs=0, nan_ok=True)
    assert 0.05 < one.ledger["selected"].mean() < 0.9
    assert one.metrics["detection_expected"] > 0.05


def test_scanning_gives_way_to_the_queue() -> None:
    crowded = ("port.portal.servers=1", "port.portal.room_trucks=null")
    found = {}
    for stop in (3, 1000):
        scenario = compose_scenario(
            ["policy=queue_aware", f"policy.stop_queue_trucks={stop}", "policy.share=0.5", *crowded]
        )
        ledger = ledger_of(scenario, window_of(1))
        wait = (ledger["portal_start_min"] - ledger["portal_enter_min"]).max()
        found[stop] = (ledger["selected"].mean(), wait)
    assert found[3][0] < found[1000][0]
    assert found[3][1] < 0.5 * found[1000][1]


def test_a_find_brings_everybody_back() -> None:
    shares = []
    for prevalence in (0.0, 0.02, 0.2):
        options = ("policy=skip_lot", "policy.clearance_trucks=20", "policy.fraction=0.05")
        scenario = compose_scenario(clear_port(*options, *sensor("portal", 1e-4, 0.99), prevalence=prevalence))
        runs = [ledger_of(scenario, window_of(5, r))["selected"].mean() for r in range(3)]
        shares.append(mean_and_half_width(runs)[0])
    assert shares[0] < shares[1] < shares[2]
    assert shares[0] == pytest.approx(0.05, abs=0.01)


def test_lists_combine_before_arrival(make_scenario: Make) -> None:
    parts = "policy.parts=[{name:top_share,share:0.2},{name:random_share,share:0.1}]"
    made = {
        name: select_trucks(make_scenario(f"policy={name}", parts).policy, TRUCKS, BY_SCORE, PAST)
        for name in ("any_of", "all_of")
    }
    top = select_trucks(make_scenario("policy=top_share", "policy.share=0.2").policy, TRUCKS, BY_SCORE, PAST)
    luck = select_trucks(make_scenario("policy=random_share", "policy.share=0.1").policy, TRUCKS, BY_SCORE, PAST)
    assert (made["any_of"] == (top | luck)).all()
    assert (made["all_of"] == (top & luck)).all()


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ("[{name:top_share,share:2}]", r"policy\.parts\[0\]\.share: must be between 0 and 1"),
        ("[{name:top_share}]", r"policy\.parts\[0\]\.share: missing"),
        ("[{name:none_such}]", r"policy\.parts\[0\]\.name: unknown policy"),
        ("[{name:threshold,cutoff:0.5,x:1}]", r"policy\.parts\[0\]\.x: unknown key"),
        (
            "[{name:any_of,parts:[{name:threshold,cutoff:q}]}]",
            r"policy\.parts\[0\]\.parts\[0\]\.cutoff: expected float, got 'q'",
        ),
        (
            "[{name:threshold,cutoff:0.5,officer_referral:true}]",
            r"policy\.parts\[0\]\.officer_referral: set it for the whole policy",
        ),
        ("[]", r"policy\.parts: must name at least one"),
        ("7", r"policy\.parts: expected a list"),
        ("[3]", r"policy\.parts\[0\]: expected a group of keys"),
    ],
)
def test_a_bad_part_is_refused_by_its_full_key(make_scenario: Make, parts: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_scenario("policy=any_of", f"policy.parts={parts}")


def test_a_tree_is_no_part_of_a_combination(make_scenario: Make) -> None:
    tree = (
        "{name:sensor_tree,budget_openings:0.1,target_detection:null,any_order:false,"
        "tests:{portal:{cost_openings:0.1,steps_z:[]}}}"
    )
    with pytest.raises(ConfigError, match=r"policy\.parts\[0\]\.name: sensor_tree routes"):
        make_scenario("policy=any_of", f"policy.parts=[{tree}]")


def test_before_primary_the_gates_are_asked_once() -> None:
    program = [Gate(portal_route.GATE_SKIP, np.zeros(1), np.array([5.0, 1.0, 0.0, 0.0]))]
    columns, state = program_state(program)
    seen = 1 << APPROACH
    where = route_gated(0, APPROACH, seen, 0, columns, NO_QUEUE, NO_QUEUE, 0.0, state)
    assert where == PORTAL
    assert state[-1] == portal_route.WATCHED
    # the portal had no room: the hook is asked again, and the truck is no longer watched
    seen |= 1 << PORTAL
    where = route_gated(0, APPROACH, seen, 0, columns, NO_QUEUE, NO_QUEUE, 0.0, state)
    assert where == PRIMARY
    assert state[-1] == 0.0
