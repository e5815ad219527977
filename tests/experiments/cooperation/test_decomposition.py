"""Parts of a change add up, whatever the factors, zeros among them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.cooperation.decomposition import log_mean

factor = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))
row = st.tuples(factor, factor, factor)


@given(st.lists(st.tuples(row, row), min_size=1, max_size=6))
def test_parts_add_up(rows: list[tuple[tuple[float, ...], tuple[float, ...]]]) -> None:
    before, after = (np.array([pair[k] for pair in rows]) for k in (0, 1))
    products = before.prod(axis=1).sum(), after.prod(axis=1).sum()
    assert log_mean(before, after).sum() == pytest.approx(
        products[1] - products[0], rel=1e-9, abs=1e-12 * max(products) + 1e-80
    )


def test_a_factor_that_stands_has_no_part() -> None:
    parts = log_mean([100.0, 0.14, 0.5], [140.0, 0.14, 0.2])
    assert parts[1] == 0.0
    assert parts[0] > 0.0 > parts[2]


def test_the_other_way_round_every_part_changes_its_sign() -> None:
    before, after = [[100.0, 0.14], [40.0, 0.3]], [[120.0, 0.12], [10.0, 0.5]]
    np.testing.assert_allclose(log_mean(before, after), -log_mean(after, before), rtol=1e-12)


def test_what_falls_to_nothing_is_the_part_of_what_fell() -> None:
    np.testing.assert_allclose(log_mean([100.0, 0.1], [0.0, 0.1]), [-10.0, 0.0], atol=1e-9)


@pytest.mark.parametrize(("before", "after"), [([1.0], [1.0, 2.0]), ([-1.0, 2.0], [1.0, 2.0]), ([np.nan], [1.0])])
def test_what_cannot_be_is_refused(before: list[float], after: list[float]) -> None:
    with pytest.raises(ValueError, match="must"):
        log_mean(before, after)
