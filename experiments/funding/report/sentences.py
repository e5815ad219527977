"""The answer of a case in sentences, each built from a number and claiming no more than it.

The terminal prints the same sentences as the page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from experiments.economics.cost_effectiveness import social_frontier
from experiments.funding.annual import ELSEWHERE
from experiments.funding.exhibits.cells import SHARE_DIGITS, significant, usd_range_words
from experiments.funding.exhibits.choice import PAYERS, FundingRequest
from experiments.funding.exhibits.counted import persons_words
from experiments.funding.exhibits.elements import plain_name, quoted_name
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.uncertainty.headline import ASK, FigureAtConfidence, ShareOfDraws
from experiments.intervals import KIND_WORDS, IntervalEstimate
from experiments.number_format import listed, percent, usd, usd_at_least, with_span

SURE: Final = 0.95
"""Share of draws from which on a sign is called clear."""


def request_words(request: FundingRequest, evidence: Evidence, name: str) -> str:
    """Return what is asked for: initial spending at its confidence and by payer, yearly cost, staff."""
    if not request.units and not request.persons:
        return "Nothing: the no-build baseline asks for no money."
    case = evidence.appraised.case
    stated = evidence.budget_at_confidence(name, ASK)
    ask = usd(request.capital_usd)
    if request.capital_usd and stated is not None:
        ask = f"{usd_at_least(stated.p80.value)} in then-year dollars"
    once = f", {usd(request.once_usd)} once before service" if request.once_usd else ""
    staff = staff_words(request, case.terms.persons_per_post)
    pays = f", which pays for {staff}" if staff else ""
    words = f"{ask} of initial capital{_payer_words(request)}, ordered in {order_words(evidence, name)}"
    words = f"{words}{once}, and {usd(request.yearly_usd)} a year in full service{pays}"
    dollars = f"{case.appraisal.price_year} dollars, not discounted."
    if not request.capital_usd or stated is None:
        return f"{words}; {dollars}"
    other = "Sums once and by year are" if request.once_usd else "The yearly sum is"
    return (
        f"{words}. The funding requested is enough in 80% of {stated.draws} draws, {usd_at_least(stated.p50.value)} in "
        f"half of them, and the planner's own {usd(stated.planned)} in {_share(stated.planned_share)} of them. "
        f"{other} the planner's, in {dollars}"
    )


def _share(share: ShareOfDraws | None) -> str:
    """Return a share of draws with its interval."""
    return "an unknown share" if share is None else share.words()


def _payer_words(request: FundingRequest) -> str:
    payers = sorted({who for who, _ in request.capital}, reverse=True)
    if len(payers) == 1:
        return f" from the {PAYERS.get(payers[0], plain_name(payers[0]))}"
    paid = {who: sum(part for (payer, _), part in request.capital.items() if payer == who) for who in payers}
    shares = [
        f"{percent(total / request.capital_usd, 0)} from the {PAYERS.get(who, plain_name(who))}"
        for who, total in paid.items()
    ]
    return f" ({listed(shares)})" if shares else ""


def staff_words(request: FundingRequest, persons_per_post: float) -> str:
    """Return the full-time staff that is paid for, with the posts that they man."""
    return listed([persons_words(name, n, persons_per_post) for name, n in request.persons.items()])


def order_words(evidence: Evidence, name: str) -> str:
    """Return the fiscal years in which orders are placed."""
    bought = evidence.appraised.case.purchases.get(name, ())
    orders = sorted({one.order_y for one in bought if one.units > 0.0}) or [0]
    return f"fiscal year{'s' if len(orders) > 1 else ''} {listed([str(evidence.fiscal_year(year)) for year in orders])}"


def choice_words(evidence: Evidence) -> str:
    """Return the choice and why, claiming no more than the draws do."""
    choice, share = evidence.choice, evidence.share_above(evidence.choice.name)
    name = quoted_name(choice.name)
    if choice.why == "none":
        return f"Do not fund: {_against_words(evidence)}"
    if choice.why == "threshold":
        sometimes = "" if share is None else f" (this one does in {share.words()} of draws)"
        cheapest = evidence.share_cheapest(choice.name)
        drawn = "" if cheapest is None else f", as in {cheapest.words()} of draws"
        return (
            f"{name}, but only if interdiction is worth its price: at the central inputs no alternative pays in time "
            f"saved alone{sometimes}. It asks society for least per additional load{drawn}."
        )
    ground = "in time and money alone, with nothing counted for interdiction"
    if choice.why == "priced":
        ground = "at the value of a load that the user set"
    sure = "How certain that is was not tested: uncertain inputs were not redrawn."
    if share is not None:
        clear = "clear" if share.share >= SURE else "not certain"
        sure = f"Its gain is {clear}: above zero in {share.words()} of draws."
    return f"{name}: it has the highest net present value {ground}. {sure}"


def overtaken_words(evidence: Evidence) -> str:
    """Return from what value of a load on the next step of the social frontier is worth more; empty: there is none."""
    chosen = evidence.choice.name
    if evidence.choice.why != "threshold":
        return ""
    least = evidence.worths[chosen].loads
    steps = [one for one in social_frontier(evidence.worths) if one.status == "frontier" and one.effect > least]
    step = min(steps, key=lambda one: one.effect, default=None)
    if step is None or step.icer is None:
        return ""
    drawn, ends = evidence.overtaking_at_confidence(step.name, chosen), evidence.overtaking_range(step.name, chosen)
    start = drawn_words(drawn, range_in_words(ends), step.icer, show_median=usd_at_least, unit=" a load on")
    return f"From {start}, {quoted_name(step.name)} is worth more."


def _against_words(evidence: Evidence) -> str:
    """Return why the baseline stands, by what was found of its rivals."""
    if not evidence.rivals:
        return "there is no alternative to the no-build baseline."
    best = evidence.shown
    priced = "at the value of a load that the user set" if evidence.usd_per_load is not None else "in time and money"
    loads = evidence.worths[best].loads
    more = f"interdicts {significant(abs(loads))} {'more' if loads > 0.0 else 'fewer'} loads" if loads else ""
    also = f" and {more}" if more else ""
    one = "The alternative" if len(evidence.rivals) == 1 else "The best of the alternatives"
    gain = f"by the planner's figures {_gain_words(evidence, best)} {priced}{also}"
    said = f"{one[0].lower()}{one[1:]}, {quoted_name(best)}, {gain}"
    if (share := evidence.share_above(best)) is not None:
        said += f"; it pays in {share.words()} of draws"
    return f"{said}."


def _gain_words(evidence: Evidence, name: str) -> str:
    npv = evidence.npv(name)
    return f"{'gains' if npv > 0.0 else 'loses'} {usd(abs(npv))}"


def case_dependence_words(evidence: Evidence) -> str:
    """Return the one number on which the case depends, at its confidence."""
    name, even = evidence.shown, evidence.break_even(evidence.shown)
    if evidence.usd_per_load is None and even.usd_per_load is not None and not even.pays_without:
        drawn = evidence.break_even_at_confidence(name)
        if drawn is None or not np.isfinite(drawn.p50.value):
            return break_even_words(name, evidence)
        held = range_in_words(evidence.break_even_range(name))
        start = drawn_words(drawn, held, even.usd_per_load, show_median=usd_at_least, unit=" on")
        return f"What one more interdicted load is worth: {quoted_name(name)} pays from {start}."
    return present_worth_words(name, evidence, f"the net present value of {quoted_name(name)}")


def sensitive_words(evidence: Evidence, name: str) -> str:
    """Return the input that moves the net present value of one alternative most; empty: none was tried.

    Simulated inputs (those with a standard error over blocks of seeds) are fewer than those that were drawn, and count
    only above what the widest swing of as many dummy inputs reaches (`dummy_floor_usd`); where one block leaves the
    error unknown, none does. Prices are free of noise. Inputs that move nothing are not in the table, and not counted.
    """
    found = evidence.uncertainty
    if found is None or found.tornado.empty:
        return ""
    rows = found.tornado.loc[found.tornado["alternative"] == name]
    rows = rows.loc[rows["usd_per_load"] == rows["usd_per_load"].min()].sort_values("swing_usd", kind="stable")
    above = (rows["se_usd"] == 0.0) | (rows["swing_usd"] > rows["dummy_floor_usd"])  # false where that is unknown
    rows = rows.loc[above & (rows["swing_usd"] > 0.0)]
    if rows.empty:
        return ""
    row = rows.iloc[-1]
    ends = usd_range_words((float(row["low_usd"]), float(row["high_usd"])))
    simulated = found.tornado.loc[found.tornado["se_usd"] != 0.0, "input"].nunique()
    prices = found.tornado["input"].nunique() - simulated
    tried = f"{_counted(prices, 'price')}, {_counted(simulated, 'simulation input')}"
    return f"Widest swing of those tried ({tried}): {row['input']}, net present value {ends} at its 10 and 90% points."


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def confidence_words(evidence: Evidence) -> str:
    """Return the probability that the alternative pays, and what range the draws give; or that nothing was drawn."""
    name = evidence.shown
    npv, cost = evidence.npv_at_confidence(name), evidence.worth_at_confidence(name, lambda worth: worth.cost)
    if npv is None or cost is None:
        return "Not tested: uncertain inputs were not redrawn in this run, so that no figure has a range."
    counted = "at the user's value of a load" if evidence.usd_per_load is not None else "in time and money alone"
    also = _not_replaced_words(name, evidence) if evidence.usd_per_load is None else ""
    return (
        f"{quoted_name(name)} pays {counted} in {_share(evidence.share_above(name))} of {npv.draws} draws of "
        f"{evidence.drawn_inputs}. Net present value at {percent(evidence.rate, 0)}: median {usd(npv.p50.value)}, "
        f"{range_in_words(npv_range(evidence, name))}; the planner's {usd(npv.planned)} is no lower than "
        f"{_share(npv.planned_share)} of draws. Life-cycle cost, {present_value_words(evidence)}: at most "
        f"{usd_at_least(cost.p50.value)} in half of draws, at most {usd_at_least(cost.p80.value)} in 80%.{also}"
    )


def present_value_words(evidence: Evidence) -> str:
    """Return whose dollars a present value is in."""
    return f"present value at {percent(evidence.rate, 0)}"


def npv_range(evidence: Evidence, name: str) -> tuple[float, float] | None:
    """Return the range of the headline net present value over draws; None: nothing was drawn."""
    return evidence.of(name, lambda worth: worth.npv(evidence.usd_per_load))


def drawn_words(
    drawn: FigureAtConfidence | None,
    held: str,
    planned: float,
    show: Callable[[float], str] = usd,
    show_median: Callable[[float], str] | None = None,
    unit: str = "",
) -> str:
    """Return the median of the draws with its range and the planner's own; or the planner's own, named as that.

    A median that is stated as enough is shown rounded up (``show_median``); ``unit`` follows the first figure. Where no
    value of a load would do in half of the draws, or any would, the median says so.
    """
    if drawn is None:
        return f"{show(planned)}{unit} by the planner's figures ({held})"
    if not np.isfinite(drawn.p50.value):
        median = "no value" if drawn.p50.value > 0.0 else "any value"
        return f"{show(planned)}{unit} by the planner's figures (median of draws: {median}, {held})"
    median = (show_median or show)(drawn.p50.value)
    return f"{median}{unit} (median of draws, {held}; planner's {show(planned)})"


def interval_words(level: IntervalEstimate, unit: str, scale: float = 1.0) -> str:
    """Return a simulated level with its unit, its interval and the kind of that; or why it has none."""
    kind = f" {KIND_WORDS[level.kind]}" if np.isfinite(level.low) else ""
    return f"{with_span(level, f' {unit}', scale)}{kind}"


def nothing_words(evidence: Evidence) -> str:
    """Return what doing nothing costs and leaves: wait in the first and last year, trips by the other bridge."""
    response = evidence.appraised.response
    first, last = response.years[0], response.years[-1]
    said = [f"{quoted_name(evidence.baseline)} asks for no money."]
    waits = [evidence.level(evidence.baseline, "wait_mean_min", year) for year in (first, last)]
    if all(wait is not None for wait in waits):
        ends = [
            f"{interval_words(wait, 'minutes')} in {evidence.calendar_year(year)}"
            for wait, year in zip(waits, (first, last), strict=True)
            if wait is not None
        ]
        said.append(f"The average wait is {ends[0]} and {ends[1]}, with that year's traffic.")
    away = evidence.level(evidence.baseline, ELSEWHERE, last)
    if away is not None and away.mean > 0.0:
        trips = interval_words(away, "thousand trips", 1e-3)
        said.append(f"For the wait {trips} go by the other bridge in {evidence.calendar_year(last)}.")
    return " ".join(said)


def present_worth_words(name: str, evidence: Evidence, whose: str = "its net present value") -> str:
    """Return the net present value with its range in a sentence; ``whose`` names what it is of."""
    priced = evidence.usd_per_load is not None
    counted = "time, money and the user's value of a load" if priced else "time and money alone"
    held = range_in_words(npv_range(evidence, name))
    said = drawn_words(evidence.npv_at_confidence(name), held, evidence.npv(name))
    return f"Over {evidence.years} years at {percent(evidence.rate, 0)} {whose} on {counted} is {said}."


def loads_words(name: str, evidence: Evidence) -> str:
    """Return the loads interdicted above the baseline over the period, discounted, with their range."""
    ends = evidence.of(name, lambda worth: worth.loads)
    held = "no range" if ends is None else f"range {significant(ends[0])} to {significant(ends[1])}"
    drawn = evidence.worth_at_confidence(name, lambda worth: worth.loads)
    return drawn_words(drawn, held, evidence.worths[name].loads, significant)


def break_even_words(name: str, evidence: Evidence) -> str:
    """Return the break-even sentence of one alternative."""
    found = evidence.break_even(name)
    if found.usd_per_load is None:
        pays = "pays on time and money alone"
        fails = "does not pay on time and money alone: no break-even exists"
        return f"It interdicts no more than the baseline and {pays if found.pays_without else fails}."
    held = evidence.break_even_range(name)
    if found.pays_without:
        return (
            "It pays on time and money alone, whatever an interdicted load is worth "
            f"(break-even {usd(found.usd_per_load)} a load by the planner's figures, {range_in_words(held)})."
        )
    drawn = evidence.break_even_at_confidence(name)
    even = drawn_words(drawn, range_in_words(held), found.usd_per_load, show_median=usd_at_least)
    also = _not_replaced_words(name, evidence)
    return f"It pays if each extra interdicted load is worth at least {even}.{also}"


def _not_replaced_words(name: str, evidence: Evidence) -> str:
    """Return the share of what is seized that must not be replaced, as a sentence of its own; empty: there is none."""
    found = evidence.break_even(name)
    if found.not_replaced_share is None or found.pays_without:
        return ""
    shares, median = evidence.not_replaced_range(name), evidence.interval_column(name, "not_replaced_p50")
    ends = "no range" if shares is None else f"range {share_words(shares[0])} to {share_words(shares[1])}"
    planned = share_words(found.not_replaced_share)
    least = f"{planned} by the planner's figures ({ends})"
    if median is not None:
        least = f"{share_words(median)} (median of draws, {ends}; planner's {planned})"
    return f" To break even by lives saved, at least {least} of what is seized must not be replaced."


def share_words(share: float) -> str:
    """Return a share that may be tiny as a percentage.

    Examples
    --------
    >>> share_words(0.0001864), share_words(0.5), share_words(1.7)
    ('0.019%', '50%', 'more than all')
    """
    return "more than all" if share > 1.0 else f"{significant(100.0 * share, SHARE_DIGITS)}%"


def range_in_words(value_range: tuple[float, float] | None) -> str:
    """Return a range in words, or that there is none."""
    return "no range" if value_range is None else f"range {usd_range_words(value_range)}"
