"""One more officer on one shift: what is run, and that nothing else changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ports import FlatScorer

from experiments.execution.officer_gains import (
    DAY,
    RULES,
    officer_gains,
    officer_shifts,
    run_officers,
    scenario_under_rule,
    scenario_with_officer,
)
from experiments.study.study import Study, build_study
from sim.scenario import Scenario
from sim.shared_draws import risk_key

SHORT = ("days=1", "start_date=2024-05-14", "replications=3", "processes=1", "policy=todays_practice")


def test_one_shift_has_one_officer_more(make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario("staffing=roster")
    before, after = (officer_shifts(one)[DAY] for one in (scenario, scenario_with_officer(scenario, 1)))
    assert [b.officers - a.officers for a, b in zip(before, after, strict=True)] == [0, 1, 0]
    roster = scenario_under_rule(scenario, "by_line").staffing.roster
    assert roster is not None
    assert roster.rule == "by_line"


def study(*words: str) -> Study:
    return build_study([*SHORT, *words], "run")


def test_without_a_roster_nothing_is_run() -> None:
    assert run_officers(study(), {}) is None


@pytest.fixture(scope="module")
def asked() -> Study:
    return study("staffing=roster", "port=bota")


def test_every_rule_is_compared_with_itself(asked: Study) -> None:
    scorers = {risk_key(s): FlatScorer() for s in asked.alternatives.values()}
    metrics = run_officers(asked, scorers)
    assert metrics is not None
    shifts = officer_shifts(asked.alternatives[asked.baseline])[DAY]
    assert metrics["alternative"].nunique() == len(RULES) * (1 + len(shifts))
    gains = officer_gains(asked, metrics, None)
    assert [(gain.rule, gain.from_h) for gain in gains] == [(rule, s.from_h) for rule in RULES for s in shifts]
    assert all(set(gain.p_holm) == set(gain.gaps) for gain in gains)
