"""Findings -> ``report.html``: one page that needs nothing but itself.

The drawing library stands in the page once; nothing is fetched and nothing is sent. Text comes
from the same functions as the terminal's, so the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from experiments import curves, figures, redrawn_words, sections, stations
from experiments.amounts import amount_rows
from experiments.answer import answer
from experiments.equivalents import sentence as portals_worth
from experiments.examinations import random_rows, random_words
from experiments.findings import Findings
from experiments.inputs import input_groups
from experiments.measures import Cell, measure_tables
from experiments.plans import plan_note, plan_rows
from experiments.screen import largest_share
from experiments.standings import notes, standings, when
from experiments.stations import present, station_load
from experiments.wording import listed, number, percent, signed, span

TEMPLATES: Final = Path(__file__).parent / "templates"
PLOTLY: Final = {"showSendToCloud": False, "displaylogo": False, "responsive": True}
FIGURES: Final = (
    (
        "frontier",
        "Wait against loads found",
        figures.frontier,
        "Filled and bold: on the frontier, with the intervals of both. Grey and open: dominated.",
    ),
    (
        "queue",
        "Queue over the day",
        curves.queue,
        "Mean over weekdays, general and FAST trucks together.",
    ),
    (
        "waits",
        "How long trucks wait",
        curves.waits,
        "Share of trucks that waited longer, from the end of the queue to primary.",
    ),
    (
        "utilisation",
        "How busy the stations are",
        figures.utilisation,
        "Work done over the time that servers are open and in order, in per cent.",
    ),
)
"""Name, title, function and caption of each figure, in the order of the page."""


def render(found: Findings) -> str:
    """Return the whole page; the same findings give the same bytes."""
    study = found.study
    port = study.alternatives[study.baseline].port
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            title=port.title,
            study=study,
            command=f"throughgate {study.verb} {' '.join(study.overrides)}".strip(),
            answer=answer(found),
            headline_badges=headline_badges(found),
            standings=_standings(found) if len(found.names) > 1 else [],
            notes=notes(found),
            figures=list(_figures(found)),
            names=found.names,
            comparison=list(measure_tables(found)),
            shares=list(share_rows(found)),
            **_later(found),
            plans=plan_rows(found),
            plan_note=plan_note(),
            when=when(found),
            stations=[stations.title(s) for s in present(found.loads.values())],
            loads=list(load_rows(found)),
            badges=badge_rows(found),
            groups=input_groups(study.inputs(study.baseline)),
            changes=changes(found),
            coverage=percent(study.coverage, 0),
        )
    )


def environment() -> Environment:
    """Return what fills a template of ours: text escaped, a name without a value refused."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _standings(found: Findings) -> list[str]:
    worth = portals_worth(found)
    return [*standings(found), *([worth] if worth else [])]


def _later(found: Findings) -> dict[str, object]:
    """Return what the sections after the first comparison show."""
    return {
        "amounts": list(amount_rows(found)),
        "binding": list(sections.binding_rows(found)),
        "gains": list(sections.gain_rows(found)),
        "bottleneck": sections.bottleneck_answer(found),
        "level_heads": sections.level_heads(found),
        "levels": list(sections.level_rows(found)) if len(found.names) > 1 else [],
        "redrawn": list(sections.redrawn_rows(found)),
        "redrawn_words": redrawn_words.redrawn_words(found.redrawn) if found.redrawn else "",
        "redrawn_answer": redrawn_words.redrawn_answer(found),
        "random": list(random_rows(found)),
        "random_words": random_words(found),
    }


def _figures(found: Findings) -> Iterator[dict[str, object]]:
    for place, (name, title, draw, caption) in enumerate(FIGURES):
        yield {
            "name": name,
            "title": title,
            "caption": " ".join(part for part in (caption, *_asides(found, name)) if part),
            "words": figures.describe(found, name),
            "html": Markup(_html(draw(found), name, first=place == 0)),  # noqa: S704
        }


def _asides(found: Findings, name: str) -> Iterator[str]:
    """Yield what a figure's caption adds: how sure, for whom a line stands, who is left out."""
    if name == "utilisation":
        widest = figures.widest_use(found)
        if np.isfinite(widest):
            yield f"Intervals reach {number(widest)} points to either side at most."
        if figures.beyond_hours(found):
            yield "Above 100: lines seen to the end beyond the hours, as after an outbound pulse."
        return
    if name in ("queue", "waits"):
        yield curves.stands_for(found, name)
    if found.unstable:
        yield f"Left out, as unstable: {listed(list(found.unstable))}."


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


def share_rows(found: Findings) -> Iterator[dict[str, object]]:
    """Yield the comparison at equal realised scan share; others say at what share they ran."""
    if len(found.names) == 1:
        return
    for share in found.shares:
        gap = share.found_gap
        words = f"ran at {percent(share.scanned.mean)}: not compared"
        if share.alternative == found.study.baseline:
            words = "baseline"
        elif gap is not None:
            sure = " *" if share.sure(found.alpha) else ""
            words = f"{signed(100.0 * gap.mean)} points {span(gap, 100.0)}{sure}"
        yield {
            "name": share.alternative,
            "setting": share.setting,
            "scanned": f"{percent(share.scanned.mean)} {span(share.scanned, 100.0)}",
            "found": f"{percent(share.found.mean)} {span(share.found, 100.0)}",
            "gap": words,
            "equal": share.equal,
        }


def load_rows(found: Findings) -> Iterator[dict[str, object]]:
    """Yield each alternative's weekly load by station, and its largest sustainable scan share."""
    for name, load in found.loads.items():
        shares = [station_load(load, s) for s in present(found.loads.values())]
        cells = [Cell(percent(s, 0), look="poor" if s >= 1.0 else "") for s in shares]
        yield {"name": name, "cells": cells, "largest": largest_share(load)}


def headline_badges(found: Findings) -> list[tuple[str, str]]:
    """Return what the answer's numbers are: (words, badge)."""
    waits = {name: str(found.row(name, "wait_mean_min")["badge"]) for name in found.names}
    fitted = [name for name, badge in waits.items() if badge == "fitted"]
    badges = [(f"wait under {name}: fitted", "fitted") for name in fitted]
    if len(fitted) < len(waits):
        badges.append(("other waits: predicted" if fitted else "waits: predicted", "predicted"))
    return [*badges, ("loads found: assumed", "assumed")]


def badge_rows(found: Findings) -> list[dict[str, str]]:
    """Return what was fitted, assumed and predicted in this study."""
    fitted = found.comparison.loc[found.comparison["badge"] == "fitted", "alternative"].unique()
    inputs = found.study.inputs(found.study.baseline)
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
            "words": "All other waits, queues, shares and costs, and every difference between "
            "alternatives.",
        },
    ]


def changes(found: Findings) -> list[dict[str, Any]]:
    """Return what each alternative sets."""
    own = found.study.own_overrides
    return [{"name": name, "lines": list(own.get(name, ()))} for name in found.names]
