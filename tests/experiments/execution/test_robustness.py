from __future__ import annotations

import dataclasses

import pytest
from ports import TruthScorer

from experiments.execution import robustness
from experiments.execution.robustness import (
    REACH,
    TURNS,
    Level,
    RedrawnResults,
    level_at,
    next_share_to_try,
    redraw_study,
)
from experiments.execution.tuning import SCAN_SHARE
from experiments.report.standings import WORTH_DETECTION, standings_over_draws
from experiments.study.study import Study, build_study, compose_scenario
from sim.errors import ConfigError
from sim.shared_draws import risk_key

SHORT = [
    "replications=2",
    "days=1",
    "processes=1",
    "start_date=2024-05-14",
    "robustness.draws=4",
    "robustness.replications=1",
]


@pytest.fixture(scope="module")
def asked() -> Study:
    one = build_study(SHORT, "run")
    scenarios = {
        "random": compose_scenario(["policy=random_share", "policy.share=0.1"]),
        "truth": compose_scenario(["policy=top_share", "policy.share=0.2"]),
    }
    own = {"random": ("policy=random_share", "policy.share=0.1"), "truth": ("policy=top_share", "policy.share=0.2")}
    return dataclasses.replace(one, alternatives=scenarios, baseline="random", own_overrides=own)


@pytest.fixture(scope="module")
def found(asked: Study) -> RedrawnResults:
    scorers = {risk_key(s): TruthScorer() for s in asked.alternatives.values()}
    return redraw_study(asked, scorers, {"truth": "policy.share=0.1"})


def test_who_knows_the_truth_finds_more_in_every_world(found: RedrawnResults) -> None:
    random, truth = standings_over_draws(found, "random")
    assert truth.more == (4, 4)
    assert random.more == (0, 4)
    assert truth.gap[0] >= WORTH_DETECTION
    low, share, high = truth.interval("more")
    assert (share, high) == (1.0, 1.0)
    assert 0.3 < low < 0.5


def test_worlds_differ_and_are_the_same_for_every_alternative(found: RedrawnResults) -> None:
    assert len(found.rows) == 8
    assert found.numbers["scanner.rho"].nunique() == 4
    assert found.rows.groupby("draw")["detection_expected"].mean().nunique() == 4


def test_the_knob_is_turned_within_each_world(found: RedrawnResults) -> None:
    wide = found.rows.pivot_table(index="draw", columns="alternative")
    before = (wide["scan_rate"]["truth"] - wide["scan_rate"]["random"]).abs()
    after = (wide["equal_scan_rate"]["truth"] - wide["equal_scan_rate"]["random"]).abs()
    assert (before > SCAN_SHARE.equal).all()
    assert (after < SCAN_SHARE.equal).all()


def test_a_draw_that_makes_no_sense_is_counted(asked: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ConfigError("port", "nonsense")

    monkeypatch.setattr(robustness, "mappings_with_redraws", refuse)
    again = redraw_study(asked, {}, {})
    assert len(again.refused) == again.asked == 4
    assert "nonsense" in again.refused[0]
    assert len(again.rows) == 0
    assert standings_over_draws(again, "random") == []
    assert again.overloaded == 0


def test_without_retraining_models_of_shared_information_are_those_of_the_study(asked: Study) -> None:
    """What is shared is redrawn too; whoever learnt from it stays as it was trained."""
    shared = ("policy=top_share", "policy.share=0.2", "risk.tier=partner", "sharing=partner")
    scenarios = {"random": asked.alternatives["random"], "partner": compose_scenario(shared)}
    own: dict[str, tuple[str, ...]] = {"random": asked.own_overrides["random"], "partner": shared}
    study_of = dataclasses.replace(asked, alternatives=scenarios, own_overrides=own)
    scorers = {risk_key(s): TruthScorer() for s in scenarios.values()}
    again = redraw_study(study_of, scorers, {})
    assert not again.refused
    assert len(again.rows) == 8
    assert again.numbers["sharing.scan.d_prime"].nunique() == 4


@pytest.mark.parametrize("bend", [0.1, 0.3, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("goal", [0.15, 0.28, 0.45])
def test_a_knob_whose_share_bends_meets_the_goal_within_the_turns(bend: float, goal: float) -> None:
    """A full yard lets trucks pass, so that what is realised grows ever more slowly."""

    def realised(share: float) -> float:
        return 0.6 * share**bend

    asked = (goal / 0.6) ** (1.0 / bend) * 1.6
    tried = {asked: realised(asked)}
    for _ in range(TURNS):
        share = next_share_to_try(tried, goal)
        tried[share] = realised(share)
    assert min(abs(value - goal) for value in tried.values()) < SCAN_SHARE.equal


@pytest.mark.parametrize("bend", [0.4, 0.7, 1.0])
@pytest.mark.parametrize("goal", [0.2, 0.28, 0.45])
@pytest.mark.parametrize("miss", [-0.0099, -0.004, 0.004, 0.0099])
def test_what_is_found_is_read_off_the_line_to_better_than_an_equal_share(
    bend: float, goal: float, miss: float
) -> None:
    """Among tries as near as half a point what is found may differ by the slope times half a point."""

    def at(share: float) -> Level:
        return Level(0.6 * share**bend, share)

    off = abs(level_at(goal, [at(goal + 0.06), at(goal + miss)]).detection - at(goal).detection)
    as_before = abs(at(goal + SCAN_SHARE.equal).detection - at(goal).detection)
    assert off < min(WORTH_DETECTION, as_before)


def test_a_try_that_is_far_or_alone_or_beside_another_one_is_not_moved() -> None:
    lone, far = Level(0.3, 0.275), Level(0.3, 0.27 + 2.0 * REACH)
    assert level_at(0.27, [lone]) == lone
    assert level_at(0.27, [far, Level(0.4, 0.35)]) == far
    assert level_at(0.27, [lone, Level(0.31, 0.276)]) == lone
