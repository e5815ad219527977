"""Stations, the kinds of event, and the one order in which equal times are handled.

Both engines read these numbers; nothing else may decide who goes first. Events are handled by
``(time, kind, station, id)``, where ``id`` is `SHUTS` or `OPENS` for DOOR, the server for DOWN and
UP and the truck for END and ARRIVE. The triple is packed into one integer, so that a heap of (time,
key) is a total order.
See ``docs/decisions/006-order-of-equal-times.md``.
"""

from __future__ import annotations

from typing import Final

STATIONS: Final = (
    "origin",
    "approach",
    "low_energy",
    "portal",
    "primary",
    "radiation",
    "secondary",
    "canine",
    "dock",
    "safety",
    "analyst",
)
"""Every station that a port may have, in the order of the road; the analyst is parallel.

``origin`` is the check of the country that the truck leaves (its export check, or CBP's outbound
inspection), ``radiation`` where alarms of the radiation portal are resolved, ``safety`` the state's
vehicle inspection beyond the exit.
"""

ORIGIN: Final = 0
APPROACH: Final = 1
LOW_ENERGY: Final = 2
PORTAL: Final = 3
PRIMARY: Final = 4
RADIATION: Final = 5
SECONDARY: Final = 6
CANINE: Final = 7
DOCK: Final = 8
SAFETY: Final = 9
ANALYST: Final = 10
N_STATIONS: Final = len(STATIONS)

START: Final = -2
"""``here`` of a truck that has just arrived."""
EXIT: Final = -1
"""Where a truck goes when nothing more is asked of it."""

DOOR: Final = 0
DOWN: Final = 1
UP: Final = 2
END: Final = 3
ARRIVE: Final = 4

SHUTS: Final = 0
OPENS: Final = 1

CARRY_OVER: Final = 0
DIVERT: Final = 1
SERVED_LATE: Final = 2
"""What becomes of the trucks in line as the doors shut."""
PASSED_BY: Final = 2
"""Rule of a station that trucks pass by while it is full or shut (1: while it is full)."""

GENERAL: Final = 0
FAST: Final = 1
N_CLASSES: Final = 2

NOT_VISITED: Final = 0
SERVED: Final = 1
WITHDRAWN: Final = 2
"""Taken out of a broken-down server before the service was complete."""
WAIVED: Final = 3
"""Sent to a station that was full, or shut, and suspends referral."""
DIVERTED: Final = 4
"""Turned away in line as the port closed."""

KIND_SHIFT: Final = 58
STATION_SHIFT: Final = 50
TRUCK_SHIFT: Final = 15
"""In the keys of ENDs the kernel keeps the server below the truck."""


def event_key(kind: int, station: int, ident: int) -> int:
    """Pack (kind, station, id) into the integer that breaks ties of time.

    Examples
    --------
    >>> event_key(DOWN, PRIMARY, 3) < event_key(END, APPROACH, 0) < event_key(ARRIVE, APPROACH, 0)
    True
    """
    return (kind << KIND_SHIFT) | (station << STATION_SHIFT) | ident


SCANNERS = ("low_energy", "portal", "secondary")
