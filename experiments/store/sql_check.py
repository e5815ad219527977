"""What a query may be: one statement that reads the store's own views, and nothing else.

The statement is taken apart by DuckDB's own parser. The database behind it is closed to other files all the same
(`experiments.store.database`): this is the first of two walls, and the one that can say what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import duckdb
import pyarrow as pa

from experiments.store.schema import VIEWS
from sim.errors import ConfigError

KEY: Final = "query"
STATEMENT: Final = "expected one statement that reads: select, with, describe, summarize or show"
QUERY_NODES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
"""Kinds of query that only read; others (INSERT_QUERY_NODE, ...) write."""
TABLE_FUNCTIONS: Final = frozenset({"range", "generate_series", "unnest"})
"""Functions that may stand as a table: they make rows from their arguments."""


def check_query(database: duckdb.DuckDBPyConnection, text: str) -> str:
    """Return a query that only reads the store's views.

    Raises
    ------
    ConfigError
        ``query``: nothing or more than one statement; one that writes, loads, attaches, copies or changes a setting;
        one that names a file, a function that opens something, or a table that is none of `VIEWS`.
    """
    try:
        statements = database.extract_statements(text)
    except duckdb.Error as error:
        raise ConfigError(KEY, _line(error)) from None
    if len(statements) != 1:
        raise ConfigError(KEY, f"{STATEMENT}; got {len(statements)} statements")
    kind = statements[0].type.name
    if kind != "SELECT":
        raise ConfigError(KEY, f"{STATEMENT}; got {'PIVOT on its own' if kind == 'MULTI' else kind}")
    parsed = database.execute("SELECT json_serialize_sql(?::VARCHAR)", [statements[0].query]).fetchall()
    tree: dict[str, Any] = json.loads(parsed[0][0])
    if tree["error"]:
        raise ConfigError(KEY, f"{STATEMENT}; {tree['error_message']}")
    nodes = list(_nodes(tree["statements"]))
    defined = {entry["key"].lower() for node in nodes for entry in node.get("cte_map", {}).get("map", [])}
    for node in nodes:
        _check(node, defined)
    return statements[0].query


def run_query(database: duckdb.DuckDBPyConnection, text: str, batch: int) -> pa.RecordBatchReader:
    """Check a query, run it, and return its rows in batches of ``batch``.

    Raises
    ------
    ConfigError
        ``query``: as of `check_query`, or what DuckDB says is wrong, with a name that does not exist.
    """
    statement = check_query(database, text)
    try:
        return database.sql(statement).to_arrow_reader(batch)
    except duckdb.Error as error:
        raise ConfigError(KEY, _line(error)) from None


def _check(node: Mapping[str, Any], defined: set[str]) -> None:
    kind = node.get("type")
    if isinstance(kind, str) and kind.endswith("_NODE") and kind not in QUERY_NODES:
        raise ConfigError(KEY, f"{STATEMENT}; got {kind.removesuffix('_NODE').lower().replace('_', ' ')}")
    if kind == "TABLE_FUNCTION":
        name = node["function"].get("function_name", "")
        if name.lower() not in TABLE_FUNCTIONS:
            raise ConfigError(KEY, f"{name}() is not allowed; tables are {list(VIEWS)}")
    if kind == "BASE_TABLE":
        path = [str(part).lower() for part in node["qualified_name"]["path"]]
        if path[-1] not in (defined if len(path) == 1 else set()) | set(VIEWS) or path[:-1] not in ([], ["main"]):
            raise ConfigError(KEY, f"no table {'.'.join(path)!r}; known {list(VIEWS)}")


def _nodes(tree: object) -> Iterator[Mapping[str, Any]]:
    """Yield every mapping of the parsed statement, however deep."""
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, Mapping):
            yield node
            todo += node.values()
        elif isinstance(node, list):
            todo += node


def _line(error: duckdb.Error) -> str:
    """Return the first line of what DuckDB says, and the names that it would propose."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    more = [line for line in lines[1:] if line.startswith(("Candidate", "Did you mean"))]
    return "; ".join([lines[0], *more[:1]])[:300]
