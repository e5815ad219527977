"""Files of the store: exclusive, whole, never written over, and read back as they were."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from experiments.store.run_files import KEY, stored_runs
from experiments.store.write import add_run, new_run_id
from sim.errors import OutputError, TableError
from sim.tables import METRICS
from tests import stored_runs as made


def test_a_file_holds_the_rows_and_the_record(tmp_path: Path) -> None:
    path = add_run(tmp_path / "store", made.rows())
    assert path == tmp_path / "store" / f"{made.BASE}.parquet"
    table = pq.read_table(path)
    counts = table["table"].to_pandas().value_counts().to_dict()
    assert counts == {
        "points": 1,
        "metrics": 10,
        "comparison": 2 * sum(m.kind == "float" for m in METRICS),
        "inputs": 8,
    }
    record = json.loads(pq.read_metadata(path).metadata[KEY])
    assert record["schema"] == 1
    assert record["rows"] == counts
    first = table.filter(table["table"].to_numpy() == "metrics")["values"][0].as_py()
    assert dict(zip(record["metrics"], first, strict=True))["trucks"] == 1000.0


def test_a_second_chunk_is_a_new_file_and_the_first_stays_as_it_was(tmp_path: Path) -> None:
    first = add_run(tmp_path, made.sweep_chunk(0))
    before = first.read_bytes(), first.stat().st_mtime_ns
    second = add_run(tmp_path, made.sweep_chunk(6))
    assert second.name == f"{made.SWEEP}.1.parquet"
    assert (first.read_bytes(), first.stat().st_mtime_ns) == before
    assert [path.name for path in sorted(tmp_path.iterdir())] == [second.name, first.name]


def test_writers_at_the_same_moment_never_share_a_file(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: add_run(tmp_path, made.case()), range(12)))
    assert len(set(paths)) == 12
    (run,) = stored_runs(tmp_path)
    assert [file.chunk for file in run.files] == list(range(12))


def test_names_of_runs_of_one_second_differ() -> None:
    moment = pd.Timestamp("2026-05-03 14:07:09").to_pydatetime()
    assert len({new_run_id(moment) for _ in range(1000)}) == 1000


def test_nothing_is_left_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(OutputError, match=r"store: cannot write to .* \(No space left on device\)"):
        add_run(tmp_path, made.rows())
    assert list(tmp_path.iterdir()) == []


def test_unknown_columns_and_words_as_measures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="points: unknown column 'colour'; known"):
        add_run(tmp_path, replace(made.rows(), points=pd.DataFrame({"colour": ["red"]})))
    words = made.metrics({"today": 30.0}).assign(wait_mean_min="long")
    with pytest.raises(TableError, match="metrics: a measure that is no number"):
        add_run(tmp_path, replace(made.rows(), metrics=words))
    with pytest.raises(ValueError, match="no name of a run"):
        add_run(tmp_path, replace(made.rows(), run_id="../outside"))
    assert list(tmp_path.iterdir()) == []


def test_times_are_kept_in_utc(tmp_path: Path) -> None:
    add_run(tmp_path, replace(made.rows(), started="2026-05-03T23:30:00-05:00"))
    assert stored_runs(tmp_path)[0].record.started == "2026-05-04T04:30:00"
