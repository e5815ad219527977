"""GAO's 22 practices for an analysis of alternatives, each with a status that follows from what the run did.

*Evidenced*: the report holds what the practice asks. *In part*: it holds some of it, and the author gives the rest.
*Open*: nothing of it is in the run. Statuses are rules over what was simulated, priced and drawn. Where a practice asks
for what no key of the program can hold (a team, a review), the rule says so and the practice stays open.

Source: GAO Cost Estimating and Assessment Guide (GAO-20-195G), appendix on analysis of alternatives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

import numpy as np

from experiments.funding.exhibits.cells import text_cell
from experiments.funding.exhibits.elements import SECTION_NUMBER, Prose, Section, table_by_column
from experiments.funding.exhibits.evidence import Evidence
from experiments.number_format import listed
from experiments.page_templates import Cell, Table, TableColumn

Status = Literal["done", "part", "open"]
STATUS_WORDS: Final[Mapping[Status, str]] = {
    "done": "evidenced by this run",
    "part": "in part; rest open: for the author",
    "open": "open: for the author",
}
STATUS_COLUMN: Final = TableColumn("status", "status")
NUMBER_COLUMN: Final = TableColumn("number", "no.")
ENOUGH_ALTERNATIVES: Final = 2
"""Alternatives beside the baseline from which on there is a range of them to speak of."""


class GaoPractice(NamedTuple):
    """One practice: its number, what it asks, how far the run answers it, and where."""

    number: int
    phase: str
    asks: str
    status: Status
    where: str


PracticeRow = tuple[str, str, Status, str]


def status_cell(status: Status) -> Cell:
    """Return a status as a cell."""
    return Cell(STATUS_WORDS[status], "", status, look=status)


def gao_practices(evidence: Evidence) -> list[GaoPractice]:
    """Return all 22 with their status in this run."""
    rows = (*_initialise(evidence), *_identify(evidence), *_analyse(evidence), *_document(evidence))
    return [GaoPractice(number, *row) for number, row in enumerate(rows, 1)]


def _initialise(evidence: Evidence) -> Iterator[PracticeRow]:
    phase, at = "initialise", SECTION_NUMBER
    simulated = evidence.level(evidence.baseline, "wait_mean_min") is not None
    priced = evidence.usd_per_load is not None
    yield (
        phase,
        "define the mission need",
        "part" if simulated else "open",
        f"section {at['problem']} gives the problem in numbers; the mission need statement is the author's"
        if simulated
        else "the run gives no wait of the baseline, so that not even the problem is in numbers",
    )
    yield (
        phase,
        "define functional requirements",
        "open",
        "the operational requirements document is the requesting office's; no key holds it",
    )
    yield (
        phase,
        "set the time frame of the analysis",
        "open",
        "when the analysis was ordered and is due is held by no key",
    )
    yield phase, "form the team", "open", "names and skills of the team are held by no key"
    yield (
        phase,
        "define selection criteria",
        "part" if evidence.rivals else "open",
        f"net present value, ratios, break-even and cost of a further load are computed (sections {at['measures']}, "
        f"{at['frontiers']}, {at['break-even']}); that the decider set them before is the author's to show"
        if evidence.rivals
        else "no alternative, so that no criterion was computed",
    )
    yield (
        phase,
        "weigh the selection criteria",
        "part",
        "a load counts with the user's value; whose weight that is, is the author's to show"
        if priced
        else "dollars weigh alike; the weight of a load is a threshold, for a decider",
    )
    yield (
        phase,
        "write down the process of the analysis",
        "part",
        f"section {at['validation']} (STRESS-DES) reports the model; a study plan of the analysis is the author's",
    )


def _identify(evidence: Evidence) -> Iterator[PracticeRow]:
    phase, at, case = "identify", SECTION_NUMBER, evidence.appraised.case
    n, base = len(evidence.rivals), evidence.baseline
    yield (
        phase,
        "list a full range of alternatives",
        "part" if n >= ENOUGH_ALTERNATIVES else "open",
        f"{n} alternatives, section {at['alternatives']}; whether the list is wide enough is the author's to argue"
        if n >= ENOUGH_ALTERNATIVES
        else f"{n} beside the baseline: no range of alternatives was compared",
    )
    bought = [name for name in evidence.rivals if case.purchases.get(name)]
    described = bool(bought) and len(bought) == n
    yield (
        phase,
        "describe the alternatives",
        "done" if described else "part",
        f"sections {at['alternatives']} and {at['inputs']}: units, staff, cost and settings of each"
        if described
        else "not every alternative says what it buys",
    )
    known = base in evidence.names and any(base in worths for worths in evidence.appraised.worths.values())
    yield (
        phase,
        "include a baseline",
        "done" if known else "open",
        f"the no-build baseline, simulated with the traffic of each year; section {at['alternatives']}"
        if known
        else "no baseline was simulated",
    )
    yield (
        phase,
        "assess the viability of alternatives",
        "part" if n else "open",
        f"capacity alone: each must carry the load of the design year, {len(evidence.appraised.completions)} could "
        "not; technical, legal, land and schedule tests are the author's"
        if n
        else "there is no alternative",
    )


def _analyse(evidence: Evidence) -> Iterator[PracticeRow]:
    phase, at, found = "analyse", SECTION_NUMBER, evidence.uncertainty
    drawn = bool(evidence.draws)
    scenarios = found is not None and not found.scenarios.empty
    tornado = found is not None and not found.tornado.empty and (found.tornado["alternative"] == evidence.shown).any()
    loads = any(worth.loads for worth in evidence.worths.values())
    yield (
        phase,
        "identify risks and mitigation",
        "part" if scenarios else "open",
        f"section {at['risks']}: effects from scenarios; likelihood and owner are open there"
        if scenarios
        else "no scenario was run, so that no risk has an effect",
    )
    yield (
        phase,
        "measure benefits over the life cycle",
        "part" if evidence.rivals else "open",
        f"time, fuel{' and loads' if loads else ''}, section {at['ledger']}; section {at['unquantified']} lists what "
        "has no dollars, deterrence and safety among it",
    )
    yield (
        phase,
        "tie benefits to the mission need",
        "part" if evidence.rivals else "open",
        f"sections {at['problem']} and {at['key-performance']}; the link to the mission need statement is the author's",
    )
    yield (
        phase,
        "estimate life-cycle costs",
        "part" if evidence.rivals else "open",
        f"sections {at['ledger']}, {at['present-values']} and {at['spending']}: catalogue prices of units and a "
        "contingency; design, land and program office are the author's",
    )
    held = found is not None and bool((found.draws["set"] >= 0).any())
    yield (
        phase,
        "give a confidence range of the cost",
        "done" if drawn else "open",
        f"half-way and 80% points of {len(evidence.draws)} draws of {evidence.drawn_inputs}, section {at['answer']}"
        if drawn
        else "uncertain inputs were not redrawn in this run",
    )
    status: Status = "done" if drawn and tornado and scenarios else "part" if tornado or scenarios else "open"
    missing = listed([words for words, there in (("tornado", tornado), ("scenarios", scenarios)) if not there])
    ran = f"section {at['sensitivity']}: one input at a time, scenarios and two at a time"
    simulated = "" if held or not drawn else "; simulation inputs were held"
    yield (
        phase,
        "do a sensitivity analysis",
        status,
        f"{ran}{simulated}" if status == "done" else f"not in this run: {missing or 'redrawn inputs'}",
    )


def _document(evidence: Evidence) -> Iterator[PracticeRow]:
    at, case = SECTION_NUMBER, evidence.appraised.case
    yield "document", "put the analysis in one document", "done", "this report, with its tables and record beside it"
    assumed = [row for row in case.inputs if row.kind == "assumption" and isinstance(row.value, int | float)]
    bare = [row.key for row in assumed if row.low is None or row.high is None]
    yield (
        "document",
        "state ground rules and assumptions",
        "part" if bare else "done",
        f"section {at['inputs']}; without a range: {listed(bare[:3])}"
        if bare
        else f"section {at['inputs']}: each with its source and confidence, each assumption with its range",
    )
    yield (
        "document",
        "ensure that the analysis is impartial",
        "part",
        "the same trucks, prices and rules for all; who pays for the analysis is open",
    )
    yield (
        "document",
        "have it reviewed independently",
        "open",
        "no review is claimed, and no key holds one; inputs, seed and version to repeat it stand in run.json",
    )
    valued = [evidence.npv(name) for name in evidence.rivals]
    compared = bool(valued) and bool(np.isfinite(valued).all())
    yield (
        "select",
        "compare by net present value",
        "done" if compared else "open",
        f"section {at['measures']}, at {len(evidence.appraised.worths)} discount rates; interdiction is compared by "
        "break-even where the user gives no value of a load"
        if compared
        else "there is nothing to compare",
    )


def gao_practices_table(evidence: Evidence) -> Table:
    """Return the self-check as a table."""
    columns: dict[TableColumn, Callable[[GaoPractice], Cell]] = {
        TableColumn("phase", "phase"): lambda practice: text_cell(practice.phase),
        TableColumn("practice", "practice"): lambda practice: text_cell(practice.asks),
        STATUS_COLUMN: lambda practice: status_cell(practice.status),
        TableColumn("where", "where, or what is missing"): lambda practice: text_cell(practice.where),
    }
    title, named = "Self-check against GAO's 22 practices", (NUMBER_COLUMN, lambda practice: str(practice.number))
    note = "A self-check by the program, not a review."
    return table_by_column("gao_22_practices", title, gao_practices(evidence), columns, named, note)


def self_check_chapter(evidence: Evidence) -> Section:
    """Return GAO's practices with what is done and what is open."""
    status = [practice.status for practice in gao_practices(evidence)]
    said = f"{status.count('done')} of 22 are evidenced by this run, {status.count('part')} in part, "
    said += f"{status.count('open')} are open for the author."
    return Section("self-check", "Self-check: GAO's 22 practices", (Prose(said), gao_practices_table(evidence)))
