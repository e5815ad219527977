"""A year of representative days: every day stands once, and all dates are met."""

from __future__ import annotations

import datetime as dt

import pytest

from experiments.funding.annual import representative_days
from sim.errors import ConfigError
from sim.trucks.arrivals import day_type


@pytest.mark.parametrize("days", [3, 6, 9, 12, 18, 36])
@pytest.mark.parametrize(("year", "length"), [(2023, 365), (2024, 366)])
def test_every_day_of_the_year_is_in_one_stratum(days: int, year: int, length: int) -> None:
    found = representative_days(year, days)
    dates = [date for stratum in found for date in stratum.dates]
    assert len(found) == days
    assert sum(stratum.weight for stratum in found) == length == len(set(dates))
    for stratum in found:
        assert {day_type(date.weekday()) for date in stratum.dates} == {stratum.kind}


def test_seasons_begin_with_december() -> None:
    winter = next(one for one in representative_days(2024) if one.kind == "weekday" and one.season == 0)
    assert {date.month for date in winter.dates} == {12, 1, 2}


def test_replications_move_over_all_months_of_a_season() -> None:
    for stratum in representative_days(2024):
        met = {stratum.date(replication) for replication in range(8)}
        assert {date.month for date in met} == {date.month for date in stratum.dates}
        assert met <= set(stratum.dates)


@pytest.mark.parametrize("days", [0, 4, 15, 7])
def test_other_numbers_of_days_are_refused(days: int) -> None:
    with pytest.raises(ConfigError, match="days: expected three kinds"):
        representative_days(2024, days)


def test_one_stratum_may_stand_for_the_whole_year() -> None:
    sunday = representative_days(2024, 3)[2]
    assert sunday.kind == "sunday"
    assert sunday.dates[0] == dt.date(2024, 1, 7)
