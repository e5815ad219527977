"""Inputs of the case: value, unit, price year, source and confidence of every one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from experiments.exhibits.drawing import plain
from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import Cell, Column, Part, Prose, Section, Table, absent, words
from experiments.exhibits.frames import Head, frame_table
from experiments.inputs import input_row, library, unit_of, value_text
from experiments.provenance import Input
from experiments.wording import NONE

INPUTS: Final = (
    Column("value", "value"),
    Column("unit", "unit"),
    Column("price_year", "price year"),
    Column("confidence", "source and confidence"),
    Column("range", "range"),
    Column("note", "what it is taken from"),
)


def inputs(evidence: Evidence) -> Section:
    """Return every input of the economics with its source."""
    case = evidence.appraised.case
    rows = [row for row in case.inputs if _used(evidence, row.key)]
    parts: list[Part] = [
        Prose(
            "Confidence: P primary source, P* primary data republished, S secondary, D derived, "
            "I inference; assumed: no source, so a range stands beside it. Prices are in dollars "
            "of the year of their quote; before use they are restated to "
            f"{case.appraisal.price_year} dollars by the price index of gross domestic product. "
            "Catalogue entries that nobody buys are left out. Inputs of the simulation, the laws "
            "that uncertain numbers are drawn from, and addresses of all sources: section 23."
        ),
        inputs_table("inputs_economic", "Inputs of the economics", rows)
        if rows
        else absent("inputs of the economics", "none were recorded"),
    ]
    return Section(4, "inputs", "Inputs: value, unit, price year, source, confidence", tuple(parts))


def annex(evidence: Evidence) -> Section:
    """Return the inputs of the simulation, what all were drawn from, and addresses of sources."""
    case = evidence.appraised.case
    rows = case.study.inputs(evidence.baseline)
    used = {row.source_id for row in (*rows, *case.inputs) if row.source_id}
    sources = tuple(
        (name, (words(library()[name][0]), words(library()[name][1] or "no address")))
        for name in sorted(used, key=lambda name: int(name[1:]))
        if name in library()
    )
    table: Part = absent("addresses of the sources", "their list is not part of this installation")
    if sources:
        columns = (Column("what", "what it is"), Column("address", "address"))
        table = Table("sources", "Sources", Column("id", "id"), columns, sources, look="inputs")
    return Section(
        23,
        "annex",
        "Annex: inputs of the simulation, and sources",
        (
            Prose(
                f"As {plain(evidence.baseline)} has them; what the others set beside it stands "
                "in run.json."
            ),
            inputs_table("inputs_simulation", "Inputs of the simulation", rows),
            _drawn(evidence),
            table,
        ),
    )


def _drawn(evidence: Evidence) -> Part:
    if evidence.uncertainty is None:
        return absent("how inputs were drawn", "uncertain inputs were not redrawn in this run")
    heads = {
        "key": Head("input drawn"),
        "group": Head("group", "", "name"),
        "value": Head("central", "", "number"),
        "distribution": Head("distribution"),
        "p10": Head("10 %", "", "number"),
        "p50": Head("50 %", "", "number"),
        "p90": Head("90 %", "", "number"),
        "unit": Head("unit"),
        "source": Head("source"),
        "confidence": Head("confidence"),
    }
    return frame_table(
        "inputs_drawn",
        "What was drawn, and from what",
        evidence.uncertainty.inputs,
        heads,
        note="x: a factor on the central value.",
    )


def _used(evidence: Evidence, key: str) -> bool:
    """Return whether an input bears on this case: prices of what nobody buys do not."""
    if not key.startswith("cost."):
        return True
    case = evidence.appraised.case
    bought = {p.measure for purchases in case.purchases.values() for p in purchases}
    staff = {person for name in bought for person in case.catalogue[name].staff}
    return key.split(".")[1] in bought | staff


def inputs_table(name: str, title: str, rows: Sequence[Input]) -> Table:
    """Return inputs with value, unit, price year, source or range, and what they are taken from."""
    ends = "price_year"
    years = {row.key.rpartition(".")[0]: row.value for row in rows if row.key.endswith(ends)}
    shown = tuple((row.key, _input_cells(row, years)) for row in rows if not row.key.endswith(ends))
    return Table(name, title, Column("input", "input"), INPUTS, shown, look="inputs")


def _input_cells(row: Input, years: dict[str, object]) -> tuple[Cell, ...]:
    said = input_row(row)
    unit = said["unit"] or unit_of(row.key)
    money = "usd" in row.key or "USD" in unit
    year = _price_year(row.key, years) if money else None
    value = float(row.value) if isinstance(row.value, int | float) else value_text(row.value)
    return (
        Cell(said["value"], "", value, look="words"),
        words(unit),
        words(NONE if year is None else str(year)),
        words(said["badge"]),
        words(said["range"]),
        words(row.note),
    )


def _price_year(key: str, years: dict[str, object]) -> object | None:
    """Return the price year that stands beside a number, or beside what it stands in."""
    above = key
    while "." in above:
        above = above.rpartition(".")[0]
        if above in years:
            return years[above]
    return None
