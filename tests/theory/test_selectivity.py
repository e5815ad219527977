"""V8: three-step selectivity."""

from __future__ import annotations

import numpy as np
import pytest

from sim.algorithms.selectivity import LANES, LaneRates, assign_lanes, lane_steps

NONE = LaneRates(0.0, 0.0, 0.0)


def test_the_manual_s_example() -> None:
    red = lane_steps((LaneRates(0.06, 0.01, 0.10), NONE, NONE))[0]
    assert red == pytest.approx((0.06, 0.01, 0.03))
    assert red.total == pytest.approx(0.10)


@pytest.mark.parametrize("expected", [0.0, 0.05, 0.06, 0.07, 0.3])
def test_lowering_the_expected_rate_never_lowers_the_criteria(expected: float) -> None:
    red = lane_steps((LaneRates(0.06, 0.01, expected), NONE, NONE))[0]
    assert red.criteria == 0.06
    assert red.random == 0.01
    assert red.total == pytest.approx(max(0.07, expected))


def test_green_is_used_up_in_the_order_red_yellow_blue() -> None:
    red, yellow, blue = lane_steps((LaneRates(0.2, 0.0, 0.6), LaneRates(0.3, 0.0, 0.5), LaneRates(0.0, 0.05, 0.2)))
    assert (red.top_up, yellow.top_up, blue.top_up) == pytest.approx((0.4, 0.05, 0.0))
    assert blue.random == pytest.approx(0.05)
    assert red.total + yellow.total + blue.total == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(5))
def test_declarations_come_out_at_the_rates(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rates = tuple(LaneRates(*(rng.random(3) * [0.2, 0.1, 0.5])) for _ in range(3))
    n = 200_000
    position = rng.random(n)
    lane = assign_lanes(position, rng.random(n), rates)
    for k, part in enumerate(lane_steps(rates)):
        half_width = 4.0 * np.sqrt(0.25 / n)
        assert abs((lane == k).mean() - part.total) < half_width, LANES[k]
    edge = sum(part.criteria for part in lane_steps(rates))
    assert (lane[position < edge] < 3).all()
    assert not (lane[position >= edge] == 3).all()


def test_criteria_alone_may_take_everybody() -> None:
    rates = (LaneRates(0.7, 0.1, 0.9), LaneRates(0.7, 0.0, 0.0), NONE)
    found = assign_lanes(np.linspace(0, 0.99, 11), np.zeros(11), rates)
    assert set(found.tolist()) == {0, 1}
