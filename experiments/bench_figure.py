"""The figure of ``throughgate bench``: what the tables say, side by side."""

from __future__ import annotations

from typing import Any, Final

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from experiments.canvas import COLOURS, DASHES, FONT, SYMBOLS

Found = dict[str, Any]

TITLES: Final = (
    "Stages of a week: microseconds a truck",
    "Model c: microseconds a truck (log)",
    "Model c by trucks in one run: microseconds a truck",
    "A week by stations: microseconds a truck",
    "A week by policy: microseconds a truck",
    "Alternatives that share trucks: microseconds each",
    "By workers: times as fast as one",
    "Memory of one replication: bytes a truck",
    "Variance of detection from the same weeks (log)",
    "Loads on board: seized less expected, 95 %",
)
SLOW_STAGE: Final = "flow, engine=simpy"
"""Left out among the stages, which it would flatten; the ratio stands in the title of the page."""
PATHS: Final = {"flow": "flow alone", "path": "choices to METRICS"}


def bench_figure(found: Found) -> go.Figure:
    """Return ten panels in two columns."""
    figure = make_subplots(
        rows=5, cols=2, subplot_titles=TITLES, vertical_spacing=0.075, horizontal_spacing=0.24
    )
    stages = {k: v for k, v in found["microseconds_a_truck"].items() if k != SLOW_STAGE}
    _bars(figure, (1, 1), stages)
    model_c = {name: row["microseconds_a_truck"] for name, row in found["model_c"].items()}
    _dots(figure, (1, 2), model_c)
    growth = found["growth"]
    for place, name in enumerate(("events", "recursion")):
        _line(figure, (2, 1), (growth["trucks"], growth[name]), name, place)
    figure.update_xaxes(type="log", title="trucks", row=2, col=1)
    for place, (key, name) in enumerate(reversed(PATHS.items())):
        rows = found["stations"]
        points = ([row["stations"] for row in rows], [row[key] for row in rows])
        _line(figure, (2, 2), points, name, place)
    figure.update_xaxes(title="stations", row=2, col=2)
    _bars(figure, (3, 1), {row["case"]: row["path"] for row in found["policies"]})
    rows = found["alternatives"]
    points = ([row["alternatives"] for row in rows], [row["each"] for row in rows])
    _line(figure, (3, 2), points, "", 0)
    figure.update_xaxes(title="alternatives", row=3, col=2)
    workers = {f"{row['workers']}": row["times"][0] for row in found["workers"]}
    _bars(figure, (4, 1), workers)
    figure.update_yaxes(title="workers", row=4, col=1)
    _bars(figure, (4, 2), found["memory"])
    rare = found["rare"]["variances"]
    spreads = {"counting": rare["counted_se"] ** 2, "probes": rare["expected_se"] ** 2}
    _dots(figure, (5, 1), spreads)
    _differences(figure, (5, 2), found["rare"]["against_loads"])
    return _framed(figure, found)


def _framed(figure: go.Figure, found: Found) -> go.Figure:
    ratio, year = found["simpy_over_compiled"], found["year"]
    title = (
        f"Compiled engine {ratio['median']:.0f} times the SimPy model; a year of "
        f"{year['trucks'] / 1e6:.1f} million trucks in {year['run_cpu_s']:.1f} s of one core"
    )
    # bars go down from the first; lines begin at zero, so that heights compare
    for row, col in ((1, 1), (1, 2), (3, 1), (4, 1), (4, 2), (5, 1), (5, 2)):
        figure.update_yaxes(autorange="reversed", type="category", row=row, col=col)
    for row, col in ((2, 1), (2, 2), (3, 2)):
        figure.update_yaxes(rangemode="tozero", row=row, col=col)
    figure.update_layout(
        template="plotly_white",
        font=FONT,
        height=1800,
        showlegend=False,
        margin={"l": 200, "r": 60, "t": 110, "b": 60},
        title={"text": title, "x": 0.01, "font": {"size": 18}},
    )
    figure.update_annotations(font={"size": 14})
    figure.update_xaxes(title_font={"size": 13})
    figure.update_yaxes(title_font={"size": 13})
    return figure


def _bars(figure: go.Figure, at: tuple[int, int], values: dict[str, float]) -> None:
    row, col = at
    figure.add_bar(
        x=list(values.values()),
        y=list(values),
        orientation="h",
        row=row,
        col=col,
        marker={"color": COLOURS[1]},
        text=[f"{value:.3g}" for value in values.values()],
        textposition="auto",
        cliponaxis=False,
        hoverinfo="x+y",
    )


def _dots(figure: go.Figure, at: tuple[int, int], values: dict[str, float]) -> None:
    """Draw values on a logarithmic axis, where the length of a bar would mean nothing."""
    row, col = at
    figure.add_scatter(
        x=list(values.values()),
        y=list(values),
        mode="markers+text",
        row=row,
        col=col,
        marker={"color": COLOURS[1], "size": 10},
        textposition="middle right",
        text=[f"  {value:.3g}" for value in values.values()],
        cliponaxis=False,
    )
    figure.update_xaxes(type="log", dtick=1, exponentformat="power", row=row, col=col)


def _differences(figure: go.Figure, at: tuple[int, int], rows: list[Found]) -> None:
    """Draw each difference with its interval, widened by the bound of the error."""
    row, col = at
    reach = [held["half_width"] + held["bound"] for held in rows]
    figure.add_scatter(
        x=[held["difference"] for held in rows],
        y=[held["policy"] for held in rows],
        mode="markers",
        marker={"color": COLOURS[1], "size": 9},
        row=row,
        col=col,
        error_x={"array": reach, "color": COLOURS[1], "thickness": 1.2},
    )
    figure.update_xaxes(zerolinecolor="#1a1a1a", zerolinewidth=1, row=row, col=col)


def _line(
    figure: go.Figure,
    at: tuple[int, int],
    points: tuple[list[float], list[float]],
    name: str,
    place: int,
) -> None:
    row, col = at
    xs, ys = points
    figure.add_scatter(
        x=xs,
        y=ys,
        name=name,
        mode="lines+markers+text",
        row=row,
        col=col,
        text=[name, *[""] * (len(xs) - 1)],
        cliponaxis=False,
        textposition="bottom right" if place else "top right",
        line={"color": COLOURS[1 + place], "dash": DASHES[place]},
        marker={"symbol": SYMBOLS[place], "size": 8},
    )
