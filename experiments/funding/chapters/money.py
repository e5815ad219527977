"""Chapters on money: the yearly ledger, present values by who gains and pays, the measures.

Internal rate of return and payback of every alternative, with what the draws say of them.

What users gain, taken apart: by what an hour holds, in hours, fuel and carbon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np

from experiments.economics.appraisal import PresentWorth, incremental_cash_flow, internal_rate_of_return, payback_year
from experiments.economics.benefits import TruckHourValue, fuel_saved_gal
from experiments.economics.costs import INITIAL_COST_KINDS
from experiments.economics.discounting import discount_factors, present_value
from experiments.funding.annual import CLASSES
from experiments.funding.cash_flows import hours_gained, truck_hour_values
from experiments.funding.exhibits.cells import MILLION, dollars_cell, millions_cell, ratio_cell
from experiments.funding.exhibits.choice import COST_KIND_WORDS, PAYERS
from experiments.funding.exhibits.elements import Cell, Part, Prose, Section, Table, TableColumn, plain_name, text_cell
from experiments.funding.exhibits.evidence import TAIL_PERCENT, Evidence
from experiments.number_format import NONE, number, percent
from sim.arrays import FloatArray

ENDS: Final = (TAIL_PERCENT / 100.0, 1.0 - TAIL_PERCENT / 100.0)
COLUMNS: Final = (
    TableColumn("internal_rate", "internal rate of return", "", "assumed"),
    TableColumn("payback_y", "payback, not discounted", "year", "assumed"),
    TableColumn("discounted_payback_y", "payback, discounted", "year", "assumed"),
)


def returns_table(evidence: Evidence) -> Table:
    """Return rate and paybacks at the central inputs, over what the draws say."""
    rows = []
    for name in evidence.rivals:
        own, base = evidence.alternative(name), evidence.alternative(evidence.baseline)
        net = incremental_cash_flow(own, base, evidence.usd_per_load)
        cells = (
            _rate(evidence, name, net),
            _payback(net, 0.0, evidence.returns(name, "payback_y")),
            _payback(net, evidence.rate, evidence.returns(name, "discounted_payback_y")),
        )
        rows.append((plain_name(name), cells))
    return Table(
        "returns",
        "Internal rate of return and payback",
        TableColumn("alternative", "alternative"),
        COLUMNS,
        tuple(rows),
        note="The internal rate is given only where there is exactly one; else the reason stands. "
        f"{evidence.range_note} The range of the rate is over the draws that have one; a payback "
        "of never stands above all years.",
    )


def _rate(evidence: Evidence, name: str, net: FloatArray) -> Cell:
    found = internal_rate_of_return(net)
    drawn = evidence.returns(name, "irr")
    known = drawn[np.isfinite(drawn)]
    below = ""
    ends: tuple[float | None, float | None] = (None, None)
    if len(drawn):
        below = f"a rate in {percent(len(known) / len(drawn), 0)} of draws"
    if len(known):
        low, high = (float(end) for end in np.quantile(known, ENDS, method="inverted_cdf"))
        below, ends = f"{below}: [{percent(low, 1)}, {percent(high, 1)}]", (low, high)
    if found.rate is None:
        return Cell(found.reason, below, None, *ends, look="aside words")
    return Cell(percent(found.rate, 2), below, found.rate, *ends)


def _payback(net: FloatArray, rate: float, drawn_years: FloatArray) -> Cell:
    year = payback_year(net, rate)
    below = ""
    ends: tuple[float | None, float | None] = (None, None)
    if len(drawn_years):
        years = np.where(np.isfinite(drawn_years), drawn_years, np.inf)
        low, high = (float(e) for e in np.quantile(years, ENDS, method="inverted_cdf"))
        below, ends = f"[{_year(low)}, {_year(high)}]", (_known(low), _known(high))
    if year is None:
        return Cell("never", below, None, *ends, look="aside")
    return Cell(str(year), below, float(year), *ends)


def _year(year: float) -> str:
    return f"{year:.0f}" if np.isfinite(year) else "never"


def _known(year: float) -> float | None:
    return year if np.isfinite(year) else None


TRUCK_HOUR_PARTS: Final[Mapping[str, Callable[[TruckHourValue], float]]] = {
    "time": lambda hour: hour.time,
    "fuel": lambda hour: hour.fuel,
    "damage of emissions": lambda hour: hour.emissions,
    "time of the cargo": lambda hour: hour.cargo,
}
"""Parts of the worth of an hour."""
KG_PER_T: Final = 1000.0


def truck_hours_gained(evidence: Evidence, name: str) -> dict[str, FloatArray] | None:
    """Return truck-hours gained over the baseline by class, [0..T]; None: not known by class."""
    response = evidence.appraised.response
    if not set(response.classes) <= set(CLASSES):
        return None
    return hours_gained(evidence.appraised.case, response, name)


def present_value_by_part(evidence: Evidence, name: str) -> dict[str, float]:
    """Return the present value of users' gain by part of an hour; empty where it is not known."""
    gained = truck_hours_gained(evidence, name)
    if gained is None:
        return {}
    worth = truck_hour_values(evidence.appraised.case)
    return {
        part: sum(present_value(evidence.rate, gained[c]) * of(worth[c]) for c in gained)
        for part, of in TRUCK_HOUR_PARTS.items()
        if any(of(hour) for hour in worth.values())
    }


