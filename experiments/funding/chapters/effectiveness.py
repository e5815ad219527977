"""Chapters on cost against loads: the plane, the frontiers with who is off them, net benefit.

The chapter on break-even: what interdiction would have to be worth, in terms one can judge.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.economics.cost_effectiveness import FrontierPlace, agency_frontier, social_frontier
from experiments.economics.discounting import annualised
from experiments.funding.exhibits import charts_effectiveness, charts_uncertainty
from experiments.funding.exhibits.cells import (
    Range,
    amount_cell,
    dollars_cell,
    millions_cell,
    rows_of_alternatives,
    significant,
)
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
from experiments.number_format import listed, number, percent


def cost_effectiveness_chapter(evidence: Evidence) -> Section:
    """Return the cost-effectiveness plane."""
    rows = tuple(
        (
            plain_name(name),
            (
                millions_cell(evidence.worths[name].cost, evidence.of(name, lambda w: w.cost)),
                amount_cell(evidence.worths[name].loads, evidence.of(name, lambda w: w.loads)),
                millions_cell(-evidence.worths[name].npv0, evidence.of(name, lambda w: -w.npv0)),
            ),
        )
        for name in evidence.rivals
    )
    columns = (
        TableColumn("agency_cost_usd", "agency cost above baseline", "$ M", "assumed"),
        TableColumn("loads", "more loads interdicted, discounted", "", "assumed"),
        TableColumn("social_cost_usd", "agency cost less users' gain", "$ M", "assumed"),
    )
    parts: list[Part] = [
        Prose(f"{evidence.range_note}"),
        charts_effectiveness.cost_effectiveness_chart(evidence),
        Table(
            "cost_effectiveness",
            "Cost and effect above the baseline",
            TableColumn("alternative", "alternative"),
            columns,
            rows,
        ),
    ]
    if not evidence.draws:
        parts.insert(1, missing_part("spread of the points", "uncertain inputs were not redrawn"))
    return Section("plane", "Cost-effectiveness plane", tuple(parts))


def frontiers_chapter(evidence: Evidence) -> Section:
    """Return both frontiers, the cost of one more load on them, and why the others are off."""
    agency, social = agency_frontier(evidence.worths), social_frontier(evidence.worths)
    return Section(
        "frontiers",
        "Efficient frontiers, and why each option is off them",
        (
            Prose(
                "A frontier holds the options that interdict most for their cost. Strongly "
                "dominated: another costs no more and interdicts no less. Dominated by a mix: two "
                "others, built in parts, interdict as much for less. The agency's frontier counts "
                "budgets alone and may keep an option that costs users more than it saves; "
                "society's counts users' time as well, and is the one that the choice rests on."
            ),
            charts_effectiveness.cost_frontier_chart(evidence, "agency", "Agency frontier", agency),
            charts_effectiveness.cost_frontier_chart(evidence, "social", "Society's frontier", social),
            _places_table(evidence, "frontier_agency", "Agency frontier", agency),
            _places_table(evidence, "frontier_social", "Society's frontier", social),
        ),
    )


def _places_table(evidence: Evidence, name: str, title: str, places: Sequence[FrontierPlace]) -> Table:
    columns = (
        TableColumn("cost_usd", "cost", "$ M", "assumed"),
        TableColumn("loads", "more loads", "", "assumed"),
        TableColumn("usd_per_more_load", "cost of one more load", "$", "assumed"),
        TableColumn("status", "where it stands, and why"),
        TableColumn("share_on", "draws in which it is on the frontier", "%"),
    )
    agency = name.endswith("agency")
    rows = tuple((plain_name(p.name), _place_cells(evidence, p, agency=agency)) for p in places)
    return Table(name, title, TableColumn("alternative", "alternative"), columns, rows)


def _place_cells(evidence: Evidence, place: FrontierPlace, *, agency: bool) -> tuple[Cell, ...]:
    held = evidence.of(place.name, lambda w: w.cost if agency else -w.npv0)
    share = _share_on(evidence, place.name, agency=agency)
    return (
        millions_cell(place.cost, held if place.name != evidence.baseline else None),
        amount_cell(
            place.effect, evidence.of(place.name, lambda w: w.loads) if place.name != evidence.baseline else None
        ),
        dollars_cell(place.icer, _icer_range(evidence, place, agency=agency), ""),
        text_cell(frontier_reason(place)),
        Cell("not known", "no draws", look="aside") if share is None else Cell(percent(share, 0), "", 100.0 * share),
    )


def frontier_reason(place: FrontierPlace) -> str:
    """Return why an option is on a frontier or off it, and by whom.

    Examples
    --------
    >>> frontier_reason(FrontierPlace("a_1", 3.0, 1.0, "strong", None, ("b",)))
    'off: b costs no more and interdicts no less'
    """
    by = listed([plain_name(name) for name in place.by])
    if place.status == "strong":
        return f"off: {by} costs no more and interdicts no less"
    if place.status == "extended":
        return f"off: a mix of {by} interdicts as much for less"
    if place.status == "same":
        return f"off: the same cost and effect as {by}"
    return "on the frontier" if place.icer is None else f"on the frontier, after {by}"


def _share_on(evidence: Evidence, name: str, *, agency: bool) -> float | None:
    if not evidence.draws:
        return None
    find = agency_frontier if agency else social_frontier
    on = [next(p for p in find(draw) if p.name == name).status == "frontier" for draw in evidence.draws]
    return sum(on) / len(on)


def _icer_range(evidence: Evidence, place: FrontierPlace, *, agency: bool) -> tuple[float, float] | None:
    """Return the range of the cost of one more load over the same option as at the centre."""
    if place.icer is None or not evidence.draws:
        return None
    before = place.by[0]

    def cost(name: str, draw: int) -> float:
        worth = evidence.draws[draw][name]
        return worth.cost if agency else -worth.npv0

    ratios = []
    for k, draw in enumerate(evidence.draws):
        more = draw[place.name].loads - draw[before].loads
        if more <= 0.0:
            return None
        ratios.append((cost(place.name, k) - cost(before, k)) / more)
    ratios.sort()
    last = len(ratios) - 1
    return ratios[round(0.05 * last)], ratios[round(0.95 * last)]


def net_benefit_chapter(evidence: Evidence) -> Section:
    """Return the net-benefit lines where the user set a value, else the break-even panel."""
    if evidence.usd_per_load is None:
        parts: tuple[Part, ...] = (
            Prose(
                "Not drawn: no value of an interdicted load was set, and none is assumed. Shown in "
                "its place: the value from which on each alternative would pay. It is a threshold, "
                "not a valuation."
            ),
            charts_uncertainty.break_even_chart(evidence),
        )
    else:
        top = max([2.0 * evidence.usd_per_load, 1.0])
        parts = (
            Prose(
                "Net present value of each alternative as the value of an interdicted load rises. "
                f"The user set {significant(evidence.usd_per_load)} dollars a load."
            ),
            charts_effectiveness.net_benefit_chart(evidence, top),
        )
    return Section("net-benefit", "Net benefit over the value of a load", parts)


def break_even_chapter(evidence: Evidence) -> Section:
    """Return the break-even values, what displacement does to them, and what they would mean."""
    harm = evidence.appraised.case.harm
    parts: list[Part] = [
        Prose(
            "Interdiction is not priced: agencies use break-even analysis where the worth of "
            "security cannot be estimated. For each alternative: what a load would have to be "
            "worth for it to pay, the yearly sum that interdiction would have to be worth, the "
            "same as statistical deaths, the officers that the same yearly cost would pay, and "
            "the share of what is seized that must not be replaced by other loads. What studies "
            "of drug markets leave possible for that share: "
            f"{percent(harm.not_replaced_low_share)} to "
            f"{percent(harm.not_replaced_high_share, 0)}. It rests on "
            f"{significant(harm.pure_kg_per_load)} pure kg of the deadly drug in the mean load, "
            "which is assumed and must be set to the port's own mix."
        ),
        charts_uncertainty.displacement_chart(evidence),
        charts_uncertainty.not_replaced_chart(evidence),
        _companions(evidence),
    ]
    if evidence.usd_per_load is not None:
        parts.insert(1, charts_uncertainty.break_even_chart(evidence))
    title = "Break-even: what interdiction would have to be worth"
    return Section("break-even", title, tuple(parts))


def _companions(evidence: Evidence) -> Table:
    columns = (
        TableColumn("break_even_usd_per_load", "break-even value of a load", "$", "assumed"),
        TableColumn("annual_gap_usd", "gap a year", "$ M", "assumed"),
        TableColumn("deaths_per_y", "as statistical deaths a year", "", "assumed"),
        TableColumn("officers", "officers that the yearly cost would pay", "", "assumed"),
        TableColumn("not_replaced_share", "share that must not be replaced", "%", "assumed"),
        TableColumn("no_break_even_share", "draws without any break-even", "%"),
    )
    rows = tuple((plain_name(n), _companion_cells(evidence, n)) for n in evidence.rivals)
    return Table(
        "break_even",
        "Break-even values and their companions",
        TableColumn("alternative", "alternative"),
        columns,
        rows,
        note=f"Gap below zero: what is left over, so that no worth of interdiction is needed. {evidence.range_note}",
    )


def _companion_cells(evidence: Evidence, name: str) -> tuple[Cell, ...]:
    found, worth = evidence.break_even(name), evidence.worths[name]
    held = evidence.of(name, lambda w: -w.annualised_net(None))
    life = evidence.appraised.case.harm.value_of_statistical_life_usd
    deaths = None if held is None else (held[0] / life, held[1] / life)
    officer = _officer_usd(evidence)
    cost = annualised(worth.cost, worth.rate, worth.years)
    none = _share(evidence, name, "no_break_even_share")
    return (
        dollars_cell(found.usd_per_load, evidence.break_even_range(name), "no more loads"),
        millions_cell(found.annual_gap_usd, held),
        Cell(significant(found.deaths_per_y), _held(deaths), found.deaths_per_y, *_ends(deaths)),
        Cell("not known", "no officer in the catalogue")
        if officer is None
        else Cell(number(cost / officer), "", cost / officer),
        _not_replaced(evidence, name, found.not_replaced_share),
        Cell("not known", "no draws") if none is None else Cell(percent(none, 0), "", 100.0 * none),
    )


def _not_replaced(evidence: Evidence, name: str, share: float | None) -> Cell:
    if share is None:
        return Cell("none", "no more loads", look="aside")
    ends = [_share(evidence, name, f"not_replaced_{p}") for p in ("p5", "p95")]
    held = None if None in ends else (100.0 * float(ends[0] or 0.0), 100.0 * float(ends[1] or 0.0))
    return Cell(significant(100.0 * share), _held(held), 100.0 * share, *_ends(held))


def _share(evidence: Evidence, name: str, column: str) -> float | None:
    if evidence.uncertainty is None or column not in evidence.uncertainty.intervals:
        return None
    rows = rows_of_alternatives(evidence.uncertainty.intervals, [name])
    if rows.empty or pd.isna(rows.iloc[0][column]):
        return None
    return float(rows.iloc[0][column])


def _officer_usd(evidence: Evidence) -> float | None:
    """Return what an officer costs a year, or None if the catalogue holds none."""
    officer = evidence.appraised.case.catalogue.get("officer")
    if officer is None or officer.unit != PERSON:
        return None
    return sum(each.cost_usd_per_y for each in officer.yearly.values()) or None


def _held(value_range: Range) -> str:
    return "" if value_range is None else f"[{significant(value_range[0])}, {significant(value_range[1])}]"


def _ends(value_range: Range) -> tuple[float | None, float | None]:
    return (None, None) if value_range is None else value_range
