"""Chapters on the budget: then-year spending by appropriation, life-cycle cost, both governments, the Mexican sheet."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from experiments.economics.budget_terms import Standing
from experiments.funding.budget.life_cycle import CONTINGENCY, LifeCycleLine, life_cycle_lines, life_cycle_total
from experiments.funding.budget.mexican_appraisal import (
    MexicanIndicators,
    Scope,
    exchange_words,
    mexican_indicators,
    optimized_words,
    without_project,
)
from experiments.funding.budget.spending import APPROPRIATION_WORDS, budget_totals, spending_plan
from experiments.funding.budget.standing import country_values, standing_ledger
from experiments.funding.case import FundingCase
from experiments.funding.exhibits.cells import (
    MILLION,
    Range,
    amount_cell,
    millions_at_least_cell,
    millions_cell,
    text_cell,
    unknown_cell,
)
from experiments.funding.exhibits.elements import (
    ALTERNATIVE,
    Part,
    Prose,
    Section,
    millions_column,
    missing_part,
    plain_name,
    table_by_column,
)
from experiments.funding.exhibits.evidence import Evidence
from experiments.funding.uncertainty.headline import ASK, FigureAtConfidence, PointOfDraws
from experiments.number_format import number, percent, usd, usd_at_least
from experiments.page_templates import Cell, Table, TableColumn
from sim.arrays import FloatArray

INFLATION: Final = "budget.inflation_share_per_y"
SHARES: Final = tuple(field.name for field in dataclasses.fields(Standing))
SCOPES: Final[tuple[Scope, ...]] = ("binational", "Mexico")


def assumed_ends(case: FundingCase, key: str) -> tuple[float, float] | None:
    """Return the range of an assumed input by its key; None: the user set it, and no range is known."""
    row = next((row for row in case.inputs if row.key == key), None)
    return None if row is None or row.low is None or row.high is None else (row.low, row.high)


def budget_chapter(evidence: Evidence) -> Section:
    """Return the spending plan by fiscal year and appropriation, and the life-cycle cost by work breakdown."""
    name = evidence.shown
    parts: list[Part] = [
        Prose(_budget_words(evidence, name), "lead"),
        _stated_table(evidence),
        _plan_table(evidence, name),
        _life_cycle_table(evidence, name),
    ]
    if evidence.uncertainty is None:
        parts.insert(1, missing_part("the budget at 50 and 80% confidence", "uncertain inputs were not redrawn"))
    return Section("budget", "Budget: then-year spending by appropriation, life-cycle cost", tuple(parts))


def _budget_words(evidence: Evidence, name: str) -> str:
    case = evidence.appraised.case
    planned = budget_totals(case, evidence.alternative(name))
    first, year = case.budget.fiscal_years(case.appraisal.base_year, 0)[0], case.appraisal.price_year
    said = (
        f"{plain_name(name)} asks for {usd(planned['ask_usd'])} in {year} dollars, to be ordered from fiscal year "
        f"{first} on: {usd(planned['ask_then_year_usd'])} in dollars of the years that spend it."
    )
    stated = evidence.budget_at_confidence(name, ASK)
    if stated is None or stated.planned_share is None:
        return said
    return (
        f"{said} In {stated.planned_share.words()} of the draws that is enough; "
        f"{usd_at_least(stated.p50.value)} is enough in 50% and {usd_at_least(stated.p80.value)} in 80%."
    )


def _stated_table(evidence: Evidence) -> Table:
    """Return ask and life-cycle cost of every rival, the planner's and at the percentiles of the draws."""
    case = evidence.appraised.case

    def planned(column: str) -> Callable[[str], Cell]:
        def total(name: str, inflation: float) -> float:
            terms = dataclasses.replace(case.budget, inflation_share_per_y=inflation)
            return budget_totals(dataclasses.replace(case, budget=terms), evidence.alternative(name))[column]

        def cell(name: str) -> Cell:
            ends = [total(name, rate) for rate in assumed_ends(case, INFLATION) or ()]
            held = _pair(ends) if "then_year" in column else None
            return millions_cell(total(name, case.budget.inflation_share_per_y), held)

        return cell

    def drawn(column: str, of: Callable[[FigureAtConfidence], PointOfDraws]) -> Callable[[str], Cell]:
        def cell(name: str) -> Cell:
            stated = evidence.budget_at_confidence(name, column)
            return unknown_cell("none", "no draws") if stated is None else millions_at_least_cell(of(stated).value)

        return cell

    half, most = (lambda stated: stated.p50), (lambda stated: stated.p80)
    columns: dict[TableColumn, Callable[[str], Cell]] = {
        millions_column("ask_usd", f"ask, {case.appraisal.price_year} dollars"): planned("ask_usd"),
        millions_column("ask_then_year_usd", "ask, then-year"): planned("ask_then_year_usd"),
        millions_column("ask_p50_usd", "ask, then-year, enough in 50% of draws"): drawn(ASK, half),
        millions_column("ask_p80_usd", "in 80%"): drawn(ASK, most),
        millions_column("life_cycle_then_year_usd", "life-cycle cost, then-year"): planned("life_cycle_then_year_usd"),
        millions_column("life_cycle_p50_usd", "life-cycle cost, enough in 50% of draws"): drawn(
            "life_cycle_then_year_usd", half
        ),
        millions_column("life_cycle_p80_usd", "in 80% "): drawn("life_cycle_then_year_usd", most),
    }
    note = (
        "Not discounted. Brackets: prices grow at both ends of their range after the last year of the price index "
        "(assumptions). What is asked for is the initial spending of all orders. Draws hold overruns, and so no "
        "contingency."
    )
    return table_by_column("stated_budget", "Ask and life-cycle cost", evidence.rivals, columns, note=note)