def undiscounted_amounts(evidence: Evidence, name: str) -> dict[str, float]:
    """Return hours, gallons and tonnes gained over all years, not discounted; empty: not known."""
    gained = truck_hours_gained(evidence, name)
    if gained is None:
        return {}
    case = evidence.appraised.case
    total = float(np.sum([series.sum() for series in gained.values()]))
    gallons = float(fuel_saved_gal(total, case.value.idle_fuel_gal_per_h))
    found = {"truck_h": total, "fuel_gal": gallons}
    if case.benefit.emissions is not None:
        found["co2_t"] = gallons * case.benefit.emissions.co2_kg_per_gal / KG_PER_T
    return found


UPKEEP: Final = ("replacement", "removal", "residual")
YEAR: Final = TableColumn("year", "year")
LEDGER: Final = (
    TableColumn("capital_usd", "capital", "$ M"),
    TableColumn("once_usd", "integration, training", "$ M"),
    TableColumn("renewal_usd", "renewal less residual", "$ M"),
    TableColumn("operation_usd", "operation", "$ M"),
    TableColumn("staff_usd", "staff", "$ M"),
    TableColumn("cost_usd", "all costs", "$ M", "assumed"),
    TableColumn("user_benefit_usd", "users' gain", "$ M", "predicted"),
    TableColumn("net_usd", "net", "$ M"),
    TableColumn("factor", "discount factor"),
    TableColumn("discounted_usd", "net, discounted", "$ M"),
    TableColumn("so_far_usd", "sum so far", "$ M"),
    TableColumn("loads", "loads, more", "", "assumed"),
)
COST_KIND_GROUPS: Final = (INITIAL_COST_KINDS, ("integration", "training"), UPKEEP, ("operation",), ("staff",))


def ledger_chapter(evidence: Evidence) -> Section:
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
    return Section("ledger", "Costs and benefits year by year", tuple(parts))


def _ledger(evidence: Evidence, name: str) -> Table:
    own, base = evidence.alternative(name), evidence.alternative(evidence.baseline)
    costs = [own.cost.total(kinds=kinds) - base.cost.total(kinds=kinds) for kinds in COST_KIND_GROUPS]
    total = own.cost.total() - base.cost.total()
    gain = own.user_benefit - base.user_benefit
    net = incremental_cash_flow(own, base, None)
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
        f"{plain_name(name)}: ledger",
        YEAR,
        LEDGER,
        tuple(rows),
        look="ledger",
        note="Interdicted loads are an amount and are not in the net.",
    )


def _amounts(columns: list[FloatArray], year: int) -> Iterator[Cell]:
    for place, column in enumerate(columns):
        value = float(column[year])
        if place == 8:
            yield Cell(f"{value:.4f}", "", value)
        else:
            yield Cell(number(value / MILLION, 2), "", value)


def present_values_chapter(evidence: Evidence) -> Section:
    """Return present values by category, and by who gains and who pays, with standing."""
    rivals = evidence.rivals
    heads = tuple(TableColumn(name, plain_name(name), "$ M") for name in rivals)
    first = TableColumn("category", "category")
    return Section(
        "present-values",
        "Present values: what it costs, who gains, who pays",
        (
            Prose(f"Present values above the baseline at {percent(evidence.rate, 1)}, year 0. {evidence.range_note}"),
            Table("present_values_by_category", "By category", first, heads, tuple(_category_rows(evidence))),
            Table(
                "present_values_by_party",
                "By who gains and who pays",
                TableColumn("party", "party"),
                (TableColumn("standing", "standing"), *heads),
                tuple(_party_rows(evidence)),
                note="Duties, tolls and seized cash pass from one party to another and are left "
                "out. Money of both governments counts in full, which understates the net "
                "benefit to residents of the United States.",
            ),
        ),
    )


