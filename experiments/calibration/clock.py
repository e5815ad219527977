"""Months, days of the week and hours of observed waits: what a clock on the wall can show, and when a port is open."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final, NoReturn

import numpy as np
import pandas as pd

from experiments.user_tables.refusals import CellError
from experiments.user_tables.schema import RowRule
from sim.arrays import BoolArray
from sim.errors import ConfigError
from sim.setting.port import DayType, Hours
from sim.trucks.arrivals import day_type


def refuse(problem: str) -> NoReturn:
    """Raise the ConfigError of observed waits that no port could have."""
    raise ConfigError("observed", problem)


TWELVE_HOURS: Final = re.compile(r".*[ap]\.?m\b.*", re.IGNORECASE)


def read_hour(text: str, _marks: object) -> int:
    """Return an hour 0-23, its first minute included (6 or 06:00); CellError for a 12-hour clock and anything else."""
    if TWELVE_HOURS.fullmatch(text):
        raise CellError("is of a 12-hour clock; expected 0 to 23")
    if not re.fullmatch(r"[0-9]{1,2}(:00(:00)?)?", text) or int(text.partition(":")[0]) > 23:
        raise CellError
    return int(text.partition(":")[0])


def looks_like_twelve_hours(shown: pd.Series[int], hours: Mapping[DayType, Hours]) -> str:
    """Say that hours seem to be of a 12-hour clock that has lost its am and pm; empty: they do not."""
    latest = max((span.close_h for span in hours.values() if span.open_h < span.close_h), default=0.0)
    if len(shown) and set(shown) <= set(range(1, 13)) and latest > 14.0:
        return f"hour: only 1 to 12 occur, but the port is open until {latest:g} h: a 12-hour clock? expected 0 to 23"
    return ""


def clock_changes() -> tuple[RowRule, RowRule]:
    """Return the rules against hours in which clocks are changed: one is not there, the other is there twice."""
    return (
        RowRule(
            columns=("date", "hour"),
            holds=lambda frame: _not_at(frame, 2, month=3, n=2),
            words="{date} has no hour 2, clocks go forward",
        ),
        RowRule(
            columns=("date", "hour"),
            holds=lambda frame: _not_at(frame, 1, month=11, n=1),
            words="{date} has hour 1 twice, clocks go back; leave it out",
        ),
    )


def _not_at(frame: pd.DataFrame, hour: int, *, month: int, n: int) -> BoolArray:
    changes = [date == _nth_sunday(date.year, month, n) for date in frame["date"]]
    return np.asarray(~(np.array(changes, dtype=bool) & (frame["hour"].to_numpy() == hour)))


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
