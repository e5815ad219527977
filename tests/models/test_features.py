"""No hidden column, and nothing that copies the label, can reach a model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from models.evaluate import auc
from models.features import (
    CODE_COLUMNS,
    DECLARED_FEATURES,
    FEATURES,
    feature_column,
    feature_matrix,
    transformed_features,
    visible_part,
)
from sim.errors import ModelError
from sim.scenario import Scenario
from sim.setting.window import EVALUATION, Window
from sim.tables import LEDGER, MANIFEST, SCORES, visible_columns
from sim.trucks.manifest import draw_manifest

IDENTITIES = {"carrier", "driver", "plate", "shipper", "consignee"}
HIDDEN = [c.name for c in MANIFEST if c.tier != "own" and c.name != "truck"]
LATER = [c.name for c in LEDGER if c.name not in {"truck", "arrive_min"}]


def draw(scenario: Scenario, days: int = 1) -> pd.DataFrame:
    window = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=days)
    return draw_manifest(scenario, window)


@pytest.fixture(scope="module")
def manifest(scenario: Scenario) -> pd.DataFrame:
    return draw(scenario)


def test_features_are_visible_and_no_identities() -> None:
    assert set(FEATURES) <= set(visible_columns())
    assert not set(FEATURES) & IDENTITIES
    assert len(set(FEATURES)) == len(FEATURES) == len(DECLARED_FEATURES)


def test_every_truth_and_every_luck_is_hidden() -> None:
    luck = ("true_", "u_", "z_", "service_")
    assert not [name for name in visible_columns() if name.startswith(luck)]


@pytest.mark.parametrize("name", [*HIDDEN, *LATER, "label", "p_hit", "risk_score"])
def test_a_hidden_or_later_column_is_refused(manifest: pd.DataFrame, name: str) -> None:
    shown = visible_part(manifest)
    values = manifest[name] if name in manifest else manifest["true_carrying"]
    with pytest.raises(ModelError, match=f"may not see the column '{name}'"):
        feature_matrix(shown.assign(**{name: values}))


@pytest.mark.parametrize("name", [*LATER, "label", *(c.name for c in SCORES if c.name != "truck")])
def test_what_a_ledger_knows_is_refused_at_the_door(manifest: pd.DataFrame, name: str) -> None:
    with pytest.raises(ModelError, match=name):
        visible_part(manifest.assign(**{name: manifest["true_carrying"]}))


def test_shuffling_all_that_is_hidden_changes_no_feature(manifest: pd.DataFrame) -> None:
    shuffled = manifest.copy()
    order = np.random.default_rng(1).permutation(len(manifest))
    for name in HIDDEN:
        shuffled[name] = manifest[name].to_numpy()[order]
    assert not shuffled["true_p_carrying"].equals(manifest["true_p_carrying"])
    np.testing.assert_array_equal(feature_matrix(visible_part(shuffled)), feature_matrix(visible_part(manifest)))


def test_shuffling_the_features_changes_every_column(manifest: pd.DataFrame) -> None:
    order = np.random.default_rng(1).permutation(len(manifest))
    shuffled = visible_part(manifest).iloc[order]
    changed = (feature_matrix(shuffled) != feature_matrix(visible_part(manifest))).any(axis=0)
    # Monday is one weekday.
    assert [FEATURES[i] for i in np.flatnonzero(~changed)] == ["weekday"]


def test_no_visible_column_copies_the_label(make_scenario: Callable[..., Scenario]) -> None:
    manifest = draw(make_scenario("threat.prevalence_per_truck=0.2"))
    carrying = manifest["true_carrying"].to_numpy(dtype=np.float64)
    assert 0.1 < carrying.mean() < 0.3
    for name in visible_columns():
        values = manifest[name].to_numpy(dtype=np.float64)
        assert 0.2 < auc(values, carrying) < 0.8, name


def test_a_missing_or_broken_value_is_refused(manifest: pd.DataFrame) -> None:
    shown = visible_part(manifest)
    with pytest.raises(ModelError, match="needs the column 'lead_time_h'"):
        feature_matrix(shown.drop(columns="lead_time_h"))
    with pytest.raises(ModelError, match="'value_usd' holds a value that is not a number"):
        feature_matrix(shown.assign(value_usd=np.nan))


def test_matrix_holds_the_columns_in_their_order(manifest: pd.DataFrame) -> None:
    raw = feature_matrix(visible_part(manifest))
    assert raw.shape == (len(manifest), len(FEATURES))
    assert raw.dtype == np.float32
    for name in FEATURES:
        np.testing.assert_allclose(feature_column(raw, name), manifest[name].to_numpy(), rtol=1e-6)


def test_signals_are_finite_and_codes_start_at_zero(manifest: pd.DataFrame) -> None:
    values = transformed_features(feature_matrix(visible_part(manifest)))
    assert np.isfinite(values).all()
    assert (values[:, CODE_COLUMNS] >= 0).all()


def test_signals_measure_lead_time_by_the_law_and_weight_by_oddness(manifest: pd.DataFrame) -> None:
    two = visible_part(manifest.head(2)).assign(fast=[True, False], lead_time_h=[1.0, 2.0], weight_ratio=[2.0, 0.5])
    values = transformed_features(feature_matrix(two))
    lead, ratio = FEATURES.index("lead_time_h"), FEATURES.index("weight_ratio")
    np.testing.assert_allclose(values[:, lead], np.log(2.0))
    np.testing.assert_allclose(values[:, ratio], np.log(2.0))


def test_an_empty_truck_has_no_new_shipper(manifest: pd.DataFrame) -> None:
    values = transformed_features(feature_matrix(visible_part(manifest)))
    age = values[:, FEATURES.index("shipper_age_days")]
    assert age[~manifest["laden"]].min() > np.log1p(3000.0)


def test_codes_have_no_sign() -> None:
    assert all(feature.sign == 0 for feature in DECLARED_FEATURES if feature.form == "code")
