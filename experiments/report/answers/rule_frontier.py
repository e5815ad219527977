"""Alternatives crossed with several rules: the frontier of wait against loads found over all of them.

A study that crosses its alternatives (``crossed_with``, as ``experiment=frontier`` does with the rules that place
officers) has every alternative once under each rule. A point is *efficient* where no other one dominates it by the
means; references that nobody can choose are drawn beside the others and dominate nobody.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go

from experiments.comparison import metric_samples
from experiments.intervals import Difference, IntervalEstimate, paired_difference
from experiments.number_format import NONE, listed, number, percent, percent_with_span, signed, span, with_span
from experiments.page_templates import Cell, Table, page_table
from experiments.report.answers.claim import Lead
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND, WAIT, FrontierPoint
from experiments.report.plotly_style import GREY, MarkStyle, PointLabel, add_labels, alternative_marks, blank_figure
from experiments.report.standings import WORTH_DETECTION, WORTH_WAIT_MIN, standings_over_draws
from experiments.report.tables import share_span
from sim.arrays import BoolArray

HEIGHT_PX: Final = 560
SHOWN_TIMES: Final = 1.3
MIDDLE_TIMES: Final = 2.0
"""The picture ends at the longest wait of an efficient point times the first, or the middle one's times the second."""
POINTS: Final = 100.0


def has_rules(findings: Findings) -> bool:
    """Return whether the study crosses its alternatives with several rules."""
    return len(findings.study.crossed_with) > 1


def split_name(findings: Findings, alternative: str) -> tuple[str, str]:
    """Return the rule that an alternative is crossed with, and what it is under every rule."""
    return findings.study.names.split(alternative, findings.study.crossed_with)


def _under_rule(findings: Findings, rule: str, choice: str) -> str:
    """Return the alternative that is this choice under that rule."""
    return next(name for name in findings.names if split_name(findings, name) == (rule, choice))


def points_by_rule(findings: Findings) -> dict[str, list[FrontierPoint]]:
    """Return the points of each rule that carry their load, the shortest wait first."""
    found: dict[str, list[FrontierPoint]] = {rule: [] for rule in findings.study.crossed_with}
    for point in sorted(findings.points, key=lambda p: p.wait.mean):
        if point.status != "unstable":
            found[split_name(findings, point.alternative)[0]].append(point)
    return found


def efficient(points: Sequence[FrontierPoint]) -> list[FrontierPoint]:
    """Return the points that no other one dominates by its means, the shortest wait first.

    As in the redraws, another one dominates that waits `WORTH_WAIT_MIN` less or finds `WORTH_DETECTION` more, unless it
    is as much worse in the other respect.
    """
    wait, found = (np.array([getattr(p, name).mean for p in points]) for name in ("wait", "found"))
    shorter, longer = wait[:, None] <= wait - WORTH_WAIT_MIN, wait[:, None] > wait + WORTH_WAIT_MIN
    more, fewer = found[:, None] >= found + WORTH_DETECTION, found[:, None] < found - WORTH_DETECTION
    beaten: BoolArray = np.any((shorter & ~fewer) | (more & ~longer), axis=0)
    best = [point for point, is_beaten in zip(points, beaten, strict=True) if not is_beaten]
    return sorted(best, key=lambda p: p.wait.mean)


def efficient_choices(findings: Findings) -> list[FrontierPoint]:
    """Return the efficient points of all rules together, references left out."""
    return efficient([p for p in findings.points if p.status not in ("unstable", "reference")])


def reference_rules(findings: Findings) -> list[str]:
    """Return the rules under which every point is a reference, as a port with people for every post."""
    of_rule = points_by_rule(findings)
    return [rule for rule, points in of_rule.items() if points and all(p.status == "reference" for p in points)]


def leading_rule(findings: Findings) -> str:
    """Return the rule that most efficient points have, of several the first; empty: no point is efficient."""
    rules = [split_name(findings, point.alternative)[0] for point in efficient_choices(findings)]
    return max(dict.fromkeys(rules), key=rules.count, default="")


def _gap(findings: Findings, metric: str, name: str, other: str) -> Difference:
    samples = metric_samples(findings.metrics, metric, findings.strata)
    return paired_difference(samples[name], samples[other], findings.study.coverage)


def rule_frontier_answer(findings: Findings) -> Lead:
    """Return in a sentence which rule leads, and what its efficient points cost in wait, also under a reference."""
    best, leader = efficient_choices(findings), leading_rule(findings)
    if not best:
        others = [name for name in findings.names if name != findings.study.baseline]
        text = "No alternative carries its load under any rule, so that there is no frontier."
        return _lead(findings, text, others[0], findings.study.baseline)
    mine = [point for point in best if split_name(findings, point.alternative)[0] == leader]
    rules = [rule for rule in findings.study.crossed_with if rule not in reference_rules(findings)]
    head = f"Of {len(rules)} rules, {leader} has {len(mine)} of the {len(best)} efficient points"
    low, high = mine[0], mine[-1]
    if low is high:
        text = f"{head}: {_place(findings, low)}{_kept(findings, high)}."
        return _lead(findings, text, high.alternative, findings.study.baseline)
    step = _step(findings, low.alternative, high.alternative)
    text = (
        f"{head}: from {_place(findings, low)} to {_place(findings, high)}, {step}"
        f"{_apart(findings, low, high)}{_kept(findings, high)}."
    )
    return _lead(findings, text, high.alternative, low.alternative)


