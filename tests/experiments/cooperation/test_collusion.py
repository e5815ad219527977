"""Pairs that meet too often: the false-alarm rate is nominal, power grows, and who knows the test hides from it."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.cooperation.collusion import Log, LogSize, draw_log, pair_test


def _port(weeks: int) -> LogSize:
    return LogSize(weeks, shifts_per_week=7, trucks_per_shift=40, officers=10, partners=25)


def _alarms(runs: int, *, weeks: int, steered_share: float, most_excess: int | None = None) -> float:
    """Return the share of made-up logs in which the test at 5% names a pair."""
    p_values = []
    for seed in range(runs):
        log = draw_log(_port(weeks), steered_share=steered_share, seed=seed, most_excess=most_excess)
        p_values.append(pair_test(log.officer, log.partner, log.shift, seed=seed + 1_000_000, draws=99).p_value)
    return float((np.array(p_values) <= 0.05).mean())


def test_false_alarms_are_as_many_as_stated() -> None:
    """500 logs without collusion: 3% to 7% alarms (two standard errors of 5%)."""
    assert 0.03 <= _alarms(500, weeks=2, steered_share=0.0) <= 0.07


def test_power_grows_with_the_share_and_with_time() -> None:
    by_share = [_alarms(60, weeks=4, steered_share=share) for share in (0.05, 0.3, 0.6)]
    assert by_share[0] < by_share[1] < by_share[2]
    assert by_share[2] > 0.9
    assert _alarms(60, weeks=12, steered_share=0.2) > _alarms(60, weeks=3, steered_share=0.2)


def test_who_knows_the_test_lowers_its_power() -> None:
    open_hand = _alarms(60, weeks=6, steered_share=0.5)
    careful = _alarms(60, weeks=6, steered_share=0.5, most_excess=2)
    assert careful < open_hand - 0.2


def test_the_pair_that_is_named_is_the_pair_that_colludes() -> None:
    log = draw_log(_port(10), steered_share=0.8, seed=3)
    found = pair_test(log.officer, log.partner, log.shift, seed=4)
    assert (found.officer, found.partner) == (0, 0)
    assert found.met > found.expected
    assert found.p_value == pytest.approx(0.005)


def test_expectation_and_spread_are_those_of_shuffles() -> None:
    log = draw_log(LogSize(1, 3, 30, officers=4, partners=3), steered_share=0.3, seed=5)
    rng = np.random.default_rng(6)
    met = []
    for _ in range(20_000):
        who = log.officer.reshape(3, 30).copy()
        rng.permuted(who, axis=1, out=who)
        met.append(int(((who.ravel() == 1) & (log.partner == 1)).sum()))
    found = pair_test(log.officer, log.partner, log.shift, seed=1, draws=9)
    actual = ((log.officer == 1) & (log.partner == 1)).sum()
    assert found.excess[1, 1] == pytest.approx((actual - np.mean(met)) / np.std(met), abs=0.05)


def test_the_order_of_trucks_changes_nothing_but_the_shuffles() -> None:
    log = draw_log(_port(2), steered_share=0.5, seed=8)
    turned = np.random.default_rng(9).permutation(len(log.officer))
    mixed = Log(log.officer[turned], log.partner[turned], log.shift[turned])
    there, here = (pair_test(one.officer, one.partner, one.shift, seed=1, draws=9) for one in (log, mixed))
    np.testing.assert_allclose(there.excess, here.excess)


def test_a_shift_of_one_truck_says_nothing() -> None:
    found = pair_test([0, 1, 0], [0, 0, 0], [0, 1, 2], seed=1, draws=9)
    assert (found.excess == 0.0).all()
    assert found.p_value == 1.0


@pytest.mark.parametrize(
    ("officer", "partner", "shift"), [([], [], []), ([0, 1], [0], [0, 0]), ([0, -1], [0, 0], [0, 0])]
)
def test_columns_that_do_not_fit_are_refused(officer: list[int], partner: list[int], shift: list[int]) -> None:
    with pytest.raises(ValueError, match="must"):
        pair_test(officer, partner, shift, seed=1)
