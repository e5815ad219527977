"""Duty: nobody at two booths at once, nobody on two shifts of a day, and posts that change as often as they should."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from experiments.collusion.duty import draw_duty, officers_needed
from experiments.collusion.port_logs import WeekLog
from experiments.study.study import compose_scenario
from sim.setting.insider import Insider


@pytest.fixture(scope="module")
def insider() -> Insider:
    return compose_scenario(["insider=baseline"]).insider


@pytest.fixture(scope="module")
def log() -> WeekLog:
    rng = np.random.default_rng(1)
    n = 6000
    return WeekLog(
        hour=rng.integers(0, 7 * 24, n),
        booth=rng.integers(0, 6, n),
        lane_class=rng.integers(0, 2, n),
        carrier=rng.integers(0, 90, n),
        scanned=0.3,
    )


@pytest.mark.parametrize("rotation_h", [None, 2.0, 0.5])
def test_one_officer_a_booth_and_one_booth_an_officer(log: WeekLog, insider: Insider, rotation_h: float | None) -> None:
    officers = officers_needed([log], 1.4)
    duty = draw_duty(log, officers, dataclasses.replace(insider, rotation_h=rotation_h), np.random.default_rng(2))
    assert duty.min() >= 0
    assert duty.max() < officers
    booth = log.booth * 2 + log.lane_class
    for hour in np.unique(log.hour):
        here = log.hour == hour
        pairs = {*zip(booth[here].tolist(), duty[here].tolist(), strict=True)}
        assert len(pairs) == len({post for post, _ in pairs}) == len({who for _, who in pairs})


def test_nobody_works_two_shifts_of_a_day(log: WeekLog, insider: Insider) -> None:
    duty = draw_duty(log, officers_needed([log], 1.0), insider, np.random.default_rng(3))
    for day in range(7):
        here = log.hour // 24 == day
        shifts: dict[int, set[int]] = {}
        for who, shift in zip(duty[here].tolist(), log.shift[here].tolist(), strict=True):
            shifts.setdefault(who, set()).add(shift)
        assert max(len(worked) for worked in shifts.values()) == 1


def test_posts_are_kept_or_change_or_are_drawn(log: WeekLog, insider: Insider) -> None:
    def officers_of_a_post(changed: Insider) -> float:
        duty = draw_duty(log, officers_needed([log], 1.4), changed, np.random.default_rng(4))
        key = (log.shift * 100 + log.booth * 2 + log.lane_class).tolist()
        return len({*zip(key, duty.tolist(), strict=True)}) / len({*key})

    kept = officers_of_a_post(insider)
    turned = officers_of_a_post(dataclasses.replace(insider, rotation_h=4.0))
    drawn = officers_of_a_post(dataclasses.replace(insider, random_assignment="everywhere"))
    assert kept == 1.0
    assert 1.5 < turned <= 2.0
    assert drawn > 4.0
