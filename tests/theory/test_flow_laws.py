"""Laws that any run obeys: conservation, Little's law, one truck a server, order of service."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ports import flow_and_ledger, ledger_of, window_of

from experiments.study.study import compose_scenario
from sim.engine.capacity import draw_capacity
from sim.stations import SERVED, STATIONS, WITHDRAWN

WEEK = window_of(7)
POLICY = ("policy=random_share", "policy.share=0.27")


@pytest.fixture(scope="module", params=["block", "suspend"])
def week(request: pytest.FixtureRequest) -> tuple[object, pd.DataFrame]:
    full = [f"port.{station}.when_full={request.param}" for station in ("portal", "secondary", "dock")]
    # closed at closing time, so that CAPACITY says when a server may begin
    hours = ("port.closing=carry_over",)
    scenario = compose_scenario([*POLICY, *full, *hours, "port.dock.servers=10", "port.dock.room_trucks=5"])
    return scenario, ledger_of(scenario, WEEK)


def moments(ledger: pd.DataFrame, station: str) -> tuple[np.ndarray, ...]:
    rows = ledger[ledger[f"{station}_enter_min"].notna()]
    return tuple(rows[f"{station}_{m}_min"].to_numpy() for m in ("enter", "start", "end", "leave"))


def test_every_truck_is_accounted_for_at_every_station(week: tuple[object, pd.DataFrame]) -> None:
    ledger = week[1]
    inside = ledger["exit_min"].isna()
    released = ledger["exit_min"].notna() & ~ledger["seized"]
    assert released.sum() + ledger["seized"].sum() + inside.sum() == len(ledger)
    for station in STATIONS:
        enter, start, end, leave = moments(ledger, station)
        stuck = np.isnan(leave)
        assert len(enter) == (~stuck).sum() + stuck.sum()
        gone = ~stuck
        assert (enter[gone] <= start[gone]).all()
        assert (start[gone] <= end[gone]).all()
        assert (end[gone] <= leave[gone]).all()
    assert not ledger.loc[~inside, "primary_leave_min"].isna().any()


def test_littles_law_at_every_station(week: tuple[object, pd.DataFrame]) -> None:
    """L = lambda W, the queue sampled at random instants against the trucks' own times."""
    ledger, horizon = week[1], WEEK.horizon_min
    rng = np.random.default_rng(1)
    instants = rng.random(400_000) * horizon
    for station in STATIONS:
        enter, start, _, leave = moments(ledger, station)
        if not len(enter):
            continue
        for begin, over in ((enter, start), (enter, leave)):
            finish = np.where(np.isnan(over), horizon, over)
            inside = np.searchsorted(np.sort(begin), instants) - np.searchsorted(np.sort(finish), instants)
            arrival_rate, sojourn = len(begin) / horizon, (finish - begin).mean()
            half_width = 4.0 * inside.std() / np.sqrt(len(instants))
            assert abs(inside.mean() - arrival_rate * sojourn) < half_width + 1e-9, station


def test_a_server_holds_one_truck_at_a_time_and_begins_only_while_up(week: tuple[object, pd.DataFrame]) -> None:
    scenario, ledger = week
    capacity = draw_capacity(scenario, WEEK)  # type: ignore[arg-type]
    for index, station in enumerate(STATIONS):
        rows = ledger[ledger[f"{station}_start_min"].notna()]
        for server, group in rows.groupby(f"{station}_server"):
            served = group.sort_values([f"{station}_start_min", f"{station}_leave_min"])
            start = served[f"{station}_start_min"].to_numpy()
            leave = served[f"{station}_leave_min"].to_numpy()
            assert (leave[:-1] <= start[1:]).all(), (station, server)
            up = capacity[(capacity["station"] == index) & (capacity["server"] == server)]
            place = np.searchsorted(up["up_min"], start, side="right") - 1
            assert (place >= 0).all()
            assert (start < up["down_min"].to_numpy()[place]).all(), (station, server)


def test_service_lasts_the_work_asked_for_or_longer_in_a_breakdown() -> None:
    scenario = compose_scenario([*POLICY, "scanner.portal.outages.availability_share=0.8"])
    flow, ledger = flow_and_ledger(scenario, WEEK)
    longer = 0
    for index, station in enumerate(STATIONS):
        took = (ledger[f"{station}_end_min"] - ledger[f"{station}_start_min"]).to_numpy()
        served = ledger[f"{station}_done"].to_numpy() == SERVED
        short = took[served] < flow.service_min[index, served] - 1e-6
        assert not short.any(), station
        longer += int((took[served] > flow.service_min[index, served] + 1e-6).sum())
        withdrawn = ledger[f"{station}_done"].to_numpy() == WITHDRAWN
        assert (took[withdrawn] >= flow.hold_min[index]).all()
        longer += int(withdrawn.sum())
    assert longer > 0


def test_general_trucks_are_served_in_the_order_in_which_they_joined() -> None:
    ledger = ledger_of(compose_scenario(POLICY), WEEK)
    for lane_class in (0, 1):
        rows = ledger[(ledger["lane_class"] == lane_class) & ledger["primary_start_min"].notna()]
        rows = rows.sort_values(["primary_enter_min", "primary_start_min"])
        assert (np.diff(rows["primary_start_min"].to_numpy()) >= 0.0).all()


def test_a_shared_approach_traps_fast_trucks_while_the_plaza_is_full() -> None:
    waits = {}
    for lane in ("own", "shared"):
        scenario = compose_scenario([*POLICY, f"port.approach.fast_lane={lane}"])
        ledger = ledger_of(scenario, WEEK)
        fast = ledger[ledger["lane_class"] == 1]
        waits[lane] = (fast["primary_start_min"] - fast["arrive_min"]).mean()
    assert waits["shared"] > 2.0 * waits["own"]


def test_trucks_in_line_at_closing_carry_over_to_the_next_morning() -> None:
    scenario = compose_scenario([*POLICY, "staffing=april_2019", "port.primary.lanes=12", "port.closing=carry_over"])
    ledger = ledger_of(scenario, window_of(2))
    night = (ledger["arrive_min"] < 1440) & (ledger["primary_start_min"] > 1440)
    assert night.sum() > 1000
    assert (ledger.loc[night, "primary_start_min"] >= 1440 + 7 * 60).all()
