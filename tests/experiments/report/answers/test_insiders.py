"""The answer of a study of insiders claims what its verdicts support, and no more."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from experiments.intervals import Difference
from experiments.number_format import wait_difference_words
from experiments.report.findings import Findings, gather_findings
from experiments.report.frontier import frontier_points
from experiments.study.study import compose_scenario
from tests import replications
from tests.replications import answer_text

WORLDS = {"no_insiders": "none", "todays_posts": "baseline", "random_assignment": "random_assignment", "audit": "audit"}
NUMBERS = {
    "no_insiders": (22.0, 0.14, 0.277),
    "todays_posts": (22.0, 0.12, 0.277),
    "random_assignment": (28.0, 0.139, 0.277),
    "audit": (22.0, 0.12, 0.277),
}
"""Wait in minutes, share of loads found, share of trucks scanned."""


def findings(numbers: dict[str, tuple[float, float, float]] = NUMBERS) -> Findings:
    asked = replications.study(list(numbers), "replications=20", baseline="todays_posts")
    worlds = {name: compose_scenario([f"insider={WORLDS[name]}"]) for name in numbers}
    asked = dataclasses.replace(asked, alternatives=worlds)
    return gather_findings(asked, replications.done(numbers), replications.weekly(numbers))


def test_the_answer_says_what_each_guard_wins_back_and_costs() -> None:
    found = findings()
    text = answer_text(found)
    row = found.row("no_insiders", "detection_expected")
    low, high = (100.0 * row[name] for name in ("diff_low", "diff_high"))
    span = re.match(r"Help from inside costs 2\.\d \[([\d.]+), ([\d.]+)\] points", text)
    assert span is not None
    assert float(span[1]) == pytest.approx(low, abs=0.051)
    assert float(span[2]) == pytest.approx(high, abs=0.051)
    assert re.search(r"random_assignment 1\.\d \[.*\] for [56]\.\d min of average wait \[", text)
    assert "audit clearly nothing for no clear price" in text
    assert text.endswith(".")


def test_help_that_changes_nothing_is_not_said_to_cost() -> None:
    alike = dict.fromkeys(NUMBERS, (22.0, 0.12, 0.277))
    assert answer_text(findings(alike)).startswith("Help from inside makes no clear difference")


def test_a_study_without_insiders_is_answered_as_ever() -> None:
    assert answer_text(replications.findings()).startswith("At equal scan share")


def test_a_port_without_insiders_is_no_choice() -> None:
    found = findings()
    aside = found.point("no_insiders")
    assert aside.status == "reference"
    assert aside.words() == "no choice at this port: shown for comparison"
    assert all("no_insiders" not in (*point.by, *point.like) for point in found.points)
    free = {point.alternative: point for point in frontier_points(found.metrics, {})}
    assert "no_insiders" in free["todays_posts"].by


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (Difference(1.5, -0.5, 3.5, 0.2, 9), "the average wait shows no clear difference (+1.5 min [-0.5, 3.5])"),
        (Difference(-2.0, -3.0, -1.0, 0.0, 9), "the average wait is 2.0 min shorter [1.0, 3.0]"),
        (Difference(np.nan, np.nan, np.nan, np.nan, 9), "their waits cannot be compared"),
    ],
)
def test_a_wait_is_said_no_surer_than_it_is(gap: Difference, text: str) -> None:
    assert wait_difference_words(gap) == text
