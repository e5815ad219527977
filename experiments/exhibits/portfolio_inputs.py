"""Inputs of a portfolio: what the planner set, the economics that ports share, each port's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from experiments.exhibits.chapter_inputs import inputs_table
from experiments.exhibits.dollars import usd
from experiments.exhibits.drawing import plain
from experiments.exhibits.exhibit import Cell, Column, Part, Prose, Section, Table, words
from experiments.funding.case import Case
from experiments.funding.portfolio_found import PortfolioFound
from experiments.provenance import Input
from experiments.wording import NONE, listed, number

SET: Final = "set by the planner"


def inputs(found: PortfolioFound) -> Section:
    """Return every input with its source, those that ports share once."""
    rows = {port.name: list(_used(port.asked)) for port in found.ports}
    first = found.ports[0].name
    shared = [r for r in rows[first] if all(r in own for own in rows.values())]
    parts: list[Part] = [
        _plan(found),
        Prose(
            "Confidence: P primary source, P* primary data republished, S secondary, D derived, "
            "I inference; assumed: no source, so a range stands beside it."
        ),
        inputs_table("portfolio_inputs", "Inputs that the ports share", shared),
    ]
    for name, own in rows.items():
        if rest := [row for row in own if row not in shared]:
            title = f"Inputs of {plain(name)} alone"
            parts.append(inputs_table(f"portfolio_inputs_{name}", title, rest))
    return Section(
        10, "inputs", "Inputs: value, unit, price year, source, confidence", tuple(parts)
    )


def _plan(found: PortfolioFound) -> Table:
    rows = [(name, (Cell(text, "", text, look="words"), words(SET))) for name, text in _set(found)]
    columns = (Column("value", "value"), Column("source", "source"))
    return Table(
        "portfolio_plan", "Limits and what is sought", Column("key", "key"), columns, tuple(rows)
    )


def _set(found: PortfolioFound) -> Iterator[tuple[str, str]]:
    plan = found.plan
    yield "objective", "most loads" if plan.objective == "loads" else "highest net present value"
    yield "value of a load", "not priced" if plan.usd_per_load is None else usd(plan.usd_per_load)
    yield "payer", plain(plan.payer)
    dollars = f"{plan.price_year} dollars"
    for name, value in (("total budget", plan.budget_usd), ("budget of a year", plan.yearly_usd)):
        yield name, "none" if value is None else f"{usd(value)}, {dollars}"
    yield "years in which an option may begin", listed([str(year) for year in plan.start_y])
    for measure, most in plan.units.items():
        yield f"{plain(measure)}s that can be had", number(most, 0)
    for one, needed in plan.needs:
        yield f"{plain(one)} needs", plain(needed)
    for group in plan.excludes:
        yield "at most one of", listed([plain(one) for one in group])
    for name, port in plan.ports.items():
        ceiling = NONE if port.ceiling_min is None else f"{number(port.ceiling_min, 0)} min"
        yield f"wait ceiling of {plain(name)}", f"{ceiling}, from year {port.ceiling_from_y}"
        yield f"case of {plain(name)}", " ".join(port.overrides)


def _used(case: Case) -> Iterator[Input]:
    """Yield the inputs that bear on a case: prices of what nobody buys do not."""
    bought = {p.measure for purchases in case.purchases.values() for p in purchases}
    bought |= {person for name in bought for person in case.catalogue[name].staff}
    for row in (*case.inputs, *case.study.inputs(case.study.baseline)):
        words_ = row.key.split(".")
        if words_[0] != "cost" or words_[1] in bought:
            yield row
