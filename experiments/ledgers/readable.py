"""The ledger and its events for a spreadsheet: dates and times of day, scores, and reasons in words."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arrays import FloatArray
from sim.engine.ledger import event_log
from sim.frames import column
from sim.results.indices import rows_with
from sim.results.times import line_joined_min
from sim.setting.window import Window
from sim.stations import STATION, STATIONS
from sim.tables import LANE_CLASSES, MOMENTS, Column

READABLE_LEDGER: Final = (
    Column("truck", "int", "-", "number of the truck"),
    Column("class", "str", "-", "general or fast"),
    Column("arrived", "str", "-", "arrival at the end of the line, YYYY-MM-DD HH:MM:SS on the local clock"),
    Column("left", "str", "-", "leaves the port; empty: still inside at the end"),
    Column("outcome", "str", "-", "released, seized, turned away or still inside"),
    Column("wait_min", "float", "min", "end of the line to primary begins, as in WAITS"),
    Column("crossing_min", "float", "min", "arrival to exit"),
    Column("p_hit", "float", "0-1", "calibrated probability that opening the truck yields a seizure"),
    Column("risk_score", "float", "0-1", "share of the training period's trucks that scored lower"),
    Column("reasons", "str", "-", "why it went to each station that needs a reason: station: reason; ..."),
)
"""First columns of ``ledger.csv``; ``<station>_enter``, ``_start``, ``_end`` and ``_leave`` follow as times."""
READABLE_EVENTS: Final = (
    Column("case", "int", "-", "number of the truck"),
    Column("timestamp", "str", "-", "YYYY-MM-DD HH:MM:SS on the local clock; rows are sorted by the exact time"),
    Column("activity", "str", "-", "station"),
    Column("lifecycle", "str", "-", "enter, start, end or leave"),
    Column("resource", "str", "-", "station and number of its server; empty: none"),
    Column("reason", "str", "-", "why it went to the station, where it enters one that needs a reason"),
)
"""Columns of ``events.csv``."""


def clock_times(minutes: FloatArray, window: Window) -> npt.NDArray[Any]:
    """Return dates and times of day to the second [n], as text; empty where a moment did not happen.

    >>> window = Window(seed=1, epoch=0, replication=0, start_date="2024-05-13", days=1)
    >>> clock_times(np.array([61.5, np.nan]), window).tolist()
    ['2024-05-13 01:01:30', '']
    """
    if not len(minutes):
        return np.empty(0, "U19")  # numpy replaces nothing in no texts
    known = np.isfinite(minutes)
    seconds = np.round(60.0 * np.where(known, minutes, 0.0)).astype("timedelta64[s]")
    texts = np.datetime_as_string(np.datetime64(window.start_date, "s") + seconds, unit="s")
    return np.where(known, np.char.replace(texts, "T", " "), "")


def readable_ledger(
    ledger: pd.DataFrame, scores: pd.DataFrame, reasons: dict[str, list[str]], window: Window
) -> pd.DataFrame:
    """Return one row a truck: `READABLE_LEDGER`, then the moments at every station that a truck came to."""
    arrive, left = column(ledger, "arrive_min"), column(ledger, "exit_min")
    wait = column(ledger, "primary_start_min") - line_joined_min(arrive, column(ledger, "origin_leave_min"))
    columns: dict[str, Any] = {
        "truck": column(ledger, "truck"),
        "class": np.array(LANE_CLASSES, dtype=object)[column(ledger, "lane_class").astype(np.int64)],
        "arrived": clock_times(arrive, window),
        "left": clock_times(left, window),
        "outcome": outcomes(ledger),
        "wait_min": wait.round(2),
        "crossing_min": (left - arrive).round(2),
        "p_hit": column(scores, "p_hit"),
        "risk_score": column(scores, "risk_score"),
        "reasons": [
            "; ".join(f"{station_words(name)}: {text}" for name, text in zip(reasons, texts, strict=True) if text)
            for texts in zip(*reasons.values(), strict=True)
        ],
    }
    for station in STATIONS:
        if len(rows_with(ledger, station, "enter")):
            for moment in MOMENTS:
                columns[f"{station}_{moment}"] = clock_times(column(ledger, f"{station}_{moment}_min"), window)
    return pd.DataFrame(columns)


def readable_events(ledger: pd.DataFrame, reasons: dict[str, list[str]], window: Window) -> pd.DataFrame:
    """Return `READABLE_EVENTS`, one row a moment, by time."""
    log = event_log(ledger)
    entered = pd.DataFrame(
        [
            (truck, station, "enter", text)
            for station, texts in reasons.items()
            for truck, text in zip(column(ledger, "truck").tolist(), texts, strict=True)
            if text
        ],
        columns=["case", "activity", "lifecycle", "reason"],
    ).astype({"case": "int64"})
    log = log.merge(entered, on=["case", "activity", "lifecycle"], how="left")
    log["timestamp"] = clock_times(log["timestamp_min"].to_numpy(), window)
    log["reason"] = log["reason"].fillna("")
    return log[[declared.name for declared in READABLE_EVENTS]]


def outcomes(ledger: pd.DataFrame) -> npt.NDArray[Any]:
    """Return what became of each truck [n]: released, seized, turned away or still inside."""
    inside = ~np.isfinite(column(ledger, "exit_min"))
    seized, diverted = (column(ledger, name).astype(bool) for name in ("seized", "diverted"))
    return np.select([seized, diverted, inside], ["seized", "turned away", "still inside"], "released").astype(object)


def station_words(station: str) -> str:
    """Return what a station is called in a sentence."""
    return STATION[station].title or station
