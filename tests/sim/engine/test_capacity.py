"""Shifts, opening hours and breakdowns: when servers take trucks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from sim.engine.capacity import draw_capacity, draw_outages, manned_intervals, repair_min
from sim.errors import ConfigError
from sim.scenario import Scenario
from sim.setting.scanner import Outages
from sim.setting.window import EVALUATION, Window
from sim.stations import ANALYST, APPROACH, DOCK, PORTAL, PRIMARY, SECONDARY
from sim.tables import CAPACITY, check_table

Make = Callable[..., Scenario]
MONDAY = "2024-05-13"
PLANNED = (
    "port.primary.open_by_shift={weekday:[{from_h:7,to_h:10,lanes:11,fast_lanes:3},"
    "{from_h:10,to_h:14,lanes:12,fast_lanes:3},{from_h:14,to_h:20,lanes:14,fast_lanes:4},"
    "{from_h:20,to_h:24,lanes:12,fast_lanes:3}],saturday:[{from_h:8,to_h:16,lanes:7,fast_lanes:2}],"
    "sunday:[{from_h:8,to_h:16,lanes:7,fast_lanes:2}]}",
    "port.portal.extra_h=0",
    "port.secondary.extra_h=0",
    "port.dock.extra_h=0",
    "port.analyst.extra_h=0",
)
"""A timetable of the tests' own: the port's is fitted, and may move."""


@pytest.fixture(scope="module")
def planned(make_scenario: Make) -> Make:
    """Return `make_scenario` with the tests' own timetable, and it alone, under the overrides."""
    return lambda *overrides: make_scenario(*PLANNED, "staffing.responsive=null", *overrides)


def window(replication: int = 0, days: int = 7, seed: int = 1) -> Window:
    return Window(seed=seed, epoch=EVALUATION, replication=replication, start_date=MONDAY, days=days)


def lanes_at(scenario: Scenario, day: int, hour: float) -> tuple[int, int]:
    """Return the general and FAST booths open at one moment."""
    clock, built = 1440.0 * day + 60.0 * hour, scenario.port.primary.lanes
    booths = [
        server
        for (station, server), spans in manned_intervals(scenario, window()).items()
        if station == PRIMARY and any(up <= clock < down for up, down in spans)
    ]
    general = [booth for booth in booths if booth < built]
    assert general == list(range(len(general)))
    assert [b for b in booths if b >= built] == list(range(built, built + len(booths) - len(general)))
    return len(general), len(booths) - len(general)


def test_the_table_is_declared_sorted_disjoint_and_within_the_window(scenario: Scenario) -> None:
    for replication in range(20):
        table = check_table(draw_capacity(scenario, window(replication)), CAPACITY, "CAPACITY")
        assert (table.up_min < table.down_min).all()
        assert table.up_min.min() >= 0.0
        assert table.down_min.max() <= window().horizon_min
        keys = list(zip(table.station, table.server, table.up_min, strict=True))
        assert keys == sorted(keys)
        same = (table.station.diff() == 0) & (table.server.diff() == 0)
        assert (table.up_min > table.down_min.shift())[same].all()


def test_the_same_window_gives_the_same_table(scenario: Scenario) -> None:
    pd.testing.assert_frame_equal(draw_capacity(scenario, window(3)), draw_capacity(scenario, window(3)))


def test_the_timetable_opens_the_first_booths_of_each_class(planned: Make) -> None:
    assert lanes_at(planned(), 0, 6.9) == (0, 0)
    assert lanes_at(planned(), 0, 7.0) == (11, 3)
    assert lanes_at(planned(), 2, 14.0) == (14, 4)
    assert lanes_at(planned(), 5, 12.0) == (7, 2)
    assert lanes_at(planned(), 6, 16.0) == (0, 0)


def test_a_booth_open_in_touching_shifts_has_one_interval(planned: Make) -> None:
    spans = manned_intervals(planned(), window(days=1))
    assert spans[PRIMARY, 0] == [(420.0, 1440.0)]
    assert spans[PRIMARY, 11] == [(600.0, 1440.0)]
    assert spans[PRIMARY, 13] == [(840.0, 1200.0)]
    assert spans[PRIMARY, 15] == [(420.0, 1440.0)]
    assert (PRIMARY, 14) not in spans


