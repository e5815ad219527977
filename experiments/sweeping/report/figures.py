"""Figures of a sweep: small panels of main effects, surfaces with their error, wait against detection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from experiments.drawing.marks import COLOURS
from experiments.intervals import Difference
from experiments.number_format import number, signed, span
from experiments.sweeping.report.levers import Lever, sparse_changes
from experiments.sweeping.report.plotly_style import GREY, SHADES, PlotlyMark, blank_figure, plotly_marks
from experiments.sweeping.report.readings import Reading
from experiments.sweeping.report.surface import Surface, cell_means, half_widths, widest
from experiments.sweeping.report.tradeoff import TradeoffPoint
from experiments.sweeping.request import Sweep
from sim.arrays import FloatArray

PANEL_PX: Final = 190
MOST_DRAWN: Final = 3000
"""Dominated points that are drawn; of more, an even part."""
MOST_SCATTERED: Final = 400
"""Points in a panel without a fit."""
MOST_LETTERED: Final = 7
"""Cells side by side that still have room for a number and its interval."""
MOST_LETTERS: Final = 20
"""Of the names of an axis' values side by side below a panel."""
TITLE: Final = {"size": 13}
DIGITS: Final = 5
"""Significant digits of a place in a picture."""


def short(values: Sequence[float] | FloatArray) -> list[float | None]:
    """Return numbers as a page stores them: a few digits, nothing where there is none."""
    return [float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None for value in values]


