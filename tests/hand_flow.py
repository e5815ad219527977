"""Small ports laid out by hand, so that a reader can follow every moment of a few trucks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.engine.flow import Flow, Record, assemble_flow
from sim.engine.routes import N_COLUMNS
from sim.stations import DOOR, N_STATIONS, OPENS, PRIMARY, SHUTS, STATIONS, event_key

Spans = Sequence[tuple[float, float]]
ALWAYS: Spans = ((0.0, 1000.0),)
MOMENTS = ("enter", "start", "end", "leave")


def hand_flow(
    arrive_min: Sequence[float],
    posts: Mapping[int, Spans],
    work_min: Mapping[int, float],
    flags: Mapping[int, Sequence[float]] | None = None,
    **changes: object,
) -> Flow:
    """Return a port with one server at each of ``posts``, up in its spans; all shifts drain.

    ``work_min`` is by station, the same of all trucks; ``flags``: columns of `sim.engine.routes` by truck.
    """
    n, present = len(arrive_min), sorted(posts)
    rows = [(k, 0, up, down, 1) for k in present for up, down in posts[k]]
    service, columns = np.zeros((N_STATIONS, n)), np.zeros((n, N_COLUMNS))
    for k, work in work_min.items():
        service[k] = work
    for column, values in (flags or {}).items():
        columns[:, column] = values
    parts: dict[str, object] = {
        "horizon_min": 1000.0,
        "arrive_min": np.array(arrive_min, dtype=float),
        "lane_class": np.zeros(n),
        "service_min": service,
        "alarm": np.zeros((N_STATIONS, n)),
        "columns": columns,
        "absent": sum(1 << k for k in range(N_STATIONS) if k not in posts),
        "server_first": [sum(k < station for k in present) for station in range(N_STATIONS + 1)],
        "serves": [3] * len(present),
        "capacity": tuple(map(list, zip(*rows, strict=True))),
        "hold_min": np.full(N_STATIONS, np.inf),
        "fast_first": np.zeros(N_STATIONS),
        "room": np.full((N_STATIONS, 2), -1),
        "shared_room": np.ones(N_STATIONS),
        "suspend": np.zeros(N_STATIONS),
        "finishes": np.zeros(N_STATIONS),
        "closing": 0,
        "doors": ([], []),
        "per_lane": np.zeros(N_STATIONS),
        "lane_random": np.zeros(N_STATIONS),
        "lane_draw": np.zeros(n),
        "profiled": -1,
        "slow_min": [],
        "slow_alarm": [],
        "fork": -1,
        "judge": -1,
        "join": PRIMARY,
        "state": [0.0],
    }
    return assemble_flow(**(parts | changes))


def doors(*shut_and_open: float) -> tuple[list[float], list[int]]:
    """Return the doors of a port that shuts at the first time, opens at the second, and so on."""
    codes = [SHUTS if place % 2 == 0 else OPENS for place in range(len(shut_and_open))]
    return list(shut_and_open), [event_key(DOOR, 0, code) for code in codes]


def at(record: Record, station: int, moment: str) -> list[float]:
    """Return one moment of all trucks at a station."""
    found: list[float] = record.of(station)[MOMENTS.index(moment)].tolist()
    return found


def visited(record: Record, truck: int) -> list[str]:
    """Return the stations at which a truck was served, in the order in which it came to them."""
    start = [record.of(k)[1, truck] for k in range(N_STATIONS)]
    served = [k for k in range(N_STATIONS) if np.isfinite(start[k])]
    return [STATIONS[k] for k in sorted(served, key=lambda k: start[k])]
