"""Chapters that set the case: the problem and whom it touches, the alternatives, the inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from experiments.funding.chapters.port import paired_difference_words
from experiments.funding.exhibits.cells import ColumnHead, FrameTable, interval_cell, millions_cell, text_cell
from experiments.funding.exhibits.choice import FundingRequest, request_funding
from experiments.funding.exhibits.counted import counted_words, persons_words
from experiments.funding.exhibits.elements import (
    Part,
    Prose,
    Section,
    millions_column,
    plain_name,
    quoted_name,
    table_by_column,
)
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.tables import lost_trips_words
from experiments.number_format import NONE, listed
from experiments.page_templates import Badge, Cell, TableColumn
from experiments.study.calibrated_waits import not_calibrated_note

Problem = tuple[str, str, str, float, int, Badge, str]
PROBLEMS: Final[tuple[Problem, ...]] = (
    ("wait_mean_min", "average wait to primary", "min", 1.0, 1, "predicted",
     "drivers and carriers; shippers of perishable and just-in-time goods"),
    ("wait_p95_min", "wait that one truck in twenty exceeds", "min", 1.0, 1, "predicted",
     "carriers who plan for bad days; drivers' hours of service"),
    ("delay_truck_h", "truck-hours of delay a year", "thousand h", 1e-3, 0, "predicted",
     "carriers, shippers, residents beside the approach (idling engines)"),
    ("elsewhere", "trips made by the other bridge a year", "thousand", 1e-3, 1, "predicted",
     "carriers and other ports of entry"),
    ("scan_rate", "share of trucks scanned", "%", 100.0, 1, "predicted", "CBP; carriers that are scanned"),
    ("detection_expected", "share of loads interdicted", "%", 100.0, 1, "assumed",
     "public health and safety on both sides of the border"),
    ("exam_rate", "share of trucks examined", "%", 100.0, 2, "predicted", "shippers and carriers; CBP officers"),
)  # fmt: skip
"""Measure, its words, unit, scale, digits and badge, and whom it touches."""
COMPLETIONS: Final = FrameTable(
    "completions",
    "Could not carry the design year, and the cheapest completion",
    {
        "alternative": ColumnHead("alternative", "", "name"),
        "short": ColumnHead("what is short"),
        "completion": ColumnHead("cheapest completion"),
        "price_usd": ColumnHead("its present cost", "$ M", "millions", "assumed"),
        "completed": ColumnHead("completed in this case"),
    },
    if_empty=Prose(
        "Scanners, analysts and docks of all alternatives carry the load of the design year: none had to be completed."
    ),
)


def problem_chapter(evidence: Evidence) -> Section:
    """Return the problem matrix: today, the last year without building, the change, the users."""
    first, last = evidence.appraised.response.years[0], evidence.appraised.response.years[-1]
    change, base = f"change under {quoted_name(evidence.shown)}", evidence.appraised.case.appraisal.base_year
    table = table_by_column(
        "problem_matrix",
        "Problem matrix",
        [row for row in PROBLEMS if any(evidence.level(evidence.baseline, row[0], y) for y in (first, last))],
        {
            TableColumn("today", f"baseline, year {first}"): lambda row: _level_cell(evidence, row, first),
            TableColumn("later", f"baseline, year {last}"): lambda row: _level_cell(evidence, row, last),
            TableColumn("change", f"{change}, year {first}"): lambda row: _change_cell(evidence, row, first),
            TableColumn("change_later", f"{change}, year {last}"): lambda row: _change_cell(evidence, row, last),
            TableColumn("affected", "affected users"): lambda row: text_cell(row[6]),
        },
        named=(TableColumn("measure", "measure"), lambda row: f"{row[1]}, {row[2]} ({row[5]})"),
    )
    said = (
        f"Year {first} is {base + first}, year {last} is {base + last}, each simulated with its own traffic. Brackets: "
        "intervals over replications; the change is paired, on the same trucks. Waits are predicted; everything about "
        "loads is assumed."
    )
    said = " ".join(note for note in (said, not_calibrated_note([evidence.appraised.case.study])) if note)
    whose = "the choice" if evidence.choice.name != evidence.baseline else "the best rival"
    return Section("problem", f"The problem: today, without building, and with {whose}", (Prose(said), table))


def _level_cell(evidence: Evidence, row: Problem, year: int) -> Cell:
    level = evidence.level(evidence.baseline, row[0], year)
    return Cell(NONE) if level is None else interval_cell(level, row[3], row[4])


def _change_cell(evidence: Evidence, row: Problem, year: int) -> Cell:
    gap, scale = evidence.change(evidence.shown, row[0], year), row[3]
    if evidence.shown == evidence.baseline or gap is None or not np.isfinite(gap.mean):
        return Cell(NONE)
    head, _, tail = paired_difference_words(gap, scale, row[4]).removeprefix("change ").partition(" ")
    ends = (scale * gap.low, scale * gap.high) if np.isfinite(gap.low) else (None, None)
    return Cell(head, tail, scale * gap.mean, *ends)


def alternatives_chapter(evidence: Evidence) -> Section:
    """Return what each alternative buys and asks for, and what could not carry its load."""
    case = evidence.appraised.case
    asked = {name: request_funding(evidence.appraised, name) for name in evidence.rivals}
    columns: dict[TableColumn, Callable[[str], Cell]] = {
        TableColumn("bought", "what is bought"): lambda n: text_cell(
            listed([counted_words(measure, units) for measure, units, _ in asked[n].units]) or "no equipment"
        ),
        TableColumn("in_service", "in service from"): lambda n: _service_cell(evidence, n, asked[n]),
        millions_column("capital_usd", "initial capital"): lambda n: millions_cell(asked[n].capital_usd),
        millions_column("once_usd", "integration and training, once"): lambda n: millions_cell(asked[n].once_usd),
        millions_column("yearly_usd", "a year in full service"): lambda n: millions_cell(asked[n].yearly_usd),
        TableColumn("staff", "staff, full time"): lambda n: text_cell(_staff(evidence, asked[n]) or "none"),
    }
    table = table_by_column("alternatives", "What each alternative buys", evidence.rivals, columns)
    nothing = text_cell("nothing: today's port, staff and rules, with the traffic of each year")
    baseline = (f"{plain_name(evidence.baseline)} (baseline)", (nothing, *(Cell(NONE) for _ in list(columns)[1:])))
    parts: list[Part] = [
        Prose(
            "Every alternative is measured against the no-build baseline on the same traffic, and pays for all that it "
            f"uses: scanners, works, staff. Dollars are {case.appraisal.price_year} dollars, not discounted; the "
            "ranges of each price stand among the inputs, those of the sums with the present values."
        ),
        replace(table, rows=(baseline, *table.rows)),
        COMPLETIONS.of(evidence.appraised.completions),
    ]
    if (lost := lost_trips_words(evidence.appraised)) is not None:
        parts.append(Prose(lost))
    return Section("alternatives", "Alternatives and the no-build baseline", tuple(parts))


def _staff(evidence: Evidence, request: FundingRequest) -> str:
    per_post = evidence.appraised.case.terms.persons_per_post
    return listed([persons_words(name, n, per_post) for name, n in request.persons.items()])


def _service_cell(evidence: Evidence, name: str, request: FundingRequest) -> Cell:
    case, start = evidence.appraised.case, request.first_service_y
    late = max((p.late_y for p in case.purchases.get(name, ())), default=0)
    wait = f"up to {late} years late" if late else ""
    if start is None:
        return Cell(NONE, wait)
    return Cell(f"year {start} ({case.appraisal.base_year + start})", wait, float(start))
