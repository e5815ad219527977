"""The indicators of a Mexican *analisis costo-beneficio*: VPN, TIR, TRI, CAE at the social discount rate.

Everything is above the situation without the project, which is the alternative that the user names as today's port at
its best without it, or the baseline as it stands. Interdiction is not priced.

Source: Secretaria de Hacienda y Credito Publico, guidelines for cost-benefit analyses, 2013.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.economics.appraisal import InternalRateOfReturn, internal_rate_of_return
from experiments.economics.costs import RESIDUAL_KINDS
from experiments.economics.discounting import annualised, present_value
from experiments.funding.budget.benefit_items import gain_by_part
from experiments.funding.budget.standing import mexican_share_by_year
from experiments.funding.cash_flows import AppraisedCase
from sim.arrays import FloatArray

Scope = Literal["binational", "Mexico"]


@dataclass(frozen=True, slots=True)
class MexicanIndicators:
    """What the sheet says of one alternative, dollars of the price year."""

    without_project: str
    """The alternative that everything is above."""
    npv_usd: float
    """VPN."""
    internal_rate: InternalRateOfReturn
    """TIR; none where nothing but a residual value comes in."""
    first_year_return: float | None
    """TRI: net gain of the first year of service over what was invested before it; None: nothing was invested."""
    annual_cost_usd: float
    """CAE: the equal cost a year, years 1 to T, that is worth all costs of the alternative."""


def flows_of_scope(appraised: AppraisedCase, name: str, scope: Scope) -> tuple[FloatArray, FloatArray]:
    """Return costs and users' gain above the baseline by year [0..T], of both countries or of Mexico alone."""
    flows = appraised.alternatives[name]
    if scope == "binational":
        return flows.cost.total(), flows.user_benefit
    if name == appraised.case.study.baseline:
        return np.zeros_like(flows.user_benefit), np.zeros_like(flows.user_benefit)
    return mexican_share_by_year(appraised.case, flows.cost, gain_by_part(appraised.case, appraised.response, name))


def residual_of_scope(appraised: AppraisedCase, name: str, scope: Scope) -> FloatArray:
    """Return the value left at the end by year [0..T], of both countries or of what Mexico paid for alone."""
    payer = None if scope == "binational" else "mexico"
    return -appraised.alternatives[name].cost.total(payer, RESIDUAL_KINDS)


def without_project(appraised: AppraisedCase) -> str:
    """Return the alternative that stands for the port without the project."""
    named = appraised.case.budget.mexico.optimized_baseline
    if named is not None and named in appraised.alternatives:
        return named
    return appraised.case.study.baseline


def mexican_indicators(appraised: AppraisedCase, name: str, scope: Scope) -> MexicanIndicators:
    """Return the indicators of one alternative at Mexico's social discount rate."""
    case, base = appraised.case, without_project(appraised)
    rate, years = case.budget.mexico.social_discount_rate, case.appraisal.years
    (cost, gain), (base_cost, base_gain) = (flows_of_scope(appraised, one, scope) for one in (name, base))
    paid, net = cost - base_cost, gain - base_gain - (cost - base_cost)
    left = residual_of_scope(appraised, name, scope) - residual_of_scope(appraised, base, scope)
    return MexicanIndicators(
        without_project=base,
        npv_usd=present_value(rate, net),
        internal_rate=internal_rate_of_return(net, left),
        first_year_return=first_year_return(net, first_service_year(appraised, name)),
        annual_cost_usd=annualised(present_value(rate, paid), rate, years),
    )


def first_service_year(appraised: AppraisedCase, name: str) -> int:
    """Return the first year in which anything of an alternative works; 1 for what is bought by nobody."""
    case = appraised.case
    bought = [p for p in case.purchases.get(name, ()) if p.units > 0.0]
    return min((p.first_service_y(case.catalogue[p.measure]) for p in bought), default=1)


def first_year_return(net: FloatArray, first: int) -> float | None:
    """Return the net gain of year ``first`` over what was paid before it; None where nothing was.

    Examples
    --------
    >>> first_year_return(np.array([-10.0, 2.0, 3.0]), 1)
    0.2
    """
    invested = -float(net[:first].sum())
    return float(net[first]) / invested if invested > 0.0 else None


def optimized_words(appraised: AppraisedCase) -> str:
    """Say whether today's port at its best without the project was studied."""
    named = appraised.case.budget.mexico.optimized_baseline
    if named is None:
        return (
            "It is today's port as it runs. Hacienda asks for today's port at its best with small measures: name an "
            "alternative of that kind in budget.mexico.optimized_baseline."
        )
    if named not in appraised.alternatives:
        return f"It is today's port as it runs: {named}, which was named as its best, cannot carry the last year."
    return "It is today's port at its best, with small measures."


def exchange_words(appraised: AppraisedCase) -> str:
    """Say in which money the sheet is."""
    case = appraised.case
    rate, year = case.budget.mexico.exchange_rate_mxn_per_usd, case.appraisal.price_year
    if rate is None:
        return (
            f"In dollars of {year}: no exchange rate was given. "
            "budget.mexico.exchange_rate_mxn_per_usd=RATE turns the indicators into pesos."
        )
    return f"In pesos, at {rate:g} for a dollar of {year}."
