"""Chapters on delivery: spending and staff by year, risks, and effects that are not in dollars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from experiments.economics.costs import purchases_with_staff
from experiments.funding.chapters.money import undiscounted_amounts
from experiments.funding.exhibits import charts_port
from experiments.funding.exhibits.cells import MILLION, millions_cell, significant
from experiments.funding.exhibits.choice import PERSON
from experiments.funding.exhibits.elements import (
    Cell,
    Part,
    Prose,
    Section,
    Table,
    TableColumn,
    missing_part,
    plain_name,
    text_cell,
)
from experiments.funding.exhibits.evidence import Evidence
from experiments.number_format import number

OPEN: Final = "open: for the author"
MOST_CHARTS: Final = 4


def spending_chapter(evidence: Evidence) -> Section:
    """Return the spending profile with civil works and staff."""
    base = evidence.appraised.case.appraisal.base_year
    charts = [charts_port.spending_chart(evidence, n) for n in evidence.rivals[:MOST_CHARTS]]
    columns = tuple(
        TableColumn(f"{name}_{what}", f"{plain_name(name)}, {words_}", unit, "assumed")
        for name in evidence.rivals
        for what, words_, unit in (("usd", "all spending", "$ M"), ("posts", "staff", "persons"))
    )
    staff = {name: _posts(evidence, name) for name in evidence.rivals}
    totals = {
        name: evidence.alternative(name).cost.total() - evidence.alternative(evidence.baseline).cost.total()
        for name in evidence.rivals
    }
    rows = []
    for year in range(evidence.years + 1):
        cells: list[Cell] = []
        for name in evidence.rivals:
            usd, posts = float(totals[name][year]), float(staff[name][year])
            cells += [Cell(number(usd / MILLION, 2), "", usd), Cell(number(posts), "", posts)]
        rows.append((f"{year} ({base + year})", tuple(cells)))
    table = Table(
        "spending", "Spending and staff by year", TableColumn("year", "year"), columns, tuple(rows), look="ledger"
    )
    return Section(
        "spending",
        "Spending profile with civil works and staff",
        (
            Prose(
                "Central inputs, not discounted; the ranges of the prices stand among the "
                "inputs. The last year holds the value that is left, below zero."
            ),
            *charts,
            table,
        ),
    )


def _posts(evidence: Evidence, name: str) -> np.ndarray:
    """Return the persons on the payroll by year [0..T]."""
    case = evidence.appraised.case
    found = np.zeros(evidence.years + 1)
    for bought in purchases_with_staff(case.purchases.get(name, ()), case.catalogue):
        measure = case.catalogue[bought.measure]
        if measure.unit == PERSON:
            found[bought.first_service_y(measure) :] += bought.units
    return found


RISKS: Final = (
    (
        "late",
        "late delivery",
        "service, and with it all gain, begins later; bills do not wait",
        "contract milestones; civil works funded with the scanners",
    ),
    (
        "downtime",
        "downtime",
        "machines stand still more often than assumed",
        "spares and repair times in the contract; availability reported monthly",
    ),
    (
        "price",
        "prices above the estimate",
        "capital and upkeep cost more",
        "fixed-price options; contingency at the upper end of the range",
    ),
    (
        "staffing",
        "posts stay vacant",
        "bought equipment waits for analysts and officers",
        "hire before delivery; remote review; do not accept delivery without posts",
    ),
    (
        "growth",
        "traffic grows otherwise",
        "queues are convex in traffic: gain and wait both change",
        "phase the orders; review after the first phase",
    ),
    (
        "displaced",
        "smugglers go elsewhere",
        "part of the further loads goes by another way",
        "share data with other ports; random examinations as a check",
    ),
)


def risk_register_chapter(evidence: Evidence) -> Section:
    """Return the risk register: effect filled from scenarios, owner and likelihood left open."""
    choice = evidence.choice.name
    columns = (
        TableColumn("what_happens", "what happens"),
        TableColumn("effect_usd", f"net present value of {plain_name(choice)} then", "$ M", "assumed"),
        TableColumn("mitigation", "possible mitigation"),
        TableColumn("likelihood", "likelihood"),
        TableColumn("owner", "owner"),
    )
    rows = tuple(
        (
            name,
            (
                text_cell(what),
                _effect(evidence, choice, kind),
                text_cell(cure),
                Cell(OPEN, look="open"),
                Cell(OPEN, look="open"),
            ),
        )
        for kind, name, what, cure in RISKS
    )
    return Section(
        "risks",
        "Risk register",
        (
            Prose(
                "Effects are the lowest and highest net present value over the scenarios and "
                "swings of that kind, interdiction not priced; mitigations are suggestions. "
                "Likelihood and owner are for the requesting office to fill in."
            ),
            Table("risk_register", "Risks of the choice", TableColumn("risk", "risk"), columns, rows),
        ),
    )


PRICED: Final = ("price", "capital", "cost_usd", "overrun", "civil", "equipment")


def _effect(evidence: Evidence, name: str, kind: str) -> Cell:
    found = list(_outcomes(evidence, name, kind))
    if not found:
        why = "not simulated" if kind == "staffing" else "no such scenario was run"
        return Cell("not known", why, look="aside")
    low, high = min(found), max(found)
    if len(found) == 1:
        return millions_cell(low)
    return Cell(f"{number(low / MILLION, 2)} to {number(high / MILLION, 2)}", f"{len(found)} cases", low, low, high)


def _outcomes(evidence: Evidence, name: str, kind: str) -> Iterator[float]:
    if evidence.uncertainty is None:
        return
    frame = evidence.uncertainty.scenarios
    if not frame.empty:
        rows = frame.loc[(frame["kind"] == kind) & (frame["alternative"] == name)]
        yield from (float(v) for v in rows["npv0_usd"])
    if kind != "price" or evidence.uncertainty.tornado.empty:
        return
    table = evidence.uncertainty.tornado
    least = table["usd_per_load"].min()
    for row in table.to_dict("records"):
        mine = row["alternative"] == name and row["usd_per_load"] == least
        if mine and any(word in str(row["input"]) for word in PRICED):
            yield from (float(row["low_usd"]), float(row["high_usd"]))


def unquantified_effects_chapter(evidence: Evidence) -> Section:
    """Return what the case does not put in dollars, with its direction."""
    columns = (
        TableColumn("direction", "direction for an alternative that scans more"),
        TableColumn("why", "why it is not in dollars"),
    )
    rows = tuple((name, (text_cell(way), text_cell(why))) for name, way, why in _effects(evidence))
    counted = _counted(evidence)
    return Section(
        "unquantified",
        "Effects that are not in dollars",
        (
            Table("unquantified_effects", "Unquantified effects", TableColumn("effect", "effect"), columns, rows),
            counted,
        ),
    )


def _counted(evidence: Evidence) -> Part:
    """Return hours, fuel and carbon in their own units."""
    found = {name: undiscounted_amounts(evidence, name) for name in evidence.rivals}
    keys = list(next(iter(found.values()), {}))
    if not keys:
        return missing_part("hours, fuel and carbon in their own units", "no hours by class of truck")
    columns = tuple(TableColumn(key, AMOUNTS[key][0], AMOUNTS[key][1], "predicted") for key in keys)
    rows = tuple(
        (plain_name(name), tuple(Cell(significant(own[key]), "", own[key]) for key in keys))
        for name, own in found.items()
    )
    return Table(
        "amounts_saved",
        "Counted in their own units, over all years",
        TableColumn("alternative", "alternative"),
        columns,
        rows,
        note="Above the baseline, not discounted, central inputs; below zero: more than without. "
        "Fuel is in dollars among the users' gain; carbon is not.",
    )


AMOUNTS: Final = {
    "truck_h": ("truck-hours saved", "h"),
    "fuel_gal": ("diesel not burnt", "gal"),
    "co2_t": ("carbon dioxide not emitted", "t"),
}
ALWAYS: Final = (
    ("carbon dioxide of idling trucks", "as the wait goes", "no damage value is in force; tonnes can be counted"),
    ("deterrence", "for it", "how smugglers answer to more scans is not known"),
    ("diversion to other ports, modes or hours", "against it", "break-even is shown for shares that go another way"),
    ("injuries of officers and drivers", "for it where fewer trucks are opened", "no rate by exam is published"),
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
        why = "shown as buffer and planning-time index; may be switched on"
        yield "reliability of the wait", "for it where the 95th percentile falls", why
    yield from ALWAYS
