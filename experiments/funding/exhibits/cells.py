"""Dollars, shares and their ranges as a committee reads them; data frames as tables of such cells."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from experiments.funding.exhibits.elements import Part, Prose, plain_name
from experiments.intervals import IntervalEstimate
from experiments.number_format import NONE, millions_at_least, number, percent, signed, span, usd
from experiments.page_templates import Badge, Cell, Table, TableColumn

MILLION: Final = 1e6
Range = tuple[float, float] | None
"""Low and high end; None: no range is known."""


def significant(value: float, digits: int = 3) -> str:
    """Return a number to so many digits, without exponent unless it is tiny.

    Examples
    --------
    >>> significant(0.0001864), significant(1234.5), significant(0.5)
    ('0.000186', '1,230', '0.5')
    """
    if not math.isfinite(value):
        return NONE
    if value == 0.0:
        return "0"
    rounded = float(f"{value:.{digits}g}")
    size = abs(rounded)
    if size >= 1000.0:
        return f"{rounded:,.0f}"
    return f"{rounded:.{digits}g}" if size >= 1e-3 else f"{rounded:.{digits + 3}f}".rstrip("0")


def millions_cell(amount: float, value_range: Range = None, *, sign: bool = False) -> Cell:
    """Return a cell in millions of dollars with its range; the machine's value is in dollars.

    Examples
    --------
    >>> millions_cell(-12_980_000.0, (-20e6, 5e6)).text, millions_cell(-12_980_000.0, (-20e6, 5e6)).below
    ('-12.98', '[-20.00, 5.00]')
    """
    if not math.isfinite(amount):
        return Cell(NONE)
    text = signed(amount / MILLION, 2) if sign else number(amount / MILLION, 2)
    return Cell(text, range_words(value_range, MILLION, 2), amount, *_ends(value_range))


def millions_at_least_cell(amount: float) -> Cell:
    """Return a cell in millions of dollars that is stated as enough: its text is rounded up, its value is exact."""
    return Cell(millions_at_least(amount), "", amount)


def amount_cell(value: float, value_range: Range = None, digits: int = 1, scale: float = 1.0) -> Cell:
    """Return a cell of a number with its range; ``scale`` turns it into the column's unit."""
    if not math.isfinite(value):
        return Cell(NONE)
    low, high = (None if end is None else scale * end for end in _ends(value_range))
    below = range_words(value_range, 1.0 / scale, digits)
    return Cell(number(scale * value, digits), below, scale * value, low, high)


def dollars_cell(amount_usd: float | None, value_range: Range = None, why: str = "") -> Cell:
    """Return a cell of dollars to three digits with its range, or why there is none."""
    if amount_usd is None or not math.isfinite(amount_usd):
        return unknown_cell("none", why)
    below = "" if value_range is None else f"[{_end(value_range[0])}, {_end(value_range[1])}]"
    return Cell(usd(amount_usd), below, amount_usd, *_ends(value_range))


def ratio_cell(value: float | None, value_range: Range = None) -> Cell:
    """Return a benefit-cost ratio with its range; undefined is said, never infinite."""
    if value is None:
        return unknown_cell("undefined")
    return Cell(number(value, 2), range_words(value_range, 1.0, 2), value, *_ends(value_range))


def interval_cell(level: IntervalEstimate, scale: float = 1.0, digits: int = 1, more: str = "") -> Cell:
    """Return a simulated measure with its interval over replications, and what else is said beneath."""
    ends = (scale * level.low, scale * level.high) if np.isfinite(level.low) else (None, None)
    return Cell(number(scale * level.mean, digits), f"{span(level, scale, digits)}{more}", scale * level.mean, *ends)


def range_words(value_range: Range, scale: float = 1.0, digits: int = 1) -> str:
    """Return a range in brackets, in units of ``scale``; empty without one."""
    if value_range is None or not all(math.isfinite(end) for end in value_range):
        return ""
    return f"[{number(value_range[0] / scale, digits)}, {number(value_range[1] / scale, digits)}]"


