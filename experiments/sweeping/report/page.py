"""A sweep and what became of it -> ``sweep.html``: one page for all its points.

The answer first, in words; then main effects, response surfaces, wait against detection over all points, the best
points, and what was run. The drawing library stands in the page once; nothing is fetched and nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from markupsafe import Markup

from experiments.intervals import Difference
from experiments.number_format import NONE, listed, number, percent, span
from experiments.page_templates import Cell, Table, TableColumn, page_environment, page_table
from experiments.study.run_record import LIBRARIES, package_version
from experiments.sweeping.axes import Axis
from experiments.sweeping.report import figures, wording
from experiments.sweeping.report.levers import Lever, Levers
from experiments.sweeping.report.plotly_style import PLOTLY, plotly_marks
from experiments.sweeping.report.readings import METRIC, WAIT, WORDS
from experiments.sweeping.report.results import SweepResults, value_words
from experiments.sweeping.report.surface import Surface, fit_words, half_widths, response_surface, widest
from experiments.sweeping.report.tradeoff import TradeoffPoint
from experiments.sweeping.request import Sweep
from experiments.sweeping.setting_words import setting_heading, setting_words
from experiments.sweeping.table import INTERVALS

MOST_ROWS: Final = 25
"""Rows of a table that stands open on the page."""
BEST_OF_EACH: Final = 5
MOST_COMPARED: Final = 3
"""Alternatives whose differences from the baseline have surfaces."""


def render_sweep_page(results: SweepResults) -> str:
    """Return the whole page; the same results give the same bytes."""
    sweep, study = results.sweep, results.sweep.baseline_study
    draw = _Drawing()
    return (
        page_environment()
        .get_template("sweep.html.j2")
        .render(
            title=sweep.title or f"{listed([setting_words(axis.key) for axis in sweep.axes])}",
            study=study,
            port=study.alternatives[study.baseline].port.title,
            n_points=len(sweep.points),
            command=f"throughgate {sweep.verb} {' '.join(sweep.overrides)}".strip(),
            answers=[wording.lever_answer(levers) for levers in results.levers.values()],
            standings=list(_standings(results)),
            effects=[_effects_part(results, measure, draw) for measure in results.levers],
            others=[_others_part(results, measure, draw) for measure in results.others if results.others[measure]],
            surfaces=list(_surface_parts(results, draw)),
            tradeoff=draw.html("tradeoff", figures.tradeoff_figure(sweep, results.tradeoff, results.settings)),
            tradeoff_words=wording.tradeoff_sentence(results.tradeoff),
            tradeoff_caption=_tradeoff_caption(results),
            frontier=_points_table(results, "Not dominated", _with_standing(results, "frontier")),
            best=[_points_table(results, title, rows) for title, rows in best_points(results)],
            most_rows=MOST_ROWS,
            run=list(_run_rows(results)),
            limits=list(_limits(results)),
            coverage=percent(study.coverage, 0),
        )
    )


class _Drawing:
    """Figures as parts of a page: the drawing library comes with the first one."""

    def __init__(self) -> None:
        self.number = 0

    def html(self, name: str, figure: go.Figure) -> Markup:
        self.number += 1
        text = figure.to_html(
            full_html=False,
            include_plotlyjs="inline" if self.number == 1 else False,
            config=PLOTLY,
            div_id=f"figure-{name}",
            default_height=f"{figure.layout.height}px",
        )
        return Markup(text)  # noqa: S704


def _standings(results: SweepResults) -> Iterator[str]:
    """Yield what stands below the answer: constraints, the frontier, and what went wrong."""
    meeting = [
        p for p in results.tradeoff if results.meeting is not None and (p.point, p.alternative) in results.meeting
    ]
    rows = sum(len(point.study.alternatives) for point in results.sweep.points)
    base = results.sweep.baseline_study.baseline
    lines = (
        f"These are the levers of {base}; those of the others' differences from it follow."
        if results.others[WAIT]
        else "",
        wording.constraint_sentence(results.sweep, meeting, results.settings, rows),
        wording.tradeoff_sentence(results.tradeoff),
        *wording.trouble_sentences(results.sweep, results.outcomes, results.inert),
    )
    yield from (line for line in lines if line)


def _effects_part(results: SweepResults, measure: str, draw: _Drawing) -> dict[str, Any]:
    """Return the panels and the table of what every axis changes in one measure."""
    levers = results.levers[measure]
    return {
        "title": f"What moves the {levers.reading.words}",
        "unit": wording.unit_words(levers.reading).strip(),
        "badge": METRIC[measure].badge.replace("fitted", "predicted"),
        "panels": [
            _panel(results, {"": levers}, place, f"effect-{measure}-{place}", draw) for place in _places(levers)
        ],
        "table": _levers_table(f"Changes by axis: {levers.reading.words}", [levers]),
        "note": fit_words(levers.fit, wording.unit_words(levers.reading).strip()) if results.sweep.drawn else "",
    }


def _others_part(results: SweepResults, measure: str, draw: _Drawing) -> dict[str, Any]:
    """Return the same for the differences of the other alternatives from the baseline."""
    by_name = results.others[measure]
    first = next(iter(by_name.values()))
    marks = plotly_marks(list(by_name))
    return {
        "title": f"What moves the difference from {first.reading.baseline} in {WORDS[measure]}",
        "answers": [wording.lever_answer(levers) for levers in by_name.values()],
        "names": [(name, f"{mark.symbol}, {mark.dash} line") for name, mark in marks.items()],
        "panels": [_panel(results, by_name, place, f"other-{measure}-{place}", draw) for place in _places(first)],
        "table": _levers_table(f"Changes of the difference: {WORDS[measure]}", list(by_name.values())),
    }


def _places(levers: Levers) -> list[int]:
    return [lever.place for lever in levers.order]


def _panel(
    results: SweepResults, by_name: Mapping[str, Levers], place: int, name: str, draw: _Drawing
) -> dict[str, Any]:
    """Return the panel of one axis; all panels of a part have the same scale."""
    mine = {label: next(lever for lever in levers.order if lever.place == place) for label, levers in by_name.items()}
    lever = next(iter(mine.values()))
    limits = figures.change_range([lever for levers in by_name.values() for lever in levers.order])
    if any(other.kind == "rank" for other in mine.values()):
        reading = next(iter(by_name.values())).reading
        figure, words = figures.scatter_panel(results.sweep, lever, reading), f"{_rank_words(lever)}: all stable points"
    else:
        figure, words = figures.lever_panel(mine, limits), _panel_words(mine)
    return {"name": name, "title": lever.heading, "words": words, "html": draw.html(name, figure)}


def _panel_words(levers: Mapping[str, Lever]) -> str:
    parts = []
    for name, lever in levers.items():
        head = f"{name}: " if name else ""
        ends = lever.changes[-1:] if lever.kind == "fit" else lever.changes
        said = [f"{c.reference} to {c.value} {number(c.gap.mean)} {span(c.gap)}" for c in ends]
        parts.append(head + "; ".join(said))
    return ". ".join(parts)


def _rank_words(lever: Lever) -> str:
    if not np.isfinite(lever.rank[0]):
        return "no rank correlation"
    return f"rank correlation {number(lever.rank[0], 2)} [{number(lever.rank[1], 2)}, {number(lever.rank[2], 2)}]"


def _levers_table(title: str, every: Sequence[Levers]) -> Table:
    """Return every change of every axis; of a fit the one over the whole range."""
    rows: list[tuple[str, tuple[str | Cell, ...]]] = []
    for levers in every:
        head = f"{levers.reading.alternative}: " if levers.reading.baseline else ""
        for lever in levers.order:
            name = head + lever.heading
            if lever.kind == "rank":
                rows.append((name, (NONE, Cell(NONE, _rank_words(lever)), f"{len(levers.reading.estimates)} points")))
            for change in lever.changes[-1:] if lever.kind == "fit" else lever.changes:
                gap = Cell(number(change.gap.mean), span(change.gap) if change.pairs else "no pair is stable")
                left = f"{change.left_out} left out" if change.left_out else ""
                basis = f"fit to {change.pairs} points" if lever.kind == "fit" else f"{change.pairs} pairs"
                rows.append((name, (f"{change.reference} to {change.value}", gap, Cell(basis, left))))
    unit = wording.unit_words(every[0].reading).strip()
    return page_table(title, "axis", ("from, to", TableColumn("", "change", unit), "rests on"), rows)


def _surface_parts(results: SweepResults, draw: _Drawing) -> Iterator[dict[str, Any]]:
    """Yield the surface of each measure, and of some alternatives' differences from the baseline."""
    for measure, levers in results.levers.items():
        every = [levers, *list(results.others[measure].values())[:MOST_COMPARED]]
        for place, mine in enumerate(every):
            yield _surface_part(results.sweep, mine, f"surface-{measure}-{place}", draw)