def test_april_2019_leaves_six_general_and_three_fast_booths(planned: Make) -> None:
    april = planned("staffing=april_2019")
    assert lanes_at(april, 0, 8.0) == (6, 3)
    assert lanes_at(april, 0, 15.0) == (6, 3)
    assert lanes_at(april, 5, 9.0) == (6, 2)


def test_lines_open_no_more_than_april_2019_leaves(make_scenario: Make) -> None:
    april = make_scenario(*PLANNED, "staffing=april_2019")
    assert april.port.lane_response is not None
    assert lanes_at(april, 0, 8.0) == lanes_at(april, 5, 9.0) == (6, 3)


def test_extra_lanes_open_up_to_those_built(planned: Make) -> None:
    more = planned("staffing.extra_lanes=2", "staffing.extra_fast_lanes=1")
    assert lanes_at(more, 0, 8.0) == (13, 4)
    assert lanes_at(more, 0, 15.0) == (15, 4)
    none = planned("staffing.extra_lanes=-1000")
    assert lanes_at(none, 0, 8.0) == (0, 3)


def test_without_a_timetable_all_booths_keep_the_port_s_hours(planned: Make) -> None:
    port = planned("port.primary.open_by_shift=null")
    assert lanes_at(port, 0, 7.0) == (15, 4)
    assert lanes_at(port, 5, 7.5) == (0, 0)


@pytest.mark.parametrize(
    ("overrides", "weekday"),
    [
        ((), (15, 4)),
        (("staffing.max_lanes=10", "staffing.max_fast_lanes=3"), (10, 3)),
        (("staffing.responsive.reserve_lanes=2",), (14, 4)),  # the timetable opens 14
        (("staffing.responsive.reserve_lanes=2", "staffing.extra_lanes=-4"), (13, 4)),
        (("staffing.responsive.most_officers=18",), (15, 4)),
        (("staffing.responsive.most_officers=14", "staffing.extra_lanes=-4"), (12, 4)),
    ],
)
def test_lanes_that_may_open_for_a_line_could_be_up_whenever_the_port_is_open(
    make_scenario: Make, overrides: tuple[str, ...], weekday: tuple[int, int]
) -> None:
    spans = make_scenario(*PLANNED, "staffing=responsive", *overrides)
    assert lanes_at(spans, 0, 7.0) == lanes_at(spans, 0, 23.9) == weekday
    assert lanes_at(spans, 0, 6.9) == lanes_at(spans, 5, 16.0) == (0, 0)


def test_booths_shut_with_the_port(planned: Make) -> None:
    short = planned("port.hours.weekday.close_h=18")
    assert lanes_at(short, 0, 17.9) == (14, 4)
    assert lanes_at(short, 0, 18.0) == (0, 0)
    shut = planned("port.hours.sunday.open_h=9", "port.hours.sunday.close_h=9")
    assert lanes_at(shut, 6, 10.0) == (0, 0)


def test_an_always_open_booth_has_one_interval_a_week(make_scenario: Make) -> None:
    table = draw_capacity(make_scenario("port=bare"), window())
    assert table.up_min.tolist() == [0.0] * 4
    assert table.down_min.tolist() == [7 * 1440.0] * 4
    assert table.drains.all()


def test_other_stations_keep_the_port_s_hours_and_their_extra(planned: Make) -> None:
    spans = manned_intervals(planned("port.dock.extra_h=2"), window())
    assert spans[ANALYST, 5][4:] == [(6180.0, 7200.0), (7680.0, 8160.0), (9120.0, 9600.0)]
    # two hours past midnight on weekdays; Friday's run into Saturday
    assert spans[DOCK, 0][0] == (420.0, 1560.0)
    assert spans[DOCK, 0][5] == (7680.0, 8280.0)


def test_hours_beyond_midnight_meet_the_next_opening(planned: Make) -> None:
    around = planned("port.dock.extra_h=8")
    assert manned_intervals(around, window(days=2))[DOCK, 0] == [(420.0, 2880.0)]


@pytest.mark.parametrize(("fast_lane", "lanes"), [("own", 5), ("shared", 4)])
def test_the_approach_never_shuts(make_scenario: Make, fast_lane: str, lanes: int) -> None:
    table = draw_capacity(make_scenario(f"port.approach.fast_lane={fast_lane}"), window())
    approach = table[table.station == APPROACH]
    assert approach.server.tolist() == list(range(lanes))
    assert (approach.down_min - approach.up_min == 7 * 1440.0).all()