def _plan_table(evidence: Evidence, name: str) -> Table:
    """Return the spending plan of one alternative, a row a fiscal year."""
    plan = spending_plan(evidence.appraised.case, name)
    ends = assumed_ends(evidence.appraised.case, INFLATION)
    others = [] if ends is None else [spending_plan(evidence.appraised.case, name, end).then_year() for end in ends]
    then_year, constant = plan.then_year(), plan.constant()

    def whole(place: int) -> Cell:
        held = [float(_year_or_all(other, place)) for other in others]
        return millions_cell(_year_or_all(then_year, place), _pair(held))

    columns: dict[TableColumn, Callable[[int], Cell]] = {}
    for money in plan.appropriations():
        amounts = plan.then_year(money)
        columns[millions_column(money, APPROPRIATION_WORDS[money])] = _of_place(amounts)
    columns[millions_column("then_year_usd", "all, then-year")] = whole
    columns[millions_column("usd", f"all, {evidence.appraised.case.appraisal.price_year} dollars")] = _of_place(
        constant
    )
    title = f"Spending of {plain_name(name)} by fiscal year and appropriation, then-year"
    last = len(plan.fiscal_years)
    head = TableColumn("fiscal_year", "fiscal year")
    named = (head, lambda place: "all" if place == last else str(plan.fiscal_years[place]))
    note = "Fiscal years begin on October 1. Other alternatives: data/spending_plan.csv and case.xlsx."
    table = table_by_column("spending_plan", title, range(last + 1), columns, named, note)
    return dataclasses.replace(table, look="ledger")


def _of_place(amounts: FloatArray) -> Callable[[int], Cell]:
    return lambda place: millions_cell(_year_or_all(amounts, place))


def _year_or_all(amounts: FloatArray, place: int) -> float:
    """Return the amount of one year, or of all where the place is beyond the last."""
    return float(amounts[place] if place < len(amounts) else amounts.sum())