def change_range(levers: Sequence[Lever]) -> tuple[float, float]:
    """Return the ends between which all changes and their intervals lie, zero among them, with a margin."""
    gaps = [change.gap for lever in levers for change in lever.changes]
    ends = [end for gap in gaps for end in (gap.mean, gap.low, gap.high) if np.isfinite(end)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    margin = 0.08 * (high - low) or 1.0
    return low - margin, high + margin


def lever_panel(levers: Mapping[str, Lever], limits: tuple[float, float]) -> go.Figure:
    """Draw changes along one axis, with their intervals; by name where several alternatives share the panel."""
    lever = next(iter(levers.values()))
    figure = blank_figure("", "", PANEL_PX)
    _make_small(figure)
    marks = plotly_marks(list(levers))
    for place, (name, mine) in enumerate(levers.items()):
        shift = 0.0 if len(levers) == 1 else 0.12 * (place - (len(levers) - 1) / 2.0)
        _add_changes(figure, mine, marks[name], name if len(levers) > 1 else "", shift)
    figure.add_hline(y=0.0, line={"color": GREY, "width": 1})
    figure.update_yaxes(range=list(limits), nticks=6)
    if lever.kind == "pairs":
        texts = lever.axis.texts
        figure.update_xaxes(
            tickmode="array",
            tickvals=list(range(len(texts))),
            ticktext=list(texts),
            tickangle=0 if sum(map(len, texts)) <= MOST_LETTERS else -90,
            range=[-0.5, len(texts) - 0.5],
            showgrid=False,
        )
    return figure


def _make_small(figure: go.Figure) -> None:
    figure.update_layout(margin={"l": 36, "r": 6, "t": 6, "b": 30}, font={"size": 11})
    figure.update_xaxes(tickangle=0)


def _close_up(figure: go.Figure) -> None:
    """Take out the room for labels above, and make the titles of the axes as large as other words."""
    figure.update_layout(margin={"t": 8})
    figure.update_xaxes(title={"font": TITLE})
    figure.update_yaxes(title={"font": TITLE})


def _add_changes(figure: go.Figure, lever: Lever, mark: PlotlyMark, name: str, shift: float) -> None:
    if lever.kind == "fit":
        _add_fitted(figure, lever, mark, name)
        return
    place = {text: float(number) for number, text in enumerate(lever.axis.texts)}
    known = [change for change in lever.changes if np.isfinite(change.gap.mean)]
    sparse = sparse_changes(lever)
    halves = [(c.gap.high - c.gap.low) / 2.0 for c in known]
    x = [place[change.value] + shift for change in known]
    reference = [place[lever.changes[0].reference] + shift] if lever.changes else []
    order = np.argsort([*x, *reference])
    figure.add_scatter(
        x=[[*x, *reference][i] for i in order],
        y=short([[*(c.gap.mean for c in known), *(0.0 for _ in reference)][i] for i in order]),
        mode="lines",
        line={"color": mark.colour, "dash": mark.dash, "width": 1},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=x,
        y=short([change.gap.mean for change in known]),
        mode="markers",
        marker={"symbol": mark.symbol, "size": 7, "color": [GREY if c in sparse else mark.colour for c in known]},
        error_y={
            "array": [half if np.isfinite(half) else 0.0 for half in short_numbers(halves)],
            "color": mark.colour,
            "thickness": 1.3,
            "width": 4,
        },
        customdata=[[c.value, c.reference, signed(c.gap.mean), span(c.gap), c.pairs] for c in known],
        hovertemplate=f"{name + ': ' if name else ''}%{{customdata[1]}} to %{{customdata[0]}}: "
        "%{customdata[2]} %{customdata[3]}, %{customdata[4]} pairs<extra></extra>",
    )
    figure.add_scatter(
        x=reference,
        y=[0.0 for _ in reference],
        mode="markers",
        marker={"symbol": f"{mark.symbol}-open", "size": 8, "color": mark.colour, "line": {"width": 1.5}},
        hovertemplate="the value that others are compared with<extra></extra>",
    )
    for change in lever.changes:
        if not np.isfinite(change.gap.mean):
            figure.add_annotation(
                x=place[change.value], y=0.5, yref="paper", text="no pair", textangle=-90, showarrow=False,
                font={"size": 10, "color": GREY},
            )  # fmt: skip


def short_numbers(values: Sequence[float]) -> list[float]:
    """Return numbers of a few digits; NaN stays."""
    return [float(f"{value:.{DIGITS}g}") for value in values]


def _add_fitted(figure: go.Figure, lever: Lever, mark: PlotlyMark, name: str) -> None:
    x = [float(lever.changes[0].reference), *(float(change.value) for change in lever.changes)]
    ends = {end: short([0.0, *(getattr(c.gap, end) for c in lever.changes)]) for end in ("low", "mean", "high")}
    if all(value is not None for value in ends["low"]):
        figure.add_scatter(
            x=[*x, *x[::-1]], y=[*ends["high"], *ends["low"][::-1]], fill="toself", fillcolor="rgba(110,110,110,0.25)",
            line={"width": 0}, mode="lines", hoverinfo="skip",
        )  # fmt: skip
    figure.add_scatter(
        x=x,
        y=ends["mean"],
        mode="lines",
        line={"color": mark.colour, "dash": mark.dash, "width": 1.6},
        customdata=["", *(span(change.gap) for change in lever.changes)],
        hovertemplate=f"{name + ': ' if name else ''}to %{{x:.3g}}: %{{y:.1f}} %{{customdata}}<extra></extra>",
    )


def scatter_panel(sweep: Sweep, lever: Lever, reading: Reading) -> go.Figure:
    """Draw every stable point along an axis, where no fit says what the axis changes."""
    points = sorted(reading.estimates)
    points = points[:: max(1, len(points) // MOST_SCATTERED)]
    figure = blank_figure("", "", PANEL_PX)
    _make_small(figure)
    figure.add_scatter(
        x=short([float(str(sweep.points[point].values[lever.place])) for point in points]),
        y=short([reading.mean(point) for point in points]),
        mode="markers",
        marker={"size": 4, "color": COLOURS[0], "opacity": 0.6},
        hoverinfo="skip",
    )
    figure.update_yaxes(nticks=6)
    return figure


def surface_figure(surface: Surface, *, error: bool) -> go.Figure:
    """Draw a surface, or half the width of its intervals, darker for more."""
    rows = half_widths(surface) if error else cell_means(surface)
    height = 380 if surface.fitted else max(250, 100 + 44 * len(surface.y_values))
    figure = blank_figure(surface.x.heading, surface.y.heading, height)
    _close_up(figure)
    shared = {"colorscale": [list(shade) for shade in SHADES], "hoverongaps": False, "connectgaps": False}
    digits = 2 if error else 1
    shared["customdata"] = [[_cell_words(cell) for cell in row] for row in surface.cells]
    if surface.fitted:
        figure.add_contour(
            x=short([float(x) for x in surface.x_values]),
            y=short([float(y) for y in surface.y_values]),
            z=[short(row) for row in rows],
            contours={"showlabels": True, "labelfont": {"size": 12, "color": "#000000"}},
            line={"color": "#1a1a1a", "width": 1},
            ncontours=10,
            showscale=False,
            hovertemplate="%{x:.3g}, %{y:.3g}: %{customdata}<extra></extra>",
            **{**shared, "colorscale": [[0.0, "#ffffff"], [1.0, "#9fb0bf"]]},
        )
        return figure
    figure.add_heatmap(
        x=list(range(len(surface.x_values))),
        y=list(range(len(surface.y_values))),
        z=[short(row) for row in rows],
        text=[[_cell_text(cell, surface, digits, error=error) for cell in row] for row in surface.cells],
        texttemplate="%{text}",
        textfont={"size": 12 if len(surface.x_values) <= MOST_LETTERED else 9},
        **_shade_ends(surface, error=error),
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate="%{customdata}<extra></extra>",
        **shared,
    )
    for y, words in enumerate(surface.missing):
        for x, text in enumerate(words):
            if text:
                figure.add_annotation(
                    x=x, y=y, text=text.replace(" of ", "<br>of "), showarrow=False, font={"size": 10, "color": GREY}
                )
    for update, values in ((figure.update_xaxes, surface.x_values), (figure.update_yaxes, surface.y_values)):
        update(
            tickmode="array",
            tickvals=list(range(len(values))),
            ticktext=[str(value) for value in values],
            range=[-0.5, len(values) - 0.5],
            showgrid=False,
        )
    return figure


def _shade_ends(surface: Surface, *, error: bool) -> dict[str, float]:
    """Return the ends of the shades: never so near each other that chance alone would make a cell dark."""
    halves, means = half_widths(surface), cell_means(surface)
    most = widest(halves)
    if error:
        return {"zmin": 0.0, "zmax": most or 1.0}
    low, high = -widest([[-mean for mean in row] for row in means]), widest(means)
    slack = max(0.0, 2.0 * most - (high - low)) / 2.0 if np.isfinite(most) else 0.0
    return {"zmin": low - slack, "zmax": high + slack if high + slack > low - slack else low + 1.0}


def _cell_words(cell: Difference | None) -> str:
    return "" if cell is None else f"{number(cell.mean)} {span(cell)}"


def _cell_text(cell: Difference | None, surface: Surface, digits: int, *, error: bool) -> str:
    if cell is None:
        return ""
    half = (cell.high - cell.low) / 2.0
    if error:
        return number(half, digits)
    narrow = len(surface.x_values) > MOST_LETTERED or not np.isfinite(half)
    return number(cell.mean, digits) if narrow else f"{number(cell.mean, digits)}<br>±{number(half, digits)}"


def tradeoff_figure(sweep: Sweep, points: Sequence[TradeoffPoint], settings: Mapping[int, str]) -> go.Figure:
    """Draw mean wait against expected detection of every stable point; those not dominated with both intervals."""
    figure = blank_figure("average wait to primary, minutes", "expected detection, % of loads", 430)
    _close_up(figure)
    names = list(dict.fromkeys(name for point in sweep.points for name in point.study.alternatives))
    marks = plotly_marks(names)
    best = [point for point in points if point.standing == "frontier"]
    rest = [point for point in points if point.standing != "frontier"]
    rest = rest[:: max(1, -(-len(rest) // MOST_DRAWN))]
    for name in names:
        mine = [point for point in rest if point.alternative == name]
        symbol = "circle" if len(names) == 1 else marks[name].symbol
        figure.add_scatter(
            **_places(mine),
            mode="markers",
            marker={"symbol": f"{symbol}-open", "size": 6, "color": "#8a8a8a", "line": {"width": 1}},
            text=[_hover(point, settings, several=len(names) > 1) for point in mine],
            hovertemplate="%{text}<extra></extra>",
        )
    figure.add_scatter(
        **_places(best), mode="lines", line={"color": GREY, "dash": "dot", "width": 1.2}, hoverinfo="skip"
    )
    for name in names:
        mine = [point for point in best if point.alternative == name]
        symbol = "circle" if len(names) == 1 else marks[name].symbol
        bars: dict[str, Any] = {
            f"error_{axis}": {"array": short_numbers([_half(gap, scale) for gap in gaps]), "thickness": 1, "width": 3}
            for axis, scale, gaps in (
                ("x", 1.0, [point.wait for point in mine]),
                ("y", 100.0, [point.detection for point in mine]),
            )
        }
        figure.add_scatter(
            **_places(mine),
            **bars,
            mode="markers",
            marker={"symbol": symbol, "size": 9, "color": COLOURS[0] if len(names) == 1 else marks[name].colour},
            text=[_hover(point, settings, several=len(names) > 1) for point in mine],
            hovertemplate="%{text}<extra></extra>",
        )
    return figure


def _places(points: Sequence[TradeoffPoint]) -> dict[str, Any]:
    return {"x": short([p.wait.mean for p in points]), "y": short([100.0 * p.detection.mean for p in points])}


def _half(gap: Difference, scale: float) -> float:
    half = scale * (gap.high - gap.low) / 2.0
    return half if np.isfinite(half) else 0.0


def _hover(point: TradeoffPoint, settings: Mapping[int, str], *, several: bool) -> str:
    head = f"point {point.point}{', ' + point.alternative if several else ''}: {settings[point.point]}"
    return (
        f"{head}<br>{number(point.wait.mean)} min {span(point.wait)}, "
        f"{number(100.0 * point.detection.mean)}% {span(point.detection, 100.0)}"
    )
