from __future__ import annotations

import numpy as np
import pytest

from sim import frames
from sim.frames import distinct_rows


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("most", [1 << 20, 8])
def test_rows_and_places_are_those_of_a_sort(seed: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MOST_CODES", most)
    rng = np.random.default_rng(seed)
    columns = [
        rng.random(500) < 0.5,
        np.ones(500, dtype=bool),
        rng.integers(0, 5, 500).astype(np.float64),
        np.zeros(500),
        rng.choice([-2.5, 0.25, 7.0], 500),
        rng.integers(-3, 900, 500),
    ]
    rows, place = distinct_rows(columns)
    expected, inverse = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    assert np.array_equal(np.column_stack(rows), expected)
    assert np.array_equal(place, inverse.ravel())
    assert all(row.dtype == column.dtype for row, column in zip(rows, columns, strict=True))


def test_no_row_has_no_kind() -> None:
    rows, place = distinct_rows([np.zeros(0, dtype=bool), np.zeros(0)])
    assert [len(column) for column in rows] == [0, 0]
    assert len(place) == 0
