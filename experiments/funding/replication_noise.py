"""What replications alone leave open: paired intervals of amounts, present values and thresholds.

An interval here says how far more replications of the same parameters could move a figure; what is
not known of the parameters is another matter (`experiments.funding.uncertainty`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd

from experiments.economics.appraisal import Worth
from experiments.funding.case import Case
from experiments.funding.money import priced, worths
from experiments.funding.response import Floats, Response
from experiments.intervals import Interval, Sample, difference, interval, of_function

MEASURES: Final[Mapping[str, Callable[[Worth], float]]] = {
    "npv0_usd": lambda worth: worth.npv0,
    "user_benefit_usd": lambda worth: worth.user_benefit,
    "loads": lambda worth: worth.loads,
}
"""Present values that are means over replications, each linear in them."""
ByReplication = list[dict[float, dict[str, Worth]]]
"""Worths of every replication by itself, by rate and alternative."""


def worths_by_replication(asked: Case, found: Response) -> ByReplication:
    """Return the present values that each replication alone would give."""
    return [worths(asked, priced(asked, found.only(r))) for r in range(found.replications)]


def measure_interval(
    each: ByReplication, rate: float, name: str, measure: str, coverage: float
) -> Interval:
    """Return the t interval of one of `MEASURES`, paired: every worth is above its own baseline."""
    values = [MEASURES[measure](one[rate][name]) for one in each]
    return interval(Sample.of(values), coverage)


def ratio_interval(
    each: ByReplication,
    rate: float,
    name: str,
    parts: tuple[Callable[[Worth], float], Callable[[Worth], float]],
    coverage: float,
) -> Interval:
    """Return the jackknife interval of a ratio of two sums over replications.

    None where the denominator is not above zero: a threshold that some replications lack.
    """
    top, bottom = ([part(one[rate][name]) for one in each] for part in parts)
    found = of_function([Sample.of(top, bottom)], lambda value: value, coverage)
    return Interval(found.mean, found.low, found.high, found.n, found.reason)


def amounts_table(asked: Case, found: Response) -> pd.DataFrame:
    """Return every simulated amount with its interval, and its paired difference from the baseline.

    Columns: ``alternative``, ``year``, ``amount``, ``mean``, ``low``, ``high``, ``difference``,
    ``diff_low``, ``diff_high``, ``p_value``, ``replications``, ``note``.
    """
    rows = [
        _amount_row(asked, found, name, (alternative, year))
        for name in found.amounts
        for alternative in range(len(found.alternatives))
        for year in range(len(found.years))
    ]
    return pd.DataFrame(rows)


def _amount_row(
    asked: Case, found: Response, name: str, place: tuple[int, int]
) -> dict[str, object]:
    alternative, year = place
    base = found.alternatives.index(asked.study.baseline)
    own, other = (_sample(found.amounts[name][a, year]) for a in (alternative, base))
    level = interval(own, asked.study.coverage)
    gap = difference(own, other, asked.study.coverage)
    return {
        "alternative": found.alternatives[alternative],
        "year": found.years[year],
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


def _sample(values: Floats) -> Sample:
    return Sample.of(values)
