"""Vetting and corruption: an officer at a time gives the same shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from experiments.cooperation import vetting


def test_one_week_by_officers() -> None:
    rng = np.random.default_rng(11)
    n, share, h, f, t, new = 2_000_000, 0.2, 0.05, 0.3, 0.1, 0.4
    bad = rng.random(n) < share
    gone = (bad & (rng.random(n) < f)) | (rng.random(n) < t)
    bought = ~bad & ~gone & (rng.random(n) < h)
    after = np.where(gone, rng.random(n) < new, bad | bought).mean()
    stated = float(vetting.step(share, recruited=h, discovered=f, turnover=t, hired=new))
    assert after == pytest.approx(stated, abs=4.0 * 0.5 / np.sqrt(n))


def test_vetting_that_tells_nothing_changes_nothing() -> None:
    shares = np.array([0.0, 0.02, 0.5, 1.0])
    np.testing.assert_allclose(vetting.hired(shares, caught=0.6, honest_passed=0.4), shares)


def test_a_unit_vetted_again_stays_cleaner() -> None:
    rates: dict[str, Any] = {"recruited": 0.001, "discovered": 0.004, "turnover": 0.002, "hired": 0.01}
    once = vetting.share_over_time(0.01, weeks=208, **rates)
    again = vetting.share_over_time(0.01, weeks=208, **rates, again_every_weeks=26, again_caught=0.6)
    assert (again[26:] < once[26:]).all()
    np.testing.assert_array_equal(again[:26], once[:26])


def test_vetting_again_that_catches_nobody_is_no_vetting() -> None:
    rates: dict[str, Any] = {"recruited": 0.001, "discovered": 0.004, "turnover": 0.002, "hired": 0.01}
    plain = vetting.share_over_time(0.01, weeks=60, **rates)
    np.testing.assert_array_equal(vetting.share_over_time(0.01, weeks=60, **rates, again_every_weeks=4), plain)


@pytest.mark.parametrize(("bribe", "interest", "p"), [(50_000.0, 0.05, 0.1), (8_000.0, 0.12, 0.9)])
def test_at_the_premium_a_bribe_gains_nothing(bribe: float, interest: float, p: float) -> None:
    pay = vetting.premium(bribe, interest=interest, p_caught=p)
    assert vetting.gain_of_bribe(bribe, pay_premium=pay, interest=interest, p_caught=p) == pytest.approx(0.0, abs=1e-9)
    assert vetting.gain_of_bribe(bribe, pay_premium=0.9 * pay, interest=interest, p_caught=p) > 0.0


def test_a_unit_of_nobody_has_none() -> None:
    assert vetting.unit_has_one(0.3, members=0) == 0.0
    assert vetting.unit_has_one(1.0, members=1) == 1.0
    assert vetting.unit_has_one(0.3, members=3) == pytest.approx(1.0 - 0.7**3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: vetting.hired(0.5, caught=1.0, honest_passed=0.0),
        lambda: vetting.hired(-0.1, caught=0.5, honest_passed=0.5),
        lambda: vetting.step(1.5, recruited=0.0, discovered=0.0, turnover=0.0, hired=0.0),
        lambda: vetting.premium(1.0, interest=0.05, p_caught=0.0),
        lambda: vetting.unit_has_one(0.1, members=-1),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"must|nobody"):
        call()
