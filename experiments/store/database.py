"""The store as a database in memory that can read its own files and nothing else."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from experiments.store.run_files import StoredFile, StoredRun, stored_runs
from experiments.store.schema import ARROW, RUNS, VIEWS
from sim.errors import ConfigError
from sim.tables import METRICS, Column

SQL_TYPES: Final = {"float": "DOUBLE", "int": "BIGINT", "str": "VARCHAR", "bool": "BOOLEAN"}
FLAGS: Final = frozenset(metric.name for metric in METRICS if metric.kind == "bool")
LOCKS: Final = {
    "temp_directory": "''",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "enable_external_access": "false",
    "lock_configuration": "true",
}
"""Settings that close the database, the one that holds them fast last."""


def open_database(store: Path, memory: str = "1GB", threads: int = 2) -> duckdb.DuckDBPyConnection:
    """Return a database with the views of `VIEWS` over all files of a store, closed to all other files.

    Raises
    ------
    ConfigError
        ``store``: as of `stored_runs`, or a folder whose name would be read as a pattern of names;
        ``memory`` or ``threads``: a limit that makes no sense.
    """
    runs = stored_runs(store)
    place = store.resolve()
    if set("*?[") & set(str(place)):
        raise ConfigError("store", f"{str(place)!r} cannot be queried: a folder's name must not hold * ? or [")
    database = duckdb.connect(":memory:")
    for key, value in (("memory_limit", f"'{memory}'"), ("threads", str(threads))):
        try:
            database.execute(f"SET {key} = {value}")
        except duckdb.Error as error:
            raise ConfigError(key.partition("_")[0], str(error).splitlines()[0]) from None
    database.register("records", _records(runs))
    database.execute("CREATE TABLE runs AS SELECT * REPLACE (started::TIMESTAMP AS started) FROM records")
    database.unregister("records")
    files = [file for run in runs for file in run.files]
    for name, statement in _views(place, files).items():
        database.execute(f'CREATE VIEW "{name}" AS {statement}')
    folder = str(place).replace("'", "''")
    for key, value in {"allowed_directories": f"['{folder}/']", **LOCKS}.items():
        database.execute(f"SET {key} = {value}")
    return database


def _records(runs: Sequence[StoredRun]) -> pa.Table:
    rows = []
    for run in runs:
        row = {column.name: getattr(run.record, column.name) for column in RUNS}
        rows.append(row | {"overrides": shlex.join(run.record.overrides)})
    return pa.Table.from_pylist(rows, schema=pa.schema({column.name: ARROW[column.kind] for column in RUNS}))


def _views(store: Path, files: Sequence[StoredFile]) -> dict[str, str]:
    """Return the statement behind each view."""
    views = {name: _rows_of(name, store, files, _columns(VIEWS[name])) for name in ("points", "comparison", "inputs")}
    # a point that failed and was tried again is there twice: what is done stands before what failed
    views["points"] += " QUALIFY row_number() OVER (PARTITION BY run, point ORDER BY status) = 1"
    columns = ", ".join(
        "points.point AS point" if column.name == "point" else f'whole."{column.name}"' for column in VIEWS["inputs"]
    )
    views["inputs"] = (
        f"SELECT * FROM ({views['inputs']}) WHERE point IS NOT NULL UNION ALL BY NAME "
        f"SELECT DISTINCT {columns} FROM ({views['inputs']}) AS whole JOIN points ON points.run = whole.run "
        "WHERE whole.point IS NULL"
    )
    by_names: dict[tuple[str, ...], list[StoredFile]] = {}
    for file in files:
        if file.record.rows["metrics"]:
            by_names.setdefault(file.record.metrics, []).append(file)
    if not by_names:
        by_names[tuple(metric.name for metric in METRICS)] = []
    keys = _columns(VIEWS["metrics"])
    parts = [_rows_of("metrics", store, some, f"{keys}, {_measures(names)}") for names, some in by_names.items()]
    return views | {"metrics": " UNION ALL BY NAME ".join(parts)}


def _columns(columns: Sequence[Column]) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)


def _measures(names: Sequence[str]) -> str:
    values = {name: f'"values"[{place}]' for place, name in enumerate(names, 1)}
    return ", ".join(f"{value}{' <> 0' if name in FLAGS else ''} AS {_quoted(name)}" for name, value in values.items())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _rows_of(name: str, store: Path, files: Sequence[StoredFile], columns: str) -> str:
    """Return the query for the rows of one table in those files that have any."""
    paths = [str(store / file.path.name).replace("'", "''") for file in files if file.record.rows[name]]
    if paths:
        listed = ", ".join(f"'{path}'" for path in paths)
        return f"SELECT {columns} FROM read_parquet([{listed}]) WHERE \"table\" = '{name}'"
    kinds = {column.name: SQL_TYPES[column.kind] for column in VIEWS[name]}
    nothing = ", ".join(f'NULL::{kind} AS "{title}"' for title, kind in kinds.items())
    return f'SELECT {columns} FROM (SELECT {nothing}, NULL::DOUBLE[] AS "values") WHERE false'
