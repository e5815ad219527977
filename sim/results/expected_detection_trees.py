"""Probes of policies whose tests come before primary: the whole hook is walked, branch by branch.

Where a truck goes then depends on what the sensors say of it, so that a load would have taken
another path than the truck took. The hook is walked from the arrival on, over every reading that a
load could cause. That is exact while rooms have space and scanners work. A station counts as lost
to a truck where it turned this very truck away or broke off its scan, or was full when it left
primary; what would have befallen a load at a station that the truck never came to is not known, and
is taken to be nothing. So detection errs high by at most the share of scans that break off or are
turned away, of those loads that go where their truck did not.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sim.arrays import FloatArray, IntArray
from sim.compiling import Route
from sim.engine.flow import Flow
from sim.engine.routes import ORDERED, RADIATING, REFERRED, SAFETY_CHECKED, WAVED
from sim.frames import column, distinct_rows
from sim.policies.base import HookReading
from sim.scenario import Scenario
from sim.sensors import NODE_WEIGHTS, AlarmChances, OperatingPoints, alarm_chances, p_reading_above
from sim.setting.contraband import CONCEALMENTS, CONTRABAND, DENSITIES
from sim.stations import DOCK, EXIT, N_STATIONS, ORIGIN, PORTAL, SENSORS, START, STATIONS, WAIVED, WITHDRAWN
from sim.trucks.insider import NO_HELP, InsiderHelp

_NO_QUEUE: Final = np.zeros(N_STATIONS, dtype=np.int64)
_LOSABLE: Final = (ORIGIN, *SENSORS, DOCK)


@dataclass(frozen=True, slots=True)
class HookWalk:
    """One hook, what it reads, and what the sensors make of a load."""

    route: Route
    state: FloatArray
    readings: dict[int, tuple[int, list[FloatArray]]]
    """By station: its column, and P(reading = 0, 1, ...)."""
    chances: AlarmChances

    def seized(self, columns: FloatArray, here: int, bits: tuple[int, int], lost: int) -> FloatArray:
        """Return P(seized) from ``here`` on; ``bits`` are the masks (seen, alarmed) of the hook."""
        seen, alarmed = bits
        memory = self.state.copy()
        station = int(self.route(0, here, seen, alarmed, columns, _NO_QUEUE, _NO_QUEUE, 0.0, memory))
        if station == EXIT:
            return np.zeros_like(self.chances["exam"])
        seen |= 1 << station
        if lost >> station & 1:
            # turned away: asked again from where it is; broken off: it says nothing, as if so
            return self.seized(columns, here, (seen, alarmed), lost)
        if station == DOCK:
            return self.chances["exam_other"] if columns[0, ORDERED] > 0.0 else self.chances["exam"]
        if station == ORIGIN:
            missed = self.seized(columns, station, (seen, alarmed), lost)
            return self.chances["origin"] + (1.0 - self.chances["origin"]) * missed
        if station not in self.readings:
            return self.seized(columns, station, (seen, alarmed), lost)
        return self._tested(columns, station, (seen, alarmed), lost)

    def _tested(self, columns: FloatArray, station: int, bits: tuple[int, int], lost: int) -> FloatArray:
        column, chances = self.readings[station]
        total = np.zeros_like(self.chances["exam"])
        for value, chance in enumerate(chances):
            branch = columns.copy()
            if column >= 0:
                branch[0, column] = value
            alarmed = bits[1] | (value > 0) << station
            total += chance * self.seized(branch, station, (bits[0], alarmed), lost)
        return total


def paths_before_primary(
    scenario: Scenario,
    points: OperatingPoints,
    ledger: pd.DataFrame,
    flow: Flow,
    rooms_full: IntArray | None = None,
    insider_help: InsiderHelp = NO_HELP,
) -> tuple[IntArray, FloatArray]:
    """Return each truck's kind of path, and P(seized | carrying) of every kind.

    Returns
    -------
    int64[n], float64[kind, laden, density, contraband, concealment]
        As `sim.results.expected_detection.p_seized_table`, for the kinds of path that trucks of this run had.
    """
    readings = scenario.policy.readings(scenario)
    patterns, codes = _patterns(flow, [reading.column for reading in readings], ledger, rooms_full)
    walk = HookWalk(
        route=scenario.policy.route,
        state=flow.state,
        readings=_reading_chances(scenario, points, readings, insider_help),
        chances=alarm_chances(scenario, points),
    )
    table = np.empty((len(patterns), len(DENSITIES), len(CONTRABAND), len(CONCEALMENTS)))
    for code, pattern in enumerate(patterns):
        pattern[WAVED] = insider_help.booth
        seized = _averaged_over_referral(scenario, walk, pattern, flow.absent)
        table[code] = np.moveaxis(seized @ NODE_WEIGHTS, 2, 0)
    empty = np.broadcast_to(table[:, :1], table.shape)
    return codes, np.stack([empty, table], axis=1)


def _averaged_over_referral(scenario: Scenario, walk: HookWalk, pattern: FloatArray, absent: int) -> FloatArray:
    refers = scenario.port.officer_referral_carrying_share
    p_refer = refers if scenario.policy.officer_referral else 0.0
    columns, lost = pattern[None, :-1].copy(), int(pattern[-1])
    total = np.zeros_like(walk.chances["exam"])
    for referred, chance in ((0.0, 1.0 - p_refer), (1.0, p_refer)):
        columns[0, REFERRED] = referred
        if chance > 0.0:
            total += chance * walk.seized(columns, START, (absent, 0), lost)
    return total


def _patterns(
    flow: Flow, columns_read: list[int], ledger: pd.DataFrame, rooms_full: IntArray | None
) -> tuple[FloatArray, IntArray]:
    """Return the distinct rows of what decides a load's path, and each truck's row."""
    # a load has readings, a referral and help of its own
    own = {*columns_read, REFERRED, RADIATING, SAFETY_CHECKED, WAVED}
    columns = [np.zeros(len(ledger)) if place in own else column for place, column in enumerate(flow.columns.T)]
    patterns, codes = distinct_rows([*columns, _lost(flow, ledger, rooms_full)])
    return np.column_stack(patterns).astype(np.float64), codes


def _lost(flow: Flow, ledger: pd.DataFrame, rooms_full: IntArray | None) -> IntArray:
    """Return the bit mask of the stations that would not have served a load in this truck."""
    lost = np.zeros(len(ledger), dtype=np.int64)
    for station in _LOSABLE:
        done = column(ledger, f"{STATIONS[station]}_done")
        gone = np.isin(done, (WAIVED, WITHDRAWN))
        if rooms_full is not None and flow.suspend[station]:
            gone |= (rooms_full >> station & 1 == 1) & (done == 0)
        lost |= gone.astype(np.int64) << station
    return lost


def _reading_chances(
    scenario: Scenario, points: OperatingPoints, readings: tuple[HookReading, ...], insider_help: InsiderHelp
) -> dict[int, tuple[int, list[FloatArray]]]:
    """Return P(reading = 0, 1, ...) of a load at every station that tests."""
    plain = [HookReading(station, -1, (0.0,)) for station in SENSORS]
    found = {}
    for reading in (*plain, *readings):
        tails = [p_reading_above(scenario, points, STATIONS[reading.station], s) for s in reading.steps]
        edges = [np.ones_like(tails[0]), *tails, np.zeros_like(tails[0])]
        chances = [high - low for high, low in itertools.pairwise(edges)]
        if insider_help.image and reading.station == PORTAL:
            chances = [np.ones_like(edges[0]), *(np.zeros_like(tail_) for tail_ in tails)]
        found[reading.station] = (reading.column, chances)
    return found
