"""Limits of the wait: what counts against them, and that sending trucks away keeps none."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from planned import LIMIT

from experiments.funding.annual import Response
from experiments.funding.portfolio.waits import counted_wait, limit_words, wait_amounts
from experiments.funding.portfolio_plan import WaitLimit

SHARE = WaitLimit(measure="long_wait_share", at_most=None, rise_at_most=0.02, from_y=1)


def made(over: float, known: float, away: float) -> Response:
    amounts = {"n_wait_over_30": over, "n_wait_known": known, "elsewhere": away}
    return Response(("today",), (1,), {name: np.full((1, 1, 2), value) for name, value in amounts.items()})


def test_a_truck_that_stays_away_counts_as_one_that_waits() -> None:
    waits = wait_amounts(made(40.0, 100.0, 0.0), "long_wait_share")
    away = wait_amounts(made(10.0, 70.0, 30.0), "long_wait_share")
    assert waits == pytest.approx(np.full((1, 1, 2), 0.4))
    assert waits == pytest.approx(away)


def test_a_rise_is_counted_over_the_port_as_it_is_and_a_share_in_percent() -> None:
    base, own = np.array([0.9, 0.5, 0.5]), np.array([0.9, 0.51, 0.53])
    assert counted_wait(SHARE, own, base) == pytest.approx(3.0)
    assert counted_wait(dataclasses.replace(SHARE, rise_at_most=None, at_most=0.6), own, base) == pytest.approx(53.0)
    assert counted_wait(dataclasses.replace(SHARE, from_y=2), own, base) == pytest.approx(3.0)
    # nothing built is no rise, however long trucks wait
    assert counted_wait(SHARE, base, base) == 0.0


def test_a_limit_in_words() -> None:
    assert limit_words(LIMIT) == "average wait: at most 40 min, from year 1"
    assert "at most 2% more than the port as it is" in limit_words(SHARE)
