"""Text in a workbook is text: nothing that a user types becomes a formula."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from experiments.funding.workbook.formulas import Formula
from experiments.funding.workbook.sheets import PLANTED, Book, Sheet

TEXTS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    '=HYPERLINK("http://example.org")',
    "http://example.org",
    "12",
    "<r>bold</r>",
    "<r><t>a & b</r>",
)


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_begins_like_a_formula(tmp_path: Path, text: str) -> None:
    book = Book(tmp_path / "one.xlsx")
    sheet = Sheet(book, "Sheet", (10,))
    sheet.text(0, text)
    sheet.formula(1, Formula("1+1", 2.0))
    book.close()
    cells = openpyxl.load_workbook(tmp_path / "one.xlsx")["Sheet"]
    assert cells["A1"].data_type == "s"
    assert cells["A1"].hyperlink is None
    assert isinstance(cells["A1"].value, str)
    assert not cells["A1"].value.startswith(PLANTED)
    assert cells["B1"].data_type == "f"


def test_the_same_sheet_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        book = Book(tmp_path / f"{name}.xlsx")
        Sheet(book, "Sheet", (10,)).number(0, 1.5)
        book.close()
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
