"""The draws of a case at the other discount rates, and each draw's own rate of return and payback.

The same draws as those of the headline: a rate is a scenario and never drawn, but what a figure at
another rate rests on is as uncertain as at the headline's.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.economics.appraisal import Alternative, appraise, net_flow, payback_y
from experiments.economics.internal_rate import internal_rate
from experiments.funding.beliefs import LOADS_SCALE
from experiments.funding.money import priced
from experiments.funding.redrawn_case import drawn, redrawn_case
from experiments.funding.valuation import Valuation, changed

Floats = npt.NDArray[np.float64]
RATES: Final = (
    "draw",
    "alternative",
    "rate",
    "capital_usd",
    "cost_usd",
    "user_benefit_usd",
    "npv0_usd",
    "loads",
)
RETURNS: Final = (
    "draw",
    "alternative",
    "irr",
    "irr_reason",
    "payback_y",
    "discounted_payback_y",
)


def drawn_rates(
    valuation: Valuation, uniforms: Floats, shifts: Floats | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every draw at every other rate, and every draw's returns.

    Parameters
    ----------
    uniforms : array
        [draw, economic belief].
    shifts : array, optional
        [draw, column] change of the response on a log scale, as of the headline's draws.

    Returns
    -------
    rates : pandas.DataFrame
        The columns are `RATES`; the baseline, which is zero, is left out.
    returns : pandas.DataFrame
        The columns are `RETURNS`; missing: no rate, or never paid back within the years. Where the
        user gives a value of a load, it is in them as in the headline's.
    """
    columns = [one.law.at(u) for one, u in zip(valuation.economic, uniforms.T, strict=True)]
    rows = np.column_stack(columns).tolist() if columns else [[] for _ in uniforms]
    known = None
    if valuation.formulas is not None and shifts is not None:
        known = valuation.formulas.factors(shifts)
    rates: list[dict[str, Any]] = []
    returns: list[dict[str, Any]] = []
    for draw, numbers in enumerate(rows):
        found = drawn(valuation.economic, numbers)
        response = valuation.response if known is None else changed(valuation.response, known[draw])
        alternatives = priced(redrawn_case(valuation.asked, found), response)
        scale = found.get(LOADS_SCALE, (1.0, 1.0))[0]
        rates += _at_rates(valuation, alternatives, draw, scale)
        returns += _returns(valuation, alternatives, draw, scale)
    return pd.DataFrame(rates, columns=list(RATES)), pd.DataFrame(returns, columns=list(RETURNS))


def _at_rates(
    valuation: Valuation, alternatives: dict[str, Alternative], draw: int, scale: float
) -> list[dict[str, Any]]:
    asked = valuation.asked
    base, own = asked.study.baseline, asked.appraisal.discount_rate
    return [
        {
            "draw": draw,
            "alternative": name,
            "rate": rate,
            "capital_usd": worth.capital,
            "cost_usd": worth.cost,
            "user_benefit_usd": worth.user_benefit,
            "npv0_usd": worth.npv0,
            "loads": scale * worth.loads,
        }
        for rate in asked.appraisal.rates()
        if rate != own
        for name, worth in appraise(alternatives, base, rate).items()
        if name != base
    ]


def _returns(
    valuation: Valuation, alternatives: dict[str, Alternative], draw: int, scale: float
) -> list[dict[str, Any]]:
    appraisal, baseline = valuation.asked.appraisal, valuation.asked.study.baseline
    price = appraisal.interdiction_usd_per_load
    scaled = None if price is None else scale * price
    rows = []
    for name, one in alternatives.items():
        if name == baseline:
            continue
        net = net_flow(one, alternatives[baseline], scaled)
        rate = internal_rate(net)
        rows.append(
            {
                "draw": draw,
                "alternative": name,
                "irr": rate.rate,
                "irr_reason": rate.reason,
                "payback_y": payback_y(net),
                "discounted_payback_y": payback_y(net, appraisal.discount_rate),
            }
        )
    return rows
