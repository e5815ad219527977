"""Distinct rows without sorting rows, and tables whose columns are looked up once; both for speed.

``np.unique(rows, axis=0)`` compares rows byte by byte and took two microseconds a truck, more than
simulating it; here each row of few values becomes one integer code. A replication reads the same
columns of MANIFEST and LEDGER some three hundred times, and pandas makes a new column each time: ten
microseconds that came to as much as the simulation itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arrays import IntArray

Column = npt.NDArray[np.generic]

MOST_CODES = 1 << 20
"""Codes are renumbered, by one sort, before they would leave more gaps than this."""


def distinct_rows(columns: Sequence[Column]) -> tuple[list[Column], IntArray]:
    """Return the distinct rows in ascending order, the first column first, and each row's place.

    Parameters
    ----------
    columns : sequence of arrays [n]
        Flags, integers or floats without NaN, at least one column.

    Returns
    -------
    list of arrays [m], int64[n]
        The columns of the ``m`` distinct rows, and the number of each of the ``n`` rows among them:
        what ``np.unique(np.column_stack(columns), axis=0, return_inverse=True)`` gives.

    Examples
    --------
    >>> rows, place = distinct_rows([np.array([1, 0, 1]), np.array([2.0, 5.0, 2.0])])
    >>> [column.tolist() for column in rows], place.tolist()
    ([[0, 1], [5.0, 2.0]], [1, 0, 1])
    """
    code, codes = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        own, values = _coded(column)
        if values == 1:
            continue
        if codes * values > MOST_CODES:
            code, codes = _renumbered(code, codes)
        code, codes = code * values + own, codes * values
    place, m = _renumbered(code, codes)
    # any row of each kind; those of one kind are equal
    first = np.empty(m, dtype=np.int64)
    first[place] = np.arange(len(place))
    return [column[first] for column in columns], place


def _coded(column: Column) -> tuple[IntArray, int]:
    """Return each value's code, ascending as the values are, and how many codes there may be."""
    if column.dtype == np.bool_:
        return column.astype(np.int64), 2 if column.any() else 1
    if len(column) == 0 or column.min() == column.max():
        return np.zeros(len(column), dtype=np.int64), 1
    whole = column.astype(np.int64)
    if whole.min() >= 0 and whole.max() < 64 and np.array_equal(whole, column):
        return whole, int(whole.max()) + 1
    values, code = np.unique(column, return_inverse=True)
    return np.asarray(code, dtype=np.int64), len(values)


def _renumbered(code: IntArray, codes: int) -> tuple[IntArray, int]:
    """Return the codes without gaps, in the same order, and their number."""
    if codes > MOST_CODES:
        values, dense = np.unique(code, return_inverse=True)
        return np.asarray(dense, dtype=np.int64), len(values)
    met = np.zeros(codes, dtype=bool)
    met[code] = True
    return (np.cumsum(met) - 1)[code], int(met.sum())


class CachedFrame(pd.DataFrame):
    """A DataFrame that keeps every column that it was asked for; what is cut of it is a plain one.

    >>> rows = CachedFrame({"truck": [0, 1]})
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


def cached_frame(table: pd.DataFrame) -> CachedFrame:
    """Return the table as `CachedFrame`, without copying what it holds.

    >>> cached_frame(pd.DataFrame({"truck": [0, 1]}))["truck"].tolist()
    [0, 1]
    """
    return table if isinstance(table, CachedFrame) else CachedFrame(table, copy=False)
