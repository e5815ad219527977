"""Chapters that let a reviewer check: validation, reporting list, what is left out.

Published figures and what the model gives beside them were compared once for every port and stand in
the documents; they are read from there, so that page and document cannot disagree. STRESS-DES is what
a report of a discrete-event simulation has to say (Monks et al., 2019, Journal of Simulation 13(1)).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from experiments.funding.chapters.practices import NUMBER_COLUMN, STATUS_COLUMN, status_cell
from experiments.funding.exhibits.cells import text_cell
from experiments.funding.exhibits.elements import (
    SECTION_NUMBER,
    Part,
    Prose,
    Section,
    missing_part,
    plain_name,
    table_by_column,
)
from experiments.funding.exhibits.evidence import Evidence
from experiments.number_format import listed, number, percent, span
from experiments.page_templates import Cell, Table, TableColumn
from experiments.study.run_record import git_commit, package_version
from experiments.study.sources import CONFIGS
from sim.stations import STATIONS


class ChecklistItem(NamedTuple):
    """One row of the checklist; ``text`` empty: open for the author."""

    number: str
    asks: str
    text: str


OPEN_ENDED: Final = ("approach", "primary")
"""Stations whose servers are lanes: those of the approach need none, booths open by timetable."""


def stress_des_items(evidence: Evidence) -> list[ChecklistItem]:
    """Return all 24 rows, those that the program cannot answer left open."""
    return [ChecklistItem(*row) for row in (*_model_rows(evidence), *_experiment_rows(evidence))]


def _model_rows(evidence: Evidence) -> tuple[tuple[str, str, str], ...]:
    """Return the rows on objectives and logic: number, item, answer (empty: left open)."""
    study = evidence.appraised.case.study
    rivals, base = listed([plain_name(name) for name in evidence.rivals]), plain_name(evidence.baseline)
    scenario = study.alternatives[evidence.baseline]
    stations = [s for s in STATIONS if s not in OPEN_ENDED and scenario.servers(s) > 0]
    services = listed([plain_name(s) for s in stations])
    servers = listed([f"{scenario.servers(s)} {plain_name(s)}" for s in stations])
    booths = scenario.port.primary.lanes + scenario.port.primary.fast_lanes
    definitions = f"sections {SECTION_NUMBER['throughput']} and {SECTION_NUMBER['key-performance']}"
    return (
        ("1.1", "purpose of the model",
         "To weigh throughput against interdiction at one port of entry, for a funding decision."),
        ("1.2", "outputs",
         "Waits, crossing times, truck-hours by class, scans, exams, alarms and expected interdictions a year, each "
         f"with an interval over replications; definitions in {definitions}."),
        ("1.3", "aims of the experiments", f"Scenarios: {rivals} against {base}; the same trucks for all."),
        ("2.1", "overview diagram of the base model", ""),
        ("2.2", "logic of the base model",
         "Trucks arrive by the hour and day of the timetable, join the line, may be scanned before primary, see an "
         "officer, may be referred, scanned again, physically examined at a dock, and leave; full yards hold trucks "
         "back upstream."),
        ("2.3", "logic of the scenarios",
         f"Section {SECTION_NUMBER['alternatives']}; the settings of each alternative stand in run.json."),
        ("2.4", "algorithms",
         f"Targeting: {plain_name(scenario.policy.name)} with the risk model {plain_name(scenario.risk.name)}; "
         "discipline of each line in run.json."),
        ("2.5.1", "entities", "Trucks, each with class, cargo, documents, and the random numbers that it brings."),
        ("2.5.2", "activities", f"Services at primary, {services}."),
        ("2.5.3", "resources", f"{booths} booths; {servers}; timetables and breakdowns in the inputs."),
        ("2.5.4", "queues",
         "One line or one for each server, first come first served or FAST first, with yards of finite size."),
        ("2.5.5", "entry and exit",
         "Entry at the end of the queue; exit after the last check, at seizure, or by "
         "giving up before a wait above the ceiling."),
    )  # fmt: skip


def _experiment_rows(evidence: Evidence) -> tuple[tuple[str, str, str], ...]:
    """Return the rows on data, experiments, implementation and access, as `_model_rows`."""
    study, response = evidence.appraised.case.study, evidence.appraised.response
    kinds = [row.kind for row in study.inputs(evidence.baseline)]
    commit = git_commit(CONFIGS.parent)
    release = f"throughgate {package_version('throughgate') or 'from a checkout'}, engine {study.engine}"
    release += f", commit {commit}" if commit else ""
    inputs = f"section {SECTION_NUMBER['inputs']}"
    return (
        ("3.1", "sources of data",
         f"{kinds.count('source')} inputs of the simulation have a source, listed in {inputs}."),
        ("3.2", "processing of data beforehand", ""),
        ("3.3", "input parameters", f"{len(kinds)} inputs of the simulation, {inputs}, with unit and confidence."),
        ("3.4", "assumptions",
         f"{kinds.count('assumption')} inputs of the simulation are assumptions with a range, {inputs}."),
        ("4.1", "initial state",
         "Every simulated day begins with an empty port before opening; lines left at the end are served out."),
        ("4.2", "length of runs",
         f"Study years {listed([str(y) for y in response.years])}, each a weighted set of representative days."),
        ("4.3", "estimation",
         f"{response.replications} replications, paired across alternatives; intervals of "
         f"{percent(study.coverage, 0)} by Student's t."),
        ("5.1", "software", f"{release}; numpy {package_version('numpy')}."),
        ("5.2", "random sampling",
         f"Counter-based generator keyed by truck and purpose, seed {study.seed}: every "
         "alternative meets the same trucks with the same random numbers."),
        ("5.3", "execution of the model",
         "Events in order of time, ties by a fixed rule; two engines agree to the last bit."),
        ("5.4", "system", "Processor, operating system and run time stand in run.json."),
        ("6.1", "access to the code", ""),
    )  # fmt: skip


def stress_des_table(evidence: Evidence) -> Table:
    """Return the checklist as a table."""
    columns: dict[TableColumn, Callable[[ChecklistItem], Cell]] = {
        TableColumn("asks", "item"): lambda item: text_cell(item.asks),
        STATUS_COLUMN: lambda item: status_cell("done" if item.text else "open"),
        TableColumn("text", "what this run says"): lambda item: text_cell(item.text or "to be written"),
    }
    items, note = stress_des_items(evidence), "Items without an answer are open for the author."
    return table_by_column("stress_des", "STRESS-DES", items, columns, (NUMBER_COLUMN, lambda item: item.number), note)


DOCS: Final = CONFIGS.parent / "docs"
OF_MODEL: Final = "world_trade_bridge"
"""The port of ``docs/explanation/model.md``; the others stand in ``docs/explanation/ports.md``."""
KINDS: Final = ("fitted", "assumed", "predicted")


def validation_table(port: str, docs: Path = DOCS) -> Part:
    """Return the comparison of one port with published figures, or that there is none."""
    rows = list(_of_model(docs) if port == OF_MODEL else _of_ports(port, docs))
    if not rows:
        why = f"no published figure is on record for {port} in this installation"
        return missing_part("validation against data", why)
    columns: dict[TableColumn, Callable[[tuple[str, ...]], Cell]] = {
        TableColumn("simulated", "simulated, 95% interval"): lambda row: text_cell(row[1]),
        TableColumn("published", "published"): lambda row: text_cell(row[2]),
        TableColumn("kind", "kind"): lambda row: text_cell(row[3]),
    }
    title, named = "The model beside published figures, today's practice", TableColumn("measure", "measure")
    note = "Fitted: the input was chosen to come near the figure, so that agreement proves "
    note += "nothing. Predicted: nothing was chosen for it."
    return table_by_column("validation", title, rows, columns, (named, lambda row: row[0]), note)


def _of_model(docs: Path) -> Iterator[tuple[str, ...]]:
    kinds = (*KINDS, "from counts", "by policy", "by prevalence")
    return (tuple(cells) for cells in _rows(docs / "explanation/model.md", 4) if cells[3] in kinds)


def _of_ports(port: str, docs: Path) -> Iterator[tuple[str, ...]]:
    current = ""
    for cells in _rows(docs / "explanation/ports.md", 7):
        current = cells[0] or current
        if current == port and cells[5]:
            remark = f" ({cells[6]})" if cells[6] else ""
            yield cells[1], cells[2], cells[3] or "none", cells[5] + remark


def _rows(path: Path, width: int) -> Iterator[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for line in lines:
        cells = [re.sub(r"[*`]", "", cell).strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == width:
            yield cells


def validation_chapter(evidence: Evidence) -> Section:
    """Return validation against data, and the STRESS-DES list."""
    port = evidence.appraised.case.study.alternatives[evidence.baseline].port.name
    parts: list[Part] = [validation_table(port)]
    if (level := evidence.level(evidence.baseline, "wait_mean_min")) is not None:
        said = (
            f"Here the average wait of {plain_name(evidence.baseline)} in year {evidence.appraised.response.years[0]} "
            f"is {number(level.mean)} {span(level)} minutes, with that year's traffic."
        )
        parts.append(Prose(said))
    filled = [bool(item.text) for item in stress_des_items(evidence)]
    said = (
        f"Reporting list (STRESS-DES): {sum(filled)} of {len(filled)} items are filled by "
        f"the program, {filled.count(False)} are open for the author."
    )
    parts += [Prose(said), stress_des_table(evidence)]
    return Section("validation", "Validation against data, and STRESS-DES", tuple(parts))


NO_IMPACT: Final = Prose(
    "Not shown: off by default. Output, gross product and jobs hold multipliers and often "
    "both countries; they are impacts, not benefits, and add to no figure of this report.",
    "absent",
)
ECONOMIC_IMPACT: Final = Section("impact", "Economic impact (not additive)", (NO_IMPACT,))
"""The place of economic impact: said to be left out, and never added to anything."""
