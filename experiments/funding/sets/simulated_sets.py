"""Sets of assumptions of a funding case, simulated: those drawn, some again on other seeds, and single inputs moved.

All drawn sets are simulated on the same block of seeds (`experiments.funding.sets.set_days`), so that sets differ by
their assumptions. Where noise of simulation is large, a set gets further blocks, the same for all that get them: each
goes where it takes away most of the noise over all sets. Some sets are simulated once more, on seeds that nothing else
uses: noise of simulation is what two simulations of the same set on independent seeds differ by, and nothing else
measures it. Where an alternative uses a learned model, it is trained again in every drawn set.

Source: Neyman (1934) for the allocation.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeAlias

import numpy as np

from experiments.economics.appraisal import appraise
from experiments.execution import journal
from experiments.execution.content import digest
from experiments.execution.parallel import Progress
from experiments.execution.robustness import Retrain
from experiments.funding.annual import Response, with_loads_of_wanted_trips
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import price_alternatives
from experiments.funding.demand_years import build_parameter_set, case_keys
from experiments.funding.sets.accepted_draws import (
    AcceptedDraws,
    case_with_drawn_inputs,
    numbers_at_positions,
    range_positions,
)
from experiments.funding.sets.input_distributions import UncertainInput
from experiments.funding.sets.set_days import (
    SEEDS,
    BlockAmounts,
    block_days,
    simulate_days,
    single_days,
    weekdays_by_year,
)
from experiments.study.compose import PARTS
from sim.arrays import FloatArray, IntArray
from sim.errors import ThroughgateError
from sim.replication import Scorer
from sim.scenario import build_scenario
from sim.shared_draws import risk_key

BASE_MODEL: Final = -1
"""Place of a set whose learned models are those of the case."""
ENDS: Final = (0.1, 0.9)
"""Quantiles at which single inputs are simulated."""
MORE_BLOCKS: Final = 0.25
"""Further blocks, over the number of drawn sets."""
MOST_BLOCKS: Final = 12
"""Blocks of one set."""
OTHER_BLOCK: Final = 100
"""Block that sets are simulated on once more."""
MOVED_BLOCKS: Final = 2
"""Blocks of the case itself, and of each single input moved."""
Scorers: TypeAlias = Mapping[str, Scorer]


@dataclass(frozen=True, slots=True)
class SetTask:
    """One set of assumptions on one block of seeds, or on a single seed."""

    positions: tuple[float, ...]
    """Of every simulation input in its range; none: the case itself."""
    block: int = 0
    single: bool = False
    """Whether ``block`` is the number of a single seed."""
    place: int = BASE_MODEL
    """Number of the draw, whose learned models are trained again; `BASE_MODEL`: those of the case."""


@dataclass(frozen=True, slots=True)
class SetAmounts:
    """What one set of assumptions came to on its blocks."""

    blocks: tuple[BlockAmounts, ...]

    @property
    def whole(self) -> Response:
        """The mean of the blocks: one replication."""
        first = self.blocks[0].response
        amounts = {name: np.mean([one.response.amounts[name] for one in self.blocks], axis=0) for name in first.amounts}
        return Response(first.alternatives, first.years, amounts)

    @property
    def npv0_se(self) -> FloatArray:
        """Standard error of net present values by how days differ [alternative], at the case's own prices."""
        every = np.array([one.variance for one in self.blocks])
        return np.asarray(np.sqrt(every.sum(axis=0)) / len(self.blocks))


@dataclass(frozen=True, slots=True)
class SimulatedSets:
    """What a case came to under other assumptions."""

    inputs: tuple[UncertainInput, ...]
    uniforms: FloatArray
    """[draw, input] of the draws that are kept: accepted, and sensible together."""
    drawn: tuple[SetAmounts, ...]
    """Of each draw."""
    itself: SetAmounts
    """The case itself on the same seeds."""
    again: Mapping[int, BlockAmounts]
    """Draw -> the same set on other seeds, one block."""
    tried: int
    """Draws looked at to find those that are accepted; 0: none was ruled out."""
    senseless: int
    """Accepted draws whose numbers make no sense together, left out."""
    ends: Mapping[tuple[int, float], SetAmounts] = field(default_factory=dict)
    """(input, quantile) -> the case with that input alone at its quantile."""
    growth: Mapping[float, SetAmounts] = field(default_factory=dict)
    """Growth of demand -> the case with that growth."""

    @property
    def seeds(self) -> int:
        """Seeds that every set is simulated on."""
        return SEEDS

    @property
    def n_blocks(self) -> IntArray:
        """Return the blocks of each draw."""
        return np.array([len(one.blocks) for one in self.drawn])


