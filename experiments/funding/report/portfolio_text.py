"""The answer of a portfolio in sentences, each built from a number."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

import numpy as np

from experiments.economics.costs import purchases_with_staff, units_by_measure
from experiments.funding.exhibits.cells import significant, usd_range_words
from experiments.funding.exhibits.choice import PERSON
from experiments.funding.exhibits.counted import counted_words, persons_words
from experiments.funding.exhibits.elements import plain_name, quoted_name
from experiments.funding.portfolio.best_set import break_even_usd, cost_per_load_usd, set_words
from experiments.funding.portfolio.integer_program import PortfolioOption
from experiments.funding.portfolio.results import PortfolioResults
from experiments.funding.portfolio.waits import WORDS, limit_scale, limit_unit
from experiments.funding.report.summary import MOST_WORDS
from experiments.funding.uncertainty.sensitivity import break_even_values
from experiments.intervals import IntervalEstimate
from experiments.number_format import listed, number, percent, usd
from sim.arrays import FloatArray


def bought_units_words(portfolio: PortfolioResults, option: PortfolioOption) -> str:
    """Return the units and posts that an option buys; empty for nothing."""
    case = next(port.asked for port in portfolio.ports if port.name == option.port)
    units = units_by_measure(purchases_with_staff(case.purchases[option.name], case.catalogue))
    return listed(
        [
            persons_words(name, n, case.terms.persons_per_post)
            if case.catalogue[name].unit == PERSON
            else counted_words(name, n)
            for name, n in units.items()
            if n > 0.0
        ]
    )


def chosen_purchases_words(portfolio: PortfolioResults) -> str:
    """Return what to buy where and when."""
    parts, idle = [], []
    for port in portfolio.ports:
        own = portfolio.own(port.name)
        if bought := bought_units_words(portfolio, own):
            when = _ordered_words(own, portfolio.fiscal_years)
            parts.append(f"{plain_name(port.name)}: {bought} ({quoted_name(own.name)}), {when}")
        else:
            idle.append(plain_name(port.name))
    if not parts:
        return "Buy nothing: within the limits no set is worth more than the ports as they are."
    rest = f"; nothing at {listed(idle)}" if idle else ""
    return f"Buy at {'; at '.join(parts)}{rest}."


def _ordered_words(option: PortfolioOption, fiscal_years: Sequence[int]) -> str:
    """Return when an option's orders are placed."""
    first = f"ordered in fiscal year {fiscal_years[option.start_y]}"
    if not option.first_phase:
        return first
    return f"{quoted_name(option.first_phase)} {first}, the rest in {fiscal_years[option.final_y]}"


def dependence_words(portfolio: PortfolioResults) -> str:
    """Return what the whole set depends on: what a load must be worth, with its range, and what one more load costs."""
    chosen = portfolio.best_set
    npv0, loads, cost = (sum(getattr(o, key) for o in chosen) for key in ("npv0_usd", "loads", "cost_usd"))
    if all(option.as_it_is for option in chosen):
        return "Nothing is bought, so that nothing has to be made good."
    each = cost_per_load_usd(cost, loads)
    per_load = "" if isnan(each) else f" One more load costs {usd(each)} over the life of the set."
    if npv0 >= 0.0:
        return f"It pays in time and money alone, whatever a load is worth.{per_load}"
    even = break_even_usd(npv0, loads)
    if isnan(even):
        return "It loses money and interdicts no more loads: no value of a load would make it pay."
    return (
        f"Time and money alone lose {usd(-npv0)}: it pays only if one more interdicted load is worth at least "
        f"{usd(even)} ({_drawn_even_words(portfolio)}).{per_load}"
    )


