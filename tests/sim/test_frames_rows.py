"""`sim.frames`: a table that makes its columns as they are asked for gives what pandas gives."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd

from sim.frames import LazyColumns, LazyFrame, column, column_at, only_columns, some_rows, with_columns

PLAIN = pd.DataFrame({"a": np.arange(4.0), "b": np.array([True, False, True, True])})


def _lazy(made: list[str] | None = None) -> LazyFrame:
    """Return `PLAIN`, noting which columns were made."""
    columns = LazyColumns()
    for name in PLAIN:
        columns.add(str(name), lambda name=str(name): _note(made, name))  # type: ignore[misc]
    return LazyFrame(columns, ["a", "b"], 4)


def _note(made: list[str] | None, name: str) -> np.ndarray:
    if made is not None:
        made.append(name)
    return np.asarray(PLAIN[name].to_numpy())


def test_columns_masks_and_lists_are_those_of_pandas() -> None:
    rows = _lazy()
    for name in PLAIN:
        pd.testing.assert_series_equal(rows[name], PLAIN[name])
    assert not rows.is_made
    pd.testing.assert_frame_equal(rows[rows["b"]], PLAIN[PLAIN["b"]])
    assert rows.is_made
    pd.testing.assert_frame_equal(rows[["a"]], PLAIN[["a"]])
    pd.testing.assert_frame_equal(_lazy().iloc[1:], PLAIN.iloc[1:])


def test_a_column_is_made_once_and_only_when_it_is_asked_for() -> None:
    made: list[str] = []
    rows = _lazy(made)
    assert len(rows) == 4
    assert ("a" in rows, "c" in rows) == (True, False)
    assert made == []
    assert column(rows, "a") is column(rows, "a")
    assert rows["a"].sum() == 6.0
    assert made == ["a"]


def test_a_column_that_is_set_is_what_is_read_next() -> None:
    rows = _lazy()
    assert rows["a"].sum() == 6.0
    rows["a"] = rows["a"] * 2.0
    assert rows["a"].sum() == column(rows, "a").sum() == 12.0


def test_a_copy_is_plain_and_leaves_the_table_as_it_was() -> None:
    rows = _lazy()
    copied = rows.copy(deep=False)
    copied["a"] = 1.0
    assert not isinstance(copied, LazyFrame)
    assert (copied["a"].sum(), rows["a"].sum()) == (4.0, 6.0)


def test_a_table_goes_to_other_processes() -> None:
    rows = _lazy()
    again = pickle.loads(pickle.dumps(rows))  # noqa: S301  its own bytes
    pd.testing.assert_frame_equal(again, rows)
    assert again["a"].sum() == 6.0


def test_other_columns_and_rows_are_those_of_a_plain_table() -> None:
    new, rows = {"b": lambda: np.zeros(4), "c": lambda: np.ones(4)}, np.array([3, 1])
    for change in (
        lambda table: with_columns(table, new),
        lambda table: some_rows(table, rows),
        lambda table: some_rows(with_columns(table, new), rows),
        lambda table: only_columns(table, ["b"]),
    ):
        made = change(_lazy())
        assert not made.is_made
        pd.testing.assert_frame_equal(pd.DataFrame(made), change(PLAIN))
    for table in (PLAIN, _lazy(), with_columns(_lazy(), new)):
        assert column_at(table, "a", rows).tolist() == [3.0, 1.0]


def test_some_values_are_had_without_the_others() -> None:
    columns, made = LazyColumns(), []
    columns.add("a", lambda: np.array([0.0, 1.0, 2.0]), lambda rows: made.append(rows) or 1.0 * rows)
    table = with_columns(LazyFrame(columns, ["a"], 3), {})
    assert column_at(table, "a", np.array([2])).tolist() == [2.0]
    assert len(made) == 1
    assert column(table, "a").tolist() == [0.0, 1.0, 2.0]
    assert column_at(table, "a", np.array([1])).tolist() == [1.0]
    assert len(made) == 1
