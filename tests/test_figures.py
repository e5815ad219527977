from __future__ import annotations

import numpy as np
import pytest

from experiments import figures
from experiments.findings import Findings
from tests import replications


@pytest.fixture(scope="module")
def found() -> Findings:
    return replications.findings()


@pytest.fixture(scope="module")
def overloaded() -> Findings:
    return replications.findings(over={"scan_everything": ("dock",)})


def test_marks_differ_without_colour_for_sixteen_alternatives() -> None:
    marks = figures.marks([f"alternative_{place}" for place in range(16)])
    assert len({(mark.dash, mark.symbol) for mark in marks.values()}) == 16


def test_the_frontier_shows_both_intervals_and_greys_the_dominated(found: Findings) -> None:
    traces = {trace.name: trace for trace in figures.frontier(found).data if trace.name}
    assert set(traces) == set(found.names)
    point = found.point("rules_27")
    assert traces["rules_27"].error_x.value == pytest.approx(point.wait.high - point.wait.mean)
    assert traces["rules_27"].marker.color == figures.GREY
    assert traces["boosted_27"].marker.color != figures.GREY
    assert "dominated by boosted_27" in traces["rules_27"].hovertemplate


def test_the_unstable_are_left_out_of_all_that_hangs_on_the_run_length(
    overloaded: Findings,
) -> None:
    for draw in (figures.frontier, figures.queue, figures.waits):
        assert "scan_everything" not in {trace.name for trace in draw(overloaded).data}
    assert "scan_everything" in {trace.name for trace in figures.utilisation(overloaded).data}


def test_the_queue_is_the_mean_over_weekdays(found: Findings) -> None:
    trace = next(t for t in figures.queue(found).data if t.name == "todays_practice")
    profiles = found.profiles["todays_practice"]
    expected = profiles["queue_sum"][:5].sum(axis=(0, 2)) / profiles["queue_days"][:5].sum()
    np.testing.assert_allclose(trace.y, expected)
    assert trace.x[0] == 0.125


def test_the_wait_curve_falls_from_all_trucks(found: Findings) -> None:
    for trace in figures.waits(found).data:
        assert trace.y[0] == pytest.approx(100.0)
        assert (np.diff(trace.y) <= 1e-9).all()


def test_utilisation_shows_every_station_once(found: Findings) -> None:
    figure = figures.utilisation(found)
    assert len(figure.data) == len(found.names)
    assert set(figure.layout.yaxis.ticktext) == {
        "approach", "portal", "primary", "secondary", "dock", "analyst",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["frontier", "queue", "waits", "utilisation"])
def test_every_figure_is_told_in_words(found: Findings, name: str) -> None:
    words = figures.describe(found, name)
    assert all(alternative in words for alternative in found.names)
    assert "nan" not in words
