"""``throughgate capacity``: the first month in which growth of demand fills a station, by station.

1  request    overrides              -> CapacityRequest   (refuses before anything runs)
2  train      Study                  -> risk model        (from the cache, where it is known)
3  load       Study, month counts    -> weekly load of every station by month, from theory
4  fill       load, growth           -> the first month with a load of 1
5  write      capacity.csv, capacity.json; the terminal

Nothing is simulated: it takes seconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from experiments.execution.replicate import plan_for_window
from experiments.files import OutputFolder
from experiments.planning.capacity_request import CapacityRequest
from experiments.planning.capacity_words import print_capacity
from experiments.planning.growth import StationCapacity, first_full_month, month_loads, with_all_lanes
from experiments.report import terminal as report_terminal
from experiments.study.run_record import run_record
from experiments.training.find_or_train import train_all
from sim.scenario import Scenario
from sim.stations import PRIMARY, STATIONS


def carry_out(request: CapacityRequest) -> int:
    """Answer the question and return the exit status."""
    begin, study = time.perf_counter(), request.study
    terminal = report_terminal.open_console()
    scorers = train_all(study, terminal)
    scenario = study.alternatives[study.baseline]
    expected = plan_for_window(scenario, scorers, study.window(0)).expected
    stations = []
    for all_lanes, staffed in _staffings(scenario):
        for load in month_loads(staffed, expected, request.counted_year):
            if all_lanes or load.station.startswith(STATIONS[PRIMARY]):
                full = {
                    name: first_full_month(load.load_share, request.counted_year, growth, request.last_year)
                    for name, growth in request.growths().items()
                }
                stations.append(StationCapacity(load, all_lanes, full))
    output = OutputFolder(study.out)
    written = [
        output.write_text("capacity.csv", _table(stations).to_csv(index=False)),
        output.write_json("capacity.json", _record(request, time.perf_counter() - begin)),
    ]
    print_capacity(terminal, request, stations, written)
    return 0


def _staffings(scenario: Scenario) -> Iterator[tuple[bool, Scenario]]:
    """Yield whether all lanes are open, and the scenario so staffed; once where lanes follow the line already."""
    whole = with_all_lanes(scenario)
    if whole is not scenario:
        yield False, scenario
    yield True, whole


MONTH_COLUMNS: Final = tuple(f"load_share_{month:02d}" for month in range(1, 13))


def _table(stations: list[StationCapacity]) -> pd.DataFrame:
    """Return capacity.csv: a row a station and staffing."""
    rows = []
    for found in stations:
        load = found.load
        row: dict[str, Any] = {"station": load.station, "staffing": "all_lanes" if found.all_lanes else "as_staffed"}
        row |= {"trucks_pass_when_full": load.passes, "busiest_month": load.peak_month}
        row |= {"largest_growth_share": load.spare_share}
        for name, when in found.full.items():
            row[f"first_full_month_{name}_growth"] = "" if when is None else f"{when[0]}-{when[1]:02d}"
        rows.append(row | dict(zip(MONTH_COLUMNS, load.load_share, strict=True)))
    return pd.DataFrame(rows)


def _record(request: CapacityRequest, wall_s: float) -> dict[str, Any]:
    growth = {
        "growth_share_per_y": request.growth_share_per_y,
        "growth_range": request.growth_range,
        "counted_year": request.counted_year,
        "last_year": request.last_year,
    }
    return growth | run_record(request.study, wall_s)


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("capacity")
