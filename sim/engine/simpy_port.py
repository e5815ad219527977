"""The SimPy model of the port, written as the truck's day: the reference that a reader trusts.

``sim.engine.kernel.loop`` is the same model as an event kernel; ``tests/test_twin.py`` holds the two
together to the last bit. Nothing statistical is computed here: every moment goes to the Record.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from sim.compiling import Profile, Route
from sim.engine.flow import CLEARED, NO_STATION, Flow, Record, new_record
from sim.engine.reviews import hold_review
from sim.engine.roster import hold_roster
from sim.engine.routes import check_foreign_hook, profile_fast, route_standard
from sim.engine.station import Clock, Station
from sim.errors import PolicyError
from sim.stations import (
    ANALYST,
    ARRIVE,
    DIVERT,
    DIVERTED,
    DOOR,
    EXIT,
    KIND_SHIFT,
    N_STATIONS,
    PASSED_BY,
    REVIEW,
    SERVED,
    SERVED_LATE,
    SHUTS,
    START,
    STATION_SHIFT,
    UP,
    WAIVED,
    event_key,
)

TruckProcess = Generator[simpy.Event, Any, None]
START_OF = 1
"""Place of the moment at which a service begins in `Record.of`."""


class SimPyPort:
    """Stations, clock and policy of one replication."""

    def __init__(self, flow: Flow, route: Route, profile: Profile) -> None:
        self.flow, self.route, self.profile = flow, route, profile
        self.clock = Clock()
        self.record = new_record(flow)
        self.waiting = np.zeros(N_STATIONS, dtype=np.int64)
        self.n_busy = np.zeros(N_STATIONS, dtype=np.int64)
        self.state = flow.state.copy()
        self.held_at: dict[int, int] = {}
        self.arrived = 0
        self.memory = flow.new_memory()
        self.stations = [Station(self.clock, flow, self.record, k, self) for k in range(N_STATIONS)]
        self.servers = [server for station in self.stations for server in station.servers]
        for server, staffed in zip(self.servers, flow.staffed_at_start(), strict=True):
            server.staffed = bool(staffed)
        self.seen = [int(flow.absent)] * len(flow.arrive_min)
        self.alarmed = [0] * len(flow.arrive_min)
        self.images: dict[int, simpy.Event] = {}
        self.tickets = 0
        self.is_shut = False
        if flow.closing == SERVED_LATE or flow.finishes.any():
            self.clock.after_event = self.send_home

    def truck_day(self, truck: int) -> TruckProcess:
        """One truck, from the end of the queue to the exit."""
        self.arrived = truck + 1
        here, station = START, self.choose(truck, START)
        while station != EXIT:
            yield self.go(truck, here, station)
            here = station
            if here == self.flow.fork and self.served(truck, here):
                if self.flow.alarm[here, truck] != CLEARED:
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
        return bool(self.flow.alarm[station, truck] == 1)

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
        columns, alarmed, now = self.flow.columns, self.alarmed[truck], self.clock.now
        while True:
            seen = self.seen[truck]
            station = self.route(truck, here, seen, alarmed, columns, self.waiting, self.n_busy, now, self.state)
            if station == EXIT:
                return EXIT
            if not 0 <= station < N_STATIONS or station == ANALYST or seen >> station & 1:
                raise PolicyError(f"policy: truck {truck} was sent to an impossible station")
            if self.diverts() and self.in_line(truck, station):
                self.record.done[station, truck] = DIVERTED
                return EXIT
            self.seen[truck] |= 1 << station
            if self.takes(self.stations[station], truck):
                return station
            self.record.done[station, truck] = WAIVED

    def takes(self, station: Station, truck: int) -> bool:
        """Tell whether a truck goes to the station, be it to wait there: the rule when full."""
        rule = self.flow.suspend[station.index]
        if rule == 0:
            return True
        return station.can_enter(station.lane_of(truck)) and (rule < PASSED_BY or station.at_work())

    def in_line(self, truck: int, station: int) -> bool:
        """Tell whether a truck that would go to ``station`` has not begun primary inspection."""
        return station == self.flow.join or not self.seen[truck] >> self.flow.join & 1

    def diverts(self) -> bool:
        """Tell whether trucks in line are turned away now."""
        return self.is_shut and self.flow.closing == DIVERT

    def turned_away(self, truck: int, station: int) -> None:
        """Record that a truck in line at, or before, a station was turned away."""
        self.record.done[station, truck] = DIVERTED
        self.record.exit_min[truck] = self.clock.now

    def shut(self) -> None:
        """Shut the doors; where trucks are diverted, turn away all that stand in line."""
        self.is_shut = True
        if not self.diverts():
            return
        in_line, beyond = self.stations[: self.flow.join + 1], self.stations[self.flow.join + 1 :]
        for station in in_line:
            station.turn_away(self.clock.now)
        for station in in_line:
            station.turn_away_blocked()
        for station in beyond:
            for server in station.servers:
                station.free(server)

    def open(self) -> None:
        """Open the doors."""
        self.is_shut = False

    def has_work_left(self, index: int) -> bool:
        """Tell whether a station must stay beyond its hours."""
        if self.flow.finishes[index]:
            return bool(self.waiting[index] > 0)
        join, judge = self.flow.join, self.flow.judge
        if self.flow.closing != SERVED_LATE or not self.is_shut:
            return False
        if index == judge:
            upstream = self.stations[: join + 1]
            return bool(any(s.stands() or self.n_busy[s.index] for s in upstream) or self.waiting[judge])
        upstream = self.stations[: index + 1] if index <= join else []
        return any(s.stands() or (s.index < index and self.n_busy[s.index]) for s in upstream)

    def send_home(self) -> None:
        """Let the late servers go whose station has no work left."""
        for station in self.stations:
            for server in station.servers:
                if server.late and not self.has_work_left(station.index):
                    server.late = False
                    server.settle()

    def note_full(self, truck: int, here: int) -> None:
        """Record which waiting rooms were full as the truck left ``join``."""
        if here != self.flow.join:
            return
        for station in self.stations:
            if station.rooms[0] >= 0 and not station.can_enter(station.lane_of(truck)):
                self.record.full[truck] |= 1 << station.index

    def served(self, truck: int, station: int) -> bool:
        """Tell whether the station served the truck to the end."""
        return bool(self.record.done[station, truck] == SERVED)

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

    def arrivals(self) -> TruckProcess:
        """Send every truck on its way at its arrival."""
        for truck, time in enumerate(self.flow.arrive_min.tolist()):
            yield self.clock.at(time, ARRIVE << KIND_SHIFT)
            self.clock.process(self.truck_day(truck))

    def review(self, row: int) -> None:
        """Decide which lanes are staffed; once all are told, every free server is offered the next truck.

        A lane opens as its turn comes, lest a truck from behind a full yard take it before those in line.
        """
        flow, record = self.flow, self.record
        busy, up, staffed = (
            np.array([getattr(server, name) for server in self.servers], dtype=np.int64)
            for name in ("busy", "up", "staffed")
        )
        line = (self.arrived, flow.lane_class, record.of(flow.join)[START_OF], record.exit_min)
        blocked = np.array([sum(map(len, station.blocked)) for station in self.stations], dtype=np.int64)
        queues = (self.waiting, blocked, busy, up, staffed)
        hold = hold_roster if len(flow.roster.review_min) else hold_review
        record.beyond[row] = hold((flow.reviews, flow.roster), row, *line, *queues, self.memory)
        record.staffed[row] = staffed
        for server, is_staffed in zip(self.servers, staffed.tolist(), strict=True):
            server.staffed = bool(is_staffed)
            server.on = server.on and (server.late or server.staffed)
        for station in self.stations:
            for server in station.servers:
                server.settle()
                station.free(server)

    def calendar(self) -> TruckProcess:
        """Open and close servers by the calendar that was drawn before any policy acted."""
        mask = (1 << (KIND_SHIFT - STATION_SHIFT)) - 1
        keys = self.flow.calendar_key.tolist()
        for time, key in zip(self.flow.calendar_min.tolist(), keys, strict=True):
            yield self.clock.at(time, key)
            ident = key & ((1 << STATION_SHIFT) - 1)
            if key >> KIND_SHIFT == DOOR:
                self.shut() if ident == SHUTS else self.open()
                continue
            if key >> KIND_SHIFT == REVIEW:
                self.review(ident)
                continue
            station = self.stations[(key >> STATION_SHIFT) & mask]
            server = station.servers[ident]
            if key >> KIND_SHIFT == UP:
                station.open(server)
            else:
                station.close(server)


def run(flow: Flow, route: Route = route_standard, profile: Profile = profile_fast) -> Record:
    """Run one replication in SimPy; equal to ``sim.engine.kernel.loop.run`` to the last bit."""
    check_foreign_hook(route, flow.columns.shape[1], flow.state)
    port = SimPyPort(flow, route, profile)
    port.clock.process(port.calendar())
    port.clock.process(port.arrivals())
    last = event_key(ARRIVE, N_STATIONS, 0)
    port.clock.run(until=port.clock.at(flow.horizon_min, last))
    return port.record


assert NO_STATION not in range(N_STATIONS)  # noqa: S101
