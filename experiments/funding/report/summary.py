"""The first sheet of a report: ask, choice, the figures that decide, and all at a glance, in sentences.

Each sentence is built from a number and claims no more than it. The terminal prints the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from experiments.economics.appraisal import Appraisal
from experiments.funding.exhibits.cells import (
    SHARE_DIGITS,
    amount_cell,
    dollars_cell,
    ratio_cell,
    significant,
    unknown_cell,
    usd_range_words,
)
from experiments.funding.exhibits.choice import PAYERS, FundingRequest, request_funding
from experiments.funding.exhibits.elements import (
    BREAK_EVEN,
    MORE_LOADS,
    Section,
    millions_column,
    plain_name,
    quoted_name,
    table_by_column,
)
from experiments.funding.exhibits.evidence import Evidence
from experiments.intervals import KIND_WORDS
from experiments.number_format import NONE, listed, percent, signed, span, usd, wait_difference_words
from experiments.page_templates import Badge, Cell, Table, TableColumn

MOST_WORDS: Final = 200
"""Length of the executive summary."""
SURE: Final = 0.95
"""Share of draws from which on a sign is called clear."""


def request_words(request: FundingRequest, evidence: Evidence) -> str:
    """Return what is asked for: capital by payer, yearly cost, posts."""
    if not request.units and not request.posts:
        return "Nothing: the no-build baseline asks for no money."
    payers = sorted({who for who, _ in request.capital}, reverse=True)
    paid = {who: sum(part for (payer, _), part in request.capital.items() if payer == who) for who in payers}
    parts = [f"{usd(total)} from the {PAYERS.get(who, plain_name(who))}" for who, total in paid.items()]
    capital = f"{usd(request.capital_usd)} of initial capital"
    if len(parts) > 1:
        capital += f" ({listed(parts)})"
    elif payers:
        capital += f" from the {PAYERS.get(payers[0], payers[0])}"
    once = f", {usd(request.once_usd)} once for training" if request.once_usd else ""
    yearly = f" and {usd(request.yearly_usd)} a year in full service"
    posts = [f"{significant(n)} {plain_name(name)} posts" for name, n in request.posts.items()]
    staff = f", which pays for {listed(posts)}" if posts else ""
    year = evidence.appraised.case.appraisal.price_year
    return f"{capital}{once}{yearly}{staff}; {year} dollars, not discounted."


def choice_words(evidence: Evidence) -> str:
    """Return the choice and why, claiming no more than the draws do."""
    choice, share = evidence.choice, evidence.share_above(evidence.choice.name)
    name = quoted_name(choice.name)
    if choice.why == "none":
        return (
            "Recommendation: do not fund. At the central inputs no alternative has positive net benefits, "
            "and none interdicts more loads for its cost."
        )
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


def present_worth_words(name: str, evidence: Evidence) -> str:
    """Return the net present value with its range in a sentence."""
    priced = evidence.usd_per_load is not None
    counted = "time, money and the user's value of a load" if priced else "time and money alone"
    held = _held(evidence.of(name, lambda worth: worth.npv(evidence.usd_per_load)))
    return (
        f"Over {evidence.years} years at {percent(evidence.rate, 0)} its net present value on "
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
            f"(break-even {usd(found.usd_per_load)} a load, {_held(held)})."
        )
    share = found.not_replaced_share
    also = ""
    if share is not None:
        shares = evidence.not_replaced_range(name)
        ends = "no range" if shares is None else f"range {share_words(shares[0])} to {share_words(shares[1])}"
        also = f", that is if at least {share_words(share)} ({ends}) of what is seized is not replaced"
    return f"It pays if each extra interdicted load is worth at least {usd(found.usd_per_load)} ({_held(held)}){also}."


def share_words(share: float) -> str:
    """Return a share that may be tiny as a percentage.

    Examples
    --------
    >>> share_words(0.0001864), share_words(0.5), share_words(1.7)
    ('0.019%', '50%', 'more than all')
    """
    return "more than all" if share > 1.0 else f"{significant(100.0 * share, SHARE_DIGITS)}%"


def executive_summary(request: FundingRequest, evidence: Evidence) -> str:
    """Return the executive summary: at most `MOST_WORDS` words, whole sentences only.

    The first sentences matter most: those that no longer fit are left out from the end.
    """
    case, choice, price = evidence.appraised.case, evidence.choice, evidence.usd_per_load
    rivals, buys = listed([quoted_name(name) for name in evidence.rivals]), choice.why != "none"
    port = case.study.alternatives[evidence.baseline].port.title
    whose = "No dollar value is put on interdiction."
    if price is not None:
        whose = f"The value of a load, {usd(price)}, is the user's."
    kept = [
        f"This case compares {rivals} with the no-build baseline, {quoted_name(evidence.baseline)}, at "
        f"{port} over {evidence.years} years, in {case.appraisal.price_year} dollars.",
        *([_bought(choice.name, request)] if buys else []),
        f"Choice: {choice_words(evidence)}",
        *(_of_choice(choice.name, evidence) if buys else []),
        f"{whose} Waits are predicted; loads and prices rest on assumptions, listed with ranges.",
    ]
    while len(" ".join(kept).split()) > MOST_WORDS and len(kept) > 3:
        kept.pop(-2)
    return " ".join(kept)


def _bought(name: str, request: FundingRequest) -> str:
    posts = [f"{significant(n)} {plain_name(name)}s" for name, n in request.posts.items()]
    people = f" and {listed(posts)}" if posts else ""
    units = listed([f"{significant(n)} {plain_name(unit)}" for unit, n, _ in request.units])
    what = f"{units}{people}" if request.units else listed(posts)
    money = f"{usd(request.capital_usd)} of capital and {usd(request.yearly_usd)} a year"
    return f"{quoted_name(name)} asks for {money} for {what}."


def _of_choice(name: str, evidence: Evidence) -> list[str]:
    said = [present_worth_words(name, evidence), break_even_words(name, evidence)]
    gap = evidence.change(name, "wait_mean_min")
    if gap is not None:
        said.append(f"In the first year {wait_difference_words(gap)}.")
    loads, ends = evidence.worths[name].loads, evidence.of(name, lambda worth: worth.loads)
    held = "no range" if ends is None else f"range {significant(ends[0])} to {significant(ends[1])}"
    said.append(f"It interdicts {significant(loads)} more loads over the period, discounted ({held}).")
    return said


def _held(value_range: tuple[float, float] | None) -> str:
    return "no range" if value_range is None else f"range {usd_range_words(value_range)}"


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

    def record(self) -> dict[str, Any]:
        """Return what a machine reads of it."""
        shown = {key: getattr(self, key) for key in ("key", "words", "value", "low", "high")}
        return shown | {"badges": list(self.badges)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What stands on the page of a case or of a portfolio: the first sheet, then its sections."""

    title: str
    period: str
    answer: tuple[tuple[str, str], ...]
    tiles: tuple[HeadlineTile, ...]
    summary: str
    overview: Table
    sections: tuple[Section, ...]

    def tables(self) -> Iterator[Table]:
        """Yield every table, that of the first sheet first."""
        yield self.overview
        for section in self.sections:
            yield from section.tables()


