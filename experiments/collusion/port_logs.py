"""What the log of a simulated week holds: at which booth each truck was, when, and whose truck it was."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from experiments.execution.replicate import trucks_met
from sim.arrays import FloatArray, IntArray
from sim.frames import column
from sim.replication import OperatingPlan, Replication, Scorer
from sim.scenario import Scenario
from sim.setting.window import Window
from sim.shared_draws import SharedDraws

LOGS: Final = 3000
"""Epoch of the first week of a log; weeks of other epochs have other trucks."""
HOURS_OF_SHIFT: Final = 8


@dataclass(frozen=True)
class WeekLog:
    """Trucks of one week that primary served, in no particular order.

    Attributes
    ----------
    hour : int[n]
        In which its service began, from the first midnight.
    booth : int[n]
        Of its class of lane.
    lane_class : int[n]
        0 general, 1 FAST.
    carrier : int[n]
        Code of the carrier.
    scanned : float
        Share of these trucks with an image of the portal.
    listed : int
        Carriers whose pairs are tested; ``carrier`` is then the place in their list, ``listed`` for all others.
    """

    hour: IntArray
    booth: IntArray
    lane_class: IntArray
    carrier: IntArray
    scanned: float
    listed: int = 0

    @property
    def shift(self) -> IntArray:
        """The shift of eight hours of each truck, from 0."""
        return self.hour // HOURS_OF_SHIFT

    def is_same(self, log: WeekLog) -> bool:
        """Return whether another log holds the same trucks at the same booths."""
        names = ("hour", "booth", "lane_class", "carrier")
        return all(np.array_equal(getattr(self, name), getattr(log, name)) for name in names)

    @cached_property
    def group(self) -> IntArray:
        """Hour and class of lane, numbered from 0: trucks of one group could have met each other's officers."""
        _, group = np.unique(self.hour * 2 + self.lane_class, return_inverse=True)
        return np.asarray(group, dtype=np.int64)

    @cached_property
    def by_group(self) -> FloatArray:
        """Trucks of each group."""
        return np.bincount(self.group).astype(np.float64)

    @cached_property
    def by_carrier(self) -> FloatArray:
        """Trucks of each listed carrier in each group, float[groups, listed]."""
        known = self.carrier < self.listed
        places = self.group[known] * self.listed + self.carrier[known]
        counts = np.bincount(places, minlength=len(self.by_group) * self.listed)
        return counts.reshape(-1, self.listed).astype(np.float64)

    @cached_property
    def post(self) -> IntArray:
        """Booth and class of lane of each truck, one number."""
        return self.booth * 2 + self.lane_class

    @cached_property
    def trucks_of_shift(self) -> list[IntArray]:
        """Rows of the trucks of each shift."""
        order = np.argsort(self.shift, kind="stable")
        ends = np.searchsorted(self.shift[order], np.arange(int(self.shift.max()) + 2))
        return [order[first:last] for first, last in itertools.pairwise(ends.tolist())]

    @cached_property
    def place_in_shift(self) -> list[IntArray]:
        """Of the trucks of each shift, their booth's place among those in use."""
        return [np.unique(self.post[rows], return_inverse=True)[1] for rows in self.trucks_of_shift]


def run_week(
    scenario: Scenario, scorer: Scorer, plan: OperatingPlan, drawn: SharedDraws, window: Window, engine: str
) -> WeekLog:
    """Run one week of an alternative and return its log; ``drawn`` holds what other alternatives drew of the week."""
    manifest, scores = trucks_met(drawn, scenario, scorer, window, None)
    outcome = Replication(scenario, window, manifest, scores, plan, engine, drawn).run_served_out_ledger()
    return log_of(column(outcome.manifest, "carrier").astype(np.int64), outcome.ledger)


def log_of(carrier: IntArray, ledger: pd.DataFrame) -> WeekLog:
    """Return the log of a LEDGER whose trucks have these carriers."""
    served = column(ledger, "primary_done") == 1
    start = column(ledger, "primary_start_min")[served]
    return WeekLog(
        hour=(start // 60.0).astype(np.int64),
        booth=column(ledger, "primary_server")[served].astype(np.int64),
        lane_class=column(ledger, "lane_class")[served].astype(np.int64),
        carrier=carrier[served],
        scanned=float((column(ledger, "portal_done")[served] == 1).mean()),
    )


def largest_carriers(logs: Sequence[WeekLog], most: int) -> IntArray:
    """Return the codes of the carriers with most trucks in some weeks, largest first.

    Examples
    --------
    >>> part = WeekLog(*(np.array(values) for values in ([0, 1, 1], [0, 0, 1], [0, 0, 0], [7, 5, 7])), 0.2)
    >>> largest_carriers([part], 1).tolist()
    [7]
    """
    codes, trucks = np.unique(np.concatenate([log.carrier for log in logs]), return_counts=True)
    return np.asarray(codes[np.argsort(-trucks, kind="stable")][:most], dtype=np.int64)


def with_places(log: WeekLog, carriers: IntArray) -> WeekLog:
    """Return the log with each carrier's place in a list, the length of the list for all others."""
    order = np.argsort(carriers)
    at = np.searchsorted(carriers[order], log.carrier)
    known = (at < len(carriers)) & (carriers[order][np.minimum(at, len(carriers) - 1)] == log.carrier)
    place = np.where(known, order[np.minimum(at, len(carriers) - 1)], len(carriers))
    return replace(log, carrier=place.astype(np.int64), listed=len(carriers))
