"""CAPACITY, OPENINGS and LEDGER: who was staffed, and what became of every truck."""

from __future__ import annotations

from typing import Final, Literal

from sim.stations import SENSED_STATIONS, STATIONS
from sim.tables.columns import Column

LANE_CLASSES: Final = ("general", "fast")
"""Classes of trucks, by the code of ``lane_class``."""

CAPACITY: Final = (
    Column("station", "int", "code", "station, index into sim.stations.STATIONS"),
    Column("server", "int", "-", "server of that station, from 0"),
    Column("up_min", "float", "min", "start of an interval in which the server takes trucks"),
    Column("down_min", "float", "min", "its end"),
    Column("drains", "bool", "-", "True: a shift ends, the truck in hand is finished; False: a breakdown"),
)

OPENINGS: Final = (
    Column("station", "int", "code", "station whose posts reviews decide: primary, under a roster all that it staffs"),
    Column("server", "int", "-", "server of that station, from 0"),
    Column("from_min", "float", "min", "start of an interval in which reviews had it staffed, within its hours"),
    Column("to_min", "float", "min", "its end; a truck in hand is finished"),
)

MOMENTS: Final[tuple[Literal["enter", "start", "end", "leave"], ...]] = ("enter", "start", "end", "leave")
_MOMENT_MEANING: Final = {
    "enter": "joins the queue of {s}",
    "start": "service at {s} begins",
    "end": "service at {s} ends",
    "leave": "gives up its server at {s} (later than end while blocked or waiting for its image)",
}

_DONE_MEANING: Final = "0 not visited, 1 served, 2 withdrawn from a breakdown, 3 waived, 4 turned away"

LEDGER: Final = (
    Column("truck", "int", "-", "number of the truck"),
    Column("arrive_min", "float", "min", "arrival at the end of the queue"),
    Column("lane_class", "int", "code", "0 general, 1 FAST"),
    *(
        Column(f"{s}_{m}_min", "float", "min", _MOMENT_MEANING[m].format(s=s) + "; NaN: did not happen")
        for s in STATIONS
        for m in MOMENTS
    ),
    *(Column(f"{s}_server", "int", "-", f"server of {s} that served it, -1: none") for s in STATIONS),
    *(Column(f"{s}_done", "int", "code", _DONE_MEANING) for s in STATIONS),
    Column("exit_min", "float", "min", "leaves the port; NaN: still inside at the end"),
    Column("selected", "bool", "-", "selected for the portal before arrival"),
    Column("referred", "bool", "-", "referred by the primary officer"),
    Column("ordered", "bool", "-", "agriculture or trade-compliance exam ordered"),
    *(Column(f"{s}_alarm", "bool", "-", f"alarmed at {s} (served trucks only)") for s in SENSED_STATIONS),
    Column("portal_slow", "bool", "-", "the portal chose the slow scan for it"),
    Column("cleared", "bool", "-", "a machine cleared its portal image: no analyst saw it"),
    Column("diverted", "bool", "-", "turned away in line as the port closed"),
    Column("opened", "bool", "-", "physically examined at a dock or by the country it leaves, to the end"),
    Column("seized", "bool", "-", "physically examined and found carrying"),
)
