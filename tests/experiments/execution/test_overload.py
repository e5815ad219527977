from __future__ import annotations

from experiments.execution.overload import overloaded_alternatives
from sim.scenario import Scenario
from tests import replications


def scenarios(*overrides: str) -> dict[str, Scenario]:
    one = replications.study(["busy"], *overrides).alternatives["busy"]
    return {"calm": one, "busy": one}


def test_an_overloaded_station_is_named_with_its_load() -> None:
    weekly = replications.weekly(["calm", "busy"], {"busy": ("secondary", "dock")})
    unstable, saturated = overloaded_alternatives(scenarios("port.secondary.when_full=block"), weekly)
    assert unstable == {
        "busy": "secondary is asked for 130% of its weekly capacity; dock is asked for 130% of its weekly capacity"
    }
    assert saturated == {}


def test_a_yard_that_trucks_pass_by_saturates_and_keeps_its_wait() -> None:
    weekly = replications.weekly(["calm", "busy"], {"busy": ("portal",)})
    weekly["busy"].loc[weekly["busy"]["station"] == "analyst", "load_share"] = 1.2
    passing = scenarios("port.portal.when_full=suspend", "port.portal.room_trucks=40")
    unstable, saturated = overloaded_alternatives(passing, weekly)
    assert unstable == {}
    assert saturated == {"busy": "portal is asked for 130% of its weekly capacity"}
    blocking = scenarios("port.portal.when_full=block")
    unstable, saturated = overloaded_alternatives(blocking, weekly)
    assert "analyst is asked for 120%" in unstable["busy"]
    assert saturated == {}
