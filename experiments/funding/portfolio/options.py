"""One port's funding case -> the options of a portfolio: every alternative, begun in every year, at once or in phases.

What several measures do together at a port is simulated together and never added up, unless a package says so
(`experiments.funding.portfolio.packages`). An order that is put off moves its cost, its service and its effect; until
it is in service the port keeps the baseline's wait, and while it comes into service the longer of the two. Of two
phases the first is an alternative that buys less of everything; what the other has above it is ordered later.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from experiments.economics.appraisal import AnnualFlows, appraise
from experiments.economics.costs import COST_KINDS, INITIAL_COST_KINDS, CashFlow, Purchase, units_by_measure
from experiments.funding.annual import Response
from experiments.funding.budget.spending import fiscal_year_sums
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import price_alternatives, share_in_service
from experiments.funding.portfolio.integer_program import Grants, PortfolioLimits, PortfolioOption, WaitBound
from experiments.funding.portfolio.packages import NO_PACKAGES, PackageModel
from experiments.funding.portfolio.waits import WAIT, counted_wait, limit_scale, limit_unit, wait_by_year
from experiments.funding.portfolio_plan import PortfolioPlan, WaitLimit
from experiments.funding.uncertainty.scenarios import defer_purchases, last_service_y
from sim.arrays import FloatArray
from sim.errors import ConfigError

SPENT: Final = tuple(kind for kind in COST_KINDS if kind != "residual")
"""What a year's budget has to pay; residual values are nobody's cash."""


class Begin(NamedTuple):
    """An alternative and when it is ordered; with a first phase, when the rest is."""

    name: str
    start_y: int
    first_phase: str = ""
    final_y: int = 0


@dataclass(frozen=True, slots=True)
class SimulatedPort:
    """A port of a plan, simulated."""

    name: str
    asked: FundingCase
    found: Response
    wait_limit: WaitLimit | None
    packages: PackageModel = NO_PACKAGES
    """Packages of the alternatives that were simulated; they stand behind those in ``found``."""
    own: Response | None = None
    """What was simulated of the port's own alternatives; None: ``found`` is."""

    def choices(self, plan: PortfolioPlan) -> list[Begin]:
        """Return what can be begun when; nothing that is not in service by the last year."""
        study, years = self.asked.study, self.asked.appraisal.years
        others = [name for name in self.found.alternatives if name != study.baseline]
        once = [Begin(name, start) for name in others for start in plan.start_y]
        simulated = [name for name in others if name not in self.packages.members]
        phased = [
            Begin(name, start, first, start + after)
            for first, name in phase_pairs(self.asked, simulated)
            for start in plan.start_y
            for after in plan.phase_after_y
        ]
        in_time = [
            one
            for one in (*once, *phased)
            if last_service_y(defer_purchases(self.asked, max(one.start_y, one.final_y)), one.name) <= years
        ]
        return [Begin(study.baseline, 0), *in_time]

    def options(self, plan: PortfolioPlan) -> list[PortfolioOption]:
        """Return what can be chosen here, by the means of all replications."""
        return list(price_options(self, self.choices(plan), plan))

    def only(self, replication: int) -> SimulatedPort:
        """Return the port as one replication alone has it."""
        return dataclasses.replace(self, found=self.found.only(replication))

    @property
    def simulated(self) -> Response:
        """What was simulated of the port's own alternatives."""
        return self.found if self.own is None else self.own

    def moved(self, case: FundingCase, simulated: Response) -> SimulatedPort:
        """Return the port with other inputs, and another response of its own alternatives; packages follow."""
        return dataclasses.replace(self, asked=case, found=self.packages.extended(simulated))

    @property
    def by_formula(self) -> tuple[str, ...]:
        """Packages that were not simulated themselves."""
        return self.packages.by_formula()


