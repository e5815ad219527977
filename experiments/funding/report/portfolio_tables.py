"""Tables of a portfolio's page whose cells hold more than one number, and its inputs with their sources."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.funding.chapters.inputs import CONFIDENCE_WORDS, bears_on_case, sourced_inputs_table
from experiments.funding.exhibits.cells import (
    MILLION,
    amount_cell,
    millions_cell,
    significant,
    text_cell,
    unknown_cell,
    yes_cell,
)
from experiments.funding.exhibits.charts_first import FIRST_YEARS
from experiments.funding.exhibits.charts_portfolio import option_name
from experiments.funding.exhibits.choice import COST_KIND_WORDS, PAYERS
from experiments.funding.exhibits.elements import Part, Prose, Section, millions_column, plain_name, table_by_column
from experiments.funding.portfolio.carry_over import carried_ledger, carry_over_words
from experiments.funding.portfolio.results import PortfolioResults
from experiments.funding.portfolio.waits import limit_unit, limit_words
from experiments.funding.portfolio_plan import Appropriation
from experiments.funding.report.labeled_portfolio import rule_words
from experiments.funding.report.portfolio_terminal import relevant_limits
from experiments.number_format import NONE, listed, number, usd
from experiments.page_templates import Cell, Table, TableColumn
from experiments.study.compose import parse_overrides
from sim.arrays import FloatArray

USD: Final = "USD"
FISCAL_YEAR_WORDS: Final = (
    "A fiscal year begins on October 1 of the year before: orders fall into that in which they are placed, running "
    "costs on the months of their year."
)


def portfolio_options_table(portfolio: PortfolioResults) -> Table:
    """Return every option with cost, gain, their ranges, wait, and its place."""
    drawn = portfolio.draws.options.to_dict("records")
    rows = list(zip(portfolio.chosen.options.to_dict("records"), drawn, strict=True))
    money = {"spend_usd": "initial spending", "cost_usd": "life-cycle cost", "npv0_usd": "net present value"}

    def in_millions(key: str) -> Callable[[Any], Cell]:
        return lambda row: millions_cell(row[0][key], _ends(row, key))

    columns = {millions_column(key, words): in_millions(key) for key, words in money.items()}
    columns |= {
        TableColumn("loads", "more loads", "", "assumed"): lambda r: amount_cell(r[0]["loads"], _ends(r, "loads")),
        TableColumn("wait_min", "highest yearly wait", "min", "predicted"): lambda row: amount_cell(row[0]["wait_min"]),
        TableColumn("wait_counted", "against the wait limit"): lambda row: _wait_cell(portfolio, row[0]),
        TableColumn("allowed", "within the limit"): lambda row: yes_cell(row[0]["allowed"]),
        TableColumn("place", "place"): lambda row: text_cell(_place_words(row[0])),
    }
    named = TableColumn("option", "option"), lambda row: option_label(row[0])
    note = "Ranges: 5th to 95th percentile of the draws; waits: central."
    return table_by_column("portfolio_options", "All options", rows, columns, named, note)


def _wait_cell(portfolio: PortfolioResults, row: Any) -> Cell:  # noqa: ANN401
    limit = portfolio.plan.ports[str(row["port"])].wait_limit
    if limit is None:
        return Cell(NONE)
    unit = limit_unit(limit.measure)
    return Cell(
        f"{significant(row['wait_counted'])} {unit}",
        f"at most {significant(row['wait_limit'])} {unit}",
        float(row["wait_counted"]),
    )


def appropriations_table(portfolio: PortfolioResults) -> Table | None:
    """Return what each appropriation is granted, pays, carries over and loses, by fiscal year; None without any."""
    plan, fiscal_years = portfolio.plan, portfolio.fiscal_years
    ledgers = {
        name: carried_ledger(
            np.sum([option.by_appropriation[name] for option in portfolio.best_set], axis=0),
            one.granted(len(fiscal_years) - 1),
            one.carry_over_y,
        )
        for name, one in plan.appropriations.items()
    }
    if not ledgers:
        return None
    last = max([0, *(year for rows in ledgers.values() for year, row in enumerate(rows) if row.moves)])

    def cell(name: str, key: str) -> Callable[[int], Cell]:
        return lambda year: millions_cell(getattr(ledgers[name][year], key))

    columns = {
        millions_column(f"{name}_{key}", f"{plain_name(name)}: {words}"): cell(name, key)
        for name in ledgers
        for key, words in (("granted", "granted"), ("spent", "spent"), ("kept", "carried over"), ("lapsed", "lapsed"))
    }
    named = TableColumn("year", "fiscal year"), lambda year: str(fiscal_years[year])
    note = (
        f"Constant {plan.price_year} dollars. Money is spent oldest first; what is carried over may still be spent. "
        f"Years after {fiscal_years[last]} without grants or spending are left out."
    )
    title = "Appropriations of the chosen set"
    return table_by_column("portfolio_appropriations", title, range(last + 1), columns, named, note)


def portfolio_by_year(portfolio: PortfolioResults) -> Table:
    """Return the spending of the chosen set by fiscal year, all of it and by appropriation, later years together."""
    fiscal_years = portfolio.fiscal_years
    rows = {str(year): slice(place, place + 1) for place, year in enumerate(fiscal_years[:FIRST_YEARS])}
    if len(fiscal_years) > FIRST_YEARS:
        rows[f"{fiscal_years[FIRST_YEARS]} to {fiscal_years[-1]}"] = slice(FIRST_YEARS, None)
    rows["all years"] = slice(None)
    chosen = portfolio.best_set

    def of(amounts: FloatArray) -> Callable[[str], Cell]:
        return lambda row: millions_cell(float(amounts[rows[row]].sum()))

    total = np.sum([option.spend_usd for option in chosen], axis=0)
    columns = {TableColumn("usd", "all of the payer's spending", "$ M"): of(total)}
    for name in portfolio.plan.appropriations:
        spent = np.sum([option.by_appropriation[name] for option in chosen], axis=0)
        columns[TableColumn(f"{name}_usd", plain_name(name), "$ M")] = of(spent)
    note = f"Planner's figures in {portfolio.plan.price_year} dollars. {FISCAL_YEAR_WORDS}"
    named = TableColumn("year", "fiscal year"), str
    return table_by_column("cost_by_fiscal_year", "Cost by fiscal year: the chosen set", rows, columns, named, note)


def option_label(row: Any) -> str:  # noqa: ANN401
    """Return an option's port, name and start in words."""
    return f"{plain_name(str(row['port']))}: {option_name(row)}"


