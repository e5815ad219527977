"""OPENINGS: when reviews staffed the posts that they decide. CAPACITY says when those could have been open."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arrays import BoolArray, FloatArray
from sim.engine.capacity import manned_intervals
from sim.engine.flow import Flow, Record
from sim.frames import LazyColumns, LazyFrame, column
from sim.setting.setting import Setting
from sim.setting.window import Window
from sim.stations import PRIMARY

Spans = npt.NDArray[np.float64]
"""[2, i], starts and ends, in order."""


def record_openings(setting: Setting, window: Window, flow: Flow, record: Record) -> pd.DataFrame | None:
    """Return OPENINGS of `sim.tables`: when each post was staffed within its hours; None without reviews.

    Booths where lanes follow the line, under a roster all posts that it staffs. A post that closes with a truck in hand
    ends here as a shift does: the rest of its work is overtime.
    """
    if len(flow.review_min()) == 0:
        return None
    manned, staffed, parts = manned_intervals(setting, window), _staffed_spans(flow, record), []
    stations = np.unique(np.append(flow.roster.station, PRIMARY)).tolist()
    for station in stations:
        first = int(flow.server_first[station])
        for post in range(int(flow.server_first[station + 1]) - first):
            hours = np.array(manned.get((station, post), []), dtype=np.float64).reshape(-1, 2).T
            parts.append((station, post, _overlap(staffed[first + post], hours)))
    start, end = np.concatenate([spans for *_, spans in parts], axis=1)
    places = np.array([post for *post, _ in parts]).repeat([spans.shape[1] for *_, spans in parts], axis=0)
    columns: dict[str, npt.NDArray[Any]] = {
        "station": places[:, 0].astype(np.int64),
        "server": places[:, 1].astype(np.int64),
        "from_min": start,
        "to_min": end,
    }
    return LazyFrame(LazyColumns(columns), tuple(columns), len(start))


def _staffed_spans(flow: Flow, record: Record) -> list[Spans]:
    """Return when each server was staffed, from the start of the replication to its horizon."""
    none = np.zeros((1, len(flow.serves)), dtype=np.int64)
    change = np.diff(np.concatenate([none, flow.staffed_at_start()[np.newaxis], record.staffed, none]), axis=0)
    times = np.concatenate([[0.0], flow.review_min(), [flow.horizon_min]])
    found = []
    for row in change.T:
        spans = np.stack([times[row > 0], times[row < 0]])
        found.append(np.asarray(spans[:, spans[0] < spans[1]]))
    return found


def _overlap(spans: Spans, hours: Spans) -> Spans:
    """Return where two sets of disjoint spans overlap, in order."""
    start = np.maximum(spans[0][:, np.newaxis], hours[0])
    end = np.minimum(spans[1][:, np.newaxis], hours[1])
    there = start < end
    return np.stack([start[there], end[there]])


def worked_capacity(capacity: pd.DataFrame, openings: pd.DataFrame | None) -> pd.DataFrame:
    """Return CAPACITY cut to when its posts were staffed; all of it where no review decides.

    ``drains`` stays True where a post was closed, and is False where a breakdown cut it.
    """
    if openings is None:
        return capacity
    names = ("station", "server", "up_min", "down_min", "drains")
    of_all = {name: column(capacity, name) for name in names}
    post, start, end = (column(openings, name) for name in ("server", "from_min", "to_min"))
    station = column(openings, "station")
    reviewed = np.isin(of_all["station"], np.append(station, PRIMARY))
    parts = [{name: values[~reviewed] for name, values in of_all.items()}]
    for k, server in np.unique(np.stack([station, post]), axis=1).T.tolist():
        mine, here = (of_all["station"] == k) & (of_all["server"] == server), (station == k) & (post == server)
        up = {name: values[mine] for name, values in of_all.items()}
        parts.append(_cut(up, start[here], end[here], (k, server)))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in names}
    order = np.lexsort((joined["up_min"], joined["server"], joined["station"]))
    columns: dict[str, npt.NDArray[Any]] = {name: values[order] for name, values in joined.items()}
    return LazyFrame(LazyColumns(columns), names, len(order))


def _cut(
    up: dict[str, npt.NDArray[Any]], start: FloatArray, end: FloatArray, post: tuple[int, int]
) -> dict[str, npt.NDArray[Any]]:
    """Return the intervals of one (station, server) cut to its openings."""
    first = np.maximum(up["up_min"][:, np.newaxis], start)
    last = np.minimum(up["down_min"][:, np.newaxis], end)
    there: BoolArray = first < last
    broken = (up["down_min"][:, np.newaxis] <= end) & ~up["drains"].astype(bool)[:, np.newaxis]
    count = int(there.sum())
    return {
        "station": np.full(count, post[0], dtype=np.int64),
        "server": np.full(count, post[1], dtype=np.int64),
        "up_min": first[there],
        "down_min": last[there],
        "drains": ~broken[there],
    }
