"""Both governments' ledger: who pays and who gains, by country, and what each country is left with.

Costs are the payers'. Users' gain is divided by the shares of `experiments.economics.budget_terms.Standing`: carriers
and drivers have the time and the fuel, owners of the cargo its time, the public the air. Loads stand in no country's
ledger: interdiction is not priced.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final, Literal

from experiments.economics.budget_terms import Standing
from experiments.economics.costs import CashFlow
from experiments.economics.discounting import present_value
from experiments.funding.budget.benefit_items import gain_by_part
from experiments.funding.case import FundingCase
from experiments.funding.cash_flows import AppraisedCase
from sim.arrays import FloatArray

Country = Literal["United States", "Mexico"]
COUNTRIES: Final[tuple[Country, ...]] = ("United States", "Mexico")
GOVERNMENTS: Final[dict[str, tuple[Country, str]]] = {
    "united_states": ("United States", "federal government"),
    "texas": ("United States", "State of Texas"),
    "mexico": ("Mexico", "federal government"),
}
"""Country and name of every payer."""
USERS: Final = {
    "us_carrier_share": "carriers and drivers",
    "us_cargo_share": "owners of the cargo",
    "us_air_share": "public, by cleaner air",
}
"""Who gains what is shared by a key of the standing."""
SHARED_BY: Final = {"emissions": "us_air_share", "cargo": "us_cargo_share"}
"""Parts of users' gain that are not the carriers' and drivers'."""


def sharing_key(part: str) -> str:
    """Return the key of the standing by which a part of users' gain is divided."""
    return SHARED_BY.get(part, "us_carrier_share")


@dataclass(frozen=True, slots=True)
class Standpoint:
    """What one party of one country gains or pays, present value above the baseline."""

    country: Country
    party: str
    usd: float


def standing_ledger(
    appraised: AppraisedCase, name: str, rate: float | None = None, standing: Standing | None = None
) -> list[Standpoint]:
    """Return every party's present value; ``rate`` and ``standing`` in the place of the case's own.

    The parties add up to the net present value without interdiction.
    """
    case = appraised.case
    at = case.appraisal.discount_rate if rate is None else rate
    shares = dataclasses.asdict(case.budget.standing if standing is None else standing)
    cost = appraised.alternatives[name].cost
    found = [
        Standpoint(*GOVERNMENTS[payer], -present_value(at, cost.total(payer)))
        for payer in GOVERNMENTS
        if payer in cost.payers()
    ]
    worth: dict[str, float] = {}
    for part, usd in gain_by_part(case, appraised.response, name).items():
        worth[sharing_key(part)] = worth.get(sharing_key(part), 0.0) + present_value(at, usd)
    for key, value in worth.items():
        found.append(Standpoint("United States", USERS[key], value * shares[key]))
        found.append(Standpoint("Mexico", USERS[key], value * (1.0 - shares[key])))
    return found


def country_values(ledger: list[Standpoint]) -> dict[str, float]:
    """Return the net present value of each country, and of both together under ``binational``.

    Examples
    --------
    >>> ledger = [Standpoint("United States", "federal government", -3.0), Standpoint("Mexico", "carriers", 4.0)]
    >>> country_values(ledger)
    {'United States': -3.0, 'Mexico': 4.0, 'binational': 1.0}
    """
    found: dict[str, float] = {name: sum(one.usd for one in ledger if one.country == name) for name in COUNTRIES}
    return found | {"binational": sum(one.usd for one in ledger)}


def mexican_share_by_year(
    case: FundingCase, cost: CashFlow, gains: dict[str, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return what Mexico pays and gains by year [0..T], dollars; ``gains`` are users' gain by part."""
    shares = dataclasses.asdict(case.budget.standing)
    mine = [(1.0 - shares[sharing_key(part)]) * usd for part, usd in gains.items()]
    paid = cost.total("mexico")
    return paid, sum(mine, start=0.0 * paid)
