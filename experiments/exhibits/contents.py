"""The chapters of a funding report in the order in which reviewers ask for them."""

from __future__ import annotations

from experiments.exhibits import (
    chapter_break_even,
    chapter_case,
    chapter_chance,
    chapter_checks,
    chapter_delivery,
    chapter_frontier,
    chapter_inputs,
    chapter_money,
    chapter_port,
    chapter_portfolio,
)
from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import Section


def chapters(evidence: Evidence, *, economic_impact: bool) -> list[Section]:
    """Return every chapter after the first sheet; what was not run is said in its place."""
    return [
        chapter_case.problem(evidence),
        chapter_case.alternatives(evidence),
        chapter_inputs.inputs(evidence),
        chapter_money.ledger(evidence),
        chapter_money.present_values(evidence),
        chapter_money.measures(evidence),
        chapter_port.throughput(evidence),
        chapter_port.key_parameters(evidence),
        chapter_frontier.plane(evidence),
        chapter_frontier.frontiers(evidence),
        chapter_frontier.net_benefit(evidence),
        chapter_chance.acceptability(evidence),
        chapter_chance.sensitivity(evidence),
        chapter_break_even.break_even(evidence),
        chapter_delivery.spending(evidence),
        chapter_delivery.risks(evidence),
        chapter_delivery.unquantified(evidence),
        chapter_checks.validation(evidence),
        chapter_checks.self_check(evidence),
        chapter_checks.impact(evidence, shown=economic_impact),
        chapter_portfolio.portfolio(evidence),
        chapter_inputs.annex(evidence),
    ]
