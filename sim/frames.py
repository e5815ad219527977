"""Distinct rows without sorting rows, and tables whose columns are made when they are asked for; both for speed.

``np.unique(rows, axis=0)`` compares rows byte by byte and took two microseconds a truck, more than
simulating it; here each row of few values becomes one integer code. Of the hundred columns of MANIFEST
a run reads some forty, and of LEDGER some thirty: what nobody asks for is neither drawn nor laid out.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.arrays import IntArray

Column = npt.NDArray[Any]

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


class LazyColumns(Mapping[str, Column]):
    """Columns of a table by name, each made when it is first asked for, and then kept.

    >>> columns = LazyColumns({"a": np.arange(3)})
    >>> columns.add("twice", lambda: 2 * columns["a"])
    >>> columns["twice"].tolist(), list(columns)
    ([0, 2, 4], ['a', 'twice'])
    """

    def __init__(self, known: Mapping[str, Column] | None = None, rest: LazyColumns | None = None) -> None:
        self._made: dict[str, Column] = dict(known or {})
        self._makers: dict[str, Callable[[], Column]] = {}
        self._at_rows: dict[str, Callable[[IntArray], Column]] = {}
        self._rest = rest

    def add(self, name: str, make: Callable[[], Column], at: Callable[[IntArray], Column] | None = None) -> None:
        """Say how a column is made, unless it is known; ``at`` makes it at some rows alone."""
        if name not in self._made:
            self._makers[name] = make
            if at is not None:
                self._at_rows[name] = at

    def add_together(self, names: Iterable[str], make: Callable[[], Mapping[str, Column]]) -> None:
        """Say how columns are made that come of one piece of work."""
        done = functools.cache(make)
        for name in names:
            self.add(name, lambda name=name: done()[name])  # type: ignore[misc]

    def at(self, name: str, rows: IntArray) -> Column:
        """Return a column's values at some rows; the rest is not made where that can be spared."""
        if name in self._made or (name not in self._at_rows and not self._is_of_rest(name)):
            return self[name][rows]
        return self._at_rows[name](rows) if name in self._at_rows else self._rest.at(name, rows)  # type: ignore[union-attr]

    def _is_of_rest(self, name: str) -> bool:
        return self._rest is not None and name not in self._made and name not in self._makers

    def __getitem__(self, name: str) -> Column:
        """Return a column."""
        if name not in self._made:
            if self._is_of_rest(name):
                return self._rest[name]  # type: ignore[index]
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        """Return all names, of columns that are made and of those that are not."""
        return iter({**dict.fromkeys(self._rest or ()), **self._made, **self._makers})

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(list(iter(self)))


class LazyFrame(pd.DataFrame):
    """A DataFrame whose columns are made as they are asked for by name; else it is as any other.

    Whoever asks for a column gets it from `LazyColumns`, as does `column`, without pandas in between.
    Whatever else is done with the table makes all of it first, and from then on it is a plain one.

    >>> rows = LazyFrame(LazyColumns({"truck": np.arange(2)}), ["truck"], 2)
    >>> rows["truck"] is rows["truck"], rows.is_made
    (True, False)
    >>> rows.assign(port=1).columns.tolist(), rows.is_made
    (['truck', 'port'], True)
    """

    def __init__(self, columns: LazyColumns, names: Sequence[str], n: int) -> None:
        object.__setattr__(self, "_lazy", _Lazy(columns, tuple(names), n, {}))
        super(pd.DataFrame, self).__init__(None)  # type: ignore[call-arg]

    @property
    def is_made(self) -> bool:
        """Whether it is a plain table by now."""
        return self.lazy is None

    @property
    def lazy(self) -> _Lazy | None:
        """What it is made of; None: it is a plain table by now."""
        return self.__dict__.get("_lazy")

    @property
    def _mgr(self) -> Any:  # noqa: ANN401
        """What pandas keeps of a table: all of it, made now if it was not."""
        lazy = self.lazy
        if lazy is not None:
            index = pd.RangeIndex(lazy.n)
            whole = pd.DataFrame({name: lazy.columns[name] for name in lazy.names}, index=index, copy=False)
            object.__setattr__(self, "_lazy", None)
            self.__dict__["_whole"] = whole._mgr
        return self.__dict__["_whole"]

    @_mgr.setter
    def _mgr(self, whole: Any) -> None:  # noqa: ANN401
        if whole is not None:
            object.__setattr__(self, "_lazy", None)
        self.__dict__["_whole"] = whole

    def __len__(self) -> int:
        """Return the number of rows."""
        return super().__len__() if self.lazy is None else self.lazy.n

    def __contains__(self, name: object) -> bool:  # type: ignore[misc]
        """Tell whether there is such a column."""
        return super().__contains__(name) if self.lazy is None else name in self.lazy.names

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401
        """Return a column, the same object each time; or whatever else pandas gives."""
        lazy = self.lazy
        if lazy is None or type(key) is not str or key not in lazy.names:
            return super().__getitem__(key)
        if key not in lazy.series:
            index = pd.RangeIndex(lazy.n)
            lazy.series[key] = pd.Series(lazy.columns[key], index=index, name=key, copy=False)
        return lazy.series[key]


