"""The sheets of users' gain: time savings, emissions and fuel, and whatever else is counted; amount x share x price."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from experiments.funding.budget.benefit_items import PART_WORDS, BenefitItem
from experiments.funding.case import FundingCase
from experiments.funding.workbook.assumptions import InputCells, labels_of
from experiments.funding.workbook.demand import DemandCells
from experiments.funding.workbook.formulas import CellRange, Formula, sum_of, sum_product, total
from experiments.funding.workbook.sheets import Book, Sheet

WIDTHS: Final = (30, 34, 18, 18, 16, 16, 16)
HEAD: Final = ("alternative", "part of the gain", "class of truck", "amount", "price", "all years", "present value")
TIME: Final = ("time", "reliability")
AIR: Final = ("fuel", "cooling", "emissions")


@dataclass(frozen=True, slots=True)
class GainRow:
    """One item of users' gain over the years."""

    part: str
    years: CellRange
    present_value: Formula


def write_gains(
    book: Book, case: FundingCase, input_cells: InputCells, demand: DemandCells, items: dict[str, list[BenefitItem]]
) -> dict[str, list[GainRow]]:
    """Write "Time savings", "Emissions and fuel" and "Other gains", if there are any; return rows by alternative."""
    rows: dict[str, list[GainRow]] = {name: [] for name in items}
    sheets: list[tuple[str, Callable[[str], bool]]] = [
        ("Time savings", lambda part: part in TIME),
        ("Emissions and fuel", lambda part: part in AIR),
        ("Other gains", lambda part: part not in (*TIME, *AIR)),
    ]
    for title, holds in sheets:
        chosen = {name: [item for item in every if holds(item.part)] for name, every in items.items()}
        if any(chosen.values()):
            _write(Sheet(book, title, WIDTHS), case, (input_cells, demand), chosen, rows)
    return rows


def _write(
    sheet: Sheet,
    case: FundingCase,
    inputs: tuple[InputCells, DemandCells],
    items: dict[str, list[BenefitItem]],
    rows: dict[str, list[GainRow]],
) -> None:
    input_cells, demand = inputs
    sheet.heading(sheet.title, "title")
    sheet.note("Amount with everything in service x share in service x price; below zero: users lose.")
    years = [case.appraisal.base_year + year for year in range(case.appraisal.years + 1)]
    sheet.year_head(HEAD, ("", "", "", "see Demand", "$ a unit", "$", "$"), years)
    labels = labels_of(case)
    for name, every in items.items():
        for item in every:
            words = (labels[name], f"{PART_WORDS[item.part]}: {item.amount_name}", item.truck_class, item.unit)
            for column, text in enumerate(words):
                sheet.text(column, text)
            price = sheet.formula(4, input_cells.price(item), "number")
            amounts, share = demand.amounts[name, item.amount_name, item.truck_class], demand.service[name]
            cells = sheet.formulas([amounts[t] * share[t] * price for t in range(len(share))])
            sheet.formula(5, sum_of(cells))
            worth = sheet.formula(6, sum_product(cells, input_cells.discount()))
            sheet.end_row()
            rows[name].append(GainRow(item.part, cells, worth))
    sheet.page.freeze_panes(0, 2)


def gain_by_year(rows: list[GainRow], years: int) -> list[Formula]:
    """Return all gains in each year."""
    return [total([row.years[year] for row in rows]) for year in range(years + 1)]