def _surface_part(sweep: Sweep, levers: Levers, name: str, draw: _Drawing) -> dict[str, Any]:
    surface, why = response_surface(sweep, levers)
    title = levers.reading.words[0].upper() + levers.reading.words[1:]
    unit = wording.unit_words(levers.reading).strip() if levers.reading.baseline else levers.reading.metric.shown_unit
    if surface is None:
        return {"title": f"{title}, {unit}", "why": why, "figures": []}
    kept = [(f"{name}-mean", f"{title}, {unit}", surface.note, False)]
    if np.isfinite(widest(half_widths(surface))):
        half = "Half the width of the interval beside, darker for wider."
        kept.append((f"{name}-error", f"Its error, ± {unit}", half, True))
    return {
        "title": title,
        "why": "" if len(kept) > 1 else "There is no error to show: one replication gives no interval.",
        "figures": [
            {
                "name": key,
                "title": words,
                "caption": caption,
                "words": f"{words} over {surface.x.heading} and {surface.y.heading}. {_surface_words(surface)}",
                "html": draw.html(key, figures.surface_figure(surface, error=error)),
            }
            for key, words, caption, error in kept
        ],
    }


def _surface_words(surface: Surface) -> str:
    known = [cell for row in surface.cells for cell in row if cell is not None]
    low, high = min(known, key=lambda cell: cell.mean), max(known, key=lambda cell: cell.mean)
    return f"From {number(low.mean)} {span(low)} to {number(high.mean)} {span(high)}."


