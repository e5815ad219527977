"""The scorecard as one page of HTML that needs nothing but itself: no script, no request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from experiments.inputs import library
from experiments.report import environment
from experiments.scoring import phrases
from experiments.scoring.lines import GROUPS
from experiments.scoring.picture import strip
from experiments.scoring.verdict_card import VERDICTS, Card, Part, Row
from experiments.wording import percent

LOOKS: Final = {"on course": "on", "off course": "off", "cannot tell": "open", "no target": "none"}
"""Class of a verdict's look, by verdict."""


def render(card: Card) -> str:
    """Return the page; the same card gives the same bytes."""
    return (
        environment()
        .get_template("scorecard.html.j2")
        .render(
            title=" and ".join(part.title for part in card.parts),
            edition=card.edition,
            periods=phrases.span_of(card.parts[0]),
            answer=phrases.answer(card),
            findings=phrases.findings(card),
            counts=[(LOOKS[v], v, card.count(v)) for v in VERDICTS],
            parts=[_part(card, part) for part in card.parts],
            several=len(card.parts) > 1,
            rule=phrases.rule(card),
            high_risk=phrases.high_risk(card),
            withheld=phrases.withheld(card),
            badges=sorted({row.badge for row in card.rows}),
            targets=list(_targets(card)),
            runs=list(_runs(card)),
            coverage=percent(card.coverage, 0),
        )
    )


def _part(card: Card, part: Part) -> dict[str, Any]:
    groups = [
        {"name": name, "rows": [_row(card, part, row) for row in part.rows if _in(row, name)]}
        for name in GROUPS
    ]
    return {
        "direction": part.direction,
        "title": part.title,
        "parameters": _parameters(card, part),
        "groups": [group for group in groups if group["rows"]],
        "withheld": part.withheld,
    }


def _in(row: Row, group: str) -> bool:
    return row.line.group == group


def _row(card: Card, part: Part, row: Row) -> dict[str, Any]:
    line, last = row.line, row.last
    return {
        "title": line.title,
        "definition": line.definition,
        "kpp": line.kpp,
        "badge": row.badge,
        "strip": strip(row, tuple(period.label for period in part.periods)),
        "value": phrases.value(line, last),
        "interval": "" if row.why and row.why == last.reason else phrases.interval(line, last),
        "range": phrases.ranged(line, last),
        "detail": last.detail,
        "goal": phrases.goal(row),
        "goal_whence": phrases.goal_whence(row),
        "moves": phrases.moves(card, row),
        "moves_by": phrases.moves_by(row),
        "verdict": row.verdict,
        "look": LOOKS[row.verdict],
        "why": row.why,
    }


def _parameters(card: Card, part: Part) -> list[dict[str, Any]]:
    """Return CBP's key performance parameters of one direction, in their order."""
    rows = sorted((row for row in part.rows if row.line.kpp), key=lambda row: row.line.kpp)
    return [_row(card, part, row) for row in rows]


def _targets(card: Card) -> Iterator[dict[str, str]]:
    """Yield where each target comes from, once for each direction."""
    for part in card.parts:
        seen = set()
        for row in part.rows:
            if row.target is None or row.line.target in seen:
                continue
            seen.add(row.line.target)
            note = row.target.note
            source, address = library().get(note.source_id or "", ("", ""))
            yield {
                "key": f"scorecard.{part.direction}.{row.line.target}",
                "value": f"{row.target.value:g}",
                "whence": phrases.goal_whence(row),
                "words": "; ".join(text for text in (source, note.note) if text),
                "address": address,
            }


def _runs(card: Card) -> Iterator[dict[str, str]]:
    """Yield how each period was made; nothing in an edition that withholds it."""
    if card.edition != "internal":
        return
    for part in card.parts:
        for period in part.periods:
            record, days = period.record, period.settings["days"]
            yield {
                "label": f"{part.direction}, {period.label}",
                "folder": str(period.folder),
                "words": f"alternative {period.alternative}; seed {record['seed']}; "
                f"{len(period.metrics)} replications of {days} days from "
                f"{period.settings['start_date']}, calendar={period.settings['calendar']}; "
                f"throughgate {record['throughgate']}",
                "command": f"throughgate {record['verb']} {' '.join(record['overrides'])}".strip(),
            }
