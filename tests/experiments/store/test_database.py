"""The store as a database: views over all files, closed to everything else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from experiments.store.database import open_database
from experiments.store.schema import VIEWS
from experiments.store.write import add_run
from sim.errors import ConfigError
from tests import stored_runs as made


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.make_store(tmp_path_factory.mktemp("made") / "it's a store")


def rows(store: Path, query: str) -> list[tuple[object, ...]]:
    return open_database(store).execute(query).fetchall()


def test_views_have_the_declared_columns(store: Path, tmp_path: Path) -> None:
    add_run(
        tmp_path, replace(made.rows(), **dict.fromkeys(("points", "metrics", "comparison", "inputs"), pd.DataFrame()))
    )
    for place in (store, tmp_path):
        database = open_database(place)
        for name, columns in VIEWS.items():
            shown = [row[0] for row in database.execute(f"describe {name}").fetchall()]
            assert shown[: len(columns)] == [column.name for column in columns]
    assert rows(tmp_path, "select wait_mean_min, stable from metrics") == []


def test_metrics_come_back_as_they_were_written(store: Path) -> None:
    wrote = made.metrics({"today": 30.0, "more_scans": 33.0})
    database = open_database(store)
    query = "select * from metrics where run = ? order by alternative desc, replication"
    read = database.execute(query, [made.BASE])
    table = read.fetch_df().drop(columns="run")
    assert table["stable"].dtype == bool
    pd.testing.assert_frame_equal(table, wrote, check_dtype=False)


def test_what_holds_for_all_points_stands_at_each(store: Path) -> None:
    query = "select count(*), count(distinct point) from inputs where run like '20260504%' and key = 'days'"
    assert rows(store, query) == [(12, 12)]  # each chunk says it of all points: once is enough


def test_a_point_that_was_tried_again_is_there_once(tmp_path: Path) -> None:
    add_run(tmp_path, made.sweep_chunk(0))
    again = made.sweep_chunk(0)
    add_run(tmp_path, replace(again, points=again.points[again.points["point"] == 5].assign(status="done")))
    assert rows(tmp_path, "select count(*), count(distinct point), count_if(status = 'done') from points") == [
        (6, 6, 6)
    ]


def test_files_with_other_measures_are_read_beside_each_other(tmp_path: Path) -> None:
    add_run(tmp_path, made.rows())
    fewer = made.rows(made.MORE)
    add_run(tmp_path, replace(fewer, metrics=fewer.metrics[["alternative", "replication", "trucks"]].assign(new=1.0)))
    counted = rows(
        tmp_path, "select run, count(trucks), count(wait_mean_min), count(new) from metrics group by 1 order by 1"
    )
    assert counted == [(made.BASE, 10, 10, 0), (made.MORE, 10, 0, 10)]


def test_a_metric_that_is_not_defined_is_null(tmp_path: Path) -> None:
    table = made.metrics({"today": 30.0}).assign(hit_rate=float("nan"))
    add_run(tmp_path, replace(made.rows(), metrics=table))
    assert rows(tmp_path, "select count(hit_rate), count(*) from metrics") == [(0, 5)]


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('{out}/secret.csv')",
        "select * from '{out}/secret.csv'",
        "select * from read_text('{store}/../secret.csv')",
        "select * from glob('{out}/*')",
        "copy (select 1) to '{out}/made.csv'",
        "attach '{out}/made.db'",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
        "reset lock_configuration",
        "install httpfs",
    ],
)
def test_the_second_wall_holds_by_itself(tmp_path: Path, statement: str) -> None:
    """What `sql_check` would let through would still reach no other file."""
    (tmp_path / "secret.csv").write_text("a\n1\n")
    store = made.make_store(tmp_path / "store")
    database = open_database(store)
    with pytest.raises(duckdb.Error):
        database.execute(statement.format(out=tmp_path, store=store)).fetchall()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.csv", "store"]


def test_frames_of_the_program_are_no_tables(store: Path) -> None:
    hidden = pd.DataFrame({"a": [1]})
    database = open_database(store)
    with pytest.raises(duckdb.CatalogException):
        database.execute("select * from hidden")
    assert len(hidden) == 1


def test_limits_are_set_and_nothing_spills_to_disk(store: Path) -> None:
    database = open_database(store, "200MB", 1)
    shown = database.execute("select current_setting('threads'), current_setting('memory_limit')").fetchall()
    assert shown == [(1, "190.7 MiB")]
    with pytest.raises(duckdb.OutOfMemoryException):
        database.execute("select count(distinct hash(range)) from range(100_000_000)").fetchall()


def test_a_folder_that_reads_like_a_pattern_is_refused(tmp_path: Path) -> None:
    store = made.make_store(tmp_path / "what[1]")
    with pytest.raises(ConfigError, match=r"must not hold \* \? or \["):
        open_database(store)
