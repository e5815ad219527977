"""A truck's reasons add up to its score, are exact where they can be, and read like reasons."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from examples import labelled, risk

from models.base import RiskModel
from models.baselines import RULES
from models.calibration import Platt
from models.explain import Explanation, explain, explanation_sentence, feature_words
from models.features import FEATURES, feature_column
from models.fitted import FittedRisk
from models.registry import RISK_MODELS, make_risk_model

NAMES = sorted(RISK_MODELS)


@cache
def fitted(name: str) -> FittedRisk:
    model: RiskModel = make_risk_model(risk(name)).fit(*labelled())
    scale = np.sort(model.decision_function(labelled()[0]))
    return FittedRisk(name=name, model=model, platt=Platt(intercept=-2.0, slope=1.5), scale=scale)


def reasons(name: str, place: int, **options: int) -> Explanation:
    raw = labelled()[0]
    return explain(fitted(name), raw[place : place + 1], raw[::7], **options)


@pytest.mark.parametrize("name", NAMES)
def test_reasons_add_up(name: str) -> None:
    raw = labelled()[0]
    for place in (3, 77):
        found = reasons(name, place, pairs=12)
        assert found.base + found.share.sum() == pytest.approx(found.total, abs=1e-9)
        score = fitted(name).model.decision_function(raw[place : place + 1])[0]
        assert found.total == pytest.approx(-2.0 + 1.5 * score)
        odds = np.log(1 / fitted(name).platt(np.array([score]))[0] - 1)
        assert found.total == pytest.approx(-odds)


@pytest.mark.parametrize("name", ["rules", "logistic"])
def test_sums_are_exact(name: str) -> None:
    found = reasons(name, 5)
    assert not found.error.any()
    assert found.base == pytest.approx(-2.0 + 1.5 * fitted(name).model.decision_function(labelled()[0][::7]).mean())


def test_sampling_finds_what_is_known_of_a_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the answer is exact, the estimator must reach it within its own error."""
    exact = reasons("rules", 5)
    by_column = dict.fromkeys(FEATURES, 0.0)
    for name, share in zip(exact.names, exact.share, strict=True):
        by_column[next(rule.column for rule in RULES if rule.name == name)] += share
    monkeypatch.setattr(type(fitted("rules").model), "terms", lambda *_: None)
    sampled = reasons("rules", 5, pairs=400)
    gap = sampled.share - np.array(list(by_column.values()))
    assert (np.abs(gap) <= 4.5 * sampled.error + 1e-9).all()
    assert np.abs(sampled.share).max() > 5 * sampled.error.max()


def test_more_orders_narrow_the_error() -> None:
    few, many = (reasons("boosted", 9, pairs=pairs).error for pairs in (40, 640))
    assert 0.15 < many.sum() / few.sum() < 0.4


def test_a_feature_that_the_model_never_reads_has_no_share() -> None:
    raw, label = labelled()
    blank = raw.copy()
    blank[:, FEATURES.index("pieces")] = 1.0
    model = make_risk_model(risk("boosted")).fit(blank, label)
    one = FittedRisk(name="boosted", model=model, platt=Platt(intercept=0.0, slope=1.0), scale=raw)
    found = explain(one, raw[:1], raw[::9], pairs=20)
    assert found.share[FEATURES.index("pieces")] == 0.0
    assert np.abs(found.share).sum() > 0.0


@pytest.mark.parametrize("name", ["logistic", "boosted", "hybrid"])
def test_what_made_the_labels_is_the_first_reason(name: str) -> None:
    raw = labelled()[0]
    flag = feature_column(raw, "amended") > 0
    label = np.random.default_rng(5).random(len(flag)) < np.where(flag, 0.3, 0.01)
    model = make_risk_model(risk(name)).fit(raw, label.astype(int))
    platt = Platt(intercept=0.0, slope=1.0)
    one = FittedRisk(name=name, model=model, platt=platt, scale=np.zeros(1))
    place = int(np.flatnonzero(flag)[0])
    found = explain(one, raw[place : place + 1], raw[::7])
    assert found.names[found.largest(1)[0]] == "amended"
    assert "amended (+" in explanation_sentence(found, raw[place : place + 1], 0.9)


def test_the_sentence_names_the_largest_shares_first() -> None:
    truck = np.zeros((1, len(FEATURES)), dtype=np.float32)
    truck[0, FEATURES.index("seal_mismatch")] = 1.0
    found = Explanation(
        base=-9.0,
        names=("fast", "seal_mismatch", "pieces", "amended"),
        share=np.array([0.4, 1.2, 0.3, 0.0]),
        error=np.array([0.01, 0.01, 0.4, 0.0]),
        total=-7.4,
    )
    assert explanation_sentence(found, truck, 0.97) == "score 0.970 because: seal mismatch (+1.2), no FAST (+0.4)"
    nothing = Explanation(base=0.0, names=("a",), share=np.zeros(1), error=np.zeros(1), total=0.0)
    assert explanation_sentence(nothing, truck, 0.5).endswith("nothing sets it apart")


def test_every_feature_has_words() -> None:
    truck = np.ones((1, len(FEATURES)), dtype=np.float32)
    said = [feature_words(name, truck) for name in FEATURES]
    assert len(set(said)) == len(FEATURES)
    assert all("_" not in text and "{" not in text for text in said)
    assert feature_words("short_lead", truck) == "short lead"
