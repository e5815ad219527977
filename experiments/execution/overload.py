"""Which alternatives cannot carry their load, and which inspect less than they ask for."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from experiments.number_format import load_row_title, percent
from sim.roster_load import ROSTER_ROW
from sim.scenario import Scenario
from sim.setting.port import Segment


def overloaded_alternatives(
    scenarios: Mapping[str, Scenario], loads: Mapping[str, pd.DataFrame], *, weekly: bool = True
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the alternatives that are unstable, and those that are saturated, and where.

    *Unstable*: a station is asked for more than its weekly capacity and the trucks must wait for it. *Saturated*: the
    same at a station that trucks pass by when its yard is full, so that less is inspected than was asked for, and waits
    stay finite. What such a station passes on to the image analysts is what it can do, not what it was asked to do.
    ``weekly``: False of loads of the user's own trucks, which are those of their window.
    """
    unstable, saturated = {}, {}
    for name, load in loads.items():
        shares = dict(zip(load["station"], load["load_share"], strict=True))
        passes = {station for station in shares if passes_when_full(scenarios[name], station)}
        if "analyst" in shares and "portal" in passes:
            shares["analyst"] /= max(shares.get("portal", 0.0), 1.0)
        over = {station: share for station, share in shares.items() if share >= 1.0}
        blocking = {s: share for s, share in over.items() if s not in passes}
        if blocking:
            unstable[name] = _asked_for(blocking, weekly=weekly)
        elif over:
            saturated[name] = _asked_for(over, weekly=weekly)
    return unstable, saturated


def passes_when_full(scenario: Scenario, station: str) -> bool:
    """Return whether trucks pass the station by when its yard is full."""
    part = getattr(scenario.port, station, None)
    return isinstance(part, Segment) and part.when_full == "suspend" and part.room_trucks is not None


def _asked_for(load_shares: Mapping[str, float], *, weekly: bool) -> str:
    capacity = "weekly capacity" if weekly else "capacity in the window"
    hours = "time on duty in a week" if weekly else "time on duty in the window"
    return "; ".join(
        f"officers are asked for {percent(share, 0)} of their {hours}"
        if row == ROSTER_ROW
        else f"{load_row_title(row)} is asked for {percent(share, 0)} of its {capacity}"
        for row, share in load_shares.items()
    )
