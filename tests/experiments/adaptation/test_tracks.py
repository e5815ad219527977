"""The loop over weeks with rules in it: published cases on a toy port, and what no plan may read."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from toy_port import SHARP, ToyPort, run_toy, scenario, settings, windows

from experiments.adaptation.attempts import AttemptSettings, Organizations
from experiments.adaptation.options import Options, Prices
from experiments.adaptation.rules.scan_rules import BREAKS_TIES, SCAN_RULES, Before, planned_shares
from experiments.adaptation.rules.settings import READ_FINDS, RETRAINING, RULE_WORDS
from experiments.adaptation.tracks import Track, seen_week, tracks_of, with_exploration
from experiments.games.repeated_play import chase_cycle, chase_path, hot_routes
from experiments.study.study import compose_scenario

FRONTS = Options(("front",))
TWO_PORTS = np.array([1.0, 1.0, 0.0])
"""Trucks of two fronts; nobody comes by the third."""
TWELVE = Options(("front", "day_part"))


def _chased(speed: float, *, rule: str = "chase", scale: float = 3.0, weeks: int = 400) -> Track:
    """Return effort that follows the last week's attempts at two ports, against smugglers who see it."""
    reaction = replace(SHARP, reaction_per_detection=scale, reconsider_share=speed)
    whom = AttemptSettings(name="responsive", reaction=reaction, sees_this_week=True)
    groups = settings(memory_share=0.0, finds_per_scan=True, prior_finds=1.0)
    return run_toy(rule, ToyPort(TWO_PORTS, 1e7), whom, share=0.5, ways=FRONTS, weeks=weeks, groups=groups)


def _late(track: Track, part: float = 0.5) -> float:
    weeks = track.weeks["responsive" if "responsive" in track.weeks else "learning"]
    later = weeks[int(len(weeks) * (1.0 - part)) :]
    return float(np.mean([week.played.detection_rate for week in later]))


def test_effort_that_chases_the_last_attempts_finds_a_quarter_of_a_constant_plan() -> None:
    chased, even = _late(_chased(1.0)), _late(_chased(1.0, rule="constant"))
    assert chased == pytest.approx(chase_cycle(scale=3.0)[1], abs=1e-3)
    assert chased == pytest.approx(0.131438, abs=1e-3)
    assert even == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("speed", [0.2, 0.5, 0.7, 0.9, 1.0])
def test_over_the_speed_of_reaction_the_loop_cycles_where_the_formula_says(speed: float) -> None:
    """Stable where a (1 + L g / 2) < 2: a cycle is claimed only with the sweep over the learning rate beside it."""
    found = _late(_chased(speed), part=0.2)
    expected = float(chase_path(scale=3.0, speed=speed, exponent=1.0, start=0.6, weeks=2000)[1][-100:].mean())
    assert found == pytest.approx(expected, abs=2e-3)
    assert (found > 0.499) == (speed * (1.0 + 3.0 / 2.0) < 2.0)


def _surged(rule: str, every: int) -> float:
    trucks = np.array([1.0] * 10 + [0.0, 0.0])
    groups = settings(hot_share=0.3, surge_share=0.09 / 0.14, replan_every_weeks=every)
    reaction = replace(SHARP, reaction_per_detection=25.0)
    whom = AttemptSettings(name="learning", reaction=reaction)
    rates = [
        _late(run_toy(rule, ToyPort(trucks, 4.0), whom, share=0.14, ways=TWELVE, weeks=400, groups=groups, seed=seed))
        for seed in (1, 2, 3)
    ]
    return float(np.mean(rates))


def test_surges_that_are_redrawn_are_met_by_chance_and_fixed_ones_are_avoided() -> None:
    """The published order: random allocation of more resources does more, the more often it is drawn anew."""
    fixed, slow, fast = _surged("surges_fixed", 1), _surged("surges_redrawn", 13), _surged("surges_redrawn", 1)
    known, unknown = (hot_routes(low=0.05, high=0.35, hot=3, routes=10, known=one) for one in (True, False))
    assert known < fixed < slow < fast
    assert fixed == pytest.approx(known, abs=0.006)
    assert fast == pytest.approx(unknown, abs=0.006)


@pytest.mark.parametrize("rule", [rule for rule in RULE_WORDS if rule not in RETRAINING])
def test_week_0_is_the_plan_as_asked_and_later_weeks_spend_the_same_scans(rule: str) -> None:
    trucks = np.arange(1.0, 13.0)
    whom = AttemptSettings(name="learning", reaction=SHARP)
    track = run_toy(rule, ToyPort(trucks, 40.0), whom, share=0.27, ways=TWELVE, weeks=12, groups=settings())
    shares = [week.seen.scan_shares for week in track.weeks["learning"]]
    assert shares[0] == pytest.approx(0.27)
    for one in shares:
        assert (one * trucks).sum() / trucks.sum() == pytest.approx(0.27, abs=1e-9)
    assert (rule == "constant") == all(np.array_equal(one, shares[0]) for one in shares)


