"""Each port of the border: its year adds up, no month overruns it, its waits are of this world."""

from __future__ import annotations

import calendar
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from ports import ledger_of, window_of

from experiments.study.study import build_study, compose_scenario
from sim.policies.base import PolicyExpectation
from sim.scenario import Scenario
from sim.setting.port import DAY_TYPES, Hours
from sim.setting.window import Window
from sim.trucks.arrivals import day_type, hour_shares, rates_per_h
from sim.workload import weekly_load

TRUCKS_2024 = {
    "world_trade_bridge": 2_288_051,
    "colombia": 738_581,
    "pharr": 721_489,
    "ysleta": 670_717,
    "bota": 133_841,
    "otay_mesa": 1_059_759,
    "nogales": 404_588,
    "santa_teresa": 169_241,
    "tornillo": 20_795,
    "veterans": 226_383,
    "progreso": 58_058,
}
"""Sums that the publishers give themselves, or that other tables of theirs repeat."""
PORTS = tuple(TRUCKS_2024)

# Minutes, wide: published figures differ by their year, their kind and what they count.
CROSSING_MIN = {
    "colombia": (7.0, 45.0),  # Laredo: normally 30 minutes or less
    "pharr": (20.0, 73.0),  # crossing 43 to 73 in the months of 2011-12, state inspection included
    "ysleta": (20.0, 60.0),  # wait of general trucks 30; El Paso an hour
    "bota": (20.0, 64.0),  # crossing 40 to 64 in 2011-12; El Paso an hour
    "otay_mesa": (10.0, 50.0),  # waits of 20 to 40
    "nogales": (10.0, 75.0),  # crossing 40 to 60 after the expansion
}
"""Band of the year's mean crossing time."""
YSLETA_WEEKDAY_WAIT_MIN = {6: 12, 8: 28, 10: 37, 12: 36, 14: 35, 16: 39, 18: 36, 20: 30}
"""Published mean wait of general trucks by hour, January to August."""


@cache
def port(name: str) -> Scenario:
    return compose_scenario([f"port={name}"])


def month_window(month: int) -> Window:
    days = calendar.monthrange(2024, month)[1]
    return window_of(days, start_date=f"2024-{month:02}-01")


def trucks_of(name: str, month: int) -> float:
    return float(rates_per_h(port(name), month_window(month)).sum())


@cache
def weeks(name: str) -> tuple[Window, ...]:
    """Return one week of each month, as ``calendar=year`` lays them."""
    year = build_study([f"port={name}", "calendar=year", "replications=12"], "run")
    return tuple(year.window(replication) for replication in range(12))


@pytest.mark.parametrize("name", PORTS)
def test_the_year_is_the_sum_of_the_published_months(name: str) -> None:
    months = [trucks_of(name, month) for month in range(1, 13)]
    assert months == pytest.approx(port(name).port.volume.trucks_per_month)
    assert sum(months) == pytest.approx(TRUCKS_2024[name])


def test_may_has_twice_the_trucks_of_september_at_nogales() -> None:
    assert trucks_of("nogales", 5) / trucks_of("nogales", 9) == pytest.approx(2.0, abs=0.06)
    assert trucks_of("otay_mesa", 5) / trucks_of("otay_mesa", 9) < 1.2


@pytest.mark.parametrize("name", PORTS)
def test_nobody_arrives_on_a_closed_day(name: str) -> None:
    hours = port(name).port.hours
    closed = [day for day in DAY_TYPES if hours[day] == Hours(open_h=0.0, close_h=0.0)]
    window = month_window(5)
    by_day = rates_per_h(port(name), window).reshape(-1, 24).sum(axis=1)
    shut = np.array([day_type(date.weekday()) in closed for date in window.dates()])
    assert (by_day[shut] == 0.0).all()
    assert (by_day[~shut] > 0.0).all()
    expected = {"ysleta": 1, "bota": 2, "nogales": 1, "santa_teresa": 2, "tornillo": 2, "progreso": 1}
    assert len(closed) == expected.get(name, 0)


@pytest.mark.parametrize("name", PORTS)
def test_trucks_come_while_the_port_is_open_or_in_the_hour_before(name: str) -> None:
    for day in DAY_TYPES:
        hours = port(name).port.hours[day]
        busy = np.flatnonzero(hour_shares(port(name), day))
        if busy.size:
            assert hours.open_h - 1.0 <= busy.min()
            assert busy.max() < hours.close_h


@pytest.mark.parametrize("name", PORTS)
def test_no_month_overruns_a_station(name: str) -> None:
    expected = PolicyExpectation(0.27, port(name).scanner.analyst.reference_threat_image_share)
    for window in weeks(name):
        load = weekly_load(port(name), expected, window).set_index("station")
        assert load["stable"].all(), f"{window.start_date}\n{load['load_share']}"