def _lead(findings: Findings, text: str, name: str, other: str) -> Lead:
    """Return the lead of a difference in loads found between two points, as both ran."""
    gap = _gap(findings, LOADS_FOUND, name, other)
    sure = gap.low > 0.0 or gap.high < 0.0
    return Lead(text=text, alternative=name, against=other, metric=LOADS_FOUND, gap=gap, sure=sure)


def _place(findings: Findings, point: FrontierPoint) -> str:
    name = split_name(findings, point.alternative)[1]
    return f"{name} ({percent_with_span(point.found)} of loads at {with_span(point.wait, ' min')})"


def _step(findings: Findings, low: str, high: str) -> str:
    wait, found = (_gap(findings, metric, high, low) for metric in (WAIT, LOADS_FOUND))
    return f"{with_span(found, scale=POINTS)} points more loads found cost {with_span(wait, ' min')} of average wait"


def _apart(findings: Findings, low: FrontierPoint, high: FrontierPoint) -> str:
    """Return what the same step costs under the first rule that is a reference."""
    names = [split_name(findings, point.alternative)[1] for point in (low, high)]
    for rule in reference_rules(findings):
        ends = [_under_rule(findings, rule, name) for name in names]
        if not any(end in findings.unstable for end in ends):
            return f"; under {rule} it costs {with_span(_gap(findings, WAIT, ends[1], ends[0]), ' min')}"
    return ""


def _kept(findings: Findings, point: FrontierPoint) -> str:
    words = _draws(findings, point.alternative)
    return (
        f"; {split_name(findings, point.alternative)[1]} stays efficient in {words} sets of assumptions"
        if words
        else ""
    )


def _draws(findings: Findings, alternative: str) -> str:
    """Return in how many of the redrawn sets of assumptions an alternative is not dominated; empty: not known."""
    if findings.redrawn is None:
        return ""
    for standing in standings_over_draws(findings.redrawn, findings.study.baseline):
        if standing.alternative == alternative and standing.undominated[1]:
            k, n = standing.undominated
            return f"{k} of {n} {share_span(standing.interval('undominated'))}"
    return ""


def rule_frontier_table(findings: Findings) -> Table | None:
    """Return the efficient points of all rules, the shortest wait first; None: the study crosses no rules.

    Steps are paired differences from the point before; so is what the same alternative waits under a reference.
    """
    if not has_rules(findings):
        return None
    references = reference_rules(findings)
    heads = ["rule", "scanned", "opened", "average wait, min", "loads found"]
    heads += ["wait from the last, min", "found from the last, points"]
    heads += [*(f"wait against {rule}, min" for rule in references), "efficient when redrawn"]
    best = efficient_choices(findings)
    rows = []
    for before, point in itertools.pairwise([None, *best]):
        assert point is not None  # noqa: S101  only the first of all is missing
        rows.append((split_name(findings, point.alternative)[1], _cells(findings, point, before, references)))
    return page_table("Efficient alternatives over all rules", "alternative", heads, rows)


def _cells(
    findings: Findings, point: FrontierPoint, before: FrontierPoint | None, references: Sequence[str]
) -> list[str | Cell]:
    name = point.alternative
    rule, own = split_name(findings, name)
    steps: list[str | Cell] = [NONE, NONE]
    if before is not None:
        gaps = (_gap(findings, metric, name, before.alternative) for metric in (WAIT, LOADS_FOUND))
        steps = [_difference(gap, scale) for gap, scale in zip(gaps, (1.0, POINTS), strict=True)]
    apart: list[str | Cell] = []
    for reference in references:
        other = _under_rule(findings, reference, own)
        apart.append("unstable" if other in findings.unstable else _difference(_gap(findings, WAIT, name, other)))
    return [
        rule,
        *(Cell(percent(share.mean), span(share, POINTS)) for share in _shares(findings, name)),
        Cell(number(point.wait.mean), span(point.wait)),
        Cell(percent(point.found.mean), span(point.found, POINTS)),
        *steps,
        *apart,
        _draws(findings, name) or NONE,
    ]


def _shares(findings: Findings, name: str) -> list[IntervalEstimate]:
    return [findings.interval(name, metric) for metric in ("scan_rate", "exam_rate")]


def _difference(gap: Difference, scale: float = 1.0) -> Cell:
    return Cell(signed(scale * gap.mean), span(gap, scale))


