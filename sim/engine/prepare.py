"""Setting, MANIFEST, choices, alarms and CAPACITY -> Flow: the last step before either engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arrays import BoolArray, FloatArray
from sim.engine.capacity import SEGMENTS_AT, open_intervals, server_classes
from sim.engine.flow import CLEARED, NO_LIMIT, NO_STATION, Flow, assemble_flow
from sim.engine.review_plan import plan_reviews
from sim.engine.roster_plan import plan_roster
from sim.engine.routes import (
    CHECKED,
    N_COLUMNS,
    ORDERED,
    RADIATING,
    REFERRED,
    SAFETY_CHECKED,
    SCANNED_LATER,
    SELECTED,
    SIDE_SCANNED,
    WAVED,
)
from sim.frames import column
from sim.setting.insider import BOOTH
from sim.setting.port import COMMODITIES, Check, Segment
from sim.setting.scanner import Sensor
from sim.setting.setting import Setting
from sim.setting.window import Window
from sim.stations import (
    ANALYST,
    CARRY_OVER,
    DIVERT,
    DOCK,
    DOOR,
    N_CLASSES,
    N_STATIONS,
    OPENS,
    ORIGIN,
    PASSED_BY,
    PORTAL,
    PRIMARY,
    SENSOR_OF,
    SENSORS,
    SERVED_LATE,
    SHUTS,
    STATIONS,
    event_key,
)
from sim.trucks.insider import stages_let_pass

CLOSING = {"carry_over": CARRY_OVER, "divert": DIVERT, "served_late": SERVED_LATE}
ROOMS_AT = tuple(k for k in SEGMENTS_AT if k != ANALYST)


def prepare_flow(  # noqa: PLR0913
    setting: Setting,
    window: Window,
    manifest: pd.DataFrame,
    selected: BoolArray,
    alarms: Mapping[str, BoolArray],
    capacity: pd.DataFrame,
    *,
    officer_referral: bool,
    service_min: FloatArray | None = None,
) -> Flow:
    """Lay one replication out as arrays.

    Parameters
    ----------
    manifest : DataFrame
        MANIFEST, ``n`` trucks.
    selected : bool array [n]
        Selected for the portal before arrival.
    alarms : mapping
        ``portal``, ``portal_slow`` and ``secondary``: bool arrays [n] of `sim.sensors.sensor_alarms`.
    capacity : DataFrame
        CAPACITY of the same window.
    officer_referral : bool
        Primary officers refer trucks on their own judgment.
    service_min : float array [K, n], optional
        What `service_min_by_station` gave for these trucks and these stations.
    """
    serves, ordered = server_classes(setting), exams_ordered(setting, manifest)
    closing = CLOSING[setting.port.closing]
    counts = [len(serves[k]) for k in range(N_STATIONS)]
    first = np.concatenate([[0], np.cumsum(counts)])
    judged = counts[PORTAL] > 0 and counts[ANALYST] > 0
    reviews = plan_reviews(setting, window, sum(counts[:PRIMARY]))
    return assemble_flow(
        horizon_min=window.horizon_min,
        arrive_min=column(manifest, "arrive_min"),
        lane_class=column(manifest, "fast"),
        service_min=service_min_by_station(manifest, counts) if service_min is None else service_min,
        alarm=_alarm(manifest, alarms, ordered, counts),
        columns=policy_columns(setting, manifest, selected, ordered, officer_referral=officer_referral),
        absent=sum(1 << k for k in range(N_STATIONS) if counts[k] == 0),
        server_first=first,
        serves=[mask for masks in serves for mask in masks],
        capacity=tuple(column(capacity, name) for name in ("station", "server", "up_min", "down_min", "drains")),
        doors=_doors(setting, window) if closing != CARRY_OVER else ([], []),
        closing=closing,
        lane_draw=_lane_draw(setting, manifest),
        **_slow_scan(setting, manifest, alarms),
        fork=PORTAL if judged else NO_STATION,
        judge=ANALYST if judged else NO_STATION,
        join=PRIMARY,
        state=[0.0],
        reviews=reviews,
        roster=plan_roster(setting, window, first, reviews.review_min) if reviews is not None else None,
        **_rules(setting),
    )


def service_min_by_station(manifest: pd.DataFrame, counts: Sequence[int]) -> FloatArray:
    """Return the work [K, n] that trucks ask of the stations that have servers; the rows of others stay zero."""
    service_min = np.zeros((N_STATIONS, len(manifest)))
    for k in np.flatnonzero(counts):
        service_min[k] = column(manifest, f"service_{STATIONS[k]}_min")
    return service_min


def _lane_draw(setting: Setting, manifest: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return what picks each truck's lane; zeros where no lane is picked at random."""
    if any(_line_rule(setting, k)[1] == "random" for k in range(N_STATIONS)):
        return np.asarray(column(manifest, "u_lane"), dtype=np.float64)
    return np.zeros(len(manifest))


