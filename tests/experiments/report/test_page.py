from __future__ import annotations

import dataclasses
import re

import pytest

from experiments.intervals import KIND_WORDS
from experiments.report.answers.answer import comparison_answer
from experiments.report.findings import Findings
from experiments.report.page import render_report
from tests import replications
from tests.page_tags import tags


@pytest.fixture(scope="module")
def found() -> Findings:
    return replications.findings(over={"scan_everything": ("dock",)})


@pytest.fixture(scope="module")
def page(found: Findings) -> str:
    return render_report(found)


def test_the_page_asks_nobody_for_anything(page: str) -> None:
    for tag, attributes in tags(page):
        assert tag not in ("link", "iframe", "img", "object", "embed")
        assert "src" not in attributes, tag
    assert "@import" not in page.split("</style>", maxsplit=1)[0]


def test_a_page_is_small_and_has_its_charts(page: str) -> None:
    assert len(page) < 500_000
    names = [a["id"] for tag, a in tags(page) if tag == "figure"]
    assert names == ["chart-gains", "chart-tradeoff", "chart-day"]
    assert "so that no chart says which inputs matter most" in page


def test_the_inputs_are_folded_and_stay_so_on_paper(page: str) -> None:
    annexes = [a for tag, a in tags(page) if tag == "details" and a.get("class") == "annex"]
    assert len(annexes) > 5
    assert not any("open" in a for a in annexes)


def test_the_first_screen_says_whom_it_is_about(page: str) -> None:
    assert "commercial trucks only" in page[page.index("<body>") : page.index("<h1>")]


def test_the_answer_comes_before_everything_else(found: Findings, page: str) -> None:
    body = page[page.index("<body>") :]
    assert comparison_answer(found).text.split("[")[0] in body
    assert body.index(comparison_answer(found).text.split("[")[0]) < body.index("<h2")


def test_every_figure_has_words(page: str) -> None:
    pictures = [a for tag, a in tags(page) if tag == "svg" and a.get("role") == "img"]
    assert len(pictures) == 3
    words = re.findall(r"<desc[^>]*>(.*?)</desc>", page, flags=re.DOTALL)
    assert len(words) == 3
    assert all("Current practice" in text or "Boosted" in text for text in words)


def test_every_table_can_scroll_and_the_page_fits_a_telephone(page: str) -> None:
    found = tags(page)
    tables = [place for place, (tag, _) in enumerate(found) if tag == "table"]
    assert len(tables) > 4
    assert all(found[place - 1][1].get("class") == "wide" for place in tables)
    assert any(a.get("name") == "viewport" for tag, a in found if tag == "meta")


def test_on_a_telephone_every_cell_says_what_it_is(page: str) -> None:
    """Rows become cards there, without the headings."""
    inside = False
    for tag, attributes in tags(page):
        if tag == "table":
            inside = str(attributes.get("class")).startswith("cards")
        if tag == "td" and inside:
            assert attributes.get("data-label")


def test_names_are_escaped() -> None:
    evil = "<script>alert(1)</script>"
    found = replications.findings({"todays_practice": (31.0, 0.12, 0.277), evil: (30.0, 0.2, 0.277)})
    plain = {"todays_practice": (31.0, 0.12, 0.277), "other": (30.0, 0.2, 0.277)}
    scripts = [
        len([tag for tag, _ in tags(render_report(one)) if tag == "script"])
        for one in (found, replications.findings(plain))
    ]
    assert scripts[0] == scripts[1]


def test_the_same_findings_give_the_same_bytes(found: Findings, page: str) -> None:
    assert render_report(found) == page


def test_one_alternative_has_no_comparison_at_equal_share() -> None:
    page = render_report(replications.findings({"todays_practice": (31.0, 0.12, 0.277)}))
    assert "At equal scan share" not in page
    assert "Under current practice trucks wait" in page


def test_the_command_that_made_it_stands_below(found: Findings) -> None:
    asked = dataclasses.replace(found.study, overrides=("replications=20",))
    page = render_report(dataclasses.replace(found, study=asked))
    assert "<code>throughgate compare replications=20</code>" in page


BRACKETS = re.compile(r"\[[+-]?[\d.,]+ ?%?, ")
KINDS = tuple(KIND_WORDS.values())


def sections(page: str) -> list[str]:
    """Return the words of each part of a page between two headings of the second order, but for the inputs."""
    shown = page[page.index("<body>") : page.index('id="inputs"')]
    body = re.sub(r"<script.*?</script>|<svg.*?</svg>", " ", shown, flags=re.DOTALL)
    return [re.sub(r"<[^>]+>", " ", part) for part in body.split("<h2")]


def test_no_interval_stands_without_its_kind(page: str) -> None:
    bracketed = [part for part in sections(page) if BRACKETS.search(part)]
    assert len(bracketed) >= 2
    assert [part[:80] for part in bracketed if not any(kind in " ".join(part.split()) for kind in KINDS)] == []
