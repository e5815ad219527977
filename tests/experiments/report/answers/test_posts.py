"""How many posts are enough: claimed only where the interval excludes a wait worth a post."""

from __future__ import annotations

import dataclasses

from experiments.report.answers import posts
from experiments.report.findings import Findings, gather_findings
from experiments.study.study import compose_scenario
from tests import replications
from tests.replications import answer_text

POSTS = {"three": 3, "four": 4, "six": 6, "eight": 8}


def findings(waits: dict[str, float], over: dict[str, tuple[str, ...]] | None = None) -> Findings:
    numbers = {name: (wait, 0.12, 0.277) for name, wait in waits.items()}
    asked = replications.study(list(waits), "replications=20", baseline="six")
    worlds = {name: compose_scenario([f"staffing.analysts={POSTS[name]}"]) for name in waits}
    asked = dataclasses.replace(asked, alternatives=worlds)
    return gather_findings(asked, replications.done(numbers), replications.weekly(numbers, over))


def test_the_least_number_that_is_enough_leads() -> None:
    waits = {"three": 60.0, "four": 36.0, "six": 30.0, "eight": 30.0}
    text = answer_text(findings(waits, over={"three": ("primary",)}))
    assert text.startswith("6 analysts are enough: trucks wait ")
    assert "than with 8; with 4 " in text
    assert text.endswith("; 3 cannot carry the load.")


def test_the_most_is_never_called_surely_enough() -> None:
    waits = {"three": 60.0, "four": 50.0, "six": 40.0, "eight": 30.0}
    assert answer_text(findings(waits)).startswith("No number tried is clearly enough but the most")


def test_a_number_that_nobody_can_manage_with() -> None:
    waits = {"four": 60.0, "six": 60.0, "eight": 60.0}
    found = findings(waits, over={"eight": ("primary",)})
    assert posts.staffing_answer(found).text.startswith("8 analysts are not enough: primary is asked for 130%")


def test_studies_of_anything_else_are_not_asked() -> None:
    assert not posts.varies_staffing(replications.findings())
