"""The simulated past: only opened trucks have labels, and nothing hidden is handed on."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from experiments.execution.parallel import results
from experiments.training import simulated_history
from experiments.training.common_past import FeatureGrid
from experiments.training.past_practice import history_weeks, port_before_change
from models.features import feature_matrix, visible_part
from models.fitted import FittedRisk
from models.registry import make_risk_model
from sim.errors import ModelError
from sim.replication import draw_window_trucks, make_plan, past_window
from sim.scenario import Scenario, replace_parts
from sim.setting.window import EVALUATION, HISTORY, PAST
from sim.tables import visible_columns

BESIDE = {"label", "weight", "year", "ordered", "stands_for"}
PREVALENCE = 0.006


@pytest.fixture(scope="module")
def past(make_scenario: Callable[..., Scenario]) -> Scenario:
    scenario = make_scenario(f"threat.prevalence_per_truck={PREVALENCE}", "traffic.volume_scale=0.1", "risk=boosted")
    return port_before_change(scenario.risk, scenario)


@pytest.fixture(scope="module")
def rules(past: Scenario) -> FittedRisk:
    return FittedRisk.without_labels("rules", make_risk_model(past.risk), simulated_history.draw_feature_sample(past))


@pytest.fixture(scope="module")
def grid(past: Scenario) -> FeatureGrid:
    return FeatureGrid.of(simulated_history.draw_feature_sample(past))


@pytest.fixture(scope="module")
def quarter(past: Scenario, rules: FittedRisk, grid: FeatureGrid) -> simulated_history.HistoryPart:
    return simulated_history.draw_quarter(past, rules, "opened", grid, range(13))


@pytest.fixture(scope="module")
def known(past: Scenario) -> simulated_history.SimulatedHistory:
    return simulated_history.draw_history(past, "opened", 1)


def test_the_past_is_todays_practice_whatever_is_under_study(make_scenario: Callable[..., Scenario]) -> None:
    one = make_scenario("risk=boosted")
    other = make_scenario("risk=boosted", "policy=scan_everything", "staffing=april_2019", "scanner.portal.units=9")
    past = port_before_change(one.risk, one)
    assert past == port_before_change(other.risk, other)
    assert (past.policy.name, past.risk.name) == ("todays_practice", "rules")


def test_history_shares_no_chance_and_no_truck_with_what_is_evaluated(past: Scenario) -> None:
    windows = [simulated_history.week_window(past.risk, w) for w in range(history_weeks(past.risk))]
    assert len({window.spawn_key() for window in windows}) == len(windows) >= 260
    assert {window.epoch for window in windows} == {HISTORY}
    assert HISTORY not in (EVALUATION, PAST)
    dates = [day for window in windows for day in window.dates()]
    assert len(set(dates)) == len(dates)
    same_week = dataclasses.replace(windows[3], epoch=EVALUATION)
    a, b = draw_window_trucks(past, windows[3]), draw_window_trucks(past, same_week)
    assert not np.isin(a["arrive_min"], b["arrive_min"]).any()


def test_rows_hold_visible_columns_and_labels_only(quarter: simulated_history.HistoryPart) -> None:
    assert set(quarter.frame.columns) == set(visible_columns()) | BESIDE


def test_only_opened_trucks_have_labels(quarter: simulated_history.HistoryPart) -> None:
    frame, came = quarter.frame, quarter.trucks
    assert 0.005 < len(frame) / came < 0.05
    assert set(frame["label"]) == {0.0, 1.0}
    assert frame.loc[frame["ordered"], "laden"].all()
    assert 0 < frame["label"].sum() < PREVALENCE * came


def test_a_week_is_a_function_of_its_number(
    past: Scenario, rules: FittedRisk, grid: FeatureGrid, quarter: simulated_history.HistoryPart
) -> None:
    days = draw_window_trucks(past, past_window(simulated_history.week_window(past.risk, 0)))
    plan = make_plan(past, days, rules.score(visible_part(days)))
    week = simulated_history.draw_opened_week(past, rules, plan, 0, grid)
    same = quarter.frame.head(len(week.frame)).drop(columns="year")
    pd.testing.assert_frame_equal(week.frame.reset_index(drop=True), same)
    assert week.trucks < quarter.trucks


def test_the_number_of_processes_changes_nothing(past: Scenario, rules: FittedRisk, grid: FeatureGrid) -> None:
    pieces = [range(0, 2), range(2, 4), range(4, 5)]
    draw = functools.partial(simulated_history.draw_quarter, past, rules, "opened", grid)
    one, two = (list(results(draw, pieces, n)) for n in (1, 2))
    for part, again in zip(one, two, strict=True):
        pd.testing.assert_frame_equal(part.frame, again.frame)
        pd.testing.assert_frame_equal(part.inspected, again.inspected)
        assert (part.trucks, part.sent, part.opened) == (again.trucks, again.sent, again.opened)


def test_history_is_made_of_its_quarters(
    known: simulated_history.SimulatedHistory, quarter: simulated_history.HistoryPart
) -> None:
    pd.testing.assert_frame_equal(known.frame.head(len(quarter.frame)), quarter.frame)


def test_every_week_is_there(past: Scenario, known: simulated_history.SimulatedHistory) -> None:
    assert sorted(known.frame["year"].unique()) == [0, 1, 2, 3, 4]
    months = known.frame.groupby("year")["month"].nunique()
    assert (months >= 11).all()
    assert known.trucks > 260 * 2000


def test_prior_finds_the_share_that_opening_would_yield(
    past: Scenario, known: simulated_history.SimulatedHistory
) -> None:
    # An exam finds 0.8 to 0.95 of the loads; each seizure stands for several, with Poisson scatter.
    standing = known.frame["label"] * known.frame["stands_for"]
    half_width = 1.96 * np.sqrt((standing**2).sum()) / known.trucks
    low, high = 0.75 * PREVALENCE, 0.98 * PREVALENCE
    assert known.prior + half_width > low
    assert known.prior - half_width < high
    assert half_width < 0.2 * PREVALENCE


def test_a_seizure_stands_for_what_was_not_scanned() -> None:
    scores, scanned = np.array([0.9, 0.1, 0.1, 0.1, 0.1]), np.array([1.0, 1.0, 0.0, 0.0, 0.0])
    worth = simulated_history.inverse_alarm_weight(simulated_history.scanned_share_alike(scores, scanned), 0.5)
    np.testing.assert_allclose(worth, [2.0, 8.0, 8.0, 8.0, 8.0])


def test_examples_leave_ordered_exams_out_and_keep_the_weight(known: simulated_history.SimulatedHistory) -> None:
    examples, frame = known.examples(), known.frame[~known.frame["ordered"]]
    assert examples.label.sum() == frame["label"].sum()
    assert examples.weight.sum() == pytest.approx(len(frame), abs=simulated_history.LEARN_EVERY_CLEAN)
    assert examples.raw.shape[0] == len(examples.year) == len(examples.weight)


def test_oracle_weights_undo_the_sampling(past: Scenario) -> None:
    week = simulated_history.draw_oracle_week(past, 7)
    frame, came = week.frame, week.trucks
    manifest = draw_window_trucks(past, simulated_history.week_window(past.risk, 7))
    assert frame["label"].sum() == manifest["true_carrying"].sum() > 0
    assert frame["weight"].sum() == pytest.approx(came, abs=simulated_history.ORACLE_EVERY_CLEAN)
    assert set(frame.columns) == set(visible_columns()) | BESIDE - {"year"}


def test_sample_is_like_all_trucks(past: Scenario, rules: FittedRisk) -> None:
    week = feature_matrix(visible_part(draw_window_trucks(past, simulated_history.week_window(past.risk, 101))))
    sample = simulated_history.draw_feature_sample(past)
    gap = sample[:, 2].mean() - week[:, 2].mean()
    assert abs(gap) < 4 * np.sqrt(0.25 / len(week) + 0.25 / len(sample))
    scores = rules.score(draw_window_trucks(past, simulated_history.week_window(past.risk, 101)))
    assert scores["risk_score"].mean() == pytest.approx(0.5, abs=0.03)


def test_no_traffic_and_no_seizure_are_said(make_scenario: Callable[..., Scenario]) -> None:
    nobody = make_scenario("traffic=flat", "traffic.trucks_per_h=0", "risk=boosted")
    with pytest.raises(ModelError, match="not one truck came"):
        simulated_history.draw_feature_sample(port_before_change(nobody.risk, nobody))
    empty = pd.DataFrame({"label": [0.0], "ordered": [False], "weight": [1.0], "stands_for": [0.0]})
    with pytest.raises(ModelError, match="no seizure in the simulated past"):
        simulated_history.SimulatedHistory(frame=empty, trucks=10).examples()


def test_progress_counts_every_week(past: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    blank = pd.DataFrame({"label": [0.0]})
    monkeypatch.setattr(
        simulated_history, "draw_quarter", lambda *_: simulated_history.HistoryPart(blank, 1, None, 0, 0)
    )
    told: list[tuple[int, int]] = []
    simulated_history.draw_history(past, "oracle", 1, lambda *step: told.append(step))
    assert told[-1] == (260, 260)
    assert len(told) == 20


def test_other_seeds_are_other_years(past: Scenario) -> None:
    other = replace_parts(past, risk=dataclasses.replace(past.risk, history_seed=5))
    a = draw_window_trucks(past, simulated_history.week_window(past.risk, 0))
    b = draw_window_trucks(other, simulated_history.week_window(other.risk, 0))
    assert not np.isin(a["arrive_min"], b["arrive_min"]).any()
