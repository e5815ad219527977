"""Tables of the draws of a funding case: what each came to, how sure the figures are, which inputs they hang on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import qmc

from experiments.economics.cost_effectiveness import DrawOutcomes, break_even_usd_per_load
from experiments.funding.annual import LOADS, TRIPS, TRUCK_H, Response
from experiments.funding.case import UncertaintySettings
from experiments.funding.noise import LEAST_REPEATED, SimulatedTwice, common_error, noise_share
from experiments.funding.sets.simulated_sets import SimulatedSets
from experiments.funding.uncertainty.headline import headline_of, headline_table
from experiments.funding.uncertainty.rank_estimates import rank_table
from experiments.funding.uncertainty.sensitivity import break_even_values
from experiments.funding.uncertainty.sobol_estimates import SOBOL_COLUMNS, sobol_table
from experiments.funding.uncertainty.sobol_matrices import (
    SimulatedMatrices,
    economic_groups,
    sobol_outcomes,
    sobol_samples,
)
from experiments.funding.uncertainty.valuation import DRAWN_FIGURES, Valuation, ValuationPoints
from sim.arrays import FloatArray, IntArray

DRAW_KEY: Final = 2_100_000
"""Stream key of the draws."""
RANK_KEY: Final = 2_100_004
"""Stream key of dummy inputs."""
SIMULATED: Final = "simulation: all inputs"
"""Group of everything that is simulated, in the value of information."""


def draw_points(valuation: Valuation, settings: UncertaintySettings) -> tuple[FloatArray, ValuationPoints]:
    """Return the draws' uniforms [draw, belief] and what they come to; draws beyond the sets take them in turn."""
    seeds = np.random.SeedSequence(valuation.asked.study.seed, spawn_key=(DRAW_KEY,))
    rng = np.random.default_rng(seeds)
    economic = qmc.LatinHypercube(d=len(valuation.economic), rng=rng).random(settings.draws)
    points = valuation.at(economic, valuation.responses_of(settings.draws))
    if valuation.sets is None:
        return economic, points
    rows = np.arange(settings.draws) % len(valuation.sets.drawn)
    return np.hstack([economic, valuation.sets.uniforms[rows]]), points


def groups_known(valuation: Valuation, uniforms: FloatArray) -> dict[str, FloatArray]:
    """Return what each group's draws say: the outcomes if it alone moved [draw, feature].

    What is simulated is one group: of its parts nobody knows the outcome alone.
    """
    n = len(valuation.economic)
    alone = {
        group: valuation.only(uniforms[:, :n], [one.group == group for one in valuation.economic])
        for group in economic_groups(valuation)
    }
    if valuation.sets is not None:
        alone[SIMULATED] = valuation.only_simulated(len(uniforms))
    found = {}
    for group, outcomes in alone.items():
        features = np.hstack([outcomes.npv0, outcomes.loads])
        found[group] = features[:, np.ptp(features, axis=0) > 0.0]
    return found


def _rivals(valuation: Valuation) -> list[str]:
    return [name for name in valuation.response.alternatives if name != valuation.asked.study.baseline]


def ranks_of_draws(
    valuation: Valuation, uniforms: FloatArray, points: ValuationPoints, acting: Sequence[str]
) -> pd.DataFrame:
    """Return what ranks say of net value: every economic input that values read, and simulation inputs that act.

    Draws beyond the simulated sets are left out: a set that comes twice would make every input of it look strong.
    """
    names = points.outcomes.names
    net = {name: points.outcomes.npv0[:, names.index(name)] for name in _rivals(valuation)}
    return _ranks(valuation, uniforms, net, acting)


