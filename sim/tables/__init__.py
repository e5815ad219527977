"""Every column of every table between stages: name, type, unit, meaning.

Code and docs both read these declarations (``docs/reference/tables.md`` prints them), and `check_table` refuses
a frame that does not hold to its own.

In: stations, types of contraband, items that others share.
Out: the tables and `check_table`; who needs one imports it from here.
Imported by: `sim`, `models`, `experiments`.
"""

from sim.tables.campaign import EPOCHS, OPTIONS
from sim.tables.columns import Column, Kind, check_table
from sim.tables.corridor import FLOWS
from sim.tables.flow import CAPACITY, LANE_CLASSES, LEDGER, MOMENTS, OPENINGS
from sim.tables.metrics import (
    DISPLAY_UNITS,
    HELP_SUFFIXES,
    METRICS,
    UNIT_WORDS,
    CardLine,
    Heading,
    Metric,
    Ratio,
    ResultTable,
)
from sim.tables.times import CROSSINGS, INTERVALS, PATHS, WAITS
from sim.tables.trucks import MANIFEST, SCORES, visible_columns

__all__ = [
    "CAPACITY",
    "CROSSINGS",
    "DISPLAY_UNITS",
    "EPOCHS",
    "FLOWS",
    "HELP_SUFFIXES",
    "INTERVALS",
    "LANE_CLASSES",
    "LEDGER",
    "MANIFEST",
    "METRICS",
    "MOMENTS",
    "OPENINGS",
    "OPTIONS",
    "PATHS",
    "SCORES",
    "UNIT_WORDS",
    "WAITS",
    "CardLine",
    "Column",
    "Heading",
    "Kind",
    "Metric",
    "Ratio",
    "ResultTable",
    "check_table",
    "visible_columns",
]
