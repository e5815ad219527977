"""Where the files of two runs differ: every bit of a table, every key of a record."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SUFFIXES: Final = {".parquet", ".csv", ".json", ".npy"}
"""Files that are compared. HTML shows the same tables; a .skops file names classes by module."""

IGNORED_JSON: Final[dict[tuple[str, str], str]] = {
    ("run.json", "throughgate"): "version",
    ("run.json", "versions"): "versions of libraries",
    ("run.json", "commit"): "the two checkouts are different commits",
    ("run.json", "python"): "version",
    ("run.json", "platform"): "machine",
    ("run.json", "cpus"): "machine",
    ("run.json", "processor"): "machine: newer commits record the processor's vector features",
    ("run.json", "wall_s"): "time",
    ("scorecard.json", "commit"): "the two checkouts are different commits",
    ("model.json", "sklearn"): "version",
    ("model.json", "sha256"): "of a .skops file, which names classes by module",
}
"""Keys of records that are not results, by file name and dotted key, with the reason."""

IGNORED_FILES: Final = {"checksums.json": "keyed checksums of a model in this user's cache (decision 020)"}
"""Files that are not results, with the reason."""

OF_A_PORT: Final = re.compile(r"^(ports\.[^.]+|parts\[\d+\]\.runs\[\d+\])\.(?=\w+$)")
"""A portfolio's run.json holds one such record for each port, a scorecard for each of its runs."""

SORTED_BY_PATH: Final = {("run.json", "input_sha256")}
"""Records whose keys stand in the order of absolute paths, so in that of the sides' folders."""

COMMIT_IN_TEXT: Final = re.compile(r"\bcommit [0-9a-f]{40}\+?")
"""A funding case's checklist of its simulation names the commit in a sentence."""

IGNORED_SCHEMA: Final = ("creator", "pandas_version")
"""Versions in the metadata that pandas keeps in a Parquet schema."""


def first_difference(base: Path, present: Path) -> str | None:
    """Return where two files of the same name differ first; None where they are equal."""
    ways = {".parquet": _parquet, ".csv": _csv, ".json": _json}
    return ways.get(base.suffix, _bytes)(base, present)


def compare_folders(base: Path, present: Path) -> tuple[int, list[str]]:
    """Compare every table and record below two folders.

    Returns
    -------
    tuple of int and list of str
        Number of files that both hold, and one line for each file that differs or is missing.
    """
    old, new = _files(base), _files(present)
    lines = [f"{name}: not written by the present checkout" for name in sorted(old - new)]
    lines += [f"{name}: not written by BASE" for name in sorted(new - old)]
    for name in sorted(old & new):
        if difference := first_difference(base / name, present / name):
            lines.append(f"{name}: {difference}")
    return len(old & new), lines


def without_paths(text: str, roots: Sequence[tuple[str, str]]) -> str:
    """Return a text with the folders and the commit of one side under names of both."""
    for path, name in roots:
        text = text.replace(path, name)
    return COMMIT_IN_TEXT.sub("commit <commit>", text)


def _files(folder: Path) -> set[str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix in SUFFIXES)
    return {path.relative_to(folder).as_posix() for path in paths if path.name not in IGNORED_FILES}


def _bytes(base: Path, present: Path) -> str | None:
    return None if base.read_bytes() == present.read_bytes() else "other bytes"


def _parquet(base: Path, present: Path) -> str | None:
    old, new = pq.read_table(base), pq.read_table(present)
    if old.column_names != new.column_names:
        return f"columns {_unlike(old.column_names, new.column_names)}"
    if old.num_rows != new.num_rows:
        return f"rows: {old.num_rows} and {new.num_rows}"
    for name in old.column_names:
        if old.schema.field(name).type != new.schema.field(name).type:
            return f"column {name}: type {old.schema.field(name).type} and " + str(new.schema.field(name).type)
        row = _row_that_differs(old[name], new[name])
        if row is not None:
            values = f"{old[name][row].as_py()!r} and {new[name][row].as_py()!r}"
            return f"column {name}, row {row}: {values}"
    if _schema(old.schema) != _schema(new.schema):
        return f"schema: {_schema(old.schema)} and {_schema(new.schema)}"
    return None


