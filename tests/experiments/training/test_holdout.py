"""Figures of trained models on weeks after their past, with intervals that mean what they say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from examples import examples, risk

from experiments.training import holdout, simulated_history
from experiments.training.past_practice import history_weeks, port_before_change
from models.evaluate import auc, evaluate_at_capacity
from models.fitted import FittedRisk
from models.registry import make_risk_model
from sim.scenario import Scenario


@pytest.fixture(scope="module")
def past(make_scenario: Callable[..., Scenario]) -> Scenario:
    scenario = make_scenario("traffic.volume_scale=0.1", "risk=logistic")
    return port_before_change(scenario.risk, scenario)


@pytest.fixture(scope="module")
def after(past: Scenario) -> holdout.HoldoutTrucks:
    return holdout.draw_holdout(past)


def test_no_truck_of_the_past_is_judged(past: Scenario, after: holdout.HoldoutTrucks) -> None:
    last = simulated_history.week_window(past.risk, history_weeks(past.risk) - 1).dates()[-1]
    first = simulated_history.week_window(past.risk, history_weeks(past.risk)).dates()[0]
    assert first > last
    assert sorted(set(after.week)) == list(holdout.WEEKS)
    assert len(after.raw) == len(after.p_carrying) == len(after.week)


def test_figures_are_those_of_the_evaluation(after: holdout.HoldoutTrucks) -> None:
    score = np.random.default_rng(1).random(len(after.week))
    found = holdout.holdout_measures(score, after)
    assert found[0] == auc(score, after.p_carrying)
    for share, value in zip(holdout.SHARES, found[1:], strict=True):
        assert value == evaluate_at_capacity(score, after.p_carrying, share).detection_rate


def test_each_past_has_its_own_seed_and_the_same_trucks(after: holdout.HoldoutTrucks) -> None:
    one = examples()
    found = holdout.judge_pasts([(risk("boosted"), one)] * 2, one.raw, after)
    assert found.values.shape == (2, len(holdout.FIGURES))
    assert (found.values[0] != found.values[1]).any()
    again = holdout.judge_pasts([(risk("boosted"), one)] * 2, one.raw, after)
    np.testing.assert_array_equal(found.values, again.values)
    logistic = holdout.judge_pasts([(risk("logistic"), one)] * 2, one.raw, after)
    np.testing.assert_array_equal(logistic.values[0], logistic.values[1])


def test_intervals_cover_as_often_as_they_say() -> None:
    """Weeks differ with sd 3, pasts with sd 2, around a truth of 10."""
    rng, covered = np.random.default_rng(1), 0
    n_weeks, n = len(holdout.WEEKS), 9
    for _ in range(600):
        weeks, pasts = rng.normal(10.0, 3.0, n_weeks), rng.normal(0.0, 2.0, n)
        values = np.repeat((weeks.mean() + pasts)[:, None], len(holdout.FIGURES), axis=1)
        left_out = (weeks.sum() - weeks) / (n_weeks - 1) + pasts.mean()
        one = holdout.HoldoutScores(
            values=values, leave_one_out=np.repeat(left_out[:, None], len(holdout.FIGURES), axis=1)
        )
        half = holdout.mean_half_widths(one)[0]
        covered += abs(values[:, 0].mean() - 10.0) <= half
    assert 0.93 <= covered / 600 <= 0.99


def test_the_table_fits_the_screen(after: holdout.HoldoutTrucks) -> None:
    one = holdout.HoldoutScores(values=np.full((3, 5), 0.5), leave_one_out=np.full((9, 5), 0.5))
    other = holdout.HoldoutScores(values=np.full((3, 5), 0.6), leave_one_out=np.full((9, 5), 0.6))
    lines = holdout.label_comparison_lines(one, other, after)
    assert len(lines) == 1 + len(holdout.FIGURES)
    assert all("0.100 ±0.000" in line for line in lines[1:])


def test_reasons_are_of_the_riskiest_trucks(past: Scenario) -> None:
    sample = simulated_history.draw_feature_sample(past)
    fitted = FittedRisk.without_labels("rules", make_risk_model(risk("rules")), sample)
    lines = holdout.score_reasons(fitted, past, sample, 3)
    told = [line for line in lines if line.startswith("  truck ")]
    assert len(told) == 3
    assert all("(+" in line for line in told)
