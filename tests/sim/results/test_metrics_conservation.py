from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.results.metrics import all_trucks_accounted_for
from sim.results.station_passes import pass_stations
from sim.stations import STATIONS
from tests import ledgers


def opened_truck() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Three trucks: one released, one opened and seized, one still at the booth."""
    arrive = [0.0, 1.0, 2.0]
    paths = [
        ledgers.at_primary(0.0, 0.0, 5.0),
        {"primary": (1.0, 5.0, 6.0, 6.0), "dock": (6.0, 6.0, 66.0, 66.0)},
        {"primary": (2.0, 6.0, np.nan, np.nan)},
    ]
    table = ledgers.ledger(arrive, paths, [5.0, 66.0, np.nan])
    table["opened"] = table["seized"] = [False, True, False]
    return ledgers.manifest(arrive, true_carrying=[False, True, False]), table


def accounted_for(trucks: pd.DataFrame, table: pd.DataFrame) -> bool:
    work = {station: np.zeros(len(table)) for station in STATIONS}
    return all_trucks_accounted_for(trucks, table, pass_stations(table, work, ledgers.window().horizon_min))


def test_everybody_is_accounted_for() -> None:
    assert accounted_for(*opened_truck())


def test_the_order_of_rows_does_not_matter() -> None:
    trucks, table = opened_truck()
    assert accounted_for(trucks, table.iloc[::-1].reset_index(drop=True))


def test_a_lost_and_a_doubled_truck_are_seen() -> None:
    trucks, table = opened_truck()
    assert not accounted_for(trucks, table.iloc[:2])
    doubled = table.copy()
    doubled.loc[2, "truck"] = 1
    assert not accounted_for(trucks, doubled)


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        (0, "exit_min", 4.0),  # leaves before the booth lets it go
        (1, "primary_start_min", 0.5),  # served before it arrived
        (1, "dock_start_min", 70.0),  # moments that run backwards
        (2, "exit_min", 9.0),  # gone, yet still at the booth
        (1, "opened", False),  # seized unopened
        (0, "seized", True),  # seized clean
        (1, "exit_min", np.nan),  # opened to the end and yet inside
    ],
)
def test_a_truck_in_two_places_is_seen(row: int, column: str, value: object) -> None:
    trucks, table = opened_truck()
    table.loc[row, column] = value
    assert not accounted_for(trucks, table)