@pytest.mark.parametrize("name", PORTS)
def test_no_shift_opens_more_booths_than_stand_there(name: str) -> None:
    primary = port(name).port.primary
    assert primary.open_by_shift is not None
    for day, shifts in primary.open_by_shift.items():
        hours = port(name).port.hours[day]
        assert [shifts[0].from_h, shifts[-1].to_h] == [hours.open_h, hours.close_h]
        for shift in shifts:
            assert 1 <= shift.lanes <= primary.lanes
            assert min(1, primary.fast_lanes) <= shift.fast_lanes <= primary.fast_lanes


@pytest.mark.parametrize("name", CROSSING_MIN)
def test_the_mean_crossing_lies_within_its_band(name: str) -> None:
    total, exited = 0.0, 0
    for replication, window in enumerate(weeks(name)):
        ledger = ledger_of(port(name), replace(window, replication=replication))
        crossing = (ledger["exit_min"] - ledger["arrive_min"]).dropna()
        assert len(crossing) > 0.97 * len(ledger)
        total, exited = total + crossing.sum(), exited + len(crossing)
    low, high = CROSSING_MIN[name]
    assert low < total / exited < high


def test_ysleta_waits_follow_the_published_hours() -> None:
    """The published months; the same hour differs by 13 to 18 minutes from day to day."""
    waits: dict[int, list[float]] = {hour: [] for hour in YSLETA_WEEKDAY_WAIT_MIN}
    for replication, window in enumerate(weeks("ysleta")[:8] * 3):
        ledger = ledger_of(port("ysleta"), replace(window, replication=replication))
        weekday = ledger[(ledger["arrive_min"] < 5 * 1440) & (ledger["lane_class"] == 0)]
        hour = (weekday["arrive_min"] % 1440 // 60).astype(int)
        wait = weekday["primary_start_min"] - weekday["arrive_min"]
        for at in waits:
            waits[at] += wait[hour == at].tolist()
    means = {at: float(np.nanmean(found)) for at, found in waits.items()}
    for at, published in YSLETA_WEEKDAY_WAIT_MIN.items():
        assert means[at] == pytest.approx(published, abs=12.0), means
    assert means[6] < means[8] < means[10]
    assert means[20] < means[16]


def test_produce_crosses_most_at_nogales_and_pharr() -> None:
    produce = {name: port(name).port.mix.commodity_share["produce"] for name in PORTS}
    assert sorted(produce, key=lambda name: -produce[name])[:2] == ["nogales", "pharr"]
    assert port("nogales").port.dock.servers == 56


TRUCKS_BY_YEAR = {
    ("world_trade_bridge", 2019): 2_042_006,
    ("world_trade_bridge", 2023): 2_175_276,
    ("colombia", 2023): 760_855,
    ("pharr", 2023): 708_726,
    ("ysleta", 2023): 640_667,
    ("bota", 2023): 89_772,
    ("otay_mesa", 2019): 948_630,
    ("otay_mesa", 2022): 1_052_286,
    ("nogales", 2022): 370_773,
    ("santa_teresa", 2023): 178_754,
    ("tornillo", 2023): 7_139,
    ("veterans", 2023): 232_466,
    ("progreso", 2022): 45_567,
}
"""Yearly sums that the publishers' own tables, or others', give."""


@pytest.mark.parametrize(("name", "year"), TRUCKS_BY_YEAR)
def test_earlier_years_are_the_sums_of_their_published_months(name: str, year: int) -> None:
    window = window_of(365, start_date=f"{year}-01-01")
    assert rates_per_h(port(name), window).sum() == pytest.approx(TRUCKS_BY_YEAR[name, year])


def test_the_state_checks_of_april_2022_show_at_pharr() -> None:
    """April beside March is lowest in 2022, when the state inspected every truck for days."""
    falls = {}
    for year in (2019, 2021, 2022, 2023, 2024):
        counts = port("pharr").port.volume.month_counts(year)
        falls[year] = counts[3] / counts[2]
    assert min(falls, key=lambda year: falls[year]) == 2022


def test_counts_of_september_2023_show_where_el_paso_went() -> None:
    """Beside the mean of August and November, Ysleta is lowest and Santa Teresa highest of all ports then."""
    rises = {}
    for name in PORTS:
        counts = port(name).port.volume.month_counts(2023)
        rises[name] = counts[8] / ((counts[7] + counts[10]) / 2.0)
    del rises["tornillo"]
    assert min(rises, key=lambda name: rises[name]) in ("ysleta", "bota")
    assert max(rises, key=lambda name: rises[name]) == "santa_teresa"
