"""What all figures share: marks that differ without colour, labels that do not overlap, the frame.

An alternative has the same colour, dash and marker in every figure. Figures name what they show beside it, so that none
needs a legend: labels keep their order from top to bottom and are moved apart, each tied to its point by a thin line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import plotly.graph_objects as go

COLOURS: Final = ("#000000", "#0072b2", "#d55e00", "#009e73", "#a3548a", "#8c6d00", "#3a87ad", "#7f3c8d")
"""After Okabe and Ito's palette, the light ones darkened to be read on white and in grey."""
DASHES: Final = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "4px,2px", "2px,4px")
SYMBOLS: Final = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "triangle-down")
GREY: Final = "#6e6e6e"
FONT: Final = {"family": "system-ui, sans-serif", "size": 14, "color": "#1a1a1a"}
TOP_PX: Final = 34
BOTTOM_PX: Final = 52
LABEL_PX: Final = 15
"""Least distance between two labels."""
REACH_PX: Final = 30
"""From a point to its label."""


class MarkStyle(NamedTuple):
    """How one alternative is drawn."""

    colour: str
    dash: str
    symbol: str


class PointLabel(NamedTuple):
    """A name beside a point: where the point is, in the axes' units, and how it is written."""

    text: str
    x: float
    y: float
    left: bool = False
    """Whether the name stands to the left of its point."""
    bold: bool = False
    lift: float = 0.0
    """Pixels by which the name should stand higher than its point."""


def alternative_marks(names: Sequence[str]) -> dict[str, MarkStyle]:
    """Return the mark of each alternative; after the eighth, colours meet other symbols."""
    return {
        name: MarkStyle(
            COLOURS[place % len(COLOURS)],
            DASHES[(place + place // len(COLOURS)) % len(DASHES)],
            SYMBOLS[(place + 3 * (place // len(COLOURS))) % len(SYMBOLS)],
        )
        for place, name in enumerate(names)
    }


def blank_figure(x_title: str, y_title: str, height: int) -> go.Figure:
    """Return an empty figure, ``height`` pixels high and as wide as the page allows."""
    axis = {
        "showline": True,
        "linecolor": "#1a1a1a",
        "gridcolor": "#e2e2e2",
        "zeroline": False,
        "ticks": "outside",
        "automargin": True,
    }
    return go.Figure(
        layout={
            "template": "none",
            "height": height,
            "font": FONT,
            "margin": {"l": 56, "r": 14, "t": TOP_PX, "b": BOTTOM_PX},
            "showlegend": False,
            "hovermode": "closest",
            "xaxis": axis | {"title": {"text": x_title}},
            "yaxis": axis | {"title": {"text": y_title}},
        }
    )


def height_for_labels(labels: int, least_px: int) -> int:
    """Return the height in which so many labels stand above each other, in pixels."""
    return max(least_px, TOP_PX + BOTTOM_PX + LABEL_PX * (labels + 2))


def spread_labels(wanted_px: Sequence[float], room_px: float) -> list[float]:
    """Return places at least `LABEL_PX` apart, near the wanted ones, which must be sorted.

    Examples
    --------
    >>> spread_labels([10.0, 12.0, 100.0], 200.0)
    [10.0, 25.0, 100.0]
    >>> spread_labels([190.0, 195.0], 200.0)
    [185.0, 200.0]
    """
    placed: list[float] = []
    for wanted in wanted_px:
        placed.append(max(wanted, placed[-1] + LABEL_PX) if placed else wanted)
    limit = room_px
    for place in range(len(placed) - 1, -1, -1):
        placed[place] = min(placed[place], limit)
        limit = placed[place] - LABEL_PX
    return placed


def add_labels(figure: go.Figure, labels: Sequence[PointLabel], top: float) -> None:
    """Write names beside points, all of them apart; the y axis goes from 0 to ``top``."""
    room_px = figure.layout.height - TOP_PX - BOTTOM_PX
    ordered = sorted(labels, key=lambda label: -label.y * room_px / top - label.lift)
    own_px = [room_px * (1.0 - label.y / top) for label in ordered]
    wanted = [max(own - label.lift, 0.0) for own, label in zip(own_px, ordered, strict=True)]
    for label, own, placed in zip(ordered, own_px, spread_labels(wanted, room_px), strict=True):
        figure.add_annotation(
            x=label.x,
            y=label.y,
            text=f"<b>{label.text}</b>" if label.bold else label.text,
            font={"size": 12, "color": FONT["color"] if label.bold else "#444444"},
            bgcolor="rgba(255,255,255,0.75)",
            borderpad=0,
            ax=-REACH_PX if label.left else REACH_PX,
            ay=placed - own,
            xanchor="right" if label.left else "left",
            arrowhead=0,
            arrowwidth=0.7,
            arrowcolor="#888888",
        )
