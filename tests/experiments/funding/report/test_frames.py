"""Frames of a prospectus and of a capital plan: figures of the run where it has them, blanks where it has none."""

from __future__ import annotations

import pytest

from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.report.frames import BLANK, FRAMES, frame_texts, markdown_table
from experiments.funding.report.page import build_case_report
from experiments.page_templates import Cell, Table, TableColumn
from tests import funded


def frames(evidence: Evidence) -> dict[str, str]:
    return frame_texts(evidence, build_case_report(evidence))


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("names", [("A0",), ("A0", "A1", "A4")])
def test_every_field_is_filled_or_blank_and_the_authors_stay_blank(name: str, names: tuple[str, ...]) -> None:
    text = frames(Evidence(funded.appraised(names=names)))[name]
    assert "$civil" not in text
    assert "${" not in text
    assert text.count(BLANK) >= 12
    assert "World Trade Bridge, Laredo" in text


def test_figures_are_those_of_the_run() -> None:
    evidence = Evidence(funded.appraised(), funded.uncertainty())
    plan = frames(evidence)["dhs_capital_plan.md"]
    assert "7 of GAO's 22 practices evidenced, 11 in part" in plan
    assert "| 2027 |" in plan
    assert "2026" not in plan
    assert "| late delivery | $60,000 |" in plan


def test_a_prospectus_certifies_nothing_and_every_sum_says_its_dollars() -> None:
    prospectus = frames(Evidence(funded.appraised(), funded.uncertainty()))["gsa_prospectus.md"]
    assert "It has been determined" not in prospectus
    assert f"{BLANK} The proposed project is the best solution" in prospectus
    assert "today" not in prospectus.lower()
    sums = [line for line in prospectus.splitlines() if "$" in line]
    assert len(sums) >= 4
    assert all("2023 dollars" in line for line in sums)


def test_a_table_in_markdown() -> None:
    table = Table("t", "T", TableColumn("year", "year"), (TableColumn("x", "x", "$ M"),), (("2026", (Cell("1.00"),)),))
    assert markdown_table(table).splitlines() == ["| year | x, $ M |", "| --- | --- |", "| 2026 | 1.00 |"]
