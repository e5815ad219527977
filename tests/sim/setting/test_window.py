from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest

from sim.errors import ConfigError
from sim.setting.window import EVALUATION, HISTORY, PAST, Window, check_dates


def window(epoch: int = EVALUATION, replication: int = 0, days: int = 7) -> Window:
    return Window(seed=1, epoch=epoch, replication=replication, start_date="2024-02-26", days=days)


def test_dates_run_over_the_leap_day() -> None:
    assert [date.day for date in window().dates()] == [26, 27, 28, 29, 1, 2, 3]
    assert window().dates()[0] == dt.date(2024, 2, 26)


def test_horizon_is_the_end_of_the_last_day() -> None:
    assert window(days=3).horizon_min == 3 * 1440.0


def test_epochs_and_replications_have_chance_of_their_own() -> None:
    keys = [
        window(epoch, replication).spawn_key(layer, purpose)
        for epoch, replication, layer, purpose in itertools.product(
            (EVALUATION, PAST, HISTORY), range(3), range(2), range(3)
        )
    ]
    assert len(set(keys)) == len(keys)
    draws = {np.random.SeedSequence(1, spawn_key=key).generate_state(1)[0] for key in keys}
    assert len(draws) == len(keys)


@pytest.mark.parametrize("first", ["0001-01-15", "9999-12-25", "2024-02-29"])
def test_days_that_the_calendar_can_name_are_taken(first: str) -> None:
    check_dates("start_date", first, days=7)


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("0001-01-14", "expected 0001-01-15 to 9999-12-25, so that 14 days before and 7 days from it have dates"),
        ("9999-12-26", "expected 0001-01-15 to 9999-12-25"),
        ("2023-02-29", "expected a date YYYY-MM-DD, got '2023-02-29'"),
        ("20240513", "expected a date YYYY-MM-DD"),
        ("2024-5-13", "expected a date YYYY-MM-DD"),
        ("", "expected a date YYYY-MM-DD"),
    ],
)
def test_other_first_days_are_refused(first: str, words: str) -> None:
    with pytest.raises(ConfigError, match=f"^start_date: {words}"):
        check_dates("start_date", first, days=7)
