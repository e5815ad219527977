"""Sheets of a workbook: rows that are written from top to bottom, each cell with its value, text that is only text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import xlsxwriter
from xlsxwriter.format import Format

from experiments.funding.workbook.formulas import CellRange, Formula, cell_name

PLANTED: Final = ("=", "+", "-", "@", "\t", "\r")
"""What text may not begin with: another program that reads the cell could take it for a formula."""
FIRST_YEAR: Final = 7
"""Column of study year 0 on every sheet that runs over years."""
YEAR_WIDTH: Final = 15
"""Of a column of a year: a billion dollars with cents fits."""
NO_DATE: Final = dt.datetime(1980, 1, 1)
"""When the file says that it was made: the same case gives the same bytes."""
STYLES: Final[dict[str, dict[str, Any]]] = {
    "text": {"valign": "top"},
    "wrapped": {"valign": "top", "text_wrap": True},
    "title": {"bold": True, "font_size": 14},
    "heading": {"bold": True, "font_size": 12, "top": 1},
    "head": {"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"},
    "unit": {"italic": True, "font_color": "#555555", "text_wrap": True, "bottom": 1, "valign": "top"},
    "input": {"valign": "top", "font_color": "#0000C0", "bg_color": "#FFF8DC", "num_format": "#,##0.######"},
    "number": {"valign": "top", "num_format": "#,##0.00"},
    "usd": {"valign": "top", "num_format": "#,##0.00;[Red]-#,##0.00"},
    "bold_usd": {"valign": "top", "num_format": "#,##0.00;[Red]-#,##0.00", "bold": True, "top": 1},
    "factor": {"valign": "top", "num_format": "0.000000"},
    "share": {"valign": "top", "num_format": "0.00%"},
    "whole": {"valign": "top", "num_format": "0"},
}
"""Looks of cells; inputs stand in blue on a pale ground."""


def plain_text(text: str) -> str:
    """Return text that no program takes for a formula or for markup: such text begins with an apostrophe.

    XlsxWriter puts text between ``<r>`` and ``</r>`` into the file as it stands, for markup of its own: of a user's it
    would break the file.

    Examples
    --------
    >>> plain_text("=HYPERLINK(1)"), plain_text("<r>x</r>"), plain_text("two more")
    ("'=HYPERLINK(1)", "'<r>x</r>", 'two more')
    """
    return f"'{text}" if text.startswith((*PLANTED, "<r>")) else text


class Book:
    """A workbook in memory."""

    def __init__(self, path: Path) -> None:
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.file = xlsxwriter.Workbook(str(path), options)
        self.file.set_properties({"created": NO_DATE, "title": "Throughgate funding case"})
        self.styles: dict[str, Format] = {name: self.file.add_format(look) for name, look in STYLES.items()}

    def close(self) -> None:
        """Write the file."""
        self.file.close()


class Sheet:
    """One sheet, filled row by row."""

    def __init__(self, book: Book, title: str, widths: Sequence[float]) -> None:
        self.book, self.title, self.row = book, title, 0
        self.page = book.file.add_worksheet(title)
        for column, width in enumerate(widths):
            self.page.set_column(column, column, width)
        self.page.hide_gridlines(2)
        self.page.set_landscape()
        self.page.fit_to_pages(1, 0)

    def text(self, column: int, text: str, style: str = "text") -> None:
        """Write text into the current row."""
        self.page.write_string(self.row, column, plain_text(text), self.book.styles[style])

    def number(self, column: int, value: float | None, style: str = "input") -> Formula:
        """Write a number, or an empty cell to be filled in, into the current row; return the cell."""
        if value is None:
            self.page.write_blank(self.row, column, None, self.book.styles[style])
        else:
            self.page.write_number(self.row, column, float(value), self.book.styles[style])
        return Formula(cell_name(self.title, self.row, column), 0.0 if value is None else float(value))

    def formula(self, column: int, formula: Formula, style: str = "usd") -> Formula:
        """Write a formula with its value into the current row; return the cell."""
        self.page.write_formula(self.row, column, f"={formula.text}", self.book.styles[style], formula.value)
        return Formula(cell_name(self.title, self.row, column), formula.value)

    def heading(self, text: str, style: str = "heading") -> None:
        """Write a heading after an empty row, or as the first row."""
        self.row += 1 if self.row else 0
        self.text(0, text, style)
        self.row += 1

    def note(self, text: str) -> None:
        """Write a sentence in a row of its own."""
        self.text(0, text)
        self.row += 1

    def head(self, words: Sequence[str], units: Sequence[str]) -> None:
        """Write what the columns are, and their units in the row beneath."""
        for style, row in (("head", words), ("unit", units)):
            for column, text in enumerate(row):
                self.text(column, text, style)
            self.row += 1

    def year_head(self, words: Sequence[str], units: Sequence[str], years: Sequence[int], unit: str = "$") -> None:
        """Write the head of a table over years: words and units of its first columns, then the years."""
        self.page.set_column(FIRST_YEAR, FIRST_YEAR + len(years) - 1, YEAR_WIDTH)
        blank = [""] * (FIRST_YEAR - len(words))
        self.head([*words, *blank, *map(str, years)], [*units, *blank, *[unit] * len(years)])

    def inputs(self, values: Sequence[float], column: int = FIRST_YEAR) -> CellRange:
        """Write numbers side by side into the current row; return the cells."""
        for place, value in enumerate(values):
            self.number(column + place, float(value))
        return CellRange(self.title, self.row, column, np.asarray(values, np.float64))

    def formulas(self, every: Sequence[Formula], style: str = "usd", column: int = FIRST_YEAR) -> CellRange:
        """Write formulas side by side into the current row; return the cells."""
        for place, formula in enumerate(every):
            self.formula(column + place, formula, style)
        values = np.array([formula.number for formula in every], np.float64)
        return CellRange(self.title, self.row, column, values)

    def end_row(self) -> None:
        """Go to the next row."""
        self.row += 1
