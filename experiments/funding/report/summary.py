"""The answer of a funding report in sentences, each built from a number and no more certain.

The first sheet: the ask, the choice, the figures that decide, and all at a glance.

The answer of a funding case in a sentence, claiming no more than its intervals do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.economics.cost_effectiveness import break_even_threshold, break_even_usd_per_load
from experiments.funding.cash_flows import AppraisedCase
from experiments.funding.exhibits.cells import (
    amount_cell,
    dollars_cell,
    millions_cell,
    ratio_cell,
    significant,
    usd,
    usd_range_words,
)
from experiments.funding.exhibits.choice import PAYERS, Choice, FundingRequest, choose_alternative, request_funding
from experiments.funding.exhibits.elements import Badge, Cell, Table, TableColumn
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.exhibits.style import plain_name, quoted_name
from experiments.funding.noise import WorthsByReplication, measure_interval, ratio_interval
from experiments.intervals import IntervalEstimate
from experiments.number_format import NONE, listed, number, percent, signed, span, wait_difference_words

MOST_WORDS: Final = 200
"""Length of the executive summary."""
SURE: Final = 0.95
"""Share of draws from which on a sign is called clear."""


def request_words(request: FundingRequest, evidence: Evidence) -> str:
    """Return what is asked for: capital by payer, yearly cost, posts."""
    if not request.units and not request.posts:
        return "Nothing: the no-build baseline asks for no money."
    by_payer = {
        payer: sum(usd_ for (who, _), usd_ in request.capital.items() if who == payer)
        for payer in sorted({who for who, _ in request.capital}, reverse=True)
    }
    parts = [f"{usd(total)} from the {PAYERS.get(who, plain_name(who))}" for who, total in by_payer.items()]
    capital = f"{usd(request.capital_usd)} of initial capital"
    if len(parts) > 1:
        capital += f" ({listed(parts)})"
    elif by_payer:
        capital += f" from the {PAYERS.get(next(iter(by_payer)), next(iter(by_payer)))}"
    once = f", {usd(request.once_usd)} once for integration and training" if request.once_usd else ""
    yearly = f" and {usd(request.yearly_usd)} a year in full service"
    posts = [f"{significant(n)} {plain_name(name)} posts" for name, n in request.posts.items()]
    staff = f", which pays for {listed(posts)}" if posts else ""
    year = evidence.appraised.case.appraisal.price_year
    return f"{capital}{once}{yearly}{staff}; {year} dollars, not discounted."


def purchased_units_words(request: FundingRequest) -> str:
    """Return what is bought."""
    return listed([f"{significant(n)} {plain_name(name)}" for name, n, _ in request.units])


def choice_words(choice: Choice, evidence: Evidence) -> str:
    """Return the choice and why, claiming no more than the draws do."""
    name = quoted_name(choice.name)
    if choice.why == "none":
        return (
            "Keep the baseline: at the central inputs no alternative returns more than it costs, "
            "and none interdicts more at a price that could be weighed."
        )
    if choice.why == "threshold":
        return (
            f"{name}, but only if interdiction is worth its price: at the central inputs no "
            f"alternative pays in time saved alone{_sometimes(choice, evidence)}. Of all "
            "alternatives it asks society for least per additional load."
        )
    ground = (
        "at the value of a load that the user set"
        if choice.why == "priced"
        else ("in time and money alone, with nothing counted for interdiction")
    )
    return f"{name}: it has the highest net present value {ground}.{_how_sure(choice, evidence)}"


def _sometimes(choice: Choice, evidence: Evidence) -> str:
    share = evidence.share_above(choice.name)
    return "" if share is None else f" (this one does in {percent(share, 0)} of draws)"


def _how_sure(choice: Choice, evidence: Evidence) -> str:
    share = evidence.share_above(choice.name)
    if share is None:
        return " How sure that is was not tested: uncertain inputs were not redrawn."
    sure = "clear" if share >= SURE else "not certain"
    return f" Its gain is {sure}: above zero in {percent(share, 0)} of draws."


def present_worth_words(name: str, evidence: Evidence) -> str:
    """Return the net present value with its range in a sentence."""
    held = evidence.npv_range(name)
    value = evidence.npv(name)
    counted = (
        "time and money alone" if evidence.usd_per_load is None else ("time, money and the user's value of a load")
    )
    return (
        f"Over {evidence.years} years at {percent(evidence.rate, 0)} its net present value on "
        f"{counted} is {usd(value)} ({_held(held)})."
    )


def break_even_words(name: str, evidence: Evidence) -> str:
    """Return the break-even sentence of one alternative."""
    found = evidence.break_even(name)
    if found.usd_per_load is None:
        more = (
            "and pays on time and money alone"
            if found.pays_without
            else ("and does not pay on time and money alone: no break-even exists")
        )
        return f"It interdicts no more than the baseline {more}."
    held = evidence.break_even_range(name)
    if found.pays_without:
        return (
            "It pays on time and money alone, whatever an interdicted load is worth "
            f"(break-even {usd(found.usd_per_load)} a load, {_held(held)})."
        )
    share = found.not_replaced_share
    also = "" if share is None else (f", that is if at least {share_words(share)} of what is seized is not replaced")
    return f"It pays if each extra interdicted load is worth at least {usd(found.usd_per_load)} ({_held(held)}){also}."


def share_words(share: float) -> str:
    """Return a share that may be tiny as a percentage.

    Examples
    --------
    >>> share_words(0.0001864), share_words(0.5), share_words(1.7)
    ('0.0186 %', '50 %', 'more than all')
    """
    return "more than all" if share > 1.0 else f"{significant(100.0 * share)} %"


def executive_summary(choice: Choice, request: FundingRequest, evidence: Evidence) -> str:
    """Return the executive summary: at most `MOST_WORDS` words, whole sentences only.

    The first sentences matter most: those that no longer fit are left out from the end.
    """
    sentences = [
        _setting(evidence),
        *([] if choice.why == "none" else [_bought(choice, request)]),
        f"Choice: {choice_words(choice, evidence)}",
        *([] if choice.why == "none" else _of_choice(choice.name, evidence)),
        _limits(evidence),
    ]
    kept = list(sentences)
    while len(" ".join(kept).split()) > MOST_WORDS and len(kept) > 3:
        kept.pop(-2)
    return " ".join(kept)


def _setting(evidence: Evidence) -> str:
    case = evidence.appraised.case
    rivals = listed([quoted_name(name) for name in evidence.rivals])
    port = case.study.alternatives[evidence.baseline].port.title
    return (
        f"This case compares {rivals} with the no-build baseline, {quoted_name(evidence.baseline)}, at "
        f"{port} over {evidence.years} years, in {case.appraisal.price_year} dollars."
    )


def _bought(choice: Choice, request: FundingRequest) -> str:
    posts = [f"{significant(n)} {plain_name(name)}s" for name, n in request.posts.items()]
    people = f" and {listed(posts)}" if posts else ""
    what = f" for {purchased_units_words(request)}{people}" if request.units else f" for {listed(posts)}"
    return (
        f"{quoted_name(choice.name)} asks for {usd(request.capital_usd)} of capital and "
        f"{usd(request.yearly_usd)} a year{what}."
    )


def _of_choice(name: str, evidence: Evidence) -> list[str]:
    said = [present_worth_words(name, evidence), break_even_words(name, evidence)]
    gap = evidence.change(name, "wait_mean_min")
    if gap is not None:
        said.append(f"In the first year {wait_difference_words(gap)}.")
    loads = evidence.worths[name].loads
    said.append(
        f"It interdicts {significant(loads)} more loads over the period, discounted ({_counts(evidence, name)})."
    )
    return said


def _counts(evidence: Evidence, name: str) -> str:
    held = evidence.of(name, lambda worth: worth.loads)
    return "no range" if held is None else f"range {significant(held[0])} to {significant(held[1])}"


def _limits(evidence: Evidence) -> str:
    priced = (
        "No dollar value is put on interdiction."
        if evidence.usd_per_load is None
        else f"The value of a load, {usd(evidence.usd_per_load)}, is the user's."
    )
    return f"{priced} Waits are predicted; loads and prices rest on assumptions, listed with ranges."


def _held(value_range: tuple[float, float] | None) -> str:
    return "no range" if value_range is None else f"range {usd_range_words(value_range)}"


BOTH: Final[tuple[Badge, ...]] = ("predicted", "assumed")


@dataclass(frozen=True, slots=True)
class HeadlineTile:
    """One headline figure with its range and badges."""

    key: str
    words: str
    text: str
    below: str
    badges: tuple[Badge, ...]
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSheet:
    """What stands on the first sheet of a case's page and of a portfolio's."""

    title: str
    period: str
    answer: tuple[tuple[str, str], ...]
    tiles: tuple[HeadlineTile, ...]
    summary: str
    overview: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFirstSheet(FirstSheet):
    """The first sheet of a case, with what it is about."""

    choice: Choice
    request: FundingRequest


def first_sheet(evidence: Evidence) -> CaseFirstSheet:
    """Return the first sheet."""
    case, choice = evidence.appraised.case, choose_alternative(evidence)
    request = request_funding(evidence, choice.name)
    appraisal = case.appraisal
    answer = [("The ask", request_words(request, evidence)), ("The choice", choice_words(choice, evidence))]
    if choice.why != "none":
        worth = f"{present_worth_words(choice.name, evidence)} {break_even_words(choice.name, evidence)}"
        answer.append(("What it takes", worth))
    return CaseFirstSheet(
        choice=choice,
        request=request,
        title=case.study.alternatives[evidence.baseline].port.title,
        period=f"{appraisal.base_year} to {appraisal.base_year + appraisal.years}, in {appraisal.price_year} dollars",
        answer=tuple(answer),
        tiles=() if choice.why == "none" else tuple(_tiles(evidence, choice.name)),
        summary=executive_summary(choice, request, evidence),
        overview=_overview(evidence),
    )


def _tiles(evidence: Evidence, name: str) -> list[HeadlineTile]:
    worth, price = evidence.worths[name], evidence.usd_per_load
    at = percent(evidence.rate, 0)
    found = {
        "npv_usd": (f"Net present value at {at}", dollars_cell(evidence.npv(name), evidence.npv_range(name))),
        "dot_ratio": (
            f"Benefit-cost ratio at {at}, DOT",
            ratio_cell(worth.dot_ratio(price), evidence.of(name, lambda w: w.dot_ratio(price))),
        ),
        "life_cycle_ratio": (
            f"Benefit-cost ratio at {at}, life cycle",
            ratio_cell(worth.life_cycle_ratio(price), evidence.of(name, lambda w: w.life_cycle_ratio(price))),
        ),
        "break_even_usd_per_load": (
            "Break-even: dollars a load",
            dollars_cell(evidence.break_even(name).usd_per_load, evidence.break_even_range(name)),
        ),
    }
    return [
        HeadlineTile(key, words, c.text, _below(c), ("predicted", "assumed"), _float(c.value), c.low, c.high)
        for key, (words, c) in found.items()
    ]


def _float(value: float | str | None) -> float | None:
    return value if isinstance(value, float) else None


def _below(cell: Cell) -> str:
    return cell.below.strip("[]").replace(", ", " to ") if cell.below else "no range"


def _overview(evidence: Evidence) -> Table:
    columns = (
        TableColumn("capital_usd", "initial capital", "$ M", "assumed"),
        TableColumn("cost_usd", "life-cycle cost", "$ M", "assumed"),
        TableColumn("npv_usd", "net present value", "$ M", "assumed"),
        TableColumn("wait_change_min", "change of the mean wait, first year", "min", "predicted"),
        TableColumn("loads", "more loads interdicted, discounted", "", "assumed"),
        TableColumn("break_even_usd_per_load", "break-even", "$ a load", "assumed"),
    )
    nothing = (*(Cell("0", "", 0.0) for _ in columns[:-1]), Cell(NONE, look="aside"))
    rows = [(f"{plain_name(evidence.baseline)} (baseline)", nothing)]
    rows += [(plain_name(name), _glance(evidence, name)) for name in evidence.rivals]
    return Table(
        "overview",
        "All alternatives at a glance, above the baseline",
        TableColumn("alternative", "alternative"),
        columns,
        tuple(rows),
    )


def _glance(evidence: Evidence, name: str) -> tuple[Cell, ...]:
    worth = evidence.worths[name]
    threshold = evidence.break_even(name).usd_per_load
    return (
        millions_cell(worth.capital, evidence.of(name, lambda w: w.capital)),
        millions_cell(worth.cost, evidence.of(name, lambda w: w.cost)),
        millions_cell(evidence.npv(name), evidence.npv_range(name)),
        _wait(evidence, name),
        amount_cell(worth.loads, evidence.of(name, lambda w: w.loads)),
        dollars_cell(threshold, evidence.break_even_range(name), "no more loads"),
    )


def _wait(evidence: Evidence, name: str) -> Cell:
    gap = evidence.change(name, "wait_mean_min")
    if gap is None or not np.isfinite(gap.mean):
        return Cell(NONE, "not comparable" if gap is not None else "not simulated")
    ends = (gap.low, gap.high) if np.isfinite(gap.low) else (None, None)
    return Cell(signed(gap.mean), span(gap), gap.mean, *ends)


TO_MILLIONS = 1e-6
TO_THOUSANDS = 1e-3


def funding_answer(appraised: AppraisedCase, by_replication: WorthsByReplication) -> str:
    """Return what pays, or else what an interdicted load must be worth for the best of them.

    With a value of a load from the user, who has the highest net present value at that value.
    """
    value = appraised.case.appraisal.interdiction_usd_per_load
    if value is not None:
        return _at_value(appraised, value)
    paying = _paying(appraised)
    if paying:
        return _pays(appraised, by_replication, paying)
    return _threshold(appraised, by_replication)


def headline_alternative(appraised: AppraisedCase) -> str:
    """Return the alternative that the headline is about; the baseline where none is worth having.

    The highest net present value where one is above zero (at the user's value of a load, if there
    is one); else the lowest break-even; else the baseline.
    """
    value, base = appraised.case.appraisal.interdiction_usd_per_load, appraised.case.study.baseline
    worths = appraised.worths[appraised.case.appraisal.discount_rate]
    best = max(worths, key=lambda name: worths[name].npv(value))
    if best != base or value is not None:
        return best
    thresholds = {n: break_even_usd_per_load(worth) for n, worth in worths.items() if n != base}
    known = {name: usd for name, usd in thresholds.items() if usd is not None}
    return min(known, key=lambda name: known[name]) if known else base


def _paying(appraised: AppraisedCase) -> list[str]:
    worths = appraised.worths[appraised.case.appraisal.discount_rate]
    paying = [name for name, worth in worths.items() if worth.npv0 > 0.0]
    return sorted(paying, key=lambda name: -worths[name].npv0)


def _pays(appraised: AppraisedCase, by_replication: WorthsByReplication, paying: list[str]) -> str:
    best, rate = paying[0], appraised.case.appraisal.discount_rate
    worth = appraised.worths[rate][best]
    npv = measure_interval(by_replication, rate, best, "npv0_usd", appraised.case.study.coverage)
    words = f"On time and money alone, {best} pays: {_millions(worth.npv0, npv)} net at "
    words += f"{percent(rate, 0)} over {appraised.case.appraisal.years} years"
    ratio = worth.dot_ratio(None)
    words += f", {number(ratio, 2)} for a dollar of capital" if ratio is not None else ""
    more = measure_interval(by_replication, rate, best, "loads", appraised.case.study.coverage)
    words += f"; {_loads(more)}."
    if len(paying) > 1:
        words += f" So {'does' if len(paying) == 2 else 'do'} {listed(paying[1:])}, with less."
    return words


def _threshold(appraised: AppraisedCase, by_replication: WorthsByReplication) -> str:
    name, rate = headline_alternative(appraised), appraised.case.appraisal.discount_rate
    if name == appraised.case.study.baseline:
        return (
            "Nothing pays on time and money alone, and nothing finds more loads than the baseline: "
            f"keep {name}. Present values: {_burdens(appraised)}."
        )
    even = break_even_threshold(appraised.worths[rate][name], appraised.case.harm)
    noise = ratio_interval(
        by_replication, rate, name, (lambda w: -w.npv0, lambda w: w.loads), appraised.case.study.coverage
    )
    words = "Nothing pays on time and money alone. "
    words += f"{name} comes nearest: it pays if each extra interdicted load is worth at least "
    words += f"{number(TO_THOUSANDS * (even.usd_per_load or 0.0), 0)} thousand USD "
    words += f"{span(noise, TO_THOUSANDS, 0)}"
    if even.not_replaced_share is not None:
        words += f", that is if at least {percent(even.not_replaced_share, 1)} of what is seized "
        words += "is not replaced"
    return f"{words}."


def _burdens(appraised: AppraisedCase) -> str:
    """Return what each alternative costs and what users lose or gain by it."""
    base, worths = appraised.case.study.baseline, appraised.worths[appraised.case.appraisal.discount_rate]
    parts = [
        f"{name} costs {number(TO_MILLIONS * worth.cost)} million USD and users "
        f"{'lose' if worth.user_benefit < 0.0 else 'gain'} "
        f"{number(TO_MILLIONS * abs(worth.user_benefit))}"
        for name, worth in worths.items()
        if name != base
    ]
    return "; ".join(parts)


def _at_value(appraised: AppraisedCase, value: float) -> str:
    rate = appraised.case.appraisal.discount_rate
    best = headline_alternative(appraised)
    worth = appraised.worths[rate][best]
    head = f"At your value of {number(TO_THOUSANDS * value, 0)} thousand USD a load, "
    if best == appraised.case.study.baseline:
        return f"{head}nothing is worth more than it costs; keep {best}."
    net = number(TO_MILLIONS * worth.npv(value))
    return f"{head}{best} is worth most: {net} million USD net at {percent(rate, 0)}."


def _millions(usd: float, noise: IntervalEstimate) -> str:
    return f"{number(TO_MILLIONS * usd)} million USD {span(noise, TO_MILLIONS)}"


def _loads(estimate: IntervalEstimate) -> str:
    if estimate.low <= 0.0 <= estimate.high:
        return f"loads found hardly change ({number(estimate.mean)} {span(estimate)}, discounted)"
    change = "more" if estimate.mean > 0.0 else "fewer"
    low, high = sorted((abs(estimate.low), abs(estimate.high)))
    size = IntervalEstimate(abs(estimate.mean), low, high, estimate.n)
    return f"it finds {number(size.mean)} loads {change} {span(size)} (discounted)"
