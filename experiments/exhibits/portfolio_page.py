"""The page of a portfolio, in the form of a funding report: the answer, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from experiments.exhibits.dollars import amount, millions, significant, usd, usd_range
from experiments.exhibits.drawing import plain
from experiments.exhibits.exhibit import Cell, Column, Section, Table
from experiments.exhibits.front import Sheet, Tile
from experiments.exhibits.portfolio_inputs import inputs
from experiments.exhibits.portfolio_sections import sections
from experiments.exhibits.portfolio_words import (
    benefit_words,
    buy_words,
    cost_words,
    priced_words,
    runner_up_words,
    sure_words,
    wait_words,
    what_is_bought,
)
from experiments.funding.page import filled
from experiments.funding.portfolio_found import PortfolioFound
from experiments.wording import NONE, listed, number, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Sheet):
    """The first sheet of a portfolio, and its sections."""

    sections: tuple[Section, ...]

    def tables(self) -> Iterator[Table]:
        """Yield every table, that of the first sheet first."""
        yield self.overview
        for section in self.sections:
            yield from section.tables()


def page_of(found: PortfolioFound) -> Page:
    """Return what stands on the page."""
    appraisal = found.ports[0].asked.appraisal
    answer = [
        ("What to buy, where and when", buy_words(found)),
        ("What it costs, against the budgets", cost_words(found)),
        ("What it brings", benefit_words(found)),
        ("The wait at each port", wait_words(found)),
        ("How sure the choice is", sure_words(found)),
    ]
    return Page(
        title=listed(
            [
                plain(port.asked.study.alternatives[port.asked.study.baseline].port.title)
                for port in found.ports
            ]
        ),
        period=f"{appraisal.base_year} to {appraisal.base_year + appraisal.years}, in "
        f"{appraisal.price_year} dollars",
        answer=tuple(answer),
        tiles=tuple(_tiles(found)),
        summary=" ".join(
            [
                buy_words(found),
                cost_words(found),
                benefit_words(found),
                runner_up_words(found),
                sure_words(found),
                priced_words(found),
            ]
        ),
        overview=_overview(found),
        sections=(*sections(found), inputs(found)),
    )


def render(found: PortfolioFound, page: Page) -> str:
    """Return the page; the same portfolio gives the same bytes."""
    draws = found.draws.draws
    return filled(
        kind="Portfolio",
        record="portfolio.json",
        first=page,
        ranges=f"Ranges in brackets: 5th to 95th percentile of {draws} draws of uncertain inputs.",
        sections=page.sections,
        study=found.ports[0].asked.study,
        command=f"throughgate fund {' '.join(found.overrides)}".strip(),
    )


def _tiles(found: PortfolioFound) -> Iterator[Tile]:
    totals = {key: _total(found, key) for key in ("loads", "npv0_usd", "spend_usd")}
    budget = found.plan.budget_usd
    of = "no total budget" if budget is None else f"of {usd(budget)}"
    at = percent(found.ports[0].asked.appraisal.discount_rate, 0)
    low, high = found.drawn("spend_usd")
    yield Tile(
        "spend_usd",
        "Initial spending, undiscounted",
        usd(totals["spend_usd"]),
        f"{of}; drawn {usd_range((low, high))}",
        ("assumed",),
        totals["spend_usd"],
        low,
        high,
    )
    low, high = found.drawn("loads")
    yield Tile(
        "loads",
        "More loads interdicted, discounted",
        significant(totals["loads"]),
        f"{significant(low)} to {significant(high)}",
        ("predicted", "assumed"),
        totals["loads"],
        low,
        high,
    )
    low, high = found.drawn("npv0_usd")
    yield Tile(
        "npv0_usd",
        f"Net present value at {at}, interdiction not priced",
        usd(totals["npv0_usd"]),
        usd_range((low, high)),
        ("predicted", "assumed"),
        totals["npv0_usd"],
        low,
        high,
    )
    best = float(found.draws.totals["best"].mean())
    yield Tile(
        "best_share",
        "Draws in which the same set is best",
        percent(best, 0),
        f"of {found.draws.draws} draws",
        ("assumed",),
        best,
        None,
        None,
    )


def _total(found: PortfolioFound, key: str) -> float:
    field = "initial_usd" if key == "spend_usd" else key
    chosen = found.chosen.solved.chosen
    return float(sum(getattr(found.options[place], field) for place in chosen))


def _overview(found: PortfolioFound) -> Table:
    columns = (
        Column("buys", "buys"),
        Column("start_y", "ordered in"),
        Column("spend_usd", "initial spending", "$ M", "assumed"),
        Column("cost_usd", "life-cycle cost", "$ M", "assumed"),
        Column("npv0_usd", "net present value", "$ M", "assumed"),
        Column("loads", "more loads interdicted, discounted", "", "assumed"),
        Column("wait_min", "highest yearly wait", "min", "predicted"),
        Column("ceiling_min", "ceiling", "min"),
        Column("share_best", "best in draws", "%", "assumed"),
    )
    rows = tuple(
        (f"{plain(port.name)}: {plain(found.own(port.name).name)}", _at_a_glance(found, port.name))
        for port in found.ports
    )
    first = Column("port", "port and option")
    return Table("overview", "The chosen set at a glance", first, columns, rows)


def _at_a_glance(found: PortfolioFound, port: str) -> tuple[Cell, ...]:
    own, ceiling = found.own(port), found.plan.ports[port].ceiling_min
    place = next(i for i in found.chosen.solved.chosen if found.options[i] is own)
    drawn = found.draws.options.iloc[place]
    base = found.ports[0].asked.appraisal.base_year

    def held(key: str) -> tuple[float, float] | None:
        return (float(drawn[f"{key}_p5"]), float(drawn[f"{key}_p95"])) if own.units else None

    bought = what_is_bought(found, own)
    return (
        Cell(bought or "nothing", "", bought or "nothing", look="words"),
        Cell(str(base + own.start_y) if bought else NONE, "", float(base + own.start_y)),
        millions(own.initial_usd, held("spend_usd")),
        millions(own.cost_usd, held("cost_usd")),
        millions(own.npv0_usd, held("npv0_usd")),
        amount(own.loads, held("loads")),
        amount(own.wait_min),
        Cell(NONE) if ceiling is None else amount(ceiling, digits=0),
        Cell(number(100.0 * drawn["share_best"], 0), "", float(drawn["share_best"])),
    )
