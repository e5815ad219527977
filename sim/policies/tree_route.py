"""Trees of tests as a routing hook: the truck goes where the tree says, opens or is released.

The trees stand in the policy's memory::

    state = [has a scanner or dogs, any order, root of tree 0, root of tree 1, nodes ...]
    node = [station, column, next if the reading is 0, 1, ..., m]

A root or a next is the address of a node, or one of `RELEASED`, `OPENED`. Tests beyond primary come
after it, unless any order is allowed. Column `TREE` says which
of the two trees a truck follows; the node's column holds the truck's reading at the station (how
many thresholds it exceeds), which is believed only once the station has raised its alarm: a scan
that broke off, or one not made, reads 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numba.extending import register_jitable

from sim.algorithms.decision_tree import DecisionTree, TreeMix
from sim.arrays import FloatArray, IntArray
from sim.engine.routes import N_COLUMNS, ORDERED, REFERRED, SAFETY_CHECKED, SELECTED, WAVED, route_standard
from sim.stations import (
    APPROACH,
    DOCK,
    EXIT,
    LOW_ENERGY,
    ORIGIN,
    PORTAL,
    PRIMARY,
    RADIATION,
    REFERRAL_SENSORS,
    SAFETY,
    SECONDARY,
)

REFERRAL_MASK: Final = sum(1 << station for station in REFERRAL_SENSORS)
RELEASED: Final = -1
OPENED: Final = -2
TREE: Final = N_COLUMNS
"""Column: which of the two trees of a mix the truck follows."""


ROOTS: Final = 2
"""Address of the root of tree 0 in the policy's memory; that of tree 1 comes next."""


def encode_trees(
    mix: TreeMix, places: Mapping[str, tuple[int, int]], *, has_second_sensors: bool, any_order: bool
) -> FloatArray:
    """Return the memory of `route_tree` for a mix of two trees.

    Parameters
    ----------
    places : mapping
        (station, column of its readings) by the sensor's name.
    has_second_sensors : bool
        Whether the port has a secondary scanner or dogs for the trucks that officers refer.
    any_order : bool
        Whether trucks reach the sensors beyond primary before it too.
    """
    nodes: list[float] = []
    known: dict[int, float] = {}

    def lay(tree: DecisionTree) -> float:
        if not tree.sensor:
            return float(OPENED if tree.opens else RELEASED)
        station, column = places[tree.sensor]
        # the most suspicious channel comes first in a tree, the highest reading last in a node
        if id(tree) not in known:
            after = [lay(child) for child in reversed(tree.after)]
            known[id(tree)] = float(ROOTS + 2 + len(nodes))
            nodes.extend([float(station), float(column), *after])
        return known[id(tree)]

    roots = [lay(mix.first), lay(mix.second)]
    return np.array([float(has_second_sensors), float(any_order), *roots, *nodes])


@register_jitable
def _step(truck: int, seen: int, alarmed: int, columns: FloatArray, state: FloatArray) -> tuple[int, int]:
    """Return (next station or EXIT where the tree has none, verdict so far)."""
    at = int(state[ROOTS + int(columns[truck, TREE])])
    while at >= 0:
        station, unseen = int(state[at]), (seen >> int(state[at])) & 1 == 0
        # an image is judged by the time the truck leaves primary
        later = station == PORTAL if not unseen else station > PRIMARY and state[1] == 0.0
        if later and (seen >> PRIMARY) & 1 == 0:
            return PRIMARY, at
        if unseen:
            return station, at
        reading = 0
        if (alarmed >> station) & 1 == 1:
            reading = max(int(columns[truck, int(state[at + 1])]), 1)
        at = int(state[at + 2 + reading])
    return EXIT, at


@register_jitable
def _last(verdict: int, seen: int, alarmed: int, no_second_sensors: bool, refers: bool) -> int:  # noqa: FBT001
    """Return where a truck goes after its verdict: exam orders and officers hold as today."""
    dock = EXIT if (seen >> DOCK) & 1 == 1 else DOCK
    if verdict == OPENED:
        return dock
    if not refers:
        return EXIT
    alarm = (alarmed & REFERRAL_MASK) != 0
    for station in range(SECONDARY, DOCK):
        if (seen >> station) & 1 == 0 and (station == SECONDARY or not alarm):
            return station
    return dock if no_second_sensors or alarm else EXIT


def route_tree(  # noqa: PLR0911, PLR0913, PLR0917
    truck: int,
    here: int,
    seen: int,
    alarmed: int,
    columns: FloatArray,
    waiting: IntArray,
    busy: IntArray,
    now_min: float,
    state: FloatArray,
) -> int:
    """Visit the sensors in the order of the truck's tree, and primary; then open or release.

    A truck of the random floor goes to the portal besides, and is opened if that alarms.
    """
    step = route_standard(truck, here, seen, alarmed, columns, waiting, busy, now_min, state)
    stopped = here in (DOCK, SAFETY) or (here == ORIGIN and step == EXIT)
    if stopped or step in (ORIGIN, APPROACH, RADIATION):
        return step
    if (seen >> PRIMARY) & 1 == 1 and columns[truck, WAVED] > 0.0:
        return step
    floor = columns[truck, SELECTED] > 0.0
    station, verdict = _step(truck, seen, alarmed, columns, state)
    if floor and station != LOW_ENERGY and ((seen >> PORTAL) | (seen >> PRIMARY)) & 1 == 0:
        return PORTAL
    if station != EXIT:
        return station
    if (seen >> PRIMARY) & 1 == 0:
        return PRIMARY
    opened = verdict == OPENED or columns[truck, ORDERED] > 0.0
    if floor and (alarmed >> PORTAL) & 1 == 1:
        opened = True
    refers = columns[truck, REFERRED] > 0.0
    last = _last(OPENED if opened else RELEASED, seen, alarmed, state[0] == 0.0, refers)
    if last == EXIT and columns[truck, SAFETY_CHECKED] > 0.0 and (seen >> SAFETY) & 1 == 0:
        return SAFETY
    return last
