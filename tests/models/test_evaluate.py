"""Capacity, curves and intervals against counting by hand, scikit-learn and repeated sampling."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import brier_score_loss, roc_auc_score

from models.evaluate import (
    auc,
    auc_interval,
    brier_score,
    evaluate,
    evaluate_at_capacity,
    rolling_years,
    wilson_interval,
)
from sim.errors import ModelError

RNG = np.random.default_rng(1)
SCORE = RNG.integers(0, 20, 2000).astype(float)
LABEL = (RNG.random(2000) < SCORE / 40).astype(float)


def test_capacity_counts_the_riskiest() -> None:
    score = np.array([4.0, 3.0, 2.0, 1.0])
    found = evaluate_at_capacity(score, np.array([1.0, 0.0, 1.0, 0.0]), 0.5)
    assert (found.trucks, found.hits) == (2.0, 1.0)
    assert found.hit_rate == found.detection_rate == 0.5


def test_capacity_shares_a_tie_out() -> None:
    tied = evaluate_at_capacity(np.zeros(100), np.arange(100) < 10, 0.27)
    assert tied.hits == pytest.approx(2.7)
    assert tied.detection_rate == pytest.approx(0.27)


def test_capacity_is_monotone_and_complete() -> None:
    hits = [evaluate_at_capacity(SCORE, LABEL, share).hits for share in np.linspace(0.0, 1.0, 21)]
    assert np.all(np.diff(hits) >= 0)
    assert hits[0] == 0.0
    assert hits[-1] == LABEL.sum()


def test_weights_mean_so_many_trucks() -> None:
    weight = RNG.integers(1, 4, 2000)
    repeated = evaluate_at_capacity(np.repeat(SCORE, weight), np.repeat(LABEL, weight), 0.2)
    weighted = evaluate_at_capacity(SCORE, LABEL, 0.2, weight.astype(float))
    assert weighted.hits == pytest.approx(repeated.hits)
    assert auc(SCORE, LABEL, weight.astype(float)) == pytest.approx(
        auc(np.repeat(SCORE, weight), np.repeat(LABEL, weight))
    )


def test_auc_and_brier_agree_with_scikit_learn() -> None:
    assert auc(SCORE, LABEL) == pytest.approx(roc_auc_score(LABEL, SCORE))
    assert brier_score(SCORE / 40, LABEL) == pytest.approx(brier_score_loss(LABEL, SCORE / 40))


def test_auc_of_probabilities_is_that_of_many_draws() -> None:
    p = SCORE / 40
    drawn = [auc(SCORE, (RNG.random(2000) < p).astype(float)) for _ in range(200)]
    half_width = 3 * np.std(drawn) / np.sqrt(200)
    # Drawn labels divide by the drawn counts: a ratio's bias is of order 1/n.
    assert auc(SCORE, p) == pytest.approx(np.mean(drawn), abs=half_width + 1e-3)


def test_auc_needs_both_kinds() -> None:
    with pytest.raises(ModelError, match="positives and negatives"):
        auc(SCORE, np.zeros(2000))


def test_wilson_agrees_with_scipy() -> None:
    for hits, n in ((0, 10), (3, 40), (40, 40)):
        expected = binomtest(hits, n).proportion_ci(method="wilson")
        assert wilson_interval(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_auc_interval_covers_as_often_as_it_says() -> None:
    rng, truth, covered = np.random.default_rng(2), 0.7602499, 0
    for _ in range(400):
        score = np.concatenate([rng.normal(1.0, 1.0, 60), rng.normal(0.0, 1.0, 600)])
        low, high = auc_interval(score, np.repeat([1.0, 0.0], [60, 600]))
        covered += low <= truth <= high
    low, high = wilson_interval(covered, 400, 0.999)
    assert low <= 0.95 <= high


def test_no_year_is_scored_by_its_own_or_a_later_model() -> None:
    years = np.array([0, 1, 2, 3, 4, 4, 2, 0])
    seen = np.zeros(len(years), dtype=int)
    for earlier, this in rolling_years(years):
        assert years[earlier].max() < years[this].min()
        seen += this
    np.testing.assert_array_equal(seen, years >= 2)


def test_evaluation_beats_the_constant_forecast_when_the_score_is_good() -> None:
    found = evaluate(SCORE, SCORE / 40, LABEL, np.ones(2000), (0.1, 0.5))
    assert found.brier < found.brier_base
    assert found.auc_low < found.auc < found.auc_high
    assert [c.share for c in found.capacities] == [0.1, 0.5]
    assert found.positives == LABEL.sum()
