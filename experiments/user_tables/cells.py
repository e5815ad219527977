"""A file -> its cells as text, with the line or row that each stands on; nothing is made of them yet.

Text files may be in UTF-8 or UTF-16, with commas, semicolons, tabs or bars between cells, and any line ends. Sizes are
limited before anything is read, and neither format can hold code: Parquet is read by its declared types alone.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.user_tables.refusals import Place, Problem, refuse_file, refuse_problems
from sim.errors import ConfigError

TEXT_SUFFIXES: Final = (".csv", ".tsv", ".txt")
PARQUET_SUFFIX: Final = ".parquet"
MOST_MB: Final = 500
"""Largest file, and largest Parquet table once it is unpacked."""
MOST_ROWS: Final = 3_000_000
DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""First bytes of a file that names its encoding; UTF-32 begins as UTF-16 does, so it is tried first."""
FOREIGN: Final = {b"PK": "a spreadsheet or archive", b"\xd0\xcf\x11\xe0": "a spreadsheet", b"\x1f\x8b": "compressed"}


@dataclass(frozen=True, slots=True)
class CellTable:
    """Cells of a file as text, stripped; the index says where each row stands."""

    path: Path
    cells: pd.DataFrame
    place: Place
    delimiter: str
    sha256: str


def read_cells(key: str, path: Path) -> CellTable:
    """Return the cells of a file.

    Raises
    ------
    ConfigError
        A file that cannot be read, is too large or is no table; a row that is longer or shorter than the header (empty
        cells at the end of a line are dropped); a header with a column that has no name or comes twice.
    """
    content = _content(key, path)
    sha256 = hashlib.sha256(content).hexdigest()
    if path.suffix.lower() == PARQUET_SUFFIX:
        return CellTable(path, _parquet_cells(key, path, content), "row", "", sha256)
    text = _decoded(key, path, content)
    delimiter, skip = _delimiter(key, path, text)
    return CellTable(path, _text_cells(key, path, text, delimiter, skip), "line", delimiter, sha256)


def _content(key: str, path: Path) -> bytes:
    if path.suffix.lower() not in (*TEXT_SUFFIXES, PARQUET_SUFFIX):
        known = f"{', '.join(TEXT_SUFFIXES)} or {PARQUET_SUFFIX}"
        raise ConfigError(key, f"expected a file {known}, got {str(path)!r}")
    try:
        if not path.is_file():
            problem = "not a file" if path.exists() else "no such file"
            raise ConfigError(key, f"cannot read {str(path)!r} ({problem})")
        with path.open("rb") as file:
            content = file.read(MOST_MB * 1_000_000 + 1)
    except OSError as error:
        raise ConfigError(key, f"cannot read {str(path)!r} ({error.strerror})") from None
    if len(content) > MOST_MB * 1_000_000:
        refuse_file(key, path, f"must be at most {MOST_MB} MB")
    return content


