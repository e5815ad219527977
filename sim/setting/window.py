"""The stretch of calendar that one replication covers, and the key of all its chance."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sim.errors import ConfigError

EVALUATION = 0
"""Epoch of the replications that are reported."""
PAST = 1
"""Epoch of the days before the evaluation, from which quantiles and expected shares are taken."""
HISTORY = 2
"""Epoch of the years on which risk models are trained."""
RELABELED = 3
"""Epoch of the truth that those years get anew in a redrawn set of assumptions."""


PAST_DAYS = 14
"""Days before the evaluation that planners know: two of each weekday."""


def check_dates(key: str, first: str, days: int, days_before: int = PAST_DAYS) -> None:
    """Refuse (ConfigError) a text that is no date, and days that the calendar cannot name.

    Parameters
    ----------
    key : str
        The key that holds the date, for the message.
    first : str
        First day, YYYY-MM-DD.
    days, days_before : int
        Days from the first on, and days before it, that are drawn.

    Examples
    --------
    >>> check_dates("start_date", "9999-12-31", days=2)
    Traceback (most recent call last):
    sim.errors.ConfigError: start_date: expected 0001-01-15 to 9999-12-30, so that 14 days before and 2 days from it
    have dates, got '9999-12-31'
    """
    try:
        date = dt.date.fromisoformat(first)
    except ValueError:
        date = None
    if date is None or date.isoformat() != first:
        raise ConfigError(key, f"expected a date YYYY-MM-DD, got {first!r}")
    earliest = dt.date.min + dt.timedelta(days=days_before)
    latest = dt.date.max - dt.timedelta(days=days - 1)
    if not earliest <= date <= latest:
        before = f"{days_before} days before and " if days_before else ""
        many = "1 day" if days == 1 else f"{days:,} days"
        span = f"{earliest} to {latest}"
        raise ConfigError(key, f"expected {span}, so that {before}{many} from it have dates, got {first!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """``days`` calendar days from midnight of ``start_date``, in one replication of ``seed``.

    Chance in different epochs or replications is independent; the same window always gives the
    same trucks, whatever the policy, the order of runs or the number of processes.

    >>> Window(seed=1, epoch=EVALUATION, replication=0, start_date="2024-05-13", days=7).dates()[6]
    datetime.date(2024, 5, 19)
    """

    seed: int
    epoch: int
    replication: int
    start_date: str
    days: int

    def dates(self) -> tuple[dt.date, ...]:
        """Return the calendar date of each day."""
        first = dt.date.fromisoformat(self.start_date)
        return tuple(first + dt.timedelta(days=day) for day in range(self.days))

    @property
    def horizon_min(self) -> float:
        """Minutes from midnight of day 0 to the end of the last day."""
        return 1440.0 * self.days

    def spawn_key(self, *more: int) -> tuple[int, ...]:
        """Return the spawn key of ``numpy.random.SeedSequence`` for this window."""
        return (self.epoch, self.replication, *more)
