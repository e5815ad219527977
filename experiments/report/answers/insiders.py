"""The answer where smugglers have help inside: what it costs, and what each guard wins back.

A port without insiders is no choice that anybody has: guards are compared with the port that has insiders and does
nothing.
"""

from __future__ import annotations

from experiments.intervals import Difference
from experiments.number_format import percent, percent_with_span, span
from experiments.report.answers.claim import Lead
from experiments.report.answers.differences import (
    baseline_difference,
    holm_verdict,
    lead_on,
    points_words,
    price_phrases,
)
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND


def varies_insiders(findings: Findings) -> bool:
    """Return whether the baseline has insiders, and of the others some have them and some have none."""
    others = {_helped(findings, name) for name in findings.names if name != findings.study.baseline}
    return _helped(findings, findings.study.baseline) and len(others) > 1


def insider_answer(findings: Findings) -> Lead:
    """Return what help from inside costs, and what each guard wins back at which price."""
    base, clean = findings.study.baseline, next(name for name in findings.names if not _helped(findings, name))
    gaps = {name: baseline_difference(findings, name, LOADS_FOUND) for name in findings.names}
    cost, finds = points_words(gaps[clean]), findings.interval(base, LOADS_FOUND)
    if holm_verdict(findings, clean, LOADS_FOUND) != "higher":
        text = (
            f"Help from inside makes no clear difference: {percent(finds.mean)} of loads are detected "
            f"{span(finds, 100.0)} with it, {cost} points more without."
        )
        return lead_on(findings, clean, LOADS_FOUND, text)
    guards = sorted(
        (name for name in findings.names if name != base and _helped(findings, name)), key=lambda name: -gaps[name].mean
    )
    text = (
        f"Help from inside costs {cost} points of detection rate ({percent_with_span(finds)} are under {base}); "
        f"won back: {'; '.join(_guard(findings, name, gaps[name]) for name in guards)}."
    )
    return lead_on(findings, guards[0] if guards else clean, LOADS_FOUND, text)


def _helped(findings: Findings, name: str) -> bool:
    return findings.study.alternatives[name].insider.helped_load_share > 0.0


def _guard(findings: Findings, name: str, gap: Difference) -> str:
    """Return what one guard wins back, and its price in waits and officer hours."""
    clearly = holm_verdict(findings, name, LOADS_FOUND) == "higher"
    head = f"{name} {points_words(gap) if clearly else 'clearly nothing'}"
    if name in findings.unstable:
        return f"{head}, but it cannot carry its load ({findings.unstable[name]})"
    return f"{head} for {' and '.join(price_phrases(findings, name)) or 'no clear price'}"
