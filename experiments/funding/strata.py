"""A year as a weighted set of representative days: weekday, Saturday and Sunday by season.

Each replication simulates one day of every stratum; its date within the stratum moves evenly from
replication to replication, so that all months are met. Amounts of a year are sums over strata of a
day's amounts times the number of such days.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sim.errors import ConfigError
from sim.site import DAY_TYPES
from sim.traffic import day_type

MONTHS: Final = 12
FIRST_MONTH: Final = 12
"""Seasons begin with December, as winter does."""
GOLDEN: Final = 0.6180339887498949
"""Step of an even sequence over the dates of a stratum."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Days of one kind and season: all their dates, one of which stands for them."""

    kind: str
    season: int
    dates: tuple[dt.date, ...]

    @property
    def weight(self) -> float:
        """Return how many days of the year it stands for."""
        return float(len(self.dates))

    def date(self, replication: int) -> dt.date:
        """Return the day that stands for the stratum in one replication."""
        place = ((replication + 0.5) * GOLDEN + 0.5 * self.season) % 1.0
        return self.dates[int(place * len(self.dates))]


def strata(year: int, days: int = 12) -> tuple[Stratum, ...]:
    """Return the representative days of a calendar year.

    Parameters
    ----------
    days : int
        How many strata: three kinds of day times 1, 2, 3, 4, 6 or 12 seasons.

    Raises
    ------
    ConfigError
        A number of days that cannot be so divided.

    Examples
    --------
    >>> found = strata(2024)
    >>> len(found), sum(stratum.weight for stratum in found)
    (12, 366.0)
    >>> found[0].kind, found[0].weight, found[0].date(0).isoformat()
    ('weekday', 66.0, '2024-01-29')
    """
    seasons, left = divmod(days, len(DAY_TYPES))
    if left or seasons < 1 or MONTHS % seasons:
        problem = "expected three kinds of day times 1, 2, 3, 4, 6 or 12 seasons"
        raise ConfigError("days", f"{problem}, got {days}")
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    every = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    return tuple(
        Stratum(kind, season, tuple(date for date in every if _is(date, kind, season, seasons)))
        for kind in DAY_TYPES
        for season in range(seasons)
    )


def _is(date: dt.date, kind: str, season: int, seasons: int) -> bool:
    place = (date.month - FIRST_MONTH) % MONTHS * seasons // MONTHS
    return day_type(date.weekday()) == kind and place == season
