"""Chapters on cost against loads: the plane, the frontiers with who is off them, net benefit."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.economics.dominance import Place, agency_places, social_places
from experiments.exhibits import plot_chance, plot_frontier
from experiments.exhibits.dollars import amount, dollars, millions, significant
from experiments.exhibits.drawing import plain
from experiments.exhibits.evidence import Evidence
from experiments.exhibits.exhibit import (
    Cell,
    Column,
    Part,
    Prose,
    Section,
    Table,
    absent,
    words,
)
from experiments.wording import listed, percent


def plane(evidence: Evidence) -> Section:
    """Return the cost-effectiveness plane."""
    rows = tuple(
        (
            plain(name),
            (
                millions(evidence.worths[name].cost, evidence.of(name, lambda w: w.cost)),
                amount(evidence.worths[name].loads, evidence.of(name, lambda w: w.loads)),
                millions(-evidence.worths[name].npv0, evidence.of(name, lambda w: -w.npv0)),
            ),
        )
        for name in evidence.rivals
    )
    columns = (
        Column("agency_cost_usd", "agency cost above baseline", "$ M", "assumed"),
        Column("loads", "more loads interdicted, discounted", "", "assumed"),
        Column("social_cost_usd", "agency cost less users' gain", "$ M", "assumed"),
    )
    parts: list[Part] = [
        Prose(f"{evidence.range_note}"),
        plot_frontier.plane(evidence),
        Table(
            "cost_effectiveness",
            "Cost and effect above the baseline",
            Column("alternative", "alternative"),
            columns,
            rows,
        ),
    ]
    if not evidence.draws:
        parts.insert(1, absent("spread of the points", "uncertain inputs were not redrawn"))
    return Section(10, "plane", "Cost-effectiveness plane", tuple(parts))


def frontiers(evidence: Evidence) -> Section:
    """Return both frontiers, the cost of one more load on them, and why the others are off."""
    agency, social = agency_places(evidence.worths), social_places(evidence.worths)
    return Section(
        11,
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
            plot_frontier.frontier(evidence, "agency", "Agency frontier", agency),
            plot_frontier.frontier(evidence, "social", "Society's frontier", social),
            _places_table(evidence, "frontier_agency", "Agency frontier", agency),
            _places_table(evidence, "frontier_social", "Society's frontier", social),
        ),
    )


def _places_table(evidence: Evidence, name: str, title: str, places: Sequence[Place]) -> Table:
    columns = (
        Column("cost_usd", "cost", "$ M", "assumed"),
        Column("loads", "more loads", "", "assumed"),
        Column("usd_per_more_load", "cost of one more load", "$", "assumed"),
        Column("status", "where it stands, and why"),
        Column("share_on", "draws in which it is on the frontier", "%"),
    )
    agency = name.endswith("agency")
    rows = tuple((plain(p.name), _place_cells(evidence, p, agency=agency)) for p in places)
    return Table(name, title, Column("alternative", "alternative"), columns, rows)


def _place_cells(evidence: Evidence, place: Place, *, agency: bool) -> tuple[Cell, ...]:
    held = evidence.of(place.name, lambda w: w.cost if agency else -w.npv0)
    share = _share_on(evidence, place.name, agency=agency)
    return (
        millions(place.cost, held if place.name != evidence.baseline else None),
        amount(
            place.effect,
            evidence.of(place.name, lambda w: w.loads) if place.name != evidence.baseline else None,
        ),
        dollars(place.icer, _icer_range(evidence, place, agency=agency), ""),
        words(reason(place)),
        Cell("not known", "no draws", look="aside")
        if share is None
        else Cell(percent(share, 0), "", 100.0 * share),
    )


def reason(place: Place) -> str:
    """Return why an option is on a frontier or off it, and by whom.

    Examples
    --------
    >>> reason(Place("a_1", 3.0, 1.0, "strong", None, ("b",)))
    'off: b costs no more and interdicts no less'
    """
    by = listed([plain(name) for name in place.by])
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
    find = agency_places if agency else social_places
    on = [
        next(p for p in find(draw) if p.name == name).status == "frontier"
        for draw in evidence.draws
    ]
    return sum(on) / len(on)


def _icer_range(evidence: Evidence, place: Place, *, agency: bool) -> tuple[float, float] | None:
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


def net_benefit(evidence: Evidence) -> Section:
    """Return the net-benefit lines where the user set a value, else the break-even panel."""
    if evidence.usd_per_load is None:
        parts: tuple[Part, ...] = (
            Prose(
                "Not drawn: no value of an interdicted load was set, and none is assumed. Shown in "
                "its place: the value from which on each alternative would pay. It is a threshold, "
                "not a valuation."
            ),
            plot_chance.break_even_panel(evidence),
        )
    else:
        top = max([2.0 * evidence.usd_per_load, 1.0])
        parts = (
            Prose(
                "Net present value of each alternative as the value of an interdicted load rises. "
                f"The user set {significant(evidence.usd_per_load)} dollars a load."
            ),
            plot_frontier.net_benefit(evidence, top),
        )
    return Section(12, "net-benefit", "Net benefit over the value of a load", parts)
