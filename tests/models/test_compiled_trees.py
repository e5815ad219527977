"""Compiled sums of boosted trees: scikit-learn's own scores to the last bit, on anything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from examples import labelled, risk
from sklearn.ensemble import HistGradientBoostingClassifier

from models import compiled_trees
from models.compiled_trees import raw_scores, sum_trees
from models.features import transformed_features
from models.registry import make_risk_model

CODED = [1, 4]
WIDTH = 6


def rows(seed: int, n: int, *, missing: float, codes: int = 9) -> tuple[Any, Any]:
    """Return numbers and codes with holes, and labels that hang on both."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, WIDTH)).round(2)
    values[:, CODED] = rng.integers(0, codes, (n, len(CODED)))
    risky = (values[:, 0] > 0.3) ^ (values[:, 1] % 3 == 1) ^ (rng.random(n) < 0.3)
    values[rng.random(values.shape) < missing] = np.nan
    return values, risky.astype(int)


def fitted(values: Any, label: Any, **settings: Any) -> HistGradientBoostingClassifier:
    known = {"max_iter": 25, "early_stopping": False, "categorical_features": CODED}
    return HistGradientBoostingClassifier(**(known | settings)).fit(values, label)


def assert_same(trees: HistGradientBoostingClassifier, values: Any) -> None:
    ensemble = compiled_trees.lay_out_trees(trees)
    assert ensemble is not None
    np.testing.assert_array_equal(sum_trees(ensemble, values), trees.decision_function(values))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("leaves", [2, 4, 15, 64])
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_the_same_bits(seed: int, leaves: int, missing: float) -> None:
    """On rows of training, on others, on edges, with holes where training had some or none."""
    values, label = rows(seed, 3000, missing=missing)
    trees = fitted(values, label, max_leaf_nodes=leaves, min_samples_leaf=2)
    assert max(stage[0].get_n_leaf_nodes() for stage in trees._predictors) == leaves
    others = rows(seed + 10, compiled_trees.BLOCK + 7, missing=0.2, codes=14)[0]
    for given in (values, others, others[:1]):
        assert_same(trees, given)
    edges = np.concatenate([stage[0].nodes["num_threshold"] for stage in trees._predictors])
    at_edges = np.repeat(edges[np.isfinite(edges), None], WIDTH, axis=1)
    assert_same(trees, np.concatenate([np.nextafter(at_edges, 9.0), at_edges]))


def test_codes_that_training_never_met() -> None:
    """They count as missing: negative, fractional, beyond what a table of codes can hold."""
    values, label = rows(1, 3000, missing=0.05)
    trees = fitted(values, label)
    odd = np.tile(values[:9], (4, 1))
    odd[:, 1] = np.repeat([-1.0, 2.5, 1e9, 255.0], 9)
    assert_same(trees, odd)


def test_no_codes_at_all() -> None:
    values, label = rows(2, 2000, missing=0.1)
    assert_same(fitted(values, label, categorical_features=None), values)


def test_what_cannot_be_laid_out_is_left_to_scikit_learn() -> None:
    values, label = rows(3, 6000, missing=0.0)
    deep = fitted(values, label, max_leaf_nodes=100, min_samples_leaf=2)
    assert compiled_trees.lay_out_trees(deep) is None
    values[:, 1] += 0.5
    halves = fitted(values, label)
    assert compiled_trees.lay_out_trees(halves) is None
    np.testing.assert_array_equal(raw_scores(halves, values), halves.decision_function(values))


def test_the_change_over_shows_in_no_score(monkeypatch: pytest.MonkeyPatch) -> None:
    """On trucks, through the risk model itself: before, at and after the change."""
    raw, label = labelled()
    monkeypatch.setattr(compiled_trees, "_PROCESS", compiled_trees._Process())
    monkeypatch.setattr(compiled_trees, "CHANGE_OVER", 2 * len(raw))
    model = make_risk_model(risk("boosted")).fit(raw, label)
    due = model.trees_.decision_function(transformed_features(raw))
    walked = [model.decision_function(raw) for _ in range(2)]
    assert not compiled_trees._PROCESS.laid_out
    summed = model.decision_function(raw)
    assert len(compiled_trees._PROCESS.laid_out) == 1
    for scores in (*walked, summed):
        np.testing.assert_array_equal(scores, due)


def test_an_ensemble_is_forgotten_with_its_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_trees, "_PROCESS", compiled_trees._Process())
    monkeypatch.setattr(compiled_trees, "CHANGE_OVER", 0)
    values, label = rows(1, 500, missing=0.0)
    trees = fitted(values, label, max_iter=2)
    raw_scores(trees, values)
    assert len(compiled_trees._PROCESS.laid_out) == 1
    del trees
    assert len(compiled_trees._PROCESS.laid_out) == 0