def _decoded(key: str, path: Path, content: bytes) -> str:
    if what := next((what for first, what in FOREIGN.items() if content.startswith(first)), None):
        refuse_file(key, path, f"is no table ({what}); save it as CSV")
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if content.startswith(mark)), None) or _unmarked(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        refuse_problems(key, path, "line", [Problem(line, "", f"is not {encoding.upper()}; save it as CSV UTF-8")])
    if "\0" in text:
        refuse_file(key, path, "is no table (a NUL character); save it as CSV UTF-8")
    return text


def _unmarked(content: bytes) -> str:
    """Return the encoding of a text that does not name it: every other byte of Latin letters in UTF-16 is zero."""
    first = content[:512]
    if len(first) >= 2 and not any(first[1::2]):
        return "utf-16-le"
    return "utf-16-be" if len(first) >= 2 and not any(first[::2]) else "utf-8"


def _delimiter(key: str, path: Path, text: str) -> tuple[str, int]:
    """Return what stands between cells, and how many lines come before the header.

    Spreadsheets may say it in a first line ``sep=;``; else the header shows it, because no name of a column holds one.
    """
    lines = text.splitlines()
    if lines and len(lines[0].strip()) == 5 and lines[0].lower().startswith("sep="):
        return lines[0][4], 1
    if not lines or not any(line.strip() for line in lines):
        refuse_file(key, path, "is empty")
    held = [mark for mark in DELIMITERS if mark in lines[0]]
    if len(held) > 1:
        words = " and ".join(DELIMITERS[mark] for mark in held)
        refuse_problems(key, path, "line", [Problem(1, "", f"{words} in one header; expected one of them")])
    return (held[0] if held else ","), 0


def _text_cells(key: str, path: Path, text: str, delimiter: str, skip: int) -> pd.DataFrame:
    try:
        rows = list(_rows(key, path, text, delimiter))[skip:]
    except csv.Error as error:
        refuse_file(key, path, f"is no table ({error})")
    while len(rows) > 1 and not any(rows[-1][1]):
        rows.pop()
    if not rows or not any(rows[0][1]):
        refuse_file(key, path, f"line {skip + 1} is empty; expected the names of columns")
    names = _without_trailing(rows.pop(0)[1])
    _check_names(key, path, names)
    rows = [(number, _of_width(cells, len(names))) for number, cells in rows]
    many = {1: "1 cell"}
    headings = "1 heading" if len(names) == 1 else f"{len(names)} headings"
    wrong = [
        Problem(
            number,
            "",
            f"{many.get(len(cells), f'{len(cells)} cells')} under {headings} "
            f"({DELIMITERS.get(delimiter, delimiter)} between cells)",
        )
        for number, cells in rows
        if len(cells) != len(names)
    ]
    if wrong:
        refuse_problems(key, path, "line", wrong)
    index = pd.Index([number for number, _ in rows], name="line", dtype="int64")
    return pd.DataFrame([cells for _, cells in rows], columns=names, index=index, dtype="str")


def _without_trailing(cells: list[str]) -> list[str]:
    """Return cells without the empty ones at the end, as a delimiter at the end of a line leaves them."""
    return cells[: max((place for place, cell in enumerate(cells, start=1) if cell), default=0)]


def _of_width(cells: list[str], width: int) -> list[str]:
    """Return a row with as many cells as there are names, where only empty ones are in excess or all are empty."""
    if not any(cells):
        return [""] * width
    return cells if len(cells) <= width or any(cells[width:]) else cells[:width]


def _rows(key: str, path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Give each row with the line that it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    last = 0
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            if str(error) != "unexpected end of data":
                raise
            refuse_problems(key, path, "line", [Problem(last + 1, "", "a quotation mark is never closed")])
        if row is None:
            return
        yield last + 1, [cell.strip() for cell in row]
        last = reader.line_num
        if last > MOST_ROWS:
            refuse_file(key, path, f"must have at most {MOST_ROWS:,} rows")


def _check_names(key: str, path: Path, names: Sequence[str]) -> None:
    if "" in names:
        refuse_file(key, path, f"column {list(names).index('') + 1} has no name")
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        refuse_file(key, path, f"the column {twice[0]!r} comes twice")


def _parquet_cells(key: str, path: Path, content: bytes) -> pd.DataFrame:
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        parts = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        if file.metadata.num_rows > MOST_ROWS:
            refuse_file(key, path, f"must have at most {MOST_ROWS:,} rows, got {file.metadata.num_rows:,}")
        if sum(part.total_byte_size for part in parts) > MOST_MB * 1_000_000:
            refuse_file(key, path, f"must be at most {MOST_MB} MB once it is unpacked")
        table = file.read()
        names = [str(name) for name in table.column_names]
        _check_names(key, path, names)
        columns = {
            name: _as_text(table.column(number).to_pandas(integer_object_nulls=True))
            for number, name in enumerate(names)
        }
    except (ValueError, OSError, pa.ArrowException) as error:
        words = (str(error).splitlines() or [type(error).__name__])[0].strip().rstrip(".")
        refuse_file(key, path, f"is no table ({words})")
    index = pd.RangeIndex(1, table.num_rows + 1, name="row")
    return pd.DataFrame({name: column.to_numpy() for name, column in columns.items()}, index=index, dtype="str")


def _as_text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return cells as text from which the same values come back; empty where there is none."""
    if values.dtype.kind == "M":
        text = values.map(lambda moment: "" if pd.isna(moment) else moment.isoformat())
    elif values.dtype.kind == "f":
        text = values.astype("float64").astype("str")
    else:
        text = values.astype("str")
    return text.where(values.notna(), "").fillna("").astype("str").str.strip()
