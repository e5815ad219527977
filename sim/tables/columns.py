"""What a column of a table is, and whether a frame holds to its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from sim.errors import TableError

Kind = Literal["float", "int", "bool", "str"]


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column.

    ``tier`` says who can see it: ``key`` (bookkeeping), ``own`` (what a United States risk model
    has before arrival), ``partner`` and ``tip`` (what others share, `sim.setting.sharing`), ``luck`` (draws
    fixed before any policy acts) or ``true`` (hidden truth).
    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    tier: Literal["key", "own", "partner", "tip", "chance", "true"] = "key"


def check_table(frame: pd.DataFrame, table: tuple[Column, ...], name: str) -> pd.DataFrame:
    """Return ``frame`` if it holds exactly the declared columns with the declared kinds.

    Raises
    ------
    TableError
        Names the first missing, unknown or mistyped column.
    """
    declared = {column.name: column for column in table}
    for found_name in frame.columns:
        if found_name not in declared:
            raise TableError(f"{name}: unknown column '{found_name}'")
    for column in table:
        if column.name not in frame.columns:
            raise TableError(f"{name}: missing column '{column.name}'")
        found = frame[column.name].dtype.kind
        allowed = {"float": "f", "int": "iu", "bool": "b", "str": "OU"}[column.kind]
        if found not in allowed:
            raise TableError(f"{name}.{column.name}: expected {column.kind}, got {frame[column.name].dtype}")
    return frame
