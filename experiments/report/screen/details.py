"""All that there is to say of a comparison (``details=true``): loads and plans before, tables, notes, files after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from rich.console import Console
from rich.text import Text

from experiments.intervals import KIND_WORDS, Difference
from experiments.number_format import (
    NONE,
    brief_span,
    number,
    percent,
    present_stations,
    short_station_title,
    signed,
    station_load,
)
from experiments.report.equivalents import portal_equivalents_sentence as portals_worth
from experiments.report.findings import Findings
from experiments.report.labeled import labeled
from experiments.report.notes import (
    frontier_notes,
    random_stream_answer,
    reader_notes,
    redraws_answer,
    redraws_ranking_note,
    screening_note,
)
from experiments.report.tables import amounts_sentence, bottleneck_answer, largest_scan_share, table_columns
from experiments.report.terminal import print_line, print_stored, print_table
from experiments.report.threat_gains import threat_gains_line

WIDE: Final = 120
"""Columns from which on the second table is shown."""


def print_load_check(terminal: Console, loads: Mapping[str, pd.DataFrame], trucks: Path | None = None) -> None:
    """Say before the run what each station is asked for: by a week's trucks, or by those of a file."""
    head = "Weekly load of each station" if trucks is None else f"Load of each station by the trucks of {trucks.name}"
    print_line(
        terminal,
        f"{head}, % of its capacity, and the largest share of trucks that the "
        "port could scan without a station being overloaded (from theory):",
    )
    stations = present_stations(loads.values())
    rows = []
    for name, load in loads.items():
        shares = [station_load(load, station) for station in stations]
        cells = (f"{number(100.0 * share, 0)}{'!' if share >= 1.0 else ''}" for share in shares)
        rows.append([name, *cells, largest_scan_share(load)])
    print_table(terminal, ["alternative", *(short_station_title(s) for s in stations), "scan max"], rows)
    terminal.print()


def print_plans(terminal: Console, planned: Mapping[str, str]) -> None:
    """Print the plan of each alternative that makes one, line by line as it stands."""
    for name, words in planned.items():
        print_line(terminal, f"Plan of {name}, made from past days:")
        terminal.print(Text(words), soft_wrap=True)
        terminal.print()


SENTENCES: Final = (
    amounts_sentence,
    screening_note,
    portals_worth,
    bottleneck_answer,
    redraws_answer,
    redraws_ranking_note,
    threat_gains_line,
    random_stream_answer,
)
"""What is said after the tables, in this order, each only where it has something to say."""


def print_findings(terminal: Console, findings: Findings, paths: Sequence[Path], wall_s: float) -> None:
    """Print the table in the order of the study, the sentences, what was written, and the notes, in this order."""
    findings = labeled(findings)
    terminal.print()
    print_table(terminal, *headline_table(findings))
    if terminal.width >= WIDE:
        print_table(terminal, *detail_table(findings))
    print_line(terminal, _legend(findings))
    if len(findings.names) > 1:
        for line in frontier_notes(findings):
            print_line(terminal, line)
    for sentence in SENTENCES:
        if line := sentence(findings):
            print_line(terminal, line)
    terminal.print()
    if paths:
        folder = paths[0].parent
        terminal.print(Text(f"Written to {folder}"), soft_wrap=True)
        print_line(terminal, f"{', '.join(path.name for path in paths if path.parent == folder)} ({wall_s:.0f} s)")
        print_stored(terminal, folder, paths)
    terminal.print()
    for line in reader_notes(findings):
        print_line(terminal, f"Note: {line}")


Rows = tuple[list[str], list[list[str]]]
"""Headings and rows of a table, the names of the rows first."""


def headline_table(findings: Findings) -> Rows:
    """Return the table that fits 80 columns: wait, scanned and found, and what is found against the baseline."""
    several = len(findings.names) > 1
    rows = [
        [
            name,
            "unstable" if name in findings.unstable else _interval(findings, name, "wait_mean_min"),
            number(100.0 * findings.interval(name, "scan_rate").mean),
            *(_found(findings, name) if several else [_interval(findings, name, "detection_expected", 100.0)]),
        ]
        for name in findings.names
    ]
    headings = ["alternative", "wait, min", "scanned, %", "detected, %"]
    return [*headings, "detected, points"] if several else headings, rows


def _found(findings: Findings, name: str) -> list[str]:
    """Return the share of loads found, and its difference from the baseline with its interval."""
    row = findings.row(name, "detection_expected")
    level, gap = number(100.0 * findings.interval(name, "detection_expected").mean), float(row["difference"])
    if row["holm_verdict"] == "baseline":
        return [level, "baseline"]
    if np.isnan(gap):
        return [level, NONE]
    mark = " *" if row["holm_verdict"] in ("higher", "lower") else ""
    ends = Difference(gap, row["diff_low"], row["diff_high"], row["p_value"], int(row["n"]), "few")
    return [level, f"{signed(100.0 * gap)} {brief_span(ends, 100.0)}{mark}"]


def detail_table(findings: Findings) -> Rows:
    """Return the further measures that a wide screen has room for."""
    columns = table_columns("wide terminal")
    heads = [f"{heading.words}, {metric.heading_unit(heading)}" for metric, heading in columns]
    rows = [
        [name, *(_interval(findings, name, metric.name, metric.scale, metric.digits) for metric, _ in columns)]
        for name in findings.names
    ]
    return ["alternative", *heads], rows


def _interval(findings: Findings, name: str, metric: str, scale: float = 1.0, digits: int = 1) -> str:
    estimate = findings.interval(name, metric)
    text = number(scale * estimate.mean, digits)
    return text if np.isnan(estimate.mean) else f"{text} {brief_span(estimate, scale, digits)}"


def _legend(findings: Findings) -> str:
    """Say what the columns mean."""
    several = (
        "; points: difference from the baseline, * clear of zero for all alternatives at once (Holm's test)"
        if len(findings.names) > 1
        else ""
    )
    return (
        f"In brackets: {percent(findings.study.coverage, 0)} interval {KIND_WORDS['replications']}. wait: end of queue "
        f"to primary; detected: share of smuggled loads, expected value{several}."
    )
