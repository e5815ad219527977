"""Report, portfolio and scorecard in a real browser: nothing leaves, nothing is cut on paper."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from experiments.funding.report import portfolio_page
from experiments.scorecards import page as scorecards_page
from experiments.scorecards.card import make_scorecard, scorecard_in_edition
from experiments.scorecards.targets import read_targets
from tests import cards, funded, planned

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed on this machine")]
CHARTS = {"report": 15, "portfolio": 5}
CARDS = ("scorecard", "public")
PX_PER_MM = 96.0 / 25.4
MARGIN_MM = 12.0
PAPERS = {"A4": 210.0, "Letter": 215.9}
"""Width in millimetres."""
FIGURES = """() => [...document.querySelectorAll("figure")].map(f => ({
  title: f.querySelector("h3").firstChild.textContent.trim(),
  caption: f.querySelector("figcaption").textContent.trim(),
  texts: [...f.querySelectorAll("svg text")].map(t => t.textContent.trim()).filter(t => t),
  paths: f.querySelectorAll("svg path").length,
  width: f.querySelector("svg").getBoundingClientRect().width,
  height: f.querySelector("svg").getBoundingClientRect().height,
}))"""
TOO_WIDE = """() => [...document.querySelectorAll("svg, table, p, h1, h2, h3")]
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .filter(e => matchMedia("print").matches || !e.closest(".wide"))
  .map(e => e.tagName + " " + e.textContent.slice(0, 60))"""


STRIPS = """() => [...document.querySelectorAll("svg.strip")].map(s => ({
  marks: s.querySelectorAll("circle").length,
  width: s.getBoundingClientRect().width, height: s.getBoundingClientRect().height,
}))"""
LINES = """() => [...document.querySelectorAll("table.lines tbody tr")].map(r => [
  r.querySelector("th").firstChild.textContent.trim(),
  r.querySelector("td.words b").textContent.trim(),
  r.querySelector(".verdict").textContent.trim()])"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    made = planned.found()
    north = [cards.write_run(folder / f"n{k}", wait=30.0 + k, seed=k) for k in (1, 2, 3)]
    south = [cards.write_run(folder / f"s{k}", *cards.SOUTH, wait=5.0, seed=k) for k in (1, 2, 3)]
    card = make_scorecard([cards.series(*north), cards.series(*south, key="southbound")], read_targets())
    texts = {
        "report": funded.page(uncertainty=funded.uncertainty()),
        "portfolio": portfolio_page.render_portfolio_page(made, portfolio_page.build_portfolio_page(made)),
        "scorecard": scorecards_page.render_scorecard(card),
        "public": scorecards_page.render_scorecard(scorecard_in_edition(card, "public")),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


@pytest.fixture(scope="module")
def report(pages: dict[str, Path]) -> Path:
    return pages["report"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield found
        found.close()


def opened(browser: Browser, path: Path, width: int) -> tuple[Page, list[str], list[str]]:
    """Return the page without network, what it asked for, and what its console said."""
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())
    return page, asked, said


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", CHARTS)
def test_nothing_leaves_and_all_charts_are_drawn(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    page, asked, said = opened(browser, pages[name], width)
    assert asked == [pages[name].as_uri()]
    assert said == []
    figures: list[dict[str, Any]] = page.evaluate(FIGURES)
    assert len(figures) == CHARTS[name]
    for figure in figures:
        assert figure["paths"] > 5, figure["title"]
        assert figure["texts"], figure["title"]
        assert figure["width"] > 300, figure["title"]
        assert figure["height"] > 150, figure["title"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("name", CHARTS)
def test_the_text_of_charts_is_read_on_a_phone(browser: Browser, pages: dict[str, Path], name: str) -> None:
    page, _, _ = opened(browser, pages[name], 390)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("svg text")].filter(t => t.textContent.trim())
           .map(t => parseFloat(getComputedStyle(t).fontSize)
             * Math.hypot(t.getScreenCTM().a, t.getScreenCTM().b))"""
    )
    assert min(sizes) >= 7.5


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", CHARTS)
def test_no_chart_is_cut_on_paper(
    browser: Browser, pages: dict[str, Path], tmp_path: Path, name: str, paper: str
) -> None:
    report = pages[name]
    width = int((PAPERS[paper] - 2.0 * MARGIN_MM) * PX_PER_MM)
    page, _, said = opened(browser, report, width)
    page.emulate_media(media="print")
    assert page.evaluate(TOO_WIDE) == []
    figures = page.evaluate(FIGURES)
    page.pdf(path=tmp_path / "report.pdf", format=paper)
    assert said == []
    texts = texts_of(tmp_path / "report.pdf")
    assert cut(figures, texts) == []
    assert "Executive summary" in texts[0]
    second = {"report": "2. The problem", "portfolio": "2. The choice"}[name]
    assert texts[1].lstrip().startswith(second), "the answer keeps to one page"


def test_a_chart_that_is_cut_would_be_found(browser: Browser, report: Path, tmp_path: Path) -> None:
    page, _, _ = opened(browser, report, 700)
    page.add_style_tag(content="@media print { #chart-plane svg { height: 2000px !important; } }")
    figures = page.evaluate(FIGURES)
    page.pdf(path=tmp_path / "cut.pdf", format="A4")
    assert cut(figures, texts_of(tmp_path / "cut.pdf")) == ["Cost-effectiveness plane"]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", CARDS)
def test_a_scorecard_asks_for_nothing_and_draws_every_line(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    page, asked, said = opened(browser, pages[name], width)
    assert asked == [pages[name].as_uri()]
    assert said == []
    strips: list[dict[str, float]] = page.evaluate(STRIPS)
    assert len(strips) > 20
    assert all(one["marks"] >= 1 and one["width"] > 150 and one["height"] > 10 for one in strips)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", CARDS)
def test_no_line_of_a_scorecard_is_cut_on_paper(
    browser: Browser, pages: dict[str, Path], tmp_path: Path, name: str, paper: str
) -> None:
    page, _, said = opened(browser, pages[name], int((PAPERS[paper] - 2.0 * MARGIN_MM) * PX_PER_MM))
    page.emulate_media(media="print")
    assert page.evaluate(TOO_WIDE) == []
    rows: list[list[str]] = page.evaluate(LINES)
    page.pdf(path=tmp_path / "card.pdf", format=paper)
    assert said == []
    texts = [squeeze(text) for text in texts_of(tmp_path / "card.pdf")]
    lost = [row for row in rows if not any(all(squeeze(p) in t for p in row) for t in texts)]
    assert len(rows) > 20
    assert lost == []


def texts_of(path: Path) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(path).pages]


def cut(figures: list[dict[str, Any]], pages: list[str]) -> list[str]:
    """Return the titles of figures whose title, text and caption stand on no page together.

    Of a caption the first words, because captions side by side are read line by line.
    """
    squeezed = [squeeze(page) for page in pages]
    found = []
    for figure in figures:
        parts = [squeeze(t) for t in (figure["title"], *figure["texts"], figure["caption"][:20])]
        if not any(all(part in page for part in parts) for page in squeezed):
            found.append(str(figure["title"]))
    return found


def squeeze(text: str) -> str:
    """Return text without blanks and ligatures, which a PDF does not keep as they are."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
