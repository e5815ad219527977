"""What a portfolio says on the terminal: the choice, who binds, and 80 columns."""

from __future__ import annotations

import io
from pathlib import Path

from planned import DRAWS, found
from rich.console import Console

from experiments.funding.report.portfolio_terminal import (
    limits_terminal_table,
    options_terminal_table,
    print_portfolio,
    relevant_limits,
)


def test_the_choice_and_the_runner_up_are_marked() -> None:
    rows = options_terminal_table(found()).lines()
    marks = [row[0][-1] for row in rows]
    assert marks.count("*") == 2
    assert all(len(row) == 7 for row in rows)


def test_years_without_effect_stand_for_one_another() -> None:
    shadow = found().chosen.shadow
    kept = relevant_limits(shadow)
    years = kept["constraint"].str.startswith("budget of year")
    assert years.sum() == 1
    assert (
        kept.loc[years, "used"].iloc[0]
        == shadow.loc[shadow["constraint"].str.startswith("budget of year"), "used"].max()
    )
    assert len(limits_terminal_table(found()).lines()) == len(kept)


def test_all_fits_in_eighty_columns_and_ends_with_the_files() -> None:
    out = io.StringIO()
    folder = Path("results")
    written = [folder.absolute() / "portfolio.html", folder.absolute() / "data" / "shadow.csv"]
    print_portfolio(Console(file=out, width=80), found(), folder, written, 12.0)
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    assert f"of {DRAWS} draws" in text
    assert text.rstrip().endswith(str(folder.absolute() / "portfolio.html"))
