"""Traffic: arrivals follow the profile hour by hour, and demand growth keeps every truck."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sim.scenario import Scenario
from sim.setting.port import Volume
from sim.setting.window import EVALUATION, Window
from sim.trucks.arrivals import draw_arrivals, hour_shares, rates_per_h, trucks_per_day
from sim.trucks.streams import Purpose

Make = Callable[..., Scenario]


def _window(replication: int = 0, days: int = 7, start_date: str = "2024-05-13") -> Window:
    return Window(seed=1, epoch=EVALUATION, replication=replication, start_date=start_date, days=days)


def _counts(scenario: Scenario, window: Window) -> np.ndarray:
    times, _ = draw_arrivals(scenario, window)
    return np.histogram(times, bins=60.0 * np.arange(24 * window.days + 1))[0]


def test_a_month_adds_up_to_its_count(scenario: Scenario) -> None:
    for month in range(1, 13):
        days = calendar.monthrange(2024, month)[1]
        expected = rates_per_h(scenario, _window(days=days, start_date=f"2024-{month:02}-01")).sum()
        assert expected == pytest.approx(scenario.port.volume.trucks_per_month[month - 1])


def test_a_weekday_brings_four_times_a_sunday(scenario: Scenario) -> None:
    monday = trucks_per_day(scenario, dt.date(2024, 5, 13))
    assert monday == pytest.approx(4.0 * trucks_per_day(scenario, dt.date(2024, 5, 19)))
    assert 7_000 < monday < 9_000


@pytest.mark.parametrize("scale", [1.0, 1.7])
def test_arrivals_follow_the_profile_bin_by_bin(make_scenario: Make, scale: float) -> None:
    # a day's own factor would move all of its hours together (tests/sim/trucks/ has it apart): none here
    scenario = make_scenario(f"traffic.volume_scale={scale}", "port.volume.day_factor=null")
    rates = rates_per_h(scenario, _window())
    n = 60
    counts = np.array([_counts(scenario, _window(r)) for r in range(n)])
    busy = rates > 0.0
    assert not counts[:, ~busy].any()
    z = (counts[:, busy].mean(axis=0) - rates[busy]) / np.sqrt(rates[busy] / n)
    assert np.abs(z).max() < stats.norm.isf(0.0005 / busy.sum())
    assert stats.chi2.sf(float((z * z).sum()), busy.sum()) > 1e-3
    # Poisson: the variance of each bin is its mean, and bins are independent of one another.
    dispersion = float(((counts[:, busy] - rates[busy]) ** 2 / rates[busy]).sum())
    cells = n * int(busy.sum())
    assert abs(dispersion / cells - 1.0) < 4.0 * math.sqrt(2.0 / cells)
    totals = counts.sum(axis=1)
    assert 0.4 < totals.var(ddof=1) / rates.sum() < 1.9


def test_arrivals_are_even_within_an_hour(make_scenario: Make) -> None:
    times, _ = draw_arrivals(make_scenario("traffic=flat", "traffic.trucks_per_h=300"), _window())
    assert stats.kstest(times % 60.0 / 60.0, "uniform").pvalue > 1e-3
    gaps = np.diff(times)
    assert gaps.min() > 0.0
    assert stats.kstest(gaps * 5.0, "expon").pvalue > 1e-3


def test_flat_and_hourly_rates(make_scenario: Make) -> None:
    flat = make_scenario("traffic=flat", "traffic.trucks_per_h=30", "traffic.volume_scale=2")
    assert (rates_per_h(flat, _window()) == 60.0).all()
    hourly = make_scenario("traffic=hourly")
    expected = np.tile(hourly.traffic.trucks_per_h_by_hour, 7)
    assert (rates_per_h(hourly, _window()) == expected).all()


def test_a_day_without_shares_is_spread_over_its_opening_hours(make_scenario: Make) -> None:
    bare = make_scenario("port=bare", "port.hours.saturday={open_h: 6.5, close_h: 9}")
    assert hour_shares(bare, "weekday").tolist() == [1.0 / 24.0] * 24
    shares = hour_shares(bare, "saturday")
    assert shares[6:9].tolist() == pytest.approx([0.2, 0.4, 0.4])
    assert shares.sum() == pytest.approx(1.0)
    shut = make_scenario("port=bare", "port.hours.sunday={open_h: 0, close_h: 0}")
    assert not hour_shares(shut, "sunday").any()


def _volume(scenario: Scenario, **changes: object) -> Scenario:
    volume: Volume = replace(scenario.port.volume, **changes)  # type: ignore[arg-type]
    return replace(scenario, port=replace(scenario.port, volume=volume))


def test_no_demand_gives_no_trucks(scenario: Scenario, make_scenario: Make) -> None:
    none = (
        _volume(scenario, trucks_per_month=(0.0,) * 12),
        _volume(scenario, weekday_weight=(0.0,) * 7),
        make_scenario("traffic.volume_scale=0"),
        make_scenario("traffic=flat", "traffic.trucks_per_h=0"),
    )
    for quiet in none:
        times, draw = draw_arrivals(quiet, _window())
        assert times.size == draw(Purpose.TIE).size == 0


def test_same_window_same_arrivals_other_window_other_arrivals(scenario: Scenario) -> None:
    first, _ = draw_arrivals(scenario, _window(0))
    again, _ = draw_arrivals(scenario, _window(0))
    other, _ = draw_arrivals(scenario, _window(1))
    assert (first == again).all()
    assert np.intersect1d(first, other).size == 0


@pytest.mark.parametrize(("small", "large"), [(0.5, 0.9), (0.9, 1.0), (1.0, 1.1), (1.1, 1.2), (1.5, 3.3)])
def test_demand_growth_keeps_every_truck_and_its_luck(make_scenario: Make, small: float, large: float) -> None:
    fewer, luck = draw_arrivals(make_scenario(f"traffic.volume_scale={small}"), _window())
    more, more_luck = draw_arrivals(make_scenario(f"traffic.volume_scale={large}"), _window())
    places = np.searchsorted(more, fewer)
    assert (more[places] == fewer).all()
    for purpose in (Purpose.TIE, Purpose.CARRIER, Purpose.Z_CONCEALMENT):
        assert (more_luck(purpose)[places] == luck(purpose)).all()
    assert (np.diff(more) > 0.0).all()
    expected = fewer.size * large / small
    assert abs(more.size - expected) < 4.0 * math.sqrt(expected * large / small)


def test_thinning_does_not_lean_towards_any_luck(make_scenario: Make) -> None:
    _, luck = draw_arrivals(make_scenario("traffic.volume_scale=0.5"), _window())
    assert stats.kstest(luck(Purpose.TIE), "uniform").pvalue > 1e-3