def _rules(setting: Setting) -> dict[str, Any]:
    """Return the stations' rules: discipline, waiting rooms, what happens when they are full."""
    stations = range(N_STATIONS)
    priority = setting.port.primary.discipline == "fast_priority"
    return {
        "hold_min": _hold_min(setting),
        "fast_first": [int(k == PRIMARY and priority) for k in stations],
        "room": _room(setting),
        "shared_room": [int(k != PRIMARY) for k in stations],
        "per_lane": [int(_line_rule(setting, k)[0] == "per_lane") for k in stations],
        "lane_random": [int(_line_rule(setting, k)[1] == "random") for k in stations],
        "suspend": [_when_full(setting, k) for k in stations],
        "finishes": [int(_in_pulses(setting, k)) for k in stations],
    }


def _doors(setting: Setting, window: Window) -> tuple[list[float], list[int]]:
    """Return the times and keys at which the doors open and shut within the window.

    They are shut from its first moment on, unless the port is open then: whoever comes before the first opening meets
    the same doors as on any later day.
    """
    spans = open_intervals(setting, window)
    moments = [] if spans and spans[0][0] <= 0.0 else [(0.0, SHUTS)]
    moments += [(start, OPENS) for start, _ in spans if start > 0.0]
    moments += [(end, SHUTS) for _, end in spans if end < window.horizon_min]
    return [time for time, _ in moments], [event_key(DOOR, 0, code) for _, code in moments]


def _line_rule(setting: Setting, station: int) -> tuple[str, str]:
    """Return (queue, lane_choice) of a station."""
    if station not in (PORTAL, PRIMARY):
        return "pooled", "shortest"
    part = setting.port.portal if station == PORTAL else setting.port.primary
    return part.queue, part.lane_choice


def _slow_scan(setting: Setting, manifest: pd.DataFrame, alarms: Mapping[str, BoolArray]) -> dict[str, Any]:
    """Return where a slow service may be chosen, its work and its alarms."""
    if not setting.has_slow_scan():
        return {"profiled": NO_STATION, "slow_min": [], "slow_alarm": []}
    slow_min = column(manifest, "service_portal_slow_min")
    return {"profiled": PORTAL, "slow_min": slow_min, "slow_alarm": alarms["portal_slow"]}


def officer_referrals(setting: Setting, manifest: pd.DataFrame) -> BoolArray:
    """Return bool[n], which trucks the primary officer refers on his own judgement."""
    port, carrying = setting.port, column(manifest, "true_carrying")
    p_refer = np.where(carrying, port.officer_referral_carrying_share, port.officer_referral_share)
    return np.asarray(column(manifest, "u_officer") < p_refer)


def exams_ordered(setting: Setting, manifest: pd.DataFrame) -> BoolArray:
    """Return bool[n], which trucks have an agriculture, trade-compliance or joint exam ordered."""
    mix = setting.port.mix
    produce = column(manifest, "commodity") == COMMODITIES.index("produce")
    p_order = mix.compliance_exam_share + np.where(produce, mix.agriculture_exam_share, 0.0)
    by_this_side = column(manifest, "laden") & (column(manifest, "u_order") < p_order)
    if not setting.port.joint_inspection:
        return np.asarray(by_this_side)
    return np.asarray(by_this_side | picked_at_origin(setting, manifest))


