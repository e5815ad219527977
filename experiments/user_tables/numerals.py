"""Text -> numbers, as spreadsheets of several countries write them: 57,642.5 or 57.642,5 or 57 642,5.

A file has one decimal mark. It shows where a cell can be read in one way only; where none shows, the point is the mark
of files with commas, tabs or bars between cells. With semicolons, which programs write where the comma is the decimal
mark, a cell such as ``57.642`` or ``57,642`` could be either number, and is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from experiments.user_tables.refusals import CellError, Problem

Mark = Literal[".", ","]
PLAIN: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
"""A number as programs write it."""
SPACED: Final = re.compile(r"[+-]?[0-9]{1,3}(?:[ \u00a0\u2009\u202f'\u2019][0-9]{3})+(?:[.,][0-9]*)?")
"""Thousands set apart by spaces or apostrophes."""
EITHER: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
"""One mark before three digits: a decimal mark, or one between thousands."""
MARKED: Final = re.compile(r"(?=.*[0-9])[+-]?[0-9.,]*[.,][0-9.,]*(?:[eE][+-]?[0-9]{1,3})?")
GROUPED: Final[dict[Mark, re.Pattern[str]]] = {
    ".": re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?"),
    ",": re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]*)?"),
}
"""Thousands set apart, by the decimal mark."""
LARGEST_WHOLE: Final = 2**62
LARGEST_EXACT: Final = 2.0**53


class Marks(NamedTuple):
    """How a file writes numbers."""

    decimal: Mark
    sure: bool
    """False: a cell with one mark before three digits cannot be read."""


class NumeralCell(NamedTuple):
    """A cell that may hold a number, and where it stands."""

    at: int
    column: str
    text: str


def find_marks(cells: Iterable[NumeralCell], delimiter: str) -> tuple[Marks, list[Problem]]:
    """Return how a file writes numbers, and a problem where it does so in two ways.

    Examples
    --------
    >>> find_marks([NumeralCell(2, "arrive_min", "600,5")], ";")[0]
    Marks(decimal=',', sure=True)
    """
    shown: dict[Mark, NumeralCell] = {}
    for cell in cells:
        mark = _decimal_mark(cell.text)
        if mark is not None:
            shown.setdefault(mark, cell)
    if len(shown) == 2:
        point, comma = shown["."], shown[","]
        words = f"{comma.text!r} has a decimal comma, but line {point.at} a decimal point ({point.text!r})"
        return Marks(".", sure=True), [Problem(comma.at, comma.column, f"{words}; expected one of them in a file")]
    if shown:
        return Marks(next(iter(shown)), sure=True), []
    return Marks(".", sure=delimiter != ";"), []


def _decimal_mark(text: str) -> Mark | None:
    """Return the decimal mark that a cell shows beyond doubt; None: none, or it is no number."""
    number = _unspaced(text)
    if not MARKED.fullmatch(number) or EITHER.fullmatch(number):
        return None
    comma = any(pattern.fullmatch(number) for pattern in (GROUPED[","], re.compile(r"[+-]?[0-9]*,[0-9]*(?:[eE].*)?")))
    point = bool(PLAIN.fullmatch(number) or GROUPED["."].fullmatch(number))
    return ("," if comma else ".") if comma != point else None


def _unspaced(text: str) -> str:
    return re.sub(r"[^0-9.,+-]", "", text) if SPACED.fullmatch(text) else text


def plain_numeral(text: str, marks: Marks) -> str:
    """Return a number as programs write it; CellError: it is none, or could be two numbers."""
    number = _unspaced(text)
    if not marks.sure and EITHER.fullmatch(number):
        apart = re.sub(r"[.,]", "", number)
        raise CellError(f"may be {apart} or {number.replace(',', '.')}; write it without marks between thousands")
    thousands = "," if marks.decimal == "." else "."
    if GROUPED[marks.decimal].fullmatch(number):
        number = number.replace(thousands, "")
    elif thousands in number:
        raise CellError
    number = number.replace(marks.decimal, ".")
    if not PLAIN.fullmatch(number):
        raise CellError
    return number


def read_number(text: str, marks: Marks) -> float:
    """Return a finite number, -0 as 0; CellError for anything else.

    Examples
    --------
    >>> read_number("57,642", Marks(".", sure=True)), read_number("57,642", Marks(",", sure=True))
    (57642.0, 57.642)
    """
    number = float(plain_numeral(text, marks)) + 0.0  # no negative zero
    if not math.isfinite(number):
        raise CellError
    return number


def read_whole(text: str, marks: Marks) -> int:
    """Return a whole number, exact to 2**62 where it is written in digits; CellError for anything else."""
    number = plain_numeral(text, marks)
    digits = re.fullmatch(r"([+-]?[0-9]{1,19})(?:\.0*)?", number)
    if digits:
        whole = int(digits[1])
    else:
        value = float(number)
        if not value.is_integer() or abs(value) > LARGEST_EXACT:
            raise CellError
        whole = int(value)
    if abs(whole) > LARGEST_WHOLE:
        raise CellError
    return whole
