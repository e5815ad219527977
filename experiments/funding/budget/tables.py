"""The budget of a case as raw tables, one CSV each: spending plan, life-cycle cost, both governments, Mexican sheet."""

from __future__ import annotations

import pandas as pd

from experiments.funding.budget.life_cycle import life_cycle_lines
from experiments.funding.budget.mexican_appraisal import Scope, mexican_indicators
from experiments.funding.budget.spending import SPENDING_STAGES, spending_plan
from experiments.funding.budget.standing import country_values, standing_ledger
from experiments.funding.cash_flows import AppraisedCase


def budget_tables(appraised: AppraisedCase) -> dict[str, pd.DataFrame]:
    """Return every table of the budget by the name of its file."""
    return {
        "spending_plan": spending_plan_table(appraised),
        "life_cycle_cost": life_cycle_table(appraised),
        "governments": governments_table(appraised),
        "mexican_indicators": mexican_table(appraised),
    }


def _rivals(appraised: AppraisedCase) -> list[str]:
    return [name for name in appraised.alternatives if name != appraised.case.study.baseline]


def spending_plan_table(appraised: AppraisedCase) -> pd.DataFrame:
    """Return ``alternative``, ``fiscal_year``, ``appropriation``, ``stage``, ``usd``, ``then_year_usd``; no zeros."""
    rows = [
        (name, year, money, stage, float(usd), float(usd * factor))
        for name in _rivals(appraised)
        for plan in (spending_plan(appraised.case, name),)
        for money in plan.appropriations()
        for stage in SPENDING_STAGES
        for year, usd, factor in zip(plan.fiscal_years, plan.constant(money, [stage]), plan.factors, strict=True)
        if usd
    ]
    return pd.DataFrame(rows, columns=["alternative", "fiscal_year", "appropriation", "stage", "usd", "then_year_usd"])


def life_cycle_table(appraised: AppraisedCase) -> pd.DataFrame:
    """Return ``alternative``, ``code``, ``element``, ``usd``, ``then_year_usd``; empty: not priced by the model."""
    rows = [
        (name, line.element.code, line.element.words, line.constant_usd, line.then_year_usd)
        for name in _rivals(appraised)
        for line in life_cycle_lines(appraised.case, name)
    ]
    return pd.DataFrame(rows, columns=["alternative", "code", "element", "usd", "then_year_usd"])


def governments_table(appraised: AppraisedCase) -> pd.DataFrame:
    """Return ``rate``, ``alternative``, ``country``, ``party``, ``usd``; party "all" is a country's net value."""
    rows: list[tuple[float, str, str, str, float]] = []
    for rate in appraised.case.appraisal.rates():
        for name in _rivals(appraised):
            ledger = standing_ledger(appraised, name, rate)
            rows += [(rate, name, one.country, one.party, one.usd) for one in ledger]
            rows += [(rate, name, country, "all", usd) for country, usd in country_values(ledger).items()]
    return pd.DataFrame(rows, columns=["rate", "alternative", "country", "party", "usd"])


def mexican_table(appraised: AppraisedCase) -> pd.DataFrame:
    """Return the Mexican indicators by ``alternative`` and ``scope``, dollars, and pesos where the user gives a rate.

    Columns: ``without_project``, ``vpn_usd``, ``tir``, ``tir_reason``, ``tri``, ``cae_usd``, ``vpn_mxn``, ``cae_mxn``.
    """
    pesos = appraised.case.budget.mexico.exchange_rate_mxn_per_usd
    scopes: tuple[Scope, ...] = ("binational", "Mexico")
    rows = []
    for name in _rivals(appraised):
        for scope in scopes:
            one = mexican_indicators(appraised, name, scope)
            if one.without_project == name:
                continue
            row = {"alternative": name, "scope": scope, "without_project": one.without_project, "vpn_usd": one.npv_usd}
            row |= {"tir": one.internal_rate.rate, "tir_reason": one.internal_rate.reason, "tri": one.first_year_return}
            row |= {"cae_usd": one.annual_cost_usd}
            if pesos is not None:
                row |= {"vpn_mxn": pesos * one.npv_usd, "cae_mxn": pesos * one.annual_cost_usd}
            rows.append(row)
    return pd.DataFrame(rows)
