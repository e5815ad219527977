"""Replication noise: paired intervals of amounts, present values and thresholds.

An interval of replications says how far more of them could move a figure. It is no
decision uncertainty (`experiments.funding.uncertainty.analysis`): it vanishes with run length.
Alternatives meet the same trucks, so that their difference varies less than they do; what independent
trucks would have cost in precision is shown beside it. Of the spread over sets of assumptions, `noise_share` says how
much is noise, and `common_error` what all sets share of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from experiments.comparison import possible_difference, possible_level
from experiments.economics.appraisal import PresentWorth, appraise
from experiments.funding.annual import Response
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import present_worths, price_alternatives
from experiments.intervals import (
    Difference,
    IntervalEstimate,
    Sample,
    estimate_interval,
    function_interval,
    paired_difference,
)
from sim.arrays import FloatArray, IntArray


def noise_table(case: FundingCase, response: Response) -> pd.DataFrame:
    """Return the paired intervals of every alternative; see `Uncertainty.noise`."""
    base = case.study.baseline
    means = {name: values.mean(axis=2, keepdims=True) for name, values in response.amounts.items()}
    rows = []
    for name in (name for name in response.alternatives if name != base):
        levels = np.array([_levels(case, response, r, means, name) for r in range(response.replications)])
        own, baseline = np.ascontiguousarray(levels.transpose(1, 2, 0))
        for place, measure in enumerate(("npv0", "loads")):
            gap = paired_level_difference(own[place], baseline[place], case.study.coverage)
            rows.append({"alternative": name, "measure": measure} | gap)
    return pd.DataFrame(rows)


def paired_level_difference(alternative: FloatArray, baseline: FloatArray, coverage: float) -> dict[str, float]:
    """Return the paired difference of two sets of levels, and what pairing is worth.

    Both are [replication], the same replications in the same order.

    Examples
    --------
    >>> found = paired_level_difference(np.array([3.0, 5.0, 4.0]), np.array([1.0, 2.0, 3.0]), 0.95)
    >>> found["mean"], round(found["se"], 4), round(found["correlation"], 4)
    (2.0, 0.5774, 0.5)
    """
    n, gap = len(alternative), alternative - baseline
    mean, error, unpaired, correlation = float(gap.mean()), math.nan, math.nan, math.nan
    half = math.nan
    if n > 1:
        error = float(gap.std(ddof=1)) / math.sqrt(n)
        half = float(stats.t.ppf(0.5 + coverage / 2.0, n - 1)) * error
        spreads = [float(one.var(ddof=1)) for one in (alternative, baseline)]
        both = math.sqrt(spreads[0] * spreads[1])
        unpaired = math.sqrt(sum(spreads) / n)
        correlation = float(np.cov(alternative, baseline)[0, 1]) / both if both > 0.0 else math.nan
    return {
        "mean": mean,
        "low": mean - half,
        "high": mean + half,
        "se": error,
        "unpaired_se": unpaired,
        "correlation": correlation,
        "replications": n,
    }


def _levels(
    case: FundingCase, response: Response, replication: int, means: dict[str, FloatArray], name: str
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return (value, loads) of an alternative and of its baseline, both against the mean baseline.

    The baseline's luck is valued in the alternative's place: same service, no cost.
    """
    base = response.alternatives.index(case.study.baseline)
    place = response.alternatives.index(name)
    both = []
    for source in (place, base):
        amounts = {key: values.copy() for key, values in means.items()}
        for key, values in response.amounts.items():
            amounts[key][place, :, 0] = values[source, :, replication]
        one = Response(response.alternatives, response.years, amounts)
        worth = appraise(price_alternatives(case, one), case.study.baseline, case.appraisal.discount_rate)
        cost = worth[name].cost if source == place else 0.0
        both.append((worth[name].user_benefit - cost, worth[name].loads))
    return both[0], both[1]


MEASURES: Final[Mapping[str, Callable[[PresentWorth], float]]] = {
    "npv0_usd": lambda worth: worth.npv0,
    "user_benefit_usd": lambda worth: worth.user_benefit,
    "loads": lambda worth: worth.loads,
}
"""Present values that are means over replications, each linear in them."""
WorthsByReplication = list[dict[float, dict[str, PresentWorth]]]
"""Worths of every replication by itself, by rate and alternative."""


