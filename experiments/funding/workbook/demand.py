"""The sheet "Demand": what the simulation says of every year, and the share of it that is in service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from experiments.economics.benefits import interpolate_years
from experiments.funding.annual import TRIPS, TRUCK_H, Response
from experiments.funding.budget.benefit_items import BenefitItem, loads_gained
from experiments.funding.case import FundingCase
from experiments.funding.workbook.assumptions import InputCells, labels_of
from experiments.funding.workbook.costs import CostCells, PurchaseCells
from experiments.funding.workbook.formulas import CellRange, Formula, above, either, least, same, total
from experiments.funding.workbook.sheets import Book, Sheet

WIDTHS: Final = (30, 34, 18, 6, 6, 6, 6)
HEAD: Final = ("alternative", "what", "unit")
AmountKey = tuple[str, str, str]
"""Alternative, amount, class of truck."""


@dataclass(frozen=True, slots=True)
class DemandCells:
    """Where amounts and shares of service stand."""

    amounts: dict[AmountKey, CellRange]
    """Amounts above the baseline, with everything in service."""
    loads: dict[str, CellRange]
    """Loads interdicted above the baseline, with everything in service."""
    service: dict[str, CellRange]
    """Share in service, by alternative."""


def write_demand(
    book: Book,
    case_and_response: tuple[FundingCase, Response],
    input_cells: InputCells,
    costs: dict[str, CostCells],
    items: dict[str, list[BenefitItem]],
) -> DemandCells:
    """Write "Demand" and return where everything stands."""
    case, response = case_and_response
    sheet, labels = Sheet(book, "Demand", WIDTHS), labels_of(case)
    years = [case.appraisal.base_year + year for year in range(case.appraisal.years + 1)]
    sheet.heading("Demand, and what the simulation says", "title")
    sheet.note("Mean amounts of the replications. Years between the simulated ones lie straight between them.")
    sheet.heading("Trips made and hours at the port, as simulated (for reference: nothing depends on these rows)")
    sheet.year_head(HEAD, ("", "", ""), years, "a year")
    for name, label in labels.items():
        for prefix, what, unit in (
            (TRIPS, "trips", "trips a year"),
            (TRUCK_H, "hours at the port", "truck-hours a year"),
        ):
            for kind in response.classes:
                _words(sheet, label, f"{what}: {kind}", unit)
                sheet.inputs(interpolate_years(response.mean(f"{prefix}{kind}", name), case.appraisal.years).tolist())
                sheet.end_row()
    sheet.heading("Amounts above the baseline with everything in service")
    sheet.year_head(HEAD, ("", "", ""), years, "a year")
    amounts, loads = _amounts(sheet, labels, items), {}
    for name in items:
        _words(sheet, labels[name], "loads interdicted", "loads a year")
        loads[name] = sheet.inputs(loads_gained(case, response, name).tolist())
        sheet.end_row()
    sheet.heading("Share in service")
    sheet.note("Orders of one measure count by their units; of several measures the last one decides.")
    sheet.year_head(HEAD, ("", "", ""), years, "share")
    service = {name: _service(sheet, input_cells, labels[name], cost.purchases) for name, cost in costs.items()}
    sheet.page.freeze_panes(0, 2)
    return DemandCells(amounts, loads, service)


def _words(sheet: Sheet, *words: str) -> None:
    for column, text in enumerate(words):
        sheet.text(column, text)


def _amounts(sheet: Sheet, labels: dict[str, str], items: dict[str, list[BenefitItem]]) -> dict[AmountKey, CellRange]:
    """Write every amount once, however many prices it has."""
    written: dict[AmountKey, CellRange] = {}
    for name, every in items.items():
        for item in every:
            key = (name, item.amount_name, item.truck_class)
            if key not in written:
                _words(sheet, labels[name], f"{item.amount_name}: {item.truck_class}", item.unit)
                written[key] = sheet.inputs(item.amount.tolist())
                sheet.end_row()
    return written


def _service(sheet: Sheet, input_cells: InputCells, label: str, bought: list[PurchaseCells]) -> CellRange:
    """Write the share in service as `experiments.funding.cash_flows.share_in_service` has it."""
    years = input_cells.rows["year"]
    measures: dict[str, list[tuple[Formula, CellRange]]] = {}
    for purchase in _ordered(bought):
        name = purchase.measure.name
        _words(sheet, label, f"order of {name.replace('_', ' ')}", "share")
        every = [_share(input_cells, purchase, years[place]) for place in range(len(years))]
        measures.setdefault(name, []).append((purchase.units, sheet.formulas(every, "share")))
        sheet.end_row()
    _words(sheet, label, "all of it", "share")
    every = [
        least(either(above(years[place], 0.0), 1.0, 0.0), *(_of_measure(orders, place) for orders in measures.values()))
        for place in range(len(years))
    ]
    cells = sheet.formulas(every, "share")
    sheet.end_row()
    return cells


def _ordered(bought: list[PurchaseCells]) -> Iterator[PurchaseCells]:
    """Yield what was ordered itself: staff that a measure takes comes with it."""
    return (purchase for purchase in bought if purchase.ordered)


def _share(input_cells: InputCells, purchase: PurchaseCells, year: Formula) -> Formula:
    """Return the share of its full effect that one order has in a year."""
    served = year - purchase.first
    share: Formula | float = 1.0
    for place in reversed(range(len(purchase.measure.ramp_up_share))):
        share = either(
            same(served, float(place)), input_cells[f"cost.{purchase.measure.name}.ramp_up_share[{place}]"], share
        )
    return either(above(0.0, served), 0.0, share)


def _of_measure(orders: list[tuple[Formula, CellRange]], place: int) -> Formula:
    """Return the mean share of the orders of one measure, by units; 1 where none is bought."""
    if len(orders) == 1:
        units, cells = orders[0]
        return either(above(units, 0.0), cells[place], 1.0)
    units = total([one for one, _ in orders])
    weighed = total([one * cells[place] for one, cells in orders])
    if units.number <= 0.0:
        return either(above(units, 0.0), Formula(f"{weighed.text}/{units.text}", 1.0), 1.0)
    return either(above(units, 0.0), weighed / units, 1.0)
