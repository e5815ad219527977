"""OPENINGS: when reviews staffed the posts that they decide. CAPACITY says when those could have been open."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arrays import FloatArray, IntArray
from sim.engine.capacity import manned_intervals
from sim.engine.flow import Flow, Record
from sim.frames import LazyColumns, LazyFrame, column
from sim.setting.setting import Setting
from sim.setting.window import Window
from sim.stations import PRIMARY


def record_openings(setting: Setting, window: Window, flow: Flow, record: Record) -> pd.DataFrame | None:
    """Return OPENINGS of `sim.tables`: when each post was staffed within its hours; None without reviews.

    Booths where lanes follow the line, under a roster all posts that it staffs. A post that closes with a truck in hand
    ends here as a shift does: the rest of its work is overtime.
    """
    if len(flow.review_min()) == 0:
        return None
    first = flow.server_first
    station = np.repeat(np.arange(len(first) - 1), np.diff(first))
    post = np.arange(len(station)) - first[station]
    reviewed = np.isin(station, np.append(flow.roster.station, PRIMARY))
    server, start, end = _staffed_spans(flow, record)
    keyed = np.flatnonzero(reviewed).tolist()
    manned = manned_intervals(setting, window)
    hours = [(key, *span) for key in keyed for span in manned.get((int(station[key]), int(post[key])), ())]
    of_server, open_min, close_min = np.array(hours, dtype=np.float64).reshape(-1, 3).T
    span, hour = _pairs(server, of_server)
    start, end = np.maximum(start[span], open_min[hour]), np.minimum(end[span], close_min[hour])
    there = start < end
    server = server[span][there]
    columns: dict[str, npt.NDArray[Any]] = {
        "station": station[server].astype(np.int64),
        "server": post[server].astype(np.int64),
        "from_min": start[there],
        "to_min": end[there],
    }
    return LazyFrame(LazyColumns(columns), tuple(columns), len(server))


def _staffed_spans(flow: Flow, record: Record) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return (server, start, end) of when servers were staffed, in this order, within the replication's horizon."""
    none = np.zeros((len(flow.serves), 1), dtype=np.uint8)
    staffed = np.concatenate([none, flow.staffed_at_start()[:, np.newaxis], record.staffed.T, none], axis=1) > 0
    times = np.concatenate([[0.0], flow.review_min(), [flow.horizon_min]])
    server, begun = np.nonzero(staffed[:, 1:] & ~staffed[:, :-1])
    _, ended = np.nonzero(staffed[:, :-1] & ~staffed[:, 1:])
    start, end = times[begun], times[ended]
    there = start < end
    return server[there], start[there], end[there]


def _pairs(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> tuple[IntArray, IntArray]:
    """Return the places of all pairs of equal keys, in the order of ``left`` and then of ``right``, which is sorted.

    >>> [places.tolist() for places in _pairs(np.array([3, 1]), np.array([1, 2, 3, 3]))]
    [[0, 0, 1], [2, 3, 0]]
    """
    first = np.searchsorted(right, left)
    count = np.searchsorted(right, left, side="right") - first
    place = np.repeat(np.arange(len(left)), count)
    return place, np.arange(len(place)) + np.repeat(first - np.cumsum(count) + count, count)


def worked_capacity(capacity: pd.DataFrame, openings: pd.DataFrame | None) -> pd.DataFrame:
    """Return CAPACITY cut to when its posts were staffed; all of it where no review decides.

    ``drains`` stays True where a post was closed, and is False where a breakdown cut it.
    """
    if openings is None:
        return capacity
    names = ("station", "server", "up_min", "down_min", "drains")
    of_all = {name: column(capacity, name) for name in names}
    station, post, start, end = (column(openings, name) for name in ("station", "server", "from_min", "to_min"))
    left_alone = ~np.isin(of_all["station"], np.append(station, PRIMARY))
    servers = 1 + int(max(of_all["server"].max(initial=-1), post.max(initial=-1)))
    up, opening = _pairs(of_all["station"] * servers + of_all["server"], station * servers + post)
    first, last = np.maximum(of_all["up_min"][up], start[opening]), np.minimum(of_all["down_min"][up], end[opening])
    drains = of_all["drains"][up].astype(bool) | (of_all["down_min"][up] > end[opening])
    cut = {
        "station": of_all["station"][up],
        "server": of_all["server"][up],
        "up_min": first,
        "down_min": last,
        "drains": drains,
    }
    there = first < last
    joined = {name: np.concatenate([of_all[name][left_alone], cut[name][there]]) for name in names}
    order = np.lexsort((joined["up_min"], joined["server"], joined["station"]))
    columns: dict[str, npt.NDArray[Any]] = {name: values[order] for name, values in joined.items()}
    return LazyFrame(LazyColumns(columns), names, len(order))
