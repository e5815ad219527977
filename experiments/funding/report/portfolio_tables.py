"""The tables of a portfolio's page whose cells hold more than one number.

Inputs of a portfolio: what the planner set, the economics that ports share, each port's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from experiments.funding.case import FundingCase
from experiments.funding.chapters.inputs import sourced_inputs_table
from experiments.funding.exhibits.cells import MILLION, amount_cell, millions_cell, significant, usd
from experiments.funding.exhibits.elements import Cell, Part, Prose, Section, Table, TableColumn, text_cell
from experiments.funding.exhibits.style import plain_name
from experiments.funding.portfolio.results import PortfolioResults
from experiments.funding.report.portfolio_terminal import relevant_limits
from experiments.number_format import NONE, listed, number
from experiments.study.sources import SourcedInput

USD: Final = "USD"


def portfolio_options_table(portfolio: PortfolioResults) -> Table:
    """Return every option with cost, gain, their ranges, wait, and its place."""
    columns = (
        TableColumn("spend_usd", "initial spending", "$ M", "assumed"),
        TableColumn("cost_usd", "life-cycle cost", "$ M", "assumed"),
        TableColumn("npv0_usd", "net present value", "$ M", "assumed"),
        TableColumn("loads", "more loads", "", "assumed"),
        TableColumn("wait_min", "highest yearly wait", "min", "predicted"),
        TableColumn("allowed", "within the ceiling"),
        TableColumn("place", "place"),
    )
    options = portfolio.chosen.options.to_dict("records")
    drawn = portfolio.draws.options.to_dict("records")
    rows = tuple((option_label(row), _option_cells(row, held)) for row, held in zip(options, drawn, strict=True))
    return Table(
        "portfolio_options",
        "All options",
        TableColumn("option", "option"),
        columns,
        rows,
        note="Ranges: 5th to 95th percentile of the draws; waits: central.",
    )


def option_label(row: Any) -> str:  # noqa: ANN401
    """Return an option's port, name and start in words."""
    late = f" from year {row['start_y']}" if row["start_y"] else ""
    return f"{plain_name(str(row['port']))}: {plain_name(str(row['option']))}{late}"


def _option_cells(row: Any, value_range: Any) -> tuple[Cell, ...]:  # noqa: ANN401
    nothing = row["cost_usd"] == 0.0 and row["loads"] == 0.0

    def ends(key: str) -> tuple[float, float] | None:
        return None if nothing else (float(value_range[f"{key}_p5"]), float(value_range[f"{key}_p95"]))

    place = "chosen" if row["chosen"] else ""
    if row["runner_up"]:
        place = "chosen, in the runner-up too" if place else "runner-up"
    return (
        millions_cell(row["spend_usd"], ends("spend_usd")),
        millions_cell(row["cost_usd"], ends("cost_usd")),
        millions_cell(row["npv0_usd"], ends("npv0_usd")),
        amount_cell(row["loads"], ends("loads")),
        amount_cell(row["wait_min"]),
        Cell("yes" if row["allowed"] else "no", "", "yes" if row["allowed"] else "no"),
        text_cell(place or NONE),
    )


def limit_prices_table(portfolio: PortfolioResults) -> Table:
    """Return the limits that matter, with their duals, steps and ranges."""
    gain = "loads" if portfolio.plan.objective == "loads" else "$ M"
    columns = (
        TableColumn("limit", "limit at"),
        TableColumn("used", "used"),
        TableColumn("relaxed_price", "dual: a unit more, options split", gain, "assumed"),
        TableColumn("gain_of_step", "a whole step more brings", gain, "assumed"),
        TableColumn("loss_of_step", "a whole step less costs", gain, "assumed"),
        TableColumn("holds_from", "the choice holds from"),
        TableColumn("next_better_at", "next change at"),
    )
    rows = tuple(
        (plain_name(str(row["constraint"])), _price_cells(row, portfolio))
        for row in relevant_limits(portfolio.chosen.shadow).to_dict("records")
    )
    return Table(
        "portfolio_shadow_prices",
        "Limits and their prices",
        TableColumn("constraint", "limit"),
        columns,
        rows,
        note="Units and steps: $ 1 million, 1 minute, 1 unit of a measure. Below a dual: between "
        "which limits it holds. Years' budgets of which more would bring nothing are left out, but "
        "for the dearest year; all stand in data/shadow.csv.",
    )


