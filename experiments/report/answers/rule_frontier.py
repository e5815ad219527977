"""Alternatives crossed with several rules: the frontier of wait against loads found over all of them.

A study that crosses its alternatives (``crossed_with``, as ``experiment=frontier`` does with the rules that place
officers) has every alternative once under each rule. A point is *efficient* where no other one dominates it by the
means; references that nobody can choose are drawn beside the others and dominate nobody.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from experiments.comparison import metric_samples
from experiments.intervals import Difference, Sample, n_unequal, paired_difference
from experiments.number_format import listed, percent_with_span, with_span
from experiments.report.answers.claim import Lead
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND, WAIT, FrontierPoint
from experiments.report.standings import WORTH_DETECTION, WORTH_WAIT_MIN, standings_over_draws
from experiments.report.tables import share_span
from sim.arrays import BoolArray


def has_rules(findings: Findings) -> bool:
    """Return whether the study crosses its alternatives with several rules."""
    return len(findings.study.crossed_with) > 1


def split_name(findings: Findings, alternative: str) -> tuple[str, str]:
    """Return the rule that an alternative is crossed with, and what it is under every rule."""
    return findings.study.names.split(alternative, findings.study.crossed_with)


def under_rule(findings: Findings, rule: str, choice: str) -> str:
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
    """Return the efficient points of all rules together, references left out, the shortest wait first.

    A choice that fares alike under several rules, to the last truck, is one point: that of the first rule.
    """
    best: list[FrontierPoint] = []
    for point in efficient([p for p in findings.points if p.status not in ("unstable", "reference")]):
        if not any(_is_same(findings, point.alternative, kept.alternative) for kept in best):
            best.append(point)
    return best


def rules_of_point(findings: Findings, alternative: str) -> list[str]:
    """Return the rules under which a choice fares as this alternative does, to the last truck."""
    rivals = (p.alternative for p in findings.points if p.status not in ("unstable", "reference"))
    return [split_name(findings, name)[0] for name in rivals if _is_same(findings, name, alternative)]


def _is_same(findings: Findings, name: str, other: str) -> bool:
    """Return whether two alternatives are one choice with the same waits and finds in every replication."""
    if name == other:
        return True
    if split_name(findings, name)[1] != split_name(findings, other)[1]:
        return False
    samples = (_samples(findings, metric) for metric in (WAIT, LOADS_FOUND))
    return all(n_unequal(of_metric[name], of_metric[other]) == 0 for of_metric in samples)


def reference_rules(findings: Findings) -> list[str]:
    """Return the rules under which every point is a reference, as a port with people for every post."""
    of_rule = points_by_rule(findings)
    return [rule for rule, points in of_rule.items() if points and all(p.status == "reference" for p in points)]


def leading_rule(findings: Findings) -> str:
    """Return the rule that most efficient points have, of several the first; empty: no point is efficient."""
    rules = [rule for point in efficient_choices(findings) for rule in rules_of_point(findings, point.alternative)]
    return max(dict.fromkeys(rules), key=rules.count, default="")


def points_of_rule(findings: Findings, rule: str) -> list[FrontierPoint]:
    """Return the efficient points over all rules that a rule has, those that it shares with others among them."""
    best = {point.alternative: rules_of_point(findings, point.alternative) for point in efficient_choices(findings)}
    named = [under_rule(findings, rule, split_name(findings, n)[1]) for n, rules in best.items() if rule in rules]
    return [point for point in points_by_rule(findings).get(rule, []) if point.alternative in named]


def difference_between(findings: Findings, metric: str, name: str, other: str) -> Difference:
    """Return the paired difference of two alternatives, as both ran."""
    samples = _samples(findings, metric)
    return paired_difference(samples[name], samples[other], findings.study.coverage)


@functools.lru_cache(maxsize=4)
def _samples(findings: Findings, metric: str) -> dict[str, Sample]:
    return metric_samples(findings.metrics, metric, findings.strata)


def rule_frontier_answer(findings: Findings) -> Lead:
    """Return in a sentence what detecting most costs in wait by the rule that leads, also under a reference."""
    best, leader = efficient_choices(findings), leading_rule(findings)
    if not best:
        others = [name for name in findings.names if name != findings.study.baseline]
        text = "No alternative carries its load under any rule, so that there is no frontier."
        return _lead(findings, LOADS_FOUND, text, others[0], findings.study.baseline)
    mine = points_of_rule(findings, leader)
    count = f"{leader}, the rule with most efficient points ({len(mine)} of {len(best)})"
    low, high = mine[0], mine[-1]
    if low is high:
        text = f"On one roster, detecting {_place(findings, high)} is efficient under {count}{_kept(findings, high)}."
        return _lead(findings, LOADS_FOUND, text, high.alternative, findings.study.baseline)
    cost = with_span(difference_between(findings, WAIT, high.alternative, low.alternative), " min")
    text = (
        f"On one roster, detecting {_place(findings, high)} in place of {_place(findings, low)} costs {cost} of wait "
        f"under {count}{_apart(findings, low, high)}{_kept(findings, high)}.{_carried_apart(findings)}"
    )
    return _lead(findings, WAIT, text, high.alternative, low.alternative)


def _lead(findings: Findings, metric: str, text: str, name: str, other: str) -> Lead:
    """Return the lead of a difference between two points, as both ran."""
    gap = difference_between(findings, metric, name, other)
    sure = gap.low > 0.0 or gap.high < 0.0
    return Lead(text=text, alternative=name, against=other, metric=metric, gap=gap, sure=sure)


def _place(findings: Findings, point: FrontierPoint) -> str:
    return f"{percent_with_span(point.found)} of loads ({split_name(findings, point.alternative)[1]})"


def _apart(findings: Findings, low: FrontierPoint, high: FrontierPoint) -> str:
    """Return what the same step costs under the first rule that is a reference."""
    names = [split_name(findings, point.alternative)[1] for point in (low, high)]
    for rule in reference_rules(findings):
        ends = [under_rule(findings, rule, name) for name in names]
        if not any(end in findings.unstable for end in ends):
            cost = with_span(difference_between(findings, WAIT, ends[1], ends[0]), " min")
            return f", and {cost} under {rule}"
    return ""


def _kept(findings: Findings, point: FrontierPoint) -> str:
    words = draws_words(findings, point.alternative)
    return f"; the former stays efficient in {words} sets of assumptions" if words else ""


def _carried_apart(findings: Findings) -> str:
    """Return which choices carry their load under the first reference and under no rule; empty: there are none."""
    rules = [rule for rule in findings.study.crossed_with if rule not in reference_rules(findings)]
    for reference in reference_rules(findings):
        alone = [
            choice
            for choice in dict.fromkeys(split_name(findings, name)[1] for name in findings.names)
            if under_rule(findings, reference, choice) not in findings.unstable
            and all(under_rule(findings, rule, choice) in findings.unstable for rule in rules)
        ]
        if alone:
            return f" No rule carries the load of {listed(alone)}, as {reference} does."
    return ""


def draws_words(findings: Findings, alternative: str) -> str:
    """Return in how many of the redrawn sets of assumptions an alternative is not dominated; empty: not known."""
    if findings.redrawn is None:
        return ""
    for standing in standings_over_draws(findings.redrawn, findings.study.baseline):
        if standing.alternative == alternative and standing.undominated[1]:
            k, n = standing.undominated
            return f"{k} of {n} {share_span(standing.interval('undominated'))}"
    return ""
