"""The scorecard in words: the answer, and every cell that page and terminal both show."""

from __future__ import annotations

from typing import Final

import numpy as np

from experiments.number_format import NONE, listed, number, percent, signed, span
from experiments.scorecards.card import (
    AS_ASSUMED,
    NONE_SET,
    OFF,
    ON,
    REDRAWS_DIFFER,
    UNKNOWN,
    WITHHELD,
    JudgedLine,
    Scorecard,
    ScorecardPart,
)
from experiments.scorecards.levels import LineLevel
from experiments.scorecards.lines import ScorecardLine

MARKS: Final = {ON: "+", OFF: "x", UNKNOWN: "?", NONE_SET: " "}
"""A letter before each verdict, so that a column is read at a glance and in grey."""
MOST_NAMED: Final = 4
NO_RANGE: Final = "over assumptions: "
OTHER_WAY: Final = {
    "southbound": "Northbound not reported: no runs supplied (runs=[...]).",
    "northbound": "Southbound not reported: no runs supplied (southbound=[...]); firearms, cash and "
    "precursors are therefore missing.",
}
"""That the other direction was not given, by the one that was."""


def verdict_rule(card: Scorecard) -> str:
    """Return how verdicts are reached."""
    return (
        f"On target: the {percent(card.coverage, 0)} interval of the last period lies wholly on the good side of "
        "the target; off target: wholly on the bad side. A line that rests on the assumptions must lie there with "
        "its whole range over redraws of the assumptions too. Otherwise one cannot tell: interval or range holds "
        "the target, or there is none. A verdict is of its line alone. It holds for the assumptions as they are "
        "set; where redraws of them reach the other side of the target, or overload the port, it says as assumed, and "
        "where most of them overload it, one cannot tell. A trend is the straight line "
        "through the periods, marked * where it is clear of zero for all lines of the card at once (Holm); of a line "
        "that rests on assumptions it holds for these alone."
    )


def scorecard_answer(card: Scorecard) -> str:
    """Return the card in a sentence: how many lines stand how."""
    judged = sum(card.count(verdict) for verdict in (ON, OFF, UNKNOWN))
    lasts = dict.fromkeys(part.periods[-1].label for part in card.parts)
    where = f"{listed([part.title for part in card.parts])}, {listed(list(lasts))}"
    return (
        f"{where}: of {judged} lines with a target {card.count(ON)} {'is' if card.count(ON) == 1 else 'are'} "
        f"on target{_only_as_assumed(card)} and {card.count(OFF)} off target; "
        f"{card.count(UNKNOWN)} cannot be determined."
    )


def _only_as_assumed(card: Scorecard) -> str:
    k = sum(row.verdict == ON and row.why == REDRAWS_DIFFER for row in card.rows)
    return f" ({k} of them only {AS_ASSUMED})" if k else ""


def period_span(part: ScorecardPart) -> str:
    """Return the labels of the periods; of many the first and the last."""
    labels = [period.label for period in part.periods]
    if len(labels) <= MOST_NAMED:
        return ", ".join(labels)
    return f"{labels[0]} to {labels[-1]}, {len(labels)} periods"


def direction_findings(card: Scorecard) -> list[str]:
    """Return for each direction which lines are off target, by how much, and which are on target.

    A type of contraband is named only where all types together do not stand the same.
    """
    found = []
    for part in card.parts:
        head = f"{part.direction.capitalize()}, " if len(card.parts) > 1 else ""
        found.append(_few(f"{head}off target", [f"{_named(row)} {_against(row)}" for row in _with(part, OFF)]))
        found.append(_few(f"{head}on target", [_named(row) for row in _with(part, ON)]))
    notes = [OTHER_WAY[part.direction] for part in card.parts] if len(card.parts) == 1 else []
    return [sentence for sentence in (*found, *notes) if sentence]


def _with(part: ScorecardPart, verdict: str) -> list[JudgedLine]:
    rows = [row for row in part.rows if row.verdict == verdict]
    whole = any(row.line.key == "detection" for row in rows)
    return [row for row in rows if not (whole and row.line.key.startswith("detection_"))]


def _named(row: JudgedLine) -> str:
    return row.line.title[0].lower() + row.line.title[1:]


def _against(row: JudgedLine) -> str:
    line, last, standing = row.line, row.last, row.badge
    if row.badge == "assumed" and last.has_range:
        standing = f"assumed: {range_ends_text(line, last)}"
    doubt = f" (assumed: {ends})" if (ends := _goal_ends(row)) else ""
    luck = "" if last.low == last.high else f" {interval_text(line, last)}"
    return f"{level_text(line, last)}{luck} ({standing}) against {target_text(row)}{doubt}"


