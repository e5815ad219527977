"""``throughgate collusion``: what it writes, that processes change no byte, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from experiments.cli import main
from experiments.collusion.request import build_collusion
from sim.errors import ConfigError

SMALL = (
    *("experiment=collusion", "port=pharr", "test_weeks=[1,2]", "steered_shares=[0.3,0.8]"),
    *("replications=2", "runs=20", "shuffles=40", "carriers=50"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("collusion") / "one"
    assert main(["collusion", *SMALL, "processes=1", f"out={out}"]) == 0
    return out


def test_a_row_for_each_question(folder: Path) -> None:
    table = pd.read_csv(folder / "collusion.csv")
    assert len(table) == 4 * 2 * (1 + 2 * 2)
    assert table["named_share"].between(0.0, 1.0).all()
    assert (table["named_low"] <= table["named_share"]).all()
    assert (table["named_share"] <= table["named_high"]).all()
    drawn = table[(table["alternative"] == "random_assignment") & (table["steered_share"] > 0.0)]
    assert (drawn["trucks_per_week"] == 0.0).all()
    audited = table[table["found_by_images"] > 0.0]["alternative"].unique().tolist()
    assert audited == ["audit"]


def test_the_record_holds_the_settings(folder: Path) -> None:
    record = json.loads((folder / "run.json").read_text())
    assert record["collusion"]["test_weeks"] == [1, 2]
    page = (folder / "collusion.html").read_text()
    assert "todays_posts" not in page
    assert "Booths kept for the shift" in page


def test_two_processes_write_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    assert main(["collusion", *SMALL, "processes=2", f"out={tmp_path / 'two'}"]) == 0
    assert (tmp_path / "two" / "collusion.csv").read_bytes() == (folder / "collusion.csv").read_bytes()


def test_an_alternative_without_insiders_is_refused() -> None:
    pair = [
        "+alternatives.a=['policy=todays_practice', 'insider=baseline']",
        "+alternatives.b=['policy=todays_practice']",
    ]
    with pytest.raises(ConfigError) as refused:
        build_collusion(pair, "collusion")
    assert str(refused.value).startswith("insider: b:")


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("test_weeks=[]", "test_weeks"),
        ("test_weeks=[13,4]", "test_weeks"),
        ("test_weeks=[0]", "test_weeks"),
        ("test_weeks=[1.5]", "test_weeks"),
        ("test_weeks=[105]", "test_weeks"),
        ("steered_shares=[0.5,0.1]", "steered_shares"),
        ("steered_shares=[1.2]", "steered_shares"),
        ("runs=9", "runs"),
        ("false_alarm_share=0", "false_alarm_share"),
        ("calendar=year", "calendar"),
        ("days=8", "days"),
        ("start_date=9999-12-01", "test_weeks"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(override: str, key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        build_collusion([override], "collusion")
    assert key in str(refused.value)
