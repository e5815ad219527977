"""``throughgate fund``: simulated alternatives turned into a case for money.

1  case        overrides            -> Case         (nothing is written before this succeeds)
2  train       Case                 -> risk models  (from the cache, where they are known)
3  complete    Case, risk models    -> who cannot carry the last year, and what would complete them
4  simulate    Case, risk models    -> Response     (demand years, paired replications)
5  appraise    Case, Response       -> Appraised    (costs, users' gain, loads, present values)
6  doubt       Case, Response       -> Uncertainty  (draws, worlds of their own, sensitivities)
7  write       all of it            -> the report, the whole as JSON, tables as CSV, the workbook
8  say         Appraised            -> the answer, the tables, the notes

``throughgate fund`` of several ports: each a funding case, and the best set over all of them.

1  cases      Plan, overrides  -> a Case a port       (nothing is written before this succeeds)
2  complete   Case             -> who cannot carry the last year is left out, or completed
3  simulate   Case             -> Response            (demand years, paired replications)
4  package    pairs            -> interactions        (of alternatives of one port, where the plan asks for them)
5  choose     options, limits  -> Portfolio           (an integer programme, solved by HiGHS)
6  doubt      draws, worlds    -> Robustness          (how often each option is in the best set)
7  write      all of it        -> the page, the whole as JSON, tables as CSV
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd
from rich.console import Console

from experiments.economics.appraisal import Appraisal
from experiments.execution.parallel import Progress
from experiments.files import OutputFolder, check_writable
from experiments.funding import tables as funding_tables
from experiments.funding.annual import Response
from experiments.funding.budget.spending import BUDGET_WORDS
from experiments.funding.budget.tables import budget_tables
from experiments.funding.case import FundingCase, UncertaintySettings
from experiments.funding.cash_flows import AppraisedCase, present_worths, price_alternatives
from experiments.funding.completion import complete_alternatives, completions_table
from experiments.funding.demand_years import simulate_case
from experiments.funding.exhibits.elements import plain_name
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.noise import WorthsByReplication, amounts_table, present_worths_by_replication
from experiments.funding.portfolio.best_set import Portfolio
from experiments.funding.portfolio.draws import PortfolioRobustness, options_by_draw, portfolio_robustness
from experiments.funding.portfolio.options import (
    SimulatedPort,
    check_comparable_cases,
    check_portfolio_plan,
    last_fiscal_year,
    portfolio_limits,
)
from experiments.funding.portfolio.package_runs import (
    PackageScreen,
    check_package_plan,
    package_tables,
    screen_pairs,
    settled_choice,
    with_pairs,
    without_dominated,
)
from experiments.funding.portfolio.results import PortfolioResults
from experiments.funding.portfolio_plan import PortfolioPlan
from experiments.funding.report import terminal as funding_terminal
from experiments.funding.report.page import write_case_report
from experiments.funding.report.portfolio_files import write_portfolio_files
from experiments.funding.report.portfolio_terminal import print_portfolio
from experiments.funding.request import PortfolioRequest, build_case, build_case_or_plan, read_uncertainty_settings
from experiments.funding.sets.input_distributions import UncertainInput
from experiments.funding.uncertainty.analysis import Uncertainty, analyze_uncertainty
from experiments.funding.uncertainty.simulation_stages import draw_sets, expected_cpu_s
from experiments.funding.workbook.write import write_workbook
from experiments.report import terminal as report_terminal
from experiments.report.screen.expected_time import cores, expected_words
from experiments.store.run_rows import check_study_store, rows_of_case
from experiments.store.write import add_run
from experiments.study.compose import parse_overrides
from experiments.study.run_record import run_record
from experiments.study.study import default_folder
from experiments.sweeping.without_effect import lines_without_effect
from experiments.training.find_or_train import retraining_of, train_all
from sim.errors import ConfigError

if TYPE_CHECKING:
    from sim.replication import Scorer

PLAN_KEYS: Final = ("experiment", "out")
"""Keys of the plan itself; what else is asked beside it holds at every port."""


def fund_portfolio(plan: PortfolioPlan, overrides: Sequence[str]) -> int:
    """Simulate every port of a plan, choose the best set and write what was found."""
    begin, terminal = time.perf_counter(), report_terminal.open_console()
    folder = portfolio_folder(overrides)
    check_writable(folder)
    cases = port_cases(plan, overrides)
    doubted = _doubt(cases)
    ports, scorers, refused = _simulated(terminal, plan, cases)
    if all(len(port.choices(plan)) == 1 for port in ports):
        raise ConfigError("portfolio.ports", "nothing to choose: no port has another option")
    ports, screens = _packaged(terminal, plan, ports, scorers)
    ports, options, chosen, _ = settled_choice(ports, plan, scorers, partial(report_terminal.print_line, terminal))
    unsure = _doubted(terminal, ports, scorers, (plan, doubted), chosen)
    packages = package_tables(ports, screens)
    found = PortfolioResults(plan, tuple(overrides), tuple(ports), tuple(options), chosen, *unsure, refused, *packages)
    written = write_portfolio_files(found, folder, time.perf_counter() - begin)
    print_portfolio(terminal, found, folder, written, time.perf_counter() - begin)
    return 0


def port_cases(plan: PortfolioPlan, overrides: Sequence[str]) -> dict[str, FundingCase]:
    """Return every port's case: its own overrides, and those that stand beside the plan.

    Raises
    ------
    ConfigError
        A case that is unsound, under ``portfolio.ports.<name>``; cases that cannot be added up; a
        plan that names what no port has.
    """
    beside = [
        str(one.input_line)
        for one in parse_overrides(overrides)
        if one.key_or_group not in PLAN_KEYS and one.key_or_group.split(".")[0] != "portfolio"
    ]
    cases = {}
    for name, port in plan.ports.items():
        try:
            cases[name] = build_case([*port.overrides, *beside])
        except ConfigError as error:
            raise ConfigError(f"portfolio.ports.{name}: {error.key}", error.problem) from None
    check_comparable_cases(cases)
    check_portfolio_plan(plan, cases)
    for case in cases.values():
        check_package_plan(plan.packages, case)
    return cases


def portfolio_folder(overrides: Sequence[str]) -> Path:
    """Return the folder of the plan's files."""
    asked = [str(o.value()) for o in parse_overrides(overrides) if o.key_or_group == "out"]
    return Path(asked[-1]) if asked else default_folder("fund", "portfolio")