def _drawn_even_words(portfolio: PortfolioResults) -> str:
    """Return the break-even over the draws, those in which the set pays at once or never among them."""
    totals = portfolio.draws.totals
    drawn = break_even_values(totals["npv0_usd"].to_numpy(np.float64), totals["loads"].to_numpy(np.float64))
    low, middle, high = np.quantile(drawn, [0.05, 0.5, 0.95], method="inverted_cdf").tolist()

    def words(value: float) -> str:
        return "no value that would do" if value == np.inf else usd(max(value, 0.0))

    said = f"median of draws {words(middle)}, range {words(low)} to {words(high)}"
    if pays := float((drawn <= 0.0).mean()):
        said += f"; whatever it is worth in {percent(pays, 0)} of draws"
    if never := float((drawn == np.inf).mean()):
        said += f"; at no value in {percent(never, 0)} of draws"
    return said


def cost_words(portfolio: PortfolioResults) -> str:
    """Return what the set costs against the total and the years' budgets."""
    chosen = portfolio.best_set
    spent, life = sum(o.initial_usd for o in chosen), sum(o.cost_usd for o in chosen)
    by_year = np.sum([o.spend_usd for o in chosen], axis=0)
    peak, plan = int(by_year.argmax()), portfolio.plan
    yearly = "" if plan.yearly_usd is None else f" of {usd(plan.yearly_usd)} allowed in any year"
    most = usd(float(by_year[peak]))
    drawn = portfolio.draws.totals["spend_usd"].to_numpy(np.float64)
    p80, holds = float(np.quantile(drawn, 0.8, method="inverted_cdf")), float((drawn <= spent).mean())
    against = _against_budget_words(plan.budget_usd, drawn, p80)
    return (
        f"{usd(p80)} of initial spending ({plan.price_year} dollars) is enough in 80% of draws{against}; the planner's "
        f"own {usd(spent)} in {percent(holds, 0)}; by it at most {most} falls due in one year "
        f"(FY {portfolio.fiscal_years[peak]}){yearly}. Over its life the set costs {usd(life)}, present value (range "
        f"{usd_range_words(portfolio.drawn('cost_usd'))})."
    )


def _against_budget_words(budget_usd: float | None, drawn: FloatArray, p80: float) -> str:
    """Return whether the total budget covers what is enough in 80% of draws, and in how many draws it holds."""
    if budget_usd is None:
        return " (no total budget was set)"
    if p80 <= budget_usd:
        return f", within the budget of {usd(budget_usd)}"
    holds = percent(float((drawn <= budget_usd).mean()), 0)
    return f", {usd(p80 - budget_usd)} above the budget of {usd(budget_usd)}, which covers it in {holds}"


def benefit_words(portfolio: PortfolioResults) -> str:
    """Return what the set brings, with the range of draws and the interval of replications."""
    chosen = portfolio.best_set
    loads, npv0 = sum(o.loads for o in chosen), sum(o.npv0_usd for o in chosen)
    years = portfolio.appraisal.years
    low, high = portfolio.drawn("loads")
    n = portfolio.luck.draws
    if all(option.as_it_is for option in chosen):
        return "Nothing beyond the ports as they are."
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


def portfolio_summary(portfolio: PortfolioResults) -> str:
    """Return the summary: at most `MOST_WORDS` words, whole sentences, what to buy and what it depends on first."""
    kept = [
        chosen_purchases_words(portfolio),
        cost_words(portfolio),
        dependence_words(portfolio),
        objective_words(portfolio),
        choice_certainty_words(portfolio),
        benefit_words(portfolio),
        runner_up_words(portfolio),
    ]
    while len(" ".join(kept).split()) > MOST_WORDS and len(kept) > 3:
        kept.pop()
    return " ".join(kept)


def port_waits_words(portfolio: PortfolioResults) -> str:
    """Return the wait at each port against its limit, or the highest yearly mean where there is none."""
    parts = []
    for port in portfolio.ports:
        own, limit = portfolio.own(port.name), portfolio.plan.ports[port.name].wait_limit
        if limit is None:
            parts.append(f"{plain_name(port.name)}: highest yearly mean {number(own.wait_min)} min, no limit set")
            continue
        unit = limit_unit(limit.measure)
        most = limit_scale(limit.measure) * limit.most
        what = "rises by" if limit.rise_at_most is not None else "reaches"
        ending = " min" if unit == "min" else "%" if limit.rise_at_most is None else " points"
        own_words, most_words = (f"{significant(value)}{ending}" for value in (own.wait_counted, most))
        parts.append(f"{plain_name(port.name)}: {WORDS[limit.measure]} {what} {own_words} at most (limit {most_words})")
    return f"{'; '.join(parts)}."


