"""Every decision measure worked out once more from the files that a case leaves, in plain Python.

What a reviewer with a spreadsheet would do: the yearly streams of the ledger and nothing else, with
arithmetic of its own. Nothing is taken from the code that made the figures.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from made_response import response
from small_case import SMALL

from experiments.fund import appraise_case, raw_case_tables, write_case_files
from experiments.funding.completion import completions_table
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.noise import present_worths_by_replication
from experiments.funding.request import build_case

RATES = (0.02, 0.03, 0.07, 0.10)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hand")
    asked = build_case([*SMALL, f"out={out}"])
    found = appraise_case(asked, response(), completions_table({}, completed=False))
    write_case_files(Evidence(found), raw_case_tables(found, present_worths_by_replication(asked, found.response)), 0.0)
    return out


@pytest.fixture(scope="module")
def streams(folder: Path) -> tuple[list[float], list[float], list[float]]:
    """Return capital, all costs and users' gain by year 0..4."""
    capital, cost, gain = ([0.0] * 5 for _ in range(3))
    for row in rows(folder / "data" / "ledger.csv"):
        if row["alternative"] != "more":
            continue
        year, usd = int(row["year"]), float(row["usd"])
        if row["who"] == "users":
            gain[year] -= usd
            continue
        cost[year] += usd
        if row["kind"] in ("equipment", "civil_works", "integration"):
            capital[year] += usd
    return capital, cost, gain


def present(rate: float, amounts: list[float]) -> float:
    return sum(usd / (1.0 + rate) ** year for year, usd in enumerate(amounts))


@pytest.mark.parametrize("rate", RATES)
def test_values_ratios_and_thresholds(
    folder: Path, streams: tuple[list[float], list[float], list[float]], rate: float
) -> None:
    capital, cost, gain = streams
    (row,) = [r for r in rows(folder / "data" / "measures.csv") if float(r["rate"]) == rate]
    npv = present(rate, gain) - present(rate, cost)
    assert float(row["npv0_usd"]) == pytest.approx(npv, rel=1e-9)
    assert float(row["dot_ratio"]) == pytest.approx(1.0 + npv / present(rate, capital), rel=1e-9)
    life = present(rate, gain) / present(rate, cost)
    assert float(row["life_cycle_ratio"]) == pytest.approx(life, rel=1e-9)
    assert (npv > 0.0) == (life > 1.0)
    equal = npv * rate / (1.0 - (1.0 + rate) ** -4)
    assert float(row["annualised_usd"]) == pytest.approx(equal, rel=1e-9)
    # loads: half in the first year of service, all after it; levels by year from amounts.csv
    levels = {
        (r["alternative"], int(r["year"])): float(r["mean"])
        for r in rows(folder / "data" / "amounts.csv")
        if r["amount"] == "loads"
    }
    ends = [levels["more", year] - levels["today", year] for year in (1, 4)]
    steps = [ends[0] + (ends[1] - ends[0]) * (year - 1) / 3.0 for year in (1, 2, 3, 4)]
    more = present(rate, [0.0, 0.5 * steps[0], *steps[1:]])
    assert float(row["loads"]) == pytest.approx(more, rel=1e-9)
    assert float(row["break_even_usd_per_load"]) == pytest.approx(-npv / more, rel=1e-9)
    assert float(row["cost_usd_per_load"]) == pytest.approx(present(rate, cost) / more, rel=1e-9)


def test_rate_of_return_and_payback(folder: Path, streams: tuple[list[float], list[float], list[float]]) -> None:
    _, cost, gain = streams
    net = [g - c for g, c in zip(gain, cost, strict=True)]
    row = rows(folder / "data" / "measures.csv")[0]
    low, high = -0.99, 10.0
    for _ in range(200):  # bisection: the first outlay comes before every gain
        middle = (low + high) / 2.0
        low, high = (middle, high) if present(middle, net) > 0.0 else (low, middle)
    if row["irr"]:
        assert float(row["irr"]) == pytest.approx(low, abs=1e-9)
    else:
        assert row["irr_reason"]
    so_far = [sum(net[: year + 1]) for year in range(5)]
    # the year from which on the sums stay above zero, the first outlay in year 0
    back = [str(year) for year in range(5) if all(usd >= 0.0 for usd in so_far[year:])]
    assert row["payback_y"].removesuffix(".0") == (back[0] if back else "")


def test_the_frontier_has_the_ratio_of_cost_to_loads(folder: Path) -> None:
    (measured,) = [r for r in rows(folder / "data" / "measures.csv") if float(r["rate"]) == 0.02]
    found = {(r["frontier"], r["alternative"]): r for r in rows(folder / "data" / "frontiers.csv")}
    loads = float(measured["loads"])
    for frontier, usd in (("agency", float(measured["cost_usd"])), ("social", -float(measured["npv0_usd"]))):
        row = found[frontier, "more"]
        if row["icer_usd_per_load"]:
            assert float(row["icer_usd_per_load"]) == pytest.approx(usd / loads, rel=1e-9)


def test_prices_are_restated_by_the_index_and_bought_in_the_year_of_the_order(folder: Path) -> None:
    """A portal of 3.5 m and its site of 3.57 m USD of 2024, in dollars of 2023."""
    paid = {
        (r["kind"], int(r["year"])): float(r["usd"])
        for r in rows(folder / "data" / "ledger.csv")
        if r["alternative"] == "more"
    }
    restated = 122.272 / 125.231
    assert paid["equipment", 0] == pytest.approx(3.5e6 * restated)
    assert paid["civil_works", 0] == pytest.approx(3.57e6 * restated)
    left = 3.5e6 * 6 / 10 + 3.57e6 * 26 / 30
    assert paid["residual", 4] == pytest.approx(-left * restated)


def test_the_whole_as_json_says_the_same(folder: Path) -> None:
    (measured,) = [r for r in rows(folder / "data" / "measures.csv") if float(r["rate"]) == 0.07]
    text = (folder / "funding.json").read_text("utf-8")
    numbers = set()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            for inner in node.values():
                walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)
        elif isinstance(node, float):
            numbers.add(round(node, 2))

    walk(json.loads(text))
    assert round(float(measured["npv0_usd"]), 2) in numbers
    assert round(float(measured["cost_usd"]), 2) in numbers
