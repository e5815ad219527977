"""The answer in a sentence, built from the numbers and claiming no more than their intervals do."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence

import numpy as np

from experiments.intervals import KIND_WORDS, Difference
from experiments.number_format import listed, percent, percent_with_span, span, wait_difference_words, with_span
from experiments.report.answers.claim import Answer, Description, Lead, answer_of
from experiments.report.answers.differences import baseline_difference, holm_verdict, is_sure, lead_on, overloaded_words
from experiments.report.answers.equipment import equipment_answer, varies_equipment
from experiments.report.answers.insiders import insider_answer, varies_insiders
from experiments.report.answers.lanes import (
    fast_lane_answer,
    lane_response_answer,
    varies_fast_lanes,
    varies_lane_response,
)
from experiments.report.answers.posts import staffing_answer, varies_staffing
from experiments.report.answers.rosters import adds_officers, officers_answer, rule_answer, varies_rule
from experiments.report.answers.rule_frontier import has_rules, rule_frontier_answer
from experiments.report.equivalents import portal_equivalent_clause
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND, WAIT, LevelComparison
from experiments.study.display_names import lower_first

SPECIAL_ANSWERS = (
    (adds_officers, officers_answer),
    (varies_rule, rule_answer),
    (has_rules, rule_frontier_answer),
    (varies_insiders, insider_answer),
    (varies_staffing, staffing_answer),
    (varies_lane_response, lane_response_answer),
    (varies_fast_lanes, fast_lane_answer),
    (varies_equipment, equipment_answer),
)
"""Forms for other questions than who finds more at equal scan share; the first that fits."""
WORTH_SAYING_MIN = 0.1
"""Smaller differences of a mean wait, however sure, decide nothing."""
WORTH_LEADING_MIN = 0.5
"""A wait that is surely shorter by this much leads the answer where loads found are alike."""
MOST_NAMED = 4
"""Alternatives whose waits are told in the answer."""
WORTH_LEADING_SHARE = 0.002
"""Smaller differences in the share of loads found are not worth leading with."""


def comparison_answer(findings: Findings) -> Answer:
    """Return the answer: a headline with its claim, why there is none, or of one alternative what it does.

    The claim is who finds more without scanning more, else who waits less; where an alternative cannot carry its load
    and nobody finds more, how many trucks got through.
    """
    if len(findings.names) == 1:
        return Description(findings.sentences(_in_its_year(findings, _alone(findings))))
    return answer_of(lead_of(findings), findings.redrawn, findings.study.coverage, findings.study.days)


@functools.lru_cache(maxsize=4)
def lead_of(findings: Findings) -> Lead:
    """Return what the answer of a comparison rests on, and its sentence."""
    lead = _lead(findings)
    return dataclasses.replace(lead, text=findings.sentences(_in_its_year(findings, lead.text)))


def _in_its_year(findings: Findings, text: str) -> str:
    if findings.study.calendar == "year":
        return f"Over the year {findings.study.start_date[:4]}, {lower_first(text)}"
    return text


def _lead(findings: Findings) -> Lead:
    special = next((answer for applies, answer in SPECIAL_ANSWERS if applies(findings)), None)
    if special is not None and findings.study.baseline not in findings.unstable:
        return special(findings)
    if not findings.unstable:
        return _compared(findings)
    if findings.study.baseline in findings.unstable or not _better(findings):
        return _through(findings)
    lead = _compared(findings)
    return dataclasses.replace(lead, text=f"{lead.text} {_overload(findings)}")


def _compared(findings: Findings) -> Lead:
    if better := _better(findings):
        return _gain(findings, _leader(better))
    if shorter := _shorter(findings):
        return lead_on(findings, shorter, WAIT, _wait_gain(findings, shorter))
    rivals = [share for share in findings.shares if share.found_gap is not None]
    return _nothing_better(findings, rivals) if rivals else _outright(findings)


def _leader(better: Sequence[LevelComparison]) -> LevelComparison:
    """Return who gains most; of those that are as good, one that ran as it was asked for."""
    gains = [share.found.mean if share.found_gap is None else share.found_gap.mean for share in better]
    near = [s for s, gain in zip(better, gains, strict=True) if gain >= max(gains) - WORTH_LEADING_SHARE]
    return max([share for share in near if not share.setting] or near, key=lambda share: share.found.mean)


def _lead_at_share(findings: Findings, share: LevelComparison, text: str, *, sure: bool) -> Lead:
    """Return the lead of a difference in loads found, at equal scan share where there is one."""
    if share.found_gap is None:
        return dataclasses.replace(lead_on(findings, share.alternative, LOADS_FOUND, text), sure=sure)
    return Lead(
        text=text,
        alternative=share.alternative,
        against=findings.study.baseline,
        metric=LOADS_FOUND,
        gap=share.found_gap,
        sure=sure,
        equal_share=True,
    )


def _base(findings: Findings) -> LevelComparison:
    return next(s for s in findings.shares if s.alternative == findings.study.baseline)


def _better(findings: Findings) -> list[LevelComparison]:
    """Return who surely finds more loads than the baseline: at equal scan share, else at less.

    Differences too small to decide anything are left out, however sure they are.
    """
    base = _base(findings)
    equal = [share for share in findings.shares if share.found_gap is not None]
    sure = [s for s in equal if s.sure(findings.alpha) and s.found_gap and s.found_gap.mean >= WORTH_LEADING_SHARE]
    return sure or [
        share
        for share in findings.shares
        if not share.equal
        and share.scanned.mean <= base.scanned.mean
        and share.found.mean - base.found.mean >= WORTH_LEADING_SHARE
        and _finds_more(findings, share)
    ]


def _shorter(findings: Findings) -> str | None:
    """Return who surely shortens the mean wait most, as asked, while finding as many loads."""
    gaps = {
        name: _wait_gap(findings, name).mean
        for name in findings.names
        if findings.row(name, "wait_mean_min")["holm_verdict"] == "lower"
        and float(findings.row(name, "detection_expected")["difference"]) > -WORTH_LEADING_SHARE
    }
    worth = [name for name in gaps if gaps[name] <= -WORTH_LEADING_MIN]
    return min(worth, key=lambda name: gaps[name], default=None)


def _wait_gain(findings: Findings, name: str) -> str:
    base, wait = findings.study.baseline, findings.interval(name, "wait_mean_min")
    finds, against = (percent_with_span(findings.interval(n, "detection_expected")) for n in (name, base))
    return (
        f"Under {name} trucks wait {with_span(wait, ' min')} on average, {_wait_change(_wait_gap(findings, name))} "
        f"than under {base}{_others(findings, name)}; detection rates are alike ({finds} against {against})."
    )


def _wait_change(gap: Difference) -> str:
    return wait_difference_words(gap).replace("the average wait is ", "")


def _others(findings: Findings, leader: str) -> str:
    rivals = [n for n in findings.names if n not in (leader, findings.study.baseline)]
    said = _sure_waits(findings, {n: _wait_gap(findings, n) for n in rivals if n not in findings.unstable})
    return f" ({said})" if said else ""


def _finds_more(findings: Findings, share: LevelComparison) -> bool:
    return holm_verdict(findings, share.alternative, "detection_expected") == "higher"


def _wait_gap(findings: Findings, name: str) -> Difference:
    return baseline_difference(findings, name, "wait_mean_min")


def _gain(findings: Findings, leader: LevelComparison) -> Lead:
    base, name = _base(findings), leader.alternative
    gap = leader.wait_gap if leader.equal else _wait_gap(findings, name)
    wait = wait_difference_words(gap) if gap else "their waits cannot be compared"
    turned = f" (set to {leader.setting})" if leader.setting else ""
    finds = f"{percent(leader.found.mean)} of loads {span(leader.found, 100.0)} are detected"
    against = f"{percent_with_span(base.found)} with {base.alternative}"
    if leader.equal:
        head = f"At equal scan share ({percent(base.scanned.mean, 0)}), {finds} with {name}{turned}"
        text = f"{head} against {against}; {wait}{portal_equivalent_clause(findings, name)}."
    else:
        head = f"With {name}, scanning {percent(leader.scanned.mean)} of trucks, {finds}"
        text = f"{head} against {against}, scanning {percent(base.scanned.mean)}; {wait}."
    return _lead_at_share(findings, leader, text, sure=True)


def _alone(findings: Findings) -> str:
    name = findings.names[0]
    finds, scans = (findings.interval(name, m) for m in ("detection_expected", "scan_rate"))
    if np.isnan(scans.mean):
        return f"Under {name} no truck was admitted: none came, or the port turned all of them away."
    found_words = f"{percent(scans.mean)} of trucks are scanned and {percent_with_span(finds)} of loads detected"
    if np.isfinite(finds.low):
        found_words += f" ({percent(findings.study.coverage, 0)} intervals {KIND_WORDS['replications']})"
    if name in findings.unstable:
        return f"{_overload(findings)} {found_words[0].upper()}{found_words[1:]}."
    wait, p95 = (findings.interval(name, m) for m in ("wait_mean_min", "crossing_p95_min"))
    return (
        f"Under {name} trucks wait {with_span(wait, ' min')} on average and 95% cross within "
        f"{with_span(p95, ' min', digits=0)}; {found_words}."
    )


def _through(findings: Findings) -> Lead:
    """Say of every alternative how many trucks got through and how many stood in line."""
    parts = []
    for name in findings.names:
        out, inside = _out_and_inside(findings, name)
        parts.append(f"{out} get through under {name} and {inside} are left in line")
    days = findings.study.days
    when = "In a day" if days == 1 else f"In {days} days"
    text = f"{when} {'; '.join(parts)}. {listed(list(findings.unstable))} cannot carry the load."
    rivals = [name for name in findings.names if name != findings.study.baseline]
    most = max(rivals, key=lambda name: abs(baseline_difference(findings, name, "exited").mean))
    return lead_on(findings, most, "exited", text)


def _overload(findings: Findings) -> str:
    parts = []
    grows = ", and its wait grows for as long as it runs" if findings.study.manifest is None else ""
    for name in findings.unstable:
        out, inside = _out_and_inside(findings, name)
        parts.append(
            f"{overloaded_words(findings, name)}: {out} left the port, {inside} were still in line at the end{grows}."
        )
    return " ".join(parts)


def _out_and_inside(findings: Findings, name: str) -> tuple[str, str]:
    inside = with_span(findings.interval(name, "still_inside"), digits=0)
    return with_span(findings.interval(name, "exited"), " trucks", digits=0), inside


def _nothing_better(findings: Findings, rivals: list[LevelComparison]) -> Lead:
    nearest = max(rivals, key=lambda share: share.found_gap.mean if share.found_gap else -np.inf)
    return _lead_at_share(findings, nearest, _nothing_better_words(findings, rivals), sure=False)


def _nothing_better_words(findings: Findings, rivals: list[LevelComparison]) -> str:
    base = _base(findings)
    sure = [share for share in rivals if share.sure(findings.alpha)]
    barely = any(share.found.mean > base.found.mean for share in sure)
    more = f"detects more by {100.0 * WORTH_LEADING_SHARE:g} points" if barely else "clearly detects more"
    words = f"At equal scan share ({percent(base.scanned.mean, 0)}), no alternative {more} than {base.alternative} "
    words += f"({percent(base.found.mean)} of loads {span(base.found, 100.0)})"
    worse = [share.alternative for share in sure if share.found.mean < base.found.mean]
    if worse:
        words += f", and {listed(worse)} less"
    gaps = {share.alternative: share.wait_gap for share in rivals if share.wait_gap is not None}
    if not gaps:
        return f"{words}; waits cannot be compared."
    said = _sure_waits(findings, gaps) or f"no average wait clearly differs by {WORTH_SAYING_MIN:g} min or more"
    return f"{words}; {said}."


def _sure_waits(findings: Findings, gaps: Mapping[str, Difference]) -> str:
    """Return whose mean wait surely differs from the baseline's, the largest first, and by what."""
    sure = [
        name
        for name, gap in gaps.items()
        if is_sure(findings, name, "wait_mean_min") and abs(gap.mean) >= WORTH_SAYING_MIN
    ]
    sure.sort(key=lambda name: -abs(gaps[name].mean))
    words = [wait_difference_words(gaps[name]) for name in sure[:1]]
    words += [_wait_change(gaps[name]) for name in sure[1:MOST_NAMED]]
    return ", ".join(f"under {name} {change}" for name, change in zip(sure, words, strict=False))


def _outright(findings: Findings) -> Lead:
    base = _base(findings)
    head = f"No alternative ran at the scan share of {base.alternative} ({percent(base.scanned.mean, 0)})"
    against = f"{percent_with_span(base.found)} with {base.alternative}"
    better = [share for share in findings.shares if _finds_more(findings, share)]
    if not better:
        nearest = max((s for s in findings.shares if s is not base), key=lambda share: share.found.mean)
        text = f"{head}, and with none are clearly more loads detected than the {against}."
        return _lead_at_share(findings, nearest, text, sure=False)
    best = max(better, key=lambda share: share.found.mean)
    text = (
        f"{head}; with {best.alternative}, scanning {percent(best.scanned.mean, 0)}, "
        f"{percent(best.found.mean)} of loads {span(best.found, 100.0)} are detected against {against}, and "
        f"{wait_difference_words(_wait_gap(findings, best.alternative))}."
    )
    return _lead_at_share(findings, best, text, sure=True)
