"""Findings -> ``report.html``: one page that needs nothing but itself.

Charts are SVG; nothing is fetched and nothing is sent. Text comes from the same functions as the terminal's, so the two
cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from experiments.number_format import NONE, percent
from experiments.page_templates import Cell, Chart, Table, fill_template, page_table
from experiments.report import notes as report_notes
from experiments.report import station_use, tables
from experiments.report.answers.answer import comparison_answer
from experiments.report.answers.rosters import officers_table, officers_words
from experiments.report.answers.rule_frontier import has_rules
from experiments.report.answers.rule_tables import own_frontiers_table, rule_frontier_table, rule_redraws_words
from experiments.report.charts.day import day_chart
from experiments.report.charts.gains import gains_chart
from experiments.report.charts.rules import rules_chart
from experiments.report.charts.sensitivity import Sensitivity, sensitivity, sensitivity_chart, sensitivity_table
from experiments.report.charts.tradeoff import tradeoff_chart
from experiments.report.equivalents import portal_equivalents_sentence as portals_worth
from experiments.report.findings import Findings
from experiments.report.labeled import labeled
from experiments.report.notes import frontier_notes
from experiments.report.threat_gains import threat_gains_table
from experiments.study.display_names import lower_first
from experiments.study.inputs import input_groups


def render_report(findings: Findings, target_min: float | None = None) -> str:
    """Return the whole page; the same findings give the same bytes.

    ``target_min`` is the most that the average wait should be, in minutes, of the scorecard; None: there is no target.
    """
    findings = labeled(findings)
    study, several = findings.study, len(findings.names) > 1
    inputs, crossed = sensitivity(findings), has_rules(findings)
    # where alternatives are crossed with rules, their table stands in place of the sentences
    standings = [portals_worth(findings)] if crossed else [*frontier_notes(findings), portals_worth(findings)]
    return fill_template(
        "report.html.j2",
        title=study.alternatives[study.baseline].port.title,
        study=study,
        command=f"throughgate {study.verb} {' '.join(study.overrides)}".strip(),
        answer=comparison_answer(findings).text,
        headline_badges=headline_badges(findings),
        standings=[line for line in standings if several and line],
        notes=report_notes.reader_notes(findings),
        charts=list(_charts(findings, inputs, target_min)),
        sensitivity=None if isinstance(inputs, str) else sensitivity_table(inputs),
        use=station_use.station_use_table(findings),
        use_note=station_use.NOTE,
        base=lower_first(findings.label(study.baseline)),
        names=findings.names,
        rules=rule_frontier_table(findings),
        own_frontiers=own_frontiers_table(findings) if crossed else None,
        comparison=tables.measure_tables(findings),
        amounts=tables.amounts_table(findings),
        shares=tables.shares_table(findings) if several and study.equal_levels else None,
        levels=tables.levels_table(findings) if several and study.equal_levels else None,
        redrawn=tables.redrawn_table(findings),
        redrawn_words=report_notes.redraws_note(findings.redrawn) if findings.redrawn else "",
        threat_gains=threat_gains_table(findings),
        redrawn_answer=rule_redraws_words(findings) if crossed else report_notes.redraws_answer(findings),
        binding=tables.binding_rows(findings),
        gains=tables.gains_table(findings) if findings.gains else None,
        officers=officers_table(findings),
        officers_words=officers_words(findings),
        bottleneck=tables.bottleneck_answer(findings),
        plans=report_notes.plan_rows(findings),
        plan_note=report_notes.PLAN_NOTE,
        random=report_notes.random_stream_table(findings),
        random_words=report_notes.random_stream_note(findings),
        loads=tables.loads_table(findings),
        when=report_notes.calendar_words(findings),
        badges=badge_rows(findings),
        groups=[(group["name"], _input_table(group)) for group in input_groups(study.inputs(study.baseline))],
        alternatives=alternatives_table(findings),
        changes=[
            {"name": n, "id": study.names.id_of(n), "lines": study.own_overrides.get(n, ())} for n in findings.names
        ],
        coverage=percent(study.coverage, 0),
    )


def alternatives_table(findings: Findings) -> Table:
    """Return what each alternative does, and how configs and the command line name it."""
    names = findings.study.names
    rows: list[tuple[str, list[str | Cell]]] = [
        (name, [Cell(names.about(name) or NONE, look="words"), names.id_of(name)]) for name in findings.names
    ]
    return page_table("Alternatives", "alternative", ("what it does", "id in configs"), rows)


def _input_table(group: dict[str, Any]) -> Table:
    columns = {"value": "value", "unit": "unit", "badge": "confidence", "range": "range"}
    rows = [(row["key"], (*(row[key] for key in columns), Cell(row["words"], row["address"]))) for row in group["rows"]]
    return page_table(f"Inputs of {group['name']}", "input", (*columns.values(), "source"), rows, look="inputs")


def _charts(findings: Findings, inputs: Sensitivity | str, target_min: float | None) -> Iterator[Chart | str]:
    """Yield the charts in the order of the page; a sentence in place of one that would be empty.

    A study that crosses its alternatives with several rules has one for all: a row for each would hide all others.
    """
    if has_rules(findings):
        yield rules_chart(findings)
    elif len(findings.names) > 1:
        yield gains_chart(findings)
        yield tradeoff_chart(findings)
    yield day_chart(findings, target_min)
    if len(findings.names) > 1:
        yield inputs if isinstance(inputs, str) else sensitivity_chart(findings, inputs)


def headline_badges(findings: Findings) -> list[tuple[str, str]]:
    """Return what the answer's numbers are: (words, badge)."""
    fitted = report_notes.fitted_alternatives(findings)
    badges = [(f"wait under {lower_first(name)}: fitted", "fitted") for name in fitted]
    if len(fitted) < len(findings.names):
        badges.append(("other waits: predicted" if fitted else "waits: predicted", "predicted"))
    return [*badges, ("detection: assumed", "assumed")]


def badge_rows(findings: Findings) -> list[dict[str, str]]:
    """Return what was fitted, assumed and predicted in this study."""
    fitted = report_notes.fitted_alternatives(findings)
    inputs = findings.study.inputs(findings.study.baseline)
    assumed = sum(row.kind == "assumption" for row in inputs)
    waits = f"The average wait under {', '.join(map(lower_first, fitted))}: the booths open by shift were set so "
    waits += "that a year's average wait is as observed."
    words = {
        "fitted": waits if fitted else "Nothing in this study.",
        "assumed": "Everything about detection: prevalence, hiding places, and what the "
        f"sensors see. {assumed} of {len(inputs)} inputs are assumptions with a range.",
        "predicted": "All other waits, queues, shares and costs, and every difference between alternatives.",
    }
    return [{"badge": badge, "words": text} for badge, text in words.items()]
