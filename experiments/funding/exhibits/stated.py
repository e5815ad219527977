"""The figures of one alternative at a stated confidence: the half-way and the 80% point of the draws.

The planner's own figures, at the central inputs, stand beside them with the share of draws that are no higher. What the
page says of confidence comes from here alone.

Source: GAO-20-195G, a point estimate is given with its confidence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.economics.appraisal import PresentWorth
from experiments.economics.cost_effectiveness import break_even_usd_per_load
from experiments.funding.budget.spending import budget_totals
from experiments.funding.exhibits.evidence import Evidence
from sim.arrays import FloatArray

ASK: Final = "ask_then_year_usd"
"""Column of the draws from which the ask is stated."""


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """One figure over the draws; each point is the value of a draw; infinite: a draw has none."""

    planned: float
    """At the central inputs."""
    planned_share: float
    """Of the draws, those that are no higher."""
    p5: float
    p50: float
    p80: float
    p95: float


@dataclass(frozen=True, slots=True)
class StatedFigures:
    """What one alternative asks for, costs and depends on."""

    ask: StatedFigure
    """Initial spending in then-year dollars, not discounted."""
    cost: StatedFigure
    """Life-cycle cost, present value."""
    npv: StatedFigure
    break_even: StatedFigure
    """Dollars a load; draws in which no value would do stand above all others."""
    pays: float
    """Share of draws with a net present value above zero."""
    draws: int

    @property
    def budget_holds(self) -> float:
        """Share of draws in which the planner's ask is enough."""
        return self.ask.planned_share


def stated_figures(evidence: Evidence, name: str) -> StatedFigures | None:
    """Return the figures of one alternative over the draws; None: nothing was drawn."""
    if not evidence.draws:
        return None
    drawn, central = [draw[name] for draw in evidence.draws], evidence.worths[name]
    planned = budget_totals(evidence.appraised.case, evidence.alternative(name))[ASK]

    def figure(of: Callable[[PresentWorth], float]) -> StatedFigure:
        return _stated(np.array([of(one) for one in drawn], dtype=np.float64), of(central))

    price = evidence.usd_per_load
    return StatedFigures(
        ask=_stated(_column(evidence, name, ASK), planned),
        cost=figure(lambda worth: worth.cost),
        npv=figure(lambda worth: worth.npv(price)),
        break_even=figure(_break_even),
        pays=float(np.mean([one.npv(price) > 0.0 for one in drawn])),
        draws=len(drawn),
    )


def _column(evidence: Evidence, name: str, column: str) -> FloatArray:
    """Return a column of ``draws.csv`` for one alternative."""
    if evidence.uncertainty is None:
        raise ValueError("nothing was drawn")
    draws = evidence.uncertainty.draws
    return draws.loc[draws["alternative"] == name, column].to_numpy(np.float64)


def _break_even(worth: PresentWorth) -> float:
    found = break_even_usd_per_load(worth)
    return float("inf") if found is None else found


def _stated(values: FloatArray, planned: float) -> StatedFigure:
    p5, p50, p80, p95 = np.quantile(values, [0.05, 0.5, 0.8, 0.95], method="inverted_cdf").tolist()
    return StatedFigure(planned, float(np.mean(values <= planned)), p5, p50, p80, p95)
