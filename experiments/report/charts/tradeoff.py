"""Chart: average wait against detection rate, both as paired differences from the baseline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from experiments.drawing.labels import Box, PointLabel, place_labels
from experiments.drawing.marks import BAND, FAINT, INK, MarkStyle, alternative_marks
from experiments.drawing.svg import finish_chart, open_figure
from experiments.intervals import Difference
from experiments.number_format import listed, number, signed, span
from experiments.page_templates import Chart
from experiments.report.answers.differences import baseline_difference, is_sure
from experiments.report.charts.wording import claim_title, coverage_words, run_words
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND, WAIT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS: Final = 100.0
FAR: Final = 3.0
"""A wait this many times as far from the baseline's as three in four others is drawn at the edge, with its number."""
WORTH_MIN: Final = 0.1
"""Smaller changes of an average wait, however sure, are not counted in the title."""
HEIGHT_IN: Final = 4.4


class TradeoffMark(NamedTuple):
    """One alternative on the plane: what it changes of the wait, in minutes, and of detection, in points."""

    name: str
    label: str
    wait: Difference
    found: Difference
    efficient: bool
    sure: bool
    """Whether its wait surely differs from the baseline's, for all alternatives at once."""


def tradeoff_marks(findings: Findings) -> list[TradeoffMark]:
    """Return the alternatives that carry their load, but for the baseline."""
    base = findings.study.baseline
    return [
        TradeoffMark(
            point.alternative,
            findings.label(point.alternative),
            baseline_difference(findings, point.alternative, WAIT),
            baseline_difference(findings, point.alternative, LOADS_FOUND),
            point.status == "frontier",
            is_sure(findings, point.alternative, WAIT),
        )
        for point in findings.points
        if point.alternative != base and point.status != "unstable"
    ]


def wait_limit(marks: Sequence[TradeoffMark]) -> float:
    """Return the largest change of the wait that is drawn to scale, in minutes."""
    sizes = [abs(mark.wait.mean) for mark in marks]
    usual = FAR * float(np.quantile(sizes, 0.75, method="lower")) if sizes else math.inf
    return max(usual, 1.0)


def tradeoff_chart(findings: Findings) -> Chart | str:
    """Return the chart; a sentence where the baseline or everybody else cannot carry the load."""
    base, marks = findings.study.baseline, tradeoff_marks(findings)
    label = findings.label(base)
    if base in findings.unstable or not marks:
        return findings.sentences(
            "Waits are not drawn against detection: "
            f"{label if base in findings.unstable else 'every alternative'} cannot carry its load, so that its wait "
            "grows for as long as the run lasts."
        )
    limit, looks = wait_limit(marks), alternative_marks(findings.names)
    near = [mark for mark in marks if abs(mark.wait.mean) <= limit]
    with open_figure(HEIGHT_IN) as (figure, axes):
        axes.axhline(0.0, color=FAINT, lw=0.8, zorder=1)
        axes.axvline(0.0, color=FAINT, lw=0.8, zorder=1)
        for mark in near:
            _draw(axes, mark, looks[mark.name])
        _draw_baseline(axes, findings, looks[base])
        _set_limits(axes, near, marks)
        against = findings.sentences(f"against {label}")
        axes.set(xlabel=f"average wait {against}, minutes", ylabel=f"detection rate {against}, points")
        names = [PointLabel(m.label, m.wait.mean, POINTS * m.found.mean, bold=m.efficient) for m in near]
        edge = [_edge_label(axes, mark) for mark in marks if mark not in near]
        own = PointLabel(label, 0.0, 0.0, bold=_efficient(findings, base))
        place_labels(axes, [own, *names, *edge], [bar for mark in near for bar in _bars(mark)])
        for spot in edge:
            axes.plot(spot.x, spot.y, ">" if spot.x > 0 else "<", color=INK, ms=8, clip_on=False, zorder=7)
        words = " ".join(
            f"{m.label}: {signed(m.wait.mean)} min {span(m.wait)}, {signed(POINTS * m.found.mean)} points "
            f"{span(m.found, POINTS)}{', efficient' if m.efficient else ''}."
            for m in marks
        )
        return finish_chart(
            figure,
            "tradeoff",
            findings.sentences(_title(findings, marks)),
            words,
            _caption(findings),
            "predicted",
            subtitle=findings.sentences(f"Changes from {label}, each as it was asked for: average wait to primary and ")
            + f"detection rate. {run_words(findings)}",
        )


