"""Officer hours: what an alternative asks of the roster, whatever the trucks do.

officer_h = booth-hours open + sum over instruments, docks and checks of (units x manned hours x
crew) + analysts' hours. A booth and an analyst are one officer each. A crew is paid for its
posts' hours also while the machine is broken, so the instruments count by their schedule and only
the booths, whose timetable is their schedule, by CAPACITY. Officers of other offices
(agriculture, trade) are not modelled.
"""

from __future__ import annotations

import pandas as pd

from sim.instruments import Sensor
from sim.order import ORIGIN, PRIMARY, SAFETY, STATIONS
from sim.scenario import Scenario
from sim.site import Check
from sim.tables import INSPECTION
from sim.usage import available_min, scheduled_min
from sim.window import Window


def officer_h(scenario: Scenario, window: Window, capacity: pd.DataFrame) -> float:
    """Return the officer hours of one window.

    Parameters
    ----------
    capacity : DataFrame
        CAPACITY of the same window.
    """
    manned_min = available_min(capacity, window)
    total = manned_min[PRIMARY]
    total += sum(crew(scenario, STATIONS[k]) * manned_min[k] for k in (ORIGIN, SAFETY))
    posts = zip(INSPECTION, scheduled_min(scenario, window), strict=True)
    return float(total + sum(crew(scenario, name) * minutes for name, minutes in posts)) / 60.0


def crew(scenario: Scenario, station: str) -> float:
    """Return the officers on one server of a station: ``scanner.<instrument>.crew_officers``.

    A dock's team is that of the exam; a booth and an analyst are one officer; a check beside the
    chain says itself how many (none where another agency or country mans it).
    """
    if station in ("origin", "radiation", "safety"):
        check: Check = getattr(scenario.port, station)
        return check.crew_officers
    sensor = {"dock": "exam"}.get(station, station)
    team = getattr(scenario.scanner, sensor, None)
    return float(team.crew_officers) if isinstance(team, Sensor) else 1.0
