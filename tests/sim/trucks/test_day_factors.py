"""A day's factor: mean one, spread and correlation by theory, and the same days for all alternatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim.replication import draw_window_trucks, past_window
from sim.scenario import Scenario
from sim.setting.demand import DayFactor
from sim.setting.window import EVALUATION, Window
from sim.trucks.arrivals import draw_arrivals, rates_per_h
from sim.trucks.day_factors import draw_day_factors

Make = Callable[..., Scenario]
LN_SD, CORRELATION = 0.3, 0.6
FACTOR = f"port.volume.day_factor={{ln_sd: {LN_SD}, correlation: {CORRELATION}}}"
BUSY = ("port=bare", FACTOR)
DAYS, REPLICATIONS = 14, 200


def window_of(replication: int = 0, start_date: str = "2024-05-13", days: int = DAYS) -> Window:
    return Window(seed=1, epoch=EVALUATION, replication=replication, start_date=start_date, days=days)


def counts_by_day(scenario: Scenario, window: Window) -> np.ndarray:
    times, _ = draw_arrivals(scenario, window)
    return np.bincount((times // 1440.0).astype(np.int64), minlength=window.days)


def assert_mean(of_replications: np.ndarray, expected: float) -> None:
    """Hold the mean of independent replications to theory within four of its own standard errors."""
    error = of_replications.std(ddof=1) / math.sqrt(of_replications.size)
    assert abs(of_replications.mean() - expected) < 4.0 * error, (of_replications.mean(), expected, error)


def test_days_have_the_mean_the_spread_and_the_correlation_of_theory(make_scenario: Make) -> None:
    """Counts of a Poisson stream with a lognormal factor: Cov = m^2 (exp(r^k s^2) - 1), plus m at lag 0."""
    scenario = make_scenario(*BUSY)
    mean = float(rates_per_h(scenario, window_of(days=1)).sum())
    assert mean == pytest.approx(2_000.0)
    counts = np.array([counts_by_day(scenario, window_of(replication)) for replication in range(REPLICATIONS)])
    assert_mean(counts.mean(axis=1), mean)
    around = counts - mean
    for lag in range(4):
        theory = mean**2 * math.expm1(CORRELATION**lag * LN_SD**2) + (mean if lag == 0 else 0.0)
        assert_mean((around[:, : DAYS - lag] * around[:, lag:]).mean(axis=1), theory)


def test_every_day_of_a_window_is_as_spread_as_its_first() -> None:
    factor = DayFactor(ln_sd=LN_SD, correlation=0.9)
    ln = np.log([draw_day_factors(factor, window_of(replication, days=3)) for replication in range(4_000)])
    assert ln.mean(axis=0) == pytest.approx([-0.5 * LN_SD**2] * 3, abs=4.0 * LN_SD / math.sqrt(4_000))
    assert ln.std(axis=0) == pytest.approx([LN_SD] * 3, rel=4.0 / math.sqrt(2 * 4_000))


def test_within_its_days_the_stream_is_poisson(make_scenario: Make) -> None:
    scenario = make_scenario(*BUSY)
    factor = scenario.port.volume.day_factor
    assert factor is not None
    dispersion = []
    for replication in range(40):
        window = window_of(replication)
        expected = rates_per_h(scenario, window) * np.repeat(draw_day_factors(factor, window), 24)
        times, _ = draw_arrivals(scenario, window)
        counts = np.bincount((times // 60.0).astype(np.int64), minlength=expected.size)
        dispersion.append(float(((counts - expected) ** 2 / expected).mean()))
    assert_mean(np.array(dispersion), 1.0)


def test_all_alternatives_meet_the_same_days(make_scenario: Make) -> None:
    policies = ("todays_practice", "scan_everything", "no_referral")
    drawn = [draw_window_trucks(make_scenario(*BUSY, f"policy={name}"), window_of(days=3)) for name in policies]
    for other in drawn[1:]:
        assert (drawn[0]["arrive_min"].to_numpy() == other["arrive_min"].to_numpy()).all()


@pytest.mark.parametrize(("small", "large"), [(0.4, 1.0), (1.0, 1.7)])
def test_demand_growth_keeps_every_truck_of_a_busy_day(make_scenario: Make, small: float, large: float) -> None:
    fewer, _ = draw_arrivals(make_scenario(*BUSY, f"traffic.volume_scale={small}"), window_of())
    more, _ = draw_arrivals(make_scenario(*BUSY, f"traffic.volume_scale={large}"), window_of())
    assert np.isin(fewer, more).all()
    assert fewer.size < more.size


def test_no_factor_and_one_that_is_always_one_draw_the_same_trucks(make_scenario: Make) -> None:
    without, _ = draw_arrivals(make_scenario("port=bare"), window_of())
    steady, _ = draw_arrivals(
        make_scenario("port=bare", "port.volume.day_factor={ln_sd: 0, correlation: 0.5}"), window_of()
    )
    varying, _ = draw_arrivals(make_scenario(*BUSY), window_of())
    assert (without == steady).all()
    assert without.size != varying.size


@pytest.mark.parametrize("traffic", ["traffic=hourly", "traffic=flat"])
def test_rates_of_theory_have_no_busy_days(make_scenario: Make, traffic: str) -> None:
    words = ("port=bare", traffic, "traffic.trucks_per_h=30")
    without, _ = draw_arrivals(make_scenario(*words), window_of(days=2))
    beside, _ = draw_arrivals(make_scenario(*words, FACTOR), window_of(days=2))
    assert (without == beside).all()


def test_a_day_keeps_its_shock_in_a_longer_window() -> None:
    factor = DayFactor(ln_sd=LN_SD, correlation=CORRELATION)
    week, month = (draw_day_factors(factor, window_of(days=days)) for days in (7, 30))
    assert (month[:7] == week).all()
    alone = DayFactor(ln_sd=LN_SD, correlation=0.0)
    later = draw_day_factors(alone, window_of(start_date="2024-05-15", days=5))
    assert (draw_day_factors(alone, window_of(days=7))[2:] == later).all()


def test_past_days_and_other_replications_have_their_own() -> None:
    factor, window = DayFactor(ln_sd=LN_SD, correlation=0.0), window_of(days=14)
    same_dates = replace(past_window(window), start_date=window.start_date)
    other = replace(window, replication=1)
    drawn = [draw_day_factors(factor, one) for one in (window, same_dates, other)]
    assert np.unique(np.concatenate(drawn)).size == 3 * 14


def test_expected_trucks_do_not_depend_on_the_factor(make_scenario: Make) -> None:
    assert (
        rates_per_h(make_scenario(*BUSY), window_of()) == rates_per_h(make_scenario("port=bare"), window_of())
    ).all()
