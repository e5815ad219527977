"""Everything a funding report may draw on, and the range of each figure.

A range is that of the redrawn inputs, 5th to 95th percentile. Where they were not redrawn there is
none, and the report says so: the noise of replications is no substitute and stands apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.comparison import possible_difference, possible_level
from experiments.economics.appraisal import AnnualFlows, PresentWorth
from experiments.economics.cost_effectiveness import BreakEven, break_even_threshold
from experiments.funding.budget.spending import BUDGET_FIGURES
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.exhibits.cells import Range, dollars_cell, millions_cell, rows_of_alternatives
from experiments.funding.exhibits.choice import Choice, choose_alternative
from experiments.funding.uncertainty.analysis import Uncertainty
from experiments.funding.uncertainty.headline import (
    FigureAtConfidence,
    ShareOfDraws,
    figure_at_confidence,
    figure_of_values,
    share_of_draws,
)
from experiments.funding.uncertainty.sensitivity import break_even_values
from experiments.intervals import KIND_WORDS, Difference, IntervalEstimate, Sample, estimate_interval, paired_difference
from experiments.page_templates import Cell
from sim.arrays import FloatArray

TAIL_PERCENT: Final = 5.0
"""Percentile at which a range of redrawn inputs begins."""
ENDS: Final = (TAIL_PERCENT / 100.0, 1.0 - TAIL_PERCENT / 100.0)
"""Both ends of a range, as shares of the draws."""


@dataclass(frozen=True)
class Evidence:
    """An appraised case with what is known of its uncertainty."""

    appraised: AppraisedCase
    uncertainty: Uncertainty | None = None
    at_rate: float | None = None
    """Discount rate that everything is read at; None: the headline's."""

    @cached_property
    def choice(self) -> Choice:
        """What the numbers support at the headline's rate: one choice for the terminal, the page and the record."""
        headline = self.appraised.worths[self.appraised.case.appraisal.discount_rate]
        return choose_alternative(headline, self.baseline, self.usd_per_load)

    @cached_property
    def shown(self) -> str:
        """The choice; where the baseline stands, the rival of the highest net present value, so that both are seen."""
        if self.choice.name != self.baseline or not self.rivals:
            return self.choice.name
        return max(self.rivals, key=lambda name: (self.npv(name), -self.worths[name].cost))

    @cached_property
    def draws(self) -> tuple[Mapping[str, PresentWorth], ...]:
        """Worths by draw of the inputs: what not knowing does."""
        if self.uncertainty is None:
            return ()
        drawn = self.uncertainty.draws
        if self.rate != self.appraised.case.appraisal.discount_rate:
            others = self.uncertainty.draws_at_rates
            drawn = others if others.empty else others.loc[others["rate"] == self.rate]
        return _drawn(drawn, self.worths)

    def at(self, rate: float) -> Evidence:
        """Return the evidence with the worths and draws of another rate in the headline's place."""
        return replace(self, at_rate=rate)

    @property
    def names(self) -> tuple[str, ...]:
        """Every alternative, the baseline among them, in the order of the study."""
        return tuple(self.appraised.alternatives)

    @property
    def baseline(self) -> str:
        """The no-build alternative."""
        return self.appraised.case.study.baseline

    @property
    def rivals(self) -> tuple[str, ...]:
        """Every alternative but the baseline."""
        return tuple(name for name in self.names if name != self.baseline)

    @property
    def rate(self) -> float:
        """Discount rate of the headline, or the one that is read at."""
        return self.at_rate if self.at_rate is not None else self.appraised.case.appraisal.discount_rate

    @property
    def years(self) -> int:
        """Years after year 0."""
        return self.appraised.case.appraisal.years

    def calendar_year(self, study_year: int) -> int:
        """Return the year in which a year of the study falls; year 0 is the base year."""
        return self.appraised.case.appraisal.base_year + study_year

    def fiscal_year(self, study_year: int) -> int:
        """Return the fiscal year in which a year of the study begins: that of its orders."""
        return self.appraised.case.budget.fiscal_years(self.appraised.case.appraisal.base_year, self.years)[study_year]

    @property
    def usd_per_load(self) -> float | None:
        """Value of an interdicted load that the user set; None: none is used anywhere."""
        return self.appraised.case.appraisal.interdiction_usd_per_load

    @property
    def worths(self) -> Mapping[str, PresentWorth]:
        """Worths at the headline rate, by alternative."""
        return self.appraised.worths[self.rate]

    def alternative(self, name: str) -> AnnualFlows:
        """Return the cash flows, gain and loads of one alternative by year."""
        return self.appraised.alternatives[name]

    def npv(self, name: str) -> float:
        """Return the headline net present value, with interdiction only where it is priced."""
        return self.worths[name].npv(self.usd_per_load)

    def break_even(self, name: str) -> BreakEven:
        """Return the threshold of one alternative and its companions."""
        return break_even_threshold(self.worths[name], self.appraised.case.harm)

    def of(self, name: str, figure: Callable[[PresentWorth], float | None]) -> Range:
        """Return the range of a figure of one alternative; None where there is none."""
        return percentile_range([figure(draw[name]) for draw in self.draws])

    def cell(
        self,
        name: str,
        figure: Callable[[PresentWorth], float | None],
        make_cell: Callable[[Any, Range], Cell] = millions_cell,
    ) -> Cell:
        """Return a figure of one alternative with its range as a cell."""
        return make_cell(figure(self.worths[name]), self.of(name, figure))

    def column(
        self, figure: Callable[[PresentWorth], float | None], make_cell: Callable[[Any, Range], Cell] = millions_cell
    ) -> Callable[[str], Cell]:
        """Return the rule for a column's cells: the figure of each alternative with its range."""
        return lambda name: self.cell(name, figure, make_cell)

    def break_even_cell(self, name: str, why: str = "") -> Cell:
        """Return the break-even value of a load with its range as a cell, or why there is none."""
        return dollars_cell(self.break_even(name).usd_per_load, self.break_even_range(name), why)

    def break_even_range(self, name: str) -> Range:
        """Return the range of the break-even value of a load.

        Draws in which no value of a load would do stand above all others: an infinite high end is
        one that there is none at. None where there is none at the low end either.
        """
        ends = drawn_ends(self.drawn_break_even(name))
        return ends if ends and np.isfinite(ends[0]) else None

    def drawn_break_even(self, name: str) -> FloatArray:
        """Return the break-even value of a load by draw, in the order of `break_even_values`; empty: nothing drawn."""
        return _break_even_of([draw[name] for draw in self.draws])

    def overtaking_at_confidence(self, name: str, other: str) -> FigureAtConfidence | None:
        """Return from what value of a load on one alternative is worth more than another; None: nothing drawn."""
        if not self.draws:
            return None
        (planned,) = _overtaking_of([self.worths], name, other)
        return figure_of_values("value of a load", _overtaking_of(self.draws, name, other), float(planned))

    def overtaking_range(self, name: str, other: str) -> Range:
        """Return its range, as that of the break-even value."""
        ends = drawn_ends(_overtaking_of(self.draws, name, other))
        return ends if ends and np.isfinite(ends[0]) else None

    def not_replaced_range(self, name: str) -> Range:
        """Return the range of the share of what is seized that must not be replaced; None: not drawn."""
        low, high = (self.interval_column(name, f"not_replaced_{end}") for end in ("p5", "p95"))
        return None if low is None or high is None else (low, high)

    def interval_column(self, name: str, column: str) -> float | None:
        """Return one column of the table of intervals of one alternative; None: it is not there, or not a number."""
        if self.uncertainty is None or column not in self.uncertainty.intervals:
            return None
        rows = rows_of_alternatives(self.uncertainty.intervals, [name])
        return None if rows.empty or pd.isna(rows.iloc[0][column]) else float(rows.iloc[0][column])

    def returns(self, name: str, column: str) -> FloatArray:
        """Return the draws' own rates of return or paybacks; NaN: none; empty: nothing drawn."""
        if self.uncertainty is None or self.uncertainty.drawn_returns.empty:
            return np.empty(0)
        found = self.uncertainty.drawn_returns
        mine = found.loc[found["alternative"] == name, column]
        return mine.to_numpy(dtype=np.float64, na_value=np.nan)

    def share_above(self, name: str) -> ShareOfDraws | None:
        """Return the share of draws in which the headline net present value is above zero; None: nothing drawn."""
        if not self.draws:
            return None
        return share_of_draws([draw[name].npv(self.usd_per_load) > 0.0 for draw in self.draws])

    def share_cheapest(self, name: str) -> ShareOfDraws | None:
        """Return the share of draws in which no rival asks society for less per additional load; None: nothing drawn.

        What pays without loads asks for least; where no value of a load would do, nothing is asked for.
        """
        if not self.draws:
            return None
        least = np.min([self.drawn_break_even(rival) for rival in self.rivals], axis=0)
        mine = self.drawn_break_even(name)
        return share_of_draws((mine <= least) & (mine < np.inf))

    def budget_at_confidence(self, name: str, column: str) -> FigureAtConfidence | None:
        """Return one of `BUDGET_FIGURES` over the draws, beside the planner's; None: nothing drawn."""
        if self.uncertainty is None:
            return None
        planned = BUDGET_FIGURES[column](self.appraised.case, self.alternative(name))
        return figure_at_confidence(self.uncertainty.draws, name, column, planned)

    def worth_at_confidence(self, name: str, figure: Callable[[PresentWorth], float]) -> FigureAtConfidence | None:
        """Return a figure of present worth over the draws, beside the planner's; None: nothing drawn."""
        if not self.draws:
            return None
        drawn = np.array([figure(draw[name]) for draw in self.draws], dtype=np.float64)
        return figure_of_values("present worth", drawn, figure(self.worths[name]))

    def npv_at_confidence(self, name: str) -> FigureAtConfidence | None:
        """Return the headline net present value over the draws; None: nothing drawn."""
        return self.worth_at_confidence(name, lambda worth: worth.npv(self.usd_per_load))

    def break_even_at_confidence(self, name: str) -> FigureAtConfidence | None:
        """Return the break-even value of a load over the draws; None: nothing drawn."""
        return self.worth_at_confidence(name, lambda worth: float(_break_even_of([worth])[0]))

    @property
    def coverage(self) -> float:
        """Confidence of an interval over replications."""
        return self.appraised.case.study.coverage

    @cached_property
    def drawn_inputs(self) -> str:
        """What was drawn: all uncertain inputs, or the economic ones alone where nothing was simulated again."""
        found = self.uncertainty
        if found is None or (found.draws["set"] < 0).all():
            return "uncertain economic inputs alone (simulation inputs were held)"
        return "all uncertain inputs"

    @cached_property
    def range_words(self) -> str:
        """What the ranges of this report are."""
        drawn = f"5th to 95th percentile {KIND_WORDS['assumptions']}, {len(self.draws)} draws of {self.drawn_inputs}"
        return drawn if self.draws else "none: uncertain inputs were not redrawn in this run"

    @cached_property
    def range_note(self) -> str:
        """What the ranges of this report are, or that there are none, as a sentence."""
        drawn = f"Ranges in brackets: {self.range_words}."
        return drawn if self.draws else "No ranges: uncertain inputs were not redrawn in this run."

    def level(self, name: str, metric: str, year: int | None = None) -> IntervalEstimate | None:
        """Return a simulated measure in one year (the first) with its interval; None: unknown."""
        values = self.values(name, metric, year)
        return None if values is None else possible_level(estimate_interval(Sample.of(values), self.coverage), metric)

    def change(self, name: str, metric: str, year: int | None = None) -> Difference | None:
        """Return how a simulated measure differs from the baseline's, paired."""
        own, base = (self.values(one, metric, year) for one in (name, self.baseline))
        if own is None or base is None:
            return None
        return possible_difference(paired_difference(Sample.of(own), Sample.of(base), self.coverage), metric)

    def values(self, name: str, metric: str, year: int | None = None) -> FloatArray | None:
        """Return a measure by replication in one simulated year; None where it is unknown."""
        response = self.appraised.response
        if metric not in response.amounts or name not in response.alternatives:
            return None
        place = 0 if year is None else response.years.index(year)
        found = response.amounts[metric][response.alternatives.index(name), place]
        return found if np.isfinite(found).any() else None


