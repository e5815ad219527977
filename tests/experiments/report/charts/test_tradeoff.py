"""The second chart: waits against detection, as paired differences."""

from __future__ import annotations

import pytest

from experiments.page_templates import Chart
from experiments.report.charts.tradeoff import tradeoff_chart, tradeoff_marks, wait_limit
from tests import replications

FAR = {
    "todays_practice": (31.0, 0.12, 0.277),
    "near": (31.2, 0.15, 0.277),
    "nearer": (30.9, 0.14, 0.277),
    "close": (31.1, 0.13, 0.277),
    "far": (60.0, 0.19, 0.9),
}


def test_differences_are_paired() -> None:
    found = replications.findings()
    mark = next(mark for mark in tradeoff_marks(found) if mark.name == "boosted_27")
    assert mark.wait.mean == pytest.approx(found.row("boosted_27", "wait_mean_min")["difference"])
    assert mark.wait.low == found.row("boosted_27", "wait_mean_min")["diff_low"]
    alone = found.point("boosted_27").wait
    assert mark.wait.high - mark.wait.low < alone.high - alone.low


def test_an_outlier_is_named_at_the_edge_and_squeezes_nobody() -> None:
    found = replications.findings(FAR)
    assert wait_limit(tradeoff_marks(found)) < 5.0
    chart = tradeoff_chart(found)
    assert isinstance(chart, Chart)
    assert "Far: +29 min, off the chart" in chart.svg
    assert chart.title == (
        "As assumed, 2 of 4 alternatives clearly change the average wait: far adds 28.9 minutes to it"
    )


def test_every_alternative_is_named_and_told_in_words() -> None:
    found = replications.findings()
    chart = tradeoff_chart(found)
    assert isinstance(chart, Chart)
    for name in found.names:
        assert f"{found.label(name)}" in chart.svg
    assert "nan" not in chart.words


def test_those_that_cannot_carry_their_load_are_left_out_and_named() -> None:
    found = replications.findings(over={"scan_everything": ("dock",)})
    assert "scan_everything" not in {mark.name for mark in tradeoff_marks(found)}
    chart = tradeoff_chart(found)
    assert isinstance(chart, Chart)
    assert "Left out, as they cannot carry their load: scan everything." in chart.caption


def test_an_overloaded_baseline_is_a_sentence() -> None:
    words = tradeoff_chart(replications.findings(over={"todays_practice": ("dock",)}))
    assert isinstance(words, str)
    assert "cannot carry its load" in words
