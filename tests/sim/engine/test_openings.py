"""OPENINGS at whole ports: the limits in which lanes that follow the line must equal a timetable, and what is paid."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from ports import blind_plan, flat_scores, window_of

from experiments.study.study import compose_scenario
from sim.engine.capacity import manned_intervals
from sim.engine.openings import worked_capacity
from sim.frames import column
from sim.replication import Outcome, Replication, draw_window_trucks
from sim.scenario import Scenario
from sim.stations import PRIMARY
from sim.tables import CAPACITY, OPENINGS, check_table

RESPONSIVE = "staffing=responsive"
SOON = "staffing.responsive.open_above_min=12"
NEVER = "staffing.responsive.open_above_min=1e9"
ENGINES = ("compiled", "simpy")
BY_ALL_LANES = {"load_primary", "stable"}
"""Metrics that read CAPACITY, in which all lanes that may open stand."""


def staffed(overrides: tuple[str, ...]) -> Scenario:
    """Return the scenario with lanes by the timetable alone, where no override says that they respond."""
    alone = () if RESPONSIVE in overrides else ("staffing=timetable",)
    return compose_scenario((*overrides, *alone))


@functools.cache
def run(*overrides: str, days: int = 2, engine: str = "compiled") -> Outcome:
    scenario, window = staffed(overrides), window_of(days)
    manifest = draw_window_trucks(scenario, window)
    plan = blind_plan(scenario)
    return Replication(scenario, window, manifest, flat_scores(manifest), plan, engine=engine).run_metrics()


def manned(*overrides: str) -> dict[tuple[int, int], list[tuple[float, float]]]:
    return manned_intervals(staffed(overrides), window_of(2))


def assert_same(one: Outcome, other: Outcome, but: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    for name in one.ledger.columns:
        left, right = column(one.ledger, name), column(other.ledger, name)
        assert np.array_equal(left, right, equal_nan=left.dtype.kind == "f"), name
    for name, value in one.metrics.items():
        assert name in but or np.array_equal(value, other.metrics[name], equal_nan=True), name


@pytest.mark.parametrize("closing", ["carry_over", "divert", "served_late"])
def test_lanes_that_never_respond_equal_the_timetable(closing: str) -> None:
    port = (f"port.closing={closing}", "traffic.volume_scale=1.2")
    assert_same(run(*port), run(*port, RESPONSIVE, NEVER), BY_ALL_LANES)


@pytest.mark.parametrize("port", ["world_trade_bridge", "world_trade_bridge_south", "bare"])
def test_with_officers_for_every_post_a_run_equals_one_without_responsive(port: str) -> None:
    all_day = (f"port={port}", "port.primary.open_by_shift=null")
    assert_same(run(*all_day), run(*all_day, RESPONSIVE, SOON))


FEW = {
    "ysleta": ("port=ysleta", "calibration=none", "staffing.extra_lanes=-2"),
    "world_trade_bridge_south": (
        "port=world_trade_bridge_south",
        "port.primary.open_by_shift={weekday: [{from_h: 7, to_h: 24, lanes: 5, fast_lanes: 1}]}",
    ),
    "bare": ("port=bare", "staffing.extra_lanes=-3", "port.mix.fast_share=0.2"),
}


@pytest.mark.parametrize("rule", ["carry_over", "served_late", "divert"])
@pytest.mark.parametrize("port", FEW)
@pytest.mark.parametrize(
    "lines", [(), ("port.primary.queue=per_lane", "port.primary.room_trucks=null", "port.approach.split_trucks=null")]
)
def test_engines_agree_at_ports_whose_lanes_respond(port: str, lines: tuple[str, ...], rule: str) -> None:
    few = (*FEW[port], f"port.closing={rule}", *(("port.primary.discipline=fcfs", *lines) if lines else ()))
    compiled = run(*few, RESPONSIVE, SOON, days=1)
    assert_same(compiled, run(*few, RESPONSIVE, SOON, days=1, engine="simpy"))
    assert compiled.metrics["officer_h"] > run(*few, days=1).metrics["officer_h"]


def test_longer_lines_open_more_lanes_and_waits_fall() -> None:
    found = [run(RESPONSIVE, f"staffing.responsive.open_above_min={minutes}") for minutes in (11, 20, 30)]
    waits, hours = ([outcome.metrics[name] for outcome in found] for name in ("wait_mean_min", "officer_h"))
    assert waits == sorted(waits)
    assert hours == sorted(hours, reverse=True)
    assert waits[-1] < run().metrics["wait_mean_min"]


def test_officers_are_paid_for_what_was_staffed_and_for_trucks_in_hand() -> None:
    shuts = "port.closing=carry_over"  # else booths stay beyond what was staffed
    responds, today = run(shuts, RESPONSIVE, SOON), run(shuts, RESPONSIVE, NEVER)
    openings = [outcome.openings for outcome in (responds, today)]
    paid_h = [(column(table, "to_min") - column(table, "from_min")).sum() / 60.0 for table in openings]
    more_h = responds.metrics["officer_h"] - today.metrics["officer_h"]
    overtime_h = responds.metrics["overtime_h"] - today.metrics["overtime_h"]
    assert paid_h[0] > paid_h[1]
    assert more_h == pytest.approx(paid_h[0] - paid_h[1] + overtime_h)
    assert responds.metrics["available_primary_min"] == pytest.approx(60.0 * paid_h[0])
    booth = column(responds.ledger, "primary_server")
    start, leave = (column(responds.ledger, f"primary_{moment}_min") for moment in ("start", "leave"))
    rest = 0.0
    for server in np.unique(booth[booth >= 0]):
        mine = column(responds.openings, "server") == server
        ends = column(responds.openings, "to_min")[mine]
        for begun, left in zip(start[booth == server], leave[booth == server], strict=True):
            over = ends[(begun < ends) & (ends < left)]
            rest += (left - over).sum()
    assert responds.metrics["overtime_h"] == pytest.approx(rest / 60.0)


def test_handovers_are_paid_but_take_no_trucks() -> None:
    rotation = ("insider=rotation",)
    responds = run(RESPONSIVE, SOON, *rotation)
    paid = (column(responds.openings, "to_min") - column(responds.openings, "from_min")).sum()
    assert responds.metrics["available_primary_min"] < paid
    today = run(*rotation)
    more_h = responds.metrics["officer_h"] - responds.metrics["overtime_h"] - paid / 60.0
    booths_h = sum(end - up for (k, _), spans in manned(*rotation).items() if k == PRIMARY for up, end in spans) / 60.0
    assert more_h == pytest.approx(today.metrics["officer_h"] - today.metrics["overtime_h"] - booths_h)


MIDDAY = "staffing.extra=[{from_h:10,to_h:14,lanes:2},{from_h:16.5,to_h:18,lanes:-1,fast_lanes:-1}]"


@pytest.mark.parametrize("staffing", ["staffing=timetable", RESPONSIVE, "staffing=roster"])
def test_engines_agree_on_lanes_between_two_hours(staffing: str) -> None:
    words = (*FEW["ysleta"], staffing, MIDDAY)
    if staffing == RESPONSIVE:
        words = (*words, SOON)
    scenario, window = compose_scenario(words), window_of(1)
    manifest = draw_window_trucks(scenario, window)
    plan, scores = blind_plan(scenario), flat_scores(manifest)
    both = [Replication(scenario, window, manifest, scores, plan, engine=name).run_metrics() for name in ENGINES]
    assert_same(*both)


def test_a_lane_between_two_hours_is_paid_for_those_hours() -> None:
    few, more = run(*FEW["ysleta"]), run(*FEW["ysleta"], "staffing.extra=[{from_h:10,to_h:14,lanes:1}]")
    paid_h = (
        more.metrics["officer_h"] - more.metrics["overtime_h"] - few.metrics["officer_h"] + few.metrics["overtime_h"]
    )
    assert paid_h == pytest.approx(2 * 4.0)
    assert more.metrics["wait_mean_min"] < few.metrics["wait_mean_min"]


@pytest.mark.parametrize("closing", ["carry_over", "served_late"])
def test_no_truck_begins_at_a_booth_that_is_not_staffed(closing: str) -> None:
    found = run(f"port.closing={closing}", RESPONSIVE, SOON)
    check_table(found.openings, OPENINGS, "OPENINGS")
    worked = check_table(worked_capacity(found.capacity, found.openings), CAPACITY, "CAPACITY")
    booth, start = column(found.ledger, "primary_server"), column(found.ledger, "primary_start_min")
    late = 0
    of_booths = column(worked, "station") == PRIMARY
    number, up, down = (column(worked, name)[of_booths] for name in ("server", "up_min", "down_min"))
    for server in np.unique(booth[booth >= 0]):
        begun, mine = start[booth == server][:, np.newaxis], number == server
        late += int((~((up[mine] <= begun) & (begun < down[mine])).any(axis=1)).sum())
    assert (late > 0) == (closing == "served_late")


def test_reserve_and_limits_hold() -> None:
    crowd = ("traffic.volume_scale=1.3", RESPONSIVE, "staffing.responsive.open_above_min=11")

    def most(*overrides: str) -> tuple[int, int]:
        openings = run(*crowd, *overrides, days=1).openings
        edges = column(openings, "from_min")
        server = column(openings, "server")
        now = (edges[:, None] >= edges) & (edges[:, None] < column(openings, "to_min"))
        return int((now & (server < 15)).sum(axis=1).max()), int(now.sum(axis=1).max())

    assert most() == (15, 19)
    assert most("staffing.responsive.reserve_lanes=1")[0] == 14
    assert most("staffing.responsive.most_officers=18")[1] == 18
    assert most("staffing.max_lanes=12")[0] == 12