def simulated_draws_words(portfolio: PortfolioResults) -> str:
    """Return what of a draw was simulated, and whether its waits are its own."""
    sets = portfolio.draws.worlds
    if not sets:
        return (
            "Simulation inputs stay as they are: nothing was simulated anew, and waits change only where a measure "
            "comes into service sooner or later."
        )
    taken = "one a draw" if sets == portfolio.draws.draws else "which the draws take in turn"
    return (
        f"At every port {sets} sets of assumptions were simulated, {taken}. A draw's waits are those of its sets, and "
        "so hold the noise of a few days."
    )


def limits_kept_words(portfolio: PortfolioResults) -> str:
    """Return in which share of draws the set keeps all limits, and of both kinds where it does not always."""
    totals, plan = portfolio.draws.totals, portfolio.plan
    within = float(totals["within"].mean())
    said = f"keeps all limits in {percent(within, 0)}"
    if within == 1.0 or all(port.wait_limit is None for port in plan.ports.values()):
        return said
    waits, others = (percent(float(totals[f"within_{kind}"].mean()), 0) for kind in ("waits", "others"))
    return f"{said} (those of waits in {waits}, all others in {others})"


def choice_certainty_words(portfolio: PortfolioResults) -> str:
    """Return how often the set is best, and how often its limits hold."""
    draws, luck = portfolio.draws, portfolio.luck
    best = float(draws.totals["best"].mean())
    same = int(luck.totals["best"].sum())
    sure = "clear" if best >= 0.95 else "not certain"
    none = f", and in {percent(draws.none_share, 0)} no set does" if draws.none_share else ""
    others = (row for row in draws.sets.to_dict("records") if set(row["chosen"]) != set(portfolio.chosen.solved.chosen))
    if (rival := next(others, None)) is not None:
        words = set_words([portfolio.options[place] for place in rival["chosen"]])
        none += f"; most often else: {plain_name(words)} ({percent(rival['share'], 0)})"
    return (
        f"The choice is {sure}: the same set is best in {percent(best, 0)} of {draws.draws} draws of uncertain inputs "
        f"and {limits_kept_words(portfolio)}{none}. Noise alone: best in {same} of {luck.draws} replications."
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


def package_words(portfolio: PortfolioResults) -> str:
    """Return how packages of one port's alternatives were found, and what of it is approximated."""
    few = portfolio.plan.packages
    if few is None:
        return "What alternatives of one port do together is not asked: the plan makes no packages of them."
    table = portfolio.packages
    simulated, formula = int(table["simulated"].sum()), int(table["by_formula"].sum())
    checked = int(table["checked"].sum())
    pairs = f"{simulated} {'pair' if simulated == 1 else 'pairs'} of alternatives"
    n = min(few.replications, portfolio.ports[0].asked.study.replications)
    said = (
        f"{pairs} of one port were simulated together, on {n} replications in years "
        f"{listed([str(year) for year in few.years])}; what two do to each other is added to, or multiplied with, what "
        "each does alone on all replications."
    )
    if formula or checked:
        said += (
            f" Of three and more, {formula} {'package follows' if formula == 1 else 'packages follow'} from pairs "
            "(approximated: nothing that three do to each other), "
            f"and {checked} {'was' if checked == 1 else 'were'} simulated whole once chosen."
        )
    untested = [option.words for option in portfolio.best_set if option.by_formula]
    if untested:
        return f"{said} Chosen by formula, and not simulated: {plain_name(listed(untested))}."
    return f"{said} Every option of the chosen set was simulated."


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
