"""``throughgate capacity`` from the command line to its files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from experiments.cli import main
from experiments.planning.capacity_request import build_capacity
from sim.errors import ConfigError


def test_the_answer_names_the_station_the_month_and_the_range(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["port=pharr", "growth_share_per_y=0.02", "growth_range=[0,0.04]", f"out={tmp_path / 'full'}"]
    assert main(["capacity", *words]) == 0
    said = " ".join(capsys.readouterr().out.split())
    table = pd.read_csv(tmp_path / "full" / "capacity.csv", dtype=str).fillna("")
    row = table[(table["station"] == "primary_general") & (table["staffing"] == "all_lanes")].iloc[0]
    year = int(row["first_full_month_central_growth"][:4])
    assert f"is full in April {year}" in said
    assert row["first_full_month_low_growth"] == ""
    assert int(row["first_full_month_high_growth"][:4]) < year
    load = float(row["load_share_04"])
    assert load * 1.02 ** (year - 2024) >= 1.0 > load * 1.02 ** (year - 2025)
    record = json.loads((tmp_path / "full" / "capacity.json").read_text(encoding="utf-8"))
    assert (record["growth_share_per_y"], record["counted_year"], record["verb"]) == (0.02, 2024, "capacity")


def test_growth_and_range_are_those_of_a_funding_case() -> None:
    request = build_capacity(["port=pharr"], "capacity")
    assert (request.growth_share_per_y, request.growth_range) == (0.015, (0.0, 0.03))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("growth_share_per_y=2", "growth_share_per_y: expected a share from -0.5 to 0.5 a year, got 2"),
        ("growth_share_per_y=fast", "growth_share_per_y: expected a share"),
        ("growth_range=[0.02,0.01]", "growth_range: expected the lower growth first, got [0.02, 0.01]"),
        ("growth_range=0.02", "growth_range: expected [LOW, HIGH], got 0.02"),
        ("growth_range=[0.02,0.03]", "growth_range: must hold growth_share_per_y=0.015, got [0.02, 0.03]"),
        ("last_year=1999", "last_year: expected a year from 2024, that of the port's counts, to 2224, got 1999"),
        ("traffic=flat", "traffic: capacity needs the port's month counts: expected profile, got flat"),
        ("last_yaer=2040", "last_yaer"),
    ],
)
def test_what_makes_no_sense_is_refused(word: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        build_capacity([word], "capacity")
    assert str(refused.value).startswith(said)
