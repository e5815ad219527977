"""The bound of the probes' error, group by group on ledgers by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from sim.results.expected_detection_error import STATIONS_BEFORE_PRIMARY, STATIONS_BEYOND_PRIMARY, detection_error_bound
from sim.scenario import Scenario
from sim.stations import CANINE, DOCK, NOT_VISITED, SECONDARY, SERVED, STATIONS, WAIVED, WITHDRAWN

Make = Callable[..., Scenario]
N = 100
ALIKE = np.full(N, 0.01)
YARDS = ("port.dock.when_full=suspend", "port.secondary.when_full=suspend")


def ledger(**done: tuple[int, ...]) -> pd.DataFrame:
    """Return trucks of which the first fared thus at each station, and the others went by."""
    columns = {}
    for k in (*STATIONS_BEFORE_PRIMARY, *STATIONS_BEYOND_PRIMARY):
        name = STATIONS[k]
        fates = np.array(done.get(name, ()), dtype=np.int64)
        columns[f"{name}_done"] = np.concatenate([fates, np.full(N - len(fates), NOT_VISITED)])
        columns[f"{name}_enter_min"] = np.where(columns[f"{name}_done"] == SERVED, 1.0, np.nan)
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    ("trucks", "share"),
    [
        (ledger(), 0.0),
        (ledger(dock=(SERVED,) * 4), 0.0),
        (ledger(dock=(SERVED,) * 3 + (WITHDRAWN,)), 0.25),
        # the dock turned one away after its scan: of two that came that way
        (ledger(secondary=(SERVED,) * 5, dock=(SERVED, WAIVED)), 0.5),
        # a scan broken off, and one of two turned away later: both may befall one load
        (ledger(secondary=(SERVED,) * 4 + (WITHDRAWN,), dock=(SERVED, WAIVED)), 0.2 + 0.5),
        # it never adds up to more than all of them
        (ledger(secondary=(SERVED, WITHDRAWN), dock=(WAIVED,)), 1.0),
        # what happens before primary has happened to the truck itself
        (ledger(portal=(SERVED, WITHDRAWN)), 0.0),
    ],
)
def test_shares_by_hand(make_scenario: Make, trucks: pd.DataFrame, share: float) -> None:
    nowhere = np.zeros(N, dtype=np.int64)
    found = detection_error_bound(make_scenario(*YARDS), trucks, nowhere, ALIKE, 0.4)
    assert found == pytest.approx(0.4 * share)


def test_what_was_full_as_the_truck_left_primary_is_foreseen(make_scenario: Make) -> None:
    trucks = ledger(dock=(SERVED, WAIVED), secondary=(NOT_VISITED, NOT_VISITED, WAIVED))
    full = np.zeros(N, dtype=np.int64)
    full[1], full[2] = 1 << DOCK, 1 << SECONDARY
    port = make_scenario(*YARDS)
    assert detection_error_bound(port, trucks, full, ALIKE, 0.4) == 0.0
    assert detection_error_bound(port, trucks, np.zeros_like(full), ALIKE, 0.4) > 0.0
    # without the rooms, what was waived counts as foreseen
    assert detection_error_bound(port, trucks, None, ALIKE, 0.4) == 0.0


def test_the_unfinished_count(make_scenario: Make) -> None:
    trucks = ledger(dock=(SERVED, SERVED))
    trucks.loc[2, "dock_enter_min"] = 5.0
    full = np.zeros(N, dtype=np.int64)
    assert detection_error_bound(make_scenario(), trucks, full, ALIKE, 0.3) == pytest.approx(0.3 / 3.0)


def test_dogs_that_were_full_may_be_free_once_a_load_gets_there(make_scenario: Make) -> None:
    port = make_scenario("port.canine.servers=1", "port.canine.when_full=suspend")
    full = np.where(np.arange(N) < 7, 1 << CANINE, 0)
    assert detection_error_bound(port, ledger(), full, ALIKE, 0.0) == pytest.approx(0.07)


def test_tests_before_primary_count_too(make_scenario: Make) -> None:
    trucks = ledger(portal=(SERVED, SERVED, WITHDRAWN, WAIVED))
    full = np.zeros(N, dtype=np.int64)
    assert detection_error_bound(make_scenario("policy=sensor_tree"), trucks, full, ALIKE, 0.4) == 0.2
    assert detection_error_bound(make_scenario(), trucks, full, ALIKE, 0.4) == 0.0
