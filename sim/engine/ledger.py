"""Record -> LEDGER: one row a truck, one column a moment, plus what was decided and found."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from sim.arrays import BoolArray, FloatArray
from sim.engine.flow import CLEARED, Flow, Record
from sim.engine.routes import ORDERED, REFERRED, SELECTED
from sim.frames import LazyColumns, LazyFrame, column
from sim.stations import CARRY_OVER, DIVERTED, DOCK, N_STATIONS, ORIGIN, PORTAL, SENSED_STATIONS, SERVED, STATIONS
from sim.tables import LEDGER, MOMENTS


def build_ledger(flow: Flow, record: Record, manifest: pd.DataFrame) -> pd.DataFrame:
    """Return LEDGER of `sim.tables`, ``n`` rows in the order of MANIFEST.

    A truck is *opened* when its exam at a dock, or its check by the country that it leaves, was
    served to the end; *seized* when it was opened, carried, and that exam found it.
    """
    columns = LazyColumns({"arrive_min": flow.arrive_min, "lane_class": flow.lane_class, "exit_min": record.exit_min})
    columns.add("truck", lambda: column(manifest, "truck"))
    for name, place in (("selected", SELECTED), ("referred", REFERRED), ("ordered", ORDERED)):
        columns.add(name, lambda place=place: flow.columns[:, place] > 0.0)  # type: ignore[misc]
    for k, station in enumerate(STATIONS):
        columns.add(f"{station}_server", partial(record.server_at, k))
        columns.add(f"{station}_done", partial(record.done.__getitem__, k))
        columns.add_together((f"{station}_{moment}_min" for moment in MOMENTS), partial(_moments, record, k))
    for name in SENSED_STATIONS:
        columns.add(f"{name}_alarm", partial(alarms_raised, flow, record, STATIONS.index(name)))
    columns.add("portal_slow", lambda: (record.slow > 0) & (flow.profiled == PORTAL))
    columns.add("cleared", lambda: _cleared(flow, record))
    columns.add("diverted", lambda: _diverted(flow, record))
    columns.add("opened", lambda: _opened(record, ORIGIN) | _opened(record, DOCK))
    columns.add("seized", lambda: _seized(flow, record, ORIGIN) | _seized(flow, record, DOCK))
    return LazyFrame(columns, NAMES, len(flow.arrive_min))


NAMES = tuple(declared.name for declared in LEDGER)


def _moments(record: Record, station: int) -> dict[str, FloatArray]:
    times = zip(MOMENTS, record.of(station), strict=True)
    return {f"{STATIONS[station]}_{moment}_min": of_all for moment, of_all in times}


def _cleared(flow: Flow, record: Record) -> BoolArray:
    if flow.fork != PORTAL:
        return np.zeros(len(flow.arrive_min), dtype=bool)
    return np.asarray((flow.alarm[PORTAL] == CLEARED) & (record.done[PORTAL] == SERVED))


def _diverted(flow: Flow, record: Record) -> BoolArray:
    if flow.closing == CARRY_OVER:
        return np.zeros(len(flow.arrive_min), dtype=bool)
    return np.asarray(np.any(record.done == DIVERTED, axis=0))


def _opened(record: Record, station: int) -> BoolArray:
    return np.asarray((record.done[station] == SERVED) & ~np.isnan(record.exit_min))


def _seized(flow: Flow, record: Record, station: int) -> BoolArray:
    return np.asarray(_opened(record, station) & (flow.alarm[station] == 1))


def alarms_raised(flow: Flow, record: Record, station: int) -> BoolArray:
    """Return bool[n], the alarms of the trucks that a station served, by the service they got."""
    alarm = flow.alarm[station] == 1
    if station == flow.profiled:
        cleared = (flow.alarm[station] == CLEARED) & (flow.fork == station)
        alarm = np.where(record.slow > 0, (flow.slow_alarm > 0) & ~cleared, alarm)
    return np.asarray(alarm & (record.done[station] == SERVED))


def event_log(ledger: pd.DataFrame) -> pd.DataFrame:
    """Unroll LEDGER into a long event log, for process-mining tools and for the animation.

    Returns
    -------
    DataFrame
        XES names: ``case`` (truck), ``activity`` (station), ``lifecycle`` (enter, start, end,
        leave), ``resource`` (station and server), ``timestamp_min``; sorted by time. Moments that
        did not happen have no row: where nothing did, there is none.
    """
    parts = [_one_moment(ledger, station, moment) for station in STATIONS for moment in MOMENTS]
    log = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    log = log.astype({"activity": "str", "lifecycle": "str", "resource": "str"})
    return log.sort_values(["timestamp_min", "case"], kind="stable", ignore_index=True)


def _one_moment(ledger: pd.DataFrame, station: str, moment: str) -> pd.DataFrame:
    happened = ledger[f"{station}_{moment}_min"].notna()
    rows = ledger.loc[happened]
    server = rows[f"{station}_server"]
    return pd.DataFrame(
        {
            "case": rows["truck"].to_numpy(),
            "activity": station,
            "lifecycle": moment,
            "resource": np.where(server < 0, "", station + " " + server.astype(str)),
            "timestamp_min": rows[f"{station}_{moment}_min"].to_numpy(),
        }
    )


assert len(STATIONS) == N_STATIONS  # noqa: S101
