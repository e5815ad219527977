"""Where a truck goes next: the hook that both engines call at arrival and after every station.

A routing hook is ``route(truck, here, seen, alarmed, columns, waiting, busy, now_min, state)``:

* ``truck``: row of ``columns``; ``here``: the station just left, or ``sim.stations.START``
* ``seen``, ``alarmed``: bit masks of the stations visited (or absent, or waived) and of those that
  alarmed; an alarm is visible only once it has been raised
* ``waiting``, ``busy`` [K]: trucks waiting and servers occupied at each station, read only
* ``now_min``: the clock; ``state``: the policy's own memory, as ``Flow.state`` set it at the start

It returns a station not yet seen, or ``EXIT``. It is written once: the SimPy model calls it as
Python, the kernel as compiled code through `ROUTE_TYPE`, so that a new policy never recompiles
the engine.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numba import types
from numba.extending import register_jitable

from sim.arrays import FloatArray, IntArray
from sim.compiling import PROFILE_SIGNATURE, ROUTE_SIGNATURE, Route
from sim.errors import PolicyError
from sim.stations import (
    ANALYST,
    APPROACH,
    DOCK,
    EXIT,
    LOW_ENERGY,
    N_STATIONS,
    ORIGIN,
    PORTAL,
    PRIMARY,
    RADIATION,
    SAFETY,
    SECONDARY,
    START,
)

PACKAGE: Final = __name__.partition(".")[0]
SELECTED: Final = 0
"""Column: 1 where the truck is selected for the portal before arrival."""
REFERRED: Final = 1
"""Column: 1 where the primary officer refers the truck."""
ORDERED: Final = 2
"""Column: 1 where an agriculture or trade-compliance exam is ordered."""
CHECKED: Final = 3
"""Column: 1 where the country that the truck leaves picks it for its own check."""
SIDE_SCANNED: Final = 4
"""Column: 1 where the truck is led through the low-energy portal."""
SCANNED_LATER: Final = 5
"""Column: 1 where a selected truck is scanned after primary, the port having no portal before."""
RADIATING: Final = 6
"""Column: 1 where the radiation portal alarms (on harmless goods: no such threat is modelled)."""
SAFETY_CHECKED: Final = 7
"""Column: 1 where the state's vehicle inspectors beyond the exit pick the truck."""
WAVED: Final = 8
"""Column: 1 where a compromised officer at primary lets a helped load pass (`sim.trucks.insider`)."""
N_COLUMNS: Final = 9

ROUTE_TYPE: Final = types.FunctionType(ROUTE_SIGNATURE)

PROFILE_TYPE: Final = types.FunctionType(PROFILE_SIGNATURE)


def profile_fast(
    truck: int, lane: int, waiting: IntArray, serving: IntArray, columns: FloatArray, state: FloatArray
) -> int:
    """Serve every truck in the one way there is."""
    return 0


@register_jitable
def _before_primary(truck: int, here: int, seen: int, alarmed: int, columns: FloatArray) -> int:
    if here == START and (seen >> ORIGIN) & 1 == 0 and columns[truck, CHECKED] > 0.0:
        return ORIGIN
    if here == ORIGIN and (alarmed >> ORIGIN) & 1 == 1:
        return EXIT
    if (seen >> APPROACH) & 1 == 0:
        return APPROACH
    if (seen >> LOW_ENERGY) & 1 == 0 and columns[truck, SIDE_SCANNED] > 0.0:
        return LOW_ENERGY
    if (seen >> PORTAL) & 1 == 0 and columns[truck, SELECTED] > 0.0:
        return PORTAL
    return PRIMARY


@register_jitable
def _after_primary(truck: int, here: int, seen: int, alarmed: int, columns: FloatArray) -> int:
    if here == PRIMARY and (seen >> RADIATION) & 1 == 0 and columns[truck, RADIATING] > 0.0:
        return RADIATION
    honest, looked = columns[truck, WAVED] == 0.0, SECONDARY <= here < DOCK
    doubted = honest and (columns[truck, REFERRED] > 0.0 or (alarmed >> LOW_ENERGY) & 1 == 1)
    later = honest and columns[truck, SCANNED_LATER] > 0.0
    dock = columns[truck, ORDERED] > 0.0 or (honest and (alarmed >> PORTAL) & 1 == 1)
    if looked:
        dock = (alarmed >> here) & 1 == 1
    if here < DOCK and not dock:
        for station in range(SECONDARY, DOCK):
            if (seen >> station) & 1 == 0 and (doubted or (later and station == SECONDARY)):
                return station
        dock = doubted and not looked
    if here < DOCK and dock and (seen >> DOCK) & 1 == 0:
        return DOCK
    free = here != DOCK or (alarmed >> DOCK) & 1 == 0
    if free and (seen >> SAFETY) & 1 == 0 and columns[truck, SAFETY_CHECKED] > 0.0:
        return SAFETY
    return EXIT


