"""The page of a sweep in a real browser: nothing leaves, every figure is drawn, nothing is too wide."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from experiments.sweeping.report.page import render_sweep_page
from tests import made_sweep

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed on this machine")]
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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for width in (1280, 390):
            page = browser.new_context(viewport={"width": width, "height": 900}, offline=True).new_page()
            asked: list[str] = []
            said: list[str] = []
            page.on("request", lambda request, to=asked: to.append(request.url))
            page.on("console", lambda message, to=said: to.append(message.text))
            page.on("pageerror", lambda error, to=said: to.append(str(error)))
            page.goto(path.as_uri())
            assert asked == [path.as_uri()]
            assert said == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("document.querySelectorAll('.plotly-graph-div').length") == figures
            assert page.evaluate(EMPTY) == []
        browser.close()