def rule_frontier_figure(findings: Findings) -> go.Figure:
    """Average wait against loads found, a line through the efficient points of each rule; references in thin grey."""
    of_rule, best = points_by_rule(findings), efficient_choices(findings)
    figure = blank_figure("average wait to primary, minutes", "loads found, %", HEIGHT_PX)
    references, marks = reference_rules(findings), alternative_marks(list(of_rule))
    shown_to = longest_wait_shown(findings)
    labels: list[PointLabel] = []
    leader = leading_rule(findings)
    for rule, points in of_rule.items():
        mark = MarkStyle(GREY, "solid", "circle") if rule in references else marks[rule]
        line = efficient(points)
        _add_rule(figure, findings, (rule, mark), points, line, best)
        if seen := [point for point in line if point.wait.mean <= shown_to]:
            labels.append(PointLabel(rule, seen[-1].wait.mean, POINTS * seen[-1].found.mean, bold=rule == leader))
    top = 1.12 * POINTS * max((p.found.mean for p in findings.points), default=1.0) or 1.0
    shortest = min((p.wait.mean for points in of_rule.values() for p in points), default=0.0)
    room = 0.3 * (shown_to - shortest)  # for the names at the right
    figure.update_yaxes(range=[0, top])
    figure.update_xaxes(range=[shortest - 0.05 * (shown_to - shortest), shown_to + room])
    add_labels(figure, labels, top)
    return figure


def _add_rule(
    figure: go.Figure,
    findings: Findings,
    rule: tuple[str, MarkStyle],
    points: Sequence[FrontierPoint],
    line: Sequence[FrontierPoint],
    best: Sequence[FrontierPoint],
) -> None:
    name, mark = rule
    figure.add_scatter(
        x=[p.wait.mean for p in line],
        y=[POINTS * p.found.mean for p in line],
        mode="lines",
        line={"color": mark.colour, "dash": mark.dash, "width": 1.0 if mark.colour == GREY else 1.8},
        name=name,
        hoverinfo="skip",
    )
    for kept, symbol, size in ((False, f"{mark.symbol}-open", 6), (True, mark.symbol, 11)):
        mine = [p for p in points if (p in best) is kept]
        bars = {}
        if kept:
            bars = {"error_x": _bars(p.wait for p in mine), "error_y": _bars((p.found for p in mine), POINTS)}
        figure.add_scatter(
            x=[p.wait.mean for p in mine],
            y=[POINTS * p.found.mean for p in mine],
            mode="markers",
            marker={"symbol": symbol, "size": size, "color": mark.colour, "line": {"width": 1.2, "color": mark.colour}},
            name=name,
            customdata=[
                [split_name(findings, p.alternative)[1], span(p.wait), span(p.found, POINTS), p.words()] for p in mine
            ],
            hovertemplate=(
                f"<b>{name}</b>, %{{customdata[0]}}<br>wait %{{x:.1f}} min %{{customdata[1]}}"
                "<br>found %{y:.1f} % %{customdata[2]}<br>%{customdata[3]}<extra></extra>"
            ),
            **bars,
        )


def _bars(intervals: Iterable[IntervalEstimate], scale: float = 1.0) -> dict[str, object]:
    halves = [scale * (interval.high - interval.mean) for interval in intervals]
    return {
        "type": "data",
        "array": [half if np.isfinite(half) else 0.0 for half in halves],
        "thickness": 1.2,
        "width": 4,
    }


def longest_wait_shown(findings: Findings) -> float:
    """Return where the picture ends: what waits longer would squeeze the rest, minutes."""
    waits = [point.wait.mean for point in efficient_choices(findings)]
    return min(SHOWN_TIMES * max(waits), MIDDLE_TIMES * float(np.median(waits))) if waits else 1.0


def rule_frontier_caption(findings: Findings) -> str:
    """Return what the picture shows, and how many points lie beyond it."""
    ends, of_rule = longest_wait_shown(findings), points_by_rule(findings)
    beyond = {rule: sum(p.wait.mean > ends for p in points) for rule, points in of_rule.items()}
    words = "Filled, with intervals: efficient over all rules. Open: dominated. Lines join a rule's efficient points."
    if references := reference_rules(findings):
        words += (
            f" Thin and grey: {listed(references)}, which this port's officers could not staff; it dominates nobody."
        )
    if total := sum(beyond.values()):
        words += f" {total} points wait longer than the picture shows; the tables have them."
    if gone := [rule for rule, count in beyond.items() if count and count == len(of_rule[rule])]:
        words += f" All of {listed(gone)} are among them."
    return words


def describe_rule_frontier(findings: Findings) -> str:
    """Return the picture in words: the answer, and every efficient point."""
    points = (
        f"{point.alternative}: {number(point.wait.mean)} min, {percent(point.found.mean)}."
        for point in efficient_choices(findings)
    )
    return f"Average wait against loads found under every rule. {rule_frontier_answer(findings)} {' '.join(points)}"
