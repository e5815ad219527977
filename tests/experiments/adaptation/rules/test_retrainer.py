"""When a model is trained anew, on what, and when the alarm rings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.adaptation.request import build_campaign
from experiments.adaptation.rules.retrainer import ModelState, next_state, weighted_labels
from experiments.adaptation.rules.settings import RetrainingSettings
from models.calibration import Platt
from models.corrected import CorrectedRisk
from models.features import FEATURES
from models.fitted import Examples, FittedRisk
from models.registry import ConstantRisk

RECENT = np.random.default_rng(1).uniform(1.0, 2.0, (60, len(FEATURES))).astype(np.float32)


def _settings(**changed: object) -> RetrainingSettings:
    return replace(build_campaign(["replications=2"], "campaign").settings.retraining, **changed)  # type: ignore[arg-type]


def _start() -> ModelState:
    model = ConstantRisk(settings={"base_p_hit": 1e-3}).fit(RECENT)
    fitted = FittedRisk(name="logistic", model=model, platt=Platt(intercept=-6.0, slope=1.0), scale=np.zeros(2))
    return ModelState(model=CorrectedRisk.unchanged(fitted, RECENT))


def _week(week: int, positives: int) -> Examples:
    label = (np.arange(20) < positives).astype(np.float64)
    return Examples(raw=RECENT[:20], label=label, weight=np.ones(20), year=np.full(20, week), prior=0.0)


def _run(settings: RetrainingSettings, finds: list[int]) -> list[ModelState]:
    states = [_start()]
    for week, many in enumerate(finds):
        states.append(next_state(states[-1], _week(week, many), float(many), RECENT, settings))
    return states


def test_a_model_is_new_every_few_weeks_and_never_before_the_third() -> None:
    states = _run(_settings(every_weeks=1), [1, 1, 0, 2])
    assert [state.trained_week for state in states] == [0, 0, 2, 3, 4]
    states = _run(_settings(every_weeks=3), [1] * 7)
    assert [state.trained_week for state in states] == [0, 0, 0, 3, 3, 3, 6, 6]
    assert [state.positives for state in states] == [0, 0, 0, 3, 3, 3, 6, 6]


def test_a_model_of_a_week_is_that_of_a_campaign_cut_there() -> None:
    """No label of the future: what comes later does not change what was trained before it."""
    whole, cut = _run(_settings(every_weeks=2), [2, 1, 0, 3, 5, 9]), _run(_settings(every_weeks=2), [2, 1, 0, 3])
    assert np.array_equal(whole[4].model.coefficients, cut[4].model.coefficients)
    assert np.array_equal(whole[4].model.scale, cut[4].model.scale)
    assert whole[4].model.coefficients.any()


def test_labels_beyond_the_window_are_left_out() -> None:
    assert _run(_settings(every_weeks=2, window_weeks=2), [3, 3, 1, 1])[4].positives == 2


def test_the_alarm_rings_where_finds_stay_away_and_trains_at_once() -> None:
    settings = _settings(
        every_weeks=50, detector="poisson_cusum", alarm_finds_per_week=1.0, alarm_limit=3.0, alarm_window_weeks=2
    )
    states = _run(settings, [2, 2, 2, 0, 0, 0, 0])
    assert [state.alarm for state in states] == [False] * 6 + [True, False]
    assert states[6].trained_week == 6
    assert states[6].learned_from == 4
    assert not any(state.alarm for state in _run(settings, [1] * 7))


def test_old_labels_weigh_less() -> None:
    weights = weighted_labels([_week(0, 1), _week(1, 1), _week(2, 1)], 0.5).weight.reshape(3, 20)[:, 0]
    assert weights.tolist() == pytest.approx([0.25, 0.5, 1.0])
