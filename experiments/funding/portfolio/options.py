"""One port's funding case -> the options of a portfolio: every alternative, begun in every year.

What several measures do together at a port is simulated together and never added up. An order
that is put off moves its cost, its service and its effect; until it is in service the port keeps
the baseline's wait, and while it comes into service the longer of the two.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.economics.appraisal import appraise
from experiments.economics.benefits import interpolate_years
from experiments.economics.costs import COST_KINDS, INITIAL_COST_KINDS, units_by_measure
from experiments.funding.annual import Response
from experiments.funding.case import FundingCase, PortfolioPlan
from experiments.funding.cash_flows import price_alternatives, share_in_service
from experiments.funding.portfolio.integer_program import PortfolioOption
from experiments.funding.uncertainty.scenarios import defer_purchases, last_service_y
from sim.arrays import FloatArray
from sim.errors import ConfigError

SPENT: Final = tuple(kind for kind in COST_KINDS if kind != "residual")
"""What a year's budget has to pay; residual values are nobody's cash."""
WAIT: Final = "wait_mean_min"


@dataclass(frozen=True, slots=True)
class SimulatedPort:
    """A port of a plan, simulated."""

    name: str
    asked: FundingCase
    found: Response
    ceiling_from_y: int

    def choices(self, plan: PortfolioPlan) -> list[tuple[str, int]]:
        """Return (alternative, years put off); none that is not in service by the last year."""
        study, years = self.asked.study, self.asked.appraisal.years
        others = [name for name in self.found.alternatives if name != study.baseline]
        pairs = [(name, start) for name in others for start in plan.start_y]
        in_time = [p for p in pairs if last_service_y(defer_purchases(self.asked, p[1]), p[0]) <= years]
        return [(study.baseline, 0), *in_time]

    def options(self, plan: PortfolioPlan) -> list[PortfolioOption]:
        """Return what can be chosen here, by the means of all replications."""
        return list(price_options(self, self.choices(plan), plan))

    def only(self, replication: int) -> SimulatedPort:
        """Return the port as one replication alone has it."""
        return dataclasses.replace(self, found=self.found.only(replication))


def price_options(
    port: SimulatedPort, choices: Sequence[tuple[str, int]], plan: PortfolioPlan, loads_scale: float = 1.0
) -> Iterator[PortfolioOption]:
    """Yield the options of a port, priced by the arithmetic of a funding case.

    ``loads_scale`` multiplies loads above the baseline's, for what simulation does not know.
    """
    for start in dict.fromkeys(start for _, start in choices):
        moved = defer_purchases(port.asked, start)
        alternatives = price_alternatives(moved, port.found)
        worths = appraise(alternatives, moved.study.baseline, moved.appraisal.discount_rate)
        for name in (name for name, own in choices if own == start):
            cost, worth = alternatives[name].cost, worths[name]
            yield PortfolioOption(
                port=port.name,
                name=name,
                start_y=start,
                spend_usd=cost.total(plan.payer, SPENT),
                initial_usd=float(np.sum(cost.total(plan.payer, INITIAL_COST_KINDS))),
                cost_usd=worth.cost,
                npv0_usd=worth.npv0,
                loads=loads_scale * worth.loads,
                wait_min=float(mean_wait_by_year(moved, port.found, name)[port.ceiling_from_y :].max()),
                units=units_by_measure(moved.purchases[name]),
            )


def mean_wait_by_year(case: FundingCase, response: Response, name: str) -> FloatArray:
    """Return the mean wait [0..T] with what is in service in each year."""
    years = case.appraisal.years
    base, own = (interpolate_years(response.mean(WAIT, n), years) for n in (case.study.baseline, name))
    share = share_in_service(case, name)
    coming = np.where(share > 0.0, np.maximum(base, own), base)
    return np.asarray(np.where(share >= 1.0, own, coming))


def check_comparable_cases(cases: Mapping[str, FundingCase]) -> None:
    """Refuse (`ConfigError`) ports whose dollars, years, rates, views or replications differ from the first's."""
    first_name, first = next(iter(cases.items()))
    for name, one in cases.items():
        pairs = {
            "appraisal": (one.appraisal, first.appraisal),
            "view of benefits": (one.benefit.view, first.benefit.view),
            "number of replications": (one.study.replications, first.study.replications),
            "seed": (one.study.seed, first.study.seed),
        }
        if differ := [what for what, (own, other) in pairs.items() if own != other]:
            problem = f"another {differ[0]} than {first_name}; values would not add up"
            raise ConfigError(f"portfolio.ports.{name}", problem)


def check_portfolio_plan(plan: PortfolioPlan, cases: Mapping[str, FundingCase]) -> None:
    """Refuse (`ConfigError`) dollars of another year, and measures and options that no port has."""
    first = next(iter(cases.values()))
    if plan.price_year != first.appraisal.price_year:
        years = f"budgets in dollars of {plan.price_year}, costs in dollars of {first.appraisal.price_year}"
        raise ConfigError("portfolio.price_year", f"{years}; restate the budgets, price years are never mixed")
    if unknown := [measure for measure in plan.units if measure not in first.catalogue]:
        raise ConfigError(f"portfolio.units.{unknown[0]}", f"no such measure; known {sorted(first.catalogue)}")
    known = [f"{port}.{name}" for port, one in cases.items() for name in one.study.alternatives]
    for key, groups in (("needs", plan.needs), ("excludes", plan.excludes)):
        if unknown := [one for group in groups for one in group if one not in known]:
            raise ConfigError(f"portfolio.{key}", f"no option {unknown[0]!r}; known {known}")
    for name, port in plan.ports.items():
        if port.ceiling_from_y > first.appraisal.years:
            problem = f"must be a year of the appraisal, at most {first.appraisal.years}"
            raise ConfigError(f"portfolio.ports.{name}.ceiling_from_y", problem)
