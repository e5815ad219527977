"""What one roster gives, and what it is short of: hours, exams put off, referrals suspended, yards full.

A truck is *put off* at an inspection post if it waits there although a post that could take it stands closed for want
of officers. A referral is *suspended* where the yard is full and the station waives it
(`docs/decisions/007`). Loads on trucks whose scan or referral was suspended are in ``detection_expected``
as not scanned there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.arrays import FloatArray, IntArray
from sim.engine.flow import Flow, Record
from sim.engine.roster_plan import roster_h
from sim.frames import column
from sim.scenario import Scenario
from sim.setting.window import Window
from sim.stations import PRIMARY, STATIONS, WAIVED


@dataclass(frozen=True, slots=True)
class RosterUse:
    """Officer hours of one window under a roster."""

    roster_h: float
    """Of all who came to their shifts, placed, idle or on a break."""
    overtime_h: float
    """Of officers beyond the roster, from the review that finds them on: they stay, or finish a truck."""


def roster_use(scenario: Scenario, window: Window, flow: Flow, record: Record) -> RosterUse | None:
    """Return the officer hours of a roster within the window; None where every station has officers of its own."""
    if scenario.staffing.roster is None:
        return None
    times = np.minimum(np.append(flow.review_min(), flow.horizon_min), window.horizon_min)
    overtime_min = float((record.beyond * np.diff(times)).sum()) / 1000.0
    return RosterUse(roster_h(scenario, window), overtime_min / 60.0)


def count_shortages(
    manifest: pd.DataFrame,
    ledger: pd.DataFrame,
    capacity: pd.DataFrame,
    worked: pd.DataFrame,
    rooms_full: IntArray | None,
) -> dict[str, float]:
    """Return the METRICS of what a shortage does to inspection.

    Parameters
    ----------
    manifest, ledger : DataFrame
        MANIFEST and LEDGER of the same ``n`` trucks in the same order.
    capacity, worked : DataFrame
        CAPACITY, and what of it was staffed (`sim.engine.openings.worked_capacity`).
    rooms_full : int array [n], optional
        Bit mask of the yards that were full as each truck left primary; without it none were.
    """
    waived = np.zeros(len(ledger), dtype=bool)
    n_waived, n_put_off, put_off_min = 0, 0, 0.0
    for station, name in enumerate(STATIONS):
        here = column(ledger, f"{name}_done") == WAIVED
        n_waived += int(np.count_nonzero(here))
        waived |= here
        if station != PRIMARY and worked is not capacity:
            wait = _waits_put_off(ledger, station, capacity, worked)
            n_put_off += len(wait)
            put_off_min += float(wait.sum())
    return {
        "n_put_off": float(n_put_off),
        "put_off_sum_min": put_off_min,
        "n_suspended": float(n_waived),
        "n_yard_full": 0.0 if rooms_full is None else float(np.count_nonzero(rooms_full >> (PRIMARY + 1))),
        "suspended_weight": float(column(manifest, "true_p_carrying")[waived].sum()),
    }


def _waits_put_off(ledger: pd.DataFrame, station: int, capacity: pd.DataFrame, worked: pd.DataFrame) -> FloatArray:
    """Return the waits of trucks that began at a station after they came there while a post stood unstaffed."""
    edges, unstaffed = _posts_unstaffed(station, capacity, worked)
    enter, start = (column(ledger, f"{STATIONS[station]}_{moment}_min") for moment in ("enter", "start"))
    waited = np.flatnonzero(start > enter) if unstaffed.any() else np.zeros(0, dtype=np.int64)
    enter, wait = enter[waited], start[waited] - enter[waited]
    return np.asarray(wait[unstaffed[np.searchsorted(edges, enter, side="right")] > 0])


def _posts_unstaffed(station: int, capacity: pd.DataFrame, worked: pd.DataFrame) -> tuple[FloatArray, IntArray]:
    """Return moments [m] in order, and how many posts of a station could be staffed and are not, from each on [m + 1].

    The first number is that before the first moment.
    """
    times, steps = [], []
    for table, sign in ((capacity, 1), (worked, -1)):
        mine = column(table, "station") == station
        for name, step in (("up_min", sign), ("down_min", -sign)):
            times.append(column(table, name)[mine])
            steps.append(np.full(len(times[-1]), step))
    edges = np.concatenate(times)
    order = np.argsort(edges, kind="stable")
    return edges[order], np.append(0, np.cumsum(np.concatenate(steps)[order]))
