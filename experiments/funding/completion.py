"""The cheapest way to complete an alternative that cannot carry its design year.

Each station is given the fewest units that carry its load; a unit helps no other station, so that the fewest of each
are the cheapest of all. More portals pass on more images, so that analysts are looked at again once portals are enough.
What is proposed are overrides and purchases, exactly as a user would write them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from experiments.economics.costs import Purchase, purchase_cash_flow, units_by_measure
from experiments.economics.discounting import present_value
from experiments.funding.case import FundingCase
from experiments.funding.checks import Shortage, base_year_plans, check_trips_stay, shortages, units_not_bought
from experiments.number_format import listed, percent
from experiments.study.study import compose_scenario
from sim.errors import ConfigError
from sim.replication import OperatingPlan, Scorer

KEYS: Final = {
    "portal": "scanner.portal.units",
    "secondary": "scanner.secondary.units",
    "analyst": "staffing.analysts",
    "dock": "staffing.docks",
}
MEASURES: Final = {"portal": "portal", "secondary": "secondary_scanner", "dock": "dock"}
"""What is bought for one unit more of a station, unless the alternative buys a measure of its own that provides it;
analysts are bought as persons."""
PORTAL: Final = "portal"
ROUNDS: Final = 6
COLUMNS: Final = ("alternative", "short", "completion", "price_usd", "overrides", "purchases", "completed")


@dataclass(frozen=True, slots=True)
class Completion:
    """What one alternative lacks, and what would complete it."""

    alternative: str
    short: tuple[Shortage, ...]
    overrides: tuple[str, ...]
    """To be added to the alternative's own."""
    purchases: tuple[Purchase, ...]
    """To be added to what it buys."""
    price_usd: float
    """Present value at the appraisal's own rate."""

    def short_words(self) -> str:
        """Say which stations are short and by how much."""
        parts = [
            f"{one.station} is asked for {percent(one.load_share, 0)} of its weekly capacity "
            f"({one.units} {'stands' if one.units == 1 else 'stand'}, {one.missing} missing)"
            for one in self.short
        ]
        return listed(parts)

    def purchase_words(self) -> str:
        """Write the purchases as the user would."""
        return ", ".join(
            f"{{measure: {p.measure}, units: {p.units:g}, order_y: {p.order_y}, late_y: {p.late_y}}}"
            for p in self.purchases
        )


def complete_alternatives(
    case: FundingCase, scorers: Mapping[str, Scorer]
) -> tuple[dict[str, Completion], FundingCase]:
    """Return who cannot carry the design year, with the completion, and the case without gaps.

    With ``complete=true`` those alternatives are replaced by their completions; else they are left
    out. The baseline is the port as it is: it is never left out.

    Raises
    ------
    ConfigError
        Too many trips leave, nothing is left to compare, or a station for which the catalogue has nothing.
    """
    known = base_year_plans(case, scorers)
    check_trips_stay(case, known)
    found = {
        name: cheapest_completion(case, name, known[name])
        for name in case.study.alternatives
        if name != case.study.baseline and _short(case, name, known[name])
    }
    if not case.terms.complete:
        return found, _left(case, found)
    for name, completion in found.items():
        case = case_with_more(case, name, completion.overrides, completion.purchases)
    return found, case


def _short(case: FundingCase, name: str, plan: OperatingPlan) -> list[Shortage]:
    return shortages(case, case.study.alternatives[name], plan)


def cheapest_completion(case: FundingCase, name: str, plan: OperatingPlan) -> Completion:
    """Return the cheapest completion of one alternative."""
    first = _short(case, name, plan)
    now, overrides = case, dict[str, int]()
    for _ in range(ROUNDS):
        short = _short(now, name, plan)
        if not short:
            break
        overrides |= {KEYS[one.station]: one.units + one.missing for one in short}
        now = case_with_more(case, name, tuple(f"{k}={v}" for k, v in overrides.items()), ())
    else:
        problem = f"cannot be completed by more units of {listed([s.station for s in first])}"
        raise ConfigError(f"alternatives.{name}", problem)
    bought = _purchases(case, now, name)
    flow = purchase_cash_flow(bought, case.catalogue, case.appraisal.years, case.appraisal.price_year)
    price = present_value(case.appraisal.discount_rate, flow.total())
    words = tuple(f"{key}={value}" for key, value in overrides.items())
    return Completion(name, tuple(first), words, bought, price)


