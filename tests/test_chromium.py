"""The funding report in a real browser: nothing leaves, all is drawn, nothing is cut on paper."""

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

from experiments.funding.page import render
from tests import funded

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed on this machine"),
]
CHARTS = 15
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


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fund") / "report.html"
    path.write_text(render(funded.appraised(), funded.uncertainty()), encoding="utf-8")
    return path


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
def test_nothing_leaves_and_all_charts_are_drawn(
    browser: Browser, report: Path, width: int
) -> None:
    page, asked, said = opened(browser, report, width)
    assert asked == [report.as_uri()]
    assert said == []
    figures: list[dict[str, Any]] = page.evaluate(FIGURES)
    assert len(figures) == CHARTS
    for figure in figures:
        assert figure["paths"] > 5, figure["title"]
        assert figure["texts"], figure["title"]
        assert figure["width"] > 300, figure["title"]
        assert figure["height"] > 150, figure["title"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(TOO_WIDE) == []


def test_the_text_of_charts_is_read_on_a_phone(browser: Browser, report: Path) -> None:
    page, _, _ = opened(browser, report, 390)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("svg text")].filter(t => t.textContent.trim())
           .map(t => parseFloat(getComputedStyle(t).fontSize)
             * Math.hypot(t.getScreenCTM().a, t.getScreenCTM().b))"""
    )
    assert min(sizes) >= 7.5


@pytest.mark.parametrize("paper", PAPERS)
def test_no_chart_is_cut_on_paper(
    browser: Browser, report: Path, tmp_path: Path, paper: str
) -> None:
    width = int((PAPERS[paper] - 2.0 * MARGIN_MM) * PX_PER_MM)
    page, _, said = opened(browser, report, width)
    page.emulate_media(media="print")
    assert page.evaluate(TOO_WIDE) == []
    figures = page.evaluate(FIGURES)
    page.pdf(path=tmp_path / "report.pdf", format=paper)
    assert said == []
    pages = texts_of(tmp_path / "report.pdf")
    assert cut(figures, pages) == []
    assert "Executive summary" in pages[0]
    assert pages[1].lstrip().startswith("2. The problem"), "the answer keeps to one page"


def test_a_chart_that_is_cut_would_be_found(browser: Browser, report: Path, tmp_path: Path) -> None:
    page, _, _ = opened(browser, report, 700)
    page.add_style_tag(content="@media print { #chart-plane svg { height: 2000px !important; } }")
    figures = page.evaluate(FIGURES)
    page.pdf(path=tmp_path / "cut.pdf", format="A4")
    assert cut(figures, texts_of(tmp_path / "cut.pdf")) == ["Cost-effectiveness plane"]


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
