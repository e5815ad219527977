"""``throughgate fund`` of several ports: each a funding case, and the best set over all of them.

1  cases      Plan, overrides  -> a Case a port       (nothing is written before this succeeds)
2  complete   Case             -> who cannot carry the last year is left out, or completed
3  simulate   Case             -> Response            (demand years, paired replications)
4  choose     options, limits  -> Portfolio           (an integer programme, solved by HiGHS)
5  doubt      draws, worlds    -> Robustness          (how often each option is in the best set)
6  write      all of it        -> the page, the whole as JSON, tables as CSV
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd
from rich.console import Console

from experiments import screen
from experiments.compare import train
from experiments.compose import parse
from experiments.economics.doubt import Doubt
from experiments.funding.beliefs import Belief
from experiments.funding.case import Case
from experiments.funding.completion import completions, completions_table
from experiments.funding.portfolio import Portfolio, portfolio
from experiments.funding.portfolio_draws import Robustness, Worlds, draws_of, robustness
from experiments.funding.portfolio_files import write
from experiments.funding.portfolio_found import PortfolioFound, limits
from experiments.funding.portfolio_options import PortCase, check_alike, check_plan
from experiments.funding.portfolio_screen import after, before
from experiments.funding.redrawn_worlds import Formulas, fitted, n_worlds
from experiments.funding.request import case, doubt
from experiments.funding.simulation import simulate_case
from experiments.funding.terms import Plan
from experiments.load import default_out
from experiments.output import check_folder
from sim.errors import ConfigError

if TYPE_CHECKING:
    from experiments.pipeline import Scorer

ABOVE: Final = ("experiment", "out")
"""Keys of the plan itself; what else is asked beside it holds at every port."""


def carry_out(plan: Plan, overrides: Sequence[str]) -> int:
    """Simulate every port of a plan, choose the best set and write what was found."""
    begin, terminal = time.perf_counter(), screen.console()
    folder = out_of(overrides)
    check_folder(folder)
    cases = cases_of(plan, overrides)
    doubted = _doubt(cases)
    ports, scorers, refused = _simulated(terminal, plan, cases)
    options = [one for port in ports for one in port.options(plan)]
    if len(options) == len(ports):
        raise ConfigError("portfolio.ports", "nothing to choose: no port has another option")
    chosen = portfolio(options, limits(plan), plan.objective, plan.usd_per_load)
    unsure = _doubted(terminal, ports, scorers, (plan, doubted), chosen)
    found = PortfolioFound(
        plan, tuple(overrides), tuple(ports), tuple(options), chosen, *unsure, refused
    )
    written = write(found, folder, time.perf_counter() - begin)
    after(terminal, found, folder, written, time.perf_counter() - begin)
    return 0


def cases_of(plan: Plan, overrides: Sequence[str]) -> dict[str, Case]:
    """Return every port's case: its own overrides, and those that stand beside the plan.

    Raises
    ------
    ConfigError
        A case that is unsound, under ``portfolio.ports.<name>``; cases that cannot be added up; a
        plan that names what no port has.
    """
    beside = [
        str(one.input_line)
        for one in parse(overrides)
        if one.key_or_group not in ABOVE and one.key_or_group.split(".")[0] != "portfolio"
    ]
    cases = {}
    for name, port in plan.ports.items():
        try:
            cases[name] = case([*port.overrides, *beside])
        except ConfigError as error:
            raise ConfigError(f"portfolio.ports.{name}: {error.key}", error.problem) from None
    check_alike(cases)
    check_plan(plan, cases)
    return cases


def out_of(overrides: Sequence[str]) -> Path:
    """Return the folder of the plan's files."""
    asked = [str(o.value()) for o in parse(overrides) if o.key_or_group == "out"]
    return Path(asked[-1]) if asked else default_out("fund", "portfolio")


def _doubt(cases: Mapping[str, Case]) -> Doubt:
    every = {name: doubt(one) for name, one in cases.items()}
    first = next(iter(every.values()))
    for name, one in every.items():
        if one != first:
            problem = "how sure numbers are held to be must be the same at every port"
            raise ConfigError(f"portfolio.ports.{name}: uncertainty", problem)
    return first


def _simulated(
    terminal: Console, plan: Plan, cases: Mapping[str, Case]
) -> tuple[list[PortCase], dict[str, Mapping[str, Scorer]], pd.DataFrame]:
    """Return the ports as simulated, without alternatives that cannot carry their load."""
    ports, tables = [], []
    scorers: dict[str, Mapping[str, Scorer]] = {}
    for name, asked in cases.items():
        scorers[name] = train(asked.study, terminal)
        lacking, carried = completions(asked, scorers[name])
        short = completions_table(lacking, completed=asked.terms.complete)
        tables.append(short.assign(port=name))
        before(terminal, name, carried, short)
        n = carried.study.replications
        with screen.progress(terminal, n, f"replications of all years, {name}") as tell:
            found = simulate_case(carried, scorers[name], tell)
        ports.append(PortCase(name, carried, found, plan.ports[name].ceiling_from_y))
    return ports, scorers, pd.concat(tables, ignore_index=True)


def _doubted(
    terminal: Console,
    ports: Sequence[PortCase],
    scorers: Mapping[str, Mapping[str, Scorer]],
    how: tuple[Plan, Doubt],
    chosen: Portfolio,
) -> tuple[Robustness, Robustness, dict[str, tuple[Belief, ...]]]:
    """Return how sure the choice is over draws and over replications, and what was drawn."""
    plan, doubted = how
    by_port, beliefs, simulated = [], {}, doubted.draws
    for port in ports:
        formulas = _formulas(terminal, port, scorers[port.name], doubted)
        simulated = min(simulated, 0 if formulas is None else len(formulas.simulated))
        worlds, beliefs[port.name] = draws_of(port, plan, doubted, formulas)
        by_port.append(worlds)
    n = ports[0].found.replications
    luck = [[port.only(r).options(plan) for r in range(n)] for port in ports]
    asked = (limits(plan), plan.objective, plan.usd_per_load)
    best, second = chosen.solved.chosen, chosen.second
    return (
        robustness(_joined(by_port), asked, best, second, simulated),
        robustness(_joined(luck), asked, best, second, 0),
        beliefs,
    )


def _formulas(
    terminal: Console, port: PortCase, scorers: Mapping[str, Scorer], doubted: Doubt
) -> Formulas | None:
    total = n_worlds(doubted)
    if total == 0:
        return None
    with screen.progress(terminal, total, f"redrawn worlds, {port.name}") as tell:
        return fitted(port.asked, scorers, doubted.draws, doubted.worlds, tell)


def _joined(by_port: Sequence[Worlds]) -> Worlds:
    return [[one for options in same for one in options] for same in zip(*by_port, strict=True)]
