"""Redrawn worlds of a funding case, each simulated for a few days, and formulas fitted to them.

Inputs of the simulation are drawn by a Latin hypercube through their laws (`possible_worlds`). A
world meets the luck of another replication in every year, so that its luck is averaged
over its years at no cost; the case's own parameters are simulated on all of them, and a world
counts by its ratio to their mean: the case's level comes from its own many days. Some worlds are
simulated twice, on other luck: that says how much of the draws' spread is luck, which is no doubt
about parameters. Draws take the worlds as they were simulated. Formulas stand in for draws beyond
them (with their error) and say which inputs a result hangs on. What the alternatives themselves
set is compared, and stays.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from experiments.economics.doubt import Doubt
from experiments.funding.beliefs import Belief
from experiments.funding.case import Case
from experiments.funding.emulator import Emulator, fit
from experiments.funding.possible_worlds import (
    Sampled,
    positions,
    sampled,
    simulation_beliefs,
)
from experiments.funding.response import Response
from experiments.funding.simulated_ends import (
    leading_inputs,
    n_ends,
    n_led,
    savings,
    simulated_ends,
)
from experiments.funding.world_runs import (
    LUCKS,
    OUTPUTS,
    log_change,
    own_tasks,
    simulated_tasks,
    totals,
    world_tasks,
)

if TYPE_CHECKING:
    from experiments.pipeline import Scorer

Floats = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]
REPEATED: Final = 12
"""Worlds that are simulated on other luck as well."""
NO_QUEUE: Final = {"declared", "firms", "threat", "sensing", "shift", "prime", "rho", "mix"}
"""Words of inputs that say who carries what and what is seen, and not how long it takes."""
NO_FIND: Final = {"declared", "room", "safety"}
"""Words of inputs that hardly say what is found."""


@dataclass(frozen=True, slots=True)
class Formulas:
    """Formulas of a case's response, and what they were fitted to."""

    inputs: tuple[Belief, ...]
    emulator: Emulator
    alternatives: tuple[str, ...]
    years: tuple[int, ...]
    baseline: int
    uniforms: Floats
    """[draw, input] behind every draw's simulation inputs; the first ones were simulated."""
    simulated: Mapping[int, Floats]
    """Draw -> change of every column on a log scale, as simulated."""
    refused: int
    """Worlds that made no sense and were left out."""
    repeated: Mapping[int, Floats]
    """Draw -> the same change on other luck."""
    tried: int
    """Draws looked at to find those that are possible; 0: none was ruled out."""
    ends: Mapping[tuple[int, float], Floats]
    """(input, quantile) -> change of every column with that input alone at its quantile, as
    simulated, for the inputs that lead."""

    def shifts(self, rng: np.random.Generator) -> Floats:
        """Return every draw's change [draw, column]: simulated, or by formulas with an error."""
        points = np.column_stack(
            [one.law.at(column) for one, column in zip(self.inputs, self.uniforms.T, strict=True)]
        )
        places = rng.integers(len(self.emulator.errors), size=len(points))
        found = self.emulator.shift(points) + self.emulator.errors[places]
        for draw, row in self.simulated.items():
            found[draw] = row
        return np.asarray(found)

    def shift_left_out(self, points: Floats) -> Floats:
        """Return changes by formulas [draw, column], each draw's by some that have not seen it.

        Parameters
        ----------
        points : array
            [draw, input], the draws with some inputs changed.
        """
        found, kept = self.emulator.shift(points), list(self.simulated)
        found[kept] = self.emulator.shift_left_out(points[kept])
        return found

    def factors(self, shifts: Floats) -> Floats:
        """Return the factor on every amount [point, output, alternative, year]."""
        shape = (len(shifts), len(OUTPUTS), len(self.alternatives), len(self.years))
        logs = shifts.reshape(shape)
        level = logs[:, :, [self.baseline]]
        others = np.arange(len(self.alternatives)) != self.baseline
        return np.asarray(np.exp(np.where(others[None, None, :, None], logs + level, level)))


def n_worlds(doubt: Doubt) -> int:
    """Return how many worlds are simulated: the case under each luck, draws, repetitions, ends."""
    drawn = min(doubt.worlds, doubt.draws)
    return LUCKS + drawn + _repeated(drawn) + n_ends(drawn) if drawn else 0


