"""What a run says on the terminal or into a log: the load before, the answer and a table after.

Every table fits 80 columns; a wide screen gets more. In a log there is no colour and no bar, and
progress is a plain line at every tenth of the way.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from experiments.execution.overload import overloaded_alternatives
from experiments.execution.progress import Pace, PaceColumn, PlainProgress
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
from experiments.report.answers.answer import comparison_answer
from experiments.report.answers.claim import Withheld
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
from experiments.report.threat_gains import threat_gains_line
from sim.scenario import Scenario

GAP: Final = 2
"""Blanks after a column."""
WIDE: Final = 120
"""Columns from which on the second table is shown."""


def open_console() -> Console:
    """Return the screen: as wide as the terminal, or 80 columns of plain text in a log."""
    screen = Console(highlight=False)
    return screen if screen.is_terminal else Console(highlight=False, width=80, no_color=True)


def print_line(terminal: Console, line: str) -> None:
    """Print one line as it is: no markup; long ones are wrapped between words."""
    terminal.print(Text(wrap_line(terminal, line)))


def wrap_line(terminal: Console, line: str) -> str:
    """Return a line broken between words, for easy reading never beyond 100 columns."""
    return textwrap.fill(line, min(terminal.width, 100), break_on_hyphens=False)


def print_load_check(
    terminal: Console, scenarios: Mapping[str, Scenario], loads: Mapping[str, pd.DataFrame], trucks: Path | None = None
) -> None:
    """Say before the run whether each station can carry its load: a week's, or that of a file of trucks."""
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
    unstable, saturated = overloaded_alternatives(scenarios, loads, weekly=trucks is None)
    for name, why in unstable.items():
        print_line(terminal, f"unstable: {name}: {why}")
    for name, why in saturated.items():
        print_line(terminal, f"saturated: {name}: {why}; trucks pass a full yard by")
    terminal.print()


def print_plans(terminal: Console, planned: Mapping[str, str]) -> None:
    """Print the plan of each alternative that makes one, line by line as it stands."""
    for name, words in planned.items():
        print_line(terminal, f"Plan of {name}, made from past days:")
        terminal.print(Text(words), soft_wrap=True)
        terminal.print()


@contextmanager
def show_progress(terminal: Console, total: int, label: str = "replications") -> Iterator[Callable[[int, int], None]]:
    """Give a function (done, total) that shows how far ``label`` has come."""
    if not terminal.is_terminal:
        yield PlainProgress(label, lambda line: print_line(terminal, line))
        return
    pace = Pace()
    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), PaceColumn(pace))
    with Progress(*columns, console=terminal, transient=True) as bar:
        task = bar.add_task(label, total=total)

        def tell(done: int, of: int) -> None:
            pace.note(done, of)
            bar.update(task, completed=done)

        yield tell


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
    """Print the answer, the table, what was written, and the notes, in this order."""
    findings = labeled(findings)
    terminal.print()
    answer = comparison_answer(findings)
    terminal.print(Text(wrap_line(terminal, answer.text), style="" if isinstance(answer, Withheld) else "bold"))
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


def print_stored(terminal: Console, folder: Path, paths: Sequence[Path]) -> None:
    """Name the files that are not in a run's own folder: that of the store."""
    for path in paths:
        if folder.absolute() not in path.absolute().parents:
            terminal.print(Text(f"Kept in the store as {path}"), soft_wrap=True)


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
    headings = ["alternative", "wait, min", "scanned, %", "found, %"]
    return [*headings, "found, points"] if several else headings, rows


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
        f"to primary; found: share of loads, expected over all trucks{several}."
    )


def print_table(terminal: Console, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, in as many parts under each other as the screen is narrow."""
    lines = [headings, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headings))]
    for columns in _in_width(terminal.width, widths):
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
        for place in (0, *columns):
            justify: Literal["left", "right"] = "right" if place else "left"
            table.add_column(headings[place], justify=justify, overflow="fold", no_wrap=place > 0)
        for row in rows:
            table.add_row(*(row[place] for place in (0, *columns)))
        terminal.print(table)


def _in_width(width: int, widths: Sequence[int]) -> list[list[int]]:
    """Return the columns beside the first in groups, as many side by side as the screen holds.

    >>> _in_width(40, (12, 8, 6, 7, 4, 8))
    [[1, 2, 3], [4, 5]]
    """
    groups: list[list[int]] = [[]]
    for place in range(1, len(widths)):
        used = widths[0] + sum(widths[column] + GAP for column in (*groups[-1], place))
        if used > width and groups[-1]:
            groups.append([])
        groups[-1].append(place)
    return groups