def _life_cycle_table(evidence: Evidence, name: str) -> Table:
    """Return the life-cycle cost of one alternative by work breakdown, with contingency and its range."""
    case = evidence.appraised.case
    lines = life_cycle_lines(case, name)
    ends = assumed_ends(case, "budget.contingency_share")
    others = [] if ends is None else [life_cycle_lines(case, name, end) for end in ends]

    def money(which: str) -> Callable[[int], Cell]:
        def cell(place: int) -> Cell:
            if place == len(lines):
                held = [life_cycle_total(other)[which == "then_year_usd"] for other in others]
                return millions_cell(life_cycle_total(lines)[which == "then_year_usd"], _pair(held))
            amount = getattr(lines[place], which)
            if np.isnan(amount):
                return unknown_cell("open", "for the author")
            held = [getattr(other[place], which) for other in others]
            return millions_cell(amount, _pair(held) if len(set(held)) > 1 else None)

        return cell

    def words(place: int) -> str:
        return "all that is priced" if place == len(lines) else _line_words(lines[place])

    columns = {
        millions_column("usd", f"{case.appraisal.price_year} dollars"): money("constant_usd"),
        millions_column("then_year_usd", "then-year"): money("then_year_usd"),
    }
    title = f"Life-cycle cost of {plain_name(name)} by work breakdown"
    named = (TableColumn("element", "work breakdown"), words)
    note = "Not discounted; no residual value. Brackets: the contingency at both ends of its range (assumptions). "
    note += f"Then-year: {_sum_words(lines)}."
    return table_by_column("life_cycle_cost", title, range(len(lines) + 1), columns, named, note)


def _sum_words(lines: Sequence[LifeCycleLine]) -> str:
    """Return how the life-cycle cost with its contingency follows from the one that is stated beside the draws."""
    total = life_cycle_total(list(lines))[1]
    spare = next(line.then_year_usd for line in lines if line.element is CONTINGENCY)
    stated, more, whole = (number(amount / MILLION, 2) for amount in (total - spare, spare, total))
    return f"${stated} million stated above and in the figures at a confidence, + {more} contingency = {whole} million"


def _line_words(line: LifeCycleLine) -> str:
    return f"{line.element.code} {line.element.words}"


def _pair(ends: Sequence[float]) -> Range:
    return (float(min(ends)), float(max(ends))) if len(ends) else None


def governments_chapter(evidence: Evidence) -> Section:
    """Return both governments' ledger and the indicators of a Mexican cost-benefit analysis."""
    name = evidence.shown
    said = (
        "Standing: the net present value of all users is that of both countries together. Costs are their payers'; "
        "users' gain is divided by the residents' shares (budget.standing), which nobody publishes. Interdiction is "
        "not priced and stands in no country's ledger."
    )
    parts: list[Part] = [Prose(said), _countries_table(evidence), _parties_table(evidence, name)]
    parts += [Prose(_mexican_words(evidence)), _mexican_table(evidence)]
    return Section("governments", "Both governments, and the Mexican indicators", tuple(parts))


def _countries_table(evidence: Evidence) -> Table:
    def value(country: str) -> Callable[[str], Cell]:
        def cell(name: str) -> Cell:
            held = [country_values(standing_ledger(evidence.appraised, name, None, one))[country] for one in corners]
            own = country_values(standing_ledger(evidence.appraised, name))[country]
            both = evidence.of(name, lambda worth: worth.npv0)
            return millions_cell(own, both if country == "binational" else _pair(held))

        return cell

    corners = _corners(evidence.appraised.case)
    heads = {"United States": "United States alone", "Mexico": "Mexico alone", "binational": "both together"}
    columns = {
        millions_column(f"npv_{key}".lower().replace(" ", "_"), words): value(key) for key, words in heads.items()
    }
    title = f"Net present value by whose it is, at {percent(evidence.rate, 0)}"
    note = (
        "Brackets of one country: the residents' shares at both ends of their ranges (assumptions), prices at their "
        f"central values. Of both together: {evidence.range_words}."
    )
    return table_by_column("governments", title, evidence.rivals, columns, note=note)


def _corners(case: FundingCase) -> list[Standing]:
    """Return the standing with every share at either end of its range."""
    standing = case.budget.standing
    ends = [assumed_ends(case, f"budget.standing.{share}") or (getattr(standing, share),) for share in SHARES]
    return [Standing(**dict(zip(SHARES, corner, strict=True))) for corner in itertools.product(*ends)]


