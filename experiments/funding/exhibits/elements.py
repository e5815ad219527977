"""The shapes of which a funding report is made: tables, charts, sentences, and what is missing.

A cell carries the words for a reader and the number with its range for a machine, so that page,
CSV and JSON say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Badge = Literal["fitted", "assumed", "predicted", ""]


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of a table."""

    text: str
    below: str = ""
    """Small, beneath: an interval, a reason."""
    value: float | str | None = None
    """What a machine reads; None: there is no number."""
    low: float | None = None
    high: float | None = None
    look: str = ""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table."""

    key: str
    """Name of the column in CSV and JSON."""
    words: str
    unit: str = ""
    badge: Badge = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows are named."""

    name: str
    """Name of its CSV file, and its key in the JSON."""
    title: str
    first: TableColumn
    """What the rows are named by."""
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    note: str = ""
    look: str = ""

    @property
    def kind(self) -> str:
        """What a template asks for."""
        return "table"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture as inline SVG, and what it says in words for those who cannot see it."""

    name: str
    title: str
    svg: str
    words: str
    caption: str = ""
    badge: Badge = ""

    @property
    def kind(self) -> str:
        """What a template asks for."""
        return "chart"


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    text: str
    look: str = ""
    """``lead`` for the finding, ``small`` for a definition, ``missing_part`` for what is missing."""

    @property
    def kind(self) -> str:
        """What a template asks for."""
        return "prose"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]

    @property
    def kind(self) -> str:
        """What a template asks for."""
        return "bullets"


Part = Table | Chart | Prose | Bullets


@dataclass(frozen=True, slots=True)
class Section:
    """One numbered part of the report."""

    number: int
    slug: str
    title: str
    parts: tuple[Part, ...]

    def tables(self) -> Iterator[Table]:
        """Yield the tables, in their order."""
        yield from (part for part in self.parts if isinstance(part, Table))

    def charts(self) -> Iterator[Chart]:
        """Yield the charts, in their order."""
        yield from (part for part in self.parts if isinstance(part, Chart))


def missing_part(title: str, why: str) -> Prose:
    """Return the visible place of something that this run does not have.

    Examples
    --------
    >>> missing_part("Tornado", "no parameter draws were made").text
    'Not available: Tornado. Reason: no parameter draws were made.'
    """
    return Prose(f"Not available: {title}. Reason: {why}.", "absent")


def text_cell(text: str, small_text: str = "", style: str = "words") -> Cell:
    """Return a cell of plain words."""
    return Cell(text, small_text, text, look=style)
