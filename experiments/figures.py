"""Findings -> pictures: wait against loads found, how busy the stations are, and all in words.

Every figure is to be read in grey and at any width; `experiments.curves` draws the other two.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import plotly.graph_objects as go

from experiments.canvas import (
    GREY,
    LABEL_PX,
    REACH_PX,
    Label,
    Mark,
    add_labels,
    blank,
    height_for,
    marks,
)
from experiments.curves import mean_queue_of, steady
from experiments.findings import Findings
from experiments.frontier import Point
from experiments.stations import title
from experiments.wording import percent, span
from sim.order import STATIONS
from sim.profiles import SLOT_MIN

SHADES: Final = ((0.0, "#ffffff"), (0.5, "#c9d3dc"), (1.0, "#33475b"))
"""From idle to always at work: darker in colour and in grey alike."""


PICTURE_PX: Final = 400.0
"""Width of a picture as it mostly is, to judge what a name would cover."""
HEIGHT_PX: Final = 344.0
"""Its height."""
LIFTS: Final = (0.0, LABEL_PX, -LABEL_PX, 2.0 * LABEL_PX, -2.0 * LABEL_PX)
"""Where a name is tried, in pixels above its point."""
NAME_PX: Final = 7.0
"""Width of a letter."""
NEAR: Final = 0.03
"""Part of the picture's height within which a name covers a point."""


def frontier(found: Findings) -> go.Figure:
    """Mean wait against loads found; those on the frontier filled and with their intervals."""
    drawn = [point for point in found.points if point.status != "unstable"]
    figure = blank("mean wait to primary, minutes", "loads found, %", height_for(len(drawn), 430))
    best = sorted((p for p in drawn if p.status == "frontier"), key=lambda p: p.wait.mean)
    figure.add_scatter(
        x=[p.wait.mean for p in best],
        y=[100.0 * p.found.mean for p in best],
        mode="lines",
        line={"color": GREY, "dash": "dot", "width": 1.5},
        hoverinfo="skip",
    )
    of_name = marks(found.names)
    for point in drawn:
        _add_point(figure, point, of_name[point.alternative])
    top = 110.0 * max((p.found.mean for p in drawn), default=1.0) or 1.0
    figure.update_yaxes(range=[0, top])
    _name_points(figure, drawn, top)
    return figure


def _add_point(figure: go.Figure, point: Point, mark: Mark) -> None:
    on = point.status == "frontier"
    bars = {}
    if on:
        bars = {
            "error_x": _bars(point.wait.high - point.wait.mean, mark.colour),
            "error_y": _bars(100.0 * (point.found.high - point.found.mean), mark.colour),
        }
    figure.add_scatter(
        x=[point.wait.mean],
        y=[100.0 * point.found.mean],
        mode="markers",
        marker={
            "symbol": mark.symbol if on else f"{mark.symbol}-open",
            "size": 12 if on else 9,
            "color": mark.colour if on else GREY,
            "line": {"color": mark.colour if on else GREY, "width": 1.5},
        },
        name=point.alternative,
        hovertemplate=(
            f"<b>{point.alternative}</b><br>wait %{{x:.1f}} min {span(point.wait)}"
            f"<br>found %{{y:.1f}} % {span(point.found, 100.0)}<br>{point.words()}<extra></extra>"
        ),
        **bars,
    )


def _name_points(figure: go.Figure, drawn: list[Point], top: float) -> None:
    """Name every point on the side on which the picture has room, above what a name would hide."""
    waits = [point.wait.mean for point in drawn]
    low, high = min(waits, default=0.0), max(waits, default=0.0)
    labels = [
        Label(
            p.alternative,
            p.wait.mean,
            100.0 * p.found.mean,
            left=p.wait.mean > (low + high) / 2.0,
            bold=p.status == "frontier",
            lift=next((x for x in LIFTS if not _hides(p, drawn, top, (low, high), x)), 0.0),
        )
        for p in drawn
    ]
    add_labels(figure, labels, top)


