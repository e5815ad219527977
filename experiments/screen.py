"""What a run says on the terminal or into a log: the load before, the answer and a table after.

Every table fits 80 columns; a wide screen gets more. In a log there is no colour and no bar, and
progress is a plain line at every tenth of the way.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from experiments.amounts import amount_words
from experiments.answer import answer
from experiments.equivalents import sentence as portals_worth
from experiments.examinations import random_answer
from experiments.findings import Findings
from experiments.overload import overloaded
from experiments.redrawn_words import redrawn_answer, redrawn_ranks
from experiments.screening_words import screening_words
from experiments.sections import bottleneck_answer
from experiments.standings import notes, standings
from experiments.stations import present, short, station_load
from experiments.wording import NONE, half_width, number, percent, plus_minus, signed
from sim.scenario import Scenario

SCAN_MAX: Final = "scan max"
"""Column of the largest share of trucks that could be scanned."""
GAP: Final = 2
"""Blanks after a column."""
WIDE: Final = 120
"""Columns from which on the second table is shown."""
DETAILS: Final = (
    ("p95, min", "crossing_p95_min", 1.0, 0),
    ("over 30 min, %", "p_wait_over_30_min", 100.0, 1),
    ("queue, max", "queue_max", 1.0, 0),
    ("exams, %", "exam_rate", 100.0, 2),
    ("hits, %", "hit_rate", 100.0, 2),
    ("detected, %", "detection_rate", 100.0, 1),
    ("delay, h", "delay_truck_h", 1.0, 0),
)
"""Heading, metric, scale and digits of the second table; hits and detected stand together."""


def console() -> Console:
    """Return the screen: as wide as the terminal, or 80 columns of plain text in a log."""
    screen = Console(highlight=False)
    return screen if screen.is_terminal else Console(highlight=False, width=80, no_color=True)


def say(screen: Console, line: str) -> None:
    """Print one line as it is: no markup; long ones are wrapped between words."""
    screen.print(Text(wrapped(screen, line)))


def wrapped(screen: Console, line: str) -> str:
    """Return a line broken between words, for easy reading never beyond 100 columns."""
    return textwrap.fill(line, min(screen.width, 100), break_on_hyphens=False)


def before(
    screen: Console, scenarios: Mapping[str, Scenario], loads: Mapping[str, pd.DataFrame]
) -> None:
    """Say whether each station can carry its load over the week, before anything is simulated."""
    say(
        screen,
        "Weekly load of each station, % of its capacity, and the largest share of trucks that the "
        "port could scan without a station being overloaded (from theory):",
    )
    columns = (*present(loads.values()), SCAN_MAX)
    rows = [[name, *(_load_cell(load, c) for c in columns)] for name, load in loads.items()]
    print_table(screen, ["alternative", *(short(c) for c in columns)], rows)
    unstable, saturated = overloaded(scenarios, loads)
    for name, why in unstable.items():
        say(screen, f"unstable: {name}: {why}")
    for name, why in saturated.items():
        say(screen, f"saturated: {name}: {why}; trucks pass a full yard by")
    screen.print()


def plans(screen: Console, planned: Mapping[str, str]) -> None:
    """Print the plan of each alternative that makes one, line by line as it stands."""
    for name, words in planned.items():
        say(screen, f"Plan of {name}, made from past days:")
        screen.print(Text(words), soft_wrap=True)
        screen.print()


def largest_share(load: pd.DataFrame) -> str:
    """Return the largest sustainable scan share of the port: that of its tightest station.

    Examples
    --------
    >>> largest_share(pd.DataFrame({"largest_scan_share": [0.61, 0.4, float("nan")]}))
    '40 %'
    """
    shares = load["largest_scan_share"].to_numpy(np.float64)
    shares = shares[~np.isnan(shares)]
    return percent(min(float(shares.min()), 1.0), 0) if len(shares) else NONE


@contextmanager
def progress(
    screen: Console, total: int, what: str = "replications"
) -> Iterator[Callable[[int, int], None]]:
    """Give a function (done, total) that shows how far ``what`` has come."""
    if not screen.is_terminal:
        yield _plain_progress(screen, what)
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, _: bar.update(task, completed=done)


def _plain_progress(screen: Console, what: str) -> Callable[[int, int], None]:
    said = [0]

    def tell(done: int, total: int) -> None:
        tenth = 10 * done // total
        if tenth > said[0]:
            said[0] = tenth
            say(screen, f"{what}: {done} of {total}")

    return tell


def after(screen: Console, found: Findings, written: Sequence[Path], wall_s: float) -> None:
    """Print the answer, the table, what was written, and the notes, in this order."""
    screen.print()
    screen.print(Text(wrapped(screen, answer(found)), style="bold"))
    screen.print()
    print_table(screen, *headline_table(found))
    if screen.width >= WIDE:
        print_table(screen, *detail_table(found))
    say(screen, _legend(found))
    if len(found.names) > 1:
        for line in standings(found):
            say(screen, line)
    said = (amount_words(found), screening_words(found), portals_worth(found))
    for line in (
        *said,
        bottleneck_answer(found),
        redrawn_answer(found),
        redrawn_ranks(found),
        random_answer(found),
    ):
        if line:
            say(screen, line)
    screen.print()
    _files(screen, written, wall_s)
    screen.print()
    for line in notes(found):
        say(screen, f"Note: {line}")


def _files(screen: Console, written: Sequence[Path], wall_s: float) -> None:
    if not written:
        return
    folder = written[0].parent
    names = ", ".join(path.name for path in written)
    screen.print(Text(f"Written to {folder}"), soft_wrap=True)
    say(screen, f"{names} ({wall_s:.0f} s)")


Rows = tuple[list[str], list[list[str]]]
"""Headings and rows of a table, the names of the rows first."""


def headline_table(found: Findings) -> Rows:
    """Return the table that fits 80 columns: wait, trucks out, scanned, found, against baseline."""
    several = len(found.names) > 1
    headings = ["alternative", "wait, min", "out/day", "scanned, %", "found, %"]
    rows = []
    for name in found.names:
        wait, out, scans, finds = (
            found.interval(name, metric)
            for metric in ("wait_mean_min", "exited", "scan_rate", "detection_expected")
        )
        unstable = name in found.unstable
        cells = [
            "unstable" if unstable else plus_minus(wait.mean, wait.low, wait.high),
            number(out.mean / found.study.days, 0),
            number(100.0 * scans.mean),
            plus_minus(finds.mean, finds.low, finds.high, 100.0),
        ]
        rows.append([name, *cells, *([_against(found, name)] if several else [])])
    return [*headings, "found, points"] if several else headings, rows


def _against(found: Findings, name: str) -> str:
    row = found.row(name, "detection_expected")
    if row["holm_verdict"] == "baseline":
        return "baseline"
    gap = float(row["difference"])
    if np.isnan(gap):
        return NONE
    half = half_width(float(row["diff_low"]), float(row["diff_high"]), 100.0)
    mark = " *" if row["holm_verdict"] in ("higher", "lower") else ""
    return f"{signed(100.0 * gap)} ±{half}{mark}"


def detail_table(found: Findings) -> Rows:
    """Return the further measures that a wide screen has room for."""
    rows = []
    for name in found.names:
        cells = []
        for _, metric, scale, digits in DETAILS:
            own = found.interval(name, metric)
            cells.append(plus_minus(own.mean, own.low, own.high, scale, digits))
        rows.append([name, *cells])
    return ["alternative", *(heading for heading, *_ in DETAILS)], rows


def _legend(found: Findings) -> str:
    """Say what the columns mean."""
    several = "; points: difference from the baseline, * sure (Holm)"
    return (
        f"± half-width of the {percent(found.study.coverage, 0)} interval. wait: end of queue to "
        "primary; found: share of loads, every truck a probe"
        f"{several if len(found.names) > 1 else ''}."
    )


def _table(headings: Sequence[str]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for place, heading in enumerate(headings):
        table.add_column(
            heading,
            justify="left" if place == 0 else "right",
            overflow="fold",
            no_wrap=place > 0,
        )
    return table


def print_table(screen: Console, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, in as many parts under each other as the screen is narrow."""
    lines = [headings, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headings))]
    for columns in _in_width(screen.width, widths):
        table = _table([headings[place] for place in (0, *columns)])
        for row in rows:
            table.add_row(*(row[place] for place in (0, *columns)))
        screen.print(table)


def _in_width(width: int, widths: Sequence[int]) -> list[list[int]]:
    """Return the columns beside the first in groups, as many side by side as the screen holds.

    >>> _in_width(40, (12, 8, 6, 7, 4, 8))
    [[1, 2, 3], [4, 5]]
    """
    groups: list[list[int]] = [[]]
    left = width - widths[0]
    for place in range(1, len(widths)):
        if widths[place] + GAP > left and groups[-1]:
            groups.append([])
            left = width - widths[0]
        groups[-1].append(place)
        left -= widths[place] + GAP
    return groups


def _load_cell(load: pd.DataFrame, station: str) -> str:
    if station == SCAN_MAX:
        return largest_share(load)
    share = station_load(load, station)
    return number(100.0 * share, 0) + ("!" if share >= 1.0 else "")
