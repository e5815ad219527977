"""Which packages of a port are simulated, and the runs: as few as the plan can do with.

Not simulated are pairs that set one key apart, that are too dear or too many for the plan however they are begun, that
use more than they buy, that cannot carry the last year, or of which one changes nothing. All other pairs are simulated
on few replications and years, to measure their interaction; packages of three and more follow by formula
(`experiments.funding.portfolio.packages`) until one is chosen.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd

from experiments.economics.costs import INITIAL_COST_KINDS, units_by_measure
from experiments.execution.parallel import Progress
from experiments.funding.annual import LOADS, Response
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import alternative_costs
from experiments.funding.checks import base_year_plans, shortages, units_not_bought
from experiments.funding.demand_years import simulate_case
from experiments.funding.portfolio.best_set import Portfolio, best_portfolio
from experiments.funding.portfolio.integer_program import (
    PortfolioLimits,
    PortfolioOption,
    broken_limits,
    build_integer_program,
)
from experiments.funding.portfolio.options import (
    SPENT,
    SimulatedPort,
    last_fiscal_year,
    portfolio_limits,
    spending_by_fiscal_year,
)
from experiments.funding.portfolio.packages import (
    Correction,
    Members,
    PackageModel,
    clash,
    package_name,
    package_overrides,
    package_purchases,
    possible_packages,
    with_packages,
)
from experiments.funding.portfolio.waits import WAIT
from experiments.funding.portfolio_plan import PackagePlan, PortfolioPlan
from experiments.funding.uncertainty.scenarios import defer_purchases, last_service_y
from experiments.study.study import compose_scenario
from sim.arrays import FloatArray
from sim.errors import ConfigError
from sim.replication import Scorer
from sim.shared_draws import risk_key

NO_LIMITS: Final = PortfolioLimits(None, None, {}, {}, (), ())


@dataclass(frozen=True, slots=True)
class PackageScreen:
    """What became of the pairs of one port."""

    simulated: tuple[Members, ...]
    dropped: Mapping[Members, str]
    """Pairs that were not simulated, and why."""


def screen_pairs(
    port: SimulatedPort, plan: PortfolioPlan, limits: PortfolioLimits, scorers: Mapping[str, Scorer]
) -> PackageScreen:
    """Return which pairs must be simulated, and why the others need not or cannot be."""
    case, own = port.asked, port.found
    singles = [name for name in own.alternatives if name != case.study.baseline]
    simulated: list[Members] = []
    dropped: dict[Members, str] = {}
    for pair in combinations(singles, 2):
        if key := clash(case, pair):
            dropped[pair] = f"both set {key}, to different values"
        elif not affordable(case, pair, plan, limits):
            dropped[pair] = "above a budget or the units to be had, whenever it begins"
        elif still := [name for name in pair if _changes_nothing(own, case.study.baseline, name)]:
            dropped[pair] = f"{still[0]} changes nothing at the port, so that they cannot act on each other"
        elif why := _unfit(case, pair, scorers):
            dropped[pair] = why
        else:
            simulated.append(pair)
    return PackageScreen(tuple(simulated), dropped)


def _changes_nothing(response: Response, base: str, name: str) -> bool:
    places = [response.alternatives.index(one) for one in (base, name)]
    return all(np.array_equal(v[places[0]], v[places[1]], equal_nan=True) for v in response.amounts.values())


def affordable(case: FundingCase, members: Members, plan: PortfolioPlan, limits: PortfolioLimits) -> bool:
    """Return whether a package alone keeps budgets and units in some year of beginning; costs need no simulation."""
    name = package_name(members)
    bought = dataclasses.replace(case, purchases={name: package_purchases(case, members)})
    options = []
    for start in plan.start_y:
        moved = defer_purchases(bought, start)
        if last_service_y(moved, name) > case.appraisal.years:
            continue
        cost = alternative_costs(moved)[name]
        options.append(
            PortfolioOption(
                port=name,
                name=name,
                start_y=start,
                spend_usd=spending_by_fiscal_year(case, cost, plan.payer, SPENT),
                initial_usd=float(np.sum(cost.total(plan.payer, INITIAL_COST_KINDS))),
                cost_usd=0.0,
                npv0_usd=0.0,
                loads=0.0,
                wait_min=0.0,
                units=units_by_measure(bought.purchases[name]),
                by_appropriation={
                    key: spending_by_fiscal_year(case, cost, one.payer, one.kinds)
                    for key, one in plan.appropriations.items()
                },
            )
        )
    money = dataclasses.replace(limits, waits={}, needs=(), excludes=())
    return any(not broken_limits(build_integer_program([one], money, "npv", None), (0,)) for one in options)


def package_case(case: FundingCase, members: Sequence[Members]) -> FundingCase:
    """Return the case with packages as alternatives that can be simulated, behind its own."""
    study = case.study
    more = {package_name(one): package_overrides(case, one) for one in members}
    changed = dataclasses.replace(study, own_overrides={**study.own_overrides, **more})
    scenarios = {name: compose_scenario(changed.overrides_of(name)) for name in more}
    bought = {package_name(one): package_purchases(case, one) for one in members}
    return dataclasses.replace(
        case,
        study=dataclasses.replace(changed, alternatives={**study.alternatives, **scenarios}),
        purchases={**case.purchases, **bought},
    )


def _unfit(case: FundingCase, pair: Members, scorers: Mapping[str, Scorer]) -> str:
    """Return why a pair can be no alternative; empty: it can."""
    name = package_name(pair)
    try:
        whole = package_case(case, [pair])
    except ConfigError as error:
        return str(error)
    if risk_key(whole.study.alternatives[name]) not in scorers:
        return "their risk models differ together from each alone"
    if short := units_not_bought(whole, name):
        return f"uses more than it buys: {', '.join(f'{number:.2f} of {what}' for what, number in short.items())}"
    alone = _restricted(whole, [case.study.baseline, name])
    lacking = shortages(alone, whole.study.alternatives[name], base_year_plans(alone, scorers)[name])
    return f"cannot carry the last year: {', '.join(one.station for one in lacking)}" if lacking else ""


def _restricted(case: FundingCase, names: Sequence[str]) -> FundingCase:
    alternatives = {name: case.study.alternatives[name] for name in names}
    return dataclasses.replace(case, study=dataclasses.replace(case.study, alternatives=alternatives))


def simulate_packages(
    case: FundingCase,
    members: Sequence[Members],
    scorers: Mapping[str, Scorer],
    few: PackagePlan | None,
    progress: Progress | None = None,
) -> Response:
    """Return the response of packages on the trucks of the case; ``few`` names fewer replications and years."""
    whole = package_case(case, members)
    names = [package_name(one) for one in members]
    alone = _restricted(whole, names)
    if few is not None:
        replications = min(few.replications, case.study.replications)
        alone = dataclasses.replace(
            alone,
            study=dataclasses.replace(alone.study, replications=replications),
            terms=dataclasses.replace(alone.terms, simulated_years=few.years),
        )
    return simulate_case(alone, scorers, progress)


def with_pairs(
    port: SimulatedPort,
    plan: PackagePlan,
    screen: PackageScreen,
    scorers: Mapping[str, Scorer],
    progress: Progress | None = None,
) -> SimulatedPort:
    """Return the port with its packages: pairs simulated on few replications, more of them by formula."""
    singles = [name for name in port.found.alternatives if name != port.asked.study.baseline]
    pairs = screen.simulated
    if not pairs:
        return port
    more = possible_packages(port.asked, singles, pairs, plan.most_measures)
    members = {package_name(one): one for one in (*pairs, *more)}
    model = PackageModel(port.asked.study.baseline, members)
    simulated = simulate_packages(port.asked, pairs, scorers, plan, progress)
    model = model.measured(port.found, simulated)
    return dataclasses.replace(
        port, asked=with_packages(port.asked, members), found=model.extended(port.found), own=port.found, packages=model
    )


def without_dominated(port: SimulatedPort, plan: PortfolioPlan) -> SimulatedPort:
    """Return the port without packages that another option beats in everything that counts.

    A package goes if for each year of beginning another option is worth as much at the central inputs, spends as little
    in every year from every appropriation, takes no more units and waits no longer: then no best set needs it. Where
    rules bind options to each other all packages stay.
    """
    if not port.packages.members or plan.needs or plan.excludes:
        return port
    options = port.options(plan)
    rows = np.array([_burden(plan, one) for one in options])
    worth = build_integer_program(options, NO_LIMITS, plan.objective, plan.usd_per_load).values  # noqa: PD011
    kept = [name for name in port.packages.members if not _beaten(options, rows, worth, name)]
    if len(kept) == len(port.packages.members):
        return port
    model = port.packages.only(kept)
    return dataclasses.replace(port, found=model.extended(port.simulated), packages=model)


def _burden(plan: PortfolioPlan, option: PortfolioOption) -> FloatArray:
    units = [option.units.get(measure, 0.0) for measure in plan.units]
    purses = [option.by_appropriation[name] for name in plan.appropriations]
    amounts = (option.initial_usd, option.wait_counted, option.cost_usd)
    return np.concatenate([option.spend_usd, *purses, units, amounts])


def _beaten(options: Sequence[PortfolioOption], rows: FloatArray, worth: FloatArray, name: str) -> bool:
    mine = [place for place, one in enumerate(options) if one.name == name]
    for place in mine:
        rivals = [i for i, one in enumerate(options) if one.name != name]
        better = [i for i in rivals if worth[i] >= worth[place] and (rows[i] <= rows[place]).all()]
        if not any(worth[i] > worth[place] or (rows[i] < rows[place]).any() for i in better):
            return False
    return True


def settled_choice(
    ports: Sequence[SimulatedPort],
    plan: PortfolioPlan,
    scorers: Mapping[str, Mapping[str, Scorer]],
    announce: Callable[[str], None],
) -> tuple[list[SimulatedPort], list[PortfolioOption], Portfolio, int]:
    """Return the ports, options and best set once chosen packages were simulated, and how many of them were.

    Packages by formula that are chosen are simulated whole, and the set is chosen again, until none is chosen or as
    many were simulated as the plan allows. ``scorers`` are by port; ``announce`` is told what is simulated.
    """
    left = 0 if plan.packages is None else plan.packages.checked
    limits, checked = portfolio_limits(plan, last_fiscal_year(ports[0].asked)), 0
    by_name = {port.name: port for port in ports}
    while True:
        options = [option for port in by_name.values() for option in port.options(plan)]
        chosen = best_portfolio(options, limits, plan.objective, plan.usd_per_load)
        untested = [options[place] for place in chosen.solved.chosen if options[place].by_formula]
        if checked >= left or not untested:
            return list(by_name.values()), options, chosen, checked
        for option in untested[: left - checked]:
            announce(f"{option.name} at {option.port} is chosen by formula, and simulated whole")
            port = by_name[option.port]
            found = simulate_packages(port.asked, [option.members], scorers[port.name], None)
            model = port.packages.measured(port.simulated, found)
            by_name[port.name] = dataclasses.replace(port, packages=model, found=model.extended(port.simulated))
            checked += 1


PACKAGE_COLUMNS: Final = ("port", "alternatives", "pairs", "simulated", "not_simulated", "by_formula", "checked")
INTERACTION_COLUMNS: Final = ("port", "pair", "year", "wait_share", "loads_share")


def package_tables(
    ports: Sequence[SimulatedPort], screens: Mapping[str, PackageScreen]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what was simulated of the packages, and the interactions of pairs.

    Columns of the first: ``port``, ``alternatives`` (own, above the baseline), ``pairs`` of them, ``simulated`` and
    ``not_simulated`` pairs (the latter with the reasons), packages ``by_formula`` that could be chosen, and ``checked``
    (simulated whole after they had been chosen). Of the second: ``port``, ``pair``, ``year``, and by which share the
    pair's ``wait`` and ``loads`` differ from what its members make of them one by one.
    """
    rows, interactions = [], []
    for port in ports:
        if port.name not in screens:
            continue
        screen, label = screens[port.name], port.asked.study.names.label
        n = len(port.simulated.alternatives) - 1
        whole = len(port.packages.whole)
        why = Counter(reason for reason in screen.dropped.values())
        words = "; ".join(f"{number}: {reason}" for reason, number in why.items())
        found = (n * (n - 1) // 2, len(screen.simulated), words, len(port.by_formula), whole)
        rows.append((port.name, n, *found))
        for pair, change in port.packages.pairs.items():
            for at, year in enumerate(port.simulated.years):
                gaps = [_share(port, pair, change, name, at) for name in (WAIT, LOADS)]
                interactions.append((port.name, " + ".join(map(label, pair)), year, *gaps))
    return pd.DataFrame(rows, columns=list(PACKAGE_COLUMNS)), pd.DataFrame(
        interactions, columns=list(INTERACTION_COLUMNS)
    )


def _share(port: SimulatedPort, pair: Members, change: Correction, amount: str, at: int) -> float:
    """Return by which share of the baseline's, or of the product, a pair's amount differs; NaN: it was not counted."""
    if amount not in change:
        return float("nan")
    if amount in port.packages.factors:
        return float(change[amount][at]) - 1.0
    base = port.simulated.amounts[amount][port.simulated.alternatives.index(port.packages.base), at].mean()
    return float(change[amount][at] / base) if base else float("nan")


def check_package_plan(plan: PackagePlan | None, case: FundingCase) -> None:
    """Refuse (`ConfigError`) years in which nothing else is simulated, and fewer than the first and the last."""
    if plan is None:
        return
    years = list(case.terms.simulated_years)
    wrong = [year for year in plan.years if year not in years]
    ends = plan.years[:1] == (years[0],) and plan.years[-1:] == (years[-1],)
    if wrong or not ends or list(plan.years) != sorted(set(plan.years)):
        problem = f"expected some of {years}, in order, the first and the last among them, got {list(plan.years)}"
        raise ConfigError("portfolio.packages.years", problem)
