"""Findings -> the figures of a report and their words, to be read in grey and at any width.

Alternatives whose curves lie within a line's width of each other are drawn once; the caption says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np
import plotly.graph_objects as go

from experiments.execution.bottleneck import profile_weekdays
from experiments.intervals import IntervalEstimate
from experiments.number_format import listed, percent, span, station_title
from experiments.report.findings import Findings
from experiments.report.frontier import FrontierPoint
from experiments.report.plotly_style import (
    GREY,
    LABEL_PX,
    REACH_PX,
    MarkStyle,
    PointLabel,
    add_labels,
    alternative_marks,
    blank_figure,
    height_for_labels,
)
from sim.arrays import FloatArray
from sim.results.profiles import BIN_MIN, N_BINS, N_SLOTS, SLOT_MIN, mean_queue, share_of_waits
from sim.stations import STATIONS

Curves = dict[str, FloatArray]
ALIKE: Final = 0.02
"""Curves that never differ by more than this part of the highest point are drawn once."""
QUEUE_LABELS_AT: Final = 0.5
WAIT_LABELS_AT: Final = 0.35
"""Height at which a curve is named, as a part of its own highest point."""


def stable_alternatives(findings: Findings) -> list[str]:
    """Return the alternatives whose waits do not hang on the run's length, the baseline first."""
    names = [name for name in findings.names if name not in findings.unstable]
    return sorted(names, key=lambda name: name != findings.study.baseline)


def mean_queue_curves(findings: Findings) -> Curves:
    """Return the mean number of trucks before primary of each alternative, over the day [96]."""
    return {name: mean_queue_over_day(findings, name) for name in stable_alternatives(findings)}


def exceedance_curves(findings: Findings) -> Curves:
    """Return the share of trucks that waited longer than each bin's start, in per cent [241]."""
    return {
        name: 100.0 * exceedance_shares(share_of_waits(dict(findings.profiles[name])))
        for name in stable_alternatives(findings)
    }


def group_alike_curves(curves: Mapping[str, FloatArray]) -> dict[str, list[str]]:
    """Return who is drawn, and who lies on that line within `ALIKE` of the highest point.

    Examples
    --------
    >>> flat = np.zeros(3)
    >>> group_alike_curves({"a": flat + 1.0, "b": flat + 1.01, "c": flat + 2.0})
    {'a': ['b'], 'c': []}
    """
    top = max((float(np.nanmax(curve, initial=0.0)) for curve in curves.values()), default=0.0)
    drawn: dict[str, list[str]] = {}
    for name, curve in curves.items():
        near = [other for other in drawn if np.nanmax(np.abs(curve - curves[other]), initial=0.0) <= ALIKE * top]
        if near:
            drawn[near[0]].append(name)
        else:
            drawn[name] = []
    return drawn


def queue_figure(findings: Findings) -> go.Figure:
    """Mean number of trucks before primary over an average day, both classes together."""
    hours = np.asarray(SLOT_MIN * (np.arange(N_SLOTS) + 0.5) / 60.0, np.float64)
    return _drawn(findings, mean_queue_curves(findings), hours, ("hour of the day", "trucks before primary"))


def wait_figure(findings: Findings) -> go.Figure:
    """Share of trucks that waited longer than so many minutes."""
    edges = np.asarray(BIN_MIN * np.arange(N_BINS + 1), np.float64)
    curves = exceedance_curves(findings)
    seen = [edges[curve > 0.5].max(initial=0.0) for curve in curves.values()]
    figure = _drawn(findings, curves, edges, ("minutes", "waited longer, % of trucks"))
    figure.update_xaxes(range=[0.0, max([30.0, *seen])])
    return figure


def _drawn(findings: Findings, curves: Curves, x: FloatArray, titles: tuple[str, str]) -> go.Figure:
    """Draw each group of alike curves once and name it at the left of a day's curves, else at the right."""
    heads = group_alike_curves(curves)
    figure = blank_figure(*titles, height_for_labels(len(heads), 380))
    top = 1.05 * max([1.0, *(float(np.nanmax(c, initial=0.0)) for c in curves.values())])
    marks, rising, labels = alternative_marks(findings.names), x[-1] <= 24.0, []
    for name, others in heads.items():
        curve = curves[name]
        figure.add_scatter(
            x=x,
            y=curve,
            mode="lines",
            line={"color": marks[name].colour, "dash": marks[name].dash, "width": 2},
            name=name,
            hovertemplate=f"<b>{name}</b><br>%{{x:.1f}}: %{{y:.1f}}<extra></extra>",
        )
        place = _label_place(curve, rising=rising)
        text = f"{name} +{len(others)}" if others else name
        labels.append(PointLabel(text, float(x[place]), float(curve[place]), left=rising))
    add_labels(figure, [label for label in labels if np.isfinite(label.y)], top)
    if rising:
        figure.update_xaxes(range=[0, 24], dtick=4)
    figure.update_yaxes(range=[0, top])
    return figure


