"""Rows stand in the order of their result, and names that are cut can still be told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.report.labeled import labeled
from experiments.report.screen.result_table import result_lines, result_metric, shorten_names, sorted_by_result
from tests import replications


def test_more_detection_comes_first_and_what_cannot_be_compared_last() -> None:
    found = replications.findings()
    assert result_metric(found) == "detection_expected"
    names = sorted_by_result(found)
    assert names[:4] == ["boosted_27", "rules_27", "todays_practice", "random_27"]
    assert set(names[4:]) == {"scan_everything", "no_referral"}


def test_as_asked_every_alternative_is_compared_whatever_it_scans() -> None:
    found = replications.findings()
    names = sorted_by_result(found, as_asked=True)
    assert names == ["scan_everything", "boosted_27", "rules_27", "todays_practice", "random_27", "no_referral"]
    lines = result_lines(labeled(found), 80, 10, as_asked=True)
    assert all("[" in line or "baseline" in line for line in lines[2:])
    assert " -  " in "".join(result_lines(labeled(found), 80, 10))


def test_where_waits_decide_the_shortest_comes_first() -> None:
    found = replications.findings(
        {"few": (31.0, 0.12, 0.277), "more": (22.0, 0.12, 0.277), "most": (20.0, 0.12, 0.277)}, baseline="few"
    )
    assert result_metric(found) == "wait_mean_min"
    assert sorted_by_result(found) == ["most", "more", "few"]
    assert "min" in result_lines(labeled(found), 80, 10)[1]


def test_a_difference_that_is_sure_is_starred_and_a_wait_of_an_unstable_port_is_none() -> None:
    found = labeled(replications.findings(over={"scan_everything": ("dock",)}))
    lines = {line.split("  ")[0].strip(): line for line in result_lines(found, 80, 10)}
    assert "]*" in lines["Boosted 27"]
    assert "unstable" in lines["Scan everything"]
    assert "58." not in lines["Scan everything"]


def test_officer_hours_and_exams_are_a_day() -> None:
    found = labeled(replications.findings())
    line = next(line for line in result_lines(found, 80, 10) if line.startswith("Current practice"))
    exams = found.interval("Current practice", "n_opened").mean / found.study.days
    assert f"{exams:,.0f}" in line.split()


@pytest.mark.parametrize("width", [80, 100, 140])
def test_a_wide_screen_has_room_for_the_interval_of_the_wait(width: int) -> None:
    lines = result_lines(labeled(replications.findings()), width, 10)
    assert max(map(len, lines)) <= width
    assert ("31.1 [" in "\n".join(lines)) == (width >= 100)


@given(st.lists(st.text("abc", min_size=1, max_size=6), min_size=1, max_size=6), st.integers(8, 30))
def test_cut_names_fit(words: list[str], width: int) -> None:
    names = [f"A long beginning {word}" for word in words]
    cut = shorten_names(names, width)
    assert all(len(name) <= width for name in cut)
    # the tail of three letters or more tells apart what ends differently
    tails = {name: name[-3:] for name in names}
    for one, short in zip(names, cut, strict=True):
        for other, brief in zip(names, cut, strict=True):
            if tails[one] != tails[other]:
                assert short != brief
