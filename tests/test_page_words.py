"""On every kind of page readers meet labels, never ids, and no interval in brackets whose kind is not named."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Final

import pytest

from sim.policies.base import POLICIES
from tests import replications
from tests.all_pages import write_pages

CONFIGS: Final = Path(__file__).parents[1] / "configs"
PAGES: Final = ("compare", "run", "sweep", "report", "portfolio", "scorecard", "public", "calibrate")

NOT_TEXT: Final = re.compile(r"<(script|style|pre|code)\b.*?</\1>", re.DOTALL)
IDS_TABLE: Final = re.compile(r"<details>\s*<summary>[^<]*\bid for configs</summary>.*?</details>", re.DOTALL)
"""The folded table that says which label belongs to which id."""
OVERRIDE: Final = re.compile(r"[\w.@+]+=\S+")
"""Something to type: ``scanner=ai_review``."""
BRACKETS: Final = re.compile(r"\[[-+]?[\d.,]+%?, [-+]?[\d.,]+%?\]")
KINDS: Final = re.compile(r"\b(over replications|sets of assumptions|over assumptions|over \d+ runs|draws of|draws\b)")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the text of a page of every kind."""
    written = write_pages(tmp_path_factory.mktemp("pages"))
    return {name: path.read_text(encoding="utf-8") for name, path in written.items()}


def visible(html: str) -> str:
    """Return what a reader meets, without what is to be typed."""
    return OVERRIDE.sub(" ", unescape(re.sub(r"<[^>]*>", " ", NOT_TEXT.sub(" ", IDS_TABLE.sub(" ", html)))))


def ids() -> set[str]:
    """Return ids of policies, risk models, ports and alternatives that no English word looks like."""
    files = {path.stem for group in ("policy", "port", "risk") for path in (CONFIGS / group).glob("*.yaml")}
    plain = {"ysleta", "pharr", "bota", "nogales", "asycuda", "minimax"}
    return {name for name in files | set(POLICIES) | set(replications.STRATEGIES) if "_" in name} | plain


def shown_ids(text: str) -> list[str]:
    """Return the ids that stand in a text as words of their own."""
    return sorted(name for name in ids() if re.search(rf"(?<![\w/.-]){name}(?![\w])", text))


HYPHENED_RANGE: Final = re.compile(r"(?<![\w.,:/$-])\d[\d.,]*%?-\d[\d.,]*%?(?![\w-])")
"""A range of numbers with a hyphen; a date has two, and a designation has letters."""
BARE_THOUSANDS: Final = re.compile(r"(?<![\w.,#/:-])(?!(?:19|20)\d\d(?![\d]))\d{4,}(?![\w/:%-]|\.\d{4})")
"""A number of four digits or more without a comma, that is no year."""
ADDRESS: Final = re.compile(r"publication \d+|https?://\S+|\b[0-9a-f]{8,}\b|\b\d{4}-\d\d-\d\d\b")


def set_badly(text: str) -> list[str]:
    """Return ranges with a hyphen and thousands without a comma, with the words before."""
    text = " ".join(ADDRESS.sub(" ", text).split())
    return [
        text[max(0, found.start() - 30) : found.end()]
        for pattern in (HYPHENED_RANGE, BARE_THOUSANDS)
        for found in pattern.finditer(text)
    ]


def unnamed_intervals(html: str) -> list[str]:
    """Return the head of every section that has an interval in brackets and nothing that says of which kind it is."""
    sections = re.split(r"(?=<section\b)", NOT_TEXT.sub(" ", html))
    texts = [" ".join(visible(section).split()) for section in sections]
    return [text[:60] for text in texts if BRACKETS.search(text) and not KINDS.search(text)]


@pytest.mark.parametrize("kind", PAGES)
def test_no_id_stands_on_a_page(pages: dict[str, str], kind: str) -> None:
    assert shown_ids(visible(pages[kind])) == []


@pytest.mark.parametrize("kind", PAGES)
def test_every_interval_in_brackets_has_its_kind(pages: dict[str, str], kind: str) -> None:
    assert unnamed_intervals(pages[kind]) == []


@pytest.mark.parametrize("kind", PAGES)
def test_ranges_have_en_dashes_and_thousands_commas(pages: dict[str, str], kind: str) -> None:
    assert set_badly(visible(pages[kind])) == []


def test_numbers_that_are_set_badly_are_told() -> None:
    assert set_badly("from 9000 to 12,000 in 4-6 h") == ["from 9000 to 12,000 in 4-6", "from 9000"]
    assert set_badly("in 2024, on 2024-05-13, 1,234 of 4–6, GAO-02-215R, https://x.gov/2025-7/12345") == []


def test_all_pages_are_looked_at(pages: dict[str, str]) -> None:
    assert set(pages) == set(PAGES)
    with_intervals = [kind for kind in PAGES if BRACKETS.search(visible(pages[kind]))]
    assert len(with_intervals) == len(PAGES) - 1  # a calibration gives its ranges from and to


def test_ids_and_nameless_intervals_are_told() -> None:
    assert shown_ids("under todays_practice at pharr, scan-share_of.x") == ["pharr", "todays_practice"]
    assert shown_ids(visible("<p>scanner=ai_review <code>todays_practice</code></p>")) == []
    assert unnamed_intervals("<section>Wait 3.0 min [2.9, 3.1]</section>") == ["Wait 3.0 min [2.9, 3.1]"]
    assert unnamed_intervals("<section>3.0 [2.9, 3.1], intervals over replications</section>") == []
