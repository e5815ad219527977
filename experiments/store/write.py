"""A finished run, or a chunk of one -> a new file of the store."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.store.run_files import KEY, RUN_NAME, TABLES, RunFacts, RunRecord, write_exclusively
from experiments.store.schema import ARROW, METRICS_KEYS, VIEWS, file_schema
from sim.errors import TableError

ROWS_A_GROUP: Final = 131_072
"""Rows that are read as one: a thread takes a group at a time."""
KEYS: Final = tuple(column.name for column in METRICS_KEYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRows(RunFacts):
    """A run as the store takes it; the columns of its tables are those of `experiments.store.schema`.

    A table without the column ``point`` is of point 0; in ``inputs`` a point that is missing means all points of the
    run. ``metrics`` has ``alternative``, ``replication`` and a column of numbers for each measure.
    """

    run_id: str
    points: pd.DataFrame = field(default_factory=pd.DataFrame)
    metrics: pd.DataFrame = field(default_factory=pd.DataFrame)
    comparison: pd.DataFrame = field(default_factory=pd.DataFrame)
    inputs: pd.DataFrame = field(default_factory=pd.DataFrame)


def new_run_id(started: dt.datetime) -> str:
    """Return a name for a run: when it started, and eight random digits that keep runs of one second apart.

    Examples
    --------
    >>> new_run_id(dt.datetime(2026, 5, 3, 14, 7, 9))[:16]
    '20260503-140709-'
    """
    return f"{started:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"


def add_run(store: Path, rows: RunRows) -> Path:
    """Write a new file into the store and return its path; no file that is there is touched.

    Several files may be added for one run: the chunks of a sweep.

    Raises
    ------
    OutputError
        ``store``: the folder cannot be written to.
    TableError
        A table with a column that the store does not know, or a measure that is no number.
    ValueError
        A run's name that is no file name.
    """
    if RUN_NAME.fullmatch(rows.run_id) is None:
        raise ValueError(f"no name of a run: {rows.run_id!r}")
    names = tuple(str(name) for name in rows.metrics.columns if name not in KEYS)
    tables = [_as_arrow(name, getattr(rows, name), rows.run_id, names) for name in TABLES]
    shared = {name: getattr(rows, name) for name in RunFacts.__dataclass_fields__}
    record = RunRecord(
        **shared
        | {
            "run": rows.run_id,
            "started": _in_utc(rows.started),
            "rows": {name: len(table) for name, table in zip(TABLES, tables, strict=True)},
            "metrics": names,
        }
    )

    def write(path: Path) -> None:
        with pq.ParquetWriter(
            path, file_schema(), compression="zstd", store_schema=False, write_page_checksum=True
        ) as writer:
            writer.write_table(pa.concat_tables(tables), row_group_size=ROWS_A_GROUP)
            writer.add_key_value_metadata({KEY.decode(): json.dumps(asdict(record), ensure_ascii=True)})

    return write_exclusively(store, lambda n: f"{rows.run_id}{f'.{n}' if n else ''}.parquet", 0, write)


def _in_utc(text: str) -> str:
    moment = dt.datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def _as_arrow(name: str, frame: pd.DataFrame, run: str, measures: tuple[str, ...]) -> pa.Table:
    """Return the rows of one table with all columns of a file."""
    declared = {column.name: ARROW[column.kind] for column in VIEWS[name]}
    columns: dict[str, pa.Array] = {
        "table": pa.repeat(pa.scalar(name), len(frame)),
        "run": pa.repeat(pa.scalar(run), len(frame)),
    }
    if "point" not in frame:
        columns["point"] = pa.repeat(pa.scalar(0, pa.int64()), len(frame))
    for title in frame.columns:
        if name == "metrics" and title in measures:
            continue
        if title not in declared:
            raise TableError(f"{name}: unknown column {title!r}; known {list(declared)}")
        columns[str(title)] = pa.array(frame[title], type=declared[title], from_pandas=True)
    if measures and name == "metrics":
        columns["values"] = _lists(frame, measures)
    schema = file_schema()
    return pa.table([columns.get(field.name, pa.nulls(len(frame), field.type)) for field in schema], schema=schema)


def _lists(frame: pd.DataFrame, measures: tuple[str, ...]) -> pa.Array:
    """Return the measures of each row as a list; what is not defined is null."""
    try:
        values = frame[list(measures)].to_numpy(np.float64)
    except (TypeError, ValueError) as error:
        raise TableError(f"metrics: a measure that is no number ({error})") from None
    offsets = np.arange(len(values) + 1, dtype=np.int32) * len(measures)
    flat = values.ravel()
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(flat, mask=np.isnan(flat)))
