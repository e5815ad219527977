"""One roster in words: which rule places its officers best, and what more officers bring under each rule.

Rules are compared at the same officer hours, which a roster fixes, and at the same average wait: alternatives that miss
the baseline's wait are run again with the scan share at which they meet it (`experiments.execution.tuning`).
"""

from __future__ import annotations

import dataclasses
from typing import Final, NamedTuple

from experiments.comparison import metric_samples
from experiments.execution.officer_gains import OfficerGain
from experiments.intervals import Difference, holm_adjusted, paired_difference
from experiments.number_format import listed, number, percent, percent_with_span, signed, span, with_span
from experiments.page_templates import Cell, Table, page_table
from experiments.report.answers.claim import Lead
from experiments.report.answers.differences import HOURS, baseline_difference, holm_verdict, lead_on, overloaded_words
from experiments.report.answers.rule_frontier import has_rules, reference_rules, split_name
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND, WAIT, LevelComparison
from sim.scenario import Scenario, replace_parts

POINTS: Final = 100.0
WORTH_SAYING_MIN: Final = 0.05
"""Smaller changes of an average wait print as zero."""
WORTH_SAYING_POINTS: Final = 0.05


def varies_rule(findings: Findings) -> bool:
    """Return whether the alternatives differ in nothing but the rule that places officers.

    One without a roster may stand beside them, to show what people for every post would change.
    """
    if has_rules(findings):
        return False
    scenarios = findings.study.alternatives.values()
    rules = {s.staffing.roster.rule for s in scenarios if s.staffing.roster is not None}
    first, *others = (_without_rule(scenario) for scenario in scenarios)
    return len(rules) > 1 and all(other == first for other in others)


def _without_rule(scenario: Scenario) -> Scenario:
    return replace_parts(scenario, staffing=dataclasses.replace(scenario.staffing, roster=None))


def rule_answer(findings: Findings) -> Lead:
    """Return which rule finds most at the baseline's officer hours and wait, and how long all rules wait as asked."""
    base = findings.study.baseline
    hours = number(findings.interval(base, HOURS).mean / findings.study.days, 0)
    wait = with_span(findings.interval(base, WAIT), " min")
    head = f"At the {hours} officer hours a day of one roster and the average wait of {base}, {wait}, "
    others = [name for name in _rosters(findings) if name != base]
    nearest = max(others, key=lambda name: findings.interval(name, LOADS_FOUND).mean)
    return lead_on(findings, nearest, LOADS_FOUND, f"{head}{_most(findings, nearest)}; {_waits(findings)}.")


def _rosters(findings: Findings) -> list[str]:
    return [name for name, scenario in findings.study.alternatives.items() if scenario.staffing.roster is not None]


def _most(findings: Findings, nearest: str) -> str:
    levels = [level for level in findings.levels.get(WAIT, []) if level.alternative in _rosters(findings)]
    equal = [level for level in levels if level.equal and level.found_gap is not None]
    sure = [level for level in equal if level.sure(findings.alpha) and _gain(level) > 0.0]
    base = percent_with_span(findings.interval(findings.study.baseline, LOADS_FOUND))
    if sure:
        best = max(sure, key=_gain)
        gap = best.found_gap
        assert gap is not None  # noqa: S101  those without one are left out
        setting = f" (set to {best.setting})" if best.setting else ""
        return (
            f"most is detected with {best.alternative}{setting}: {percent(best.found.mean)} of loads, "
            f"{with_span(gap, scale=POINTS)} points more than with {findings.study.baseline}"
        )
    words = f"no rule that meets it clearly detects more than {findings.study.baseline} ({base} of loads)"
    return f"{words}, nearest {nearest}"


def _gain(level: LevelComparison) -> float:
    return 0.0 if level.found_gap is None else level.found_gap.mean


def _waits(findings: Findings) -> str:
    """Return what every other rule waits at the baseline's scan share."""
    parts = []
    for name in findings.names:
        if name == findings.study.baseline:
            continue
        if name in findings.unstable:
            parts.append(overloaded_words(findings, name))
            continue
        gap = baseline_difference(findings, name, WAIT)
        sure = holm_verdict(findings, name, WAIT) in ("higher", "lower") and abs(gap.mean) >= WORTH_SAYING_MIN
        change = with_span(gap.size(), f" min {'longer' if gap.mean > 0.0 else 'shorter'}") if sure else "as long"
        parts.append(f"{name} {change}")
    return f"as asked, waits are under {listed(parts)}"


class MoreOfficers(NamedTuple):
    """An alternative, and the same one with more officers on every shift."""

    few: str
    many: str
    officers: int


def officer_pairs(findings: Findings) -> list[MoreOfficers]:
    """Return the alternatives, under one rule each, that differ in the number of officers alone."""
    rosters = {n: s for n, s in findings.study.alternatives.items() if s.staffing.roster is not None}
    plain = {name: _with_extra(scenario, 0) for name, scenario in rosters.items()}
    pairs = []
    for few, fewer in rosters.items():
        for many, more in rosters.items():
            officers = _extra(more) - _extra(fewer)
            if officers > 0 and plain[few] == plain[many]:
                pairs.append(MoreOfficers(few, many, officers))
    return pairs


def _extra(scenario: Scenario) -> int:
    return 0 if scenario.staffing.roster is None else scenario.staffing.roster.extra_officers


def _with_extra(scenario: Scenario, officers: int) -> Scenario:
    assert scenario.staffing.roster is not None  # noqa: S101  asked of rosters only
    roster = dataclasses.replace(scenario.staffing.roster, extra_officers=officers)
    return replace_parts(scenario, staffing=dataclasses.replace(scenario.staffing, roster=roster))


