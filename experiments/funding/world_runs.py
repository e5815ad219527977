"""Redrawn worlds carried out: each simulated for a few days of every year, on luck of its own.

Every year of a world meets the luck of another of a few replications: its present value averages
over all of them, at no cost. The case itself is simulated on all of them as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from experiments.crew import carried_out
from experiments.funding.beliefs import Belief
from experiments.funding.case import Case
from experiments.funding.emulator import TINY
from experiments.funding.possible_worlds import numbers, redrawn
from experiments.funding.response import LOADS, TRIPS, TRUCK_H, Response
from experiments.funding.simulation import simulate_world
from sim.errors import ThroughgateError

if TYPE_CHECKING:
    from experiments.pipeline import Scorer

Floats = npt.NDArray[np.float64]
Task = tuple[Floats | None, tuple[int, ...]]
"""Positions of all inputs (None: the case itself), and whose luck each year meets."""
OUTPUTS: Final = ("truck_h", "trips", "loads")
DAYS: Final = 3
"""Representative days of a world: a weekday, a Saturday, a Sunday."""
LUCKS: Final = 4
"""Replications whose luck the years of worlds take in turn."""


def own_tasks(years: int) -> list[Task]:
    """Return the case itself under each luck."""
    return [(None, (luck,) * years) for luck in range(LUCKS)]


def world_tasks(rows: Floats, years: int, first: int = 0) -> list[Task]:
    """Return one task a world, whose years begin with one luck after the other."""
    lucks = [tuple((place + first + y) % LUCKS for y in range(years)) for place in range(len(rows))]
    return list(zip(rows, lucks, strict=True))


def simulated_tasks(
    asked: Case,
    scorers: Mapping[str, Scorer],
    inputs: Sequence[Belief],
    tasks: Sequence[Task],
    done: Callable[[], None] | None = None,
) -> list[Response | None]:
    """Return what each task comes to; None where its numbers make no sense together."""
    found: list[Response | None] = []
    pieces = [partial(_one, asked, scorers, inputs, task) for task in tasks]
    for one in carried_out(pieces, asked.study.processes):
        found.append(one)
        if done is not None:
            done()
    return found


def _one(
    asked: Case,
    scorers: Mapping[str, Scorer],
    inputs: Sequence[Belief],
    task: tuple[Floats | None, tuple[int, ...]],
) -> Response | None:
    row, lucks = task
    mappings = {name: asked.study.mapping(name) for name in asked.study.alternatives}
    try:
        moved, found = redrawn(asked, mappings, [] if row is None else numbers(inputs, row))
        return simulate_world(moved, found, scorers, moved.terms.simulated_years, (DAYS, lucks))
    except ThroughgateError:
        if row is None:
            raise
        return None


def totals(found: Response) -> Floats:
    """Return hours, trips and loads a year [output, alternative, year], over classes and luck."""
    parts = (
        sum(found.amounts[f"{TRUCK_H}{name}"] for name in found.classes),
        sum(found.amounts[f"{TRIPS}{name}"] for name in found.classes),
        found.amounts[LOADS],
    )
    return np.array([np.asarray(part).mean(axis=2) for part in parts])


def log_change(levels: Floats, own: Floats, base: int) -> Floats:
    """Return the log ratios to the case's own levels: the baseline's, and others' above it."""
    small = TINY * own.max(axis=(1, 2), keepdims=True) + 1e-12
    logs = np.log((levels + small) / (own + small))
    above = logs - logs[:, [base]]
    above[:, base] = logs[:, base]
    return np.asarray(above.ravel())