def _price_cells(row: Any, portfolio: PortfolioResults) -> tuple[Cell, ...]:  # noqa: ANN401
    money = row["unit"] == USD
    scale = 1.0 if portfolio.plan.objective == "loads" else 1.0 / MILLION
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


def _limit(value: float, row: Any, small_text: str = "") -> Cell:  # noqa: ANN401
    return Cell(_at(value, row), small_text, float(value))


def _at(value: float, row: Any) -> str:  # noqa: ANN401
    """Return an amount of a limit in its own unit, dollars in millions."""
    if not math.isfinite(value):
        return "no end"
    if row["unit"] == USD:
        return f"$ {value / MILLION:,.2f} M"
    return f"{significant(value)} min" if row["unit"] == "min" else significant(value)


PLANNER_SOURCE: Final = "set by the planner"


def portfolio_inputs_section(portfolio: PortfolioResults) -> Section:
    """Return every input with its source, those that ports share once."""
    rows = {port.name: list(_used(port.asked)) for port in portfolio.ports}
    first = portfolio.ports[0].name
    shared = [r for r in rows[first] if all(r in own for own in rows.values())]
    parts: list[Part] = [
        _plan(portfolio),
        Prose(
            "Confidence: P primary source, P* primary data republished, S secondary, D derived, "
            "I inference; assumed: no source, so a range stands beside it."
        ),
        sourced_inputs_table("portfolio_inputs", "Inputs that the ports share", shared),
    ]
    for name, own in rows.items():
        if rest := [row for row in own if row not in shared]:
            title = f"Inputs of {plain_name(name)} alone"
            parts.append(sourced_inputs_table(f"portfolio_inputs_{name}", title, rest))
    return Section(10, "inputs", "Inputs: value, unit, price year, source, confidence", tuple(parts))


def _plan(portfolio: PortfolioResults) -> Table:
    rows = [(name, (Cell(text, "", text, look="words"), text_cell(PLANNER_SOURCE))) for name, text in _set(portfolio)]
    columns = (TableColumn("value", "value"), TableColumn("source", "source"))
    return Table("portfolio_plan", "Limits and what is sought", TableColumn("key", "key"), columns, tuple(rows))


def _set(portfolio: PortfolioResults) -> Iterator[tuple[str, str]]:
    plan = portfolio.plan
    yield "objective", "most loads" if plan.objective == "loads" else "highest net present value"
    yield "value of a load", "not priced" if plan.usd_per_load is None else usd(plan.usd_per_load)
    yield "payer", plain_name(plan.payer)
    dollars = f"{plan.price_year} dollars"
    for name, value in (("total budget", plan.budget_usd), ("budget of a year", plan.yearly_usd)):
        yield name, "none" if value is None else f"{usd(value)}, {dollars}"
    yield "years in which an option may begin", listed([str(year) for year in plan.start_y])
    for measure, most in plan.units.items():
        yield f"{plain_name(measure)}s that can be had", number(most, 0)
    for one, needed in plan.needs:
        yield f"{plain_name(one)} needs", plain_name(needed)
    for group in plan.excludes:
        yield "at most one of", listed([plain_name(one) for one in group])
    for name, port in plan.ports.items():
        ceiling = NONE if port.ceiling_min is None else f"{number(port.ceiling_min, 0)} min"
        yield f"wait ceiling of {plain_name(name)}", f"{ceiling}, from year {port.ceiling_from_y}"
        yield f"case of {plain_name(name)}", " ".join(port.overrides)


def _used(case: FundingCase) -> Iterator[SourcedInput]:
    """Yield the inputs that bear on a case: prices of what nobody buys do not."""
    bought = {p.measure for purchases in case.purchases.values() for p in purchases}
    bought |= {person for name in bought for person in case.catalogue[name].staff}
    for row in (*case.inputs, *case.study.inputs(case.study.baseline)):
        words_ = row.key.split(".")
        if words_[0] != "cost" or words_[1] in bought:
            yield row
