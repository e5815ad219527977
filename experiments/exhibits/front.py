"""The first sheet: the ask, the choice, the figures that decide, and all at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.exhibits.brief import (
    ask_words,
    break_even_words,
    choice_words,
    summary,
    worth_words,
)
from experiments.exhibits.choice import Ask, Choice, ask, choose
from experiments.exhibits.dollars import amount, dollars, millions, ratio
from experiments.exhibits.drawing import plain
from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import Badge, Cell, Column, Table
from experiments.wording import NONE, percent, signed, span

BOTH: Final[tuple[Badge, ...]] = ("predicted", "assumed")


@dataclass(frozen=True, slots=True)
class Tile:
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
class Sheet:
    """What stands on the first sheet of a case's page and of a portfolio's."""

    title: str
    period: str
    answer: tuple[tuple[str, str], ...]
    tiles: tuple[Tile, ...]
    summary: str
    overview: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Front(Sheet):
    """The first sheet of a case, with what it is about."""

    choice: Choice
    request: Ask


def front(evidence: Evidence) -> Front:
    """Return the first sheet."""
    case, choice = evidence.appraised.case, choose(evidence)
    request = ask(evidence, choice.name)
    appraisal = case.appraisal
    answer = [
        ("The ask", ask_words(request, evidence)),
        ("The choice", choice_words(choice, evidence)),
    ]
    if choice.why != "none":
        worth = f"{worth_words(choice.name, evidence)} {break_even_words(choice.name, evidence)}"
        answer.append(("What it takes", worth))
    return Front(
        choice=choice,
        request=request,
        title=case.study.alternatives[evidence.baseline].port.title,
        period=f"{appraisal.base_year} to {appraisal.base_year + appraisal.years}, in "
        f"{appraisal.price_year} dollars",
        answer=tuple(answer),
        tiles=() if choice.why == "none" else tuple(_tiles(evidence, choice.name)),
        summary=summary(choice, request, evidence),
        overview=_overview(evidence),
    )


def _tiles(evidence: Evidence, name: str) -> list[Tile]:
    worth, price = evidence.worths[name], evidence.usd_per_load
    at = percent(evidence.rate, 0)
    found = {
        "npv_usd": (
            f"Net present value at {at}",
            dollars(evidence.npv(name), evidence.npv_range(name)),
        ),
        "dot_ratio": (
            f"Benefit-cost ratio at {at}, DOT",
            ratio(worth.dot_ratio(price), evidence.of(name, lambda w: w.dot_ratio(price))),
        ),
        "life_cycle_ratio": (
            f"Benefit-cost ratio at {at}, life cycle",
            ratio(
                worth.life_cycle_ratio(price),
                evidence.of(name, lambda w: w.life_cycle_ratio(price)),
            ),
        ),
        "break_even_usd_per_load": (
            "Break-even: dollars a load",
            dollars(evidence.break_even(name).usd_per_load, evidence.break_even_range(name)),
        ),
    }
    return [
        Tile(
            key, words, c.text, _below(c), ("predicted", "assumed"), _float(c.value), c.low, c.high
        )
        for key, (words, c) in found.items()
    ]


def _float(value: float | str | None) -> float | None:
    return value if isinstance(value, float) else None


def _below(cell: Cell) -> str:
    return cell.below.strip("[]").replace(", ", " to ") if cell.below else "no range"


def _overview(evidence: Evidence) -> Table:
    columns = (
        Column("capital_usd", "initial capital", "$ M", "assumed"),
        Column("cost_usd", "life-cycle cost", "$ M", "assumed"),
        Column("npv_usd", "net present value", "$ M", "assumed"),
        Column("wait_change_min", "change of the mean wait, first year", "min", "predicted"),
        Column("loads", "more loads interdicted, discounted", "", "assumed"),
        Column("break_even_usd_per_load", "break-even", "$ a load", "assumed"),
    )
    nothing = (*(Cell("0", "", 0.0) for _ in columns[:-1]), Cell(NONE, look="aside"))
    rows = [(f"{plain(evidence.baseline)} (baseline)", nothing)]
    rows += [(plain(name), _glance(evidence, name)) for name in evidence.rivals]
    return Table(
        "overview",
        "All alternatives at a glance, above the baseline",
        Column("alternative", "alternative"),
        columns,
        tuple(rows),
    )


def _glance(evidence: Evidence, name: str) -> tuple[Cell, ...]:
    worth = evidence.worths[name]
    threshold = evidence.break_even(name).usd_per_load
    return (
        millions(worth.capital, evidence.of(name, lambda w: w.capital)),
        millions(worth.cost, evidence.of(name, lambda w: w.cost)),
        millions(evidence.npv(name), evidence.npv_range(name)),
        _wait(evidence, name),
        amount(worth.loads, evidence.of(name, lambda w: w.loads)),
        dollars(threshold, evidence.break_even_range(name), "no more loads"),
    )


def _wait(evidence: Evidence, name: str) -> Cell:
    gap = evidence.change(name, "wait_mean_min")
    if gap is None or not np.isfinite(gap.mean):
        return Cell(NONE, "not comparable" if gap is not None else "not simulated")
    ends = (gap.low, gap.high) if np.isfinite(gap.low) else (None, None)
    return Cell(signed(gap.mean), span(gap), gap.mean, *ends)
