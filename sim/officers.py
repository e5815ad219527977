"""Officer hours: what an alternative asks of the roster, whatever the trucks do.

officer_h = booth-hours open + sum over portals, secondary scanners and docks of (units x manned
hours x crew) + analysts' hours. A booth and an analyst are one officer each. A crew is paid for its
posts' hours also while the machine is broken, so the instruments count by their schedule and only
the booths, whose timetable is their schedule, by CAPACITY. Officers of other offices
(agriculture, trade) are not modelled.
"""

from __future__ import annotations

import pandas as pd

from sim.order import PRIMARY
from sim.scenario import Scenario
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
    booths_min = available_min(capacity, window)[PRIMARY]
    posts = zip(INSPECTION, scheduled_min(scenario, window), strict=True)
    return float(booths_min + sum(crew(scenario, name) * minutes for name, minutes in posts)) / 60.0


def crew(scenario: Scenario, station: str) -> float:
    """Return the officers on one server of a station: ``scanner.<instrument>.crew_officers``.

    A dock's team is that of the exam; a booth and an analyst are one officer.
    """
    instruments = scenario.scanner
    teams = {
        "portal": instruments.portal.crew_officers,
        "secondary": instruments.secondary.crew_officers,
        "dock": instruments.exam.crew_officers,
    }
    return teams.get(station, 1.0)