def _ends(row: Any, key: str) -> tuple[float, float] | None:  # noqa: ANN401
    """Return the range of a figure of an option; none for the port as it is."""
    central, drawn = row
    nothing = central["cost_usd"] == 0.0 and central["loads"] == 0.0
    return None if nothing else (float(drawn[f"{key}_p5"]), float(drawn[f"{key}_p95"]))


def _place_words(row: Any) -> str:  # noqa: ANN401
    if row["runner_up"]:
        return "chosen, in the runner-up too" if row["chosen"] else "runner-up"
    return "chosen" if row["chosen"] else NONE


def limit_prices_table(portfolio: PortfolioResults) -> Table:
    """Return the limits that matter, with their duals, steps and ranges."""
    of_loads = portfolio.plan.objective == "loads"
    unit, scale = ("loads", 1.0) if of_loads else ("$ M", 1.0 / MILLION)

    def step(key: str, why: str = "") -> Callable[[Any], Cell]:
        return lambda row: (
            Cell(significant(gain), "", gain) if math.isfinite(gain := scale * row[key]) else unknown_cell("none", why)
        )

    def dual(row: Any) -> Cell:  # noqa: ANN401
        price = scale * row["relaxed_price"] * (MILLION if row["unit"] == USD else 1.0)
        low, high = (_at(row[f"relaxed_{end}"], row) for end in ("low", "high"))
        return Cell(significant(price), f"from {low}; to {high}" if math.isfinite(price) else "", price)

    def next_change(row: Any) -> Cell:  # noqa: ANN401
        if pd.isna(row["next_better_at"]):
            return unknown_cell("none", "more of it alone brings nothing")
        return _limit(row["next_better_at"], row, f"+{significant(scale * row['gain_there'])} there")

    columns: dict[TableColumn, Callable[[Any], Cell]] = {
        TableColumn("limit", "limit at"): lambda row: _limit(row["limit"], row),
        TableColumn("used", "used"): lambda row: _limit(row["used"], row, f"{_at(row['left'], row)} left"),
        TableColumn("relaxed_price", "dual: a unit more, options split", unit, "assumed"): dual,
        TableColumn("gain_of_step", "a whole step more brings", unit, "assumed"): step("gain_of_step"),
        TableColumn("loss_of_step", "a whole step less costs", unit, "assumed"): step("loss_of_step", "cannot be kept"),
        TableColumn("holds_from", "the choice holds from"): lambda row: _limit(row["holds_from"], row),
        TableColumn("next_better_at", "next change at"): next_change,
    }
    note = (
        "Units and steps: $ 1 million, 1 minute, 1 unit of a measure. Below a dual: between which limits it holds. "
        "Years' budgets of which more would bring nothing are left out, but for the dearest year; all stand in "
        "data/shadow.csv."
    )
    named = TableColumn("constraint", "limit"), lambda row: plain_name(str(row["constraint"]))
    rows = relevant_limits(portfolio.chosen.shadow).to_dict("records")
    return table_by_column("portfolio_shadow_prices", "Limits and their prices", rows, columns, named, note)


def _limit(value: float, row: Any, small_text: str = "") -> Cell:  # noqa: ANN401
    return Cell(_at(value, row), small_text, float(value))


