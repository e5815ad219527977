"""STRESS-DES: what a report of a discrete-event simulation has to say, filled from the run.

Source: Monks et al. (2019), Journal of Simulation 13(1), the checklist STRESS-DES.

GAO's 22 practices for an analysis of alternatives, answered where the program can.

*done*: the report holds it; *part*: the program gives its share and the author the rest; *open*:
only the author can.

Source: GAO Cost Estimating and Assessment Guide, appendix on the analysis of alternatives.

What the model gives beside what is published for the port, and how far that proves anything.

The comparisons were run once for every port of the repository and stand in its documents; they are
read from there, so that page and document cannot disagree.

Chapters that let a reviewer check: validation, reporting list, GAO's practices, impact box.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

from experiments.funding.exhibits.elements import (
    Bullets,
    Cell,
    Part,
    Prose,
    Section,
    Table,
    TableColumn,
    missing_part,
    text_cell,
)
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.exhibits.style import plain_name
from experiments.number_format import listed, number, percent, span
from experiments.study.run_record import git_commit, package_version
from experiments.study.sources import CONFIGS
from sim.stations import STATIONS


class ChecklistItem(NamedTuple):
    """One row of the checklist; ``text`` empty: open for the author."""

    number: str
    asks: str
    text: str


OPEN_ENDED = ("approach", "primary")
"""Stations whose servers are lanes: those of the approach need none, booths open by timetable."""


def stress_des_items(evidence: Evidence) -> list[ChecklistItem]:
    """Return all 24 rows, those that the program cannot answer left open."""
    found = {**_objectives(evidence), **_logic(evidence), **_data(evidence), **_runs(evidence)}
    return [ChecklistItem(number, asks, found.get(number, "")) for number, asks in STRESS_DES_TITLES.items()]


STRESS_DES_TITLES = {
    "1.1": "purpose of the model",
    "1.2": "outputs",
    "1.3": "aims of the experiments",
    "2.1": "overview diagram of the base model",
    "2.2": "logic of the base model",
    "2.3": "logic of the scenarios",
    "2.4": "algorithms",
    "2.5.1": "entities",
    "2.5.2": "activities",
    "2.5.3": "resources",
    "2.5.4": "queues",
    "2.5.5": "entry and exit",
    "3.1": "sources of data",
    "3.2": "processing of data beforehand",
    "3.3": "input parameters",
    "3.4": "assumptions",
    "4.1": "initial state",
    "4.2": "length of runs",
    "4.3": "estimation",
    "5.1": "software",
    "5.2": "random sampling",
    "5.3": "execution of the model",
    "5.4": "system",
    "6.1": "access to the code",
}


def _objectives(evidence: Evidence) -> Mapping[str, str]:
    rivals = listed([plain_name(name) for name in evidence.rivals])
    return {
        "1.1": "To weigh throughput against interdiction at one port of entry, for a funding decision.",
        "1.2": "Waits, crossing times, truck-hours by class, scans, exams, alarms and expected "
        "interdictions a year, each with an interval over replications; definitions in sections "
        "8 and 9.",
        "1.3": f"Scenarios: {rivals} against {plain_name(evidence.baseline)}; the same trucks for all.",
    }


def _logic(evidence: Evidence) -> Mapping[str, str]:
    scenario = evidence.appraised.case.study.alternatives[evidence.baseline]
    stations = [s for s in STATIONS if s not in OPEN_ENDED and scenario.servers(s) > 0]
    return {
        "2.2": "Trucks arrive by the hour and day of the timetable, join the line, may be scanned "
        "before primary, see an officer, may be referred, scanned again, opened at a dock, and "
        "leave; full yards hold trucks back upstream.",
        "2.3": "Section 3; the settings of each alternative stand in run.json.",
        "2.4": f"Targeting: {plain_name(scenario.policy.name)} with the risk model "
        f"{plain_name(scenario.risk.name)}; discipline of each line in run.json.",
        "2.5.1": "Trucks, each with class, cargo, documents, and the luck that it brings.",
        "2.5.2": f"Services at primary, {listed([plain_name(s) for s in stations])}.",
        "2.5.3": f"{scenario.port.primary.lanes + scenario.port.primary.fast_lanes} booths; "
        f"{listed([f'{scenario.servers(s)} {plain_name(s)}' for s in stations])}; "
        "timetables and breakdowns in the inputs.",
        "2.5.4": "One line or one for each server, first come first served or FAST first, with yards of finite size.",
        "2.5.5": "Entry at the end of the queue; exit after the last check, at seizure, or by "
        "giving up before a wait above the ceiling.",
    }


def _data(evidence: Evidence) -> Mapping[str, str]:
    rows = evidence.appraised.case.study.inputs(evidence.baseline)
    assumed = sum(row.kind == "assumption" for row in rows)
    sourced = sum(row.kind == "source" for row in rows)
    return {
        "3.1": f"{sourced} inputs of the simulation have a source, listed in section 4.",
        "3.3": f"{len(rows)} inputs of the simulation, section 4, with unit and confidence.",
        "3.4": f"{assumed} inputs of the simulation are assumptions with a range, section 4.",
    }


def _runs(evidence: Evidence) -> Mapping[str, str]:
    study = evidence.appraised.case.study
    response = evidence.appraised.response
    at = git_commit(CONFIGS.parent)
    release = f"throughgate {package_version('throughgate') or 'from a checkout'}"
    return {
        "4.1": "Every simulated day begins with an empty port before opening; lines left at the end are served out.",
        "4.2": f"Study years {listed([str(y) for y in response.years])}, each a weighted set of representative days.",
        "4.3": f"{response.replications} replications, paired across alternatives; intervals of "
        f"{percent(study.coverage, 0)} by Student's t.",
        "5.1": f"{release}, engine {study.engine}"
        + (f", commit {at}" if at else "")
        + f"; numpy {package_version('numpy')}.",
        "5.2": f"Counter-based generator keyed by truck and purpose, seed {study.seed}: every "
        "alternative meets the same trucks with the same luck.",
        "5.3": "Events in order of time, ties by a fixed rule; two engines agree to the last bit.",
        "5.4": "Processor, operating system and run time stand in run.json.",
    }


def stress_des_table(evidence: Evidence) -> Table:
    """Return the checklist as a table."""
    columns = (TableColumn("asks", "item"), TableColumn("status", "status"), TableColumn("text", "what this run says"))
    rows = tuple(
        (item.number, (text_cell(item.asks), _status(item), text_cell(item.text or "to be written")))
        for item in stress_des_items(evidence)
    )
    return Table(
        "stress_des",
        "STRESS-DES",
        TableColumn("number", "no."),
        columns,
        rows,
        note="Items without an answer are open for the author.",
    )


def _status(item: ChecklistItem) -> Cell:
    if item.text:
        return Cell("filled by the program", "", "done", look="done")
    return Cell("open: for the author", "", "open", look="open")


Status = Literal["done", "part", "open"]
STATUS_WORDS: Final = {
    "done": "filled by the program",
    "part": "in part; rest open: for the author",
    "open": "open: for the author",
}


class GaoPractice(NamedTuple):
    """One practice: its number, what it asks, how far the report answers it, and where."""

    number: int
    phase: str
    asks: str
    status: Status
    where: str


GAO_PRACTICES_FIXED: Final = (
    GaoPractice(
        1,
        "initialise",
        "define the mission need",
        "part",
        "section 2 gives the problem in numbers; the mission need statement is the author's",
    ),
    GaoPractice(
        2,
        "initialise",
        "define functional requirements",
        "open",
        "the operational requirements document is the requesting office's",
    ),
    GaoPractice(
        3,
        "initialise",
        "set the time frame of the analysis",
        "open",
        "when the analysis was ordered and is due is not known to the program",
    ),
    GaoPractice(4, "initialise", "form the team", "open", "names and skills of the team"),
    GaoPractice(
        5,
        "initialise",
        "define selection criteria",
        "done",
        "net present value, ratios, break-even and cost of a further load; section 7, 11, 15",
    ),
    GaoPractice(
        6,
        "initialise",
        "weigh the selection criteria",
        "part",
        "dollars weigh alike; the weight of a load is shown as a threshold, for a decider",
    ),
    GaoPractice(
        7,
        "initialise",
        "write down the process of the analysis",
        "done",
        "section 19 (STRESS-DES) and the method notes of each section",
    ),
    GaoPractice(
        8,
        "identify",
        "list a full range of alternatives",
        "part",
        "section 3; whether the list is wide enough is the author's to argue",
    ),
    GaoPractice(9, "identify", "describe the alternatives", "done", "section 3 and 4"),
    GaoPractice(10, "identify", "include a baseline", "done", "the no-build baseline; section 3"),
    GaoPractice(
        11,
        "identify",
        "assess the viability of alternatives",
        "done",
        "each must carry the load of the design year, or is completed; section 3",
    ),
    GaoPractice(
        12, "analyse", "identify risks and mitigation", "part", "section 17; likelihood and owner are open there"
    ),
    GaoPractice(13, "analyse", "measure benefits over the life cycle", "done", "section 5 and 6"),
    GaoPractice(
        14,
        "analyse",
        "tie benefits to the mission need",
        "part",
        "section 2 and 9; the link to the mission need statement is the author's",
    ),
    GaoPractice(15, "analyse", "estimate life-cycle costs", "done", "section 5, 6 and 16"),
)
GAO_PRACTICES_LATER: Final = (
    GaoPractice(18, "document", "put the analysis in one document", "done", "this report"),
    GaoPractice(
        19,
        "document",
        "state ground rules and assumptions",
        "done",
        "section 4, each with source, confidence and range",
    ),
    GaoPractice(
        20,
        "document",
        "ensure that the analysis is impartial",
        "part",
        "the same trucks, prices and rules for all; who pays for the analysis is open",
    ),
    GaoPractice(
        21,
        "document",
        "have it reviewed independently",
        "open",
        "no review is claimed; the inputs, seed and version to repeat it stand in run.json",
    ),
    GaoPractice(
        22,
        "select",
        "compare by net present value",
        "done",
        "section 7, in time and money; interdiction is compared by break-even, because no "
        "accepted value of a load exists",
    ),
)


def gao_practices(evidence: Evidence) -> list[GaoPractice]:
    """Return all 22 with their status in this run: ranges count only if inputs were redrawn."""
    drawn = bool(evidence.draws)
    why = "uncertain inputs were not redrawn in this run"
    status: Status = "done" if drawn else "open"
    ranged, swung = ("sections 6 and 7", "sections 13 and 14") if drawn else (why, why)
    return [
        *GAO_PRACTICES_FIXED,
        GaoPractice(16, "analyse", "give a confidence range of the cost", status, ranged),
        GaoPractice(17, "analyse", "do a sensitivity analysis", status, swung),
        *GAO_PRACTICES_LATER,
    ]


def gao_practices_table(evidence: Evidence) -> Table:
    """Return the self-check as a table."""
    columns = (
        TableColumn("phase", "phase"),
        TableColumn("practice", "practice"),
        TableColumn("status", "status"),
        TableColumn("where", "where, or what is missing"),
    )
    rows = tuple(
        (
            str(one.number),
            (
                text_cell(one.phase),
                text_cell(one.asks),
                Cell(STATUS_WORDS[one.status], "", one.status, look=one.status),
                text_cell(one.where),
            ),
        )
        for one in gao_practices(evidence)
    )
    return Table(
        "gao_22_practices",
        "Self-check against GAO's 22 practices",
        TableColumn("number", "no."),
        columns,
        rows,
        note="A self-check by the program, not a review.",
    )


DOCS: Final = CONFIGS.parent / "docs"
OF_MODEL: Final = "world_trade_bridge"
"""The port of ``model.md``; the others stand in ``ports.md``."""
KINDS: Final = ("fitted", "assumed", "predicted")


def validation_table(port: str, docs: Path = DOCS) -> Part:
    """Return the comparison of one port with published figures, or that there is none."""
    rows = list(_of_model(docs) if port == OF_MODEL else _of_ports(port, docs))
    if not rows:
        why = f"no published figure is on record for {port} in this installation"
        return missing_part("validation against data", why)
    columns = (
        TableColumn("simulated", "simulated, 95 % interval"),
        TableColumn("published", "published"),
        TableColumn("kind", "kind"),
    )
    shown = tuple((name, (text_cell(own), text_cell(other), _kind(kind))) for name, own, other, kind in rows)
    return Table(
        "validation",
        "The model beside published figures, today's practice",
        TableColumn("measure", "measure"),
        columns,
        shown,
        note="Fitted: the input was chosen to come near the figure, so that agreement proves "
        "nothing. Predicted: nothing was chosen for it.",
    )


def _kind(text: str) -> Cell:
    return Cell(text, "", text, look="words")


def _of_model(docs: Path) -> Iterator[tuple[str, str, str, str]]:
    for cells in _rows(docs / "model.md", 4):
        if cells[3] in (*KINDS, "from counts", "by policy", "by prevalence"):
            yield cells[0], cells[1], cells[2], cells[3]


def _of_ports(port: str, docs: Path) -> Iterator[tuple[str, str, str, str]]:
    current = ""
    for cells in _rows(docs / "ports.md", 7):
        current = cells[0] or current
        if current == port and cells[5]:
            remark = f" ({cells[6]})" if cells[6] else ""
            yield cells[1], cells[2], cells[3] or "none", cells[5] + remark


def _rows(path: Path, width: int) -> Iterator[list[str]]:
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [re.sub(r"[*`]", "", cell).strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == width:
            yield cells


WAIT: Final = "wait_mean_min"


def validation_chapter(evidence: Evidence) -> Section:
    """Return validation against data, and the STRESS-DES list."""
    study = evidence.appraised.case.study
    port = study.alternatives[evidence.baseline].port.name
    parts: list[Part] = [validation_table(port)]
    level = evidence.level(evidence.baseline, WAIT)
    if level is not None:
        year = evidence.appraised.response.years[0]
        said = (
            f"Here the mean wait of {plain_name(evidence.baseline)} in year {year} is "
            f"{number(level.mean)} {span(level)} minutes, with that year's traffic."
        )
        parts.append(Prose(said))
    listing = stress_des_items(evidence)
    done = sum(bool(item.text) for item in listing)
    parts.append(
        Prose(
            f"Reporting list (STRESS-DES): {done} of {len(listing)} items are filled by "
            f"the program, {len(listing) - done} are open for the author."
        )
    )
    parts.append(stress_des_table(evidence))
    return Section(19, "validation", "Validation against data, and STRESS-DES", tuple(parts))


def self_check_chapter(evidence: Evidence) -> Section:
    """Return GAO's practices with what is done and what is open."""
    found = [one.status for one in gao_practices(evidence)]
    count = {status: found.count(status) for status in ("done", "part", "open")}
    return Section(
        20,
        "self-check",
        "Self-check: GAO's 22 practices",
        (
            Prose(
                f"{count['done']} of 22 are filled by the program, {count['part']} in part, "
                f"{count['open']} are open for the author."
            ),
            gao_practices_table(evidence),
        ),
    )


IMPACT: Final = (
    "Texas, 2019: border delay cost 68.3 million dollars of productivity directly; a study put the "
    "output of both countries that goes with it at 2.3 billion dollars, 34 times as much.",
    "One more officer at each of 33 crossings and airports: 61.8 million dollars of gross domestic "
    "product and 1,053 jobs, or 1.87 million dollars an officer (study of 2013).",
)


def economic_impact_chapter(evidence: Evidence, *, shown: bool) -> Section:
    """Return the box of economic impact: off by default, and never added to anything."""
    title = "Economic impact (not additive)"
    if not shown:
        text = (
            "Not shown: off by default. Output, gross product and jobs hold multipliers and often "
            "both countries; they are impacts, not benefits, and add to no figure of this report."
        )
        return Section(21, "impact", title, (Prose(text, "absent"),))
    rivals = listed([plain_name(name) for name in evidence.rivals])
    return Section(
        21,
        "impact",
        title,
        (
            Prose(
                "Published figures of economic impact, for the reader's sense of scale. They are "
                "not results of this study, hold multipliers and often both countries, and add "
                f"to no figure of this report. None was worked out for {rivals}.",
                "absent",
            ),
            Bullets(IMPACT),
        ),
    )
