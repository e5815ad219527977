"""Attempts over weeks: what adds up, what nobody may move, and what a best response bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.adaptation.adversary import REACTIONS, Reaction
from experiments.adaptation.attempts import AttemptSettings, AttemptWeek, play_weeks
from experiments.adaptation.options import Prices
from sim.setting.window import Window

REACTION = Reaction(
    reaction_per_detection=10.0,
    reconsider_share=0.3,
    memory_share=0.95,
    prior_loads=20.0,
    organizations=2,
    outside_share=0.2,
    switching_cost=0.0,
)


def _weeks(count: int, seed: int = 0, options: int = 4) -> list[tuple[Window, Prices]]:
    numbers = np.random.default_rng(seed)
    loads = numbers.uniform(0.5, 3.0, options)
    found = []
    for week in range(count):
        this_week = loads * numbers.uniform(0.9, 1.1, options)
        window = Window(seed=seed, epoch=1000 + week, replication=0, start_date="2024-05-13", days=7)
        found.append((window, Prices(this_week, this_week * numbers.uniform(0.05, 0.6, options))))
    return found


def _play(name: str, weeks: list[tuple[Window, Prices]], reaction: Reaction = REACTION) -> list[AttemptWeek]:
    return list(play_weeks(weeks, weeks[0][1], AttemptSettings(name=name, reaction=reaction)))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", list(REACTIONS))
def test_week_0_of_every_adversary_is_the_static_threat(name: str) -> None:
    weeks = _weeks(1)
    first = _play(name, weeks)[0]
    assert first.loads.sum(axis=0) == pytest.approx(weeks[0][1].loads, rel=1e-12)
    assert first.detection_rate == pytest.approx(weeks[0][1].caught.sum() / weeks[0][1].loads.sum(), rel=1e-12)


@pytest.mark.parametrize("name", list(REACTIONS))
def test_attempts_on_options_and_outside_add_up(name: str) -> None:
    weeks = _weeks(30)
    for (_, prices), week in zip(weeks, _play(name, weeks), strict=True):
        assert week.attempts == pytest.approx(prices.loads.sum() / 0.8, rel=1e-9)
        assert week.shares.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
        assert (week.found <= week.drawn).all()


def test_the_static_adversary_meets_every_week_as_the_threat_model_has_it() -> None:
    weeks = _weeks(20)
    for (_, prices), week in zip(weeks, _play("static", weeks), strict=True):
        assert week.loads.sum(axis=0) == pytest.approx(prices.loads, rel=1e-12)


def test_none_is_found_less_often_than_the_one_who_knows() -> None:
    weeks = _weeks(40)
    bound = [week.detection_rate for week in _play("knowing", weeks)]
    for name in REACTIONS:
        for number, week in enumerate(_play(name, weeks)):
            assert week.detection_rate >= bound[number] - 1e-12 or number == 0


def test_expected_and_drawn_attempts_agree_in_the_long_run() -> None:
    weeks = [
        (replace(window, epoch=5000 + k), weeks_prices) for k, (window, weeks_prices) in enumerate(_weeks(1) * 4000)
    ]
    played = _play("static", weeks)
    expected, drawn = (sum(part) for part in zip(*((w.loads.sum(), w.drawn.sum()) for w in played), strict=True))
    caught, found = (sum(part) for part in zip(*((w.caught, w.found.sum()) for w in played), strict=True))
    assert drawn == pytest.approx(expected, abs=5.0 * np.sqrt(expected))
    assert found == pytest.approx(caught, abs=5.0 * np.sqrt(caught))


def test_routes_that_are_redrawn_are_found_more_often_than_fixed_ones_by_one_who_learns() -> None:
    """The order that a published simulation of interdiction found: random allocation beats a fixed one."""
    numbers = np.random.default_rng(4)
    reaction = replace(REACTION, organizations=1, outside_share=0.0, reaction_per_detection=25.0, reconsider_share=1.0)
    base = Prices(np.full(10, 0.4), np.full(10, 0.02))
    caught = []
    for every in (400, 13, 1):
        weeks, hot = [], np.arange(3)
        for week in range(400):
            if week % every == 0:
                hot = numbers.choice(10, 3, replace=False)
            chance = np.full(10, 0.05)
            chance[hot] = 0.35
            window = Window(seed=9, epoch=1000 + week, replication=0, start_date="2024-05-13", days=7)
            weeks.append((window, Prices(np.full(10, 0.4), 0.4 * chance)))
        settings = AttemptSettings(name="learning", reaction=reaction)
        played = list(play_weeks(weeks, base, settings))
        caught.append(np.mean([week.detection_rate for week in played[50:]]))
    assert 0.05 < caught[0] < caught[1] < caught[2]
    assert caught[2] == pytest.approx(0.14, abs=0.01)


@pytest.mark.parametrize("name", list(REACTIONS))
def test_an_option_of_which_no_truck_comes_takes_no_load_and_says_nothing(name: str) -> None:
    """In a quiet week an option may have no truck: its chance is unknown, not 0, which would draw everybody."""
    weeks = _weeks(12)
    for number in (3, 4, 8):
        window, prices = weeks[number]
        gone = np.arange(4) == 1
        weeks[number] = (window, Prices(np.where(gone, 0.0, prices.loads), np.where(gone, 0.0, prices.caught)))
    for number, week in enumerate(_play(name, weeks)):
        assert week.shares.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
        assert np.isfinite(week.loads).all()
        if number in (3, 4, 8):
            assert week.loads[:, 1].sum() == week.drawn[:, 1].sum() == 0.0
            assert name != "knowing" or (week.shares[:, 1] == 0.0).all()


def test_a_week_without_a_load_has_no_detection_rate() -> None:
    weeks = _weeks(3)
    weeks[1] = (weeks[1][0], Prices(np.zeros(4), np.zeros(4)))
    for name in REACTIONS:
        quiet = _play(name, weeks)[1]
        assert np.isnan(quiet.detection_rate)
        assert np.isnan(quiet.best_evasion)
        assert quiet.caught == 0.0


@pytest.mark.parametrize("name", ["learning", "exp3"])
def test_one_who_learns_learns_all_the_same_where_others_see_this_week(name: str) -> None:
    weeks = _weeks(20)
    settings = AttemptSettings(name=name, reaction=REACTION)  # type: ignore[arg-type]
    plain, seeing = (
        [week.shares for week in play_weeks(weeks, weeks[0][1], replace(settings, sees_this_week=one))]
        for one in (False, True)
    )
    assert all(np.array_equal(a, b) for a, b in zip(plain, seeing, strict=True))
    assert not np.array_equal(plain[0], plain[-1])


def test_a_responsive_organization_that_sees_this_week_is_a_week_ahead() -> None:
    weeks = _weeks(10)
    lagged, ahead = (
        list(play_weeks(weeks, weeks[0][1], AttemptSettings(name="responsive", reaction=REACTION, sees_this_week=one)))
        for one in (False, True)
    )
    assert np.allclose(lagged[0].shares, ahead[0].shares)
    # week 0 has the base chances, so that a lagged one reacts to nothing at first
    assert np.allclose(lagged[1].shares, lagged[0].shares)
    for number in range(1, 9):
        assert np.allclose(lagged[number + 1].shares, ahead[number].shares)
