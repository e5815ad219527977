"""FLOWS: who came to each port of a corridor, hour by hour, as usual and changed."""

from __future__ import annotations

from typing import Final

from sim.tables.columns import Column

FLOWS: Final = (
    Column("side", "str", "-", "usual: nothing changes; changed: the measures hold and trucks choose"),
    Column("replication", "int", "-", "number of the replication, from 0"),
    Column("start_date", "str", "-", "first day of the stretch, YYYY-MM-DD"),
    Column("port", "str", "-", "port of the corridor"),
    Column("hour_of_week", "int", "h", "hour of arrival, from Monday midnight"),
    Column("demand", "int", "trucks", "trucks that come to this port as usual in this hour"),
    Column("diverted_in", "int", "trucks", "trucks of other ports that arrived here in this hour"),
    Column("diverted_out", "int", "trucks", "trucks of this port that went to another one"),
    Column("lost", "int", "trucks", "trucks of this port that did not cross: counted as lost, never as fast"),
    Column("trucks", "int", "trucks", "trucks that joined the line here"),
    Column("wait_expected_min", "float", "min", "average wait that general trucks of this hour expect here"),
    Column("wait_mean_min", "float", "min", "average wait of trucks that joined in this hour; NaN: none did"),
)
"""One row a side, replication, stretch, port and hour."""
