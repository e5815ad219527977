"""Charts of a portfolio: options, spending by year, the budget frontier, shares, waits."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from experiments.drawing.labels import label_ends
from experiments.drawing.marks import FAINT, INK, PALE, alternative_marks
from experiments.drawing.svg import finish_chart, open_figure
from experiments.funding.exhibits.cells import MILLION
from experiments.funding.exhibits.elements import plain_name
from experiments.funding.portfolio.results import PortfolioResults, port_waits_by_year
from experiments.number_format import number, percent, usd
from experiments.page_templates import Chart

FILLS: Final = (
    ("#6e6e6e", ""),
    ("#ffffff", "////"),
    ("#d9dee3", "...."),
    ("#ffffff", "xxxx"),
    ("#b8b8b8", "\\\\\\\\"),
    ("#ffffff", "++++"),
)
"""Grey and pattern by port, so that they are told apart on paper."""


def objective_axis(portfolio: PortfolioResults) -> tuple[float, str]:
    """Return the factor that brings the objective to its axis, and the axis' words."""
    if portfolio.plan.objective == "loads":
        return 1.0, "more loads interdicted (discounted)"
    return 1.0 / MILLION, "net present value, $ million"


def options_chart(portfolio: PortfolioResults) -> Chart:
    """Every option: what it spends at first against what it brings; the choice is filled."""
    factor, words = objective_axis(portfolio)
    price, in_loads = portfolio.plan.usd_per_load or 0.0, portfolio.plan.objective == "loads"
    looks, said = alternative_marks([port.name for port in portfolio.ports]), []
    with open_figure(3.4) as (figure, axes):
        for row in portfolio.chosen.options.to_dict("records"):
            look, x = looks[row["port"]], row["spend_usd"] / MILLION
            y = factor * (row["loads"] if in_loads else row["npv0_usd"] + price * row["loads"])
            size, fill = (9, look.colour) if row["chosen"] else (7, "white")
            axes.plot(x, y, look.marker, ms=size, mec=look.colour, mfc=fill, zorder=4)
            said.append(f"{option_name(row)} at {plain_name(row['port'])}: {usd(row['spend_usd'])}, {number(y)}.")
        for name, look in looks.items():
            axes.plot([], [], look.marker, mec=look.colour, mfc="white", ls="", label=plain_name(name))
        axes.axhline(0.0, color=FAINT, lw=0.7)
        axes.set(xlabel="initial spending, $ million", ylabel=words)
        axes.margins(0.08)
        axes.legend(frameon=False, loc="best")
        caption = "Filled: chosen; open: not. One mark an option, central inputs."
        return finish_chart(figure, "options", "Options of every port", " ".join(said), caption)


def option_name(row: Any) -> str:  # noqa: ANN401
    """Return an option and its start in words, from its row in a table."""
    name = plain_name(str(row["option"]))
    if row["first_phase"]:
        return f"{name} in two phases, years {row['start_y']} and {row['final_y']}"
    return name + (f" from year {row['start_y']}" if row["start_y"] else "")


def portfolio_spending_chart(portfolio: PortfolioResults) -> Chart:
    """Spending of the chosen set in each year, by port, under the yearly budget."""
    frame, title = portfolio.chosen.spending, "Spending of the chosen set by fiscal year"
    years, first = np.arange(len(portfolio.fiscal_years)), portfolio.fiscal_years[0]
    below = np.zeros(len(years))
    with open_figure(3.0) as (figure, axes):
        for place, port in enumerate(portfolio.ports):
            own = frame.loc[frame["port"] == port.name].set_index("year")["usd"]
            bar = own.reindex(years, fill_value=0.0).to_numpy(np.float64) / MILLION
            grey, hatch = FILLS[place % len(FILLS)]
            look = {"color": grey, "edgecolor": INK, "linewidth": 0.7, "hatch": hatch, "zorder": 3}
            axes.bar(first + years, bar, bottom=below, width=0.75, label=plain_name(port.name), **look)
            below = below + bar
        said = f"Most in FY {first + int(below.argmax())}: {usd(float(below.max()) * MILLION)}."
        yearly = portfolio.plan.yearly_usd
        if yearly is not None:
            axes.axhline(yearly / MILLION, color=INK, ls="--", lw=1.4)
            said += f" Budget of every year: {usd(yearly)}."
        axes.set_ylim(0.0, 1.3 * max(float(below.max()), (yearly or 0.0) / MILLION, 1.0))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set(xlabel="fiscal year", ylabel="$ million, not discounted")
        axes.legend(frameon=False, loc="upper right")
        budget = "No yearly budget was given" if yearly is None else "Dashed: the budget of every year"
        return finish_chart(figure, "spending", title, said, f"{budget}.")


