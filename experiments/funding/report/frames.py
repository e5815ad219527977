"""Frames of a GSA prospectus and of a DHS capital plan: what the run knows stands in them, the rest is blank.

Text files in Markdown, for an author to fill in; ``[ ]`` marks what is left open.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template
from typing import Final

import numpy as np

from experiments.funding.annual import TRIPS
from experiments.funding.chapters.delivery import risk_register_chapter
from experiments.funding.chapters.port import KEY_PARAMETERS
from experiments.funding.chapters.practices import gao_practices
from experiments.funding.exhibits.choice import request_funding
from experiments.funding.exhibits.counted import counted_words, persons_words
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.report.sentences import (
    break_even_words,
    interval_words,
    loads_words,
    present_value_words,
    request_words,
)
from experiments.funding.report.summary import Report
from experiments.intervals import Sample, estimate_interval
from experiments.number_format import listed, usd, usd_at_least
from experiments.page_templates import TEMPLATES, Table

FRAMES: Final = ("gsa_prospectus.md", "dhs_capital_plan.md")
"""Files of the run's folder, and of the templates they are made of."""
BLANK: Final = "[ ]"


def frame_texts(evidence: Evidence, report: Report) -> dict[str, str]:
    """Return both frames by the name of their file."""
    values = _values(evidence, report)
    return {name: Template((TEMPLATES / name).read_text(encoding="utf-8")).substitute(values) for name in FRAMES}


def _values(evidence: Evidence, report: Report) -> Mapping[str, str]:
    """Return what the run knows of each field; what it does not know is blank."""
    name, case = evidence.shown, evidence.appraised.case
    request = request_funding(evidence.appraised, name)
    scenario = case.study.alternatives[evidence.baseline]
    of_kind = {
        kind: sum(usd for (_, own), usd in request.capital.items() if own == kind) for _, kind in request.capital
    }
    dollars = f"{case.appraisal.price_year} dollars, planner's figure"
    service = request.first_service_y
    risks = next((part for part in risk_register_chapter(evidence).parts if isinstance(part, Table)), None)
    practices = [practice.status for practice in gao_practices(evidence)]
    return {
        "port": report.title,
        "alternative": name,
        "summary": request_words(request, evidence, name),
        "civil_works": _money(of_kind.get("civil_works"), dollars),
        "equipment": _money(of_kind.get("equipment"), dollars),
        "first_year": str(evidence.fiscal_year(min((p.order_y for p in case.purchases.get(name, ())), default=0))),
        "service_year": BLANK if service is None else str(evidence.fiscal_year(service)),
        "lanes": f"{counted_words('booth', float(scenario.port.primary.lanes + scenario.port.primary.fast_lanes))}; "
        f"area: {BLANK}",
        "units": listed([counted_words(unit, n) for unit, n, _ in request.units]) or BLANK,
        "persons": listed([persons_words(who, n, case.terms.persons_per_post) for who, n in request.persons.items()])
        or BLANK,
        "waits": _ends(evidence),
        "trucks": _trucks(evidence),
        "alternatives": "\n".join(f"- {one}: {_cost_words(evidence, one)}" for one in evidence.names),
        "parameters": listed([words for key, words, *_ in KEY_PARAMETERS if evidence.level(name, key) is not None])
        or BLANK,
        "practices": f"{practices.count('done')} of GAO's 22 practices evidenced, {practices.count('part')} in part",
        "cost": _cost_words(evidence, name),
        "by_year": BLANK if report.by_year is None else markdown_table(report.by_year),
        "loads": loads_words(name, evidence),
        "break_even": f"{break_even_words(name, evidence)} In {case.appraisal.price_year} dollars."
        if name != evidence.baseline
        else BLANK,
        "risks": "\n".join(
            f"| {risk} | {cells[1].text} | {BLANK} | {BLANK} | {BLANK} |"
            for risk, cells in (risks.rows if risks else ())
        ),
    }


def _money(amount_usd: float | None, dollars: str) -> str:
    return BLANK if amount_usd is None else f"{usd(amount_usd)} ({dollars})"


def _cost_words(evidence: Evidence, name: str) -> str:
    """Return the life-cycle cost at its confidence, or the planner's alone."""
    if name == evidence.baseline:
        return "the no-build baseline, nothing"
    cost = evidence.worth_at_confidence(name, lambda worth: worth.cost)
    planned = f"{usd(evidence.worths[name].cost)} by the planner's figures"
    dollars = f"{present_value_words(evidence)}, {evidence.appraised.case.appraisal.price_year} dollars"
    if cost is None:
        return f"{planned}; {dollars}"
    return (
        f"at most {usd_at_least(cost.p80.value)} in 80% of draws, at most {usd_at_least(cost.p50.value)} in half, "
        f"{planned}; {dollars}"
    )


def _ends(evidence: Evidence) -> str:
    """Return the mean wait of the baseline in the first and in the last year."""
    known = [
        f"{interval_words(level, 'minutes')} in {evidence.calendar_year(year)}, {which} year"
        for which, year in _first_and_last(evidence)
        if (level := evidence.level(evidence.baseline, "wait_mean_min", year)) is not None
    ]
    return "; ".join(known) or BLANK


def _first_and_last(evidence: Evidence) -> tuple[tuple[str, int], tuple[str, int]]:
    years = evidence.appraised.response.years
    return ("first", years[0]), ("last", years[-1])


def _trucks(evidence: Evidence) -> str:
    response = evidence.appraised.response
    place = response.alternatives.index(evidence.baseline)
    made = [values for key, values in response.amounts.items() if key.startswith(TRIPS)]
    if not made:
        return BLANK
    known = []
    for which, year in _first_and_last(evidence):
        trips = np.sum([values[place, response.years.index(year)] for values in made], axis=0)
        level = estimate_interval(Sample.of(trips), evidence.coverage)
        words = interval_words(level, "thousand", 1e-3)
        known.append(f"{words} in {evidence.calendar_year(year)}, {which} year")
    return "; ".join(known)


def markdown_table(table: Table) -> str:
    """Return a table in Markdown, units in the headings."""
    heads = [table.first.words, *(f"{c.words}, {c.unit}" if c.unit else c.words for c in table.columns)]
    rows = [[name, *(cell.text for cell in cells)] for name, cells in table.rows]
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
