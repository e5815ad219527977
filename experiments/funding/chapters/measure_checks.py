"""Beside the decision measures: the run with the excess burden of taxes, and gains beside published ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from experiments.economics.cost_effectiveness import break_even_usd_per_load
from experiments.funding.exhibits.cells import dollars_cell, ratio_cell
from experiments.funding.exhibits.elements import (
    BREAK_EVEN,
    Bullets,
    Part,
    millions_column,
    plain_name,
    table_by_column,
)
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.plausibility import UNIT_WORDS, PublishedComparison, implausible_gains, published_comparisons
from experiments.number_format import number
from experiments.page_templates import Cell, Table, TableColumn


def excess_burden_table(evidence: Evidence) -> Table:
    """Return the measures with the excess burden of taxes, beside the headline and never in its place."""
    share, price = evidence.appraised.case.appraisal.excess_burden_share, evidence.usd_per_load
    columns: dict[TableColumn, Callable[[str], Cell]] = {
        millions_column("npv_usd", "net present value"): evidence.column(
            lambda w: w.with_excess_burden(share).npv(price)
        ),
        TableColumn("life_cycle_ratio", "benefit-cost ratio, life cycle", "", "assumed"): evidence.column(
            lambda w: w.with_excess_burden(share).life_cycle_ratio(price), ratio_cell
        ),
        BREAK_EVEN: evidence.column(
            lambda w: break_even_usd_per_load(w.with_excess_burden(share)),
            lambda usd, ends: dollars_cell(usd, ends, "detects no additional loads"),
        ),
    }
    title = f"With the excess burden of taxes: costs times {number(1.0 + share, 2)}"
    note = "A supplementary run that Circular A-94, section 11, asks for: a dollar of taxes costs more than itself."
    return table_by_column("measures_with_excess_burden", title, evidence.rivals, columns, note=note)


def plausibility_parts(evidence: Evidence) -> Iterator[Part]:
    """Yield users' gains by officer, booth and truck beside what studies print, and what is far above it."""
    most = evidence.appraised.case.terms.published.most_multiple
    rows = [
        (f"{plain_name(name)}: {UNIT_WORDS[one.unit]}", _plausibility_cells(evidence, name, one))
        for name in evidence.rivals
        for one in published_comparisons(evidence.appraised, name)
    ]
    columns = (
        TableColumn("units", "units"),
        TableColumn("gain_usd", "users' gain of one", "$", "assumed"),
        TableColumn("published_usd", "published", "$"),
        TableColumn("multiple", "times published"),
    )
    note = (
        "Published: the time of travelers that one officer more saves (mean of 33 crossings and airports, 2013), that "
        "figure times the officers of a post for an open booth, of which none is printed, and all that delay costs a "
        f"truck at the crossings of Texas (2019). More than {number(most, 0)} times as much is warned of. "
        f"{evidence.range_note}"
    )
    title, first = "Plausibility: gains beside what is published", TableColumn("of", "gain of")
    yield Table("plausibility", title, first, columns, tuple(rows), note)
    if warnings := tuple(implausible_gains(evidence.appraised)):
        yield Bullets(warnings)


def _plausibility_cells(evidence: Evidence, name: str, compared: PublishedComparison) -> tuple[Cell, ...]:
    worth, gain = evidence.worths[name], evidence.of(name, compared.usd_per_unit)
    return (
        Cell(number(compared.units, 1), "", compared.units),
        dollars_cell(compared.usd_per_unit(worth), gain),
        dollars_cell(compared.published_usd),
        ratio_cell(compared.multiple(worth), evidence.of(name, compared.multiple)),
    )
