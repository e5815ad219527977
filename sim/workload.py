"""The load of every station over a week, before the run, and how much scanning each can carry."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.arrays import FloatArray
from sim.engine.capacity import Span, manned_intervals, server_classes
from sim.frames import column
from sim.policies.base import PolicyExpectation
from sim.portal_workload import splits_lanes
from sim.roster_load import ROSTER_ROW, officer_time_min, officer_work_min
from sim.scenario import Scenario
from sim.screening import portal_false_alarm, portal_mean_min
from sim.sensors import operating_points, p_false_alarm
from sim.setting.port import COMMODITIES
from sim.setting.window import Window
from sim.stations import APPROACH, PORTAL, PRIMARY, REFERRAL_SENSORS, SENSOR_OF, STATION, STATIONS
from sim.tables import LANE_CLASSES
from sim.trucks.arrivals import rates_per_h
from sim.trucks.service_times import service_mean_min


class TruckMix(NamedTuple):
    """What trucks are, as far as a load depends on it."""

    fast_share: float | FloatArray
    """Share of FAST trucks, the same in all hours or [24 days]."""
    laden_share: float
    produce_of_laden_share: float
    """Share of laden trucks that carry produce."""


def port_mix(scenario: Scenario) -> TruckMix:
    """Return what the port's own trucks are expected to be."""
    mix = scenario.port.mix
    return TruckMix(mix.fast_share, 1.0 - mix.empty_share, mix.commodity_share["produce"])


@dataclass(frozen=True, slots=True)
class HourlyLoad:
    """Work asked of one set of servers and done by it, hour by hour."""

    station: str
    offered_min: FloatArray
    available_min: FloatArray
    largest_scan_share: float = math.nan

    def row(self, weeks: float) -> dict[str, object]:
        """Return the row of `sim.workload.weekly_load`, per week (1: of all hours together)."""
        offered, available = float(self.offered_min.sum()), float(self.available_min.sum())
        idle = 0.0 if offered == 0.0 else math.inf
        load_share = offered / available if available > 0.0 else idle
        return {
            "station": self.station,
            "offered_min": offered / weeks,
            "available_min": available / weeks,
            "load_share": load_share,
            "stable": load_share < 1.0,
            "rush_h": float((self.offered_min > self.available_min).sum()) / weeks,
            "largest_scan_share": self.largest_scan_share,
        }


def expected_visits(
    scenario: Scenario, expected: PolicyExpectation, scan_share: float, mix: TruckMix | None = None
) -> dict[str, float]:
    """Return the share of trucks that come to each station beside the chain, by its name.

    False alarms alone are counted: threats are too rare to load a station.

    Dock: exams ordered, then portal false alarms, then referred trucks on which the secondary
    scanner or the dogs alarm (all of them where there is neither). The portal's false alarms are
    those at the operating point of ``expected``, whatever ``scan_share``. A policy with tests of
    its own (``expected.tested``) opens whom its plan opens, and the random floor's alarms. ``mix``: of the trucks that
    come; None: the port's own.
    """
    port, own, mix = scenario.port, expected.tested, mix or port_mix(scenario)
    points = operating_points(scenario, expected.threat_image_share)
    has = {name: float(scenario.servers(name) > 0) for name in STATIONS if STATION[name].role != "way"}
    side = 0.0 if own else has["low_energy"] * port.low_energy_share
    cleared = scenario.scanner.analyst.auto_clear_share * has["analyst"]
    imaged = scan_share * has["portal"]
    acted_on = scenario.policy.random_floor_share * (imaged > 0.0) if own else imaged
    image_alarms = acted_on * (1.0 - cleared) * portal_false_alarm(points, expected.slow_share)
    ordered = ordered_exam_share(scenario, mix)
    free = (1.0 - ordered) * (1.0 - own.get("dock", 0.0)) * (1.0 - image_alarms)
    refers = port.officer_referral_share if scenario.policy.officer_referral else 0.0
    doubted = 1.0 - (1.0 - refers) * (1.0 - side * p_false_alarm(points, "low_energy"))
    later = 0.0 if own else scan_share * (1.0 - has["portal"])
    unmarked, neither, marked, referred = 1.0, free * doubted, 0.0, {}
    for name in (STATIONS[number] for number in REFERRAL_SENSORS):
        sent = _either(doubted, later) if name == "secondary" else doubted
        sent = free * has[name] * sent * unmarked
        referred[name] = _either(own.get(name, 0.0), sent)
        marked += sent * p_false_alarm(points, name)
        unmarked *= 1.0 - has[name] * p_false_alarm(points, name)
        neither *= 1.0 - has[name]
    return referred | {
        "origin": port.origin.share * has["origin"],
        "low_energy": _either(own.get("low_energy", 0.0), side),
        "portal": imaged,
        "analyst": imaged * (1.0 - cleared),
        "radiation": mix.laden_share * port.radiation.share * has["radiation"],
        "dock": 1.0 - free + marked + neither,
        "safety": port.safety.share * has["safety"],
    }


