from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from sim.results import usage
from sim.results.station_passes import pass_stations
from sim.scenario import Scenario
from sim.stations import INSPECTION_STATIONS, STATIONS, WAIVED
from tests import ledgers


def no_work(n: int) -> dict[str, usage.FloatArray]:
    return {station: np.zeros(n) for station in STATIONS}


def offered(scenario: Scenario, table: pd.DataFrame, work: dict[str, usage.FloatArray]) -> usage.FloatArray:
    passes = pass_stations(table, work, ledgers.window().horizon_min)
    return usage.offered_min(scenario, table, work, passes)


def test_opening_hours_of_a_week(scenario: Scenario) -> None:
    intervals = usage.open_intervals(scenario, ledgers.window(7))
    assert intervals[0] == (420.0, 1440.0)
    assert intervals[5] == (5 * 1440.0 + 480.0, 5 * 1440.0 + 960.0)
    assert usage.open_min(scenario, ledgers.window(7)) == 5 * 1020.0 + 2 * 480.0


def test_extra_hours_merge_and_stop_at_the_end(make_scenario: Callable[..., Scenario]) -> None:
    assert usage.open_intervals(make_scenario("port=bare"), ledgers.window(3), 5.0) == [(0.0, 4320.0)]
    port = make_scenario()
    assert usage.open_intervals(port, ledgers.window(2), 2.0) == [(420.0, 1560.0), (1860.0, 2880.0)]


def test_available_is_clipped_to_the_window() -> None:
    capacity = ledgers.capacity([("dock", 0, -100.0, 200.0), ("dock", 1, 1400.0, 2000.0)])
    available = usage.available_min(capacity, ledgers.window())
    assert available[STATIONS.index("dock")] == 240.0
    assert available.sum() == 240.0


def test_held_counts_blocking_and_the_truck_still_there() -> None:
    paths = [{"primary": (0.0, 10.0, 12.0, 30.0)}, {"primary": (0.0, 1400.0, np.nan, np.nan)}]
    table = ledgers.ledger([0.0, 0.0], paths, [30.0, np.nan])
    passes = pass_stations(table, no_work(2), ledgers.window().horizon_min)
    assert passes.stations["primary"].held_min == 20.0 + 40.0


def test_busy_leaves_out_the_withdrawn() -> None:
    paths = [ledgers.at_primary(0.0, 0.0, 3.0), ledgers.at_primary(0.0, 3.0, 3.0)]
    table = ledgers.ledger([0.0, 0.0], paths, [3.0, 6.0])
    table.loc[1, "primary_done"] = 2
    work = no_work(2) | {"primary": np.array([3.0, 3.0])}
    assert pass_stations(table, work, ledgers.window().horizon_min).stations["primary"].busy_min == 3.0


def test_offered_to_the_dock_is_scaled_to_all_arrivals(scenario: Scenario) -> None:
    """A blocked port lets half of the trucks through; the dock's own load stays."""
    one = {"primary": (0.0, 0.0, 1.0, 1.0), "dock": (1.0, 1.0, 61.0, 61.0)}
    table = ledgers.ledger([0.0, 0.0], [one, {}], [61.0, np.nan])
    work = no_work(2) | {"dock": np.array([60.0, 60.0])}
    assert offered(scenario, table, work)[STATIONS.index("dock")] == 120.0


def test_offered_to_the_portal_is_what_was_selected(scenario: Scenario) -> None:
    table = ledgers.ledger([0.0, 0.0, 0.0], [{}, {}, {}], [np.nan] * 3)
    table["selected"] = [True, False, True]
    work = no_work(3) | {"portal": np.array([2.0, 2.0, 4.0])}
    assert offered(scenario, table, work)[STATIONS.index("portal")] == 6.0
    table.loc[2, "portal_done"] = WAIVED
    assert offered(scenario, table, work)[STATIONS.index("portal")] == 2.0


def test_a_station_that_is_not_there_is_asked_for_nothing(make_scenario: Callable[..., Scenario]) -> None:
    table = ledgers.ledger([0.0], [{}], [np.nan])
    table["selected"] = True
    asked = offered(make_scenario("port=bare"), table, no_work(1) | {"portal": np.ones(1)})
    assert asked.sum() == 0.0


def test_exclusive_lanes_are_judged_apart(make_scenario: Callable[..., Scenario]) -> None:
    port = make_scenario("port=bare", "port.primary.lanes=1", "port.primary.fast_lanes=1")
    units = ledgers.capacity([("primary", 0, 0.0, 1440.0), ("primary", 1, 0.0, 1440.0)])
    work, lane_class = np.array([1800.0, 100.0]), np.array([0, 1])
    load = usage.primary_load(port, work, lane_class, units, ledgers.window())
    assert load == pytest.approx(1800.0 / 1440.0)
    shared = make_scenario(
        "port=bare", "port.primary.lanes=1", "port.primary.fast_lanes=1", "port.primary.fast_lanes_serve=all"
    )
    together = usage.primary_load(shared, work, lane_class, units, ledgers.window())
    assert together == pytest.approx(1900.0 / 2880.0)


def test_fast_trucks_without_a_booth_are_an_infinite_load(make_scenario: Callable[..., Scenario]) -> None:
    port = make_scenario("port=bare", "port.primary.lanes=1", "port.primary.lanes_serve=general")
    units = ledgers.capacity([("primary", 0, 0.0, 1440.0)])
    load = usage.primary_load(port, np.array([1.0, 1.0]), np.array([0, 1]), units, ledgers.window())
    assert np.isinf(load)


def test_loads_name_the_missing_server() -> None:
    found = usage.station_loads(np.array([0.0, 5.0, 5.0]), np.array([0.0, 0.0, 10.0]))
    assert np.isnan(found[0])
    assert np.isinf(found[1])
    assert found[2] == 0.5


def test_scheduled_is_units_times_opening_hours(scenario: Scenario) -> None:
    scheduled = usage.scheduled_min(scenario, ledgers.window())
    at = dict(zip(INSPECTION_STATIONS, scheduled, strict=True))
    assert at["portal"] == scenario.servers("portal") * 1020.0
    assert at["dock"] == scenario.servers("dock") * 1020.0