def picked_at_origin(setting: Setting, manifest: pd.DataFrame) -> BoolArray:
    """Return bool[n], whom the country that the trucks leave picks for a check."""
    return _below(manifest, "u_origin", setting.port.origin.share)


def _below(manifest: pd.DataFrame, name: str, share: float) -> BoolArray:
    """Return bool[n], whose uniform lies below a share; nothing is drawn where that is nobody's."""
    return np.asarray(column(manifest, name) < share) if share > 0.0 else np.zeros(len(manifest), dtype=bool)


def policy_columns(
    setting: Setting, manifest: pd.DataFrame, selected: BoolArray, ordered: BoolArray, *, officer_referral: bool
) -> npt.NDArray[np.float64]:
    """Return float[n, N_COLUMNS], what a routing hook may read of each truck; ``ordered``: `exams_ordered`."""
    port = setting.port
    flags = {
        SELECTED: selected,
        ORDERED: ordered,
        SIDE_SCANNED: _below(manifest, "u_low_energy", port.low_energy_share),
        RADIATING: column(manifest, "laden") & _below(manifest, "u_radiation", port.radiation.share),
        SAFETY_CHECKED: _below(manifest, "u_safety", port.safety.share),
        WAVED: stages_let_pass(setting, manifest)[:, BOOTH],
    }
    if officer_referral:
        flags[REFERRED] = officer_referrals(setting, manifest)
    if setting.servers("origin") > 0:
        flags[CHECKED] = picked_at_origin(setting, manifest)
    if setting.servers("portal") == 0:
        flags[SCANNED_LATER] = selected
    columns = np.zeros((len(manifest), N_COLUMNS))
    for place, flag in flags.items():
        # most flags are set for few trucks
        columns[np.flatnonzero(flag), place] = 1.0
    return columns


def _alarm(
    manifest: pd.DataFrame, alarms: Mapping[str, BoolArray], is_ordered: BoolArray, counts: Sequence[int]
) -> npt.NDArray[np.uint8]:
    """Return what each station that there is would raise; one that opens trucks "alarms" as it finds a load."""
    alarm = np.zeros((N_STATIONS, len(manifest)), dtype=np.uint8)
    if counts[DOCK]:
        alarm[DOCK] = np.where(is_ordered, alarms["exam_find_other"], alarms["exam_find"])
    if counts[ORIGIN]:
        alarm[ORIGIN] = alarms["origin_find"]
    for station in SENSORS:
        if counts[station]:
            alarm[station] = alarms[STATIONS[station]]
    alarm[PORTAL, alarms["auto_clear"]] = CLEARED
    return alarm


def _hold_min(setting: Setting) -> list[float]:
    hold = [np.inf] * N_STATIONS
    for station, name in SENSOR_OF.items():
        sensor: Sensor = getattr(setting.scanner, name)
        if sensor.outages.hold_min is not None:
            hold[station] = sensor.outages.hold_min
    return hold


def _room(setting: Setting) -> list[list[int]]:
    rooms: list[int | None] = [None] * N_STATIONS
    rooms[PRIMARY] = setting.port.room_before_booths()
    for station in ROOMS_AT:
        rooms[station] = getattr(setting.port, STATIONS[station]).room_trucks
    return [[NO_LIMIT if room is None else room] * N_CLASSES for room in rooms]


def _when_full(setting: Setting, station: int) -> int:
    if station not in ROOMS_AT:
        return 0
    segment: Segment = getattr(setting.port, STATIONS[station])
    return PASSED_BY if _in_pulses(setting, station) else int(segment.when_full == "suspend")


def _in_pulses(setting: Setting, station: int) -> bool:
    """Tell whether a station is at work in unannounced pulses only."""
    check = getattr(setting.port, STATIONS[station])
    return isinstance(check, Check) and check.pulses is not None