def _doubt(cases: Mapping[str, FundingCase]) -> UncertaintySettings:
    every = {name: read_uncertainty_settings(case) for name, case in cases.items()}
    first = next(iter(every.values()))
    if others := [name for name, settings in every.items() if settings != first]:
        problem = "what is redrawn must be the same at every port"
        raise ConfigError(f"portfolio.ports.{others[0]}: uncertainty", problem)
    return first


def _simulated(
    terminal: Console, plan: PortfolioPlan, cases: Mapping[str, FundingCase]
) -> tuple[list[SimulatedPort], dict[str, Mapping[str, Scorer]], pd.DataFrame]:
    """Return the ports as simulated, without alternatives that cannot carry their load."""
    ports, tables = [], []
    scorers: dict[str, Mapping[str, Scorer]] = {}
    for name, asked in cases.items():
        scorers[name] = train_all(asked.study, terminal)
        lacking, carried = complete_alternatives(asked, scorers[name])
        short = completions_table(lacking, completed=asked.terms.complete)
        tables.append(short.assign(port=name))
        report_terminal.print_line(terminal, f"{plain_name(name)}:")
        funding_terminal.print_case_plan(terminal, carried, short)
        n = carried.study.replications
        with report_terminal.show_progress(terminal, n, f"replications of all years, {plain_name(name)}") as tell:
            found = simulate_case(carried, scorers[name], tell)
        ports.append(SimulatedPort(name, carried, found, plan.ports[name].wait_limit))
    return ports, scorers, pd.concat(tables, ignore_index=True)


