"""STRESS-DES: what a report of a discrete-event simulation has to say, filled from the run.

Source: Monks et al. (2019), Journal of Simulation 13(1), the checklist STRESS-DES.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from experiments.exhibits.drawing import plain
from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import Cell, Column, Table, words
from experiments.provenance import CONFIGS, commit, version
from experiments.wording import listed, percent
from sim.order import STATIONS


class Item(NamedTuple):
    """One row of the checklist; ``text`` empty: open for the author."""

    number: str
    asks: str
    text: str


OPEN_ENDED = ("approach", "primary")
"""Stations whose servers are lanes: those of the approach need none, booths open by timetable."""


def items(evidence: Evidence) -> list[Item]:
    """Return all 24 rows, those that the program cannot answer left open."""
    found = {**_objectives(evidence), **_logic(evidence), **_data(evidence), **_runs(evidence)}
    return [Item(number, asks, found.get(number, "")) for number, asks in ASKS.items()]


ASKS = {
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
    rivals = listed([plain(name) for name in evidence.rivals])
    return {
        "1.1": "To weigh throughput against interdiction at one port of entry, for a funding "
        "decision.",
        "1.2": "Waits, crossing times, truck-hours by class, scans, exams, alarms and expected "
        "interdictions a year, each with an interval over replications; definitions in sections "
        "8 and 9.",
        "1.3": f"Scenarios: {rivals} against {plain(evidence.baseline)}; the same trucks for all.",
    }


def _logic(evidence: Evidence) -> Mapping[str, str]:
    scenario = evidence.appraised.case.study.alternatives[evidence.baseline]
    stations = [s for s in STATIONS if s not in OPEN_ENDED and scenario.servers(s) > 0]
    return {
        "2.2": "Trucks arrive by the hour and day of the timetable, join the line, may be scanned "
        "before primary, see an officer, may be referred, scanned again, opened at a dock, and "
        "leave; full yards hold trucks back upstream.",
        "2.3": "Section 3; the settings of each alternative stand in run.json.",
        "2.4": f"Targeting: {plain(scenario.policy.name)} with the risk model "
        f"{plain(scenario.risk.name)}; discipline of each line in run.json.",
        "2.5.1": "Trucks, each with class, cargo, documents, and the luck that it brings.",
        "2.5.2": f"Services at primary, {listed([plain(s) for s in stations])}.",
        "2.5.3": f"{scenario.port.primary.lanes + scenario.port.primary.fast_lanes} booths; "
        f"{listed([f'{scenario.servers(s)} {plain(s)}' for s in stations])}; "
        "timetables and breakdowns in the inputs.",
        "2.5.4": "One line or one for each server, first come first served or FAST first, with "
        "yards of finite size.",
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
    at = commit(CONFIGS.parent)
    release = f"throughgate {version('throughgate') or 'from a checkout'}"
    return {
        "4.1": "Every simulated day begins with an empty port before opening; lines left at the "
        "end are served out.",
        "4.2": f"Study years {listed([str(y) for y in response.years])}, each a weighted set of "
        "representative days.",
        "4.3": f"{response.replications} replications, paired across alternatives; intervals of "
        f"{percent(study.coverage, 0)} by Student's t.",
        "5.1": f"{release}, engine {study.engine}"
        + (f", commit {at}" if at else "")
        + f"; numpy {version('numpy')}.",
        "5.2": f"Counter-based generator keyed by truck and purpose, seed {study.seed}: every "
        "alternative meets the same trucks with the same luck.",
        "5.3": "Events in order of time, ties by a fixed rule; two engines agree to the last bit.",
        "5.4": "Processor, operating system and run time stand in run.json.",
    }


def stress_table(evidence: Evidence) -> Table:
    """Return the checklist as a table."""
    columns = (
        Column("asks", "item"),
        Column("status", "status"),
        Column("text", "what this run says"),
    )
    rows = tuple(
        (item.number, (words(item.asks), _status(item), words(item.text or "to be written")))
        for item in items(evidence)
    )
    return Table(
        "stress_des",
        "STRESS-DES",
        Column("number", "no."),
        columns,
        rows,
        note="Items without an answer are open for the author.",
    )


def _status(item: Item) -> Cell:
    if item.text:
        return Cell("filled by the program", "", "done", look="done")
    return Cell("open: for the author", "", "open", look="open")