def _without_truth(track: Track) -> tuple[list[object], list[object]]:
    """Return what the agency saw of the last week, with and without all that only the simulation knows."""
    week = track.weeks["learning"][-1]
    unknown = {
        name: getattr(week.played, name) * np.nan for name in ("shares", "loads", "detection", "outside", "drawn")
    }
    blind = replace(week.played, **unknown)
    window = track.windows[-1]
    return [
        [getattr(seen_week(week.port, played, window, FRONTS), part.name) for part in fields(week.seen)]
        for played in (week.played, blind)
    ]  # type: ignore[return-value]


@pytest.mark.parametrize("rule", list(SCAN_RULES))
def test_nothing_that_the_simulation_alone_knows_reaches_what_an_agency_sees(rule: str) -> None:
    whom = AttemptSettings(name="learning", reaction=SHARP)
    port = ToyPort(np.array([3.0, 2.0, 1.0]), 300.0)
    track = run_toy(rule, port, whom, share=0.27, ways=FRONTS, weeks=6, groups=settings())
    seen, blind = _without_truth(track)
    assert all(np.array_equal(a, b) for a, b in zip(seen, blind, strict=True) if a is not None)  # type: ignore[arg-type]
    assert track.seen[-1].finds.sum() > 0.0
    # a plan reads what was seen and nothing else, so that the same sight makes the same plan
    before = Before(track.seen, windows(7), 0.27, FRONTS)
    again = planned_shares(rule, before, settings()[0])
    assert again == pytest.approx(
        planned_shares(rule, Before(list(track.seen), windows(7), 0.27, FRONTS), settings()[0])
    )


def test_finds_in_trucks_that_luck_chose_stand_for_all_loads_that_scans_would_find() -> None:
    whom = AttemptSettings(name="static", reaction=SHARP)
    port = ToyPort(np.array([3.0, 2.0, 1.0]), 1e6)
    track = run_toy("surges_redrawn", port, whom, share=0.27, ways=FRONTS, weeks=5, groups=settings())
    for week in track.weeks["static"]:
        assert week.seen.random_loads == pytest.approx(1e6, rel=0.01)
        assert week.seen.random_finds == week.played.found.sum()


def test_a_rule_that_reads_finds_has_weeks_of_its_own_against_each_organization() -> None:
    both = {name: AttemptSettings(name=name, reaction=SHARP) for name in ("static", "learning")}  # type: ignore[arg-type]
    alternatives = {"a": (scenario(0.3), None), "b": (scenario(0.3), None)}
    tracks = tracks_of(alternatives, {"b": "chase"}, both, settings(), FRONTS)  # type: ignore[arg-type]
    assert [track.key for track in tracks] == [("a", ""), ("b", "static"), ("b", "learning")]
    assert set(READ_FINDS) < set(RULE_WORDS)


def test_exploration_takes_the_place_of_the_last_choices_of_a_model() -> None:
    asked = compose_scenario(["policy=top_share", "policy.share=0.27"])
    explored = with_exploration(asked, 0.05)
    assert (explored.policy.scan_share, explored.policy.targeted_share) == pytest.approx((0.27, 0.22))  # type: ignore[attr-defined]
    assert explored.policy.officer_referral == asked.policy.officer_referral
    assert with_exploration(asked, 0.0) is asked


def test_organizations_a_week_at_a_time_are_those_of_all_weeks_at_once() -> None:
    prices = Prices(np.array([2.0, 1.0]), np.array([0.8, 0.1]))
    whom = AttemptSettings(name="responsive", reaction=SHARP)
    organizations = Organizations.start(prices, whom)
    first, second = (organizations.play(window, prices) for window in windows(2))
    assert first.shares.tolist() == second.shares.tolist()


@pytest.mark.parametrize("rule", [*BREAKS_TIES, "minimax"])
def test_plans_that_make_ways_equally_good_say_both_losses(rule: str) -> None:
    whom = AttemptSettings(name="learning", reaction=SHARP)
    port = ToyPort(np.array([3.0, 2.0, 1.0]), 30.0)
    track = run_toy(rule, port, whom, share=0.27, ways=FRONTS, weeks=6, groups=settings())
    losses = [week.planned_losses for week in track.weeks["learning"]]
    assert np.isnan(losses[0]).all()
    if rule in BREAKS_TIES:
        assert all(0.0 < loss <= against <= 1.0 for loss, against in losses[1:])
    else:
        assert np.isnan(losses[-1]).all()
