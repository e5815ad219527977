"""The first sheet of a report: ask, choice, the figures that decide, and all at a glance, in sentences.

Each sentence is built from a number and claims no more than it. The terminal prints the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from experiments.economics.appraisal import Appraisal
from experiments.funding.exhibits.cells import amount_cell, dollars_cell, ratio_cell, unknown_cell
from experiments.funding.exhibits.charts_first import by_fiscal_year, first_picture
from experiments.funding.exhibits.choice import request_funding
from experiments.funding.exhibits.counted import counted_words
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
from experiments.funding.report.sentences import (
    break_even_words,
    case_dependence_words,
    choice_words,
    confidence_words,
    loads_words,
    nothing_words,
    order_words,
    overtaken_words,
    present_value_words,
    present_worth_words,
    request_words,
    sensitive_words,
    staff_words,
)
from experiments.funding.uncertainty.headline import ASK
from experiments.intervals import KIND_WORDS
from experiments.number_format import NONE, listed, percent, signed, span, usd, usd_at_least, wait_difference_words
from experiments.page_templates import Badge, Cell, Chart, Table, TableColumn

MOST_WORDS: Final = 200
"""Length of the executive summary."""


def executive_summary(evidence: Evidence) -> str:
    """Return the executive summary: at most `MOST_WORDS` words, whole sentences only.

    It opens with what to grant and when, and the number on which it depends. The first sentences matter most: those
    that no longer fit are left out from the end, but for the last.
    """
    case, price, name = evidence.appraised.case, evidence.usd_per_load, evidence.shown
    port = case.study.alternatives[evidence.baseline].port.title
    whose = "No dollar value is put on interdiction."
    if price is not None:
        whose = f"The value of a load, {usd(price)}, is the user's."
    constant = "all but the capital in" if evidence.draws else "in"
    opening = f"Grant {_bought(evidence, name)}" if evidence.choice.why != "none" else choice_words(evidence)
    kept = [
        opening,
        case_dependence_words(evidence),
        *([f"The choice: {choice_words(evidence)}"] if evidence.choice.why != "none" else []),
        f"Compared with {quoted_name(evidence.baseline)} at {port}, {constant} {case.appraisal.price_year} dollars.",
        *(_of_choice(name, evidence) if evidence.rivals else []),
        *filter(None, (overtaken_words(evidence), sensitive_words(evidence, name))),
        f"{whose} Waits are predicted; loads and prices are assumed, with ranges.",
    ]
    while len(" ".join(kept).split()) > MOST_WORDS and len(kept) > 3:
        kept.pop(-2)
    return " ".join(kept)


def _bought(evidence: Evidence, name: str) -> str:
    """Return what is to be granted, when, and for what."""
    request = request_funding(evidence.appraised, name)
    staff = staff_words(request, evidence.appraised.case.terms.persons_per_post)
    units = [counted_words(unit, n) for unit, n, _ in request.units]
    what = listed([*units, *([staff] if staff else [])])
    stated = evidence.budget_at_confidence(name, ASK)
    capital = f"{usd(request.capital_usd)} of capital"
    if stated is not None and request.capital_usd:
        capital = f"{usd_at_least(stated.p80.value)} of capital in then-year dollars (enough in 80% of draws)"
    return f"{capital} in {order_words(evidence, name)} and the planner's {usd(request.yearly_usd)} a year for {what}."


def _of_choice(name: str, evidence: Evidence) -> list[str]:
    said = []
    gap = evidence.change(name, "wait_mean_min")
    if gap is not None:
        words = wait_difference_words(gap)
        kind = f" {KIND_WORDS[gap.kind]}" if "[" in words else ""
        said.append(f"In the first year {words}{kind}.")
    hinges = evidence.break_even(name).usd_per_load is not None and evidence.usd_per_load is None
    said.append(present_worth_words(name, evidence) if hinges else break_even_words(name, evidence))
    said.append(f"More loads interdicted, discounted: {loads_words(name, evidence)}.")
    return said


@dataclass(frozen=True, slots=True)
class HeadlineTile:
    """One headline figure with its range and badges, for the record."""

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
    picture: Chart | None = None
    """The one picture of the first screen."""
    by_year: Table | None = None
    """Cost by fiscal year, on the first screen."""

    def tables(self) -> Iterator[Table]:
        """Yield every table, those of the first sheet first."""
        yield self.overview
        if self.by_year is not None:
            yield self.by_year
        for section in self.sections:
            yield from section.tables()


def period_words(appraisal: Appraisal) -> str:
    """Return the years of a study and whose dollars it counts."""
    return f"{appraisal.base_year} to {appraisal.base_year + appraisal.years}, in {appraisal.price_year} dollars"


def case_answer(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    """Return the answer of a case in sentences, each under its term; for terminal, page and record."""
    name = evidence.shown
    request = request_funding(evidence.appraised, name)
    asks = request_words(request, evidence, name)
    if evidence.choice.why == "none" and evidence.rivals:
        asks = f"Nothing. {quoted_name(name)} would ask for {asks}"
    return (
        ("Funding requested", asks),
        ("The choice", f"{choice_words(evidence)} {overtaken_words(evidence)}".strip()),
        ("What it depends on", f"{case_dependence_words(evidence)} {sensitive_words(evidence, name)}".strip()),
        ("How certain", confidence_words(evidence)),
        ("If nothing is done", nothing_words(evidence)),
    )


def case_report(evidence: Evidence, sections: Sequence[Section]) -> Report:
    """Return the report of a case."""
    case, name = evidence.appraised.case, evidence.shown
    return Report(
        title=case.study.alternatives[evidence.baseline].port.title,
        period=period_words(case.appraisal),
        answer=case_answer(evidence),
        tiles=tuple(_tiles(evidence, name)) if evidence.rivals else (),
        summary=executive_summary(evidence),
        overview=_overview(evidence),
        sections=tuple(sections),
        picture=first_picture(evidence) if evidence.rivals else None,
        by_year=by_fiscal_year(evidence, name) if evidence.rivals else None,
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
        millions_column("cost_usd", f"life-cycle cost, {present_value_words(evidence)}"): column(lambda w: w.cost),
        millions_column("npv_usd", "net present value"): column(lambda w: w.npv(price)),
        wait: lambda name: _wait(evidence, name),
        MORE_LOADS: column(lambda w: w.loads, amount_cell),
        break_even: lambda name: evidence.break_even_cell(name, "no more loads"),
        TableColumn("dot_ratio", "benefit-cost ratio, DOT", "", "assumed"): lambda name: evidence.cell(
            name, lambda w: w.dot_ratio(price), ratio_cell
        ),
    }
    title = "All alternatives at a glance, above the baseline: planner's figures"
    table = table_by_column("overview", title, evidence.rivals, columns)
    nothing = (*(Cell("0", "", 0.0) for _ in list(columns)[2:]), unknown_cell(), unknown_cell())
    return replace(table, rows=((f"{plain_name(evidence.baseline)} (baseline)", nothing), *table.rows))


def _wait(evidence: Evidence, name: str) -> Cell:
    gap = evidence.change(name, "wait_mean_min")
    if gap is None or not np.isfinite(gap.mean):
        return Cell(NONE, "not comparable" if gap is not None else "not simulated")
    ends = (gap.low, gap.high) if np.isfinite(gap.low) else (None, None)
    return Cell(signed(gap.mean), f"{span(gap)}; {KIND_WORDS[gap.kind]}", gap.mean, *ends)
