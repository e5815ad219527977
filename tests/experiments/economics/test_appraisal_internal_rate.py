"""The internal rate against rates that are known, and every way in which there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from experiments.economics.appraisal import internal_rate_of_return
from experiments.economics.discounting import annuity, present_value

RATES = st.floats(-0.199, 3.0).filter(lambda rate: abs(rate) > 1e-6)


@given(RATES, st.integers(1, 40), st.floats(1.0, 1e9))
def test_a_level_gain_returns_the_rate_it_was_made_from(rate: float, years: int, gain: float) -> None:
    found = internal_rate_of_return([-gain * annuity(rate, years), *[gain] * years])
    assert found.rate == pytest.approx(rate, rel=1e-6, abs=1e-9)


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=25))
def test_a_rate_that_is_given_is_the_only_one_above_zero(amounts: list[int]) -> None:
    found = internal_rate_of_return(amounts)
    if found.rate is None:
        assert found.reason.startswith(("none", "multiple possible"))
        return
    assert found.reason == ""
    assume(-0.9 < found.rate < 50.0)
    size = present_value(found.rate, np.abs(amounts))
    assert abs(present_value(found.rate, amounts)) <= 1e-7 * size
    rates = np.expm1(np.linspace(1e-6, np.log(60.0), 4000))
    worth = np.array([present_value(rate, amounts) for rate in rates])
    changes = np.flatnonzero(np.sign(worth[1:]) != np.sign(worth[:-1]))
    assert len(changes) <= 1


@pytest.mark.parametrize(
    ("amounts", "reason"),
    [
        ([0.0, 0.0], "none: nothing is spent and nothing gained"),
        ([], "none: nothing is spent and nothing gained"),
        ([-5.0, -1.0, 0.0], "none: never a net gain"),
        ([5.0, 0.0, 1.0], "none: never a net cost"),
        ([-100.0, 230.0, -132.0], "multiple possible: the sign changes 2 times"),
        ([-1.0, 3.0, -2.0, 0.0], "multiple possible: the sign changes 2 times"),
        ([-1.0, 2.0, -2.0, 1.0], "multiple possible: the sign changes 3 times"),
    ],
)
def test_there_is_none(amounts: list[float], reason: str) -> None:
    found = internal_rate_of_return(amounts)
    assert (found.rate, found.reason) == (None, reason)


def test_two_rates_that_both_fit_are_not_given() -> None:
    both = [-100.0, 230.0, -132.0]
    assert present_value(0.1, both) == pytest.approx(0.0, abs=1e-9)
    assert present_value(0.2, both) == pytest.approx(0.0, abs=1e-9)
    assert internal_rate_of_return(both).rate is None


def test_a_loan_has_a_rate_too() -> None:
    assert internal_rate_of_return([100.0, -110.0]).rate == pytest.approx(0.1)


def test_a_rate_beyond_all_bounds_is_none() -> None:
    assert internal_rate_of_return([-1e-9, 1e9]) == (None, "none: above 100000000% a year")


@pytest.mark.parametrize("rate", [-0.982, -0.5, -0.201])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_rate_far_below_zero_says_nothing_and_is_none(rate: float, sign: float) -> None:
    amounts = sign * np.array([-100.0, *[100.0 / annuity(rate, 7)] * 7])
    assert present_value(rate, amounts) == pytest.approx(0.0, abs=1e-6)
    assert internal_rate_of_return(amounts) == (None, "none: below -20% a year")


def test_a_loss_that_can_still_be_read_has_its_rate() -> None:
    assert internal_rate_of_return([-100.0, 81.0]).rate == pytest.approx(-0.19)