def _tradeoff_caption(results: SweepResults) -> str:
    rows = sum(len(point.study.alternatives) for point in results.sweep.points)
    words = (
        "Filled: not dominated, with the intervals of both. Grey, open: dominated. Point at one to see its settings. "
        "An interval is that of a point alone; points that met the same trucks share most of their random numbers, so "
        "that their differences are more certain than their intervals."
    )
    left = rows - len(results.tradeoff)
    return f"{words} {left:,} of {rows:,} are not drawn, as unstable or failed." if left else words


def _with_standing(results: SweepResults, standing: str) -> list[TradeoffPoint]:
    return [point for point in results.tradeoff if point.standing == standing]


def best_points(results: SweepResults) -> list[tuple[str, list[TradeoffPoint]]]:
    """Return tables' titles and points: those that keep to the constraints, else the ends of wait and detection."""
    points = results.tradeoff
    by_detection = sorted(points, key=lambda point: (-point.detection.mean, point.wait.mean))
    if results.meeting is not None:
        kept = [point for point in by_detection if (point.point, point.alternative) in results.meeting]
        return [("Keep to the constraints, highest detection rate first", kept[:MOST_ROWS])]
    return [
        ("Shortest average wait", list(points[:BEST_OF_EACH])),
        ("Highest detection rate", by_detection[:BEST_OF_EACH]),
    ]


