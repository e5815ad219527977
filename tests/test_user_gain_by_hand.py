"""Users' gain, loads and net values worked out once more, in plain Python, where every term of them is at work.

What comes in are prices, typed in here once more, and the amounts of `data/amounts.csv`; nothing is taken from the code
that made the figures but the files. Vectors are drawn anew by a seed that the code under test has never met.
"""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest
from small_case import SMALL

from experiments.fund import appraise_case, raw_case_tables
from experiments.funding.annual import Response, with_loads_of_wanted_trips
from experiments.funding.completion import completions_table
from experiments.funding.noise import present_worths_by_replication
from experiments.funding.request import build_case
from sim.arrays import FloatArray

CLASSES = ("empty", "fast", "loaded", "perishable")
GDP = {2015: 97.277, 2019: 103.982, 2023: 122.272, 2024: 125.231}
PRICES = (
    "benefit=dot_2023_cargo",
    "benefit.emissions.nox_damage_usd_per_t=11000",
    "benefit.emissions.pm25_g_per_h=1.5",
    "benefit.emissions.pm25_damage_usd_per_t=300000",
    "benefit.emissions.price_year=2015",
    "benefit.safety.crash_usd_per_truck_h=0.8",
    "benefit.safety.crash_usd_per_mile=0.12",
    "benefit.safety.price_year=2019",
    "benefit.occupants_per_truck=1.1",
    "benefit.other_bridge.detour_min=37",
    "benefit.other_bridge.detour_miles=23",
    "benefit.other_bridge.wait_min=28",
    "benefit.other_bridge.others_min=19",
    "demand.elsewhere_detection_share=0.2",
)
RAMP = [0.0, 0.5, 1.0, 1.0, 1.0]
"""A portal is built in year 0 and works by half in its first year of service."""


def made(seed: int) -> Response:
    rng = np.random.default_rng(seed)
    shape = (2, 2, 4)

    def level(low: float, high: float) -> FloatArray:
        return rng.uniform(low, high, shape)

    amounts = {f"trips_{name}": level(20e3, 40e3) for name in CLASSES}
    amounts |= {f"truck_h_{name}": amounts[f"trips_{name}"] * level(0.4, 1.4) for name in CLASSES}
    amounts |= {f"deviation_h_{name}": level(0.05, 0.5) for name in CLASSES}
    amounts |= {"wait_mean_min": level(15.0, 40.0), "expected_weight": level(30.0, 40.0), "loads_here": level(3.0, 9.0)}
    amounts["crossing_mean_min"] = amounts["wait_mean_min"] + level(8.0, 20.0)
    amounts["presented_wanted"] = amounts["expected_weight"] + level(0.0, 6.0)
    return Response(("today", "more"), (1, 4), amounts)


def hour_usd(name: str) -> dict[str, float]:
    """Return an hour in line and on the road, dollars of 2023."""
    to_2023 = {year: GDP[2023] / index for year, index in GDP.items()}
    cooling = 0.7 * 3.76 if name == "perishable" else 0.0
    worth = {"empty": 0.0, "fast": 76_900.0, "loaded": 76_900.0, "perishable": 40_000.0}[name]
    a_day = {"empty": 0.0, "fast": 0.01, "loaded": 0.01, "perishable": 0.05}[name]
    cargo = worth * a_day / 24.0 * to_2023[2024]
    time, fuel = 1.1 * 37.13, 0.49 * 3.76
    damage = (30.0 * 11_000.0 + 1.5 * 300_000.0) / 1e6 * to_2023[2015]
    crashes = 0.8 * to_2023[2019]
    miles = 23.0 * 1.25 * to_2023[2024] + 23.0 * 0.12 * to_2023[2019]
    return {
        "time": time,
        "line": time + fuel + cooling + cargo + damage + crashes,
        "road": time + cooling + cargo,
        "miles": miles,
    }


def straight(at_1: float, at_4: float) -> list[float]:
    """Return an amount in years 0..4; year 0 has what year 1 has."""
    return [at_1, *(at_1 + (at_4 - at_1) * step / 3.0 for step in range(4))]


Rows = list[dict[str, str]]


