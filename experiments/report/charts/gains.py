"""Chart: what every alternative detects beyond the baseline at equal scan share, and what assumptions do to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from experiments.drawing.labels import name_rows
from experiments.drawing.marks import COLOURS, FAINT, INK
from experiments.drawing.svg import FONT_PT, finish_chart, open_figure
from experiments.number_format import percent, signed, span
from experiments.page_templates import Chart
from experiments.report.charts.wording import AS_THEY_STAND, claim_title, coverage_words, run_words
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND, LevelComparison
from experiments.report.standings import gaps_by_set

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POINTS: Final = 100.0
ROW_IN: Final = 0.38
UP, DOWN = 0.15, -0.2
"""Where a row's interval and its sets of assumptions stand, above and below its middle."""
ENDS: Final = (0.05, 0.95)


class GainRow(NamedTuple):
    """One alternative against the baseline at equal scan share."""

    label: str
    share: LevelComparison
    by_set: pd.Series
    """The difference in each set of assumptions, in points; empty: none was drawn."""


def gain_rows(findings: Findings) -> list[GainRow]:
    """Return the rows of the chart, those that gain most first; who has no equal scan share comes last."""
    redrawn, base = findings.redrawn, findings.study.baseline
    rows = []
    for share in findings.shares:
        if share.alternative == base:
            continue
        none = pd.Series(dtype=float)
        sets = none if redrawn is None else POINTS * gaps_by_set(redrawn.rows, share.alternative, base)
        rows.append(GainRow(findings.label(share.alternative), share, sets))
    return sorted(rows, key=lambda row: -(row.share.found_gap.mean if row.share.found_gap else -np.inf))


def gains_chart(findings: Findings) -> Chart | str:
    """Return the chart; a sentence where no alternative can be compared at equal scan share."""
    rows = gain_rows(findings)
    base = next(share for share in findings.shares if share.alternative == findings.study.baseline)
    label = findings.label(base.alternative)
    scans = percent(base.scanned.mean, 0)
    if not any(row.share.found_gap for row in rows):
        return findings.sentences(
            f"No alternative ran at the scan share of {label} ({scans}): detection at equal share is not drawn."
        )
    title = claim_title(findings, LOADS_FOUND)
    title = title or findings.sentences(f"Detection against {label} at equal scan share, {AS_THEY_STAND}")
    with open_figure(1.3 + ROW_IN * len(rows)) as (figure, axes):
        for place, row in enumerate(rows[::-1]):
            _draw_row(axes, findings, row, place)
        name_rows(axes, [row.label for row in rows[::-1]])
        axes.axvline(0.0, color=INK, lw=1.0, zorder=1)
        axes.set_xlabel("percentage points")
        axes.margins(x=0.04)
        _explain(figure, findings)
        subtitle = (
            f"Difference in detection rate (share of smuggled loads detected), percentage points, all scanning "
            f"{scans} of trucks. {run_words(findings)}"
        )
        words = " ".join(_row_words(row) for row in rows)
        return finish_chart(figure, "gains", title, words, _caption(findings), subtitle=subtitle)


def _draw_row(axes: Axes, findings: Findings, row: GainRow, place: int) -> None:
    gap = row.share.found_gap
    if gap is None:
        words = f"no equal scan share: scans {percent(row.share.scanned.mean, 0)}"
        axes.annotate(
            words,
            (0.0, place),
            (5, 0),
            textcoords="offset points",
            va="center",
            style="italic",
            color=FAINT,
            fontsize=FONT_PT - 1.0,
        )
        return
    sure = row.share.sure(findings.alpha)
    if np.isfinite(gap.low):
        axes.plot(
            [POINTS * gap.low, POINTS * gap.high], [place + UP] * 2, color=COLOURS[1], lw=3.0, solid_capstyle="butt"
        )
    axes.plot(POINTS * gap.mean, place + UP, "o", ms=7, mec=COLOURS[1], mfc=COLOURS[1] if sure else "white", mew=1.4)
    if len(row.by_set):
        low, high = row.by_set.quantile(list(ENDS))
        axes.plot([low, high], [place + DOWN] * 2, color=FAINT, lw=1.1)
        axes.plot(row.by_set, np.full(len(row.by_set), place + DOWN), "|", color=FAINT, ms=6.5, mew=0.8)
        axes.plot(row.by_set.median(), place + DOWN, "D", ms=5, mec=INK, mfc="white", mew=1.1)


def _explain(figure: Figure, findings: Findings) -> None:
    """Put the legend above the rows: what stands above and what below the middle of a row."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=COLOURS[1], lw=3.0, marker="o", ms=7)]
    words = [f"as assumed: mean, {coverage_words(findings)}"]
    if findings.redrawn is not None:
        handles.append(Line2D([], [], color=FAINT, lw=1.1, marker="D", ms=5, mec=INK, mfc="white"))
        words.append("over sets of assumptions: median, 5th–95th percentile, each set")
    figure.legend(handles, words, loc="outside upper left", frameon=False, fontsize=FONT_PT - 1.0, handlelength=1.6)


def _caption(findings: Findings) -> str:
    words = "Filled: clear of zero for all alternatives at once (Holm’s test)."
    if findings.redrawn is None:
        return f"{words} Nobody has looked at other sets of assumptions in this run."
    return f"{words} Below each: the same difference when all that is assumed is redrawn and models are retrained."


def _row_words(row: GainRow) -> str:
    gap = row.share.found_gap
    if gap is None:
        return f"{row.label}: scans {percent(row.share.scanned.mean, 0)}, not compared."
    words = f"{row.label}: {signed(POINTS * gap.mean)} points {span(gap, POINTS)} over replications"
    if not len(row.by_set):
        return f"{words}."
    low, middle, high = row.by_set.quantile([ENDS[0], 0.5, ENDS[1]])
    return f"{words}; over sets of assumptions {signed(middle)}, from {signed(low)} to {signed(high)}."
