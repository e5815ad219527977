"""A year as a weighted set of representative days: weekday, Saturday and Sunday by season.

Each replication simulates one day of every stratum; its date within the stratum moves evenly from replication to
replication, so that all months are met. A day leaves what adds up over days (hours from joining the line to the last
exit, by class of truck) and histograms, because percentiles of a year are those of all its trucks. Amounts of a year
are sums over strata, times the days each stands for; ratios are ratios of sums. All alternatives meet the same trucks
in a replication, so that differences between them are paired along the last axis of a `Response`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sim.arrays import BoolArray, FloatArray
from sim.errors import ConfigError
from sim.portal_workload import portal_work
from sim.replication import Outcome
from sim.results.indices import buffer_index, planning_time_index, ratio_or_nan
from sim.results.metrics import RATIOS
from sim.results.station_passes import pass_stations
from sim.setting.contraband import CONTRABAND
from sim.setting.port import COMMODITIES, DAY_TYPES
from sim.stations import STATIONS
from sim.tables import METRICS
from sim.trucks.arrivals import day_type

CLASSES: Final = ("empty", "fast", "loaded", "perishable")
"""Classes of trucks whose hours are counted apart; FAST are laden ones, perishable is produce."""
ADDED: Final = tuple(metric.name for metric in METRICS if metric.ratio is None and metric.adds_up)
"""METRICS of a day that add up to a year's."""
HOURS: Final = 24
N_MIN: Final = 1440
"""One-minute bins of the histograms; the last one holds a day and more."""


@dataclass(frozen=True, slots=True)
class DayTotals:
    """What one day leaves behind."""

    kind: str
    """Kind of day, one of `DAY_TYPES`: who travels knows it beforehand."""
    sums: dict[str, float]
    """METRICS that add up, ``hours_``, ``trips_``, ``wanted_`` by class, and ``presented_wanted``: the loads that are
    presented if all trips are made here."""
    by_hour: FloatArray
    """Trips, their hours and the squares of these, by class and hour of arrival [3, class, 24]."""
    histograms: dict[str, FloatArray]
    """Trucks by whole minutes [1440]: ``wait``, ``crossing``, ``free_flow``."""


def day_totals(outcome: Outcome, wanted_trips: pd.DataFrame, kind: str) -> DayTotals:
    """Return the totals of a day of one kind that was served out.

    ``wanted_trips`` is the MANIFEST of the trips wanted, those that were not made among them.
    """
    manifest, ledger = outcome.manifest, outcome.ledger
    hours = (ledger["exit_min"] - ledger["arrive_min"]).to_numpy(np.float64) / 60.0
    left = np.isfinite(hours) & ~ledger["diverted"].to_numpy(bool)
    sums = {name: float(outcome.metrics[name]) for name in ADDED}
    sums[PRESENTED_WANTED] = float(wanted_trips["true_p_carrying"].to_numpy(np.float64).sum())
    masks = truck_class_masks(manifest)
    for name, mine, wanted in zip(CLASSES, masks, truck_class_masks(wanted_trips), strict=True):
        own = hours[mine & left]
        sums[f"hours_{name}"] = float(own.sum())
        sums[f"trips_{name}"] = float(len(own))
        sums[f"wanted_{name}"] = float(wanted.sum())
    sums |= _by_hour(ledger, left)
    arrive_h = ledger["arrive_min"].to_numpy(np.float64) // 60.0
    by_hour = np.stack([_hours_by_hour(arrive_h[mine & left], hours[mine & left]) for mine in masks], axis=1)
    return DayTotals(kind, sums, by_hour, _histograms(manifest, ledger, left))


def _hours_by_hour(arrive_h: FloatArray, hours: FloatArray) -> FloatArray:
    """Return trips, hours and squares of hours by hour of arrival, [3, 24]."""
    hour = arrive_h.astype(np.int64)
    return np.stack([np.bincount(hour, weights=hours**power, minlength=HOURS) for power in (0, 1, 2)])


