"""Fast or slow portal scans: whom they promise what, what they refuse, what they cost and find."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from ports import TruthScorer, mean_and_half_width, window_of

from experiments.study.study import build_study
from sim.errors import ConfigError
from sim.policies.slow_scans import full_ticket_box, profile_ticket
from sim.replication import ENGINES, OperatingPlan, Outcome, Replication, draw_window_trucks, make_plan
from sim.scenario import Scenario
from sim.sensors import sensor_alarms
from sim.setting.window import PAST, Window
from sim.stations import SERVED
from sim.workload import weekly_load

Make = Callable[..., Scenario]
LANES = ("scanner=two_speeds", "port.portal.queue=per_lane", "port.portal.room_trucks=null")
PAST_DAYS = Window(seed=1, epoch=PAST, replication=0, start_date="2024-05-06", days=2)
REFUSED = [
    ((), "scanner.portal.slow: expected a service and a sensing"),
    (
        ("scanner=two_speeds", "port.portal.servers=0", "port.analyst.servers=0"),
        "port.portal.servers: expected at least 1",
    ),
    (("scanner=two_speeds",), "port.portal.queue: expected per_lane"),
    (("scanner=two_speeds", "port.portal.queue=per_lane"), "port.portal.room_trucks: lines of"),
    ((*LANES, "policy.slow_share=null"), "policy.slow_share: expected a number here or in"),
    ((*LANES, "policy.target_detection=0.3"), "policy.slow_share: expected a number here or in"),
    (
        (*LANES, "policy.slow_share=null", "policy.target_detection=0.95"),
        r"target_detection: expected 0\.\d+ \(all scans fast\) to 0\.\d+ \(all slow\), got 0.95",
    ),
    ((*LANES, "policy.box_trucks=0"), "policy.box_trucks: must be between 1 and"),
]
"""Overrides of policy=ticketed, and what is said of them."""


def planned(scenario: Scenario) -> OperatingPlan:
    """Return a plan from two past days, scored by the truth."""
    past = draw_window_trucks(scenario, PAST_DAYS)
    return make_plan(scenario, past, TruthScorer().score(past))


def outcome(scenario: Scenario, replication: int = 0, engine: str = "compiled") -> Outcome:
    window = window_of(1, replication)
    manifest = draw_window_trucks(scenario, window)
    scores = TruthScorer().score(manifest)
    return Replication(scenario, window, manifest, scores, planned(scenario), engine).run()


@pytest.mark.parametrize(("overrides", "message"), REFUSED)
def test_what_cannot_be_carried_out_is_refused_by_key(overrides: tuple[str, ...], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build_study(["policy=ticketed", *overrides], "run")


def test_more_slow_lanes_than_lanes_are_refused() -> None:
    with pytest.raises(ConfigError, match="slow_lanes: expected at most the portal's 4 lanes"):
        build_study(["policy=dedicated_slow", *LANES, "policy.slow_lanes=5"], "run")


def test_lines_of_single_lanes_have_no_limit_and_no_priority() -> None:
    per_lane = "port.primary.queue=per_lane"
    with pytest.raises(ConfigError, match=r"port\.primary\.room_trucks: lines of single lanes"):
        build_study([per_lane], "run")
    shared = (per_lane, "port.primary.room_trucks=null", "port.primary.fast_lanes_serve=all")
    with pytest.raises(ConfigError, match=r"port\.primary\.discipline: the line of a lane"):
        build_study(shared, "run")
    build_study(shared[:2], "run")


@pytest.mark.parametrize(("box", "share"), [(100, 0.2), (7, 0.2), (1, 0.3), (10, 0.95), (3, 0.0)])
def test_boxes_keep_their_promise_to_half_a_ticket(box: int, share: float) -> None:
    """Lanes of every length come in turn; the slow tickets are what was promised all the same."""
    rng = np.random.default_rng(1)
    state = np.array(full_ticket_box(box, share))
    columns = np.zeros((1, 1))
    slow = 0
    for served in range(1, 20 * box + 1):
        waiting, serving = rng.integers(0, 4, 5), rng.integers(0, 2, 5)
        slow += profile_ticket(0, int(rng.integers(5)), waiting, serving, columns, state)
        if served % box == 0:
            assert abs(slow - share * served) <= 0.5 + 1e-6


def test_the_shortest_lanes_draw_the_slow_tickets() -> None:
    waiting, serving = np.array([3, 0, 2, 1]), np.array([0, 1, 1, 0])
    drawn = []
    for lane in range(4):
        state = np.array(full_ticket_box(4, 0.5))
        drawn.append(profile_ticket(0, lane, waiting, serving, np.zeros((1, 1)), state))
    assert drawn == [0, 1, 0, 1]


@pytest.mark.parametrize("target", [0.45, 0.52])
@pytest.mark.parametrize("policy", ["ticketed", "random_slow"])
def test_a_promised_detection_is_kept_at_a_real_port(make_scenario: Make, policy: str, target: float) -> None:
    overrides = (
        f"policy={policy}",
        *LANES,
        "policy.share=0.4",
        "policy.slow_share=null",
        "scanner.portal.outages.availability_share=1",
    )
    scenario = make_scenario(*overrides, f"policy.target_detection={target}")
    plan = planned(scenario)
    assert 0.0 < plan.expected.slow_share < 1.0
    found = []
    for replication in range(6):
        window = window_of(1, replication)
        manifest = draw_window_trucks(scenario, window)
        scores = TruthScorer().score(manifest)
        metrics = Replication(scenario, window, manifest, scores, plan).run().metrics
        found.append(metrics["screened_detection"])
        assert metrics["screening_detection"] < metrics["screened_detection"]
    mean, half_width = mean_and_half_width(found)
    assert half_width < 0.03
    # two past days say what loads are hidden in to about a hundredth
    assert abs(mean - target) < half_width + 0.01


def test_alarms_busy_time_and_ledger_are_those_of_the_scan_that_was_made(make_scenario: Make) -> None:
    scenario = make_scenario(
        "policy=random_slow", *LANES, "policy.share=0.4", "policy.slow_share=0.5", "threat.prevalence_per_truck=0.2"
    )
    plan = planned(scenario)
    found = outcome(scenario)
    ledger, manifest = found.ledger, found.manifest
    served = (ledger["portal_done"] == SERVED).to_numpy()
    slow = ledger["portal_slow"].to_numpy()
    assert 0.4 < slow[served].mean() < 0.6
    raised = sensor_alarms(scenario, plan.points, manifest)
    expected = np.where(slow, raised["portal_slow"], raised["portal"]) & served
    assert (ledger["portal_alarm"].to_numpy() == expected).all()
    assert (raised["portal_slow"] != raised["portal"])[slow & served].any()
    work = np.where(slow, manifest["service_portal_slow_min"], manifest["service_portal_min"])
    took = (ledger["portal_end_min"] - ledger["portal_start_min"]).to_numpy()
    unbroken = served & (took < work + 1e-6)
    assert unbroken.mean() > 0.9 * served.mean()
    assert np.allclose(took[unbroken], work[unbroken])
    assert found.metrics["busy_portal_min"] == pytest.approx(work[served].sum())
    assert found.metrics["slow_rate"] == pytest.approx(slow[served].mean())


@pytest.mark.parametrize("policy", ["ticketed", "random_slow", "dedicated_slow"])
def test_both_engines_and_both_queues_agree(make_scenario: Make, policy: str) -> None:
    lanes = (*LANES, "port.portal.lane_choice=random", "port.primary.queue=per_lane", "port.primary.room_trucks=null")
    scenario = make_scenario(f"policy={policy}", *lanes, "policy.share=0.5")
    one, other = (outcome(scenario, engine=engine) for engine in ("compiled", "simpy"))
    pd.testing.assert_frame_equal(one.ledger, other.ledger, check_exact=True)
    assert one.ledger["portal_slow"].any()


def test_without_a_slow_scan_the_policies_scan_fast(make_scenario: Make) -> None:
    for policy in ("ticketed", "random_slow", "dedicated_slow"):
        scenario = make_scenario(f"policy={policy}", "policy.share=0.3")
        plain = outcome(make_scenario("policy=top_share", "policy.share=0.3"))
        assert outcome(scenario).ledger.equals(plain.ledger)


def test_the_weekly_load_knows_the_mixture(make_scenario: Make) -> None:
    def portal(*overrides: str) -> pd.Series:
        scenario = make_scenario(*LANES, *overrides)
        load = weekly_load(scenario, planned(scenario).expected, window_of(7))
        return load.set_index("station")["load_share"]

    mean = {0.0: 0.75, 0.5: 0.975, 1.0: 1.2}
    loads = {s: portal("policy=ticketed", f"policy.slow_share={s}")["portal"] for s in mean}
    for slow_share, minutes in mean.items():
        assert loads[slow_share] == pytest.approx(loads[0.0] * minutes / 0.75)
    # lanes that share the work: four lanes do 3 / 0.75 + 1 / 1.2 scans a minute
    shared = portal("policy=dedicated_slow")
    assert shared["portal"] == pytest.approx(loads[0.0] * 4.0 / 0.75 / (3.0 / 0.75 + 1.0 / 1.2))
    assert "portal_slow" not in shared
    split = portal("policy=dedicated_slow", "port.portal.lane_choice=random")
    assert split["portal_fast"] == pytest.approx(loads[0.0])
    assert split["portal_slow"] == pytest.approx(loads[0.0] * 1.2 / 0.75)


def test_tickets_change_nothing_but_who_is_scanned_how(make_scenario: Make) -> None:
    """Everything before the choice is the same flow; after it, only work and alarms differ."""
    flows = []
    for policy in ("ticketed", "dedicated_slow"):
        scenario = make_scenario(f"policy={policy}", *LANES)
        window = window_of(1)
        manifest = draw_window_trucks(scenario, window)
        scores = TruthScorer().score(manifest)
        flows.append(Replication(scenario, window, manifest, scores, planned(scenario)).flow()[0])
        record = ENGINES["compiled"](flows[-1], scenario.policy.route, scenario.policy.profile)
        assert record.slow.any()
    tuples = {"reviews", "roster"}  # of arrays of several lengths: field by field
    for name in set(flows[0]._fields) - {"state", *tuples}:
        assert np.array_equal(getattr(flows[0], name), getattr(flows[1], name)), name
    for name in tuples:
        assert all(map(np.array_equal, getattr(flows[0], name), getattr(flows[1], name))), name


def test_slow_share_of_a_target_is_that_of_the_traffic(make_scenario: Make) -> None:
    scenario = make_scenario("policy=ticketed", *LANES)
    policy = dataclasses.replace(scenario.policy, slow_share=None, target_detection=0.4)  # type: ignore[call-arg]
    assert policy.slow_share_of(scenario, 0.3, 0.8) == pytest.approx(0.2)
    with pytest.raises(ConfigError, match=r"expected 0\.41 .* to 0\.8 .*, got 0\.4"):
        policy.slow_share_of(scenario, 0.41, 0.8)
