"""Replication noise against the worked example, and on a small case."""

from __future__ import annotations

import numpy as np
import pytest
from worked_example import MILLION, Case, replications

from experiments.economics.discounting import present_value
from experiments.funding.noise import noise_share, paired_level_difference

RATE, LOAD_USD = 0.07, 300_000.0


def levels(name: str) -> np.ndarray:
    """Value of every replication by itself, from no wait at all, in millions."""
    return np.array(
        [
            present_value(RATE, one.user_benefit - one.cost.total() + LOAD_USD * one.loads) / MILLION
            for one in (found[name] for found in replications(Case(from_h=0.0)))
        ]
    )


def test_the_example_is_met_to_four_digits() -> None:
    found = paired_level_difference(levels("A4"), levels("A0"), 0.95)
    stated = {
        "mean": 82.37,
        "low": 63.73,
        "high": 101.0,
        "se": 7.250,
        "unpaired_se": 16.01,
        "correlation": 0.8883,
        "replications": 6,
    }
    for key, value in stated.items():
        assert f"{found[key]:.4g}" == f"{value:.4g}", key


def test_pairing_helps_exactly_as_far_as_both_move_together() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=(2, 50))
    found = paired_level_difference(one, other, 0.95)
    spreads = one.std(ddof=1), other.std(ddof=1)
    saved = 2.0 * found["correlation"] * spreads[0] * spreads[1] / 50
    assert found["se"] ** 2 == pytest.approx(found["unpaired_se"] ** 2 - saved)


def test_one_replication_has_a_mean_and_no_error() -> None:
    found = paired_level_difference(np.array([3.0]), np.array([1.0]), 0.95)
    assert found["mean"] == 2.0
    assert np.isnan([found["low"], found["high"], found["se"], found["unpaired_se"]]).all()


@pytest.mark.parametrize(("noise_sd", "share"), [(0.1, 0.0099), (1.0, 0.5), (3.0, 0.9)])
def test_the_share_of_noise_is_found_on_other_seeds(noise_sd: float, share: float) -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=2000)
    first, again = (truth + noise_sd * rng.normal(size=2000) for _ in range(2))
    found = noise_share(first, first[:1000], again[:1000], np.ones(1000), 1)
    assert found.low <= share <= found.high
    assert found.repeated == 1000


def test_the_same_seeds_again_are_no_noise() -> None:
    values = np.random.default_rng(1).normal(size=50)
    assert noise_share(values, values[:10], values[:10], np.ones(10), 1).share == 0.0
    assert np.isnan(noise_share(np.ones(5), np.ones(2), np.ones(2), np.ones(2), 1).share)


def test_more_blocks_leave_less_noise() -> None:
    """A mean of four blocks and one other block: a quarter of a block's noise is left."""
    rng = np.random.default_rng(2)
    truth = rng.normal(size=4000)
    first, again = truth + 0.5 * rng.normal(size=4000), truth + rng.normal(size=4000)
    found = noise_share(first, first, again, np.full(4000, 4.0), 1)
    assert found.low <= 0.25 / 1.25 <= found.high
