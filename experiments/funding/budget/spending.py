"""A case's payments -> the spending plan by fiscal year and appropriation, in constant and in then-year dollars.

Orders, replacements and removals are obligated in the fiscal year in which their study year begins; staff, operation
and training are spread over the year's months. A residual value is no spending and stands in no plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.economics.appraisal import AnnualFlows
from experiments.economics.budget_terms import BudgetTerms, then_year_factor
from experiments.economics.costs import (
    COST_KINDS,
    INITIAL_COST_KINDS,
    AppropriationName,
    Payment,
    Stage,
    itemized_payments,
)
from experiments.funding.case import FundingCase
from sim.arrays import FloatArray

APPROPRIATION_WORDS: Final[dict[AppropriationName, str]] = {
    "gsa_construction": "GSA construction",
    "cbp_procurement": "CBP procurement",
    "salaries_and_expenses": "CBP salaries and expenses",
    "state": "State of Texas",
    "binational": "Mexico and binational",
}
"""Appropriations in a reader's words, in the order of a plan."""
RUNNING_KINDS: Final = ("operation", "staff", "training")
"""Kinds of cost that are spread over the months of their study year."""
SPENDING_STAGES: Final[tuple[Stage, ...]] = ("acquisition", "operation", "replacement", "disposal")


@dataclass(frozen=True, slots=True)
class SpendingPlan:
    """Spending of one alternative by fiscal year, [fiscal year] each, dollars of the appraisal's price year."""

    fiscal_years: tuple[int, ...]
    factors: FloatArray
    """Then-year dollars for one constant dollar, [fiscal year]."""
    lines: dict[tuple[AppropriationName, Stage], FloatArray]
    """By appropriation and stage, constant dollars."""

    def constant(
        self, appropriation: AppropriationName | None = None, stages: Iterable[Stage] = SPENDING_STAGES
    ) -> FloatArray:
        """Return constant dollars by fiscal year, of one appropriation or all, of some stages or all."""
        wanted = set(stages)
        total = np.zeros(len(self.fiscal_years))
        for (money, stage), usd in self.lines.items():
            if stage in wanted and appropriation in (None, money):
                total += usd
        return total

    def then_year(
        self, appropriation: AppropriationName | None = None, stages: Iterable[Stage] = SPENDING_STAGES
    ) -> FloatArray:
        """Return the same in dollars of the year that spends them."""
        return self.constant(appropriation, stages) * self.factors

    def appropriations(self) -> tuple[AppropriationName, ...]:
        """Return the appropriations that pay anything, in the order of a plan."""
        paying = {money for money, _ in self.lines}
        return tuple(money for money in APPROPRIATION_WORDS if money in paying)


def case_payments(case: FundingCase, name: str) -> list[Payment]:
    """Return every payment of an alternative, with the staff that it takes."""
    bought, appraisal = case.purchases.get(name, ()), case.appraisal
    return list(itemized_payments(bought, case.catalogue, appraisal.years, appraisal.price_year))


def spending_plan(case: FundingCase, name: str, inflation: float | None = None) -> SpendingPlan:
    """Return the spending plan of an alternative; ``inflation`` in the place of the case's own rate.

    Examples
    --------
    >>> from experiments.funding.request import build_case
    >>> plan = spending_plan(build_case(["experiment=portals"]), "one_more")
    >>> plan.fiscal_years[0], plan.appropriations()
    (2027, ('cbp_procurement', 'salaries_and_expenses'))
    """
    terms, appraisal = case.budget, case.appraisal
    rate = terms.inflation_share_per_y if inflation is None else inflation
    fiscal_years, months = terms.fiscal_years(appraisal.base_year, appraisal.years), terms.month_shares()
    lines: dict[tuple[AppropriationName, Stage], FloatArray] = {}
    for payment in case_payments(case, name):
        if payment.stage == "residual":
            continue
        shares = months if payment.kind in RUNNING_KINDS else (1.0,)
        line = lines.setdefault((payment.appropriation, payment.stage), np.zeros(len(fiscal_years)))
        line[payment.year : payment.year + len(shares)] += payment.usd * np.asarray(shares)
    factors = [then_year_factor(year, appraisal.price_year, case.deflator, rate) for year in fiscal_years]
    return SpendingPlan(fiscal_years, np.asarray(factors), lines)


