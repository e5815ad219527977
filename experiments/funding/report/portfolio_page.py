"""A portfolio's page, in the form of a funding report, its record for machines and its tables as CSV."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import pandas as pd

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
from experiments.funding.portfolio.waits import limit_scale, limit_unit
from experiments.funding.report.labeled_portfolio import labeled_portfolio
from experiments.funding.report.page import fill_funding_template
from experiments.funding.report.portfolio_tables import (
    appropriations_table,
    limit_prices_table,
    portfolio_by_year,
    portfolio_inputs_section,
    portfolio_options_table,
)
from experiments.funding.report.portfolio_text import (
    benefit_words,
    bought_units_words,
    choice_certainty_words,
    chosen_purchases_words,
    cost_words,
    dependence_words,
    limit_price_notes,
    objective_words,
    package_words,
    port_waits_words,
    portfolio_summary,
    runner_up_words,
    simulated_draws_words,
)
from experiments.funding.report.portfolio_workbook import PORTFOLIO_WORKBOOK
from experiments.funding.report.summary import HeadlineTile, Report, period_words
from experiments.number_format import NONE, listed, number, percent, usd
from experiments.page_templates import Badge, Cell, Table, TableColumn

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
        "chosen": ColumnHead("set", "", "name"),
        "rank": ColumnHead("rank", "", "number"),
        "objective": ColumnHead("objective", "", "number", "assumed"),
        "behind": ColumnHead("behind the choice", "", "number", "assumed"),
        "npv0_usd": ColumnHead("net present value", "$ M", "millions", "assumed"),
        "loads": ColumnHead("more loads", "", "number", "assumed"),
        "spend_usd": ColumnHead("initial spending", "$ M", "millions", "assumed"),
        "cost_usd": ColumnHead("life-cycle cost", "$ M", "millions", "assumed"),
        "break_even_usd_per_load": ColumnHead("pays if a load is worth", "$", "dollars", "assumed"),
        "cost_usd_per_load": ColumnHead("cost of a further load", "$", "dollars", "assumed"),
        "within": ColumnHead("keeps all limits"),
        "differs": ColumnHead("differs from the choice by", "", "name"),
    },
)
SPENDING: Final = FrameTable(
    "portfolio_spending",
    "Year by year",
    {
        "year": ColumnHead("year of the plan"),
        "fiscal_year": ColumnHead("fiscal year"),
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
        "p95_min": ColumnHead("one truck in twenty waits over", "min", "number", "predicted"),
        "long_wait_share": ColumnHead("over 30 min, or not made", "of trips wanted", "share", "predicted"),
    },
    "No interval: not all of it is in service in that year.",
)


PACKAGES: Final = FrameTable(
    "portfolio_packages",
    "Packages: what was simulated",
    {
        "port": ColumnHead("port", "", "name"),
        "alternatives": ColumnHead("alternatives", "", "number"),
        "pairs": ColumnHead("pairs", "", "number"),
        "simulated": ColumnHead("of them simulated", "", "number"),
        "not_simulated": ColumnHead("not simulated, and why"),
        "by_formula": ColumnHead("larger packages by formula", "", "number"),
        "checked": ColumnHead("larger packages simulated", "", "number"),
    },
)
INTERACTIONS: Final = FrameTable(
    "portfolio_interactions",
    "What two alternatives do to each other",
    {
        "pair": ColumnHead("pair", "", "name"),
        "port": ColumnHead("port", "", "name"),
        "year": ColumnHead("year of the study"),
        "wait_share": ColumnHead("average wait beyond both alone", "", "share", "predicted"),
        "loads_share": ColumnHead("loads interdicted beyond both alone", "", "share", "assumed"),
    },
    "0%: together they do what they do one by one. Years without a simulation lie straight between.",
    Prose("No two alternatives of a port were simulated together.", "small"),
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
        Section("method", "What is counted, and what is approximated", _method_parts(portfolio)),
        portfolio_inputs_section(portfolio),
    )


def method_words(portfolio: PortfolioResults) -> tuple[str, ...]:
    """Return what is counted and what is not in this plan."""
    plan = portfolio.plan
    money = "The total budget pays for equipment, civil works and joining"
    money += ", undiscounted." if plan.yearly_usd is None else "; a year's budget for all cash of that year."
    if plan.appropriations:
        money += " Appropriations are in constant dollars; what is left is carried over or lapses as each of them says."
    phases = (
        "An option that is put off brings nothing until it is in service; its port keeps the wait that it has till "
    )
    phases += "then."
    if any(option.first_phase for option in portfolio.options):
        phases += " Of two phases the first gives what it gives alone, and the whole as the second comes into service."
    return (
        "Exactly one option at each port, the port as it is among them. Ports do not send each other trips: their "
        "gains are added.",
        package_words(portfolio),
        phases,
        money,
        "Of sets that are worth the same the one that costs least over its life is taken.",
        "Every port is a funding case of its own too: throughgate fund with the port's overrides gives its report.",
    )


def _method_parts(portfolio: PortfolioResults) -> tuple[Part, ...]:
    parts: tuple[Part, ...] = (Bullets(method_words(portfolio)),)
    if len(portfolio.packages):
        parts = (*parts, PACKAGES.of(portfolio.packages), INTERACTIONS.of(portfolio.interactions))
    return parts


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
    years["fiscal_year"] = [str(portfolio.fiscal_years[int(year)]) for year in years["year"]]
    total = {"year": "all years", "fiscal_year": "-", "usd": years["usd"].sum(), "left_usd": "-"}
    shown = pd.DataFrame([*years.to_dict("records"), total])
    said = "Cash of the payer whose budget it is: purchases, replacements, staff and upkeep; "
    said += "residual values are nobody's cash."
    parts: tuple[Part, ...] = (Prose(said), SPENDING.of(shown))
    if (table := appropriations_table(portfolio)) is not None:
        parts = (*parts, table)
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
    said = (
        f"{portfolio.draws.draws} draws of prices, service lives, values of time and loads detected. "
        f"{simulated_draws_words(portfolio)} A number that ports share is one draw for all; limits stay as they are. "
        "Replications by themselves are noise, no doubt about inputs."
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
    return Section("waits", "The wait at each port against its limit", parts)


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
            ("What it depends on", dependence_words(portfolio)),
            ("What it brings", benefits),
            ("The wait at each port", port_waits_words(portfolio)),
            ("How certain the choice is", certainty),
        ),
        tiles=tuple(_tiles(portfolio)),
        summary=portfolio_summary(portfolio),
        picture=portfolio_spending_chart(portfolio),
        by_year=portfolio_by_year(portfolio),
        overview=_overview(portfolio),
        sections=portfolio_sections(portfolio),
    )


def render_portfolio_page(portfolio: PortfolioResults, report: Report) -> str:
    """Return the page; the same portfolio gives the same bytes."""
    return fill_funding_template(
        kind="Portfolio",
        record="portfolio.json",
        workbook=PORTFOLIO_WORKBOOK,
        workbook_holds="Every option with live sums, so that another set can be tried",
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
    chosen = {portfolio.options[place].port: place for place in portfolio.chosen.solved.chosen}
    drawn = {port: portfolio.draws.options.iloc[place] for port, place in chosen.items()}
    own = {option.port: option for option in portfolio.best_set}
    bought = {port: bought_units_words(portfolio, option) for port, option in own.items()}

    def held(port: str, key: str) -> tuple[float, float] | None:
        return (float(drawn[port][f"{key}_p5"]), float(drawn[port][f"{key}_p95"])) if own[port].units else None

    def money(key: str, field: str) -> Callable[[str], Cell]:
        return lambda port: millions_cell(getattr(own[port], field), held(port, key))

    def start(port: str) -> Cell:
        year = portfolio.fiscal_years[own[port].start_y]
        return Cell(str(year) if bought[port] else NONE, "", float(year))

    def limit(port: str) -> Cell:
        held_to = portfolio.plan.ports[port].wait_limit
        if held_to is None:
            return Cell(NONE)
        unit = limit_unit(held_to.measure)
        most = limit_scale(held_to.measure) * held_to.most
        counted = own[port].wait_counted
        return Cell(f"{significant(counted)} {unit}", f"at most {significant(most)} {unit}", counted)

    def share(port: str) -> Cell:
        best = float(drawn[port]["share_best"])
        return Cell(number(100.0 * best, 0), "", best)

    columns: dict[TableColumn, Callable[[str], Cell]] = {
        TableColumn("buys", "buys"): lambda port: text_cell(bought[port] or "nothing"),
        TableColumn("start_y", "ordered in fiscal year"): start,
        millions_column("spend_usd", "initial spending"): money("spend_usd", "initial_usd"),
        millions_column("cost_usd", "life-cycle cost"): money("cost_usd", "cost_usd"),
        millions_column("npv0_usd", "net present value"): money("npv0_usd", "npv0_usd"),
        MORE_LOADS: lambda port: amount_cell(own[port].loads, held(port, "loads")),
        TableColumn("wait_min", "highest yearly wait", "min", "predicted"): lambda n: amount_cell(own[n].wait_min),
        TableColumn("wait_counted", "against its wait limit"): limit,
        TableColumn("share_best", "best in draws", "%", "assumed"): share,
    }
    named = TableColumn("port", "port and option"), lambda port: f"{plain_name(port)}: {plain_name(own[port].name)}"
    ports = [port.name for port in portfolio.ports]
    table = table_by_column("overview", "The chosen set at a glance", ports, columns, named)
    none, unknown = (Cell("0", "", 0.0) for _ in range(4)), (Cell(NONE) for _ in range(3))
    nothing = (text_cell("nothing"), Cell(NONE), *none, *unknown)
    return dataclasses.replace(table, rows=(*table.rows, ("Do nothing, every port as it is", nothing)))
