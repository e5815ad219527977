"""Columns and rules of a table that users bring, declared once; pandera holds the table to them.

Each cell is read by its column (`TableColumn.read`); the typed table is then held to the ranges of its columns and to
the rules of its rows (`RowRule`). All problems of all cells and rows are gathered before one ConfigError names them.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from experiments.user_tables.cells import DELIMITERS, CellTable
from experiments.user_tables.numerals import PLAIN, Marks, NumeralCell, find_marks
from experiments.user_tables.refusals import CellError, Problem, refuse_file, refuse_problems, shown_cell
from sim.arrays import BoolArray

ReadCell = Callable[[str, Marks], Any]
"""A cell that is not empty -> its value; raises `CellError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A column that a file may hold."""

    name: str
    dtype: Literal["float64", "int64", "bool", "object"]
    expected: str
    """What a cell should hold, after the word "expected"."""
    read: ReadCell
    low: float = -math.inf
    high: float = math.inf
    span: str = ""
    """Words for the range; empty: "must be between low and high"."""
    required: bool = False
    empty: object = None
    """What an empty cell stands for; None: it is refused."""
    advice: Mapping[str, str] = field(default_factory=dict)
    """What to do about words (in lower case) that are met in such files."""

    @property
    def numeric(self) -> bool:
        """Whether its cells show how the file writes numbers."""
        return self.dtype in ("float64", "int64")

    def range_words(self) -> str:
        """Return the range in words."""
        if self.span:
            return self.span
        if math.isinf(self.high):
            return f"must be at least {self.low:g}"
        return f"must be between {self.low:g} and {self.high:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """What the cells of one row must be to each other."""

    columns: tuple[str, ...]
    """The rule is asked where the table has all of them."""
    holds: Callable[[pd.DataFrame], BoolArray | pd.Series[bool]]
    """A typed table -> bool[rows]."""
    words: str
    """What is wrong, with the row's cells in braces: ``laden={laden}, but commodity={commodity}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTable:
    """Declaration of a table that users bring."""

    key: str
    """Configuration key that names the file."""
    columns: tuple[TableColumn, ...]
    rules: tuple[RowRule, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    """Names that no such file may hold, and why."""


class TypedTable(NamedTuple):
    """A table that holds to its declaration."""

    frame: pd.DataFrame
    """Its index is the line or row of each entry."""
    dialect: str
    """How the file was read, where that is not with commas between cells and decimal points."""


def typed_table(table: UserTable, source: CellTable) -> TypedTable:
    """Return a file's cells as the declared types.

    Raises
    ------
    ConfigError
        Columns that are missing or unknown; then every cell that cannot be read or lies outside its range, and every
        row that breaks a rule, by line or row.
    """
    _check_columns(table, source)
    known = {column.name: column for column in table.columns}
    columns = [known[name] for name in source.cells.columns]
    marks, problems = _marks(columns, source)
    values = {}
    bad = np.zeros(len(source.cells), dtype=bool)
    for column in columns:
        values[column.name], wrong = _read_column(column, source.cells[column.name], marks)
        problems += wrong
        bad |= source.cells.index.isin([problem.at for problem in wrong])
    frame = pd.DataFrame(values, index=source.cells.index)
    held = [rule for rule in table.rules if set(rule.columns) <= set(frame.columns)]
    problems += _broken(columns, held, frame[~bad], source)
    if problems:
        refuse_problems(table.key, source.path, source.place, problems)
    read_with = [f"{DELIMITERS[source.delimiter]} between cells"] if source.delimiter in DELIMITERS else []
    read_with = [words for words in read_with if not words.startswith(DELIMITERS[","])]
    return TypedTable(frame, " and ".join([*read_with, *(["decimal commas"] if marks.decimal == "," else [])]))


def _check_columns(table: UserTable, source: CellTable) -> None:
    known = [column.name for column in table.columns]
    for name in source.cells.columns:
        if name in table.refused:
            refuse_file(table.key, source.path, f"{name!r} {table.refused[name]}")
    unknown = [name for name in source.cells.columns if name not in known]
    missing = [column.name for column in table.columns if column.required and column.name not in source.cells.columns]
    said = []
    if missing:
        said.append(f"missing column{'s' * (len(missing) > 1)} {', '.join(map(repr, missing))}")
    if unknown:
        near = ", ".join(f"{name!r}{_did_you_mean(name, known)}" for name in unknown)
        said.append(f"unknown column{'s' * (len(unknown) > 1)} {near}")
    if said:
        refuse_file(table.key, source.path, f"{'; '.join(said)}; known {known}")


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name.lower().replace(" ", "_"), known, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _marks(columns: Sequence[TableColumn], source: CellTable) -> tuple[Marks, list[Problem]]:
    """Find out how the file writes numbers, from the cells that are not whole numbers in digits alone."""
    cells: list[NumeralCell] = []
    for column in columns:
        if column.numeric:
            text = source.cells[column.name]
            odd = text[~text.str.fullmatch(r"[+-]?[0-9]*")].drop_duplicates()
            cells += [NumeralCell(int(at), column.name, cell) for at, cell in odd.items()]  # type: ignore[call-overload]
    return find_marks(cells, source.delimiter)


def _read_column(column: TableColumn, text: pd.Series[str], marks: Marks) -> tuple[pd.Series[Any], list[Problem]]:
    """Return a column's values, and the cells that hold none; these stand as zero until they are refused."""
    if column.dtype == "float64" and marks.decimal == "." and marks.sure and text.str.fullmatch(PLAIN.pattern).all():
        numbers = pd.to_numeric(text).astype("float64") + 0.0  # no negative zero
        if np.isfinite(numbers).all():
            return numbers, []
    problems: dict[str, tuple[str, bool]] = {}
    values: dict[str, Any] = {}
    for cell in text.unique():
        try:
            values[cell] = _read_cell(column, cell, marks)
        except CellError as error:
            problems[cell] = (str(error) or f"expected {column.expected}", True)
            values[cell] = {"float64": 0.0, "int64": 0, "bool": False, "object": None}[column.dtype]
    read = pd.Series([values[cell] for cell in text], index=text.index, name=column.name, dtype=column.dtype)
    wrong = text[text.isin(list(problems))] if problems else text[:0]
    return read, [Problem(int(at), column.name, problems[cell][0], cell) for at, cell in wrong.items()]  # type: ignore[call-overload]


def _read_cell(column: TableColumn, cell: str, marks: Marks) -> object:
    if not cell:
        if column.empty is None:
            raise CellError
        return column.empty
    if advice := column.advice.get(cell.lower()):
        raise CellError(f"expected {column.expected}; {advice}")
    return column.read(cell, marks)


def _broken(
    columns: Sequence[TableColumn], rules: Sequence[RowRule], frame: pd.DataFrame, source: CellTable
) -> list[Problem]:
    """Return what a typed table breaks of the ranges of its columns and of the rules of its rows."""
    # half a second to import, and no run without a user's table needs it
    import pandera.pandas as pa
    from pandera.errors import SchemaErrors

    bounded = [column for column in columns if column.low > -math.inf or column.high < math.inf]
    ranges = {f"range of {column.name}": column for column in bounded}
    named_rules = {f"rule {number}": rule for number, rule in enumerate(rules)}
    schema = pa.DataFrameSchema(
        {
            column.name: pa.Column(
                column.dtype,
                checks=[
                    pa.Check(_within(column.low, column.high), name=f"range of {column.name}", ignore_na=True)
                    for _ in range(f"range of {column.name}" in ranges)
                ],
                nullable=True,
            )
            for column in columns
        },
        checks=[pa.Check(_rows_that(rule), name=name, ignore_na=False) for name, rule in named_rules.items()],
        strict=True,
    )
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        broken = errors.schema_errors
    else:
        return []
    if strange := [error for error in broken if not isinstance(error.failure_cases, pd.DataFrame)]:
        raise strange[0]  # a rule that cannot be asked is a fault of ours, not of the file
    found = {(error.check.name, int(at)) for error in broken for at in error.failure_cases["index"]}
    problems = []
    place = {number: row for row, number in enumerate(source.cells.index.tolist())}
    for name, at in sorted(found):
        cells = source.cells.iloc[place[at]]
        if name in ranges:
            column = ranges[name]
            problems.append(Problem(at, column.name, column.range_words(), str(cells[column.name])))
        else:
            problems.append(Problem(at, "", named_rules[name].words.format_map(_Shown(cells))))
    return problems


def _rows_that(rule: RowRule) -> Callable[[pd.DataFrame], pd.Series[bool]]:
    return lambda frame: pd.Series(np.asarray(rule.holds(frame), dtype=bool), index=frame.index)


def _within(low: float, high: float) -> Callable[[pd.Series[Any]], pd.Series[bool]]:
    return lambda values: (values >= low) & (values <= high)


class _Shown(dict[str, str]):
    """Cells of one row as messages quote them."""

    def __init__(self, cells: pd.Series[str]) -> None:
        super().__init__({str(name): str(cell) if str(cell) else shown_cell("") for name, cell in cells.items()})
