"""Chapters on the port: what trucks wait, how reliably, and the key performance parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from experiments.funding.exhibits import charts_port
from experiments.funding.exhibits.cells import interval_cell
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
from experiments.intervals import Difference
from experiments.number_format import NONE, number, signed, span
from experiments.page_templates import Badge, Cell, Table, TableColumn
from experiments.study.calibrated_waits import not_calibrated_note
from sim.setting.contraband import CONTRABAND

SimulatedMeasure = tuple[str, str, str, float, int, Badge]
"""Name, words, unit, scale, digits and badge of a measure."""
WAITS: Final[tuple[SimulatedMeasure, ...]] = (
    ("wait_mean_min", "wait to primary, mean", "min", 1.0, 1, "predicted"),
    ("wait_p50_min", "wait, median", "min", 1.0, 1, "predicted"),
    ("wait_p95_min", "wait, 95th percentile", "min", 1.0, 1, "predicted"),
    ("crossing_mean_min", "crossing time, mean", "min", 1.0, 1, "predicted"),
    ("crossing_p50_min", "crossing time, median", "min", 1.0, 1, "predicted"),
    ("crossing_p95_min", "crossing time, 95th percentile", "min", 1.0, 1, "predicted"),
    ("buffer_index", "buffer index", "", 1.0, 2, "predicted"),
)
KEY_PARAMETERS: Final[tuple[SimulatedMeasure, ...]] = (
    ("availability_portal", "availability of portals", "%", 100.0, 1, "assumed"),
    ("availability_secondary", "availability of secondary scanners", "%", 100.0, 1, "assumed"),
    ("scan_rate", "inspection (scan) rate", "%", 100.0, 1, "predicted"),
    ("high_risk_inspection_rate", "high-risk trucks inspected", "%", 100.0, 1, "predicted"),
    ("exam_rate", "exam rate", "%", 100.0, 2, "predicted"),
    ("detection_expected", "detection: loads interdicted", "%", 100.0, 1, "assumed"),
    ("false_alarm_rate", "false alarms", "%", 100.0, 2, "assumed"),
)
AVAILABILITY: Final = "availability_"
DEFINITIONS: Final = (
    "Availability: time in which the machines are available, over the time for which they are scheduled; an input "
    "(scanner.*.outages), not an estimate. Inspection (scan) rate: trucks imaged at a portal over trucks that left "
    "the port. Exam rate: trucks examined at a dock over trucks that left the port.",
    "Detection: share of the loads presented that is interdicted by the whole chain of checks, with every truck "
    "counted by its probability of carrying; it rests on the assumed prevalence and on assumed sensor performance. "
    "False alarms: alarms over scans of trucks that carry nothing.",
    "High-risk trucks: those whose risk score is at least the threshold of this study "
    "(high_risk_score in run.json); inspected: scanned or physically examined.",
)


def throughput_chapter(evidence: Evidence) -> Section:
    """Return waits and reliability with intervals, by alternative, by year and over the day."""
    years = evidence.appraised.response.years
    parts: list[Part] = [
        Prose(
            "Wait: end of the queue to the primary booth, as CBP counts it. Crossing: end of the queue to the last "
            "exit. Buffer index: (95th percentile - mean) / mean of crossing time. "
            f"{_intervals(evidence)} {_fit_words(evidence)}"
        )
    ]
    if table := measure_table(evidence, "throughput", f"Study year {years[0]}", WAITS):
        parts.append(table)
        parts.append(charts_port.crossing_time_chart(evidence))
    else:
        parts.append(missing_part("waits and reliability", "the simulation returned none"))
    if len(years) > 1 and evidence.values(evidence.baseline, WAITS[0][0]) is not None:
        parts.append(_growth_table(evidence))
        parts.append(charts_port.wait_by_year_chart(evidence))
    hourly = charts_port.hourly_wait_chart(evidence)
    parts.append(hourly or missing_part("course of the wait over the day", "this run kept no hourly profile"))
    return Section("throughput", "Throughput and reliability", tuple(parts))


def _fit_words(evidence: Evidence) -> str:
    """Return whether the lanes of today's practice were fitted to an observed wait, or nobody has compared them."""
    if note := not_calibrated_note([evidence.appraised.case.study]):
        return note
    return (
        "The lanes open in today's practice were set so that the average wait of the counted year comes near what was "
        f"observed (fitted, section {SECTION_NUMBER['validation']}); the years here have other traffic, so that all "
        "their waits are predicted."
    )


def _intervals(evidence: Evidence) -> str:
    return (
        f"Intervals are of {100 * evidence.coverage:.0f}% over {evidence.appraised.response.replications} "
        "replications on the same trucks for all alternatives; differences from the baseline are paired."
    )


