"""Dates and times of ISO 8601 are minutes of the window; whatever is not the port's own clock is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from experiments.user_tables.moments import is_moment, minutes_of_day, minutes_of_window, read_date
from experiments.user_tables.refusals import CellError

START = "2024-05-13"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2024-05-13T10:30:00-05:00", 630.0),
        ("2024-05-13T10:30", 630.0),
        ("2024-05-13 10:30:30", 630.5),
        ("2024-05-13t10:30:00,6", 630.01),
        ("20240513T1030", 630.0),
        ("2024-05-13T24:00", 1440.0),
        ("2024-05-14T00:00:00.000-06", 1440.0),
        ("2024-05-12T23:59", -1.0),
    ],
)
def test_dates_and_times_are_minutes_of_the_window(text: str, minutes: float) -> None:
    assert is_moment(text)
    assert minutes_of_window(text, START, 7) == pytest.approx(minutes, abs=1e-9)


@pytest.mark.parametrize("text", ["10:30", "9:05:30", "24:00", "00:00"])
def test_a_time_of_day_needs_a_window_of_one_day(text: str) -> None:
    assert minutes_of_window(text, START, 1) == minutes_of_day(text)
    with pytest.raises(CellError, match="names none of the 2 days"):
        minutes_of_window(text, START, 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2024-05-13T10:30Z", "UTC"),
        ("2024-05-13T10:30+00:00", "not of the clock"),
        ("2024-05-13T10:30+05:30", "not of the clock"),
        ("2024-05-13T10:30-05:99", "no such offset"),
        ("2024-05-13T10:30 PM", "12-hour"),
        ("2024-13-13T10:30", "no such date"),
        ("2024-02-30T10:30", "no such date"),
        ("2024-05-13T24:01", "no such time"),
        ("2024-05-13T10:60", "no such time"),
        ("2024-05-13T10:30:60", "no such time"),
        ("2024-05-13", "^$"),
        ("5/13/2024 10:30", "the day and which the month"),
        ("13.05.2024 10:30", "the day and which the month"),
        ("tomorrow 10:30", "^$"),
    ],
)
def test_other_moments_are_refused(text: str, words: str) -> None:
    with pytest.raises(CellError, match=words):
        minutes_of_window(text, START, 7)


def test_dates_are_read_in_one_way_only() -> None:
    assert read_date("2024-02-29") == dt.date(2024, 2, 29)
    for text in ("2023-02-29", "20240229", "2024-2-29", "02/29/2024", "2024-W09-4", ""):
        with pytest.raises(CellError):
            read_date(text)


@pytest.mark.parametrize("text", ["2024/05/13 10:30", "2024-05-13 10:30", "20240513 1030"])
def test_a_date_may_have_hyphens_or_slashes_where_the_year_stands_first(text: str) -> None:
    assert minutes_of_window(text, "2024-05-13", 1) == 630.0


@pytest.mark.parametrize("text", ["05/13/2024 10:30", "13/05/2024 10:30", "5/6/24 10:30", "13.05.2024 10:30"])
def test_a_date_whose_day_and_month_cannot_be_told_apart_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(CellError, match="which is the day and which the month"):
        minutes_of_window(text, "2024-05-13", 1)


def test_marks_of_a_date_are_alike() -> None:
    with pytest.raises(CellError):
        minutes_of_window("2024-05/13 10:30", "2024-05-13", 1)
