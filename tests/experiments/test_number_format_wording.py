from __future__ import annotations

import numpy as np
import pytest

from experiments import number_format
from experiments.intervals import IDENTICAL, ONE_REPLICATION, Difference, IntervalEstimate


@pytest.mark.parametrize(
    ("value", "digits", "text"), [(1234.5, 0, "1,234"), (-0.04, 1, "0.0"), (np.nan, 1, "-"), (np.inf, 1, "unlimited")]
)
def test_number(value: float, digits: int, text: str) -> None:
    assert number_format.number(value, digits) == text


def test_percent_of_nothing_is_a_dash() -> None:
    assert number_format.percent(np.nan) == "-"
    assert number_format.percent(0.2768, 0) == "28%"


def test_an_interval_that_is_not_there_says_why() -> None:
    found = IntervalEstimate(3.0, np.nan, np.nan, 1, ONE_REPLICATION)
    assert number_format.span(found) == "(no interval: one replication only)"


def test_a_brief_span_has_a_word_where_there_is_no_interval() -> None:
    assert number_format.brief_span(IntervalEstimate(0.12, 0.118, 0.122, 20), 100.0) == "[11.8, 12.2]"
    nothing = IntervalEstimate(1.0, np.nan, np.nan, 1, ONE_REPLICATION)
    assert number_format.brief_span(nothing) == number_format.NO_INTERVAL


def test_what_is_identical_has_no_interval_of_no_width() -> None:
    assert number_format.span(Difference(0.0, 0.0, 0.0, 1.0, 20, IDENTICAL)) == "(identical in every replication)"


def test_signed_zero_has_no_sign() -> None:
    assert number_format.signed(-0.001) == number_format.signed(0.001) == "0.0"
    assert number_format.signed(-3.0) == "-3.0"


def test_listed() -> None:
    assert number_format.listed([]) == ""
    assert number_format.listed(["a"]) == "a"
    assert number_format.listed(["a", "b"]) == "a and b"
