"""Chapters on money: the yearly ledger, present values by who gains and pays, the measures.

Users' gain is taken apart by what an hour holds, and stands in hours, fuel and carbon as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from experiments.economics.appraisal import PresentWorth, ProjectReturns, incremental_cash_flow, project_returns
from experiments.economics.benefits import MIN_PER_H, PERISHABLE, POLLUTANTS, Benefit, TruckHourValue, fuel_saved_gal
from experiments.economics.costs import INITIAL_COST_KINDS
from experiments.economics.discounting import discount_factors, present_value
from experiments.funding.annual import CLASSES
from experiments.funding.cash_flows import (
    annual_reliability_benefit,
    class_shares,
    hours_saved,
    inspection_hours,
    trip_elsewhere_usd_by_class,
    trips_kept,
    truck_hour_values,
)
from experiments.funding.chapters.measure_checks import excess_burden_table, plausibility_parts
from experiments.funding.exhibits.cells import MILLION, amount_cell, millions_cell, ratio_cell, text_cell, unknown_cell
from experiments.funding.exhibits.choice import COST_KIND_WORDS, PAYERS
from experiments.funding.exhibits.elements import (
    BREAK_EVEN,
    Part,
    Prose,
    Section,
    millions_column,
    plain_name,
    table_by_column,
)
from experiments.funding.exhibits.evidence import Evidence, drawn_ends
from experiments.number_format import number, percent
from experiments.page_templates import Cell, Table, TableColumn
from sim.arrays import FloatArray


def returns_table(evidence: Evidence) -> Table:
    """Return rate and paybacks at the central inputs, over what the draws say."""
    base = evidence.alternative(evidence.baseline)
    found = {
        n: project_returns(evidence.alternative(n), base, evidence.usd_per_load, evidence.rate) for n in evidence.rivals
    }

    def payback(column: str) -> Callable[[str], Cell]:
        return lambda name: _payback(getattr(found[name], column), evidence.returns(name, column))

    columns: dict[TableColumn, Callable[[str], Cell]] = {
        TableColumn("internal_rate", "internal rate of return", "", "assumed"): lambda name: _rate(
            found[name], evidence.returns(name, "irr")
        )
    }
    for key, words in (("payback_y", "not "), ("discounted_payback_y", "")):
        columns[TableColumn(key, f"payback, {words}discounted", "year", "assumed")] = payback(key)
    note = "The internal rate is given only where there is exactly one; else the reason stands. Paid back: from the "
    note += "year on in which the sums since the first outlay stay above zero; a residual value pays nothing back. "
    note += f"{evidence.range_note} The range of the rate is over the draws that have one; a payback "
    note += "of never stands above all years."
    return table_by_column("returns", "Internal rate of return and payback", evidence.rivals, columns, note=note)


def _rate(returns: ProjectReturns, drawn: FloatArray) -> Cell:
    known = drawn[np.isfinite(drawn)]
    below = f"a rate in {percent(len(known) / len(drawn), 0)} of draws" if len(drawn) else ""
    low, high = drawn_ends(known) or (None, None)
    if low is not None and high is not None:
        below = f"{below}: [{percent(low, 1)}, {percent(high, 1)}]"
    if returns.irr is None:
        return Cell(returns.irr_reason, below, None, low, high, look="aside words")
    return Cell(percent(returns.irr, 2), below, returns.irr, low, high)


def _payback(year: int | None, drawn_years: FloatArray) -> Cell:
    years = drawn_ends(np.where(np.isfinite(drawn_years), drawn_years, np.inf))
    below = "" if years is None else f"[{year_words(years[0])}, {year_words(years[1])}]"
    low, high = (end if np.isfinite(end) else None for end in years or (np.inf, np.inf))
    if year is None:
        return Cell("never", below, None, low, high, look="aside")
    return Cell(str(year), below, float(year), low, high)


def year_words(year: float) -> str:
    """Return a year in which something is paid back; an infinite one is never."""
    return f"{year:.0f}" if np.isfinite(year) else "never"


TRUCK_HOUR_PARTS: Final[Mapping[str, Callable[[TruckHourValue], float]]] = {
    "time": lambda hour: hour.time,
    "fuel": lambda hour: hour.fuel + hour.cooling,
    "damage of emissions": lambda hour: hour.emissions,
    "crashes": lambda hour: hour.safety,
    "time of the cargo": lambda hour: hour.cargo,
}
"""Parts of the worth of an hour at the port."""
ELSEWHERE_PART: Final = "trips that need not go by the other bridge"
RELIABILITY_PART: Final = "steadier waits"
KG_PER_T: Final = 1000.0
POLLUTANT_WORDS: Final = {"nox": "NOx", "pm25": "PM2.5", "so2": "SO2"}


def _known_by_class(evidence: Evidence) -> bool:
    """Say whether hours are known by the classes that hours are valued by."""
    return set(evidence.appraised.response.classes) <= set(CLASSES)


def present_value_by_part(evidence: Evidence, name: str) -> dict[str, float]:
    """Return the present value of users' gain by part; empty where it is not known by class.

    Parts of an hour at the port, the trips that leave or no longer leave, and steadier waits.
    """
    if not _known_by_class(evidence):
        return {}
    case, response = evidence.appraised.case, evidence.appraised.response
    worth, saved = truck_hour_values(case), hours_saved(case, response, name)
    found = {
        part: sum(present_value(evidence.rate, saved[c]) * of(worth[c]) for c in saved)
        for part, of in TRUCK_HOUR_PARTS.items()
        if any(of(hour) for hour in worth.values())
    }
    kept, trip_usd = trips_kept(case, response, name), trip_elsewhere_usd_by_class(case, response)
    found[ELSEWHERE_PART] = sum(present_value(evidence.rate, kept[c] * trip_usd[c]) for c in kept)
    if case.benefit.reliability_ratio is not None:
        found[RELIABILITY_PART] = present_value(evidence.rate, annual_reliability_benefit(case, response, name))
    return found


def undiscounted_amounts(evidence: Evidence, name: str) -> dict[str, float]:
    """Return truck-hours, gallons idled and tonnes gained over all years, not discounted; empty: not known.

    Hours are those of all trips, here and by the other bridge; gallons those of engines and cooling that stand.
    """
    if not _known_by_class(evidence):
        return {}
    case, response = evidence.appraised.case, evidence.appraised.response
    there, inspection_h = case.benefit.other_bridge, inspection_hours(case, response)
    standing_h, others_h = inspection_h + there.wait_min / MIN_PER_H, there.others_min / MIN_PER_H
    saved, kept = hours_saved(case, response, name), trips_kept(case, response, name)
    all_kept, mix = np.sum(list(kept.values()), axis=0), class_shares(case, response)
    standing = {c: float(np.sum(saved[c] + kept[c] * standing_h + all_kept * mix[c] * others_h)) for c in saved}
    driving = sum(float(np.sum(kept[c])) for c in kept) * there.detour_min / MIN_PER_H
    total = sum(standing.values())
    gallons = float(fuel_saved_gal(total, case.value.idle_fuel_gal_per_h))
    gallons += float(fuel_saved_gal(standing.get(PERISHABLE, 0.0), case.benefit.reefer_fuel_gal_per_h))
    found = {"truck_h": total + driving, "fuel_gal": gallons}
    if case.benefit.emissions is not None:
        found["co2_t"] = gallons * case.benefit.emissions.co2_kg_per_gal / KG_PER_T
    return found


LEDGER: Final = (
    TableColumn("capital_usd", "capital", "$ M"),
    TableColumn("once_usd", "training", "$ M"),
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
COST_KIND_GROUPS: Final = (
    INITIAL_COST_KINDS,
    ("training",),
    ("replacement", "removal", "residual"),
    ("operation",),
    ("staff",),
)


def ledger_chapter(evidence: Evidence) -> Section:
    """Return costs and benefits of every alternative year by year, undiscounted and discounted."""
    appraisal = evidence.appraised.case.appraisal
    parts: list[Part] = [
        Prose(
            f"Amounts above the baseline in {appraisal.price_year} dollars at the central inputs, at the end of each "
            f"year; year 0 is {appraisal.base_year} and is not discounted. The factor is that of "
            f"{percent(evidence.rate, 1)} a year. Ranges of the sums stand in the next two sections."
        ),
        *(_ledger(evidence, name) for name in evidence.rivals),
    ]
    return Section("ledger", "Costs and benefits year by year", tuple(parts))


def _ledger(evidence: Evidence, name: str) -> Table:
    own, base = evidence.alternative(name), evidence.alternative(evidence.baseline)
    net, factors = incremental_cash_flow(own, base, None), discount_factors(evidence.rate, evidence.years)
    dollars = [own.cost.total(kinds=kinds) - base.cost.total(kinds=kinds) for kinds in COST_KIND_GROUPS]
    dollars += [own.cost.total() - base.cost.total(), own.user_benefit - base.user_benefit, net]
    present, loads = net * factors, own.loads - base.loads
    so_far = np.cumsum(present)
    rows = [
        (
            str(year),
            (
                *(_dollars(column[year]) for column in dollars),
                Cell(f"{factors[year]:.4f}", "", float(factors[year])),
                _dollars(present[year]),
                _dollars(so_far[year]),
                Cell(number(loads[year]), "", float(loads[year])),
            ),
        )
        for year in range(evidence.years + 1)
    ]
    sums = (*(_dollars(column.sum()) for column in dollars), Cell(""), _dollars(present.sum()), Cell(""))
    rows.append(("sum", (*sums, Cell(number(loads.sum()), "", float(loads.sum())))))
    title, note = f"{plain_name(name)}: ledger", "Interdictions are not monetized."
    return Table(f"ledger_{name}", title, TableColumn("year", "year"), LEDGER, tuple(rows), note, look="ledger")


def _dollars(amount_usd: float) -> Cell:
    return Cell(number(amount_usd / MILLION, 2), "", float(amount_usd))


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
                note="Duties, tolls and seized cash pass from one party to another and are left out. Money of both "
                "governments counts in full, which understates the net benefit to residents of the United States.",
            ),
        ),
    )


def _category_rows(evidence: Evidence) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    for kind, name in COST_KIND_WORDS.items():
        found = [_kind(evidence, rival, None, kind) for rival in evidence.rivals]
        if any(found):
            yield name, tuple(millions_cell(amount) for amount in found)
    apart = {rival: present_value_by_part(evidence, rival) for rival in evidence.rivals}
    for part in (*TRUCK_HOUR_PARTS, ELSEWHERE_PART, RELIABILITY_PART):
        if all(part in parts for parts in apart.values()) and apart:
            yield f"of users' gain: {part}", tuple(millions_cell(p[part]) for p in apart.values())
    for part, key in uncounted_benefits(evidence.appraised.case.benefit):
        empty = unknown_cell("not counted", f"no table at hand: {key}")
        yield f"of users' gain: {part}", tuple(empty for _ in evidence.rivals)
    figures: list[tuple[str, Callable[[PresentWorth], float]]] = [
        ("all costs", lambda w: w.cost),
        ("users' gain", lambda w: w.user_benefit),
        ("net present value, interdiction not priced", lambda w: w.npv0),
    ]
    if (price := evidence.usd_per_load) is not None:
        figures.append(("interdiction at the user's value of a load", lambda w: price * w.loads))
    for words, figure in figures:
        yield words, tuple(evidence.cell(rival, figure) for rival in evidence.rivals)
    yield "more loads interdicted (an amount, discounted)", _loads(evidence)


def uncounted_benefits(benefit: Benefit) -> Iterator[tuple[str, str]]:
    """Yield what a view may count and this run does not, for want of a figure: words and key."""
    emissions, safety = benefit.emissions, benefit.safety
    if emissions is not None:
        for name in POLLUTANTS:
            if emissions.damage_usd_per_t(name) is None:
                yield f"damage of {POLLUTANT_WORDS[name]}", f"benefit.emissions.{name}_damage_usd_per_t"
    if safety is not None:
        if safety.crash_usd_per_truck_h is None:
            yield "crashes in line", "benefit.safety.crash_usd_per_truck_h"
        if safety.crash_usd_per_mile is None:
            yield "crashes on the detour", "benefit.safety.crash_usd_per_mile"


def _loads(evidence: Evidence) -> tuple[Cell, ...]:
    cells = [evidence.cell(rival, lambda w: w.loads, amount_cell) for rival in evidence.rivals]
    return tuple(replace(cell, text=f"{cell.text} loads") for cell in cells)


def _kind(evidence: Evidence, name: str, payer: str | None, kind: str | None) -> float:
    kinds = tuple(COST_KIND_WORDS) if kind is None else (kind,)
    own, base = (evidence.alternative(one).cost for one in (name, evidence.baseline))
    return present_value(evidence.rate, own.total(payer, kinds) - base.total(payer, kinds))


def _party_rows(evidence: Evidence) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    rivals = evidence.rivals
    payers = {p for name in rivals for p in evidence.alternative(name).cost.payers()}
    for payer in sorted(payers, reverse=True):
        standing = "counted" if payer == "united_states" else "counted; outside U.S. standing"
        paid = {rival: -_kind(evidence, rival, payer, None) for rival in rivals}
        # draws keep what all pay together
        held = {rival: evidence.of(rival, lambda w: -w.cost) if len(payers) == 1 else None for rival in rivals}
        cells = (millions_cell(paid[rival], held[rival], sign=True) for rival in rivals)
        yield f"{PAYERS.get(payer, plain_name(payer))}: pays", (text_cell(standing), *cells)
    users = text_cell("counted; residents and non-residents not told apart")
    signed_cell = partial(millions_cell, sign=True)
    gains = (evidence.cell(rival, lambda w: w.user_benefit, signed_cell) for rival in rivals)
    yield "drivers, carriers and shippers: gain", (users, *gains)
    public = text_cell("counted in loads" if evidence.usd_per_load is None else "at the user's value")
    yield "public: loads kept out", (public, *_loads(evidence))
    yield "smugglers: lose the loads", (text_cell("no standing"), *(unknown_cell() for _ in rivals))


def decision_measures_chapter(evidence: Evidence) -> Section:
    """Return net present value and both ratios at every rate, internal rate and payback."""
    appraisal = evidence.appraised.case.appraisal
    shown = {appraisal.discount_rate, *appraisal.sensitivity_rates}
    rates = sorted(shown, key=lambda rate: (rate != evidence.rate, rate))
    priced = "counted at the value of a load that the user set"
    counted = f"Interdiction is {'not priced' if evidence.usd_per_load is None else priced}."
    parts: list[Part] = [
        Prose(
            f"{counted} DOT's ratio has initial capital alone below the line and everything else above it; the "
            "life-cycle ratio has all costs below. Both are above 1 exactly when the net present value is above zero; "
            f"over nothing a ratio is undefined. {evidence.range_note} The same draws stand behind every rate: a rate "
            "is a scenario and never drawn. A high end of none: in so many draws no value of a load would do."
        ),
        _rate_table(evidence, rates[0]),
        *plausibility_parts(evidence),
        *(_rate_table(evidence, rate) for rate in rates[1:]),
        excess_burden_table(evidence),
        returns_table(evidence),
    ]
    return Section("measures", "Net present value and benefit-cost ratios", tuple(parts))


def _rate_table(evidence: Evidence, rate: float) -> Table:
    """Return the measures at one rate; every other rate is read like the headline's."""
    head = " (headline)" if rate == evidence.rate else ""
    price, at, ratio = evidence.usd_per_load, evidence.at(rate), "benefit-cost ratio"
    columns: dict[TableColumn, Callable[[str], Cell]] = {
        millions_column("npv_usd", "net present value"): at.column(lambda w: w.npv(price)),
        TableColumn("dot_ratio", f"{ratio}, DOT", "", "assumed"): at.column(lambda w: w.dot_ratio(price), ratio_cell),
        TableColumn("life_cycle_ratio", f"{ratio}, life cycle", "", "assumed"): at.column(
            lambda w: w.life_cycle_ratio(price), ratio_cell
        ),
        millions_column("annual_net_usd", "equal net gain a year"): at.column(lambda w: w.annualised_net(price)),
        BREAK_EVEN: lambda name: at.break_even_cell(name, "detects no additional loads"),
    }
    title = f"At {percent(rate, 1)} a year{head}"
    return table_by_column(f"measures_at_{100.0 * rate:g}_percent", title, evidence.rivals, columns)
