"""Luck of worlds: every year of a world meets another replication."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.funding.uncertainty.redrawn_worlds import LUCKS, log_change, unchanged_case_tasks, world_tasks


def test_years_of_a_world_meet_different_luck_and_all_luck_is_met_alike() -> None:
    tasks = world_tasks(np.zeros((LUCKS, 1)), LUCKS)
    assert all(sorted(lucks) == list(range(LUCKS)) for _, lucks in tasks)
    assert all(sorted(column) == list(range(LUCKS)) for column in zip(*[t for _, t in tasks], strict=True))
    again = world_tasks(np.zeros((LUCKS, 1)), LUCKS, LUCKS // 2)
    for (_, first), (_, second) in zip(tasks, again, strict=True):
        assert all(one != other for one, other in zip(first, second, strict=True))
    assert [lucks for _, lucks in unchanged_case_tasks(2)] == [(luck, luck) for luck in range(LUCKS)]


def test_changes_are_those_of_the_baseline_and_of_others_above_it() -> None:
    own = np.ones((3, 2, 2))
    levels = own * np.array([2.0, 6.0])[None, :, None]
    found = log_change(levels, own, 0).reshape(3, 2, 2)
    assert found[:, 0] == pytest.approx(np.log(2.0), rel=2e-3)
    assert found[:, 1] == pytest.approx(np.log(3.0), rel=2e-3)
