"""Holidays fall on the right dates, take trucks from their days, and leave the month its count."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

from sim.scenario import Scenario
from sim.setting.window import EVALUATION, Window
from sim.trucks.arrivals import draw_arrivals, hour_shares, rates_per_h, trucks_by_day
from sim.trucks.public_holidays import MEXICAN_NAMES, US_NAMES, holidays_of_year

Make = Callable[..., Scenario]


def days_of(year: int, month: int) -> list[dt.date]:
    return [dt.date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1])]


def dates_of(holiday: str, year: int) -> list[str]:
    return [f"{dt.date.fromordinal(day):%m-%d}" for day, names in holidays_of_year(year).items() if holiday in names]


@pytest.mark.parametrize(
    ("holiday", "year", "dates"),
    [
        # 5 U.S.C. 6103: third Monday of January, fourth Thursday of November, kept on the Friday before a Saturday
        ("martin_luther_king_day", 2025, ["01-20"]),
        ("thanksgiving_day", 2024, ["11-28"]),
        ("independence_day", 2026, ["07-03", "07-04"]),
        ("juneteenth", 2020, []),
        ("juneteenth", 2024, ["06-19"]),
        ("memorial_day", 2025, ["05-26"]),
        ("labor_day", 2024, ["09-02"]),
        # Ley Federal del Trabajo, article 74: first Monday of February, third of March and of November
        ("constitution_day", 2024, ["02-05"]),
        ("benito_juarez_day", 2025, ["03-17"]),
        ("mexican_labor_day", 2024, ["05-01"]),
        ("mexican_independence_day", 2024, ["09-16"]),
        ("revolution_day", 2024, ["11-18"]),
        ("change_of_government", 2024, ["10-01"]),
        ("change_of_government", 2025, []),
        # Easter: 31 March 2024, 20 April 2025
        ("maundy_thursday", 2024, ["03-28"]),
        ("good_friday", 2025, ["04-18"]),
        ("year_end", 2024, ["12-27", "12-28", "12-29", "12-30"]),
    ],
)
def test_holidays_fall_where_the_law_puts_them(holiday: str, year: int, dates: list[str]) -> None:
    assert sorted(dates_of(holiday, year)) == dates


def test_the_library_knows_every_holiday_by_the_name_that_we_give_it() -> None:
    of_years = {name for year in range(2021, 2031) for names in holidays_of_year(year).values() for name in names}
    assert {*US_NAMES.values(), *MEXICAN_NAMES.values()} <= of_years


CHRISTMAS = "christmas_day: {before: 0.5, day: 0, after: 0.8}"
CLOSED = f"port.volume.holidays={{{CHRISTMAS}, mexican_labor_day: {{day: 0.4}}}}"


@pytest.mark.parametrize(("year", "month"), [(2024, 12), (2024, 5), (2024, 6), (2023, 12)])
def test_a_month_keeps_its_trucks(make_scenario: Make, year: int, month: int) -> None:
    scenario = make_scenario(CLOSED)
    trucks = trucks_by_day(scenario, days_of(year, month))
    assert trucks.sum() == pytest.approx(scenario.port.volume.month_counts(year)[month - 1])


def test_days_differ_by_their_shares_alone(make_scenario: Make) -> None:
    # overrides add to the port's own holidays, and year_end there begins on the 27th: a port without any
    by_day = trucks_by_day(make_scenario("port=bare", CLOSED), days_of(2024, 12))
    usual = by_day[11]  # Thursday 12 December
    assert by_day[[22, 23, 24, 25, 26]] / usual == pytest.approx([1.0, 0.5, 0.0, 0.8, 1.0])
    assert usual > trucks_by_day(make_scenario("port=bare"), days_of(2024, 12))[11]


def test_shares_of_neighbours_multiply_over_the_turn_of_the_year(make_scenario: Make) -> None:
    first, rest = "{before: 0.5, day: 0.1, after: 0.9}", "{before: 1, day: 0.8, after: 0.6}"
    shares = f"port.volume.holidays={{new_years_day: {first}, year_end: {rest}}}"
    december = trucks_by_day(make_scenario("port=bare", shares), days_of(2024, 12))
    assert december[[30, 29, 26]] / december[9] == pytest.approx([0.5 * 0.6, 0.8 * 0.6, 0.8])
    january = trucks_by_day(make_scenario("port=bare", shares), days_of(2025, 1))
    assert january[:3] / january[9] == pytest.approx([0.1, 0.9, 1.0])


def test_trucks_that_come_follow_their_shares(make_scenario: Make) -> None:
    scenario = make_scenario("port=bare", CLOSED)
    windows = [Window(seed=1, epoch=EVALUATION, replication=r, start_date="2024-12-23", days=4) for r in range(20)]
    counts = np.zeros(4)
    for window in windows:
        counts += np.bincount((draw_arrivals(scenario, window)[0] // 1440.0).astype(int), minlength=4)
    expected = 20 * rates_per_h(scenario, windows[0]).reshape(4, 24).sum(axis=1)
    assert counts[2] == expected[2] == 0.0
    assert (np.abs(counts - expected) <= 4.0 * np.sqrt(expected)).all()
    assert expected[1] / expected[0] == pytest.approx(0.5)


YEARS = "port.volume.trucks_by_year={2019: [1,2,3,4,5,6,7,8,9,10,11,12], 2022: [24,24,24,24,24,24,24,24,24,24,24,24]}"


@pytest.mark.parametrize(
    ("year", "counts_of", "january"),
    [
        (2015, 2019, 1.0),
        (2019, 2019, 1.0),
        (2020, 2019, 1.0),
        (2021, 2022, 24.0),
        (2023, 2024, 62_000.0),
        (2030, 2024, 62_000.0),
    ],
)
def test_a_year_has_its_own_counts_or_the_nearest(
    make_scenario: Make, year: int, counts_of: int, january: float
) -> None:
    scenario = make_scenario("port=bare", "port.volume.counted_year=2024", YEARS)
    assert scenario.port.volume.year_of_counts(year) == counts_of
    assert trucks_by_day(scenario, days_of(year, 1)).sum() == pytest.approx(january)


def test_a_port_without_a_counted_year_has_the_same_counts_in_all(make_scenario: Make) -> None:
    scenario = make_scenario("port=bare")
    assert scenario.port.volume.year_of_counts(1990) is None
    assert trucks_by_day(scenario, days_of(1990, 3)).sum() == pytest.approx(62_000.0)


def test_hours_of_the_day_are_unmoved(make_scenario: Make) -> None:
    scenario = make_scenario(CLOSED)
    window = Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-12-26", days=1)
    rates = rates_per_h(scenario, window)
    assert rates / rates.sum() == pytest.approx(hour_shares(scenario, "weekday"))


@pytest.mark.parametrize("first", ["0001-01-01", "9999-12-25"])
def test_the_ends_of_the_calendar_have_days_too(make_scenario: Make, first: str) -> None:
    window = Window(seed=1, epoch=EVALUATION, replication=0, start_date=first, days=7)
    assert rates_per_h(make_scenario("port=bare", CLOSED), window).sum() > 0.0
