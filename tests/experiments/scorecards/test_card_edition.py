from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from experiments.number_format import number
from experiments.scorecards import files, page, terminal, wording
from experiments.scorecards.card import Scorecard, scorecard_in_edition
from experiments.scorecards.request import read_request
from sim.errors import ConfigError
from tests import cards


@pytest.fixture(scope="module")
def internal(tmp_path_factory: pytest.TempPathFactory) -> Scorecard:
    folder = tmp_path_factory.mktemp("secret-folder")
    return cards.card(folder, 45.0, 24.0, overrides=())


def papers(card: Scorecard) -> dict[str, str]:
    screen = Console(file=io.StringIO(), width=80, no_color=True, highlight=False)
    terminal.print_scorecard(screen, card, [Path("results/x/scorecard.html")])
    assert isinstance(screen.file, io.StringIO)
    return {
        "page": page.render_scorecard(card),
        "csv": files.scorecard_csv(card),
        "json": json.dumps(files.scorecard_record(card)),
        "terminal": screen.file.getvalue(),
    }


def secrets(card: Scorecard) -> set[str]:
    """Return the numbers of withheld lines as any paper would print them, and their names."""
    kept = {text for row in card.rows if not row.line.withheld for text in _texts(row)}
    found = {text for row in card.rows if row.line.withheld for text in _texts(row)}
    names = {row.line.key for row in card.rows if row.line.withheld and "_" in row.line.key}
    return names | {text for text in found - kept if "." in text and len(re.sub(r"\D", "", text)) >= 3}


def _texts(row) -> set[str]:  # noqa: ANN001
    values = [
        value
        for one in row.levels
        for value in (one.value, one.low, one.high, one.range_low, one.range_high)
        if value not in (0.0, 100.0)
    ]
    return {f"{value:.9g}" for value in values} | {
        number(value, digits) for value in values for digits in (row.line.digits,)
    }


def test_the_public_edition_holds_nothing_that_is_withheld(internal: Scorecard) -> None:
    hidden = secrets(internal)
    assert len(hidden) > 20
    before, after = papers(internal), papers(scorecard_in_edition(internal, "public"))
    for name, text in after.items():
        leaked = [word for word in hidden if re.search(rf"(?<![\d.]){re.escape(word)}(?!\d)", text)]
        assert leaked == [], name
    assert all(any(word in text for word in hidden) for text in before.values())


@pytest.mark.parametrize(
    "word",
    [
        "0.964",
        "high_risk_score",
        "detection_at_least_share",
        "false_alarm_at_most_share",
        "insider_loss",
        "secret-folder",
        "seed",
        'overrides": ["',
    ],
)
def test_no_threshold_target_or_setting_is_told(internal: Scorecard, word: str) -> None:
    after = papers(scorecard_in_edition(internal, "public"))
    for name, text in after.items():
        if (name, word) not in (
            ("json", "high_risk_score"),
            ("page", "seed"),
            ("csv", "seed"),
            ("json", "seed"),
            ("terminal", "seed"),
        ):
            assert word not in text, name
    assert '"high_risk_score": null' in after["json"]


def test_every_paper_says_what_is_withheld_and_in_which_lines(internal: Scorecard) -> None:
    titles = [row.line.title for row in internal.rows if row.line.withheld]
    public = scorecard_in_edition(internal, "public")
    for name, text in papers(public).items():
        flat = " ".join(text.split())
        assert "ithheld" in flat, name
        assert [title for title in titles if title not in flat.replace("&#39;", "'")] == [], name
    assert wording.withheld_note(internal) == ""


def test_the_rest_stays_as_it_is(internal: Scorecard) -> None:
    public = scorecard_in_edition(internal, "public")
    kept = [row for row in internal.rows if not row.line.withheld]
    told = [row for row in kept if row.line.key != "sharing"]
    assert [row for row in public.rows if row.line.key != "sharing"] == told
    assert [row.line for row in public.rows] == [row.line for row in kept]
    assert [row.verdict for row in public.rows] == [row.verdict for row in kept]
    assert {row.line.kpp for row in public.rows} == {0, 1, 2, 3}


def test_what_targeting_reads_is_not_told(internal: Scorecard) -> None:
    assert all("targeting reads" in text for name, text in papers(internal).items() if name != "terminal")
    for name, text in papers(scorecard_in_edition(internal, "public")).items():
        assert "targeting reads" not in text, name
        assert "tips arrive" not in text, name
        assert "no tips" not in text, name


def test_an_edition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConfigError, match="edition: expected one of internal, public"):
        read_request(["edition=secret"])