def budget_frontier_chart(portfolio: PortfolioResults) -> Chart:
    """Draw the best objective at every total budget: a staircase, because options are whole."""
    frame, title = portfolio.chosen.budgets, "What each budget would bring"
    factor, words = objective_axis(portfolio)
    at = frame["budget_usd"].to_numpy(np.float64) / MILLION
    worth = factor * frame["objective"].to_numpy(np.float64)
    last = max(float(at[-1]), (portfolio.plan.budget_usd or 0.0) / MILLION) * 1.15 + 1.0
    said = " ".join(
        f"From {usd(row['budget_usd'])}: {plain_name(str(row['chosen']))}, {number(factor * row['objective'])}."
        for row in frame.to_dict("records")
    )
    with open_figure(3.2) as (figure, axes):
        axes.step([*at, last], [*worth, worth[-1]], where="post", color=INK, lw=1.6)
        axes.plot(at, worth, "o", color=INK, ms=6, mfc="white", zorder=4)
        now = frame["now"].to_numpy(bool)
        axes.plot(at[now], worth[now], "o", color=INK, ms=8, zorder=5)
        if portfolio.plan.budget_usd is not None:
            axes.axvline(portfolio.plan.budget_usd / MILLION, color=INK, ls="--", lw=1.2)
        axes.set_xlim(left=min(0.0, float(at[0])), right=1.02 * last)
        axes.margins(y=0.08)
        axes.set(xlabel="total budget, $ million (dashed: the budget asked for)", ylabel=words)
        caption = (
            "Each mark: the least budget at which that set is the best, all other limits as they are; "
            "filled: the choice. Between marks one more dollar brings nothing. Central inputs."
        )
        return finish_chart(figure, "budget-frontier", title, said, caption)


def selection_share_chart(portfolio: PortfolioResults) -> Chart:
    """How often each option is in the best set of a draw."""
    frame, title = portfolio.draws.options, "How often each option is in the best set"
    rows = frame.to_dict("records")
    marks = portfolio.chosen.options["chosen"].to_list()
    said = " ".join(f"{option_name(r)} at {plain_name(r['port'])}: {percent(r['share_best'], 0)}." for r in rows)
    with open_figure(0.9 + 0.42 * len(rows)) as (figure, axes):
        for place, (row, chosen) in enumerate(zip(rows, marks, strict=True)):
            share, fill = 100.0 * row["share_best"], FAINT if chosen else PALE
            axes.barh(place, share, height=0.62, color=fill, edgecolor=INK, linewidth=0.7, zorder=3)
            axes.text(share + 1.5, place, f"{share:.0f}%", va="center", fontsize=8.5)
        axes.set_yticks(range(len(rows)), [f"{plain_name(row['port'])}:\n{option_name(row)}" for row in rows])
        axes.invert_yaxis()
        axes.set(xlim=(0.0, 115.0), xlabel=f"% of {portfolio.draws.draws} draws of uncertain inputs")
        axes.grid(visible=False, axis="y")
        caption = "Dark: chosen at the central inputs. The shares of one port add up to 100% of the "
        caption += "draws in which some set keeps all limits."
        return finish_chart(figure, "shares", title, said, caption)


def port_waits_chart(portfolio: PortfolioResults) -> Chart:
    """Mean waits by year at every port, as it is and as chosen, against its limit."""
    title = "Average wait by year"
    looks, said = alternative_marks([port.name for port in portfolio.ports]), []
    ends: list[tuple[str, float, float, str]] = []
    with open_figure(3.3) as (figure, axes):
        for port in portfolio.ports:
            base, own = port_waits_by_year(portfolio, port)
            years, look = portfolio.appraisal.base_year + np.arange(len(own)), looks[port.name]
            axes.plot(years[1:], own[1:], color=look.colour, ls="-", lw=1.8)
            axes.plot(years[1:], base[1:], color=look.colour, ls=":", lw=2.4, zorder=4)
            ends.append((plain_name(port.name), float(years[-1]), float(own[-1]), look.colour))
            said.append(
                f"{plain_name(port.name)}: {number(own[1])} min in {years[1]}, {number(own[-1])} in "
                f"{years[-1]}; as it is {number(base[1])} and {number(base[-1])}."
            )
            limit = portfolio.plan.ports[port.name].wait_limit
            if limit is not None and limit.measure == "wait_mean_min":
                span = years[limit.from_y :]
                most = limit.most if limit.rise_at_most is None else base[limit.from_y :] + limit.most
                axes.plot(span, np.broadcast_to(most, span.shape), "--", color=look.colour, lw=1.2)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.margins(y=0.1)
        axes.set(xlabel="year", ylabel="average wait, minutes", ylim=(0.0, None))
        label_ends(axes, ends, 0.08)
        caption = "Solid: the chosen set; dotted: the port as it is; dashed: the limit, where it is one of the mean."
        return finish_chart(figure, "waits", title, " ".join(said), caption, "predicted")
