"""The compiled routing hook of `sim.policies.portal_policies`: conditions that see queues, finds and earlier choices.

A *gate* says at the end of the approach whether a truck goes to the portal. A policy's gates are a
small program in postfix order, kept in the policy's memory, so that one compiled hook runs every
combination of them::

    state = [n, kind_1, column_1, address_1, ..., kind_n, column_n, address_n, memory ...]

``column`` holds what the gate reads of the truck, ``address`` is where the gate's own memory
begins. ANY and ALL combine the last ``state[address]`` answers. After primary the standard route
holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numba.extending import register_jitable

from sim.arrays import FloatArray, IntArray
from sim.engine.flow import Flow, Record
from sim.engine.routes import N_COLUMNS, SELECTED, route_standard
from sim.stations import APPROACH, DOCK, EXIT, LOW_ENERGY, PORTAL, PRIMARY, START, WAIVED

GATE_LISTED: Final = 0
"""The column itself: selected before arrival."""
GATE_QUEUE: Final = 1
"""[share, stop]: position < share x (1 - portal queue / stop)."""
GATE_SKIP: Final = 2
"""[clearance, fraction, clean in a row, mark of each truck ...]: skip-lot CSP-1."""
GATE_BUDGET: Final = 3
"""[shift_min, shifts, row, shift now, k left, n left, k of each, n of each, thresholds ...]."""
GATE_ANY: Final = 4
GATE_ALL: Final = 5

WATCHED: Final = 1.0
"""Mark of a truck scanned, not yet judged."""
DOUBTED: Final = 2.0
"""Mark of a truck whose image alarmed, not yet opened."""


class Gate(NamedTuple):
    """One step of the program."""

    kind: int
    column: FloatArray
    """[n], what it reads of each truck; empty for ANY and ALL."""
    memory: FloatArray


def combine_gates(kind: int, parts: Sequence[Sequence[Gate]]) -> list[Gate]:
    """Return one program that asks all parts and combines their answers by ANY or ALL."""
    steps = [gate for part in parts for gate in part]
    return [*steps, Gate(kind, np.empty(0), np.array([float(len(parts))]))]


def assemble_gates(program: Sequence[Gate], n: int) -> tuple[FloatArray, FloatArray]:
    """Return (columns, state) of a program for ``n`` trucks."""
    columns = [gate.column for gate in program if len(gate.column) or gate.kind < GATE_ANY]
    head, place, address = [float(len(program))], N_COLUMNS, 1 + 3 * len(program)
    for gate in program:
        head += [float(gate.kind), float(place), float(address)]
        place += gate.kind < GATE_ANY
        address += len(gate.memory)
    stacked = np.column_stack(columns) if columns else np.zeros((n, 0))
    state = np.concatenate([np.array(head), *(gate.memory for gate in program)])
    return stacked.astype(np.float64), state


def with_actual_portal_visits(flow: Flow, record: Record) -> Flow:
    """Return the flow with SELECTED set for every truck that was sent to the portal in fact."""
    sent = ~np.isnan(record.of(PORTAL)[0]) | (record.done[PORTAL] == WAIVED)
    if not (sent & (flow.columns[:, SELECTED] == 0.0)).any():
        return flow
    columns = flow.columns.copy()
    columns[:, SELECTED] = np.maximum(columns[:, SELECTED], sent)
    return flow._replace(columns=columns)


@register_jitable
def _queue(place: float, address: int, waiting: IntArray, state: FloatArray) -> bool:
    left = 1.0 - waiting[PORTAL] / state[address + 1]
    return bool(left > 0.0 and place < state[address] * left)


@register_jitable
def _skip(u: float, truck: int, address: int, state: FloatArray) -> bool:
    scan = state[address + 2] >= state[address] and u >= state[address + 1]
    state[address + 3 + truck] = 0.0 if scan else WATCHED
    return not scan


@register_jitable
def _budget(score: float, address: int, now_min: float, state: FloatArray) -> bool:
    shifts, row = int(state[address + 1]), int(state[address + 2])
    shift = min(int(now_min / state[address]), shifts - 1)
    if shift != int(state[address + 3]):
        state[address + 3] = float(shift)
        state[address + 4] = state[address + 6 + shift]
        state[address + 5] = state[address + 6 + shifts + shift]
    k_left, n_left = int(state[address + 4]), int(state[address + 5])
    if n_left > 1:
        state[address + 5] -= 1.0
    if k_left == 0 or score <= state[address + 6 + 2 * shifts + k_left * row + max(n_left, 1)]:
        return False
    state[address + 4] -= 1.0
    return True


@register_jitable
def _answers(bits: int, kind: int, count: int) -> int:
    asked = (1 << count) - 1
    found = bits & asked
    answer = found == asked if kind == GATE_ALL else found != 0
    return ((bits >> count) << 1) | int(answer)


@register_jitable
def decide_gates(truck: int, columns: FloatArray, waiting: IntArray, now_min: float, state: FloatArray) -> bool:
    """Run the program for one truck; every gate is asked, because each keeps its own count."""
    bits = 0
    for step in range(int(state[0])):
        kind, at = int(state[1 + 3 * step]), int(state[3 + 3 * step])
        if kind >= GATE_ANY:
            bits = _answers(bits, kind, int(state[at]))
            continue
        value = columns[truck, int(state[2 + 3 * step])]
        if kind == GATE_QUEUE:
            yes = _queue(value, at, waiting, state)
        elif kind == GATE_SKIP:
            yes = _skip(value, truck, at, state)
        elif kind == GATE_BUDGET:
            yes = _budget(value, at, now_min, state)
        else:
            yes = value > 0.0
        bits = (bits << 1) | int(yes)
    return bits & 1 == 1


@register_jitable
def update_gates(truck: int, here: int, alarmed: int, state: FloatArray) -> None:
    """Let the skip-lot gates count who came out clean, and begin again at a find."""
    for step in range(int(state[0])):
        if int(state[1 + 3 * step]) != GATE_SKIP:
            continue
        at = int(state[3 + 3 * step])
        mark = at + 3 + truck
        if here < PORTAL:
            # not scanned after all: another gate said no, or the portal had no room
            state[mark] = 0.0
        elif here == PRIMARY and state[mark] == WATCHED:
            doubted = (alarmed >> PORTAL) & 1 == 1
            state[mark] = DOUBTED if doubted else 0.0
            state[at + 2] += 0.0 if doubted else 1.0
        elif here == DOCK and (alarmed >> DOCK) & 1 == 1:
            state[at + 2] = 0.0
            state[mark] = 0.0
        elif here == DOCK and state[mark] == DOUBTED:
            state[at + 2] += 1.0
            state[mark] = 0.0


def route_gated(  # noqa: PLR0913, PLR0917
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
    """Ask the gates once, where the portal's turn comes; else route as operated today."""
    step = route_standard(truck, here, seen, alarmed, columns, waiting, busy, now_min, state)
    if step in (PORTAL, PRIMARY):
        if (seen >> PORTAL) & 1 == 0:
            if decide_gates(truck, columns, waiting, now_min, state) or step == PORTAL:
                return PORTAL
            update_gates(truck, here, alarmed, state)
            return PRIMARY
        if here < PORTAL:
            update_gates(truck, here, alarmed, state)
    elif here in (PRIMARY, DOCK):
        update_gates(truck, here, alarmed, state)
    return step


assert START < EXIT < APPROACH < LOW_ENERGY < PORTAL  # noqa: S101  (``here < PORTAL``)
