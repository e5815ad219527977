"""Amounts of a load: closed forms against quantiles of the very lognormal that is drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.errors import ConfigError
from sim.setting import threat
from sim.setting.threat import Load, is_counted, share_and_mean_up_to, shares_and_means_by_concealment

SHARES = {"in_cargo": 0.5, "structure": 0.3, "small": 0.2}
GRID = (np.arange(2_000_000) + 0.5) / 2_000_000


def load(median: float, ln_sd: float, small_max: float = 0.0) -> Load:
    return Load(
        median=median,
        ln_sd=ln_sd,
        small_max=small_max,
        concealment_share_laden=SHARES,
        concealment_share_empty={"in_cargo": 0.0, "structure": 1.0, "small": 0.0},
    )


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(("median", "ln_sd"), [(4.0, 1.2), (0.3, 0.8), (60.0, 0.5), (3000.0, 0.9)])
def test_parts_are_those_of_the_distribution(median: float, ln_sd: float, whole: bool) -> None:
    amount = median * np.exp(ln_sd * stats.norm.ppf(GRID))
    amount = np.ceil(amount) if whole else amount
    for limit in (0.0, 1.0, 2.7, median, 5.0 * median, math.inf):
        p, part = share_and_mean_up_to(load(median, ln_sd), limit, whole=whole)
        below = amount <= limit
        assert p == pytest.approx(below.mean(), abs=2e-6)
        # the grid lacks the last two-millionth of the tail
        assert part == pytest.approx((amount * below).mean(), rel=1e-3, abs=1e-4)


def test_a_count_beyond_the_exact_sum_goes_on_smoothly(monkeypatch: pytest.MonkeyPatch) -> None:
    many = load(900.0, 0.7)
    exact = share_and_mean_up_to(many, 1500.0, whole=True)
    monkeypatch.setattr(threat, "EXACT", 300)
    assert share_and_mean_up_to(many, 1500.0, whole=True) == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize("whole", [False, True])
def test_no_spread(whole: bool) -> None:
    assert share_and_mean_up_to(load(4.0, 0.0), math.inf, whole=whole) == (1.0, 4.0)
    assert share_and_mean_up_to(load(4.0, 0.0), 3.9, whole=whole) == (0.0, 0.0)
    mean = share_and_mean_up_to(load(2.4, 0.0), math.inf, whole=whole)[1]
    assert mean == pytest.approx(3.0 if whole else 2.4)


def test_small_amounts_are_small_parcels_wherever_the_rest_is() -> None:
    everything = load(4.0, 1.0, small_max=1e6)
    p, amount = shares_and_means_by_concealment(everything, whole=False, laden=True)
    assert p == pytest.approx([0.0, 0.0, 1.0], abs=1e-9)
    assert amount[2] == pytest.approx(4.0 * math.exp(0.5))
    p, amount = shares_and_means_by_concealment(load(4.0, 1.0), whole=False, laden=False)
    assert p == pytest.approx([0.0, 1.0, 0.0])
    assert amount == pytest.approx([0.0, 4.0 * math.exp(0.5), 0.0])


def test_names_say_what_is_counted() -> None:
    assert is_counted("persons_n")
    assert not is_counted("bulk_cash_usd")


def test_an_unknown_hiding_place_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^concealment_share_laden: expected the classes"):
        Load(
            median=1.0, ln_sd=0.0, small_max=0.0, concealment_share_laden={"roof": 1.0}, concealment_share_empty=SHARES
        )