def present_worths_by_replication(case: FundingCase, response: Response) -> WorthsByReplication:
    """Return the present values that each replication alone would give."""
    return [present_worths(case, price_alternatives(case, response.only(r))) for r in range(response.replications)]


def measure_interval(
    by_replication: WorthsByReplication, rate: float, name: str, measure: str, coverage: float
) -> IntervalEstimate:
    """Return the t interval of one of `MEASURES`, paired: every worth is above its own baseline."""
    values = [MEASURES[measure](one[rate][name]) for one in by_replication]
    return estimate_interval(Sample.of(values), coverage)


def ratio_interval(
    by_replication: WorthsByReplication, rate: float, name: str, cost: Callable[[PresentWorth], float], coverage: float
) -> Difference:
    """Return the jackknife interval of a cost a load, a ratio of two sums over replications."""
    worths = [one[rate][name] for one in by_replication]
    sample = Sample.of([cost(worth) for worth in worths], [worth.loads for worth in worths])
    return function_interval([sample], lambda value: value, coverage)


def amounts_table(case: FundingCase, response: Response) -> pd.DataFrame:
    """Return every simulated amount with its interval, and its paired difference from the baseline.

    Columns: ``alternative``, ``year``, ``amount``, ``mean``, ``low``, ``high``, ``paired_difference``,
    ``diff_low``, ``diff_high``, ``p_value``, ``replications``, ``note``.
    """
    rows = [
        _amount_row(case, response, name, (alternative, year))
        for name in response.amounts
        for alternative in range(len(response.alternatives))
        for year in range(len(response.years))
    ]
    return pd.DataFrame(rows)


def _amount_row(case: FundingCase, response: Response, name: str, index: tuple[int, int]) -> dict[str, object]:
    alternative, year = index
    base = response.alternatives.index(case.study.baseline)
    own, other = (Sample.of(response.amounts[name][a, year]) for a in (alternative, base))
    level = possible_level(estimate_interval(own, case.study.coverage), name)
    gap = possible_difference(paired_difference(own, other, case.study.coverage), name)
    return {
        "alternative": response.alternatives[alternative],
        "year": response.years[year],
        "amount": name,
        "mean": level.mean,
        "low": level.low,
        "high": level.high,
        "difference": gap.mean,
        "diff_low": gap.low,
        "diff_high": gap.high,
        "p_value": gap.p_value,
        "replications": level.n,
        "note": level.reason,
    }


@dataclass(frozen=True, slots=True)
class SimulatedTwice:
    """One measure of sets of assumptions that were simulated on blocks of seeds, some of them on one other block."""

    means: FloatArray
    """Of every set, that of its blocks [set]."""
    first_block: FloatArray
    """On the first block alone, which all sets share [set]."""
    blocks: IntArray
    """Blocks of each set [set]; those of one number are the same for all sets that have them."""
    repeated: IntArray
    """Places of the sets that were simulated once more."""
    other_block: FloatArray
    """Those on the other block, one for all of them [repeated set]."""


@dataclass(frozen=True, slots=True)
class NoiseShare:
    """The share of the variance over sets of assumptions that is noise of simulation."""

    share: float
    low: float
    high: float
    """95% interval, by leaving out one set after the other, on the scale of logarithms. With twenty sets simulated
    twice it holds the share in nine of ten studies; fewer where the noise of sets differs a hundredfold."""
    repeated: int
    """Sets that were simulated on other seeds as well."""


LEAST_REPEATED: Final = 3
"""Sets that must be simulated twice for the noise of each to be told from luck that they share."""
COVERAGE: Final = 0.95