def measure_table(
    evidence: Evidence, name: str, title: str, measures: Sequence[SimulatedMeasure], year: int | None = None
) -> Table | None:
    """Return a table of simulated measures with differences; None if none of them is known."""
    known = [m for m in measures if any(evidence.values(one, m[0], year) is not None for one in evidence.names)]
    if not known:
        return None
    columns = {
        TableColumn(m[0], m[1], m[2], m[5]): lambda one, m=m: measure_cell(evidence, one, m, year) for m in known
    }
    return table_by_column(name, title, evidence.names, columns)


def measure_cell(evidence: Evidence, name: str, measure: SimulatedMeasure, year: int | None = None) -> Cell:
    """Return one measure of one alternative with its interval, and its paired difference."""
    key, _, _, scale, digits, _ = measure
    if key.startswith(AVAILABILITY):
        return _availability_cell(evidence, name, key.removeprefix(AVAILABILITY))
    if (level := evidence.level(name, key, year)) is None:
        return Cell(NONE, "not at this port")
    gap = None if name == evidence.baseline else evidence.change(name, key, year)
    compared = "" if gap is None else f"; {paired_difference_words(gap, scale, digits)}"
    return interval_cell(level, scale, digits, "" if gap is None or not np.isfinite(gap.mean) else compared)


def _availability_cell(evidence: Evidence, name: str, station: str) -> Cell:
    """Return the availability of a station's machines as it was set: the simulation does not estimate it."""
    scenario = evidence.appraised.case.study.alternatives[name]
    if evidence.level(name, f"{AVAILABILITY}{station}") is None:
        return Cell(NONE, "not at this port")
    share = getattr(scenario.scanner, station).outages.availability_share
    return Cell(number(100.0 * share, 1), "input", 100.0 * share)


def paired_difference_words(gap: Difference, scale: float, digits: int) -> str:
    """Return a paired difference with its interval.

    Examples
    --------
    >>> paired_difference_words(Difference(-2.0, -3.0, -1.0, 0.01, 6), 1.0, 1)
    'change -2.0 [-3.0, -1.0]'
    """
    ends = span(gap, scale, digits) if np.isfinite(gap.low) else ""
    return f"change {signed(scale * gap.mean, digits)} {ends}".strip()


def _growth_table(evidence: Evidence) -> Table:
    base = evidence.appraised.case.appraisal.base_year
    columns = {
        TableColumn(f"wait_mean_min_year_{y}", f"year {y} ({base + y})", "min", "predicted"): lambda name, y=y: (
            measure_cell(evidence, name, WAITS[0], y)
        )
        for y in evidence.appraised.response.years
    }
    note = "Every one of these years was simulated with its own traffic. Years between are "
    note += "interpolated; a congested wait is never multiplied by growth."
    return table_by_column(
        "wait_by_year", "Average wait to primary by simulated year", evidence.names, columns, note=note
    )


def key_parameters_chapter(evidence: Evidence) -> Section:
    """Return the key performance parameters, with their definitions."""
    title = f"Study year {evidence.appraised.response.years[0]}"
    parts: list[Part] = [
        *(Prose(text) for text in DEFINITIONS),
        measure_table(evidence, "key_performance_parameters", title, KEY_PARAMETERS)
        or missing_part("key performance parameters", "the simulation returned none"),
        Prose(_intervals(evidence), "small"),
        _types_table(evidence) or missing_part("loads by type of contraband", "the simulation kept no types"),
    ]
    return Section("key-performance", "Key performance parameters", tuple(parts))


def _types_table(evidence: Evidence) -> Table | None:
    base = {kind: evidence.values(evidence.baseline, f"presented_{kind}") for kind in CONTRABAND}
    known = [kind for kind, presented in base.items() if presented is not None and presented.sum() > 0.0]
    if not known:
        return None

    def loads_of(kind: str) -> Callable[[str], Cell]:
        def cell(name: str) -> Cell:
            found, presented = (evidence.level(name, f"{of}_{kind}") for of in ("loads", "presented"))
            if found is None or presented is None:
                return Cell(NONE)
            return interval_cell(found, more=f" of {number(presented.mean)}")

        return cell

    columns = {TableColumn(f"interdicted_{k}", plain_name(k), "loads a year", "assumed"): loads_of(k) for k in known}
    note = "Beneath: the interval over replications, and the loads presented. How many are "
    note += "presented is assumed. Amounts only: none of them is priced."
    title = "Loads interdicted in the first year, by type"
    return table_by_column("interdicted_by_type", title, evidence.names, columns, note=note)
