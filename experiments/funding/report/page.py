"""An appraised case -> ``report.html``, ``funding.json`` and ``tables/*.csv``: the funding report.

The page needs no script and no request; charts are inline SVG, so that it prints as it stands.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from experiments.files import OutputFolder
from experiments.funding.chapters import (
    budget,
    case,
    checks,
    delivery,
    effectiveness,
    inputs,
    money,
    port,
    practices,
    uncertainty,
)
from experiments.funding.exhibits.elements import Part, Section, folded_words, missing_part
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.exhibits.labeled import labeled_evidence, with_ids
from experiments.funding.report.frames import frame_texts
from experiments.funding.report.record import SCHEMA, funding_record, report_table_csv
from experiments.funding.report.summary import Report, case_report
from experiments.funding.workbook.write import WORKBOOK
from experiments.page_templates import Chart, page_environment

NO_PORTFOLIO: Final = Section(
    "portfolio",
    "Portfolio: the best set under the budget",
    (missing_part("best set of investments", "no budget was given, so that no set was chosen"),),
)
"""Where the report of one case says that it chooses between ports only as part of a portfolio."""


def funding_chapters(evidence: Evidence) -> list[Section]:
    """Return every chapter after the first sheet in the order of `CASE_SECTIONS`; what was not run is said."""
    return [
        case.problem_chapter(evidence),
        case.alternatives_chapter(evidence),
        inputs.inputs_chapter(evidence),
        money.ledger_chapter(evidence),
        money.present_values_chapter(evidence),
        money.decision_measures_chapter(evidence),
        port.throughput_chapter(evidence),
        port.key_parameters_chapter(evidence),
        effectiveness.cost_effectiveness_chapter(evidence),
        effectiveness.frontiers_chapter(evidence),
        effectiveness.net_benefit_chapter(evidence),
        uncertainty.acceptability_chapter(evidence),
        uncertainty.sensitivity_chapter(evidence),
        effectiveness.break_even_chapter(evidence),
        delivery.spending_chapter(evidence),
        budget.budget_chapter(evidence),
        budget.governments_chapter(evidence),
        delivery.risk_register_chapter(evidence),
        delivery.unquantified_effects_chapter(evidence),
        checks.validation_chapter(evidence),
        practices.self_check_chapter(evidence),
        checks.ECONOMIC_IMPACT,
        NO_PORTFOLIO,
        inputs.inputs_annex(evidence),
    ]


def build_case_report(evidence: Evidence) -> Report:
    """Return all that stands on the page of a case."""
    shown = labeled_evidence(evidence)
    return case_report(shown, funding_chapters(shown))


def render_case_report(evidence: Evidence, report: Report) -> str:
    """Return the page of a case; the same case gives the same bytes."""
    case = labeled_evidence(evidence).appraised.case
    return fill_funding_template(
        kind="Funding case",
        record="funding.json",
        workbook=WORKBOOK,
        workbook_holds="All of it with live formulas, from inputs to net present value",
        report=report,
        ranges=evidence.range_note,
        study=case.study,
        command=f"throughgate {case.study.verb} {' '.join(case.overrides)}".strip(),
    )


def fill_funding_template(**what: object) -> str:
    """Return the page of a case or of a portfolio, which have one form."""
    environment = page_environment()
    environment.filters["grouped"] = lambda parts: list(group_charts(parts))
    environment.filters["folded"] = folded_words
    return environment.get_template("fund.html.j2").render(**what)


def group_charts(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Yield the parts one by one, neighbouring charts together: they stand side by side."""
    for are_charts, neighbours in itertools.groupby(parts, lambda part: isinstance(part, Chart)):
        if are_charts:
            yield list(neighbours)
        else:
            yield from ([part] for part in neighbours)


def write_case_report(out: OutputFolder, evidence: Evidence) -> list[Path]:
    """Write the page, the record with its schema, the frames and ``tables/*.csv``; return the paths in this order."""
    shown = labeled_evidence(evidence)
    report, study = build_case_report(shown), evidence.appraised.case.study
    tables = [with_ids(study, table) for table in report.tables()]
    return [
        out.write_text("report.html", render_case_report(evidence, report)),
        out.write_json("funding.json", funding_record(evidence, report)),
        out.write_text("funding.schema.json", SCHEMA.read_text(encoding="utf-8")),
        *(out.write_text(name, text) for name, text in frame_texts(shown, report).items()),
        *(out.write_text(f"tables/{table.name}.csv", report_table_csv(table)) for table in tables),
    ]
