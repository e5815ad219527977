"""Chapters on delivery: spending and staff by year, risks, and effects that are not in dollars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from experiments.economics.costs import purchases_with_staff
from experiments.funding.chapters.money import undiscounted_amounts
from experiments.funding.exhibits import charts_port
from experiments.funding.exhibits.cells import MILLION, significant, text_cell, unknown_cell
from experiments.funding.exhibits.choice import PERSON
from experiments.funding.exhibits.elements import (
    Part,
    Prose,
    Section,
    missing_part,
    plain_name,
    quoted_name,
    table_by_column,
)
from experiments.funding.exhibits.evidence import Evidence
from experiments.number_format import number, usd
from experiments.page_templates import Cell, TableColumn

OPEN: Final = "open: for the author"
MOST_CHARTS: Final = 4


def spending_chapter(evidence: Evidence) -> Section:
    """Return the spending profile with civil works and staff."""
    base = evidence.appraised.case.appraisal.base_year
    none = evidence.alternative(evidence.baseline).cost.total()

    def of_year(amounts: np.ndarray, unit: float, digits: int) -> Callable[[int], Cell]:
        return lambda year: Cell(number(amounts[year] / unit, digits), "", float(amounts[year]))

    columns: dict[TableColumn, Callable[[int], Cell]] = {}
    for name in evidence.rivals:
        title, spent = plain_name(name), evidence.alternative(name).cost.total() - none
        money = TableColumn(f"{name}_usd", f"{title}, all spending", "$ M", "assumed")
        persons = TableColumn(f"{name}_persons", f"{title}, staff", "persons", "assumed")
        columns |= {money: of_year(spent, MILLION, 2), persons: of_year(_persons(evidence, name), 1.0, 1)}
    year = (TableColumn("year", "year"), lambda y: f"{y} ({base + y})")
    table = table_by_column("spending", "Spending and staff by year", range(evidence.years + 1), columns, year)
    said = "Central inputs, not discounted; the ranges of the prices stand among the inputs."
    left = [evidence.alternative(name).cost.total(kinds=["residual"]).min() for name in evidence.rivals]
    if min(left, default=0.0) < 0.0:
        said += " The last year holds the value that is left, below zero."
    charts = (charts_port.spending_chart(evidence, n) for n in evidence.rivals[:MOST_CHARTS])
    parts: list[Part] = [Prose(said), *charts, replace(table, look="ledger")]
    return Section("spending", "Spending profile with civil works and staff", tuple(parts))


def _persons(evidence: Evidence, name: str) -> np.ndarray:
    """Return the persons on the payroll by year [0..T]."""
    case = evidence.appraised.case
    found = np.zeros(evidence.years + 1)
    for bought in purchases_with_staff(case.purchases.get(name, ()), case.catalogue):
        measure = case.catalogue[bought.measure]
        if measure.unit == PERSON:
            found[bought.first_service_y(measure) :] += bought.units
    return found


RISKS: Final = (
    ("late", "late delivery", "service, and with it all gain, begins later; equipment is paid as planned",
     "contract milestones; civil works funded with the scanners"),
    ("downtime", "downtime", "machines stand still more often than assumed",
     "spares and repair times in the contract; availability reported monthly"),
    ("price", "prices above the estimate", "capital and upkeep cost more",
     "fixed-price options; contingency at the upper end of the range"),
    ("staffing", "posts stay vacant", "bought equipment waits for analysts and officers",
     "hire before delivery; remote review; do not accept delivery without posts"),
    ("growth", "traffic grows otherwise", "queues are convex in traffic: gain and wait both change",
     "phase the orders; review after the first phase"),
    ("displaced", "smugglers go elsewhere", "part of the further loads goes by another way",
     "share data with other ports; random examinations as a check"),
)  # fmt: skip
"""Kind of scenario, the risk, what happens, and a possible mitigation."""


def risk_register_chapter(evidence: Evidence) -> Section:
    """Return the risk register: effects on break-even and loads from scenarios, owner and likelihood left open."""
    name = evidence.shown
    columns: dict[TableColumn, Callable[[tuple[str, ...]], Cell]] = {
        TableColumn("what_happens", "what happens"): lambda risk: text_cell(risk[2]),
        TableColumn("break_even_usd_per_load", "break-even value of a load then", "$", "assumed"): lambda risk: (
            _then_cell(evidence, risk[0], 0)
        ),
        TableColumn("loads", "more loads interdicted then", "", "assumed"): lambda risk: _then_cell(
            evidence, risk[0], 1
        ),
        TableColumn("mitigation", "possible mitigation"): lambda risk: text_cell(risk[3]),
        TableColumn("likelihood", "likelihood"): lambda _: Cell(OPEN, look="open"),
        TableColumn("owner", "owner"): lambda _: Cell(OPEN, look="open"),
    }
    as_planned = (_even_words(evidence.break_even(name).usd_per_load), significant(evidence.worths[name].loads))
    said = (
        f"{quoted_name(name)} as planned: break-even {as_planned[0]} a load, {as_planned[1]} more loads. Beside each "
        "risk stand the lowest and the highest over its scenarios, or over the costlier ends of drawn prices, one at a "
        "time. A net present value would mislead here: what comes late also costs less. Mitigations are suggestions; "
        "likelihood and owner are for the requesting office to fill in."
    )
    named = (TableColumn("risk", "risk"), lambda risk: str(risk[1]))
    title = f"Risks of {quoted_name(name)}"
    table = table_by_column("risk_register", title, RISKS, columns, named)
    return Section("risks", "Risk register", (Prose(said), table))


PRICED: Final = ("price", "capital", "cost_usd", "overrun", "civil", "equipment")
NOT_SIMULATED: Final = ("staffing",)
"""Kinds of risk for which the program has no scenario."""


def _even_words(usd_per_load: float | None) -> str:
    return "none" if usd_per_load is None or not np.isfinite(usd_per_load) else usd(usd_per_load)


def _then_cell(evidence: Evidence, kind: str, place: int) -> Cell:
    """Return the lowest and the highest break-even (0) or loads (1) of a kind of risk."""
    found = [pair[place] for pair in _outcomes(evidence, kind)]
    if not found:
        return unknown_cell("not known", "not simulated" if kind in NOT_SIMULATED else "no such scenario was run")
    known = [value for value in found if value is not None and np.isfinite(value)]
    if len(known) < len(found):
        return unknown_cell("none", "in some case no value of a load would do")
    low, high = min(known), max(known)
    show = usd if place == 0 else significant
    text = show(low) if show(low) == show(high) else f"{show(low)} to {show(high)}"
    return Cell(text, "" if len(found) == 1 else f"{len(found)} cases", low, low, high)


def _outcomes(evidence: Evidence, kind: str) -> Iterator[tuple[float | None, float]]:
    """Yield (break-even, loads) of the alternative in a kind's scenarios, and at the costlier end of each price."""
    if evidence.uncertainty is None:
        return
    name, table = evidence.shown, evidence.uncertainty.tornado
    for row in evidence.uncertainty.scenarios.to_dict("records"):
        if row["kind"] == kind and row["alternative"] == name:
            yield row["break_even_usd"], float(row["loads"])
    loads = evidence.worths[name].loads
    for row in table.to_dict("records") if kind == "price" else ():
        mine = row["alternative"] == name and row["usd_per_load"] == table["usd_per_load"].min()
        if mine and any(word in str(row.get("key", row["input"])) for word in PRICED):
            costlier = min(float(row["low_usd"]), float(row["high_usd"]))
            yield (-costlier / loads if loads > 0.0 else None), loads