@register_jitable
def route_standard(
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
    """Route by the columns and the alarms: the chain as operated today.

    Before primary: the check of the country of origin (a find ends the journey), the approach, the
    low-energy portal, the portal if selected. After primary: whatever the radiation portal asks;
    a dock if an exam is ordered or the portal alarmed; the secondary scanner and the dogs if the
    officer refers, the low-energy portal alarmed or the scan was left for later (a dock where the
    port has neither); a dock if one of them alarms; the state's safety check unless seized. A truck
    that is waved through leaves from primary unless an exam is ordered.
    """
    if (seen >> PRIMARY) & 1 == 0:
        return _before_primary(truck, here, seen, alarmed, columns)
    return _after_primary(truck, here, seen, alarmed, columns)


MOST_COLUMNS: Final = 12
"""Columns whose patterns are all walked; those beyond take the value of the last of them."""


def check_policy(route: Route, n_columns: int = N_COLUMNS, state: tuple[float, ...] = (0.0,)) -> None:
    """Walk every path of a hook on all column patterns; refuse one that breaks the rules.

    Compiled code reads out of bounds silently, so a hook is walked as Python first: every return
    must be an ``int``, a station that exists, is not parallel and not yet seen, or ``EXIT``.

    Raises
    ------
    PolicyError
        Names the hook, and says what it returned and where.
    """
    varied = min(n_columns, MOST_COLUMNS)
    patterns = np.array([[(code >> bit) & 1 for bit in range(varied)] for code in range(1 << varied)], dtype=np.float64)
    patterns = patterns[:, np.minimum(np.arange(n_columns), varied - 1)]
    zeros = np.zeros(N_STATIONS, dtype=np.int64)
    for row in range(len(patterns)):
        stack = [(START, 1 << ANALYST, 0)]
        while stack:
            here, seen, alarmed = stack.pop()
            memory = np.array(state, dtype=np.float64)
            try:
                station = route(row, here, seen, alarmed, patterns, zeros, zeros, 0.0, memory)
            # Whatever goes wrong in a hook that is not ours, its name belongs in the message.
            except Exception as error:
                raise PolicyError(f"policy: hook {hook_name(route)}: {type(error).__name__}: {error}") from error
            _check_step(station, here, seen, hook_name(route))
            if station != EXIT:
                after = seen | (1 << station)
                stack += [(station, after, alarmed), (station, after, alarmed | (1 << station))]


def hook_name(hook: Route) -> str:
    """Return the full name of a hook."""
    return f"{hook.__module__}.{hook.__qualname__}"


def _check_step(station: object, here: int, seen: int, hook: str) -> None:
    if not isinstance(station, int | np.integer) or isinstance(station, bool):
        raise PolicyError(f"policy: hook {hook}: expected a station number after {here}, got {station!r}")
    if station != EXIT and not 0 <= station < N_STATIONS:
        raise PolicyError(f"policy: hook {hook}: no station {station}; stations are 0..{N_STATIONS - 1}")
    if station != EXIT and (seen >> int(station)) & 1:
        raise PolicyError(f"policy: hook {hook}: station {station} a second time (or it does not exist)")


@dataclass(frozen=True, slots=True)
class _ForeignHook:
    """A hook and what it reads; two are equal where the hook and the number of columns are."""

    route: Route
    n_columns: int
    state: tuple[float, ...] = field(compare=False)


def check_foreign_hook(route: Route, n_columns: int, state: FloatArray) -> None:
    """Check a hook that this package does not bring, once a process (`check_policy`).

    A flow of no truck may have fewer columns than the standard ones, which every hook may read.
    """
    if not route.__module__.startswith(f"{PACKAGE}."):
        _check_once(_ForeignHook(route, max(n_columns, N_COLUMNS), tuple(state.tolist())))


@functools.lru_cache(maxsize=256)
def _check_once(hook: _ForeignHook) -> None:
    check_policy(hook.route, hook.n_columns, hook.state)
