from __future__ import annotations

import dataclasses

import pytest

from experiments.study.study import compose_scenario
from sim.errors import ConfigError
from sim.scenario import Scenario, replace_parts


def test_a_scenario_cannot_be_changed_in_place(scenario: Scenario) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.port = scenario.port  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.port.primary.lanes = 3  # type: ignore[misc]


def test_replace_leaves_the_original_as_it_was(scenario: Scenario) -> None:
    other = compose_scenario(["policy=no_referral"])
    changed = replace_parts(scenario, policy=other.policy)
    assert changed.policy == other.policy
    assert scenario.policy != other.policy
    assert changed.port is scenario.port


@pytest.mark.parametrize(
    ("overrides", "station", "expected"),
    [
        ((), "dock", 16),
        (("staffing.docks=5",), "dock", 5),
        (("staffing.analysts=0",), "analyst", 0),
        (("scanner.portal.units=9",), "portal", 9),
        (("scanner.secondary.units=0",), "secondary", 0),
    ],
)
def test_units_follow_the_port_unless_overridden(overrides: tuple[str, ...], station: str, expected: int) -> None:
    assert compose_scenario(overrides).servers(station) == expected


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("port.primary.lanes=-1", "port.primary.lanes: must be between 0 and 1000, got -1"),
        ("port.mix.fast_share=1.2", "port.mix.fast_share: must be between 0 and 1, got 1.2"),
        ("port.hours.sunday.close_h=7", "port.hours.sunday.close_h: must not be before open_h=8"),
        ("port.portal.servers=0", "port.analyst.servers: image analysts need portal.servers"),
        ("port.primary.fast_lanes=0", "port.primary.fast_lanes: no booth takes FAST trucks"),
        ("threat.type_share.cocaine=0.5", "threat.type_share: must add up to 1, got 1.165"),
        ("scanner.portal.sensing.d_prime.in_cargo=nan", "must be a finite number, got nan"),
        ("port.volume.weekday_weight=[1,1]", "port.volume.weekday_weight: expected 7 numbers"),
        ("traffic.name=flat", "traffic.trucks_per_h: missing"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_key(override: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        compose_scenario([override])
    assert message in str(refused.value)
