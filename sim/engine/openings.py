"""OPENINGS: when reviews staffed the lanes that they decide. CAPACITY says when those could have been open."""

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
from sim.setting.staffing import lane_response
from sim.setting.window import Window
from sim.stations import PRIMARY

Spans = npt.NDArray[np.float64]
"""[2, i], starts and ends, in order."""


def record_openings(setting: Setting, window: Window, flow: Flow, record: Record) -> pd.DataFrame | None:
    """Return OPENINGS of `sim.tables`: when each booth was staffed within the port's hours; None without reviews.

    A lane that closes with a truck in hand ends here as a shift does: the rest of its work is overtime.
    """
    if lane_response(setting.port, setting.staffing) is None:
        return None
    manned, first = manned_intervals(setting, window), int(flow.server_first[PRIMARY])
    parts = []
    for booth in range(int(flow.server_first[PRIMARY + 1]) - first):
        hours = np.array(manned.get((PRIMARY, booth), []), dtype=np.float64).reshape(-1, 2).T
        staffed = _staffed_spans(flow, record, first + booth)
        parts.append((booth, _overlap(staffed, hours)))
    server = np.repeat([booth for booth, _ in parts], [spans.shape[1] for _, spans in parts])
    start, end = np.concatenate([spans for _, spans in parts], axis=1)
    columns: dict[str, npt.NDArray[Any]] = {
        "station": np.full(len(start), PRIMARY, dtype=np.int64),
        "server": server.astype(np.int64),
        "from_min": start,
        "to_min": end,
    }
    return LazyFrame(LazyColumns(columns), tuple(columns), len(start))


def _staffed_spans(flow: Flow, record: Record, server: int) -> Spans:
    """Return when one server was staffed, from the start of the replication to its horizon."""
    before = flow.reviews.staffed_at_start(len(flow.serves))[server]
    staffed = np.concatenate([[0, before], record.staffed[:, server], [0]]).astype(np.int64)
    times = np.concatenate([[0.0], flow.reviews.review_min, [flow.horizon_min]])
    change = np.diff(staffed)
    spans = np.stack([times[change > 0], times[change < 0]])
    return np.asarray(spans[:, spans[0] < spans[1]])


def _overlap(spans: Spans, hours: Spans) -> Spans:
    """Return where two sets of disjoint spans overlap, in order."""
    start = np.maximum(spans[0][:, np.newaxis], hours[0])
    end = np.minimum(spans[1][:, np.newaxis], hours[1])
    there = start < end
    return np.stack([start[there], end[there]])


def worked_capacity(capacity: pd.DataFrame, openings: pd.DataFrame | None) -> pd.DataFrame:
    """Return CAPACITY cut to when its lanes were staffed; all of it where no review decides.

    ``drains`` stays True where a lane was closed, and is False where a breakdown cut it.
    """
    if openings is None:
        return capacity
    names = ("station", "server", "up_min", "down_min", "drains")
    of_all = {name: column(capacity, name) for name in names}
    reviewed = of_all["station"] == PRIMARY
    parts = [{name: values[~reviewed] for name, values in of_all.items()}]
    booth, start, end = (column(openings, name) for name in ("server", "from_min", "to_min"))
    for server in np.unique(booth):
        up = {name: values[reviewed & (of_all["server"] == server)] for name, values in of_all.items()}
        parts.append(_cut(up, start[booth == server], end[booth == server], int(server)))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in names}
    order = np.lexsort((joined["up_min"], joined["server"], joined["station"]))
    columns: dict[str, npt.NDArray[Any]] = {name: values[order] for name, values in joined.items()}
    return LazyFrame(LazyColumns(columns), names, len(order))


def _cut(
    up: dict[str, npt.NDArray[Any]], start: FloatArray, end: FloatArray, server: int
) -> dict[str, npt.NDArray[Any]]:
    """Return the intervals of one booth cut to its openings."""
    first = np.maximum(up["up_min"][:, np.newaxis], start)
    last = np.minimum(up["down_min"][:, np.newaxis], end)
    there: BoolArray = first < last
    broken = (up["down_min"][:, np.newaxis] <= end) & ~up["drains"].astype(bool)[:, np.newaxis]
    count = int(there.sum())
    return {
        "station": np.full(count, PRIMARY, dtype=np.int64),
        "server": np.full(count, server, dtype=np.int64),
        "up_min": first[there],
        "down_min": last[there],
        "drains": ~broken[there],
    }
