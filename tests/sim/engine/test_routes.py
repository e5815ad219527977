"""The standard route by hand: for each column and each alarm, where a truck goes; both engines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hand_flow import ALWAYS, at, hand_flow, visited
from test_twin import assert_equal

from sim.engine import simpy_port
from sim.engine.flow import CLEARED, Flow, Record
from sim.engine.kernel import loop
from sim.engine.routes import (
    CHECKED,
    N_COLUMNS,
    ORDERED,
    RADIATING,
    REFERRED,
    SAFETY_CHECKED,
    SCANNED_LATER,
    SELECTED,
    SIDE_SCANNED,
    WAVED,
    check_policy,
)
from sim.errors import PolicyError
from sim.stations import (
    ANALYST,
    APPROACH,
    CANINE,
    DOCK,
    EXIT,
    LOW_ENERGY,
    N_STATIONS,
    NOT_VISITED,
    ORIGIN,
    PASSED_BY,
    PORTAL,
    PRIMARY,
    RADIATION,
    REFERRAL_SENSORS,
    SAFETY,
    SECONDARY,
    SERVED,
    START,
    STATIONS,
    WAIVED,
)

ON_THE_ROAD = tuple(k for k in range(N_STATIONS) if k != ANALYST)


def doubted(last: int = DOCK, without: tuple[int, ...] = ()) -> str:
    """Return the sensors that a doubted truck goes through, up to one that alarms, of those that stand."""
    return " ".join(STATIONS[k] for k in REFERRAL_SENSORS if k <= last and k not in without)


def both(flow: Flow) -> Record:
    """Return the record that both engines give."""
    record = simpy_port.run(flow)
    assert_equal(record, loop.run(flow))
    return record


def journey(columns: tuple[int, ...], alarms: tuple[int, ...], absent: tuple[int, ...] = ()) -> str:
    """Return the stations of one truck, at a port that has all others than ``absent``."""
    posts = dict.fromkeys((k for k in ON_THE_ROAD if k not in absent), ALWAYS)
    raised = np.zeros((N_STATIONS, 1))
    raised[list(alarms), 0] = 1
    flags = {column: [1.0] for column in columns}
    record = both(hand_flow([0.0], posts, dict.fromkeys(posts, 1.0), flags, alarm=raised))
    assert np.isfinite(record.exit_min[0])
    return " ".join(visited(record, 0))


@pytest.mark.parametrize(
    ("columns", "alarms", "path"),
    [
        ((), (), "approach primary"),
        # a column that is not set keeps a truck from a station whatever that would say of it
        ((), (ORIGIN, LOW_ENERGY, PORTAL, SECONDARY, CANINE, DOCK), "approach primary"),
        # before primary: all that is asked for, in the order of the road
        ((CHECKED,), (), "origin approach primary"),
        ((CHECKED,), (ORIGIN,), "origin"),
        ((CHECKED, SELECTED, REFERRED, ORDERED, SAFETY_CHECKED), (ORIGIN,), "origin"),
        ((SIDE_SCANNED,), (), "approach low_energy primary"),
        ((SELECTED,), (), "approach portal primary"),
        ((CHECKED, SIDE_SCANNED, SELECTED), (), "origin approach low_energy portal primary"),
        # the portal's alarm is settled at a dock, straight
        ((SELECTED,), (PORTAL,), "approach portal primary dock"),
        ((SELECTED, REFERRED), (PORTAL,), "approach portal primary dock"),
        # a doubt, the officer's or the low-energy portal's, goes to the scanner, then to the dogs
        ((REFERRED,), (), f"approach primary {doubted()}"),
        ((REFERRED,), (SECONDARY,), "approach primary secondary dock"),
        ((REFERRED,), (CANINE,), f"approach primary {doubted(CANINE)} dock"),
        ((REFERRED,), (SECONDARY, CANINE), "approach primary secondary dock"),
        ((SIDE_SCANNED,), (LOW_ENERGY,), f"approach low_energy primary {doubted()}"),
        ((SIDE_SCANNED,), (LOW_ENERGY, SECONDARY), "approach low_energy primary secondary dock"),
        ((SIDE_SCANNED,), (LOW_ENERGY, CANINE), f"approach low_energy primary {doubted(CANINE)} dock"),
        ((SIDE_SCANNED, SELECTED), (LOW_ENERGY, PORTAL), "approach low_energy portal primary dock"),
        # a scan left for later is a scan, no doubt: the dogs are not asked
        ((SCANNED_LATER,), (), "approach primary secondary"),
        ((SCANNED_LATER,), (CANINE,), "approach primary secondary"),
        ((SCANNED_LATER,), (SECONDARY,), "approach primary secondary dock"),
        ((SCANNED_LATER, REFERRED), (CANINE,), f"approach primary {doubted(CANINE)} dock"),
        # an exam that is ordered leaves nothing to ask
        ((ORDERED,), (), "approach primary dock"),
        ((ORDERED, REFERRED), (SECONDARY,), "approach primary dock"),
        # radiation comes first after primary and says nothing of contraband
        ((RADIATING,), (RADIATION,), "approach primary radiation"),
        ((RADIATING, REFERRED), (), f"approach primary radiation {doubted()}"),
        ((RADIATING, ORDERED), (), "approach primary radiation dock"),
        ((RADIATING, SELECTED), (PORTAL,), "approach portal primary radiation dock"),
        # the state's inspectors come last, and see no truck that was seized
        ((SAFETY_CHECKED,), (), "approach primary safety"),
        ((SAFETY_CHECKED, REFERRED), (), f"approach primary {doubted()} safety"),
        ((SAFETY_CHECKED, ORDERED), (), "approach primary dock safety"),
        ((SAFETY_CHECKED, ORDERED), (DOCK,), "approach primary dock"),
        ((SAFETY_CHECKED, RADIATING), (), "approach primary radiation safety"),
        # a corrupt officer sends nobody on, but an order and the radiation portal hold
        ((WAVED, SELECTED, REFERRED), (PORTAL,), "approach portal primary"),
        ((WAVED, SIDE_SCANNED), (LOW_ENERGY, SECONDARY), "approach low_energy primary"),
        ((WAVED, SCANNED_LATER), (SECONDARY,), "approach primary"),
        ((WAVED, ORDERED), (), "approach primary dock"),
        ((WAVED, RADIATING, SAFETY_CHECKED), (), "approach primary radiation safety"),
    ],
)
def test_where_a_truck_goes(columns: tuple[int, ...], alarms: tuple[int, ...], path: str) -> None:
    assert journey(columns, alarms) == path


@pytest.mark.parametrize(
    ("absent", "columns", "alarms", "path"),
    [
        ((SECONDARY,), (REFERRED,), (), f"approach primary {doubted(without=(SECONDARY,))}"),
        ((SECONDARY,), (REFERRED,), (CANINE,), f"approach primary {doubted(CANINE, without=(SECONDARY,))} dock"),
        (REFERRAL_SENSORS, (REFERRED,), (), "approach primary dock"),
        (REFERRAL_SENSORS, (SIDE_SCANNED,), (LOW_ENERGY,), "approach low_energy primary dock"),
        ((CANINE,), (REFERRED,), (), f"approach primary {doubted(without=(CANINE,))}"),
        ((CANINE,), (REFERRED,), (SECONDARY,), "approach primary secondary dock"),
        ((SECONDARY,), (SCANNED_LATER,), (), "approach primary"),
        ((SECONDARY, CANINE), (SCANNED_LATER,), (), "approach primary"),
        ((DOCK,), (ORDERED, SAFETY_CHECKED), (), "approach primary safety"),
        ((DOCK,), (REFERRED,), (SECONDARY,), "approach primary secondary"),
        ((ORIGIN,), (CHECKED,), (ORIGIN,), "approach primary"),
        ((APPROACH,), (SELECTED,), (), "portal primary"),
        ((RADIATION,), (RADIATING,), (), "approach primary"),
        ((LOW_ENERGY,), (SIDE_SCANNED,), (LOW_ENERGY, SECONDARY), "approach primary"),
    ],
)
def test_where_a_truck_goes_when_a_station_is_missing(
    absent: tuple[int, ...], columns: tuple[int, ...], alarms: tuple[int, ...], path: str
) -> None:
    assert journey(columns, alarms, absent) == path


@pytest.mark.parametrize(
    ("full", "columns", "alarms", "path"),
    [
        (DOCK, (ORDERED,), (), "approach primary"),
        (DOCK, (ORDERED, SAFETY_CHECKED), (), "approach primary safety"),
        (SECONDARY, (REFERRED,), (), f"approach primary {doubted(without=(SECONDARY,))}"),
        (SECONDARY, (SCANNED_LATER,), (), "approach primary"),
        (CANINE, (REFERRED,), (CANINE,), f"approach primary {doubted(without=(CANINE,))}"),
        (LOW_ENERGY, (SIDE_SCANNED,), (LOW_ENERGY,), "approach primary"),
        (PORTAL, (SELECTED,), (PORTAL,), "approach primary"),
        (SAFETY, (SAFETY_CHECKED,), (), "approach primary"),
        # a truck bound for a dock that is full is let go, whatever else was asked of it
        (DOCK, (ORDERED, REFERRED), (SECONDARY,), "approach primary"),
    ],
)
def test_where_a_truck_goes_when_a_yard_is_full_and_waives(
    full: int, columns: tuple[int, ...], alarms: tuple[int, ...], path: str
) -> None:
    """The first truck occupies the full station, which has no room to wait, and so do others."""
    posts = dict.fromkeys(ON_THE_ROAD, ALWAYS)
    work = dict.fromkeys(ON_THE_ROAD, 1.0) | {full: 100.0}
    by = {
        DOCK: ORDERED,
        SECONDARY: REFERRED,
        CANINE: REFERRED,
        LOW_ENERGY: SIDE_SCANNED,
        PORTAL: SELECTED,
        SAFETY: SAFETY_CHECKED,
    }[full]
    flags = {column: [0.0, 1.0] for column in columns}
    flags[by] = [1.0, float(by in columns)]
    raised = np.zeros((N_STATIONS, 2))
    raised[list(alarms), 1] = 1
    room, suspend = np.full((N_STATIONS, 2), -1), np.zeros(N_STATIONS)
    room[full, 0], suspend[full] = 0, 1
    record = both(hand_flow([0.0, 20.0], posts, work, flags, alarm=raised, room=room, suspend=suspend))
    assert record.done[full, 0] == SERVED
    assert record.done[full, 1] == WAIVED
    assert " ".join(visited(record, 1)) == path


def test_the_scanner_in_secondary_comes_first_and_the_dogs_after_it() -> None:
    assert doubted(SECONDARY) == "secondary"
    assert doubted(CANINE).split()[-1] == "canine"
    assert doubted(CANINE, without=(CANINE,)).startswith("secondary")


def test_an_image_is_judged_before_primary_is_left_unless_a_machine_clears_it() -> None:
    posts = dict.fromkeys((PORTAL, PRIMARY, DOCK, ANALYST), ALWAYS)
    raised = np.zeros((N_STATIONS, 2))
    raised[PORTAL] = 1, CLEARED
    work = {PORTAL: 1.0, PRIMARY: 2.0, DOCK: 5.0, ANALYST: 10.0}
    flow = hand_flow([0.0, 50.0], posts, work, {SELECTED: [1.0, 1.0]}, alarm=raised, fork=PORTAL, judge=ANALYST)
    record = both(flow)
    assert at(record, ANALYST, "start")[0] == 1.0
    assert at(record, PRIMARY, "leave") == [11.0, 53.0]
    assert record.exit_min.tolist() == [16.0, 53.0]
    assert record.done[ANALYST, 1] == NOT_VISITED


def test_a_check_in_pulses_is_passed_by_outside_them_and_ends_with_its_line() -> None:
    """Two come in the pulse and are both served, the second beyond it; others drive past."""
    finishes, suspend = np.zeros(N_STATIONS), np.zeros(N_STATIONS)
    finishes[ORIGIN], suspend[ORIGIN] = 1, PASSED_BY
    posts = {ORIGIN: [(10.0, 20.0), (100.0, 120.0)], PRIMARY: ALWAYS}
    arrive = [0.0, 12.0, 15.0, 25.0, 60.0, 101.0]
    flow = hand_flow(
        arrive, posts, {ORIGIN: 15.0, PRIMARY: 1.0}, {CHECKED: [1.0] * 6}, finishes=finishes, suspend=suspend
    )
    record = both(flow)
    done = [WAIVED, SERVED, SERVED, WAIVED, WAIVED, SERVED]
    assert record.done[ORIGIN].tolist() == done
    # the third waits for the second, from 15 to 27, and holds the officers until 42
    assert np.array_equal(at(record, ORIGIN, "start")[1:3], [12.0, 27.0])
    assert record.exit_min.tolist() == [1.0, 28.0, 43.0, 26.0, 61.0, 117.0]


def test_without_the_rule_those_in_line_at_a_pulses_end_wait_for_the_next() -> None:
    suspend = np.zeros(N_STATIONS)
    suspend[ORIGIN] = PASSED_BY
    posts = {ORIGIN: [(10.0, 20.0), (100.0, 120.0)], PRIMARY: ALWAYS}
    flow = hand_flow([12.0, 15.0], posts, {ORIGIN: 15.0, PRIMARY: 1.0}, {CHECKED: [1.0] * 2}, suspend=suspend)
    assert both(flow).exit_min.tolist() == [28.0, 116.0]


def test_hooks_that_break_the_rules_are_refused() -> None:
    def anywhere(station: object) -> object:
        return lambda *_: station

    for station, message in (
        (N_STATIONS, f"no station {N_STATIONS}; stations are 0..{N_STATIONS - 1}"),
        (1.0, "expected a station number"),
        (ANALYST, "a second time"),
        (PRIMARY, "a second time"),
    ):
        with pytest.raises(PolicyError, match=message):
            check_policy(anywhere(station), 1)  # type: ignore[arg-type]
    check_policy(anywhere(EXIT), 1)  # type: ignore[arg-type]


def twice_to_the_booths(
    truck: int, here: int, seen: int, alarmed: int, columns: Any, waiting: Any, busy: Any, now_min: float, state: Any
) -> int:
    """A hook from elsewhere that sends trucks which the portal scanned to the booths a second time."""
    if (seen >> PORTAL) & 1 == 0 and columns[truck, SELECTED] > 0.0:
        return PORTAL
    return PRIMARY if here == START or (seen >> PORTAL) & 1 else EXIT


def beyond_its_columns(
    truck: int, here: int, seen: int, alarmed: int, columns: Any, waiting: Any, busy: Any, now_min: float, state: Any
) -> int:
    """A hook from elsewhere that reads a column which no policy has laid out."""
    return EXIT if columns[truck, N_COLUMNS] > 0.0 else PRIMARY


@pytest.mark.parametrize("engine", [simpy_port, loop])
@pytest.mark.parametrize(
    ("hook", "problem"),
    [
        (twice_to_the_booths, f"station {PRIMARY} a second time"),
        (beyond_its_columns, f"IndexError: index {N_COLUMNS} is out of bounds"),
    ],
)
def test_a_bad_hook_from_elsewhere_is_refused_by_name_before_a_truck_meets_its_fault(
    engine: Any, hook: Any, problem: str
) -> None:
    harmless = hand_flow([0.0], {PRIMARY: ALWAYS}, {PRIMARY: 1.0})
    for _ in range(2):  # a refusal is not forgotten
        with pytest.raises(PolicyError, match=rf"^policy: hook [\w.]*{hook.__name__}: {problem}") as refused:
            engine.run(harmless, hook)
        assert "\n" not in str(refused.value)
