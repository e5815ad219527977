"""Alternatives that are crossed with others: every one of them, the same as composed whole."""

from __future__ import annotations

import pytest

from experiments.study.alternatives import cross_alternatives
from experiments.study.compose import compose_config
from experiments.study.study import build_study, checked_scenario
from sim.errors import ConfigError

ALTERNATIVES = (
    "+alternatives.one=['policy=no_referral']",
    "+alternatives.two=['policy=random_share','policy.share=0.2']",
)
CROSSED = (
    "+crossed_with.all=[]",
    "+crossed_with.few=['staffing.docks=8']",
    "+crossed_with.another=['port=pharr']",
    *ALTERNATIVES,
    "baseline=all.one",
)


def test_every_alternative_is_what_it_composes_to() -> None:
    study = build_study(CROSSED, "compare")
    assert list(study.alternatives) == ["all.one", "all.two", "few.one", "few.two", "another.one", "another.two"]
    for name, scenario in study.alternatives.items():
        assert scenario == checked_scenario(compose_config(study.overrides_of(name)).mapping)
    assert study.alternatives["few.two"].servers("dock") == 8
    assert study.choices("another.two")["port"] == "pharr"
    assert {row.key for row in study.inputs("few.one")} >= {"staffing.docks"}


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ("+crossed_with.few=['policy.share=0.3']", "crossed_with.few: policy.share: set by alternative 'two'"),
        ("+crossed_with.few=['staffing.dogs=3']", "staffing.dogs: unknown key"),
    ],
)
def test_what_cannot_be_crossed_is_named(changed: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        build_study([changed, *ALTERNATIVES], "compare")


def test_nothing_to_cross_is_refused() -> None:
    with pytest.raises(ConfigError, match="crossed_with: there are no alternatives to cross"):
        cross_alternatives({}, {"few": ("staffing.docks=8",)})


def test_separate_staffing_takes_the_roster_away() -> None:
    rules = [ALTERNATIVES[0], "+alternatives.two=['policy=no_referral','staffing.roster.rule=by_line']"]
    shared = build_study([*rules, "staffing=roster"], "compare").alternatives
    assert all(scenario.staffing.roster is not None for scenario in shared.values())
    alone = build_study([*rules, "staffing=roster", "separate=true"], "compare")
    assert all(scenario.staffing.roster is None for scenario in alone.alternatives.values())
    assert alone.mapping("two")["staffing"]["roster"] is None
