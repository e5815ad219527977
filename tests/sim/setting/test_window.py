from __future__ import annotations

import datetime as dt
import itertools

import numpy as np

from sim.setting.window import EVALUATION, HISTORY, PAST, Window


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
