from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from experiments.scorecards import wording
from experiments.scorecards.card import Scorecard, make_scorecard, scorecard_in_edition
from experiments.scorecards.page import render_scorecard
from experiments.scorecards.targets import read_targets
from tests import cards


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Scorecard:
    """Return two periods of both directions."""
    folder = tmp_path_factory.mktemp("card")
    north = [cards.write_run(folder / f"n{k}", wait=30.0 + k, seed=k) for k in (1, 2)]
    south = [cards.write_run(folder / f"s{k}", *cards.SOUTH, wait=5.0, seed=k) for k in (1, 2)]
    both = [cards.series(*north), cards.series(*south, key="southbound")]
    return make_scorecard(both, read_targets())


@pytest.fixture(scope="module")
def page(card: Scorecard) -> str:
    return render_scorecard(card)


class Tags(HTMLParser):
    """Collects every tag with its attributes, and checks that each is closed."""

    VOID = ("meta", "br", "line", "path", "rect", "circle")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Tags()
    reader.feed(page)
    assert reader.open == []
    return reader.found


def test_the_page_asks_nobody_for_anything_and_runs_nothing(page: str) -> None:
    for tag, attributes in tags(page):
        assert tag not in ("link", "iframe", "img", "object", "embed", "script")
        assert not {"src", "href", "onclick"} & set(attributes), tag
    assert "@import" not in page
    assert "url(" not in page


def test_the_answer_comes_first_and_every_line_has_its_row(card: Scorecard, page: str) -> None:
    body = page[page.index("<body>") :]
    assert body.index("lines with a target") < body.index("<h2")
    rows = page.count('<td class="picture">')
    assert rows == len(card.rows)
    assert page.count("<svg") <= rows
    assert page.count('class="tile"') == 6


def test_every_line_wears_its_badge_and_verdict(card: Scorecard, page: str) -> None:
    heads = [row for row in page.split('<tr><th scope="row">') if '<td class="picture">' in row]
    assert len(heads) == len(card.rows)
    assert all('<span class="badge ' in head and '<span class="verdict ' in head for head in heads)


def test_every_level_stands_with_its_interval_and_a_reason_stands_once(
    card: Scorecard, page: str, tmp_path: Path
) -> None:
    cells = page.split('<td class="words" data-label="last period">')[1:]
    for row, cell in zip(card.rows, cells, strict=True):
        if row.last.has_interval and row.last.low < row.last.high:
            assert wording.interval_text(row.line, row.last) in cell.split("</td>")[0], row.line.key
    bare = make_scorecard([cards.series(cards.write_run(tmp_path / "bare", draws=None))], read_targets())
    own = next(row for row in render_scorecard(bare).split("<tr>") if "Detection rate, all types" in row)
    assert own.count("its range is not computed") == 1


def test_the_three_parameters_are_defined(page: str) -> None:
    for words in (
        "hours that large-scale scanners are available",
        "scanned or physically examined",
        "physically examined",
        "at least 0.964",
    ):
        assert words in page


def test_targets_say_where_they_come_from(page: str) -> None:
    assert "scorecard.southbound.leaving_opened_at_least_share" in page
    assert "S131" in page
    assert "https://www.gao.gov/products/gao-25-107379" in page


def test_the_page_fits_a_telephone_and_prints(page: str) -> None:
    found = tags(page)
    tables = [place for place, (tag, _) in enumerate(found) if tag == "table"]
    assert len(tables) > 6
    assert all(found[place - 1][1].get("class") == "wide" for place in tables)
    assert any(a.get("name") == "viewport" for tag, a in found if tag == "meta")
    assert "@media print" in page


def test_the_public_page_says_so_and_names_no_run(card: Scorecard) -> None:
    public = render_scorecard(scorecard_in_edition(card, "public"))
    tags(public)
    assert "public edition" in public
    assert "Runs behind the periods" not in public
    assert "Withheld here" in public


def test_the_same_card_gives_the_same_page(card: Scorecard, page: str) -> None:
    assert render_scorecard(card) == page
