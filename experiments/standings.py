"""Who is worth having and who is dominated, in words, and what a reader must know besides."""

from __future__ import annotations

import datetime as dt

from experiments.amounts import trucks_only
from experiments.findings import Findings
from experiments.settings import MONTHS
from experiments.trucks_file import note as trucks_note
from experiments.wording import listed, percent


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
        trucks_only(found.study),
        f"{waits} is predicted. Loads found are assumed: they rest on a prevalence and on sensor "
        "performance that nobody publishes.",
        f"Intervals cover {percent(found.study.coverage, 0)}{paired}.",
    ]


def when(found: Findings) -> str:
    """Return what the figures stand for: a year, or one stretch of the calendar."""
    study = found.study
    if study.calendar == "year":
        weeks = study.replications // MONTHS
        each = "one stretch" if weeks == 1 else f"{weeks} stretches"
        return f"the year {study.start_date[:4]}: {each} of {study.days} days in every month"
    first = dt.date.fromisoformat(study.start_date)
    last = first + dt.timedelta(days=study.days - 1)
    return f"{first:%d %B %Y}" if first == last else f"{first:%d %B} to {last:%d %B %Y}"


def _calendar(found: Findings) -> str:
    study = found.study
    if study.calendar == "year":
        return (
            f"Annual figures, {when(found)}, each month weighing the same; intervals are "
            "stratified by month."
        )
    return (
        f"One stretch of the calendar, {when(found)}, drawn {study.replications} times: not a year."
    )