def period_words(appraisal: Appraisal) -> str:
    """Return the years of a study and whose dollars it counts."""
    return f"{appraisal.base_year} to {appraisal.base_year + appraisal.years}, in {appraisal.price_year} dollars"


def case_answer(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    """Return the answer of a case in sentences, each under its term; for terminal, page and record."""
    choice = evidence.choice
    request = request_funding(evidence.appraised, choice.name)
    answer = [("Funding requested", request_words(request, evidence)), ("The choice", choice_words(evidence))]
    if choice.why != "none":
        worth = f"{present_worth_words(choice.name, evidence)} {break_even_words(choice.name, evidence)}"
        answer.append(("What it takes", worth))
    return tuple(answer)


def case_report(evidence: Evidence, sections: Sequence[Section]) -> Report:
    """Return the report of a case."""
    case, choice = evidence.appraised.case, evidence.choice
    return Report(
        title=case.study.alternatives[evidence.baseline].port.title,
        period=period_words(case.appraisal),
        answer=case_answer(evidence),
        tiles=() if choice.why == "none" else tuple(_tiles(evidence, choice.name)),
        summary=executive_summary(request_funding(evidence.appraised, choice.name), evidence),
        overview=_overview(evidence),
        sections=tuple(sections),
    )


def _tiles(evidence: Evidence, name: str) -> Iterator[HeadlineTile]:
    at, price, cell_of = percent(evidence.rate, 0), evidence.usd_per_load, evidence.cell
    ratio = f"Benefit-cost ratio at {at}"
    figures = {
        "npv_usd": (f"Net present value at {at}", cell_of(name, lambda w: w.npv(price), dollars_cell)),
        "dot_ratio": (f"{ratio}, DOT", cell_of(name, lambda w: w.dot_ratio(price), ratio_cell)),
        "life_cycle_ratio": (f"{ratio}, life cycle", cell_of(name, lambda w: w.life_cycle_ratio(price), ratio_cell)),
        "break_even_usd_per_load": ("Break-even: dollars a load", evidence.break_even_cell(name)),
    }
    for key, (words, cell) in figures.items():
        below = cell.below.strip("[]").replace(", ", " to ") if cell.below else "no range"
        value = cell.value if isinstance(cell.value, float) else None
        yield HeadlineTile(key, words, cell.text, below, ("predicted", "assumed"), value, cell.low, cell.high)


def _overview(evidence: Evidence) -> Table:
    """Return all alternatives, the baseline above them with nothing of everything."""
    price, column = evidence.usd_per_load, evidence.column
    break_even = replace(BREAK_EVEN, words="break-even", unit="$ a load")
    wait = TableColumn("wait_change_min", "change of the average wait, first year", "min", "predicted")
    columns: dict[TableColumn, Callable[[str], Cell]] = {
        millions_column("capital_usd", "initial capital"): column(lambda w: w.capital),
        millions_column("cost_usd", "life-cycle cost"): column(lambda w: w.cost),
        millions_column("npv_usd", "net present value"): column(lambda w: w.npv(price)),
        wait: lambda name: _wait(evidence, name),
        MORE_LOADS: column(lambda w: w.loads, amount_cell),
        break_even: lambda name: evidence.break_even_cell(name, "no more loads"),
    }
    table = table_by_column("overview", "All alternatives at a glance, above the baseline", evidence.rivals, columns)
    nothing = (*(Cell("0", "", 0.0) for _ in list(columns)[1:]), unknown_cell())
    return replace(table, rows=((f"{plain_name(evidence.baseline)} (baseline)", nothing), *table.rows))


def _wait(evidence: Evidence, name: str) -> Cell:
    gap = evidence.change(name, "wait_mean_min")
    if gap is None or not np.isfinite(gap.mean):
        return Cell(NONE, "not comparable" if gap is not None else "not simulated")
    ends = (gap.low, gap.high) if np.isfinite(gap.low) else (None, None)
    return Cell(signed(gap.mean), f"{span(gap)}; {KIND_WORDS[gap.kind]}", gap.mean, *ends)
