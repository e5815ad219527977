"""The cheapest way to complete an alternative that cannot carry its design year.

Each station is given the fewest units that carry its load; a unit helps no other station, so that
the fewest of each are the cheapest of all. More portals pass on more images, so that analysts are
looked at again once portals are enough. What is proposed are overrides and purchases, exactly as a
user would write them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from experiments.economics.discounting import present_value
from experiments.economics.life_cycle import Purchase, cash_flow
from experiments.funding.carrying import Shortage, plans, shortages
from experiments.funding.case import Case
from experiments.funding.enough_bought import lacking
from experiments.load import compose_scenario
from experiments.pipeline import Plan, Scorer
from experiments.wording import listed, percent
from sim.errors import ConfigError

KEYS: Final = {
    "portal": "scanner.portal.units",
    "secondary": "scanner.secondary.units",
    "analyst": "staffing.analysts",
    "dock": "staffing.docks",
}
MEASURES: Final = {"portal": "portal", "secondary": "secondary_scanner", "dock": "dock"}
"""What is bought for one unit more of a station; analysts are bought as persons."""
PORTAL: Final = "portal"
ROUNDS: Final = 6
COLUMNS: Final = (
    "alternative",
    "short",
    "completion",
    "price_usd",
    "overrides",
    "purchases",
    "completed",
)


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
            f"{{measure: {p.measure}, units: {p.units:g}, order_y: {p.order_y}, "
            f"late_y: {p.late_y}}}"
            for p in self.purchases
        )


def completions(asked: Case, scorers: Mapping[str, Scorer]) -> tuple[dict[str, Completion], Case]:
    """Return who cannot carry the design year, with the completion, and the case without gaps.

    With ``complete=true`` those alternatives are replaced by their completions; else they are left
    out. The baseline is the port as it is: it is never left out.

    Raises
    ------
    ConfigError
        Nothing is left to compare, or a station for which the catalogue has nothing.
    """
    known = plans(asked, scorers)
    found = {
        name: completion(asked, name, known[name])
        for name in asked.study.alternatives
        if name != asked.study.baseline and _short(asked, name, known[name])
    }
    return found, _completed(asked, found) if asked.terms.complete else _left(asked, found)


def baseline_short(asked: Case, scorers: Mapping[str, Scorer]) -> list[Shortage]:
    """Return what the baseline itself leaves short: it is flagged, not refused."""
    return _short(asked, asked.study.baseline, plans(asked, scorers)[asked.study.baseline])


def _short(asked: Case, name: str, plan: Plan) -> list[Shortage]:
    return shortages(asked, asked.study.alternatives[name], plan)


def completion(asked: Case, name: str, plan: Plan) -> Completion:
    """Return the cheapest completion of one alternative."""
    first = _short(asked, name, plan)
    now, overrides = asked, dict[str, int]()
    for _ in range(ROUNDS):
        short = _short(now, name, plan)
        if not short:
            break
        overrides |= {KEYS[one.station]: one.units + one.missing for one in short}
        now = with_more(asked, name, tuple(f"{k}={v}" for k, v in overrides.items()), ())
    else:
        problem = f"cannot be completed by more units of {listed([s.station for s in first])}"
        raise ConfigError(f"alternatives.{name}", problem)
    bought = _purchases(asked, now, name)
    flow = cash_flow(bought, asked.catalogue, asked.appraisal.years, asked.appraisal.price_year)
    price = present_value(asked.appraisal.discount_rate, flow.total())
    words = tuple(f"{key}={value}" for key, value in overrides.items())
    return Completion(name, tuple(first), words, bought, price)


def _purchases(asked: Case, now: Case, name: str) -> tuple[Purchase, ...]:
    """Return what pays for the units that an alternative has now and had not before.

    Units are ordered so that they come into service with the alternative's own.
    """
    before, after = asked.study.alternatives[name], now.study.alternatives[name]
    more = {s: float(after.servers(s) - before.servers(s)) for s in MEASURES}
    bought = [
        _order(asked, name, measure, number * per_unit)
        for station, number in more.items()
        if number > 0.0
        for measure, per_unit in one_more(asked, name, station).items()
    ]
    with_units = dataclasses.replace(
        now, purchases={**asked.purchases, name: (*asked.purchases[name], *bought)}
    )
    persons = lacking(with_units, name).get("analyst", 0.0)
    if persons > 0.0:
        bought.append(_order(asked, name, "analyst", round(persons, 2)))
    return tuple(bought)


def one_more(asked: Case, name: str, station: str) -> dict[str, float]:
    """Return what one unit more of a station takes of each measure.

    An alternative that sets up portals in secondary is completed by what it buys itself, machine
    and persons alike: a legacy scanner has neither their price nor their speed.
    """
    own: dict[str, float] = {}
    for purchase in asked.purchases[name]:
        own[purchase.measure] = own.get(purchase.measure, 0.0) + purchase.units
    machines = own.get(PORTAL, 0.0)
    alternatives = asked.study.alternatives
    ahead = alternatives[name].servers(PORTAL) - alternatives[asked.study.baseline].servers(PORTAL)
    if station != "secondary" or MEASURES[station] in own or machines <= 0.0 or ahead > 0:
        return {MEASURES[station]: 1.0}
    persons = {m: n / machines for m, n in own.items() if asked.catalogue[m].unit == "person"}
    return {PORTAL: 1.0} | persons


def _order(asked: Case, name: str, measure: str, units: float) -> Purchase:
    if measure not in asked.catalogue:
        raise ConfigError(f"cost.{measure}", f"the catalogue has no {measure} to complete {name}")
    own = asked.purchases[name]
    first = min((p.first_service_y(asked.catalogue[p.measure]) for p in own), default=1)
    order_y = max(first - asked.catalogue[measure].construction_y, 0)
    return Purchase(measure=measure, units=units, order_y=order_y, late_y=0)


def with_more(
    asked: Case, name: str, overrides: tuple[str, ...], bought: tuple[Purchase, ...]
) -> Case:
    """Return the case with one alternative that sets and buys more."""
    study = asked.study
    own = {**study.own_overrides, name: (*study.own_overrides[name], *overrides)}
    changed = dataclasses.replace(study, own_overrides=own)
    scenario = compose_scenario(changed.overrides_of(name))
    alternatives = {**study.alternatives, name: scenario}
    return dataclasses.replace(
        asked,
        study=dataclasses.replace(changed, alternatives=alternatives),
        purchases={**asked.purchases, name: (*asked.purchases[name], *bought)},
    )


def _completed(asked: Case, found: Mapping[str, Completion]) -> Case:
    for name, one in found.items():
        asked = with_more(asked, name, one.overrides, one.purchases)
    return asked


def _left(asked: Case, found: Mapping[str, Completion]) -> Case:
    kept = [name for name in asked.study.alternatives if name not in found]
    if len(kept) < 2:
        one = next(iter(found.values()))
        problem = f"cannot carry year {asked.terms.simulated_years[-1]}: {one.short_words()}"
        hint = "no alternative is left; complete=true buys what is missing"
        raise ConfigError(f"alternatives.{one.alternative}", f"{problem}; {hint}")
    study = dataclasses.replace(
        asked.study,
        alternatives={name: asked.study.alternatives[name] for name in kept},
        own_overrides={name: asked.study.own_overrides[name] for name in kept},
    )
    purchases = {name: asked.purchases[name] for name in kept}
    return dataclasses.replace(asked, study=study, purchases=purchases)


def completions_table(found: Mapping[str, Completion], *, completed: bool) -> pd.DataFrame:
    """Return the completions, a row an alternative; the columns are `COLUMNS`."""
    rows = [
        {
            "alternative": one.alternative,
            "short": one.short_words(),
            "completion": _words(one),
            "price_usd": one.price_usd,
            "overrides": " ".join(one.overrides),
            "purchases": one.purchase_words(),
            "completed": completed,
        }
        for one in found.values()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _words(one: Completion) -> str:
    return listed([f"{p.units:g} x {p.measure.replace('_', ' ')}" for p in one.purchases])
