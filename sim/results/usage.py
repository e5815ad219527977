"""What each station was asked for, had, and gave: server-minutes within the window.

Busy is the work of the trucks that were served; held adds the time that a truck sat on a server
while blocked, waiting for its image or waiting for a repair. Offered is what all arrivals ask for,
also those that never got through, so that an overloaded station shows as such however short the run.

Where lanes follow the line, "open" is what OPENINGS says, within CAPACITY.

Where officers are placed by one roster, "open" is what OPENINGS says of all posts that it staffs.

officer_h = booth-hours open + sum over instruments, docks and checks of (units x manned hours x
crew) + analysts' hours. A booth and an analyst are one officer each. A crew is paid for its
posts' hours also while the machine is broken, so the instruments count by their schedule and only
the booths, whose timetable is their schedule, by CAPACITY. Handovers are paid, and so are the
analysts who audit recorded images. Officers of other offices (agriculture, trade) are not modelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arrays import BoolArray, FloatArray
from sim.caching.kept_results import KeptResults
from sim.engine.capacity import manned_intervals, open_intervals
from sim.frames import column
from sim.results.shortages import RosterUse
from sim.results.station_passes import StationPasses
from sim.scenario import Scenario
from sim.setting.window import Window
from sim.stations import FAST, INSPECTION_STATIONS, ORIGIN, PRIMARY, SAFETY, STATIONS, WAIVED
from sim.trucks.service_times import service_mean_min


def open_min(scenario: Scenario, window: Window, extra_h: float = 0.0) -> float:
    """Return the minutes that the port is open within the window."""

    def minutes() -> float:
        return sum(end - start for start, end in open_intervals(scenario, window, extra_h))

    return _OPEN_MIN.once((scenario.port,), (window, extra_h), minutes)


_OPEN_MIN = KeptResults[float](most=4096)
ALL_ROWS: Final = slice(None)


def available_min(capacity: pd.DataFrame, window: Window, rows: BoolArray | slice = ALL_ROWS) -> FloatArray:
    """Return the server-minutes of CAPACITY (of some of its rows) within the window, one number a station."""
    spans = (column(capacity, name)[rows] for name in ("up_min", "down_min"))
    up, down = (np.clip(span, 0.0, window.horizon_min) for span in spans)
    station = column(capacity, "station")[rows]
    return np.bincount(station, weights=down - up, minlength=len(STATIONS)).astype(np.float64)


def offered_min(
    scenario: Scenario, ledger: pd.DataFrame, work: Mapping[str, FloatArray], passes: StationPasses
) -> FloatArray:
    """Return the server-minutes that all arrivals ask for, one number a station.

    Approach and primary: the work of every truck. Portal and analyst: that of the selected, but
    for those who passed a full yard by. Stations before the portal: that of those who came.
    Beyond primary: the work that the trucks which left primary brought there, scaled up to all
    arrivals, so that a full yard which holds trucks back upstream does not hide its own overload.
    """
    waived = column(ledger, "portal_done") == WAIVED
    selected = np.flatnonzero(column(ledger, "selected").astype(bool) & ~waived)
    past_primary = np.isfinite(column(ledger, "primary_leave_min"))
    scale = len(ledger) / past_primary.sum() if past_primary.any() else np.nan
    offered = dict.fromkeys(STATIONS, 0.0)
    for station in STATIONS:
        if not has_station(scenario, station):
            continue
        if station in ("approach", "primary"):
            offered[station] = work[station].sum()
        elif station in ("portal", "analyst"):
            seen = selected[~column(ledger, "cleared")[selected].astype(bool)] if station == "analyst" else selected
            offered[station] = work[station][seen].sum()
        else:
            asked = passes.stations[station].came_min * (1.0 if STATIONS.index(station) < PRIMARY else scale)
            offered[station] = asked if passes.stations[station].came else 0.0
    return np.array([offered[s] for s in STATIONS])


def has_station(scenario: Scenario, station: str) -> bool:
    """Return whether the port has the station at all."""
    if station == "primary":
        return True
    if station == "approach":
        return scenario.port.approach.lanes > 0
    return scenario.servers(station) > 0


def primary_load(
    scenario: Scenario, work: FloatArray, lane_class: npt.NDArray[np.int64], capacity: pd.DataFrame, window: Window
) -> float:
    """Return work over server-minutes of the more loaded kind of lane.

    Where general booths serve general trucks only (or FAST booths FAST trucks only), a mean over
    all booths would hide the overload of one kind behind the idleness of the other.
    """
    primary = scenario.port.primary
    total = float(available_min(capacity, window)[PRIMARY])
    fast_total = float(available_min(capacity, window, column(capacity, "server") >= primary.lanes)[PRIMARY])
    fast_work = work[lane_class == FAST].sum()
    general_work = work.sum() - fast_work
    loads = [_ratio(work.sum(), total)]
    if primary.fast_lanes_serve == "fast" and primary.fast_lanes > 0:
        loads.append(_ratio(general_work, total - fast_total))
    if primary.lanes_serve == "general":
        loads.append(_ratio(fast_work, fast_total))
    return float(np.nanmax(loads)) if np.isfinite(loads).any() else np.nan


def _ratio(work: float, minutes: float) -> float:
    if minutes > 0.0:
        return float(work / minutes)
    return np.inf if work > 0.0 else np.nan


def scheduled_min(scenario: Scenario, window: Window, openings: pd.DataFrame | None = None) -> FloatArray:
    """Return units x opening hours, one number for each station of ``INSPECTION_STATIONS``.

    Of stations whose posts a roster staffs, the minutes that OPENINGS says.

    What CAPACITY holds of them is availability: the rest was lost to breakdowns, also to those that
    began before the window. Booths have no such number: their timetable is itself the schedule.
    """
    extra_h = {s: getattr(scenario.port, s).extra_h for s in INSPECTION_STATIONS}
    planned = np.array([scenario.servers(s) * open_min(scenario, window, more) for s, more in extra_h.items()])
    if openings is None or scenario.staffing.roster is None:
        return planned
    staffed = staffed_min(openings, window)
    by_roster = {posts.name for posts in scenario.roster_posts()}
    stations = [STATIONS.index(s) for s in INSPECTION_STATIONS]
    return np.where([s in by_roster for s in INSPECTION_STATIONS], staffed[stations], planned)


def staffed_min(openings: pd.DataFrame, window: Window) -> FloatArray:
    """Return the post-minutes of OPENINGS within the window, one number a station."""
    start, end = (np.clip(column(openings, name), 0.0, window.horizon_min) for name in ("from_min", "to_min"))
    return np.bincount(column(openings, "station"), weights=end - start, minlength=len(STATIONS)).astype(np.float64)


def station_loads(offered: FloatArray, available: FloatArray) -> FloatArray:
    """Return offered / available by station: NaN where neither exists, inf without servers."""
    return np.array([_ratio(w, m) for w, m in zip(offered, available, strict=True)])


def officer_h(
    scenario: Scenario,
    window: Window,
    capacity: pd.DataFrame,
    n_audits: float = 0.0,
    openings: pd.DataFrame | None = None,
    roster: RosterUse | None = None,
) -> float:
    """Return the officer hours of one window; overtime of booths is left out, that of a roster is not.

    Parameters
    ----------
    capacity : DataFrame
        CAPACITY of the same window.
    n_audits : float
        Images reviewed once more, later, each as long as a second look takes.
    openings : DataFrame, optional
        OPENINGS, where lanes follow the line: what officers of booths are paid for.
    roster : RosterUse, optional
        Hours of the roster: what its officers are paid for, placed or idle.
    """
    manned_min = available_min(capacity, window)
    booths_min = _booths_min(scenario, window, capacity, openings) if roster is None else 0.0
    paid_min = booths_min + n_audits * audit_min(scenario)
    paid_min += sum(scenario.crew_officers(STATIONS[k]) * manned_min[k] for k in (ORIGIN, SAFETY))
    shared = set() if roster is None else {posts.name for posts in scenario.roster_posts()}
    posts = zip(INSPECTION_STATIONS, scheduled_min(scenario, window), strict=True)
    paid_min += sum(scenario.crew_officers(name) * minutes for name, minutes in posts if name not in shared)
    of_roster_h = 0.0 if roster is None else roster.roster_h + roster.overtime_h
    return float(paid_min) / 60.0 + of_roster_h


def audit_min(scenario: Scenario) -> float:
    """Return the minutes that a later review of one image takes: a second look (`sim.trucks.insider`)."""
    return service_mean_min(scenario.scanner.analyst.service) * scenario.insider.image_review_factor


def _booths_min(scenario: Scenario, window: Window, capacity: pd.DataFrame, openings: pd.DataFrame | None) -> float:
    if openings is not None:
        start, end = (np.clip(column(openings, name), 0.0, window.horizon_min) for name in ("from_min", "to_min"))
        return float((end - start).sum())
    if scenario.insider.rotation_h is None:
        return float(available_min(capacity, window)[PRIMARY])
    manned = manned_intervals(scenario, window)
    return sum(end - up for (k, _), spans in manned.items() if k == PRIMARY for up, end in spans)
