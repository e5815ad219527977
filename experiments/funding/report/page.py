"""An appraised case -> ``report.html``: the funding report, which needs nothing but itself.

No script and no request: charts are inline SVG, so that it prints as it stands. The one-page answer
comes first, then everything that it rests on, in the order in which reviewers ask for it.

The chapters of a funding report in the order in which reviewers ask for them.

What a funding case leaves behind for readers: the page, its tables as CSV, the whole as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from experiments.files import TEMPLATES, OutputFolder
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.chapters import case, checks, delivery, effectiveness, inputs, money, port, uncertainty
from experiments.funding.exhibits.elements import Chart, Part, Section
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.portfolio.best_set import Portfolio
from experiments.funding.report.record import SCHEMA, funding_record, report_table_csv, report_tables
from experiments.funding.report.summary import CaseFirstSheet, FirstSheet, first_sheet
from experiments.funding.uncertainty.analysis import Uncertainty


def funding_chapters(evidence: Evidence, *, economic_impact: bool) -> list[Section]:
    """Return every chapter after the first sheet; what was not run is said in its place."""
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
        delivery.risk_register_chapter(evidence),
        delivery.unquantified_effects_chapter(evidence),
        checks.validation_chapter(evidence),
        checks.self_check_chapter(evidence),
        checks.economic_impact_chapter(evidence, shown=economic_impact),
        inputs.inputs_annex(evidence),
    ]


def render_case_page(
    appraised: AppraisedCase,
    uncertainty: Uncertainty | None = None,
    portfolio: Portfolio | None = None,
    *,
    economic_impact: bool = False,
) -> str:
    """Return the whole page; the same case gives the same bytes.

    Parameters
    ----------
    uncertainty, portfolio : optional
        What was run beside the case; what was not is said to be missing in its place.
    economic_impact : bool
        Whether to show the box of economic impact, which adds to nothing else.
    """
    evidence = Evidence(appraised, uncertainty, portfolio)
    return case_page(evidence, first_sheet(evidence), funding_chapters(evidence, economic_impact=economic_impact))


def case_page(evidence: Evidence, sheet: CaseFirstSheet, sections: Iterable[Section]) -> str:
    """Return the page of what stands on its first sheet and in its sections."""
    case = evidence.appraised.case
    return fill_funding_template(
        kind="Funding case",
        record="funding.json",
        sheet=sheet,
        ranges=evidence.range_note,
        sections=list(sections),
        study=case.study,
        command=f"throughgate {case.study.verb} {' '.join(case.overrides)}".strip(),
    )


def fill_funding_template(*, sheet: FirstSheet, **what: object) -> str:
    """Return the page of a case or of a portfolio, which have one form."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["grouped"] = lambda parts: list(group_charts(parts))
    return environment.get_template("fund.html.j2").render(
        title=sheet.title,
        period=sheet.period,
        answer=sheet.answer,
        tiles=sheet.tiles,
        summary=sheet.summary,
        overview=sheet.overview,
        **what,
    )


def group_charts(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Yield the parts one by one, neighbouring charts together: they stand side by side."""
    charts: list[Part] = []
    for part in parts:
        if isinstance(part, Chart):
            charts.append(part)
            continue
        if charts:
            yield charts
            charts = []
        yield [part]
    if charts:
        yield charts


def write_case_report(
    out: OutputFolder,
    appraised: AppraisedCase,
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
    first, sections = first_sheet(evidence), funding_chapters(evidence, economic_impact=economic_impact)
    written = [
        out.write_text("report.html", case_page(evidence, first, sections)),
        out.write_json("funding.json", funding_record(evidence, first, sections)),
        out.write_text("funding.schema.json", SCHEMA.read_text(encoding="utf-8")),
    ]
    for table in report_tables(first, sections):
        written.append(out.write_text(f"tables/{table.name}.csv", report_table_csv(table)))
    return written
