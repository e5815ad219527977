"""Minutes are lost where trucks wait, to the station that makes them wait, in the hours in which they do."""

import numpy as np
import pytest
from ports import ledger_of, window_of

from sim.replication import draw_window_trucks
from sim.results.lost_minutes import lost_by_hour
from sim.results.station_passes import pass_stations
from sim.stations import STATIONS
from tests import ledgers


def test_a_wait_counts_for_the_station_and_the_hours_in_which_it_was_waited() -> None:
    table = ledgers.ledger([50.0], [ledgers.at_primary(50.0, 130.0, 1.0)], [131.0])
    lost = lost_by_hour(table, ledgers.window())
    primary = lost[0, :3, STATIONS.index("primary")]
    assert primary.tolist() == [10.0, 60.0, 10.0]
    assert lost.sum() == 80.0


def test_a_blocked_truck_counts_for_the_station_that_holds_it() -> None:
    path = {"primary": (0.0, 0.0, 2.0, 12.0), "dock": (12.0, 15.0, 20.0, 20.0)}
    lost = lost_by_hour(ledgers.ledger([0.0], [path], [20.0]), ledgers.window())
    assert lost[0, 0, STATIONS.index("dock")] == pytest.approx(13.0)
    assert lost.sum() == pytest.approx(13.0)


def test_a_truck_held_for_its_image_counts_for_the_analyst() -> None:
    path = {"analyst": (0.0, 1.0, 7.0, 7.0), "primary": (0.0, 0.0, 2.0, 9.0), "secondary": (9.0, 9.0, 10.0, 10.0)}
    lost = lost_by_hour(ledgers.ledger([0.0], [path], [10.0]), ledgers.window())
    assert lost[0, 0, STATIONS.index("secondary")] == pytest.approx(2.0)
    assert lost[0, 0, STATIONS.index("analyst")] == pytest.approx(5.0)
    assert lost.sum() == pytest.approx(7.0)


def test_a_queue_before_a_blocked_station_is_passed_on_to_what_blocks_it() -> None:
    """Two thirds of the approach's hour is spent held by the plaza, so is its queue."""
    first = {"approach": (0.0, 0.0, 10.0, 30.0), "primary": (30.0, 30.0, 40.0, 40.0)}
    second = {"approach": (0.0, 30.0, 30.0, 30.0), "primary": (30.0, 40.0, 50.0, 50.0)}
    table = ledgers.ledger([0.0, 0.0], [first, second], [40.0, 50.0])
    lost = lost_by_hour(table, ledgers.window())[0, 0]
    assert lost[STATIONS.index("approach")] == pytest.approx(10.0)
    assert lost[STATIONS.index("primary")] == pytest.approx(20.0 + 20.0 + 10.0)
    assert lost.sum() == pytest.approx(60.0)


def test_those_still_waiting_count_until_the_end() -> None:
    path = {"primary": (1400.0, np.nan, np.nan, np.nan)}
    lost = lost_by_hour(ledgers.ledger([1400.0], [path], [np.nan]), ledgers.window())
    assert lost.sum() == 40.0


def test_what_is_lost_is_the_delay_of_those_who_left(make_scenario) -> None:  # noqa: ANN001
    """Crossing less own work is waiting and blocking, but for repairs and for work in parallel."""
    scenario = make_scenario(
        "scanner.portal.outages.availability_share=1", "scanner.secondary.outages.availability_share=1"
    )
    frame = draw_window_trucks(scenario, window_of(3))
    table = ledger_of(scenario, window_of(3))
    lost = lost_by_hour(table, window_of(3)).sum()
    left = np.isfinite(table["exit_min"].to_numpy())
    work = {s: frame[f"service_{s}_min"].to_numpy() for s in STATIONS}
    free_flow = pass_stations(table, work, window_of(3).horizon_min).free_flow_min
    delay = (table["exit_min"] - table["arrive_min"] - free_flow)[left].sum()
    assert left.mean() > 0.999
    assert lost == pytest.approx(delay, rel=0.01)


def test_one_judged_after_the_window_is_held_until_its_end() -> None:
    path = {"analyst": (1430.0, np.nan, np.nan, np.nan), "primary": (1430.0, 1430.0, 1432.0, np.nan)}
    lost = lost_by_hour(ledgers.ledger([1430.0], [path], [np.nan]), ledgers.window())
    assert lost[0, 23, STATIONS.index("analyst")] == pytest.approx(8.0)
    assert lost.sum() == pytest.approx(8.0)


def test_a_station_to_which_nobody_came_loses_nothing() -> None:
    assert lost_by_hour(ledgers.ledger([], [], []), ledgers.window()).sum() == 0.0
