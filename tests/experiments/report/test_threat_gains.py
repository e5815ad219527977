"""Three gains are told apart: threat as trained on, drifted, retrained; wide traits beside them."""

from __future__ import annotations

import dataclasses

import pytest

from experiments.report.findings import Findings, SideResults, gather_findings
from experiments.report.page import render_report
from experiments.report.threat_gains import threat_gains_line, threat_gains_rows, threat_gains_table
from tests import replications
from tests.experiments.report.test_tables_sections import LANES, redrawn


@pytest.fixture(scope="module")
def found() -> Findings:
    asked = replications.study(list(LANES), "replications=20")
    return gather_findings(asked, replications.done(LANES), replications.weekly(LANES), SideResults(redrawn=redrawn()))


def test_the_table_sets_the_gains_side_by_side(found: Findings) -> None:
    table = threat_gains_table(found)
    assert table is not None
    ((name, cells),) = table.rows
    assert name == "other"
    trained, drifted, retrained, wide = cells
    assert trained.text.startswith("+")
    assert trained.below.endswith("replications")
    assert drifted.text == "-2.0"
    assert "more in 0 of 12" in drifted.below
    assert "more in 9 of 12" in retrained.below
    assert wide.text == "+3.0"
    assert "more in 4 of 4" in wide.below


def test_the_line_and_the_file_say_the_same(found: Findings) -> None:
    line = threat_gains_line(found)
    assert line.startswith("other beyond todays_practice at equal scan share: threat as trained on +")
    assert "models fixed -2.0 (more in 0 of 12)" in line
    assert "with wide traits +3.0 (more in 4 of 4)" in line
    rows = threat_gains_rows(found).set_index("threat")
    assert list(rows.index) == ["as_trained", "drifted", "retrained", "wide"]
    assert rows.loc["drifted", "difference"] == pytest.approx(-0.02)
    assert rows.loc["retrained", ["more", "draws"]].tolist() == [9.0, 12.0]
    assert rows.loc["as_trained", "ends"] == "replications"


def test_the_page_shows_them_and_nothing_where_nothing_was_redrawn(found: Findings) -> None:
    assert "threat redrawn, models retrained" in render_report(found)
    plain = dataclasses.replace(found, redrawn=None)
    assert threat_gains_table(plain) is None
    assert threat_gains_line(plain) == ""
    assert list(threat_gains_rows(plain)["threat"]) == ["as_trained"]