def _repeated(worlds: int) -> int:
    return min(REPEATED, worlds // 10)


def fitted(
    asked: Case,
    scorers: Mapping[str, Scorer],
    draws: int,
    worlds: int,
    progress: Progress | None = None,
) -> Formulas | None:
    """Simulate redrawn worlds and fit formulas to them; None if no worlds are asked for.

    Parameters
    ----------
    scorers : mapping
        Fitted risk model by `experiments.replicate.risk_key`; they stay as they are.
    draws, worlds : int
        Draws in all, and how many of them, the first, are simulated.
    """
    inputs = simulation_beliefs(asked)
    worlds = min(worlds, draws)
    if worlds == 0 or not inputs:
        return None
    drawn = sampled(asked, scorers, inputs, draws)
    points = positions(inputs, drawn.uniforms[:worlds])
    again = points[: _repeated(worlds)]
    years = len(asked.terms.simulated_years)
    tell = _Told(progress, LUCKS + worlds + len(again) + n_ends(worlds, len(inputs)))
    tasks = own_tasks(years) + world_tasks(points, years) + world_tasks(again, years, LUCKS // 2)
    found = simulated_tasks(asked, scorers, inputs, tasks, tell)
    levels = [None if one is None else totals(one) for one in found]
    own = [one for one in levels[:LUCKS] if one is not None]
    base = tuple(asked.study.alternatives).index(asked.study.baseline)
    changes = _changes(levels[LUCKS:], np.mean(own, axis=0), base, worlds)
    kept = list(changes.first)
    saved = savings(np.array([levels[LUCKS + place] for place in kept]), base)
    led = leading_inputs(points[kept], saved, n_led(worlds))
    ends = simulated_ends(asked, scorers, inputs, led, own, tell)
    return _fitted(asked, inputs, drawn, points, dataclasses.replace(changes, ends=ends))


@dataclass(slots=True)
class _Told:
    """Tells how many worlds of all are simulated."""

    progress: Progress | None
    whole: int
    done: int = 0

    def __call__(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.whole)


@dataclass(frozen=True, slots=True)
class _Changes:
    """Changes of every column on a log scale: by world on first and on other luck, at ends."""

    first: Mapping[int, Floats]
    again: Mapping[int, Floats]
    ends: Mapping[tuple[int, float], Floats]


def _changes(levels: Sequence[Floats | None], own: Floats, base: int, worlds: int) -> _Changes:
    rows = [None if one is None else log_change(one, own, base) for one in levels]
    return _Changes(
        {place: row for place, row in enumerate(rows[:worlds]) if row is not None},
        {place: row for place, row in enumerate(rows[worlds:]) if row is not None},
        {},
    )


def _fitted(
    asked: Case, inputs: Sequence[Belief], drawn: Sampled, points: Floats, changes: _Changes
) -> Formulas:
    kept = list(changes.first)
    targets = np.array(list(changes.first.values()))
    middle = np.array([one.law.b for one in inputs])
    relevant = _relevant(inputs, targets.shape[1])
    names = tuple(asked.study.alternatives)
    return Formulas(
        inputs=tuple(inputs),
        emulator=fit(points[kept], targets, middle, relevant, asked.study.seed),
        alternatives=names,
        years=asked.terms.simulated_years,
        baseline=names.index(asked.study.baseline),
        uniforms=drawn.uniforms,
        simulated=changes.first,
        refused=len(points) - len(kept),
        repeated={place: row for place, row in changes.again.items() if place in changes.first},
        tried=drawn.tried,
        ends=changes.ends,
    )


def _relevant(inputs: Sequence[Belief], columns: int) -> npt.NDArray[np.bool_]:
    """Return which inputs each column can depend on [input, column]; loads come last."""
    found = np.ones((len(inputs), columns), dtype=bool)
    words = [set(re.split(r"[._]", one.keys[0])) for one in inputs]
    flows = columns // len(OUTPUTS) * (len(OUTPUTS) - 1)
    found[:, :flows] = np.array([not own & NO_QUEUE for own in words])[:, None]
    found[:, flows:] = np.array([not own & NO_FIND for own in words])[:, None]
    return found


def errors_table(found: Formulas, response: Response) -> Any:  # noqa: ANN401
    """Return how well the formulas predict unseen worlds; see `Uncertainty.emulator`.

    The error of the baseline is that of its level, of the others that of their difference from
    it, in the output's own unit.
    """
    import pandas as pd

    middle = totals(response)[None]
    truth = middle * found.factors(found.emulator.targets)
    guess = middle * found.factors(found.emulator.unseen)
    rows = []
    for o, output in enumerate(OUTPUTS):
        for a, name in enumerate(found.alternatives):
            for y, year in enumerate(found.years):
                column = (o * len(found.alternatives) + a) * len(found.years) + y
                base = 0.0 if a == found.baseline else 1.0
                real = truth[:, o, a, y] - base * truth[:, o, found.baseline, y]
                said = guess[:, o, a, y] - base * guess[:, o, found.baseline, y]
                spread = float(((real - real.mean()) ** 2).mean())
                error = float(((real - said) ** 2).mean())
                rows.append(
                    {
                        "output": output,
                        "alternative": name,
                        "year": year,
                        "method": found.emulator.chosen[column],
                        "worlds": len(truth),
                        "mean": float(real.mean()),
                        "spread": spread**0.5,
                        "cv_rmse": error**0.5,
                        "cv_r2": 1.0 - error / spread if spread > 0.0 else float("nan"),
                    }
                )
    return pd.DataFrame(rows)
