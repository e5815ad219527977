"""The page of a calibration: of several months, and of one that no other one could predict."""

from __future__ import annotations

from experiments.calibration.report.page import render_page
from experiments.calibration.report.words import observed_sentences, score_rows
from tests.all_pages import calibrated


def test_months_left_out_are_judged() -> None:
    page = render_page(calibrated())
    assert "On months left out the simulation misses single cells by 2.0 min" in page
    assert "Each month, left out" in page
    assert "left_out.csv" in page


def test_of_a_single_month_nothing_is_left_out_and_that_is_said() -> None:
    single = calibrated(left_out=False)
    assert single.judgment is None
    assert single.why_naive_wins == ""
    assert [name for name, _ in score_rows(single)] == ["simulated, in sample"]
    assert not any("left out" in sentence for sentence in observed_sentences(single))
    page = render_page(single)
    assert "nothing tells how far the simulation is off in months that it was not fitted to" in page
    assert "In sample it misses single cells by 2.0 min" in page
    assert "left_out.csv" not in page
    assert "Each month, left out" not in page
