"""`sim.frames`: a table that keeps its columns gives what pandas gives."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd

from sim.frames import CachedFrame, cached_frame


def _plain() -> pd.DataFrame:
    return pd.DataFrame({"a": np.arange(4.0), "b": np.array([True, False, True, True])})


def test_columns_masks_and_lists_are_those_of_pandas() -> None:
    plain = _plain()
    rows = cached_frame(plain)
    for name in plain:
        pd.testing.assert_series_equal(rows[name], plain[name])
    pd.testing.assert_frame_equal(rows[rows["b"]], plain[plain["b"]])
    pd.testing.assert_frame_equal(rows[["a"]], plain[["a"]])


def test_a_column_that_is_set_is_what_is_read_next() -> None:
    rows = cached_frame(_plain())
    assert rows["a"].sum() == 6.0
    rows["a"] = rows["a"] * 2.0
    assert rows["a"].sum() == 12.0


def test_a_shallow_copy_is_plain_and_leaves_the_table_as_it_was() -> None:
    rows = cached_frame(_plain())
    assert rows["a"].sum() == 6.0
    copied = rows.copy(deep=False)
    copied["a"] = 1.0
    assert not isinstance(copied, CachedFrame)
    assert (copied["a"].sum(), rows["a"].sum()) == (4.0, 6.0)


def test_a_table_goes_to_other_processes() -> None:
    rows = cached_frame(_plain())
    assert rows["a"].sum() == 6.0
    again = pickle.loads(pickle.dumps(rows))  # noqa: S301  its own bytes
    pd.testing.assert_frame_equal(again, rows)
    assert again["a"].sum() == 6.0


def test_a_table_of_rows_is_itself() -> None:
    rows = cached_frame(_plain())
    assert cached_frame(rows) is rows
