"""What changes nothing is named before the run, with the key that would act; what acts is not named."""

from __future__ import annotations

import dataclasses

import pytest

from experiments.study.study import build_study, compose_scenario
from experiments.sweeping.without_effect import lines_without_effect


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ["staffing=timetable", "port.primary.lanes=16"],
            "port.primary.lanes=16 changes nothing at a first look; staffing.extra_lanes acts",
        ),
        (
            ["staffing=timetable", "port.primary.lanes=14"],
            "port.primary.lanes=14 changes nothing at a first look; staffing.extra_lanes acts",
        ),
        (
            ["port=bare", "traffic=flat", "staffing.extra=[{from_h:10,to_h:14,lanes:1}]"],
            "staffing.extra=[{from_h:10,to_h:14,lanes:1}] changes nothing at a first look; port.primary.lanes acts",
        ),
        (
            ["staffing=timetable", "staffing.extra=[{from_h:3,to_h:5,lanes:1}]"],
            "staffing.extra=[{from_h:3,to_h:5,lanes:1}] changes nothing at a first look; port.hours acts",
        ),
        (["staffing.docks=12", "port.dock.servers=8"], "port.dock.servers=8 changes nothing at a first look; staffing"),
        (["policy=random_share", "risk=rules"], "risk=rules changes nothing at a first look; policy acts: random"),
        (["port.portal.servers=4"], "port.portal.servers=4 changes no input: port.portal.servers is 4 without it."),
        (
            ["port=bare", "traffic=flat", "scanner.canine.service.mean_min=3"],
            "scanner.canine.service.mean_min=3 changes nothing at a first look; port.canine.servers acts",
        ),
    ],
)
def test_an_override_that_changes_nothing_is_named(words: list[str], expected: str) -> None:
    (line,) = lines_without_effect(build_study([*words, "days=1"], "run"))
    assert line.startswith(expected)


@pytest.mark.parametrize(
    "words",
    [
        ["port.primary.lanes=10"],
        ["port.primary.lanes=16"],  # lanes that follow the line are more than the timetable's
        ["staffing.extra_lanes=1"],
        ["staffing=timetable", "staffing.extra=[{from_h:10,to_h:14,lanes:1}]"],
        ["policy=threshold", "risk=rules"],
        ["policy=threshold", "policy.cutoff=0.8"],
        ["port.portal.servers=2"],
        ["days=2", "seed=3"],
    ],
)
def test_an_override_that_acts_is_not(words: list[str]) -> None:
    assert lines_without_effect(build_study(["days=1", *words], "run")) == []


def test_a_comparison_names_what_does_nothing_in_all_of_its_alternatives() -> None:
    (line,) = lines_without_effect(build_study(["staffing=timetable", "port.primary.lanes=16", "days=1"], "compare"))
    assert line.startswith("port.primary.lanes=16 changes nothing")
    assert lines_without_effect(build_study(["experiment=lanes", "calendar=week", "days=1"], "compare")) == []


def test_alternatives_without_effect_are_named() -> None:
    study = build_study(["staffing=timetable", "days=1"], "run")
    own = {"as_it_is": (), "one_more": ("port.primary.lanes=16",), "again": ()}
    scenarios = {name: compose_scenario(["staffing=timetable", *words]) for name, words in own.items()}
    study = dataclasses.replace(study, alternatives=scenarios, own_overrides=own, baseline="as_it_is")
    assert lines_without_effect(study) == [
        "alternative again changes no input: it is as_it_is under another name.",
        "alternative one_more: port.primary.lanes=16 changes nothing at a first look; staffing.extra_lanes acts: the "
        "timetable port.primary.open_by_shift says how many are open.",
    ]
