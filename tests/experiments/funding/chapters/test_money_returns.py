"""Rates of return and paybacks over draws: what has none is said, and stands above all years."""

from __future__ import annotations

import dataclasses

import funded
import pandas as pd
import pytest

from experiments.funding.chapters.money import returns_table
from experiments.funding.exhibits.evidence import Evidence
from experiments.page_templates import Cell


def drawn(rates: list[float | None], years: list[int | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "draw": range(len(rates)),
            "alternative": "A4",
            "irr": rates,
            "irr_reason": "",
            "payback_y": years,
            "discounted_payback_y": years,
        }
    )


def cells(table: pd.DataFrame) -> tuple[Cell, ...]:
    unsure = dataclasses.replace(funded.uncertainty(), drawn_returns=table)
    rows = dict(returns_table(Evidence(funded.appraised(3e5), unsure)).rows)
    return tuple(rows["A4"])


def test_the_share_of_draws_that_have_a_rate_stands_beside_their_range() -> None:
    rate, payback, _ = cells(drawn([0.1, 0.3, None, None], [4, 2, None, None]))
    assert rate.value == pytest.approx(0.3425, abs=5e-5)
    assert rate.below == "a rate in 50% of draws: [10.0%, 30.0%]"
    assert (rate.low, rate.high) == pytest.approx((0.1, 0.3))
    assert payback.below == "[2, never]"
    assert (payback.low, payback.high) == (2.0, None)


def test_no_draw_has_a_rate() -> None:
    rate, payback, _ = cells(drawn([None, None], [None, None]))
    assert rate.below == "a rate in 0% of draws"
    assert payback.below == "[never, never]"


def test_nothing_drawn_has_no_range() -> None:
    assert [cell.below for cell in cells(pd.DataFrame())] == ["", "", ""]
