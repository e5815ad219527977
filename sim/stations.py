"""The declared table of stations, the kinds of event, and the one order in which equal times are handled.

A station is declared once, in `TABLE`; names, numbers, columns, titles and groups of stations follow from it.
A sensor whose alarms settle officers' doubts, as dogs do, is added by a row here, a field of
`sim.setting.port.Port`, a field of `sim.setting.scanner.Scanner` and its figures in ``configs/scanner/baseline.yaml``.

Both engines read these numbers; nothing else may decide who goes first. Events are handled by
``(time, kind, station, id)``, where ``id`` is `SHUTS` or `OPENS` for DOOR, the server for DOWN and
UP, the row of `sim.engine.reviews` for REVIEW and the truck for END and ARRIVE. The triple is packed
into one integer, so that a heap of (time, key) is a total order.
See ``docs/decisions/006-order-of-equal-times.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One kind of station, by its field of ``port``, which is also the stem of its columns."""

    name: str
    role: Literal["way", "check", "sensor", "exam", "judge"]
    """``way``: all trucks pass it; ``check``: beside the chain, for a share of the trucks; ``sensor``: an instrument
    that alarms; ``exam``: opens trucks; ``judge``: people who read the portal's images while the truck goes on."""
    service: str
    """Key of its service times in a scenario."""
    stream: int
    """Number of the stream of chance of its service times, part of the results (`sim.trucks.streams`)."""
    sensor: str = ""
    """Field of ``scanner`` that says what it finds."""
    noise: tuple[int, str] = (0, "")
    """Number of the stream of chance of a truck's own noise at it, and what the noise is of."""
    images: bool = False
    """Counts as a scan (`SCANNERS`)."""
    manned: bool = True
    """Manned whenever the port is open, so that availability is defined."""
    posts: str = ""
    """Field of ``staffing`` that overrides how many stand there; a sensor's own ``units`` do so for sensors."""
    title: str = ""
    """In a sentence, where it is not the name."""
    short_title: str = ""
    """At the head of a narrow column."""
    unit: str = ""
    """What one of them is called, where one more can be bought."""


TABLE: Final = (
    Station(name="origin", role="check", service="port.origin.service", stream=56, manned=False, sensor="origin",
            noise=(64, "noise of the check by the country that it leaves"), title="check on leaving",
            short_title="leaving"),
    Station(name="approach", role="way", service="port.approach.service", stream=50, manned=False, short_title="appr."),
    Station(name="low_energy", role="sensor", service="scanner.low_energy.service", stream=57, sensor="low_energy",
            noise=(65, "low-energy portal noise"), images=True, title="low-energy portal", short_title="low en.",
            unit="low-energy portal"),
    Station(name="portal", role="sensor", service="scanner.portal.service", stream=51, sensor="portal",
            noise=(60, "portal image noise"), images=True, unit="portal"),
    Station(name="primary", role="way", service="port.primary.service", stream=52, manned=False),
    Station(name="radiation", role="check", service="port.radiation.service", stream=58, title="radiation alarms",
            short_title="rad."),
    Station(name="secondary", role="sensor", service="scanner.secondary.service", stream=53, sensor="secondary",
            noise=(61, "secondary scan noise"), images=True, short_title="sec.", unit="secondary scanner"),
    Station(name="canine", role="sensor", service="scanner.canine.service", stream=59, sensor="canine",
            noise=(67, "dog team noise"), title="dogs", unit="dog team"),
    Station(name="dock", role="exam", service="scanner.exam.service", stream=54, sensor="exam",
            noise=(62, "physical exam noise"), posts="docks", unit="exam dock"),
    Station(name="safety", role="check", service="port.safety.service", stream=88, manned=False, title="safety check"),
    Station(name="analyst", role="judge", service="scanner.analyst.service", stream=55, posts="analysts",
            unit="image analyst"),
)  # fmt: skip
"""Every station that a port may have, in the order of the road; the analyst is parallel.

``origin`` is the check of the country that the truck leaves (its export check, or CBP's outbound
inspection), ``radiation`` where alarms of the radiation portal are resolved, ``safety`` the state's
vehicle inspection beyond the exit. Sensors beyond primary stand side by side: whom the officer
doubts goes through them in their order, until one alarms.
"""
STATIONS: Final = tuple(station.name for station in TABLE)
STATION: Final = {station.name: station for station in TABLE}
N_STATIONS: Final = len(STATIONS)

ORIGIN: Final = STATIONS.index("origin")
APPROACH: Final = STATIONS.index("approach")
LOW_ENERGY: Final = STATIONS.index("low_energy")
PORTAL: Final = STATIONS.index("portal")
PRIMARY: Final = STATIONS.index("primary")
RADIATION: Final = STATIONS.index("radiation")
SECONDARY: Final = STATIONS.index("secondary")
CANINE: Final = STATIONS.index("canine")
DOCK: Final = STATIONS.index("dock")
SAFETY: Final = STATIONS.index("safety")
ANALYST: Final = STATIONS.index("analyst")

SENSORS: Final = tuple(number for number, station in enumerate(TABLE) if station.role == "sensor")
"""Stations whose alarm the ledger records; instruments of their own, which break down."""
EARLY_SENSORS: Final = tuple(number for number in SENSORS if number < PRIMARY)
REFERRAL_SENSORS: Final = tuple(number for number in SENSORS if number > PRIMARY)
"""Sensors beyond primary, to which trucks are referred in this order."""
SENSED_STATIONS: Final = tuple(STATIONS[number] for number in SENSORS)
SCANNERS: Final = tuple(station.name for station in TABLE if station.images)
INSPECTION_STATIONS: Final = tuple(station.name for station in TABLE if station.manned)
"""Stations whose units are manned whenever the port is open, so that availability is defined."""
SENSOR_OF: Final = {number: TABLE[number].sensor for number in (*SENSORS, DOCK)}
"""Stations whose units break down, and the part of ``scanner`` that says how."""

START: Final = -2
"""``here`` of a truck that has just arrived."""
EXIT: Final = -1
"""Where a truck goes when nothing more is asked of it."""

DOOR, DOWN, UP, REVIEW, END, ARRIVE = range(6)
SHUTS, OPENS = range(2)
CARRY_OVER, DIVERT, SERVED_LATE = range(3)
"""What becomes of the trucks in line as the doors shut."""
PASSED_BY: Final = 2
"""Rule of a station that trucks pass by while it is full or shut (1: while it is full)."""

GENERAL, FAST = range(2)
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

    >>> event_key(DOWN, PRIMARY, 3) < event_key(END, APPROACH, 0) < event_key(ARRIVE, APPROACH, 0)
    True
    """
    return (kind << KIND_SHIFT) | (station << STATION_SHIFT) | ident


assert PRIMARY < RADIATION < SECONDARY < CANINE < DOCK < SAFETY  # noqa: S101  (``here < DOCK``)
assert tuple(range(SECONDARY, DOCK)) == REFERRAL_SENSORS  # noqa: S101  (hooks go through them by number)
