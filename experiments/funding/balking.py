"""Which trips are not made because the wait would be too long: no queue grows without end.

A port that is asked for more than it can carry has no wait that a queue could settle at. Trips
that would wait longer than a ceiling go by another bridge or are given up. How many is worked out
before a day is simulated, hour by hour, from a fluid line at every station that holds trucks up:
what is kept of an hour's arrivals is the most that the line can serve within the ceiling. Whether
a truck balks is drawn once for that truck, so that whoever comes where less is carried also comes where more is.

Where only some trucks are sent, a trip counts on its share of that wait; and everybody waits as
soon as the trucks sent there fill their yard and stand in the way. Whichever comes first decides.

Lanes that follow the line count as open from the first truck on: a ceiling below the wait at which they open
(``port.lane_response.open_above_min``) is not kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.arrays import FloatArray
from sim.policies.base import PolicyExpectation
from sim.scenario import Scenario
from sim.setting.port import Segment
from sim.setting.window import Window
from sim.stations import FAST, GENERAL, N_CLASSES
from sim.trucks.arrivals import rates_per_h
from sim.workload import HourlyLoad, expected_visits, hourly_loads

MIN_PER_H: Final = 60.0


@dataclass(slots=True)
class _FluidQueue:
    """Trucks that wait for one set of servers, as a fluid."""

    classes: tuple[int, ...]
    capacity: list[float]
    """[hour], trucks that can be served."""
    room: list[float]
    """[hour], the longest line at the hour's end that is served within the ceiling."""
    queue: float = 0.0


def trips_made_share(
    scenario: Scenario,
    expected: PolicyExpectation,
    window: Window,
    ceiling_min: float,
    arrivals: FloatArray | None = None,
) -> FloatArray:
    """Return the share of the trips wanted that are made, [hour, class], general and FAST.

    The scenario has the year's demand in ``traffic.volume_scale``; no trip accepts a wait above the ceiling.

    Parameters
    ----------
    arrivals : float array, shape (24 days,), optional
        Trips wanted in each hour: of a day that is simulated, with its own day factor, since who gives up meets that
        day's line. None: those of a day like the mean.
    """
    if arrivals is None:
        arrivals = rates_per_h(scenario, window)
    fast = scenario.port.mix.fast_share
    wanted = np.stack([arrivals * (1.0 - fast), arrivals * fast], axis=1)
    found = np.ones((len(arrivals), N_CLASSES))
    if arrivals.sum() == 0.0:
        return found
    loads = hourly_loads(scenario, expected, window, arrivals)
    visits = expected_visits(scenario, expected, expected.scan_share)
    lines = [_line(scenario, load, visits, wanted, ceiling_min) for load in _holding(scenario, loads)]
    # hour by hour in plain numbers: arrays of one or two would take longer than the arithmetic
    for hour, trips in enumerate(wanted.tolist()):
        shares = [1.0] * N_CLASSES
        for line in lines:
            share = _allowed(line, hour, trips)
            for kind in line.classes:
                shares[kind] = min(shares[kind], share)
        for line in lines:
            came = sum(trips[kind] * shares[kind] for kind in line.classes)
            line.queue = max(0.0, line.queue + came - line.capacity[hour])
        found[hour] = shares
    return found


def _holding(scenario: Scenario, loads: Sequence[HourlyLoad]) -> list[HourlyLoad]:
    """Return the loads of stations at which trucks must wait; others are passed by when full."""
    busy = (load for load in loads if float(load.offered_min.sum()) > 0.0)
    return [load for load in busy if not is_passed_when_full(scenario, load.station)]


def is_passed_when_full(scenario: Scenario, station: str) -> bool:
    """Say whether trucks that find a station full drive on instead of waiting for it."""
    part = getattr(scenario.port, station.removesuffix("_slow").removesuffix("_fast"), None)
    return isinstance(part, Segment) and part.when_full == "suspend" and part.room_trucks is not None


def _line(
    scenario: Scenario, load: HourlyLoad, visits: Mapping[str, float], wanted_trips: FloatArray, ceiling_min: float
) -> _FluidQueue:
    """Return the line at a station; ``visits`` are the shares of trucks that are sent to each."""
    classes = {"general": (GENERAL,), "fast": (FAST,)}.get(load.station.rpartition("_")[2], (GENERAL, FAST))
    work_min = float(load.offered_min.sum()) / float(wanted_trips[:, list(classes)].sum())
    capacity = load.available_min / work_min
    name = load.station.removesuffix("_slow").removesuffix("_fast").removesuffix("_general")
    share, room_trucks = visits.get(name, 1.0), _room(capacity, ceiling_min)
    if 0.0 < share < 1.0:
        # those who wait there stand in nobody's way; in trucks of the whole line, of whom a share is sent here
        room = getattr(getattr(scenario.port, name), "room_trucks", None)
        yard_trucks = math.inf if room is None else float(room)
        room_trucks = np.minimum(room_trucks + yard_trucks / share, _room(capacity, ceiling_min / share))
    return _FluidQueue(classes, capacity.tolist(), room_trucks.tolist())


def _room(capacity: FloatArray, ceiling_min: float) -> FloatArray:
    """Return the longest line that is gone within the ceiling; late servers work on as before."""
    hours = len(capacity)
    open_hours = np.flatnonzero(capacity > 0.0)
    after = capacity[open_hours[-1]] if len(open_hours) else 0.0
    late = np.full(int(np.ceil(ceiling_min / MIN_PER_H)) + hours + 1, after)
    whole = np.concatenate([capacity, late])
    if len(open_hours):
        whole[open_hours[-1] + 1 : hours] = after
    served = np.concatenate([[0.0], np.cumsum(whole)])
    ends = np.arange(1.0, hours + 1.0)
    at = np.arange(len(served), dtype=np.float64)
    gone = np.interp(ends + ceiling_min / MIN_PER_H, at, served)
    return np.asarray(gone - served[1 : hours + 1])


def _allowed(line: _FluidQueue, hour: int, wanted_trips: list[float]) -> float:
    came = sum(wanted_trips[kind] for kind in line.classes)
    if came <= 0.0:
        return 1.0
    most = line.room[hour] + line.capacity[hour] - line.queue
    return min(1.0, max(0.0, most / came))
