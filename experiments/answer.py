"""The answer in a sentence, built from the numbers and claiming no more than their intervals do."""

from __future__ import annotations

import datetime as dt

import numpy as np

from experiments.findings import Findings
from experiments.frontier import Share
from experiments.intervals import Difference
from experiments.wording import listed, number, percent, signed, span

FENTANYL = (
    "Trucks only: most fentanyl that is seized travels in passenger vehicles, "
    "which are not modelled."
)


def answer(found: Findings) -> str:
    """Return the answer: at equal scan share if there is such a comparison, else outright."""
    if len(found.names) == 1:
        return _alone(found)
    rivals = [share for share in found.shares if share.found_gap is not None]
    compared = _at_equal_share(found, rivals) if rivals else _outright(found)
    if not found.unstable:
        return compared
    first = found.study.baseline in found.unstable or not _better(found, rivals)
    return " ".join([_overload(found), compared] if first else [compared, _overload(found)])


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
    waits = "The mean wait"
    if len(fitted):
        waits = (
            f"The mean wait under {listed(list(fitted))} is fitted (through open lanes); the rest"
        )
    return [
        _calendar(found),
        FENTANYL,
        f"{waits} is predicted. Loads found are assumed: they rest on a prevalence and on sensor "
        "performance that nobody publishes.",
        f"Intervals cover {percent(found.study.coverage, 0)}; differences are paired week by week "
        "on the same trucks; verdicts hold for all alternatives at once (Holm).",
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


def _at_equal_share(found: Findings, rivals: list[Share]) -> str:
    base = next(s for s in found.shares if s.alternative == found.study.baseline)
    head = f"At equal scan share ({percent(base.scanned.mean, 0)})"
    better = _better(found, rivals)
    if not better:
        return f"{head}, {_nothing_better(found, base, rivals)}"
    best = max(better, key=lambda share: share.found.mean)
    return (
        f"{head}, {best.alternative} finds {percent(best.found.mean)} of loads "
        f"{span(best.found, 100.0)} against {percent(base.found.mean)} {span(base.found, 100.0)} "
        f"under {base.alternative}; {_wait_words(best.wait_gap)}."
    )


def _better(found: Findings, rivals: list[Share]) -> list[Share]:
    return [share for share in rivals if share.sure(found.alpha) and _gap(share).mean > 0.0]


def _gap(share: Share) -> Difference:
    return share.found_gap or Difference(np.nan, np.nan, np.nan, np.nan, 0)


def _wait_words(gap: Difference | None) -> str:
    if gap is None or np.isnan(gap.mean):
        return "their waits cannot be compared"
    if np.isnan(gap.low):
        return f"the mean wait differs by {signed(gap.mean)} min {span(gap)}"
    if gap.low <= 0.0 <= gap.high:
        return f"the mean wait does not differ ({signed(gap.mean)} min {span(gap)})"
    change = "longer" if gap.mean > 0.0 else "shorter"
    low, high = sorted((abs(gap.low), abs(gap.high)))
    size = Difference(abs(gap.mean), low, high, gap.p_value, gap.n)
    return f"the mean wait is {number(size.mean)} min {change} {span(size)}"


def _nothing_better(found: Findings, base: Share, rivals: list[Share]) -> str:
    finds = f"{percent(base.found.mean)} of loads {span(base.found, 100.0)}"
    gaps = {s.alternative: s.wait_gap for s in rivals if s.wait_gap is not None}
    sure = {name: gap for name, gap in gaps.items() if _shorter_or_longer(found, name)}
    worse = [s.alternative for s in rivals if s.sure(found.alpha)]
    words = f"nothing finds more than {base.alternative} ({finds})"
    if worse:
        words += f", and {listed(worse)} less"
    if not sure:
        alike = "waits cannot be compared" if not gaps else "no mean wait differs surely"
        return f"{words}; {alike}."
    name = max(sure, key=lambda one: abs(sure[one].mean))
    return f"{words}; under {name} {_wait_words(sure[name])}."


def _shorter_or_longer(found: Findings, name: str) -> bool:
    return found.row(name, "wait_mean_min")["holm_verdict"] in ("higher", "lower")


def _outright(found: Findings) -> str:
    base = found.study.baseline
    rows = {name: found.row(name, "detection_expected") for name in found.names if name != base}
    better = {name: row for name, row in rows.items() if row["holm_verdict"] == "higher"}
    finds = found.interval(base, "detection_expected")
    scans = found.interval(base, "scan_rate")
    head = f"No alternative ran at the scan share of {base} ({percent(scans.mean, 0)})"
    against = f"{percent(finds.mean)} {span(finds, 100.0)} under {base}"
    if not better:
        return f"{head}, and none finds surely more loads than the {against}."
    name = max(better, key=lambda one: float(better[one]["mean"]))
    row, own = better[name], found.interval(name, "detection_expected")
    gap = found.row(name, "wait_mean_min")
    wait = Difference(gap["difference"], gap["diff_low"], gap["diff_high"], gap["p_value"], 0)
    share = percent(found.interval(name, "scan_rate").mean, 0)
    return (
        f"{head}; {name}, which scans {share}, finds {percent(float(row['mean']))} of loads "
        f"{span(own, 100.0)} against {against}, and {_wait_words(wait)}."
    )
