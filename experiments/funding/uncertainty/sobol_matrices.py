"""The samples behind Sobol's indices of a funding case: scrambled Sobol points, accepted as draws are, each simulated.

Row by row: the base sample and the same again on other seeds; by group of simulation inputs, the group alone drawn anew
until the set is accepted, and all others drawn anew until it is. So what was ruled out for the draws is ruled out here,
and the dependence that this makes among inputs counts. Every simulation has seeds of its own. Groups of the economics
take no simulation: the group drawn anew meets the base's own sets, and the group kept meets those of another row.
Learned models are those of the case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import qmc

from experiments.economics.cost_effectiveness import DrawOutcomes
from experiments.execution.parallel import Progress
from experiments.funding.annual import Response
from experiments.funding.case import FundingCase
from experiments.funding.sets.accepted_draws import range_positions
from experiments.funding.sets.input_distributions import UncertainInput
from experiments.funding.sets.simulated_sets import Scorers, SetTask, simulate_tasks
from experiments.funding.uncertainty.sobol_estimates import SobolSample
from experiments.funding.uncertainty.valuation import Valuation
from experiments.number_format import usd
from sim.arrays import BoolArray, FloatArray

SOBOL_KEY: Final = 2_100_003
"""Stream key of the samples."""
BASE: Final = "base"
OTHER_SEEDS: Final = "other seeds"
REDRAWN: Final = "redrawn: "
KEPT: Final = "kept: "
NET_VALUE_OF: Final = "net value of "
PAYS_AT: Final = " pays at "
"""Of the outputs: the first stands before an alternative's name, the second between it and a value of a load."""
MOST_ROUNDS: Final = 40
"""Times that what is drawn anew may be rejected; the row is then left out of every sample."""
Accept = Callable[[FloatArray], BoolArray]
"""Uniforms [row, simulation input] -> which sets are accepted."""


@dataclass(frozen=True, slots=True)
class Matrices:
    """Uniforms of every sample [row, input], by name; those of the economics beside them."""

    simulation: Mapping[str, FloatArray]
    economic: FloatArray
    """Of the base sample."""
    economic_anew: FloatArray
    """What takes their place."""
    tried: int
    """Base rows looked at."""
    left_out: int
    """Rows for which nothing that was drawn anew was accepted."""


@dataclass(frozen=True, slots=True)
class SimulatedMatrices:
    """Samples, and the response of every row of each."""

    matrices: Matrices
    responses: Mapping[str, list[Response]]


def draw_matrices(groups: Sequence[str], n_economic: int, rows: int, accept: Accept, seed: int) -> Matrices:
    """Return the samples of groups of simulation inputs.

    Parameters
    ----------
    groups : sequence of str
        Group of every simulation input.
    n_economic : int
        Economic inputs, which are accepted with any set.
    rows : int
        Rows of each sample.
    """
    n = len(groups)
    keys = np.random.SeedSequence(seed, spawn_key=(SOBOL_KEY,)).spawn(2)
    points = qmc.Sobol(d=2 * (n + n_economic), scramble=True, rng=np.random.default_rng(keys[0]))
    rng = np.random.default_rng(keys[1])
    kept, tried = np.empty((0, 2 * (n + n_economic))), 0
    while len(kept) < rows:
        more = points.random(rows)
        accepted = accept(more[:, :n])
        if not accepted.any() and not len(kept):
            raise ValueError("no set of assumptions is accepted")
        if len(kept) + int(accepted.sum()) >= rows:
            last = np.flatnonzero(accepted)[rows - len(kept) - 1]
            accepted, tried = accepted & (np.arange(rows) <= last), tried + int(last) + 1
        else:
            tried += rows
        kept = np.vstack([kept, more[accepted]])
    base, anew = kept[:, :n], kept[:, n : 2 * n]
    found, valid = {BASE: base}, np.ones(rows, dtype=bool)
    names = np.array(groups)
    for group in dict.fromkeys(groups):
        for name, moved in ((f"{REDRAWN}{group}", names == group), (f"{KEPT}{group}", names != group)):
            drawn = _drawn_anew(base, anew, moved, accept, rng)
            valid &= ~np.isnan(drawn).any(axis=1)
            found[name] = drawn
    economic, economic_anew = kept[:, 2 * n : 2 * n + n_economic], kept[:, 2 * n + n_economic :]
    return Matrices(
        {name: one[valid] for name, one in found.items()},
        economic[valid],
        economic_anew[valid],
        tried,
        rows - int(valid.sum()),
    )


def _drawn_anew(
    base: FloatArray, anew: FloatArray, moved: BoolArray, accept: Accept, rng: np.random.Generator
) -> FloatArray:
    """Return the rows with the moved inputs drawn anew until each is accepted; NaN: none was."""
    found = np.full_like(base, np.nan)
    left, proposed = np.arange(len(base)), anew
    for _ in range(MOST_ROUNDS):
        rows = np.where(moved, proposed, base[left])
        accepted = accept(rows)
        found[left[accepted]] = rows[accepted]
        left = left[~accepted]
        if not len(left):
            break
        proposed = rng.random((len(left), base.shape[1]))
    return found