def unquantified_effects_chapter(evidence: Evidence) -> Section:
    """Return what the case does not put in dollars, with its direction."""
    columns: dict[TableColumn, Callable[[tuple[str, ...]], Cell]] = {
        TableColumn("direction", "direction for an alternative that scans more"): lambda row: text_cell(row[1]),
        TableColumn("why", "why it is not in dollars"): lambda row: text_cell(row[2]),
    }
    title, named = "Unquantified effects", (TableColumn("effect", "effect"), lambda row: row[0])
    table = table_by_column("unquantified_effects", title, _effects(evidence), columns, named)
    return Section("unquantified", "Effects that are not in dollars", (table, _counted(evidence)))


def _counted(evidence: Evidence) -> Part:
    """Return hours, fuel and carbon in their own units."""
    found = {name: undiscounted_amounts(evidence, name) for name in evidence.rivals}
    keys = list(next(iter(found.values()), {}))
    if not keys:
        return missing_part("hours, fuel and carbon in their own units", "no hours by class of truck")

    def amount(key: str) -> Callable[[str], Cell]:
        return lambda name: Cell(significant(found[name][key]), "", found[name][key])

    columns = {TableColumn(key, *AMOUNTS[key], "predicted"): amount(key) for key in keys}
    title = "Counted in their own units, over all years"
    note = "Above the baseline, not discounted, central inputs; below zero: more than without. "
    note += "Fuel is in dollars among the users' gain; carbon is not."
    return table_by_column("amounts_saved", title, evidence.rivals, columns, note=note)


AMOUNTS: Final = {
    "truck_h": ("truck-hours saved", "h"),
    "fuel_gal": ("diesel not burned", "gal"),
    "co2_t": ("carbon dioxide not emitted", "t"),
}
ALWAYS: Final = (
    ("carbon dioxide of idling trucks", "as the wait goes", "no damage value is in force; tonnes can be counted"),
    ("deterrence", "for it", "how smugglers answer to more scans is not known"),
    ("diversion to other ports, modes or hours", "against it", "break-even is shown for shares that go another way"),
    ("injuries of officers and drivers", "for it where fewer trucks are examined", "no rate by exam is published"),
    ("radiation dose and privacy of drivers", "against it", "limits are set by rule, not traded against dollars"),
    ("jobs, output and gross product", "not counted", "impact, not benefit: mostly a transfer between places"),
)


def _effects(evidence: Evidence) -> Iterator[tuple[str, str, str]]:
    benefit = evidence.appraised.case.benefit
    if evidence.usd_per_load is None:
        why = "counted in loads; no accepted value of a load exists, so break-even stands instead"
        yield "loads interdicted", "for it", why
    if benefit.cargo is None:
        why = "the value of a day in transit was estimated on long hauls; may be switched on"
        yield "time of the cargo", "for it where waits fall, against it where they rise", why
    if benefit.reliability_ratio is None:
        why = "shown as the buffer index; may be switched on"
        yield "reliability of the wait", "for it where the 95th percentile falls", why
    yield from ALWAYS
