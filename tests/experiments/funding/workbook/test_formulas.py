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
    found = rate_of_return(CellRange("By year", 3, 7, np.array(flows)), ZERO)
    rate = internal_rate_of_return(flows).rate
    assert found.value == ("none" if rate is None else rate)
    assert "'By year'!$H$4:$J$4" in found.text


def test_a_rate_that_only_the_residual_value_makes_is_none() -> None:
    net = CellRange("By year", 3, 7, np.array([-100.0, -1.0, 130.0]))
    assert rate_of_return(net, Formula("B1", 131.0)).value == "none"
    assert rate_of_return(net, Formula("B1", 100.0)).value == pytest.approx(0.13519, abs=1e-5)  # -100 - x + 130 x^2 = 0
    assert "MAX('By year'!$H$4:$I$4),'By year'!$J$4-B1)>1e-12*" in rate_of_return(net, Formula("B1", 131.0)).text


def test_a_present_value_names_both_ranges() -> None:
    amounts, factors = (CellRange("By year", row, 7, np.array([1.0, 2.0])) for row in (1, 2))
    assert sum_product(amounts, factors) == Formula("SUMPRODUCT('By year'!$H$2:$I$2,'By year'!$H$3:$I$3)", 5.0)
