"""The ask and the life-cycle cost of every draw, and the percentiles that a budget is asked for at."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from experiments.economics.appraisal import AnnualFlows
from experiments.funding.budget.spending import budget_totals
from experiments.funding.case import FundingCase

ASKED_AT: Final = (50, 80)
"""Percentiles at which a budget is stated."""


class StatedBudget(NamedTuple):
    """A figure at the percentiles of `ASKED_AT`, and where the planner's own lies among the draws."""

    p50_usd: float
    p80_usd: float
    planned_usd: float
    planned_percentile: float
    """Percent of draws in which the figure is at most the planner's."""


def stated_budget(draws: pd.DataFrame, name: str, column: str, planned_usd: float) -> StatedBudget | None:
    """Return the percentiles of a budget column over the draws of an alternative; None: no draws hold it.

    A percentile is the value of a draw (inverted distribution function), so that it can be looked up in the table.

    Examples
    --------
    >>> draws = pd.DataFrame({"alternative": "more", "ask_usd": np.arange(1.0, 11.0)})
    >>> stated_budget(draws, "more", "ask_usd", 3.0)
    StatedBudget(p50_usd=5.0, p80_usd=8.0, planned_usd=3.0, planned_percentile=30.0)
    """
    if column not in draws.columns:
        return None
    values = draws.loc[draws["alternative"] == name, column].to_numpy(np.float64)
    if not len(values):
        return None
    p50, p80 = (float(np.percentile(values, percent, method="inverted_cdf")) for percent in ASKED_AT)
    return StatedBudget(p50, p80, planned_usd, 100.0 * float((values <= planned_usd).mean()))


STATED: Final = {
    "ask, then-year": "ask_then_year_usd",
    "life-cycle cost, then-year": "life_cycle_then_year_usd",
    "ask, constant": "ask_usd",
    "life-cycle cost, constant": "life_cycle_usd",
}
"""Figures that are stated at percentiles of the draws, in words, by their columns."""


def stated_budgets(
    case: FundingCase, flows: AnnualFlows, draws: pd.DataFrame, name: str
) -> dict[str, StatedBudget | None]:
    """Return every figure of `STATED` for one alternative, the planner's own beside the percentiles of the draws."""
    planned = budget_totals(case, flows)
    return {words: stated_budget(draws, name, column, planned[column]) for words, column in STATED.items()}
