"""LEDGER -> METRICS: one small function for each measure of one replication.

``sim.tables.METRICS`` states every formula, unit and source. Numerators and denominators stand
beside every ratio, so that a ratio over replications is a ratio of sums (`RATIOS` names the pairs).

Sources: wait [GAO-13-603], crossing [FHWA-HOP-12-049], indices and delay (FHWA reliability).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from sim import insider, screening, usage
from sim.conservation import conserved
from sim.contraband import CONTRABAND, amount
from sim.finds import amounts, inspections
from sim.indices import (
    buffer_index,
    delay_min,
    percentile,
    percentiles,
    planning_time_index,
    queue_max,
    ratio,
)
from sim.officers import officer_h
from sim.order import SERVED, STATIONS
from sim.probe import Detection
from sim.random_stream import stream
from sim.scenario import Scenario, Value
from sim.tables import CLASSES, INSPECTION, METRICS
from sim.usage import Bools, Floats
from sim.window import Window


class Ratio(NamedTuple):
    """A metric that is ``scale x numerator / denominator``, both of them columns of METRICS."""

    numerator: str
    denominator: str
    scale: float = 1.0


RATIOS: Final[dict[str, Ratio]] = {
    "diverted_share": Ratio("n_diverted", "trucks"),
    "throughput_per_h": Ratio("exited", "open_h"),
    "wait_mean_min": Ratio("wait_sum_min", "n_waits"),
    **{f"wait_{c}_mean_min": Ratio(f"wait_{c}_sum_min", f"n_waits_{c}") for c in CLASSES},
    "wait_bound_min": Ratio("wait_bound_sum_min", "trucks"),
    "p_wait_over_30_min": Ratio("n_wait_over_30", "n_wait_known"),
    "crossing_mean_min": Ratio("crossing_sum_min", "exited"),
    "delay_mean_min": Ratio("delay_truck_h", "exited", 60.0),
    "commerce_usd_per_min": Ratio("commerce_usd", "open_min"),
    "scan_rate": Ratio("n_scanned", "exited"),
    "exam_rate": Ratio("n_opened", "exited"),
    "false_alarm_rate": Ratio("n_false_alarms", "n_clean_scanned"),
    "hit_rate": Ratio("n_seized", "n_opened"),
    "high_risk_inspection_rate": Ratio("n_high_risk_inspected", "n_high_risk"),
    "detection_rate": Ratio("n_seized", "n_carrying"),
    "detection_expected": Ratio("expected_caught", "expected_weight"),
    "detection_error_bound": Ratio("expected_doubt", "expected_weight"),
    "seized_expected_per_100k": Ratio("expected_caught", "trucks", 1e5),
    "slow_rate": Ratio("n_screened_slow", "n_screened"),
    "screening_wait_mean_min": Ratio("screening_wait_sum_min", "n_screening_waits"),
    "screening_detection": Ratio("screening_caught", "screening_weight"),
    "screened_detection": Ratio("screening_caught", "screened_weight"),
    "stops_per_truck": Ratio("n_stops", "exited"),
    **{
        f"detection_expected_{t}": Ratio(f"expected_caught_{t}", f"expected_weight_{t}")
        for t in ("helped", "unhelped", *CONTRABAND)
    },
    **{f"utilisation_{s}": Ratio(f"busy_{s}_min", f"available_{s}_min") for s in STATIONS},
    **{f"occupied_{s}": Ratio(f"held_{s}_min", f"available_{s}_min") for s in STATIONS},
    **{f"availability_{s}": Ratio(f"available_{s}_min", f"scheduled_{s}_min") for s in INSPECTION},
}
"""Every metric that is a ratio of two others; over replications it is the ratio of their sums."""


def free_flow_min(ledger: pd.DataFrame, work: dict[str, Floats]) -> Floats:
    """Return each truck's crossing time on its own path through an empty port, in minutes [n].

    The work of all stations that served it, of primary and the analyst's image the longer one: the
    image is judged while the truck stands at primary.
    """
    served = {s: ledger[f"{s}_done"].to_numpy() == SERVED for s in STATIONS}
    booth, image = (np.where(served.pop(s), work[s], 0.0) for s in ("primary", "analyst"))
    total = np.maximum(booth, image)
    for station, mine in served.items():
        if mine.any():
            total += np.where(mine, work[station], 0.0)
    return np.asarray(total, np.float64)


def measure(
    scenario: Scenario,
    window: Window,
    manifest: pd.DataFrame,
    ledger: pd.DataFrame,
    capacity: pd.DataFrame,
    detection: Detection,
) -> dict[str, float]:
    """Return METRICS of one replication.

    Parameters
    ----------
    manifest, ledger, capacity : DataFrame
        One row a truck, in the same order (by ``truck``); CAPACITY of the same window.
    detection : Detection
        Probes' totals, from ``sim.probe.expected_detection``.

    Returns
    -------
    dict
        Every column of METRICS, in its order; NaN where a port lacks what the measure is about.
        The random stream is empty: only who knows the policy can tell luck from targeting. Nobody
        is high-risk: only who knows the scores can tell (`sim.high_risk`).
    """
    work = {s: manifest[f"service_{s}_min"].to_numpy(np.float64) for s in STATIONS}
    work["portal"] = screening.portal_work(manifest, ledger)
    left, found = _counts(ledger)
    found |= _hours(scenario, window) | {"n_audits": insider.audits(scenario, manifest, ledger)}
    found["overtime_h"] = usage.overtime_min(ledger, capacity) / 60.0
    found["officer_h"] = officer_h(scenario, window, capacity, found["n_audits"])
    found["officer_h"] += found["overtime_h"]
    found |= _waits(ledger, window)
    found |= _crossings(ledger, free_flow_min(ledger, work)[left], left)
    found |= _money(scenario.value, manifest, ledger, left, found["delay_truck_h"])
    found |= inspections(manifest, ledger, left)
    found |= stream(ledger["selected"].to_numpy(bool), manifest, ledger)
    found |= dict.fromkeys(("n_high_risk", "n_high_risk_scanned", "n_high_risk_inspected"), 0.0)
    found |= amounts(manifest, ledger, left)
    found |= _probes(detection) | screening.measures(ledger, detection.screened)
    found |= _stations(scenario, window, ledger, capacity, work)
    by_lane = screening.portal_load(scenario, manifest, ledger, found["available_portal_min"])
    found["load_portal"] = found["load_portal"] if by_lane is None else by_lane
    for name, (numerator, denominator, scale) in RATIOS.items():
        found[name] = scale * ratio(found[numerator], found[denominator])
    loads = [found[f"load_{s}"] for s in STATIONS]
    found["stable"] = bool(not any(load > 1.0 for load in loads))
    found["conserved"] = conserved(manifest, ledger)
    return {column.name: found[column.name] for column in METRICS}


def _counts(ledger: pd.DataFrame) -> tuple[Bools, dict[str, float]]:
    """Return bool[n], who has left the port and was not turned away; and how many did what."""
    gone, diverted = np.isfinite(ledger["exit_min"].to_numpy()), ledger["diverted"].to_numpy(bool)
    left = gone & ~diverted
    return left, {
        "trucks": float(len(ledger)),
        "exited": float(left.sum()),
        "n_diverted": float(diverted.sum()),
        "still_inside": float((~gone).sum()),
    }


def _hours(scenario: Scenario, window: Window) -> dict[str, float]:
    minutes = usage.open_min(scenario, window)
    return {"open_h": minutes / 60.0, "open_min": minutes}


def _waits(ledger: pd.DataFrame, window: Window) -> dict[str, float]:
    arrive, checked = ledger["arrive_min"].to_numpy(), ledger["origin_leave_min"].to_numpy()
    arrive = np.where(np.isfinite(checked), checked, arrive)
    start, gone = ledger["primary_start_min"].to_numpy(), ledger["exit_min"].to_numpy()
    served = np.isfinite(start)
    unserved = np.where(np.isfinite(gone), gone, np.maximum(window.horizon_min, arrive))
    wait = np.where(served, start, unserved) - arrive
    over, lane_class = wait > 30.0, ledger["lane_class"].to_numpy(np.int64)
    of_class = {name: served & (lane_class == code) for code, name in enumerate(CLASSES)}
    return {
        **{f"n_waits_{name}": float(mine.sum()) for name, mine in of_class.items()},
        **{f"wait_{name}_sum_min": float(wait[mine].sum()) for name, mine in of_class.items()},
        "n_waits": float(served.sum()),
        "wait_sum_min": float(wait[served].sum()),
        "wait_bound_sum_min": float(wait.sum()),
        "n_wait_over_30": float(over.sum()),
        "n_wait_known": float((served | over).sum()),
        "queue_max": queue_max(arrive, np.where(served, start, gone)),
    }


def _crossings(ledger: pd.DataFrame, free_flow: Floats, left: Bools) -> dict[str, float]:
    crossing = (ledger["exit_min"].to_numpy() - ledger["arrive_min"].to_numpy())[left]
    mean = ratio(crossing.sum(), len(crossing))
    p50, p95 = percentiles(crossing, (50.0, 95.0))
    free_p50 = percentile(free_flow, 50.0)
    return {
        "crossing_sum_min": float(crossing.sum()),
        "crossing_p50_min": p50,
        "crossing_p95_min": p95,
        "crossing_p95_over_mean": ratio(p95, mean),
        "free_flow_sum_min": float(free_flow.sum()),
        "free_flow_p50_min": free_p50,
        "buffer_index": buffer_index(p95, mean),
        "planning_time_index": planning_time_index(p95, free_p50),
        "delay_truck_h": float(delay_min(crossing, free_flow).sum()) / 60.0,
    }


def _money(
    value: Value, manifest: pd.DataFrame, ledger: pd.DataFrame, left: Bools, delay_truck_h: float
) -> dict[str, float]:
    released = left & ~ledger["seized"].to_numpy(bool) & manifest["laden"].to_numpy(bool)
    fuel_usd_per_h = value.idle_fuel_gal_per_h * value.diesel_usd_per_gal
    return {
        "commerce_usd": float(manifest["value_usd"].to_numpy()[released].sum()),
        "delay_cost_usd": delay_truck_h * (value.value_of_time_usd_per_truck_h + fuel_usd_per_h),
    }


def _probes(detection: Detection) -> dict[str, float]:
    found = {"expected_weight": float(detection.weight), "expected_caught": float(detection.caught)}
    found["expected_doubt"] = float(detection.doubt)
    for name in ("weight", "caught"):
        with_help = float(getattr(detection, f"{name}_helped"))
        found[f"expected_{name}_helped"] = with_help
        found[f"expected_{name}_unhelped"] = found[f"expected_{name}"] - with_help
    for code, name in enumerate(CONTRABAND):
        found[f"expected_weight_{name}"] = float(detection.weight_by_type[code])
        found[f"expected_caught_{name}"] = float(detection.caught_by_type[code])
        found[amount("presented_expected", name)] = float(detection.amount_presented_by_type[code])
        found[amount("seized_expected", name)] = float(detection.amount_caught_by_type[code])
    return found


def _stations(
    scenario: Scenario,
    window: Window,
    ledger: pd.DataFrame,
    capacity: pd.DataFrame,
    work: dict[str, Floats],
) -> dict[str, float]:
    available = usage.available_min(capacity, window)
    offered = usage.offered_min(scenario, ledger, work)
    found = _by_station("busy_{}_min", STATIONS, usage.busy_min(ledger, work))
    found |= _by_station("held_{}_min", STATIONS, usage.held_min(ledger, window))
    found |= _by_station("available_{}_min", STATIONS, available)
    found |= _by_station("offered_{}_min", STATIONS, offered)
    found |= _by_station("scheduled_{}_min", INSPECTION, usage.scheduled_min(scenario, window))
    found |= _by_station("load_{}", STATIONS, usage.loads(offered, available))
    lane_class = ledger["lane_class"].to_numpy(np.int64)
    found["load_primary"] = usage.primary_load(
        scenario, work["primary"], lane_class, capacity, window
    )
    return found


def _by_station(pattern: str, stations: tuple[str, ...], values: Floats) -> dict[str, float]:
    return {pattern.format(s): float(v) for s, v in zip(stations, values, strict=True)}
