"""The probes of one replication, taken apart: expected loads and seizures by group of trucks and class of load.

One simulated week prices all ways to take a load across at once, because every truck is a probe.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.arrays import FloatArray, IntArray
from sim.engine.flow import Flow
from sim.frames import column
from sim.results.expected_detection import carrying_weight, load_classes, seizure_tables
from sim.scenario import Scenario
from sim.sensors import OperatingPoints
from sim.setting.contraband import DENSITIES


class GroupTotals(NamedTuple):
    """Sums over trucks that have left primary, float64[group, contraband, concealment]."""

    loads: FloatArray
    """Expected loads: sum of P(carrying) x P(class)."""
    caught: FloatArray
    """Expected seizures of them."""


def seizures_by_truck(
    scenario: Scenario,
    points: OperatingPoints,
    trucks: tuple[pd.DataFrame, pd.DataFrame],
    rooms_full: IntArray | None = None,
    flow: Flow | None = None,
) -> FloatArray:
    """Return each truck's expected seizures by concealment, float64[n, concealment], as its own probe.

    Added up they are the seizures of `detection_by_group`. Parameters are those of `expected_detection`.
    """
    manifest, ledger = trucks
    paths, unhelped, helped = seizure_tables(scenario, points, ledger, rooms_full, flow)
    share = scenario.insider.helped_load_share
    p_seized = unhelped if share == 0.0 else (1.0 - share) * unhelped + share * helped
    weights, _ = load_classes(scenario)
    laden = column(manifest, "laden").astype(np.int64)
    density = np.where(laden > 0, column(manifest, "density"), 0).astype(np.int64)
    by_kind = np.einsum("pldtc,ltc->pldc", p_seized, weights)
    return np.asarray(carrying_weight(manifest, ledger)[:, None] * by_kind[paths, laden, density])


def detection_by_group(
    scenario: Scenario,
    points: OperatingPoints,
    trucks: tuple[pd.DataFrame, pd.DataFrame],
    groups: tuple[IntArray, int],
    rooms_full: IntArray | None = None,
    flow: Flow | None = None,
) -> GroupTotals:
    """Sum expected loads and seizures by group of trucks and class of load.

    Parameters
    ----------
    trucks : (MANIFEST, LEDGER)
        Of the same ``n`` trucks in the same order; LEDGER as `sim.results.expected_detection.expected_detection` reads
        it.
    groups : (int64[n], int)
        The group of each truck from 0 on, and how many groups there are.
    rooms_full, flow
        As for `expected_detection`.

    Returns
    -------
    GroupTotals
        Added up, they are the sums of `expected_detection`.
    """
    manifest, ledger = trucks
    number, many = groups
    paths, unhelped, helped = seizure_tables(scenario, points, ledger, rooms_full, flow)
    share = scenario.insider.helped_load_share
    p_seized = unhelped if share == 0.0 else (1.0 - share) * unhelped + share * helped
    weights, _ = load_classes(scenario)
    laden = column(manifest, "laden")
    density = np.where(laden, column(manifest, "density"), 0)
    kinds = len(p_seized)
    cell = ((number * kinds + paths) * 2 + laden) * len(DENSITIES) + density
    of_trucks = np.bincount(
        cell, weights=carrying_weight(manifest, ledger), minlength=many * kinds * 2 * len(DENSITIES)
    ).reshape(many, kinds, 2, len(DENSITIES))
    return GroupTotals(
        loads=np.einsum("gpld,ltc->gtc", of_trucks, weights),
        caught=np.einsum("gpld,pldtc,ltc->gtc", of_trucks, p_seized, weights),
    )
