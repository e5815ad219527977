"""What every page is made of: one shape of table, and the environment that fills the templates.

A cell carries the words for a reader and, where a file repeats it, the number with its range for a
machine, so that page, CSV and JSON say the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Final, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from experiments import number_format

TEMPLATES: Final = Path(__file__).parent / "templates"
"""Folder of the pages' templates and their style sheet."""
FILTERS: Final = ("number", "percent", "signed", "span", "listed", "usd")
"""Functions of `experiments.number_format` that templates know by the same names."""
Badge = Literal["fitted", "assumed", "predicted", ""]


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of a table."""

    text: str
    below: str = ""
    """Small, beneath: an interval, a reason; a line for each part between semicolons."""
    value: float | str | None = None
    """What a machine reads; None: there is no number."""
    low: float | None = None
    high: float | None = None
    look: str = ""
    gap: str = ""
    """Last of all beneath, set apart: a sure difference from the baseline."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table."""

    key: str
    """Name of the column in CSV and JSON."""
    words: str
    unit: str = ""
    badge: Badge = ""
    of_rows: tuple[Badge, ...] = ()
    """Every badge that some row wears, where the column has no badge of its own."""

    @property
    def badges(self) -> tuple[Badge, ...]:
        """Every badge that the column wears."""
        return (self.badge,) if self.badge else self.of_rows


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows are named."""

    kind: ClassVar = "table"
    name: str
    """Name of its CSV file, and its key in the JSON."""
    title: str
    first: TableColumn
    """What the rows are named by."""
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    note: str = ""
    look: str = ""

    def headings(self) -> list[str]:
        """Return the words above the columns."""
        return [self.first.words, *(column.words for column in self.columns)]

    def lines(self) -> list[list[str]]:
        """Return the rows in words, each with its name."""
        return [[name, *(cell.text for cell in cells)] for name, cells in self.rows]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture as inline SVG, and what it says in words for those who cannot see it."""

    kind: ClassVar = "chart"
    name: str
    title: str
    svg: str
    words: str
    caption: str = ""
    badge: Badge = ""
    subtitle: str = ""
    """What is drawn, its unit and its source."""


def page_table(
    title: str,
    first: str,
    columns: Iterable[str | TableColumn],
    rows: Iterable[tuple[str, Iterable[str | Cell]]],
    look: str = "",
) -> Table:
    """Return a table that stands on a page alone, in no file; words are headings and cells as they are."""
    return Table(
        "",
        title,
        TableColumn("", first),
        tuple(TableColumn("", column) if isinstance(column, str) else column for column in columns),
        tuple((name, tuple(Cell(c) if isinstance(c, str) else c for c in cells)) for name, cells in rows),
        look=look,
    )


@cache
def page_environment() -> Environment:
    """Return what fills the templates: text escaped, a name without a value refused."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {name: getattr(number_format, name) for name in FILTERS}
    return environment


def fill_template(template: str, **values: object) -> str:
    """Return the page that a template makes of these values."""
    return page_environment().get_template(template).render(**values)
