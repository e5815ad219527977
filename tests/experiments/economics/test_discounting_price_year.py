"""Dollars of one year in those of another, and never two years in one sum."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.economics.discounting import Deflator, check_price_years
from experiments.funding.request import read_economic_option
from sim.errors import ConfigError

GDP = read_economic_option(Deflator, "deflator", "gdp")
YEARS = st.sampled_from([int(year) for year in GDP.price_index])


@given(st.floats(0.0, 1e9), YEARS, YEARS, YEARS)
def test_it_does_not_matter_by_which_year_one_goes(usd: float, first: int, second: int, third: int) -> None:
    there = GDP.restated(GDP.restated(usd, first, second), second, third)
    assert there == pytest.approx(GDP.restated(usd, first, third), rel=1e-12)


def test_prices_have_risen() -> None:
    values = list(GDP.price_index.values())
    assert values == sorted(values)
    assert GDP.restated(100.0, 2023, 2024) == pytest.approx(102.42, abs=0.005)


def test_prices_are_not_extrapolated() -> None:
    with pytest.raises(ConfigError, match=r"^deflator\.gdp\.price_index: no price index of 2035"):
        GDP.restated(1.0, 2023, 2035)


def test_years_are_not_mixed() -> None:
    check_price_years({"a": 2023, "b": 2023}, 2023)
    with pytest.raises(ConfigError, match=r"^b: 2020 dollars in a study of 2023 dollars") as found:
        check_price_years({"a": 2023, "b": 2020}, 2023)
    assert "\n" not in str(found.value)
