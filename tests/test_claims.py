"""What the product claims of World Trade Bridge, held by the product's own steps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from experiments.comparison import metric_sample
from experiments.execution.replicate import replicate
from experiments.execution.tuning import match_to_baseline
from experiments.intervals import paired_difference
from experiments.study.study import Study, build_study
from experiments.training.find_or_train import train_all

RIVALS = ("random_27", "constant_27", "rules_27", "boosted_27")
DETECTION = "detection_expected"


def realised(metrics: pd.DataFrame) -> dict[str, float]:
    """Return each alternative's scanned trucks over trucks, a ratio of sums."""
    sums = metrics.groupby("alternative")[["n_scanned", "exited"]].sum()
    return {str(name): float(row.n_scanned / row.exited) for name, row in sums.iterrows()}


@pytest.fixture(scope="module")
def strategies() -> tuple[Study, pd.DataFrame, dict[str, float]]:
    """Four ways to pick the same share of trucks, and today's practice, at equal realised share."""
    asked = build_study(["experiment=risk_models", "replications=10", "baseline=random_27"], "compare")
    few = {name: asked.alternatives[name] for name in (*RIVALS, "todays_practice")}
    asked = dataclasses.replace(asked, alternatives=few)
    scorers = train_all(asked, Console(quiet=True))
    as_asked = replicate(asked, scorers).metrics
    return asked, match_to_baseline(asked, scorers, as_asked)["scan_rate"].metrics, realised(as_asked)


def gap(metrics: pd.DataFrame, one: str, other: str) -> tuple[float, float]:
    """Return the paired 95% interval of the difference in expected detection."""
    of = dict(iter(metrics.groupby("alternative")))
    found = paired_difference(metric_sample(of[one], DETECTION, None), metric_sample(of[other], DETECTION, None))
    return found.low, found.high


def test_shares_are_equal_within_half_a_point(strategies: tuple[Study, pd.DataFrame, dict[str, float]]) -> None:
    shares = realised(strategies[1])
    assert all(abs(shares[name] - shares["random_27"]) < 0.005 for name in RIVALS)


def test_boosted_beats_rules_beats_random_and_constant_is_random(
    strategies: tuple[Study, pd.DataFrame, dict[str, float]],
) -> None:
    metrics = strategies[1]
    assert gap(metrics, "boosted_27", "rules_27")[0] > 0.0
    assert gap(metrics, "rules_27", "random_27")[0] > 0.0
    low, high = gap(metrics, "constant_27", "random_27")
    assert low < 0.0 < high or max(abs(low), abs(high)) < 0.002


def test_todays_practice_scans_and_finds_what_is_published(
    strategies: tuple[Study, pd.DataFrame, dict[str, float]],
) -> None:
    _, metrics, as_asked = strategies
    assert 0.24 < as_asked["todays_practice"] < 0.30
    today = metrics[metrics["alternative"] == "todays_practice"]
    assert 0.7 < today["seized_expected_per_100k"].mean() < 2.0
    assert 2.0 < today["crossing_p95_over_mean"].mean() < 3.2


def test_a_weekday_clears_eight_thousand_and_april_2019_five() -> None:
    # a usual day: the mean factor of ten days is 4% off
    usual = ("replications=10", "port.volume.day_factor=null")
    asked = build_study(["experiment=april_2019", *usual], "compare")
    normal = build_study([*usual, "days=1", "policy=todays_practice"], "run")
    scorers = train_all(asked, Console(quiet=True))
    whole = replicate(normal, scorers).metrics
    few = replicate(asked, scorers).metrics
    few = few[few["alternative"] == "april_2019"]
    assert 7600 < whole["exited"].mean() < 8400
    assert 4500 < few["exited"].mean() < 5500
    assert np.allclose(few["exited"] + few["still_inside"], few["trucks"])
    assert few["still_inside"].mean() > 2000


def test_the_years_mean_wait_is_near_the_published_half_hour() -> None:
    asked = build_study(["calendar=year", "replications=12"], "run")
    rows = replicate(asked, train_all(asked, Console(quiet=True))).metrics
    mean = rows["wait_sum_min"].sum() / rows["n_waits"].sum()
    assert 15.0 < mean < 45.0
