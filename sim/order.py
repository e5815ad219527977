"""Stations, the kinds of event, and the one order in which equal times are handled.

Both engines read these numbers; nothing else may decide who goes first. Events are handled by
``(time, kind, station, id)``, where ``id`` is the server for DOWN and UP and the truck for END and
ARRIVE. The triple is packed into one integer, so that a heap of (time, key) is a total order.
See ``docs/decisions/006-order-of-equal-times.md``.
"""

from __future__ import annotations

from typing import Final

STATIONS: Final = ("approach", "portal", "primary", "secondary", "dock", "analyst")
"""Every station that a port may have, in the northbound order; the analyst is parallel."""

APPROACH: Final = 0
PORTAL: Final = 1
PRIMARY: Final = 2
SECONDARY: Final = 3
DOCK: Final = 4
ANALYST: Final = 5
N_STATIONS: Final = len(STATIONS)

START: Final = -2
"""``here`` of a truck that has just arrived."""
EXIT: Final = -1
"""Where a truck goes when nothing more is asked of it."""

DOWN: Final = 0
UP: Final = 1
END: Final = 2
ARRIVE: Final = 3

GENERAL: Final = 0
FAST: Final = 1
N_CLASSES: Final = 2

NOT_VISITED: Final = 0
SERVED: Final = 1
WITHDRAWN: Final = 2
"""Taken out of a broken-down server before the service was complete."""
WAIVED: Final = 3
"""Sent to a station whose waiting room was full and which suspends referral."""

KIND_SHIFT: Final = 58
STATION_SHIFT: Final = 50


def event_key(kind: int, station: int, ident: int) -> int:
    """Pack (kind, station, id) into the integer that breaks ties of time.

    Examples
    --------
    >>> event_key(DOWN, PRIMARY, 3) < event_key(END, APPROACH, 0) < event_key(ARRIVE, APPROACH, 0)
    True
    """
    return (kind << KIND_SHIFT) | (station << STATION_SHIFT) | ident
