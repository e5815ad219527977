"""GAO's practices: every status follows from the run, and falls where the run lacks what it rests on."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pandas as pd
import pytest

from experiments.funding.chapters.practices import gao_practices, self_check_chapter
from experiments.funding.exhibits.elements import Prose
from experiments.funding.exhibits.evidence import Evidence
from tests import funded

ALWAYS_OPEN = {2, 3, 4, 21}
"""What no key of the program can hold: requirements, dates, team, review."""


def statuses(evidence: Evidence) -> dict[int, str]:
    return {practice.number: practice.status for practice in gao_practices(evidence)}


@pytest.fixture(scope="module")
def whole() -> Evidence:
    return Evidence(funded.appraised(), funded.uncertainty())


def test_a_whole_run_evidences_seven_and_leaves_four_open(whole: Evidence) -> None:
    found = statuses(whole)
    assert Counter(found.values()) == {"done": 7, "part": 11, "open": 4}
    assert {number for number, status in found.items() if status == "open"} == ALWAYS_OPEN
    assert {number for number, status in found.items() if status == "done"} == {9, 10, 16, 17, 18, 19, 22}


def test_without_draws_no_range_and_no_sensitivity_is_claimed(whole: Evidence) -> None:
    bare = statuses(Evidence(funded.appraised()))
    changed = {number for number, status in statuses(whole).items() if bare[number] != status}
    assert changed == {12, 16, 17}
    assert {bare[number] for number in changed} == {"open"}


def test_a_missing_tornado_or_scenarios_is_named(whole: Evidence) -> None:
    """The list said that section 14 held the tornado where section 14 said that there was none."""
    assert whole.uncertainty is not None
    for table, words in (("tornado", "tornado"), ("scenarios", "scenarios")):
        less = dataclasses.replace(whole.uncertainty, **{table: pd.DataFrame(columns=["alternative"])})
        practice = gao_practices(Evidence(whole.appraised, less))[16]
        assert practice.status == "part"
        assert practice.where == f"not in this run: {words}"


def test_one_alternative_is_no_range_of_them() -> None:
    found = statuses(Evidence(funded.appraised(names=("A0", "A2"))))
    assert found[8] == "open"
    alone = statuses(Evidence(funded.appraised(names=("A0",))))
    assert alone[22] == alone[5] == alone[11] == "open"


def test_assumptions_without_a_range_are_named(whole: Evidence) -> None:
    case = whole.appraised.case
    first = next(row for row in case.inputs if row.kind == "assumption" and isinstance(row.value, float))
    bare = dataclasses.replace(first, low=None, high=None)
    inputs = tuple(bare if row is first else row for row in case.inputs)
    appraised = dataclasses.replace(whole.appraised, case=dataclasses.replace(case, inputs=inputs))
    practice = gao_practices(Evidence(appraised, whole.uncertainty))[18]
    assert practice.status == "part"
    assert first.key in practice.where


def test_the_count_in_the_text_is_that_of_the_table(whole: Evidence) -> None:
    said = self_check_chapter(whole).parts[0]
    assert isinstance(said, Prose)
    assert said.text == "7 of 22 are evidenced by this run, 11 in part, 4 are open for the author."
