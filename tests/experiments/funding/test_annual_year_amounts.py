"""Days -> a year: what is added, what is a ratio of sums, what is a percentile of all trucks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from experiments.funding.annual import ADDED, CLASSES, HOURS, N_MIN, DayTotals, percentile_min, year_amounts


def totals(trips: float, hours: float, minutes: int, kind: str = "weekday") -> DayTotals:
    """Return a day on which trips of every class come at 7 h, take equal hours and cross in equal minutes."""
    sums = dict.fromkeys(ADDED, 0.0) | {"exited": 4.0 * trips, "crossing_sum_min": minutes * trips}
    for name in CLASSES:
        sums |= {f"trips_{name}": trips, f"hours_{name}": hours, f"wanted_{name}": trips + 1.0}
    sums |= {f"{what}_{hour:02d}": trips for what in ("came", "waited") for hour in range(HOURS)}
    histogram = np.zeros(N_MIN)
    histogram[minutes] = 4.0 * trips
    by_hour = np.zeros((3, len(CLASSES), HOURS))
    by_hour[:, :, 7] = np.array([trips, hours, hours * hours / trips])[:, None]
    sums["presented_wanted"] = 0.5
    return DayTotals(kind, sums, by_hour, dict.fromkeys(("wait", "crossing", "free_flow"), histogram))


YEAR = [(200.0, totals(10.0, 20.0, 30)), (166.0, totals(5.0, 5.0, 10))]


def test_amounts_are_weighted_by_the_days_they_stand_for() -> None:
    found = year_amounts(YEAR)
    assert found["truck_h_loaded"] == pytest.approx(200.0 * 20.0 + 166.0 * 5.0)
    assert found["trips_fast"] == pytest.approx(200.0 * 10.0 + 166.0 * 5.0)
    assert found["elsewhere"] == pytest.approx(4.0 * 366.0)


def test_a_ratio_is_one_of_sums() -> None:
    trips = 4.0 * (200.0 * 10.0 + 166.0 * 5.0)
    minutes = 200.0 * 300.0 + 166.0 * 50.0
    assert year_amounts(YEAR)["crossing_mean_min"] == pytest.approx(minutes / trips)


def test_waits_by_hour_are_means_over_the_trucks_of_that_hour() -> None:
    assert year_amounts(YEAR)["wait_min_hour_07"] == pytest.approx(1.0)


def test_the_spread_is_that_within_an_hour_of_a_kind_of_day() -> None:
    """Weekdays differ, and nobody knows which is bad; a Saturday is known to be one, and so is the rush hour."""
    each = np.repeat([2.0, 1.0], [2000, 830])
    assert year_amounts(YEAR)["deviation_h_empty"] == pytest.approx(float(each.std()))
    known = [YEAR[0], (166.0, totals(5.0, 5.0, 10, "saturday"))]
    assert year_amounts(known)["deviation_h_empty"] == 0.0


def test_a_rush_hour_that_is_the_same_every_day_is_no_surprise() -> None:
    by_hour = np.zeros((3, len(CLASSES), HOURS))
    for hour, each in ((7, 3.0), (12, 1.0)):
        by_hour[:, :, hour] = np.array([10.0, 10.0 * each, 10.0 * each * each])[:, None]
    busy = dataclasses.replace(totals(20.0, 40.0, 30), by_hour=by_hour)
    assert year_amounts([(365.0, busy)])["deviation_h_loaded"] == 0.0


def test_percentiles_are_those_of_all_trucks_of_the_year() -> None:
    found = year_amounts(YEAR)
    assert 30.0 <= found["wait_p50_min"] <= 31.0
    assert 10.0 <= percentile_min(YEAR[1][1].histograms["wait"], 1.0) <= 11.0
    assert found["planning_time_index"] == pytest.approx(found["crossing_p95_min"] / found["free_flow_p50_min"])


def test_percentiles_of_whole_minutes_are_near_those_of_the_times() -> None:
    times = np.random.default_rng(1).gamma(2.0, 15.0, 20_000)
    histogram = np.bincount(times.astype(int), minlength=N_MIN).astype(float)
    for percent in (5.0, 50.0, 95.0):
        assert percentile_min(histogram, percent) == pytest.approx(float(np.percentile(times, percent)), abs=0.5)


def test_no_truck_has_no_percentile() -> None:
    assert np.isnan(percentile_min(np.zeros(N_MIN), 50.0))
