"""A model that goes on learning: what labels move, and what holds it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ports import FlatScorer

from experiments.execution.replicate import ProcessCache, trucks_met
from experiments.study.study import build_study
from models.base import RiskModel
from models.calibration import Platt
from models.corrected import CorrectedRisk, raw_features, refit
from models.features import FEATURES
from models.fitted import Examples, FittedRisk
from models.registry import ConstantRisk
from sim.arrays import Float32Array
from sim.errors import ModelError
from sim.shared_draws import SharedDraws


@pytest.fixture(scope="module")
def manifest() -> pd.DataFrame:
    study = build_study(["port=pharr", "replications=2", "days=1"], "compare")
    scenario = study.alternatives[study.baseline]
    trucks, _ = trucks_met(SharedDraws(), scenario, FlatScorer(), study.window(0), None)
    assert ProcessCache().met == {}
    return trucks


def _flat(raw: Float32Array) -> FittedRisk:
    model: RiskModel = ConstantRisk(settings={"base_p_hit": 1e-3}).fit(raw)
    return FittedRisk(name="logistic", model=model, platt=Platt(intercept=-6.0, slope=1.0), scale=np.zeros(3))


@pytest.fixture(scope="module")
def fitted(manifest: pd.DataFrame) -> FittedRisk:
    width = len(FEATURES)
    return _flat(np.zeros((2, width), dtype=np.float32))


def _labels(raw: Float32Array, label: np.ndarray) -> Examples:
    ones = np.ones(len(label))
    return Examples(raw=raw, label=label.astype(np.float64), weight=ones, year=ones.astype(np.int64), prior=0.0)


def _empties(raw: Float32Array) -> np.ndarray:
    return raw[:, FEATURES.index("laden")] == 0.0


def test_an_uncorrected_model_ranks_as_before(manifest: pd.DataFrame, fitted: FittedRisk) -> None:
    raw = raw_features(fitted, manifest)
    same = CorrectedRisk.unchanged(fitted, raw)
    p_hit = same.score(manifest)["p_hit"].to_numpy()
    assert p_hit == pytest.approx(1.0 / (1.0 + np.exp(6.0)))


def test_finds_in_empty_trucks_raise_the_scores_of_empty_trucks(manifest: pd.DataFrame, fitted: FittedRisk) -> None:
    raw = raw_features(fitted, manifest)
    empty = _empties(raw)
    rows = np.arange(400)
    label = empty[rows] & (rows % 4 == 0)
    before = CorrectedRisk.unchanged(fitted, raw)
    held, free = (refit(before, _labels(raw[rows], label), raw, shrinkage=s) for s in (200.0, 1.0))
    gaps = []
    for model in (before, held, free):
        scores = model.score(manifest)["risk_score"].to_numpy()
        assert ((scores >= 0.0) & (scores <= 1.0)).all()
        odds = model.log_odds(raw)
        gaps.append(float(odds[empty].mean() - odds[~empty].mean()))
    assert gaps[0] == pytest.approx(0.0, abs=1e-9)
    assert 0.0 < gaps[1] < gaps[2]


def test_nothing_that_the_simulation_alone_knows_reaches_a_model_or_its_labels(
    manifest: pd.DataFrame, fitted: FittedRisk
) -> None:
    hidden = [name for name in manifest.columns if name.startswith("true_")]
    blind = manifest.assign(**dict.fromkeys(hidden, np.nan))
    assert len(hidden) > 10
    raw = raw_features(fitted, manifest)
    assert np.array_equal(raw_features(fitted, blind), raw)
    model = refit(CorrectedRisk.unchanged(fitted, raw), _labels(raw[:300], np.arange(300) % 9 == 0), raw, shrinkage=5.0)
    assert np.array_equal(model.score(blind)["risk_score"], model.score(manifest)["risk_score"])


def test_labels_count_once_however_often_the_model_is_trained(manifest: pd.DataFrame, fitted: FittedRisk) -> None:
    raw = raw_features(fitted, manifest)
    labels = _labels(raw[:300], np.arange(300) % 10 == 0)
    one = refit(CorrectedRisk.unchanged(fitted, raw), labels, raw, shrinkage=5.0)
    two = refit(one, labels, raw, shrinkage=5.0)
    assert two.coefficients == pytest.approx(one.coefficients, abs=1e-7)


def test_labels_of_one_kind_teach_nothing(manifest: pd.DataFrame, fitted: FittedRisk) -> None:
    raw = raw_features(fitted, manifest)
    before = CorrectedRisk.unchanged(fitted, raw)
    assert not refit(before, _labels(raw[:50], np.zeros(50)), raw, shrinkage=5.0).coefficients.any()


def test_what_cannot_be_trained_is_refused(manifest: pd.DataFrame, fitted: FittedRisk) -> None:
    raw = raw_features(fitted, manifest)
    before = CorrectedRisk.unchanged(fitted, raw)
    with pytest.raises(ModelError, match="shrinkage"):
        refit(before, _labels(raw[:50], np.arange(50) % 2), raw, shrinkage=0.0)
    with pytest.raises(ModelError, match="features"):
        refit(before, _labels(raw[:50, :4], np.arange(50) % 2), raw, shrinkage=1.0)
