"""A portfolio's page, in the form of a funding report, its record for machines and its tables as CSV."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.files import OutputFolder
from experiments.funding.exhibits.cells import (
    ColumnHead,
    FrameTable,
    amount_cell,
    millions_cell,
    significant,
    text_cell,
    usd_range_words,
)
from experiments.funding.exhibits.charts_portfolio import (
    budget_frontier_chart,
    options_chart,
    port_waits_chart,
    portfolio_spending_chart,
    selection_share_chart,
)
from experiments.funding.exhibits.elements import (
    MORE_LOADS,
    Bullets,
    Part,
    Prose,
    Section,
    millions_column,
    missing_part,
    plain_name,
    table_by_column,
)
from experiments.funding.portfolio.best_set import set_words
from experiments.funding.portfolio.draws import AMOUNTS
from experiments.funding.portfolio.results import PortfolioResults, port_waits_table
from experiments.funding.report.labeled_portfolio import labeled_portfolio
from experiments.funding.report.page import fill_funding_template
from experiments.funding.report.portfolio_tables import (
    limit_prices_table,
    portfolio_inputs_section,
    portfolio_options_table,
)
from experiments.funding.report.portfolio_text import (
    benefit_words,
    bought_units_words,
    choice_certainty_words,
    chosen_purchases_words,
    cost_words,
    limit_price_notes,
    objective_words,
    port_waits_words,
    runner_up_words,
)
from experiments.funding.report.record import report_table_csv
from experiments.funding.report.summary import HeadlineTile, Report, period_words
from experiments.funding.sets.input_distributions import uncertain_inputs_table
from experiments.number_format import NONE, listed, number, percent, usd
from experiments.page_templates import Badge, Cell, Table, TableColumn
from experiments.study.run_record import run_record

BUDGETS: Final = FrameTable(
    "portfolio_budgets",
    "Budgets at which the best set changes",
    {
        "chosen": ColumnHead("best set", "", "name"),
        "budget_usd": ColumnHead("from a budget of", "$ M", "millions"),
        "objective": ColumnHead("objective", "", "number", "assumed"),
        "npv0_usd": ColumnHead("net present value", "$ M", "millions", "assumed"),
        "loads": ColumnHead("more loads", "", "number", "assumed"),
        "now": ColumnHead("the choice"),
    },
    "All other limits as they are; central inputs.",
)
SETS: Final = FrameTable(
    "portfolio_sets",
    "The choice and the next best sets within the limits",
    {
        "rank": ColumnHead("rank"),
        "chosen": ColumnHead("set", "", "name"),
        "objective": ColumnHead("objective", "", "number", "assumed"),
        "behind": ColumnHead("behind the choice", "", "number", "assumed"),
        "npv0_usd": ColumnHead("net present value", "$ M", "millions", "assumed"),
        "loads": ColumnHead("more loads", "", "number", "assumed"),
        "spend_usd": ColumnHead("initial spending", "$ M", "millions", "assumed"),
        "cost_usd": ColumnHead("life-cycle cost", "$ M", "millions", "assumed"),
        "differs": ColumnHead("differs from the choice by", "", "name"),
    },
)
SPENDING: Final = FrameTable(
    "portfolio_spending",
    "Year by year",
    {
        "year": ColumnHead("year of the study"),
        "calendar": ColumnHead("calendar year"),
        "usd": ColumnHead("spending", "$ M", "millions", "assumed"),
        "left_usd": ColumnHead("left of the year's budget", "$ M", "millions"),
    },
    look="ledger",
)
ROBUST_SETS: Final = FrameTable(
    "portfolio_robust_sets",
    "Sets that are best in some draw",
    {"set": ColumnHead("best set"), "share": ColumnHead("of draws", "", "share", "assumed")},
)
WAITS: Final = FrameTable(
    "portfolio_waits",
    "Simulated years",
    {
        "label": ColumnHead("port"),
        "year": ColumnHead("year of the study"),
        "wait_min": ColumnHead("average wait", "min", "number", "predicted"),
        "low": ColumnHead("interval from", "min", "number"),
        "high": ColumnHead("to", "min", "number"),
        "elsewhere_per_y": ColumnHead("trips turned away by the wait", "a year", "number", "predicted"),
        "ceiling_min": ColumnHead("ceiling", "min", "number"),
    },
    "No interval: not all of it is in service in that year.",
)


def portfolio_sections(portfolio: PortfolioResults) -> tuple[Section, ...]:
    """Return what stands below the first sheet."""
    budgets, sets = BUDGETS.of(portfolio.chosen.budgets), SETS.of(portfolio.chosen.sets)
    return (
        _choice(portfolio),
        _spending(portfolio),
        _prices(portfolio),
        Section("budget-frontier", "What each budget would bring", (budget_frontier_chart(portfolio), budgets)),
        Section("runner-up", "The runner-up, and why it lost", (Prose(runner_up_words(portfolio), "lead"), sets)),
        _sure(portfolio),
        _waits(portfolio),
        Section("method", "What is counted, and what is not", (Bullets(METHOD),)),
        portfolio_inputs_section(portfolio),
    )


METHOD: Final = (
    "Exactly one simulated option at each port, the port as it is among them: what measures do together at one "
    "port is simulated together and never added up. Ports do not send each other trips: their gains are added.",
    "An option that is put off brings nothing until it is in service; its port keeps the wait that it has until then.",
    "The total budget pays for equipment, civil works and joining; a year's budget for all cash of that year, "
    "without residual values.",
    "Of sets that are worth the same the one that costs least over its life is taken.",
    "Every port is also a funding case of its own: throughgate fund with the port's overrides gives its full report.",
)


def _choice(portfolio: PortfolioResults) -> Section:
    parts: list[Part] = [
        Prose(objective_words(portfolio), "lead"),
        Bullets(tuple(plain_name(line) for line in portfolio.chosen.why)),
        options_chart(portfolio),
        portfolio_options_table(portfolio),
    ]
    for row in portfolio.refused.to_dict("records"):
        fate = "was completed by" if row["completed"] else "was left out; it would take"
        text = f"{plain_name(row['alternative'])} at {plain_name(row['port'])} {fate} {row['completion']}"
        parts.append(Prose(f"{text}, because {row['short']}.", "small"))
    return Section("choice", "The choice among all options", tuple(parts))


def _spending(portfolio: PortfolioResults) -> Section:
    years = pd.DataFrame(portfolio.chosen.spending.groupby("year")["usd"].sum()).reset_index()
    years["left_usd"] = np.nan if portfolio.plan.yearly_usd is None else (portfolio.plan.yearly_usd - years["usd"])
    base = portfolio.appraisal.base_year
    years["calendar"] = (years["year"] + base).astype(str)
    total = {"year": "all years", "calendar": "-", "usd": years["usd"].sum(), "left_usd": "-"}
    shown = pd.DataFrame([*years.to_dict("records"), total])
    said = "Cash of the payer whose budget it is: purchases, replacements, staff and upkeep; "
    said += "residual values are nobody's cash."
    parts: tuple[Part, ...] = (Prose(said), portfolio_spending_chart(portfolio), SPENDING.of(shown))
    if years.empty:
        parts = (missing_part("spending by year", "nothing is bought"),)
    return Section("spending", "Cost against each year's budget", parts)


def _prices(portfolio: PortfolioResults) -> Section:
    solved = portfolio.chosen.solved
    said = (
        f"Solved by HiGHS as an integer program: the set is {'' if solved.proven else 'not '}proved to be the best; "
        f"gap {percent(solved.gap, 2)}, {solved.nodes} {'node' if solved.nodes == 1 else 'nodes'} of the search tree."
    )
    known = len(portfolio.chosen.shadow) > 0
    table = limit_prices_table(portfolio) if known else missing_part("prices of limits", "no limit was given")
    parts = (Prose(said, "lead"), Bullets(limit_price_notes(portfolio)), table)
    return Section("prices", "Binding constraints, and what relaxing each would bring", parts)


def _sure(portfolio: PortfolioResults) -> Section:
    rows = portfolio.draws.sets.head(8)
    sets = [set_words([portfolio.options[place] for place in chosen]) for chosen in rows["chosen"]]
    frame = pd.DataFrame({"set": sets, "share": rows["share"]})

    drawn = "Simulation inputs stay as they are: nothing was redrawn."
    if worlds := portfolio.draws.worlds:
        drawn = f"{worlds} of the draws at every port were simulated, each as a set of assumptions, the rest follow "
        drawn += "formulas fitted to them, their error added."
    said = (
        f"{portfolio.draws.draws} draws of prices, service lives, values of time and loads detected. "
        f"{drawn} A number that ports share is one draw for all; budgets and waits stay "
        "as they are. Replications by themselves are noise, no doubt about inputs."
    )
    parts = (Prose(said), selection_share_chart(portfolio), ROBUST_SETS.of(frame))
    return Section("robustness", "How certain the choice is", parts)


def _waits(portfolio: PortfolioResults) -> Section:
    frame = port_waits_table(portfolio)
    frame["label"] = [f"{row['port']}, {'chosen' if row['chosen'] else 'as it is'}" for row in frame.to_dict("records")]
    said = (
        "End of the queue to primary inspection, mean of a year. Trips that would wait too long are made "
        "elsewhere: a wait that stays low because trips stay away is no relief, so they stand beside it."
    )
    parts = (Prose(said), port_waits_chart(portfolio), WAITS.of(frame))
    return Section("waits", "The wait at each port against its ceiling", parts)


def build_portfolio_page(portfolio: PortfolioResults) -> Report:
    """Return what stands on the page, under labels."""
    portfolio = labeled_portfolio(portfolio)
    appraisal = portfolio.appraisal
    purchases, costs, benefits = (say(portfolio) for say in (chosen_purchases_words, cost_words, benefit_words))
    certainty = choice_certainty_words(portfolio)
    baselines = [port.asked.study.alternatives[port.asked.study.baseline] for port in portfolio.ports]
    return Report(
        title=listed([plain_name(baseline.port.title) for baseline in baselines]),
        period=period_words(appraisal),
        answer=(
            ("What to buy, where and when", purchases),
            ("What it costs, against the budgets", costs),
            ("What it brings", benefits),
            ("The wait at each port", port_waits_words(portfolio)),
            ("How certain the choice is", certainty),
        ),
        tiles=tuple(_tiles(portfolio)),
        summary=" ".join(
            [purchases, costs, benefits, runner_up_words(portfolio), certainty, objective_words(portfolio)]
        ),
        overview=_overview(portfolio),
        sections=portfolio_sections(portfolio),
    )


def render_portfolio_page(portfolio: PortfolioResults, report: Report) -> str:
    """Return the page; the same portfolio gives the same bytes."""
    return fill_funding_template(
        kind="Portfolio",
        record="portfolio.json",
        report=report,
        ranges=f"Ranges in brackets: 5th to 95th percentile of {portfolio.draws.draws} draws of uncertain "
        f"{'' if portfolio.draws.worlds else 'economic '}inputs.",
        study=portfolio.ports[0].asked.study,
        command=f"throughgate fund {' '.join(portfolio.overrides)}".strip(),
    )


def _tiles(portfolio: PortfolioResults) -> Iterator[HeadlineTile]:
    budget, draws = portfolio.plan.budget_usd, portfolio.draws.draws
    of = "no total budget" if budget is None else f"of {usd(budget)}"
    at = percent(portfolio.appraisal.discount_rate, 0)
    spent, loads, npv0 = (portfolio.drawn(key) for key in ("spend_usd", "loads", "npv0_usd"))
    counted = f"{significant(loads[0])} to {significant(loads[1])}"
    both: tuple[Badge, ...] = ("predicted", "assumed")
    best = float(portfolio.draws.totals["best"].mean())
    words: dict[str, tuple[str, Callable[[float], str], str, tuple[Badge, ...], tuple[float, float]]] = {
        "spend_usd": ("Initial spending, undiscounted", usd, f"{of}; drawn {usd_range_words(spent)}", both[1:], spent),
        "loads": ("More loads interdicted, discounted", significant, counted, both, loads),
        "npv0_usd": (f"Net present value at {at}, interdiction not priced", usd, usd_range_words(npv0), both, npv0),
    }
    for key, (title, shown, below, badges, ends) in words.items():
        total = float(sum(getattr(option, AMOUNTS[key]) for option in portfolio.best_set))
        yield HeadlineTile(key, title, shown(total), below, badges, total, *ends)
    title = "Draws in which the same set is best"
    yield HeadlineTile("best_share", title, percent(best, 0), f"of {draws} draws", both[1:], best, None, None)


def _overview(portfolio: PortfolioResults) -> Table:
    base = portfolio.appraisal.base_year
    chosen = {portfolio.options[place].port: place for place in portfolio.chosen.solved.chosen}
    drawn = {port: portfolio.draws.options.iloc[place] for port, place in chosen.items()}
    own = {option.port: option for option in portfolio.best_set}
    bought = {port: bought_units_words(portfolio, option) for port, option in own.items()}

    def held(port: str, key: str) -> tuple[float, float] | None:
        return (float(drawn[port][f"{key}_p5"]), float(drawn[port][f"{key}_p95"])) if own[port].units else None

    def money(key: str, field: str) -> Callable[[str], Cell]:
        return lambda port: millions_cell(getattr(own[port], field), held(port, key))

    def start(port: str) -> Cell:
        year = base + own[port].start_y
        return Cell(str(year) if bought[port] else NONE, "", float(year))

    def ceiling(port: str) -> Cell:
        most = portfolio.plan.ports[port].ceiling_min
        return Cell(NONE) if most is None else amount_cell(most, digits=0)

    def share(port: str) -> Cell:
        best = float(drawn[port]["share_best"])
        return Cell(number(100.0 * best, 0), "", best)

    columns: dict[TableColumn, Callable[[str], Cell]] = {
        TableColumn("buys", "buys"): lambda port: text_cell(bought[port] or "nothing"),
        TableColumn("start_y", "ordered in"): start,
        millions_column("spend_usd", "initial spending"): money("spend_usd", "initial_usd"),
        millions_column("cost_usd", "life-cycle cost"): money("cost_usd", "cost_usd"),
        millions_column("npv0_usd", "net present value"): money("npv0_usd", "npv0_usd"),
        MORE_LOADS: lambda port: amount_cell(own[port].loads, held(port, "loads")),
        TableColumn("wait_min", "highest yearly wait", "min", "predicted"): lambda n: amount_cell(own[n].wait_min),
        TableColumn("ceiling_min", "ceiling", "min"): ceiling,
        TableColumn("share_best", "best in draws", "%", "assumed"): share,
    }
    named = TableColumn("port", "port and option"), lambda port: f"{plain_name(port)}: {plain_name(own[port].name)}"
    ports = [port.name for port in portfolio.ports]
    return table_by_column("overview", "The chosen set at a glance", ports, columns, named)


FORMAT: Final = "throughgate-portfolio/2"
PLAN_KEYS: Final = ("objective", "usd_per_load", "payer", "budget_usd", "yearly_usd", "price_year")
"""Keys of the plan that its record repeats as they are."""


def write_portfolio_files(portfolio: PortfolioResults, folder: Path, wall_s: float = 0.0) -> list[Path]:
    """Write ``portfolio.html``, ``portfolio.json``, ``run.json``, the page's and raw tables."""
    shown = labeled_portfolio(portfolio)
    output, report = OutputFolder(folder), build_portfolio_page(shown)
    raw, ports = raw_portfolio_tables(portfolio), {port.name: port.asked for port in portfolio.ports}
    records = {n: run_record(case.study, wall_s) | {"overrides": list(case.overrides)} for n, case in ports.items()}
    run = {"verb": "fund", "overrides": list(portfolio.overrides), "wall_s": wall_s, "ports": records}
    return [
        output.write_text("portfolio.html", render_portfolio_page(shown, report)),
        output.write_json("portfolio.json", portfolio_record(portfolio, report)),
        *(output.write_text(f"tables/{table.name}.csv", report_table_csv(table)) for table in report.tables()),
        *(output.write_text(f"data/{name}.csv", table.to_csv(index=False)) for name, table in raw.items()),
        output.write_json("run.json", run),
    ]