def leading_inputs(
    valuation: Valuation, uniforms: FloatArray, points: ValuationPoints, acting: Sequence[str]
) -> list[str]:
    """Return the simulation inputs that act, by ranks: the leaders of net value and of worth at break-even in turn.

    Worth at break-even is net value with every load at its alternative's own break-even, by which loads count.
    """
    names, worths = points.outcomes.names, valuation.worths({})
    tables = [ranks_of_draws(valuation, uniforms, points, acting)]
    prices = {name: break_even_usd_per_load(worths[name]) for name in _rivals(valuation)}
    at_price = {name: points.outcomes.benefit(usd)[:, names.index(name)] for name, usd in prices.items() if usd}
    if at_price:
        tables.append(_ranks(valuation, uniforms, at_price, acting))
    orders = []
    for table in tables:
        known = table.loc[table["input"].isin(list(acting))]
        orders.append(dict.fromkeys(known.sort_values("rank_estimate", ascending=False, kind="stable")["input"]))
    return list(dict.fromkeys(name for turn in zip(*orders, strict=True) for name in turn))


def _ranks(
    valuation: Valuation, uniforms: FloatArray, values: Mapping[str, FloatArray], acting: Sequence[str]
) -> pd.DataFrame:
    n = valuation.n_independent(len(uniforms))
    known = {
        one.name: uniforms[:n, place]
        for place, one in enumerate(valuation.beliefs)
        if (place < len(valuation.economic) and one.group != "harm") or one.name in acting
    }
    seeds = np.random.SeedSequence(valuation.asked.study.seed, spawn_key=(RANK_KEY,))
    outcomes = {name: column[:n] for name, column in values.items()}
    return rank_table(known, outcomes, np.random.default_rng(seeds))


def global_sensitivity_table(
    valuation: Valuation, matrices: SimulatedMatrices | None, thresholds: Mapping[str, float | None]
) -> pd.DataFrame:
    """Return Sobol's indices of every rival's net value, and of whether it pays at its own break-even."""
    if matrices is None:
        return pd.DataFrame(columns=list(SOBOL_COLUMNS))
    prices = {name: thresholds[name] for name in _rivals(valuation)}
    samples = sobol_samples(
        sobol_outcomes(valuation, matrices),
        economic_groups(valuation),
        {name: math.nan if price is None or price <= 0.0 else price for name, price in prices.items()},
    )
    return sobol_table(samples, valuation.asked.study.seed)


def noise_share_table(
    valuation: Valuation, points: ValuationPoints, uniforms: FloatArray, draws: pd.DataFrame
) -> pd.DataFrame:
    """Return what is left of the noise of simulation in the draws; no rows where too few sets were simulated twice."""
    columns = ["alternative", "measure", "share", "low", "high", "repeated", "seeds", "mean_se", "common_se", "sd"]
    sets = valuation.sets
    if sets is None or len(sets.again) < LEAST_REPEATED:
        return pd.DataFrame(columns=columns)
    repeated, n = np.array(sorted(sets.again)), len(sets.drawn)
    economic = uniforms[:n, : len(valuation.economic)]
    first = valuation.at(economic, [one.blocks[0].response for one in sets.drawn]).outcomes
    again = valuation.at(economic[repeated], [sets.again[number].response for number in repeated]).outcomes
    common = _common_errors(valuation, sets, repeated)
    rows = []
    for place, name in enumerate(points.outcomes.names):
        if name == valuation.asked.study.baseline:
            continue
        error = float(draws.loc[draws["alternative"] == name, "npv0_se_usd"].mean())
        for measure in ("npv0", "loads"):
            values, alone, other = (getattr(one, measure)[:, place] for one in (points.outcomes, first, again))
            found = noise_share(SimulatedTwice(values[:n], alone, sets.n_blocks, repeated, other))
            errors = (error, common[place]) if measure == "npv0" else (math.nan, math.nan)
            ends = (found.share, found.low, found.high, found.repeated)
            rows.append((name, measure, *ends, sets.seeds, *errors, float(values[:n].std(ddof=1))))
    return pd.DataFrame(rows, columns=columns)


