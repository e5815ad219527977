from __future__ import annotations

import dataclasses
import io

import pytest
from rich.console import Console

from experiments.report import terminal
from experiments.report.notes import describe_plans, plan_rows
from experiments.report.page import render_report
from experiments.report.screen import details
from experiments.study.study import build_study, compose_scenario
from experiments.training.find_or_train import train_all
from tests import replications

WORDS = "cost 0.3000 openings a truck, detection 0.8000\ntest by scan\n  reading 1 of 2: open"


def test_only_policies_that_plan_have_a_plan() -> None:
    target = ("policy=sensor_tree", "policy.budget_openings=null", "policy.target_detection=0.3")
    own = {"trees": ("policy=sensor_tree",), "target": target, "plain": ("policy=top_share",)}
    scenarios = {name: compose_scenario(overrides) for name, overrides in own.items()}
    one = build_study(["policy=sensor_tree"], "run")
    asked = dataclasses.replace(one, alternatives=scenarios, baseline="trees")
    found = describe_plans(asked, train_all(asked, terminal.open_console()))
    assert list(found) == ["trees", "target"]
    assert "detection 0.3000" in found["target"]
    assert "test by portal" in found["trees"]
    assert max(len(line) for text in found.values() for line in text.splitlines()) <= 80


@pytest.mark.parametrize("width", [80, 140])
def test_a_plan_is_printed_line_by_line(width: int) -> None:
    page = io.StringIO()
    console = Console(file=page, width=width, highlight=False, no_color=True)
    details.print_plans(console, {"trees": WORDS})
    assert f"Plan of trees, made from past days:\n{WORDS}\n" in page.getvalue()


def test_the_report_shows_a_plan_beside_what_was_found() -> None:
    found = dataclasses.replace(replications.findings(), plans={"scan_everything": WORDS})
    (row,) = plan_rows(found)
    assert row["found"].endswith("]")
    page = render_report(found)
    assert '<h2 id="plans">' in page
    assert f"<pre>{WORDS}</pre>" in page
    assert '<h2 id="plans">' not in render_report(replications.findings())
