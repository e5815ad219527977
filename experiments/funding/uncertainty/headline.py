"""A case's figures at a stated confidence: mean, median and 80% point of the draws, beside the planner's own.

The planner's figures are those of the central inputs. Prices overrun and ranges lean to one side, so that they need not
lie in the middle of the draws: each is shown with the share of draws that are no higher. Page, record and terminal read
their numbers here, and nothing else makes a figure at a confidence.

Source: GAO-20-195G, best practice 12 and 14: a point estimate at a stated confidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from experiments.number_format import number, percent
from sim.arrays import FloatArray

COVERAGE: Final = 0.95
"""Of the intervals over draws."""
STATED: Final = (0.5, 0.8)
"""Confidences at which asks are stated."""
ASK: Final = "ask_then_year_usd"
"""Column of what is asked for: the initial spending in the dollars of the years that spend it."""


@dataclass(frozen=True, slots=True)
class PointOfDraws:
    """One percentile of the draws, each the value of a draw, with its interval over draws."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ShareOfDraws:
    """A share of the draws, with its interval over draws (Wilson)."""

    share: float
    low: float
    high: float

    def words(self) -> str:
        """Return the share with its interval, to be followed by what it is a share of.

        Examples
        --------
        >>> ShareOfDraws(0.02, 0.00781, 0.0503).words()
        '2% [0.8, 5.0]'
        """
        return f"{percent(self.share, 0)} [{number(100.0 * self.low)}, {number(100.0 * self.high)}]"


@dataclass(frozen=True, slots=True)
class FigureAtConfidence:
    """One figure of one alternative over the draws; missing (NaN) draws stand above all others, as infinite ones do.

    A break-even value is -inf where an alternative pays whatever a load is worth, and so lowest; it is +inf where no
    value would do (`experiments.funding.uncertainty.sensitivity.break_even_values`).
    """

    column: str
    planned: float
    """At the central inputs; NaN: there is none."""
    planned_share: ShareOfDraws | None
    """Of the draws, those that are no higher than the planner's; None: there is no planner's."""
    mean: float
    """NaN: some draws have none."""
    p50: PointOfDraws
    p80: PointOfDraws
    draws: int

    @property
    def planned_percentile(self) -> float:
        """Percent of the draws that are no higher than the planner's; NaN: there is none."""
        return math.nan if self.planned_share is None else 100.0 * self.planned_share.share


@dataclass(frozen=True, slots=True)
class HeadlineFigures:
    """What one alternative is asked for, costs and brings, at a stated confidence."""

    alternative: str
    figures: Mapping[str, FigureAtConfidence]
    """By column of the draws."""
    budget_holds: ShareOfDraws
    """Draws in which the planner's ask is enough, both in then-year dollars."""
    pays: ShareOfDraws
    """Draws in which the net present value is above zero; loads count where the user gives them a value."""
    pays_at_planned_break_even: ShareOfDraws | None
    """Draws in which it pays at the planner's own break-even value of a load; None: it has none."""


def point_of_draws(values: FloatArray, share: float) -> PointOfDraws:
    """Return the value below which a share of the draws lies, with its order-statistic interval.

    Examples
    --------
    >>> point_of_draws(np.arange(1.0, 101.0), 0.8)
    PointOfDraws(value=80.0, low=72.0, high=89.0)
    """
    ranked, n = np.sort(values), len(values)
    tail = (1.0 - COVERAGE) / 2.0
    places = (stats.binom.ppf(tail, n, share), stats.binom.ppf(1.0 - tail, n, share) + 1.0)
    low, high = (float(ranked[int(min(max(place, 1.0), n)) - 1]) for place in places)
    return PointOfDraws(float(np.quantile(values, share, method="inverted_cdf")), low, high)


def share_of_draws(holds: Iterable[bool]) -> ShareOfDraws:
    """Return how often something holds.

    Examples
    --------
    >>> found = share_of_draws([True] * 8 + [False] * 2)
    >>> found.share, round(found.low, 3), round(found.high, 3)
    (0.8, 0.49, 0.943)
    """
    every = list(holds)
    found = stats.binomtest(sum(every), len(every)).proportion_ci(COVERAGE, method="wilson")
    return ShareOfDraws(sum(every) / len(every), float(found.low), float(found.high))


def figure_at_confidence(draws: pd.DataFrame, alternative: str, column: str, planned: float) -> FigureAtConfidence:
    """Return one column of the draws at the stated confidences, with the planner's own figure.

    Parameters
    ----------
    draws : DataFrame
        A row a draw and alternative, as ``draws.csv`` holds them.
    column : str
        Any column of dollars or loads: constant or then-year.
    planned : float
        The planner's own figure; NaN: there is none.
    """
    values = draws.loc[draws["alternative"] == alternative, column].to_numpy(np.float64, na_value=np.inf)
    return figure_of_values(column, values, planned)


def figure_of_values(column: str, drawn: FloatArray, planned: float) -> FigureAtConfidence:
    """Return a figure whose value in every draw is known [draw], with the planner's own."""
    values = np.where(np.isnan(drawn), np.inf, drawn)
    share = None if math.isnan(planned) else share_of_draws(values <= planned)
    mean = float(values.mean()) if np.isfinite(values).all() else math.nan
    half, most = (point_of_draws(values, share) for share in STATED)
    return FigureAtConfidence(column, planned, share, mean, half, most, len(values))


def headline_of(
    draws: pd.DataFrame, alternative: str, planned: Mapping[str, float], usd_per_load: float | None = None
) -> HeadlineFigures:
    """Return the headline of one alternative.

    Parameters
    ----------
    planned : mapping
        The planner's own figure by column of the draws; each column that it names is in the headline.
    usd_per_load : float, optional
        Value of an interdicted load that the user gives.
    """
    mine = draws.loc[draws["alternative"] == alternative]
    net = mine["npv0_usd"] + (usd_per_load or 0.0) * mine["loads"]
    least = planned.get("break_even_usd", math.nan)
    at_planned = None
    if math.isfinite(least):
        at_planned = share_of_draws((mine["npv0_usd"] + least * mine["loads"]) >= 0.0)
    return HeadlineFigures(
        alternative=alternative,
        figures={name: figure_at_confidence(draws, alternative, name, value) for name, value in planned.items()},
        budget_holds=share_of_draws(mine[ASK] <= planned[ASK]),
        pays=share_of_draws(net > 0.0),
        pays_at_planned_break_even=at_planned,
    )


def headline_table(headlines: Iterable[HeadlineFigures]) -> pd.DataFrame:
    """Return the headlines, a row an alternative and figure; columns as in `Uncertainty.headline`."""
    rows = []
    for one in headlines:
        for figure in one.figures.values():
            points = {
                f"p{round(100.0 * share)}{ending}": value
                for share, point in zip(STATED, (figure.p50, figure.p80), strict=True)
                for ending, value in (("", point.value), ("_low", point.low), ("_high", point.high))
            }
            rows.append(
                {
                    "alternative": one.alternative,
                    "figure": figure.column,
                    "planned": figure.planned,
                    "planned_percentile": figure.planned_percentile,
                    "mean": figure.mean,
                    **points,
                    "draws": figure.draws,
                }
            )
        shares = {
            "budget_holds_share": one.budget_holds,
            "pays_share": one.pays,
            "pays_at_planned_break_even_share": one.pays_at_planned_break_even,
        }
        rows += [
            {"alternative": one.alternative, "figure": name, "mean": found.share, "low": found.low, "high": found.high}
            for name, found in shares.items()
            if found is not None
        ]
    return pd.DataFrame(rows)