def raw_portfolio_tables(portfolio: PortfolioResults) -> dict[str, pd.DataFrame]:
    """Return every table behind the page by the name of its file."""
    drawn = {port: uncertain_inputs_table(inputs) for port, inputs in portfolio.beliefs.items()}
    drawn_inputs = pd.concat(drawn, names=["port"]).reset_index("port").drop(columns="p50")
    return {
        **portfolio.chosen.tables(),
        "waits": port_waits_table(portfolio),
        "robustness": portfolio.draws.options,
        "draws": portfolio.draws.totals,
        "replications": portfolio.luck.totals,
        "drawn_inputs": drawn_inputs.rename(columns={"key": "input"}),
        "refused": portfolio.refused,
    }


def portfolio_record(portfolio: PortfolioResults, report: Report) -> dict[str, Any]:
    """Return the whole as plain values."""
    plan, chosen, first = portfolio.plan, portfolio.chosen, portfolio.ports[0].asked
    return {
        "format": FORMAT,
        "overrides": list(portfolio.overrides),
        **{key: getattr(plan, key) for key in PLAN_KEYS},
        "ports": {p.name: list(p.asked.overrides) for p in portfolio.ports},
        "replications": first.study.replications,
        "seed": first.study.seed,
        "draws": portfolio.draws.draws,
        "worlds": portfolio.draws.worlds,
        "solver": {"name": "HiGHS"} | {key: getattr(chosen.solved, key) for key in ("gap", "nodes", "proven")},
        "value": chosen.value,
        "runner_up_value": chosen.runner_up_value,
        "why": list(labeled_portfolio(portfolio).chosen.why),
        "answer": dict(report.answer),
        "summary": report.summary,
        "headline": [tile.record() for tile in report.tiles],
        "none_share": portfolio.draws.none_share,
        "tables": {name: _rows(table) for name, table in raw_portfolio_tables(portfolio).items()},
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows with numbers that JSON has; what is missing or without end is null."""
    known = table.astype(object).where(table.notna(), None)
    return [
        {str(k): None if isinstance(v, float) and math.isinf(v) else v for k, v in row.items()}
        for row in known.to_dict(orient="records")
    ]
