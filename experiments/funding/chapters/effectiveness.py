"""Chapters on cost against loads: the plane, the frontiers with who is off them, net benefit, break-even."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from experiments.economics.appraisal import PresentWorth
from experiments.economics.cost_effectiveness import FrontierPlace, agency_frontier, social_frontier
from experiments.economics.discounting import annualised, present_value
from experiments.funding.annual import LOADS_HERE
from experiments.funding.cash_flows import loads_interdicted
from experiments.funding.exhibits import charts_effectiveness, charts_uncertainty
from experiments.funding.exhibits.cells import (
    SHARE_DIGITS,
    Range,
    amount_cell,
    dollars_cell,
    millions_cell,
    significant,
    text_cell,
    unknown_cell,
)
from experiments.funding.exhibits.choice import PERSON
from experiments.funding.exhibits.elements import (
    ALTERNATIVE,
    BREAK_EVEN,
    MORE_LOADS,
    Part,
    Prose,
    Section,
    millions_column,
    missing_part,
    plain_name,
    table_by_column,
)
from experiments.funding.exhibits.evidence import Evidence
from experiments.number_format import listed, number, percent
from experiments.page_templates import Cell, Table, TableColumn

TITLES: Final = {"agency": "Agency frontier", "social": "Society's frontier"}


def cost_effectiveness_chapter(evidence: Evidence) -> Section:
    """Return the cost-effectiveness plane, at the rate of cost-effectiveness analyses."""
    evidence = at_cost_effectiveness_rate(evidence)
    columns: dict[TableColumn, Callable[[str], Cell]] = {
        millions_column("agency_cost_usd", "agency cost above baseline"): evidence.column(lambda w: w.cost),
        MORE_LOADS: evidence.column(lambda w: w.loads, amount_cell),
        millions_column("social_cost_usd", "agency cost less users' gain"): evidence.column(lambda w: -w.npv0),
    }
    spread = missing_part("spread of the points", "uncertain inputs were not redrawn")
    parts = (
        Prose(f"{_rate_words(evidence)} {evidence.range_note}"),
        *(() if evidence.draws else (spread,)),
        charts_effectiveness.cost_effectiveness_chart(evidence),
        table_by_column("cost_effectiveness", "Cost and effect above the baseline", evidence.rivals, columns),
        _loads_apart_table(evidence),
    )
    return Section("plane", "Cost-effectiveness plane", parts)


def at_cost_effectiveness_rate(evidence: Evidence) -> Evidence:
    """Return the evidence at the rate at which cost per load and the frontiers are worked out."""
    return evidence.at(evidence.appraised.case.appraisal.cost_effectiveness_rate)


def _rate_words(evidence: Evidence) -> str:
    return (
        f"Cost and loads are discounted at {percent(evidence.rate)}, the real Treasury rate that Circular A-94 has for "
        "analyses without a dollar of benefit; net values and break-even values at "
        f"{percent(evidence.appraised.case.appraisal.discount_rate)}."
    )


def _loads_apart_table(evidence: Evidence) -> Part:
    """Return loads interdicted here and by the other bridge: what finding does, and what traffic does."""
    case, response = evidence.appraised.case, evidence.appraised.response
    if LOADS_HERE not in response.amounts:
        return missing_part("loads here and by the other bridge", "the simulation kept no loads by place")

    def here(name: str) -> float:
        own, base = (loads_interdicted(case, response, n, LOADS_HERE) for n in (name, evidence.baseline))
        return present_value(evidence.rate, own - base)

    columns: dict[TableColumn, Callable[[str], Cell]] = {
        TableColumn("loads", "all trips wanted", "", "assumed"): evidence.column(lambda w: w.loads, amount_cell),
        TableColumn("loads_here", "at this port", "", "assumed"): lambda n: amount_cell(here(n)),
        TableColumn("loads_elsewhere", "by the other bridge", "", "assumed"): lambda n: amount_cell(
            evidence.worths[n].loads - here(n)
        ),
    }
    share = case.terms.demand.elsewhere_detection_share
    found = "as often as the baseline does here" if share is None else f"in {percent(share)} of cases"
    note = (
        "Every figure of this report rests on the first column. A trip that leaves carries its load with it, and the "
        f"other bridge finds it {found} (demand.elsewhere_detection_share): what a port gains by drawing trips, or "
        "loses by sending them away, is moved and not found. Columns two and three are at the central inputs."
    )
    title = "More loads interdicted, discounted: finding and traffic apart"
    return table_by_column("loads_by_place", title, evidence.rivals, columns, note=note)


def frontiers_chapter(evidence: Evidence) -> Section:
    """Return both frontiers, the cost of one more load on them, and why the others are off."""
    evidence = at_cost_effectiveness_rate(evidence)
    said = (
        f"{_rate_words(evidence)} A frontier holds the options that interdict most for their cost. Strongly dominated: "
        "another costs no "
        "more and interdicts no less. Dominated by a mix: two others, built in parts, interdict as much for "
        "less. The agency's frontier counts budgets alone and may keep an option that costs users more than it "
        "saves; society's counts users' time as well."
    )
    places = {"agency": agency_frontier(evidence.worths), "social": social_frontier(evidence.worths)}
    charts = (charts_effectiveness.cost_frontier_chart(evidence, name, TITLES[name], places[name]) for name in places)
    tables = (_places_table(evidence, name, places[name]) for name in places)
    return Section("frontiers", "Efficient frontiers, and why each option is off them", (Prose(said), *charts, *tables))


def _places_table(evidence: Evidence, name: str, places: Sequence[FrontierPlace]) -> Table:
    def cost(worth: PresentWorth) -> float:
        return worth.cost if name == "agency" else -worth.npv0

    def held(place: FrontierPlace, figure: Callable[[PresentWorth], float]) -> Range:
        return evidence.of(place.name, figure) if place.name != evidence.baseline else None

    def further_load(place: FrontierPlace) -> Cell:
        return dollars_cell(place.icer, _icer_range(evidence, place, cost))

    def share_on(place: FrontierPlace) -> Cell:
        return _share_cell(sum(place.name in on for on in drawn) / len(drawn) if drawn else None, "aside")

    find = agency_frontier if name == "agency" else social_frontier
    drawn = [{p.name for p in find(draw) if p.status == "frontier"} for draw in evidence.draws]
    columns: dict[TableColumn, Callable[[FrontierPlace], Cell]] = {
        millions_column("cost_usd", "cost"): lambda p: millions_cell(p.cost, held(p, cost)),
        TableColumn("loads", "more loads", "", "assumed"): lambda p: amount_cell(p.effect, held(p, lambda w: w.loads)),
        TableColumn("usd_per_more_load", "cost of one more load", "$", "assumed"): further_load,
        TableColumn("status", "where it stands, and why"): lambda p: text_cell(frontier_reason(p)),
        TableColumn("share_on", "draws in which it is on the frontier", "%"): share_on,
    }
    named = (ALTERNATIVE, lambda place: plain_name(place.name))
    return table_by_column(f"frontier_{name}", TITLES[name], places, columns, named)


def _share_cell(share: float | None, look: str = "") -> Cell:
    """Return a share of the draws as a percentage."""
    if share is None:
        return Cell("not known", "no draws", look=look)
    return Cell(percent(share, 0), "", 100.0 * share)


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


def _icer_range(evidence: Evidence, place: FrontierPlace, cost: Callable[[PresentWorth], float]) -> Range:
    """Return the range of the cost of one more load over the same option as at the centre."""
    if place.icer is None or not evidence.draws:
        return None
    pairs = [(draw[place.name], draw[place.by[0]]) for draw in evidence.draws]
    if any(own.loads <= before.loads for own, before in pairs):
        return None
    ratios = sorted((cost(own) - cost(before)) / (own.loads - before.loads) for own, before in pairs)
    last = len(ratios) - 1
    return ratios[round(0.05 * last)], ratios[round(0.95 * last)]


def net_benefit_chapter(evidence: Evidence) -> Section:
    """Return the net-benefit lines where the user set a value, else the break-even panel."""
    if (price := evidence.usd_per_load) is None:
        said = (
            "Not drawn: no value of an interdicted load was set, and none is assumed. Shown in its place: the "
            "value from which on each alternative would pay. It is a threshold, not a valuation."
        )
        chart = charts_uncertainty.break_even_chart(evidence)
    else:
        said = (
            "Net present value of each alternative as the value of an interdicted load rises. "
            f"The user set {significant(price)} dollars a load."
        )
        chart = charts_effectiveness.net_benefit_chart(evidence, max(2.0 * price, 1.0))
    return Section("net-benefit", "Net benefit over the value of a load", (Prose(said), chart))


def break_even_chapter(evidence: Evidence) -> Section:
    """Return the break-even values, what displacement does to them, and what they would mean."""
    harm = evidence.appraised.case.harm
    parts: list[Part] = [
        Prose(
            "Interdiction is not priced: agencies use break-even analysis where the worth of security cannot be "
            "estimated. For each alternative: what a load would have to be worth for it to pay, the yearly sum that "
            "interdiction would have to be worth, the same as statistical deaths, the officers that the same yearly "
            "cost would pay, and the share of what is seized that must not be replaced by other loads. What studies of "
            f"drug markets leave possible for that share: {percent(harm.not_replaced_low_share)} to "
            f"{percent(harm.not_replaced_high_share, 0)}. It rests on {significant(harm.pure_kg_per_load)} pure kg of "
            "the deadly drug in the mean load, which is assumed and must be set to the port's own mix."
        ),
        charts_uncertainty.displacement_chart(evidence),
        charts_uncertainty.not_replaced_chart(evidence),
        _companions(evidence),
    ]
    if evidence.usd_per_load is not None:
        parts.insert(1, charts_uncertainty.break_even_chart(evidence))
    return Section("break-even", "Break-even: what interdiction would have to be worth", tuple(parts))


def _companions(evidence: Evidence) -> Table:
    harm, officer = evidence.appraised.case.harm, _officer_usd(evidence)
    even = {name: evidence.break_even(name) for name in evidence.rivals}
    gaps = {name: evidence.of(name, lambda w: -w.annualised_net(None)) for name in evidence.rivals}

    def deaths(name: str) -> Cell:
        life, gap = harm.value_of_statistical_life_usd, gaps[name]
        return _ranged(even[name].deaths_per_y, None if gap is None else (gap[0] / life, gap[1] / life))

    def officers(name: str) -> Cell:
        if officer is None:
            return Cell("not known", "no officer in the catalogue")
        worth = evidence.worths[name]
        persons = annualised(worth.cost, worth.rate, worth.years) / officer
        return Cell(number(persons), "", persons)

    def not_replaced(name: str) -> Cell:
        if (share := even[name].not_replaced_share) is None:
            return unknown_cell("none", "detects no additional loads")
        held = evidence.not_replaced_range(name)
        return _ranged(100.0 * share, None if held is None else (100.0 * held[0], 100.0 * held[1]), SHARE_DIGITS)

    def none_share(name: str) -> Cell:
        return _share_cell(evidence.interval_column(name, "no_break_even_share"))

    columns: dict[TableColumn, Callable[[str], Cell]] = {
        BREAK_EVEN: lambda n: evidence.break_even_cell(n, "detects no additional loads"),
        millions_column("annual_gap_usd", "gap a year"): lambda n: millions_cell(even[n].annual_gap_usd, gaps[n]),
        TableColumn("deaths_per_y", "as statistical deaths a year", "", "assumed"): deaths,
        TableColumn("officers", "officers that the yearly cost would pay", "", "assumed"): officers,
        TableColumn("not_replaced_share", "share that must not be replaced", "%", "assumed"): not_replaced,
        TableColumn("no_break_even_share", "draws without any break-even", "%"): none_share,
    }
    title = "Break-even values and their companions"
    note = f"Gap below zero: what is left over, so that no worth of interdiction is needed. {evidence.range_note}"
    return table_by_column("break_even", title, evidence.rivals, columns, note=note)


def _ranged(value: float, value_range: Range, digits: int = 3) -> Cell:
    ends = () if value_range is None else tuple(significant(end, digits) for end in value_range)
    return Cell(significant(value, digits), f"[{', '.join(ends)}]" if ends else "", value, *(value_range or ()))


def _officer_usd(evidence: Evidence) -> float | None:
    """Return what an officer costs a year, or None if the catalogue holds none."""
    officer = evidence.appraised.case.catalogue.get("officer")
    return (
        None
        if officer is None or officer.unit != PERSON
        else sum(each.cost_usd_per_y for each in officer.yearly.values()) or None
    )
