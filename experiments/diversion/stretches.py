"""The days of a corridor, cut where something begins or ends: within a stretch nothing changes but chance."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from experiments.diversion.settings import Measure
from sim.setting.window import EVALUATION, Window

CORRIDOR: Final = 2000
"""Epoch of a stretch of a counted month: this, and the number of its first day, key its chance."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which the same measures hold; at most a week, from Monday at the earliest.

    Attributes
    ----------
    first : date
    days : int
    measures : tuple of str
        Names of the measures that hold.
    month : str or None
        YYYY-MM of a counted month; None: the days of the study.
    """

    first: dt.date
    days: int
    measures: tuple[str, ...]
    month: str | None

    def window(self, seed: int, replication: int) -> Window:
        """Return its calendar and the key of its chance; that of the study's days is the key of every other verb."""
        epoch = EVALUATION if self.month is None else CORRIDOR + self.first.toordinal()
        return Window(
            seed=seed, epoch=epoch, replication=replication, start_date=self.first.isoformat(), days=self.days
        )


def stretches_between(
    first: dt.date, days: int, measures: Mapping[str, Measure], month: str | None
) -> tuple[Stretch, ...]:
    """Return the days from ``first`` on, cut at Mondays and where a measure begins or ends.

    Examples
    --------
    >>> shut = {"shut": Measure(port="bota", from_date="2023-09-20", closed=True)}
    >>> [(one.first.day, one.days, one.measures) for one in stretches_between(dt.date(2023, 9, 18), 7, shut, None)]
    [(18, 2, ()), (20, 5, ('shut',))]
    """
    found: list[Stretch] = []
    for place in range(days):
        day = first + dt.timedelta(days=place)
        hold = tuple(name for name, measure in measures.items() if measure.holds_on(day))
        if found and found[-1].measures == hold and day.weekday() != 0:
            last = found.pop()
            found.append(Stretch(last.first, last.days + 1, hold, month))
        else:
            found.append(Stretch(day, 1, hold, month))
    return tuple(found)


def stretches_of_months(months: Sequence[str], measures: Mapping[str, Measure]) -> tuple[Stretch, ...]:
    """Return the stretches of some months, YYYY-MM, in their order.

    >>> sum(one.days for one in stretches_of_months(["2023-09", "2023-10"], {}))
    61
    """
    found: list[Stretch] = []
    for month in months:
        year, number = (int(part) for part in month.split("-"))
        days = calendar.monthrange(year, number)[1]
        found += stretches_between(dt.date(year, number, 1), days, measures, month)
    return tuple(found)