def _row_that_differs(old: pa.ChunkedArray, new: pa.ChunkedArray) -> int | None:
    """Return the first row in which two columns of one type differ by a bit; NaN equals NaN."""
    empty = np.asarray(old.is_null()), np.asarray(new.is_null())
    if pa.types.is_floating(old.type):
        bits = np.dtype(f"u{old.type.bit_width // 8}")
        left, right = (
            np.ascontiguousarray(column.to_numpy().astype(bits.str.replace("u", "f"))) for column in (old, new)
        )
        nans = np.isnan(left) & np.isnan(right)
        unlike = (left.view(bits) != right.view(bits)) & ~nans
        rows = np.flatnonzero(unlike | (empty[0] != empty[1]))
        return int(rows[0]) if len(rows) else None
    if not pa.types.is_nested(old.type) and old.equals(new):
        return None
    # repr tells every float from its neighbors, -0.0 from 0.0, and NaN from nothing but NaN
    pairs = zip(old.to_pylist(), new.to_pylist(), strict=True)
    return next((row for row, (one, two) in enumerate(pairs) if repr(one) != repr(two)), None)


def _schema(schema: pa.Schema) -> dict[str, Any]:
    metadata = {key.decode(): value.decode() for key, value in (schema.metadata or {}).items()}
    pandas = json.loads(metadata.pop("pandas", "{}"))
    kept = {key: value for key, value in pandas.items() if key not in IGNORED_SCHEMA}
    return metadata | {"pandas": kept}


def _csv(base: Path, present: Path) -> str | None:
    old, new = _rows(base), _rows(present)
    head = old[0] if old else []
    for number, (one, two) in enumerate(zip_longest(old, new)):
        if one is None or two is None or len(one) != len(two):
            return f"line {number + 1}: {one!r} and {two!r}"
        for place, (left, right) in enumerate(zip(one, two, strict=True)):
            if left != right:
                column = head[place] if place < len(head) else place
                return f"column {column}, line {number + 1}: {left!r} and {right!r}"
    return None


def _rows(path: Path) -> list[list[str]]:
    text = without_paths(path.read_text(encoding="utf-8"), _roots_of(path))
    return list(csv.reader(text.splitlines(keepends=True)))


def _json(base: Path, present: Path) -> str | None:
    old, new = (
        json.loads(without_paths(path.read_text(encoding="utf-8"), _roots_of(path))) for path in (base, present)
    )
    return _nodes(old, new, base.name, "")


def _nodes(old: Any, new: Any, file: str, key: str) -> str | None:
    """Return the first key at which two records differ, ignored keys left out."""
    if type(old) is not type(new):
        return f"key {key or '(whole)'}: {old!r} and {new!r}"
    if isinstance(old, dict):
        old, new = (_kept(node, file, key) for node in (old, new))
        if list(old) != list(new):
            return f"keys of {key or 'the record'} {_unlike(list(old), list(new))}"
        pairs = [(f"{key}.{name}" if key else name, old[name], new[name]) for name in old]
    elif isinstance(old, list):
        if len(old) != len(new):
            return f"key {key}: {len(old)} and {len(new)} entries"
        pairs = [(f"{key}[{place}]", one, two) for place, (one, two) in enumerate(zip(old, new, strict=True))]
    else:
        return None if repr(old) == repr(new) else f"key {key}: {old!r} and {new!r}"
    found = (_nodes(one, two, file, name) for name, one, two in pairs)
    return next((difference for difference in found if difference), None)


def _kept(node: dict[str, Any], file: str, key: str) -> dict[str, Any]:
    prefix = f"{key}." if key else ""
    keys = {name: OF_A_PORT.sub("", prefix + name) for name in node}
    kept = {name: v for name, v in node.items() if (file, keys[name]) not in IGNORED_JSON}
    return dict(sorted(kept.items())) if (file, OF_A_PORT.sub("", key)) in SORTED_BY_PATH else kept


def _unlike(old: Sequence[str], new: Sequence[str]) -> str:
    gone, more = [n for n in old if n not in new], [n for n in new if n not in old]
    return f"only in BASE {gone}, only in the present {more}" if gone or more else "in other order"


def _roots_of(path: Path) -> list[tuple[str, str]]:
    """Return the folders that a side wrote under, and the names that they are given."""
    record = next((up / "side.json" for up in path.parents if (up / "side.json").is_file()), None)
    if record is None:
        return []
    return [tuple(pair) for pair in json.loads(record.read_text(encoding="utf-8"))["roots"]]