def fiscal_year_sums(terms: BudgetTerms, by_kind: Mapping[str, FloatArray]) -> FloatArray:
    """Return dollars by kind of cost and study year, [0..T] each, as the fiscal years that spend them, all kinds added.

    Examples
    --------
    >>> from experiments.funding.request import read_economic_option
    >>> import dataclasses
    >>> terms = dataclasses.replace(read_economic_option(BudgetTerms, "budget", "federal"), first_month=1)
    >>> fiscal_year_sums(terms, {"equipment": np.array([8.0, 0.0]), "staff": np.array([0.0, 4.0])}).tolist()
    [8.0, 3.0, 1.0]
    """
    shares = terms.month_shares()
    years = max(len(usd) for usd in by_kind.values())
    total = np.zeros(years + len(shares) - 1)
    for kind, usd in by_kind.items():
        for late, share in enumerate(shares if kind in RUNNING_KINDS else (1.0,)):
            total[late : late + years] += share * usd
    return total


def then_year_dollars(case: FundingCase, by_year: Mapping[str, FloatArray]) -> float:
    """Return constant dollars by kind of cost and study year [0..T] in dollars of the fiscal years that spend them.

    A pure function of the amounts and of the case's budget, base year and price index, for a drawn case as for any.
    """
    terms, appraisal = case.budget, case.appraisal
    rate = terms.inflation_share_per_y
    fiscal_years = terms.fiscal_years(appraisal.base_year, appraisal.years)
    factors = np.array([then_year_factor(year, appraisal.price_year, case.deflator, rate) for year in fiscal_years])
    total = 0.0
    for kind, usd in by_year.items():
        shares = terms.month_shares() if kind in RUNNING_KINDS else (1.0,)
        total += sum(share * float(usd @ factors[late : late + len(usd)]) for late, share in enumerate(shares))
    return total


def _of_kinds(flows: AnnualFlows, kinds: Iterable[str]) -> dict[str, FloatArray]:
    return {kind: flows.cost.total(kinds=[kind]) for kind in kinds if kind != RESIDUAL}


RESIDUAL: Final = "residual"
BUDGET_FIGURES: Final[Mapping[str, Callable[[FundingCase, AnnualFlows], float]]] = {
    "ask_usd": lambda case, flows: float(flows.cost.total(kinds=INITIAL_COST_KINDS).sum()),
    "ask_then_year_usd": lambda case, flows: then_year_dollars(case, _of_kinds(flows, INITIAL_COST_KINDS)),
    "life_cycle_usd": lambda case, flows: float(sum(usd.sum() for usd in _of_kinds(flows, COST_KINDS).values())),
    "life_cycle_then_year_usd": lambda case, flows: then_year_dollars(case, _of_kinds(flows, COST_KINDS)),
}
"""Column of the draws -> figure of one alternative, not discounted and without contingency.

The ask is the initial spending of all orders, the life-cycle cost all spending of all years; a case may be drawn.
"""


BUDGET_WORDS: Final[Mapping[str, str]] = {
    "ask_then_year_usd": "ask, then-year",
    "life_cycle_then_year_usd": "life-cycle cost, then-year",
    "ask_usd": "ask, constant",
    "life_cycle_usd": "life-cycle cost, constant",
}
"""`BUDGET_FIGURES` in words, in the order in which they are stated at a confidence."""


def budget_totals(case: FundingCase, flows: AnnualFlows) -> dict[str, float]:
    """Return every one of `BUDGET_FIGURES` for one alternative, from its flows in the case."""
    return {name: figure(case, flows) for name, figure in BUDGET_FIGURES.items()}
