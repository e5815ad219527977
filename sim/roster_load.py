"""How much of a roster's time a week's work asks for, whatever the rule that places officers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from sim.arrays import FloatArray
from sim.setting.roster import FAST_BOOTHS, extra_shifts, roster_shifts
from sim.setting.setting import Setting
from sim.setting.window import Window
from sim.trucks.arrivals import day_type

ROSTER_ROW: Final = "officers"
"""Row of a weekly load that stands for all officers of the roster together."""


def officer_work_min(
    setting: Setting, offered_min: Mapping[str, FloatArray], available_min: Mapping[str, FloatArray]
) -> FloatArray:
    """Return the officer-minutes that trucks ask for, hour by hour.

    A station that is asked for more than it can do asks for the officers of what it can do. Officers at posts without a
    truck are not counted, so a roster that is nearly full is too small already.

    Parameters
    ----------
    offered_min, available_min : float arrays [hours] by row of `sim.workload.hourly_loads`
        Server-minutes asked for, and those that are manned and in order.

    Returns
    -------
    float array [hours]
    """
    total = np.zeros_like(next(iter(offered_min.values())))
    for posts in setting.roster_posts():
        if posts.name == FAST_BOOTHS:
            continue
        names = [posts.name]
        if posts.name == "primary" and "primary" not in offered_min:
            names = ["primary_general", "primary_fast"]
        for name in (name for name in names if name in offered_min):
            asked, can = float(offered_min[name].sum()), float(available_min[name].sum())
            total += posts.crew_officers * offered_min[name] * (min(can / asked, 1.0) if asked > 0.0 else 1.0)
    return total


def officer_time_min(setting: Setting, window: Window) -> FloatArray:
    """Return the officer-minutes on duty that are expected, hour by hour: less absences and breaks, no overtime.

    Returns
    -------
    float array [24 days]
        Zeros where every station has officers of its own.
    """
    edges, total = 60.0 * np.arange(24 * window.days + 1), np.zeros(24 * window.days)
    roster = setting.staffing.roster
    if roster is None:
        return total
    first, at_posts = window.dates()[0].weekday(), (1.0 - roster.absent_share) * (1.0 - roster.break_share)
    for shifts, share in ((roster_shifts(setting.port, roster), at_posts), (extra_shifts(roster), 1.0)):
        for day in range(-1, window.days):
            for shift in shifts[day_type((first + day) % 7)]:
                start, end = (1440.0 * day + 60.0 * hour for hour in (shift.from_h, shift.to_h))
                total += share * shift.officers * np.diff(np.clip(edges, start, end))
    return total
