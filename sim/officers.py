"""Officer hours: what an alternative asks of the roster, whatever the trucks do.

officer_h = booth-hours open + sum over instruments, docks and checks of (units x manned hours x
crew) + analysts' hours. A booth and an analyst are one officer each. A crew is paid for its
posts' hours also while the machine is broken, so the instruments count by their schedule and only
the booths, whose timetable is their schedule, by CAPACITY. Handovers are paid, and so are the
analysts who audit recorded images. Officers of other offices (agriculture, trade) are not modelled.
"""

from __future__ import annotations

import pandas as pd

from sim.capacity import schedule
from sim.instruments import Sensor
from sim.order import ORIGIN, PRIMARY, SAFETY, STATIONS
from sim.scenario import Scenario
from sim.service_times import service_mean
from sim.site import Check
from sim.tables import INSPECTION
from sim.usage import available_min, scheduled_min
from sim.window import Window


def officer_h(
    scenario: Scenario, window: Window, capacity: pd.DataFrame, n_audits: float = 0.0
) -> float:
    """Return the officer hours of one window.

    Parameters
    ----------
    capacity : DataFrame
        CAPACITY of the same window.
    n_audits : float
        Images reviewed once more, later, each as long as a second look takes.
    """
    manned_min = available_min(capacity, window)
    paid_min = _booths_min(scenario, window, capacity) + n_audits * audit_min(scenario)
    paid_min += sum(crew(scenario, STATIONS[k]) * manned_min[k] for k in (ORIGIN, SAFETY))
    posts = zip(INSPECTION, scheduled_min(scenario, window), strict=True)
    return float(paid_min + sum(crew(scenario, name) * minutes for name, minutes in posts)) / 60.0


def audit_min(scenario: Scenario) -> float:
    """Return the minutes that a later review of one image takes: a second look (`sim.insider`)."""
    return service_mean(scenario.scanner.analyst.service) * scenario.insider.image_review_factor


def _booths_min(scenario: Scenario, window: Window, capacity: pd.DataFrame) -> float:
    if scenario.insider.rotation_h is None:
        return float(available_min(capacity, window)[PRIMARY])
    manned = schedule(scenario, window)
    return sum(end - up for (k, _), spans in manned.items() if k == PRIMARY for up, end in spans)


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