class Amounts:
    """Means of `data/amounts.csv`, straight between the simulated years."""

    def __init__(self, rows: Rows) -> None:
        self.mean = {(r["alternative"], r["amount"], int(r["year"])): float(r["mean"]) for r in rows}

    def by_year(self, alternative: str, amount: str) -> list[float]:
        return straight(self.mean[alternative, amount, 1], self.mean[alternative, amount, 4])

    def gain_of(self, name: str) -> list[float]:
        """Return the gain of one class by year: hours here, trips that no longer leave, steadier waits."""
        worth, gain = hour_usd(name), []
        trips, hours, spread = (
            [self.by_year(who, f"{what}_{name}") for who in ("today", "more")]
            for what in ("trips", "truck_h", "deviation_h")
        )
        crossing, wait = (self.by_year("today", f"{what}_mean_min") for what in ("crossing", "wait"))
        for year in range(5):
            standing = (28.0 + crossing[year] - wait[year]) / 60.0
            leaving = 37.0 / 60.0 * worth["road"] + worth["miles"] + standing * worth["line"]
            leaving += 19.0 / 60.0 * self.line_of_all(year)
            here = (hours[0][year] - hours[1][year]) * worth["line"]
            kept = (trips[1][year] - trips[0][year]) * leaving
            steadier = min(trips[0][year], trips[1][year]) * (spread[0][year] - spread[1][year]) * worth["time"]
            gain.append((here + kept + steadier) * RAMP[year])
        return gain

    def line_of_all(self, year: int) -> float:
        """Return an hour in line of a truck of today's mix, dollars."""
        trips = {name: self.by_year("today", f"trips_{name}")[year] for name in CLASSES}
        return sum(trips[name] * hour_usd(name)["line"] for name in CLASSES) / sum(trips.values())

    def loads_of(self, who: str) -> list[float]:
        names = ("loads_here", "presented_wanted", "expected_weight")
        here, wanted, presented = (self.by_year(who, amount) for amount in names)
        return [here[year] + 0.2 * (wanted[year] - presented[year]) for year in range(5)]


def files_of(seed: int, folder: Path) -> dict[str, Rows]:
    """Appraise a made response and read back the files that a run leaves."""
    asked = build_case([*SMALL, *PRICES, f"out={folder}"])
    found = with_loads_of_wanted_trips(made(seed), "today", asked.terms.demand.elsewhere_detection_share)
    appraised = appraise_case(asked, found, completions_table({}, completed=False))
    tables = raw_case_tables(appraised, present_worths_by_replication(asked, found))
    read = {}
    for name in ("amounts", "measures", "ledger"):
        tables[name].to_csv(folder / f"{name}.csv", index=False)
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
            read[name] = list(csv.DictReader(lines))
    return read


def ledger_sums(rows: Rows) -> tuple[list[float], list[float]]:
    """Return users' gain and all costs of the alternative by year."""
    gain, cost = [0.0] * 5, [0.0] * 5
    for row in (r for r in rows if r["alternative"] == "more"):
        usd, year = float(row["usd"]), int(row["year"])
        if row["who"] == "users":
            gain[year] -= usd
        else:
            cost[year] += usd
    return gain, cost


@pytest.mark.parametrize("seed", [20261130, 7, 431])
def test_every_term_of_the_gain_and_of_the_loads(seed: int, tmp_path: Path) -> None:
    read = files_of(seed, tmp_path)
    amounts = Amounts(read["amounts"])
    listed, cost = ledger_sums(read["ledger"])
    gain = [sum(parts) for parts in zip(*(amounts.gain_of(name) for name in CLASSES), strict=True)]
    assert listed == pytest.approx(gain, rel=1e-6)
    base, own = (amounts.loads_of(who) for who in ("today", "more"))
    for row in read["measures"]:
        factor = [(1.0 + float(row["rate"])) ** -year for year in range(5)]
        value = sum((gain[year] - cost[year]) * factor[year] for year in range(5))
        paid = sum(cost[year] * factor[year] for year in range(5))
        more = sum((own[year] - base[year]) * RAMP[year] * factor[year] for year in range(5))
        assert float(row["npv0_usd"]) == pytest.approx(value, rel=1e-6)
        assert float(row["loads"]) == pytest.approx(more, rel=1e-6)
        assert float(row["burdened_npv0_usd"]) == pytest.approx(value - 0.25 * paid, rel=1e-6)
        if more > 0.0:
            assert float(row["cost_usd_per_load"]) == pytest.approx(paid / more, rel=1e-6)
            assert float(row["break_even_usd_per_load"]) == pytest.approx(-value / more, rel=1e-6)


def test_two_ports_that_share_all_trips_find_the_same_however_trips_move() -> None:
    """Loads move with trips; they are found as often at both, so that moving trips finds nothing and loses nothing."""
    found = made(99)
    even = {name: values.copy() for name, values in found.amounts.items()}
    even["presented_wanted"][:] = 50.0
    even["loads_here"] = 0.3 * even["expected_weight"]
    loads = with_loads_of_wanted_trips(dataclasses.replace(found, amounts=even), "today", None).amounts["loads"]
    assert loads.ravel().tolist() == pytest.approx([15.0] * loads.size)
