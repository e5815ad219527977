"""The clock of the SimPy model, and one server: a booth, a portal, a dock, with its calendar."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush
from typing import Any

import numpy as np
import simpy

from sim.order import FAST, GENERAL, SERVED, WITHDRAWN


class Clock(simpy.Environment):
    """A SimPy environment that takes events at absolute times, ranked by ``sim.order``.

    ``Environment.schedule`` adds a delay to the present, which rounds: an event meant for 7.3
    could fall on 7.300000000000001 and miss its tie. Priority 0 stays SimPy's own: it starts a
    process before anything else happens.
    """

    def at(self, time: float, rank: int, ident: Any = None) -> simpy.Event:  # noqa: ANN401
        """Return an event that happens at ``time``; equal times are handled by rank."""
        event = simpy.Event(self)
        event._ok, event._value = True, ident
        entry: Any = (time, rank + 1, next(self._eid), event)
        heappush(self._queue, entry)
        return event

    def step(self) -> None:
        """Handle one event; then whatever must follow every event."""
        super().step()
        if self.after_event is not None:
            self.after_event()

    after_event: Callable[[], None] | None = None


class Server:
    """One booth, portal, scanner, dock or analyst, and the intervals in which it is up."""

    def __init__(
        self, number: int, serves: int, intervals: list[tuple[float, float, bool]]
    ) -> None:
        self.number = number
        self.lanes = [lane for lane in (GENERAL, FAST) if (serves >> lane) & 1]
        self.intervals = intervals
        self.place = -1
        self.on = False
        self.late = False
        self.busy = False
        self.outcome = SERVED

    def finish(self, now: float, work: float, hold_min: float) -> float | None:
        """Return when ``work`` begun now is over, breakdowns included; None: never.

        A shift's end lets the truck in hand finish. A breakdown stops the work, which resumes
        where it stopped; a truck is taken out unserved after ``hold_min`` in a broken server.
        """
        self.outcome = SERVED
        place, clock = self.place, now
        while True:
            _, down, drains = self.intervals[place]
            if clock + work <= down or drains:
                return clock + work
            work = work - (down - clock)
            more = place + 1 < len(self.intervals)
            resume = self.intervals[place + 1][0] if more else np.inf
            if resume - down > hold_min:
                self.outcome = WITHDRAWN
                return down + hold_min
            if resume == np.inf:
                return None
            place, clock = place + 1, resume
