"""Findings -> ``report.html``: one page that needs nothing but itself.

The drawing library stands in the page once; nothing is fetched and nothing is sent. Text comes
from the same functions as the terminal's, so the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from experiments import number_format
from experiments.files import TEMPLATES
from experiments.number_format import listed, number, percent, present_stations, signed, span, station_load
from experiments.report import figures, tables
from experiments.report import notes as report_notes
from experiments.report.answer import comparison_answer
from experiments.report.equivalents import portal_equivalents_sentence as portals_worth
from experiments.report.findings import Findings
from experiments.report.notes import (
    calendar_words,
    frontier_notes,
    plan_note,
    plan_rows,
    random_stream_note,
    random_stream_rows,
    reader_notes,
)
from experiments.report.tables import ComparisonCell, amount_rows, measure_tables
from experiments.report.terminal import largest_scan_share
from experiments.study.inputs import input_groups

PLOTLY: Final = {"showSendToCloud": False, "displaylogo": False, "responsive": True}
FIGURES: Final = (
    (
        "frontier",
        "Wait against loads found",
        figures.frontier_figure,
        "Filled and bold: on the frontier, with the intervals of both. Grey and open: dominated.",
    ),
    ("queue", "Queue over the day", figures.queue_figure, "Mean over weekdays, general and FAST trucks together."),
    (
        "waits",
        "How long trucks wait",
        figures.wait_figure,
        "Share of trucks that waited longer, from the end of the queue to primary.",
    ),
    (
        "utilisation",
        "How busy the stations are",
        figures.utilisation_figure,
        "Work done over the time that servers are open and in order, in per cent.",
    ),
)
"""Name, title, function and caption of each figure, in the order of the page."""


def render_report(findings: Findings) -> str:
    """Return the whole page; the same findings give the same bytes."""
    study = findings.study
    port = study.alternatives[study.baseline].port
    return (
        template_environment()
        .get_template("report.html.j2")
        .render(
            title=port.title,
            study=study,
            command=f"throughgate {study.verb} {' '.join(study.overrides)}".strip(),
            answer=comparison_answer(findings),
            headline_badges=headline_badges(findings),
            standings=_standings(findings) if len(findings.names) > 1 else [],
            notes=reader_notes(findings),
            figures=list(_figures(findings)),
            names=findings.names,
            comparison=list(measure_tables(findings)),
            shares=list(equal_share_rows(findings)),
            **_later(findings),
            plans=plan_rows(findings),
            plan_note=plan_note(),
            when=calendar_words(findings),
            stations=[number_format.station_title(s) for s in present_stations(findings.loads.values())],
            loads=list(load_rows(findings)),
            badges=badge_rows(findings),
            groups=input_groups(study.inputs(study.baseline)),
            changes=alternative_changes(findings),
            coverage=percent(study.coverage, 0),
        )
    )


def template_environment() -> Environment:
    """Return what fills a template of ours: text escaped, a name without a value refused."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _standings(findings: Findings) -> list[str]:
    worth = portals_worth(findings)
    return [*frontier_notes(findings), *([worth] if worth else [])]


def _later(findings: Findings) -> dict[str, object]:
    """Return what the sections after the first comparison show."""
    return {
        "amounts": list(amount_rows(findings)),
        "binding": list(tables.binding_rows(findings)),
        "gains": list(tables.gain_rows(findings)),
        "bottleneck": tables.bottleneck_answer(findings),
        "level_heads": tables.level_heads(findings),
        "levels": list(tables.level_rows(findings)) if len(findings.names) > 1 else [],
        "redrawn": list(tables.redrawn_rows(findings)),
        "redrawn_words": report_notes.redraws_note(findings.redrawn) if findings.redrawn else "",
        "redrawn_answer": report_notes.redraws_answer(findings),
        "random": list(random_stream_rows(findings)),
        "random_words": random_stream_note(findings),
    }


