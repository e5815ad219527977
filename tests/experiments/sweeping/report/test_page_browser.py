"""The page of a sweep in a real browser: nothing leaves, every figure is drawn, nothing is too wide."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.sweeping.report.page import render_sweep_page
from tests import made_sweep
from tests.browser import needs_chromium, open_browser, open_page

pytestmark = [pytest.mark.slow, *needs_chromium]
BASE = ["policy=top_share", "days=1", "replications=4", "port.portal.servers=2,4"]
SWEEPS = {
    "grid": ([*BASE, "staffing.extra_lanes=-1,0,1,2", "policy.share=0.1,0.2,0.27,0.35,0.4,0.5"], 11),
    "design": (
        [*BASE, "design=lhs", "points=40", "over={policy.share: [0.1,0.5], traffic.volume_scale: [0.8,1.1]}"],
        11,
    ),
}
"""Words of the sweep, and figures on its page."""
EMPTY = """() => [...document.querySelectorAll(".plotly-graph-div")].filter(box =>
  box.querySelectorAll("svg path").length < 3 || box.getBoundingClientRect().width < 120).map(box => box.id)"""


def wait(values: made_sweep.Values, place: int) -> float:
    lanes, volume = values.get("staffing.extra_lanes", 0), values.get("traffic.volume_scale", 1.0)
    return float(30.0 * volume - 4.0 * lanes - values["port.portal.servers"] + 5.0 * values["policy.share"])


def found(values: made_sweep.Values, place: int) -> float:
    return float(0.1 + 0.5 * values["policy.share"])


@pytest.mark.parametrize("name", SWEEPS)
def test_nothing_leaves_and_every_figure_is_drawn(tmp_path: Path, name: str) -> None:
    words, figures = SWEEPS[name]
    sweep = made_sweep.sweep_of(*words)
    outcomes = made_sweep.outcomes(sweep, wait, found, lambda values: values.get("staffing.extra_lanes") == -1)
    path = tmp_path / "sweep.html"
    path.write_text(render_sweep_page(made_sweep.results(sweep, outcomes)), encoding="utf-8")
    with open_browser() as browser:
        for width in (1280, 390):
            page, asked, said = open_page(browser, path, width)
            assert asked == [path.as_uri()]
            assert said == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("document.querySelectorAll('.plotly-graph-div').length") == figures
            assert page.evaluate(EMPTY) == []
