"""Shuffling a feature shows what rests on it, and nothing where nothing does."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from examples import examples, risk

from models.explain import feature_importance
from models.features import FEATURES, feature_column
from models.fitted import Examples, HeldOut, hold_out
from models.registry import make_risk_model


def made_by(feature: str) -> Examples:
    """Return examples whose labels one flag alone decides."""
    base = examples()
    flag = feature_column(base.raw, feature) > 0
    label = np.random.default_rng(5).random(len(flag)) < np.where(flag, 0.3, 0.01)
    return dataclasses.replace(base, label=label.astype(np.float64))


@pytest.fixture(scope="module")
def held() -> HeldOut:
    base = made_by("amended")
    return hold_out(make_risk_model(risk("logistic")), base, base.raw)


@pytest.fixture(scope="module")
def found(held: HeldOut) -> pd.DataFrame:
    return feature_importance(held)


def test_what_made_the_labels_comes_first(found: pd.DataFrame) -> None:
    assert found["feature"][0] == "amended"
    assert found["low"][0] > 0.05
    others = found.iloc[1:]
    # Features that go with "amended" may truly matter a little; 95% intervals miss now and then.
    assert (others["low"] <= 0.0).mean() > 0.7
    assert others["drop"].abs().max() < 0.1 * found["drop"][0]


def test_every_feature_once_largest_first(found: pd.DataFrame) -> None:
    assert sorted(found["feature"]) == sorted(FEATURES)
    assert found["drop"].is_monotonic_decreasing
    assert (found["low"] <= found["drop"]).all()
    assert (found["drop"] <= found["high"]).all()


def test_the_same_seed_gives_the_same_table(held: HeldOut, found: pd.DataFrame) -> None:
    assert feature_importance(held).equals(found)
    assert not feature_importance(held, seed=1).equals(found)


def test_a_model_that_ignores_its_input_rests_on_nothing(held: HeldOut) -> None:
    blind = make_risk_model(risk("constant")).fit(held.raw)
    models = dict.fromkeys(held.models, blind)
    table = feature_importance(dataclasses.replace(held, models=models))
    assert (table[["drop", "low", "high"]] == 0.0).all(axis=None)


def test_each_year_is_judged_by_the_model_of_the_years_before(held: HeldOut) -> None:
    assert sorted(held.models) == [2, 3, 4]
    np.testing.assert_array_equal(held.judge(held.raw, held.year), held.score)
