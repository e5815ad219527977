"""The tables of a portfolio's page whose cells hold more than one number."""

from __future__ import annotations

import math
from typing import Any, Final

import pandas as pd

from experiments.exhibits.dollars import MILLION, amount, millions, significant
from experiments.exhibits.drawing import plain
from experiments.exhibits.exhibit import Cell, Column, Table, words
from experiments.funding.portfolio_found import PortfolioFound
from experiments.funding.portfolio_screen import binding
from experiments.wording import NONE

USD: Final = "USD"


def options_table(found: PortfolioFound) -> Table:
    """Return every option with cost, gain, their ranges, wait, and its place."""
    columns = (
        Column("spend_usd", "initial spending", "$ M", "assumed"),
        Column("cost_usd", "life-cycle cost", "$ M", "assumed"),
        Column("npv0_usd", "net present value", "$ M", "assumed"),
        Column("loads", "more loads", "", "assumed"),
        Column("wait_min", "highest yearly wait", "min", "predicted"),
        Column("allowed", "within the ceiling"),
        Column("place", "place"),
    )
    options = found.chosen.options.to_dict("records")
    drawn = found.draws.options.to_dict("records")
    rows = tuple(
        (option_label(row), _option_cells(row, held))
        for row, held in zip(options, drawn, strict=True)
    )
    return Table(
        "portfolio_options",
        "All options",
        Column("option", "option"),
        columns,
        rows,
        note="Ranges: 5th to 95th percentile of the draws; waits: central.",
    )


def option_label(row: Any) -> str:  # noqa: ANN401
    """Return an option's port, name and start in words."""
    late = f" from year {row['start_y']}" if row["start_y"] else ""
    return f"{plain(str(row['port']))}: {plain(str(row['option']))}{late}"


def _option_cells(row: Any, held: Any) -> tuple[Cell, ...]:  # noqa: ANN401
    nothing = row["cost_usd"] == 0.0 and row["loads"] == 0.0

    def ends(key: str) -> tuple[float, float] | None:
        return None if nothing else (float(held[f"{key}_p5"]), float(held[f"{key}_p95"]))

    place = "chosen" if row["chosen"] else ""
    if row["runner_up"]:
        place = "chosen, in the runner-up too" if place else "runner-up"
    return (
        millions(row["spend_usd"], ends("spend_usd")),
        millions(row["cost_usd"], ends("cost_usd")),
        millions(row["npv0_usd"], ends("npv0_usd")),
        amount(row["loads"], ends("loads")),
        amount(row["wait_min"]),
        Cell("yes" if row["allowed"] else "no", "", "yes" if row["allowed"] else "no"),
        words(place or NONE),
    )


def prices_table(found: PortfolioFound) -> Table:
    """Return the limits that matter, with their duals, steps and ranges."""
    gain = "loads" if found.plan.objective == "loads" else "$ M"
    columns = (
        Column("limit", "limit at"),
        Column("used", "used"),
        Column("relaxed_price", "dual: a unit more, options split", gain, "assumed"),
        Column("gain_of_step", "a whole step more brings", gain, "assumed"),
        Column("loss_of_step", "a whole step less costs", gain, "assumed"),
        Column("holds_from", "the choice holds from"),
        Column("next_better_at", "next change at"),
    )
    rows = tuple(
        (plain(str(row["constraint"])), _price_cells(row, found))
        for row in binding(found.chosen.shadow).to_dict("records")
    )
    return Table(
        "portfolio_shadow_prices",
        "Limits and their prices",
        Column("constraint", "limit"),
        columns,
        rows,
        note="Units and steps: $ 1 million, 1 minute, 1 unit of a measure. Below a dual: between "
        "which limits it holds. Years' budgets of which more would bring nothing are left out, but "
        "for the dearest year; all stand in data/shadow.csv.",
    )


def _price_cells(row: Any, found: PortfolioFound) -> tuple[Cell, ...]:  # noqa: ANN401
    money = row["unit"] == USD
    scale = 1.0 if found.plan.objective == "loads" else 1.0 / MILLION
    price = scale * row["relaxed_price"] * (MILLION if money else 1.0)
    low, high = (_at(row[f"relaxed_{end}"], row) for end in ("low", "high"))
    below = "" if not math.isfinite(price) else f"from {low}; to {high}"
    better = row["next_better_at"]
    there = "" if pd.isna(better) else f"+{significant(scale * row['gain_there'])} there"
    return (
        _limit(row["limit"], row),
        _limit(row["used"], row, f"{_at(row['left'], row)} left"),
        Cell(significant(price), below, price),
        _gain(scale * row["gain_of_step"]),
        _gain(scale * row["loss_of_step"], "cannot be kept"),
        _limit(row["holds_from"], row),
        Cell("none", "more of it alone brings nothing", None, look="aside")
        if pd.isna(better)
        else _limit(better, row, there),
    )


def _gain(value: float, why: str = "") -> Cell:
    if not math.isfinite(value):
        return Cell("none", why, None, look="aside")
    return Cell(significant(value), "", value)


def _limit(value: float, row: Any, below: str = "") -> Cell:  # noqa: ANN401
    return Cell(_at(value, row), below, float(value))


def _at(value: float, row: Any) -> str:  # noqa: ANN401
    """Return an amount of a limit in its own unit, dollars in millions."""
    if not math.isfinite(value):
        return "no end"
    if row["unit"] == USD:
        return f"$ {value / MILLION:,.2f} M"
    return f"{significant(value)} min" if row["unit"] == "min" else significant(value)
