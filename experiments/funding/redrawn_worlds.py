"""Redrawn worlds of a funding case, each simulated for a few days, and formulas fitted to them.

Inputs of the simulation are drawn by a Latin hypercube through their laws. Each world has the luck
of one of a few replications; the case's own parameters are simulated on the same luck, and only
the change between the two is kept: the case's level comes from its own many days. Draws take the
worlds as they were simulated. Formulas stand in for draws beyond them (with their error) and say
which inputs a result hangs on. What the alternatives themselves set is compared, and stays.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from experiments.assumptions import Assumption, assumptions, latin_hypercube, redrawn_mapping
from experiments.crew import carried_out
from experiments.economics.doubt import Doubt
from experiments.funding.beliefs import Belief, simulated
from experiments.funding.case import Case
from experiments.funding.emulator import TINY, Emulator, fit
from experiments.funding.response import LOADS, TRIPS, TRUCK_H, Response
from experiments.funding.simulation import simulate_world
from sim.errors import ThroughgateError

if TYPE_CHECKING:
    from experiments.pipeline import Scorer

Floats = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]
OUTPUTS: Final = ("truck_h", "trips", "loads")
DEMAND: Final = "demand."
DAYS: Final = 3
"""Representative days of a world: a weekday, a Saturday, a Sunday."""
LUCKS: Final = 4
"""Replications whose luck the worlds take in turn."""
NO_QUEUE: Final = {"declared", "firms", "threat", "sensing", "shift", "prime", "rho", "mix"}
"""Words of inputs that say who carries what and what is seen, and not how long it takes."""
NO_FIND: Final = {"declared", "room", "safety"}
"""Words of inputs that hardly say what is found."""
MANNED: Final = {
    "port.analyst.servers": "staffing.analysts",
    "port.dock.servers": "staffing.docks",
}
"""Counts that the staffing overrides: where alternatives differ in it, they differ in both."""
NEARLY_ONE: Final = np.nextafter(1.0, 0.0)


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

    def factors(self, shifts: Floats) -> Floats:
        """Return the factor on every amount [point, output, alternative, year]."""
        shape = (len(shifts), len(OUTPUTS), len(self.alternatives), len(self.years))
        logs = shifts.reshape(shape)
        level = logs[:, :, [self.baseline]]
        others = np.arange(len(self.alternatives)) != self.baseline
        return np.asarray(np.exp(np.where(others[None, None, :, None], logs + level, level)))


def n_worlds(doubt: Doubt) -> int:
    """Return how many worlds are simulated, the case itself under each luck among them."""
    drawn = min(doubt.worlds, doubt.draws)
    return drawn + LUCKS if drawn else 0


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
    uniforms = latin_hypercube(asked.study.seed, draws, len(inputs))
    positions = np.column_stack(
        [one.law.at(column) for one, column in zip(inputs, uniforms[:worlds].T, strict=True)]
    )
    found = _simulated(asked, scorers, inputs, positions, progress)
    logs = [None if one is None else _logs(one, asked.study.baseline) for one in found]
    drawn = {
        place: row - own
        for place, row in enumerate(logs[LUCKS:])
        if row is not None and (own := logs[place % LUCKS]) is not None
    }
    kept = list(drawn)
    targets = np.array(list(drawn.values()))
    middle = np.array([one.law.b for one in inputs])
    relevant = _relevant(inputs, targets.shape[1])
    emulator = fit(positions[kept], targets, middle, relevant, asked.study.seed)
    names = tuple(asked.study.alternatives)
    baseline = names.index(asked.study.baseline)
    refused = worlds - len(kept)
    years = asked.terms.simulated_years
    return Formulas(tuple(inputs), emulator, names, years, baseline, uniforms, drawn, refused)


def _relevant(inputs: Sequence[Belief], columns: int) -> npt.NDArray[np.bool_]:
    """Return which inputs each column can depend on [input, column]; loads come last."""
    found = np.ones((len(inputs), columns), dtype=bool)
    words = [set(re.split(r"[._]", one.keys[0])) for one in inputs]
    flows = columns // len(OUTPUTS) * (len(OUTPUTS) - 1)
    found[:, :flows] = np.array([not own & NO_QUEUE for own in words])[:, None]
    found[:, flows:] = np.array([not own & NO_FIND for own in words])[:, None]
    return found


def _simulated(
    asked: Case,
    scorers: Mapping[str, Scorer],
    inputs: Sequence[Belief],
    positions: Floats,
    progress: Progress | None,
) -> list[Response | None]:
    """Return the case itself under each luck, then every world; None where it makes no sense."""
    mappings = {name: asked.study.mapping(name) for name in asked.study.alternatives}
    tasks: list[tuple[Floats | None, int]] = [(None, luck) for luck in range(LUCKS)]
    tasks += [(row, place % LUCKS) for place, row in enumerate(positions)]
    pieces = [partial(_one, asked, scorers, mappings, inputs, task) for task in tasks]
    found: list[Response | None] = []
    for one in carried_out(pieces, asked.study.processes):
        found.append(one)
        if progress is not None:
            progress(len(found), len(tasks))
    return found


def _one(
    asked: Case,
    scorers: Mapping[str, Scorer],
    mappings: Mapping[str, Mapping[str, Any]],
    inputs: Sequence[Belief],
    task: tuple[Floats | None, int],
) -> Response | None:
    row, luck = task
    numbers = [] if row is None else list(_numbers(inputs, row))
    demand = {one.key.removeprefix(DEMAND): v for one, v in numbers if one.key.startswith(DEMAND)}
    terms = dataclasses.replace(
        asked.terms, demand=dataclasses.replace(asked.terms.demand, **demand)
    )
    own = [(one, v) for one, v in numbers if not one.key.startswith(DEMAND)]
    base = mappings[asked.study.baseline]
    try:
        redrawn = {name: redrawn_mapping(one, base, own) for name, one in mappings.items()}
        moved = dataclasses.replace(asked, terms=terms)
        return simulate_world(moved, redrawn, scorers, terms.simulated_years, (DAYS, luck))
    except ThroughgateError:
        if row is None:
            raise
        return None


def _numbers(inputs: Sequence[Belief], row: Floats) -> list[tuple[Assumption, float]]:
    return [
        (one.assumption, one.assumption.at(min(float(place), NEARLY_ONE)))
        for one, place in zip(inputs, row, strict=True)
        if one.assumption is not None
    ]


def totals(found: Response) -> Floats:
    """Return hours, trips and loads a year [output, alternative, year], over classes and luck."""
    parts = (
        sum(found.amounts[f"{TRUCK_H}{name}"] for name in found.classes),
        sum(found.amounts[f"{TRIPS}{name}"] for name in found.classes),
        found.amounts[LOADS],
    )
    return np.array([np.asarray(part).mean(axis=2) for part in parts])


def _logs(found: Response, baseline: str) -> Floats:
    """Return the baseline's logs, and everybody else's above them, as one row."""
    levels = totals(found)
    logs = np.log(levels + TINY * levels.max(axis=(1, 2), keepdims=True) + 1e-12)
    base = found.alternatives.index(baseline)
    above = logs - logs[:, [base]]
    above[:, base] = logs[:, base]
    return np.asarray(above.ravel())


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
                        "output": output, "alternative": name, "year": year,
                        "method": found.emulator.chosen[column], "worlds": len(truth),
                        "mean": float(real.mean()), "spread": spread**0.5,
                        "cv_rmse": error**0.5,
                        "cv_r2": 1.0 - error / spread if spread > 0.0 else float("nan"),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)