@pytest.mark.parametrize("start", [0.0, 5.0])
def test_availability_holds_from_the_first_hour_of_a_window(planned: Make, start: float) -> None:
    port = planned(
        "port.portal.servers=20",
        "scanner.portal.outages.availability_share=0.8",
        "scanner.portal.outages.repair_ln_sd=1.0",
    )
    shares = np.array([up_share(port, window(r), start, start + 1.0) for r in range(200)])
    half_width = 3.3 * shares.std() / np.sqrt(len(shares))
    assert half_width < 0.02
    assert abs(shares.mean() - 0.8) < half_width


def up_share(scenario: Scenario, span: Window, from_d: float, to_d: float) -> float:
    """Return the share of unit-time between two days that no portal breakdown takes."""
    units = scenario.servers("portal")
    lost = 0.0
    for unit in range(units):
        for broken, repaired in draw_outages(scenario, span, PORTAL, unit):
            lost += max(min(repaired, 1440.0 * to_d) - max(broken, 1440.0 * from_d), 0.0)
    return 1.0 - lost / (units * 1440.0 * (to_d - from_d))


def test_equilibrium_start_is_down_with_the_unavailability(planned: Make) -> None:
    port = planned("scanner.portal.outages.availability_share=0.7")
    down = [
        bool(spans) and spans[0][0] == 0.0
        for r in range(400)
        for unit in range(4)
        for spans in [draw_outages(port, window(r), PORTAL, unit)]
    ]
    assert abs(np.mean(down) - 0.3) < 3.3 * np.sqrt(0.3 * 0.7 / len(down))


def test_repairs_follow_the_truncated_lognormal_and_its_size_biased_form() -> None:
    outages = Outages(availability_share=0.9, repair_median_h=6.0, repair_ln_sd=1.2, repair_max_h=48.0, hold_min=None)
    u = (np.arange(4000) + 0.5) / 4000
    plain = np.array([repair_min(outages, x) for x in u])
    biased = np.array([repair_min(outages, x, size_biased=True) for x in u])
    assert max(plain.max(), biased.max()) <= 48.0 * 60.0
    below_6_h = 0.5 / norm.cdf(np.log(48.0 / 6.0) / 1.2)
    assert np.mean(plain <= 360.0) == pytest.approx(below_6_h, abs=1e-3)
    # the size-biased mean is E[R^2] / E[R]
    assert biased.mean() == pytest.approx((plain**2).mean() / plain.mean(), rel=2e-3)


def test_a_further_unit_leaves_the_others_breakdowns_alone(planned: Make) -> None:
    few, more = planned("port.portal.servers=2"), planned("port.portal.servers=5")
    for replication in range(20):
        a, b = draw_capacity(few, window(replication)), draw_capacity(more, window(replication))
        shared = b[(b.station != PORTAL) | (b.server < 2)].reset_index(drop=True)
        pd.testing.assert_frame_equal(a, shared)


def test_only_breakdowns_cut_an_interval_without_draining(planned: Make) -> None:
    port = planned("scanner.secondary.outages.availability_share=0.5")
    table = pd.concat([draw_capacity(port, window(r)) for r in range(30)])
    cut = table[~table.drains]
    assert set(cut.station) == {PORTAL, SECONDARY}
    closing = {1440.0, 2880.0, 4320.0, 5760.0, 7200.0, 8160.0, 9600.0}
    assert not set(cut.down_min) & closing
    drained = table[table.drains & (table.station == SECONDARY)]
    assert set(drained.down_min) <= closing


def test_lower_availability_never_gives_more_time(planned: Make) -> None:
    def time(share: float) -> float:
        port = planned(f"scanner.portal.outages.availability_share={share}")
        table = pd.concat([draw_capacity(port, window(r)) for r in range(40)])
        portal = table[table.station == PORTAL]
        return float((portal.down_min - portal.up_min).sum())

    assert time(1.0) > time(0.95) > time(0.7) > time(0.3)


def test_repairs_without_length_are_refused(planned: Make) -> None:
    port = planned("scanner.portal.outages.repair_median_h=0")
    with pytest.raises(ConfigError, match=r"scanner\.portal\.outages\.repair_median_h"):
        draw_capacity(port, window())
