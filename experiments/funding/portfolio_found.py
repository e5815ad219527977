"""Everything that a portfolio's page and files are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.economics.benefits import between_years
from experiments.funding.allocation import Limits, Option
from experiments.funding.beliefs import Belief
from experiments.funding.portfolio import Portfolio
from experiments.funding.portfolio_draws import Robustness
from experiments.funding.portfolio_options import WAIT, PortCase, put_off, waits
from experiments.funding.terms import Plan
from experiments.funding.year_amounts import ELSEWHERE
from experiments.intervals import Interval, Sample, interval


@dataclass(frozen=True, slots=True)
class PortfolioFound:
    """A plan, its ports as simulated, the choice, and how sure it is."""

    plan: Plan
    overrides: tuple[str, ...]
    ports: tuple[PortCase, ...]
    options: tuple[Option, ...]
    chosen: Portfolio
    draws: Robustness
    """Over draws of what is not known."""
    luck: Robustness
    """Over replications, each by itself: noise, no decision uncertainty."""
    beliefs: dict[str, tuple[Belief, ...]]
    """What was drawn, by port."""
    refused: pd.DataFrame
    """Alternatives that cannot carry their load: ``port``, ``alternative``, ``short``,
    ``completion``, ``price_usd``, ``completed``."""

    @property
    def coverage(self) -> float:
        """Confidence of an interval over replications."""
        return self.ports[0].asked.study.coverage

    def noise(self, column: str) -> Interval:
        """Return the interval over replications of a total of the chosen set."""
        return interval(Sample.of(self.luck.totals[column].to_list()), self.coverage)

    def drawn(self, column: str) -> tuple[float, float]:
        """Return the 5th and 95th percentile over draws of a total of the chosen set."""
        low, high = np.percentile(self.draws.totals[column], [5.0, 95.0])
        return float(low), float(high)

    def own(self, port: str) -> Option:
        """Return the option that is chosen at a port."""
        every = (self.options[place] for place in self.chosen.solved.chosen)
        return next(one for one in every if one.port == port)

    def limits(self) -> Limits:
        """Return what a set may not exceed."""
        return limits(self.plan)


def limits(plan: Plan) -> Limits:
    """Return what a set of options may not exceed."""
    ceilings = {
        name: port.ceiling_min for name, port in plan.ports.items() if port.ceiling_min is not None
    }
    return Limits(plan.budget_usd, plan.yearly_usd, ceilings, plan.units, plan.needs, plan.excludes)


def waits_table(found: PortfolioFound) -> pd.DataFrame:
    """Return the mean waits of the baseline and the choice at every port in simulated years.

    Columns: ``port``, ``option`` (the baseline's or the chosen one's name), ``chosen``, ``year``,
    ``wait_min``, ``low``, ``high`` (of the alternative with everything in service, over
    replications; NaN while it is not), ``elsewhere_per_y`` (trips that the wait turns away),
    ``ceiling_min``.
    """
    return pd.DataFrame(
        row
        for port in found.ports
        for chosen in (False, True)
        for row in _wait_rows(found, port, chosen=chosen)
    )


def _wait_rows(found: PortfolioFound, port: PortCase, *, chosen: bool) -> list[dict[str, object]]:
    own = found.own(port.name)
    base = port.asked.study.baseline
    name = own.name if chosen else base
    moved = put_off(port.asked, own.start_y if chosen else 0)
    means = waits(moved, port.found, name)
    amounts = port.found.amounts
    place = port.found.alternatives.index(name)
    away = amounts.get(ELSEWHERE)
    rows: list[dict[str, object]] = []
    for at, year in enumerate(port.found.years):
        level = interval(Sample.of(amounts[WAIT][place, at].tolist()), found.coverage)
        full = abs(level.mean - means[year]) < 1e-9
        rows.append(
            {
                "port": port.name,
                "option": name,
                "chosen": chosen,
                "year": year,
                "wait_min": float(means[year]),
                "low": level.low if full else np.nan,
                "high": level.high if full else np.nan,
                "elsewhere_per_y": np.nan if away is None else float(away[place, at].mean()),
                "ceiling_min": found.plan.ports[port.name].ceiling_min,
            }
        )
    return rows


def yearly_waits(found: PortfolioFound, port: PortCase) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean waits [0..T] of the port as it is, and of what is chosen there."""
    own, years = found.own(port.name), port.asked.appraisal.years
    base = between_years(port.found.mean(WAIT, port.asked.study.baseline), years)
    return base, waits(put_off(port.asked, own.start_y), port.found, own.name)
