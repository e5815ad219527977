"""The funding report as a page: complete, in order, by itself, honest about what is missing."""

from __future__ import annotations

import dataclasses
import re

import pytest

from experiments.funding.chapters import effectiveness
from experiments.funding.exhibits.elements import CASE_SECTIONS
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.report.page import funding_chapters, group_charts
from experiments.funding.uncertainty.analysis import Uncertainty
from experiments.funding.workbook.write import WORKBOOK
from tests import funded
from tests.page_tags import tags

TITLES = (
    "The problem",
    "Alternatives",
    "Inputs",
    "Costs and benefits year by year",
    "Present values",
    "Net present value and benefit-cost",
    "Throughput",
    "Key performance",
    "Cost-effectiveness",
    "Efficient frontiers",
    "Net benefit",
    "How certain",
    "What moves",
    "Break-even",
    "Spending",
    "Budget",
    "Both governments",
    "Risk register",
    "Effects that are not",
    "Validation",
    "Self-check",
    "Economic impact",
)
"""Sections 2 to 21 in the order in which reviewers ask for them; the answer is the first."""
CHARTS = (
    "waits",
    "growth",
    "plane",
    "frontier-agency",
    "frontier-social",
    "break-even",
    "acceptability",
    "expected-loss",
    "tornado",
    "displacement",
    "not-replaced",
    "spending-A4",
)


@pytest.fixture(scope="module")
def uncertainty() -> Uncertainty:
    return funded.uncertainty()


@pytest.fixture(scope="module")
def page(uncertainty: Uncertainty) -> str:
    return funded.page(uncertainty=uncertainty)


@pytest.fixture(scope="module")
def bare() -> str:
    return funded.page()


def test_the_page_asks_nobody_for_anything_and_runs_no_script(page: str) -> None:
    for tag, attributes in tags(page):
        assert tag not in ("script", "link", "iframe", "img", "object", "embed", "image")
        assert "src" not in attributes
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name.endswith("href"):
                assert str(value).startswith("#") or value == WORKBOOK
    assert "@import" not in page
    assert "url(http" not in page


def test_sections_come_in_the_order_of_reviewers(page: str, bare: str) -> None:
    for text in (page, bare):
        found = re.findall(r"<h2[^>]*>(\d+)\. ([^<]*)</h2>", text)
        assert [int(number) for number, _ in found] == list(range(2, 26))
        for title, (_, own) in zip(TITLES, found, strict=False):
            assert own.startswith(title)
        assert text.index('class="answer"') < text.index("<h2")


def test_ids_are_unique_and_references_lead_somewhere(page: str) -> None:
    ids = [str(a["id"]) for _, a in tags(page) if "id" in a]
    assert len(ids) == len(set(ids))
    wanted = set(re.findall(r'href="#([^"]+)"', page)) | set(re.findall(r"url\(#([^)]+)\)", page))
    labels = [str(a[k]).split() for _, a in tags(page) for k in a if k == "aria-labelledby"]
    assert wanted | {one for several in labels for one in several} <= set(ids)


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_drawn_and_said_in_words(page: str, name: str) -> None:
    start = page.index(f'id="chart-{name}"')
    figure = page[start : page.index("</figure>", start)]
    assert '<svg role="img"' in figure
    said = re.search(r"<desc[^>]*>([^<]+)</desc>", figure)
    assert said is not None
    assert len(said.group(1)) > 20
    assert "<text" in figure, "text stays text"
    assert "<title" in figure


def test_the_same_case_gives_the_same_bytes(uncertainty: Uncertainty, page: str) -> None:
    assert funded.page(uncertainty=uncertainty) == page


def test_what_was_not_run_is_said_in_its_place(page: str, bare: str) -> None:
    for missing in ("acceptability curves", "tornado", "how inputs were drawn"):
        assert f"Not available: {missing}" in bare
        assert f"Not available: {missing}" not in page
    assert "Not available: best set of investments" in page
    assert "no range" in bare


def test_without_sets_of_assumptions_nothing_is_said_to_be_simulated(uncertainty: Uncertainty, page: str) -> None:
    """``uncertainty.worlds=0`` draws prices and holds the simulation's inputs: the page may claim no more."""
    nothing = uncertainty.noise_share.iloc[:0]
    held = funded.page(
        uncertainty=dataclasses.replace(uncertainty, draws=uncertainty.draws.assign(set=-1), noise_share=nothing)
    )
    assert "No draw was simulated: simulation inputs were held" in held
    assert "draws of uncertain economic inputs alone (simulation inputs were held)" in held
    assert "all uncertain inputs" not in held
    assert "Every draw was simulated" not in held + page
    assert "draws of all uncertain inputs" in page
    assert "No draw was simulated" not in page


def test_the_lines_over_the_value_of_a_load_need_a_users_value(uncertainty: Uncertainty, page: str) -> None:
    assert 'id="chart-net-benefit"' not in page
    priced = funded.page(3e5, uncertainty=uncertainty)
    assert 'id="chart-net-benefit"' in priced
    assert "the value of a load that the user set" in priced


def test_economic_impact_is_left_out(page: str) -> None:
    assert "off by default" in page


def test_sections_call_each_other_by_their_place() -> None:
    evidence = Evidence(funded.appraised())
    assert ["answer", *(section.slug for section in funding_chapters(evidence))] == CASE_SECTIONS


def test_open_items_are_visible(page: str) -> None:
    assert page.count("open: for the author") >= 10
    assert page.count('class="open"') >= 10


def test_charts_that_stand_together_are_shown_side_by_side(uncertainty: Uncertainty) -> None:
    frontiers = effectiveness.frontiers_chapter(Evidence(funded.appraised(), uncertainty))
    kinds = [[part.kind for part in group] for group in group_charts(frontiers.parts)]
    assert ["chart", "chart"] in kinds
    assert sum(len(group) for group in kinds) == len(frontiers.parts)


@pytest.mark.parametrize("names", [("A0",), ("A0", "A2")])
def test_fewer_alternatives_still_make_a_page(names: tuple[str, ...]) -> None:
    assert "<h2" in funded.page(names=names)
