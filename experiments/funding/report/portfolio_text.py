"""The answer of a portfolio in sentences, each built from a number."""

from __future__ import annotations

import numpy as np

from experiments.economics.costs import purchases_with_staff, units_by_measure
from experiments.funding.exhibits.cells import significant, usd_range_words
from experiments.funding.exhibits.choice import PERSON
from experiments.funding.exhibits.elements import plain_name, quoted_name
from experiments.funding.portfolio.best_set import set_words
from experiments.funding.portfolio.integer_program import PortfolioOption
from experiments.funding.portfolio.results import PortfolioResults
from experiments.intervals import IntervalEstimate
from experiments.number_format import listed, number, percent, usd


def bought_units_words(portfolio: PortfolioResults, option: PortfolioOption) -> str:
    """Return the units and posts that an option buys; empty for nothing."""
    case = next(port.asked for port in portfolio.ports if port.name == option.port)
    units = units_by_measure(purchases_with_staff(case.purchases[option.name], case.catalogue))
    ends = {
        name: " posts" if case.catalogue[name].unit == PERSON else "s" if n > 1.0 else "" for name, n in units.items()
    }
    return listed([f"{significant(n)} {plain_name(name)}{ends[name]}" for name, n in units.items() if n > 0.0])


def chosen_purchases_words(portfolio: PortfolioResults) -> str:
    """Return what to buy where and when."""
    base = portfolio.appraisal.base_year
    parts, idle = [], []
    for port in portfolio.ports:
        own = portfolio.own(port.name)
        if bought := bought_units_words(portfolio, own):
            parts.append(
                f"{plain_name(port.name)}: {bought} ({quoted_name(own.name)}), ordered in {base + own.start_y}"
            )
        else:
            idle.append(plain_name(port.name))
    if not parts:
        return "Buy nothing: within the limits no set is worth more than the ports as they are."
    rest = f"; nothing at {listed(idle)}" if idle else ""
    return f"Buy at {'; at '.join(parts)}{rest}."


def cost_words(portfolio: PortfolioResults) -> str:
    """Return what the set costs against the total and the years' budgets."""
    chosen = portfolio.best_set
    spent, life = sum(o.initial_usd for o in chosen), sum(o.cost_usd for o in chosen)
    by_year = np.sum([o.spend_usd for o in chosen], axis=0)
    peak, base, plan = int(by_year.argmax()), portfolio.appraisal.base_year, portfolio.plan
    of = "" if plan.budget_usd is None else f" of a budget of {usd(plan.budget_usd)}"
    yearly = "" if plan.yearly_usd is None else f" of {usd(plan.yearly_usd)} allowed in any year"
    most = usd(float(by_year[peak]))
    return (
        f"{usd(spent)} of initial spending{of}; at most {most} in one year ({base + peak}){yearly}. Over its life "
        f"it costs {usd(life)}, present value (range {usd_range_words(portfolio.drawn('cost_usd'))})."
    )


def benefit_words(portfolio: PortfolioResults) -> str:
    """Return what the set brings, with the range of draws and the interval of replications."""
    chosen = portfolio.best_set
    loads, npv0 = sum(o.loads for o in chosen), sum(o.npv0_usd for o in chosen)
    years = portfolio.appraisal.years
    low, high = portfolio.drawn("loads")
    n = portfolio.luck.draws
    return (
        f"{number(loads)} more loads interdicted over {years} years, discounted (range {number(low)} to "
        f"{number(high)}; noise of {n} replications {_noise(portfolio, 'loads')}). In time and money alone {usd(npv0)} "
        f"(range {usd_range_words(portfolio.drawn('npv0_usd'))}; noise {_noise(portfolio, 'npv0_usd')})."
    )


def _noise(portfolio: PortfolioResults, column: str) -> str:
    level: IntervalEstimate = portfolio.noise(column)
    if level.low != level.low:
        return f"unknown ({level.reason})"
    half = (level.high - level.low) / 2.0
    return f"±{usd(half) if column.endswith('usd') else number(half)}"


def port_waits_words(portfolio: PortfolioResults) -> str:
    """Return the highest yearly wait at each port, against its ceiling."""
    parts = []
    for port in portfolio.ports:
        own, plan = portfolio.own(port.name), portfolio.plan.ports[port.name]
        ceiling = "no ceiling" if plan.ceiling_min is None else f"ceiling {number(plan.ceiling_min, 0)}"
        parts.append(f"{plain_name(port.name)} {number(own.wait_min)} min ({ceiling})")
    return f"Highest yearly mean: {listed(parts)}."


def choice_certainty_words(portfolio: PortfolioResults) -> str:
    """Return how often the set is best, and how often its limits hold."""
    draws, luck = portfolio.draws, portfolio.luck
    best, within = (float(draws.totals[key].mean()) for key in ("best", "within"))
    same = int(luck.totals["best"].sum())
    sure = "clear" if best >= 0.95 else "not certain"
    none = f", and in {percent(draws.none_share, 0)} no set does" if draws.none_share else ""
    others = (row for row in draws.sets.to_dict("records") if set(row["chosen"]) != set(portfolio.chosen.solved.chosen))
    if (rival := next(others, None)) is not None:
        words = set_words([portfolio.options[place] for place in rival["chosen"]])
        none += f"; most often else: {plain_name(words)} ({percent(rival['share'], 0)})"
    return (
        f"The choice is {sure}: the same set is best in {percent(best, 0)} of {draws.draws} draws of uncertain inputs "
        f"and keeps all limits in {percent(within, 0)}{none}. Noise alone: best in {same} of {luck.draws} replications."
    )


def runner_up_words(portfolio: PortfolioResults) -> str:
    """Return which set came second, why it lost, and how often it would have won."""
    said = next((line for line in portfolio.chosen.why if line.startswith("Runner-up")), "")
    if not said:
        return "No other set keeps the limits."
    ahead = float((portfolio.draws.totals["lead"] > 0.0).mean())
    return f"{plain_name(said)} The choice is ahead of it in {percent(ahead, 0)} of draws."


def objective_words(portfolio: PortfolioResults) -> str:
    """Return what the objective counts."""
    plan = portfolio.plan
    if plan.objective == "loads":
        return "Sought: the most loads; no dollar value is put on interdiction."
    if plan.usd_per_load is None:
        return "Sought: the highest net present value of time and money; no dollar value is put on interdiction."
    return (
        f"Sought: the highest net present value, an interdicted load counted with the user's {usd(plan.usd_per_load)}."
    )


def limit_price_notes(portfolio: PortfolioResults) -> tuple[str, ...]:
    """Return what the prices of limits mean, and what they do not."""
    unit = "loads" if portfolio.plan.objective == "loads" else "dollars of net present value"
    return (
        f"Dual: what one more unit of a limit would bring, in {unit}, if a port could take shares "
        "of options (linear relaxation). It is a slope, and holds between the two ends beside it.",
        "Options are whole, so that the true worth of a step is found by solving again with the "
        "limit one step wider and one step narrower.",
        "The same set stays the choice from “holds from” up to “next change at”, where another "
        "set becomes worth more; two limits that are binding together have no such point alone.",
    )
