"""The stretch of calendar that one replication covers, and the key of all its chance."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

EVALUATION = 0
"""Epoch of the replications that are reported."""
PAST = 1
"""Epoch of the days before the evaluation, from which quantiles and expected shares are taken."""
HISTORY = 2
"""Epoch of the years on which risk models are trained."""
RELABELED = 3
"""Epoch of the truth that those years get anew in a redrawn set of assumptions."""


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
