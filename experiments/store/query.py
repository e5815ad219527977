"""``throughgate query``: one question in SQL to the store of all runs, read only.

1  words      arguments           -> Words        (nothing is opened before this succeeds)
2  database   the store's files   -> views of runs, points, metrics, comparison, inputs
3  check      the statement       -> one that reads those views alone
4  rows       batches             -> the terminal, a CSV or a Parquet file
"""

from __future__ import annotations

import json
import os
import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
from pyarrow import csv
from pyarrow import parquet as pq

from experiments.files import OutputFolder
from experiments.store.database import open_database
from experiments.store.schema import VIEWS
from experiments.store.sql_check import run_query
from experiments.store.words import STORE, cell_text, print_lines, read_words, screen_width, table_lines
from sim.errors import ConfigError

KEYS: Final = ("store", "to", "overwrite", "rows", "memory", "threads")
FORMATS: Final = (".csv", ".parquet")
MEMORY: Final = "1GB"
SHOWN: Final = 40
"""Rows on the terminal."""
BATCH: Final = 65_536


def usage() -> str:
    """Return how the verb is called."""
    return "\n".join(
        [
            'throughgate query "select ..." [key=value ...]',
            "",
            "Asks the store of all runs one question in SQL (DuckDB). It reads and never writes; no file",
            "outside the store can be named. docs/reference/querying.md has ten questions of a planner.",
            "",
            f'Tables: {", ".join(VIEWS)}. `throughgate query "describe runs"` lists the columns of one.',
            "",
            f"  store={STORE}  folder of the store",
            "  to=FILE.csv|FILE.parquet  writes all rows to a file in place of the terminal",
            "  overwrite=false  whether a file that is there may be replaced",
            f"  rows={SHOWN}  rows shown on the terminal",
            f"  memory={MEMORY}  memory that the query may use",
            "  threads=2  threads that it may use",
        ]
    )


def main(overrides: Sequence[str]) -> int:
    """Answer one query and return the exit status.

    Raises
    ------
    ConfigError
        An unknown key, a file that is there, a store that cannot be read, a query that does not only read.
    """
    words = read_words(overrides, KEYS)
    if len(words.positional) != 1:
        raise ConfigError("query", f"expected one text in quotation marks, got {len(words.positional)}")
    memory = words.text("memory", MEMORY)
    if not re.fullmatch(r"\d{1,6}(\.\d+)?\s?[KMGT]i?B", memory, re.IGNORECASE):
        raise ConfigError("memory", f"expected an amount such as 500MB or 2GB, got {memory!r}")
    threads, shown = words.count("threads", 2, 1, 1024), words.count("rows", SHOWN, 1, 1_000_000)
    overwrite = words.flag("overwrite")
    target = checked_target(words.keyed["to"], words.store, overwrite=overwrite) if "to" in words.keyed else None
    database = open_database(words.store, memory, threads)
    reader = run_query(database, words.positional[0], BATCH)
    if target is None:
        show_rows(reader, shown)
    else:
        n = write_rows(reader, target)
        print_lines(f"{n:,} rows written to {target}")
    return 0


def checked_target(text: str, store: Path, *, overwrite: bool) -> Path:
    """Return the file that rows are to be written to.

    Raises
    ------
    ConfigError
        ``to``: another ending than `FORMATS`, a file that is there, or one in the store.
    """
    path = Path(text).expanduser()
    if path.suffix not in FORMATS or path.name in FORMATS:
        raise ConfigError("to", f"expected a file that ends in {' or '.join(FORMATS)}, got {text!r}")
    if path.is_dir() or (path.exists() and not overwrite):
        hint = "it is a folder" if path.is_dir() else "it is there already; overwrite=true replaces it"
        raise ConfigError("to", f"cannot write {text!r}: {hint}")
    if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(store)):
        raise ConfigError("to", f"{text!r} is in the store, which holds runs only")
    return path


def show_rows(reader: pa.RecordBatchReader, most: int) -> None:
    """Print the first rows, and how many rows and columns are left out."""
    rows: list[list[str]] = []
    total = 0
    for batch in _batches(reader):
        total += batch.num_rows
        if len(rows) < most:
            columns = [column.to_pylist() for column in batch.slice(0, most - len(rows)).columns]
            rows += [[cell_text(value) for value in row] for row in zip(*columns, strict=True)]
    right = [pa.types.is_integer(f.type) or pa.types.is_floating(f.type) for f in reader.schema]
    lines, shown = table_lines(reader.schema.names, rows, right, screen_width())
    print_lines(*lines)
    left = [f"{total - len(rows):,} more rows"] if total > len(rows) else []
    left += [f"{len(right) - shown:,} more columns"] if len(right) > shown else []
    if left:
        more = f"{' and '.join(left)}: see them with rows=N, fewer columns in select, or to=FILE.csv"
        print_lines("", *textwrap.wrap(more, screen_width(), break_on_hyphens=False))
    elif not total:
        print_lines("no rows")


def write_rows(reader: pa.RecordBatchReader, target: Path) -> int:
    """Write all rows to a file, whole or not at all, and return how many they are."""
    total = 0
    schema = pa.schema([pa.field(field.name, _flat(field.type)) for field in reader.schema])
    schema = reader.schema if target.suffix == ".parquet" else schema
    with OutputFolder(target.parent).file(target.name) as hidden:
        opened = pq.ParquetWriter(hidden, schema) if target.suffix == ".parquet" else csv.CSVWriter(hidden, schema)
        with opened as writer:
            for batch in _batches(reader):
                total += batch.num_rows
                writer.write_batch(batch if target.suffix == ".parquet" else _flattened(batch, schema))
    return total


def _flat(kind: pa.DataType) -> pa.DataType:
    """Return the type of a column in a CSV file: lists and structures are written as JSON."""
    return pa.string() if pa.types.is_nested(kind) else kind


def _flattened(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [
        pa.array([None if value is None else json.dumps(value, default=str) for value in column.to_pylist()])
        if pa.types.is_nested(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Yield the batches of an answer; what goes wrong on the way is the query's."""
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            raise ConfigError("query", str(error).splitlines()[0][:300]) from None
        yield batch


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("query")
