"""What one port's line does with the trucks that come: their waits, and the mean wait of every hour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.frames import column
from sim.replication import ENGINES, Replication
from sim.results.times import line_joined_min
from sim.stations import ORIGIN, PRIMARY
from sim.tables import LANE_CLASSES
from sim.trucks.insider import with_countermeasure_work

Array = npt.NDArray[np.float64]
CLASSES = len(LANE_CLASSES)


def waits_in_line(port: Replication) -> Array:
    """Return the wait of each truck until a booth takes it, float[n]; NaN: none took it within a day after the window.

    The window is run on for a day in which nobody comes, so that its last line is served.
    """
    manifest = with_countermeasure_work(port.scenario.insider, port.manifest)
    if len(manifest) == 0:
        return np.zeros(0)
    longer = replace(port, manifest=manifest, window=replace(port.window, days=port.window.days + 1))
    flow, _ = longer.flow()
    policy = port.scenario.policy
    record = ENGINES[port.engine](flow, policy.route, policy.profile)
    joined = line_joined_min(column(manifest, "arrive_min"), record.of(ORIGIN)[3])
    return np.asarray(record.of(PRIMARY)[1] - joined)


def hourly_waits(manifest: pd.DataFrame, wait_min: Array, days: int) -> Array:
    """Return the mean wait by class and hour of arrival, float[class, 24 x days].

    An hour in which nobody of the class came has what lies between the hours around it on the same day; a day without
    anybody has no wait. A truck that no booth took waited as long as its day was long.

    Examples
    --------
    >>> two = pd.DataFrame({"arrive_min": [0.0, 120.0], "fast": [False, False]})
    >>> hourly_waits(two, np.array([10.0, 30.0]), 1)[0, :4].tolist()
    [10.0, 20.0, 30.0, 30.0]
    """
    hours = 24 * days
    waited = np.where(np.isfinite(wait_min), wait_min, 1440.0)
    hour = np.minimum((column(manifest, "arrive_min") / 60.0).astype(np.int64), hours - 1)
    cell = column(manifest, "fast").astype(np.int64) * hours + hour
    trucks = np.bincount(cell, minlength=CLASSES * hours).astype(np.float64).reshape(CLASSES, hours)
    total = np.bincount(cell, waited, minlength=CLASSES * hours).reshape(CLASSES, hours)
    found = np.zeros((CLASSES, hours))
    clock = np.arange(24.0)
    for of_class in range(CLASSES):
        for first in range(0, hours, 24):
            day = slice(first, first + 24)
            met = trucks[of_class, day] > 0.0
            if met.any():
                means = total[of_class, day][met] / trucks[of_class, day][met]
                found[of_class, day] = np.interp(clock, clock[met], means)
    return found
