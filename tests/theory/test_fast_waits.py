"""Why FAST trucks wait: a shared road, a late split of the lanes, booths that serve both classes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from ports import ledger_of, mean_and_half_width, window_of

from experiments.study.study import compose_scenario

SHARED = "port.approach.fast_lane=shared"
CLASSES = {"general": 0, "fast": 1}


@cache
def waits(lane_class: str, *overrides: str) -> tuple[float, ...]:
    """Return the mean wait of a class at Ysleta on a busy Tuesday in eight replications, in minutes."""
    scenario = compose_scenario(["port=ysleta", "traffic.volume_scale=1.15", *overrides])
    found = []
    for replication in range(8):
        ledger = ledger_of(scenario, window_of(1, replication, start_date="2024-05-14"))
        wait = (ledger["primary_start_min"] - ledger["arrive_min"])[ledger["lane_class"] == CLASSES[lane_class]]
        found.append(float(wait.mean()))
    return tuple(found)


def assert_longer(longer: tuple[float, ...], shorter: tuple[float, ...]) -> None:
    gap, half_width = mean_and_half_width(list(np.subtract(longer, shorter)))
    assert gap > half_width, (longer, shorter)


def split(trucks: int) -> tuple[str, str]:
    return SHARED, f"port.approach.split_trucks={trucks}"


def test_the_later_the_lanes_split_the_longer_fast_trucks_wait() -> None:
    own = waits("fast", "port.approach.fast_lane=own", "port.approach.split_trucks=null")
    assert_longer(waits("fast", *split(40)), own)
    assert_longer(waits("fast", *split(20)), waits("fast", *split(40)))
    assert_longer(waits("fast", *split(5)), waits("fast", *split(20)))
    assert_longer(waits("general", *split(5)), waits("fast", *split(5)))


def test_a_split_further_off_than_the_line_is_long_costs_fast_trucks_nothing() -> None:
    roomy = ("port.primary.room_trucks=null",)
    own = waits("fast", "port.approach.fast_lane=own", "port.approach.split_trucks=null", *roomy)
    assert waits("fast", *split(100_000), *roomy) == pytest.approx(own, abs=0.5)


def test_the_room_before_the_booths_limits_a_split_beyond_it() -> None:
    room = ("port.primary.room_trucks=20",)
    assert waits("fast", *split(80), *room) == waits("fast", *split(20), *room)
    assert waits("fast", SHARED, "port.approach.split_trucks=null", *room) == waits("fast", *split(20), *room)


def test_a_late_split_moves_no_general_truck_to_another_booth() -> None:
    """General booths of a timetable alone serve them, first come first served: only who stands where changes.

    Lanes that follow the line open at other moments where the line stands elsewhere.
    """
    own = waits("general", "staffing=timetable", "port.approach.fast_lane=own", "port.approach.split_trucks=null")
    assert waits("general", "staffing=timetable", *split(20)) == pytest.approx(own, rel=0.02)


def test_fast_trucks_wait_longer_where_their_booths_serve_both_classes() -> None:
    own = ("port.approach.fast_lane=own", "port.approach.split_trucks=null")
    assert_longer(waits("fast", *own, "port.primary.fast_lanes_serve=all"), waits("fast", *own))


@pytest.mark.parametrize("trucks", [5, 20])
def test_both_engines_agree_on_a_late_split(trucks: int) -> None:
    scenario = compose_scenario(["port=ysleta", *split(trucks), "traffic.volume_scale=1.15"])
    window = window_of(1, start_date="2024-05-14")
    compiled, simpy = (ledger_of(scenario, window, engine) for engine in ("compiled", "simpy"))
    for name in ("approach_leave_min", "primary_start_min", "exit_min"):
        np.testing.assert_array_equal(compiled[name].to_numpy(), simpy[name].to_numpy())
