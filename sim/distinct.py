"""The distinct rows of a few columns, without sorting rows: each row becomes one integer code.

``np.unique(rows, axis=0)`` compares rows byte by byte and took two microseconds a truck, more than
simulating it. Columns of few values, as flags and readings are, need no comparison of rows at all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Column = npt.NDArray[np.generic]

MOST_CODES = 1 << 20
"""Codes are renumbered, by one sort, before they would leave more gaps than this."""


def distinct_rows(columns: Sequence[Column]) -> tuple[list[Column], Ints]:
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


def _coded(column: Column) -> tuple[Ints, int]:
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


def _renumbered(code: Ints, codes: int) -> tuple[Ints, int]:
    """Return the codes without gaps, in the same order, and their number."""
    if codes > MOST_CODES:
        values, dense = np.unique(code, return_inverse=True)
        return np.asarray(dense, dtype=np.int64), len(values)
    met = np.zeros(codes, dtype=bool)
    met[code] = True
    return (np.cumsum(met) - 1)[code], int(met.sum())
