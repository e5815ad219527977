"""Redrawn worlds of a funding case, each simulated for a few days of every year, and formulas fitted.

Every year of a world takes the random numbers of another of a few replications; the case itself is
simulated on all of them, and a world counts by its ratio to their mean. Some worlds are simulated
twice, which tells how much of the draws' spread is replication noise. Formulas stand in for draws
beyond the simulated ones, with their error. For the inputs that lead, the worlds at their 10 and
90% points are simulated for the tornado.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from experiments.execution import journal
from experiments.execution.content import digest
from experiments.execution.parallel import Progress
from experiments.funding.annual import LOADS, TRIPS, TRUCK_H, Response
from experiments.funding.case import FundingCase, UncertaintySettings
from experiments.funding.demand_years import case_keys, simulate_redrawn_case
from experiments.funding.uncertainty.accepted_draws import (
    case_with_drawn_inputs,
    draw_accepted,
    drawn_simulation_inputs,
    numbers_at_positions,
    range_positions,
)
from experiments.funding.uncertainty.emulator import TINY, Emulator, fit_emulator
from experiments.funding.uncertainty.evppi import conditional_means
from experiments.funding.uncertainty.input_distributions import UncertainInput
from sim.arrays import BoolArray, FloatArray
from sim.errors import ThroughgateError
from sim.replication import Scorer

Task = tuple[FloatArray | None, tuple[int, ...]]
"""Positions of all inputs (None: the case itself), and whose luck each year meets."""
OUTPUTS: Final = ("truck_h", "trips", "loads")
DAYS: Final = 3
"""Representative days of a world: a weekday, a Saturday, a Sunday."""
LUCKS: Final = 4
"""Replications whose luck the years of worlds take in turn."""
ENDS: Final = (0.1, 0.9)
N_LEADING: Final = 6
"""Inputs whose ends are simulated."""
TWICE: Final = (0, LUCKS // 2)
"""Each end is simulated on two sets of luck."""
WORLDS_EACH: Final = 25
"""Redrawn worlds for each input whose ends are simulated: fewer cannot tell who leads."""
ERROR_COLUMNS: Final = ("output", "alternative", "year", "method", "worlds", "mean", "spread", "cv_rmse", "cv_r2")
REPEATED: Final = 12
"""Worlds that are simulated on other luck as well."""
NO_QUEUE: Final = {"declared", "firms", "threat", "sensing", "shift", "prime", "rho", "mix"}
"""Words of inputs that say who carries what and what is seen, and not how long it takes."""
NO_FIND: Final = {"declared", "room", "safety"}
"""Words of inputs that hardly say what is found."""


def unchanged_case_tasks(years: int) -> list[Task]:
    """Return the case itself under each luck."""
    return [(None, (luck,) * years) for luck in range(LUCKS)]


def world_tasks(rows: FloatArray, years: int, first_luck: int = 0) -> list[Task]:
    """Return one task a world, whose years begin with one luck after the other."""
    lucks = [tuple((place + first_luck + y) % LUCKS for y in range(years)) for place in range(len(rows))]
    return list(zip(rows, lucks, strict=True))


def simulate_tasks(
    case: FundingCase,
    scorers: Mapping[str, Scorer],
    inputs: Sequence[UncertainInput],
    tasks: Sequence[Task],
    on_done: Callable[[], None] | None = None,
) -> list[Response | None]:
    """Return what each task comes to; None where its numbers make no sense together."""
    work = partial(_simulate_task, case, scorers, inputs)
    told = 0

    def tell(done: int, _total: int) -> None:
        nonlocal told
        if on_done is not None:
            for _ in range(done - told):
                on_done()
        told = done

    drawn = digest(inputs)
    places = [(drawn, None if row is None else row.tobytes().hex(), lucks) for row, lucks in tasks]
    keys = partial(case_keys, case, scorers, places)
    return list(journal.results("worlds", work, tasks, case.study.processes, tell, keys))


def _simulate_task(
    case: FundingCase, scorers: Mapping[str, Scorer], inputs: Sequence[UncertainInput], task: Task
) -> Response | None:
    row, lucks = task
    mappings = {name: case.study.mapping(name) for name in case.study.alternatives}
    try:
        moved, found = case_with_drawn_inputs(case, mappings, [] if row is None else numbers_at_positions(inputs, row))
        return simulate_redrawn_case(moved, found, scorers, moved.terms.simulated_years, (DAYS, lucks))
    except ThroughgateError:
        if row is None:
            raise
        return None


def annual_totals(response: Response) -> FloatArray:
    """Return hours, trips and loads a year [output, alternative, year], over classes and luck."""
    parts = (
        sum(response.amounts[f"{TRUCK_H}{name}"] for name in response.classes),
        sum(response.amounts[f"{TRIPS}{name}"] for name in response.classes),
        response.amounts[LOADS],
    )
    return np.array([np.asarray(part).mean(axis=2) for part in parts])


def log_change(levels: FloatArray, case_levels: FloatArray, baseline_index: int) -> FloatArray:
    """Return the log ratios to the case's own levels: the baseline's, and others' above it."""
    small = TINY * case_levels.max(axis=(1, 2), keepdims=True) + 1e-12
    logs = np.log((levels + small) / (case_levels + small))
    above = logs - logs[:, [baseline_index]]
    above[:, baseline_index] = logs[:, baseline_index]
    return np.asarray(above.ravel())


