"""The life-cycle cost estimate by work breakdown structure, with contingency, in constant and then-year dollars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.economics.costs import Payment
from experiments.funding.budget.spending import RUNNING_KINDS, SpendingPlan, case_payments, spending_plan
from experiments.funding.case import FundingCase


@dataclass(frozen=True, slots=True)
class WorkElement:
    """One line of the work breakdown structure."""

    code: str
    words: str
    holds: Callable[[Payment], bool] | None
    """Which payments are in it; None: the model prices nothing of it, and the author fills it in."""


def _bought(kind: str) -> Callable[[Payment], bool]:
    return lambda payment: payment.stage == "acquisition" and payment.kind == kind


def _run(kind: str) -> Callable[[Payment], bool]:
    return lambda payment: payment.stage == "operation" and payment.kind == kind


WORK_BREAKDOWN: Final = (
    WorkElement("1.1", "program office", None),
    WorkElement("1.2", "design, land, permits", None),
    WorkElement("1.3", "equipment", _bought("equipment")),
    WorkElement("1.4", "civil works", _bought("civil_works")),
    WorkElement("1.5", "integration and test", _bought("integration")),
    WorkElement("1.6", "first training", _bought("training")),
    WorkElement("2.1", "staff", _run("staff")),
    WorkElement("2.2", "operation and upkeep", _run("operation")),
    WorkElement("2.3", "recurring training", _run("training")),
    WorkElement("2.4", "replacement of equipment", lambda payment: payment.stage == "replacement"),
    WorkElement("3.1", "removal", lambda payment: payment.stage == "disposal"),
)
"""Acquisition, operation and support, disposal; a residual value is no cost and is in none."""
CONTINGENCY: Final = WorkElement("1.7", "contingency", None)


@dataclass(frozen=True, slots=True)
class LifeCycleLine:
    """What one line of the work breakdown comes to over all years; NaN: not priced."""

    element: WorkElement
    constant_usd: float
    then_year_usd: float


def life_cycle_lines(case: FundingCase, name: str, contingency: float | None = None) -> list[LifeCycleLine]:
    """Return the work breakdown of an alternative, contingency among it; ``contingency`` replaces its share.

    Then-year dollars of a line are those of its payments' fiscal years. All priced lines but the contingency add up to
    the life-cycle cost of `experiments.funding.budget.spending.BUDGET_FIGURES`.
    """
    share = case.budget.contingency_share if contingency is None else contingency
    plan, payments = spending_plan(case, name), case_payments(case, name)
    lines = [_line(case, plan, payments, element) for element in WORK_BREAKDOWN]
    bought = [plan.constant(stages=["acquisition"]), plan.then_year(stages=["acquisition"])]
    spare = LifeCycleLine(CONTINGENCY, *(share * float(usd.sum()) for usd in bought))
    place = next(number for number, line in enumerate(lines) if line.element.code > CONTINGENCY.code)
    return [*lines[:place], spare, *lines[place:]]


def _line(case: FundingCase, plan: SpendingPlan, payments: list[Payment], element: WorkElement) -> LifeCycleLine:
    if element.holds is None:
        return LifeCycleLine(element, np.nan, np.nan)
    constant = then_year = 0.0
    for payment in payments:
        if payment.stage != "residual" and element.holds(payment):
            shares = case.budget.month_shares() if payment.kind in RUNNING_KINDS else (1.0,)
            constant += payment.usd
            then_year += payment.usd * float(plan.factors[payment.year : payment.year + len(shares)] @ np.array(shares))
    return LifeCycleLine(element, constant, then_year)


def life_cycle_total(lines: list[LifeCycleLine]) -> tuple[float, float]:
    """Return constant and then-year dollars of all priced lines."""
    return float(np.nansum([line.constant_usd for line in lines])), float(
        np.nansum([line.then_year_usd for line in lines])
    )