class _Lazy(NamedTuple):
    """What a `LazyFrame` is made of."""

    columns: LazyColumns
    names: tuple[str, ...]
    n: int
    series: dict[str, pd.Series]


def column(table: pd.DataFrame, name: str) -> Column:
    """Return one column of a table as an array [n]; nobody may write into it."""
    lazy = table.lazy if isinstance(table, LazyFrame) else None
    return table[name].to_numpy() if lazy is None else lazy.columns[name]


def column_at(table: pd.DataFrame, name: str, rows: IntArray) -> Column:
    """Return a column's values at some rows [m]; the rest is not made where that can be spared."""
    lazy = table.lazy if isinstance(table, LazyFrame) else None
    return table[name].to_numpy()[rows] if lazy is None else lazy.columns.at(name, rows)


def with_columns(table: pd.DataFrame, new: Mapping[str, Callable[[], Column]]) -> pd.DataFrame:
    """Return the table with some columns in place of its own, or beside them; it is left as it was.

    >>> with_columns(pd.DataFrame({"a": [1]}), {"b": lambda: np.array([2])})["b"].tolist()
    [2]
    """
    lazy = table.lazy if isinstance(table, LazyFrame) else None
    if lazy is None:
        return table.assign(**{name: make() for name, make in new.items()})
    columns = LazyColumns(rest=lazy.columns)
    for name, make in new.items():
        columns.add(name, make)
    return LazyFrame(columns, tuple(dict.fromkeys((*lazy.names, *new))), lazy.n)


def kept_with(table: pd.DataFrame, name: str, make: Callable[[], Column]) -> Column:
    """Return what ``make`` gives of a table, made once where the table keeps it: it is none of its columns."""
    lazy = table.lazy if isinstance(table, LazyFrame) else None
    if lazy is None:
        return make()
    lazy.columns.add(name, make)
    return lazy.columns[name]


def column_names(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the names of a table's columns; none of them is made for it."""
    lazy = table.lazy if isinstance(table, LazyFrame) else None
    return tuple(table.columns) if lazy is None else lazy.names


def only_columns(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return some of a table's columns; none of them is made for it."""
    lazy = table.lazy if isinstance(table, LazyFrame) else None
    return table[list(names)] if lazy is None else LazyFrame(lazy.columns, tuple(names), lazy.n)


def some_rows(table: pd.DataFrame, rows: IntArray) -> pd.DataFrame:
    """Return some of a table's rows, numbered from 0; what nobody asks for is not made for it."""
    lazy = table.lazy if isinstance(table, LazyFrame) else None
    if lazy is None:
        return table.iloc[rows].reset_index(drop=True)
    columns = LazyColumns()
    for name in lazy.names:
        columns.add(
            name,
            functools.partial(lazy.columns.at, name, rows),
            lambda places, name=name: lazy.columns.at(name, rows[places]),  # type: ignore[misc]
        )
    return LazyFrame(columns, lazy.names, len(rows))
