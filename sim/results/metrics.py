"""LEDGER -> METRICS: one small function for each measure of one replication.

``sim.tables.METRICS`` states every formula, unit and source. Numerators and denominators stand
beside every ratio, so that a ratio over replications is a ratio of sums (`RATIOS` names the pairs).

Sources: wait [GAO-13-603], crossing [FHWA-HOP-12-049], indices and delay (FHWA reliability).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.engine.openings import worked_capacity
from sim.frames import LazyColumns, column, column_at
from sim.portal_workload import portal_load, portal_work
from sim.results import usage
from sim.results.expected_detection import ExpectedDetection, screening_measures
from sim.results.groups import random_stream_counts
from sim.results.indices import (
    buffer_index,
    delay_min,
    longest_queue,
    percentile,
    percentile_values,
    planning_time_index,
    ratio_or_nan,
    rows_with,
)
from sim.results.overtime import overtime_min
from sim.results.shortages import RosterUse, count_shortages
from sim.results.station_passes import StationPasses, pass_stations
from sim.results.times import line_joined_min
from sim.scenario import Scenario
from sim.setting.contraband import CONTRABAND, amount_column
from sim.setting.setting import Value
from sim.setting.window import Window
from sim.stations import INSPECTION_STATIONS, SCANNERS, SERVED, STATIONS
from sim.tables import LANE_CLASSES, METRICS
from sim.trucks import insider


def all_trucks_accounted_for(manifest: pd.DataFrame, ledger: pd.DataFrame, passes: StationPasses) -> bool:
    """Return whether every truck is accounted for exactly once.

    The trucks of the ledger are those of the manifest; nobody is seized unopened or clean; moments
    do not run backwards (``passes`` of the same ledger); a truck that has left stands at no station,
    and one that has not left is where its moments say; one turned away never began primary inspection.
    Then arrived = released + seized + turned away + still inside.
    """
    carrying = column(manifest, "true_carrying")
    if not np.array_equal(column(ledger, "truck"), column(manifest, "truck")):
        if not np.array_equal(np.sort(ledger["truck"]), np.sort(manifest["truck"])):
            return False
        carrying = carrying[_row_of(manifest, ledger)]
    seized, opened = column(ledger, "seized"), column(ledger, "opened")
    left = np.isfinite(column(ledger, "exit_min"))
    diverted = column(ledger, "diverted")
    released, inside = left & ~seized & ~diverted, ~left & ~seized
    n_gone = released.sum() + (seized & left).sum() + (diverted & left).sum()
    adds_up = len(manifest) == n_gone + inside.sum()
    begun = np.isfinite(column(ledger, "primary_start_min"))
    lawful = not (seized & ~(opened & carrying)).any() and not (opened & ~left).any()
    lawful &= not (diverted & (begun | seized)).any()
    return bool(adds_up and lawful and all(part.in_order for part in passes.stations.values()))


def _row_of(manifest: pd.DataFrame, ledger: pd.DataFrame) -> npt.NDArray[np.int64]:
    order = np.argsort(column(manifest, "truck"), kind="stable")
    return np.asarray(order[np.argsort(np.argsort(column(ledger, "truck"), kind="stable"))])


def inspection_counts(
    manifest: pd.DataFrame, ledger: pd.DataFrame, has_exited: BoolArray, passes: StationPasses
) -> dict[str, float]:
    """Return the counts of METRICS that tell of scans, alarms, exams and seizures."""
    scanned = np.any([column(ledger, f"{s}_done") == SERVED for s in SCANNERS], axis=0) & has_exited
    alarmed = np.any([column(ledger, f"{s}_alarm") for s in SCANNERS], axis=0)
    on_leaving = (column(ledger, "origin_done") == SERVED) & has_exited
    clean = ~column(manifest, "true_carrying").astype(bool)
    return {
        "n_scanned": float(scanned.sum()),
        "n_opened": float((column(ledger, "opened") & has_exited).sum()),
        "n_clean_scanned": float((scanned & clean).sum()),
        "n_false_alarms": float((scanned & clean & alarmed).sum()),
        "n_opened_on_leaving": float(on_leaving.sum()),
        "n_cleared": float(column(ledger, "cleared").sum()),
        "n_seized_on_leaving": float((column(ledger, "seized") & on_leaving).sum()),
        "n_seized": float(column(ledger, "seized").sum()),
        "n_carrying": float((~clean & has_exited).sum()),
        "n_stops": float(sum(part.stops for part in passes.stations.values())),
    }


def seized_and_leaked_amounts(manifest: pd.DataFrame, ledger: pd.DataFrame, has_exited: BoolArray) -> dict[str, float]:
    """Return what was seized and what leaked of each type of contraband, in its unit."""
    carrying = np.flatnonzero(column(manifest, "true_carrying").astype(bool) & has_exited)
    kind = column_at(manifest, "true_contraband", carrying)
    load = column_at(manifest, "true_load", carrying)
    seized = column(ledger, "seized")[carrying].astype(bool)
    found = {}
    for code, name in enumerate(CONTRABAND):
        found[amount_column("seized", name)] = float(load[seized & (kind == code)].sum())
        found[amount_column("leaked", name)] = float(load[~seized & (kind == code)].sum())
    return found


_BY_PART: Final = ("detection_expected_", "utilisation_", "occupied_", "availability_")
"""Beginnings of the names of ratios of which there is one a part: a type, a station. They are listed last."""
RATIOS: Final = {
    metric.name: metric.ratio
    for metric in sorted(METRICS, key=lambda metric: metric.name.startswith(_BY_PART))
    if metric.ratio is not None
}
"""Every metric that is a ratio of two others; over replications it is the ratio of their sums."""


def work_of_trucks(manifest: pd.DataFrame, ledger: pd.DataFrame) -> Mapping[str, FloatArray]:
    """Return the work that each truck asks of each station [n], in minutes; at the portal by the profile it got."""
    work = LazyColumns()
    for station in STATIONS:
        work.add(station, functools.partial(column, manifest, f"service_{station}_min"))
    work.add("portal", lambda: portal_work(manifest, ledger))
    return work


def measure_replication(  # noqa: PLR0913
    scenario: Scenario,
    window: Window,
    manifest: pd.DataFrame,
    ledger: pd.DataFrame,
    capacity: pd.DataFrame,
    detection: ExpectedDetection,
    *,
    openings: pd.DataFrame | None = None,
    roster: RosterUse | None = None,
    rooms_full: IntArray | None = None,
) -> dict[str, float]:
    """Return METRICS of one replication.

    Parameters
    ----------
    manifest, ledger, capacity : DataFrame
        One row a truck, in the same order (by ``truck``); CAPACITY of the same window.
    detection : Detection
        Probes' totals, from ``sim.results.expected_detection.expected_detection``.
    openings : DataFrame, optional
        OPENINGS of the same window, where lanes follow the line or officers a roster: hours, utilization and overtime
        go by them, loads and stability by CAPACITY.
    roster : RosterUse, optional
        Officer hours of a roster.
    rooms_full : int array [n], optional
        Bit mask of the yards that were full as each truck left primary (``Record.full``).

    Returns
    -------
    dict
        Every column of METRICS, in its order; NaN where a port lacks what the measure is about.
        The random stream is empty and nobody is high-risk: that takes policy and scores (`sim.results.groups`).
    """
    work = work_of_trucks(manifest, ledger)
    passes = pass_stations(ledger, work, window.horizon_min)
    left, found = _counts(ledger)
    found["n_audits"] = insider.n_audited_images(scenario, manifest, ledger)
    worked = worked_capacity(capacity, openings)
    officer_h = usage.officer_h(scenario, window, worked, found["n_audits"], openings, roster)
    found |= _hours(usage.open_min(scenario, window), officer_h, ledger, worked, roster)
    found |= count_shortages(manifest, ledger, capacity, worked, rooms_full)
    found |= _waits(ledger, window)
    found |= _crossings(ledger, passes.free_flow_min[left], left)
    found |= _money(scenario.value, manifest, ledger, left, found["delay_truck_h"])
    found |= inspection_counts(manifest, ledger, left, passes)
    found |= random_stream_counts(column(ledger, "selected"), manifest, ledger)
    found |= dict.fromkeys(("n_high_risk", "n_high_risk_scanned", "n_high_risk_inspected"), 0.0)
    found |= seized_and_leaked_amounts(manifest, ledger, left)
    found |= _probes(detection) | screening_measures(ledger, detection.screened)
    found |= _stations(scenario, window, ledger, capacity, work, passes)
    found |= _by_station("scheduled_{}_min", INSPECTION_STATIONS, usage.scheduled_min(scenario, window, openings))
    found |= _by_station("available_{}_min", STATIONS, usage.available_min(worked, window))
    by_lane = portal_load(scenario, manifest, ledger, found["available_portal_min"])
    found["load_portal"] = found["load_portal"] if by_lane is None else by_lane
    for name, (numerator, denominator, scale) in RATIOS.items():
        found[name] = scale * ratio_or_nan(found[numerator], found[denominator])
    found["stable"] = bool(not any(found[f"load_{s}"] >= 1.0 for s in STATIONS))
    found["conserved"] = all_trucks_accounted_for(manifest, ledger, passes)
    return {column.name: found[column.name] for column in METRICS}


def _hours(
    open_min: float, officer_h: float, ledger: pd.DataFrame, worked: pd.DataFrame, roster: RosterUse | None
) -> dict[str, float]:
    """Return the port's and its officers' hours; ``officer_h`` is without overtime, which a roster has in its own."""
    overtime_h = overtime_min(ledger, worked) / 60.0
    return {
        "open_min": open_min,
        "open_h": open_min / 60.0,
        "officer_h": officer_h + (overtime_h if roster is None else 0.0),
        "overtime_h": overtime_h,
        "roster_h": 0.0 if roster is None else roster.roster_h,
        "roster_overtime_h": 0.0 if roster is None else roster.overtime_h,
    }


def _counts(ledger: pd.DataFrame) -> tuple[BoolArray, dict[str, float]]:
    """Return bool[n], who has left the port and was not turned away; and how many did what."""
    gone, diverted = np.isfinite(column(ledger, "exit_min")), column(ledger, "diverted")
    left = gone & ~diverted
    return left, {
        "trucks": float(len(ledger)),
        "exited": float(left.sum()),
        "n_diverted": float(diverted.sum()),
        "still_inside": float((~gone).sum()),
    }


def _waits(ledger: pd.DataFrame, window: Window) -> dict[str, float]:
    arrive = line_joined_min(column(ledger, "arrive_min"), column(ledger, "origin_leave_min"))
    start, gone = column(ledger, "primary_start_min"), column(ledger, "exit_min")
    served = np.isfinite(start)
    unserved = np.where(np.isfinite(gone), gone, np.maximum(window.horizon_min, arrive))
    wait = np.where(served, start, unserved) - arrive
    over, lane_class = wait > 30.0, column(ledger, "lane_class")
    of_class = {name: np.flatnonzero(served & (lane_class == code)) for code, name in enumerate(LANE_CLASSES)}
    return {
        **{f"n_waits_{name}": float(len(mine)) for name, mine in of_class.items()},
        **{f"wait_{name}_sum_min": float(wait[mine].sum()) for name, mine in of_class.items()},
        "n_waits": float(served.sum()),
        "wait_sum_min": float(wait[rows_with(ledger, "primary", "start")].sum()),
        "wait_bound_sum_min": float(wait.sum()),
        "n_wait_over_30": float(over.sum()),
        "n_wait_known": float((served | over).sum()),
        "queue_max": longest_queue(arrive, np.where(served, start, gone)),
    }


def _crossings(ledger: pd.DataFrame, free_flow: FloatArray, has_exited: BoolArray) -> dict[str, float]:
    crossing = (column(ledger, "exit_min") - column(ledger, "arrive_min"))[has_exited]
    mean = ratio_or_nan(crossing.sum(), len(crossing))
    p50, p95 = percentile_values(crossing, (50.0, 95.0))
    free_p50 = percentile(free_flow, 50.0)
    return {
        "crossing_sum_min": float(crossing.sum()),
        "crossing_p50_min": p50,
        "crossing_p95_min": p95,
        "crossing_p95_over_mean": ratio_or_nan(p95, mean),
        "free_flow_sum_min": float(free_flow.sum()),
        "free_flow_p50_min": free_p50,
        "buffer_index": buffer_index(p95, mean),
        "planning_time_index": planning_time_index(p95, free_p50),
        "delay_truck_h": float(delay_min(crossing, free_flow).sum()) / 60.0,
    }


def _money(
    value: Value, manifest: pd.DataFrame, ledger: pd.DataFrame, has_exited: BoolArray, delay_truck_h: float
) -> dict[str, float]:
    released = has_exited & ~column(ledger, "seized") & column(manifest, "laden")
    fuel_usd_per_h = value.idle_fuel_gal_per_h * value.diesel_usd_per_gal
    return {
        "commerce_usd": float(column(manifest, "value_usd")[released].sum()),
        "delay_cost_usd": delay_truck_h * (value.value_of_time_usd_per_truck_h + fuel_usd_per_h),
    }


def _probes(detection: ExpectedDetection) -> dict[str, float]:
    found = {"expected_weight": float(detection.weight), "expected_caught": float(detection.caught)}
    found["expected_doubt"] = float(detection.doubt)
    for name in ("weight", "caught"):
        with_help = float(getattr(detection, f"{name}_helped"))
        found[f"expected_{name}_helped"] = with_help
        found[f"expected_{name}_unhelped"] = found[f"expected_{name}"] - with_help
    for code, name in enumerate(CONTRABAND):
        found[f"expected_weight_{name}"] = float(detection.weight_by_type[code])
        found[f"expected_caught_{name}"] = float(detection.caught_by_type[code])
        found[amount_column("presented_expected", name)] = float(detection.amount_presented_by_type[code])
        found[amount_column("seized_expected", name)] = float(detection.amount_caught_by_type[code])
    return found


def _stations(
    scenario: Scenario,
    window: Window,
    ledger: pd.DataFrame,
    capacity: pd.DataFrame,
    work: Mapping[str, FloatArray],
    passes: StationPasses,
) -> dict[str, float]:
    available = usage.available_min(capacity, window)
    offered = usage.offered_min(scenario, ledger, work, passes)
    found = {f"busy_{s}_min": passes.stations[s].busy_min for s in STATIONS}
    found |= {f"held_{s}_min": passes.stations[s].held_min for s in STATIONS}
    found |= _by_station("offered_{}_min", STATIONS, offered)
    found |= _by_station("load_{}", STATIONS, usage.station_loads(offered, available))
    lane_class = column(ledger, "lane_class")
    found["load_primary"] = usage.primary_load(scenario, work["primary"], lane_class, capacity, window)
    return found


def _by_station(pattern: str, stations: tuple[str, ...], values: FloatArray) -> dict[str, float]:
    return {pattern.format(s): float(v) for s, v in zip(stations, values, strict=True)}


TUNING_MEASURES: Final = ("wait_mean_min", "detection_expected", "scan_rate")
"""Ratios that `tuning_measures` gives beside their two sums; ``crossing_p95_min`` comes with them."""


def tuning_measures(*, ledger: pd.DataFrame, detection: ExpectedDetection) -> dict[str, float]:
    """Return `TUNING_MEASURES`, their sums and the 95th percentile of crossing, as `measure_replication` does."""
    exit_min, arrive = column(ledger, "exit_min"), column(ledger, "arrive_min")
    checked, start = column(ledger, "origin_leave_min"), column(ledger, "primary_start_min")
    left = np.isfinite(exit_min) & ~column(ledger, "diverted")
    wait = start - line_joined_min(arrive, checked)
    served = np.isfinite(start)
    scanned = np.any([column(ledger, f"{s}_done") == SERVED for s in SCANNERS], axis=0)
    found = {
        "exited": float(left.sum()),
        "n_waits": float(served.sum()),
        "wait_sum_min": float(wait[served].sum()),
        "n_scanned": float((scanned & left).sum()),
        "expected_weight": float(detection.weight),
        "expected_caught": float(detection.caught),
        "crossing_p95_min": percentile((exit_min - arrive)[left], 95.0),
    }
    for name in TUNING_MEASURES:
        top, bottom, scale = RATIOS[name]
        found[name] = scale * found[top] / found[bottom] if found[bottom] > 0.0 else float("nan")
    return found