def _label_place(curve: FloatArray, *, rising: bool) -> int:
    """Return where a curve first rises, or falls, to the height at which it is named: all is free there."""
    top, known = np.nanmax(curve, initial=0.0), np.nan_to_num(curve)
    return int(np.argmax(known >= QUEUE_LABELS_AT * top if rising else known <= WAIT_LABELS_AT * top))


def shared_lines_note(findings: Findings, name: str) -> str:
    """Return for whom the lines of a figure stand, where one stands for several."""
    curves = mean_queue_curves(findings) if name == "queue" else exceedance_curves(findings)
    tail = f"too, never further from it than {100.0 * ALIKE:.0f} % of the highest point"
    groups = group_alike_curves(curves).items()
    parts = [f"{head} +{len(more)} stands for {listed(more)} {tail}" for head, more in groups if more]
    return f"{'; '.join(parts)}." if parts else ""


def mean_queue_over_day(findings: Findings, name: str) -> FloatArray:
    """Return the mean queue on weekdays, or on all days where the study holds no weekday [96]."""
    profiles = dict(findings.profiles[name])
    return np.asarray(mean_queue(profiles, profile_weekdays(profiles)).sum(axis=1))


def exceedance_shares(shares: FloatArray) -> FloatArray:
    """Return the share that waited at least until the start of each bin.

    Examples
    --------
    >>> exceedance_shares(np.array([0.5, 0.25, 0.25])).tolist()
    [1.0, 0.5, 0.25]
    """
    return np.asarray(np.cumsum(shares[::-1])[::-1])


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


def frontier_figure(findings: Findings) -> go.Figure:
    """Mean wait against loads found; those on the frontier filled and with their intervals."""
    drawn = [point for point in findings.points if point.status != "unstable"]
    figure = blank_figure("mean wait to primary, minutes", "loads found, %", height_for_labels(len(drawn), 430))
    best = sorted((p for p in drawn if p.status == "frontier"), key=lambda p: p.wait.mean)
    figure.add_scatter(
        x=[p.wait.mean for p in best],
        y=[100.0 * p.found.mean for p in best],
        mode="lines",
        line={"color": GREY, "dash": "dot", "width": 1.5},
        hoverinfo="skip",
    )
    marks = alternative_marks(findings.names)
    for point in drawn:
        _add_point(figure, point, marks[point.alternative])
    top = 110.0 * max((p.found.mean for p in drawn), default=1.0) or 1.0
    figure.update_yaxes(range=[0, top])
    add_labels(figure, _point_labels(drawn, top), top)
    return figure


def _add_point(figure: go.Figure, point: FrontierPoint, mark: MarkStyle) -> None:
    on, bars = point.status == "frontier", {}
    halves = {"error_x": point.wait.high - point.wait.mean, "error_y": 100.0 * (point.found.high - point.found.mean)}
    for axis, half in halves.items() if on else ():
        size = half if np.isfinite(half) else 0.0
        bars[axis] = {"type": "constant", "value": size, "color": mark.colour, "thickness": 1.2, "width": 4}
    colour = mark.colour if on else GREY
    figure.add_scatter(
        x=[point.wait.mean],
        y=[100.0 * point.found.mean],
        mode="markers",
        marker={
            "symbol": mark.symbol if on else f"{mark.symbol}-open",
            "size": 12 if on else 9,
            "color": colour,
            "line": {"color": colour, "width": 1.5},
        },
        name=point.alternative,
        hovertemplate=(
            f"<b>{point.alternative}</b><br>wait %{{x:.1f}} min {span(point.wait)}"
            f"<br>found %{{y:.1f}} % {span(point.found, 100.0)}<br>{point.words()}<extra></extra>"
        ),
        **bars,
    )


def _point_labels(points: list[FrontierPoint], top: float) -> list[PointLabel]:
    """Name every point on the side on which the picture has room, above what a name would hide."""
    waits = [point.wait.mean for point in points]
    ends = min(waits, default=0.0), max(waits, default=0.0)
    return [
        PointLabel(
            p.alternative,
            p.wait.mean,
            100.0 * p.found.mean,
            left=p.wait.mean > sum(ends) / 2.0,
            bold=p.status == "frontier",
            lift=next((lift for lift in LIFTS if not _hides(p, points, top, ends, lift)), 0.0),
        )
        for p in points
    ]