def _bars(mark: TradeoffMark) -> list[Box]:
    """Return the lines of both intervals, in the axes' units."""
    x, y = mark.wait, mark.found
    across = Box(x.low, POINTS * y.mean, x.high, POINTS * y.mean)
    up = Box(x.mean, POINTS * y.low, x.mean, POINTS * y.high)
    return [bar for bar in (across, up) if np.isfinite(bar).all()]


def _efficient(findings: Findings, name: str) -> bool:
    return findings.point(name).status == "frontier"


def _draw(axes: Axes, mark: TradeoffMark, look: MarkStyle) -> None:
    x, y = mark.wait, mark.found
    arms = [[[gap.mean - gap.low], [gap.high - gap.mean]] for gap in (x, y)]
    reach = np.nan_to_num(np.array(arms)) * np.array([1.0, POINTS])[:, None, None]
    colour = look.colour if mark.efficient else FAINT
    axes.errorbar(
        x.mean,
        POINTS * y.mean,
        xerr=reach[0],
        yerr=reach[1],
        fmt=look.marker,
        color=colour,
        ecolor=BAND,
        elinewidth=1.2,
        capsize=2,
        ms=8 if mark.efficient else 6,
        mfc=colour if mark.efficient else "white",
        mec=colour,
        zorder=4,
    )


def _draw_baseline(axes: Axes, findings: Findings, look: MarkStyle) -> None:
    on = _efficient(findings, findings.study.baseline)
    axes.plot(0.0, 0.0, look.marker, ms=9 if on else 7, mfc=INK if on else "white", mec=INK, mew=1.6, zorder=5)


def _set_limits(axes: Axes, near: Sequence[TradeoffMark], marks: Sequence[TradeoffMark]) -> None:
    """Set limits with a margin for names; wait limits by those that are drawn to scale."""
    for update, gaps, scale in (
        (axes.set_xlim, [mark.wait for mark in near], 1.0),
        (axes.set_ylim, [mark.found for mark in marks], POINTS),
    ):
        ends = [0.0, *(scale * end for gap in gaps for end in (gap.mean, gap.low, gap.high) if np.isfinite(end))]
        room = 0.14 * (max(ends) - min(ends)) or 1.0
        update(min(ends) - room, max(ends) + room)


def _edge_label(axes: Axes, mark: TradeoffMark) -> PointLabel:
    left, right = axes.get_xlim()
    text = f"{mark.label}: {signed(mark.wait.mean, 0 if abs(mark.wait.mean) >= 10.0 else 1)} min, off the chart"
    return PointLabel(text, right if mark.wait.mean > 0.0 else left, POINTS * mark.found.mean, bold=mark.efficient)


def _title(findings: Findings, marks: Sequence[TradeoffMark]) -> str:
    """Return what the answer claims of the wait; else how many alternatives surely change it, and by how much."""
    if claimed := claim_title(findings, WAIT):
        return claimed
    changed = [mark for mark in marks if mark.sure and abs(mark.wait.mean) >= WORTH_MIN]
    base = findings.label(findings.study.baseline)
    if not changed:
        return f"As assumed, no alternative clearly changes the average wait under {base}"
    most = max(changed, key=lambda mark: abs(mark.wait.mean))
    change = "adds {} minutes to" if most.wait.mean > 0.0 else "takes {} minutes off"
    one = f"{most.label} {change.format(number(abs(most.wait.mean)))}"
    n, of = len(changed), len(marks)
    if n == 1:
        return f"As assumed, {one} the average wait; none of the other {of - 1} alternatives clearly changes it"
    return f"As assumed, {n} of {of} alternatives clearly change the average wait: {one} it"


def _caption(findings: Findings) -> str:
    words = f"Filled and bold: efficient. Open: another alternative is better. Bars: {coverage_words(findings)} of "
    words += "the paired difference. Upper left is better."
    if findings.unstable:
        words += findings.sentences(
            f" Left out, as they cannot carry their load: {listed([findings.label(n) for n in findings.unstable])}."
        )
    return words
