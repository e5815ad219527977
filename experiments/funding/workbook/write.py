"""An appraised case -> ``case.xlsx``: sheets in the order of DOT's benefit-cost template, live from input to answer."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from experiments.files import OutputFolder
from experiments.funding.budget.benefit_items import benefit_items
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.workbook.assumptions import labels_of, write_assumptions, write_years
from experiments.funding.workbook.costs import write_costs, write_residuals
from experiments.funding.workbook.demand import write_demand
from experiments.funding.workbook.gains import write_gains
from experiments.funding.workbook.governments import write_governments, write_mexico
from experiments.funding.workbook.sheets import Book, Sheet
from experiments.funding.workbook.spending import Stated, write_spending
from experiments.funding.workbook.summary import (
    SummaryCells,
    write_by_year,
    write_parts,
    write_sensitivities,
    write_summary,
)
from experiments.study.inputs import source_library

WORKBOOK: Final = "case.xlsx"
CONTENTS: Final = (
    ("Assumptions", "every input with unit, price year and source; change the blue cells"),
    ("Years", "study years, fiscal years, discount factors, then-year index"),
    ("Costs", "what is bought, and every payment by year"),
    ("Demand", "amounts from the simulation by year and class of truck, and the share in service"),
    ("Time savings", "drivers' time, and reliability where it is counted"),
    ("Emissions and fuel", "fuel not burned and damage not done"),
    ("Other gains", "whatever else is counted, where something is"),
    ("Residual value", "what is left of every asset in the last year"),
    ("By year", "costs and gains of every alternative by year"),
    ("Summary", "net present value, ratios and break-even at the rate of the appraisal"),
    ("Gains by part", "users' gain by what it consists of"),
    ("Sensitivities", "other discount rates, and factors on costs and gains (Circular A-94)"),
    ("Then-year spending", "fiscal years by appropriation, constant and then-year dollars, contingency"),
    ("Both governments", "who pays and who gains by country"),
    ("Mexico", "VPN, TIR, TRI and CAE at Hacienda's social discount rate"),
    ("Sources", "what every source is, and where it stands"),
)


def write_workbook(out: OutputFolder, appraised: AppraisedCase, stated: Stated) -> Path:
    """Write ``case.xlsx`` and return its path; ``stated`` are the percentiles of the draws by alternative."""
    with out.file(WORKBOOK) as path:
        build_workbook(path, appraised, stated)
    return out.folder / WORKBOOK


def build_workbook(path: Path, appraised: AppraisedCase, stated: Stated) -> dict[str, SummaryCells]:
    """Write a case's workbook to a path and return what its summary says, by alternative.

    The alternatives of the case bear their ids; the workbook shows their labels.
    """
    book, case, response = Book(path), appraised.case, appraised.response
    base = case.study.baseline
    items = {name: benefit_items(case, response, name) for name in response.alternatives if name != base}
    _contents(book, appraised)
    found = write_assumptions(book, case, [item for every in items.values() for item in every])
    write_years(book, case, found)
    costs = write_costs(book, case, found)
    demand = write_demand(book, (case, response), found, costs, items)
    gains = write_gains(book, case, found, demand, items)
    write_residuals(book, case, found, costs)
    flows = write_by_year(book, case, (found, demand), costs, gains)
    summary = write_summary(book, case, found, flows, appraised.worths[case.appraisal.discount_rate])
    write_parts(book, case, gains)
    write_sensitivities(book, case, found, flows)
    write_spending(book, case, found, costs, stated)
    write_governments(book, appraised, found, costs, gains)
    write_mexico(book, appraised, found, costs, gains)
    _sources(book, appraised)
    book.close()
    return summary


def _contents(book: Book, appraised: AppraisedCase) -> None:
    case = appraised.case
    sheet, labels = Sheet(book, "Contents", (24, 90)), labels_of(case)
    sheet.heading("Throughgate: workbook of a funding case", "title")
    facts = (
        ("command", f"throughgate {case.study.verb} {' '.join(case.overrides)}".strip()),
        ("baseline", labels[case.study.baseline]),
        ("alternatives", "; ".join(label for name, label in labels.items() if name != case.study.baseline)),
        ("dollars", f"of {case.appraisal.price_year}, unless a sheet says then-year"),
        ("simulation", f"seed {case.study.seed}, {appraised.response.replications} replications of each year"),
    )
    for words, text in facts:
        sheet.text(0, words)
        sheet.text(1, text)
        sheet.end_row()
    sheet.note("Figures of the central inputs; intervals and draws stand in report.html and data/draws.csv.")
    sheet.row += 1
    sheet.head(("sheet", "what it holds"), ("", ""))
    for title, words in CONTENTS:
        sheet.text(0, title)
        sheet.text(1, words)
        sheet.end_row()


def _sources(book: Book, appraised: AppraisedCase) -> None:
    """Write "Sources": every source that an input of the economics or of the simulation names."""
    case = appraised.case
    sheet, library = Sheet(book, "Sources", (10, 90, 90)), source_library()
    rows = (*case.inputs, *case.study.inputs(case.study.baseline))
    used = {row.source_id for row in rows if row.source_id}
    sheet.heading("Sources", "title")
    sheet.note("Inputs without a source are assumptions: their range and reason stand beside them in Assumptions.")
    sheet.head(("id", "what it is", "address"), ("", "", ""))
    for name in sorted(used & set(library), key=lambda text: int(text[1:])):
        for column, text in enumerate((name, library[name][0], library[name][1] or "no address")):
            sheet.text(column, text, "wrapped")
        sheet.end_row()
