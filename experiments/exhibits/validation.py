"""What the model gives beside what is published for the port, and how far that proves anything.

The comparisons were run once for every port of the repository and stand in its documents; they are
read from there, so that page and document cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from experiments.exhibits.exhibit import Cell, Column, Part, Table, absent, words
from experiments.provenance import CONFIGS

DOCS: Final = CONFIGS.parent / "docs"
OF_MODEL: Final = "world_trade_bridge"
"""The port of ``model.md``; the others stand in ``ports.md``."""
KINDS: Final = ("fitted", "assumed", "predicted")


def validation_table(port: str, docs: Path = DOCS) -> Part:
    """Return the comparison of one port with published figures, or that there is none."""
    rows = list(_of_model(docs) if port == OF_MODEL else _of_ports(port, docs))
    if not rows:
        why = f"no published figure is on record for {port} in this installation"
        return absent("validation against data", why)
    columns = (
        Column("simulated", "simulated, 95 % interval"),
        Column("published", "published"),
        Column("kind", "kind"),
    )
    shown = tuple(
        (name, (words(own), words(other), _kind(kind))) for name, own, other, kind in rows
    )
    return Table(
        "validation",
        "The model beside published figures, today's practice",
        Column("measure", "measure"),
        columns,
        shown,
        note="Fitted: the input was chosen to come near the figure, so that agreement proves "
        "nothing. Predicted: nothing was chosen for it.",
    )


def _kind(text: str) -> Cell:
    return Cell(text, "", text, look="words")


def _of_model(docs: Path) -> Iterator[tuple[str, str, str, str]]:
    for cells in _rows(docs / "model.md", 4):
        if cells[3] in (*KINDS, "from counts", "by policy", "by prevalence"):
            yield cells[0], cells[1], cells[2], cells[3]


def _of_ports(port: str, docs: Path) -> Iterator[tuple[str, str, str, str]]:
    current = ""
    for cells in _rows(docs / "ports.md", 7):
        current = cells[0] or current
        if current == port and cells[5]:
            remark = f" ({cells[6]})" if cells[6] else ""
            yield cells[1], cells[2], cells[3] or "none", cells[5] + remark


def _rows(path: Path, width: int) -> Iterator[list[str]]:
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [re.sub(r"[*`]", "", cell).strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == width:
            yield cells
