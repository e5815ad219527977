"""Dollars in words."""

from __future__ import annotations

import pytest

from experiments.funding.exhibits.cells import amount_cell, dollars_cell, millions_cell, ratio_cell, significant
from experiments.number_format import usd


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "$0"),
        (999.6, "$1,000"),
        (-0.0, "$0"),
        (999_999.0, "$1.00 million"),
        (-40_844.0, "-$40,800"),
        (5.678, "$5.68"),
        (float("nan"), "-"),
        (2.5e9, "$2.50 billion"),
    ],
)
def test_dollars_have_three_digits(value: float, text: str) -> None:
    assert usd(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (318.4, "318"), (1e-6, "0.000001"), (12345.0, "12,300")])
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert significant(value) == text


def test_cells_carry_the_number_with_its_range() -> None:
    cell = millions_cell(2e6, (1e6, 3e6))
    assert (cell.text, cell.below, cell.value) == ("2.00", "[1.00, 3.00]", 2e6)
    assert (cell.low, cell.high) == (1e6, 3e6)
    assert amount_cell(0.25, (0.2, 0.3), 0, 100.0).below == "[20, 30]"
    assert amount_cell(0.25, (0.2, 0.3), 0, 100.0).low == 20.0
    assert ratio_cell(None).text == "undefined"
    assert dollars_cell(None, None, "no more loads").below == "no more loads"
