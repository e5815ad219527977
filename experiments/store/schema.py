"""What the store holds: its five tables, their columns and units, and the version of its files.

A file of the store is Parquet. Its rows are those of four tables under each other, told apart by the column ``table``;
a column that a table does not have is null in its rows. METRICS stand in one list, ``values``, so that a file stays
small to open however many measures there are. The file's key-value metadata holds one JSON record: the
run itself, and the names of ``values``, so that a file written before a measure was added can still be read
(`experiments.store.run_files`).
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from experiments.store.run_files import TABLES
from sim.tables import Column, Kind

_RUN: Final = Column("run", "str", "-", "name of the run")
_POINT: Final = Column("point", "int", "-", "number of the point in its run, from 0")

RUNS: Final = (
    _RUN,
    Column("verb", "str", "-", "verb that ran: compare, run, fund, sweep"),
    Column("experiment", "str", "-", "experiment; null: none was named"),
    Column("label", "str", "-", "what `throughgate results label` says of it; null: nothing"),
    Column("started", "str", "UTC", "when it started, as a timestamp"),
    Column("seed", "int", "-", "seed of all chance"),
    Column("engine", "str", "-", "compiled or simpy"),
    Column("code_hash", "str", "-", "hash of every source file of sim/ and models/"),
    Column("program_version", "str", "-", "version of Throughgate"),
    Column("folder", "str", "-", "folder of its results"),
    Column("overrides", "str", "-", "what the user asked for, as it can be pasted into a command line"),
    Column("wall_s", "float", "s", "wall time"),
    Column("finished", "bool", "-", "whether the run came to its end"),
)
POINTS: Final = (
    _RUN,
    _POINT,
    Column("content", "str", "-", "hash of all that decides the point"),
    Column("status", "str", "-", "done or failed"),
    Column("overrides", "str", "-", "what this point sets"),
    Column("unstable", "str", "-", "alternatives that cannot carry their weekly load, and where; null: all can"),
)
_VERDICT: Final[dict[str, Kind]] = {"holm_verdict": "str", "n": "int", "badge": "str", "note": "str"}
METRICS_KEYS: Final = (
    _RUN,
    _POINT,
    Column("alternative", "str", "-", "name of the alternative"),
    Column("replication", "int", "-", "number of the replication, from 0"),
)
"""What stands before the measures in ``metrics``; the measures are those of docs/reference/metrics.md."""
COMPARISON: Final = (
    _RUN,
    _POINT,
    *(Column(name, "str", "-", "") for name in ("alternative", "baseline", "metric", "unit")),
    *(Column(name, "float", "unit", "") for name in ("mean", "low", "high", "difference", "diff_low", "diff_high")),
    Column("interval_kind", "str", "-", "what both intervals are over"),
    *(Column(name, "float", "0-1", "") for name in ("p_value", "p_holm")),
    *(Column(name, kind, "-", "") for name, kind in _VERDICT.items()),
)
"""As `experiments.comparison.COLUMNS`, which say more: a query does not wait for what computes them."""
INPUTS: Final = (
    _RUN,
    _POINT,
    Column("alternative", "str", "-", "name of the alternative; null: all of them"),
    Column("key", "str", "-", "key of the input, as on the command line"),
    Column("value_number", "float", "unit", "its value where it is a number"),
    Column("value_text", "str", "-", "its value where it is a word or a list"),
    Column("unit", "str", "-", "unit of the value"),
    Column("kind", "str", "-", "source, assumption, definition, user, setting, option or swept"),
    Column("low", "float", "unit", "lower end of the range of an assumption"),
    Column("high", "float", "unit", "upper end of the range of an assumption"),
    Column("source", "str", "-", "source and confidence, or why it is assumed"),
)
VIEWS: Final = {"runs": RUNS, "points": POINTS, "metrics": METRICS_KEYS, "comparison": COMPARISON, "inputs": INPUTS}
"""Declared columns of each view that a query can name."""

ARROW: Final = {"float": pa.float64(), "int": pa.int64(), "str": pa.string(), "bool": pa.bool_()}


def file_schema() -> pa.Schema:
    """Return the columns of a file: ``table``, ``values``, and each column of a table once."""
    columns = {column.name: ARROW[column.kind] for name in TABLES for column in VIEWS[name]}
    return pa.schema({"table": pa.string(), "values": pa.list_(pa.float64())} | columns)
