"""The answer in a sentence, built from the numbers and claiming no more than their intervals do."""

from __future__ import annotations

import datetime as dt

import numpy as np

from experiments.findings import Findings
from experiments.frontier import Share
from experiments.intervals import Difference
from experiments.trucks_file import note as trucks_note
from experiments.wording import listed, number, percent, signed, span

WORTH_SAYING_MIN = 0.1
"""Smaller differences of a mean wait, however sure, decide nothing."""
FENTANYL = (
    "Trucks only: most fentanyl that is seized travels in passenger vehicles, "
    "which are not modelled."
)


def answer(found: Findings) -> str:
    """Return the answer: who finds more without scanning more, else what the gain would cost."""
    if len(found.names) == 1:
        return _alone(found)
    compared = _compared(found)
    if not found.unstable:
        return compared
    first = found.study.baseline in found.unstable or not _better(found)
    return " ".join([_overload(found), compared] if first else [compared, _overload(found)])


def _compared(found: Findings) -> str:
    better = _better(found)
    if better:
        as_asked = [share for share in better if not share.setting] or better
        return _gain(found, max(as_asked, key=lambda share: share.found.mean))
    rivals = [share for share in found.shares if share.found_gap is not None]
    return _nothing_better(found, rivals) if rivals else _outright(found)


def _base(found: Findings) -> Share:
    return next(s for s in found.shares if s.alternative == found.study.baseline)


def _better(found: Findings) -> list[Share]:
    """Return who surely finds more loads than the baseline: at equal scan share, else at less."""
    level = _base(found).scanned.mean
    equal = [s for s in found.shares if s.found_gap is not None and s.found_gap.mean > 0.0]
    sure = [share for share in equal if share.sure(found.alpha)]
    return sure or [
        share
        for share in found.shares
        if not share.equal
        and share.scanned.mean <= level
        and _verdict(found, share, "detection_expected") == "higher"
    ]


def _verdict(found: Findings, share: Share, metric: str) -> str:
    return str(found.row(share.alternative, metric)["holm_verdict"])


def _wait_gap(found: Findings, name: str) -> Difference:
    row = found.row(name, "wait_mean_min")
    return Difference(
        row["difference"], row["diff_low"], row["diff_high"], row["p_value"], int(row["n"]),
        str(row["note"]),
    )  # fmt: skip


def _gain(found: Findings, best: Share) -> str:
    base, name = _base(found), best.alternative
    gap = best.wait_gap if best.equal else _wait_gap(found, name)
    wait = _wait_words(gap) if gap else "their waits cannot be compared"
    turned = f" (set to {best.setting})" if best.setting else ""
    finds = f"finds {percent(best.found.mean)} of loads {span(best.found, 100.0)}"
    against = f"{percent(base.found.mean)} {span(base.found, 100.0)} under {base.alternative}"
    if best.equal:
        head = f"At equal scan share ({percent(base.scanned.mean, 0)}), {name}{turned} {finds}"
        return f"{head} against {against}; {wait}."
    head = f"Scanning {percent(best.scanned.mean)} of trucks, {name} {finds}"
    return f"{head} against {against}, which scans {percent(base.scanned.mean)}; {wait}."


def standings(found: Findings) -> list[str]:
    """Return the frontier in words: who is on it, who is dominated by whom, who is unstable."""
    on = [p.alternative for p in found.points if p.status == "frontier"]
    off: dict[str, list[str]] = {}
    for point in found.points:
        if point.status != "frontier":
            off.setdefault(point.words(), []).append(point.alternative)
    lines = [f"On the frontier of wait against loads found: {listed(on) or 'nobody'}."]
    lines += _alike(found, on)
    lines += [f"{listed(names)}: {words}." for words, names in off.items()]
    for name, why in found.saturated.items():
        scans = percent(found.interval(name, "scan_rate").mean)
        lines.append(f"{name}: {why}; trucks pass a full yard by, and {scans} were scanned.")
    return lines


def _alike(found: Findings, on: list[str]) -> list[str]:
    """Return who on the frontier cannot be told apart; mutual groups are named once."""
    groups: dict[frozenset[str], list[str]] = {}
    for name in on:
        like = frozenset(other for other in found.point(name).like if other in on)
        if like:
            groups.setdefault(like | {name}, []).append(name)
    lines = []
    for group, members in groups.items():
        others = [name for name in on if name in group and name not in members]
        if others:
            lines.append(f"{listed(members)}: not told apart from {listed(others)}.")
        else:
            lines.append(f"Not told apart from each other: {listed(members)}.")
    return lines


