"""Weeks of a campaign: week 0 is the week of ``compare``, and later weeks are the same for all alternatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ports import FlatScorer

from experiments.adaptation.adversary import REACTIONS, Reaction
from experiments.adaptation.attempts import AttemptSettings, play_weeks
from experiments.adaptation.campaign_weeks import CampaignWeeks, PortWeek, campaign_window
from experiments.adaptation.options import Options
from experiments.execution.replicate import ProcessCache, run_replication
from experiments.study.study import Study, build_study
from sim.replication import Replication
from sim.shared_draws import risk_key

WEEKS = 4


@pytest.fixture(scope="module")
def study() -> Study:
    whole = build_study(["port=pharr", "replications=2", "days=1", "processes=1", "robustness.draws=0"], "compare")
    few = dict(list(whole.alternatives.items())[:3])
    return replace(whole, alternatives=few)


def _scorers(study: Study) -> dict[str, FlatScorer]:
    return {risk_key(scenario): FlatScorer() for scenario in study.alternatives.values()}


@pytest.fixture(scope="module")
def weeks(study: Study) -> list[dict[str, PortWeek]]:
    options = Options(("front", "day_part", "concealment"))
    port = CampaignWeeks(study, _scorers(study), ProcessCache(), 1, options)
    return [port.run_next() for _ in range(WEEKS)]


def test_week_0_has_the_metrics_of_compare_to_the_last_bit(study: Study, weeks: list[dict[str, PortWeek]]) -> None:
    rows = run_replication(study, _scorers(study), ProcessCache(), 1, Replication.run_metrics).rows
    for row in rows:
        metrics = weeks[0][str(row["alternative"])].metrics
        expected = {name: value for name, value in row.items() if name not in ("alternative", "replication")}
        assert list(metrics) == list(expected)
        assert np.array_equal(list(metrics.values()), list(expected.values()), equal_nan=True)  # type: ignore[arg-type]


def test_weeks_follow_each_other_on_the_calendar_and_differ_in_chance(study: Study) -> None:
    windows = [campaign_window(study, 1, week) for week in range(3)]
    assert [window.start_date for window in windows] == ["2024-05-13", "2024-05-20", "2024-05-27"]
    assert len({window.epoch for window in windows}) == 3


def test_all_alternatives_meet_the_same_trucks_in_every_week(weeks: list[dict[str, PortWeek]]) -> None:
    for week in weeks:
        assert len({port.metrics["trucks"] for port in week.values()}) == 1
    assert len({next(iter(week.values())).metrics["trucks"] for week in weeks}) > 1


@pytest.mark.parametrize("name", list(REACTIONS))
def test_every_adversary_begins_with_the_detection_of_compare(
    study: Study, weeks: list[dict[str, PortWeek]], name: str
) -> None:
    reaction = Reaction(
        reaction_per_detection=10.0,
        reconsider_share=0.15,
        memory_share=0.95,
        prior_loads=20.0,
        organizations=3,
        outside_share=0.2,
        switching_cost=0.0,
    )
    for alternative in study.alternatives:
        series = [(campaign_window(study, 1, number), week[alternative].prices) for number, week in enumerate(weeks)]
        base = weeks[0][study.baseline].prices
        played = list(play_weeks(series, base, AttemptSettings(name=name, reaction=reaction)))  # type: ignore[arg-type]
        metrics = weeks[0][alternative].metrics
        assert played[0].detection_rate == pytest.approx(metrics["detection_expected"], rel=1e-9)
        assert played[0].loads.sum() == pytest.approx(metrics["expected_weight"], rel=1e-9)
