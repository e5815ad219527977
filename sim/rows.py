"""A table of trucks whose columns are looked up once: nobody changes it in place.

A replication reads the same columns of MANIFEST and LEDGER some three hundred times. pandas makes a
new column of a table each time that it is asked for one, ten microseconds that come to as much as
the simulation itself.
"""

from __future__ import annotations

from typing import Any

import pandas as pd


class Rows(pd.DataFrame):
    """A DataFrame that keeps every column that it was asked for; what is cut of it is a plain one.

    Examples
    --------
    >>> rows = Rows({"truck": [0, 1]})
    >>> rows["truck"] is rows["truck"]
    True
    >>> rows["truck"] = [2, 3]
    >>> rows["truck"].tolist()
    [2, 3]
    """

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401
        """Return a column, the same object each time; or whatever else pandas gives."""
        if type(key) is not str:
            return super().__getitem__(key)
        met = self.__dict__.get("_met")
        if met is None:
            met = {}
            object.__setattr__(self, "_met", met)
            # pandas is quicker at cutting a table of its own kind
            object.__setattr__(self, "_plain", pd.DataFrame(self, copy=False))
        if key not in met:
            met[key] = self.__dict__["_plain"][key]
        return met[key]

    def __setitem__(self, key: Any, value: Any) -> None:  # noqa: ANN401
        """Set a column, and forget what was kept."""
        object.__setattr__(self, "_met", None)
        super().__setitem__(key, value)


def rows_of(table: pd.DataFrame) -> Rows:
    """Return the table as `Rows`, without copying what it holds.

    Examples
    --------
    >>> rows_of(pd.DataFrame({"truck": [0, 1]}))["truck"].tolist()
    [0, 1]
    """
    return table if isinstance(table, Rows) else Rows(table, copy=False)
