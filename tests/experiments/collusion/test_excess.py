"""Meetings beyond chance: the counts are those of the test on a single log, and shuffles keep to their groups."""

from __future__ import annotations

import numpy as np

from experiments.collusion.excess import PairCounts, shuffled
from experiments.collusion.port_logs import WeekLog, largest_carriers, with_places
from experiments.cooperation.collusion import pair_test


def _log(seed: int, carriers: int = 12) -> tuple[WeekLog, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = 900
    hour, booth, lane_class, carrier = (rng.integers(0, most, n) for most in (20, 4, 2, carriers))
    return WeekLog(hour, booth, lane_class, carrier, 0.3, carriers), rng.integers(0, 9, n)


def test_one_week_is_the_test_of_one_log() -> None:
    log, officer = _log(1)
    counts = PairCounts(9, 12)
    counts.add(log, officer)
    _, group = np.unique(log.group, return_inverse=True)
    np.testing.assert_allclose(counts.excess(), pair_test(officer, log.carrier, group, seed=1, draws=9).excess)


def test_weeks_add_up_as_groups_do() -> None:
    (first, one), (second, two) = _log(2), _log(3)
    counts = PairCounts(9, 12)
    counts.add(first, one)
    before = counts.copy()
    counts.add(second, two)
    booth, lane_class, carrier = (
        np.concatenate([getattr(first, name), getattr(second, name)]) for name in ("booth", "lane_class", "carrier")
    )
    both = WeekLog(np.concatenate([first.hour, second.hour + 168]), booth, lane_class, carrier, 0.3, 12)
    whole = PairCounts(9, 12)
    whole.add(both, np.concatenate([one, two]))
    np.testing.assert_allclose(counts.excess(), whole.excess())
    assert before.met.sum() == len(first.hour)


def test_carriers_that_are_not_listed_count_as_traffic_alone() -> None:
    log, officer = _log(4, carriers=40)
    places = with_places(log, largest_carriers([log], 12))
    counts = PairCounts(9, 12)
    by_officer = counts.add(places, officer)
    assert by_officer.sum() == places.by_group.sum() == len(log.hour)
    assert places.by_carrier.sum() == counts.met.sum() < len(log.hour)


def test_shuffles_keep_every_officer_s_trucks_in_each_group() -> None:
    log, officer = _log(5)
    _, group = np.unique(log.group, return_inverse=True)
    mixed = shuffled(officer, group, np.random.default_rng(6))
    np.testing.assert_array_equal(np.sort(group * 9 + mixed), np.sort(group * 9 + officer))
    assert (mixed != officer).mean() > 0.5