def _parties_table(evidence: Evidence, name: str) -> Table:
    ledger = standing_ledger(evidence.appraised, name)
    columns = {
        TableColumn("party", "party"): lambda place: text_cell(ledger[place].party),
        millions_column("usd", "gains, or pays below zero"): lambda place: millions_cell(ledger[place].usd),
    }
    named = (TableColumn("country", "country"), lambda place: str(ledger[place].country))
    title = f"Who pays and who gains by {plain_name(name)}, present value"
    return table_by_column("parties", title, range(len(ledger)), columns, named)


def _mexican_words(evidence: Evidence) -> str:
    rate = evidence.appraised.case.budget.mexico.social_discount_rate
    base = plain_name(without_project(evidence.appraised))
    return (
        f"Mexican analisis costo-beneficio at a social discount rate of {percent(rate, 0)}. Situation without the "
        f"project: {base}. {optimized_words(evidence.appraised)} {exchange_words(evidence.appraised)}"
    )


def _mexican_table(evidence: Evidence) -> Table:
    pesos = evidence.appraised.case.budget.mexico.exchange_rate_mxn_per_usd
    unit, scale = ("$ M", 1.0) if pesos is None else ("MXN M", pesos)
    base = without_project(evidence.appraised)
    keys = [(name, scope) for scope in SCOPES for name in evidence.rivals if name != base]
    known = {key: mexican_indicators(evidence.appraised, *key) for key in keys}

    def value(key: tuple[str, Scope]) -> Cell:
        held = _vpn_range(evidence, *key)
        return millions_cell(scale * known[key].npv_usd, None if held is None else (scale * held[0], scale * held[1]))

    columns: dict[TableColumn, Callable[[tuple[str, Scope]], Cell]] = {
        TableColumn("scope", "whose"): lambda key: text_cell(key[1]),
        TableColumn("vpn", "VPN (net present value)", unit, "assumed"): value,
        TableColumn("tir", "TIR (internal rate)", "%", "assumed"): lambda key: _rate_cell(known[key]),
        TableColumn("tri", "TRI (first-year return)", "%", "assumed"): lambda key: _first_year_cell(known[key]),
        TableColumn("cae", "CAE (equal annual cost)", unit, "assumed"): lambda key: millions_cell(
            scale * known[key].annual_cost_usd
        ),
    }
    note = "Central inputs; brackets as in the table above. "
    note += "A TRI below the social rate says that a later start is worth more."
    named = (ALTERNATIVE, lambda key: plain_name(key[0]))
    return table_by_column("mexican_indicators", "VPN, TIR, TRI, CAE", keys, columns, named, note)


def _vpn_range(evidence: Evidence, name: str, scope: Scope) -> Range:
    """Return the range of a VPN: over draws, for both countries above today's port; over shares, for Mexico alone."""
    appraised, budget = evidence.appraised, evidence.appraised.case.budget
    rate = budget.mexico.social_discount_rate
    if scope == "binational":
        known = rate in appraised.worths and without_project(appraised) == evidence.baseline
        return evidence.at(rate).of(name, lambda worth: worth.npv0) if known else None
    held = []
    for corner in _corners(appraised.case):
        case = dataclasses.replace(appraised.case, budget=dataclasses.replace(budget, standing=corner))
        held.append(mexican_indicators(dataclasses.replace(appraised, case=case), name, scope).npv_usd)
    return _pair(held)


def _rate_cell(indicators: MexicanIndicators) -> Cell:
    rate = indicators.internal_rate.rate
    reason = indicators.internal_rate.reason.removeprefix("none: ")
    return unknown_cell("none", reason) if rate is None else amount_cell(rate, scale=100.0)


def _first_year_cell(indicators: MexicanIndicators) -> Cell:
    share = indicators.first_year_return
    return unknown_cell("none", "nothing invested") if share is None else amount_cell(share, scale=100.0)