def notes(found: Findings) -> list[str]:
    """Return what a reader must know before using a number."""
    fitted = found.comparison.loc[found.comparison["badge"] == "fitted", "alternative"].unique()
    waits, paired = "The mean wait", ""
    if len(found.names) > 1:
        paired = "; differences are paired, replication by replication, on the same trucks; "
        paired += "verdicts hold for all alternatives at once (Holm)"
    if len(fitted):
        waits = (
            f"The mean wait under {listed(list(fitted))} is fitted (through open lanes); the rest"
        )
    own = trucks_note(found.study)
    return [
        _calendar(found),
        *([own] if own else []),
        FENTANYL,
        f"{waits} is predicted. Loads found are assumed: they rest on a prevalence and on sensor "
        "performance that nobody publishes.",
        f"Intervals cover {percent(found.study.coverage, 0)}{paired}.",
    ]


def _calendar(found: Findings) -> str:
    study = found.study
    if study.calendar == "year":
        year = study.start_date[:4]
        return (
            f"{study.replications} stretches of {study.days} days over the months of {year}, "
            "each month weighing the same."
        )
    first = dt.date.fromisoformat(study.start_date)
    last = first + dt.timedelta(days=study.days - 1)
    when = f"{first:%d %B %Y}" if first == last else f"{first:%d %B} to {last:%d %B %Y}"
    return f"One stretch of the calendar, {when}, drawn {study.replications} times: not a year."


def _alone(found: Findings) -> str:
    name = found.names[0]
    finds, scans = (found.interval(name, m) for m in ("detection_expected", "scan_rate"))
    found_words = (
        f"{percent(scans.mean)} of trucks are scanned and "
        f"{percent(finds.mean)} of loads found {span(finds, 100.0)}"
    )
    if name in found.unstable:
        return f"{_overload(found)} {found_words[0].upper()}{found_words[1:]}."
    wait, p95 = (found.interval(name, m) for m in ("wait_mean_min", "crossing_p95_min"))
    return (
        f"Under {name} trucks wait {number(wait.mean)} min {span(wait)} on average and 95 % cross "
        f"within {number(p95.mean, 0)} min {span(p95, digits=0)}; {found_words}."
    )


def _overload(found: Findings) -> str:
    parts = []
    for name, why in found.unstable.items():
        left, inside = found.interval(name, "exited"), found.interval(name, "still_inside")
        parts.append(
            f"{name} cannot carry its load ({why}): {number(left.mean, 0)} trucks "
            f"{span(left, digits=0)} left the port, {number(inside.mean, 0)} were still in line "
            "at the end, and its wait grows for as long as it runs."
        )
    return " ".join(parts)


def _wait_words(gap: Difference) -> str:
    if np.isnan(gap.mean):
        return "their waits cannot be compared"
    if np.isnan(gap.low):
        return f"the mean wait differs by {signed(gap.mean)} min {span(gap)}"
    if gap.low <= 0.0 <= gap.high:
        return f"the mean wait does not differ ({signed(gap.mean)} min {span(gap)})"
    change = "longer" if gap.mean > 0.0 else "shorter"
    low, high = sorted((abs(gap.low), abs(gap.high)))
    size = Difference(abs(gap.mean), low, high, gap.p_value, gap.n)
    return f"the mean wait is {number(size.mean)} min {change} {span(size)}"


def _nothing_better(found: Findings, rivals: list[Share]) -> str:
    base = _base(found)
    head = f"At equal scan share ({percent(base.scanned.mean, 0)}), nothing surely finds more than "
    words = f"{head}{base.alternative} ({percent(base.found.mean)} of loads "
    words += f"{span(base.found, 100.0)})"
    worse = [s.alternative for s in rivals if s.sure(found.alpha)]
    if worse:
        words += f", and {listed(worse)} less"
    gaps = {s.alternative: s.wait_gap for s in rivals if s.wait_gap is not None}
    if not gaps:
        return f"{words}; waits cannot be compared."
    name = max(gaps, key=lambda one: abs(gaps[one].mean))
    verdict = found.row(name, "wait_mean_min")["holm_verdict"]
    if verdict in ("higher", "lower") and abs(gaps[name].mean) >= WORTH_SAYING_MIN:
        return f"{words}; under {name} {_wait_words(gaps[name])}."
    return f"{words}; no mean wait surely differs by {WORTH_SAYING_MIN:g} min or more."


def _outright(found: Findings) -> str:
    base = _base(found)
    head = f"No alternative ran at the scan share of {base.alternative} "
    head += f"({percent(base.scanned.mean, 0)})"
    against = f"{percent(base.found.mean)} {span(base.found, 100.0)} under {base.alternative}"
    better = [s for s in found.shares if _verdict(found, s, "detection_expected") == "higher"]
    if not better:
        return f"{head}, and none finds surely more loads than the {against}."
    best = max(better, key=lambda share: share.found.mean)
    return (
        f"{head}; {best.alternative}, which scans {percent(best.scanned.mean, 0)}, finds "
        f"{percent(best.found.mean)} of loads {span(best.found, 100.0)} against {against}, and "
        f"{_wait_words(_wait_gap(found, best.alternative))}."
    )
