"""What a portfolio says on the terminal: what is simulated, the choice, two tables, the files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd
from rich.console import Console

from experiments.command_line.verbosity import has_details
from experiments.funding.exhibits.elements import terminal_table
from experiments.funding.portfolio.results import PortfolioResults
from experiments.funding.report import terminal as funding_terminal
from experiments.funding.report.labeled_portfolio import labeled_portfolio
from experiments.funding.report.portfolio_text import dependence_words, limits_kept_words, simulated_draws_words
from experiments.number_format import NONE, number, percent, signed
from experiments.page_templates import Table
from experiments.report import terminal as report_terminal

TOLERANCE: Final = 1e-9


def print_portfolio(
    terminal: Console, portfolio: PortfolioResults, folder: Path, paths: Sequence[Path], wall_s: float
) -> None:
    """Print the choice, the binding constraints, how sure it is, and what was written."""
    terminal.print()
    portfolio = labeled_portfolio(portfolio)
    first, *rest = portfolio.chosen.why
    report_terminal.print_answer(terminal, first)
    report_terminal.print_line(terminal, dependence_words(portfolio))
    for line in rest:
        report_terminal.print_line(terminal, line)
    terminal.print()
    options = options_terminal_table(portfolio)
    report_terminal.print_short_table(terminal, options.headings(), options.lines())
    report_terminal.print_line(
        terminal,
        "* chosen, + runner-up; y2: ordered in year 2, two years: in two phases; spent: initial, undiscounted; cost "
        "and net: present values; "
        "in best: share of draws in whose best set it is.",
    )
    certain, *others = choice_certainty_lines(portfolio)
    report_terminal.print_line(terminal, certain)
    if has_details():
        terminal.print()
        funding_terminal.print_table(terminal, limits_terminal_table(portfolio))
        for line in others:
            report_terminal.print_line(terminal, line)
        terminal.print()
        funding_terminal.print_files(terminal, folder, paths, wall_s)
    report_terminal.print_path(terminal, next((path for path in paths if path.suffix == ".html"), folder))


def options_terminal_table(portfolio: PortfolioResults) -> Table:
    """Return every option with what it costs, brings, and how often it is best."""
    rows = []
    shares = portfolio.draws.options["share_best"]
    for row, share in zip(portfolio.chosen.options.to_dict("records"), shares, strict=True):
        mark = "*" if row["chosen"] else "+" if row["runner_up"] else ""
        start = f" y{row['start_y']}" if row["start_y"] else ""
        if row["first_phase"]:
            start = f" y{row['start_y']} and y{row['final_y']}"
        rows.append(
            [
                f"{row['port']}: {row['option']}{start}{mark}",
                number(funding_terminal.TO_MILLIONS * row["spend_usd"]),
                number(funding_terminal.TO_MILLIONS * row["cost_usd"]),
                signed(funding_terminal.TO_MILLIONS * row["npv0_usd"]),
                number(row["loads"]),
                number(row["wait_min"]),
                percent(float(share), 0),
            ]
        )
    return terminal_table(("option", "spent, $M", "cost, $M", "net, $M", "loads", "wait, min", "in best"), rows)


def limits_terminal_table(portfolio: PortfolioResults) -> Table:
    """Return the constraints that bind or nearly bind, and what relaxing each by a step gains."""
    rows = []
    for row in relevant_limits(portfolio.chosen.shadow).to_dict("records"):
        scale = funding_terminal.TO_MILLIONS if row["unit"] == "USD" else 1.0
        unit = "m USD" if row["unit"] == "USD" else row["unit"]
        gain = objective_scale(portfolio) * row["gain_of_step"]
        better = row["next_better_at"]
        rows.append(
            [
                row["constraint"],
                f"{number(scale * row['limit'])} {unit}",
                number(scale * row["used"]),
                signed(gain, 2),
                NONE if pd.isna(better) else number(scale * better),
            ]
        )
    worth = "loads" if portfolio.plan.objective == "loads" else "m USD"
    return terminal_table(("limit", "at", "used", f"one more, {worth}", "next change at"), rows)


def relevant_limits(shadow: pd.DataFrame) -> pd.DataFrame:
    """Return the limits that matter: years' budgets only where more of them would bring something.

    The year in which most is spent stands for the others.
    """
    year = shadow["constraint"].str.startswith("budget of year")
    felt = shadow["next_better_at"].notna() | (shadow["relaxed_price"].abs() > TOLERANCE)
    peak = shadow.index == shadow.loc[year, "used"].idxmax() if year.any() else False
    return shadow.loc[~year | felt | peak]


def objective_scale(portfolio: PortfolioResults) -> float:
    """Return the factor that brings the objective to loads, or to millions of dollars."""
    return 1.0 if portfolio.plan.objective == "loads" else funding_terminal.TO_MILLIONS


def choice_certainty_lines(portfolio: PortfolioResults) -> list[str]:
    """Say how often draws and replications choose the same set."""
    draws, luck = portfolio.draws, portfolio.luck
    best = percent(float(draws.totals["best"].mean()), 0)
    none = f"; in {percent(draws.none_share, 0)} no set does" if draws.none_share else ""
    return [
        f"The same set is best in {best} of {draws.draws} draws of uncertain inputs, and "
        f"{limits_kept_words(portfolio)}{none}.",
        f"Noise alone: the same set is best in {luck.totals['best'].sum()} of {luck.draws} replications by themselves.",
        simulated_draws_words(portfolio),
    ]
