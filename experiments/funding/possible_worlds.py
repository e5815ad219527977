"""What is drawn of the simulation, and which draws are possible at all.

Numbers that are assumed apart were found together: booths, service times and docks were set so that
the port carries its traffic. Drawn independently, many sets of them make a port that cannot have
carried the trucks that were counted there, and what such a port would do later says nothing. They
are drawn again: a world counts if no station of the baseline, over the base year, is asked for more
than it can do. It is the least that the counts tell; waits are not asked to fit, for few ports
publish one and a year's mean has no stated error.

Source: Craig et al. (1997) for ruling out inputs by what was observed before using a model.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from experiments.assumptions import Assumption, assumptions, latin_hypercube, redrawn_mapping
from experiments.compose import PARTS
from experiments.crew import carried_out
from experiments.funding.beliefs import Belief, simulated
from experiments.funding.carrying import plans
from experiments.funding.case import Case
from experiments.funding.giving_up import passed_by
from experiments.funding.strata import strata
from experiments.funding.world import at_demand
from experiments.pipeline import Plan, Scorer
from sim.build import scenario
from sim.errors import ThroughgateError
from sim.policy import Expected
from sim.scenario import Scenario
from sim.traffic import rates_per_h
from sim.window import EVALUATION, Window
from sim.workload import hourly_loads

if TYPE_CHECKING:
    from sim.hourly_load import HourlyLoad

Floats = npt.NDArray[np.float64]
Numbers = Sequence[tuple[Assumption, float]]
DEMAND: Final = "demand."
MANNED: Final = {
    "port.analyst.servers": "staffing.analysts",
    "port.dock.servers": "staffing.docks",
}
"""Counts that the staffing overrides: where alternatives differ in it, they differ in both."""
NEARLY_ONE: Final = float(np.nextafter(1.0, 0.0))
MOST_TRIED: Final = 8
"""Worlds looked at for each one wanted; a port that so few can have carried is not ruled on."""
PIECE: Final = 25
"""Worlds looked at in one piece of work."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """The draws of simulation inputs that are kept."""

    uniforms: Floats
    """[draw, input]."""
    tried: int
    """Draws looked at; 0: none was ruled out, because the case itself or too many others fail."""


def simulation_beliefs(asked: Case) -> list[Belief]:
    """Return what is uncertain about the simulation, but for what the alternatives set."""
    return simulated(_drawn_inputs(asked))


def _drawn_inputs(asked: Case) -> list[Assumption]:
    study = asked.study
    mappings = [study.mapping(name) for name in study.alternatives]
    heeded = any(one.heeds_others for one in study.alternatives.values())
    found = [
        Assumption(row.key, row.value, row.low, row.high)
        for row in asked.inputs
        if row.key.startswith(DEMAND) and row.low is not None and row.high is not None
    ]
    for one in assumptions(study.inputs(study.baseline)):
        keys = (one.key, MANNED.get(one.key, one.key))
        alike = all(len({repr(_at(mapping, key)) for mapping in mappings}) == 1 for key in keys)
        if alike and (heeded or not one.key.startswith("sharing.")):
            found.append(one)
    return found


def _at(mapping: Mapping[str, Any], key: str) -> object:
    node: Any = mapping
    for name in key.split("."):
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def positions(inputs: Sequence[Belief], uniforms: Floats) -> Floats:
    """Return where uniforms [draw, input] lie in the ranges of their inputs."""
    rows = zip(inputs, uniforms.T, strict=True)
    return np.column_stack([one.law.at(column) for one, column in rows])


def numbers(inputs: Sequence[Belief], row: Floats) -> list[tuple[Assumption, float]]:
    """Return the numbers that stand at positions [input]."""
    return [
        (one.assumption, one.assumption.at(min(float(place), NEARLY_ONE)))
        for one, place in zip(inputs, row, strict=True)
        if one.assumption is not None
    ]


def redrawn(
    asked: Case, mappings: Mapping[str, Mapping[str, Any]], drawn: Numbers
) -> tuple[Case, dict[str, dict[str, Any]]]:
    """Return the case with its demand as drawn, and the plain values of alternatives as drawn.

    Raises
    ------
    ThroughgateError
        Numbers that make no sense together.
    """
    demand = {one.key.removeprefix(DEMAND): v for one, v in drawn if one.key.startswith(DEMAND)}
    terms = dataclasses.replace(
        asked.terms, demand=dataclasses.replace(asked.terms.demand, **demand)
    )
    own = [(one, number) for one, number in drawn if not one.key.startswith(DEMAND)]
    base = asked.study.mapping(asked.study.baseline)
    found = {name: redrawn_mapping(one, base, own) for name, one in mappings.items()}
    return dataclasses.replace(asked, terms=terms), found


def sampled(
    asked: Case, scorers: Mapping[str, Scorer], inputs: Sequence[Belief], draws: int
) -> Sampled:
    """Return draws of simulation inputs under which the port can have carried its base year.

    A Latin hypercube several times as large as wanted is gone through in its order, until enough
    are found.
    """
    plan = plans(asked, scorers)[asked.study.baseline]
    plain = Sampled(latin_hypercube(asked.study.seed, draws, len(inputs)), 0)
    if draws == 0 or not _possible(asked, plan, []):
        return plain
    many = latin_hypercube(asked.study.seed, MOST_TRIED * draws, len(inputs))
    kept: list[int] = []
    for place, one in enumerate(_judged(asked, plan, inputs, positions(inputs, many))):
        if one:
            kept.append(place)
        if len(kept) == draws:
            return Sampled(many[kept], place + 1)
    return plain


def _judged(asked: Case, plan: Plan, inputs: Sequence[Belief], rows: Floats) -> Iterator[bool]:
    blocks = [rows[start : start + PIECE] for start in range(0, len(rows), PIECE)]
    pieces = [partial(_judged_block, asked, plan, inputs, block) for block in blocks]
    for found in carried_out(pieces, asked.study.processes):
        yield from found


def _judged_block(asked: Case, plan: Plan, inputs: Sequence[Belief], rows: Floats) -> list[bool]:
    return [_possible(asked, plan, numbers(inputs, row)) for row in rows]


def _possible(asked: Case, plan: Plan, drawn: Numbers) -> bool:
    name = asked.study.baseline
    try:
        moved, mapping = redrawn(asked, {name: asked.study.mapping(name)}, drawn)
        baseline = scenario({part: mapping[name][part] for part in PARTS})
    except ThroughgateError:
        return False
    grown = at_demand(baseline, moved.terms.demand, 0)
    return max(base_year_loads(grown, plan.expected, moved).values(), default=0.0) <= 1.0


def base_year_loads(grown: Scenario, expected: Expected, asked: Case) -> dict[str, float]:
    """Return what is asked of every station over what it can do, over the representative year.

    Stations that trucks pass by when they are full are left out: they carry what they can.
    """
    offered: dict[str, float] = {}
    available: dict[str, float] = {}
    for stratum in strata(int(asked.study.start_date[:4])):
        date = stratum.date(0).isoformat()
        day = Window(seed=0, epoch=EVALUATION, replication=0, start_date=date, days=1)
        loads: list[HourlyLoad] = hourly_loads(grown, expected, day, rates_per_h(grown, day))
        for load in loads:
            work, time = stratum.weight * load.offered_min, stratum.weight * load.available_min
            offered[load.station] = offered.get(load.station, 0.0) + float(work.sum())
            available[load.station] = available.get(load.station, 0.0) + float(time.sum())
    return {
        name: work / available[name] if available[name] > 0.0 else float("inf")
        for name, work in offered.items()
        if work > 0.0 and not passed_by(grown, name)
    }
