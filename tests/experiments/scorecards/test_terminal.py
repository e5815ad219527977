from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from experiments.command_line.verbosity import Level, spoken_at
from experiments.scorecards.card import OFF, ON, Scorecard
from experiments.scorecards.terminal import MOST_JUDGED, print_scorecard, row_cells
from tests import cards


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Scorecard:
    return cards.card(tmp_path_factory.mktemp("card"), 45.0, 24.0)


def shown(card: Scorecard, level: Level = "details") -> list[str]:
    screen = Console(file=io.StringIO(), width=80, no_color=True, highlight=False)
    with spoken_at(level):
        print_scorecard(screen, card, [Path("results/card/scorecard.html")])
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue().splitlines()


def test_it_fits_80_columns_and_the_answer_comes_first(card: Scorecard) -> None:
    lines = shown(card)
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("World Trade Bridge")
    assert "results/card/scorecard.html" in lines


def test_without_a_word_it_keeps_to_a_screen_and_says_what_is_judged(card: Scorecard) -> None:
    lines = shown(card, "brief")
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "results/card/scorecard.html"
    assert shown(card)[0] == lines[0]
    judged = card.count(OFF) + card.count(ON)
    assert judged > 0
    assert sum(line.endswith((f" {OFF}", f" {ON}")) for line in lines) == min(judged, MOST_JUDGED)


def test_no_table_is_cut_in_two(card: Scorecard) -> None:
    lines = shown(card)
    assert sum(line.startswith("line ") for line in lines) == len({row.line.group for row in card.rows})


def test_an_assumed_line_has_its_range_beneath(card: Scorecard) -> None:
    found = next(row for row in card.rows if row.line.key == "detection")
    first, beneath = row_cells(card, found, several=True)
    assert first[0] == "detection rate~, %"
    assert " to " in beneath[1]
    assert beneath[2] == "10 to 40"


def test_one_period_has_no_column_for_a_trend(tmp_path: Path) -> None:
    alone = cards.card(tmp_path, 24.0)
    assert not any("trend  " in line or "one period" in line for line in shown(alone))
    assert len(row_cells(alone, alone.rows[0], several=False)[0]) == 4


def test_a_line_that_says_nothing_says_why(card: Scorecard) -> None:
    text = " ".join(shown(card))
    assert "nobody inside helps smugglers" in text
