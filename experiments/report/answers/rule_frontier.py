"""Alternatives crossed with several rules: the frontier of wait against loads found over all of them.

A study that crosses its alternatives (``crossed_with``, as ``experiment=frontier`` does with the rules that place
officers) has every alternative once under each rule. A point is *efficient* where no other one dominates it by the
means; references that nobody can choose are drawn beside the others and dominate nobody.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np

from experiments.comparison import metric_samples
from experiments.intervals import Difference, IntervalEstimate, paired_difference
from experiments.number_format import NONE, number, percent, percent_with_span, signed, span, with_span
from experiments.page_templates import Cell, Table, page_table
from experiments.report.answers.claim import Lead
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND, WAIT, FrontierPoint
from experiments.report.standings import WORTH_DETECTION, WORTH_WAIT_MIN, standings_over_draws
from experiments.report.tables import share_span
from sim.arrays import BoolArray

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
    return f"{with_span(found, scale=POINTS)} points more loads detected cost {with_span(wait, ' min')} of average wait"


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
    heads = ["rule", "scanned", "examined", "average wait, min", "detection rate"]
    heads += ["wait from the last, min", "detected beyond the last, points"]
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
