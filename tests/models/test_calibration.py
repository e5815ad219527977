"""Probabilities that mean what they say, on a scale that does not move."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from models.calibration import Platt, fit_platt, rank_share, reliability_table, shift_to_prior
from sim.errors import ModelError


def sample(n: int, intercept: float, slope: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    score = rng.normal(-5.0, 1.5, n)
    return score, (rng.random(n) < expit(intercept + slope * score)).astype(float)


@pytest.mark.parametrize(("intercept", "slope"), [(0.0, 1.0), (1.0, 0.6), (-1.0, 1.4)])
def test_platt_finds_the_curve_that_made_the_labels(intercept: float, slope: float) -> None:
    score, label = sample(400_000, intercept, slope)
    found = fit_platt(score, label, np.ones(len(score)))
    p = expit(intercept + slope * score)
    x = score - np.average(score, weights=p * (1 - p))
    sd = 1.0 / np.sqrt((p * (1 - p) * x**2).sum())
    assert found.slope == pytest.approx(slope, abs=4 * sd)
    # The prior on the slope moves the mean by less than the label's own scatter.
    mean_sd = np.sqrt((p * (1 - p)).sum()) / len(p)
    assert found(score).mean() == pytest.approx(p.mean(), abs=4 * mean_sd)


def test_a_useless_score_with_few_positives_stays_sane() -> None:
    rng = np.random.default_rng(3)
    score, label = rng.normal(-5.0, 1.0, 30_000), (np.arange(30_000) % 300 == 0).astype(float)
    found = fit_platt(score, label, np.ones(30_000))
    assert -0.2 < found.slope < 0.5
    assert found(score).mean() == pytest.approx(1 / 300, rel=0.05)


def test_weights_mean_so_many_trucks() -> None:
    score, label = sample(3000, 1.0, 1.0)
    weight = np.random.default_rng(1).integers(1, 4, 3000)
    weighted = fit_platt(score, label, weight.astype(float))
    repeated = fit_platt(np.repeat(score, weight), np.repeat(label, weight), np.ones(weight.sum()))
    assert weighted.slope == pytest.approx(repeated.slope)
    assert weighted.intercept == pytest.approx(repeated.intercept)


def test_labels_of_one_kind_are_refused() -> None:
    for label in (np.zeros(10), np.ones(10)):
        with pytest.raises(ModelError, match="found and not found"):
            fit_platt(np.arange(10.0), label, np.ones(10))


@pytest.mark.parametrize("prior", [1e-7, 1e-4, 0.3])
@pytest.mark.parametrize("slope", [0.0, 0.7])
def test_prior_sets_the_mean_over_all_trucks(prior: float, slope: float) -> None:
    score, _ = sample(5000, 0.0, 1.0)
    found = shift_to_prior(Platt(intercept=3.0, slope=slope), score, prior)
    assert found(score).mean() == pytest.approx(prior, rel=1e-6)
    assert found.slope == slope


def test_rank_share_of_the_past_itself_is_uniform() -> None:
    scale = np.sort(np.random.default_rng(1).normal(size=999))
    share = rank_share(scale, scale)
    np.testing.assert_allclose(share, (np.arange(999) + 0.5) / 999)


def test_rank_share_of_a_constant_is_a_half() -> None:
    assert rank_share(np.array([2.0]), np.full(7, 2.0)).tolist() == [0.5]


def test_rank_share_keeps_the_order_and_the_bounds() -> None:
    rng = np.random.default_rng(1)
    score, scale = np.sort(rng.normal(size=500)), np.sort(rng.integers(-2, 3, 50).astype(float))
    share = rank_share(score, scale)
    assert np.all(np.diff(share) >= 0)
    assert share.min() >= 0.0
    assert share.max() <= 1.0


def test_reliability_covers_a_true_forecast_and_not_a_false_one() -> None:
    score, label = sample(200_000, 0.0, 1.0)
    ones = np.ones(len(score))
    good = reliability_table(expit(score), label, ones)
    inside = (good["low"] <= good["forecast"]) & (good["forecast"] <= good["high"])
    assert inside.sum() >= 4
    assert good["trucks"].sum() == len(score)
    bad = reliability_table(expit(score + 1.0), label, ones)
    assert (bad["forecast"] > bad["high"]).all()
