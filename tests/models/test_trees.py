"""Boosted trees, the forest of isolation, and the sum of both."""

from __future__ import annotations

import numpy as np
import pytest
from examples import labelled, risk

from models.base import UNLABELLED
from models.features import FEATURES, feature_column
from models.registry import RISK_MODELS, make_risk_model


def test_constraints_can_be_switched_off() -> None:
    """Where what an inspector expects is false, only the free model says so."""
    raw, given = labelled()[0], risk("boosted")
    mismatch = feature_column(raw, "seal_mismatch") > 0
    label = np.random.default_rng(3).random(len(raw)) < np.where(mismatch, 0.0, 0.2)
    with_it, without = raw.copy(), raw.copy()
    with_it[:, FEATURES.index("seal_mismatch")] = 1.0
    without[:, FEATURES.index("seal_mismatch")] = 0.0
    effect = {}
    for monotone in (0.0, 1.0):
        settings = given.settings | {"monotone": monotone, "trees": 200.0}
        model = RISK_MODELS["boosted"](settings).fit(raw, label.astype(int))
        effect[monotone] = model.decision_function(with_it) - model.decision_function(without)
    assert (effect[1.0] >= 0).all()
    assert effect[0.0].mean() < -0.5


class TestAnomaly:
    def test_no_label_has_a_say(self) -> None:
        raw, label = labelled()
        one, other, none = (
            make_risk_model(risk("anomaly")).fit(raw, y).decision_function(raw) for y in (label, 1 - label, None)
        )
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, none)

    def test_it_learns_from_trucks_that_nobody_opened(self) -> None:
        raw = labelled()[0]
        half = np.arange(len(raw)) % 2 == 0
        alone = make_risk_model(risk("anomaly")).fit(raw[half]).decision_function(raw)
        both = make_risk_model(risk("anomaly")).fit(raw, np.where(half, UNLABELLED, 1))
        np.testing.assert_array_equal(alone, both.decision_function(raw))

    @pytest.mark.parametrize("one_sided", [0.0, 1.0])
    def test_an_odd_truck_scores_higher(self, one_sided: float) -> None:
        raw = labelled()[0]
        settings = risk("anomaly").settings | {"one_sided": one_sided}
        model = RISK_MODELS["anomaly"](settings).fit(raw)
        odd = raw.copy()
        odd[:, FEATURES.index("weight_ratio")] = 9.0
        odd[:, FEATURES.index("seal_mismatch")] = 1.0
        assert np.mean(model.decision_function(odd) > model.decision_function(raw)) > 0.95

    def test_the_safe_side_is_not_odd(self) -> None:
        raw = labelled()[0]
        model = make_risk_model(risk("anomaly")).fit(raw)
        old = raw.copy()
        old[:, FEATURES.index("carrier_age_days")] = 36500.0
        assert (model.decision_function(old) <= model.decision_function(raw) + 1e-12).mean() > 0.95

    def test_rare_codes_are_odd_and_new_ones_are_rarest(self) -> None:
        settings = risk("anomaly").settings | {"one_sided": 0.0}
        model = RISK_MODELS["anomaly"](settings).fit(labelled()[0])
        place = FEATURES.index("origin_state")
        states, counts = np.unique(labelled()[0][:, place], return_counts=True)
        score = []
        for state in (states[counts.argmax()], states[counts.argmin()], 99.0):
            changed = labelled()[0].copy()
            changed[:, place] = state
            score.append(model.decision_function(changed).mean())
        assert score[0] < score[1] <= score[2]


def test_hybrid_is_the_labels_odds_plus_a_weighted_rank() -> None:
    raw, settings = labelled()[0], risk("hybrid").settings
    found = []
    for weight in (0.0, 1.0, 2.0):
        model = RISK_MODELS["hybrid"](settings | {"anomaly_weight": weight}).fit(*labelled())
        found.append(model.decision_function(raw))
    boosted = make_risk_model(risk("boosted")).fit(*labelled()).decision_function(raw)
    np.testing.assert_array_equal(found[0], boosted)
    rank = found[1] - found[0]
    np.testing.assert_allclose(found[2] - found[0], 2 * rank)
    assert 0.0 <= rank.min() < 0.01
    assert 0.99 < rank.max() <= 1.0
    odd = make_risk_model(risk("anomaly")).fit(raw).decision_function(raw)
    assert np.corrcoef(np.argsort(np.argsort(odd)), rank)[0, 1] > 0.999