def _purchases(case: FundingCase, completed_case: FundingCase, name: str) -> tuple[Purchase, ...]:
    """Return what pays for the units that an alternative has now and had not before.

    Units are ordered so that they come into service with the alternative's own.
    """
    before, after = case.study.alternatives[name], completed_case.study.alternatives[name]
    more = {s: float(after.servers(s) - before.servers(s)) for s in MEASURES}
    bought = [
        _order(case, name, measure, number * per_unit)
        for station, number in more.items()
        if number > 0.0
        for measure, per_unit in measures_for_one_more(case, name, station).items()
    ]
    with_units = dataclasses.replace(
        completed_case, purchases={**case.purchases, name: (*case.purchases[name], *bought)}
    )
    persons = units_not_bought(with_units, name).get("analyst", 0.0)
    if persons > 0.0:
        bought.append(_order(case, name, "analyst", round(persons, 2)))
    return tuple(bought)


def measures_for_one_more(case: FundingCase, name: str, station: str) -> dict[str, float]:
    """Return what one unit more of a station takes of each measure.

    An alternative that sets up portals in secondary is completed by what it buys itself, machine
    and persons alike: a legacy scanner has neither their price nor their speed.
    """
    own = units_by_measure(case.purchases[name])
    portals, machines = (
        [measure for measure in own if case.catalogue[measure].provides == f"port.{what}.servers"]
        for what in (PORTAL, station)
    )
    n_portals = sum(own[measure] for measure in portals)
    alternatives = case.study.alternatives
    ahead = alternatives[name].servers(PORTAL) - alternatives[case.study.baseline].servers(PORTAL)
    if station != "secondary" or machines or n_portals <= 0.0 or ahead > 0:
        return {[*machines, MEASURES[station]][0]: 1.0}
    persons = {m: n / n_portals for m, n in own.items() if case.catalogue[m].unit == "person"}
    return {portals[0]: 1.0} | persons


def _order(case: FundingCase, name: str, measure: str, units: float) -> Purchase:
    if measure not in case.catalogue:
        raise ConfigError(f"cost.{measure}", f"the catalogue has no {measure} to complete {name}")
    own = case.purchases[name]
    first = min((p.first_service_y(case.catalogue[p.measure]) for p in own), default=1)
    order_y = max(first - case.catalogue[measure].construction_y, 0)
    return Purchase(measure=measure, units=units, order_y=order_y, late_y=0)


def case_with_more(
    case: FundingCase, name: str, overrides: tuple[str, ...], bought: tuple[Purchase, ...]
) -> FundingCase:
    """Return the case with one alternative that sets and buys more."""
    study = case.study
    own = {**study.own_overrides, name: (*study.own_overrides[name], *overrides)}
    changed = dataclasses.replace(study, own_overrides=own)
    scenario = compose_scenario(changed.overrides_of(name))
    alternatives = {**study.alternatives, name: scenario}
    return dataclasses.replace(
        case,
        study=dataclasses.replace(changed, alternatives=alternatives),
        purchases={**case.purchases, name: (*case.purchases[name], *bought)},
    )


def _left(case: FundingCase, completions: Mapping[str, Completion]) -> FundingCase:
    kept = [name for name in case.study.alternatives if name not in completions]
    if len(kept) < 2:
        one = next(iter(completions.values()))
        problem = f"cannot carry year {case.terms.simulated_years[-1]}: {one.short_words()}"
        hint = "no alternative is left; complete=true buys what is missing"
        raise ConfigError(f"alternatives.{one.alternative}", f"{problem}; {hint}")
    study = dataclasses.replace(
        case.study,
        alternatives={name: case.study.alternatives[name] for name in kept},
        own_overrides={name: case.study.own_overrides[name] for name in kept},
    )
    purchases = {name: case.purchases[name] for name in kept}
    return dataclasses.replace(case, study=study, purchases=purchases)


def completions_table(completions: Mapping[str, Completion], *, completed: bool) -> pd.DataFrame:
    """Return the completions, a row an alternative; the columns are `COLUMNS`."""
    rows = [
        (
            one.alternative,
            one.short_words(),
            listed([f"{p.units:g} x {p.measure.replace('_', ' ')}" for p in one.purchases]),
            one.price_usd,
            " ".join(one.overrides),
            one.purchase_words(),
            completed,
        )
        for one in completions.values()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
