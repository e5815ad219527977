"""What the charts of a comparison say alike: whose run it is, what an answer allows a title to claim."""

from __future__ import annotations

from typing import Final

from experiments.number_format import number, percent
from experiments.report.answers.answer import comparison_answer, lead_of
from experiments.report.answers.claim import EFFECT_WORDS, Headline
from experiments.report.findings import Findings
from experiments.report.frontier import LOADS_FOUND

TRUCKS: Final = "Commercial trucks only."
AS_THEY_STAND: Final = "under the assumptions as they stand"


def run_words(findings: Findings) -> str:
    """Return where the numbers of a chart come from."""
    study = findings.study
    n, days = study.replications, study.days
    sets = f", {findings.redrawn.asked} sets of assumptions" if findings.redrawn is not None else ""
    runs = f"{n} replication{'s' if n != 1 else ''} of {days} day{'s' if days != 1 else ''}"
    return f"{TRUCKS} Source: this simulation, {runs}{sets}."


def claim_title(findings: Findings, metric: str) -> str:
    """Return what the answer claims of a metric, in a sentence: effect and where it holds; empty: it claims nothing.

    A title claims no more than the headline does: where that is withheld, there is none.
    """
    return findings.sentences(_claim(findings, metric))


def _claim(findings: Findings, metric: str) -> str:
    if len(findings.names) == 1:
        return ""
    answer = comparison_answer(findings)
    if not isinstance(answer, Headline) or answer.claim.metric != metric:
        return ""
    claim, lead = answer.claim, lead_of(findings)
    base, who = findings.label(claim.against), findings.label(claim.alternative)
    share = " at equal scan share" if claim.equal_share else ""
    sets = f"{claim.holds_in.words()} sets of assumptions"
    if not lead.sure:
        does = f"detects more than {base}" if metric == LOADS_FOUND else f"changes the average wait under {base}"
        return f"No alternative clearly {does}{share}; nor, in {sets}, does the nearest, {who}"
    told = EFFECT_WORDS[metric]
    size = number(abs(told.scale * claim.effect), told.digits)
    if metric == LOADS_FOUND:
        more = "more" if claim.effect > 0.0 else "fewer"
        what = f"{size} points {more} of the smuggled loads are detected"
        return f"With {who}, {what} than with {base}{share}; so in {sets}"
    change = "shorter" if claim.effect < 0.0 else "longer"
    return f"The average wait is {size} minutes {change} under {who} than under {base}; so in {sets}"


def coverage_words(findings: Findings) -> str:
    """Return what an interval of this study is called in a legend."""
    return f"{percent(findings.study.coverage, 0)} interval over replications"
