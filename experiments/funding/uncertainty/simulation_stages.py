"""What is simulated for the uncertainty of a funding case: drawn sets, single inputs moved, Sobol's samples."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final

import numpy as np

from experiments.execution.parallel import Progress
from experiments.execution.robustness import Retrain
from experiments.funding.case import FundingCase, UncertaintySettings
from experiments.funding.sets.accepted_draws import accepted_sets, draw_accepted, drawn_simulation_inputs
from experiments.funding.sets.set_days import SEEDS, WEEKDAYS_A_SEED
from experiments.funding.sets.simulated_sets import (
    ENDS,
    MORE_BLOCKS,
    MOVED_BLOCKS,
    Scorers,
    SimulatedSets,
    simulate_drawn_sets,
    simulate_moved_inputs,
)
from experiments.funding.uncertainty.scenarios import growth_steps
from experiments.funding.uncertainty.sobol_matrices import (
    BASE,
    OTHER_SEEDS,
    SimulatedMatrices,
    draw_matrices,
    simulate_matrices,
)
from experiments.funding.uncertainty.valuation import Valuation
from sim.arrays import BoolArray, FloatArray
from sim.trucks.arrivals import trucks_per_day

CASE_DAYS: Final = 12
"""Representative days of a year of the case itself."""
N_ENDS: Final = 6
"""Simulation inputs whose ends are simulated."""
SETS_EACH: Final = 25
"""Drawn sets for each input whose ends are simulated: fewer cannot tell who leads."""
REPEATED: Final = 20
"""Drawn sets that are simulated again on other seeds."""
DAY_S: Final = 0.011
TRUCK_S: Final = 1.5e-6
"""Processor seconds that a day of one alternative takes beside its trucks, and each of them, measured on this project's
machine (docs/explanation/performance.md)."""
SET_S: Final = 0.1
"""Processor seconds before the first day of a set: its scenarios, and what they know of past days."""
ACCEPT_S: Final = 0.02
"""Processor seconds that it takes to tell whether a set is accepted."""
TESTS_AN_INPUT: Final = 1.6
"""Days that the test takes for each input, of whether it acts: most act on the first day."""
ROW_S: Final = 0.03
"""Processor seconds that pricing a row of one sample of the global sensitivity takes."""
REPORT_S: Final = 20.0
"""Processor seconds of tables, charts and files."""
Show = Callable[[str], AbstractContextManager[Progress | None]]
"""Words of a stage -> who is told how far it has come."""


def shows_nothing(_words: str) -> AbstractContextManager[Progress | None]:
    """Tell nobody."""
    return nullcontext(None)


def draw_sets(
    case: FundingCase,
    scorers: Scorers,
    settings: UncertaintySettings,
    show: Show = shows_nothing,
    retrain: Retrain | None = None,
) -> SimulatedSets | None:
    """Return the drawn sets of assumptions, simulated; None: none are asked for, or nothing is uncertain."""
    inputs, n = drawn_simulation_inputs(case), min(settings.worlds, settings.draws)
    if n == 0 or not inputs:
        return None
    accepted = draw_accepted(case, scorers, inputs, n)
    with show("sets of assumptions") as tell:
        return simulate_drawn_sets(case, scorers, inputs, (accepted, n_repeated(n)), retrain, tell)


def n_repeated(sets: int) -> int:
    """Return how many of the drawn sets are simulated again."""
    return min(REPEATED, sets // 5)


def n_ends(sets: int) -> int:
    """Return how many inputs are simulated at both ends."""
    return min(N_ENDS, sets // SETS_EACH)


def with_moved_inputs(
    valuation: Valuation,
    sets: SimulatedSets,
    scorers: Scorers,
    leading_and_growth: tuple[Sequence[str], float],
    show: Show,
) -> SimulatedSets:
    """Return the sets with leading inputs simulated at both ends, and growth of demand up and down.

    ``leading_and_growth`` are names of simulation inputs, strongest first (`leading_inputs`), of which as many are
    taken as the sets can tell apart, and how far growth goes up and down.
    """
    leading, growth_points = leading_and_growth
    names = [one.name for one in sets.inputs]
    places = [names.index(name) for name in leading[: n_ends(len(sets.drawn))]]
    ends = {(place, u): (place, float(sets.inputs[place].law.at(u))) for place in places for u in ENDS}
    growth = growth_steps(valuation.asked, sets.inputs, growth_points)
    with show("single inputs moved") as tell:
        found = simulate_moved_inputs(valuation.asked, scorers, sets.inputs, [*ends.values(), *growth.values()], tell)
    made = dict(zip([*ends, *growth], found, strict=True))
    return dataclasses.replace(
        sets,
        ends={key: one for key in ends if (one := made[key]) is not None},
        growth={step: one for step in growth if (one := made[step]) is not None},
    )


def simulated_matrices(
    valuation: Valuation, scorers: Scorers, settings: UncertaintySettings, show: Show
) -> SimulatedMatrices:
    """Return the samples of Sobol's indices, simulated where anything is."""
    case, sets, n = valuation.asked, valuation.sets, len(valuation.economic)
    if sets is None:
        plain = draw_matrices((), n, settings.sobol_base, lambda rows: np.ones(len(rows), dtype=bool), case.study.seed)
        own = [valuation.response] * settings.sobol_base
        return SimulatedMatrices(plain, {BASE: own, OTHER_SEEDS: own})
    inputs, ruled = sets.inputs, sets.tried > 0
    groups = [one.group for one in inputs]

    def accept(rows: FloatArray) -> BoolArray:
        return accepted_sets(case, scorers, inputs, rows) if ruled else np.ones(len(rows), dtype=bool)

    with show("samples for the global sensitivity"):
        drawn = draw_matrices(groups, n, settings.sobol_base, accept, case.study.seed)
    with show("global sensitivity, sets of assumptions") as tell:
        return simulate_matrices(case, scorers, inputs, drawn, tell)


def expected_cpu_s(case: FundingCase, settings: UncertaintySettings) -> float:
    """Return about how many processor seconds a case takes, its own simulation and its files included."""
    study, years = case.study, case.terms.simulated_years
    base, n_years = study.alternatives[study.baseline], len(years)
    calendar = [dt.date(int(study.start_date[:4]), month, 1) for month in range(1, 13)]
    growth = float(np.mean([case.terms.demand.factor(year) for year in years]))
    trucks = growth * float(np.mean([trucks_per_day(base, day + dt.timedelta(days=7)) for day in calendar]))
    day_s = len(study.alternatives) * (DAY_S + TRUCK_S * trucks)
    total = 1.5 * day_s * study.replications * n_years * CASE_DAYS
    n = min(settings.worlds, settings.draws)
    if n == 0:
        return total + REPORT_S
    block_s = SET_S + day_s * (SEEDS * WEEKDAYS_A_SEED + 2 * n_years)
    blocks = (1.0 + MORE_BLOCKS) * n + n_repeated(n) + MOVED_BLOCKS * (1 + len(ENDS) * n_ends(n) + 2)
    inputs = drawn_simulation_inputs(case)
    samples = 2 + 2 * len({one.group for one in inputs})
    single_s = SET_S + day_s * (n_years + 1) + 1.5 * ACCEPT_S + ROW_S
    acting_s = TESTS_AN_INPUT * len(inputs) * (SET_S + day_s)
    return total + block_s * blocks + settings.sobol_base * samples * single_s + acting_s + REPORT_S
