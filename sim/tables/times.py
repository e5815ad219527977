"""WAITS and CROSSINGS: waits in the cells of observed files, and the intervals of a Time Release Study.

Source of the intervals: World Customs Organization, Guide to Measure the Time Required for the Release of Goods,
version 3, 2018: each step from arrival to release is timed, by kind of traffic and of inspection.
"""

from __future__ import annotations

from typing import Final

from sim.tables.columns import Column

_RUN: Final = (
    Column("alternative", "str", "-", "alternative, as METRICS name it"),
    Column("replication", "int", "-", "number of the replication, from 0"),
    Column("class", "str", "-", "general or fast"),
)

WAITS: Final = (
    *_RUN,
    Column("month", "int", "-", "calendar month of the arrival, 1-12"),
    Column("weekday", "int", "-", "day of the week of the arrival, Monday 0"),
    Column("hour", "int", "-", "local hour of the arrival at the end of the line, 0-23"),
    Column("n_days", "int", "-", "days of the window that are of this month and weekday"),
    Column("trucks", "int", "-", "trucks that arrived in these hours"),
    Column("n_waits", "int", "-", "of them, trucks that reached primary within the window"),
    Column("wait_sum_min", "float", "min", "sum of their waits: end of the line to primary begins"),
    Column("wait_mean_min", "float", "min", "wait_sum_min / n_waits; NaN: none reached primary"),
    Column("wait_p95_min", "float", "min", "95th percentile of their waits, linear interpolation; NaN likewise"),
)
"""One row a replication, class, month, weekday and hour in which a truck arrived."""

PATHS: Final = ("primary", "portal", "secondary", "dock")
"""How far an inspection went: the furthest of them, where service began."""

INTERVALS: Final = {
    "check_on_leaving": "arrival to the end of the check by the country that it leaves; trucks checked",
    "wait": "end of the line, after that check, to primary begins: the wait of WAITS",
    "primary": "primary begins to primary ends",
    "referral": "primary ends to the first inspection beyond it begins; trucks on path secondary or dock",
    "inspection": "the first inspection beyond primary begins to the last one ends; trucks on path secondary or dock",
    "primary_to_release": "primary ends to release",
    "arrival_to_release": "arrival to release, which is the exit, or entering the state's safety check",
    "safety_check": "release to exit; trucks that the state checks",
    "arrival_to_exit": "arrival to exit: the crossing of METRICS",
}
"""What is timed: from which moment to which."""

CROSSINGS: Final = (
    *_RUN,
    Column("path", "str", "-", "furthest inspection: primary (nothing more), portal, secondary or dock"),
    Column("interval", "str", "-", "what is timed, by the list below"),
    Column("trucks", "int", "-", "trucks timed: those that passed primary and left within the window"),
    Column("sum_min", "float", "min", "sum over trucks"),
    Column("mean_min", "float", "min", "sum_min / trucks"),
    Column("p50_min", "float", "min", "median, linear interpolation"),
    Column("p95_min", "float", "min", "95th percentile, linear interpolation"),
)
"""One row a replication, class, path and interval that a truck went through."""
