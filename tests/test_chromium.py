"""A page of every kind in a real browser: read by all, nothing leaves, nothing is cut on paper."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import Browser

from tests.all_pages import write_pages
from tests.browser import needs_chromium, open_browser, open_page, violations

pytestmark = needs_chromium
CHARTS = {"report": 16, "portfolio": 5}
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
UNFOLD = "() => document.querySelectorAll('details').forEach(part => { part.open = true; })"
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


KINDS = ("compare", "run", "sweep", "report", "portfolio", "scorecard", "public", "calibrate")
SAMPLE_ROWS = 3
LONGEST = {1280: 6_000, 390: 12_000}
"""Height in pixels of a comparison with its annexes folded, by width."""
LONGEST_CASE = {1280: 8_500, 390: 16_000}
"""Height in pixels of a case and of a portfolio as they open, by width."""
FIRST_SCREEN = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_pages(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def report(pages: dict[str, Path]) -> Path:
    return pages["report"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found


def test_every_kind_of_page_is_read_by_all_and_fits_its_screen(browser: Browser, pages: dict[str, Path]) -> None:
    """WCAG 2.1 A and AA on a sample of the rows of each table; all rows: the slow test below."""
    assert set(pages) == set(KINDS)
    found = {}
    for name, path in pages.items():
        for width in (1280, 390):
            page, asked, said = open_page(browser, path, width)
            assert asked == [path.as_uri()], name
            assert said == [], name
            if name == "compare":
                assert page.evaluate("document.documentElement.scrollHeight") <= LONGEST[width]
            if name in CHARTS:
                assert page.evaluate("document.documentElement.scrollHeight") <= LONGEST_CASE[width]
            found[name, width] = violations(page, rows=SAMPLE_ROWS)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            page.context.close()
    assert {place: rules for place, rules in found.items() if rules} == {}


@pytest.mark.parametrize("name", CHARTS)
def test_the_first_screen_holds_the_request_the_picture_and_the_cost_by_year(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    page, _, _ = open_page(browser, pages[name], 1280)
    page.set_viewport_size(FIRST_SCREEN)  # type: ignore[arg-type]
    ends = page.evaluate(
        "[...document.querySelectorAll('dl.answer:not(.more), .screen svg, .screen tbody')]"
        ".map(part => part.getBoundingClientRect().bottom)"
    )
    assert len(ends) == 3
    assert max(ends) <= FIRST_SCREEN["height"]


def test_a_violation_would_be_found(browser: Browser, pages: dict[str, Path]) -> None:
    page, _, _ = open_page(browser, pages["run"], 1280)
    page.add_style_tag(content="p { color: #ccc; }")
    assert any(rule.startswith("color-contrast") for rule in violations(page, rows=SAMPLE_ROWS))


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", KINDS)
def test_no_row_of_any_page_breaks_a_rule(browser: Browser, pages: dict[str, Path], name: str, width: int) -> None:
    page, _, _ = open_page(browser, pages[name], width)
    assert violations(page) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_no_heading_ends_a_printed_page(browser: Browser, pages: dict[str, Path], tmp_path: Path, name: str) -> None:
    page, _, _ = open_page(browser, pages[name], 1000)
    headings: list[str] = page.evaluate(
        "[...document.querySelectorAll('h2, h3, summary')].map(e => e.firstChild.textContent.trim())"
    )
    page.pdf(path=tmp_path / "page.pdf", format="Letter", prefer_css_page_size=True)
    last = [text.strip().splitlines()[-1] for text in texts_of(tmp_path / "page.pdf") if text.strip()]
    wanted = {squeeze(heading) for heading in headings}
    assert len(wanted) > 2
    assert [line for line in last if squeeze(line) in wanted] == []


@pytest.mark.slow
def test_the_inputs_stay_folded_on_paper_and_the_rest_is_shown(
    browser: Browser, pages: dict[str, Path], tmp_path: Path
) -> None:
    page, _, _ = open_page(browser, pages["compare"], 1000)
    page.pdf(path=tmp_path / "page.pdf", format="Letter")
    text = squeeze(" ".join(texts_of(tmp_path / "page.pdf")))
    assert squeeze("95th percentile") in text
    assert squeeze("All inputs, by group") in text
    assert squeeze("port.primary.lanes") not in text
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 0


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", CHARTS)
def test_nothing_leaves_and_all_charts_are_drawn(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    page, asked, said = open_page(browser, pages[name], width)
    assert asked == [pages[name].as_uri()]
    assert said == []
    page.evaluate(UNFOLD)
    figures: list[dict[str, Any]] = page.evaluate(FIGURES)
    assert len(figures) == CHARTS[name]
    for figure in figures:
        assert figure["paths"] > 5, figure["title"]
        assert figure["texts"], figure["title"]
        assert figure["width"] > 300, figure["title"]
        assert figure["height"] > 150, figure["title"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", CHARTS)
def test_the_text_of_charts_is_read_on_a_phone(browser: Browser, pages: dict[str, Path], name: str) -> None:
    page, _, _ = open_page(browser, pages[name], 390)
    page.evaluate(UNFOLD)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("svg text")].filter(t => t.textContent.trim())
           .map(t => parseFloat(getComputedStyle(t).fontSize)
             * Math.hypot(t.getScreenCTM().a, t.getScreenCTM().b))"""
    )
    assert min(sizes) >= 7.5


@pytest.mark.slow
@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", CHARTS)
def test_no_chart_is_cut_on_paper(
    browser: Browser, pages: dict[str, Path], tmp_path: Path, name: str, paper: str
) -> None:
    report = pages[name]
    width = int((PAPERS[paper] - 2.0 * MARGIN_MM) * PX_PER_MM)
    page, _, said = open_page(browser, report, width)
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


@pytest.mark.slow
def test_a_chart_that_is_cut_would_be_found(browser: Browser, report: Path, tmp_path: Path) -> None:
    page, _, _ = open_page(browser, report, 700)
    page.add_style_tag(content="@media print { #chart-plane svg { height: 2000px !important; } }")
    figures = page.evaluate(FIGURES)
    page.pdf(path=tmp_path / "cut.pdf", format="A4")
    assert cut(figures, texts_of(tmp_path / "cut.pdf")) == ["Cost-effectiveness plane"]


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", CARDS)
def test_a_scorecard_asks_for_nothing_and_draws_every_line(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    page, asked, said = open_page(browser, pages[name], width)
    assert asked == [pages[name].as_uri()]
    assert said == []
    strips: list[dict[str, float]] = page.evaluate(STRIPS)
    assert len(strips) > 20
    assert all(one["marks"] >= 1 and one["width"] > 150 and one["height"] > 10 for one in strips)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.slow
@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", CARDS)
def test_no_line_of_a_scorecard_is_cut_on_paper(
    browser: Browser, pages: dict[str, Path], tmp_path: Path, name: str, paper: str
) -> None:
    page, _, said = open_page(browser, pages[name], int((PAPERS[paper] - 2.0 * MARGIN_MM) * PX_PER_MM))
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
