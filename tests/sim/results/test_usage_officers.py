from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.engine.capacity import draw_capacity
from sim.results.usage import officer_h, open_min
from sim.scenario import Scenario
from tests import ledgers

BIG = ("scanner.portal.outages.availability_share=1",)


def hours(make_scenario: Callable[..., Scenario], *overrides: str) -> float:
    scenario, window = make_scenario(*BIG, *overrides), ledgers.window(7)
    return officer_h(scenario, window, draw_capacity(scenario, window))


def test_a_bare_port_pays_its_booths_alone(make_scenario: Callable[..., Scenario]) -> None:
    assert hours(make_scenario, "port=bare", "port.primary.lanes=3") == pytest.approx(3 * 168.0)


@pytest.mark.parametrize(
    ("station", "change"),
    [
        ("portal", "scanner.portal.units=5"),
        ("secondary", "scanner.secondary.units=3"),
        ("dock", "staffing.docks=17"),
        ("analyst", "staffing.analysts=7"),
    ],
)
def test_one_more_post_costs_its_crew_for_its_hours(
    make_scenario: Callable[..., Scenario], station: str, change: str
) -> None:
    scenario = make_scenario()
    post_h = open_min(scenario, ledgers.window(7), getattr(scenario.port, station).extra_h) / 60.0
    more = hours(make_scenario, change) - hours(make_scenario)
    assert more == pytest.approx(scenario.crew_officers(station) * post_h)


def test_a_broken_machine_keeps_its_crew(make_scenario: Callable[..., Scenario]) -> None:
    broken = "scanner.secondary.outages.availability_share=0.3"
    assert hours(make_scenario, broken) == pytest.approx(hours(make_scenario))


def test_one_more_booth_costs_an_officer_at_every_open_hour(make_scenario: Callable[..., Scenario]) -> None:
    alone = "staffing=timetable"
    more = hours(make_scenario, alone, "staffing.extra_lanes=1") - hours(make_scenario, alone)
    assert more == pytest.approx(open_min(make_scenario(), ledgers.window(7)) / 60.0)
