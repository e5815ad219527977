"""Everything that a portfolio's page and files are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.comparison import possible_level
from experiments.economics.appraisal import Appraisal
from experiments.economics.benefits import interpolate_years
from experiments.funding.annual import ELSEWHERE
from experiments.funding.case import PortfolioPlan
from experiments.funding.portfolio.best_set import Portfolio
from experiments.funding.portfolio.draws import PortfolioRobustness
from experiments.funding.portfolio.integer_program import PortfolioLimits, PortfolioOption
from experiments.funding.portfolio.options import WAIT, SimulatedPort, mean_wait_by_year
from experiments.funding.sets.input_distributions import UncertainInput
from experiments.funding.uncertainty.scenarios import defer_purchases
from experiments.intervals import IntervalEstimate, Sample, estimate_interval


@dataclass(frozen=True, slots=True)
class PortfolioResults:
    """A plan, its ports as simulated, the choice, and how sure it is."""

    plan: PortfolioPlan
    overrides: tuple[str, ...]
    ports: tuple[SimulatedPort, ...]
    options: tuple[PortfolioOption, ...]
    chosen: Portfolio
    draws: PortfolioRobustness
    """Over draws of what is not known."""
    luck: PortfolioRobustness
    """Over replications, each by itself: noise, no decision uncertainty."""
    beliefs: dict[str, tuple[UncertainInput, ...]]
    """What was drawn, by port."""
    refused: pd.DataFrame
    """Alternatives that cannot carry their load: ``port``, ``alternative``, ``short``,
    ``completion``, ``price_usd``, ``completed``."""

    @property
    def coverage(self) -> float:
        """Confidence of an interval over replications."""
        return self.ports[0].asked.study.coverage

    @property
    def appraisal(self) -> Appraisal:
        """How the study counts, the same at every port."""
        return self.ports[0].asked.appraisal

    @property
    def best_set(self) -> list[PortfolioOption]:
        """The option that is chosen at each port."""
        return [self.options[place] for place in self.chosen.solved.chosen]

    def noise(self, column: str) -> IntervalEstimate:
        """Return the interval over replications of a total of the chosen set."""
        return estimate_interval(Sample.of(self.luck.totals[column].to_list()), self.coverage)

    def drawn(self, column: str) -> tuple[float, float]:
        """Return the 5th and 95th percentile over draws of a total of the chosen set."""
        low, high = np.percentile(self.draws.totals[column], [5.0, 95.0])
        return float(low), float(high)

    def own(self, port: str) -> PortfolioOption:
        """Return the option that is chosen at a port."""
        return next(option for option in self.best_set if option.port == port)


def portfolio_limits(plan: PortfolioPlan) -> PortfolioLimits:
    """Return what a set of options may not exceed."""
    ceilings = {name: port.ceiling_min for name, port in plan.ports.items() if port.ceiling_min is not None}
    return PortfolioLimits(plan.budget_usd, plan.yearly_usd, ceilings, plan.units, plan.needs, plan.excludes)


def port_waits_table(portfolio: PortfolioResults) -> pd.DataFrame:
    """Return the mean waits of the baseline and the choice at every port in simulated years.

    Columns: ``port``, ``option`` (the baseline's or the chosen one's name), ``chosen``, ``year``,
    ``wait_min``, ``low``, ``high`` (of the alternative with everything in service, over
    replications; NaN while it is not), ``elsewhere_per_y`` (trips that the wait turns away),
    ``ceiling_min``.
    """
    pairs = ((port, chosen) for port in portfolio.ports for chosen in (False, True))
    return pd.DataFrame(row for port, chosen in pairs for row in _wait_rows(portfolio, port, chosen=chosen))


def _wait_rows(portfolio: PortfolioResults, port: SimulatedPort, *, chosen: bool) -> Iterator[dict[str, object]]:
    own = portfolio.own(port.name)
    name, start = (own.name, own.start_y) if chosen else (port.asked.study.baseline, 0)
    means = mean_wait_by_year(defer_purchases(port.asked, start), port.found, name)
    amounts, place = port.found.amounts, port.found.alternatives.index(name)
    away = amounts.get(ELSEWHERE)
    for at, year in enumerate(port.found.years):
        level = possible_level(
            estimate_interval(Sample.of(amounts[WAIT][place, at].tolist()), portfolio.coverage), WAIT
        )
        full = abs(level.mean - means[year]) < 1e-9
        yield {
            "port": port.name,
            "option": name,
            "chosen": chosen,
            "year": year,
            "wait_min": float(means[year]),
            "low": level.low if full else np.nan,
            "high": level.high if full else np.nan,
            "elsewhere_per_y": np.nan if away is None else float(away[place, at].mean()),
            "ceiling_min": portfolio.plan.ports[port.name].ceiling_min,
        }


def port_waits_by_year(portfolio: PortfolioResults, port: SimulatedPort) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean waits [0..T] of the port as it is, and of what is chosen there."""
    own, years = portfolio.own(port.name), port.asked.appraisal.years
    base = interpolate_years(port.found.mean(WAIT, port.asked.study.baseline), years)
    return base, mean_wait_by_year(defer_purchases(port.asked, own.start_y), port.found, own.name)