def n_leading_inputs(worlds: int) -> int:
    """Return how many inputs have their ends simulated."""
    return min(N_LEADING, worlds // WORLDS_EACH)


def n_end_worlds(worlds: int, inputs: int = N_LEADING) -> int:
    """Return how many worlds stand at ends."""
    return min(n_leading_inputs(worlds), inputs) * len(ENDS) * len(TWICE)


def leading_inputs(points: FloatArray, outcomes: FloatArray, count: int = N_LEADING) -> list[int]:
    """Return the inputs that say most about any outcome, by the share that a smooth curve explains.

    ``points`` are [world, input], ``outcomes`` [world, outcome].

    Examples
    --------
    >>> x = np.random.default_rng(1).random((100, 3))
    >>> leading_inputs(x, 4.0 * x[:, [2]] + x[:, [0]], 2)
    [2, 0]
    """
    spread = np.maximum(outcomes.var(axis=0), 1e-300)
    shares = [
        float((conditional_means(points[:, [place]], outcomes).var(axis=0) / spread).max())
        for place in range(points.shape[1])
    ]
    order = np.argsort(-np.array(shares), kind="stable")
    return [int(place) for place in order[:count]]


def savings_above_baseline(levels: FloatArray, baseline_index: int) -> FloatArray:
    """Return hours saved and loads found above the baseline's [world, outcome].

    ``levels`` are hours, trips and loads [world, output, alternative, year].
    """
    above = np.delete(levels - levels[:, :, [baseline_index]], baseline_index, axis=2).sum(axis=3)
    return np.asarray(above.reshape(len(levels), -1))


def changes_at_ends(
    case: FundingCase,
    scorers: Mapping[str, Scorer],
    inputs: Sequence[UncertainInput],
    leading: Sequence[int],
    case_totals: Sequence[FloatArray],
    on_done: Callable[[], None] | None = None,
) -> dict[tuple[int, float], FloatArray]:
    """Return the change of every column, on a log scale, by (input, quantile) of the leading inputs.

    ``case_totals`` are the case's own totals under each luck.
    """
    years = range(len(case.terms.simulated_years))
    lucks = [tuple((first + year) % LUCKS for year in years) for first in TWICE]
    mixed = [np.stack([case_totals[luck][:, :, year] for year, luck in enumerate(own)], axis=-1) for own in lucks]
    middle = np.array([one.law.b for one in inputs])
    places = [(place, u) for place in leading for u in ENDS]
    tasks: list[Task] = []
    for place, u in places:
        row = middle.copy()
        row[place] = float(inputs[place].law.at(u))
        tasks += [(row, mine) for mine in lucks]
    responses = iter(simulate_tasks(case, scorers, inputs, tasks, on_done))
    base = tuple(case.study.alternatives).index(case.study.baseline)
    ends = {}
    for key in places:
        levels = [annual_totals(one) for one in itertools.islice(responses, len(TWICE)) if one is not None]
        if len(levels) == len(TWICE):
            ends[key] = log_change(np.mean(levels, axis=0), np.mean(mixed, axis=0), base)
    return ends


@dataclass(frozen=True, slots=True)
class FittedFormulas:
    """Formulas of a case's response, and what they were fitted to."""

    inputs: tuple[UncertainInput, ...]
    emulator: Emulator
    alternatives: tuple[str, ...]
    years: tuple[int, ...]
    baseline: int
    uniforms: FloatArray
    """[draw, input] behind every draw's simulation inputs; the first ones were simulated."""
    simulated: Mapping[int, FloatArray]
    """Draw -> change of every column on a log scale, as simulated."""
    refused: int
    """Worlds that made no sense and were left out."""
    repeated: Mapping[int, FloatArray]
    """Draw -> the same change on other luck."""
    tried: int
    """Draws looked at to find those that are possible; 0: none was ruled out."""
    ends: Mapping[tuple[int, float], FloatArray]
    """(input, quantile) -> change of every column with that input alone at its quantile, as
    simulated, for the inputs that lead."""

    def shifts(self, rng: np.random.Generator) -> FloatArray:
        """Return every draw's change [draw, column]: simulated, or by formulas with an error."""
        points = range_positions(self.inputs, self.uniforms)
        places = rng.integers(len(self.emulator.errors), size=len(points))
        found = self.emulator.shift(points) + self.emulator.errors[places]
        for draw, row in self.simulated.items():
            found[draw] = row
        return np.asarray(found)

    def shift_left_out(self, points: FloatArray) -> FloatArray:
        """Return changes by formulas [draw, column], each draw's by some that have not seen it.

        ``points`` [draw, input] are the draws with some inputs changed.
        """
        found, kept = self.emulator.shift(points), list(self.simulated)
        found[kept] = self.emulator.shift_left_out(points[kept])
        return found

    def factors(self, shifts: FloatArray) -> FloatArray:
        """Return the factor on every amount [point, output, alternative, year]."""
        logs = shifts.reshape(len(shifts), len(OUTPUTS), len(self.alternatives), len(self.years))
        level = logs[:, :, [self.baseline]]
        others = np.arange(len(self.alternatives)) != self.baseline
        return np.asarray(np.exp(np.where(others[None, None, :, None], logs + level, level)))


def n_simulated_worlds(settings: UncertaintySettings) -> int:
    """Return how many worlds are simulated: the case under each luck, draws, repetitions, ends."""
    drawn = min(settings.worlds, settings.draws)
    return LUCKS + drawn + _repeated(drawn) + n_end_worlds(drawn) if drawn else 0


def _repeated(worlds: int) -> int:
    return min(REPEATED, worlds // 10)


def fit_formulas(
    case: FundingCase, scorers: Mapping[str, Scorer], draws: int, worlds: int, progress: Progress | None = None
) -> FittedFormulas | None:
    """Simulate redrawn worlds and fit formulas to them; None if no worlds are asked for.

    ``scorers`` are fitted risk models by `sim.shared_draws.risk_key`; they stay as they are. Of all
    ``draws`` the first ``worlds`` are simulated.
    """
    inputs = drawn_simulation_inputs(case)
    worlds = min(worlds, draws)
    if worlds == 0 or not inputs:
        return None
    accepted = draw_accepted(case, scorers, inputs, draws)
    points = range_positions(inputs, accepted.uniforms[:worlds])
    again = points[: _repeated(worlds)]
    years = len(case.terms.simulated_years)
    tell = _counter(progress, LUCKS + worlds + len(again) + n_end_worlds(worlds, len(inputs)))
    tasks = unchanged_case_tasks(years) + world_tasks(points, years) + world_tasks(again, years, LUCKS // 2)
    responses = simulate_tasks(case, scorers, inputs, tasks, tell)
    levels = [None if one is None else annual_totals(one) for one in responses]
    own = [one for one in levels[:LUCKS] if one is not None]
    names = tuple(case.study.alternatives)
    base, own_mean = names.index(case.study.baseline), np.mean(own, axis=0)
    changes = [None if one is None else log_change(one, own_mean, base) for one in levels[LUCKS:]]
    first = {place: row for place, row in enumerate(changes[:worlds]) if row is not None}
    kept = list(first)
    saved = savings_above_baseline(np.array([levels[LUCKS + place] for place in kept]), base)
    leading = leading_inputs(points[kept], saved, n_leading_inputs(worlds))
    targets, middle = np.array(list(first.values())), np.array([one.law.b for one in inputs])
    return FittedFormulas(
        inputs=tuple(inputs),
        ends=changes_at_ends(case, scorers, inputs, leading, own, tell),
        emulator=fit_emulator(points[kept], targets, middle, _relevant(inputs, targets.shape[1]), case.study.seed),
        alternatives=names,
        years=case.terms.simulated_years,
        baseline=base,
        uniforms=accepted.uniforms,
        simulated=first,
        refused=worlds - len(kept),
        repeated={p: row for p, row in enumerate(changes[worlds:]) if row is not None and p in first},
        tried=accepted.tried,
    )


def _counter(progress: Progress | None, total: int) -> Callable[[], None]:
    """Return what is called after each simulated world, to tell (worlds done, worlds in all)."""
    done = itertools.count(1)
    return lambda: progress(next(done), total) if progress is not None else None


def _relevant(inputs: Sequence[UncertainInput], columns: int) -> BoolArray:
    """Return which inputs each column can depend on [input, column]; loads come last."""
    found = np.ones((len(inputs), columns), dtype=bool)
    words = [set(re.split(r"[._]", one.keys[0])) for one in inputs]
    flows = columns // len(OUTPUTS) * (len(OUTPUTS) - 1)
    found[:, :flows] = np.array([not own & NO_QUEUE for own in words])[:, None]
    found[:, flows:] = np.array([not own & NO_FIND for own in words])[:, None]
    return found


def formula_errors_table(formulas: FittedFormulas, response: Response) -> pd.DataFrame:
    """Return how well the formulas predict unseen worlds; see `Uncertainty.emulator`.

    The error of the baseline is that of its level, of the others that of their difference from
    it, in the output's own unit.
    """
    middle = annual_totals(response)[None]
    truth = middle * formulas.factors(formulas.emulator.targets)
    guess = middle * formulas.factors(formulas.emulator.unseen)
    columns = list(itertools.product(OUTPUTS, enumerate(formulas.alternatives), enumerate(formulas.years)))
    rows = []
    for method, (output, (a, name), (y, year)) in zip(formulas.emulator.chosen, columns, strict=True):
        o, base = OUTPUTS.index(output), 0.0 if a == formulas.baseline else 1.0
        real = truth[:, o, a, y] - base * truth[:, o, formulas.baseline, y]
        said = guess[:, o, a, y] - base * guess[:, o, formulas.baseline, y]
        spread, error = float(((real - real.mean()) ** 2).mean()), float(((real - said) ** 2).mean())
        r2 = 1.0 - error / spread if spread > 0.0 else float("nan")
        rows.append((output, name, year, method, len(truth), float(real.mean()), spread**0.5, error**0.5, r2))
    return pd.DataFrame(rows, columns=list(ERROR_COLUMNS))
