"""The verb: one command, one table, whichever way it is asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from experiments.cli import main

SMALL = ["port=bare", "days=1", "replications=4", "engine=simpy"]
"""Four replications: the fewest that have an interval."""
AXES = ["port.portal.servers=1,2", "policy.scan_share=0.1,0.3"]
TABLES = ("points.parquet", "sweep.parquet", "sweep.csv", "effects.parquet")


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("swept")
    assert main(["sweep", *SMALL, *AXES, "processes=1", f"out={folder}"]) == 0
    return folder


def test_the_table_has_a_typed_column_for_every_key(swept: Path) -> None:
    table = pd.read_parquet(swept / "sweep.parquet")
    assert table["port.portal.servers [units]"].tolist() == [1, 1, 2, 2]
    assert str(table["port.portal.servers [units]"].dtype) == "Int64"
    assert table["policy.scan_share [share]"].tolist() == [0.1, 0.3, 0.1, 0.3]
    assert (table["wait_mean_min_low"] <= table["wait_mean_min"]).all()
    schema = pq.read_schema(swept / "sweep.parquet")
    assert schema.field("wait_mean_min").metadata[b"unit"] == b"min"
    assert b"paired by replication" in schema.metadata[b"intervals"]
    csv = pd.read_csv(swept / "sweep.csv")
    assert csv.columns.tolist() == table.columns.tolist()
    assert csv["wait_mean_min"].tolist() == table["wait_mean_min"].tolist()


def test_the_page_says_which_lever_matters(swept: Path) -> None:
    page = (swept / "sweep.html").read_text(encoding="utf-8")
    assert "Which lever matters" in page
    assert re.search("Expected detection( moves most with share of trucks scanned|: no axis clearly moves it)", page)


def test_the_record_says_what_was_asked(swept: Path) -> None:
    record = json.loads((swept / "sweep.json").read_text(encoding="utf-8"))
    assert record["sweep"]["overrides"][: len(SMALL)] == SMALL
    assert [axis["values"] for axis in record["sweep"]["axes"]] == [[1, 2], [0.1, 0.3]]
    assert record["seed"] == 1
    assert record["first_point"]["alternatives"]["todays_practice"]["port"]["portal"]["servers"] == 1


@pytest.mark.parametrize(
    "words",
    [["sweep", "processes=2"], ["run", "-m", "processes=1"], ["run", "-m", "hydra/launcher=joblib", "processes=2"]],
)
def test_every_way_to_ask_gives_the_same_bytes(swept: Path, tmp_path: Path, words: list[str]) -> None:
    assert main([*words, *SMALL, *AXES, f"out={tmp_path}"]) == 0
    for name in TABLES:
        assert (tmp_path / name).read_bytes() == (swept / name).read_bytes()


def test_compare_m_gives_several_alternatives_at_every_point(tmp_path: Path) -> None:
    words = ["experiment=fast_lanes", "days=1", "replications=2", "engine=simpy", "traffic.volume_scale=0.02,0.03"]
    assert main(["compare", "-m", *words, f"out={tmp_path}"]) == 0
    table = pd.read_parquet(tmp_path / "sweep.parquet")
    assert len(table) == 2 * table["alternative"].nunique() == 8
    assert table["wait_mean_min_diff"].isna().tolist() == (table["alternative"] == table["baseline"]).tolist()


def test_a_dry_run_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", *SMALL, *AXES, "dry_run=true"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "4 points, grid of portals (2 values), share of trucks scanned (2 values)" in said
    assert "passages of trucks" in said
    assert "Expected: about" in said
    assert "GB of memory" in said
    assert "MB on disk" in said
    assert list(tmp_path.iterdir()) == []


def test_a_scope_with_constraints_marks_the_points_that_keep_to_them(tmp_path: Path) -> None:
    text = "{levers: {policy.scan_share: [0.05, 0.5]}, constraints: [scan_rate <= 0.2], measures: [wait_mean_min]}"
    (tmp_path / "scope.yaml").write_text(text, encoding="utf-8")
    words = [*SMALL, "port.portal.servers=2", f"scope={tmp_path / 'scope.yaml'}", f"out={tmp_path / 'out'}"]
    assert main(["sweep", *words]) == 0
    table = pd.read_parquet(tmp_path / "out" / "sweep.parquet")
    assert table["meets_constraints"].tolist() == [True, False]
    assert "scan_rate_low" in table.columns


def test_a_design_has_its_points_in_the_table(tmp_path: Path) -> None:
    over = "over={policy.scan_share: [0.1,0.4], port.portal.servers: [1,3]}"
    assert main(["sweep", *SMALL, "design=lhs", "points=3", over, "seed=1,2", f"out={tmp_path}"]) == 0
    table = pd.read_parquet(tmp_path / "sweep.parquet")
    assert len(table) == 6
    assert sorted(table["port.portal.servers [units]"].tolist()) == [1, 1, 2, 2, 3, 3]
    assert table["policy.scan_share [share]"][:3].tolist() == table["policy.scan_share [share]"][3:].tolist()
    assert pd.read_parquet(tmp_path / "effects.parquet").empty
