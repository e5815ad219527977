"""The first chart: who detects more, sorted, and what other assumptions say of it."""

from __future__ import annotations

import pytest

from experiments.page_templates import Chart
from experiments.report.charts.gains import gain_rows, gains_chart
from experiments.report.findings import Findings
from tests import all_pages, replications


@pytest.fixture(scope="module")
def found() -> Findings:
    return all_pages.compared()


def test_rows_are_sorted_and_nobody_is_left_out(found: Findings) -> None:
    rows = gain_rows(found)
    assert {row.share.alternative for row in rows} == set(found.names) - {"todays_practice"}
    compared = [row.share.found_gap.mean for row in rows if row.share.found_gap]
    assert compared == sorted(compared, reverse=True)
    assert rows[-1].share.found_gap is None


def test_a_row_holds_the_difference_of_every_set_of_assumptions(found: Findings) -> None:
    row = next(row for row in gain_rows(found) if row.share.alternative == "boosted_27")
    assert found.redrawn is not None
    drawn = found.redrawn.rows.pivot_table(index="draw", columns="alternative", values="equal_detection")
    expected = 100.0 * (drawn["boosted_27"] - drawn["todays_practice"])
    assert row.by_set.tolist() == pytest.approx(expected.tolist())


def test_the_title_is_the_claim_and_no_more(found: Findings) -> None:
    chart = gains_chart(found)
    assert isinstance(chart, Chart)
    assert chart.title.startswith(
        "With boosted 27, 7.0 points more of the smuggled loads are detected than with current practice"
    )
    assert "of 12 sets of assumptions" in chart.title
    assert "Commercial trucks only" in chart.subtitle


def test_without_redraws_the_title_claims_nothing() -> None:
    chart = gains_chart(replications.findings())
    assert isinstance(chart, Chart)
    assert "points more" not in chart.title
    assert "under the assumptions as they stand" in chart.title


def test_where_nobody_can_be_compared_a_sentence_stands_in_its_place() -> None:
    apart = {"todays_practice": (31.0, 0.12, 0.277), "other": (31.0, 0.12, 0.9)}
    words = gains_chart(replications.findings(apart))
    assert isinstance(words, str)
    assert "not drawn" in words
