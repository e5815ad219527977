"""``manifest=FILE``: the user's own trucks, from CSV or Parquet, refused cell by cell.

Required is ``arrive_min``; every visible column of MANIFEST is welcome, and what is missing is
drawn (see ``sim.trucks.manifest``). Cells are read as text and converted, so that one bad cell does not
hide another: each refusal names the file, the line and the column.
"""

from __future__ import annotations

import math
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.errors import OutputError, TableError
from sim.setting.port import COMMODITIES
from sim.tables import MANIFEST, Column
from sim.trucks.manifest import drawn_columns
from sim.trucks.population import N_STATES

SUFFIXES: Final = (".csv", ".parquet")
GIVEN_COLUMNS: Final = {c.name: c for c in MANIFEST if c.tier == "own" or c.name == "arrive_min"}
"""Columns that a file may hold."""
RANGES: Final[dict[str, tuple[float, float]]] = {
    "arrive_hour": (0, 24),
    "weekday": (0, 6),
    "month": (1, 12),
    "commodity": (-1, len(COMMODITIES) - 1),
    "density": (0, 2),
    "entry_type": (0, 3),
    "origin_state": (0, N_STATES - 1),
    "weight_ratio": (1e-3, 1e3),
    "lead_time_h": (1e-3, 1e5),
}
"""Least and largest value of a column; amounts, ages and counts are at least 0."""
ANY_CODE: Final = ("carrier", "driver", "plate", "shipper", "consignee")
TRUE_FALSE_CODES: Final = {"true": "1", "false": "0"}
EXPECTED: Final = {"float": "a number", "int": "a whole number", "bool": "true or false (1 or 0)"}
LARGEST_CODE: Final = 2.0**62


def read_manifest_file(path: Path, days: int) -> pd.DataFrame:
    """Read a file of trucks, once for as long as it does not change.

    The file is ``.csv`` (UTF-8, comma, a header line) or ``.parquet``; all arrivals lie within ``days``, those of a
    replication. The table holds ``arrive_min`` and the visible columns that the file holds, of their declared kinds,
    in the file's order. It is shared: not to be written to.

    Raises
    ------
    OutputError
        A file that cannot be read.
    TableError
        A file that is no such table; a column that is missing, unknown or always drawn; a cell
        that is empty, of the wrong type or out of range, by its column and line.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise OutputError(f"manifest: cannot read {str(path)!r} ({error.strerror})") from None
    return _read(path, days, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, days: int, _mtime_ns: int, _size: int) -> pd.DataFrame:
    cells = _cells(path)
    _check_columns(path, cells)
    frame = pd.DataFrame({name: _convert(path, cells[name], GIVEN_COLUMNS[name]) for name in cells.columns})
    times = frame["arrive_min"]
    _refuse_where(path, times, times < 0.0, "must not be negative")
    end = f"must be below {1440 * days}, the end of days={days}"
    _refuse_where(path, times, times >= 1440.0 * days, end)
    for name in frame.columns:
        _check_range(path, frame[name])
    return frame


def _cells(path: Path) -> pd.DataFrame:
    """Return the file's cells: text from CSV, typed or text from Parquet."""
    if path.suffix.lower() not in SUFFIXES:
        raise TableError(f"manifest: expected a file .csv or .parquet, got {str(path)!r}")
    try:
        return _csv(path) if path.suffix.lower() == ".csv" else pd.read_parquet(path)
    except OSError as error:
        raise OutputError(f"manifest: cannot read {str(path)!r} ({error.strerror or _first_line(error)})") from None
    except (ValueError, pd.errors.ParserWarning, pa.ArrowException) as error:
        raise TableError(f"manifest: {str(path)!r} is no table ({_first_line(error)})") from None


def _csv(path: Path) -> pd.DataFrame:
    with warnings.catch_warnings():
        # A line longer than the header is cut with a warning only.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        cells = pd.read_csv(
            path, dtype=str, encoding="utf-8-sig", index_col=False, keep_default_na=False, skip_blank_lines=False
        )
    filled = np.flatnonzero((cells.fillna("") != "").any(axis=1))
    return cells.iloc[: filled[-1] + 1 if filled.size else 0]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].strip().rstrip(".")


