"""LibreOffice for tests: a workbook recalculated in a fresh profile that always recalculates."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

OFFICE = next(filter(None, map(shutil.which, ("soffice", "libreoffice"))), None)
REQUIRED = os.environ.get("THROUGHGATE_OFFICE") == "required"
"""Whether a machine without LibreOffice fails (`.ci/run`) rather than skips."""
needs_office = [
    pytest.mark.office,
    pytest.mark.skipif(OFFICE is None and not REQUIRED, reason="no LibreOffice is installed on this machine"),
]
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""
"""Recalculate always: without it the office program shows the values that the file holds."""
Values = dict[tuple[str, str], Any]
"""What cells hold, by sheet and name of the cell."""


def recalculated(workbook: Path, folder: Path) -> Values:
    """Return every cell's value as LibreOffice calculates it; ``folder`` takes the profile and the copy."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
    command = [str(OFFICE), "--headless", "--norestore", f"-env:UserInstallation={profile.as_uri()}"]
    command += ["--convert-to", "xlsx", "--outdir", str(folder / "calculated"), str(workbook)]
    subprocess.run(command, check=True, capture_output=True)
    return values_of(folder / "calculated" / workbook.name)


def values_of(workbook: Path) -> Values:
    """Return the values that a workbook holds."""
    book = openpyxl.load_workbook(workbook, data_only=True)
    return {(sheet.title, cell.coordinate): cell.value for sheet in book for row in sheet.iter_rows() for cell in row}


def formulas_of(workbook: Path) -> dict[tuple[str, str], str]:
    """Return every formula of a workbook by its place."""
    book = openpyxl.load_workbook(workbook)
    cells = ((sheet.title, cell) for sheet in book for row in sheet.iter_rows() for cell in row)
    return {(title, cell.coordinate): str(cell.value) for title, cell in cells if cell.data_type == "f"}


def with_inputs(workbook: Path, inputs: dict[str, float], copy: Path) -> Path:
    """Write a copy in which inputs of the sheet Assumptions have other values, by their keys, and return its path."""
    book = openpyxl.load_workbook(workbook)
    sheet = book["Assumptions"]
    rows = {str(sheet.cell(row, 1).value): row for row in range(1, sheet.max_row + 1)}
    for key, value in inputs.items():
        sheet.cell(rows[key], 2).value = value
    book.save(copy)
    return copy


def summary_of(values: Values, label: str) -> dict[str, Any]:
    """Return one alternative's row of the sheet Summary, by the words above its columns."""
    cells = {name: value for (sheet, name), value in values.items() if sheet == "Summary"}
    head = next(name[1:] for name, value in cells.items() if value == "alternative")
    row = next(name[1:] for name, value in cells.items() if value == label and name[0] == "A")
    return {cells[f"{column}{head}"]: cells[f"{column}{row}"] for column in "BCDEFGHIJKL"}
