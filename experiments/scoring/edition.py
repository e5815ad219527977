"""Editions of the scorecard: the public one leaves out what would help a smuggler.

Withheld are chances of being found and whatever gives them away (false alarms, hits, insiders,
what random inspections say), the threshold of high risk, and how the runs were set: folders, seed,
overrides and with them schedules and shares. What is withheld is taken out of the card itself, so
that no paper made from it can show it; the titles of the lines stay, to say what is missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from experiments.scoring.verdict_card import EDITIONS, Card, Edition, Part, Row
from sim.errors import ConfigError

WITHHELD: Final = (
    "thresholds (the risk score from which on a truck is high-risk), chances of being found and "
    "what gives them away, schedules, and the settings and seeds of the runs"
)
"""In words, what the public edition leaves out beside its lines."""


def edition_of(text: str) -> Edition:
    """Return the edition of this name.

    Raises
    ------
    ConfigError
        There is none.
    """
    for known in EDITIONS:
        if text == known:
            return known
    raise ConfigError("edition", f"expected one of {', '.join(EDITIONS)}, got {text!r}")


def in_edition(card: Card, edition: Edition) -> Card:
    """Return the card as an edition shows it."""
    if edition == "internal":
        return card
    parts = tuple(_published(part) for part in card.parts)
    return replace(card, edition=edition, parts=parts, high_risk_score=None)


def _plain(row: Row) -> Row:
    """Return a line without what its details say of targeting."""
    if row.line.special != "sharing":
        return row
    return replace(row, levels=tuple(replace(one, detail="") for one in row.levels))


def _published(part: Part) -> Part:
    kept = tuple(_plain(row) for row in part.rows if not row.line.withheld)
    titles = tuple(row.line.title for row in part.rows if row.line.withheld)
    return replace(part, rows=kept, withheld=titles)