def phase_pairs(case: FundingCase, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return (first, whole): alternatives of which the first buys no more of anything, and less in all."""
    units = {name: units_by_measure(case.purchases[name]) for name in names}
    return [
        (first, whole)
        for first in names
        for whole in names
        if first != whole and units[first] and units[first] != units[whole] and _within(units[first], units[whole])
    ]


def _within(less: Mapping[str, float], more: Mapping[str, float]) -> bool:
    return all(number <= more.get(measure, 0.0) + 1e-9 for measure, number in less.items())


def second_phase(case: FundingCase, begin: Begin) -> FundingCase:
    """Return the case in which the whole buys only what its first phase lacks, in its second phase's year."""
    have = units_by_measure(case.purchases[begin.first_phase])
    left: list[Purchase] = []
    for bought in case.purchases[begin.name]:
        taken = min(have.get(bought.measure, 0.0), bought.units)
        have[bought.measure] = have.get(bought.measure, 0.0) - taken
        if bought.units > taken:
            left.append(dataclasses.replace(bought, units=bought.units - taken))
    rest = dataclasses.replace(case, purchases={**case.purchases, begin.name: tuple(left)})
    return defer_purchases(rest, begin.final_y)


def price_options(
    port: SimulatedPort, choices: Sequence[Begin], plan: PortfolioPlan, loads_scale: float = 1.0
) -> Iterator[PortfolioOption]:
    """Yield the options of a port, priced by the arithmetic of a funding case.

    ``loads_scale`` multiplies loads above the baseline's, for what simulation does not know.
    """
    base = port.asked.study.baseline
    at_once = {
        start: price_alternatives(defer_purchases(port.asked, start), port.found)
        for start in dict.fromkeys(one.start_y for one in choices)
    }
    for begin in choices:
        priced = at_once[begin.start_y]
        flows = priced[begin.name]
        if begin.first_phase:
            flows = _phased_flows(port, begin, priced)
        worth = appraise({base: priced[base], begin.name: flows}, base, port.asked.appraisal.discount_rate)[begin.name]
        yield PortfolioOption(
            port=port.name,
            name=begin.name,
            start_y=begin.start_y,
            spend_usd=spending_by_fiscal_year(port.asked, flows.cost, plan.payer, SPENT),
            initial_usd=float(np.sum(flows.cost.total(plan.payer, INITIAL_COST_KINDS))),
            cost_usd=worth.cost,
            npv0_usd=worth.npv0,
            loads=loads_scale * worth.loads,
            wait_min=float(option_wait(port, begin, WAIT)[1:].max()),
            units=units_by_measure(port.asked.purchases[begin.name]),
            wait_counted=_counted(port, begin),
            by_appropriation={
                name: spending_by_fiscal_year(port.asked, flows.cost, one.payer, one.kinds)
                for name, one in plan.appropriations.items()
            },
            first_phase=begin.first_phase,
            final_y=begin.final_y,
            as_it_is=begin.name == base,
            members=port.packages.members.get(begin.name, ()),
            by_formula=begin.name in port.by_formula,
        )


def spending_by_fiscal_year(case: FundingCase, cost: CashFlow, payer: str, kinds: Sequence[str]) -> FloatArray:
    """Return what a payer pays for some kinds of cost in each fiscal year, undiscounted."""
    return fiscal_year_sums(case.budget, {kind: cost.total(payer, [kind]) for kind in kinds})


def last_fiscal_year(case: FundingCase) -> int:
    """Return the number of the last fiscal year that the study's years touch; the first, of its first orders, is 0."""
    return len(case.budget.fiscal_years(case.appraisal.base_year, case.appraisal.years)) - 1


def _phased_flows(port: SimulatedPort, begin: Begin, priced: Mapping[str, AnnualFlows]) -> AnnualFlows:
    """Return the flows of two phases: the first's until the second serves, and as it comes its share of the whole."""
    first, base = priced[begin.first_phase], priced[port.asked.study.baseline]
    later = second_phase(port.asked, begin)
    rest = price_alternatives(_only(later, begin.name), _response_of(port.found, later, begin.name))[begin.name]
    left = 1.0 - share_in_service(later, begin.name)
    return AnnualFlows(
        cost=_added(first.cost, rest.cost),
        user_benefit=first.user_benefit * left + rest.user_benefit,
        # the second phase alone counts from the baseline's loads on
        loads=first.loads * left + rest.loads - base.loads * left,
        view=first.view,
    )


def _only(case: FundingCase, name: str) -> FundingCase:
    kept = (case.study.baseline, name)
    return dataclasses.replace(case, purchases={one: case.purchases[one] for one in kept})


def _response_of(response: Response, case: FundingCase, name: str) -> Response:
    kept = (case.study.baseline, name)
    places = [response.alternatives.index(one) for one in kept]
    return Response(kept, response.years, {key: values[places] for key, values in response.amounts.items()})


def _added(first_flow: CashFlow, second_flow: CashFlow) -> CashFlow:
    lines = {key: amounts.copy() for key, amounts in first_flow.lines.items()}
    for key, amounts in second_flow.lines.items():
        lines[key] = lines[key] + amounts if key in lines else amounts
    return dataclasses.replace(first_flow, lines=lines)


def _counted(port: SimulatedPort, begin: Begin) -> float:
    """Return what an option has against its port's wait limit; 0 without one."""
    limit = port.wait_limit
    if limit is None:
        return 0.0
    base = option_wait(port, Begin(port.asked.study.baseline, 0), limit.measure)
    return counted_wait(limit, option_wait(port, begin, limit.measure), base)


def option_wait(port: SimulatedPort, begin: Begin, measure: str) -> FloatArray:
    """Return a measure of the wait [0..T] with what is in service in each year."""
    if not begin.first_phase:
        return wait_by_year(defer_purchases(port.asked, begin.start_y), port.found, begin.name, measure)
    first = wait_by_year(defer_purchases(port.asked, begin.start_y), port.found, begin.first_phase, measure)
    later = second_phase(port.asked, begin)
    return wait_by_year(later, port.found, begin.name, measure, first)


def begin_of(option: PortfolioOption) -> Begin:
    """Return what an option begins when."""
    return Begin(option.name, option.start_y, option.first_phase, option.final_y)


def portfolio_limits(plan: PortfolioPlan, years: int) -> PortfolioLimits:
    """Return what a set of options may not exceed in the fiscal years 0..``years``, up to `last_fiscal_year`."""
    limits = {name: port.wait_limit for name, port in plan.ports.items() if port.wait_limit is not None}
    waits = {
        name: WaitBound(limit_scale(limit.measure) * limit.most, limit_unit(limit.measure))
        for name, limit in limits.items()
    }
    grants = {name: Grants(one.granted(years), one.carry_over_y) for name, one in plan.appropriations.items()}
    return PortfolioLimits(plan.budget_usd, plan.yearly_usd, waits, plan.units, plan.needs, plan.excludes, grants)


def check_comparable_cases(cases: Mapping[str, FundingCase]) -> None:
    """Refuse (`ConfigError`) ports whose dollars, years, rates, views or replications differ from the first's."""
    first_name, first = next(iter(cases.items()))
    for name, one in cases.items():
        pairs = {
            "appraisal": (one.appraisal, first.appraisal),
            "view of benefits": (one.benefit.view, first.benefit.view),
            "number of replications": (one.study.replications, first.study.replications),
            "seed": (one.study.seed, first.study.seed),
            "first month": (one.budget.first_month, first.budget.first_month),
            "growth of prices": tuple((of.budget.inflation_share_per_y, of.deflator) for of in (one, first)),
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
    _check_years(plan, first.appraisal.years)


def _check_years(plan: PortfolioPlan, years: int) -> None:
    """Refuse (`ConfigError`) what lies after the last year of the appraisal."""
    for name, port in plan.ports.items():
        if port.wait_limit is not None and port.wait_limit.from_y > years:
            problem = f"must be a year of the appraisal, at most {years}"
            raise ConfigError(f"portfolio.ports.{name}.wait_limit.from_y", problem)
    for name, one in plan.appropriations.items():
        if len(one.grants_usd) > years + 1:
            problem = f"at most years 0 to {years}, got {len(one.grants_usd)} grants"
            raise ConfigError(f"portfolio.appropriations.{name}.grants_usd", problem)
