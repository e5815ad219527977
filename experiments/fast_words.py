"""The answer of a study of FAST lanes: how long either class of trucks waits under each rule."""

from __future__ import annotations

import dataclasses

from experiments.findings import Findings
from experiments.gaps import gap, sure, turned
from experiments.intervals import Difference
from experiments.wording import listed, number, span
from sim.scenario import Scenario, replace
from sim.tables import CLASSES

WORDS = {"general": "the others", "fast": "FAST trucks"}
DELAY = "delay_truck_h"


def asked(found: Findings) -> bool:
    """Return whether the alternatives differ in what FAST trucks have to themselves alone."""
    rules = {_rules(scenario) for scenario in found.study.alternatives.values()}
    rest = [_rest(scenario) for scenario in found.study.alternatives.values()]
    return len(rules) > 1 and all(other == rest[0] for other in rest[1:])


def answer(found: Findings) -> str:
    """Return both classes' waits under the baseline, and what each other rule changes."""
    base = found.study.baseline
    waits = [(found.interval(base, f"wait_{c}_mean_min"), WORDS[c]) for c in reversed(CLASSES)]
    said = [f"{words} wait {number(one.mean)} min {span(one)}" for one, words in waits]
    rivals = [name for name in found.names if name != base]
    return f"Under {base} {listed(said)}; {'; '.join(_rival(found, name) for name in rivals)}."


def _rival(found: Findings, name: str) -> str:
    if name in found.unstable:
        return f"{name} cannot carry its load ({found.unstable[name]})"
    parts = [f"{WORDS[c]} {_change(found, name, c)}" for c in reversed(CLASSES)]
    return f"under {name} {listed(parts)}, {_delay(found, name)}"


def _change(found: Findings, name: str, kind: str) -> str:
    metric = f"wait_{kind}_mean_min"
    one = gap(found, name, metric)
    if not sure(found, name, metric):
        near = {number(end) for end in (one.low, one.high)} == {"0.0"}
        return "as long" if near else f"as long (within {span(one)} min)"
    longer = one.mean > 0.0
    return f"{_size(one)} min {'longer' if longer else 'shorter'}"


def _size(one: Difference, scale: float = 1.0, digits: int = 1) -> str:
    size = one if one.mean >= 0.0 else turned(one)
    return f"{number(scale * size.mean, digits)} {span(size, scale, digits)}"


def _delay(found: Findings, name: str) -> str:
    one, scale = gap(found, name, DELAY), 1.0 / found.study.days
    if not sure(found, name, DELAY):
        return "in all no sure change of delay"
    change = "more" if one.mean > 0.0 else "fewer"
    return f"in all {_size(one, scale, 0)} truck-hours of delay a day {change}"


def _rules(scenario: Scenario) -> tuple[object, ...]:
    primary = scenario.port.primary
    return (
        primary.lanes_serve,
        primary.fast_lanes_serve,
        primary.lanes,
        primary.fast_lanes,
        scenario.port.approach.fast_lane,
    )


def _rest(scenario: Scenario) -> Scenario:
    """Return the scenario as if nothing were FAST trucks' own, to see whether all else is alike."""
    port = scenario.port
    primary = dataclasses.replace(
        port.primary,
        lanes_serve="all",
        fast_lanes_serve="all",
        lanes=1,
        fast_lanes=1,
        open_by_shift=None,
    )
    approach = dataclasses.replace(port.approach, fast_lane="own")
    port = dataclasses.replace(port, primary=primary, approach=approach)
    return replace(scenario, port=port)
