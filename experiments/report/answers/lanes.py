"""The answers where lanes differ: rules by which they follow the line, and what FAST trucks have to themselves."""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import Final

import numpy as np

from experiments.number_format import listed, number, span, with_span
from experiments.report.answers.claim import Lead
from experiments.report.answers.differences import (
    baseline_difference,
    is_sure,
    lead_on,
    overloaded_words,
    price_phrases,
    scenarios_baseline_first,
)
from experiments.report.findings import Findings
from experiments.report.frontier import WAIT
from sim.scenario import Scenario, replace_parts
from sim.setting.staffing import lane_response
from sim.tables import LANE_CLASSES


def varies_lane_response(findings: Findings) -> bool:
    """Return whether lanes follow the line by different rules, and alternatives differ in their staffing alone."""
    base, *rest = scenarios_baseline_first(findings)
    alike = all(replace_parts(scenario, staffing=base.staffing) == base for scenario in rest)
    return alike and len({lane_response(scenario.port, scenario.staffing) for scenario in (base, *rest)}) > 1


def lane_response_answer(findings: Findings) -> Lead:
    """Return the baseline's wait, and what each other rule for lanes takes off it for how many officer hours."""
    base = findings.study.baseline
    rivals = sorted((n for n in findings.names if n != base), key=lambda n: baseline_difference(findings, n, WAIT).mean)
    wait = with_span(findings.interval(base, WAIT), " min")
    text = (
        f"Against {base}, with an average wait of {wait}: {'; '.join(_lane_phrase(findings, name) for name in rivals)}."
    )
    return lead_on(findings, rivals[0], WAIT, text)


def _lane_phrase(findings: Findings, name: str) -> str:
    if name in findings.unstable:
        return overloaded_words(findings, name)
    return f"with {name}, {listed(price_phrases(findings, name, suffix='more')) or 'no clear change'}"


CLASS_WORDS: Final = {"general": "the others", "fast": "FAST trucks"}
DELAY: Final = "delay_truck_h"
FAST_RULES: Final = attrgetter(
    "primary.lanes_serve", "primary.fast_lanes_serve", "primary.lanes", "primary.fast_lanes", "approach.fast_lane",
    "approach.split_trucks",
)  # fmt: skip
"""What a port gives FAST trucks to themselves."""


def varies_fast_lanes(findings: Findings) -> bool:
    """Return whether the alternatives differ in what FAST trucks have to themselves alone."""
    first, *others = findings.study.alternatives.values()
    differs = any(FAST_RULES(scenario.port) != FAST_RULES(first.port) for scenario in others)
    return differs and all(_rest(scenario) == _rest(first) for scenario in others)


def fast_lane_answer(findings: Findings) -> Lead:
    """Return both classes' waits under the baseline, and what each other rule changes."""
    base = findings.study.baseline
    waits = [
        f"{CLASS_WORDS[kind]} wait {with_span(findings.interval(base, f'wait_{kind}_mean_min'), ' min')}"
        for kind in reversed(LANE_CLASSES)
    ]
    rivals = [name for name in findings.names if name != base]
    text = f"Under {base} {listed(waits)}; {'; '.join(_fast_lane_phrase(findings, name) for name in rivals)}."
    sizes = {name: np.nan_to_num(abs(baseline_difference(findings, name, DELAY).mean), nan=-1.0) for name in rivals}
    return lead_on(findings, max(rivals, key=sizes.__getitem__), DELAY, text)


def _fast_lane_phrase(findings: Findings, name: str) -> str:
    if name in findings.unstable:
        return overloaded_words(findings, name)
    parts = [f"{CLASS_WORDS[kind]} {_change(findings, name, kind)}" for kind in reversed(LANE_CLASSES)]
    return f"under {name} {listed(parts)}, {_delay(findings, name)}"


def _change(findings: Findings, name: str, kind: str) -> str:
    metric = f"wait_{kind}_mean_min"
    gap = baseline_difference(findings, name, metric)
    if not is_sure(findings, name, metric):
        near = {number(end) for end in (gap.low, gap.high)} == {"0.0"}
        return "as long" if near else f"as long (within {span(gap)} min)"
    return f"{with_span(gap.size())} min {'longer' if gap.mean > 0.0 else 'shorter'}"


def _delay(findings: Findings, name: str) -> str:
    gap, scale = baseline_difference(findings, name, DELAY), 1.0 / findings.study.days
    if not is_sure(findings, name, DELAY):
        return "in all no clear change of delay"
    change = "more" if gap.mean > 0.0 else "fewer"
    return f"in all {with_span(gap.size(), '', scale, 0)} truck-hours of delay a day {change}"


def _rest(scenario: Scenario) -> Scenario:
    """Return the scenario as if nothing were FAST trucks' own, to see whether all else is alike."""
    port = scenario.port
    primary = dataclasses.replace(
        port.primary, lanes_serve="all", fast_lanes_serve="all", lanes=1, fast_lanes=1, open_by_shift=None
    )
    approach = dataclasses.replace(port.approach, fast_lane="own", split_trucks=None)
    port = dataclasses.replace(port, primary=primary, approach=approach)
    return replace_parts(scenario, port=port)
