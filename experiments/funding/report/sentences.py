"""The answer of a case in sentences, each built from a number and claiming no more than it.

The terminal prints the same sentences as the page.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from experiments.funding.annual import ELSEWHERE
from experiments.funding.exhibits.cells import SHARE_DIGITS, significant, usd_range_words
from experiments.funding.exhibits.choice import PAYERS, FundingRequest
from experiments.funding.exhibits.counted import persons_words
from experiments.funding.exhibits.elements import plain_name, quoted_name
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.exhibits.stated import stated_figures
from experiments.number_format import listed, number, percent, usd

SURE: Final = 0.95
"""Share of draws from which on a sign is called clear."""


def request_words(request: FundingRequest, evidence: Evidence, name: str) -> str:
    """Return what is asked for: initial spending at its confidence and by payer, yearly cost, staff."""
    if not request.units and not request.persons:
        return "Nothing: the no-build baseline asks for no money."
    case = evidence.appraised.case
    stated = stated_figures(evidence, name)
    ask = usd(request.capital_usd)
    if request.capital_usd and stated is not None:
        ask = f"{usd(stated.ask.p80)} in then-year dollars"
    once = f", {usd(request.once_usd)} once before service" if request.once_usd else ""
    staff = staff_words(request, case.terms.persons_per_post)
    pays = f", which pays for {staff}" if staff else ""
    words = f"{ask} of initial capital{_payer_words(request)}, ordered in {order_words(evidence, name)}"
    words = f"{words}{once}, and {usd(request.yearly_usd)} a year in full service{pays}"
    dollars = f"{case.appraisal.price_year} dollars, not discounted."
    if not request.capital_usd or stated is None:
        return f"{words}; {dollars}"
    other = "Sums once and by year are in" if request.once_usd else "The yearly sum is in"
    return (
        f"{words}. The funding requested is enough in 80% of {stated.draws} draws, {usd(stated.ask.p50)} in half of "
        f"them, and the planner's own {usd(stated.ask.planned)} in {percent(stated.budget_holds, 0)}. {other} {dollars}"
    )


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
    """Return the calendar years in which orders are placed."""
    orders = sorted(
        {bought.order_y for bought in evidence.appraised.case.purchases.get(name, ()) if bought.units > 0.0}
    )
    return listed([str(evidence.calendar_year(year)) for year in orders]) or str(evidence.calendar_year(0))


def choice_words(evidence: Evidence) -> str:
    """Return the choice and why, claiming no more than the draws do."""
    choice, share = evidence.choice, evidence.share_above(evidence.choice.name)
    name = quoted_name(choice.name)
    if choice.why == "none":
        return f"Do not fund: {_against_words(evidence)}"
    if choice.why == "threshold":
        sometimes = "" if share is None else f" (this one does in {percent(share, 0)} of draws)"
        return (
            f"{name}, but only if interdiction is worth its price: at the central inputs no alternative pays in time "
            f"saved alone{sometimes}. Of all alternatives it asks society for least per additional load."
        )
    ground = "in time and money alone, with nothing counted for interdiction"
    if choice.why == "priced":
        ground = "at the value of a load that the user set"
    sure = "How certain that is was not tested: uncertain inputs were not redrawn."
    if share is not None:
        clear = "clear" if share >= SURE else "not certain"
        sure = f"Its gain is {clear}: above zero in {percent(share, 0)} of draws."
    return f"{name}: it has the highest net present value {ground}. {sure}"


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
    said = f"{one[0].lower()}{one[1:]}, {quoted_name(best)}, {_gain_words(evidence, best)} {priced}{also}"
    if (share := evidence.share_above(best)) is not None:
        said += f"; it pays in {percent(share, 0)} of draws"
    return f"{said}."


def _gain_words(evidence: Evidence, name: str) -> str:
    npv = evidence.npv(name)
    return f"{'gains' if npv > 0.0 else 'loses'} {usd(abs(npv))}"


def case_dependence_words(evidence: Evidence) -> str:
    """Return the one number on which the case depends, at its confidence, and the input that moves it most."""
    name = evidence.shown
    stated, most = stated_figures(evidence, name), sensitive_words(evidence, name)
    even = evidence.break_even(name)
    if evidence.usd_per_load is None and even.usd_per_load is not None and not even.pays_without:
        said = break_even_words(name, evidence)
        if stated is not None and np.isfinite(stated.break_even.p50):
            said = (
                f"What one more interdicted load is worth: {quoted_name(name)} pays from "
                f"{usd(stated.break_even.p50)} on (median of draws, {range_in_words(evidence.break_even_range(name))}; "
                f"{usd(even.usd_per_load)} by the planner's figures)."
            )
        return f"{said}{most}"
    return f"{present_worth_words(name, evidence, f'the net present value of {quoted_name(name)}')}{most}"


def sensitive_words(evidence: Evidence, name: str) -> str:
    """Return the input that moves the net present value of one alternative most; empty: none was tried."""
    found = evidence.uncertainty
    if found is None or found.tornado.empty:
        return ""
    rows = found.tornado.loc[found.tornado["alternative"] == name]
    rows = rows.loc[rows["usd_per_load"] == rows["usd_per_load"].min()].sort_values("swing_usd", kind="stable")
    if rows.empty or float(rows.iloc[-1]["swing_usd"]) <= 0.0:
        return ""
    row = rows.iloc[-1]
    ends = usd_range_words((float(row["low_usd"]), float(row["high_usd"])))
    what = str(row["input"])
    return f" Most sensitive input: {what}: between its 10 and 90% points the net present value goes from {ends}."


def confidence_words(evidence: Evidence) -> str:
    """Return the probability that the alternative pays, and what range the draws give; or that nothing was drawn."""
    name = evidence.shown
    stated = stated_figures(evidence, name)
    if stated is None:
        return "Not tested: uncertain inputs were not redrawn in this run, so that no figure has a range."
    counted = "at the user's value of a load" if evidence.usd_per_load is not None else "in time and money alone"
    npv, cost = stated.npv, stated.cost
    also = _not_replaced_words(name, evidence) if evidence.usd_per_load is None else ""
    return (
        f"{quoted_name(name)} pays {counted} in {percent(stated.pays, 0)} of {stated.draws} draws of "
        f"{evidence.drawn_inputs}. Net present value: median {usd(npv.p50)}, {range_in_words((npv.p5, npv.p95))}; the "
        f"planner's {usd(npv.planned)} is no lower than {percent(npv.planned_share, 0)} of draws. Life-cycle cost: "
        f"{usd(cost.p50)} in half, at most {usd(cost.p80)} in 80%.{also}"
    )


def nothing_words(evidence: Evidence) -> str:
    """Return what doing nothing costs and leaves: the wait and the trips that stay away, first and last year."""
    response = evidence.appraised.response
    first, last = response.years[0], response.years[-1]
    said = [f"{quoted_name(evidence.baseline)} asks for no money."]
    waits = [evidence.level(evidence.baseline, "wait_mean_min", year) for year in (first, last)]
    if all(wait is not None for wait in waits):
        ends = [
            f"{number(wait.mean)} minutes in {evidence.calendar_year(year)}"
            for wait, year in zip(waits, (first, last), strict=True)
            if wait is not None
        ]
        said.append(f"The average wait is {ends[0]} and {ends[1]}, with that year's traffic.")
    away = evidence.level(evidence.baseline, ELSEWHERE, last)
    if away is not None and away.mean > 0.0:
        where = f"trips in {evidence.calendar_year(last)} stay away for the wait"
        said.append(f"{number(away.mean / 1000.0)} thousand {where}.")
    return " ".join(said)


def present_worth_words(name: str, evidence: Evidence, whose: str = "its net present value") -> str:
    """Return the net present value with its range in a sentence; ``whose`` names what it is of."""
    priced = evidence.usd_per_load is not None
    counted = "time, money and the user's value of a load" if priced else "time and money alone"
    held = range_in_words(evidence.of(name, lambda worth: worth.npv(evidence.usd_per_load)))
    return (
        f"Over {evidence.years} years at {percent(evidence.rate, 0)} {whose} on "
        f"{counted} is {usd(evidence.npv(name))} ({held})."
    )


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
            f"(break-even {usd(found.usd_per_load)} a load, {range_in_words(held)})."
        )
    even = usd(found.usd_per_load)
    also = _not_replaced_words(name, evidence)
    return f"It pays if each extra interdicted load is worth at least {even} ({range_in_words(held)}).{also}"


def _not_replaced_words(name: str, evidence: Evidence) -> str:
    """Return the share of what is seized that must not be replaced, as a sentence of its own; empty: there is none."""
    found = evidence.break_even(name)
    if found.not_replaced_share is None or found.pays_without:
        return ""
    shares = evidence.not_replaced_range(name)
    ends = "no range" if shares is None else f"range {share_words(shares[0])} to {share_words(shares[1])}"
    least = share_words(found.not_replaced_share)
    return f" To break even by lives saved, at least {least} ({ends}) of what is seized must not be replaced."


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
