"""Chapters on money: the yearly ledger, present values by who gains and pays, the measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from experiments.economics.appraisal import Worth, net_flow
from experiments.economics.discounting import discount_factors, present_value
from experiments.economics.life_cycle import INITIAL
from experiments.exhibits.choice import KINDS, PAYERS
from experiments.exhibits.dollars import MILLION, dollars, millions, ratio
from experiments.exhibits.drawing import plain
from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import Cell, Column, Part, Prose, Section, Table, words
from experiments.exhibits.returns import returns
from experiments.exhibits.user_gain import PARTS as PARTS_OF_HOUR
from experiments.exhibits.user_gain import present_parts
from experiments.wording import NONE, number, percent

Floats = npt.NDArray[np.float64]
UPKEEP: Final = ("replacement", "removal", "residual")
YEAR: Final = Column("year", "year")
LEDGER: Final = (
    Column("capital_usd", "capital", "$ M"),
    Column("once_usd", "integration, training", "$ M"),
    Column("renewal_usd", "renewal less residual", "$ M"),
    Column("operation_usd", "operation", "$ M"),
    Column("staff_usd", "staff", "$ M"),
    Column("cost_usd", "all costs", "$ M", "assumed"),
    Column("user_benefit_usd", "users' gain", "$ M", "predicted"),
    Column("net_usd", "net", "$ M"),
    Column("factor", "discount factor"),
    Column("discounted_usd", "net, discounted", "$ M"),
    Column("so_far_usd", "sum so far", "$ M"),
    Column("loads", "loads, more", "", "assumed"),
)
PARTS: Final = (INITIAL, ("integration", "training"), UPKEEP, ("operation",), ("staff",))


def ledger(evidence: Evidence) -> Section:
    """Return costs and benefits of every alternative year by year, undiscounted and discounted."""
    appraisal = evidence.appraised.case.appraisal
    parts: list[Part] = [
        Prose(
            f"Amounts above the baseline in {appraisal.price_year} dollars at the central inputs, "
            f"at the end of each year; year 0 is {appraisal.base_year} and is not discounted. The "
            f"factor is that of {percent(evidence.rate, 1)} a year. Ranges of the sums "
            "stand in the next two sections."
        ),
        *(_ledger(evidence, name) for name in evidence.rivals),
    ]
    return Section(5, "ledger", "Costs and benefits year by year", tuple(parts))


def _ledger(evidence: Evidence, name: str) -> Table:
    own, base = evidence.alternative(name), evidence.alternative(evidence.baseline)
    costs = [own.cost.total(kinds=kinds) - base.cost.total(kinds=kinds) for kinds in PARTS]
    total = own.cost.total() - base.cost.total()
    gain = own.user_benefit - base.user_benefit
    net = net_flow(own, base, None)
    factors = discount_factors(evidence.rate, evidence.years)
    present = net * factors
    columns = [*costs, total, gain, net, factors, present, np.cumsum(present)]
    loads = own.loads - base.loads
    rows = [
        (str(year), (*_amounts(columns, year), Cell(number(loads[year]), "", float(loads[year]))))
        for year in range(evidence.years + 1)
    ]
    sums = [float(column.sum()) for column in columns]
    whole = [Cell(number(total / MILLION, 2), "", total) for total in sums]
    whole[8], whole[10] = Cell(""), Cell("")
    rows.append(("sum", (*whole, Cell(number(loads.sum()), "", float(loads.sum())))))
    return Table(
        f"ledger_{name}",
        f"{plain(name)}: ledger",
        YEAR,
        LEDGER,
        tuple(rows),
        look="ledger",
        note="Interdicted loads are an amount and are not in the net.",
    )


def _amounts(columns: list[Floats], year: int) -> Iterator[Cell]:
    for place, column in enumerate(columns):
        value = float(column[year])
        if place == 8:
            yield Cell(f"{value:.4f}", "", value)
        else:
            yield Cell(number(value / MILLION, 2), "", value)


def present_values(evidence: Evidence) -> Section:
    """Return present values by category, and by who gains and who pays, with standing."""
    rivals = evidence.rivals
    heads = tuple(Column(name, plain(name), "$ M") for name in rivals)
    first = Column("category", "category")
    return Section(
        6,
        "present-values",
        "Present values: what it costs, who gains, who pays",
        (
            Prose(
                f"Present values above the baseline at {percent(evidence.rate, 1)}, year 0. "
                f"{evidence.range_note}"
            ),
            Table(
                "present_values_by_category",
                "By category",
                first,
                heads,
                tuple(_category_rows(evidence)),
            ),
            Table(
                "present_values_by_party",
                "By who gains and who pays",
                Column("party", "party"),
                (Column("standing", "standing"), *heads),
                tuple(_party_rows(evidence)),
                note="Duties, tolls and seized cash pass from one party to another and are left "
                "out. Money of both governments counts in full, which understates the net "
                "benefit to residents of the United States.",
            ),
        ),
    )


def _category_rows(evidence: Evidence) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    for kind, name in KINDS.items():
        found = [_kind(evidence, rival, None, kind) for rival in evidence.rivals]
        if any(found):
            yield name, tuple(millions(amount) for amount in found)
    apart = {rival: present_parts(evidence, rival) for rival in evidence.rivals}
    for part in PARTS_OF_HOUR:
        if all(part in parts for parts in apart.values()) and apart:
            yield f"of users' gain: {part}", tuple(millions(p[part]) for p in apart.values())
    figures: tuple[tuple[str, Callable[[Worth], float]], ...] = (
        ("all costs", lambda w: w.cost),
        ("users' gain", lambda w: w.user_benefit),
        ("net present value, interdiction not priced", lambda w: w.npv0),
    )
    for words_, figure in figures:
        yield (
            words_,
            tuple(
                millions(figure(evidence.worths[rival]), evidence.of(rival, figure))
                for rival in evidence.rivals
            ),
        )
    if (usd_per_load := evidence.usd_per_load) is not None:
        yield (
            "interdiction at the user's value of a load",
            tuple(
                millions(
                    usd_per_load * evidence.worths[rival].loads,
                    evidence.of(rival, lambda w: usd_per_load * w.loads),
                )
                for rival in evidence.rivals
            ),
        )
    yield (
        "more loads interdicted (an amount, discounted)",
        tuple(_loads(evidence, rival) for rival in evidence.rivals),
    )


def _loads(evidence: Evidence, name: str) -> Cell:
    held = evidence.of(name, lambda w: w.loads)
    value = evidence.worths[name].loads
    below = "" if held is None else f"[{number(held[0])}, {number(held[1])}]"
    ends = (None, None) if held is None else held
    return Cell(f"{number(value)} loads", below, value, *ends)


def _kind(evidence: Evidence, name: str, payer: str | None, kind: str | None) -> float:
    kinds = tuple(KINDS) if kind is None else (kind,)
    own, base = (evidence.alternative(one).cost for one in (name, evidence.baseline))
    return present_value(evidence.rate, own.total(payer, kinds) - base.total(payer, kinds))


def _party_rows(evidence: Evidence) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    payers = {p for name in evidence.rivals for p in evidence.alternative(name).cost.payers()}
    for payer in sorted(payers, reverse=True):
        standing = "counted" if payer == "united_states" else "counted; outside U.S. standing"
        yield (
            f"{PAYERS.get(payer, plain(payer))}: pays",
            (
                words(standing),
                *(
                    millions(
                        -_kind(evidence, rival, payer, None),
                        # draws keep what all pay together
                        evidence.of(rival, lambda w: -w.cost) if len(payers) == 1 else None,
                        sign=True,
                    )
                    for rival in evidence.rivals
                ),
            ),
        )
    yield (
        "drivers, carriers and shippers: gain",
        (
            words("counted; residents and non-residents not told apart"),
            *(
                millions(
                    evidence.worths[rival].user_benefit,
                    evidence.of(rival, lambda w: w.user_benefit),
                    sign=True,
                )
                for rival in evidence.rivals
            ),
        ),
    )
    yield (
        "public: loads kept out",
        (
            words("counted in loads" if evidence.usd_per_load is None else "at the user's value"),
            *(_loads(evidence, rival) for rival in evidence.rivals),
        ),
    )
    yield (
        "smugglers: lose the loads",
        (words("no standing"), *(Cell(NONE, look="aside") for _ in evidence.rivals)),
    )


MEASURES: Final = (
    Column("npv_usd", "net present value", "$ M", "assumed"),
    Column("dot_ratio", "benefit-cost ratio, DOT", "", "assumed"),
    Column("life_cycle_ratio", "benefit-cost ratio, life cycle", "", "assumed"),
    Column("annual_net_usd", "equal net gain a year", "$ M", "assumed"),
    Column("break_even_usd_per_load", "break-even value of a load", "$", "assumed"),
)


def measures(evidence: Evidence) -> Section:
    """Return net present value and both ratios at every rate, internal rate and payback."""
    counted = (
        "Interdiction is not priced."
        if evidence.usd_per_load is None
        else ("Interdiction is counted at the value of a load that the user set.")
    )
    parts: list[Part] = [
        Prose(
            f"{counted} DOT's ratio has initial capital alone below the line and everything else "
            "above it; the life-cycle ratio has all costs below. Both are above 1 exactly when the "
            "net present value is above zero; over nothing a ratio is undefined. "
            f"{evidence.range_note} The same draws stand behind every rate: a rate is a scenario "
            "and never drawn. A high end of none: in so many draws no value of a load would do."
        ),
        *(_rate_table(evidence.at(rate), rate == evidence.rate) for rate in _rates(evidence)),
        returns(evidence),
    ]
    return Section(7, "measures", "Net present value and benefit-cost ratios", tuple(parts))


def _rates(evidence: Evidence) -> list[float]:
    """Return the headline rate, then the others."""
    return sorted(evidence.appraised.worths, key=lambda rate: (rate != evidence.rate, rate))


def _rate_table(evidence: Evidence, headline: bool) -> Table:  # noqa: FBT001
    rate, head = evidence.rate, " (headline)" if headline else ""
    rows = [(plain(name), _measures(evidence, name)) for name in evidence.rivals]
    return Table(
        f"measures_at_{100.0 * rate:g}_percent",
        f"At {percent(rate, 1)} a year{head}",
        Column("alternative", "alternative"),
        MEASURES,
        tuple(rows),
    )


def _measures(evidence: Evidence, name: str) -> tuple[Cell, ...]:
    price, of, worth = evidence.usd_per_load, evidence.of, evidence.worths[name]
    threshold = -worth.npv0 / worth.loads if worth.loads > 0.0 else None
    return (
        millions(worth.npv(price), of(name, lambda w: w.npv(price))),
        ratio(worth.dot_ratio(price), of(name, lambda w: w.dot_ratio(price))),
        ratio(worth.life_cycle_ratio(price), of(name, lambda w: w.life_cycle_ratio(price))),
        millions(worth.annualised_net(price), of(name, lambda w: w.annualised_net(price))),
        dollars(threshold, evidence.break_even_range(name), "no more loads"),
    )
