"""The SimPy model of the port, written as the truck's day: the reference that a reader trusts.

``sim.compiled`` is the same model as an event kernel; ``tests/test_twin.py`` holds the two
together to the last bit. Nothing statistical is computed here: every moment goes to the Record.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from sim.errors import PolicyError
from sim.flow import NONE, Flow, Record, empty_record
from sim.order import (
    ANALYST,
    ARRIVE,
    EXIT,
    KIND_SHIFT,
    N_STATIONS,
    SERVED,
    START,
    STATION_SHIFT,
    UP,
    WAIVED,
    event_key,
)  # fmt: skip
from sim.route import Profile, Route, profile_fast, route_standard
from sim.station import Clock, Station

Day = Generator[simpy.Event, Any, None]


class Port:
    """Stations, clock and policy of one replication."""

    def __init__(self, flow: Flow, route: Route, profile: Profile) -> None:
        self.flow, self.route, self.profile = flow, route, profile
        self.clock = Clock()
        self.record = empty_record(len(flow.arrive_min))
        self.waiting = np.zeros(N_STATIONS, dtype=np.int64)
        self.n_busy = np.zeros(N_STATIONS, dtype=np.int64)
        self.state = flow.state.copy()
        self.held_at: dict[int, int] = {}
        self.stations = [Station(self.clock, flow, self.record, k, self) for k in range(N_STATIONS)]
        self.seen = [int(flow.absent)] * len(flow.arrive_min)
        self.alarmed = [0] * len(flow.arrive_min)
        self.images: dict[int, simpy.Event] = {}
        self.tickets = 0

    def truck_day(self, truck: int) -> Day:
        """One truck, from the end of the queue to the exit."""
        here, station = START, self.choose(truck, START)
        while station != EXIT:
            yield self.go(truck, here, station)
            here = station
            if here == self.flow.fork and self.served(truck, here):
                self.send_image(truck)
            elif self.served(truck, here) and self.alarms(truck, here):
                self.alarmed[truck] |= 1 << here
            if here == self.flow.join and truck in self.images:
                yield self.images[truck]
            self.note_full(truck, here)
            station = self.choose(truck, here)
        self.record.exit_min[truck] = self.clock.now
        if here != START:
            self.leave(truck, here)

    def alarms(self, truck: int, station: int) -> bool:
        """Tell whether the station alarms on the truck, by the service that it was given."""
        if station == self.flow.profiled and self.record.slow[truck]:
            return bool(self.flow.slow_alarm[truck])
        return bool(self.flow.alarm[truck, station])

    def send_image(self, truck: int) -> None:
        """Send the truck's portal image to the analysts; the truck drives on meanwhile."""
        self.images[truck] = simpy.Event(self.clock)
        seen = self.stations[self.flow.judge].visit(truck)
        seen.callbacks.append(lambda _: self.judged(truck))

    def judged(self, truck: int) -> None:
        """Free the analyst, raise the portal's alarm, and let the truck leave primary."""
        analysts = self.stations[self.flow.judge]
        analysts.free(analysts.vacate(truck))
        if self.alarms(truck, self.flow.fork):
            self.alarmed[truck] |= 1 << self.flow.fork
        self.wake(self.images.pop(truck))

    def go(self, truck: int, here: int, station: int) -> simpy.Event:
        """Move the truck on, or hold it where it is while the next waiting room is full."""
        ahead = self.stations[station]
        if not ahead.can_enter(ahead.lane_of(truck)):
            return ahead.block(truck, here)
        behind = None if here == START else self.stations[here].vacate(truck)
        over = ahead.visit(truck)
        if behind is not None:
            self.stations[here].free(behind)
        return over

    def leave(self, truck: int, here: int) -> None:
        """Give up the last server."""
        self.stations[here].free(self.stations[here].vacate(truck))

    def choose(self, truck: int, here: int) -> int:
        """Ask the policy for the next station; a full one that suspends referral is waived."""
        while True:
            station = self.route(
                truck, here, self.seen[truck], self.alarmed[truck], self.flow.columns,
                self.waiting, self.n_busy, self.clock.now, self.state,
            )  # fmt: skip
            if station == EXIT:
                return EXIT
            if (
                not 0 <= station < N_STATIONS
                or station == ANALYST
                or self.seen[truck] >> station & 1
            ):
                raise PolicyError(f"policy: truck {truck} was sent to an impossible station")
            self.seen[truck] |= 1 << station
            ahead = self.stations[station]
            if not self.flow.suspend[station] or ahead.can_enter(ahead.lane_of(truck)):
                return station
            self.record.done[truck, station] = WAIVED

    def note_full(self, truck: int, here: int) -> None:
        """Record which waiting rooms were full as the truck left ``join``."""
        if here != self.flow.join:
            return
        for station in self.stations:
            if station.rooms[0] >= 0 and not station.can_enter(station.lane_of(truck)):
                self.record.full[truck] |= 1 << station.index

    def served(self, truck: int, station: int) -> bool:
        """Tell whether the station served the truck to the end."""
        return bool(self.record.done[truck, station] == SERVED)

    def next_ticket(self) -> int:
        """Return the number of the next entry into any queue."""
        self.tickets += 1
        return self.tickets

    def wake(self, event: simpy.Event) -> None:
        """Let ``event`` happen now, inside the present one, with no detour over the schedule."""
        event._ok, event._value = True, None
        callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
        for callback in callbacks or ():
            callback(event)

    def arrivals(self) -> Day:
        """Send every truck on its way at its arrival."""
        for truck, time in enumerate(self.flow.arrive_min.tolist()):
            yield self.clock.at(time, ARRIVE << KIND_SHIFT)
            self.clock.process(self.truck_day(truck))

    def calendar(self) -> Day:
        """Open and close servers by the calendar that was drawn before any policy acted."""
        mask = (1 << (KIND_SHIFT - STATION_SHIFT)) - 1
        keys = self.flow.calendar_key.tolist()
        for time, key in zip(self.flow.calendar_min.tolist(), keys, strict=True):
            yield self.clock.at(time, key)
            station = self.stations[(key >> STATION_SHIFT) & mask]
            server = station.servers[key & ((1 << STATION_SHIFT) - 1)]
            if key >> KIND_SHIFT == UP:
                station.open(server)
            else:
                station.close(server)


def run(flow: Flow, route: Route = route_standard, profile: Profile = profile_fast) -> Record:
    """Run one replication in SimPy; equal to ``sim.compiled.run`` to the last bit."""
    port = Port(flow, route, profile)
    port.clock.process(port.calendar())
    port.clock.process(port.arrivals())
    last = event_key(ARRIVE, N_STATIONS, 0)
    port.clock.run(until=port.clock.at(flow.horizon_min, last))
    return port.record


assert NONE not in range(N_STATIONS)  # noqa: S101
