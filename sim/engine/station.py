"""A station of the SimPy model: servers with a calendar, two queues, a finite waiting room.

``simpy.Resource`` is not used: it decides ties of time by how many ``yield`` statements a process
has made. Here every event carries its own rank (``sim.stations``), and everything else happens at
once, inside the event that causes it. Each move has its compiled twin in ``sim.engine.kernel.moves``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heappush
from typing import Any

import numpy as np
import simpy

from sim.engine.flow import Flow, Record
from sim.stations import APPROACH, END, FAST, GENERAL, SERVED, START, WITHDRAWN, event_key


class Clock(simpy.Environment):
    """A SimPy environment that takes events at absolute times, ranked by ``sim.stations``.

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

    def __init__(self, number: int, serves: int, intervals: list[tuple[float, float, bool]]) -> None:
        self.number = number
        self.lanes = [lane for lane in (GENERAL, FAST) if (serves >> lane) & 1]
        self.intervals = intervals
        self.place = -1
        self.up = False
        self.staffed = True
        self.on = False
        self.late = False
        self.busy = False
        self.outcome = SERVED

    def settle(self) -> None:
        """Take trucks if up and staffed; a server that is late goes on whatever is decided."""
        self.on = self.late or (self.up and self.staffed)

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


class Station:
    """Servers, queues and waiting room of one station, and who is blocked before it."""

    def __init__(self, clock: Clock, flow: Flow, record: Record, index: int, port: Any) -> None:  # noqa: ANN401
        self.clock, self.flow, self.record, self.index, self.port = clock, flow, record, index, port
        self.row = 4 * int(record.place[index])
        first, last = int(flow.server_first[index]), int(flow.server_first[index + 1])
        self.servers = [Server(s - first, int(flow.serves[s]), _intervals(flow, s)) for s in range(first, last)]
        self.queues: tuple[deque[int], deque[int]] = (deque(), deque())
        self.lines: list[deque[int]] = [deque() for _ in self.servers]
        self.has_lines = bool(flow.per_lane[index])
        self.joined: dict[int, int] = {}
        self.blocked: tuple[deque[int], ...] = (deque(), deque(), deque(), deque())
        self.done: dict[int, simpy.Event] = {}
        self.is_judge = index == flow.judge
        self.rooms = [int(flow.room[index, lane]) for lane in (GENERAL, FAST)]
        self.shared = bool(flow.shared_room[index])

    def lane_of(self, truck: int) -> int:
        """Return the queue that the truck (or its image) joins here."""
        return GENERAL if self.is_judge else int(self.flow.lane_class[truck])

    def has_room(self, lane: int) -> bool:
        """Tell whether one more truck of this class may wait."""
        room = self.rooms[0] if self.shared else self.rooms[lane]
        waiting = sum(map(len, self.queues)) if self.shared else len(self.queues[lane])
        return room < 0 or waiting < room

    def lowest_free(self, lane: int) -> Server | None:
        """Return the free server of lowest number that takes this class."""
        for server in self.servers:
            if server.on and not server.busy and lane in server.lanes:
                return server
        return None

    def can_enter(self, lane: int) -> bool:
        """Tell whether a truck of this class can be served or wait here now."""
        return self.has_room(lane) or self.lowest_free(lane) is not None

    def visit(self, truck: int) -> simpy.Event:
        """Let the truck in, to be served or to wait; the event happens when its service ends."""
        self.done[truck] = simpy.Event(self.clock)
        self.enter(truck)
        return self.done[truck]

    def enter(self, truck: int) -> None:
        """Start service at the lowest free server, or join the queue of the truck's class."""
        lane = self.lane_of(truck)
        self.record.moments[self.row, truck] = self.clock.now
        server = self.choose_lane(lane, truck) if self.has_lines else self.lowest_free(lane)
        if server is not None and server.on and not server.busy:
            self.start(server, truck)
            return
        self.joined[truck] = self.port.next_ticket()
        line = self.queues[lane]
        if self.has_lines and server is not None:
            line = self.lines[server.number]
        line.append(truck)
        self.port.waiting[self.index] += 1

    def choose_lane(self, lane: int, truck: int) -> Server | None:
        """Return the truck's lane: by its own draw, else the shortest; open before closed ones."""
        fit = [server for server in self.servers if lane in server.lanes]
        fit = [server for server in fit if server.on] or fit
        if not fit:
            return None
        if self.flow.lane_random[self.index]:
            return fit[int(self.flow.lane_draw[truck] * len(fit))]
        return min(fit, key=lambda server: len(self.lines[server.number]) + server.busy)

    def start(self, server: Server, truck: int) -> None:
        """Begin service and schedule its end."""
        server.busy = True
        self.port.n_busy[self.index] += 1
        self.record.moments[self.row + 1, truck] = self.clock.now
        self.record.server[self.row // 4, truck] = server.number
        work = self.flow.service_min[self.index, truck]
        if self.index == self.flow.profiled and self.chooses_slow(server, truck):
            self.record.slow[truck] = 1
            work = self.flow.slow_min[truck]
        over = server.finish(self.clock.now, work, self.flow.hold_min[self.index])
        if over is not None:
            ended = self.clock.at(over, event_key(END, self.index, truck), truck)
            ended.callbacks.append(self.ended)

    def chooses_slow(self, server: Server, truck: int) -> bool:
        """Ask the policy which of the two services begins."""
        waiting = np.array([len(line) for line in self.lines], dtype=np.int64)
        serving = np.array([other.busy for other in self.servers], dtype=np.int64)
        columns, state = self.flow.columns, self.port.state
        chosen = self.port.profile(truck, server.number, waiting, serving, columns, state)
        return bool(chosen == 1)

    def ended(self, event: simpy.Event) -> None:
        """Record the end of a service, and wake whoever waits for it."""
        truck = int(event.value)  # type: ignore[arg-type]
        self.record.moments[self.row + 2, truck] = self.clock.now
        self.record.done[self.index, truck] = self.server_of(truck).outcome
        self.port.wake(self.done.pop(truck))

    def server_of(self, truck: int) -> Server:
        """Return the server at which the truck stands or stood."""
        return self.servers[int(self.record.server[self.row // 4, truck])]

    def next_in_line(self, server: Server) -> int | None:
        """Take the next truck for this server out of its queue."""
        if self.has_lines:
            return self.next_of_lane(server)
        lines = [self.queues[lane] for lane in server.lanes if self.queues[lane]]
        if not lines:
            return None
        line = lines[-1]
        if len(lines) == 2 and not self.flow.fast_first[self.index]:
            line = min(lines, key=lambda queue: self.joined[queue[0]])
        self.port.waiting[self.index] -= 1
        return line.popleft()

    def next_of_lane(self, server: Server) -> int | None:
        """Take the next of the server's own line, or of a closed one whose head joined earlier."""
        open_to = [self.lines[server.number]]
        open_to += [
            line
            for other, line in zip(self.servers, self.lines, strict=True)
            if line and not other.on and self.lane_of(line[0]) in server.lanes
        ]
        lines = [line for line in open_to if line]
        if not lines:
            return None
        self.port.waiting[self.index] -= 1
        return min(lines, key=lambda line: self.joined[line[0]]).popleft()

    def vacate(self, truck: int) -> Server:
        """Take the truck off its server."""
        server = self.server_of(truck)
        self.record.moments[self.row + 3, truck] = self.clock.now
        server.busy = False
        self.port.n_busy[self.index] -= 1
        return server

    def free(self, server: Server) -> None:
        """Hand a free server to the next in line, then let blocked trucks into the room it left."""
        if not server.on or server.busy:
            return
        truck = self.next_in_line(server)
        if truck is None:
            return
        self.start(server, truck)
        self.admit()

    def admit(self) -> None:
        """Let blocked trucks in while there is room; each gives up the server that it held."""
        while (truck := self.first_blocked()) is not None:
            self.enter(truck)
            here = self.port.held_at.pop(truck)
            if here != START:
                behind = self.port.stations[here]
                behind.free(behind.vacate(truck))

    def first_blocked(self) -> int | None:
        """Take out the first blocked truck that can enter; trucks from the approach come last."""
        for line in self.blocked:
            if line and self.can_enter(self.lane_of(line[0])):
                return line.popleft()
        return None

    def block(self, truck: int, here: int) -> simpy.Event:
        """Hold the truck where it is until there is room; the event is its service's end."""
        group = (0 if self.shared else self.lane_of(truck)) + 2 * (here <= APPROACH)
        self.port.held_at[truck] = here
        self.blocked[group].append(truck)
        self.done[truck] = simpy.Event(self.clock)
        return self.done[truck]

    def at_work(self) -> bool:
        """Tell whether a server takes new trucks."""
        return any(server.on and not server.late for server in self.servers)

    def stands(self) -> bool:
        """Tell whether trucks wait at or before the station that a server here could serve."""
        waits = self.port.waiting[self.index] > 0 or any(self.blocked)
        return bool(waits and any(server.on for server in self.servers))

    def close(self, server: Server) -> None:
        """Take a server down; the trucks in its own line go to open lanes as these fall free."""
        server.up = False
        if not server.on:
            return
        server.late = server.intervals[server.place][2] and self.port.has_work_left(self.index)
        server.settle()
        self.pass_on_line(server)

    def pass_on_line(self, closed: Server) -> None:
        """Offer the trucks in the line of a lane that takes none any more to those that do."""
        if self.has_lines and not closed.on:
            for other in self.servers:
                self.free(other)

    def open(self, server: Server) -> None:
        """Bring a server up and hand it on, if it is staffed; one that stayed late goes on, or is closed."""
        server.place += 1
        stayed, server.up, server.late = server.late, True, False
        server.settle()
        if not stayed:
            self.free(server)
            return
        self.pass_on_line(server)

    def turn_away(self, now: float) -> None:
        """Turn away the trucks that wait here."""
        lines = [*self.queues, *self.lines]
        for truck in (truck for line in lines for truck in line):
            self.record.moments[self.row + 3, truck] = now
            self.port.turned_away(truck, self.index)
        self.port.waiting[self.index] = 0
        for line in lines:
            line.clear()

    def turn_away_blocked(self) -> None:
        """Turn away the trucks that are blocked before the station."""
        for line in self.blocked:
            for truck in line:
                self.port.turned_away(truck, self.index)
                here = self.port.held_at.pop(truck)
                if here != START:
                    self.port.stations[here].vacate(truck)
            line.clear()


def _intervals(flow: Flow, server: int) -> list[tuple[float, float, bool]]:
    first, last = int(flow.interval_first[server]), int(flow.interval_first[server + 1])
    return [(float(flow.up_min[i]), float(flow.down_min[i]), bool(flow.drains[i])) for i in range(first, last)]
