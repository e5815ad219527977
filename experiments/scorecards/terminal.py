"""The scorecard on the terminal, in 80 columns: the answer, a table a group, what is withheld."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console

from experiments.command_line.verbosity import has_details
from experiments.number_format import number
from experiments.report.terminal import print_answer, print_line, print_path, print_table
from experiments.scorecards import wording
from experiments.scorecards.card import AS_ASSUMED, OFF, ON, REDRAWS_DIFFER, JudgedLine, Scorecard, ScorecardPart
from experiments.scorecards.lines import GROUPS


def print_scorecard(terminal: Console, card: Scorecard, paths: Sequence[Path]) -> None:
    """Print the answer, the lines, how verdicts are reached, and what was written."""
    print_answer(terminal, wording.scorecard_answer(card))
    for sentence in wording.direction_findings(card):
        print_line(terminal, sentence)
    if wording.withheld_note(card):
        print_line(terminal, wording.withheld_note(card))
    if not has_details():
        _show_judged(terminal, card)
        print_path(terminal, paths[0])
        return
    for part in card.parts:
        _show_part(terminal, card, part)
    terminal.print()
    print_line(terminal, wording.verdict_rule(card))
    print_line(terminal, wording.high_risk_definition(card))
    print_line(terminal, scorecard_legend(card))
    terminal.print()
    print_path(terminal, paths[0])
    print_line(terminal, ", ".join(path.name for path in paths))


MOST_JUDGED: Final = 8
"""Lines with a target that stand below the answer; each takes up to two lines of the screen."""


def _show_judged(terminal: Console, card: Scorecard) -> None:
    """Print the lines that have a target: those off target first, then those on target."""
    order = (OFF, ON)
    judged = [row for part in card.parts for row in part.rows if row.verdict in order]
    judged.sort(key=lambda row: order.index(row.verdict))
    cells = [row_cells(card, row, several=False)[0] for row in judged[:MOST_JUDGED]]
    terminal.print()
    periods = "; ".join(f"{part.direction}, {wording.period_span(part)}" for part in card.parts)
    print_line(terminal, f"Measures off target and on target ({periods})")
    if cells:
        print_table(terminal, ["line", "last", "target", "verdict"], cells)
    left = len(card.rows) - len(cells)
    print_line(terminal, f"… {left} more lines, and what marks and verdicts mean: details=true")


def _show_part(terminal: Console, card: Scorecard, part: ScorecardPart) -> None:
    periods = wording.period_span(part)
    for group in GROUPS:
        rows = [row for row in part.rows if row.line.group == group]
        if rows:
            terminal.print()
            print_line(terminal, f"{group} ({part.direction}; {periods})")
            several = len(part.periods) > 1
            cells = [cell for row in rows for cell in row_cells(card, row, several=several)]
            heads = ["line", "last", "target", *(["trend"] if several else []), "verdict"]
            print_table(terminal, heads, cells)


def row_cells(card: Scorecard, row: JudgedLine, *, several: bool) -> list[list[str]]:
    """Return a line's cells, with a trend if there are several periods; of an assumed line its range beneath."""
    line, last = row.line, row.last
    mark = {"assumed": "~", "fitted": "="}.get(row.badge, "")
    unit = f", {line.unit.replace('thousand USD', '$1,000')}" if line.unit else ""
    goal = "-" if row.target is None else f"{'<=' if line.better == 'low' else '>='} {row.goal:.4g}"
    trend = [wording.trend_word(card, row)] if several else []
    verdict = f"{wording.MARKS[row.verdict]} {row.verdict}"
    cells = [f"{line.short}{mark}{unit}", _with_interval(row), goal, *trend, verdict]
    goal_range = " to ".join(f"{end:.3g}" for end in row.goal_range() or ())
    condition = AS_ASSUMED if row.why == REDRAWS_DIFFER else "depends" if row.hangs else ""
    beneath = ["", "", goal_range, *("" for _ in trend), condition]
    if row.badge == "assumed" and np.isfinite(last.value):
        beneath[1] = wording.range_ends_text(line, last) if last.has_range else "range unknown"
    return [cells, beneath] if any(beneath) else [cells]


def _with_interval(row: JudgedLine) -> str:
    line, last = row.line, row.last
    if np.isnan(last.value):
        return "-"
    if not last.has_interval or last.low == last.high:
        return number(last.value, line.digits)
    return f"{number(last.value, line.digits)} {wording.interval_text(line, last)}"


def scorecard_legend(card: Scorecard) -> str:
    """Say what the marks mean, and why one cannot tell of a line that says nothing."""
    silent = [f"{row.line.title}: {row.last.reason}." for row in card.rows if np.isnan(row.last.value)]
    return " ".join(
        [
            "~ rests on assumptions, with the range over their redraws beneath; = fitted to "
            "observation; all else is predicted. In brackets the interval over replications; <= at "
            'most, >= at least. Beneath an assumed target stands its range, and "depends" '
            'where another target within it would change the verdict; "as assumed" where redraws '
            "of the assumptions would.",
            *silent,
        ]
    )
