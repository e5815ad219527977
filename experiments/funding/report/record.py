"""The report for machines: ``funding.json`` as its schema has it, and one CSV for each table.

Everything comes from the same tables as the page, so that the three cannot disagree.
"""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path
from typing import Any, Final

from experiments.funding.exhibits.choice import request_funding
from experiments.funding.exhibits.elements import Bullets, Prose, Section
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.exhibits.labeled import with_ids
from experiments.funding.report.summary import Report
from experiments.page_templates import Cell, Table

SCHEMA: Final = Path(__file__).parent / "funding.schema.json"
VERSION: Final = "throughgate-funding-1"


def funding_record(evidence: Evidence, report: Report) -> dict[str, Any]:
    """Return the whole report as plain values: what was asked, the answer, every table.

    ``portfolio`` is null in the record of one case; a portfolio has a record of its own.
    """
    return {
        "schema": VERSION,
        "case": _case(evidence, report),
        "answer": _answer(evidence, report),
        "sections": [_section(number, section) for number, section in enumerate(report.sections, 2)],
        "tables": {table.name: _table(with_ids(evidence.appraised.case.study, table)) for table in report.tables()},
        "portfolio": None,
    }


def _case(evidence: Evidence, report: Report) -> dict[str, Any]:
    case, response = evidence.appraised.case, evidence.appraised.response
    appraisal = dataclasses.asdict(case.appraisal).items()
    return {
        "port": report.title,
        "baseline": evidence.baseline,
        "alternatives": list(evidence.names),
        "appraisal": {key: list(value) if isinstance(value, tuple) else value for key, value in appraisal},
        "simulated_years": list(response.years),
        "replications": response.replications,
        **{key: getattr(case.study, key) for key in ("seed", "engine", "coverage")},
        "draws": len(evidence.draws),
        "ranges": evidence.range_words,
    }


def _answer(evidence: Evidence, report: Report) -> dict[str, Any]:
    request = request_funding(evidence.appraised, evidence.choice.name)
    return {
        "choice": evidence.choice.name,
        "why": evidence.choice.why,
        "sentences": dict(report.answer),
        "summary": report.summary,
        "ask": {
            "capital_usd": request.capital_usd,
            "once_usd": request.once_usd,
            "yearly_usd": request.yearly_usd,
            "capital_by_payer": [
                {"payer": payer, "kind": kind, "usd": usd} for (payer, kind), usd in request.capital.items()
            ],
            "units": [{"measure": m, "units": n, "unit": u} for m, n, u in request.units],
            "persons": dict(request.persons),
            "posts": {name: n / evidence.appraised.case.terms.persons_per_post for name, n in request.persons.items()},
        },
        "headline": [tile.record() for tile in report.tiles],
    }


def _section(number: int, section: Section) -> dict[str, Any]:
    return {
        "number": number,
        "slug": section.slug,
        "title": section.title,
        "sentences": [
            text
            for part in section.parts
            for text in (part.items if isinstance(part, Bullets) else (part.text,) if isinstance(part, Prose) else ())
        ],
        "tables": [table.name for table in section.tables()],
        "charts": [{"name": c.name, "title": c.title, "words": c.words, "badge": c.badge} for c in section.charts()],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "note": table.note,
        "rows_are": table.first.key,
        "columns": [{name: getattr(c, name) for name in ("key", "words", "unit", "badge")} for c in table.columns],
        "rows": [{"name": name, "cells": [_cell(cell) for cell in cells]} for name, cells in table.rows],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    found = {"value": cell.value, "low": cell.low, "high": cell.high, "text": cell.text}
    return found | ({"below": cell.below} if cell.below else {})


def report_table_csv(table: Table) -> str:
    """Return a table as CSV: numbers as they are, with their low and high ends beside them.

    Examples
    --------
    >>> from experiments.page_templates import Cell, TableColumn
    >>> table = Table("t", "T", TableColumn("name", "name"), (TableColumn("x", "x", "h"),),
    ...               (("one", (Cell("1.0", "[0, 2]", 1.0, 0.0, 2.0),)),))
    >>> report_table_csv(table).splitlines()
    ['name,x,x_low,x_high', 'one,1.0,0.0,2.0']
    """
    ranged = [any(cells[place].low is not None for _, cells in table.rows) for place in range(len(table.columns))]
    heads = [table.first.key]
    for column, ends in zip(table.columns, ranged, strict=True):
        heads += [column.key, *([f"{column.key}_low", f"{column.key}_high"] if ends else [])]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    for name, cells in table.rows:
        row: list[object] = [name]
        for cell, ends in zip(cells, ranged, strict=True):
            row += [cell.value, *([cell.low, cell.high] if ends else [])]
        writer.writerow(["" if value is None else value for value in row])
    return text.getvalue()
