"""Alternatives crossed with rules: which points are efficient over all of them, and what they cost."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pandas as pd
import pytest

from experiments.execution.robustness import BESIDES, COLUMNS, RedrawnResults
from experiments.number_format import NONE
from experiments.page_templates import Chart
from experiments.report.answers import rule_frontier, rule_tables
from experiments.report.answers.answer import lead_of
from experiments.report.charts.rules import longest_wait_shown, rules_chart
from experiments.report.findings import Findings, gather_findings
from experiments.report.page import render_report
from experiments.study.study import compose_scenario
from tests import replications

POINTS = {"low": (0.10, 0.27), "middle": (0.14, 0.4), "high": (0.18, 0.55)}
WAITS = {"separate": (20.0, 20.1, 20.3), "by_line": (22.0, 25.0, 33.0), "fixed": (24.0, 28.0, 31.0)}
"""Mean wait of each point under each rule: by_line leads but at the end."""


def findings(
    waits: dict[str, tuple[float, ...]] = WAITS, over: Sequence[str] = (), alike: tuple[str, str] | None = None
) -> Findings:
    """Return findings of these waits; of ``alike`` the second runs as the first does."""
    numbers = {
        f"{rule}.{name}": (wait, *POINTS[name])
        for rule, of_points in waits.items()
        for name, wait in zip(POINTS, of_points, strict=True)
    }
    base = f"{list(waits)[-1]}.low"
    asked = replications.study(list(numbers), "replications=20", "port=world_trade_bridge", baseline=base)
    one, none = compose_scenario(["staffing=roster"]), compose_scenario()
    worlds = {name: none if name.startswith("separate") else one for name in numbers}
    asked = dataclasses.replace(asked, alternatives=worlds, crossed_with=dict.fromkeys(waits, ()))
    done = replications.done(numbers)
    if alike is not None:
        table = done.metrics
        rows = [table["alternative"] == name for name in alike]
        numbers_of = table.columns.drop("alternative")
        table.loc[rows[1], numbers_of] = table.loc[rows[0], numbers_of].to_numpy()
    return gather_findings(asked, done, replications.weekly(numbers, dict.fromkeys(over, ("primary",))))


@pytest.fixture(scope="module")
def found() -> Findings:
    return findings()


def test_people_for_every_post_are_shown_and_dominate_nobody(found: Findings) -> None:
    assert rule_frontier.reference_rules(found) == ["separate"]
    best = [point.alternative for point in rule_frontier.efficient_choices(found)]
    assert best == ["by_line.low", "by_line.middle", "fixed.high"]
    assert rule_frontier.leading_rule(found) == "by_line"


def test_the_answer_tells_the_step_and_what_separate_staffing_makes_of_it(found: Findings) -> None:
    text = lead_of(found).text
    assert text.startswith("On one roster, detecting 14.")
    assert "of loads (middle) in place of 10." in text
    assert "of loads (low) costs 2." in text
    assert "of wait under by_line, the rule with most efficient points (2 of 3), and 0." in text
    assert text.endswith("] under separate.")


def test_the_table_has_a_row_for_each_efficient_point(found: Findings) -> None:
    table = rule_tables.rule_frontier_table(found)
    assert table is not None
    assert [row[0] for row in table.rows] == ["low", "middle", "high"]
    assert len({len(row[1]) for row in table.rows}) == 1


def test_a_choice_that_fares_alike_under_two_rules_is_one_point() -> None:
    same = findings(alike=("by_line.low", "fixed.low"))
    best = [point.alternative for point in rule_frontier.efficient_choices(same)]
    assert best == ["by_line.low", "by_line.middle", "fixed.high"]
    assert rule_frontier.rules_of_point(same, "by_line.low") == ["by_line", "fixed"]
    assert [p.alternative for p in rule_frontier.points_of_rule(same, "fixed")] == ["fixed.low", "fixed.high"]
    table = rule_tables.rule_frontier_table(same)
    assert table is not None
    assert table.rows[0][1][0].text == "by_line and fixed"


def test_each_rule_has_its_own_frontier(found: Findings) -> None:
    rows = [row[0] for row in rule_tables.own_frontiers_table(found).rows]
    assert rows == [f"{rule}: {name}" for rule in WAITS for name in POINTS]


def test_what_only_separate_staffing_carries_is_said() -> None:
    over = findings(over=("by_line.high", "fixed.high"))
    assert lead_of(over).text.endswith(" No rule carries the load of high, as separate does.")


def test_an_overloaded_point_is_no_choice(found: Findings) -> None:
    fewer = findings(over=("by_line.low", "separate.low"))
    best = [point.alternative for point in rule_frontier.efficient_choices(fewer)]
    assert best == ["fixed.low", "by_line.middle", "fixed.high"]
    assert "under separate" not in lead_of(fewer).text


REFERENCES = tuple(f"separate.{name}" for name in POINTS)


def redrawn_rows(names: Sequence[str]) -> RedrawnResults:
    """Return two redrawn sets of these alternatives, the others refused; of none at all where every set is refused."""
    rows = [
        dict.fromkeys([*COLUMNS, *BESIDES], 0.3) | {"draw": draw, "alternative": name, "unstable": False, "exited": 9}
        for draw in range(2)
        for name in names
    ]
    refused = dict.fromkeys(range(2), "port.volume: no such port") if not names else {}
    table = pd.DataFrame(rows, columns=[*COLUMNS, *BESIDES])
    return RedrawnResults(2, 1, [], table, pd.DataFrame(index=range(2)), refused, references=REFERENCES)


def test_where_every_redrawn_set_is_refused_the_tables_stand_without_them(found: Findings) -> None:
    refused = dataclasses.replace(found, redrawn=redrawn_rows([]))
    table = rule_tables.own_frontiers_table(refused)
    assert [row[0] for row in table.rows] == [row[0] for row in rule_tables.own_frontiers_table(found).rows]
    assert {row[1][-1].text for row in table.rows} == {NONE}
    assert rule_tables.rule_redraws_words(refused) == ""
    assert "Efficient alternatives under each rule" in render_report(refused)


def test_where_only_references_are_redrawn_no_rule_is_ranked(found: Findings) -> None:
    alone = dataclasses.replace(found, redrawn=redrawn_rows(REFERENCES))
    last = {row[0]: row[1][-1].text for row in rule_tables.own_frontiers_table(alone).rows}
    assert last["separate: low"] == "2 of 2"
    assert last["by_line: low"] == NONE
    assert rule_tables.rule_redraws_words(alone) == ""
    assert rule_frontier.draws_words(alone, "by_line.low") == ""


def test_where_only_references_carry_their_load_no_picture_is_drawn() -> None:
    none = findings(over=[f"{rule}.{name}" for rule in ("by_line", "fixed") for name in POINTS])
    words = "No alternative carries its load under any rule"
    assert str(rules_chart(none)).startswith(words)
    assert words in render_report(none)


def test_the_picture_names_each_rule_and_ends_before_what_would_squeeze_it(found: Findings) -> None:
    far = findings(WAITS | {"exams_first": (30.0, 200.0, 400.0)})
    chart = rules_chart(far)
    assert isinstance(chart, Chart)
    assert all(f">{rule}</text>" in chart.svg for rule in WAITS)
    assert longest_wait_shown(far) < 100.0
    assert "2 points wait longer than the chart shows" in chart.caption
    gone = rules_chart(findings({"exams_first": (200.0, 300.0, 400.0)} | WAITS))
    assert isinstance(gone, Chart)
    assert "All of exams_first are among them." in gone.caption
    plain = rules_chart(found)
    assert isinstance(plain, Chart)
    assert "longer" not in plain.caption


def test_the_page_has_the_picture_and_the_table(found: Findings) -> None:
    page = render_report(found)
    assert 'id="chart-rules"' in page
    assert 'id="chart-gains"' not in page
    assert "Efficient alternatives over all rules" in page