def simulate_matrices(
    case: FundingCase,
    scorers: Scorers,
    inputs: Sequence[UncertainInput],
    matrices: Matrices,
    progress: Progress | None = None,
) -> SimulatedMatrices:
    """Simulate every row of every sample on a seed of its own; rows that make no sense are left out of all."""
    names = [BASE, OTHER_SEEDS, *(name for name in matrices.simulation if name != BASE)]
    uniforms = {OTHER_SEEDS: matrices.simulation[BASE], **matrices.simulation}
    rows = len(matrices.economic)
    # no seed follows the order of the points, whose halves and quarters differ by design
    order = np.random.default_rng(np.random.SeedSequence(case.study.seed, spawn_key=(SOBOL_KEY, 1)))
    tasks = []
    for number, name in enumerate(names):
        positions = range_positions(inputs, uniforms[name]).tolist()
        seeds = number * rows + order.permutation(rows)
        tasks += [SetTask(tuple(row), int(own), single=True) for row, own in zip(positions, seeds, strict=True)]
    done = simulate_tasks(case, scorers, inputs, tasks, None, progress)
    by_name = {name: done[number * rows : (number + 1) * rows] for number, name in enumerate(names)}
    whole = [row for row in range(rows) if all(of[row] is not None for of in by_name.values())]
    return SimulatedMatrices(
        Matrices(
            {name: one[whole] for name, one in matrices.simulation.items()},
            matrices.economic[whole],
            matrices.economic_anew[whole],
            matrices.tried,
            matrices.left_out + rows - len(whole),
        ),
        {name: [one.response for row in whole if (one := of[row]) is not None] for name, of in by_name.items()},
    )


def sobol_outcomes(valuation: Valuation, simulated: SimulatedMatrices) -> dict[str, DrawOutcomes]:
    """Return the outcomes of every sample, by name; economic groups among them under ``REDRAWN`` and ``KEPT``.

    The base's economics go with simulation inputs drawn anew, new ones with those that keep a group alone. What an
    economic group keeps meets the sets of another row, in turn, so that nothing else is shared.
    """
    own, anew = simulated.matrices.economic, simulated.matrices.economic_anew
    of = simulated.responses
    outcomes = {
        name: valuation.at(anew if name.startswith(KEPT) else own, responses).outcomes for name, responses in of.items()
    }
    groups = np.array([one.group for one in valuation.economic])
    others = np.random.default_rng(len(own)).permutation(len(own))
    shifted = np.empty(len(own), dtype=np.int64)
    shifted[others] = np.roll(others, 1)
    for group in economic_groups(valuation):
        mine = groups == group
        redrawn, kept = np.where(mine, anew, own), np.where(mine, own, anew)
        outcomes[f"{REDRAWN}{group}"] = valuation.at(redrawn, of[BASE]).outcomes
        outcomes[f"{REDRAWN}{group}, {OTHER_SEEDS}"] = valuation.at(redrawn, of[OTHER_SEEDS]).outcomes
        outcomes[f"{KEPT}{group}"] = valuation.at(kept, [of[BASE][row] for row in shifted]).outcomes
    return outcomes


def economic_groups(valuation: Valuation) -> list[str]:
    """Return the groups of economic inputs that present values read."""
    return [group for group in dict.fromkeys(one.group for one in valuation.economic) if group != "harm"]


def sobol_samples(
    outcomes: Mapping[str, DrawOutcomes], economic: Sequence[str], thresholds: Mapping[str, float]
) -> dict[str, SobolSample]:
    """Return the outputs: of each alternative its net value in normal scores, and whether it pays at a value of a load.

    ``thresholds`` give the value of a load by alternative; one without has no second output.
    """
    names = outcomes[BASE].names
    found = {}
    for name, price in thresholds.items():
        place = names.index(name)
        value = _sample(outcomes, economic, lambda one, place=place: one.npv0[:, place])  # type: ignore[misc]
        found[f"{NET_VALUE_OF}{name}"] = value.transformed(np.concatenate(value.columns()))
        if np.isfinite(price):
            pays = _sample(
                outcomes,
                economic,
                lambda one, place=place, price=price: (one.benefit(price)[:, place] >= 0.0).astype(np.float64),  # type: ignore[misc]
            )
            found[f"{name}{PAYS_AT}{usd(price)} a load"] = pays
    return found


def _sample(
    outcomes: Mapping[str, DrawOutcomes], economic: Sequence[str], output: Callable[[DrawOutcomes], FloatArray]
) -> SobolSample:
    def of(prefix: str, ending: str = "") -> dict[str, FloatArray]:
        return {
            name.removeprefix(prefix).removesuffix(ending): output(one)
            for name, one in outcomes.items()
            if name.startswith(prefix) and name.endswith(ending) and (ending or not name.endswith(f", {OTHER_SEEDS}"))
        }

    return SobolSample(
        output(outcomes[BASE]),
        output(outcomes[OTHER_SEEDS]),
        of(REDRAWN),
        of(KEPT),
        {group: output(outcomes[f"{REDRAWN}{group}, {OTHER_SEEDS}"]) for group in economic},
    )
