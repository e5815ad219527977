"""Chart: average wait against detection under every rule, of a study that crosses its alternatives with rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from experiments.drawing.marks import FAINT, INK, MarkStyle, alternative_marks
from experiments.drawing.svg import FONT_PT, finish_chart, open_figure
from experiments.number_format import listed, number, percent
from experiments.page_templates import Chart
from experiments.report.answers.rule_frontier import (
    difference_between,
    efficient,
    efficient_choices,
    leading_rule,
    points_by_rule,
    points_of_rule,
    reference_rules,
)
from experiments.report.charts.wording import coverage_words, run_words
from experiments.report.findings import Findings
from experiments.report.frontier import WAIT, FrontierPoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT_IN: Final = 4.6
SHOWN_TIMES: Final = 1.3
MIDDLE_TIMES: Final = 2.0
"""The picture ends at the longest wait of an efficient point times the first, or the middle one's times the second."""
POINTS: Final = 100.0


def rules_chart(findings: Findings) -> Chart | str:
    """Return the chart, a line through the efficient points of each rule; a sentence where nothing carries its load."""
    of_rule, best = points_by_rule(findings), efficient_choices(findings)
    if not best:
        return "No alternative carries its load under any rule, so that waits are not drawn against detection."
    references, marks = reference_rules(findings), alternative_marks(list(of_rule))
    leader, ends = leading_rule(findings), longest_wait_shown(findings)
    with open_figure(HEIGHT_IN) as (figure, axes):
        for rule, points in of_rule.items():
            mark = MarkStyle(FAINT, "-", "o") if rule in references else marks[rule]
            _draw_rule(axes, rule, mark, [p for p in points if p.wait.mean <= ends], efficient(points), best)
        shown = [p for points in of_rule.values() for p in points if p.wait.mean <= ends]
        shortest = min(p.wait.mean for p in shown)
        axes.set_xlim(shortest - 0.05 * (ends - shortest), ends + 0.1 * (ends - shortest))
        axes.set_ylim(0.0, 1.12 * POINTS * max(p.found.mean for p in shown))
        axes.set(xlabel="average wait to primary, minutes", ylabel="detection rate, %")
        axes.legend(loc="lower right", frameon=False, fontsize=FONT_PT - 1.0, handlelength=3.0)
        words = " ".join(f"{p.alternative}: {number(p.wait.mean)} min, {percent(p.found.mean)}." for p in best)
        _draw_intervals(axes, findings, best)
        title = f"{leader} has most of the efficient points: {len(points_of_rule(findings, leader))} of {len(best)}"
        return finish_chart(
            figure,
            "rules",
            title,
            words,
            _caption(findings),
            "predicted",
            subtitle=f"Average wait and detection rate of every alternative under every rule. {run_words(findings)}",
        )


def _draw_rule(
    axes: Axes,
    rule: str,
    mark: MarkStyle,
    points: Sequence[FrontierPoint],
    line: Sequence[FrontierPoint],
    best: Sequence[FrontierPoint],
) -> None:
    joined = [(p.wait.mean, POINTS * p.found.mean) for p in line]
    axes.plot(
        *zip(*joined, strict=True),
        color=mark.colour,
        ls=mark.dash,
        lw=1.0 if mark.colour == FAINT else 1.6,
        marker=mark.marker,
        ms=5,
        mfc="white",
        label=rule,
    )
    for point in points:
        kept = point in best
        axes.plot(
            point.wait.mean,
            POINTS * point.found.mean,
            marker=mark.marker,
            ms=8 if kept else 5,
            color=mark.colour,
            mfc=mark.colour if kept else "white",
            zorder=4,
        )


def _draw_intervals(axes: Axes, findings: Findings, best: Sequence[FrontierPoint]) -> None:
    """Draw what each efficient point waits beyond the first and finds, with intervals.

    Days that differ move all waits together, so that the interval of a single wait would tell nothing of the points.
    """
    for point in best:
        gap = difference_between(findings, WAIT, point.alternative, best[0].alternative)
        arms = [[gap.mean - gap.low], [gap.high - gap.mean]]
        rise = [[point.found.mean - point.found.low], [point.found.high - point.found.mean]]
        axes.errorbar(
            point.wait.mean,
            POINTS * point.found.mean,
            xerr=np.nan_to_num(arms),
            yerr=POINTS * np.nan_to_num(rise),
            fmt="none",
            ecolor=INK,
            lw=1.0,
            capsize=2,
            zorder=5,
        )


def longest_wait_shown(findings: Findings) -> float:
    """Return where the picture ends: what waits longer would squeeze the rest, minutes."""
    waits = [point.wait.mean for point in efficient_choices(findings)]
    return min(SHOWN_TIMES * max(waits), MIDDLE_TIMES * float(np.median(waits))) if waits else 1.0


def _caption(findings: Findings) -> str:
    """Return what the picture shows, and how many points lie beyond it."""
    ends, of_rule = longest_wait_shown(findings), points_by_rule(findings)
    beyond = {rule: sum(p.wait.mean > ends for p in points) for rule, points in of_rule.items()}
    words = (
        "Filled: efficient over all rules. Open: another alternative is better. Lines join a rule’s efficient points. "
    )
    words += f"Bars: {coverage_words(findings)}, of the wait as paired difference from the shortest efficient one."
    if references := reference_rules(findings):
        words += (
            f" Thin and grey: {listed(references)}, which this port’s officers could not staff; shown for comparison."
        )
    if total := sum(beyond.values()):
        words += f" {total} points wait longer than the chart shows; the tables have them."
    if gone := [rule for rule, count in beyond.items() if count and count == len(of_rule[rule])]:
        words += f" All of {listed(gone)} are among them."
    return words