def simulate_tasks(
    case: FundingCase,
    scorers: Scorers,
    inputs: Sequence[UncertainInput],
    tasks: Sequence[SetTask],
    retrain: Retrain | None = None,
    progress: Progress | None = None,
) -> list[BlockAmounts | None]:
    """Return what each task comes to, in their order; None where its numbers make no sense together.

    Finished tasks are kept while a run is open, so that one that was stopped goes on.
    """
    work = partial(_simulate_task, case, scorers, inputs, retrain)
    drawn = digest(inputs, case.appraisal, "retrained" if retrain is not None else "")
    keys = partial(case_keys, case, scorers, [(drawn, task) for task in tasks])
    return list(journal.results("sets", work, tasks, case.study.processes, progress, keys))


def _simulate_task(
    case: FundingCase, scorers: Scorers, inputs: Sequence[UncertainInput], retrain: Retrain | None, task: SetTask
) -> BlockAmounts | None:
    study = case.study
    mappings = {name: study.mapping(name) for name in study.alternatives}
    numbers = numbers_at_positions(inputs, np.array(task.positions)) if task.positions else []
    try:
        moved, found = case_with_drawn_inputs(case, mappings, numbers)
        scenarios = {name: build_scenario({part: one[part] for part in PARTS}) for name, one in found.items()}
        fitted = {risk_key(one): scorers[risk_key(study.alternatives[name])] for name, one in scenarios.items()}
        if retrain is not None and task.place != BASE_MODEL:
            fitted |= retrain(scenarios, numbers, task.place)
        years, calendar_year = moved.terms.simulated_years, int(study.start_date[:4])
        parameters = build_parameter_set(study, scenarios, moved.terms.demand, years)
        days = (
            single_days(calendar_year, len(years), task.block)
            if task.single
            else block_days(calendar_year, weekdays_by_year(years, case.appraisal.discount_rate), task.block)
        )
        block = simulate_days(parameters, fitted, days, partial(net_present_values, moved))
        return BlockAmounts(_of_wanted_trips(moved, block.response), block.variance)
    except ThroughgateError:
        if not task.positions:
            raise
        return None


def net_present_values(case: FundingCase, response: Response) -> FloatArray:
    """Return the net present value of each alternative at the case's own prices [alternative]."""
    flows = price_alternatives(case, _of_wanted_trips(case, response))
    worths = appraise(flows, case.study.baseline, case.appraisal.discount_rate)
    return np.array([worths[name].npv0 for name in response.alternatives])


def _of_wanted_trips(case: FundingCase, response: Response) -> Response:
    return with_loads_of_wanted_trips(response, case.study.baseline, case.terms.demand.elsewhere_detection_share)


