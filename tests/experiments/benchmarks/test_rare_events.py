"""Rare threats: probes against counts and against real loads, whatever state a policy keeps."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest
from ports import FlatScorer

from experiments.benchmarks.rare_events import ScoredWeek, compare_with_loads, detection_variances, jackknife_variance
from experiments.study.study import compose_scenario
from sim.replication import Replication, make_plan, past_window
from sim.scenario import Scenario
from sim.setting.window import EVALUATION, Window
from sim.trucks.manifest import draw_manifest

RARE = "threat.prevalence_per_truck=0.0001"
SCREENING = (
    "port=screening_lanes",
    "scanner=screening_lanes",
    "threat=even",
    "traffic=flat",
    "traffic.trucks_per_h=3600.0",
    "policy=ticketed",
)
SMALL_YARDS = (
    "port.dock.servers=5",
    "port.dock.when_full=suspend",
    "port.dock.room_trucks=0",
    "port.secondary.servers=2",
    "port.secondary.when_full=suspend",
    "port.secondary.room_trucks=1",
)
FULL_AFTER_A_SCAN = (
    "policy=todays_practice",
    "port.officer_referral_carrying_share=0.7",
    "port.officer_referral_share=0.02",
    "port.secondary.servers=20",
    *SMALL_YARDS[:3],
)
"""Referrals fill the docks while their trucks are being scanned, which no probe can know."""


def weeks_of(scenario: Scenario, seed: int, n: int, days: int = 1) -> list[ScoredWeek]:
    """Return ``n`` replications with a risk model that knows nothing."""
    scorer = FlatScorer()

    def window(replication: int) -> Window:
        return Window(seed=seed, epoch=EVALUATION, replication=replication, start_date="2024-05-13", days=days)

    before = draw_manifest(scenario, past_window(window(0)))
    plan = make_plan(scenario, before, scorer.score(before))
    manifests = [draw_manifest(scenario, window(r)) for r in range(n)]
    return [ScoredWeek(window(r), manifest, scorer.score(manifest), plan) for r, manifest in enumerate(manifests)]


def metrics_of(scenario: Scenario, weeks: list[ScoredWeek]) -> pd.DataFrame:
    runs = [Replication(scenario, w.window, w.manifest, w.scores, w.plan).run_metrics() for w in weeks]
    return pd.DataFrame([run.metrics for run in runs])


@functools.cache
def some_days(seed: int) -> pd.DataFrame:
    scenario = compose_scenario([RARE])
    return metrics_of(scenario, weeks_of(scenario, seed, 16))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_probes_are_worth_fifty_times_as_long_a_run(seed: int) -> None:
    """Of the same days: the rate and the number of seizures, by probes and by counting."""
    rows = some_days(seed)
    assert 3 <= rows["n_carrying"].sum() <= 30  # one truck in 10,000
    assert detection_variances(rows)["times"] > 50.0
    assert rows["n_seized"].var() > 50.0 * rows["expected_caught"].var()


def test_counting_means_the_same_at_one_in_ten_thousand() -> None:
    """Forty-eight days hold some forty loads: a wide interval, but around the same."""
    rows = pd.concat([some_days(seed) for seed in (1, 2, 3)])
    found = detection_variances(rows)
    assert abs(found["counted"] - found["expected"]) <= 3.0 * found["counted_se"]
    gap = rows["n_carrying"].sum() - rows["expected_weight"].sum()
    assert abs(gap) <= 3.5 * np.sqrt(rows["expected_weight"].sum())


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    "overrides",
    [
        ("policy=todays_practice",),
        ("policy=queue_aware",),
        ("policy=scan_budget",),
        ("policy=skip_lot",),
        ("policy=sensor_tree",),
        ("policy=skip_lot", *SMALL_YARDS),
        ("policy=queue_aware", *SMALL_YARDS),
        SCREENING,
    ],
    ids=lambda overrides: overrides[-1] if len(overrides) < 3 else overrides[0] + ", other port",
)
def test_real_loads_fare_as_the_probes_say(overrides: tuple[str, ...], seed: int) -> None:
    """Loads put on board change queues, budgets and lists; the probes never saw them."""
    scenario = compose_scenario([RARE, *overrides])
    days = 2 if "port=screening_lanes" not in overrides else 1
    held = compare_with_loads(scenario, weeks_of(scenario, seed, 4, days), 300, seed)
    assert held.loads > 1000
    # twenty-four cases: 3.2 standard errors, so that all hold at once in 97 runs of 100
    assert abs(held.difference) <= 3.2 / 1.96 * held.half_width + held.bound
    if not {"policy=skip_lot", *SMALL_YARDS} & set(overrides):
        assert held.bound < 0.01


@pytest.mark.slow
def test_the_bound_holds_where_probes_are_wrong() -> None:
    """Docks that fill while a load is being scanned: out by far more than chance, as foreseen."""
    scenario = compose_scenario([RARE, *FULL_AFTER_A_SCAN])
    held = compare_with_loads(scenario, weeks_of(scenario, 1, 4, 2), 300)
    assert held.difference < -2.0 * held.half_width
    assert abs(held.difference) <= held.half_width + held.bound
    assert held.bound < held.detection
    assert abs(held.difference) <= held.half_width + held.bound


@pytest.mark.slow
def test_unbiased_where_brute_force_needs_no_help() -> None:
    """One truck in a hundred carries: thousands of loads, seized and counted as they come."""
    scenario = compose_scenario(["threat.prevalence_per_truck=0.01"])
    rows = metrics_of(scenario, weeks_of(scenario, 2, 12, 3))
    assert rows["n_carrying"].sum() > 1500
    gap = rows["n_seized"].sum() - rows["expected_caught"].sum()
    assert abs(gap) <= 3.0 * np.sqrt(rows["n_seized"].sum()) + rows["expected_doubt"].sum()


def test_the_jackknife_of_equal_denominators_is_the_variance_of_a_mean() -> None:
    values = np.array([1.0, 4.0, 2.0, 9.0])
    assert jackknife_variance(values, np.ones(4)) == pytest.approx(values.var(ddof=1) / 4.0)
