"""Findings -> pictures: one function for each figure, readable in grey and at any width.

An alternative has the same colour, dash and marker in every figure; the page prints one legend
for all of them, so no figure carries its own.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from experiments.findings import Findings
from experiments.frontier import Point
from experiments.wording import percent, span
from sim.order import STATIONS
from sim.profiles import BIN_MIN, N_BINS, N_SLOTS, SLOT_MIN, mean_queue, share_of_waits

Floats = npt.NDArray[np.float64]


class Mark(NamedTuple):
    """How one alternative is drawn."""

    colour: str
    dash: str
    symbol: str


COLOURS: Final = (
    "#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d00", "#56b4e9", "#7f3c8d",
)  # fmt: skip
"""Okabe and Ito's palette, its yellow darkened to be read on white."""
DASHES: Final = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "4px,2px", "2px,4px")
SYMBOLS: Final = (
    "circle", "square", "diamond", "triangle-up", "cross", "x", "star", "triangle-down",
)  # fmt: skip
GREY: Final = "#a0a0a0"
FONT: Final = {"family": "system-ui, sans-serif", "size": 14, "color": "#1a1a1a"}


def marks(names: list[str]) -> dict[str, Mark]:
    """Return the mark of each alternative; after the eighth, colours meet other symbols."""
    return {
        name: Mark(
            COLOURS[place % len(COLOURS)],
            DASHES[(place + place // len(COLOURS)) % len(DASHES)],
            SYMBOLS[(place + 3 * (place // len(COLOURS))) % len(SYMBOLS)],
        )
        for place, name in enumerate(names)
    }


def steady(found: Findings) -> dict[str, Mark]:
    """Return the marks of the alternatives whose waits do not hang on the length of the run."""
    every = marks(found.names)
    return {name: mark for name, mark in every.items() if name not in found.unstable}


def frontier(found: Findings) -> go.Figure:
    """Mean wait against loads found, both with their intervals; the dominated are grey."""
    figure = _figure("mean wait to primary, minutes", "loads found, %", 430)
    drawn = [point for point in found.points if point.status != "unstable"]
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
    for point in best:
        _add_label(figure, point, best)
    figure.update_yaxes(rangemode="tozero")
    return figure


def _add_point(figure: go.Figure, point: Point, mark: Mark) -> None:
    on = point.status == "frontier"
    colour = mark.colour if on else GREY
    figure.add_scatter(
        x=[point.wait.mean],
        y=[100.0 * point.found.mean],
        error_x=_bars(point.wait.high - point.wait.mean, colour),
        error_y=_bars(100.0 * (point.found.high - point.found.mean), colour),
        mode="markers",
        marker={
            "symbol": mark.symbol if on else f"{mark.symbol}-open",
            "size": 12,
            "color": colour,
            "line": {"color": mark.colour, "width": 1.5},
        },
        name=point.alternative,
        hovertemplate=(
            f"<b>{point.alternative}</b><br>wait %{{x:.1f}} min {span(point.wait)}"
            f"<br>found %{{y:.1f}} % {span(point.found, 100.0)}<br>{point.words()}<extra></extra>"
        ),
    )


def _add_label(figure: go.Figure, point: Point, best: list[Point]) -> None:
    """Name a point on the side on which the picture has room."""
    left = 2.0 * point.wait.mean > best[0].wait.mean + best[-1].wait.mean
    figure.add_annotation(
        x=point.wait.mean,
        y=100.0 * point.found.mean,
        text=point.alternative,
        showarrow=False,
        xanchor="right" if left else "left",
        xshift=-10 if left else 10,
        yshift=14,
    )


def _bars(half: float, colour: str) -> dict[str, object]:
    size = half if np.isfinite(half) else 0.0
    return {"type": "constant", "value": size, "color": colour, "thickness": 1.2, "width": 4}


def queue(found: Findings) -> go.Figure:
    """Mean number of trucks before primary over a weekday, all classes together."""
    figure = _figure("hour of the day", "trucks before primary", 360)
    hours = SLOT_MIN * (np.arange(N_SLOTS) + 0.5) / 60.0
    for name, mark in steady(found).items():
        _add_line(figure, name, mark, hours, mean_queue_of(found, name))
    figure.update_xaxes(range=[0, 24], dtick=4)
    figure.update_yaxes(rangemode="tozero")
    return figure


def mean_queue_of(found: Findings, name: str) -> Floats:
    """Return the mean queue on weekdays, or on all days where the study holds no weekday [96]."""
    profiles = dict(found.profiles[name])
    weekdays = (0, 1, 2, 3, 4) if profiles["queue_days"][:5].sum() else tuple(range(7))
    return np.asarray(mean_queue(profiles, weekdays).sum(axis=1))


def waits(found: Findings) -> go.Figure:
    """Share of trucks that waited longer than so many minutes."""
    figure = _figure("minutes", "waited longer, % of trucks", 360)
    edges = BIN_MIN * np.arange(N_BINS + 1)
    longest = 30.0
    for name, mark in steady(found).items():
        beyond = 100.0 * longer_than(share_of_waits(dict(found.profiles[name])))
        reached = edges[beyond > 0.5]
        longest = max(longest, float(reached[-1]) if len(reached) else 0.0)
        _add_line(figure, name, mark, edges, beyond)
    figure.update_xaxes(range=[0, longest])
    figure.update_yaxes(range=[0, 100])
    return figure


def longer_than(shares: Floats) -> Floats:
    """Return the share that waited at least until the start of each bin.

    Examples
    --------
    >>> longer_than(np.array([0.5, 0.25, 0.25])).tolist()
    [1.0, 0.5, 0.25]
    """
    return np.asarray(np.cumsum(shares[::-1])[::-1])


def utilisation(found: Findings) -> go.Figure:
    """Share of its open time that each station works; absent stations are left out."""
    stations = _stations(found)[::-1]
    row_px = max(44, 9 * len(found.names) + 16)
    figure = _figure("server time at work, %", "", 90 + row_px * len(stations))
    offsets = np.linspace(0.36, -0.36, len(found.names)) if len(found.names) > 1 else np.zeros(1)
    for (name, mark), offset in zip(marks(found.names).items(), offsets, strict=True):
        rows = [found.interval(name, f"utilisation_{station}") for station in stations]
        figure.add_scatter(
            x=[100.0 * row.mean for row in rows],
            y=np.arange(len(stations)) + offset,
            customdata=stations,
            mode="markers",
            marker={"symbol": mark.symbol, "size": 9, "color": mark.colour},
            name=name,
            hovertemplate=f"<b>{name}</b><br>%{{customdata}} %{{x:.1f}} %<extra></extra>",
        )
    figure.update_xaxes(range=[-2, 103], dtick=20)
    figure.update_yaxes(
        tickvals=np.arange(len(stations)), ticktext=stations, range=[-0.6, len(stations) - 0.4]
    )
    return figure


def _stations(found: Findings) -> list[str]:
    return [
        station
        for station in STATIONS
        if any(
            np.isfinite(found.interval(name, f"utilisation_{station}").mean) for name in found.names
        )
    ]


def describe(found: Findings, title: str) -> str:
    """Return a figure in words, for those who cannot see it."""
    if title == "frontier":
        points = [p for p in found.points if p.status != "unstable"]
        return "Mean wait against loads found. " + " ".join(
            f"{p.alternative}: {p.wait.mean:.1f} min, {percent(p.found.mean)}, {p.words()}."
            for p in points
        )
    return {"queue": _describe_queue, "waits": _describe_waits}.get(title, _describe_use)(found)


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
            parts.append(f"{name}: busiest is {top}, {percent(known[top], 0)}.")
    return "Share of open time that each station works. " + " ".join(parts)


def _add_line(figure: go.Figure, name: str, mark: Mark, x: object, y: object) -> None:
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": mark.colour, "dash": mark.dash, "width": 2},
        name=name,
        hovertemplate=f"<b>{name}</b><br>%{{x:.1f}}: %{{y:.1f}}<extra></extra>",
    )


def _figure(x_title: str, y_title: str, height: int) -> go.Figure:
    axis = {
        "showline": True, "linecolor": "#1a1a1a", "gridcolor": "#e2e2e2", "zeroline": False,
        "ticks": "outside", "automargin": True,
    }  # fmt: skip
    return go.Figure(
        layout={
            "template": "none",
            "height": height,
            "font": FONT,
            "margin": {"l": 56, "r": 14, "t": 34, "b": 52},
            "showlegend": False,
            "hovermode": "closest",
            "xaxis": axis | {"title": {"text": x_title}},
            "yaxis": axis | {"title": {"text": y_title}},
        }
    )