def _packaged(
    terminal: Console, plan: PortfolioPlan, ports: Sequence[SimulatedPort], scorers: Mapping[str, Mapping[str, Scorer]]
) -> tuple[list[SimulatedPort], dict[str, PackageScreen]]:
    """Return the ports with packages of their alternatives, where the plan makes any, and what was simulated."""
    few = plan.packages
    if few is None:
        return list(ports), {}
    limits, screens, packaged = portfolio_limits(plan, last_fiscal_year(ports[0].asked)), {}, []
    for port in ports:
        screen = screens[port.name] = screen_pairs(port, plan, limits, scorers[port.name])
        pairs = len(screen.simulated)
        n = min(few.replications, port.asked.study.replications) if pairs else 0
        what = f"replications of {pairs} pairs, {plain_name(port.name)}"
        with report_terminal.show_progress(terminal, n, what) as tell:
            packaged.append(without_dominated(with_pairs(port, few, screen, scorers[port.name], tell), plan))
    return packaged, screens


def _doubted(
    terminal: Console,
    ports: Sequence[SimulatedPort],
    scorers: Mapping[str, Mapping[str, Scorer]],
    plan_and_settings: tuple[PortfolioPlan, UncertaintySettings],
    portfolio: Portfolio,
) -> tuple[PortfolioRobustness, PortfolioRobustness, dict[str, tuple[UncertainInput, ...]]]:
    """Return how sure the choice is over draws and over replications, and what was drawn."""
    plan, doubted = plan_and_settings
    by_port, beliefs, simulated = [], {}, doubted.draws
    for port in ports:
        show = partial(_show, terminal, f", {plain_name(port.name)}")
        drawn = draw_sets(
            port.asked,
            scorers[port.name],
            doubted,
            show,
            retraining_of(port.asked.study, terminal) if doubted.worlds else None,
        )
        simulated = min(simulated, 0 if drawn is None else len(drawn.drawn))
        worlds, beliefs[port.name] = options_by_draw(port, plan, doubted, drawn)
        by_port.append(worlds)
    luck = [[port.only(r).options(plan) for r in range(port.found.replications)] for port in ports]
    asked = (portfolio_limits(plan, last_fiscal_year(ports[0].asked)), plan.objective, plan.usd_per_load)
    sets = portfolio.solved.chosen, portfolio.second
    draws, replications = (
        portfolio_robustness([list(chain.from_iterable(o)) for o in zip(*worlds, strict=True)], asked, *sets, n)
        for worlds, n in ((by_port, simulated), (luck, 0))
    )
    return draws, replications, beliefs


def print_expected_time(terminal: Console, case: FundingCase, settings: UncertaintySettings) -> None:
    """Say what is simulated for the uncertainty and how long all of it takes, before it begins."""
    seconds = expected_cpu_s(case, settings) / cores(case.study.processes)
    sets = min(settings.worlds, settings.draws)
    what = f"{sets} sets of assumptions, {settings.sobol_base} rows of each sample of the global sensitivity"
    said = what if sets else "Simulation inputs are held"
    report_terminal.print_line(terminal, f"{said}: {expected_words(seconds, case.study.processes)} in all.")


def _show(terminal: Console, at_port: str, words: str) -> AbstractContextManager[Progress | None]:
    """Show how far a stage of the uncertainty has come."""
    return report_terminal.show_progress(terminal, 1, f"{words}{at_port}")


PRICED_COLUMNS: Final = ("mean_nmb_usd", "nmb_usd")
"""Columns of the uncertainty that hold loads in dollars."""


def main(overrides: Sequence[str]) -> int:
    """Make the funding case of a study and return the exit status."""
    return carry_out(build_case_or_plan(overrides))


def carry_out(question: FundingCase | PortfolioRequest) -> int:
    """Make one funding case, or choose the best set over several ports."""
    if isinstance(question, PortfolioRequest):
        return fund_portfolio(question.plan, question.overrides)
    return fund_case(question, read_uncertainty_settings(question))


