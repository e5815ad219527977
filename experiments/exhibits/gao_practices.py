"""GAO's 22 practices for an analysis of alternatives, answered where the program can.

*done*: the report holds it; *part*: the program gives its share and the author the rest; *open*:
only the author can.

Source: GAO Cost Estimating and Assessment Guide, appendix on the analysis of alternatives.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import Cell, Column, Table, words

Status = Literal["done", "part", "open"]
STATUS_WORDS: Final = {
    "done": "filled by the program",
    "part": "in part; rest open: for the author",
    "open": "open: for the author",
}


class Practice(NamedTuple):
    """One practice: its number, what it asks, how far the report answers it, and where."""

    number: int
    phase: str
    asks: str
    status: Status
    where: str


FIXED: Final = (
    Practice(
        1,
        "initialise",
        "define the mission need",
        "part",
        "section 2 gives the problem in numbers; the mission need statement is the author's",
    ),
    Practice(
        2,
        "initialise",
        "define functional requirements",
        "open",
        "the operational requirements document is the requesting office's",
    ),
    Practice(
        3,
        "initialise",
        "set the time frame of the analysis",
        "open",
        "when the analysis was ordered and is due is not known to the program",
    ),
    Practice(4, "initialise", "form the team", "open", "names and skills of the team"),
    Practice(
        5,
        "initialise",
        "define selection criteria",
        "done",
        "net present value, ratios, break-even and cost of a further load; section 7, 11, 15",
    ),
    Practice(
        6,
        "initialise",
        "weigh the selection criteria",
        "part",
        "dollars weigh alike; the weight of a load is shown as a threshold, for a decider",
    ),
    Practice(
        7,
        "initialise",
        "write down the process of the analysis",
        "done",
        "section 19 (STRESS-DES) and the method notes of each section",
    ),
    Practice(
        8,
        "identify",
        "list a full range of alternatives",
        "part",
        "section 3; whether the list is wide enough is the author's to argue",
    ),
    Practice(9, "identify", "describe the alternatives", "done", "section 3 and 4"),
    Practice(10, "identify", "include a baseline", "done", "the no-build baseline; section 3"),
    Practice(
        11,
        "identify",
        "assess the viability of alternatives",
        "done",
        "each must carry the load of the design year, or is completed; section 3",
    ),
    Practice(
        12,
        "analyse",
        "identify risks and mitigation",
        "part",
        "section 17; likelihood and owner are open there",
    ),
    Practice(13, "analyse", "measure benefits over the life cycle", "done", "section 5 and 6"),
    Practice(
        14,
        "analyse",
        "tie benefits to the mission need",
        "part",
        "section 2 and 9; the link to the mission need statement is the author's",
    ),
    Practice(15, "analyse", "estimate life-cycle costs", "done", "section 5, 6 and 16"),
)
LATER: Final = (
    Practice(18, "document", "put the analysis in one document", "done", "this report"),
    Practice(
        19,
        "document",
        "state ground rules and assumptions",
        "done",
        "section 4, each with source, confidence and range",
    ),
    Practice(
        20,
        "document",
        "ensure that the analysis is impartial",
        "part",
        "the same trucks, prices and rules for all; who pays for the analysis is open",
    ),
    Practice(
        21,
        "document",
        "have it reviewed independently",
        "open",
        "no review is claimed; the inputs, seed and version to repeat it stand in run.json",
    ),
    Practice(
        22,
        "select",
        "compare by net present value",
        "done",
        "section 7, in time and money; interdiction is compared by break-even, because no "
        "accepted value of a load exists",
    ),
)


def practices(evidence: Evidence) -> list[Practice]:
    """Return all 22 with their status in this run: ranges count only if inputs were redrawn."""
    drawn = bool(evidence.draws)
    why = "uncertain inputs were not redrawn in this run"
    status: Status = "done" if drawn else "open"
    ranged, swung = ("sections 6 and 7", "sections 13 and 14") if drawn else (why, why)
    return [
        *FIXED,
        Practice(16, "analyse", "give a confidence range of the cost", status, ranged),
        Practice(17, "analyse", "do a sensitivity analysis", status, swung),
        *LATER,
    ]


def practices_table(evidence: Evidence) -> Table:
    """Return the self-check as a table."""
    columns = (
        Column("phase", "phase"),
        Column("practice", "practice"),
        Column("status", "status"),
        Column("where", "where, or what is missing"),
    )
    rows = tuple(
        (
            str(one.number),
            (
                words(one.phase),
                words(one.asks),
                Cell(STATUS_WORDS[one.status], "", one.status, look=one.status),
                words(one.where),
            ),
        )
        for one in practices(evidence)
    )
    return Table(
        "gao_22_practices",
        "Self-check against GAO's 22 practices",
        Column("number", "no."),
        columns,
        rows,
        note="A self-check by the program, not a review.",
    )