def _few(opening: str, items: list[str]) -> str:
    if not items:
        return ""
    more = len(items) - MOST_NAMED
    named = "; ".join(items[:MOST_NAMED])
    return f"{opening[0].upper()}{opening[1:]}: {named}{f'; and {more} more' if more > 0 else ''}."


def level_text(line: ScorecardLine, level: LineLevel) -> str:
    """Return a level with its unit."""
    return f"{number(level.value, line.digits)}{line_unit(line)}" if np.isfinite(level.value) else NONE


def line_unit(line: ScorecardLine) -> str:
    """Return a line's unit as it stands behind a number; empty: none."""
    return line.unit if line.unit == "%" else f" {line.unit}" if line.unit else ""


def interval_text(line: ScorecardLine, level: LineLevel) -> str:
    """Return the interval in brackets, or why there is none."""
    if np.isnan(level.value):
        return level.reason
    if not level.has_interval:
        return f"(no interval: {level.reason})"
    return f"[{number(level.low, line.digits)}, {number(level.high, line.digits)}]"


def assumption_range_text(line: ScorecardLine, level: LineLevel) -> str:
    """Return the range over what is assumed, or that there is none; empty: there is no level."""
    if np.isnan(level.value):
        return ""
    if not level.has_range:
        return f"{NO_RANGE}{level.range_words}"
    return f"{NO_RANGE}{range_ends_text(line, level)} ({level.range_words})"


def range_ends_text(line: ScorecardLine, level: LineLevel) -> str:
    """Return the ends of the range over what is assumed."""
    return f"{number(level.range_low, line.digits)} to {number(level.range_high, line.digits)}"


def target_text(row: JudgedLine) -> str:
    """Return the target with its side and unit."""
    return "none" if row.target is None else f"{target_side(row)} {_plain(row.goal)}{line_unit(row.line)}"


def target_side(row: JudgedLine) -> str:
    """Return whether a target is an upper or a lower bound."""
    return "at most" if row.line.better == "low" else "at least"


def target_origin(row: JudgedLine) -> str:
    """Return whether a target is a source's, assumed (with its range) or the user's."""
    if row.target is None:
        return ""
    note = row.target.note
    if ends := _goal_ends(row):
        return f"assumed, {ends}{'; another target in it would change the verdict' if row.hangs else ''}"
    return f"{note.source_id} {note.confidence}" if note.source_id else "set by the user"


def _goal_ends(row: JudgedLine) -> str:
    return " to ".join(_plain(end) for end in row.goal_range() or ())


def _plain(goal_value: float) -> str:
    return f"{goal_value:,.4g}" if abs(goal_value) < 1e4 else number(goal_value, 0)


def trend_word(card: Scorecard, row: JudgedLine) -> str:
    """Return the trend in a word, * where it is sure."""
    word = row.direction(card.alpha)
    return f"{word} *" if word in ("better", "worse", "rising", "falling") else word


def trend_size_text(row: JudgedLine) -> str:
    """Return by how much a line moves a period, with the interval of this line alone."""
    gap = row.trend
    if gap is None or np.isnan(gap.mean):
        return ""
    if gap.mean == 0.0 and gap.low == gap.high:
        return "the same in every replication"
    what = " points" if row.line.unit == "%" else line_unit(row.line)
    size = f"{signed(gap.mean, row.line.digits)}{what} a period"
    if not np.isfinite(gap.low) or gap.low == gap.high:
        return f"{size} ({gap.reason})" if gap.reason else size
    return f"{size} {span(gap, digits=row.line.digits)}"


def withheld_note(card: Scorecard) -> str:
    """Return what this edition leaves out; empty: nothing."""
    if card.edition == "internal":
        return ""
    titles = [title for part in card.parts for title in part.withheld]
    return (
        f"Withheld in this edition: {len(titles)} lines ({'; '.join(dict.fromkeys(titles))}), with "
        f"their targets and verdicts; also {WITHHELD}."
    )


def high_risk_definition(card: Scorecard) -> str:
    """Return how high risk is defined here."""
    if card.high_risk_score is None:
        return "High-risk trucks score at or above a configured threshold; it is withheld in this edition."
    return (
        f"High-risk trucks are those with a risk score of at least {card.high_risk_score:g}: they "
        f"score as the riskiest {percent(1.0 - card.high_risk_score)} of past trucks did "
        "(a setting of the runs; GAO-25-107379 found the term undefined)."
    )
