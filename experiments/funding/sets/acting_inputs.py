"""Which simulation inputs can act: an exact test, without statistics.

An input cannot act where every amount that is priced is the same to the last bit, whether it stands at the low or at
the high end of its range: for every alternative, on a weekday, a Saturday and a Sunday, in the last simulated year, in
the case itself and in an accepted set of assumptions. Inputs are moved in blocks, and one by one where a block acts.
What was found is kept in the user's cache: the test is made once for a case.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

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
BLOCK: Final = 8
"""Inputs that are moved together."""


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
    for point in points:
        acts |= _acting_at(case, scorers, inputs, point, ~acts)
        if progress is not None:
            progress(points.index(point) + 1, len(points))
    found = tuple(one.name for one, acting in zip(inputs, acts, strict=True) if acting)
    cache_files.write(path, json.dumps(found).encode())
    return found


def _acting_at(
    case: FundingCase, scorers: Scorers, inputs: Sequence[UncertainInput], point: TestPoint, open_: BoolArray
) -> BoolArray:
    """Return which of the inputs in question act at one point [input]."""
    places = np.flatnonzero(open_)
    blocks = [tuple(places[start : start + BLOCK].tolist()) for start in range(0, len(places), BLOCK)]
    work = partial(_acting_in_block, case, scorers, inputs, point)
    drawn = digest(inputs)
    keys = partial(case_keys, case, scorers, [(drawn, point, block) for block in blocks])
    found = np.zeros(len(inputs), dtype=bool)
    for acting in journal.results("acting", work, blocks, case.study.processes, None, keys):
        found[list(acting)] = True
    return found


def _acting_in_block(
    case: FundingCase, scorers: Scorers, inputs: Sequence[UncertainInput], point: TestPoint, block: tuple[int, ...]
) -> tuple[int, ...]:
    """Return the inputs of a block that act."""
    if _same_at_both_ends(case, scorers, inputs, point, block):
        return ()
    if len(block) == 1:
        return block
    return tuple(one for one in block if not _same_at_both_ends(case, scorers, inputs, point, (one,)))


def _same_at_both_ends(
    case: FundingCase, scorers: Scorers, inputs: Sequence[UncertainInput], point: TestPoint, block: Sequence[int]
) -> bool:
    """Return whether all priced amounts are the same with the inputs at their low and at their high ends.

    Numbers that make no sense together act: nobody can say that they do not.
    """
    found = []
    for end in (0.0, 1.0):
        moved = np.array(point.positions)
        moved[list(block)] = end
        try:
            found.append(_priced_amounts(case, scorers, inputs, point, moved))
        except ThroughgateError:
            return False
    return found[0] == found[1]


def _priced_amounts(
    case: FundingCase, scorers: Scorers, inputs: Sequence[UncertainInput], point: TestPoint, row: FloatArray
) -> list[tuple[Mapping[str, float], bytes]]:
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
