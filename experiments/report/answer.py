"""The answer in a sentence, built from the numbers and claiming no more than their intervals do."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.intervals import Difference
from experiments.number_format import listed, number, percent, span, wait_difference_words
from experiments.report import answer_forms
from experiments.report.equivalents import portal_equivalent_clause
from experiments.report.findings import Findings
from experiments.report.frontier import LevelComparison

SPECIAL_ANSWERS = (
    (answer_forms.varies_insiders, answer_forms.insider_answer),
    (answer_forms.varies_staffing, answer_forms.staffing_answer),
    (answer_forms.varies_fast_lanes, answer_forms.fast_lane_answer),
    (answer_forms.varies_equipment, answer_forms.equipment_answer),
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


def comparison_answer(findings: Findings) -> str:
    """Return the answer: who finds more without scanning more, else who waits less.

    Where an alternative cannot carry its load and nobody finds more, the answer is how many trucks
    got through, under each alternative.
    """
    text = _answered(findings)
    if findings.study.calendar == "year":
        return f"Over the year {findings.study.start_date[:4]}, {text[0].lower()}{text[1:]}"
    return text


def _answered(findings: Findings) -> str:
    if len(findings.names) == 1:
        return _alone(findings)
    special = next((answer for applies, answer in SPECIAL_ANSWERS if applies(findings)), None)
    if special is not None and findings.study.baseline not in findings.unstable:
        return special(findings)
    if not findings.unstable:
        return _compared(findings)
    if findings.study.baseline in findings.unstable or not _better(findings):
        return _through(findings)
    return " ".join([_compared(findings), _overload(findings)])


def _compared(findings: Findings) -> str:
    better = _better(findings)
    if better:
        as_asked = [share for share in better if not share.setting] or better
        return _gain(findings, max(as_asked, key=lambda share: share.found.mean))
    shorter = _shorter(findings)
    if shorter:
        return _wait_gain(findings, shorter)
    rivals = [share for share in findings.shares if share.found_gap is not None]
    return _nothing_better(findings, rivals) if rivals else _outright(findings)


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
        and _verdict(findings, share, "detection_expected") == "higher"
    ]


def _shorter(findings: Findings) -> str | None:
    """Return who surely shortens the mean wait most, as asked, while finding as many loads."""
    gaps = {
        name: _wait_gap(findings, name).mean
        for name in findings.names
        if findings.row(name, "wait_mean_min")["holm_verdict"] == "lower"
        and float(findings.row(name, "detection_expected")["difference"]) > -WORTH_LEADING_SHARE
    }
    best = min(gaps, key=lambda name: gaps[name], default=None)
    return best if best is not None and gaps[best] <= -WORTH_LEADING_MIN else None


def _wait_gain(findings: Findings, name: str) -> str:
    base = findings.study.baseline
    own, finds = findings.interval(name, "wait_mean_min"), findings.interval(name, "detection_expected")
    against = findings.interval(base, "detection_expected")
    wait = wait_difference_words(_wait_gap(findings, name)).replace("the mean wait is ", "")
    return (
        f"Under {name} trucks wait {number(own.mean)} min {span(own)} on average, {wait} than "
        f"under {base}{_others(findings, name)}; loads found are alike "
        f"({percent(finds.mean)} {span(finds, 100.0)} against "
        f"{percent(against.mean)} {span(against, 100.0)})."
    )


def _others(findings: Findings, leader: str) -> str:
    rivals = [n for n in findings.names if n not in (leader, findings.study.baseline)]
    said = _sure_waits(findings, {n: _wait_gap(findings, n) for n in rivals if n not in findings.unstable})
    return f" ({said})" if said else ""


def _verdict(findings: Findings, share: LevelComparison, metric: str) -> str:
    return str(findings.row(share.alternative, metric)["holm_verdict"])


def _wait_gap(findings: Findings, name: str) -> Difference:
    return answer_forms.baseline_difference(findings, name, "wait_mean_min")


def _gain(findings: Findings, leader: LevelComparison) -> str:
    base, name = _base(findings), leader.alternative
    gap = leader.wait_gap if leader.equal else _wait_gap(findings, name)
    wait = wait_difference_words(gap) if gap else "their waits cannot be compared"
    turned = f" (set to {leader.setting})" if leader.setting else ""
    finds = f"finds {percent(leader.found.mean)} of loads {span(leader.found, 100.0)}"
    against = f"{percent(base.found.mean)} {span(base.found, 100.0)} under {base.alternative}"
    if leader.equal:
        head = f"At equal scan share ({percent(base.scanned.mean, 0)}), {name}{turned} {finds}"
        return f"{head} against {against}; {wait}{portal_equivalent_clause(findings, name)}."
    head = f"Scanning {percent(leader.scanned.mean)} of trucks, {name} {finds}"
    return f"{head} against {against}, which scans {percent(base.scanned.mean)}; {wait}."


def _alone(findings: Findings) -> str:
    name = findings.names[0]
    finds, scans = (findings.interval(name, m) for m in ("detection_expected", "scan_rate"))
    found_words = (
        f"{percent(scans.mean)} of trucks are scanned and {percent(finds.mean)} of loads found {span(finds, 100.0)}"
    )
    if name in findings.unstable:
        return f"{_overload(findings)} {found_words[0].upper()}{found_words[1:]}."
    wait, p95 = (findings.interval(name, m) for m in ("wait_mean_min", "crossing_p95_min"))
    return (
        f"Under {name} trucks wait {number(wait.mean)} min {span(wait)} on average and 95 % cross "
        f"within {number(p95.mean, 0)} min {span(p95, digits=0)}; {found_words}."
    )


def _through(findings: Findings) -> str:
    """Say of every alternative how many trucks got through and how many stood in line."""
    parts = []
    for name in findings.names:
        left, inside = findings.interval(name, "exited"), findings.interval(name, "still_inside")
        parts.append(
            f"{number(left.mean, 0)} trucks {span(left, digits=0)} get through under {name} and "
            f"{number(inside.mean, 0)} {span(inside, digits=0)} are left in line"
        )
    days = findings.study.days
    when = "In a day" if days == 1 else f"In {days} days"
    return f"{when} {'; '.join(parts)}. {listed(list(findings.unstable))} cannot carry the load."


def _overload(findings: Findings) -> str:
    parts = []
    for name, why in findings.unstable.items():
        left, inside = findings.interval(name, "exited"), findings.interval(name, "still_inside")
        parts.append(
            f"{name} cannot carry its load ({why}): {number(left.mean, 0)} trucks "
            f"{span(left, digits=0)} left the port, {number(inside.mean, 0)} "
            f"{span(inside, digits=0)} were still in line at the end, and its wait grows for as "
            "long as it runs."
        )
    return " ".join(parts)


def _nothing_better(findings: Findings, rivals: list[LevelComparison]) -> str:
    base = _base(findings)
    barely = any(s.sure(findings.alpha) and s.found.mean > base.found.mean for s in rivals)
    more = f"finds more by {100.0 * WORTH_LEADING_SHARE:g} points" if barely else "surely finds more"
    head = f"At equal scan share ({percent(base.scanned.mean, 0)}), nothing {more} than "
    words = f"{head}{base.alternative} ({percent(base.found.mean)} of loads "
    words += f"{span(base.found, 100.0)})"
    worse = [s.alternative for s in rivals if s.sure(findings.alpha) and s.found.mean < base.found.mean]
    if worse:
        words += f", and {listed(worse)} less"
    gaps = {s.alternative: s.wait_gap for s in rivals if s.wait_gap is not None}
    if not gaps:
        return f"{words}; waits cannot be compared."
    said = _sure_waits(findings, gaps)
    if said:
        return f"{words}; {said}."
    return f"{words}; no mean wait surely differs by {WORTH_SAYING_MIN:g} min or more."


def _sure_waits(findings: Findings, gaps: Mapping[str, Difference]) -> str:
    """Return whose mean wait surely differs from the baseline's, the largest first, and by what."""
    sure = [
        name
        for name, gap in gaps.items()
        if findings.row(name, "wait_mean_min")["holm_verdict"] in ("higher", "lower")
        and abs(gap.mean) >= WORTH_SAYING_MIN
    ]
    sure.sort(key=lambda name: -abs(gaps[name].mean))
    parts = [
        f"under {name} {wait_difference_words(gaps[name]).replace('the mean wait is ', '')}"
        for name in sure[1:MOST_NAMED]
    ]
    if not sure:
        return ""
    return ", ".join([f"under {sure[0]} {wait_difference_words(gaps[sure[0]])}", *parts])


def _outright(findings: Findings) -> str:
    base = _base(findings)
    head = f"No alternative ran at the scan share of {base.alternative} "
    head += f"({percent(base.scanned.mean, 0)})"
    against = f"{percent(base.found.mean)} {span(base.found, 100.0)} under {base.alternative}"
    better = [s for s in findings.shares if _verdict(findings, s, "detection_expected") == "higher"]
    if not better:
        return f"{head}, and none finds surely more loads than the {against}."
    best = max(better, key=lambda share: share.found.mean)
    return (
        f"{head}; {best.alternative}, which scans {percent(best.scanned.mean, 0)}, finds "
        f"{percent(best.found.mean)} of loads {span(best.found, 100.0)} against {against}, and "
        f"{wait_difference_words(_wait_gap(findings, best.alternative))}."
    )