def _at(value: float, row: Any) -> str:  # noqa: ANN401
    """Return an amount of a limit in its own unit, dollars in millions."""
    if not math.isfinite(value):
        return "no end"
    if row["unit"] == USD:
        return f"$ {value / MILLION:,.2f} M"
    return f"{significant(value)} min" if row["unit"] == "min" else significant(value)


def portfolio_inputs_section(portfolio: PortfolioResults) -> Section:
    """Return every input with its source, those that ports share once."""
    rows = {}
    for port in portfolio.ports:
        inputs = (*port.asked.inputs, *port.asked.study.inputs(port.asked.study.baseline))
        rows[port.name] = [row for row in inputs if bears_on_case(port.asked, row.key)]
    columns: dict[TableColumn, Callable[[tuple[str, str]], Cell]] = {
        TableColumn("value", "value"): lambda line: text_cell(line[1]),
        TableColumn("source", "source"): lambda _: text_cell("set by the planner"),
    }
    named = TableColumn("key", "key"), lambda line: line[0]
    shared = [row for row in rows[portfolio.ports[0].name] if all(row in own for own in rows.values())]
    parts: list[Part] = [
        table_by_column("portfolio_plan", "Limits and what is sought", _plan_lines(portfolio), columns, named),
        Prose(CONFIDENCE_WORDS),
        sourced_inputs_table("portfolio_inputs", "Inputs that the ports share", shared),
    ]
    for name, own in rows.items():
        if rest := [row for row in own if row not in shared]:
            title = f"Inputs of {plain_name(name)} alone"
            parts.append(sourced_inputs_table(f"portfolio_inputs_{name}", title, rest))
    return Section("inputs", "Inputs: value, unit, price year, source, confidence", tuple(parts))


def _plan_lines(portfolio: PortfolioResults) -> Iterator[tuple[str, str]]:
    plan = portfolio.plan
    yield "objective", "most loads" if plan.objective == "loads" else "highest net present value"
    yield "value of a load", "not priced" if plan.usd_per_load is None else usd(plan.usd_per_load)
    yield "payer", plain_name(plan.payer)
    dollars = f"{plan.price_year} dollars"
    for name, value in (("total budget", plan.budget_usd), ("budget of a year", plan.yearly_usd)):
        yield name, "none" if value is None else f"{usd(value)}, {dollars}"
    for name, purse in plan.appropriations.items():
        yield f"appropriation: {plain_name(name)}", _appropriation_words(purse)
    yield from _option_lines(portfolio)
    asked = {port.name: port.asked for port in portfolio.ports}
    for name, port in plan.ports.items():
        limit = "none" if port.wait_limit is None else limit_words(port.wait_limit)
        yield f"wait limit of {plain_name(name)}", limit
        yield f"case of {plain_name(name)}", in_force_words(asked[name].overrides)


def _option_lines(portfolio: PortfolioResults) -> Iterator[tuple[str, str]]:
    """Yield when options may begin, which packages are made, and which options need or exclude each other."""
    plan = portfolio.plan
    yield "years in which an option may begin", listed([str(year) for year in plan.start_y])
    if plan.phase_after_y:
        yield "years from a first phase to the rest", listed([str(year) for year in plan.phase_after_y])
    if (few := plan.packages) is not None:
        years = listed([str(year) for year in few.years])
        yield (
            "packages",
            f"up to {few.most_measures} alternatives of a port; pairs simulated on {few.replications} replications in "
            f"years {years}; at most {few.checked} chosen packages simulated whole",
        )
    for measure, most in plan.units.items():
        yield f"{plain_name(measure)}s that can be had", number(most, 0)
    for one, needed in plan.needs:
        yield f"{rule_words(portfolio, one)} needs", rule_words(portfolio, needed)
    for group in plan.excludes:
        yield "at most one of", listed([rule_words(portfolio, one) for one in group])


def _appropriation_words(appropriation: Appropriation) -> str:
    """Return what an appropriation may pay, what is granted when, and when it lapses."""
    kinds = listed([COST_KIND_WORDS[kind] for kind in appropriation.kinds])
    grants = [usd(amount) for amount in appropriation.grants_usd]
    first = f"{listed(grants)} in years 0 to {len(grants) - 1}, then " if grants else ""
    lapses = carry_over_words(appropriation.carry_over_y)
    payer = PAYERS.get(appropriation.payer, plain_name(appropriation.payer))
    return f"{kinds}, paid by the {payer}: {first}{usd(appropriation.later_usd_per_y)} a year; {lapses}"


def in_force_words(overrides: Sequence[str]) -> str:
    """Return overrides as they are in force: of several for one key the last, in the place of the first.

    Examples
    --------
    >>> in_force_words(["port=pharr", "replications=4", "replications=2"])
    'port=pharr replications=2'
    """
    return " ".join({one.key_or_group: str(one.input_line) for one in parse_overrides(overrides)}.values())
