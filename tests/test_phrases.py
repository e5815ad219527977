from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from experiments.scoring import phrases
from experiments.scoring.line_levels import Level
from experiments.scoring.lines import FOUND, WAITS
from experiments.scoring.verdict_card import Card
from tests import cards


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Card:
    return cards.card(tmp_path_factory.mktemp("card"), 30.0, 48.0)


def test_the_answer_counts_the_lines_with_a_target(card: Card) -> None:
    text = phrases.answer(card)
    judged = sum(row.target is not None and row.line.better != "neither" for row in card.rows)
    assert f"of {judged} lines with a target" in text
    assert f"{card.count('off course')} off course" in text
    assert "World Trade Bridge" in text


def test_what_is_off_course_is_said_with_interval_badge_and_target(card: Card) -> None:
    off = next(s for s in phrases.findings(card) if s.startswith("Off course"))
    assert "mean wait 48." in off
    assert "(fitted) against at most 30 min (assumed: 15 to 45)" in off


def test_types_are_not_named_beside_all_types(card: Card) -> None:
    off = [row.line.key for row in card.rows if row.verdict == "off course"]
    assert "detection" in off
    assert any(key.startswith("detection_") for key in off)
    assert "heroin" not in " ".join(phrases.findings(card))


def test_no_assumed_figure_goes_without_its_range_or_a_word_about_it(card: Card) -> None:
    for row in card.rows:
        if row.badge == "assumed" and np.isfinite(row.last.value):
            text = phrases.ranged(row.line, row.last)
            assert " to " in text or "not computed" in text


def test_cells_say_why_there_is_no_number() -> None:
    nothing = Level(value=np.nan, reason="nobody inside")
    assert phrases.value(FOUND, nothing) == "-"
    assert phrases.interval(FOUND, nothing) == "nobody inside"
    assert phrases.ranged(FOUND, nothing) == ""
    alone = Level(value=3.0, reason="one replication only")
    assert phrases.interval(WAITS[0], alone) == "(no interval: one replication only)"
    assert phrases.ranged(FOUND, alone) == "over assumptions: not computed"


def test_a_trend_that_is_sure_wears_a_star(card: Card) -> None:
    wait = next(row for row in card.rows if row.line.key == "wait_mean")
    assert phrases.moves(card, wait) == "worse *"
    assert re.fullmatch(r"\+\d+\.\d min a period \[\d+\.\d, \d+\.\d\]", phrases.moves_by(wait))


def test_shares_move_by_points(tmp_path: Path) -> None:
    card = cards.card(tmp_path, 10.0, 40.0)
    over = next(row for row in card.rows if row.line.key == "wait_over_30")
    assert "points a period" in phrases.moves_by(over)


def test_high_risk_is_defined(card: Card) -> None:
    assert "at least 0.964" in phrases.high_risk(card)
    assert "3.6 %" in phrases.high_risk(card)


def test_the_rule_names_every_verdict(card: Card) -> None:
    text = phrases.rule(card).lower()
    assert all(word in text for word in ("on course", "off course", "cannot tell", "holm"))
