"""Replication noise: paired intervals of amounts, present values and thresholds.

An interval here says how far more replications of the same parameters could move a figure. It is no
decision uncertainty (`experiments.funding.uncertainty.analysis`): it vanishes with run length.
Alternatives meet the same trucks, so that their difference varies less than they do; what independent
trucks would have cost in precision is shown beside it.
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
from sim.arrays import FloatArray


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
class NoiseShare:
    """The share of the variance over sets of assumptions that is noise of simulation."""

    share: float
    low: float
    high: float
    """Interval over sets drawn again from the sets."""
    repeated: int
    """Sets that were simulated on other seeds as well."""


def noise_share(values: FloatArray, first: FloatArray, again: FloatArray, blocks: FloatArray, seed: int) -> NoiseShare:
    """Return how much of the variance over sets of assumptions is noise of simulation.

    A set on n blocks of seeds and the same on one other block differ in mean square by (1 + 1/n) variances of a block,
    so that the square over n + 1 estimates the noise of the n blocks; its mean stands over the variance of all sets.

    Parameters
    ----------
    values : float array [set]
        Of every set.
    first, again : float array [repeated set]
        Of the sets that were simulated once more: on their own blocks, and on one other.
    blocks : float array [repeated set]
        Blocks of ``first``.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> truth = 3.0 * rng.normal(size=2000)
    >>> first, again = (truth + rng.normal(size=2000) for _ in range(2))
    >>> found = noise_share(first, first, again, np.ones(2000), 1)
    >>> found.low < 0.1 < found.high
    True
    """
    rng = np.random.default_rng(seed)

    def share(every: FloatArray, noise: FloatArray) -> float:
        whole = float(every.var(ddof=1))
        return float(noise.mean() / whole) if whole > 0.0 else math.nan

    noise = (first - again) ** 2 / (blocks + 1.0)
    resampled = [
        share(values[rng.integers(len(values), size=len(values))], noise[rng.integers(len(noise), size=len(noise))])
        for _ in range(RESAMPLES)
    ]
    low, high = np.nanquantile(resampled, [0.025, 0.975]) if np.isfinite(resampled).any() else (math.nan, math.nan)
    return NoiseShare(share(values, noise), float(low), float(high), len(noise))


RESAMPLES: Final = 1000
