"""Random small ports on integer times, so that ties are everywhere."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from sim.engine.flow import Flow, assemble_flow
from sim.engine.review_plan import next_opening
from sim.engine.routes import N_COLUMNS
from sim.stations import (
    ANALYST,
    CANINE,
    DOCK,
    DOOR,
    LOW_ENERGY,
    N_STATIONS,
    OPENS,
    ORIGIN,
    PORTAL,
    PRIMARY,
    RADIATION,
    SAFETY,
    SHUTS,
    event_key,
)


def _capacity(rng: np.random.Generator, servers: list[int], horizon: int) -> tuple[list[Any], ...]:
    """Return up to four intervals a server: shifts that drain and breakdowns that do not."""
    rows = []
    for station, count in enumerate(servers):
        for server in range(count):
            if rng.random() < 0.3:
                rows.append((station, server, 0.0, float(horizon), 1))
                continue
            cuts = np.sort(rng.choice(horizon, size=2 * int(rng.integers(1, 5)), replace=False))
            for up, down in cuts.reshape(-1, 2):
                rows.append((station, server, float(up), float(down), int(rng.random() < 0.5)))
    return tuple(list(column) for column in zip(*rows, strict=True))


def random_flow(
    seed: int,
    *,
    three_stations: bool = False,
    scale: float = 1.0,
    reviewed: bool = False,
    rostered: bool = False,
    between: float = 0.0,
) -> Flow:
    """Return one random case.

    ``three_stations``: portal, primary and dock, no analysts; ``reviewed``: booths open and close by the line;
    ``rostered``: all posts share officers, besides; ``between``: reviews are held so much after whole times.
    """
    rng = np.random.default_rng(seed)
    n, horizon = int(rng.integers(10, 90)), int(rng.integers(40, 200))
    servers = [0] * N_STATIONS
    present = (PORTAL, PRIMARY, DOCK) if three_stations else range(N_STATIONS)
    for station in present:
        servers[station] = int(rng.integers(1, 4))
    if not three_stations:
        for station in range(N_STATIONS):
            rare = station in (ORIGIN, LOW_ENERGY, RADIATION, CANINE, SAFETY)
            kept = rng.random() < (0.4 if rare else 0.8)
            servers[station] *= int(kept or station == PRIMARY)
        servers[ANALYST] *= int(servers[PORTAL] > 0)
    judged = servers[PORTAL] > 0 and servers[ANALYST] > 0
    total = sum(servers)
    serves = rng.choice([1, 2, 3, 3], size=total)
    first = np.concatenate([[0], np.cumsum(servers)])
    serves[first[ANALYST] : first[ANALYST + 1]] = 3
    room = np.where(rng.random((N_STATIONS, 2)) < 0.5, rng.integers(0, 4, (N_STATIONS, 2)), -1)
    room[room[:, 0] < 0, 1] = -1
    per_lane = rng.random(N_STATIONS) < 0.3
    per_lane[ANALYST] = False
    room[ANALYST] = -1
    room[per_lane] = -1
    reviews = random_reviews(seed, first, float(horizon), scale, between) if reviewed or rostered else None
    return assemble_flow(
        horizon_min=float(horizon) * scale,
        arrive_min=np.sort(rng.integers(0, horizon, n)) * scale,
        lane_class=rng.random(n) < 0.3,
        service_min=rng.integers(0, 9, (N_STATIONS, n)) * scale,
        alarm=_alarms(rng, n),
        columns=rng.random((n, N_COLUMNS)) < 0.4,
        absent=sum(1 << k for k in range(N_STATIONS) if servers[k] == 0),
        server_first=first,
        serves=serves,
        capacity=_scaled(_capacity(rng, servers, horizon), scale),
        hold_min=rng.choice([0.0, 3.0, 10.0, np.inf], size=N_STATIONS) * scale,
        fast_first=rng.random(N_STATIONS) < 0.5,
        room=room,
        shared_room=rng.random(N_STATIONS) < 0.5,
        suspend=rng.choice([0, 0, 0, 1, 2], size=N_STATIONS),
        finishes=rng.random(N_STATIONS) < 0.2,
        closing=int(rng.integers(0, 3)),
        doors=_doors(rng, horizon, scale),
        per_lane=per_lane,
        lane_random=rng.random(N_STATIONS) < 0.5,
        lane_draw=rng.random(n),
        profiled=rng.choice([PRIMARY, PORTAL, -1]),
        slow_min=rng.integers(0, 20, n) * scale,
        slow_alarm=rng.random(n) < 0.6,
        fork=PORTAL if judged else -1,
        judge=ANALYST if judged else -1,
        join=PRIMARY,
        state=[0.0, 0.0],
        reviews=reviews,
        roster=random_roster(seed, first, reviews, scale, between) if rostered else None,
    )


def random_reviews(
    seed: int, server_first: np.ndarray, horizon: float, scale: float, between: float = 0.0
) -> dict[str, Any]:
    """Return reviews of one or two kinds of booths, at regular and at odd times, with everything at random."""
    rng = np.random.default_rng([seed, 1])
    first, last = int(server_first[PRIMARY]), int(server_first[PRIMARY + 1])
    bounds = [first, last] if rng.random() < 0.3 else [first, int(rng.integers(first, last + 1)), last]
    times = np.union1d(np.arange(0.0, horizon, float(rng.integers(1, 12))), rng.integers(0, int(horizon), 4))
    lanes = np.diff(bounds)
    least = rng.integers(0, lanes + 1, (len(times), len(lanes)))
    # a timetable changes now and then
    least = least[np.maximum.accumulate(np.where(rng.random(len(times)) < 0.2, np.arange(len(times)), 0))]
    most = rng.integers(least, lanes + 1) if rng.random() < 0.3 else np.maximum(least, lanes)
    work = rng.choice([0.0, 1.0, 3.0, 5.0], size=(len(lanes), 2)) * scale
    return {
        "first": bounds,
        "review_min": (times + between) * scale,
        "least": least,
        "most": most,
        "work_min": work,
        "open_above_min": float(rng.integers(2, 12)) * scale,
        "close_below_min": float(rng.integers(1, 6)) * scale,
        "delay_reviews": int(rng.integers(0, 3)),
        "min_open_reviews": int(rng.integers(0, 4)),
        "most_officers": int(rng.integers(1, 5)),
    }


def random_roster(
    seed: int, server_first: np.ndarray, reviews: dict[str, Any] | None, scale: float, between: float = 0.0
) -> dict[str, Any] | None:
    """Return a roster over all stations, or over most, with officers and rules at random."""
    if reviews is None:
        return None
    rng = np.random.default_rng([seed, 2])
    lanes = [(PRIMARY, first, last, g) for g, (first, last) in enumerate(itertools.pairwise(reviews["first"]))]
    others = [
        (k, server_first[k], server_first[k + 1], -1)
        for k in range(N_STATIONS)
        if k != PRIMARY and server_first[k] < server_first[k + 1] and rng.random() < 0.8
    ]
    kinds = sorted((kind for kind in lanes + others if kind[1] < kind[2]), key=lambda kind: kind[1])
    station, first, last, lane_kind = (np.array(part) for part in zip(*kinds, strict=True))
    horizon = float(reviews["review_min"].max()) + scale
    times = np.union1d(reviews["review_min"], (rng.integers(0, max(int(horizon / scale), 1), 5) + between) * scale)
    crew = rng.choice([500, 1000, 1000, 2500, 3000], size=len(kinds))
    least = np.minimum(rng.integers(1, 3, len(kinds)), last - first)
    works = rng.random((len(times), len(kinds))) < 0.9
    works[rng.random(len(times)) < 0.1] = False
    shift = np.maximum.accumulate(np.where(rng.random(len(times)) < 0.3, np.arange(len(times)), 0))
    drawn = rng.integers(0, int((crew * (last - first)).sum()) + 2000, len(times))[shift] // 500 * 500
    on_duty = np.maximum(drawn, works @ (least * crew)) * works.any(axis=1)
    ahead = next_opening(works.any(axis=1))
    placed = np.append(on_duty, 0)[ahead]
    return {
        "review_min": times,
        "lane_row": [
            int(np.searchsorted(reviews["review_min"], time)) if time in reviews["review_min"] else -1 for time in times
        ],
        "first": first,
        "last": last,
        "station": station,
        "lanes": lane_kind,
        "crew": crew,
        "least": least,
        "wanted": rng.integers(1, last - first + 1, (len(times), len(kinds)))[shift],
        "is_open": np.vstack([works, np.zeros_like(works[:1])])[ahead],
        "officers": placed,
        "on_duty": on_duty,
        "ended": np.maximum(-np.diff(placed, prepend=placed[:1]), 0),
        "may_stay": rng.integers(0, 3000, len(times)) // 500 * 500 * (on_duty > 0),
        "work_min": rng.choice([0.0, 1.0, 3.0, 5.0], size=(len(kinds), 2)) * scale,
        "rule": int(rng.integers(0, 5)),
        "target_wait_min": float(rng.integers(0, 10)) * scale,
    }


def _alarms(rng: np.random.Generator, n: int) -> np.ndarray:
    alarm = (rng.random((N_STATIONS, n)) < 0.4).astype(int)
    alarm[PORTAL, rng.random(n) < 0.2] = 2
    return alarm


def _doors(rng: np.random.Generator, horizon: int, scale: float) -> tuple[Any, Any]:
    times = np.sort(rng.choice(horizon, size=4, replace=False)) * scale
    return times, [event_key(DOOR, 0, code) for code in (SHUTS, OPENS, SHUTS, OPENS)]


def _scaled(capacity: tuple[list[Any], ...], scale: float) -> tuple[Any, ...]:
    station, server, up, down, drains = capacity
    return station, server, np.array(up) * scale, np.array(down) * scale, drains
