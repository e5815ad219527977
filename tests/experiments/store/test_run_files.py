"""What stands in a store: records, labels, runs by name, and what is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.store import run_files
from experiments.store.run_files import KEY, check_store, pick_run, read_record, stored_runs, write_label
from experiments.store.write import add_run
from sim.errors import ConfigError
from tests import stored_runs as made


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return made.make_store(tmp_path / "store")


def test_the_record_is_the_one_that_a_parquet_reader_finds(store: Path) -> None:
    for path in store.iterdir():
        record = json.loads(pq.read_metadata(path).metadata[KEY])
        read = read_record(path)
        assert {name: record[name] for name in ("run", "seed", "rows", "started")} == {
            name: getattr(read, name) for name in ("run", "seed", "rows", "started")
        }
        assert list(read.metrics) == record["metrics"]


def test_chunks_are_one_run_and_the_newest_run_comes_first(store: Path) -> None:
    runs = stored_runs(store)
    assert [run.record.run for run in runs] == [made.CASE, made.SWEEP, made.MORE, made.BASE]
    assert runs[1].record.rows["points"] == 12
    assert [file.chunk for file in runs[1].files] == [0, 1]


def _foreign_parquet(path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_parquet(path)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _of_other_schema(path: Path) -> None:
    table = pq.read_table(path)
    record = json.loads(pq.read_metadata(path).metadata[KEY]) | {"schema": 2}
    with pq.ParquetWriter(path, table.schema, store_schema=False) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({KEY.decode(): json.dumps(record)})


def _without_record_keys(path: Path) -> None:
    with pq.ParquetWriter(path, pa.schema({"a": pa.int64()}), store_schema=False) as writer:
        writer.add_key_value_metadata({KEY.decode(): json.dumps({"schema": 1})})


def _renamed(path: Path) -> None:
    path.rename(path.with_name("20200101-000000-eeee0005.parquet"))


def _linked(path: Path) -> None:
    target = path.parent.parent / "elsewhere.parquet"
    path.rename(target)
    path.symlink_to(target)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "foreign": (_foreign_parquet, "holds no record of a run: it is not a file of the store"),
    "cut short": (_cut, "is damaged, or no Parquet file"),
    "empty": (lambda path: path.write_bytes(b""), "is damaged, or no Parquet file"),
    "text": (lambda path: path.write_text("PAR1 is not enough"), "is damaged, or no Parquet file"),
    "schema": (_of_other_schema, "is of schema 2 of the store, this version reads 1"),
    "record": (_without_record_keys, "is damaged: its record lacks 'verb'"),
    "renamed": (_renamed, f"is of run '{made.BASE}', not of the run that it is named after"),
    "link": (_linked, "is not a plain file"),
    "folder": (_folder, "is not a plain file"),
    "other name": (lambda path: path.with_name("notes.txt").write_text("mine"), "is not a file of the store"),
    "label": (lambda path: path.with_suffix(".1.label").write_text("{"), "its label cannot be read"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_foreign_and_damaged_files_are_named_in_one_line(store: Path, kind: str) -> None:
    spoil, problem = REFUSED[kind]
    spoil(store / f"{made.BASE}.parquet")
    for check in (stored_runs, check_store):
        with pytest.raises(ConfigError) as refused:
            check(store)
        assert str(refused.value).startswith(f"store: '{store}/")
        assert problem in str(refused.value)
        assert "\n" not in str(refused.value)


def test_hidden_files_of_a_stopped_run_are_no_part_of_the_store(store: Path) -> None:
    (store / ".0123456789abcdef.tmp").write_bytes(b"half")
    assert len(stored_runs(store)) == 4


def test_a_store_must_be_a_folder_and_one_that_is_not_there_yet_is_well(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="is not a folder; expected a folder or null"):
        check_store(tmp_path / "file")
    check_store(tmp_path / "later")
    assert not (tmp_path / "later").exists()
    with pytest.raises(ConfigError, match="store: no such folder"):
        stored_runs(tmp_path / "later")


def test_a_label_is_a_file_of_its_own_and_the_last_one_holds(store: Path) -> None:
    path = store / f"{made.BASE}.parquet"
    before = path.read_bytes()
    write_label(store, made.BASE, "first", "2026-05-06T00:00:00")
    write_label(store, made.BASE, "tender 12, base case", "2026-05-06T00:00:01")
    assert path.read_bytes() == before
    run = pick_run(stored_runs(store), "tender 12, base case")
    assert run.record.run == made.BASE
    assert [label.name for label in run.labels] == [f"{made.BASE}.1.label", f"{made.BASE}.2.label"]


@pytest.mark.parametrize("text", ["", "  ", "two\nlines", "x" * 81, "bell\a"])
def test_labels_are_one_printable_line(store: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="label: expected one line of 1 to 80 printable letters"):
        write_label(store, made.BASE, text, "")


def test_runs_are_picked_by_name_beginning_or_label(store: Path) -> None:
    runs = stored_runs(store)
    for name in (made.SWEEP, "20260504", "cccc"):
        assert pick_run(runs, name).record.run == made.SWEEP
    with pytest.raises(ConfigError, match=f"run: '20260503' is 2 runs .*{made.BASE}"):
        pick_run(runs, "20260503")
    for name in ("nobody", ""):
        with pytest.raises(ConfigError, match=f"run: no run '{name}' in the store"):
            pick_run(runs, name)


def test_a_label_without_its_run_is_passed_over(store: Path) -> None:
    write_label(store, made.BASE, "gone", "")
    (store / f"{made.BASE}.parquet").unlink()
    assert len(stored_runs(store)) == 3


def test_the_record_is_found_behind_a_long_footer(tmp_path: Path) -> None:
    path = add_run(tmp_path, made.rows())
    assert run_files.MARKER in path.read_bytes()[-20_000:]
    assert read_record(path).overrides == ("experiment=strategies", "out=my folder")