def _break_even_of(worths: Sequence[PresentWorth]) -> FloatArray:
    npv0, loads = (np.array([getattr(one, of) for one in worths], dtype=np.float64) for of in ("npv0", "loads"))
    return break_even_values(npv0, loads)


def _overtaking_of(draws: Sequence[Mapping[str, PresentWorth]], name: str, other: str) -> FloatArray:
    npv0, loads = (
        np.array([getattr(draw[name], of) - getattr(draw[other], of) for draw in draws], dtype=np.float64)
        for of in ("npv0", "loads")
    )
    return break_even_values(npv0, loads)


def drawn_ends(values: FloatArray) -> Range:
    """Return the 5th and 95th percentile of what was drawn, each the value of a draw; None of nothing."""
    if not len(values):
        return None
    low, high = np.quantile(values, ENDS, method="inverted_cdf")
    return float(low), float(high)


def percentile_range(values: list[float | None]) -> Range:
    """Return the 5th and 95th percentile; None where a value is undefined in some draw.

    Each is the value of a draw, as in the tables of the uncertainty: nothing lies between draws.

    Examples
    --------
    >>> percentile_range([float(i) for i in range(101)])
    (5.0, 95.0)
    >>> percentile_range([1.0, None]) is None
    True
    """
    if not values or any(value is None or not np.isfinite(value) for value in values):
        return None
    ends = [TAIL_PERCENT, 100.0 - TAIL_PERCENT]
    low, high = np.percentile(np.array(values, np.float64), ends, method="inverted_cdf")
    return float(low), float(high)


def _drawn(frame: pd.DataFrame, worths: Mapping[str, PresentWorth]) -> tuple[Mapping[str, PresentWorth], ...]:
    """Return the draws as worths; without a column of capital, nothing is known of its range."""
    found: dict[int, dict[str, PresentWorth]] = {}
    for row in frame.to_dict("records"):
        name = str(row["alternative"])
        capital = float(row.get("capital_usd", np.nan))
        cost, gain, loads = (float(row[column]) for column in ("cost_usd", "user_benefit_usd", "loads"))
        worth = replace(worths[name], capital=capital, cost=cost, user_benefit=gain, loads=loads)
        found.setdefault(int(row["draw"]), {})[name] = worth
    return tuple({**worths, **found[draw]} for draw in sorted(found))