def _figures(findings: Findings) -> Iterator[dict[str, object]]:
    for place, (name, title, draw, caption) in enumerate(FIGURES):
        yield {
            "name": name,
            "title": title,
            "caption": " ".join(part for part in (caption, *_asides(findings, name)) if part),
            "words": figures.describe_figure(findings, name),
            "html": Markup(_html(draw(findings), name, first=place == 0)),  # noqa: S704
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
    if name in ("queue", "waits"):
        yield figures.shared_lines_note(findings, name)
    if findings.unstable:
        yield f"Left out, as unstable: {listed(list(findings.unstable))}."


def _html(figure: go.Figure, name: str, *, first: bool) -> str:
    library = "inline" if first else False
    html: str = figure.to_html(
        full_html=False,
        include_plotlyjs=library,
        config=PLOTLY,
        div_id=f"figure-{name}",
        default_height=f"{figure.layout.height}px",
    )
    return html


def equal_share_rows(findings: Findings) -> Iterator[dict[str, object]]:
    """Yield the comparison at equal realised scan share; others say at what share they ran."""
    if len(findings.names) == 1:
        return
    for share in findings.shares:
        gap = share.found_gap
        words = f"ran at {percent(share.scanned.mean)}: not compared"
        if share.alternative == findings.study.baseline:
            words = "baseline"
        elif gap is not None:
            sure = " *" if share.sure(findings.alpha) else ""
            words = f"{signed(100.0 * gap.mean)} points {span(gap, 100.0)}{sure}"
        yield {
            "name": share.alternative,
            "setting": share.setting,
            "scanned": f"{percent(share.scanned.mean)} {span(share.scanned, 100.0)}",
            "found": f"{percent(share.found.mean)} {span(share.found, 100.0)}",
            "gap": words,
            "equal": share.equal,
        }


def load_rows(findings: Findings) -> Iterator[dict[str, object]]:
    """Yield each alternative's weekly load by station, and its largest sustainable scan share."""
    for name, load in findings.loads.items():
        shares = [station_load(load, s) for s in present_stations(findings.loads.values())]
        cells = [ComparisonCell(percent(s, 0), look="poor" if s >= 1.0 else "") for s in shares]
        yield {"name": name, "cells": cells, "largest": largest_scan_share(load)}


def headline_badges(findings: Findings) -> list[tuple[str, str]]:
    """Return what the answer's numbers are: (words, badge)."""
    waits = {name: str(findings.row(name, "wait_mean_min")["badge"]) for name in findings.names}
    fitted = [name for name, badge in waits.items() if badge == "fitted"]
    badges = [(f"wait under {name}: fitted", "fitted") for name in fitted]
    if len(fitted) < len(waits):
        badges.append(("other waits: predicted" if fitted else "waits: predicted", "predicted"))
    return [*badges, ("loads found: assumed", "assumed")]


def badge_rows(findings: Findings) -> list[dict[str, str]]:
    """Return what was fitted, assumed and predicted in this study."""
    fitted = findings.comparison.loc[findings.comparison["badge"] == "fitted", "alternative"].unique()
    inputs = findings.study.inputs(findings.study.baseline)
    assumed = sum(row.kind == "assumption" for row in inputs)
    return [
        {
            "badge": "fitted",
            "words": f"The mean wait under {', '.join(fitted)}: the booths open by shift were set "
            "so that a year's mean wait is as observed."
            if len(fitted)
            else "Nothing in this study.",
        },
        {
            "badge": "assumed",
            "words": "Everything about loads found: prevalence, hiding places, and what the "
            f"sensors see. {assumed} of {len(inputs)} inputs are assumptions with a range.",
        },
        {
            "badge": "predicted",
            "words": "All other waits, queues, shares and costs, and every difference between alternatives.",
        },
    ]


def alternative_changes(findings: Findings) -> list[dict[str, Any]]:
    """Return what each alternative sets."""
    own = findings.study.own_overrides
    return [{"name": name, "lines": list(own.get(name, ()))} for name in findings.names]
