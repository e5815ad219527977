"""Which simulation inputs can act: an exact test, without statistics.

An input cannot act where every amount that is priced is the same to the last bit, whether it is left alone or stands at
the low or at the high end of its range: for every alternative, on a weekday, a Saturday and a Sunday, in the last
simulated year, in the case itself and in an accepted set of assumptions. Inputs are moved in blocks; a block that acts
is halved until single inputs are left. What was found is kept in the user's cache: the test is made once for a case.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

import numpy as np

from experiments.execution import journal
from experiments.execution.content import digest, program_versions, sources_hash
from experiments.execution.parallel import Progress
from experiments.execution.replicate import ProcessCache
from experiments.funding.case import FundingCase
from experiments.funding.demand_years import build_parameter_set, case_keys, operating_plans, totals_of_day
from experiments.funding.sets.accepted_draws import case_with_drawn_inputs, numbers_at_positions, range_positions
from experiments.funding.sets.input_distributions import UncertainInput
from experiments.funding.sets.set_days import block_days, day_window, measure_prices
from experiments.funding.sets.simulated_sets import Scorers, centre_positions
from experiments.study.compose import PARTS
from sim.arrays import BoolArray, FloatArray
from sim.caching import cache_files
from sim.errors import ThroughgateError
from sim.scenario import build_scenario
from sim.shared_draws import risk_key

SETS: Final = 1
"""Accepted sets of assumptions in which inputs are moved, beside the case itself."""
DAYS: Final = (0, 1, 2)
"""A weekday, a Saturday and a Sunday."""
BLOCK: Final = 32
"""Inputs that are moved together where few of them are left that act; at the first point, where most do, none are."""
Amounts: TypeAlias = list[tuple[Mapping[str, float], bytes]]
"""By alternative, the sums of a day, and trips and hours by the hour of arrival."""


@dataclass(frozen=True, slots=True)
class TestPoint:
    """Where inputs are moved."""

    positions: tuple[float, ...]
    """Of all inputs."""
    day: int
    """0: a weekday, 1: a Saturday, 2: a Sunday."""
    alternatives: tuple[str, ...]


def acting_inputs(
    case: FundingCase,
    scorers: Scorers,
    inputs: Sequence[UncertainInput],
    uniforms: FloatArray,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """Return the names of the simulation inputs that act, in their order.

    Parameters
    ----------
    uniforms : float array [draw, input]
        Accepted draws, of which the first are test points.
    """
    (key,) = case_keys(case, scorers, ["acting"])
    tested = uniforms[:SETS]
    content = digest(key, inputs, tested.tobytes().hex(), sources_hash(), sorted(program_versions().items()))
    path = cache_files.cache().root / "acting" / f"{content}.json"
    if (kept := cache_files.read(path)) is not None:
        return tuple(json.loads(kept))
    acts = np.zeros(len(inputs), dtype=bool)
    rows = [tuple(row.tolist()) for row in (centre_positions(inputs), *range_positions(inputs, tested))]
    # most inputs that act do so on the calmest day of the baseline; the rest is put to every other test
    points = [TestPoint(rows[0], 2, (case.study.baseline,))]
    points += [TestPoint(row, day, tuple(case.study.alternatives)) for day in DAYS for row in rows]
    for number, point in enumerate(points):
        acts |= _acting_at(case, scorers, inputs, point, _blocks(~acts, BLOCK if number else 1))
        if progress is not None:
            progress(number + 1, len(points))
    found = tuple(one.name for one, acting in zip(inputs, acts, strict=True) if acting)
    cache_files.write(path, json.dumps(found).encode())
    return found


def _blocks(in_question: BoolArray, size: int) -> list[tuple[int, ...]]:
    places = np.flatnonzero(in_question)
    return [tuple(places[start : start + size].tolist()) for start in range(0, len(places), size)]


def _acting_at(
    case: FundingCase,
    scorers: Scorers,
    inputs: Sequence[UncertainInput],
    point: TestPoint,
    blocks: Sequence[tuple[int, ...]],
) -> BoolArray:
    """Return which of the inputs in the blocks act at one point [input]."""
    found = np.zeros(len(inputs), dtype=bool)
    if not blocks:
        return found
    itself = _priced_amounts(case, scorers, inputs, point, np.array(point.positions))
    work = partial(_acting_in_block, case, scorers, inputs, (point, itself))
    drawn = digest(inputs)
    keys = partial(case_keys, case, scorers, [(drawn, point, block) for block in blocks])
    for acting in journal.results("acting", work, blocks, case.study.processes, None, keys):
        found[list(acting)] = True
    return found


def _acting_in_block(
    case: FundingCase,
    scorers: Scorers,
    inputs: Sequence[UncertainInput],
    point_and_itself: tuple[TestPoint, Amounts],
    block: tuple[int, ...],
) -> tuple[int, ...]:
    """Return the inputs of a block that act."""
    if _same_at_both_ends(case, scorers, inputs, point_and_itself, block):
        return ()
    if len(block) == 1:
        return block
    middle = len(block) // 2
    return tuple(
        place
        for half in (block[:middle], block[middle:])
        for place in _acting_in_block(case, scorers, inputs, point_and_itself, half)
    )


def _same_at_both_ends(
    case: FundingCase,
    scorers: Scorers,
    inputs: Sequence[UncertainInput],
    point_and_itself: tuple[TestPoint, Amounts],
    block: Sequence[int],
) -> bool:
    """Return whether all priced amounts are those of the point itself, with the inputs at their high and low ends.

    Numbers that make no sense together act: nobody can say that they do not.
    """
    point, itself = point_and_itself
    for end in (1.0, 0.0):
        moved = np.array(point.positions)
        moved[list(block)] = end
        try:
            if _priced_amounts(case, scorers, inputs, point, moved) != itself:
                return False
        except ThroughgateError:
            return False
    return True


def _priced_amounts(
    case: FundingCase, scorers: Scorers, inputs: Sequence[UncertainInput], point: TestPoint, row: FloatArray
) -> Amounts:
    """Return what each alternative's day comes to: its sums, and trips and hours by the hour of arrival, bit by bit.

    The spread within an hour is priced where reliability is, and may move where no sum does.
    """
    study = case.study
    mappings = {name: study.mapping(name) for name in point.alternatives}
    moved, found = case_with_drawn_inputs(case, mappings, numbers_at_positions(inputs, row))
    scenarios = {name: build_scenario({part: one[part] for part in PARTS}) for name, one in found.items()}
    fitted = {risk_key(one): scorers[risk_key(study.alternatives[name])] for name, one in scenarios.items()}
    years = moved.terms.simulated_years
    parameters = build_parameter_set(study, scenarios, moved.terms.demand, years)
    own = block_days(int(study.start_date[:4]), (1,), 0)[0][point.day]
    window = day_window(study.seed, own)
    plans = operating_plans(parameters, fitted, ProcessCache())
    totals = totals_of_day(parameters, fitted, plans, (years[-1], window), measure_prices)
    return [(one.sums, one.by_hour.tobytes()) for one in totals]