def _points_table(results: SweepResults, title: str, points: Sequence[TradeoffPoint]) -> Table:
    sweep = results.sweep
    several = any(len(point.study.alternatives) > 1 for point in sweep.points)
    heads = [setting_heading(axis) for axis in sweep.axes]
    rows: list[tuple[str, tuple[str | Cell, ...]]] = []
    for row in points:
        pairs = zip(sweep.axes, sweep.points[row.point].values, strict=True)
        words = [value_words(axis, value, sweep.drawn) for axis, value in pairs]
        measured = [Cell(number(row.wait.mean), span(row.wait)), _share_cell(row.detection)]
        kept = [] if results.meeting is None else ["yes" if (row.point, row.alternative) in results.meeting else "no"]
        name = f"{row.point}, {row.alternative}" if several else str(row.point)
        rows.append((name, (*measured, *words, *kept)))
    constraints = [] if results.meeting is None else ["keeps to constraints"]
    measured_columns = (TableColumn("", "average wait", "min"), TableColumn("", "expected detection", "%", "assumed"))
    return page_table(title, "point", (*measured_columns, *heads, *constraints), rows)


def _share_cell(share: Difference) -> Cell:
    return Cell(number(100.0 * share.mean), span(share, 100.0))


def _run_rows(results: SweepResults) -> Iterator[tuple[str, str]]:
    """Yield what was run, by what it is called."""
    sweep, study = results.sweep, results.sweep.baseline_study
    design = (
        "grid"
        if sweep.design == "grid"
        else f"{sweep.design} design over {listed([setting_words(key) for key in sweep.drawn])}"
    )
    distinct = len({point.content for point in sweep.points})
    same = "" if distinct == len(sweep.points) else f", {distinct:,} of them distinct"
    yield "Points", f"{len(sweep.points):,}{same}: {design}"
    for axis in sweep.axes:
        yield setting_heading(axis), _axis_words(axis, drawn=axis.key in sweep.drawn)
    yield "Same at every point", " ".join(_fixed(sweep)) or "all as configured"
    lengths = sorted({len(outcome.metrics) for outcome in results.outcomes if not outcome.failure})
    counts = listed([str(length) for length in lengths]) or "no"
    yield "Replications", f"{counts} at each point, of {study.days} days ({study.calendar}), seed {study.seed}"
    if len(lengths) > 1:
        yield "Compared", f"on the first {lengths[0]} replications, which all points have"
    yield "Engine", f"{study.engine}; both engines give the same numbers"
    libraries = ", ".join(f"{name} {package_version(name)}" for name in LIBRARIES)
    yield "Versions", f"throughgate {package_version('throughgate')}; {libraries}"


def _axis_words(axis: Axis, *, drawn: bool) -> str:
    if not drawn:
        return ", ".join(axis.texts)
    numbers = sorted(map(float, axis.texts))
    return f"drawn between {numbers[0]:.4g} and {numbers[-1]:.4g}"


def _fixed(sweep: Sweep) -> list[str]:
    axes = {axis.key for axis in sweep.axes}
    return [
        word for word in sweep.overrides if word.partition("=")[0] not in {*axes, "out", "over", "points", "design"}
    ]


def _limits(results: SweepResults) -> Iterator[str]:
    """Yield how intervals were worked out, and what is not in them."""
    sweep, coverage = results.sweep, percent(results.sweep.baseline_study.coverage, 0)
    said = f"Intervals hold {coverage}: {INTERVALS}."
    yield f"{said} Points met the same trucks with the same random numbers where keys allow."
    if sweep.drawn:
        yield (
            "What is read off a fit has chance over replications in its interval, and what the fit leaves at single "
            "points; rank correlations have intervals over points."
        )
    yield (
        "Not in them: what nobody knows about the inputs (sweep it, or use compare with robustness.draws), what the "
        "model leaves out, and what lies outside the values that were swept."
    )
    yield (
        "Each interval stands alone: of a hundred, about five miss, and the best of many points looks better than it "
        "is. Before choosing, run the chosen points again with another seed and more replications."
    )
    yield (
        "A main effect is a mean over the other axes at the values swept. Where two levers help or hinder each other, "
        "the surface shows it and the effect does not."
    )
    yield "Axes are compared over the values given, not per unit: an axis that was swept further moves more."
