"""Chapters that set the case: the problem and whom it touches, the alternatives, the inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from experiments.funding.chapters.port import paired_difference_words
from experiments.funding.exhibits.cells import ColumnHead, frame_table, millions_cell, significant
from experiments.funding.exhibits.choice import choose_alternative, request_funding
from experiments.funding.exhibits.elements import Badge, Cell, Part, Prose, Section, Table, TableColumn, text_cell
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.exhibits.style import plain_name
from experiments.funding.tables import lost_trips_words
from experiments.number_format import NONE, listed, number, span

Problem = tuple[str, str, str, float, int, Badge, str]
PROBLEMS: Final[tuple[Problem, ...]] = (
    (
        "wait_mean_min",
        "mean wait to primary",
        "min",
        1.0,
        1,
        "predicted",
        "drivers and carriers; shippers of perishable and just-in-time goods",
    ),
    (
        "wait_p95_min",
        "wait that one truck in twenty exceeds",
        "min",
        1.0,
        1,
        "predicted",
        "carriers who plan for bad days; drivers' hours of service",
    ),
    (
        "delay_truck_h",
        "truck-hours of delay a year",
        "thousand h",
        1e-3,
        0,
        "predicted",
        "carriers, shippers, residents beside the approach (idling engines)",
    ),
    (
        "elsewhere",
        "trips given up or made elsewhere a year",
        "thousand",
        1e-3,
        1,
        "predicted",
        "carriers and other ports of entry",
    ),
    ("scan_rate", "share of trucks scanned", "%", 100.0, 1, "predicted", "CBP; carriers that are scanned"),
    (
        "detection_expected",
        "share of loads interdicted",
        "%",
        100.0,
        1,
        "assumed",
        "public health and safety on both sides of the border",
    ),
    ("exam_rate", "share of trucks opened", "%", 100.0, 2, "predicted", "shippers and carriers; CBP officers"),
)

COMPLETIONS: Final = {
    "alternative": ColumnHead("alternative", "", "name"),
    "short": ColumnHead("what is short"),
    "completion": ColumnHead("cheapest completion"),
    "price_usd": ColumnHead("its present cost", "$ M", "millions", "assumed"),
    "completed": ColumnHead("completed in this case"),
}


def problem_chapter(evidence: Evidence) -> Section:
    """Return the problem matrix: today, the last year without building, the change, the users."""
    years = evidence.appraised.response.years
    choice = choose_alternative(evidence).name
    columns = (
        TableColumn("today", f"baseline, year {years[0]}"),
        TableColumn("later", f"baseline, year {years[-1]}"),
        TableColumn("change", f"change under {plain_name(choice)}, year {years[0]}"),
        TableColumn("change_later", f"change under {plain_name(choice)}, year {years[-1]}"),
        TableColumn("affected", "affected users"),
    )
    rows = tuple(_problem_rows(evidence, choice))
    base = evidence.appraised.case.appraisal.base_year
    return Section(
        2,
        "problem",
        "The problem: today, without building, and with the choice",
        (
            Prose(
                f"Year {years[0]} is {base + years[0]}, year {years[-1]} is {base + years[-1]}, "
                "each simulated with its own traffic. Brackets: intervals over replications; the "
                "change is paired, on the same trucks. Waits are predicted; everything about loads "
                "is assumed."
            ),
            Table("problem_matrix", "Problem matrix", TableColumn("measure", "measure"), columns, rows),
        ),
    )


def _problem_rows(evidence: Evidence, choice: str) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    years = evidence.appraised.response.years
    for key, name, unit, scale, digits, badge, users in PROBLEMS:
        levels = [evidence.level(evidence.baseline, key, year) for year in (years[0], years[-1])]
        if all(level is None for level in levels):
            continue
        cells = []
        for level in levels:
            if level is None:
                cells.append(Cell(NONE))
                continue
            ends = (scale * level.low, scale * level.high) if np.isfinite(level.low) else (None, None)
            text = number(scale * level.mean, digits)
            cells.append(Cell(text, span(level, scale, digits), scale * level.mean, *ends))
        for year in (years[0], years[-1]):
            cells.append(_change(evidence, choice, (key, scale, digits), year))
        yield f"{name}, {unit} ({badge})", (*cells, text_cell(users))


def _change(evidence: Evidence, name: str, metric: tuple[str, float, int], year: int) -> Cell:
    key, scale, digits = metric
    gap = evidence.change(name, key, year)
    if name == evidence.baseline or gap is None or not np.isfinite(gap.mean):
        return Cell(NONE)
    said = paired_difference_words(gap, scale, digits).removeprefix("change ")
    head, _, tail = said.partition(" ")
    ends = (scale * gap.low, scale * gap.high) if np.isfinite(gap.low) else (None, None)
    return Cell(head, tail, scale * gap.mean, *ends)


def alternatives_chapter(evidence: Evidence) -> Section:
    """Return what each alternative buys and asks for, and what could not carry its load."""
    columns = (
        TableColumn("bought", "what is bought"),
        TableColumn("in_service", "in service from"),
        TableColumn("capital_usd", "initial capital", "$ M", "assumed"),
        TableColumn("once_usd", "integration and training, once", "$ M", "assumed"),
        TableColumn("yearly_usd", "a year in full service", "$ M", "assumed"),
        TableColumn("posts", "staff"),
    )
    nothing = text_cell("nothing: today's port, staff and rules, with the traffic of each year")
    rows = [(f"{plain_name(evidence.baseline)} (baseline)", (nothing, *(Cell(NONE) for _ in columns[1:])))]
    rows += [(plain_name(name), _asked(evidence, name)) for name in evidence.rivals]
    parts: list[Part] = [
        Prose(
            "Every alternative is measured against the no-build baseline on the same traffic, and "
            "pays for all that it uses: scanners, works, staff. Dollars are "
            f"{evidence.appraised.case.appraisal.price_year} dollars, not discounted; the ranges "
            "of each price stand among the inputs, those of the sums with the present values."
        ),
        Table(
            "alternatives",
            "What each alternative buys",
            TableColumn("alternative", "alternative"),
            columns,
            tuple(rows),
        ),
    ]
    completions = evidence.appraised.completions
    if completions.empty:
        parts.append(
            Prose(
                "Scanners, analysts and docks of all alternatives carry the load of the design "
                "year: none had to be completed."
            )
        )
    else:
        title = "Could not carry the design year, and the cheapest completion"
        parts.append(frame_table("completions", title, completions, COMPLETIONS))
    if (lost := lost_trips_words(evidence.appraised)) is not None:
        parts.append(Prose(lost))
    return Section(3, "alternatives", "Alternatives and the no-build baseline", tuple(parts))


def _asked(evidence: Evidence, name: str) -> tuple[Cell, ...]:
    case, request = evidence.appraised.case, request_funding(evidence, name)
    bought = [f"{significant(n)} x {plain_name(what)}" for what, n, _ in request.units]
    staff = [f"{significant(n)} x {plain_name(who)}" for who, n in request.posts.items()]
    late = {p.late_y for p in case.purchases.get(name, ()) if p.late_y}
    wait = "" if not late else f"up to {max(late)} years late"
    start = request.first_service_y
    begins = NONE if start is None else f"year {start} ({case.appraisal.base_year + start})"
    return (
        text_cell(listed(bought) or "no equipment"),
        Cell(begins, wait, None if start is None else float(start)),
        millions_cell(request.capital_usd),
        millions_cell(request.once_usd),
        millions_cell(request.yearly_usd),
        text_cell(listed(staff) or "none"),
    )
