"""The wait at a port by year, in the measure that a plan limits.

A mean wait cannot pass the wait at which trips are given up, so that a limit of it may be kept by sending trucks away.
The share of long waits counts those trips too: of the trips that are wanted it is the part that waits over 30 minutes
or is not made.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from experiments.economics.benefits import interpolate_years
from experiments.funding.annual import ELSEWHERE, Response
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import share_in_service
from experiments.funding.portfolio_plan import WaitLimit, WaitMeasure
from sim.arrays import FloatArray

WAIT: Final = "wait_mean_min"
LONG: Final[WaitMeasure] = "long_wait_share"
OVER_30: Final = "n_wait_over_30"
KNOWN: Final = "n_wait_known"
"""Amounts of a year: trucks that waited over 30 minutes, and trucks of which it is known."""
WORDS: Final = {
    "long_wait_share": "share of trips that wait over 30 minutes or are not made because of the wait",
    "wait_p95_min": "wait that one truck in twenty exceeds",
    "wait_mean_min": "average wait",
}
"""Measures in a reader's words."""
PERCENT: Final = 100.0


def wait_amounts(response: Response, measure: str) -> FloatArray:
    """Return a measure of the wait [alternative, year, replication]: minutes, or a share of trips."""
    if measure != LONG:
        return response.amounts[measure]
    away = response.amounts.get(ELSEWHERE, 0.0)
    return np.asarray((response.amounts[OVER_30] + away) / (response.amounts[KNOWN] + away))


def wait_by_year(
    case: FundingCase, response: Response, name: str, measure: str, before: FloatArray | None = None
) -> FloatArray:
    """Return a measure of the wait [0..T] with what is in service in each year.

    ``before`` is what holds until then [0..T]; None: the baseline's. While it comes into service the longer holds.
    """
    years, amounts = case.appraisal.years, wait_amounts(response, measure)

    def of(alternative: str) -> FloatArray:
        row = amounts[response.alternatives.index(alternative)].mean(axis=1)
        return interpolate_years(dict(zip(response.years, row.tolist(), strict=True)), years)

    base, own = of(case.study.baseline) if before is None else before, of(name)
    share = share_in_service(case, name)
    coming = np.where(share > 0.0, np.maximum(base, own), base)
    return np.asarray(np.where(share >= 1.0, own, coming))


def counted_wait(limit: WaitLimit, chosen: FloatArray, base: FloatArray) -> float:
    """Return what counts against a limit: the highest value, or rise over the port as it is, of its years.

    Both are [0..T] in the limit's measure; the answer is in `limit_unit`.
    """
    values = chosen if limit.rise_at_most is None else chosen - base
    return float(limit_scale(limit.measure) * values[limit.from_y :].max())


def limit_scale(measure: str) -> float:
    """Return what turns a measure into its unit: shares are shown in percent."""
    return PERCENT if measure == LONG else 1.0


def limit_unit(measure: str) -> str:
    """Return the unit in which a limit of a measure is counted."""
    return "%" if measure == LONG else "min"


def limit_words(limit: WaitLimit) -> str:
    """Return a limit in words.

    Examples
    --------
    >>> limit_words(WaitLimit(measure="wait_p95_min", at_most=None, rise_at_most=5.0, from_y=1))
    'wait that one truck in twenty exceeds: at most 5 min more than the port as it is, from year 1'
    """
    unit = limit_unit(limit.measure)
    most = f"{limit_scale(limit.measure) * limit.most:g} {unit}".replace(" %", "%")
    above = "" if limit.rise_at_most is None else " more than the port as it is"
    return f"{WORDS[limit.measure]}: at most {most}{above}, from year {limit.from_y}"
