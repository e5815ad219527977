"""The sections of a portfolio's page after its first sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from experiments.exhibits import plot_portfolio as plots
from experiments.exhibits.drawing import plain
from experiments.exhibits.exhibit import Bullets, Part, Prose, Section, absent
from experiments.exhibits.frames import Head, frame_table
from experiments.exhibits.portfolio_tables import options_table, prices_table
from experiments.exhibits.portfolio_words import meaning, priced_words, runner_up_words
from experiments.funding.portfolio import words_of
from experiments.funding.portfolio_found import PortfolioFound, waits_table
from experiments.wording import percent

BUDGETS: Final = {
    "chosen": Head("best set", "", "name"),
    "budget_usd": Head("from a budget of", "$ M", "millions"),
    "objective": Head("objective", "", "number", "assumed"),
    "npv0_usd": Head("net present value", "$ M", "millions", "assumed"),
    "loads": Head("more loads", "", "number", "assumed"),
    "now": Head("the choice"),
}
SETS: Final = {
    "rank": Head("rank"),
    "chosen": Head("set", "", "name"),
    "objective": Head("objective", "", "number", "assumed"),
    "behind": Head("behind the choice", "", "number", "assumed"),
    "npv0_usd": Head("net present value", "$ M", "millions", "assumed"),
    "loads": Head("more loads", "", "number", "assumed"),
    "spend_usd": Head("initial spending", "$ M", "millions", "assumed"),
    "cost_usd": Head("life-cycle cost", "$ M", "millions", "assumed"),
    "differs": Head("differs from the choice by", "", "name"),
}
WAITS: Final = {
    "label": Head("port"),
    "year": Head("year of the study"),
    "wait_min": Head("mean wait", "min", "number", "predicted"),
    "low": Head("interval from", "min", "number"),
    "high": Head("to", "min", "number"),
    "elsewhere_per_y": Head("trips turned away by the wait", "a year", "number", "predicted"),
    "ceiling_min": Head("ceiling", "min", "number"),
}


def sections(found: PortfolioFound) -> list[Section]:
    """Return what stands between the first sheet and the inputs."""
    return [
        _choice(found),
        _spending(found),
        _prices(found),
        _frontier(found),
        _runner_up(found),
        _sure(found),
        _waits(found),
        _method(found),
    ]


def _choice(found: PortfolioFound) -> Section:
    parts: list[Part] = [
        Prose(priced_words(found), "lead"),
        Bullets(tuple(plain(line) for line in found.chosen.why)),
        plots.options_plane(found),
        options_table(found),
    ]
    for row in found.refused.to_dict("records"):
        fate = "was completed by" if row["completed"] else "was left out; it would take"
        text = f"{plain(row['alternative'])} at {plain(row['port'])} {fate} {row['completion']}"
        parts.append(Prose(f"{text}, because {row['short']}.", "small"))
    return Section(2, "choice", "The choice among all options", tuple(parts))


def _spending(found: PortfolioFound) -> Section:
    years = pd.DataFrame(found.chosen.spending.groupby("year")["usd"].sum()).reset_index()
    years["left_usd"] = (
        np.nan if found.plan.yearly_usd is None else (found.plan.yearly_usd - years["usd"])
    )
    base = found.ports[0].asked.appraisal.base_year
    years["calendar"] = (years["year"] + base).astype(str)
    total = {"year": "all years", "calendar": "-", "usd": years["usd"].sum(), "left_usd": "-"}
    shown = pd.DataFrame([*years.to_dict("records"), total])
    heads = {
        "year": Head("year of the study"),
        "calendar": Head("calendar year"),
        "usd": Head("spending", "$ M", "millions", "assumed"),
        "left_usd": Head("left of the year's budget", "$ M", "millions"),
    }
    parts: tuple[Part, ...] = (
        Prose(
            "Cash of the payer whose budget it is: purchases, replacements, staff and upkeep; "
            "residual values are nobody's cash."
        ),
        plots.spending(found),
        replace(frame_table("portfolio_spending", "Year by year", shown, heads), look="ledger"),
    )
    if years.empty:
        parts = (absent("spending by year", "nothing is bought"),)
    return Section(3, "spending", "Cost against each year's budget", parts)


def _prices(found: PortfolioFound) -> Section:
    solved = found.chosen.solved
    proof = "proved to be the best" if solved.proven else "not proved to be the best"
    return Section(
        4,
        "prices",
        "What binds, and what more of it would bring",
        (
            Prose(
                f"Solved by HiGHS as an integer programme: the set is {proof}; gap "
                f"{percent(solved.gap, 2)}, {solved.nodes} "
                f"{'node' if solved.nodes == 1 else 'nodes'} of the search tree.",
                "lead",
            ),
            Bullets(tuple(meaning(found))),
            prices_table(found)
            if len(found.chosen.shadow)
            else absent("prices of limits", "no limit was given"),
        ),
    )


def _frontier(found: PortfolioFound) -> Section:
    return Section(
        5,
        "budget-frontier",
        "What each budget would bring",
        (
            plots.frontier(found),
            frame_table(
                "portfolio_budgets",
                "Budgets at which the best set changes",
                found.chosen.budgets,
                BUDGETS,
                note="All other limits as they are; central inputs.",
            ),
        ),
    )


def _runner_up(found: PortfolioFound) -> Section:
    return Section(
        6,
        "runner-up",
        "The runner-up, and why it lost",
        (
            Prose(runner_up_words(found), "lead"),
            frame_table(
                "portfolio_sets",
                "The choice and the next best sets within the limits",
                found.chosen.sets,
                SETS,
            ),
        ),
    )


def _sure(found: PortfolioFound) -> Section:
    rows = found.draws.sets.head(8)
    frame = pd.DataFrame(
        {
            "set": [words_of([found.options[p] for p in chosen]) for chosen in rows["chosen"]],
            "share": rows["share"],
        }
    )
    heads = {"set": Head("best set"), "share": Head("of draws", "", "share", "assumed")}
    worlds = found.draws.worlds
    drawn = (
        f"{worlds} of the draws at every port are worlds simulated anew, the rest follow formulas "
        "fitted to them, their error added."
        if worlds
        else "Simulation inputs stay as they are: no worlds were redrawn."
    )
    return Section(
        7,
        "robustness",
        "How sure the choice is",
        (
            Prose(
                f"{found.draws.draws} draws of prices, lives, values of time and loads found. "
                f"{drawn} A number that ports share is one draw for all; budgets and waits stay "
                "as they are. Replications by themselves are noise, no doubt about inputs."
            ),
            plots.shares(found),
            frame_table("portfolio_robust_sets", "Sets that are best in some draw", frame, heads),
        ),
    )


def _waits(found: PortfolioFound) -> Section:
    frame = waits_table(found)
    frame["label"] = [
        f"{row['port']}, {'chosen' if row['chosen'] else 'as it is'}"
        for row in frame.to_dict("records")
    ]
    return Section(
        8,
        "waits",
        "The wait at each port against its ceiling",
        (
            Prose(
                "End of the queue to primary inspection, mean of a year. Trips that would wait "
                "too long are made elsewhere: a wait that stays low because trips stay away is "
                "no relief, so they stand beside it."
            ),
            plots.wait_lines(found),
            frame_table(
                "portfolio_waits",
                "Simulated years",
                frame,
                WAITS,
                note="No interval: not all of it is in service in that year.",
            ),
        ),
    )


def _method(found: PortfolioFound) -> Section:
    return Section(
        9,
        "method",
        "What is counted, and what is not",
        (
            Bullets(
                (
                    "Exactly one simulated option at each port, the port as it is among them: what "
                    "measures do together at one port is simulated together and never added up. "
                    "Ports do not send each other trips: their gains are added.",
                    "An option that is put off brings nothing until it is in service; its port keeps "
                    "the wait that it has until then.",
                    "The total budget pays for equipment, civil works and joining; a year's budget for "
                    "all cash of that year, without residual values.",
                    "Of sets that are worth the same the one that costs least over its life is taken.",
                    "Every port is also a funding case of its own: throughgate fund with the port's "
                    "overrides gives its full report.",
                )
            ),
        ),
    )