def usd_range_words(value_range: Range) -> str:
    """Return a range of dollars in words, or that there is none."""
    return "no range" if value_range is None else f"{_end(value_range[0])} to {_end(value_range[1])}"


def _end(amount_usd: float) -> str:
    """Return one end of a range; at an infinite one no sum of dollars would do."""
    return usd(amount_usd) if math.isfinite(amount_usd) else "none"


def _ends(value_range: Range) -> tuple[float | None, float | None]:
    if value_range is None or not all(math.isfinite(end) for end in value_range):
        return None, None
    return value_range


def text_cell(text: str, small_text: str = "", style: str = "words") -> Cell:
    """Return a cell of plain words."""
    return Cell(text, small_text, text, look=style)


def unknown_cell(text: str = NONE, why: str = "") -> Cell:
    """Return a cell without a number, in faint words, with the reason beneath."""
    return Cell(text, why, look="aside")


def yes_cell(value: object) -> Cell:
    """Return a cell that says yes or no."""
    text = "yes" if value else "no"
    return Cell(text, "", text)


class ColumnHead(NamedTuple):
    """How one column of a frame is shown."""

    words: str
    unit: str = ""
    how: str = "text"
    """``text``, ``name``, ``millions_cell``, ``dollars_cell``, ``number``, ``share`` or ``yes``."""
    badge: Badge = ""


class FrameTable(NamedTuple):
    """How frames of one kind are shown as a table."""

    name: str
    title: str
    heads: Mapping[str, ColumnHead]
    """Columns in their order, the one that names the rows first; what a frame lacks is left out."""
    note: str = ""
    if_empty: Prose | None = None
    """Stands in the place of a frame without rows; None: the table has no rows then."""
    look: str = ""

    def of(self, frame: pd.DataFrame) -> Part:
        """Return a frame as a table, or what stands in its place."""
        return self.if_empty if self.if_empty and frame.empty else self.table(frame)

    def table(self, frame: pd.DataFrame) -> Table:
        """Return a frame as a table."""
        first, *rest = (key for key in self.heads if key in frame.columns)
        rows = tuple(
            (plain_name(str(row[first])), tuple(_cell(row[key], self.heads[key].how) for key in rest))
            for row in frame.to_dict("records")
        )
        columns = tuple(TableColumn(key, (h := self.heads[key]).words, h.unit, h.badge) for key in rest)
        named = TableColumn(first, self.heads[first].words)
        return Table(self.name, self.title, named, columns, rows, self.note, self.look)


def _cell(value: object, style: str) -> Cell:
    if isinstance(value, bool | np.bool_):
        return yes_cell(value)
    if isinstance(value, int | float | np.integer | np.floating):
        return _number(float(value), style)
    text = str(value)
    if text in ("None", "nan"):
        return Cell(NONE)
    return text_cell(plain_name(text) if style == "name" else text)


def _number(number: float, style: str) -> Cell:
    if not np.isfinite(number):
        return unknown_cell("none")
    if style in ("millions", "dollars"):
        return millions_cell(number) if style == "millions" else dollars_cell(number)
    return Cell(percent(number, 1) if style == "share" else significant(number, 4), "", number)


SHARE_DIGITS: Final = 2
"""Digits of the share of what is seized that must not be replaced: its inputs are known to no more."""
TOP: Final = 12
"""Rows of a long ranking that are shown; the rest stand in the CSV of the tables behind it."""


def rows_of_alternatives(frame: pd.DataFrame, alternatives: Sequence[str]) -> pd.DataFrame:
    """Return the rows of some alternatives, in the order given."""
    order = {name: place for place, name in enumerate(alternatives)}
    kept = frame.loc[frame["alternative"].isin(list(order))]
    return kept.sort_values("alternative", key=lambda column: column.map(order), kind="stable")