def truck_class_masks(manifest: pd.DataFrame) -> list[BoolArray]:
    """Return which trucks are of each class, in the order of `CLASSES`; each truck is of one."""
    laden = manifest["laden"].to_numpy(bool)
    fast = laden & manifest["fast"].to_numpy(bool)
    produce = manifest["commodity"].to_numpy() == COMMODITIES.index("produce")
    perishable = laden & ~fast & produce
    return [~laden, fast, laden & ~fast & ~perishable, perishable]


def _by_hour(ledger: pd.DataFrame, exited: BoolArray) -> dict[str, float]:
    """Return trucks and their waits by hour of arrival: ``came_07``, ``waited_07`` and so on."""
    arrive = ledger["arrive_min"].to_numpy(np.float64)
    wait = ledger["primary_start_min"].to_numpy(np.float64) - arrive
    known = exited & np.isfinite(wait)
    hour = (arrive[known] // 60.0).astype(np.int64)
    came = np.bincount(hour, minlength=HOURS)
    waited = np.bincount(hour, weights=wait[known], minlength=HOURS)
    found = {f"came_{h:02d}": float(came[h]) for h in range(HOURS)}
    return found | {f"waited_{h:02d}": float(waited[h]) for h in range(HOURS)}


def _histograms(manifest: pd.DataFrame, ledger: pd.DataFrame, exited: BoolArray) -> dict[str, FloatArray]:
    arrive = ledger["arrive_min"].to_numpy(np.float64)
    work = {s: manifest[f"service_{s}_min"].to_numpy(np.float64) for s in STATIONS}
    work["portal"] = portal_work(manifest, ledger)
    times = {
        "wait": ledger["primary_start_min"].to_numpy(np.float64) - arrive,
        "crossing": ledger["exit_min"].to_numpy(np.float64) - arrive,
        "free_flow": pass_stations(ledger, work, np.inf).free_flow_min,
    }
    return {name: minute_histogram(minutes[exited]) for name, minutes in times.items()}


def minute_histogram(minutes: FloatArray) -> FloatArray:
    """Return how many trucks took so many whole minutes [1440]; what is not known is left out."""
    known = minutes[np.isfinite(minutes)]
    place = np.clip(known, 0.0, N_MIN - 1.0).astype(np.int64)
    return np.bincount(place, minlength=N_MIN).astype(np.float64)


def percentile_min(histogram: FloatArray, percent: float) -> float:
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


TRUCK_H = "truck_h_"
"""Prefix of the truck-hours of delay a year of one class of truck."""
TRIPS = "trips_"
"""Prefix of the trips a year of one class of truck."""
LOADS = "loads"
"""Loads interdicted a year of all trips that are wanted, here or by the other bridge: every truck as a probe."""
LOADS_HERE = "loads_here"
"""Loads interdicted a year at this port."""
PRESENTED_WANTED: Final = "presented_wanted"
"""Loads a year that all trips wanted carry, those that are made elsewhere among them."""
PRESENTED_HERE: Final = "expected_weight"
"""Loads a year that are presented at this port."""
LOADS_OF = "loads_"
"""Prefix of the loads interdicted a year of one type of contraband."""
PRESENTED_OF = "presented_"
"""Prefix of the loads presented a year of one type of contraband."""


@dataclass(frozen=True, slots=True)
class Response:
    """Annual amounts of every alternative with everything of it in service."""

    alternatives: tuple[str, ...]
    years: tuple[int, ...]
    """Study years that were simulated, in order: 1 .. T."""
    amounts: Mapping[str, FloatArray]
    """Name -> [alternative, year, replication]: amounts a year, or a year's METRICS by their own
    names (`wait_mean_min`, `crossing_p95_min`, `scan_rate`, ...)."""

    @property
    def replications(self) -> int:
        """Paired replications of every alternative and year."""
        return int(next(iter(self.amounts.values())).shape[2])

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes of trucks whose hours are counted, in alphabetical order."""
        return tuple(sorted(name.removeprefix(TRUCK_H) for name in self.amounts if name.startswith(TRUCK_H)))

    def mean(self, name: str, alternative: str) -> dict[int, float]:
        """Return the mean over replications of an amount, by simulated year."""
        row = self.amounts[name][self.alternatives.index(alternative)].mean(axis=1)
        return dict(zip(self.years, row.tolist(), strict=True))

    def only(self, replication: int) -> Response:
        """Return what one replication alone says."""
        one = {n: a[:, :, replication : replication + 1] for n, a in self.amounts.items()}
        return Response(self.alternatives, self.years, one)


def with_loads_of_wanted_trips(response: Response, baseline: str, detection_elsewhere: float | None) -> Response:
    """Return the response with `LOADS`: what is interdicted here, and of the trips that leave by the other bridge.

    A trip that leaves carries its load elsewhere. It is interdicted there with the probability
    ``detection_elsewhere``; None: that of the baseline here in the same year and replication.

    Examples
    --------
    >>> amounts = {name: np.array([[[value]]]) for name, value in
    ...            {LOADS_HERE: 2.0, PRESENTED_HERE: 20.0, PRESENTED_WANTED: 30.0}.items()}
    >>> alone = Response(("today",), (1,), amounts)
    >>> [float(with_loads_of_wanted_trips(alone, "today", share).amounts["loads"][0, 0, 0]) for share in (None, 0.5)]
    [3.0, 7.0]
    """
    here, presented = response.amounts[LOADS_HERE], response.amounts[PRESENTED_HERE]
    away = np.maximum(response.amounts[PRESENTED_WANTED] - presented, 0.0)
    base = response.alternatives.index(baseline)
    own = np.divide(here[base], presented[base], out=np.zeros_like(here[base]), where=presented[base] > 0.0)
    found = own if detection_elsewhere is None else np.full_like(own, detection_elsewhere)
    return Response(response.alternatives, response.years, {**response.amounts, LOADS: here + away * found})


WANTED: Final = "wanted_"
"""Prefix of the trips a year that one class of truck would make if nobody waited too long."""
DEVIATION: Final = "deviation_h_"
"""Prefix of the standard deviation of one class's hours at the port, within an hour of a kind of day."""
HOUR: Final = "wait_min_hour_"
"""Prefix of the mean wait of trucks that arrive in one hour of the day, over the year."""
ELSEWHERE: Final = "elsewhere"
"""Trips a year that are not made here because the wait would be above the ceiling."""


def year_amounts(days: Sequence[tuple[float, DayTotals]]) -> dict[str, float]:
    """Return the amounts of a year from its representative days: how many days each stands for, and its totals.

    Of days that lack histograms or sums by hour the amounts that the others give.
    """
    sums = {name: sum(w * day.sums[name] for w, day in days) for name in days[0][1].sums}
    found = dict(sums)
    for name, (numerator, denominator, scale) in RATIOS.items():
        if not {numerator, denominator} <= sums.keys():
            continue
        found[name] = scale * ratio_or_nan(sums[numerator], sums[denominator])
    found |= _by_class(sums, _deviations(days))
    found |= _times(days, found["crossing_mean_min"])
    if "came_00" in sums:
        found |= {f"{HOUR}{h:02d}": ratio_or_nan(sums[f"waited_{h:02d}"], sums[f"came_{h:02d}"]) for h in range(HOURS)}
    found[LOADS_HERE] = sums["expected_caught"]
    for kind in CONTRABAND:
        found[f"{LOADS_OF}{kind}"] = sums[f"expected_caught_{kind}"]
        found[f"{PRESENTED_OF}{kind}"] = sums[f"expected_weight_{kind}"]
    return {name: value for name, value in found.items() if not name.startswith(HIDDEN)}


HIDDEN: Final = ("hours_", "came_", "waited_")
"""Prefixes of sums that serve to work out others."""


def _times(days: Sequence[tuple[float, DayTotals]], mean_min: float) -> dict[str, float]:
    whole = {name: np.sum([w * day.histograms[name] for w, day in days], axis=0) for name in days[0][1].histograms}
    found = {
        f"{name}_p{percent}_min": percentile_min(whole[name], float(percent))
        for name in ("wait", "crossing")
        if name in whole
        for percent in (50, 95)
    }
    if "free_flow" not in whole:
        return found
    free = percentile_min(whole["free_flow"], 50.0)
    p95 = found["crossing_p95_min"]
    return found | {
        "free_flow_p50_min": free,
        "buffer_index": buffer_index(p95, mean_min),
        "planning_time_index": planning_time_index(p95, free),
    }


def _deviations(days: Sequence[tuple[float, DayTotals]]) -> FloatArray:
    """Return the standard deviation of each class's hours within an hour of a kind of day, over the year's trips.

    Dates of a kind count together, so that a day that is worse than others of its kind is a surprise.
    """
    squares, trips = np.zeros(len(CLASSES)), np.zeros(len(CLASSES))
    for kind in dict.fromkeys(day.kind for _, day in days):
        count, total, square = np.sum([w * day.by_hour for w, day in days if day.kind == kind], axis=0)
        spread = square - np.divide(total * total, count, out=np.zeros_like(total), where=count > 0.0)
        squares += np.maximum(spread, 0.0).sum(axis=1)
        trips += count.sum(axis=1)
    return np.sqrt(np.divide(squares, trips, out=np.zeros_like(squares), where=trips > 0.0))


def _by_class(sums: dict[str, float], deviations: FloatArray) -> dict[str, float]:
    found = {}
    for name, deviation in zip(CLASSES, deviations.tolist(), strict=True):
        found[f"{TRUCK_H}{name}"] = sums[f"hours_{name}"]
        found[f"{DEVIATION}{name}"] = deviation
    made = sum(sums[f"{TRIPS}{name}"] for name in CLASSES)
    return found | {ELSEWHERE: sum(sums[f"{WANTED}{name}"] for name in CLASSES) - made}


MONTHS: Final = 12
FIRST_MONTH: Final = 12
"""Seasons begin with December, as winter does."""
GOLDEN: Final = 0.6180339887498949
"""Step of an even sequence over the dates of a stratum."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Days of one kind and season: all their dates, one of which stands for them."""

    kind: str
    season: int
    dates: tuple[dt.date, ...]

    @property
    def weight(self) -> float:
        """Return how many days of the year it stands for."""
        return float(len(self.dates))

    def date(self, replication: int) -> dt.date:
        """Return the day that stands for the stratum in one replication."""
        place = ((replication + 0.5) * GOLDEN + 0.5 * self.season) % 1.0
        return self.dates[int(place * len(self.dates))]


def representative_days(year: int, days: int = 12) -> tuple[Stratum, ...]:
    """Return the representative days of a calendar year: three kinds of day times 1, 2, 3, 4, 6 or 12 seasons.

    Raises
    ------
    ConfigError
        A number of days that cannot be so divided.

    Examples
    --------
    >>> found = representative_days(2024)
    >>> len(found), sum(stratum.weight for stratum in found)
    (12, 366.0)
    >>> found[0].kind, found[0].weight, found[0].date(0).isoformat()
    ('weekday', 66.0, '2024-01-29')
    """
    seasons, left = divmod(days, len(DAY_TYPES))
    if left or seasons < 1 or MONTHS % seasons:
        problem = "expected three kinds of day times 1, 2, 3, 4, 6 or 12 seasons"
        raise ConfigError("days", f"{problem}, got {days}")
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    strata: dict[tuple[str, int], list[dt.date]] = {(k, s): [] for k in DAY_TYPES for s in range(seasons)}
    for date in (first + dt.timedelta(days=n) for n in range((last - first).days + 1)):
        season = (date.month - FIRST_MONTH) % MONTHS * seasons // MONTHS
        strata[day_type(date.weekday()), season].append(date)
    return tuple(Stratum(kind, season, tuple(dates)) for (kind, season), dates in strata.items())
