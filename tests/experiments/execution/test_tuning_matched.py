from __future__ import annotations

import dataclasses

import pytest
from ports import FlatScorer, TruthScorer

from experiments.execution.replicate import replicate
from experiments.execution.tuning import (
    SCAN_SHARE,
    YARDSTICKS,
    knob_override,
    match_to_baseline,
    metric_levels,
    policy_knob,
    requested_share,
    scenario_with_share,
)
from experiments.study.study import Study, build_study, compose_scenario
from sim.shared_draws import risk_key

SHORT = ["replications=6", "days=2", "processes=1"]


def asked_for(**alternatives: list[str]) -> Study:
    """Return a study of the given alternatives, the first one its baseline."""
    scenarios = {name: compose_scenario(overrides) for name, overrides in alternatives.items()}
    one = build_study(SHORT, "run")
    return dataclasses.replace(one, alternatives=scenarios, baseline=next(iter(scenarios)))


@pytest.fixture(scope="module")
def found():  # noqa: ANN201
    asked = asked_for(
        a=["policy=random_share", "policy.share=0.25"],
        b=["policy=random_share", "policy.share=0.1"],
        c=["policy=threshold", "policy.cutoff=0.6"],
        d=["policy=no_referral"],
    )
    scorers = {risk_key(s): TruthScorer() for s in asked.alternatives.values()}
    return asked, scorers, replicate(asked, scorers).metrics


def test_alternatives_that_miss_the_share_are_turned_until_they_meet_it(found) -> None:  # noqa: ANN001
    asked, scorers, metrics = found
    before = metric_levels(metrics, "scan_rate")
    assert abs(before["b"] - before["a"]) > SCAN_SHARE.equal
    equal = match_to_baseline(asked, scorers, metrics)["scan_rate"]
    after = metric_levels(equal.metrics, "scan_rate")
    assert set(equal.settings) == {"b", "c"}
    for name in ("b", "c"):
        assert abs(after[name] - before["a"]) < SCAN_SHARE.equal
    assert after["a"] == before["a"]
    assert after["d"] == before["d"]


def test_random_shares_turned_to_the_same_level_find_the_same(found) -> None:  # noqa: ANN001
    asked, scorers, metrics = found
    sums = (
        match_to_baseline(asked, scorers, metrics)["scan_rate"]
        .metrics.groupby("alternative")[["expected_caught", "expected_weight"]]
        .sum()
    )
    rate = sums["expected_caught"] / sums["expected_weight"]
    assert rate["b"] == pytest.approx(rate["a"], rel=0.05)
    assert rate["c"] > 1.5 * rate["a"]


def test_a_share_that_cannot_be_reached_is_left_as_it_was_asked() -> None:
    asked = asked_for(
        a=["policy=random_share", "policy.share=0.4"],
        b=["policy=random_share", "policy.share=0.1", "scanner.portal.units=1"],
    )
    scorers = {risk_key(s): FlatScorer() for s in asked.alternatives.values()}
    metrics = replicate(asked, scorers).metrics
    equal = match_to_baseline(asked, scorers, metrics)["scan_rate"]
    assert equal.settings == {}
    assert equal.missed == {"b": "its setting does not reach that level"}
    assert equal.metrics is metrics


def test_nothing_runs_again_where_shares_are_equal_already(found) -> None:  # noqa: ANN001
    _, scorers, metrics = found
    same = metrics[metrics["alternative"].isin(["a"])]
    only = build_study([*SHORT, "policy=random_share"], "run")
    again = match_to_baseline(only, scorers, same.assign(alternative=only.baseline))
    assert all(of_stick.settings == of_stick.missed == {} for of_stick in again.values())


@pytest.mark.parametrize(
    ("policy", "share", "typed"),
    [
        ("top_share", 0.31, "policy.share=0.3100"),
        ("threshold", 0.31, "policy.cutoff=0.6900"),
        ("todays_practice", 0.31, "policy.scan_share=0.3100"),
        ("todays_practice", 0.001, "policy.scan_share=0.0360"),
        ("random_share", 7.0, "policy.share=1.0000"),
    ],
)
def test_settings_are_as_a_user_would_type_them(policy: str, share: float, typed: str) -> None:
    scenario = build_study([f"policy={policy}"], "run").alternatives.popitem()[1]
    turned = scenario_with_share(scenario, share)
    assert knob_override(turned) == typed
    assert requested_share(turned) == pytest.approx(min(max(share, 0.0), 1.0), abs=0.036)


def test_policies_that_ask_for_no_share_have_no_knob() -> None:
    for policy in ("no_referral", "scan_everything"):
        assert policy_knob(build_study([f"policy={policy}"], "run").alternatives.popitem()[1]) is None


def test_a_policy_is_turned_to_the_baselines_mean_wait(found) -> None:  # noqa: ANN001
    """Where trucks may not pass the portal by, scanning costs waiting and a knob sets the wait."""
    block = ["port.portal.when_full=block", "scanner.portal.units=2", "start_date=2024-05-14"]
    asked = asked_for(
        a=["policy=random_share", "policy.share=0.22", *block],
        b=["policy=random_share", "policy.share=0.05", *block],
        c=["policy=no_referral", *block],
    )
    scorers = {risk_key(s): FlatScorer() for s in asked.alternatives.values()}
    metrics = replicate(asked, scorers).metrics
    stick = next(stick for stick in YARDSTICKS if stick.metric == "wait_mean_min")
    before = metric_levels(metrics, "wait_mean_min")
    assert not stick.within(before["b"], before["a"])
    equal = match_to_baseline(asked, scorers, metrics)["wait_mean_min"]
    assert "b" in equal.settings
    assert equal.missed == {"c": "its policy has no such setting"}
    assert stick.within(metric_levels(equal.metrics, "wait_mean_min")["b"], before["a"])
    assert found


def test_no_setting_changes_the_roster() -> None:
    # Of the timetable alone: lanes that follow the line open again what the timetable leaves shut.
    alone = ["policy=random_share", "staffing=timetable"]
    asked = asked_for(a=alone, b=[*alone, "staffing.extra_lanes=-1"])
    scorers = {risk_key(s): FlatScorer() for s in asked.alternatives.values()}
    equal = match_to_baseline(asked, scorers, replicate(asked, scorers).metrics)["officer_h"]
    assert "roster" in equal.missed["b"]


def test_the_unstable_have_no_wait_to_be_held_equal(found) -> None:  # noqa: ANN001
    asked, scorers, metrics = found
    equal = match_to_baseline(asked, scorers, metrics, unstable={"b"})
    assert equal["wait_mean_min"].missed["b"] == "cannot carry its load"
    assert "wait_mean_min" not in match_to_baseline(asked, scorers, metrics, unstable={"a"})
