"""What must be paid for under one roster: its own officer hours, wherever its rule puts them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from small_case import SMALL

from experiments.economics.costs import Purchase
from experiments.funding.checks import MANS, ON_ROSTER, booth_hours, bought_units, officer_hours
from experiments.funding.request import build_case
from sim.errors import ConfigError
from sim.scenario import Scenario

MORE = (
    "staffing=roster",
    "+alternatives.officers=['policy=todays_practice', 'staffing.roster.extra_officers=2']",
    "+purchases.officers=[{measure: officer, units: 9.0, order_y: 0, late_y: 0}]",
)


def test_the_roster_is_paid_for_and_not_the_booths_that_may_open(make_scenario: Callable[..., Scenario]) -> None:
    alone = make_scenario()
    assert officer_hours(alone) == booth_hours(alone)
    shared, more = (
        make_scenario("staffing=roster"),
        make_scenario("staffing=roster", "staffing.roster.extra_officers=2"),
    )
    shifts_h = 5 * 21.0 + 2 * 12.0  # four hours after closing, too
    assert officer_hours(more) - officer_hours(shared) == pytest.approx(2 * shifts_h)
    assert officer_hours(make_scenario("staffing=roster", "staffing.extra_lanes=1")) == officer_hours(shared)


def test_officers_that_are_bought_are_enough_and_fewer_are_refused() -> None:
    assert build_case([*SMALL, *MORE]).study.alternatives["officers"].staffing.roster is not None
    few = MORE[-1].replace("9.0", "8.0")
    with pytest.raises(ConfigError, match=r"purchases\.officers: uses more than it buys: 0\.96 of officer are missing"):
        build_case([*SMALL, *MORE[:-1], few])


def test_a_dock_brings_its_officers_to_a_roster_alone() -> None:
    catalogue = build_case(SMALL).catalogue
    dock = [Purchase(measure="dock", units=2.0, order_y=0, late_y=0)]
    assert "officer" not in bought_units(dock, catalogue, MANS)
    assert bought_units(dock, catalogue, ON_ROSTER)["officer"] == pytest.approx(
        2.0 * catalogue["dock"].staff["officer"]
    )
