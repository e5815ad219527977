"""Rosters at whole ports: officers for every post, both engines, who comes, hours paid, and what a shortage does."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pytest
from ports import blind_plan, flat_scores, window_of

from experiments.study.study import compose_scenario
from sim.engine.openings import worked_capacity
from sim.engine.roster_plan import draw_duties, plan_roster
from sim.frames import column
from sim.replication import Outcome, Replication, draw_window_trucks
from sim.stations import PRIMARY, STATIONS
from sim.tables import CAPACITY, OPENINGS, check_table

ROSTER = ("staffing=roster", *(f"staffing.roster.{share}_share=0" for share in ("absent", "break")))
"""Everybody comes, and nobody has a break."""
RULES = ("fixed", "booths_first", "exams_first", "by_line", "target_wait")
RESPONDS = (
    "staffing.responsive={review_every_min: 20, open_above_min: 15, close_below_min: 5, delay_reviews: 1, "
    "min_open_reviews: 2, most_officers: null, reserve_lanes: 0}"
)
OWN_HOURS = {"officer_h", "roster_h", "roster_overtime_h"}
"""A roster is paid for the officers that it has."""


def officers(*shifts: tuple[float, float, int], days: tuple[str, ...] = ("weekday", "saturday", "sunday")) -> str:
    """Return the override that gives a roster these shifts (from_h, to_h, officers) on these days."""
    rows = "[" + ", ".join(f"{{from_h: {a}, to_h: {b}, officers: {n}}}" for a, b, n in shifts) + "]"
    return f"staffing.roster.officers={{{', '.join(f'{day}: {rows}' for day in days)}}}"


ENOUGH = officers((0, 36, 1000))
FEW = officers((0, 14, 30), (14, 36, 24))


def rule(name: str) -> tuple[str, ...]:
    return (f"staffing.roster.rule={name}", *(("staffing.roster.target_wait_min=12",) * (name == "target_wait")))


@functools.cache
def run(*overrides: str, days: int = 1, engine: str = "compiled", replication: int = 0) -> Outcome:
    scenario, window = compose_scenario(overrides), window_of(days, replication)
    manifest = draw_window_trucks(scenario, window)
    plan = blind_plan(scenario)
    return Replication(scenario, window, manifest, flat_scores(manifest), plan, engine=engine).run_metrics()


def assert_same(one: Outcome, other: Outcome, but: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    for name in one.ledger.columns:
        left, right = column(one.ledger, name), column(other.ledger, name)
        assert np.array_equal(left, right, equal_nan=left.dtype.kind == "f"), name
    for name, value in one.metrics.items():
        assert name in but or np.array_equal(value, other.metrics[name], equal_nan=True), name


@pytest.mark.parametrize("placing", RULES)
@pytest.mark.parametrize(
    "port",
    [
        ("port=world_trade_bridge", "staffing.responsive=null"),
        ("port=ysleta", "port.closing=served_late", "scanner.analyst.from_roster=true"),
        ("port=world_trade_bridge_south", "port.closing=divert"),
        ("port=bare", "traffic.volume_scale=1.3"),
        ("port=bota", "traffic.volume_scale=1.2"),
    ],
)
def test_with_officers_for_every_post_a_run_equals_separate_staffing(port: tuple[str, ...], placing: str) -> None:
    if placing in ("exams_first", "target_wait") and "port=bare" in port:
        pytest.skip("a port without any post but booths refuses the rule")
    enough = officers((0, 36, 1000), days=("weekday",)) if "port=bota" in port else ENOUGH
    # the roster is reviewed at other times than lanes that follow the line
    roster = (*port, *ROSTER, enough, *rule(placing), "staffing.roster.review_every_min=10")
    assert_same(run(*port, days=2), run(*roster, days=2), OWN_HOURS)


@pytest.mark.parametrize("closing", ["carry_over", "served_late", "divert"])
@pytest.mark.parametrize("placing", RULES)
def test_engines_agree_at_a_port_that_is_short_of_officers(placing: str, closing: str) -> None:
    short = (*ROSTER, FEW, *rule(placing), RESPONDS, f"port.closing={closing}", "traffic.volume_scale=0.4")
    absent = ("staffing.roster.absent_share=0.1", "staffing.roster.break_share=0.08")
    compiled = run(*short, *absent)
    assert_same(compiled, run(*short, *absent, engine="simpy"))
    assert compiled.metrics["conserved"]


@pytest.mark.parametrize("closing", ["carry_over", "served_late"])
def test_no_truck_begins_where_no_officer_is_and_openings_lie_within_capacity(closing: str) -> None:
    found = run(*ROSTER, FEW, *rule("by_line"), f"port.closing={closing}", "traffic.volume_scale=0.4", days=2)
    check_table(found.openings, OPENINGS, "OPENINGS")
    worked = check_table(worked_capacity(found.capacity, found.openings), CAPACITY, "CAPACITY")
    late = dict.fromkeys(STATIONS, 0)
    for station in ("portal", "primary", "radiation", "secondary", "dock"):
        here = column(worked, "station") == STATIONS.index(station)
        number, up, down = (column(worked, name)[here] for name in ("server", "up_min", "down_min"))
        post, start = column(found.ledger, f"{station}_server"), column(found.ledger, f"{station}_start_min")
        for server in np.unique(post[np.isfinite(start)]):
            begun, mine = start[(post == server) & np.isfinite(start)][:, np.newaxis], number == server
            late[station] += int((~((up[mine] <= begun) & (begun < down[mine])).any(axis=1)).sum())
    # those in line as the port closes are served by posts that stay up to primary
    assert sum(late[station] for station in ("radiation", "secondary", "dock")) == 0
    assert (sum(late.values()) > 0) == (closing == "served_late")


def test_who_comes_is_the_same_for_every_rule_and_more_officers_leave_the_others_luck() -> None:
    absent = (*ROSTER, FEW, "staffing.roster.absent_share=0.2")
    of_rules = [draw_duties(compose_scenario((*absent, *rule(name))), window_of(7)) for name in RULES]
    assert all(duties == of_rules[0] for duties in of_rules)
    came = [
        [
            duty.officers
            for duty in draw_duties(compose_scenario((*absent, f"staffing.roster.extra_officers={n}")), window_of(7))
        ]
        for n in (0, 1, 5)
    ]
    for fewer, more in itertools.pairwise(came):
        assert all(0 <= b - a <= 5 for a, b in zip(fewer, more, strict=True))
    # 8 days of shifts of 30 and 24 officers
    everybody = [24, *(30, 24) * 7]
    assert len(came[0]) == len(everybody)
    share = sum(came[0]) / sum(everybody)
    assert abs(share - 0.8) < 4.0 * np.sqrt(0.16 / sum(everybody))
    assert [duty.officers for duty in draw_duties(compose_scenario((*ROSTER, FEW)), window_of(7))] == everybody


def test_officers_on_a_break_are_not_placed_and_crews_are_whole() -> None:
    scenario, window = compose_scenario((*ROSTER, FEW, "staffing.roster.break_share=0.1")), window_of(1)
    first = np.concatenate([[0], np.cumsum([40] * len(STATIONS))])
    plan = plan_roster(scenario, window, first, np.array([0.0]))
    assert plan is not None
    # the night's 24 go until the day after at noon, beside that day's 30
    on_duty = dict(zip(plan.review_min.tolist(), plan.on_duty.tolist(), strict=True))
    assert on_duty[60.0 * 8] == round(0.9 * 1000 * 54)
    assert on_duty[60.0 * 15] == round(0.9 * 1000 * 24)


def test_officer_hours_are_the_rosters_own_placed_or_idle() -> None:
    short = (*ROSTER, "traffic.volume_scale=0.2")
    found = run(*short, officers((7, 28, 40)))
    # and four hours of the night before
    assert found.metrics["roster_h"] == 40.0 * (24.0 - 7.0 + 4.0)
    analysts_h = 6 * 17.0
    paid = found.metrics["roster_h"] + found.metrics["roster_overtime_h"] + analysts_h
    assert found.metrics["officer_h"] == pytest.approx(paid)
    more = run(*short, officers((7, 28, 40)), "scanner.analyst.from_roster=true")
    assert more.metrics["officer_h"] == pytest.approx(more.metrics["roster_h"] + more.metrics["roster_overtime_h"])


def test_what_a_shortage_does_is_counted() -> None:
    traffic = ("traffic.volume_scale=0.5",)
    enough = run(*traffic, *ROSTER, ENOUGH, days=2).metrics
    few = run(*traffic, *ROSTER, officers((0, 36, 11)), *rule("booths_first"), days=2).metrics
    assert enough["n_put_off"] == enough["put_off_sum_min"] == 0.0
    assert few["n_put_off"] > 100
    assert few["put_off_sum_min"] > few["n_put_off"]
    assert few["n_suspended"] > enough["n_suspended"]
    assert few["suspended_weight"] > enough["suspended_weight"]
    assert few["n_yard_full"] > enough["n_yard_full"]
    assert few["detection_expected"] < enough["detection_expected"]
    assert few["utilisation_dock"] > enough["utilisation_dock"]


def test_the_bound_on_the_error_of_expected_detection_holds_under_a_shortage() -> None:
    """Counted against expected finds, over replications with many loads: out by no more than the bound and luck."""
    short = (*ROSTER, FEW, *rule("booths_first"), "traffic.volume_scale=0.5", "threat.prevalence_per_truck=0.1")
    found = [run(*short, days=2, replication=r).metrics for r in range(6)]
    counted, carrying = (sum(m[name] for m in found) for name in ("n_seized", "n_carrying"))
    expected, weight, doubt = (
        sum(m[name] for m in found) for name in ("expected_caught", "expected_weight", "expected_doubt")
    )
    rate = counted / carrying
    luck = 4.0 * np.sqrt(rate * (1.0 - rate) / carrying)
    assert abs(rate - expected / weight) < doubt / weight + luck
    assert sum(m["n_suspended"] for m in found) > 100


def test_posts_of_the_roster_stand_in_openings() -> None:
    found = run(*ROSTER, FEW, "traffic.volume_scale=0.2")
    stations = {STATIONS[k] for k in np.unique(column(found.openings, "station"))}
    assert stations == {"portal", "primary", "radiation", "secondary", "dock"}
    assert PRIMARY in np.unique(column(run("staffing=responsive", "traffic.volume_scale=0.2").openings, "station"))
