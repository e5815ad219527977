"""One pass over a station against the same sums, picked out and added up in NumPy, to the last bit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.frames import LazyColumns, LazyFrame
from sim.results.station_passes import NOBODY, pass_stations
from sim.stations import NOT_VISITED, SERVED, STATIONS, WAIVED, WITHDRAWN
from sim.tables import MOMENTS
from tests import ledgers

HORIZON = ledgers.window().horizon_min


def random_ledger(seed: int, n: int) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Return trucks that each met every station with some chance, some of them still there at the end."""
    rng = np.random.default_rng(seed)
    arrive = np.sort(rng.uniform(0.0, HORIZON, n))
    table = ledgers.ledger(arrive.tolist(), [{}] * n, [np.nan] * n)
    for station in STATIONS:
        came = rng.random(n) < 0.7
        moments = arrive + np.cumsum(rng.exponential(30.0, (4, n)), axis=0)
        for place, moment in enumerate(("enter", "start", "end", "leave")):
            happened = came & (rng.random(n) < 0.95**place)
            came = happened
            table[f"{station}_{moment}_min"] = np.where(happened, moments[place], np.nan)
        table[f"{station}_done"] = rng.choice([NOT_VISITED, SERVED, WAIVED, WITHDRAWN], n)
    table["exit_min"] = np.where(rng.random(n) < 0.8, arrive + 1000.0, np.nan)
    table["diverted"] = rng.random(n) < 0.05
    return table, {station: rng.lognormal(0.0, 2.0, n) for station in STATIONS}


@pytest.mark.parametrize(("seed", "n"), [(1, 0), (2, 5), (3, 129), (4, 3000)])
def test_a_pass_gives_the_sums_of_numpy_to_the_last_bit(seed: int, n: int) -> None:
    table, work = random_ledger(seed, n)
    passes = pass_stations(table, work, HORIZON)
    left = np.isfinite(table["exit_min"].to_numpy()) & ~table["diverted"].to_numpy()
    free_flow = np.zeros(n)
    for station in ("primary", "analyst", *(s for s in STATIONS if s not in ("primary", "analyst"))):
        enter, start, leave = (table[f"{station}_{m}_min"].to_numpy() for m in ("enter", "start", "leave"))
        done, minutes, found = table[f"{station}_done"].to_numpy(), work[station], passes.stations[station]
        served, came, began = done == SERVED, np.isfinite(enter), np.isfinite(start)
        stop = np.minimum(np.where(np.isfinite(leave), leave, HORIZON), HORIZON)
        assert found.busy_min == minutes[served].sum()
        assert found.came_min == minutes[came].sum()
        assert found.came == came.sum()
        assert found.held_min == np.maximum(stop - start, 0.0)[began].sum()
        if station == "analyst":
            free_flow[served] = np.maximum(free_flow, minutes)[served]
            assert found.stops == 0
        else:
            free_flow[served] += minutes[served]
            assert found.stops == ((served | (done == WITHDRAWN)) & left).sum()
    assert passes.free_flow_min.tolist() == free_flow.tolist()


def test_the_work_of_a_station_that_the_port_lacks_is_not_asked_for() -> None:
    """One NaN stands for all moments there, as the engines leave it; the work of such a station is not drawn."""
    table = ledgers.ledger([0.0, 1.0], [ledgers.at_primary(0.0, 0.0, 2.0), {}], [2.0, np.nan])
    columns = {name: table[name].to_numpy() for name in table}
    absent = [station for station in STATIONS if station != "primary"]
    columns |= {f"{s}_{m}_min": np.broadcast_to(np.nan, 2) for s in absent for m in MOMENTS}
    passes = pass_stations(LazyFrame(LazyColumns(columns), list(table), 2), {"primary": np.array([2.0, 3.0])}, HORIZON)
    assert all(passes.stations[station] == NOBODY for station in absent)
    assert passes.stations["primary"].busy_min == 2.0


@pytest.mark.parametrize(
    ("column", "value", "in_order"),
    [
        ("primary_enter_min", 0.5, False),  # before it arrived
        ("primary_end_min", 2.5, False),  # ended before it began
        ("primary_leave_min", np.nan, False),  # gone, yet still there
        ("exit_min", 5.0, False),  # gone before the station let it go
        ("exit_min", np.nan, True),  # on its way
        ("analyst_leave_min", 99.0, True),  # judged after the truck left
    ],
)
def test_moments_that_run_backwards_are_seen(column: str, value: float, in_order: bool) -> None:
    path = {"primary": (1.0, 3.0, 4.0, 6.0), "analyst": (1.0, 1.0, 2.0, 2.0)}
    table = ledgers.ledger([1.0], [path], [7.0])
    table[column] = value
    passes = pass_stations(table, {station: np.zeros(1) for station in STATIONS}, HORIZON)
    assert all(part.in_order for part in passes.stations.values()) is in_order