def adds_officers(findings: Findings) -> bool:
    """Return whether a study crosses more officers with rules: under each rule some alternative has a pair."""
    if not has_rules(findings):
        return False
    rules = {split_name(findings, pair.few)[0] for pair in officer_pairs(findings)}
    return rules == set(findings.study.crossed_with) - set(reference_rules(findings))


def officers_answer(findings: Findings) -> Lead:
    """Return what more officers take off the wait and find more, under every rule and for every pair."""
    pairs = officer_pairs(findings)
    hours = _gap(findings, HOURS, pairs[0]).mean / findings.study.days
    changes = {metric: _sure_changes(findings, metric, pairs) for metric in (WAIT, LOADS_FOUND)}
    by_point: dict[str, list[str]] = {}
    for place, pair in enumerate(pairs):
        rule, point = split_name(findings, pair.few)
        words = _brings(findings, pair, changes[WAIT][place], changes[LOADS_FOUND][place])
        by_point.setdefault(point, []).append(f"under {rule} {words}")
    told = "; ".join(f"at {point} {listed(parts)}" for point, parts in by_point.items())
    gaps = [_gap(findings, WAIT, pair) for pair in pairs]
    place = min(range(len(pairs)), key=lambda at: gaps[at].mean)
    return Lead(
        text=f"{pairs[0].officers} officers more on every shift, {number(hours, 0)} officer hours a day: {told}.",
        alternative=pairs[place].many,
        against=pairs[place].few,
        metric=WAIT,
        gap=gaps[place],
        sure=changes[WAIT][place] is not None,
    )


def _sure_changes(findings: Findings, metric: str, pairs: list[MoreOfficers]) -> list[Difference | None]:
    """Return each pair's change of a metric; None where it is not sure for all pairs at once (Holm)."""
    gaps = [_gap(findings, metric, pair) for pair in pairs]
    adjusted = holm_adjusted([gap.p_value for gap in gaps])
    return [gap if p <= findings.alpha else None for gap, p in zip(gaps, adjusted, strict=True)]


def _brings(findings: Findings, pair: MoreOfficers, wait: Difference | None, loads: Difference | None) -> str:
    for name in (pair.few, pair.many):
        if name in findings.unstable:
            return f"nothing that can be told, because {overloaded_words(findings, name)}"
    parts = []
    if wait is not None and abs(wait.mean) >= WORTH_SAYING_MIN:
        parts.append(with_span(wait.size(), f" min {'more' if wait.mean > 0.0 else 'less'} wait"))
    if loads is not None and abs(POINTS * loads.mean) >= WORTH_SAYING_POINTS:
        size = with_span(loads.size(), " points", scale=POINTS)
        parts.append(f"{size} {'more' if loads.mean > 0.0 else 'fewer'} loads detected")
    return listed(parts) or "no clear change"


def _gap(findings: Findings, metric: str, pair: MoreOfficers) -> Difference:
    samples = metric_samples(findings.metrics, metric, findings.strata)
    return paired_difference(samples[pair.many], samples[pair.few], findings.study.coverage)


def officers_table(findings: Findings) -> Table | None:
    """Return what one more officer at each hour of a weekday changes, by rule; None: not asked, or no roster."""
    if not findings.officers:
        return None
    rules = list(dict.fromkeys(gain.rule for gain in findings.officers))
    cells = {(gain.rule, gain.from_h): _officer_cell(gain, findings.alpha) for gain in findings.officers}
    rows = [
        (_hour_words(hour), [cells[rule, hour] for rule in rules])
        for hour in dict.fromkeys(gain.from_h for gain in findings.officers)
    ]
    return page_table("One more officer at each hour", "hour", [_rule_words(rule) for rule in rules], rows)


def _rule_words(rule: str) -> str:
    return rule.replace("_", " ").capitalize()


def _hour_words(hour: int) -> str:
    """Return an hour of the day.

    Examples
    --------
    >>> _hour_words(7), _hour_words(25)
    ('7–8 h', '1–2 h, night after')
    """
    return f"{hour % 24}–{hour % 24 + 1} h{', night after' if hour >= 24 else ''}"


def _officer_cell(gain: OfficerGain, alpha: float) -> Cell:
    """Return the change of the average wait, and beneath its interval and that of loads found."""
    wait, found = (gain.gaps[metric] for metric in (WAIT, LOADS_FOUND))
    sure = gain.is_sure(WAIT, alpha)
    below = f"{span(wait, 1.0, 2)}; detected {signed(POINTS * found.mean, 2)} points"
    return Cell(f"{signed(wait.mean, 2)} min{' *' if sure else ''}", below, look="sure" if sure else "")


def officers_words(findings: Findings) -> str:
    """Return in a sentence at which hour and by which rule one more officer brings most; empty: not asked."""
    if not findings.officers:
        return ""
    sure = [gain for gain in findings.officers if gain.is_sure(WAIT, findings.alpha) and gain.gaps[WAIT].mean < 0.0]
    if not sure:
        return (
            "Beside one more in half of the other hours, one more officer clearly shortens the average wait at no hour "
            "and by no rule."
        )
    best = min(sure, key=lambda gain: gain.gaps[WAIT].mean)
    return (
        "Beside one more in half of the other hours, "
        f"one more officer brings most from {_hour_words(best.from_h)} under {_rule_words(best.rule).lower()}: "
        f"{with_span(best.gaps[WAIT].size(), ' min', digits=2)} less average wait."
    )