def _hides(
    point: Point, drawn: list[Point], top: float, ends: tuple[float, float], lift: float
) -> bool:
    """Return whether another point lies where a name beside this one, lifted, would stand."""
    wide = (REACH_PX + NAME_PX * len(point.alternative)) / PICTURE_PX * (ends[1] - ends[0])
    side = -1.0 if point.wait.mean > sum(ends) / 2.0 else 1.0
    height = 100.0 * point.found.mean + lift / HEIGHT_PX * top
    gaps = [
        side * (other.wait.mean - point.wait.mean)
        for other in drawn
        if abs(100.0 * other.found.mean - height) < NEAR * top
    ]
    return any(0.0 < gap < wide for gap in gaps)


def _bars(half: float, colour: str) -> dict[str, object]:
    size = half if np.isfinite(half) else 0.0
    return {"type": "constant", "value": size, "color": colour, "thickness": 1.2, "width": 4}


def utilisation(found: Findings) -> go.Figure:
    """Share of its open time that each station works, darker for busier; absent ones left out."""
    stations, names = _stations(found), found.names[::-1]
    figure = blank("", "", 146 + 24 * len(names))
    rows = [[found.interval(name, f"utilisation_{s}") for s in stations] for name in names]
    figure.add_heatmap(
        x=[title(station) for station in stations],
        y=names,
        z=[[100.0 * cell.mean for cell in row] for row in rows],
        zmin=0.0,
        zmax=100.0,
        colorscale=[list(shade) for shade in SHADES],
        showscale=False,
        xgap=2,
        ygap=2,
        texttemplate="%{z:.0f}",
        customdata=[[span(cell, 100.0) for cell in row] for row in rows],
        hovertemplate="<b>%{y}</b><br>%{x} %{z:.1f} % %{customdata}<extra></extra>",
        hoverongaps=False,
    )
    figure.update_layout(margin={"t": 112, "b": 10, "l": 20})
    figure.update_xaxes(side="top", tickangle=-50, showgrid=False, showline=False, ticks="")
    figure.update_yaxes(showgrid=False, showline=False, ticks="", tickfont={"size": 12})
    return figure


def widest_use(found: Findings) -> float:
    """Return the largest half-width of all shares of time at work, in points."""
    halves = [
        (cell.high - cell.low) / 2.0
        for name in found.names
        for cell in (found.interval(name, f"utilisation_{s}") for s in _stations(found))
    ]
    return 100.0 * max((half for half in halves if np.isfinite(half)), default=float("nan"))


def beyond_hours(found: Findings) -> bool:
    """Return whether some station works for longer than its hours."""
    uses = (
        found.interval(n, f"utilisation_{s}").mean for n in found.names for s in _stations(found)
    )
    return any(use > 1.0 for use in uses)


def _stations(found: Findings) -> list[str]:
    return [
        station
        for station in STATIONS
        if any(
            np.isfinite(found.interval(name, f"utilisation_{station}").mean) for name in found.names
        )
    ]


def describe(found: Findings, name: str) -> str:
    """Return a figure in words, for those who cannot see it."""
    if name == "frontier":
        points = [p for p in found.points if p.status != "unstable"]
        return "Mean wait against loads found. " + " ".join(
            f"{p.alternative}: {p.wait.mean:.1f} min, {percent(p.found.mean)}, {p.words()}."
            for p in points
        )
    return {"queue": _describe_queue, "waits": _describe_waits}.get(name, _describe_use)(found)


def _describe_queue(found: Findings) -> str:
    parts = []
    for name in steady(found):
        mean = mean_queue_of(found, name)
        if np.isfinite(mean).any():
            slot = int(np.nanargmax(mean))
            hour, minute = divmod(int(SLOT_MIN * slot), 60)
            parts.append(f"{name} peaks at {mean[slot]:.0f} trucks about {hour:02d}:{minute:02d}.")
    return "Trucks before primary over the day. " + " ".join(parts)


def _describe_waits(found: Findings) -> str:
    parts = [
        f"{name}: {percent(found.interval(name, 'p_wait_over_30_min').mean)} over 30 minutes."
        for name in steady(found)
    ]
    return "Share of trucks that waited longer than so many minutes. " + " ".join(parts)


def _describe_use(found: Findings) -> str:
    parts = []
    for name in found.names:
        use = {s: found.interval(name, f"utilisation_{s}").mean for s in _stations(found)}
        known = {station: share for station, share in use.items() if np.isfinite(share)}
        if known:
            top = max(known, key=lambda station: known[station])
            parts.append(f"{name}: busiest is {title(top)}, {percent(known[top], 0)}.")
    return "Share of open time that each station works. " + " ".join(parts)