def _common_errors(valuation: Valuation, sets: SimulatedSets, repeated: IntArray) -> list[float]:
    """Return the error of the mean over sets that all of them share [alternative], at the case's own prices."""
    blocks = [(sets.drawn[number].blocks[0], sets.again[number]) for number in repeated]
    both = [DrawOutcomes.of([valuation.worths({}, pair[k].response) for pair in blocks]).npv0 for k in (0, 1)]
    variances = np.mean([one.variance for pair in blocks for one in pair], axis=0)
    gaps = (both[0] - both[1]).T
    return [common_error(gap, sets.n_blocks, float(one)) for gap, one in zip(gaps, variances, strict=True)]


def headlines_of(valuation: Valuation, draws: pd.DataFrame) -> pd.DataFrame:
    """Return the headline of every rival."""
    flows, worths = valuation.drawn({}).flows(), valuation.worths({})
    price = valuation.asked.appraisal.interdiction_usd_per_load
    found = []
    for name in _rivals(valuation):
        worth, least = worths[name], break_even_usd_per_load(worths[name])
        planned = {column: figure(valuation.asked, flows[name]) for column, figure in DRAWN_FIGURES.items()}
        planned |= {"cost_usd": worth.cost, "user_benefit_usd": worth.user_benefit, "npv0_usd": worth.npv0}
        planned |= {"loads": worth.loads, "break_even_usd": math.nan if least is None else least}
        found.append(headline_of(draws, name, planned, price))
    return headline_table(found)


def drawn_numbers_table(valuation: Valuation, uniforms: FloatArray) -> pd.DataFrame:
    """Return every drawn number; see `experiments.funding.uncertainty.analysis.Uncertainty`."""
    columns = {one.name: one.numbers(column) for one, column in zip(valuation.beliefs, uniforms.T, strict=True)}
    return pd.DataFrame({"draw": np.arange(len(uniforms))} | columns)


def draws_table(valuation: Valuation, points: ValuationPoints, uniforms: FloatArray) -> pd.DataFrame:
    """Return what every draw came to; see `experiments.funding.uncertainty.analysis.Uncertainty`."""
    names, (n, width) = points.outcomes.names, points.outcomes.npv0.shape
    sets, responses = valuation.sets, valuation.responses_of(n)
    errors, numbers = np.zeros((n, width)), np.full(n, -1)
    if sets is not None:
        numbers = np.arange(n) % len(sets.drawn)
        errors = np.array([sets.drawn[number].npv0_se for number in numbers])
    outcomes = points.outcomes
    columns = {
        "draw": np.repeat(np.arange(n), width),
        "alternative": np.tile(np.array(names, dtype=object), n),
        **{name: values.ravel() for name, values in points.figures.items()},
        "capital_usd": points.capital.ravel(),
        "cost_usd": points.costs.ravel(),
        "user_benefit_usd": points.user_benefit.ravel(),
        "npv0_usd": outcomes.npv0.ravel(),
        "npv0_se_usd": errors.ravel(),
        "loads": outcomes.loads.ravel(),
        "break_even_usd": break_even_values(outcomes.npv0, outcomes.loads).ravel(),
        "set": np.repeat(numbers, width),
    }
    every = [valuation.response] * n if responses is None else responses
    for place, year in enumerate(valuation.response.years):
        for column, of in AMOUNTS_OF_DRAWS.items():
            columns[f"{column}_y{year}"] = np.concatenate([of(one)[:, place] for one in every])
    return pd.DataFrame(columns)


def _over_classes(prefix: str) -> Callable[[Response], FloatArray]:
    return lambda one: np.sum([one.amounts[f"{prefix}{name}"][:, :, 0] for name in one.classes], axis=0)


AMOUNTS_OF_DRAWS: Final[Mapping[str, Callable[[Response], FloatArray]]] = {
    "truck_h": _over_classes(TRUCK_H),
    "trips": _over_classes(TRIPS),
    "loads": lambda one: one.amounts[LOADS][:, :, 0],
}
"""Column -> amount a year of every alternative and simulated year."""
