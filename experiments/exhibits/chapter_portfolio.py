"""The chapter on the portfolio: the best set of investments under a budget, and what binds it."""

from __future__ import annotations

from typing import Final

from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import Bullets, Prose, Section, absent
from experiments.exhibits.frames import Head, frame_table

PORT: Final = Head("port", "", "name")
OPTION: Final = Head("option", "", "name")
OPTIONS: Final = {
    "option": OPTION,
    "port": PORT,
    "start_y": Head("first order, year", "", "number"),
    "spend_usd": Head("initial spending", "$ M", "millions", "assumed"),
    "cost_usd": Head("life-cycle cost", "$ M", "millions", "assumed"),
    "npv0_usd": Head("net present value", "$ M", "millions", "assumed"),
    "loads": Head("more loads", "", "number", "assumed"),
    "wait_min": Head("highest yearly wait", "min", "number", "predicted"),
    "ceiling_min": Head("ceiling", "min", "number"),
    "allowed": Head("within the ceiling"),
    "chosen": Head("chosen"),
    "runner_up": Head("runner-up"),
}
SHADOW: Final = {
    "constraint": Head("constraint"),
    "limit": Head("limit", "", "number"),
    "used": Head("used", "", "number"),
    "relaxed_price": Head("price of one unit more, relaxed", "", "number"),
    "step": Head("step", "", "number"),
    "gain_of_step": Head("gain of the step, solved again", "", "number"),
    "unit": Head("unit"),
}
BUDGETS: Final = {
    "budget_usd": Head("budget, $"),
    "spend_usd": Head("spent", "$ M", "millions"),
    "objective": Head("objective", "", "number"),
    "npv0_usd": Head("net present value", "$ M", "millions", "assumed"),
    "loads": Head("more loads", "", "number", "assumed"),
    "chosen": Head("chosen"),
}
SPENDING: Final = {
    "year": Head("year"),
    "port": PORT,
    "option": OPTION,
    "usd": Head("spending", "$ M", "millions", "assumed"),
}


def portfolio(evidence: Evidence) -> Section:
    """Return the best set of investments under the budget, and why the runner-up lost."""
    found = evidence.portfolio
    title = "Portfolio: the best set under the budget"
    if found is None:
        why = "no budget was given, so that no set was chosen"
        return Section(22, "portfolio", title, (absent("best set of investments", why),))
    counted = (
        "net present value, interdiction not priced"
        if found.objective == "npv" and found.usd_per_load is None
        else "net present value at the user's value of a load"
        if found.objective == "npv"
        else "loads interdicted"
    )
    return Section(
        22,
        "portfolio",
        title,
        (
            Bullets(found.why),
            Prose(
                f"Objective: {counted}. Central inputs; what drawing the inputs does to each "
                "option stands in sections 6 to 15."
            ),
            frame_table("portfolio_options", "Options", found.options, OPTIONS),
            frame_table(
                "portfolio_shadow_prices",
                "What binds, and what more of it would bring",
                found.shadow,
                SHADOW,
            ),
            frame_table("portfolio_budgets", "The choice at other budgets", found.budgets, BUDGETS),
            frame_table(
                "portfolio_spending", "Spending of the chosen set by year", found.spending, SPENDING
            ),
        ),
    )
