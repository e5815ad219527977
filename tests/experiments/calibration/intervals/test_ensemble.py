"""The ensemble sampler: densities whose moments are known."""

import numpy as np

from experiments.calibration.intervals.ensemble import effective_draws, sample


def test_a_normal_density_is_sampled_with_its_moments() -> None:
    covariance = np.array([[4.0, 1.8, 0.0], [1.8, 1.0, 0.0], [0.0, 0.0, 0.01]])
    precision = np.linalg.inv(covariance)
    rng = np.random.default_rng(1)
    path, _ = sample(lambda at: -0.5 * ((at @ precision) * at).sum(axis=1), rng.standard_normal((40, 3)), 3000, rng)
    draws = path[500:].reshape(-1, 3)
    assert np.abs(draws.mean(axis=0) / np.sqrt(np.diag(covariance))).max() < 0.1
    assert np.abs(np.cov(draws.T)[:2, :2] / covariance[:2, :2] - 1.0).max() < 0.12
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    assert np.abs((high - low) / (2.0 * 1.96 * np.sqrt(np.diag(covariance))) - 1.0).max() < 0.08


def test_two_maxima_are_visited_as_often_as_they_weigh() -> None:
    """Three quarters of the density lie about 0, a quarter about 12, with nothing between."""
    rng = np.random.default_rng(2)

    def density(at: np.ndarray) -> np.ndarray:
        near, far = -0.5 * (at**2).sum(axis=1), -0.5 * ((at - 12.0) ** 2).sum(axis=1)
        return np.logaddexp(near + np.log(0.75), far + np.log(0.25))

    start = rng.standard_normal((40, 2)) + np.where(np.arange(40) % 2 == 0, 0.0, 12.0)[:, None]
    path, _ = sample(density, start, 4000, rng)
    share = float((path[500:, :, 0] > 6.0).mean())
    assert 0.18 < share < 0.32


def test_walkers_that_stand_still_are_worth_one_draw_for_many() -> None:
    rng = np.random.default_rng(3)
    free = rng.standard_normal((400, 20, 1))
    slow = np.repeat(free[:40], 10, axis=0)
    assert effective_draws(free) > 6000.0
    assert effective_draws(slow) < 1600.0
