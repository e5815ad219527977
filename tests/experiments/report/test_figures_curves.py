from __future__ import annotations

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import pytest

from experiments.report import figures
from experiments.report.findings import Findings
from tests import replications


@pytest.fixture(scope="module")
def found() -> Findings:
    return replications.findings()


@pytest.mark.parametrize("draw", [figures.queue_figure, figures.wait_figure])
def test_the_unstable_are_left_out(draw: Callable[[Findings], go.Figure]) -> None:
    overloaded = replications.findings(over={"scan_everything": ("dock",)})
    assert "scan_everything" not in figures.stable_alternatives(overloaded)
    assert "scan_everything" not in {trace.name for trace in draw(overloaded).data}


def test_the_queue_is_the_mean_over_weekdays(found: Findings) -> None:
    trace = next(t for t in figures.queue_figure(found).data if t.name == "todays_practice")
    profiles = found.profiles["todays_practice"]
    expected = profiles["queue_sum"][:5].sum(axis=(0, 2)) / profiles["queue_days"][:5].sum()
    np.testing.assert_allclose(trace.y, expected)
    assert trace.x[0] == 0.125


def test_the_wait_curve_falls_from_all_trucks(found: Findings) -> None:
    for trace in figures.wait_figure(found).data:
        assert trace.y[0] == pytest.approx(100.0)
        assert (np.diff(trace.y) <= 1e-9).all()


@pytest.mark.parametrize("name", ["queue", "waits"])
def test_whoever_is_not_drawn_is_named_below(found: Findings, name: str) -> None:
    figure = {"queue": figures.queue_figure, "waits": figures.wait_figure}[name](found)
    drawn = {trace.name for trace in figure.data}
    words = figures.shared_lines_note(found, name)
    assert all(one in drawn or one in words for one in found.names)
    assert {note.text.split(" +")[0] for note in figure.layout.annotations} == drawn


def test_curves_that_differ_are_drawn_apart() -> None:
    x = np.linspace(0.0, 100.0, 11)
    heads = figures.group_alike_curves({"a": x, "b": x + 1.9, "c": x + 3.0, "d": x + 2.5})
    assert heads == {"a": ["b"], "c": ["d"]}