def _category_rows(evidence: Evidence) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    for kind, name in COST_KIND_WORDS.items():
        found = [_kind(evidence, rival, None, kind) for rival in evidence.rivals]
        if any(found):
            yield name, tuple(millions_cell(amount) for amount in found)
    apart = {rival: present_value_by_part(evidence, rival) for rival in evidence.rivals}
    for part in TRUCK_HOUR_PARTS:
        if all(part in parts for parts in apart.values()) and apart:
            yield f"of users' gain: {part}", tuple(millions_cell(p[part]) for p in apart.values())
    figures: tuple[tuple[str, Callable[[PresentWorth], float]], ...] = (
        ("all costs", lambda w: w.cost),
        ("users' gain", lambda w: w.user_benefit),
        ("net present value, interdiction not priced", lambda w: w.npv0),
    )
    for words_, figure in figures:
        yield (
            words_,
            tuple(
                millions_cell(figure(evidence.worths[rival]), evidence.of(rival, figure)) for rival in evidence.rivals
            ),
        )
    if (usd_per_load := evidence.usd_per_load) is not None:
        yield (
            "interdiction at the user's value of a load",
            tuple(
                millions_cell(
                    usd_per_load * evidence.worths[rival].loads, evidence.of(rival, lambda w: usd_per_load * w.loads)
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
    kinds = tuple(COST_KIND_WORDS) if kind is None else (kind,)
    own, base = (evidence.alternative(one).cost for one in (name, evidence.baseline))
    return present_value(evidence.rate, own.total(payer, kinds) - base.total(payer, kinds))


def _party_rows(evidence: Evidence) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    payers = {p for name in evidence.rivals for p in evidence.alternative(name).cost.payers()}
    for payer in sorted(payers, reverse=True):
        standing = "counted" if payer == "united_states" else "counted; outside U.S. standing"
        yield (
            f"{PAYERS.get(payer, plain_name(payer))}: pays",
            (
                text_cell(standing),
                *(
                    millions_cell(
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
            text_cell("counted; residents and non-residents not told apart"),
            *(
                millions_cell(
                    evidence.worths[rival].user_benefit, evidence.of(rival, lambda w: w.user_benefit), sign=True
                )
                for rival in evidence.rivals
            ),
        ),
    )
    yield (
        "public: loads kept out",
        (
            text_cell("counted in loads" if evidence.usd_per_load is None else "at the user's value"),
            *(_loads(evidence, rival) for rival in evidence.rivals),
        ),
    )
    yield "smugglers: lose the loads", (text_cell("no standing"), *(Cell(NONE, look="aside") for _ in evidence.rivals))


MEASURES: Final = (
    TableColumn("npv_usd", "net present value", "$ M", "assumed"),
    TableColumn("dot_ratio", "benefit-cost ratio, DOT", "", "assumed"),
    TableColumn("life_cycle_ratio", "benefit-cost ratio, life cycle", "", "assumed"),
    TableColumn("annual_net_usd", "equal net gain a year", "$ M", "assumed"),
    TableColumn("break_even_usd_per_load", "break-even value of a load", "$", "assumed"),
)


def decision_measures_chapter(evidence: Evidence) -> Section:
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
        returns_table(evidence),
    ]
    return Section("measures", "Net present value and benefit-cost ratios", tuple(parts))


def _rates(evidence: Evidence) -> list[float]:
    """Return the headline rate, then the others."""
    return sorted(evidence.appraised.worths, key=lambda rate: (rate != evidence.rate, rate))


def _rate_table(evidence: Evidence, headline: bool) -> Table:  # noqa: FBT001
    rate, head = evidence.rate, " (headline)" if headline else ""
    rows = [(plain_name(name), _measures(evidence, name)) for name in evidence.rivals]
    return Table(
        f"measures_at_{100.0 * rate:g}_percent",
        f"At {percent(rate, 1)} a year{head}",
        TableColumn("alternative", "alternative"),
        MEASURES,
        tuple(rows),
    )


def _measures(evidence: Evidence, name: str) -> tuple[Cell, ...]:
    price, of, worth = evidence.usd_per_load, evidence.of, evidence.worths[name]
    threshold = -worth.npv0 / worth.loads if worth.loads > 0.0 else None
    return (
        millions_cell(worth.npv(price), of(name, lambda w: w.npv(price))),
        ratio_cell(worth.dot_ratio(price), of(name, lambda w: w.dot_ratio(price))),
        ratio_cell(worth.life_cycle_ratio(price), of(name, lambda w: w.life_cycle_ratio(price))),
        millions_cell(worth.annualised_net(price), of(name, lambda w: w.annualised_net(price))),
        dollars_cell(threshold, evidence.break_even_range(name), "no more loads"),
    )