def _hides(
    point: FrontierPoint, points: list[FrontierPoint], top: float, ends: tuple[float, float], lift: float
) -> bool:
    """Return whether another point lies where a name beside this one, lifted, would stand."""
    wide = (REACH_PX + NAME_PX * len(point.alternative)) / PICTURE_PX * (ends[1] - ends[0])
    side = -1.0 if point.wait.mean > sum(ends) / 2.0 else 1.0
    height = 100.0 * point.found.mean + lift / HEIGHT_PX * top
    near = [other.wait.mean for other in points if abs(100.0 * other.found.mean - height) < NEAR * top]
    return any(0.0 < side * (wait - point.wait.mean) < wide for wait in near)


def utilisation_figure(findings: Findings) -> go.Figure:
    """Share of its open time that each station works, darker for busier; absent ones left out."""
    names, uses = findings.names[::-1], _uses(findings)
    figure = blank_figure("", "", 146 + 24 * len(names))
    figure.add_heatmap(
        x=[station_title(station) for station in uses[names[0]]],
        y=names,
        z=[[100.0 * use.mean for use in uses[name].values()] for name in names],
        zmin=0.0,
        zmax=100.0,
        colorscale=[list(shade) for shade in SHADES],
        showscale=False,
        xgap=2,
        ygap=2,
        texttemplate="%{z:.0f}",
        customdata=[[span(use, 100.0) for use in uses[name].values()] for name in names],
        hovertemplate="<b>%{y}</b><br>%{x} %{z:.1f} % %{customdata}<extra></extra>",
        hoverongaps=False,
    )
    figure.update_layout(margin={"t": 112, "b": 10, "l": 20})
    figure.update_xaxes(side="top", tickangle=-50, showgrid=False, showline=False, ticks="")
    figure.update_yaxes(showgrid=False, showline=False, ticks="", tickfont={"size": 12})
    return figure


def utilisation_half_width(findings: Findings) -> float:
    """Return the largest half-width of all shares of time at work, in points."""
    halves = [(use.high - use.low) / 2.0 for row in _uses(findings).values() for use in row.values()]
    return 100.0 * max((half for half in halves if np.isfinite(half)), default=float("nan"))


def works_beyond_hours(findings: Findings) -> bool:
    """Return whether some station works for longer than its hours."""
    return any(use.mean > 1.0 for row in _uses(findings).values() for use in row.values())


def _uses(findings: Findings) -> dict[str, dict[str, IntervalEstimate]]:
    """Return each alternative's share of open time at work, by station that some alternative has."""
    uses = {name: {s: findings.interval(name, f"utilisation_{s}") for s in STATIONS} for name in findings.names}
    present = [s for s in STATIONS if any(np.isfinite(row[s].mean) for row in uses.values())]
    return {name: {s: row[s] for s in present} for name, row in uses.items()}


def describe_figure(findings: Findings, name: str) -> str:
    """Return a figure in words, for those who cannot see it."""
    opening, sentences = DESCRIPTIONS[name]
    return f"{opening} {' '.join(sentences(findings))}"


def _frontier_sentences(findings: Findings) -> Iterator[str]:
    for p in findings.points:
        if p.status != "unstable":
            yield f"{p.alternative}: {p.wait.mean:.1f} min, {percent(p.found.mean)}, {p.words()}."


def _queue_sentences(findings: Findings) -> Iterator[str]:
    for name, mean in mean_queue_curves(findings).items():
        if np.isfinite(mean).any():
            slot = int(np.nanargmax(mean))
            hour, minute = divmod(int(SLOT_MIN * slot), 60)
            yield f"{name} peaks at {mean[slot]:.0f} trucks about {hour:02d}:{minute:02d}."


def _wait_sentences(findings: Findings) -> Iterator[str]:
    for name in stable_alternatives(findings):
        yield f"{name}: {percent(findings.interval(name, 'p_wait_over_30_min').mean)} over 30 minutes."


def _use_sentences(findings: Findings) -> Iterator[str]:
    for name, row in _uses(findings).items():
        known = {station: use.mean for station, use in row.items() if np.isfinite(use.mean)}
        if known:
            top = max(known, key=lambda station: known[station])
            yield f"{name}: busiest is {station_title(top)}, {percent(known[top], 0)}."


DESCRIPTIONS: Final[dict[str, tuple[str, Callable[[Findings], Iterator[str]]]]] = {
    "frontier": ("Mean wait against loads found.", _frontier_sentences),
    "queue": ("Trucks before primary over the day.", _queue_sentences),
    "waits": ("Share of trucks that waited longer than so many minutes.", _wait_sentences),
    "utilisation": ("Share of open time that each station works.", _use_sentences),
}
"""How the words of each figure begin, and the sentences that follow."""
