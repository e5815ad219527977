"""The key that is named in place of one that changes nothing does act."""

from __future__ import annotations

import pytest

from experiments.study.study import compose_scenario
from experiments.sweeping.acting_keys import key_that_would_act
from experiments.sweeping.first_look import amount_of, inert_lines, take_first_look
from experiments.sweeping.request import build_sweep


@pytest.mark.parametrize(
    ("fixed", "inert", "acting"),
    [
        (["staffing=timetable"], "port.primary.lanes=15,17", "staffing.extra_lanes"),
        (["staffing.docks=12"], "port.dock.servers=4,8", "staffing.docks"),
        (["staffing.analysts=6"], "port.analyst.servers=4,8", "staffing.analysts"),
        (["scanner.portal.units=3"], "port.portal.servers=2,4", "scanner.portal.units"),
        ([], "scanner.canine.service.mean_min=2,20", "port.canine.servers"),
    ],
)
def test_an_axis_that_changes_nothing_is_named_with_the_key_that_would(
    fixed: list[str], inert: str, acting: str
) -> None:
    # 60 replications of a day, so that a first look is worth its time; none of them is run
    sweep = build_sweep([*fixed, inert, "policy.scan_share=0.1,0.2", "days=1", "replications=60"])
    look = take_first_look(sweep, amount_of(sweep), "compiled")
    key = inert.partition("=")[0]
    assert set(look.inert) == {key}
    (line,) = inert_lines(sweep, look.inert)
    assert line.startswith(f"{key} changed nothing at a first look")
    assert f"; {acting} acts" in line


def test_a_key_of_which_nothing_is_known_says_so() -> None:
    scenario = build_sweep(["seed=1,2"]).baseline_study.alternatives["todays_practice"]
    assert key_that_would_act("traffic.n_carriers", scenario) == "no key is known that acts in its place"


def test_officers_are_named_with_what_asks_for_them() -> None:
    alone, shared = compose_scenario(), compose_scenario(["staffing=roster"])
    own = compose_scenario(
        [
            "staffing=roster",
            "staffing.roster.officers={weekday:[{from_h:0,to_h:28,officers:90}],saturday:[{from_h:0,to_h:24,officers:90}],sunday:[{from_h:0,to_h:24,officers:90}]}",
        ]
    )
    assert key_that_would_act("port.officers", alone).startswith("staffing=roster acts")
    assert key_that_would_act("port.officers", own).startswith("staffing.roster.officers acts")
    assert "staffing.docks" in key_that_would_act("staffing.roster.extra_officers", shared)
