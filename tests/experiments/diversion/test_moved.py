"""Moved trucks keep all that they are; stations of the new port ask for times by the trucks' own luck."""

from __future__ import annotations

import numpy as np
import pytest
from ports import flat_scores, window_of

from experiments.diversion.lines import hourly_waits
from experiments.diversion.moved import SERVICES, Comers, come_over
from experiments.study.study import compose_scenario
from sim.frames import column, column_names
from sim.replication import draw_window_trucks
from sim.tables import MANIFEST

HOME, THERE = compose_scenario(["port=ysleta"]), compose_scenario(["port=santa_teresa"])
WINDOW = window_of(1)
TRUCKS = draw_window_trucks(HOME, WINDOW)


def test_a_truck_that_comes_over_keeps_all_but_arrival_and_service_times() -> None:
    moved = come_over(TRUCKS, HOME, THERE, WINDOW, extra_min=50.0)
    assert (column(moved, "arrive_min") == column(TRUCKS, "arrive_min") + 50.0).all()
    kept = [one.name for one in MANIFEST if one.name not in (*SERVICES, "arrive_min")]
    for name in kept:
        assert np.array_equal(column(moved, name), column(TRUCKS, name), equal_nan=moved[name].dtype.kind == "f"), name


def test_its_luck_at_the_booth_is_its_own() -> None:
    """Both ports' times are lognormal with one spread: each truck's time is scaled by the ratio of the means."""
    moved = come_over(TRUCKS, HOME, THERE, WINDOW, extra_min=0.0)
    general = ~column(TRUCKS, "fast").astype(bool)
    ratio = column(moved, "service_primary_min")[general] / column(TRUCKS, "service_primary_min")[general]
    means = THERE.port.primary.service.mean_min / HOME.port.primary.service.mean_min
    assert ratio == pytest.approx(np.full(general.sum(), means), rel=1e-9)


def test_a_port_with_all_of_its_own_trucks_has_its_own_tables() -> None:
    scores = flat_scores(TRUCKS)
    comers = Comers(
        {"here": TRUCKS, "away": come_over(TRUCKS, HOME, HOME, WINDOW, extra_min=5.0)}, {"here": scores, "away": scores}
    )
    rows = {"here": np.arange(len(TRUCKS)), "away": np.zeros(0, dtype=np.int64)}
    manifest, found, (whose, row) = comers.chosen(rows)
    assert manifest is TRUCKS
    assert found is scores
    assert (whose == "here").all()
    assert (row == np.arange(len(TRUCKS))).all()


def test_comers_stand_in_the_order_of_their_arrival() -> None:
    scores = flat_scores(TRUCKS)
    away = come_over(TRUCKS, HOME, THERE, WINDOW, extra_min=35.0)
    comers = Comers({"here": TRUCKS, "away": away}, {"here": scores, "away": scores})
    rows = {"here": np.arange(0, 1000, 2), "away": np.arange(1, 1000, 2)}
    manifest, found, (whose, row) = comers.chosen(rows)
    assert len(manifest) == len(found) == 1000
    assert (np.diff(column(manifest, "arrive_min")) >= 0.0).all()
    assert (column(manifest, "truck") == np.arange(1000)).all()
    assert set(column_names(manifest)) == set(column_names(TRUCKS))
    of_away = whose == "away"
    carrier = np.where(of_away, column(away, "carrier")[row], column(TRUCKS, "carrier")[row])
    assert (column(manifest, "carrier") == carrier).all()


def test_hours_without_trucks_lie_between_their_neighbors_and_lost_ones_wait_a_day() -> None:
    two = TRUCKS.iloc[:2].assign(arrive_min=[60.0, 300.0], fast=[False, False])
    waits = hourly_waits(two, np.array([10.0, np.nan]), 1)
    assert waits[0, 1] == 10.0
    assert waits[0, 5] == 1440.0
    assert waits[0, 3] == pytest.approx((10.0 + 1440.0) / 2.0)
    assert (waits[1] == 0.0).all()
