from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from experiments.scorecards import wording
from experiments.scorecards.card import Scorecard
from experiments.scorecards.levels import LineLevel
from experiments.scorecards.lines import METRIC_LINES
from sim.tables import METRICS
from tests import cards

LINES = {line.key: line for line in METRIC_LINES}


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Scorecard:
    return cards.card(tmp_path_factory.mktemp("card"), 30.0, 48.0)


def test_the_answer_counts_the_lines_with_a_target(card: Scorecard) -> None:
    text = wording.scorecard_answer(card)
    judged = sum(row.target is not None and row.line.better != "neither" for row in card.rows)
    assert f"of {judged} lines with a target" in text
    assert f"{card.count('off target')} off target" in text
    assert "World Trade Bridge" in text


def test_what_is_off_course_is_said_with_interval_badge_and_target(card: Scorecard) -> None:
    off = next(s for s in wording.direction_findings(card) if s.startswith("Off target"))
    assert "average wait 48." in off
    assert "(fitted) against at most 30 min (assumed: 15 to 45)" in off


def test_types_are_not_named_beside_all_types(card: Scorecard) -> None:
    off = [row.line.key for row in card.rows if row.verdict == "off target"]
    assert "detection" in off
    assert any(key.startswith("detection_") for key in off)
    assert "heroin" not in " ".join(wording.direction_findings(card))


def test_no_assumed_figure_goes_without_its_range_or_a_word_about_it(card: Scorecard) -> None:
    for row in card.rows:
        if row.badge == "assumed" and np.isfinite(row.last.value):
            text = wording.assumption_range_text(row.line, row.last)
            assert " to " in text or "not computed" in text


def test_cells_say_why_there_is_no_number() -> None:
    nothing = LineLevel(value=np.nan, reason="nobody inside")
    assert wording.level_text(LINES["detection"], nothing) == "-"
    assert wording.interval_text(LINES["detection"], nothing) == "nobody inside"
    assert wording.assumption_range_text(LINES["detection"], nothing) == ""
    alone = LineLevel(value=3.0, reason="one replication only")
    assert wording.interval_text(LINES["wait_mean"], alone) == "(no interval: one replication only)"
    assert wording.assumption_range_text(LINES["detection"], alone) == "over assumptions: not computed"


def test_a_trend_that_is_sure_wears_a_star(card: Scorecard) -> None:
    wait = next(row for row in card.rows if row.line.key == "wait_mean")
    assert wording.trend_word(card, wait) == "worse *"
    assert re.fullmatch(r"\+\d+\.\d min a period \[\d+\.\d, \d+\.\d\]", wording.trend_size_text(wait))


def test_shares_move_by_points(tmp_path: Path) -> None:
    card = cards.card(tmp_path, 10.0, 40.0)
    over = next(row for row in card.rows if row.line.key == "wait_over_30")
    assert "points a period" in wording.trend_size_text(over)


def test_high_risk_is_defined(card: Scorecard) -> None:
    assert "at least 0.964" in wording.high_risk_definition(card)
    assert "3.6%" in wording.high_risk_definition(card)


def test_the_rule_names_every_verdict(card: Scorecard) -> None:
    text = wording.verdict_rule(card).lower()
    assert all(word in text for word in ("on target", "off target", "cannot tell", "holm"))


def test_an_index_of_roads_is_on_no_card(card: Scorecard) -> None:
    """Against two minutes in an empty port the planning-time index is 26 and more; those of roads are 1 to 3."""
    assert "buffer_index" in {row.line.key for row in card.rows}
    assert "planning_time_index" not in {row.line.key for row in card.rows}
    metric = next(metric for metric in METRICS if metric.name == "planning_time_index")
    assert not metric.headings
