"""What a query may be: one statement that reads the store's own views."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.cli import main
from experiments.store.database import open_database
from experiments.store.sql_check import check_query
from tests import stored_runs as made

HOUSE_RULES = "the secret of the house"
HOSTILE = {
    # writes
    "insert into runs values (1)": "got INSERT",
    "update runs set label = 'x'": "got UPDATE",
    "delete from runs": "got DELETE",
    "drop view runs": "got DROP",
    "create table t as select 1": "got CREATE",
    "create or replace view runs as select 1": "got CREATE",
    "alter table runs add column a int": "got ALTER",
    "truncate runs": "got DELETE",
    "with x as (insert into runs values (1) returning *) select * from x": "got insert query",
    "merge into runs using points on true when matched then delete": "got MERGE",
    # files
    "copy runs to '{out}/stolen.csv'": "got COPY",
    "copy (select 1) to '{store}/stolen.parquet'": "got COPY",
    "copy runs from '{out}/secret.csv'": "got COPY",
    "export database '{out}/all'": "got EXPORT",
    "import database '{out}/all'": "got",
    "attach '{out}/other.db'": "got ATTACH",
    "attach '{store}/other.db' as x": "got ATTACH",
    "select * from read_csv('/etc/passwd')": "read_csv() is not allowed",
    "select * from read_csv_auto('{out}/secret.csv')": "read_csv_auto() is not allowed",
    "select * from read_text('{out}/secret.csv')": "read_text() is not allowed",
    "select * from read_blob('{out}/secret.csv')": "read_blob() is not allowed",
    "select * from read_json('{out}/secret.csv')": "read_json() is not allowed",
    "select * from read_parquet('{store}/*.parquet')": "read_parquet() is not allowed",
    "select * from parquet_scan('{store}/*.parquet')": "parquet_scan() is not allowed",
    "select * from parquet_kv_metadata('{store}/*.parquet')": "parquet_kv_metadata() is not allowed",
    "select * from sniff_csv('{out}/secret.csv')": "sniff_csv() is not allowed",
    "select * from glob('{out}/*')": "glob() is not allowed",
    "select (select count(*) from glob('/etc/*'))": "glob() is not allowed",
    "select * from '{out}/secret.csv'": "no table",
    'select * from "{out}/secret.csv"': "no table",
    "from '{store}/../secret.csv'": "no table",
    "select * from '{store}/20260503-090000-aaaa0001.parquet'": "no table",
    "describe '{out}/secret.csv'": "no table",
    "summarize '{out}/secret.csv'": "no table",
    "with x as (from '{out}/secret.csv') select * from x": "no table",
    "select * from runs where run in (select a from '{out}/secret.csv')": "no table",
    "select * from (pivot '{out}/secret.csv' on a using count(*))": "got",
    'with "{out}/secret.csv" as (select 1) select * from "{out}/secret.csv", main."{out}/secret.csv"': "no table",
    # other ways into the process and the database
    "select * from pandas_scan(1)": "pandas_scan() is not allowed",
    "select * from arrow_scan(1, 2, 3)": "arrow_scan() is not allowed",
    "select * from query('select 1')": "query() is not allowed",
    "select * from query_table('runs')": "query_table() is not allowed",
    "select * from duckdb_secrets()": "duckdb_secrets() is not allowed",
    "select * from duckdb_settings()": "duckdb_settings() is not allowed",
    "select * from pragma_database_list": "no table",
    "select * from information_schema.tables": "no table",
    "select * from system.main.runs": "no table",
    "select getenv('HOME')": "getenv does not exist",
    "install httpfs": "got",
    "load json": "got LOAD",
    "pragma database_list": "got PRAGMA",
    "call pragma_version()": "got CALL",
    "set enable_external_access = true": "got SET",
    "set threads = 64": "got SET",
    "reset memory_limit": "got",
    "use memory": "got SET",
    "create secret s (type http)": "got",
    "prepare p as select 1": "got PREPARE",
    "execute p": "got EXECUTE",
    "explain analyze select 1": "got EXPLAIN",
    "begin": "got TRANSACTION",
    "checkpoint": "got CALL",
    "vacuum": "got VACUUM",
    # number of statements
    "": "got 0 statements",
    "-- nothing": "got 0 statements",
    "select 1; select 2": "got 2 statements",
    "select 1; drop view runs": "got 2 statements",
    # what makes no sense
    "selec 1": "syntax error",
    "select nothing from runs": "Candidate bindings",
    "select * from trucks": "no table 'trucks'; known ['runs', 'points', 'metrics', 'comparison', 'inputs']",
    "select 1 / 'a'": "Could not convert",
    "select 'open": "unterminated",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store and a file that is none of its business."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "secret.csv").write_text(f"a\n{HOUSE_RULES}\n")
    made.make_store(folder / "store")
    return folder


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_queries_are_refused_in_one_line(query: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = snapshot(place)
    text = query.format(out=place, store=place / "store")
    assert main(["query", text, f"store={place / 'store'}"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("query: ")
    assert said.err.count("\n") == 1
    assert HOSTILE[query] in said.err
    assert HOUSE_RULES not in said.err
    assert snapshot(place) == before


ALLOWED = (
    "select 1",
    "select 1;",
    "from runs",
    "table runs",
    "values (1, 2)",
    "select ';' as a -- one statement; no more",
    "with a as (select run from runs), b as (select * from a) select count(*) from b",
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5) select * from n",
    "select run from runs union all select run from points",
    "select * from main.runs",
    "select * from RUNS join Points using (run)",
    "select unnest(range(3))",
    "select * from generate_series(1, 3)",
    "select * from runs, unnest([1, 2]) as t(a)",
    "describe metrics",
    "describe select 1",
    "summarize points",
    "show tables",
    "select verb, count(*) from runs group by all having count(*) > 0 order by all limit 3",
    "select run, row_number() over (order by started) from runs qualify row_number() over (order by run) = 1",
    "select max(wait_mean_min) filter (where alternative = 'today') from metrics",
    "select (select count(*) from points p where p.run = r.run) from runs r",
    "select * from (pivot (select run, verb from runs) on verb in ('compare', 'sweep') using count(*))",
)


@pytest.mark.parametrize("query", ALLOWED)
def test_questions_of_all_kinds_are_answered(query: str, place: Path) -> None:
    database = open_database(place / "store")
    assert check_query(database, query)
    assert database.execute(query).fetchall()
