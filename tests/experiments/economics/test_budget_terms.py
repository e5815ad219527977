"""Fiscal years, months of a study year in them, and dollars of the year that spends them."""

from __future__ import annotations

import dataclasses

import pytest

from experiments.economics.budget_terms import BudgetTerms, then_year_factor
from experiments.economics.discounting import Deflator
from experiments.funding.request import read_economic_option

GDP = read_economic_option(Deflator, "deflator", "gdp")


@pytest.mark.parametrize(
    ("month", "fiscal_years", "shares"),
    [
        (10, (2027, 2028, 2029), (1.0,)),
        (1, (2026, 2027, 2028, 2029), (0.75, 0.25)),
        (12, (2027, 2028, 2029, 2030), (10 / 12, 2 / 12)),
    ],
)
def test_fiscal_years_begin_in_october(month: int, fiscal_years: tuple[int, ...], shares: tuple[float, ...]) -> None:
    terms = dataclasses.replace(read_economic_option(BudgetTerms, "budget", "federal"), first_month=month)
    assert terms.fiscal_years(2026, 2) == fiscal_years
    assert terms.month_shares() == pytest.approx(shares)
    assert sum(terms.month_shares()) == pytest.approx(1.0)


def test_then_year_dollars_by_hand() -> None:
    """From 2023 to 2024 as published; from the middle of 2024 to April 1, 2027 by 2.75 years at 2.5%."""
    by_hand = 125.231 / 122.272 * 1.025**2.75
    assert then_year_factor(2027, 2023, GDP, 0.025) == pytest.approx(by_hand, rel=1e-12)
    assert then_year_factor(2027, 2023, GDP, 0.03) > by_hand


def test_a_fiscal_year_within_the_index_needs_no_assumption() -> None:
    by_hand = (0.25 * 122.272 + 0.75 * 125.231) / 122.272
    assert then_year_factor(2024, 2023, GDP, 0.0) == pytest.approx(by_hand, rel=1e-12)
    assert then_year_factor(2024, 2023, GDP, 0.05) == pytest.approx(by_hand, rel=1e-12)