def noise_share(sets: SimulatedTwice) -> NoiseShare:
    """Return how much of the variance over sets of assumptions is noise of simulation.

    What seeds do to all sets alike does not make sets differ, and is no part of it: `common_error` tells it. What is
    left are two parts: noise of each set by itself, and what further blocks move those sets by that have them.

    Raises
    ------
    ValueError
        Fewer than `LEAST_REPEATED` sets were simulated twice.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> truth, common = 3.0 * rng.normal(size=2000), 5.0
    >>> first, again = truth + rng.normal(size=2000), truth + common + rng.normal(size=2000)
    >>> one_block, everyone = np.ones(2000, dtype=int), np.arange(2000)
    >>> found = noise_share(SimulatedTwice(first, first, one_block, everyone, again))
    >>> found.low < 0.1 < found.high
    True
    """
    n, m, every = len(sets.means), len(sets.repeated), np.arange(len(sets.repeated))
    whole, noise = float(sets.means.var(ddof=1)), _noise_variance(sets, every)
    if whole <= 0.0 or noise <= 0.0:
        share = 0.0 if whole > 0.0 else math.nan
        return NoiseShare(share, share, share, m)
    left_out = np.log([max(_noise_variance(sets, np.delete(every, one)), LITTLE * noise) for one in every])
    other = np.log([np.delete(sets.means, one).var(ddof=1) for one in range(n)])
    variance = (m - 1.0) * left_out.var() + (n - 1.0) * other.var()
    factor = math.exp(float(stats.t.ppf(0.5 + COVERAGE / 2.0, m - 1)) * math.sqrt(variance))
    return NoiseShare(noise / whole, noise / whole / factor, noise / whole * factor, m)


LITTLE: Final = 1e-6
"""Least part of the noise that is left when a set is left out: single variances may be below zero."""


def _noise_variance(sets: SimulatedTwice, chosen: IntArray) -> float:
    """Return the variance over sets that noise makes, from some of those that were simulated twice."""
    gaps = sets.first_block[sets.repeated] - sets.other_block
    own = set_variances(gaps[chosen])
    apart = max(_further_blocks_variance(sets), 0.0)
    return float((own / sets.blocks[sets.repeated[chosen]]).mean()) + apart


def set_variances(gaps: FloatArray) -> FloatArray:
    """Return the noise variance of one block of each set [set], from what two blocks of it differ by [set], unbiased.

    What all sets share drops out of the differences between two sets: with E (g_i - g_j)^2 = v_i + v_j, the sum over j
    is (n - 2) v_i + sum v, and that over both 2 (n - 1) sum v. A single variance may be below zero.
    """
    n = len(gaps)
    if n < LEAST_REPEATED:
        raise ValueError(f"{n} sets were simulated twice; at least {LEAST_REPEATED} tell what they share")
    centered = gaps - gaps.mean()
    squares = n * centered**2 + (centered**2).sum()  # of the differences to all other sets
    return np.asarray((squares - squares.sum() / (2.0 * (n - 1.0))) / (n - 2.0) / 2.0)


def _further_blocks_variance(sets: SimulatedTwice) -> float:
    """Return the variance over sets of what further blocks move all sets by that have so many, unbiased.

    Products of two sets' moves hold no noise of a set by itself.
    """
    moved, n = sets.means - sets.first_block, len(sets.means)
    alike = [moved[sets.blocks == many] for many in np.unique(sets.blocks[sets.blocks > 1])]
    return sum(len(one) / n * _squared_mean(one) for one in alike) - _squared_mean(moved)


def _squared_mean(values: FloatArray) -> float:
    n = len(values)
    return float(values.sum() ** 2 - (values**2).sum()) / (n * (n - 1.0)) if n > 1 else 0.0


def common_error(gaps: FloatArray, blocks: IntArray, block_variance: float) -> float:
    """Return the standard error over seeds of the mean of all sets, which share their blocks.

    More blocks lower it as far as sets have them.

    Parameters
    ----------
    gaps : float array [repeated set]
        What sets on the first block and on another one differ by.
    blocks : int array [set]
        Blocks of every set.
    block_variance : float
        Noise variance of a set on one block, mean of the repeated sets: what sets do not share of it is taken out.

    Examples
    --------
    >>> gaps = 3.0 + np.random.default_rng(2).normal(scale=2.0**0.5, size=400)
    >>> round(common_error(gaps, np.ones(400, dtype=int), 1.0 + 4.0), 1)
    2.0
    """
    shared = max(block_variance - float(set_variances(gaps).mean()), 0.0)
    weights = [np.where(blocks > block, 1.0 / blocks, 0.0).mean() for block in range(int(blocks.max()))]
    return math.sqrt(shared * float(np.square(weights).sum()))
