"""Replication noise against the worked example, and on a small case."""

from __future__ import annotations

import numpy as np
import pytest
from worked_example import MILLION, Case, replications

from experiments.economics.discounting import present_value
from experiments.funding.noise import SimulatedTwice, common_error, noise_share, paired_level_difference, set_variances

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


def twice(
    rng: np.random.Generator, common_sd: float, own_sd: float, blocks: np.ndarray, repeated: int = 20
) -> tuple[SimulatedTwice, float]:
    """Return sets whose truth has a variance of 16, on blocks that they share, and the share of noise in them.

    Noise of sets differs; what a block does to all of them has a standard deviation of its own.
    """
    n = len(blocks)
    own = own_sd * np.exp(0.3 * rng.normal(size=n))
    truth, common = 4.0 * rng.normal(size=n), common_sd * rng.normal(size=int(blocks.max()) + 1)
    on_block = [common[:m] + own[i] * rng.normal(size=m) for i, m in enumerate(blocks)]
    places = np.unique(np.linspace(0, n - 1, repeated).astype(int))
    noise = (own**2 / blocks).mean() + np.var([common[:m].mean() for m in blocks], ddof=1)
    made = SimulatedTwice(
        truth + [one.mean() for one in on_block],
        truth + [one[0] for one in on_block],
        blocks,
        places,
        truth[places] + common[-1] + own[places] * rng.normal(size=len(places)),
    )
    return made, float(noise / (noise + 16.0))


BLOCKS = {"one block": np.ones(60, dtype=int), "further blocks": np.repeat([1, 2, 4], 20)}


@pytest.mark.parametrize("blocks", BLOCKS)
@pytest.mark.parametrize("common_sd", [0.0, 6.0])
def test_the_share_of_noise_is_right_whatever_all_sets_have_in_common(blocks: str, common_sd: float) -> None:
    rng, n = np.random.default_rng(4), 120
    every = [twice(rng, common_sd, 1.5, rng.permutation(BLOCKS[blocks])) for _ in range(n)]
    found = [(noise_share(sets), share) for sets, share in every]
    held = np.mean([one.low <= share <= one.high for one, share in found])
    assert held >= 0.9 - 3.0 * (0.9 * 0.1 / n) ** 0.5
    ratio = np.array([one.share / share for one, share in found])
    assert ratio.mean() == pytest.approx(1.0, abs=4.0 * ratio.std() / n**0.5)
    assert all(one.repeated == 20 for one, _ in found)
    if common_sd:
        squares = [
            ((sets.means[sets.repeated] - sets.other_block) ** 2).mean() / 2.0 / sets.means.var() for sets, _ in every
        ]
        assert np.mean(squares) > 2.0 * np.mean([share for _, share in every]), "plain squares would hold the shift"


def test_the_error_that_all_sets_share_is_that_of_their_mean() -> None:
    rng = np.random.default_rng(5)
    blocks = np.repeat([1, 2, 4], 100)
    means, told = [], []
    for _ in range(200):
        sets, _share = twice(rng, 2.0, 0.5, blocks, repeated=60)
        means.append(sets.means.mean())
        block_variance = 2.0**2 + 0.5**2 * np.exp(2.0 * 0.3**2)
        told.append(common_error(sets.first_block[sets.repeated] - sets.other_block, blocks, block_variance))
    sampled = 16.0 / 300  # sets are drawn as well
    assert np.mean(told) == pytest.approx((np.var(means) - sampled) ** 0.5, rel=0.15)


def test_the_same_seeds_again_are_no_noise() -> None:
    values, blocks, places = np.random.default_rng(1).normal(size=50), np.ones(50, dtype=int), np.arange(10)
    assert noise_share(SimulatedTwice(values, values, blocks, places, values[:10])).share == 0.0
    shifted = noise_share(SimulatedTwice(values, values, blocks, places, values[:10] + 7.0))
    assert shifted.share == pytest.approx(0.0, abs=1e-12)
    alike = SimulatedTwice(np.ones(5), np.ones(5), np.ones(5, dtype=int), np.arange(3), np.ones(3))
    assert np.isnan(noise_share(alike).share)


def test_two_sets_cannot_tell_their_noise_from_what_they_share() -> None:
    with pytest.raises(ValueError, match="2 sets were simulated twice; at least 3"):
        set_variances(np.array([1.0, 2.0]))


def test_the_noise_of_each_set_is_unbiased() -> None:
    rng, truth = np.random.default_rng(6), np.array([0.1, 1.0, 4.0, 9.0])
    found = [set_variances(5.0 + np.sqrt(truth) * (rng.normal(size=4) - rng.normal(size=4))) for _ in range(20_000)]
    assert np.mean(found, axis=0) == pytest.approx(truth, abs=0.35)


def test_more_blocks_leave_less_noise() -> None:
    rng = np.random.default_rng(2)
    one, _ = twice(rng, 0.0, 4.0, np.full(2000, 1), repeated=2000)
    four, _ = twice(rng, 0.0, 4.0, np.full(2000, 4), repeated=2000)
    noise = 16.0 * np.exp(2.0 * 0.3**2)
    assert noise_share(one).share == pytest.approx(noise / (noise + 16.0), rel=0.1)
    assert noise_share(four).share == pytest.approx(noise / (noise + 64.0), rel=0.15)
