"""Differences from the baseline in words: verdicts, points of detection, and what is paid in waits and hours.

Each alternative is told only as far as Holm's verdict over all alternatives goes.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from experiments.intervals import Difference
from experiments.number_format import number, span, with_span
from experiments.report.answers.claim import Lead
from experiments.report.findings import Findings
from experiments.report.frontier import WAIT
from sim.scenario import Scenario

HOURS: Final = "officer_h"


class PriceMetric(NamedTuple):
    """A metric in which something is paid: its words behind a number, and the least that is worth saying."""

    metric: str
    words: str
    changed: str
    """The same with a place for "more" or "less"."""
    scale: float = 1.0
    digits: int = 1
    least: float = 0.1
    a_day: bool = False


PRICE_METRICS: Final = (
    PriceMetric(WAIT, "min of average wait", "min {} average wait"),
    PriceMetric(HOURS, "officer-hours a day", "{} officer-hours a day", 1.0, 0, 2.0, a_day=True),
)


def baseline_difference(findings: Findings, name: str, metric: str) -> Difference:
    """Return an alternative minus the baseline, with its interval."""
    row = findings.row(name, metric)
    return Difference(row["difference"], row["diff_low"], row["diff_high"], row["p_value"], int(row["n"]), row["note"])


def lead_on(findings: Findings, name: str, metric: str, text: str) -> Lead:
    """Return the lead of an alternative's difference from the baseline, as both ran."""
    return Lead(
        text=text,
        alternative=name,
        against=findings.study.baseline,
        metric=metric,
        gap=baseline_difference(findings, name, metric),
        sure=is_sure(findings, name, metric),
    )


def overloaded_words(findings: Findings, name: str) -> str:
    """Return that an alternative cannot carry its load, and which station."""
    return f"{name} cannot carry its load ({findings.unstable[name]})"


def holm_verdict(findings: Findings, name: str, metric: str) -> str:
    """Return Holm's verdict on an alternative's difference from the baseline."""
    return str(findings.row(name, metric)["holm_verdict"])


def is_sure(findings: Findings, name: str, metric: str) -> bool:
    """Return whether an alternative surely differs from the baseline in a metric."""
    return holm_verdict(findings, name, metric) in ("higher", "lower")


def points_words(difference: Difference) -> str:
    """Return a difference of shares in percentage points, with its interval."""
    return with_span(difference, scale=100.0)


def price_words(difference: Difference, metric: PriceMetric, scale: float, suffix: str = "") -> str:
    """Return what is paid, with ``suffix`` ("more"), or what is saved, with "less" or "fewer".

    Examples
    --------
    >>> price_words(Difference(-2.0, -3.0, -1.0, 0.0, 9), PRICE_METRICS[0], 1.0)
    '2.0 min less average wait [1.0, 3.0]'
    """
    size = difference.size()
    fewer = "fewer" if metric.changed.startswith("{}") else "less"
    change = suffix if difference.mean >= 0.0 else fewer
    words = f"{number(scale * size.mean, metric.digits)} {metric.changed.format(change) if change else metric.words}"
    # a roster is the same in every replication, but for some overtime
    ends = {number(scale * end, metric.digits) for end in (size.low, size.mean, size.high)}
    return words if len(ends) == 1 else f"{words} {span(size, scale, metric.digits)}"


def price_phrases(
    findings: Findings, name: str, metrics: tuple[PriceMetric, ...] = PRICE_METRICS, suffix: str = ""
) -> list[str]:
    """Return what an alternative surely costs or saves, by far enough to be worth saying."""
    said = []
    for price in metrics:
        scale = price.scale / (findings.study.days if price.a_day else 1)
        gap = baseline_difference(findings, name, price.metric)
        if is_sure(findings, name, price.metric) and abs(scale * gap.mean) >= price.least:
            said.append(price_words(gap, price, scale, suffix))
    return said


def scenarios_baseline_first(findings: Findings) -> list[Scenario]:
    """Return the scenarios, the baseline's first."""
    every, base = findings.study.alternatives, findings.study.baseline
    return [every[base], *(every[name] for name in findings.names if name != base)]
