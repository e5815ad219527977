"""The model card says what was learnt, from what, how well, and what not to use it for."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.calibration import Platt, reliability_table
from models.evaluate import Evaluation, evaluate
from models.features import FEATURES
from models.fitted import FittedRisk
from models.model_card import USE_LIMITS, build_model_card, model_card_markdown
from models.registry import make_risk_model
from sim.scenario import Scenario

TRAINING = {"port": "world_trade_bridge", "period": "2019-01-07 to 2023-12-31", "positives": 120}


@pytest.fixture(scope="module")
def fitted(scenario: Scenario) -> FittedRisk:
    model = make_risk_model(scenario.risk)
    platt = Platt(intercept=-9.0, slope=0.5)
    return FittedRisk(name="rules", model=model, platt=platt, scale=np.arange(5.0))


@pytest.fixture(scope="module")
def judged() -> Evaluation:
    score = np.arange(1000.0)
    label = (np.arange(1000) % 10 == 0).astype(float)
    return evaluate(score, np.full(1000, 0.1), label, np.ones(1000), (0.036, 0.27))


def test_card_is_plain_json(fitted: FittedRisk, scenario: Scenario, judged: Evaluation) -> None:
    table = reliability_table(np.full(1000, 0.1), (np.arange(1000) % 10 == 0) * 1.0, np.ones(1000))
    record = build_model_card(fitted, scenario.risk, TRAINING, judged, table)
    assert json.loads(json.dumps(record, allow_nan=False))["training"] == TRAINING
    assert record["features"] == list(FEATURES)
    assert record["settings"] == scenario.risk.settings
    assert record["held_out"]["positives"] == 100


def test_text_names_period_features_limits_and_intervals(
    fitted: FittedRisk, scenario: Scenario, judged: Evaluation
) -> None:
    text = model_card_markdown(build_model_card(fitted, scenario.risk, TRAINING, judged))
    for part in (*USE_LIMITS, *FEATURES, TRAINING["period"], "positives: 120", "| 27.0% |", " to "):
        assert str(part) in text


def test_a_model_without_labels_says_that_it_learnt_nothing(fitted: FittedRisk, scenario: Scenario) -> None:
    record = build_model_card(fitted, scenario.risk, TRAINING)
    assert record["held_out"] is None
    assert "Nothing was learned" in model_card_markdown(record)
    assert "learns nothing" in record["labels"]
