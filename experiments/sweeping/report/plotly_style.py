"""Plotly's part of the shared style: the marks of `experiments.drawing.marks` by its names, and an empty figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import plotly.graph_objects as go

from experiments.drawing import marks
from experiments.drawing.marks import INK, alternative_marks

GREY: Final = marks.FAINT
FONT: Final = {"family": "system-ui, sans-serif", "size": 14, "color": INK}
SHADES: Final = ((0.0, "#ffffff"), (0.5, "#c9d3dc"), (1.0, "#33475b"))
"""From little to much: darker in color and in grey alike."""
DASHES: Final = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "4px,2px", "2px,4px")
SYMBOLS: Final = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "triangle-down")
PLOTLY: Final = {"showSendToCloud": False, "displaylogo": False, "responsive": True, "displayModeBar": False}
"""How Plotly behaves on a page."""
TOP_PX: Final = 34
BOTTOM_PX: Final = 52
DASH_OF: Final[dict[Any, str]] = dict(zip(marks.DASHES, DASHES, strict=True))
SYMBOL_OF: Final = dict(zip(marks.MARKERS, SYMBOLS, strict=True))


class PlotlyMark(NamedTuple):
    """How one alternative is drawn."""

    colour: str
    dash: str
    symbol: str


def plotly_marks(names: Sequence[str]) -> dict[str, PlotlyMark]:
    """Return the mark of each alternative, the same as in every other chart.

    Examples
    --------
    >>> plotly_marks(["a", "b"])["b"]
    PlotlyMark(colour='#0072b2', dash='dash', symbol='square')
    """
    return {
        name: PlotlyMark(mark.colour, DASH_OF[mark.dash], SYMBOL_OF[mark.marker])
        for name, mark in alternative_marks(names).items()
    }


def blank_figure(x_title: str, y_title: str, height: int) -> go.Figure:
    """Return an empty figure, ``height`` pixels high and as wide as the page allows."""
    axis = {
        "showline": True,
        "linecolor": INK,
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
