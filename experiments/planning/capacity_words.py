"""What ``throughgate capacity`` says on the terminal."""

from __future__ import annotations

import calendar
import math
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from experiments.command_line.verbosity import has_details
from experiments.number_format import NONE, load_row_title, number, percent
from experiments.planning.capacity_request import CapacityRequest
from experiments.planning.growth import StationCapacity, open_lanes, with_all_lanes
from experiments.report.terminal import print_answer, print_line, print_path, print_short_table
from experiments.study.volume_years import stand_in_note

Month = tuple[int, int]


def print_capacity(
    terminal: Console, request: CapacityRequest, stations: Sequence[StationCapacity], written: Sequence[Path]
) -> None:
    """Print the answer, the table of stations, what it rests on, and the files."""
    print_answer(terminal, capacity_sentence(request, stations))
    terminal.print()
    headings = ["station", "load", "can grow", "full in"]
    ranged = request.growth_range is not None
    rows = [
        [
            station_words(found),
            f"{percent(max(found.load.load_share), 0)} {calendar.month_abbr[found.load.peak_month]}",
            _spare(found.load.spare_share),
            month_words(found.full["central"], request.last_year),
            *([_range_words(found)] if ranged else []),
        ]
        for found in sorted(stations, key=lambda found: -max(found.load.load_share))
    ]
    print_short_table(terminal, [*headings, "range"] if ranged else headings, rows)
    first, *others = notes(request, stations)
    for line in (first, *(others if has_details() else ())):
        print_line(terminal, line)
    for path in written if has_details() else written[:1]:
        print_path(terminal, path)


def capacity_sentence(request: CapacityRequest, stations: Sequence[StationCapacity]) -> str:
    """Return the answer: the first station that trucks must wait for and growth fills, with all lanes that may open."""
    port = request.study.alternatives[request.study.baseline].port.title
    growth = f"At {percent(request.growth_share_per_y)} growth a year"
    waited_for = [found for found in stations if found.all_lanes and not found.load.passes]
    full = [found for found in waited_for if found.full["central"] is not None]
    if not full:
        return f"{growth} no station of {port} that trucks must wait for is full by {request.last_year}."
    first = min(full, key=lambda found: found.full["central"] or (math.inf, 0))
    sentence = f"{growth} {load_row_title(first.load.station)} at {port} is full in {_month(first.full['central'])}"
    if request.growth_range is None:
        return f"{sentence}, with all lanes open that may open."
    low, high = request.growth_range
    late, early = first.full["low"], first.full["high"]
    span = f"{_month(early)} at {percent(high)}" if early else f"never at {percent(high)}"
    until = f"{_month(late)} at {percent(low)}" if late else f"not by {request.last_year} at {percent(low)}"
    return f"{sentence}, with all lanes open that may open ({span}, {until})."


def station_words(capacity: StationCapacity) -> str:
    """Return a station and how it is staffed."""
    return f"{load_row_title(capacity.load.station)}{'' if capacity.all_lanes else ', as staffed'}"


def notes(request: CapacityRequest, stations: Sequence[StationCapacity]) -> list[str]:
    """Return what the table rests on, a sentence or two each."""
    scenario = request.study.alternatives[request.study.baseline]
    general, fast = open_lanes(with_all_lanes(scenario))
    lines = [
        f"Load is work asked for over work that can be done in the whole weeks of the busiest month, from the counts "
        f"of {request.counted_year}; demand grows by the same share in every month. Nothing is simulated. Waits grow "
        "long before a load of 100%.",
        f"All lanes that may open: {general} general and {fast} FAST, whenever the port is open.",
    ]
    if any(found.load.passes for found in stations):
        passed = [load_row_title(found.load.station) for found in stations if found.all_lanes and found.load.passes]
        lines.append(
            f"Trucks pass {' and '.join(passed)} by when the yard is full: they lose the inspection, not time."
        )
    if request.growth_range is not None:
        low, high = map(percent, request.growth_range)
        lines.append(f"Range: the years at {high} and at {low} growth a year; none: not by {request.last_year}.")
    note = stand_in_note([request.study])
    return [*lines, *([note] if note else [])]


def _spare(share: float) -> str:
    return NONE if math.isinf(share) else f"{'+' if share > 0.0 else ''}{number(100.0 * share, 0)}%"


def month_words(month: Month | None, last_year: int) -> str:
    """Return when a station is full, e.g. ``Mar 2031``.

    >>> month_words((2031, 3), 2074), month_words(None, 2074)
    ('Mar 2031', 'after 2074')
    """
    return f"after {last_year}" if month is None else f"{calendar.month_abbr[month[1]]} {month[0]}"


def _month(month: Month | None) -> str:
    return "" if month is None else f"{calendar.month_name[month[1]]} {month[0]}"


def _range_words(capacity: StationCapacity) -> str:
    early, late = ("none" if when is None else str(when[0]) for when in (capacity.full["high"], capacity.full["low"]))
    return early if early == late else f"{early} to {late}"
