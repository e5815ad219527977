"""Formulas whose two halves could part: what is undefined, what is empty, and rates of return."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.economics.appraisal import internal_rate_of_return
from experiments.funding.workbook.formulas import CellRange, Formula, quotient, rate_of_return, sum_product, total

ZERO, TWO = Formula("A1", 0.0), Formula("B1", 2.0)


def test_a_ratio_over_nothing_is_a_word() -> None:
    assert quotient(TWO, ZERO, "undefined") == Formula('IF(A1>0.0,(B1/A1),"undefined")', "undefined")
    assert quotient(TWO, TWO, "undefined").value == 1.0


def test_the_sum_of_nothing_is_zero_and_words_count_as_nothing() -> None:
    assert total([]).value == 0.0
    assert (Formula("C1", "none") + 1.0).value == 1.0


@pytest.mark.parametrize("flows", [[-100.0, 60.0, 60.0], [-1.0, -1.0, -1.0], [-100.0, 1.0, 1.0]])
def test_a_rate_of_return_is_the_page_s(flows: list[float]) -> None:
    found = rate_of_return(CellRange("By year", 3, 7, np.array(flows)))
    rate = internal_rate_of_return(flows).rate
    assert found.value == ("none" if rate is None else rate)
    assert "'By year'!$H$4:$J$4" in found.text


def test_a_present_value_names_both_ranges() -> None:
    amounts, factors = (CellRange("By year", row, 7, np.array([1.0, 2.0])) for row in (1, 2))
    assert sum_product(amounts, factors) == Formula("SUMPRODUCT('By year'!$H$2:$I$2,'By year'!$H$3:$I$3)", 5.0)
