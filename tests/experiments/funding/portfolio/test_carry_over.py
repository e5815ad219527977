"""An appropriation by year: what is carried over and lost, and that no dollar appears or vanishes."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.funding.portfolio.carry_over import carried_ledger


@pytest.mark.parametrize("carry", [0, 1, 3, None])
def test_every_dollar_is_spent_kept_or_lost(carry: int | None) -> None:
    rng = np.random.default_rng(5)
    granted, spent = rng.integers(0, 9, 12).astype(float), rng.integers(0, 4, 12).astype(float)
    rows, kept = carried_ledger(spent.tolist(), granted.tolist(), carry), 0.0
    for row in rows:
        assert kept + row.granted == pytest.approx(row.spent - row.lacking + row.kept + row.lapsed)
        kept = row.kept
    if carry == 0:
        assert all(row.kept == 0.0 for row in rows)
    if carry is None:
        assert all(row.lapsed == 0.0 for row in rows)


def test_the_oldest_money_goes_first_and_lapses_after_its_years() -> None:
    rows = carried_ledger([1.0, 1.0, 1.0], [3.0, 3.0, 3.0], 1)
    # of the first grant two are left, one pays for year 1 and one lapses at its end
    assert [row.lapsed for row in rows] == [0.0, 1.0, 2.0]
    assert [row.kept for row in rows] == [2.0, 3.0, 3.0]


def test_what_lacks_is_said() -> None:
    assert [row.lacking for row in carried_ledger([5.0, 0.0], [3.0, 9.0], None)] == [2.0, 0.0]
