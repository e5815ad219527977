"""Findings -> ``report.html``: one page that needs nothing but itself.

The drawing library stands in the page once; nothing is fetched and nothing is sent. Text comes
from the same functions as the terminal's, so the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from markupsafe import Markup

from experiments.number_format import NONE, listed, number, percent
from experiments.page_templates import Cell, Table, fill_template, page_table
from experiments.report import figures, tables
from experiments.report import notes as report_notes
from experiments.report.answers.answer import comparison_answer
from experiments.report.answers.rosters import officers_table
from experiments.report.answers.rule_frontier import (
    describe_rule_frontier,
    has_rules,
    rule_frontier_caption,
    rule_frontier_figure,
    rule_frontier_table,
)
from experiments.report.equivalents import portal_equivalents_sentence as portals_worth
from experiments.report.findings import Findings
from experiments.report.labeled import labeled
from experiments.report.notes import frontier_notes
from experiments.report.threat_gains import threat_gains_table
from experiments.study.inputs import input_groups

PLOTLY: Final = {"showSendToCloud": False, "displaylogo": False, "responsive": True}
FIGURES: Final = (
    ("frontier", "Wait against loads found", figures.frontier_figure,
     "Filled and bold: on the frontier, with the intervals of both. Grey and open: dominated."),
    ("queue", "Queue over the day", figures.queue_figure,
     "Mean over weekdays, general and FAST trucks together."),
    ("waits", "How long trucks wait", figures.wait_figure,
     "Share of trucks that waited longer, from the end of the queue to primary."),
    ("utilisation", "How busy the stations are", figures.utilisation_figure,
     "Work done over the time that servers are open and in order, in per cent."),
)  # fmt: skip
"""Name, title, function and caption of each figure, in the order of the page."""
RULE_FIGURES: Final = (("rules", "Wait against loads found, under every rule", rule_frontier_figure, ""),)
"""The same of a study that crosses its alternatives with several rules: a curve for each would hide all others."""


def render_report(findings: Findings) -> str:
    """Return the whole page; the same findings give the same bytes."""
    findings = labeled(findings)
    study, several = findings.study, len(findings.names) > 1
    return fill_template(
        "report.html.j2",
        title=study.alternatives[study.baseline].port.title,
        study=study,
        command=f"throughgate {study.verb} {' '.join(study.overrides)}".strip(),
        answer=comparison_answer(findings).text,
        headline_badges=headline_badges(findings),
        standings=[line for line in (*frontier_notes(findings), portals_worth(findings)) if several and line],
        notes=report_notes.reader_notes(findings),
        figures=list(_figures(findings)),
        names=findings.names,
        rules=rule_frontier_table(findings),
        comparison=tables.measure_tables(findings),
        amounts=tables.amounts_table(findings),
        shares=tables.shares_table(findings) if several and study.equal_levels else None,
        levels=tables.levels_table(findings) if several and study.equal_levels else None,
        redrawn=tables.redrawn_table(findings),
        redrawn_words=report_notes.redraws_note(findings.redrawn) if findings.redrawn else "",
        threat_gains=threat_gains_table(findings),
        redrawn_answer=report_notes.redraws_answer(findings),
        binding=tables.binding_rows(findings),
        gains=tables.gains_table(findings) if findings.gains else None,
        officers=officers_table(findings),
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


def _figures(findings: Findings) -> Iterator[dict[str, object]]:
    crossed = has_rules(findings)
    for place, (name, title, draw, caption) in enumerate(RULE_FIGURES if crossed else FIGURES):
        figure = draw(findings)
        html = figure.to_html(
            full_html=False,
            include_plotlyjs=False if place else "inline",
            config=PLOTLY,
            div_id=f"figure-{name}",
            default_height=f"{figure.layout.height}px",
        )
        yield {
            "name": name,
            "title": title,
            "caption": " ".join(part for part in (caption, *_asides(findings, name)) if part),
            "words": describe_rule_frontier(findings) if crossed else figures.describe_figure(findings, name),
            "html": Markup(html),  # noqa: S704
        }


def _asides(findings: Findings, name: str) -> Iterator[str]:
    """Yield what a figure's caption adds: how sure, for whom a line stands, who is left out."""
    if name == "utilisation":
        widest = figures.utilisation_half_width(findings)
        if np.isfinite(widest):
            yield f"Intervals reach {number(widest)} points to either side at most."
        if figures.works_beyond_hours(findings):
            yield "Above 100: lines seen to the end beyond the hours, as after an outbound pulse."
        return
    if name == "rules":
        yield rule_frontier_caption(findings)
    if name in ("queue", "waits"):
        yield figures.shared_lines_note(findings, name)
    if findings.unstable:
        yield f"Left out, as unstable: {listed(list(findings.unstable))}."


def headline_badges(findings: Findings) -> list[tuple[str, str]]:
    """Return what the answer's numbers are: (words, badge)."""
    fitted = report_notes.fitted_alternatives(findings)
    badges = [(f"wait under {name}: fitted", "fitted") for name in fitted]
    if len(fitted) < len(findings.names):
        badges.append(("other waits: predicted" if fitted else "waits: predicted", "predicted"))
    return [*badges, ("loads found: assumed", "assumed")]


def badge_rows(findings: Findings) -> list[dict[str, str]]:
    """Return what was fitted, assumed and predicted in this study."""
    fitted = report_notes.fitted_alternatives(findings)
    inputs = findings.study.inputs(findings.study.baseline)
    assumed = sum(row.kind == "assumption" for row in inputs)
    waits = f"The mean wait under {', '.join(fitted)}: the booths open by shift were set so that a year's mean "
    waits += "wait is as observed."
    words = {
        "fitted": waits if fitted else "Nothing in this study.",
        "assumed": "Everything about loads found: prevalence, hiding places, and what the "
        f"sensors see. {assumed} of {len(inputs)} inputs are assumptions with a range.",
        "predicted": "All other waits, queues, shares and costs, and every difference between alternatives.",
    }
    return [{"badge": badge, "words": text} for badge, text in words.items()]
