"""What a funding case leaves behind for readers: the page, its tables as CSV, the whole as JSON."""

from __future__ import annotations

from pathlib import Path

from experiments.exhibits.contents import chapters
from experiments.exhibits.evidence import Evidence
from experiments.exhibits.front import front
from experiments.exhibits.record import SCHEMA, all_tables, csv_text, record
from experiments.funding.appraised import Appraised
from experiments.funding.page import page
from experiments.funding.portfolio import Portfolio
from experiments.funding.uncertainty import Uncertainty
from experiments.output import Output


def write_papers(
    out: Output,
    appraised: Appraised,
    uncertainty: Uncertainty | None = None,
    portfolio: Portfolio | None = None,
    *,
    economic_impact: bool = False,
) -> list[Path]:
    """Write ``report.html``, ``funding.json`` with its schema, and ``tables/*.csv``.

    Returns
    -------
    list of Path
        What was written, the page first.
    """
    evidence = Evidence(appraised, uncertainty, portfolio)
    first, sections = front(evidence), chapters(evidence, economic_impact=economic_impact)
    written = [
        out.write_text("report.html", page(evidence, first, sections)),
        out.write_json("funding.json", record(evidence, first, sections)),
        out.write_text("funding.schema.json", SCHEMA.read_text(encoding="utf-8")),
    ]
    for table in all_tables(first, sections):
        written.append(out.write_text(f"tables/{table.name}.csv", csv_text(table)))
    return written
