"""What a portfolio says on the terminal: what is simulated, the choice, two tables, the files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd
from rich.console import Console
from rich.text import Text

from experiments import screen
from experiments.funding import fund_screen
from experiments.funding.case import Case
from experiments.funding.portfolio_found import PortfolioFound
from experiments.wording import NONE, number, percent, signed

Rows = tuple[list[str], list[list[str]]]
MILLION: Final = 1e-6
TOLERANCE: Final = 1e-9


def before(terminal: Console, name: str, asked: Case, short: pd.DataFrame) -> None:
    """Say what is simulated at one port, and which alternatives cannot carry their load."""
    screen.say(terminal, f"{name}:")
    fund_screen.before(terminal, asked, short)


def after(
    terminal: Console,
    found: PortfolioFound,
    folder: Path,
    written: Sequence[Path],
    wall_s: float,
) -> None:
    """Print the choice, what binds, how sure it is, and what was written."""
    terminal.print()
    first, *rest = found.chosen.why
    terminal.print(Text(screen.wrapped(terminal, first), style="bold"))
    for line in rest:
        screen.say(terminal, line)
    terminal.print()
    screen.print_table(terminal, *options_table(found))
    screen.say(
        terminal,
        "* chosen, + runner-up; spent: initial, undiscounted; cost and net: present values; "
        "in best: share of draws in whose best set it is.",
    )
    terminal.print()
    screen.print_table(terminal, *shadow_table(found))
    for line in sure_words(found):
        screen.say(terminal, line)
    terminal.print()
    _files(terminal, folder, written, wall_s)


def options_table(found: PortfolioFound) -> Rows:
    """Return every option with what it costs, brings, and how often it is best."""
    rows = []
    shares = found.draws.options["share_best"]
    for row, share in zip(found.chosen.options.to_dict("records"), shares, strict=True):
        mark = "*" if row["chosen"] else "+" if row["runner_up"] else ""
        start = f" y{row['start_y']}" if row["start_y"] else ""
        rows.append(
            [
                f"{row['port']}: {row['option']}{start}{mark}",
                number(MILLION * row["spend_usd"]),
                number(MILLION * row["cost_usd"]),
                signed(MILLION * row["npv0_usd"]),
                number(row["loads"]),
                number(row["wait_min"]),
                percent(float(share), 0),
            ]
        )
    heads = ["option", "spent, m", "cost, m", "net, m", "loads", "wait, min", "in best"]
    return heads, rows


def shadow_table(found: PortfolioFound) -> Rows:
    """Return what binds or nearly binds, and what a step more of it gains."""
    rows = []
    for row in binding(found.chosen.shadow).to_dict("records"):
        scale = MILLION if row["unit"] == "USD" else 1.0
        unit = "m USD" if row["unit"] == "USD" else row["unit"]
        gain = scale_of(found) * row["gain_of_step"]
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
    worth = "loads" if found.plan.objective == "loads" else "m USD"
    return ["limit", "at", "used", f"one more, {worth}", "next change at"], rows


def binding(shadow: pd.DataFrame) -> pd.DataFrame:
    """Return the limits that matter: years' budgets only where more of them would bring something.

    The year in which most is spent stands for the others.
    """
    year = shadow["constraint"].str.startswith("budget of year")
    felt = shadow["next_better_at"].notna() | (shadow["relaxed_price"].abs() > TOLERANCE)
    peak = shadow.index == shadow.loc[year, "used"].idxmax() if year.any() else False
    return shadow.loc[~year | felt | peak]


def scale_of(found: PortfolioFound) -> float:
    """Return the factor that brings the objective to loads, or to millions of dollars."""
    return 1.0 if found.plan.objective == "loads" else MILLION


def sure_words(found: PortfolioFound) -> list[str]:
    """Say how often draws and replications choose the same set."""
    draws, luck = found.draws, found.luck
    own = float(draws.totals["best"].mean())
    same = int(luck.totals["best"].sum())
    within = float(draws.totals["within"].mean())
    words = [
        f"The same set is best in {percent(own, 0)} of {draws.draws} draws of uncertain inputs, "
        f"and keeps all limits in {percent(within, 0)} of them"
        + (f"; in {percent(draws.none_share, 0)} no set does." if draws.none_share else "."),
        f"Noise alone: the same set is best in {same} of {luck.draws} replications by themselves.",
    ]
    if draws.worlds == 0:
        words.append("Simulation inputs stay as they are: no worlds were redrawn.")
    return words


def _files(terminal: Console, folder: Path, written: Sequence[Path], wall_s: float) -> None:
    terminal.print(Text(f"Written to {folder}"), soft_wrap=True)
    top = [path.name for path in written if path.parent == folder.absolute()]
    below = sorted({path.parent.name for path in written if path.parent != folder.absolute()})
    tables = [f"{sum(p.parent.name == one for p in written)} tables in {one}" for one in below]
    screen.say(terminal, f"{', '.join([*top, *tables])} ({wall_s:.0f} s)")
