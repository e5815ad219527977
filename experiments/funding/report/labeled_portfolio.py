"""A portfolio as readers meet it: ports and options under their labels. Ids are for files and the command line.

The same options under other names are solved once more, so that every sentence of the solver speaks in labels.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from experiments.funding.exhibits.labeled import labeled_plan_case, labeled_response
from experiments.funding.portfolio.best_set import best_portfolio
from experiments.funding.portfolio.integer_program import PortfolioOption
from experiments.funding.portfolio.options import SimulatedPort, portfolio_limits
from experiments.funding.portfolio.results import PortfolioResults
from experiments.funding.portfolio_plan import PortfolioPlan
from experiments.study.display_names import derived_label

OptionNames = Mapping[tuple[str, str], str]
"""Labels by port and option."""


def labeled_portfolio(portfolio: PortfolioResults) -> PortfolioResults:
    """Return the same portfolio with labels in place of ids; of one that has been through here, itself."""
    if all(port.asked.study.names.shown for port in portfolio.ports):
        return portfolio
    ports = port_labels(portfolio)
    names = {
        (port.name, name): port.asked.study.names.label(name)
        for port in portfolio.ports
        for name in port.found.alternatives
    }
    plan = _plan(portfolio.plan, ports, names)
    options = tuple(_option(one, ports, names) for one in portfolio.options)
    limits = portfolio_limits(plan, len(portfolio.fiscal_years) - 1)
    return dataclasses.replace(
        portfolio,
        plan=plan,
        ports=tuple(_port(port, ports) for port in portfolio.ports),
        options=options,
        chosen=best_portfolio(options, limits, plan.objective, plan.usd_per_load),
        draws=dataclasses.replace(portfolio.draws, options=_frame(portfolio.draws.options, ports, names)),
        luck=dataclasses.replace(portfolio.luck, options=_frame(portfolio.luck.options, ports, names)),
        beliefs={ports[name]: inputs for name, inputs in portfolio.beliefs.items()},
        refused=_frame(portfolio.refused, ports, names),
        packages=_frame(portfolio.packages, ports, names),
        interactions=_frame(portfolio.interactions, ports, names),
    )


def rule_words(portfolio: PortfolioResults, rule: str) -> str:
    """Return an option that a plan's rule names, as it stands in a sentence."""
    option = next(one for one in portfolio.options if one.key == rule)
    return f"{option.name} at {option.port}"


def port_labels(portfolio: PortfolioResults) -> dict[str, str]:
    """Return what readers meet in place of a port's key: its title without the direction.

    Where two share it, the key stands behind it in words.
    """
    studies = {port.name: port.asked.study for port in portfolio.ports}
    titles = {name: study.alternatives[study.baseline].port.title.partition(" (")[0] for name, study in studies.items()}
    n_of = Counter(titles.values())
    return {name: title if n_of[title] == 1 else f"{title} ({derived_label(name)})" for name, title in titles.items()}


def _option(option: PortfolioOption, ports: Mapping[str, str], names: OptionNames) -> PortfolioOption:
    first = names[option.port, option.first_phase] if option.first_phase else ""
    return dataclasses.replace(option, port=ports[option.port], name=names[option.port, option.name], first_phase=first)


def _port(port: SimulatedPort, ports: Mapping[str, str]) -> SimulatedPort:
    study = port.asked.study
    return dataclasses.replace(
        port, name=ports[port.name], asked=labeled_plan_case(port.asked), found=labeled_response(study, port.found)
    )


def _plan(plan: PortfolioPlan, ports: Mapping[str, str], names: OptionNames) -> PortfolioPlan:
    rules = {f"{port}.{name}": f"{ports[port]}.{label}" for (port, name), label in names.items()}

    def renamed(groups: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(rules[rule] for rule in group) for group in groups)

    by_label = {ports[name]: port for name, port in plan.ports.items()}
    return dataclasses.replace(plan, ports=by_label, needs=renamed(plan.needs), excludes=renamed(plan.excludes))


def _frame(table: pd.DataFrame, ports: Mapping[str, str], names: OptionNames) -> pd.DataFrame:
    """Return a table with labels in its columns of ports, options and alternatives."""
    if table.empty:
        return table
    renamed: dict[str, list[Any]] = {"port": [ports[port] for port in table["port"]]}
    for column in {"option", "alternative", "first_phase"} & set(table.columns):
        renamed[column] = [names.get(pair, "") for pair in zip(table["port"], table[column], strict=True)]
    return table.assign(**renamed)