def _check_columns(path: Path, cells: pd.DataFrame) -> None:
    drawn = {column.name for column in MANIFEST if column.tier in ("luck", "true")}
    for name in map(str, cells.columns):
        if name in drawn:
            raise TableError(f"manifest: {path.name}: '{name}' is always drawn; leave it out")
        if name not in GIVEN_COLUMNS:
            raise TableError(f"manifest: {path.name}: unknown column '{name}'; known {[*GIVEN_COLUMNS]}")
    if "arrive_min" not in cells.columns:
        raise TableError(f"manifest: {path.name}: missing column 'arrive_min'")


def _refusal(path: Path, name: str, row_index: int, problem: str) -> TableError:
    """Return the error of one cell; a CSV's header is its line 1."""
    where = f"line {row_index + 2}" if path.suffix.lower() == ".csv" else f"row {row_index + 1}"
    return TableError(f"manifest: {path.name}, {where}, {name}: {problem}")


def _convert(path: Path, cells: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """Return a column as its declared kind."""
    numbers = _numbers(cells)
    wrong = ~np.isfinite(numbers)
    if column.kind == "int":
        wrong |= (numbers != np.rint(numbers)) | (np.abs(numbers) > LARGEST_CODE)
    elif column.kind == "bool":
        wrong |= (numbers != 0.0) & (numbers != 1.0)
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        cell = cells.iloc[place]
        found = "an empty cell" if pd.isna(cell) or not str(cell).strip() else repr(str(cell))
        raise _refusal(path, column.name, place, f"expected {EXPECTED[column.kind]}, got {found}")
    kind = {"float": np.float64, "int": np.int64, "bool": np.bool_}[column.kind]
    if column.kind == "int" and cells.dtype.kind in "iu":
        return cells.astype(np.int64).reset_index(drop=True)  # exact beyond 2**53
    return pd.Series(numbers.astype(kind), name=column.name)


def _numbers(cells: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the cells as floats, NaN where a cell holds no number."""
    if cells.dtype.kind in "iufb" and isinstance(cells.dtype, np.dtype):
        return cells.to_numpy(dtype=np.float64)
    text = cells.astype("str").str.strip().str.lower().replace(TRUE_FALSE_CODES)
    return pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64, na_value=math.nan)


def _refuse_where(path: Path, values: pd.Series[Any], wrong: pd.Series[bool], problem: str) -> None:
    """Refuse the first value that is wrong, if one is."""
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        raise _refusal(path, str(values.name), place, f"{problem}, got {values.iloc[place]:g}")


def _check_range(path: Path, values: pd.Series[Any]) -> None:
    name = str(values.name)
    if name in ANY_CODE or values.dtype.kind == "b":
        return
    low, high = RANGES.get(name, (0, math.inf))
    span = f"at least {low:g}" if math.isinf(high) else f"between {low:g} and {high:g}"
    _refuse_where(path, values, (values < low) | (values > high), f"must be {span}")


def manifest_file_record(path: Path, days: int) -> dict[str, Any]:
    """Return what ``run.json`` says of the user's own trucks."""
    trucks = read_manifest_file(path, days)
    return {"file": str(path), "trucks": len(trucks), "drawn": list(drawn_columns(trucks))}


def drawn_columns_note(path: Path, days: int) -> str:
    """Return the line that tells a reader which of the trucks' columns were drawn."""
    trucks = read_manifest_file(path, days)
    drawn = drawn_columns(trucks)
    words = f"drawn for them: {', '.join(drawn)}" if drawn else "none of their columns was drawn"
    return (
        f"The {len(trucks):,} trucks are those of {path.name}; {words}. Luck and what they carry are "
        "drawn; past days and the risk model's history are the simulated port's."
    )
