"""Text -> dates, times of day and moments of a window, on the port's own clock."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from experiments.user_tables.refusals import CellError

DATE: Final = r"(?P<year>[0-9]{4})(?P<mark>[-/]?)(?P<month>[0-9]{2})(?P=mark)(?P<day>[0-9]{2})"
CLOCK: Final = r"(?P<hour>[0-9]{1,2}):?(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2}(?:[.,][0-9]{1,9})?))?"
OFFSET: Final = r"(?P<offset>[zZ]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
MOMENT: Final = re.compile(rf"{DATE}[Tt ]\s*{CLOCK}\s*{OFFSET}")
TIME_OF_DAY: Final = re.compile(CLOCK.replace(":?(?P<minute>", ":(?P<minute>"))
YEAR_LAST: Final = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}\b.*")
TWELVE_HOURS: Final = re.compile(r".*[0-9]\s*[ap]\.?m\.?", re.IGNORECASE)
OFFSETS_H: Final = (-10.0, -3.0)
"""Offsets from UTC that a clock at a land port of entry of the United States can have, with room to spare."""


def read_date(text: str) -> dt.date:
    """Return a date YYYY-MM-DD; CellError for anything else."""
    found = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
    try:
        return dt.date.fromisoformat(text if found else "")
    except ValueError:
        raise CellError from None


def is_moment(text: str) -> bool:
    """Tell whether a cell holds a date or a time of day rather than a number."""
    return ":" in text or "T" in text.upper() or bool(re.match(r"[0-9]{4}-[0-9]{2}|[0-9]{1,4}/", text))


def ends_its_day(text: str) -> bool:
    """Tell whether a date and time, or a time of day, is 24:00 of its own day rather than 0:00 of the next.

    Examples
    --------
    >>> ends_its_day("2024-05-13T24:00"), ends_its_day("24:00"), ends_its_day("2024-05-14T00:00")
    (True, True, False)
    """
    found = MOMENT.fullmatch(text) or TIME_OF_DAY.fullmatch(text)
    return found is not None and int(found["hour"]) == 24


def minutes_of_day(text: str) -> float:
    """Return a time of day H:MM[:SS] in minutes since midnight, 24:00 included; CellError for anything else.

    Examples
    --------
    >>> minutes_of_day("24:00"), minutes_of_day("6:30")
    (1440.0, 390.0)
    """
    _refuse_twelve_hours(text)
    found = TIME_OF_DAY.fullmatch(text)
    if found is None:
        raise CellError
    return _minutes(found)


def minutes_of_window(text: str, start_date: str, days: int) -> float:
    """Return a moment in minutes since midnight of the window's first day.

    ``text`` is a date and time of ISO 8601 on the port's clock; an offset from UTC is read as what that clock shows, so
    that it moves nothing. A time of day alone stands for the only day of a window of one. CellError for anything else.

    Examples
    --------
    >>> minutes_of_window("2024-05-14T00:30:00-05:00", "2024-05-13", 7)
    1470.0
    """
    _refuse_twelve_hours(text)
    found = MOMENT.fullmatch(text)
    if found is None:
        if YEAR_LAST.fullmatch(text):
            raise CellError("does not say which is the day and which the month; expected YYYY-MM-DD and 00:00 to 24:00")
        if TIME_OF_DAY.fullmatch(text) is None:
            raise CellError
        if days > 1:
            raise CellError(f"a time of day names none of the {days} days; expected a date and time, 2024-05-13T10:30")
        return minutes_of_day(text)
    _refuse_offset(found["offset"])
    try:
        date = dt.date(*(int(found[part]) for part in ("year", "month", "day")))
    except ValueError:
        raise CellError("no such date; expected YYYY-MM-DD") from None
    return 1440.0 * (date - dt.date.fromisoformat(start_date)).days + _minutes(found)


def _minutes(clock: re.Match[str]) -> float:
    hour, minute = int(clock["hour"]), int(clock["minute"])
    second = float((clock["second"] or "0").replace(",", "."))
    whole_day = hour == 24 and minute == 0 and second == 0.0
    if not whole_day and (hour > 23 or minute > 59 or second >= 60.0):
        raise CellError("no such time of day; expected 00:00 to 24:00")
    return 60.0 * hour + minute + second / 60.0


def _refuse_twelve_hours(text: str) -> None:
    if TWELVE_HOURS.fullmatch(text):
        raise CellError("is of a 12-hour clock; expected 00:00 to 24:00")


def _refuse_offset(offset: str | None) -> None:
    if offset is None:
        return
    if offset in "zZ":
        raise CellError("a time of UTC; expected the port's own clock")
    sign, minutes = -1.0 if offset[0] == "-" else 1.0, int(offset[3:].lstrip(":") or 0)
    if minutes > 59:
        raise CellError("no such offset from UTC; expected the port's own clock")
    hours = sign * (int(offset[1:3]) + minutes / 60.0)
    if not OFFSETS_H[0] <= hours <= OFFSETS_H[1]:
        raise CellError("is not of the clock of a land port of the United States; expected the port's own clock")
