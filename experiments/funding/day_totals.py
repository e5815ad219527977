"""One representative day of one alternative: what adds up over days, and nothing else.

Hours are those from joining the line to the last exit, by class of truck: queue, inspection and
scan alike, for a truck that is scanned stands as long as one that waits. Percentiles of a year are
those of all its trucks, so that each day leaves histograms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.pipeline import Outcome
from sim.metrics import RATIOS, free_flow_min
from sim.order import STATIONS
from sim.screening import portal_work
from sim.site import COMMODITIES
from sim.tables import METRICS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
CLASSES: Final = ("empty", "fast", "loaded", "perishable")
"""Classes of trucks whose hours are counted apart; FAST are laden ones, perishable is produce."""
NOT_ADDED: Final = (
    "queue_max",
    "crossing_p50_min",
    "crossing_p95_min",
    "crossing_p95_over_mean",
    "free_flow_p50_min",
    "buffer_index",
    "planning_time_index",
    "conserved",
    "stable",
)
"""METRICS that are neither sums nor ratios of sums."""
ADDED: Final = tuple(
    column.name
    for column in METRICS
    if column.name not in RATIOS
    and column.name not in NOT_ADDED
    and not column.name.startswith("load_")
)
"""METRICS of a day that add up to a year's."""
HOURS: Final = 24
N_MIN: Final = 1440
"""One-minute bins of the histograms; the last one holds a day and more."""


@dataclass(frozen=True, slots=True)
class DayTotals:
    """What one day leaves behind."""

    sums: dict[str, float]
    """METRICS that add up, and ``hours_``, ``trips_``, ``squares_``, ``wanted_`` by class."""
    histograms: dict[str, Floats]
    """Trucks by whole minutes [1440]: ``wait``, ``crossing``, ``free_flow``."""


def day_totals(outcome: Outcome, wanted: Floats) -> DayTotals:
    """Return the totals of a day that was served out.

    Parameters
    ----------
    wanted : float array [class]
        Trips that were wanted, those that were not made among them, in the order of `CLASSES`.
    """
    manifest, ledger = outcome.manifest, outcome.ledger
    hours = (ledger["exit_min"] - ledger["arrive_min"]).to_numpy(np.float64) / 60.0
    left = np.isfinite(hours) & ~ledger["diverted"].to_numpy(bool)
    sums = {name: float(outcome.metrics[name]) for name in ADDED}
    for place, mine in enumerate(classes(manifest)):
        own, name = hours[mine & left], CLASSES[place]
        sums[f"hours_{name}"] = float(own.sum())
        sums[f"squares_{name}"] = float((own * own).sum())
        sums[f"trips_{name}"] = float(len(own))
        sums[f"wanted_{name}"] = float(wanted[place])
    sums |= _by_hour(ledger, left)
    return DayTotals(sums, _histograms(manifest, ledger, left))


def classes(manifest: pd.DataFrame) -> list[Bools]:
    """Return which trucks are of each class, in the order of `CLASSES`; each truck is of one."""
    laden = manifest["laden"].to_numpy(bool)
    fast = laden & manifest["fast"].to_numpy(bool)
    produce = manifest["commodity"].to_numpy() == COMMODITIES.index("produce")
    perishable = laden & ~fast & produce
    return [~laden, fast, laden & ~fast & ~perishable, perishable]


def _by_hour(ledger: pd.DataFrame, left: Bools) -> dict[str, float]:
    """Return trucks and their waits by hour of arrival: ``came_07``, ``waited_07`` and so on."""
    arrive = ledger["arrive_min"].to_numpy(np.float64)
    wait = ledger["primary_start_min"].to_numpy(np.float64) - arrive
    known = left & np.isfinite(wait)
    hour = (arrive[known] // 60.0).astype(np.int64)
    came = np.bincount(hour, minlength=HOURS)
    waited = np.bincount(hour, weights=wait[known], minlength=HOURS)
    found = {f"came_{h:02d}": float(came[h]) for h in range(HOURS)}
    return found | {f"waited_{h:02d}": float(waited[h]) for h in range(HOURS)}


def _histograms(manifest: pd.DataFrame, ledger: pd.DataFrame, left: Bools) -> dict[str, Floats]:
    arrive = ledger["arrive_min"].to_numpy(np.float64)
    work = {s: manifest[f"service_{s}_min"].to_numpy(np.float64) for s in STATIONS}
    work["portal"] = portal_work(manifest, ledger)
    times = {
        "wait": ledger["primary_start_min"].to_numpy(np.float64) - arrive,
        "crossing": ledger["exit_min"].to_numpy(np.float64) - arrive,
        "free_flow": free_flow_min(ledger, work),
    }
    return {name: _counted(minutes[left]) for name, minutes in times.items()}


def _counted(minutes: Floats) -> Floats:
    known = minutes[np.isfinite(minutes)]
    place = np.clip(known, 0.0, N_MIN - 1.0).astype(np.int64)
    return np.bincount(place, minlength=N_MIN).astype(np.float64)


def percentile_min(histogram: Floats, percent: float) -> float:
    """Return a percentile of trucks counted by whole minutes, even within each; NaN of none.

    Examples
    --------
    >>> percentile_min(np.array([2.0, 2.0]), 75.0)
    1.5
    """
    total = float(histogram.sum())
    if total <= 0.0:
        return float("nan")
    upto = np.concatenate([[0.0], np.cumsum(histogram)])
    return float(np.interp(percent / 100.0 * total, upto, np.arange(len(upto), dtype=np.float64)))
