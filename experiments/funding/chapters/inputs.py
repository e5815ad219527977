"""Inputs of the case: value, unit, price year, source and confidence of every one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import pandas as pd

from experiments.funding.case import FundingCase
from experiments.funding.exhibits.cells import ColumnHead, FrameTable, text_cell
from experiments.funding.exhibits.elements import (
    SECTION_NUMBER,
    Part,
    Prose,
    Section,
    missing_part,
    plain_name,
    table_by_column,
)
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.exhibits.input_words import input_words
from experiments.number_format import NONE, typeset
from experiments.page_templates import Cell, Table, TableColumn
from experiments.study.inputs import input_row, source_library, unit_of_key, value_text
from experiments.study.sources import SourcedInput

INPUTS: Final = (
    TableColumn("value", "value"),
    TableColumn("unit", "unit"),
    TableColumn("price_year", "price year"),
    TableColumn("confidence", "source and confidence"),
    TableColumn("range", "range"),
    TableColumn("note", "what it is taken from"),
    TableColumn("key", "key"),
)


DRAWN: Final = FrameTable(
    "inputs_drawn",
    "What was drawn, and from what",
    {
        "words": ColumnHead("input drawn"),
        "group": ColumnHead("group", "", "name"),
        "value": ColumnHead("central", "", "number"),
        "distribution": ColumnHead("distribution"),
        "p10": ColumnHead("10%", "", "number"),
        "p50": ColumnHead("50%", "", "number"),
        "p90": ColumnHead("90%", "", "number"),
        "unit": ColumnHead("unit"),
        "source": ColumnHead("source"),
        "confidence": ColumnHead("confidence"),
        "key": ColumnHead("key"),
    },
    "x: a factor on the central value.",
)
CONFIDENCE_WORDS: Final = (
    "Confidence: P primary source, P* primary data republished, S secondary, D derived, "
    "I inference; assumed: no source, so a range stands beside it."
)


def inputs_chapter(evidence: Evidence) -> Section:
    """Return every input of the economics with its source."""
    case = evidence.appraised.case
    rows = [row for row in case.inputs if bears_on_case(case, row.key)]
    parts: list[Part] = [
        Prose(
            f"{CONFIDENCE_WORDS} Prices are in dollars of the year of their quote; before use they are restated to "
            f"{case.appraisal.price_year} dollars by the price index “{case.deflator.name}”. Catalogue entries that "
            "nobody buys are left out. Inputs of the simulation, the laws that uncertain numbers are drawn from, and "
            f"addresses of all sources: section {SECTION_NUMBER['annex']}."
        ),
        sourced_inputs_table("inputs_economic", "Inputs of the economics", rows)
        if rows
        else missing_part("inputs of the economics", "none were recorded"),
    ]
    return Section("inputs", "Inputs: value, unit, price year, source, confidence", tuple(parts))


def inputs_annex(evidence: Evidence) -> Section:
    """Return the inputs of the simulation, what all were drawn from, and addresses of sources."""
    case = evidence.appraised.case
    rows = case.study.inputs(evidence.baseline)
    used = {row.source_id for row in (*rows, *case.inputs) if row.source_id}
    library = source_library()
    table: Part = missing_part("addresses of the sources", "their list is not part of this installation")
    if known := sorted(used & set(library), key=lambda name: int(name[1:])):
        columns: dict[TableColumn, Callable[[str], Cell]] = {
            TableColumn("what", "what it is"): lambda name: text_cell(library[name][0]),
            TableColumn("address", "address"): lambda name: text_cell(library[name][1] or "no address"),
        }
        sources = table_by_column("sources", "Sources", known, columns, named=(TableColumn("id", "id"), str))
        table = replace(sources, look="inputs")
    return Section(
        "annex",
        "Annex: inputs of the simulation, and sources",
        (
            Prose(f"As {plain_name(evidence.baseline)} has them; what the others set beside it stands in run.json."),
            sourced_inputs_table("inputs_simulation", "Inputs of the simulation", rows),
            missing_part("how inputs were drawn", "uncertain inputs were not redrawn in this run")
            if evidence.uncertainty is None
            else DRAWN.of(_drawn_words(evidence.uncertainty.inputs)),
            table,
        ),
    )


def _drawn_words(drawn_inputs: pd.DataFrame) -> pd.DataFrame:
    return drawn_inputs.assign(words=[input_words(str(key)) for key in drawn_inputs["key"]])


def bears_on_case(case: FundingCase, key: str) -> bool:
    """Return whether an input bears on a case: prices of what nobody buys do not."""
    if not key.startswith("cost."):
        return True
    bought = {p.measure for purchases in case.purchases.values() for p in purchases}
    staff = {person for name in bought for person in case.catalogue[name].staff}
    return key.split(".")[1] in bought | staff


def sourced_inputs_table(name: str, title: str, rows: Sequence[SourcedInput]) -> Table:
    """Return inputs with value, unit, price year, source or range, and what they are taken from."""
    ends = "price_year"
    years = {row.key.rpartition(".")[0]: row.value for row in rows if row.key.endswith(ends)}
    shown = tuple((input_words(row.key), _input_cells(row, years)) for row in rows if not row.key.endswith(ends))
    return Table(name, title, TableColumn("input", "input"), INPUTS, shown, look="inputs")


def _input_cells(row: SourcedInput, years: Mapping[str, object]) -> tuple[Cell, ...]:
    """Return the cells of one input; its price year stands beside it, or beside what it stands in."""
    said = input_row(row)
    unit = said["unit"] or unit_of_key(row.key)
    words = row.key.split(".") if "usd" in row.key or "USD" in unit else []
    above = (".".join(words[:n]) for n in range(len(words) - 1, 0, -1))
    year = next((str(years[key]) for key in above if key in years), NONE)
    value = float(row.value) if isinstance(row.value, int | float) else value_text(row.value)
    others = (unit, year, said["badge"], said["range"], typeset(row.note), row.key)
    return (Cell(said["value"], "", value, look="words"), *map(text_cell, others))
