"""Everything that a portfolio's page and files are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.comparison import possible_level
from experiments.economics.appraisal import Appraisal
from experiments.funding.annual import ELSEWHERE
from experiments.funding.portfolio.best_set import Portfolio
from experiments.funding.portfolio.draws import PortfolioRobustness
from experiments.funding.portfolio.integer_program import PortfolioOption
from experiments.funding.portfolio.options import Begin, SimulatedPort, begin_of, option_wait
from experiments.funding.portfolio.waits import KNOWN, LONG, WAIT, wait_amounts
from experiments.funding.portfolio_plan import PortfolioPlan
from experiments.funding.sets.input_distributions import UncertainInput
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
    packages: pd.DataFrame
    """What was simulated of packages; see `experiments.funding.portfolio.package_runs.package_tables`."""
    interactions: pd.DataFrame
    """Of the pairs that were simulated; see there."""

    @property
    def coverage(self) -> float:
        """Confidence of an interval over replications."""
        return self.ports[0].asked.study.coverage

    @property
    def appraisal(self) -> Appraisal:
        """How the study counts, the same at every port."""
        return self.ports[0].asked.appraisal

    @property
    def fiscal_years(self) -> tuple[int, ...]:
        """The years of budgets and spending, the same at every port."""
        case = self.ports[0].asked
        return case.budget.fiscal_years(case.appraisal.base_year, case.appraisal.years)

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


def port_waits_table(portfolio: PortfolioResults) -> pd.DataFrame:
    """Return the waits of the baseline and the choice at every port in simulated years.

    Columns: ``port``, ``option`` (the baseline's or the chosen one's name), ``chosen``, ``year``,
    ``wait_min``, ``low``, ``high`` (mean wait, of the alternative with everything in service, over
    replications; NaN while it is not), ``p95_min``, ``long_wait_share``, ``elsewhere_per_y`` (trips that the wait
    turns away); NaN where it was not counted.
    """
    pairs = ((port, chosen) for port in portfolio.ports for chosen in (False, True))
    return pd.DataFrame(row for port, chosen in pairs for row in _wait_rows(portfolio, port, chosen=chosen))


def _wait_rows(portfolio: PortfolioResults, port: SimulatedPort, *, chosen: bool) -> Iterator[dict[str, object]]:
    own = begin_of(portfolio.own(port.name)) if chosen else Begin(port.asked.study.baseline, 0)
    means = option_wait(port, own, WAIT)
    others = {"p95_min": "wait_p95_min", "long_wait_share": LONG}
    known = {column: option_wait(port, own, measure) for column, measure in others.items() if _counted(port, measure)}
    place, away = port.found.alternatives.index(own.name), port.found.amounts.get(ELSEWHERE)
    for at, year in enumerate(port.found.years):
        level = possible_level(
            estimate_interval(Sample.of(wait_amounts(port.found, WAIT)[place, at].tolist()), portfolio.coverage), WAIT
        )
        full = abs(level.mean - means[year]) < 1e-9
        yield {
            "port": port.name,
            "option": own.name,
            "chosen": chosen,
            "year": year,
            "wait_min": float(means[year]),
            "low": level.low if full else np.nan,
            "high": level.high if full else np.nan,
            **{column: float(known[column][year]) if column in known else np.nan for column in others},
            "elsewhere_per_y": np.nan if away is None else float(away[place, at].mean()),
        }


def _counted(port: SimulatedPort, measure: str) -> bool:
    return (KNOWN if measure == LONG else measure) in port.found.amounts


def port_waits_by_year(portfolio: PortfolioResults, port: SimulatedPort) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean waits [0..T] of the port as it is, and of what is chosen there."""
    own = begin_of(portfolio.own(port.name))
    return option_wait(port, Begin(port.asked.study.baseline, 0), WAIT), option_wait(port, own, WAIT)