def fund_case(case: FundingCase, settings: UncertaintySettings) -> int:
    """Take a case from its settings to its files (steps 2 to 8)."""
    begin = time.perf_counter()
    check_study_store(case.study)
    terminal = report_terminal.open_console()
    for line in lines_without_effect(case.study):
        report_terminal.print_line(terminal, line)
    scorers = train_all(case.study, terminal)
    lacking, carried = complete_alternatives(case, scorers)
    short = completions_table(lacking, completed=case.terms.complete)
    funding_terminal.print_case_plan(terminal, carried, short)
    print_expected_time(terminal, carried, settings)
    with report_terminal.show_progress(terminal, carried.study.replications, "replications of all years") as tell:
        simulated = simulate_case(carried, scorers, tell)
    appraised = appraise_case(carried, simulated, short)
    by_replication = present_worths_by_replication(carried, simulated)
    retrain = retraining_of(carried.study, terminal) if settings.worlds else None
    show = partial(_show, terminal, "")
    uncertainty = analyze_uncertainty(carried, simulated, scorers, settings, show, retrain)
    raw_tables = raw_case_tables(appraised, by_replication) | raw_uncertainty_tables(uncertainty, case.appraisal)
    evidence = Evidence(appraised, uncertainty)
    written = write_case_files(evidence, raw_tables, time.perf_counter() - begin)
    if case.study.store is not None:
        whole = (simulated.alternatives, simulated.years, simulated.amounts)
        economics = (case.appraisal.discount_rate, case.inputs)
        study = carried.study
        rows = rows_of_case(study, case.overrides, whole, raw_tables, economics, time.perf_counter() - begin)
        written.append(add_run(case.study.store, rows))
    funding_terminal.print_case_results(terminal, evidence, by_replication, written, time.perf_counter() - begin)
    return 0


def appraise_case(case: FundingCase, simulated: Response, completions: pd.DataFrame) -> AppraisedCase:
    """Return the deterministic case (step 5)."""
    alternatives = price_alternatives(case, simulated)
    return AppraisedCase(case, simulated, alternatives, present_worths(case, alternatives), completions)


def raw_case_tables(appraised: AppraisedCase, by_replication: WorthsByReplication) -> dict[str, pd.DataFrame]:
    """Return the raw tables of the case by the name of their file."""
    net_benefit = funding_tables.net_benefit_table(appraised)
    return {
        "measures": funding_tables.decision_measures_table(appraised, by_replication),
        "ledger": funding_tables.ledger_table(appraised),
        "frontiers": funding_tables.frontier_table(appraised),
        "amounts": amounts_table(appraised.case, appraised.response),
        "inputs": funding_tables.economic_inputs_table(appraised),
        "completions": appraised.completions,
        **budget_tables(appraised),
    } | ({} if net_benefit is None else {"net_benefit": net_benefit})


def raw_uncertainty_tables(uncertainty: Uncertainty, appraisal: Appraisal) -> dict[str, pd.DataFrame]:
    """Return every table of the uncertainty by the name of its file.

    Without a value of a load, none of them adds loads to dollars: which alternative leads at a
    threshold is in them, and what it would then be worth is not.
    """
    made = {name: table for name, table in uncertainty.tables().items() if len(table.columns)}
    # whoever studies what the draws hang on finds inputs and outputs in one file
    made["draws"] = made["draws"].merge(made.pop("drawn_numbers"), on="draw")
    if appraisal.interdiction_usd_per_load is None:
        made = {n: table.drop(columns=list(PRICED_COLUMNS), errors="ignore") for n, table in made.items()}
    return {"drawn_inputs" if name == "inputs" else name: table for name, table in made.items()}


def write_case_files(evidence: Evidence, raw_tables: Mapping[str, pd.DataFrame], wall_s: float) -> list[Path]:
    """Write the files of the case, each whole or not at all (step 7)."""
    case = evidence.appraised.case
    output = OutputFolder(case.study.out)
    record = run_record(case.study, wall_s) | {"overrides": list(case.overrides)}
    stated = {
        name: {words: evidence.budget_at_confidence(name, column) for column, words in BUDGET_WORDS.items()}
        for name in evidence.rivals
    }
    return [
        *write_case_report(output, evidence),
        write_workbook(output, evidence.appraised, stated),
        *(output.write_text(f"data/{name}.csv", table.to_csv(index=False)) for name, table in raw_tables.items()),
        output.write_json("run.json", record),
    ]


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("fund")
