from __future__ import annotations

from collections.abc import Callable

from experiments.scorecards.lines import GROUPS, metric_formula, scorecard_lines
from experiments.scorecards.targets import TargetSettings
from experiments.study.sources import CONFIGS
from sim.scenario import Scenario
from sim.tables import METRICS
from tests import cards

COLUMNS = {column.name for column in METRICS}


def test_every_line_is_made_of_metrics_that_exist(scenario: Scenario) -> None:
    for line in scorecard_lines(scenario):
        for formula in line.formulas:
            assert {*formula.tops, *formula.bottoms} <= COLUMNS, line.key
        assert bool(line.formulas) != bool(line.special), line.key


def test_every_line_has_its_group_its_target_and_a_short_name(scenario: Scenario) -> None:
    lines = scorecard_lines(scenario)
    assert len({line.key for line in lines}) == len(lines)
    for line in lines:
        assert line.group in GROUPS
        assert line.target in {"", *TargetSettings.__dataclass_fields__}
        assert len(line.short) <= 26


def test_every_target_can_be_met_by_some_line(make_scenario: Callable[..., Scenario]) -> None:
    both = scorecard_lines(make_scenario()) + scorecard_lines(make_scenario(*cards.SOUTH))
    assert set(TargetSettings.__dataclass_fields__) == {line.target for line in both} - {""}


def test_the_three_parameters_are_there_once(scenario: Scenario) -> None:
    assert sorted(line.kpp for line in scorecard_lines(scenario) if line.kpp) == [1, 2, 3]


def test_types_follow_the_threat(make_scenario: Callable[..., Scenario]) -> None:
    south = {line.key for line in scorecard_lines(make_scenario(*cards.SOUTH))}
    assert {"detection_firearms", "flow_bulk_cash", "leaving_opened"} <= south
    assert "detection_heroin" not in south


def test_whatever_tells_a_chance_of_being_found_is_withheld(scenario: Scenario) -> None:
    for line in scorecard_lines(scenario):
        tells = any(
            word in top
            for formula in line.formulas
            for top in (*formula.tops, *formula.bottoms)
            for word in ("caught", "seized", "alarm", "presented")
        )
        assert line.withheld == (tells or line.special == "agency"), line.key


def test_a_mean_has_no_denominator() -> None:
    assert metric_formula("crossing_p95_min")[0].bottoms == ()
    assert metric_formula("exam_rate")[0].tops == ("n_opened",)


def test_the_paper_names_every_line(make_scenario: Callable[..., Scenario]) -> None:
    paper = (CONFIGS.parent / "docs" / "reference" / "scorecard.md").read_text(encoding="utf-8")
    for line in scorecard_lines(make_scenario()) + scorecard_lines(make_scenario(*cards.SOUTH)):
        title = line.title.partition(",")[0] if line.key.startswith(("det", "flow")) else line.title
        (row,) = [row for row in paper.splitlines() if row.startswith(f"| {title}")]
        assert row.endswith(("| no |") if line.withheld else ("| yes |", "not |")), line.key
