"""Months, days of the week and hours of observed waits: what a clock on the wall can show, and when a port is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final, NoReturn

import numpy as np
import pandas as pd

from sim.arrays import BoolArray
from sim.errors import ConfigError
from sim.setting.port import DayType, Hours
from sim.trucks.arrivals import day_type

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def refuse(problem: str) -> NoReturn:
    """Raise the ConfigError of a file of observed waits."""
    raise ConfigError("observed", problem)


def at_line(number: object) -> str:
    """Return where in the file; the header is line 1."""
    return f"line {number}"


def month_number(text: str, line: int) -> int:
    """Return a month 1-12; ConfigError for anything else."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 12):
        refuse(f"{at_line(line)}, month: expected 1 to 12, got {text!r}")
    return int(text)


def weekday_number(text: str, line: int) -> int:
    """Return a day of the week, Monday 0, of its English name or the first three letters of it."""
    found = [number for number, name in enumerate(WEEKDAYS) if text.lower() in (name, name[:3])]
    if not found:
        refuse(f"{at_line(line)}, dow: expected Monday to Sunday, got {text!r}")
    return found[0]


def hour_number(text: str, line: int) -> int:
    """Return an hour 0-23; ConfigError for a 12-hour clock and anything else."""
    if any(mark in text.lower() for mark in ("am", "pm", "a.m", "p.m")):
        refuse(f"{at_line(line)}, hour: {text!r} is of a 12-hour clock; expected 0 to 23")
    if not (text.isascii() and text.isdigit() and int(text) <= 23):
        refuse(f"{at_line(line)}, hour: expected 0 to 23, got {text!r}")
    return int(text)


def check_clock(frame: pd.DataFrame, hours: Mapping[DayType, Hours]) -> None:
    """Refuse a 12-hour clock without its am and pm, and hours in which clocks are changed."""
    shown = set(frame["hour"].tolist())
    latest = max((span.close_h for span in hours.values() if span.open_h < span.close_h), default=0.0)
    if shown and shown <= set(range(1, 13)) and latest > 14.0:
        refuse(f"hour: only 1 to 12 occur, but the port is open until {latest:g} h: a 12-hour clock? expected 0 to 23")
    if "date" not in frame.columns:
        return
    for date, hour, line in frame[["date", "hour", "line"]].itertuples(index=False):
        if hour == 2 and date == _nth_sunday(date.year, 3, 2):
            refuse(f"{at_line(line)}: {date} has no hour 2, clocks go forward")
        if hour == 1 and date == _nth_sunday(date.year, 11, 1):
            refuse(f"{at_line(line)}: {date} has hour 1 twice, clocks go back; leave it out")


def _nth_sunday(year: int, month: int, n: int) -> dt.date:
    """Return the n-th Sunday of a month: United States rule since 2007, Energy Policy Act of 2005, section 110."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(6 - first.weekday()) % 7 + 7 * (n - 1))


def is_open(frame: pd.DataFrame, hours: Mapping[DayType, Hours], margin_h: float = 0.0) -> BoolArray:
    """Return bool[rows], whether the port is open in a part of the hour, or within a margin of it."""
    found = []
    for weekday, hour in frame[["weekday", "hour"]].itertuples(index=False):
        span = hours.get(day_type(weekday))
        opens = span is not None and span.open_h < span.close_h
        found.append(opens and hour + 1 + margin_h > span.open_h and hour < span.close_h + margin_h)  # type: ignore[union-attr]
    return np.asarray(found, dtype=bool)
