"""The point queue: exact where the answer is known by hand, and with the rules of the engine's reviews."""

import math

import numpy as np

from experiments.calibration.point_queue import LaneRules, waits

NEVER = LaneRules(15, math.inf, 0.0, 1, 4)


def test_a_line_that_nobody_adds_to_is_worked_off_at_the_lanes_rate() -> None:
    arrivals = np.zeros((1, 120))
    arrivals[0, 0] = 30.0  # two lanes of 2 minutes serve one truck a minute
    wait, lanes = waits(arrivals, np.full(120, 2), 2, 2.0, NEVER, step_min=1)
    # the middle truck of thirty waits for the fifteen before it, all of its own minute, whose wait is taken off
    assert wait[0, 0] == 0.0
    assert (lanes == 2.0).all()


def test_overload_makes_the_wait_grow_by_load_less_one() -> None:
    arrivals = np.full((1, 240), 1.5)
    wait, _ = waits(arrivals, np.full(240, 2), 2, 2.0, NEVER, step_min=1)
    growth = (wait[0, 2] - wait[0, 1]) / 90.0 / 60.0
    assert abs(growth - 0.5) < 0.01


def test_a_lane_opens_after_the_delay_and_closes_below_the_other_threshold() -> None:
    rules = LaneRules(15, 10.0, 5.0, 1, 2)
    arrivals = np.zeros((1, 300))
    arrivals[0, :60] = 2.0  # twice what two lanes serve
    _, lanes = waits(arrivals, np.full(300, 2), 4, 2.0, rules, step_min=1)
    assert lanes[0, 0] > 2.0
    assert lanes[0, -1] == 2.0
    assert lanes.max() <= 4.0


def test_lanes_never_go_beyond_those_built_nor_below_the_timetable() -> None:
    rng = np.random.default_rng(1)
    arrivals = rng.gamma(0.4, 4.0, (3, 1440))
    least = np.where(np.arange(1440) < 720, 2, 3)
    _, lanes = waits(arrivals, least, 5, 2.0, LaneRules(15, 6.0, 3.0, 0, 1), step_min=1)
    assert lanes.max() <= 5.0
    assert (lanes[:, :12] >= 2.0 - 1e-12).all()
    assert (lanes[:, 12:] >= 3.0 - 1e-12).all()


def test_who_is_in_line_at_closing_is_served_late_or_waits_for_the_morning() -> None:
    arrivals = np.zeros((1, 300))
    arrivals[0, 50:60] = 3.0
    least = np.where((np.arange(300) < 60) | (np.arange(300) >= 240), 2, 0)
    late, _ = waits(arrivals, least, 2, 2.0, NEVER, step_min=1, served_late=True)
    morning, _ = waits(arrivals, least, 2, 2.0, NEVER, step_min=1)
    # of thirty trucks ten are through at closing, and some twenty wait three hours more
    assert 19 * 180.0 < (morning - late)[0, 0] < 22 * 180.0
