"""Alternatives in the order of their result: wait, scan rate, detection rate, difference, exams, officer-hours.

The difference is that on which the answer rests: of the detection rate (at equal scan rate, where alternatives were
brought to it), or of the average wait. A row is a line: names are cut where the screen is too narrow, never numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.intervals import Difference
from experiments.number_format import NONE, brief_span, number, percent, signed
from experiments.report.answers.answer import lead_of
from experiments.report.answers.claim import EFFECT_WORDS, EffectWords
from experiments.report.answers.rule_frontier import efficient_choices, has_rules
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND, WAIT

GAP: Final = " "
LEAST_NAME: Final = 16
"""Columns that a name has at least."""
HEADINGS: Final = (
    ("", "Alternative"),
    ("Wait,", "min"),
    ("Scan", "rate"),
    ("Detection", "rate"),
    ("Difference,", ""),
    ("Exams", "a day"),
    ("Officer", "h a day"),
)
"""Two lines above each column."""
SHORT_UNITS: Final = {LOADS_FOUND: "points", WAIT: "min", "exited": "trucks a day", "delay_truck_h": "truck-h a day"}


@dataclass(frozen=True, slots=True)
class ResultGap:
    """By how much an alternative's result differs from the baseline's."""

    gap: Difference | None
    sure: bool


def result_metric(findings: Findings) -> str:
    """Return the metric on which the answer rests; of one alternative the detection rate."""
    return lead_of(findings).metric if len(findings.names) > 1 else LOADS_FOUND


def at_equal_share(findings: Findings, *, as_asked: bool = False) -> bool:
    """Return whether differences are taken at equal scan rate: where the answer rests on them, unless ``as_asked``."""
    return len(findings.names) > 1 and not as_asked and lead_of(findings).equal_share


def result_gap(findings: Findings, name: str, metric: str, *, as_asked: bool = False) -> ResultGap:
    """Return the difference of an alternative that is not the baseline; no gap: the two were not compared."""
    if at_equal_share(findings, as_asked=as_asked):
        share = next(s for s in findings.shares if s.alternative == name)
        return ResultGap(share.found_gap, share.sure(findings.alpha))
    row = findings.row(name, metric)
    gap = Difference(row["difference"], row["diff_low"], row["diff_high"], row["p_value"], int(row["n"]), "few")
    return ResultGap(None if np.isnan(gap.mean) else gap, row["holm_verdict"] in ("higher", "lower"))


def sorted_by_result(findings: Findings, *, as_asked: bool = False) -> list[str]:
    """Return the alternatives, the best result first; those that cannot be compared last, by detection rate."""
    metric, base = result_metric(findings), findings.study.baseline
    direction = 1.0 if metric in (LOADS_FOUND, "exited") else -1.0

    def rank(name: str) -> tuple[bool, float]:
        gap = None if name == base else result_gap(findings, name, metric, as_asked=as_asked).gap
        found = findings.interval(name, LOADS_FOUND).mean
        if name == base:
            return True, 0.0
        return (False, found) if gap is None else (True, direction * gap.mean)

    return sorted(findings.names, key=rank, reverse=True)


def result_lines(findings: Findings, width: int, most_rows: int, *, as_asked: bool = False) -> list[str]:
    """Return the table in lines of at most ``width`` columns: two of headings, then at most ``most_rows``.

    Where there are more alternatives, the best are shown, the baseline, and a last line that counts the others and
    gives their range; where they are crossed with rules, the efficient ones and the baseline. With ``as_asked`` every
    alternative is told as it ran, whatever it scanned.
    """
    names, base = sorted_by_result(findings, as_asked=as_asked), findings.study.baseline
    if has_rules(findings):
        best = [point.alternative for point in efficient_choices(findings)]
        names = [*best, *(name for name in names if name not in best)]
        most_rows = min(most_rows, len(best) + 1 + (base not in best))
    shown = _chosen(names, base, most_rows)
    for with_interval in (True, False):
        rows = [_cells(findings, name, wait_interval=with_interval, as_asked=as_asked) for name in shown]
        heads = _headings(findings)
        columns = [0, 1, 2, 3, *([4] if len(findings.names) > 1 else []), 5, 6]
        cells = [[line[column] for column in columns] for line in (*heads, *rows)]
        widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
        room = width - sum(widths[1:]) - len(GAP) * (len(widths) - 1)
        if widths[0] <= room:
            break
    room = max(room, LEAST_NAME)
    labels = shorten_names([line[0] for line in cells], room)
    lines = [
        GAP.join(
            [label.ljust(min(widths[0], room)), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))]
        )
        for label, line in zip(labels, cells, strict=True)
    ]
    left = [name for name in names if name not in shown]
    return [line.rstrip() for line in lines] + ([_left_out(findings, left, as_asked=as_asked)] if left else [])


def _left_out(findings: Findings, names: Sequence[str], *, as_asked: bool) -> str:
    """Return how many alternatives are not shown, from which result to which, and where they stand."""
    metric = result_metric(findings)
    scale, told = _scale(findings, metric), EFFECT_WORDS[metric]
    gaps = [result_gap(findings, name, metric, as_asked=as_asked).gap for name in names]
    means = [signed(scale * gap.mean, told.digits) for gap in gaps if gap is not None]
    parts = [f"… {len(names)} more"]
    if means:
        parts.append(f"{means[0]} to {means[-1]} {SHORT_UNITS[metric]}" if len(means) > 1 else means[0])
    if left := len(names) - len(means):
        parts.append(f"{left} not compared")
    return f"{', '.join(parts)}: details=true, or the page"


def _chosen(names: Sequence[str], baseline: str, most_rows: int) -> list[str]:
    if len(names) <= most_rows:
        return list(names)
    best = list(names[: most_rows - 1])
    return best if baseline in best else [*best[:-1], baseline]


def _headings(findings: Findings) -> list[list[str]]:
    metric = result_metric(findings)
    top, below = [above for above, _ in HEADINGS], [under for _, under in HEADINGS]
    below[4] = SHORT_UNITS[metric]
    return [top, below]


def _cells(findings: Findings, name: str, *, wait_interval: bool, as_asked: bool) -> list[str]:
    days = findings.study.days
    wait = "unstable"
    if name not in findings.unstable:
        estimate = findings.interval(name, WAIT)
        span = f" {brief_span(estimate)}" if wait_interval and np.isfinite(estimate.mean) else ""
        wait = number(estimate.mean) + span + _star(findings, name, WAIT)
    scan, found = (findings.interval(name, metric).mean for metric in ("scan_rate", LOADS_FOUND))
    exams, hours = (findings.interval(name, metric).mean / days for metric in ("n_opened", "officer_h"))
    rates = (percent(scan, 0), percent(found))
    gap = _difference(findings, name, as_asked=as_asked)
    return [findings.label(name), wait, *rates, gap, number(exams, 0), number(hours, 0)]


def _star(findings: Findings, name: str, metric: str) -> str:
    return "*" if findings.row(name, metric)["holm_verdict"] in ("higher", "lower") else ""


def _difference(findings: Findings, name: str, *, as_asked: bool) -> str:
    if name == findings.study.baseline:
        return "baseline"
    metric = result_metric(findings)
    result = result_gap(findings, name, metric, as_asked=as_asked)
    if result.gap is None:
        return NONE
    told: EffectWords = EFFECT_WORDS[metric]
    scale = _scale(findings, metric)
    star = "*" if result.sure else ""
    return f"{signed(scale * result.gap.mean, told.digits)} {brief_span(result.gap, scale, told.digits)}{star}"


def _scale(findings: Findings, metric: str) -> float:
    told: EffectWords = EFFECT_WORDS[metric]
    return told.scale / (findings.study.days if told.a_day else 1)


def shorten_names(names: Sequence[str], width: int) -> list[str]:
    """Return names of at most ``width`` letters that can still be told apart.

    A name is cut at its end; where two would be alike then, in its middle.

    Examples
    --------
    >>> shorten_names(["Random", "Boosted trees, 27%", "Boosted trees, floor"], 12)
    ['Random', 'Booste…, 27%', 'Booste…floor']
    """
    cut = [name if len(name) <= width else f"{name[: width - 1].rstrip()}…" for name in names]
    if len(set(cut)) == len(set(names)):
        return cut
    tail = (width - 1) // 2
    return [name if len(name) <= width else f"{name[: width - 1 - tail]}…{name[-tail:]}" for name in names]
