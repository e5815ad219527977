"""Draws of simulation inputs, and which of them are possible.

Assumed numbers were set together, so that the port carries its traffic; drawn independently, many
sets of them cannot have carried the trucks counted there. A draw is accepted if no station of the
baseline, over the base year, is asked for more than it can do.

Source: Craig et al. (1997) for ruling out inputs by what was observed before using a model.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from experiments.execution import journal
from experiments.execution.content import digest
from experiments.execution.redraws import AssumedInput, assumed_inputs, latin_hypercube, mappings_with_redraws
from experiments.funding.annual import representative_days
from experiments.funding.balking import is_passed_when_full
from experiments.funding.case import FundingCase
from experiments.funding.checks import base_year_plans, offered_and_available_min
from experiments.funding.demand_years import case_keys, scenario_at_demand
from experiments.funding.sets.input_distributions import UncertainInput, uncertain_simulation_input
from experiments.study.compose import PARTS
from sim.arrays import BoolArray, FloatArray
from sim.errors import ThroughgateError
from sim.policies.base import PolicyExpectation
from sim.replication import OperatingPlan, Scorer
from sim.scenario import Scenario, build_scenario
from sim.setting.window import EVALUATION, Window
from sim.trucks.arrivals import rates_per_h
from sim.workload import HourlyLoad, hourly_loads

DrawnNumbers = Sequence[tuple[AssumedInput, float]]
DEMAND: Final = "demand."
MANNED: Final = {"port.analyst.servers": "staffing.analysts", "port.dock.servers": "staffing.docks"}
"""Counts that the staffing overrides: where alternatives differ in it, they differ in both."""
NEARLY_ONE: Final = float(np.nextafter(1.0, 0.0))
MOST_TRIED: Final = 8
"""Worlds looked at for each one wanted; a port that so few can have carried is not ruled on."""
PIECE: Final = 25
"""Worlds looked at in one piece of work."""


@dataclass(frozen=True, slots=True)
class AcceptedDraws:
    """The draws of simulation inputs that are kept."""

    uniforms: FloatArray
    """[draw, input]."""
    tried: int
    """Draws looked at; 0: none was ruled out, because the case itself or too many others fail."""


def drawn_simulation_inputs(case: FundingCase) -> list[UncertainInput]:
    """Return what is uncertain about the simulation, but for what the alternatives set."""
    study = case.study
    mappings = [study.mapping(name) for name in study.alternatives]
    heeded = any(one.heeds_others for one in study.alternatives.values())
    inputs = [
        AssumedInput(row.key, row.value, row.low, row.high)
        for row in case.inputs
        if row.key.startswith(DEMAND) and row.low is not None and row.high is not None
    ]
    for one in assumed_inputs(study.inputs(study.baseline)):
        keys = (one.key, MANNED.get(one.key, one.key))
        alike = all(len({repr(_at(mapping, key)) for mapping in mappings}) == 1 for key in keys)
        if alike and (heeded or not one.key.startswith("sharing.")):
            inputs.append(one)
    return [uncertain_simulation_input(one) for one in inputs]


def _at(mapping: Mapping[str, Any], key: str) -> object:
    node: Any = mapping
    for name in key.split("."):
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def range_positions(inputs: Sequence[UncertainInput], uniforms: FloatArray) -> FloatArray:
    """Return where uniforms [draw, input] lie in the ranges of their inputs."""
    rows = zip(inputs, uniforms.T, strict=True)
    return np.column_stack([one.law.at(column) for one, column in rows])


def numbers_at_positions(inputs: Sequence[UncertainInput], row: FloatArray) -> list[tuple[AssumedInput, float]]:
    """Return the numbers that stand at positions [input]."""
    return [
        (one.assumption, one.assumption.at(min(float(place), NEARLY_ONE)))
        for one, place in zip(inputs, row, strict=True)
        if one.assumption is not None
    ]


def case_with_drawn_inputs(
    case: FundingCase, mappings: Mapping[str, Mapping[str, Any]], drawn_numbers: DrawnNumbers
) -> tuple[FundingCase, dict[str, dict[str, Any]]]:
    """Return the case with its demand as drawn, and the plain values of alternatives as drawn.

    Numbers that make no sense together raise `ThroughgateError`.
    """
    demand = {one.key.removeprefix(DEMAND): v for one, v in drawn_numbers if one.key.startswith(DEMAND)}
    terms = dataclasses.replace(case.terms, demand=dataclasses.replace(case.terms.demand, **demand))
    own = [(one, number) for one, number in drawn_numbers if not one.key.startswith(DEMAND)]
    return dataclasses.replace(case, terms=terms), mappings_with_redraws(mappings, case.study.baseline, own)


def draw_accepted(
    case: FundingCase, scorers: Mapping[str, Scorer], inputs: Sequence[UncertainInput], draws: int
) -> AcceptedDraws:
    """Return draws of simulation inputs under which the port can have carried its base year.

    A Latin hypercube several times as large as wanted is gone through in its order, until enough
    are found.
    """
    plan = base_year_plans(case, scorers)[case.study.baseline]
    plain = AcceptedDraws(latin_hypercube(case.study.seed, draws, len(inputs)), 0)
    if draws == 0 or not _possible(case, plan, []):
        return plain
    many = latin_hypercube(case.study.seed, MOST_TRIED * draws, len(inputs))
    kept: list[int] = []
    for place, one in enumerate(_judged(case, scorers, plan, inputs, range_positions(inputs, many))):
        if one:
            kept.append(place)
        if len(kept) == draws:
            return AcceptedDraws(many[kept], place + 1)
    return plain


def accepted_sets(
    case: FundingCase, scorers: Mapping[str, Scorer], inputs: Sequence[UncertainInput], uniforms: FloatArray
) -> BoolArray:
    """Return under which uniforms [set, input] the port can have carried its base year [set]."""
    plan = base_year_plans(case, scorers)[case.study.baseline]
    return np.array(list(_judged(case, scorers, plan, inputs, range_positions(inputs, uniforms))), dtype=bool)


def _judged(
    case: FundingCase,
    scorers: Mapping[str, Scorer],
    plan: OperatingPlan,
    inputs: Sequence[UncertainInput],
    rows: FloatArray,
) -> Iterator[bool]:
    blocks = [rows[start : start + PIECE] for start in range(0, len(rows), PIECE)]
    drawn = digest(inputs)
    keys = partial(case_keys, case, scorers, [(drawn, block.tobytes().hex()) for block in blocks])
    work = partial(_judged_block, case, plan, inputs)
    for found in journal.results("possible", work, blocks, case.study.processes, None, keys):
        yield from found


def _judged_block(
    case: FundingCase, plan: OperatingPlan, inputs: Sequence[UncertainInput], rows: FloatArray
) -> list[bool]:
    return [_possible(case, plan, numbers_at_positions(inputs, row)) for row in rows]


def _possible(case: FundingCase, plan: OperatingPlan, drawn_numbers: DrawnNumbers) -> bool:
    name = case.study.baseline
    try:
        moved, mapping = case_with_drawn_inputs(case, {name: case.study.mapping(name)}, drawn_numbers)
        baseline = build_scenario({part: mapping[name][part] for part in PARTS})
    except ThroughgateError:
        return False
    grown = scenario_at_demand(baseline, moved.terms.demand, 0)
    return max(base_year_load_shares(grown, plan.expected, moved).values(), default=0.0) <= 1.0


def base_year_load_shares(scenario: Scenario, expected: PolicyExpectation, case: FundingCase) -> dict[str, float]:
    """Return what is asked of every station over what it can do, over the representative year.

    Stations that trucks pass by when they are full are left out: they carry what they can.
    """
    days: list[tuple[float, list[HourlyLoad]]] = []
    for stratum in representative_days(int(case.study.start_date[:4])):
        date = stratum.date(0).isoformat()
        day = Window(seed=0, epoch=EVALUATION, replication=0, start_date=date, days=1)
        days.append((stratum.weight, hourly_loads(scenario, expected, day, rates_per_h(scenario, day))))
    return {
        name: offered / available if available > 0.0 else float("inf")
        for name, (offered, available) in offered_and_available_min(days).items()
        if offered > 0.0 and not is_passed_when_full(scenario, name)
    }
