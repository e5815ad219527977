from __future__ import annotations

import numpy as np
import pytest

from sim.results import profiles
from sim.results.profiles import BIN_MIN, N_BINS, collect_profiles
from tests import ledgers


def test_the_queue_is_sampled_at_slot_middles_by_weekday_and_class() -> None:
    paths = [ledgers.at_primary(0.0, 20.0, 1.0), ledgers.at_primary(1441.0, 1449.0, 1.0)]
    table = ledgers.ledger([0.0, 1441.0], paths, [21.0, 1450.0])
    table["lane_class"] = [0, 1]
    found = collect_profiles(table, ledgers.window(2))
    assert found["queue_sum"].sum() == 2.0
    assert found["queue_sum"][0, 0, 0] == 1.0  # Monday 00:07:30; at 00:22:30 it is served
    assert found["queue_sum"][1, 0, 1] == 1.0  # Tuesday 00:07:30, FAST
    assert found["queue_days"].tolist() == [1, 1, 0, 0, 0, 0, 0]


def test_the_unserved_wait_to_the_end_and_are_in_no_histogram() -> None:
    table = ledgers.ledger([1380.0], [{}], [np.nan])
    found = collect_profiles(table, ledgers.window())
    assert found["queue_sum"][0, :, 0].sum() == 4.0
    assert found["wait_count"].sum() == 0.0


def test_bins_of_wait_by_kind_of_day_and_hour_of_arrival() -> None:
    saturday = 5 * 1440.0
    arrivals = [0.0, 1.0, 540.0, 545.0, saturday + 60.0, 550.0]
    waits = [0.0, 1.99, 479.9, 480.0, 2.0, np.nan]
    paths = [
        ledgers.at_primary(at, at + wait, 0.001) if np.isfinite(wait) else {}
        for at, wait in zip(arrivals, waits, strict=True)
    ]
    ends = [at + wait + 1.0 for at, wait in zip(arrivals, waits, strict=True)]
    found = collect_profiles(ledgers.ledger(arrivals, paths, ends), ledgers.window(7))["wait_count"]
    assert found.sum() == 5.0
    assert (found[0, 0, 0], found[0, 9, N_BINS - 1], found[0, 9, N_BINS], found[1, 1, 1]) == (2.0, 1.0, 1.0, 1.0)


def test_histogram_mean_is_the_mean_wait_within_a_bin() -> None:
    _, table = ledgers.tandem(5000)
    counts = collect_profiles(table, ledgers.window(7))["wait_count"].sum(axis=(0, 1))
    middles = BIN_MIN * (np.arange(N_BINS + 1) + 0.5)
    wait = (table["primary_start_min"] - table["arrive_min"]).mean()
    assert (counts * middles).sum() / counts.sum() == pytest.approx(wait, abs=BIN_MIN / 2)


def test_percentiles_by_hour_are_those_of_the_waits_within_a_bin() -> None:
    _, table = ledgers.tandem(5000)
    shares = (0.05, 0.25, 0.5, 0.75, 0.95)
    found = profiles.wait_percentiles(collect_profiles(table, ledgers.window(5)), shares)
    wait = (table["primary_start_min"] - table["arrive_min"]).to_numpy()
    hour = (table["arrive_min"].to_numpy() / 60.0).astype(int) % 24
    for at in range(24):
        np.testing.assert_allclose(found[:, at], np.quantile(wait[hour == at], shares), atol=BIN_MIN)


def test_a_run_of_a_weekend_alone_has_percentiles_too() -> None:
    counts = np.zeros((2, 24, N_BINS + 1))
    counts[1, 9, 5] = 4.0
    found = profiles.wait_percentiles({"wait_count": counts}, (0.0, 0.5))
    assert found[:, 9].tolist() == [10.0, 11.0]
    assert np.isnan(found[:, 8]).all()


def test_sampled_queue_obeys_littles_law() -> None:
    """Mean queue = arrival rate x mean wait, up to the sampling of a path every 15 minutes."""
    _, table = ledgers.tandem(60 * 24 * 28, work_min=0.8)
    window = ledgers.window(28)
    table = table[table["arrive_min"] < window.horizon_min]
    found = collect_profiles(table, window)
    queue = found["queue_sum"].sum() / (found["queue_days"].sum() * profiles.N_SLOTS)
    wait = (table["primary_start_min"] - table["arrive_min"]).to_numpy()
    expected = wait.sum() / window.horizon_min
    daily = found["queue_sum"].sum(axis=(1, 2)) / found["queue_days"] / profiles.N_SLOTS
    half_width = 2.45 * daily.std(ddof=1) / np.sqrt(7)
    assert queue == pytest.approx(expected, abs=half_width)


def test_profiles_add_over_replications() -> None:
    _, table = ledgers.tandem(1000)
    one = collect_profiles(table, ledgers.window())
    twice = profiles.add_profiles(profiles.add_profiles({}, one), one)
    for name, values in one.items():
        np.testing.assert_array_equal(twice[name], 2 * values)
    np.testing.assert_array_equal(profiles.mean_queue(twice, (0,)), profiles.mean_queue(one, (0,)))
    halves = (0.25, 0.5)
    np.testing.assert_array_equal(profiles.wait_percentiles(twice, halves), profiles.wait_percentiles(one, halves))


def test_a_day_that_never_came_is_nan() -> None:
    one = collect_profiles(ledgers.ledger([0.0], [{}], [np.nan]), ledgers.window())
    assert np.isnan(profiles.mean_queue(one, (5, 6))).all()
    assert np.isnan(profiles.wait_percentiles(one, (0.5,))).all()
