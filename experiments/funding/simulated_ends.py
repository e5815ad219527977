"""Worlds simulated at the ends of the simulation inputs that the draws point to.

A tornado moves one input to its 10 and 90 % points. What formulas say of that is only as good as
they are; for the inputs that the redrawn worlds show to lead, the two worlds are simulated, on the
same luck as the case itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from experiments.funding.beliefs import Belief
from experiments.funding.case import Case
from experiments.funding.smoother import smoothed
from experiments.funding.world_runs import (
    LUCKS,
    Task,
    log_change,
    simulated_tasks,
    totals,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from experiments.pipeline import Scorer

Floats = npt.NDArray[np.float64]
ENDS: Final = (0.1, 0.9)
LED: Final = 6
"""Inputs whose ends are simulated."""
TWICE: Final = (0, LUCKS // 2)
"""Each end is simulated on two sets of luck."""


WORLDS_EACH: Final = 25
"""Redrawn worlds for each input whose ends are simulated: fewer cannot tell who leads."""


def n_led(worlds: int) -> int:
    """Return how many inputs have their ends simulated."""
    return min(LED, worlds // WORLDS_EACH)


def n_ends(worlds: int, inputs: int = LED) -> int:
    """Return how many worlds stand at ends."""
    return min(n_led(worlds), inputs) * len(ENDS) * len(TWICE)


def leading_inputs(points: Floats, outcomes: Floats, count: int = LED) -> list[int]:
    """Return the inputs that say most about any outcome, by the share that a smooth curve explains.

    Parameters
    ----------
    points : array
        [world, input].
    outcomes : array
        [world, outcome].

    Examples
    --------
    >>> x = np.random.default_rng(1).random((100, 3))
    >>> leading_inputs(x, 4.0 * x[:, [2]] + x[:, [0]], 2)
    [2, 0]
    """
    spread = np.maximum(outcomes.var(axis=0), 1e-300)
    shares = [
        float((smoothed(points[:, [place]], outcomes).var(axis=0) / spread).max())
        for place in range(points.shape[1])
    ]
    order = np.argsort(-np.array(shares), kind="stable")
    return [int(place) for place in order[:count]]


def savings(levels: Floats, base: int) -> Floats:
    """Return hours saved and loads found above the baseline's [world, outcome].

    Parameters
    ----------
    levels : array
        [world, output, alternative, year], hours, trips and loads.
    """
    above = np.delete(levels - levels[:, :, [base]], base, axis=2).sum(axis=3)
    return np.asarray(above.reshape(len(levels), -1))


def simulated_ends(
    asked: Case,
    scorers: Mapping[str, Scorer],
    inputs: Sequence[Belief],
    led: Sequence[int],
    own: Sequence[Floats],
    done: Callable[[], None] | None = None,
) -> dict[tuple[int, float], Floats]:
    """Return the change of every column, on a log scale, by (input, quantile).

    Parameters
    ----------
    led : sequence of int
        Inputs whose ends are simulated.
    own : sequence of array
        The case's own totals under each luck.
    """
    years = range(len(asked.terms.simulated_years))
    lucks = [tuple((first + year) % LUCKS for year in years) for first in TWICE]
    own_same = np.mean([_mixed(own, mine) for mine in lucks], axis=0)
    middle = np.array([one.law.b for one in inputs])
    places = [(place, u) for place in led for u in ENDS]
    tasks: list[Task] = []
    for place, u in places:
        row = middle.copy()
        row[place] = float(inputs[place].law.at(u))
        tasks += [(row, mine) for mine in lucks]
    found = simulated_tasks(asked, scorers, inputs, tasks, done)
    base = tuple(asked.study.alternatives).index(asked.study.baseline)
    ends = {}
    for number, key in enumerate(places):
        both = found[number * len(TWICE) : (number + 1) * len(TWICE)]
        levels = [totals(one) for one in both if one is not None]
        if len(levels) == len(TWICE):
            ends[key] = log_change(np.mean(levels, axis=0), own_same, base)
    return ends


def _mixed(own: Sequence[Floats], lucks: Sequence[int]) -> Floats:
    """Return totals whose years meet the luck that is asked for."""
    return np.stack([own[luck][:, :, year] for year, luck in enumerate(lucks)], axis=-1)