def _either(p_first: float, p_second: float) -> float:
    return 1.0 - (1.0 - p_first) * (1.0 - p_second)


def ordered_exam_share(scenario: Scenario, mix: TruckMix | None = None) -> float:
    """Return the share of trucks for which an exam is ordered whatever the sensors say.

    ``mix``: of the trucks that come; None: the port's own.
    """
    port, mix = scenario.port, mix or port_mix(scenario)
    produce = mix.produce_of_laden_share * port.mix.agriculture_exam_share
    ordered = mix.laden_share * (produce + port.mix.compliance_exam_share)
    joint = port.origin.share if port.joint_inspection else 0.0
    return 1.0 - (1.0 - ordered) * (1.0 - joint)


def weekly_load(scenario: Scenario, expected: PolicyExpectation, window: Window) -> pd.DataFrame:
    """Say before the run whether each station can carry its week, and how much scanning it allows.

    Whole weeks from the window's first day are averaged (a shorter window is judged by the week
    that it begins). Work that blocking and waiting for an image add to a booth is not counted, so a
    load share near 1 is already too high.

    Returns
    -------
    DataFrame
        One row a station that the port has; booths and approach lanes that one class has to itself
        are rows of their own (``primary_general``, ``primary_fast``), and so are all ``officers`` of a roster.
        ``offered_min``, ``available_min``: minutes a week of work asked for, and of manned and
        working servers; ``load_share``: their ratio; ``stable``: it is below 1; ``rush_h``: hours
        of the week in which more is asked than can be done; ``largest_scan_share``: the scan share
        at which the station would be full, NaN where it does not depend on scanning.
    """
    days = 7 * max(window.days // 7, 1)
    weeks = dataclasses.replace(window, days=days)
    loads = hourly_loads(scenario, expected, weeks, rates_per_h(scenario, weeks))
    return pd.DataFrame([load.row(days / 7.0) for load in (*loads, *_roster_load(scenario, weeks, loads))])


def _roster_load(scenario: Scenario, window: Window, loads: list[HourlyLoad]) -> list[HourlyLoad]:
    """Return the load of all officers of a roster together; none where every station has its own."""
    if scenario.staffing.roster is None:
        return []
    asked, can = ({load.station: getattr(load, part) for load in loads} for part in ("offered_min", "available_min"))
    return [HourlyLoad(ROSTER_ROW, officer_work_min(scenario, asked, can), officer_time_min(scenario, window))]


def load_of_trucks(
    scenario: Scenario, expected: PolicyExpectation, window: Window, manifest: pd.DataFrame
) -> pd.DataFrame:
    """Say the same of trucks that are known: all their work, against what stations can do in their window.

    Parameters
    ----------
    expected : PolicyExpectation
        What the policy does with these trucks.
    manifest : DataFrame
        ``arrive_min``, ``fast``, ``laden`` and ``commodity`` of every truck of the window, and of nobody else.

    Returns
    -------
    DataFrame
        As `weekly_load`, its minutes and hours those of the whole window.
    """
    hour = (column(manifest, "arrive_min") / 60.0).astype(np.int64)
    fast, laden = column(manifest, "fast").astype(bool), column(manifest, "laden").astype(bool)
    arrivals, of_fast = (np.bincount(of, minlength=24 * window.days).astype(np.float64) for of in (hour, hour[fast]))
    produce = laden & (column(manifest, "commodity") == COMMODITIES.index("produce"))
    laden_share = float(laden.sum()) / max(len(hour), 1)
    mix = TruckMix(
        of_fast / np.maximum(arrivals, 1.0), laden_share, float(produce.sum()) / max(float(laden.sum()), 1.0)
    )
    loads = hourly_loads(scenario, expected, window, arrivals, mix)
    return pd.DataFrame([load.row(1.0) for load in (*loads, *_roster_load(scenario, window, loads))])


def unserved_classes(scenario: Scenario, window: Window) -> dict[str, str]:
    """Return the classes of trucks that no lane of the window ever takes, and at which station.

    Examples
    --------
    >>> from experiments.study.study import compose_scenario
    >>> window = Window(seed=1, epoch=0, replication=0, start_date="2024-05-13", days=1)
    >>> unserved_classes(compose_scenario(["port.primary.fast_lanes=0", "port.primary.lanes_serve=all"]), window)
    {}
    """
    manned, serves = manned_intervals(scenario, window), server_classes(scenario)
    found: dict[str, str] = {}
    for station in (APPROACH, PRIMARY):
        opened = [mask for server, mask in enumerate(serves[station]) if manned.get((station, server))]
        if station == APPROACH and not serves[station]:
            continue
        for code, name in enumerate(LANE_CLASSES):
            if not any(mask >> code & 1 for mask in opened):
                found.setdefault(name, STATIONS[station])
    return found


def hourly_loads(
    scenario: Scenario, expected: PolicyExpectation, window: Window, arrivals: FloatArray, mix: TruckMix | None = None
) -> list[HourlyLoad]:
    """Return the load of every set of servers, hour by hour of the window.

    Parameters
    ----------
    arrivals : float array, shape (24 days,)
        Trucks expected in each hour, before any of them gives up.
    mix : TruckMix, optional
        Of these trucks; None: the port's own.
    """
    manned, mix = manned_intervals(scenario, window), mix or port_mix(scenario)
    loads = _line_loads(scenario, manned, arrivals, mix)
    return loads + _segment_loads(scenario, expected, manned, arrivals, mix)


Manned = Mapping[tuple[int, int], list[Span]]
"""Manned intervals of every (station, server)."""


def _manned_min(scenario: Scenario, manned: Manned, station: int, servers: range, n_hours: int) -> FloatArray:
    """Return float[n_hours], server-minutes manned in each hour."""
    edges = 60.0 * np.arange(n_hours + 1)
    mine = [spans for (where, server), spans in manned.items() if where == station and server in servers]
    up, down = np.array([span for spans in mine for span in spans]).reshape(-1, 2, 1).transpose(1, 0, 2)
    upto: FloatArray = np.clip(edges - up, 0.0, down - up).sum(axis=0)
    return np.diff(upto) * scenario.insider.manned_share(station)


def _line_loads(scenario: Scenario, manned: Manned, arrivals: FloatArray, mix: TruckMix) -> list[HourlyLoad]:
    """Return the loads of approach and primary, whole or by class."""
    port = scenario.port
    fast_share = np.asarray(mix.fast_share, dtype=np.float64)
    approach_min, assigned = service_mean_min(port.approach.service), scenario.insider.assigned_min
    headway = ((1.0 - fast_share) * approach_min, fast_share * approach_min)
    booth = (
        (1.0 - fast_share) * (service_mean_min(port.primary.service) + assigned),
        fast_share * (service_mean_min(port.primary.fast_service) + assigned),
    )
    own = port.approach.fast_lane == "own"
    approach = _Line(APPROACH, port.approach.lanes, int(own), own, own)
    primary = _Line(
        PRIMARY,
        port.primary.lanes,
        port.primary.fast_lanes,
        general_only=port.primary.lanes_serve == "general",
        fast_only=port.primary.fast_lanes_serve == "fast",
    )
    lines = [(primary, booth)]
    if port.approach.lanes > 0:
        lines.insert(0, (approach, headway))
    return [load for line, work in lines for load in line.loads(scenario, manned, arrivals, work)]


class _Line(NamedTuple):
    """Servers of two kinds, and whether each kind takes one class of trucks alone."""

    station: int
    lanes: int
    fast_lanes: int
    general_only: bool
    fast_only: bool

    def loads(
        self, scenario: Scenario, manned: Manned, arrivals: FloatArray, work_min: tuple[FloatArray, FloatArray]
    ) -> list[HourlyLoad]:
        """Return every set of trucks with the only servers that it may use."""
        name, every = STATIONS[self.station], range(self.lanes + self.fast_lanes)
        general, fast = range(self.lanes), range(self.lanes, len(every))
        exclusive = self.general_only and self.fast_only
        sets = [
            (f"{name}_general", work_min[0], general, self.fast_only and (exclusive or self.fast_lanes > 0)),
            (f"{name}_fast", work_min[1], fast, self.general_only),
            (name, work_min[0] + work_min[1], every, not exclusive),
        ]
        return [
            HourlyLoad(label, arrivals * work, _manned_min(scenario, manned, self.station, servers, len(arrivals)))
            for label, work, servers, bound in sets
            if bound
        ]


def _segment_loads(
    scenario: Scenario, expected: PolicyExpectation, manned: Manned, arrivals: FloatArray, mix: TruckMix
) -> list[HourlyLoad]:
    """Return the loads of the stations that only some trucks visit."""
    shares = (expected.scan_share, 0.0, 1.0)
    at_share, at_0, at_1 = (expected_visits(scenario, expected, share, mix) for share in shares)
    loads = []
    # the analyst judges images of the portal, and is told of after it
    order = sorted(at_share, key=lambda name: PORTAL + 0.5 if name == "analyst" else STATIONS.index(name))
    for name in order:
        station = STATIONS.index(name)
        if scenario.servers(name) == 0 or getattr(getattr(scenario.port, name), "pulses", None):
            # trucks pass by where a station that works in pulses is shut or full
            continue
        mean = service_mean_min(attrgetter(STATION[name].service)(scenario)) * scenario.insider.work_factor(station)
        if station == PORTAL:
            mean = portal_mean_min(scenario, expected.slow_share)
        whole = arrivals * mean
        at_work = _manned_min(scenario, manned, station, range(scenario.servers(name)), len(arrivals))
        available = at_work * _availability(scenario, station)
        largest = _largest_share(whole, available, at_0[name], at_1[name])
        loads.append(HourlyLoad(name, whole * at_share[name], available, largest))
    return loads + _lane_kinds(scenario, manned, arrivals * at_share["portal"])


def _lane_kinds(scenario: Scenario, manned: Manned, scans: FloatArray) -> list[HourlyLoad]:
    """Return the loads of slow and of fast portal lanes, where trucks cannot choose of them."""
    if not splits_lanes(scenario):
        return []
    lanes, slow_lanes = scenario.servers("portal"), scenario.policy.always_slow()
    kinds = (("slow", range(slow_lanes)), ("fast", range(slow_lanes, lanes)))
    loads = []
    for number, (kind, servers) in enumerate(kinds):
        work = scans * len(servers) / lanes * portal_mean_min(scenario, 1.0 - number)
        at_work = _manned_min(scenario, manned, PORTAL, servers, len(scans))
        loads.append(HourlyLoad(f"portal_{kind}", work, at_work * _availability(scenario, PORTAL)))
    return loads


def _availability(scenario: Scenario, station: int) -> float:
    if station not in SENSOR_OF:
        return 1.0
    sensor = getattr(scenario.scanner, SENSOR_OF[station])
    return float(sensor.outages.availability_share)


def _largest_share(whole_min: FloatArray, available_min: FloatArray, visits_at_0: float, visits_at_1: float) -> float:
    """Return the scan share at which visits, linear in it, fill the station; NaN: independent."""
    if visits_at_1 <= visits_at_0 or whole_min.sum() == 0.0:
        return math.nan
    visits = float(available_min.sum() / whole_min.sum())
    return min(max((visits - visits_at_0) / (visits_at_1 - visits_at_0), 0.0), 1.0)