def simulate_drawn_sets(
    case: FundingCase,
    scorers: Scorers,
    inputs: Sequence[UncertainInput],
    accepted_and_repeated: tuple[AcceptedDraws, int],
    retrain: Retrain | None = None,
    progress: Progress | None = None,
) -> SimulatedSets:
    """Simulate every accepted draw on the first block, the noisy ones on more, some again on other seeds.

    Beside the accepted draws stands how many of them are simulated again, evenly taken from all.
    """
    accepted, repeated = accepted_and_repeated
    positions = [tuple(row) for row in range_positions(inputs, accepted.uniforms).tolist()]
    n = len(positions)
    more = round(MORE_BLOCKS * n)
    total = MOVED_BLOCKS + n + repeated + more
    chosen = np.unique(np.linspace(0, n - 1, repeated).astype(int)).tolist() if repeated else []
    tasks = [SetTask((), block) for block in range(MOVED_BLOCKS)]
    tasks += [SetTask(row, place=place) for place, row in enumerate(positions)]
    tasks += [SetTask(positions[place], OTHER_BLOCK, place=place) for place in chosen]
    first = simulate_tasks(case, scorers, inputs, tasks, retrain, _of_all(progress, 0, total))
    itself, drawn, other = first[:MOVED_BLOCKS], first[MOVED_BLOCKS : MOVED_BLOCKS + n], first[MOVED_BLOCKS + n :]
    kept = [place for place, one in enumerate(drawn) if one is not None]
    blocks = {place: [one] for place, one in enumerate(drawn) if one is not None}
    baseline = tuple(case.study.alternatives).index(case.study.baseline)
    noise = [float(np.delete(blocks[place][0].variance, baseline).max()) for place in kept]
    extra = dict(zip(kept, allocated_blocks(noise, more), strict=True))
    tasks = [SetTask(positions[place], block, place=place) for place in kept for block in range(1, 1 + extra[place])]
    for task, one in zip(
        tasks, simulate_tasks(case, scorers, inputs, tasks, retrain, _of_all(progress, len(first), total)), strict=True
    ):
        if one is not None:
            blocks[task.place].append(one)
    number = {place: row for row, place in enumerate(kept)}
    return SimulatedSets(
        inputs=tuple(inputs),
        uniforms=accepted.uniforms[kept],
        drawn=tuple(SetAmounts(tuple(blocks[place])) for place in kept),
        itself=SetAmounts(tuple(_known(itself))),
        again={number[place]: one for place, one in zip(chosen, other, strict=True) if one is not None},
        tried=accepted.tried,
        senseless=n - len(kept),
    )


def _known(blocks: Iterable[BlockAmounts | None]) -> list[BlockAmounts]:
    return [one for one in blocks if one is not None]


def _of_all(progress: Progress | None, done_before: int, total: int) -> Progress | None:
    """Return the progress of one stage, told as that of all."""
    if progress is None:
        return None
    return lambda done, _: progress(min(done_before + done, total), total)


def allocated_blocks(noise: Sequence[float], blocks: int) -> list[int]:
    """Return how many further blocks each set gets, where the first left it a noise variance [set].

    One after the other goes to the set whose variance it lowers most, up to `MOST_BLOCKS` of one set.

    Examples
    --------
    >>> allocated_blocks([9.0, 1.0, 0.0], 3)
    [3, 0, 0]
    >>> allocated_blocks([9.0, 9.0, 4.0], 3)
    [1, 1, 1]
    """
    found = [0] * len(noise)
    heap = [(-one / 2.0, place) for place, one in enumerate(noise) if one > 0.0]
    heapq.heapify(heap)
    for _ in range(blocks):
        if not heap:
            break
        _, place = heapq.heappop(heap)
        found[place] += 1
        n = found[place] + 1
        if n < MOST_BLOCKS:
            heapq.heappush(heap, (-noise[place] / (n * (n + 1.0)), place))
    return found


def centre_positions(inputs: Sequence[UncertainInput]) -> FloatArray:
    """Return where the case's own numbers lie in their ranges [input]."""
    return np.array([one.law.b for one in inputs])


def simulate_moved_inputs(
    case: FundingCase,
    scorers: Scorers,
    inputs: Sequence[UncertainInput],
    moves: Sequence[tuple[int, float]],
    progress: Progress | None = None,
) -> list[SetAmounts | None]:
    """Return the case with one input alone at a position of its range, for each (input, position)."""
    tasks = []
    for place, position in moves:
        row = centre_positions(inputs)
        row[place] = position
        tasks += [SetTask(tuple(row.tolist()), block) for block in range(MOVED_BLOCKS)]
    found = simulate_tasks(case, scorers, inputs, tasks, None, progress)
    each = [_known(found[start : start + MOVED_BLOCKS]) for start in range(0, len(found), MOVED_BLOCKS)]
    return [SetAmounts(tuple(blocks)) if len(blocks) == MOVED_BLOCKS else None for blocks in each]
