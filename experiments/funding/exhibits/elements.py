"""The shapes of which a funding report is made: tables, charts, sentences, and what is missing.

A cell carries the words for a reader and the number with its range for a machine, so that page,
CSV and JSON say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar

from experiments.page_templates import Cell, Chart, Table, TableColumn

CASE_SECTIONS: Final = [
    "answer", "problem", "alternatives", "inputs", "ledger", "present-values", "measures", "throughput",
    "key-performance", "plane", "frontiers", "net-benefit", "acceptability", "sensitivity", "break-even",
    "spending", "budget", "governments", "risks", "unquantified", "validation", "self-check", "impact", "portfolio",
    "annex",
]  # fmt: skip
"""Slugs of the sections of a case's report, in the order in which reviewers ask for them."""
SECTION_NUMBER: Final = {slug: number for number, slug in enumerate(CASE_SECTIONS, 1)}
"""What one section calls another."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    kind: ClassVar = "prose"
    text: str
    look: str = ""
    """``lead`` for the finding, ``small`` for a definition, ``missing_part`` for what is missing."""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    kind: ClassVar = "bullets"
    items: tuple[str, ...]


Part = Table | Chart | Prose | Bullets


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a report; its number is its place in the page, where the answer is the first."""

    slug: str
    title: str
    parts: tuple[Part, ...]
    shown: int = 1
    """Parts that stand unfolded; the rest folds away behind what it is."""

    def tables(self) -> Iterator[Table]:
        """Yield the tables, in their order."""
        yield from (part for part in self.parts if isinstance(part, Table))

    def charts(self) -> Iterator[Chart]:
        """Yield the charts, in their order."""
        yield from (part for part in self.parts if isinstance(part, Chart))


ALTERNATIVE: Final = TableColumn("alternative", "alternative")
"""Heads the rows of a table of alternatives."""
MORE_LOADS: Final = TableColumn("loads", "more loads interdicted, discounted", "", "assumed")
BREAK_EVEN: Final = TableColumn("break_even_usd_per_load", "break-even value of a load", "$", "assumed")


def millions_column(key: str, words: str) -> TableColumn:
    """Return a column of millions of dollars that rest on assumed prices."""
    return TableColumn(key, words, "$ M", "assumed")


Key = TypeVar("Key")


def table_by_column(
    name: str,
    title: str,
    keys: Iterable[Key],
    columns: Mapping[TableColumn, Callable[[Key], Cell]],
    named: tuple[TableColumn, Callable[[Key], str]] | None = None,
    note: str = "",
) -> Table:
    """Return a table with a row a key, each column with the rule for its cells.

    ``named`` is the column and rule that name the rows: by default alternatives, as a reader writes them.
    """
    first, label = named or (ALTERNATIVE, lambda key: plain_name(str(key)))
    rows = tuple((label(key), tuple(rule(key) for rule in columns.values())) for key in keys)
    return Table(name, title, first, tuple(columns), rows, note)


def terminal_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table of words alone, as the terminal shows it."""
    first, *others = (TableColumn(words, words) for words in headings)
    return Table("", "", first, tuple(others), tuple((row[0], tuple(map(Cell, row[1:]))) for row in rows))


def folded_words(parts: Sequence[Part]) -> str:
    """Return what is folded away, in words.

    Examples
    --------
    >>> folded_words([Prose("a"), Chart("c", "C", "", ""), Chart("d", "D", "", "")])
    'Details: 2 charts'
    """
    kinds = [part.kind for part in parts]
    counts = [(kinds.count("chart"), "chart"), (kinds.count("table"), "table")]
    words = [f"{n} {name}{'' if n == 1 else 's'}" for n, name in counts if n]
    return f"Details: {' and '.join(words)}" if words else "Details"


def missing_part(title: str, why: str) -> Prose:
    """Return the visible place of something that this run does not have.

    Examples
    --------
    >>> missing_part("Tornado", "no parameter draws were made").text
    'Not available: Tornado. Reason: no parameter draws were made.'
    """
    return Prose(f"Not available: {title}. Reason: {why}.", "absent")


def plain_name(name: str) -> str:
    """Return an alternative's name as a reader writes it.

    Examples
    --------
    >>> plain_name("portals_2")
    'portals 2'
    """
    return name.replace("_", " ")


def quoted_name(name: str) -> str:
    """Return an alternative's name as it stands in a sentence.

    Examples
    --------
    >>> quoted_name("one_more")
    '“one more”'
    """
    return f"“{plain_name(name)}”"
