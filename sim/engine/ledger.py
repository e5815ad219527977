"""Record -> LEDGER: one row a truck, one column a moment, plus what was decided and found."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arrays import BoolArray
from sim.engine.flow import CLEARED, Flow, Record
from sim.engine.routes import ORDERED, REFERRED, SELECTED
from sim.frames import CachedFrame
from sim.stations import DIVERTED, DOCK, N_STATIONS, ORIGIN, PORTAL, SENSED_STATIONS, SERVED, STATIONS
from sim.tables import LEDGER, MOMENTS


def build_ledger(flow: Flow, record: Record, manifest: pd.DataFrame) -> pd.DataFrame:
    """Return LEDGER of `sim.tables`, ``n`` rows in the order of MANIFEST.

    A truck is *opened* when its exam at a dock, or its check by the country that it leaves, was
    served to the end; *seized* when it was opened, carried, and that exam found it.
    """
    columns: dict[str, npt.NDArray[np.generic]] = {
        "truck": manifest["truck"].to_numpy(),
        "arrive_min": flow.arrive_min,
        "lane_class": flow.lane_class,
        "exit_min": record.exit_min,
        "selected": flow.columns[:, SELECTED] > 0.0,
        "referred": flow.columns[:, REFERRED] > 0.0,
        "ordered": flow.columns[:, ORDERED] > 0.0,
    }
    for k, station in enumerate(STATIONS):
        columns[f"{station}_server"] = record.server_at(k)
        columns[f"{station}_done"] = record.done[k]
        for moment, times in zip(MOMENTS, record.of(k), strict=True):
            columns[f"{station}_{moment}_min"] = times
    for name in SENSED_STATIONS:
        columns[f"{name}_alarm"] = alarms_raised(flow, record, STATIONS.index(name))
    columns["portal_slow"] = (record.slow > 0) & (flow.profiled == PORTAL)
    cleared = (flow.alarm[PORTAL] == CLEARED) & (flow.fork == PORTAL)
    columns["cleared"] = cleared & (record.done[PORTAL] == SERVED)
    columns["diverted"] = np.asarray(np.any(record.done == DIVERTED, axis=0))
    left = ~np.isnan(columns["exit_min"])
    opened = {k: (record.done[k] == SERVED) & left for k in (ORIGIN, DOCK)}
    columns["opened"] = opened[ORIGIN] | opened[DOCK]
    found = [opened[k] & (flow.alarm[k] == 1) for k in (ORIGIN, DOCK)]
    columns["seized"] = found[0] | found[1]
    return CachedFrame({column.name: columns[column.name] for column in LEDGER}, copy=False)


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
        did not happen have no row.
    """
    parts = [_one_moment(ledger, station, moment) for station in STATIONS for moment in MOMENTS]
    log = pd.concat([part for part in parts if len(part)], ignore_index=True)
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
